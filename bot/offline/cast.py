"""Who plays the month: a campaign whose round is about to open, its groups, people and units.

From a register that is given, or made up: ten provinces, four groups of five who go on visits. Runs once in one
transaction. Everybody comes in by an invitation of their own, like anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.hold import CommandError
from handlers import campaign as packs
from storage import invitations
from storage.campaign import calendars, campaigns, register, seats, work
from storage.people import Role
from supervision.calendar import DAY
from supervision.register import reading
from supervision.register.comparing import compare
from supervision.register.model import GroupLine, Register, Seat, UnitLine

if TYPE_CHECKING:
    from datetime import date, datetime

    from storage.campaign.campaigns import Campaign, Round
    from storage.database import Session
    from supervision.calendar import Calendar

PACK: Final = "theme-education"
FIRST_PHONE: Final = 8001
LIFETIME: Final = timedelta(days=90)
OPENS_IN: Final = 3
"""Days from the first day of the play to that on which the round opens."""

GROUPS: Final = {
    "一组": ("北京市", "河北省", "陕西省"),
    "二组": ("江苏省", "浙江省"),
    "三组": ("山东省", "河南省", "湖北省"),
    "四组": ("广东省", "四川省"),
}
LASTS: Final = 15
"""Days of the round."""

GOERS: Final = 5
"""Inspectors of each group, who go on visits."""


@dataclass(frozen=True, slots=True)
class Player:
    """One person of the play; ``start`` is the payload of their invitation."""

    phone: int
    name: str
    role: Role
    group_id: int | None
    start: str


@dataclass(frozen=True, slots=True)
class Trip:
    """One visit as it is planned: who goes to which unit on which day."""

    visit_id: int
    unit: str
    unit_id: int
    group_id: int
    phone: int
    day: date


@dataclass(slots=True)
class Cast:
    """Everything the play begins with."""

    campaign: Campaign
    round: Round
    form_id: int
    calendar: Calendar
    players: list[Player]


async def made(
    db: Session, first: date, now: datetime, units: int, content: bytes | None = None, groups: int = len(GROUPS)
) -> Cast:
    """Set the campaign up so that its first round opens some days after ``first``; raises CommandError."""
    pack = packs.pack_of(PACK)
    starts_on = first + DAY * OPENS_IN - DAY * pack.rounds[0].first
    started = await packs.start(db, PACK, now=now, starts_on=starts_on)
    campaign, one = started.campaign, started.rounds[0]
    one.starts_on, one.ends_on = first + DAY * OPENS_IN, first + DAY * (OPENS_IN + LASTS - 1)
    terms, standing = packs.terms_of(PACK), await register.standing(db, campaign)
    read = reading.read(content, terms, standing) if content is not None else _invented(units, groups)
    await _register(db, campaign, read, now)
    one.areas = None
    parties = [each.id for each in await campaigns.groups_of(db, campaign.id)]
    for item in await work.items_of(db, campaign.id):
        for party in ([work.OFFICE] if item.once else parties) if item.due_on < first else ():
            await work.mark(db, item.id, party, None, now)
    await db.flush()
    calendar = await calendars.calendar_of(db, campaign)
    return Cast(campaign, one, started.checklist.id, calendar, await _players(db, campaign, now))


async def _register(db: Session, campaign: Campaign, read: Register, now: datetime) -> None:
    """Bring the register in the way an office does, but for the chat; its rounds are not those of the play."""
    if read.wrong:
        raise CommandError(f"The register has {len(read.wrong)} faults. See them with: xundu import units --dry-run")
    changes = compare(replace(read, rounds=()), await register.standing(db, campaign), packs.terms_of(PACK))
    await register.apply(db, campaign, changes, why="unsaid", now=now)


def _invented(units: int, groups: int) -> Register:
    """Make up a register of so many units with a group, under one that has none."""
    some = dict(list(GROUPS.items())[:groups])
    places = [(group, province) for group, provinces in some.items() for province in provinces]
    lines = [UnitLine("RT-0", "集团党组", 1)]
    lines += [_unit(at // len(places), at % len(places), *places[at % len(places)]) for at in range(units)]
    roles = ("leader", "deputy", *["inspector"] * GOERS)
    names = {"leader": "组长", "deputy": "副组长"}
    people = tuple(
        Seat(group, role, f"{group}{names.get(role, f'督导员{at - 1}')}")
        for group in some
        for at, role in enumerate(roles)
    )
    columns = frozenset({"code", "name", "level", "parent", "area", "group"})
    return Register(tuple(lines), tuple(GroupLine(one) for one in some), people, (), columns)


def _unit(number: int, place: int, group: str, province: str) -> UnitLine:
    """Make up one unit of a province: its head first, then a branch office with three branches, and so on."""
    head = f"QY-{place:02d}"
    if number == 0:
        return UnitLine(head, f"{province}区域管理公司党委", 3, "RT-0", province, (), group)
    if number % 4 == 1:
        name = f"{province}第{number // 4 + 1}分公司党委"
        return UnitLine(f"{head}-{number:02d}", name, 4, head, province, (), group)
    above = f"{head}-{number - (number - 1) % 4:02d}"
    return UnitLine(f"{head}-{number:02d}", f"{province}第{number:02d}项目党支部", 5, above, province, (), group)


async def _players(db: Session, campaign: Campaign, now: datetime) -> list[Player]:
    wanted: list[tuple[Role, str, int | None]] = [(Role.office, "办公室", None)]
    wanted += [
        (seat.role, seat.name, seat.group_id)
        for seat in await seats.of_campaign(db, campaign.id)
        if seat.role in (Role.leader, Role.deputy, Role.inspector)
    ]
    players = []
    for at, (role, name, group_id) in enumerate(wanted):
        _, token = await invitations.create(
            db, role=role, name=name, group_id=group_id, unit_id=None, now=now, lifetime=LIFETIME
        )
        players.append(Player(FIRST_PHONE + at, name, role, group_id, token))
    return players
