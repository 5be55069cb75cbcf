"""Works out what there is to be reminded of in a campaign, and plans it: deadlines, who is meant, the next two days.

Called some times a day for each campaign, and again when something is done or moved. Only what falls due from the last
planning on is planned, so that an outage is made up for and nothing is told twice. Sends nothing.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from handlers.campaign import folder
from storage import people
from storage.campaign import calendars, campaigns, coverage, meetings, reminders, work
from storage.chat import timers
from storage.people import FIELD, Role
from storage.visit import corrections, departures, visits
from storage.voices import enquiries
from supervision.calendar import DAY, NoWorkday, Quiet, moment, next_disturbable
from supervision.coverage import Stand
from supervision.reminders import DEFAULT, Matter, Rung, Whom, ladders, steps

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from storage.campaign.campaigns import Campaign
    from storage.database import Session
    from storage.people import Person

Open: TypeAlias = tuple[Matter, list[int], int]
"""A matter that is open, whose it is, and the group it is of (0: the office)."""

AHEAD: Final = timedelta(hours=36)
"""So far ahead is planned; the next day plans on, with the people and the calendar of that day."""

PLAN: Final = "reminder.plan"
TIMES: Final = (time(0, 10), time(7, 40), time(12, 40), time(17, 20))
"""When is planned, by the campaign's clocks: for whoever came in, or was given something, during the day."""

NOBODYS_CHAT: Final = 0
"""The chat of the daily planning, in which nobody is told anything."""


@cache
def ladders_of(pack: str) -> Mapping[str, tuple[Rung, ...]]:
    """Return the ladders of a pack."""
    return ladders(folder(pack).joinpath("campaign.toml").read_text(encoding="utf-8")) if pack else DEFAULT


async def again(db: Session, campaign: Campaign, now: datetime) -> None:
    """Plan the next planning, until some weeks after the campaign's end."""
    day = campaigns.day_in(campaign.zone, now)
    if day > campaign.ends_on + timedelta(days=30):
        return
    moments = (moment(each, clock, campaign.zone) for each in (day, day + DAY) for clock in TIMES)
    at = next(one for one in moments if one > now)
    await timers.plan(db, f"{PLAN}:{campaign.id}:{at:%Y%m%d%H%M}", at, NOBODYS_CHAT, PLAN, _args(campaign, now))


def _args(campaign: Campaign, since: datetime) -> dict[str, object]:
    return {"campaign": campaign.id, "since": since.isoformat()}


async def replan(db: Session, campaign: Campaign, now: datetime, since: datetime | None = None) -> int:
    """Plan what falls due after ``since`` (now) and within the time planned ahead; returns how many steps were new."""
    calendar = await calendars.calendar_of(db, campaign)
    told = await _Told.of(db, campaign, now)
    new = 0
    for matter, owners, group_id in await open_matters(db, campaign, now):
        ladder = ladders_of(campaign.pack)[matter.kind]
        meant = {
            "owner": told.whom(owners),
            "leader": told.whom(told.leaders(group_id)),
            "office": told.whom(told.office),
        }
        try:
            every = steps(matter, ladder, meant, calendar)
        except NoWorkday:
            continue
        within = [one for one in every if (since or now) < one.at <= now + AHEAD]
        new += await reminders.plan(db, campaign.id, within, told.chats, now)
    return new


class _Told:
    """The people of a campaign who can be told something, and where."""

    def __init__(self, everybody: Sequence[Person], now: datetime) -> None:
        self.people = {one.id: one for one in everybody if one.telegram_id is not None}
        self.chats = {one.id: one.telegram_id for one in self.people.values() if one.telegram_id is not None}
        self._whom: dict[int, Whom] = {}
        self._holding: dict[tuple[Role, int | None], dict[int, None]] = {}
        for one in self.people.values():
            for held in one.roles_now(now):
                for group_id in (held.group_id, None):
                    self._holding.setdefault((held.role, group_id), {})[one.id] = None

    @classmethod
    async def of(cls, db: Session, campaign: Campaign, now: datetime) -> _Told:
        groups = {one.id: one for one in await campaigns.groups_of(db, campaign.id)}
        told = cls(await people.at_work(db, set(groups), now), now)
        quiet = await calendars.quiet_of_all(db)
        for one in told.people.values():
            group_id = next((held.group_id for held in one.roles_now(now) if held.group_id in groups), None)
            zone = calendars.zone_of_group(campaign, groups.get(group_id or 0))
            told._whom[one.id] = Whom(one.id, zone, quiet.get(one.id, Quiet()))
        return told

    def whom(self, ids: Sequence[int]) -> list[Whom]:
        return [self._whom[one] for one in dict.fromkeys(ids) if one in self._whom]

    def with_role(self, role: Role, group_id: int | None = None) -> list[int]:
        """Return who holds a role, in one group where one is given, by id."""
        return list(self._holding.get((role, group_id), ()))

    def of_group(self, group_id: int) -> list[int]:
        """Return everybody who works in a group, by id."""
        return sorted({one for role in FIELD for one in self.with_role(role, group_id)})

    def leaders(self, group_id: int) -> list[int]:
        """Return who leads a group: its deputies where it has no leader; nobody leads the office (0)."""
        if not group_id:
            return []
        return self.with_role(Role.leader, group_id) or self.with_role(Role.deputy, group_id)

    @property
    def of_office(self) -> list[int]:
        """Return who meets where the office meets: itself, the administrators and whoever leads a group."""
        return [one for role in (Role.admin, Role.office, Role.leader) for one in self.with_role(role)]

    @property
    def office(self) -> list[int]:
        """Return who is meant by the office: the administrators where nobody else is there."""
        return self.with_role(Role.office) or self.with_role(Role.admin)


async def open_matters(db: Session, campaign: Campaign, now: datetime, kinds: Collection[str] = ()) -> list[Open]:
    """Return everything that is due in a campaign and not done; of some kinds alone, where any are named."""
    told = await _Told.of(db, campaign, now)
    found: list[Open] = []
    for about, source in _SOURCES:
        if not kinds or not about.isdisjoint(kinds):
            found += await source(db, campaign, told, now)
    return found


async def _items(db: Session, campaign: Campaign, told: _Told, _: datetime) -> list[Open]:
    """Return the work items that are not done, by the group that owes them."""
    found: list[Open] = []
    groups = await campaigns.groups_of(db, campaign.id)
    done = await work.done_of(db, campaign.id)
    for item in await work.items_of(db, campaign.id):
        parties = [work.OFFICE] if item.once or not groups else [one.id for one in groups]
        for party in parties:
            if party not in done.get(item.id, {}):
                owners = told.with_role(item.owner, party or None) or told.office
                found.append((Matter("item", f"item:{item.id}:{party}", item.due_on), owners, party))
    return found


async def _rounds(db: Session, campaign: Campaign, told: _Told, _: datetime) -> list[Open]:
    """Return the beginnings and ends of rounds."""
    found: list[Open] = []
    groups = await campaigns.groups_of(db, campaign.id)
    for one in await campaigns.rounds_of(db, campaign.id):
        for group in groups:
            leaders = told.leaders(group.id)
            found.append((Matter("opens", f"opens:{one.id}:{group.id}", one.starts_on), leaders, group.id))
            found.append((Matter("closes", f"closes:{one.id}:{group.id}", one.ends_on), leaders, group.id))
    return found


async def _uncovered(db: Session, campaign: Campaign, told: _Told, now: datetime) -> list[Open]:
    """Return the groups that have units left in a round that is on or about to begin."""
    found: list[Open] = []
    for one in await campaigns.rounds_of(db, campaign.id):
        if one.starts_on - AHEAD <= campaigns.day_in(campaign.zone, now) <= one.ends_on:
            left = {line.group_id for line in await coverage.ledger(db, one) if line.stand is Stand.uncovered}
            found += [
                (Matter("uncovered", f"uncovered:{one.id}:{group.id}", one.ends_on), told.leaders(group.id), group.id)
                for group in await campaigns.groups_of(db, campaign.id)
                if group.id in left
            ]
    return found


async def _enquiries(db: Session, campaign: Campaign, told: _Told, _: datetime) -> list[Open]:
    """Return the enquiries that nobody has answered."""
    found: list[Open] = []
    for asked in await enquiries.waiting(db, campaign_id=campaign.id):
        owners = told.of_group(asked.group_id) if asked.group_id is not None else told.office
        owners = [person_id for person_id in owners if person_id != asked.asker_id]
        found.append((Matter("enquiry", f"enquiry:{asked.id}", asked.due_on), owners, asked.group_id or 0))
    return found


async def _visits(db: Session, campaign: Campaign, told: _Told, _: datetime) -> list[Open]:
    """Return the visits that are not handed in."""
    found: list[Open] = []
    for visit in await visits.unfinished(db, campaign.id):
        if visit.planned_on is None:
            continue
        team = [one.person_id for one in visit.members] or [
            *told.with_role(Role.inspector, visit.group_id),
            *told.leaders(visit.group_id),
        ]
        kinds = ("tomorrow", "start") if visit.state is visits.State.planned else ("submit",)
        found += [(Matter(kind, f"{kind}:{visit.id}", visit.planned_on), team, visit.group_id) for kind in kinds]
    return found


async def _on_visits(db: Session, campaign: Campaign, told: _Told, now: datetime) -> list[Open]:
    """Return what was sent back to be mended or waits to be judged, and what those have left who are gone."""
    found: list[Open] = []
    for ticket, works in await corrections.unsettled(db, campaign.id, now):
        group = ticket.visit.group_id
        if ticket.state is corrections.State.open:
            owners = [ticket.to_id] if works else told.leaders(group)
            found.append((Matter("mend", f"mend:{ticket.id}", ticket.due_on), owners, group))
        else:
            day = campaigns.day_in(campaign.zone, ticket.changed_at)
            found.append((Matter("judge", f"judge:{ticket.id}", day), told.leaders(group), group))
    for visit, person, at in await departures.departed(db, campaign.id, now):
        day = campaigns.day_in(campaign.zone, at)
        found.append((Matter("left", f"left:{visit.id}:{person}", day), told.leaders(visit.group_id), visit.group_id))
    return found


async def _meetings(db: Session, campaign: Campaign, told: _Told, now: datetime) -> list[Open]:
    """Return the meetings still to come, and what was decided at one and is not done."""
    groups = {one.id: one for one in await campaigns.groups_of(db, campaign.id)}
    found = []
    for meeting in await meetings.all_planned(db, campaign.id):
        if meeting.starts_at > now:
            group = groups.get(meeting.group_id or 0)
            day = campaigns.day_in(calendars.zone_of_group(campaign, group), meeting.starts_at)
            who = told.of_group(group.id) if group else told.of_office
            found.append((Matter("meeting", f"meeting:{meeting.id}", day), who, meeting.group_id or 0))
    for one, group_id in await meetings.all_undone(db, campaign.id):
        found.append((Matter("decision", f"decision:{one.id}", one.due_on), [one.owner_id], group_id or 0))
    return found


_SOURCES: Final = (
    ({"item"}, _items),
    ({"opens", "closes"}, _rounds),
    ({"uncovered"}, _uncovered),
    ({"enquiry"}, _enquiries),
    ({"meeting", "decision"}, _meetings),
    ({"tomorrow", "start", "submit"}, _visits),
    ({"mend", "judge", "left"}, _on_visits),
)
"""What there is to be reminded of, by kind, and who knows it."""


async def still_open(db: Session, campaign: Campaign, now: datetime, asked: Iterable[str]) -> dict[str, Matter]:
    """Return what of these is open in a campaign, by its key; whatever is not is out of date."""
    keys = set(asked)
    kinds = {key.partition(":")[0] for key in keys}
    found = await open_matters(db, campaign, now, kinds) if kinds else []
    return {matter.key: matter for matter, _, _ in found if matter.key in keys}


async def not_before(db: Session, campaign: Campaign, person: Person, now: datetime) -> datetime:
    """Return the first moment from now on at which a person may be told something that is not urgent."""
    held = next((one.group_id for one in person.roles_now(now) if one.group_id is not None), None)
    group = await campaigns.group(db, held) if held is not None else None
    quiet = await calendars.quiet_of(db, person.id)
    zone = calendars.zone_of_group(campaign, group)
    return next_disturbable(now, zone, quiet, await calendars.calendar_of(db, campaign))
