"""``xundu invite``: a one-time link made by whoever runs the bot, who may give every role.

What a person could not put together in the chat is refused here too, with every fault at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.drivers.driver import open_driver
from bot.hold import CommandError
from handlers.link import NAME_LENGTH, invite, picture
from storage.campaign import campaigns
from storage.database import Database
from storage.giving import AT_A_UNIT, IN_A_GROUP

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bot.config import Settings
    from storage.campaign.campaigns import Group, Unit
    from storage.database import Session
    from storage.people import Role

MOST_DAYS: Final = 3650


@dataclass(frozen=True, slots=True)
class Wanted:
    """An invitation as it was typed; a group is a name or a number, a unit a code or a number."""

    role: Role
    name: str
    group: str
    unit: str
    days: int
    picture: Path | None = None


async def invited(settings: Settings, wanted: Wanted, now: datetime) -> str:
    """Make the invitation, draw its picture if one is wanted and return its link; raises CommandError."""
    database = Database(settings.database.reveal())
    driver = open_driver(settings)
    try:
        async with database.read() as db:
            group_id, unit_id = await _checked(db, wanted)
        me = await driver.start()
        async with database.begin() as db:
            link = await invite(
                db,
                role=wanted.role,
                name=wanted.name,
                group_id=group_id,
                unit_id=unit_id,
                now=now,
                lifetime=timedelta(days=wanted.days),
                bot_username=me.username,
            )
            if wanted.picture is not None:
                # Inside the transaction: a link whose picture cannot be written is not made.
                _write(wanted.picture, picture(link))
    finally:
        await driver.close()
        await database.close()
    return link


async def _checked(db: Session, wanted: Wanted) -> tuple[int | None, int | None]:
    """Return the ids of group and unit; raises CommandError naming every fault."""
    faults = []
    if not 1 <= wanted.days <= MOST_DAYS:
        faults.append(f"--days must lie between 1 and {MOST_DAYS}, not {wanted.days}.")
    if len(wanted.name) > NAME_LENGTH:
        faults.append(f"--name has at most {NAME_LENGTH} characters.")
    if wanted.picture is not None and not wanted.picture.parent.is_dir():
        faults.append(f"--picture: there is no folder {wanted.picture.parent}.")
    elif wanted.picture is not None and wanted.picture.is_dir():
        faults.append(f"--picture: {wanted.picture} is a folder; name a file.")
    group, unit = None, None
    if wanted.role not in IN_A_GROUP:
        faults += [
            f"--{option} does not go with {wanted.role}."
            for option, given in (("group", wanted.group), ("unit", wanted.unit))
            if given
        ]
    else:
        group = await _group(db, wanted, faults)
        unit = await _unit(db, wanted, group, faults)
    if faults:
        raise CommandError("\n  ".join(["Nobody was invited:", *faults]))
    return group.id if group else None, unit.id if unit else None


async def _group(db: Session, wanted: Wanted, faults: list[str]) -> Group | None:
    every = [
        one for campaign in await campaigns.all_campaigns(db) for one in await campaigns.groups_of(db, campaign.id)
    ]
    known = ", ".join(f"{one.id} {one.name}" for one in every) or "none yet"
    if not wanted.group:
        faults.append(f"--group is needed for {wanted.role}. Groups: {known}.")
        return None
    found = [one for one in every if one.name == wanted.group] or [one for one in every if str(one.id) == wanted.group]
    if len(found) == 1:
        return found[0]
    problem = "there are several groups called" if found else "there is no group"
    faults.append(f"--group: {problem} {wanted.group}. Groups: {known}.")
    return None


async def _unit(db: Session, wanted: Wanted, group: Group | None, faults: list[str]) -> Unit | None:
    if wanted.role not in AT_A_UNIT:
        if wanted.unit:
            faults.append(f"--unit does not go with {wanted.role}.")
        return None
    if not wanted.unit:
        faults.append(f"--unit is needed for {wanted.role}: the unit's code or number.")
        return None
    units = await campaigns.units_of_group(db, group.id) if group else ()
    found = [one for one in units if one.code == wanted.unit] or [one for one in units if str(one.id) == wanted.unit]
    if found:
        return found[0]
    if group is not None:
        faults.append(f"--unit: {group.name} has no unit {wanted.unit}.")
    return None


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise CommandError(f"{file} cannot be written ({error.strerror}), so nobody was invited.") from error
