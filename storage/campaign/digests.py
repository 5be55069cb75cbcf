"""What a digest says, asked of the records: coverage from the ledger, open matters from the findings, visits by day.

A campaign's matters are many and change with few visits: each unit's are counted once and again only when one of its
visits says something else, so that a digest costs the same however much is stored. Nothing is worded here.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo

import sqlalchemy as sa

from storage.campaign import calendars, campaigns, coverage, work
from storage.campaign.campaigns import Campaign, Group, Round, Unit
from storage.campaign.reminders import Reminder
from storage.entity import Session
from storage.people import Appointment, Person, Role
from storage.visit import findings, tallies
from storage.visit.findings import Outcome
from storage.visit.parts import Part
from storage.visit.visits import Answer, State, Visit, VisitMember
from supervision.calendar import Calendar
from supervision.coverage import Count, Stand, count, counted
from supervision.digest import Facts, Going, by_area, curve, idle, overdue_before
from supervision.wanting import Grade

AREAS = 12
_TOGETHER = 500


async def freshen(db: Session, campaign: Campaign) -> int:
    """Count the open matters of those units anew that have others than before; return how many units."""
    times = await tallies.out_of_date(db, campaign.id)
    times |= await tallies.written(db, await _taken_back(db, campaign.id))
    ids = sorted(times)
    for at in range(0, len(ids), _TOGETHER):
        some = ids[at : at + _TOGETHER]
        found = await findings.ages(db, some)
        counted = {
            one: {since: (each.partly, each.missing) for since, each in found.get(one, {}).items()} for one in some
        }
        await tallies.keep(db, counted, times)
    return len(ids)


async def _taken_back(db: Session, campaign_id: int) -> Sequence[int]:
    """Return the units with a visit that was handed in and taken back: what it found counts for nothing just now."""
    groups = sa.select(Group.id).where(Group.campaign_id == campaign_id)
    under_way = sa.and_(Visit.group_id.in_(groups), Visit.state == State.open)
    found = sa.exists().where(Outcome.visit_id == Visit.id)
    return (await db.scalars(sa.select(Visit.unit_id).where(under_way, found).distinct())).all()


async def round_on(db: Session, campaign: Campaign, now: datetime) -> Round | None:
    """Return the round that is on; before the first the first, afterwards the last that has begun."""
    rounds = await campaigns.rounds_of(db, campaign.id)
    today = campaigns.day_in(campaign.zone, now)
    begun = [one for one in rounds if one.starts_on <= today]
    return begun[-1] if begun else next(iter(rounds), None)


async def facts(
    db: Session,
    campaign: Campaign,
    group: Group | None,
    calendar: Calendar,
    now: datetime,
    since: datetime,
    within: int,
) -> Facts:
    """Return what a digest of a group, or of the whole campaign, says; call :func:`freshen` first.

    ``since`` is from when on it tells what moved, ``within`` how many worked days there are to put a matter right.
    """
    zone = calendars.zone_of_group(campaign, group)
    today = campaigns.day_in(zone, now)
    groups = [group.id] if group else [one.id for one in await campaigns.groups_of(db, campaign.id)]
    one = await round_on(db, campaign, now)
    lines = await coverage.ledger(db, one, group.id if group else None) if one else []
    open_now = await tallies.by_group(db, campaign.id)
    by = overdue_before(today, within, zone, calendar)
    overdue = await tallies.open_since(db, campaign.id, by) if by is not None else {}
    moved = await _moved(db, groups, since)
    coming = calendar.shifted(today, 1)
    round_visits = await _of_round(db, one, groups) if one else []
    first, last = (one.starts_on, one.ends_on) if one else (today, today)
    covered = [campaigns.day_in(zone, at) for _, _, at in round_visits if at is not None]
    earlier = {unit for unit, _, at in round_visits if at is not None and at <= since}
    fresh = {unit for unit, _, at in round_visits if at is not None and at > since} - earlier
    parts = by_area(lines)
    return Facts(
        today=today,
        since=since,
        round_id=one.id if one else 0,
        number=one.number if one else 0,
        day=max(0, (today - first).days + 1) if one and first <= today <= last else 0,
        first=first if one else None,
        last=last if one else None,
        coverage=count(lines),
        gained=sum(each.unit_id in fresh for each in lines if each.stand is Stand.covered),
        moved=tuple((visit, name) for visit, name, _ in moved),
        found=await _found(db, [visit for visit, _, _ in moved]),
        partly=sum(open_now.get(each, (0, 0))[0] for each in (groups if group else open_now)),
        missing=sum(open_now.get(each, (0, 0))[1] for each in (groups if group else open_now)),
        overdue=sum(overdue.get(each, 0) for each in (groups if group else overdue)),
        within=within,
        going=await _going(db, groups, today, coming, zone, calendar, now),
        coming=coming,
        items=await _items(db, campaign, group, today),
        areas=_areas({name: count(found) for name, found in parts.items()}),
        groups=() if group else tuple(counted(lines, lambda each: each.group_id or 0).items()),
        open_in=() if group else tuple((each, sum(both)) for each, both in open_now.items()),
        planned=curve(first, last, [day for _, day, _ in round_visits if day is not None]) if one else (),
        done=curve(first, min(last, today), covered) if one and first <= today else (),
    )


async def _moved(db: Session, groups: Sequence[int], since: datetime) -> list[tuple[int, str, int]]:
    """Return (visit, unit's name, unit) of what was handed in after a moment, in that order."""
    query = (
        sa.select(Visit.id, Unit.name, Unit.id)
        .join(Unit, Unit.id == Visit.unit_id)
        .where(Visit.submitted_at > since, Visit.group_id.in_(groups))
        .order_by(Visit.submitted_at, Visit.id)
    )
    return [(visit, name, unit) for visit, name, unit in await db.execute(query)]


async def _of_round(db: Session, one: Round, groups: Sequence[int]) -> list[tuple[int, date | None, datetime | None]]:
    """Return (unit, planned day, handed in when) of the visits of a round; a unit visited twice counts once."""
    query = sa.select(Visit.unit_id, sa.func.min(Visit.planned_on), sa.func.min(Visit.submitted_at)).where(
        Visit.round_id == one.id, Visit.group_id.in_(groups)
    )
    found = await db.execute(query.group_by(Visit.unit_id))
    return [(unit, day, at) for unit, day, at in found]


async def _found(db: Session, visit_ids: Sequence[int]) -> tuple[int, int]:
    """Return (partly, missing): what some visits found wanting."""
    if not visit_ids:
        return 0, 0
    query = sa.select(Outcome.grade, sa.func.count()).where(Outcome.visit_id.in_(visit_ids), Outcome.grade > 0)
    grades = dict((await db.execute(query.group_by(Outcome.grade))).all())
    return grades.get(Grade.partly, 0), grades.get(Grade.missing, 0)


def _areas(parts: dict[str, Count]) -> tuple[tuple[str, Count], ...]:
    """Return the areas with the most left first, the rest of a long list put together under ''."""
    ranked = sorted(parts.items(), key=lambda each: (-(each[1].total - each[1].covered), -each[1].total, each[0]))
    if len(ranked) <= AREAS:
        return tuple(ranked)
    rest = [each for _, each in ranked[AREAS - 1 :]]
    names = ("covered", "under_way", "planned", "uncovered")
    together = Count(**{name: sum(getattr(each, name) for each in rest) for name in names})
    return (*ranked[: AREAS - 1], ("", together))


# --- visits by day ---


async def _going(
    db: Session, groups: Sequence[int], today: date, coming: date, zone: tzinfo, calendar: Calendar, now: datetime
) -> tuple[Going, ...]:
    """Return the visits of today and of the next worked day, and those whose day is over and that are not handed in."""
    waited_for = sa.and_(Visit.planned_on <= coming, Visit.awaited())
    done_today = sa.and_(Visit.planned_on == today, Visit.state == State.submitted)
    query = (
        sa.select(Visit.id, Visit.unit_id, Visit.group_id, Unit.name, Unit.area, Visit.planned_on)
        .add_columns(Visit.state, Visit.opened_at)
        .join(Unit, Unit.id == Visit.unit_id)
        .where(Visit.group_id.in_(groups), Unit.standing(), sa.or_(waited_for, done_today))
        .order_by(Visit.planned_on, Visit.id)
    )
    rows = (await db.execute(query)).all()
    open_ids = [row.id for row in rows if row.state is State.open]
    waiting = [row.id for row in rows if row.state is not State.submitted]
    last = await _last_answers(db, open_ids)
    teams, excuses = await _teams(db, waiting), await _excuses(db, waiting)
    everybody = await _inspectors(db, groups, now) if any(one not in teams for one in waiting) else {}
    found = []
    for row in rows:
        begun = row.state is State.open
        moved = max((one for one in (last.get(row.id), row.opened_at) if one is not None), default=None)
        going = Going(
            visit_id=row.id,
            unit_id=row.unit_id,
            unit=row.name,
            area=row.area,
            on=row.planned_on,
            group_id=row.group_id,
            people=teams.get(row.id) or everybody.get(row.group_id, ()),
            begun=begun,
            done=row.state is State.submitted,
            idle=idle(moved, today, zone, calendar) if begun and moved is not None else 0,
            why=excuses.get(row.id, ""),
        )
        found.append(going)
    return tuple(found)


async def _last_answers(db: Session, visit_ids: Sequence[int]) -> dict[int, datetime]:
    query = sa.select(Answer.visit_id, sa.func.max(Answer.at)).where(Answer.visit_id.in_(visit_ids))
    return dict((await db.execute(query.group_by(Answer.visit_id))).all()) if visit_ids else {}


async def _teams(db: Session, visit_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return who is to go, where that was said; else who has come in and has not finished their part."""
    teams: dict[int, list[int]] = {}
    for entity, which in ((VisitMember, sa.true()), (Part, Part.done_at.is_(None))):
        query = sa.select(entity.visit_id, entity.person_id).where(entity.visit_id.in_(visit_ids), which)
        found: dict[int, list[int]] = {}
        for visit, person in await db.execute(query.order_by(entity.person_id)):
            found.setdefault(visit, []).append(person)
        teams = found | teams
    return {visit: tuple(people) for visit, people in teams.items()}


async def _excuses(db: Session, visit_ids: Iterable[int]) -> dict[int, str]:
    """Return what people said who cannot do a visit, or not hand it in."""
    matters = {f"{kind}:{one}": one for one in visit_ids for kind in ("start", "submit")}
    query = sa.select(Reminder.matter, Reminder.why).where(Reminder.matter.in_(list(matters)), Reminder.why != "")
    return {matters[matter]: why for matter, why in await db.execute(query.order_by(Reminder.told_at))}


async def _inspectors(db: Session, groups: Sequence[int], now: datetime) -> dict[int, tuple[int, ...]]:
    """Return who goes on the visits of groups that nobody is named for, as reminders have it: the inspectors."""
    query = (
        sa.select(Appointment.group_id, Appointment.person_id)
        .join(Person, Person.id == Appointment.person_id)
        .where(Appointment.group_id.in_(groups), Appointment.role == Role.inspector, Appointment.holding(now))
        .where(Person.erased_at.is_(None))
        .order_by(Appointment.person_id)
    )
    found: dict[int, tuple[int, ...]] = {}
    for group_id, person in await db.execute(query):
        if group_id is not None:
            found[group_id] = (*found.get(group_id, ()), person)
    return found


async def _items(db: Session, campaign: Campaign, group: Group | None, today: date) -> tuple[int, ...]:
    """Return the work items that are late: of a group those of groups, of the campaign those of the office."""
    done = await work.done_of(db, campaign.id)
    party = group.id if group else work.OFFICE
    return tuple(
        one.id
        for one in await work.items_of(db, campaign.id)
        if one.once is (group is None) and one.due_on < today and party not in done.get(one.id, {})
    )
