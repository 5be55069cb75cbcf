"""A campaign's register as it stands, and the one transaction in which another one takes its place.

What is to change has been worked out in supervision/register; here it is done, all of it or, with the transaction,
nothing. Units are never deleted.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from storage import audit
from storage.campaign import campaigns, seats
from storage.campaign.campaigns import Campaign, Group, Round, Unit
from storage.campaign.seats import Seat
from storage.entity import Session
from storage.people import Role
from storage.visit.visits import State, Visit
from supervision.register.comparing import Changes
from supervision.register.model import GroupLine, RoundLine, Standing, UnitLine, fold
from supervision.register.model import Seat as SeatLine

T = TypeVar("T")

BATCH = 2000
"""Rows written by one statement."""


async def standing(db: Session, campaign: Campaign) -> Standing:
    """Return what is stored of a campaign, as far as a register touches it."""
    groups = await campaigns.groups_of(db, campaign.id)
    names = {one.id: one.name for one in groups}
    columns = (Unit.id, Unit.code, Unit.name, Unit.level, Unit.parent_id, Unit.area, Unit.tags, Unit.group_id,
               Unit.members, Unit.contact, Unit.phone, Unit.note, Unit.latitude, Unit.longitude,
               Unit.retired_at)  # fmt: skip
    rows = (await db.execute(sa.select(*columns).where(Unit.campaign_id == campaign.id).order_by(Unit.id))).all()
    codes = {row.id: row.code for row in rows}
    units = {
        fold(row.code): UnitLine(
            code=row.code,
            name=row.name,
            level=row.level,
            parent=codes.get(row.parent_id, ""),
            area=row.area,
            tags=tuple(row.tags),
            group=names.get(row.group_id, ""),
            members=row.members,
            contact=row.contact or "",
            phone=row.phone or "",
            note=row.note or "",
            latitude=row.latitude,
            longitude=row.longitude,
        )
        for row in rows
        if row.retired_at is None
    }
    return Standing(
        units=units,
        groups=tuple(GroupLine(one.name, tuple(one.areas or ())) for one in groups),
        rounds=tuple(
            RoundLine(one.number, one.starts_on, one.ends_on, tuple(one.areas or ()))
            for one in await campaigns.rounds_of(db, campaign.id)
        ),
        seats=tuple(
            SeatLine(names[one.group_id], one.role.value, one.name, one.duties, tuple(one.areas))
            for one in await seats.of_campaign(db, campaign.id)
        ),
        retired=frozenset(fold(row.code) for row in rows if row.retired_at is not None),
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
    )


async def apply(
    db: Session, campaign: Campaign, changes: Changes, *, why: str, now: datetime, by: int | None = None
) -> None:
    """Do all that changes say; ``why`` is the reason units that drop out are given, ``by`` the id of who does it."""
    groups = await _groups(db, campaign, changes)
    await _rounds(db, campaign, changes)
    if changes.seats is not None:
        await _seats(db, groups, changes.seats)
    ids = await _unit_ids(db, campaign.id)
    await _add(db, campaign.id, changes.added, groups, ids)
    others = [one.after for one in changes.changed] + list(changes.returned)
    await _change(db, others, groups, ids)
    await _drop(db, changes.dropped, ids, why, now)
    moved = [one.after for one in changes.changed if "group" in one.fields]
    await _hand_over(db, moved, groups, ids)
    counts = {"added": len(changes.added), "changed": len(changes.changed), "returned": len(changes.returned),
              "dropped": len(changes.dropped), "groups": len(changes.groups_added),
              "rounds": len(changes.rounds_added) + len(changes.rounds_changed)}  # fmt: skip
    audit.record(db, "register.imported", f"campaign:{campaign.id}", now=now, person_id=by, details=counts)
    await db.flush()


async def _groups(db: Session, campaign: Campaign, changes: Changes) -> dict[str, int]:
    known = {one.name: one for one in await campaigns.groups_of(db, campaign.id)}
    for line in changes.groups_added:
        known[line.name] = Group(campaign_id=campaign.id, name=line.name, areas=list(line.areas))
        db.add(known[line.name])
    for line in changes.groups_changed:
        known[line.name].areas = list(line.areas)
    await db.flush()
    return {name: one.id for name, one in known.items()}


async def _rounds(db: Session, campaign: Campaign, changes: Changes) -> None:
    known = {one.number: one for one in await campaigns.rounds_of(db, campaign.id)}
    for line in changes.rounds_added:
        db.add(
            Round(
                campaign_id=campaign.id,
                number=line.number,
                starts_on=line.starts_on,
                ends_on=line.ends_on,
                areas=list(line.areas),
            )
        )
    for line in changes.rounds_changed:
        one = known[line.number]
        one.starts_on, one.ends_on, one.areas = line.starts_on, line.ends_on, list(line.areas)
    await db.flush()


async def _seats(db: Session, groups: Mapping[str, int], lines: Sequence[SeatLine]) -> None:
    named = {groups[one.group] for one in lines}
    await db.execute(sa.delete(Seat).where(Seat.group_id.in_(named)))
    db.add_all(
        Seat(
            group_id=groups[one.group],
            role=Role(one.role),
            name=one.name,
            duties=one.duties,
            areas=list(one.areas),
        )
        for one in lines
    )
    await db.flush()


# --- units ---


async def _unit_ids(db: Session, campaign_id: int) -> dict[str, int]:
    rows = await db.execute(sa.select(Unit.code, Unit.id).where(Unit.campaign_id == campaign_id))
    return {fold(code): unit_id for code, unit_id in rows}


def _row(line: UnitLine, groups: Mapping[str, int], ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "name": line.name,
        "level": line.level,
        "area": line.area,
        "parent_id": ids[fold(line.parent)] if line.parent else None,
        "tags": list(line.tags),
        "group_id": groups[line.group] if line.group else None,
        "members": line.members,
        "contact": line.contact or None,
        "phone": line.phone or None,
        "note": line.note or None,
        "latitude": line.latitude,
        "longitude": line.longitude,
    }


async def _add(
    db: Session, campaign_id: int, lines: Iterable[UnitLine], groups: Mapping[str, int], ids: dict[str, int]
) -> None:
    """Add units level by level, so that each finds its superior."""
    by_level: dict[int, list[UnitLine]] = {}
    for line in lines:
        by_level.setdefault(line.level, []).append(line)
    statement = sa.insert(Unit).returning(Unit.code, Unit.id)
    for level in sorted(by_level):
        for part in _parts(by_level[level]):
            rows = [{"campaign_id": campaign_id, "code": one.code} | _row(one, groups, ids) for one in part]
            ids.update({fold(code): unit_id for code, unit_id in await db.execute(statement, rows)})


async def _change(db: Session, lines: Sequence[UnitLine], groups: Mapping[str, int], ids: Mapping[str, int]) -> None:
    for part in _parts(lines):
        rows = [
            {"id": ids[fold(one.code)], "retired_at": None, "retired_why": None} | _row(one, groups, ids)
            for one in part
        ]
        await db.execute(sa.update(Unit), rows)


async def _drop(db: Session, lines: Sequence[UnitLine], ids: Mapping[str, int], why: str, now: datetime) -> None:
    for part in _parts(lines):
        rows = [{"id": ids[fold(one.code)], "retired_at": now, "retired_why": why} for one in part]
        await db.execute(sa.update(Unit), rows)


async def _hand_over(db: Session, lines: Sequence[UnitLine], groups: Mapping[str, int], ids: Mapping[str, int]) -> None:
    """Give visits that are planned and not begun to the group that answers for their unit now."""
    by_group: dict[int, list[int]] = {}
    for one in lines:
        if one.group:
            by_group.setdefault(groups[one.group], []).append(ids[fold(one.code)])
    for group_id, units in by_group.items():
        for part in _parts(units):
            planned = sa.and_(Visit.unit_id.in_(part), Visit.state == State.planned, Visit.group_id != group_id)
            others = sa.select(Visit).where(planned).order_by(Visit.id).with_for_update()
            for visit in await db.scalars(others.execution_options(populate_existing=True)):
                visit.group_id = group_id  # row by row, so that each visit's chain of custody tells of it


def _parts(lines: Sequence[T]) -> Iterable[Sequence[T]]:
    return (lines[at : at + BATCH] for at in range(0, len(lines), BATCH))


async def visited(db: Session, campaign_id: int, codes: Iterable[str]) -> int:
    """Return at how many of these units a visit was begun or handed in."""
    wanted = {fold(one) for one in codes}
    query = (
        sa.select(Unit.code)
        .join(Visit, Visit.unit_id == Unit.id)
        .where(Unit.campaign_id == campaign_id, Visit.state != State.planned)
        .distinct()
    )
    return sum(fold(code) in wanted for code in await db.scalars(query))
