"""Itineraries between the records and the model: what is to be arranged, what a draft would change, who is told of it.

Shared by the journey and by what works drafts out in the background. Decides nothing about which plan is good, which is
supervision/itinerary.py; sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from handlers import reminding
from storage import people
from storage.campaign import calendars, campaigns, itineraries, leave, reminders, seats
from storage.campaign.itineraries import Change, ItineraryNews
from storage.people import Role
from storage.visit.visits import State
from supervision import itinerary
from supervision.calendar import NoWorkday
from supervision.itinerary import Place, Stop, Task
from supervision.itinerary_sheet import Known
from supervision.register.model import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from storage.campaign.campaigns import Campaign, Group, Round, Unit
    from storage.campaign.itineraries import Itinerary, Standing
    from storage.database import Session
    from storage.people import Person
    from supervision.register.comparing import Changes

LEADING: Final = frozenset({Role.leader, Role.deputy})


@dataclass(frozen=True, slots=True)
class Ground:
    """What a round's itineraries are made of, read once: its units, groups, days, people and visits.

    ``goers`` are the people of each group who go on visits, its inspectors, or where it has none who leads it.
    """

    campaign: Campaign
    round: Round
    groups: Mapping[int, Group]
    units: Mapping[int, Unit]
    standing: Mapping[int, Standing]
    days: tuple[date, ...]
    goers: Mapping[int, tuple[int, ...]]
    names: Mapping[int, str]
    away: Mapping[int, frozenset[date]]
    gone: Mapping[int, frozenset[int]]
    """Who is put on a planned visit of a group by name and is not in that group any more."""

    def open_units(self, group_id: int) -> list[Unit]:
        """Return the units of a group that are still to be visited, begun ones left out."""
        return [
            one
            for one in self.units.values()
            if one.group_id == group_id and self._planned(one.id) in (None, State.planned)
        ]

    def _planned(self, unit_id: int) -> State | None:
        return self.standing[unit_id].state if unit_id in self.standing else None

    @property
    def nobodys(self) -> list[Unit]:
        """Return the units of the round that no group answers for."""
        return [one for one in self.units.values() if one.group_id not in self.groups]

    def task(self, group_id: int, together: int = 0, most: int = itinerary.MOST_A_DAY, *, keep: bool = False) -> Task:
        """Return what is to be arranged for a group; with ``keep`` only what has no day yet, beside what has one."""
        goers = self.goers.get(group_id, ())
        size = together or itinerary.size_of(len(goers))
        teams = itinerary.teams(goers, size, self.days, self.away)
        stays = self.planned(group_id) if keep else {}
        places = {one.id: Place(one.id, one.code, one.area) for one in self.open_units(group_id)}
        fixed = tuple((places[unit], Stop(unit, *stop)) for unit, stop in stays.items() if unit in places)
        return Task(group_id, tuple(one for one in places.values() if one.unit_id not in stays), teams, most, fixed)

    def left(self, unit_id: int, people: Sequence[int]) -> frozenset[int]:
        """Return who of those put on a visit has left the group since."""
        unit = self.units.get(unit_id)
        return self.gone.get(unit.group_id or 0, frozenset()) & frozenset(people) if unit else frozenset()

    def lacking(self, group_id: int | None) -> int:
        """Return how many units of a group, or of all, have neither a visit begun nor one with a day."""
        groups = [group_id] if group_id else list(self.groups)
        planned = self.planned(group_id or None)
        return sum(unit.id not in planned for each in groups for unit in self.open_units(each))

    def planned(self, group_id: int | None) -> dict[int, tuple[date, tuple[int, ...]]]:
        """Return the planned visits that have a day, of one group or of all: unit -> day and people."""
        return {
            one.unit_id: (one.day, one.people)
            for one in self.standing.values()
            if one.state is State.planned and one.day is not None and group_id in (None, one.group_id)
        }

    def going(self, group_id: int | None, people: Sequence[int]) -> frozenset[int]:
        """Return who goes on a visit: those put on it by name, and where nobody is the whole group."""
        return frozenset(people or self.goers.get(group_id or 0, ()))

    def known(self, group_id: int | None, guidance: Mapping[int, tuple[str, ...]], guides: frozenset[int]) -> Known:
        """Return what the rows of a workbook may say, for one group or for all.

        ``guidance`` are the guidance plans, ``guides`` the groups whose plans the sender writes.
        """
        people: dict[int, dict[str, tuple[int, ...]]] = {}
        for group, ids in self.goers.items():
            for one in ids:
                named = people.setdefault(group, {})
                named[self.names[one]] = (*named.get(self.names[one], ()), one)
        units = {
            one.code: (one.id, one.group_id or 0, self._planned(one.id) not in (None, State.planned))
            for one in self.units.values()
            if one.group_id in self.groups and group_id in (None, one.group_id)
        }
        standing = {one.unit_id: (one.day, one.people) for one in self.standing.values() if one.day is not None}
        return Known(units, people, frozenset(self.days), self.away, standing, guidance, guides)

    def changes(self, draft: Itinerary) -> list[Change]:
        """Return what confirming a draft would do: in its groups, to units that no visit has begun at."""
        wanted = draft.stops
        found = []
        for unit_id in sorted({*wanted, *self.planned(draft.group_id)}):
            unit, now = self.units.get(unit_id), self.standing.get(unit_id)
            if now is not None and now.state is not State.planned:
                continue
            group_id = now.group_id if now is not None else unit.group_id if unit is not None else None
            if group_id is None or draft.group_id not in (None, group_id):
                continue
            is_on, who = wanted.get(unit_id, (None, ()))
            was_on, was = (now.day, now.people) if now is not None else (None, ())
            if (is_on, who) != (was_on, was):
                visit_id = now.visit_id if now is not None else None
                found.append(Change(unit_id, group_id, visit_id, was_on, was, is_on, who))
        return found


def led_by(person: Person, now: datetime) -> frozenset[int]:
    """Return the groups somebody leads."""
    held = person.roles_now(now)
    return frozenset(one.group_id for one in held if one.role in LEADING and one.group_id is not None)


async def ground(db: Session, one: Round, now: datetime, *, lock: bool = False) -> Ground:
    """Read what a round's itineraries are made of; with ``lock`` its visits stand still until the transaction ends."""
    campaign = await campaigns.get(db, one.campaign_id)
    if campaign is None:
        raise LookupError(f"round {one.id} belongs to no campaign")
    groups = {each.id: each for each in await campaigns.groups_of(db, campaign.id)}
    standing: dict[int, Standing] = {}
    for visit in await itineraries.standing(db, one.id, lock=lock):
        before = standing.get(visit.unit_id)
        if before is None or before.state is State.planned:
            standing[visit.unit_id] = visit
    goers: dict[int, tuple[int, ...]] = {}
    inside: dict[int, frozenset[int]] = {}
    names: dict[int, str] = {}
    for group_id in groups:
        held = await seats.members(db, group_id, now)
        names |= {person: name for person, name, _ in held}
        inside[group_id] = frozenset(person for person, _, _ in held)
        going = [person for person, _, role in held if role is Role.inspector]
        goers[group_id] = tuple(going or [person for person, _, role in held if role in LEADING])
    away = await leave.days_of(db, list(names), one.starts_on, one.ends_on)
    gone: dict[int, frozenset[int]] = {}
    for visit in standing.values():
        left = frozenset(visit.people) - inside.get(visit.group_id, frozenset())
        if left and visit.state is State.planned:
            gone[visit.group_id] = gone.get(visit.group_id, frozenset()) | left
    names |= await people.names(db, {person for each in gone.values() for person in each} - names.keys())
    first = max(one.starts_on, campaigns.day_in(campaign.zone, now))
    days = itinerary.workdays(await calendars.calendar_of(db, campaign), first, one.ends_on)
    return Ground(
        campaign,
        one,
        groups,
        {unit.id: unit for unit in await itineraries.units_of(db, one)},
        standing,
        days,
        goers,
        names,
        {person: frozenset(each) for person, each in away.items()},
        gone,
    )


# --- confirming ---


async def confirm(
    db: Session, found: Ground, changes: Sequence[Change], form_version_id: int, by: int, now: datetime
) -> int:
    """Make and move the planned visits, and let everybody whom it touches know; returns how many people that are.

    Whoever goes, whoever went, and who leads their group; not the person who does it.
    """
    done = await itineraries.apply(db, found.round, form_version_id, changes, now)
    news = await _news(db, found, done, by, now)
    await itineraries.tell(db, news)
    await _wake(db, found.campaign, {one.person_id for one in news}, now)
    matters = [f"{kind}:{one.visit_id}" for one in done for kind in ("tomorrow", "start", "submit")]
    await reminders.drop(db, matters)
    await reminding.replan(db, found.campaign, now)
    return len({one.person_id for one in news})


async def _news(db: Session, found: Ground, done: Iterable[Change], by: int, now: datetime) -> list[ItineraryNews]:
    leaders: dict[int, set[int]] = {}
    news = []
    for one in done:
        visit_id = one.visit_id or 0
        if one.group_id not in leaders:
            leaders[one.group_id] = {each.id for each in await people.with_role(db, Role.leader, now, one.group_id)}
        was = found.going(one.group_id, one.was) if one.was_on is not None else frozenset()
        going = found.going(one.group_id, one.people) if one.is_on is not None else frozenset()
        for person in (was | going) - {by}:
            was_on = one.was_on if person in was else None
            is_on = one.is_on if person in going else None
            stays = was_on == is_on
            if not stays or was != going:  # who stays has to know with whom
                news.append(ItineraryNews(person_id=person, visit_id=visit_id, was_on=was_on, is_on=is_on))
        news += [
            ItineraryNews(person_id=person, visit_id=visit_id, was_on=one.was_on, is_on=one.is_on, leads=True)
            for person in leaders[one.group_id] - was - going - {by}
        ]
    return news


async def imported(db: Session, campaign: Campaign, changes: Changes, by: int | None, now: datetime) -> None:
    """Let those know whose planned visits a register has touched: units that dropped out, came back, changed groups.

    Whoever goes to a unit that changed groups goes until its new leader sends others; both leaders hear of it.
    """
    gone, back = ({fold(one.code) for one in each} for each in (changes.dropped, changes.returned))
    moved = {fold(one.after.code): one.before.group for one in changes.changed if "group" in one.fields}
    if not (gone or back or moved):
        return
    named = {one.name: one.id for one in await campaigns.groups_of(db, campaign.id)}
    news = []
    for code, visit in await itineraries.planned_at(db, campaign.id, campaigns.day_in(campaign.zone, now)):
        unit = fold(code)
        if unit in gone or unit in back:
            was, is_on = (visit.day, None) if unit in gone else (None, visit.day)
            goes = set(visit.people) or await _goers(db, visit.group_id, now)
            leads = await _leaders(db, visit.group_id, now) - goes
            news += [ItineraryNews(person_id=one, visit_id=visit.visit_id, was_on=was, is_on=is_on) for one in goes]
            news += [_led(one, visit.visit_id, was, is_on) for one in leads]
        elif unit in moved:
            before = await _leaders(db, named.get(moved[unit], 0), now)
            after = await _leaders(db, visit.group_id, now)
            news += [_led(one, visit.visit_id, visit.day, None) for one in before - after]
            news += [_led(one, visit.visit_id, None, visit.day) for one in after - before]
    news = [one for one in news if one.person_id != by]
    await itineraries.tell(db, news)
    await _wake(db, campaign, {one.person_id for one in news}, now)


def _led(person_id: int, visit_id: int, was: date | None, is_on: date | None) -> ItineraryNews:
    return ItineraryNews(person_id=person_id, visit_id=visit_id, was_on=was, is_on=is_on, leads=True)


async def _leaders(db: Session, group_id: int, now: datetime) -> set[int]:
    return {each.id for each in await people.with_role(db, Role.leader, now, group_id)} if group_id else set()


async def _goers(db: Session, group_id: int, now: datetime) -> set[int]:
    held = await seats.members(db, group_id, now)
    return {person for person, _, role in held if role is Role.inspector}


async def _wake(db: Session, campaign: Campaign, ids: Iterable[int], now: datetime) -> None:
    for person_id in sorted(ids):
        person = await people.by_id(db, person_id)
        if person is None or person.telegram_id is None:
            continue
        try:
            at = await reminding.not_before(db, campaign, person, now)
        except NoWorkday:
            at = now
        await itineraries.wake(db, person_id, person.telegram_id, at)
