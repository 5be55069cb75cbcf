"""What is due in a campaign and not done, whose it is, and who is told: each kind of matter from who knows it.

Asks and names only: when somebody is told of it is worked out in :mod:`handlers.reminding`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from storage import people
from storage.campaign import calendars, campaigns, coverage, meetings, work
from storage.people import FIELD, Role
from storage.visit import agenda, corrections, departures, visits
from storage.voices import enquiries
from supervision.calendar import Quiet
from supervision.coverage import Stand
from supervision.reminders import Matter, Whom

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from storage.campaign.campaigns import Campaign
    from storage.database import Session
    from storage.people import Person

Open: TypeAlias = tuple[Matter, list[int], int]
"""A matter that is open, whose it is, and the group it is of (0: the office)."""

SOON: Final = timedelta(hours=36)
"""So long before a round begins its units without a visit are asked about."""


class Told:
    """The people of a campaign who can be told something, and where."""

    def __init__(self, everybody: Sequence[Person], now: datetime) -> None:
        self.people = {one.id: one for one in everybody if one.telegram_id is not None}
        self.chats = {one.id: one.telegram_id for one in self.people.values() if one.telegram_id is not None}
        self._whom: dict[int, Whom] = {}
        self._holding: dict[tuple[Role, int | None], dict[int, None]] = {}
        self._roles = {one.id: one.roles_now(now) for one in self.people.values()}
        for one in self.people.values():
            for held in self._roles[one.id]:
                for group_id in (held.group_id, None):
                    self._holding.setdefault((held.role, group_id), {})[one.id] = None

    @classmethod
    async def of(cls, db: Session, campaign: Campaign, now: datetime) -> Told:
        """Return the people of a campaign as it is at a moment."""
        groups = {one.id: one for one in await campaigns.groups_of(db, campaign.id)}
        told = cls(await people.at_work(db, set(groups), now), now)
        quiet = await calendars.quiet_of_all(db)
        for one in told.people.values():
            group_id = next((held.group_id for held in one.roles_now(now) if held.group_id in groups), None)
            zone = calendars.zone_of_group(campaign, groups.get(group_id or 0))
            told._whom[one.id] = Whom(one.id, zone, quiet.get(one.id, Quiet()))
        return told

    def whom(self, ids: Sequence[int]) -> list[Whom]:
        """Return those of some people who can be told something, each once."""
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

    def meant(self, owners: Sequence[int], group_id: int) -> dict[str, Sequence[int]]:
        """Return whom a ladder means by each of its names, for a matter of a group (0: of the office)."""
        return {"owner": owners, "leader": self.answerable(group_id), "office": self.office}

    def answerable(self, group_id: int) -> list[int]:
        """Return who hears what a group's leader has to hear: the office where nobody leads the group."""
        return self.leaders(group_id) or (self.office if group_id else [])

    def may_take(self, person_id: int, giver_id: int, group_id: int) -> bool:
        """Tell whether somebody can stand in for whoever hands over a matter of a group."""
        if person_id not in self.people:
            return False
        return self.near(person_id, giver_id) or person_id in self.of_group(group_id) or person_id in self.central

    def near(self, one: int, other: int) -> bool:
        """Tell whether two people work in one group, or both in the office."""
        groups = [
            {held.group_id for held in self._roles.get(each, ()) if held.group_id is not None} for each in (one, other)
        ]
        return bool(groups[0] & groups[1]) or {one, other} <= self.central

    @property
    def central(self) -> set[int]:
        """Return who works in the office or looks after it all."""
        return {one for role in (Role.admin, Role.office) for one in self.with_role(role)}

    @property
    def of_office(self) -> list[int]:
        """Return who meets where the office meets: itself, the administrators and whoever leads a group."""
        return [one for role in (Role.admin, Role.office, Role.leader) for one in self.with_role(role)]

    @property
    def office(self) -> list[int]:
        """Return who is meant by the office: the administrators where nobody else is there."""
        return self.with_role(Role.office) or self.with_role(Role.admin)


async def open_matters(
    db: Session, campaign: Campaign, now: datetime, kinds: Collection[str] = (), keys: Collection[str] = ()
) -> list[Open]:
    """Return everything that is due in a campaign and not done; of some kinds alone, where any are named.

    ``keys``: of visits those of these matters alone; a campaign has thousands of them.
    """
    told = await Told.of(db, campaign, now)
    found: list[Open] = []
    for about, source in _SOURCES:
        if not kinds or not about.isdisjoint(kinds):
            found += await source(db, campaign, told, now)
    for about, of_visits in _OF_VISITS:
        if not kinds or not about.isdisjoint(kinds):
            found += await of_visits(db, campaign, told, now, _ids(keys, about))
    return found


def _ids(keys: Collection[str], about: Collection[str]) -> list[int] | None:
    """Return the visits that keys of some kinds name, None where no keys are given."""
    named = (key.split(":") for key in keys)
    return sorted({int(number) for kind, number, *_ in named if kind in about}) if keys else None


async def _items(db: Session, campaign: Campaign, told: Told, _: datetime) -> list[Open]:
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


async def _rounds(db: Session, campaign: Campaign, told: Told, _: datetime) -> list[Open]:
    """Return the beginnings and ends of rounds, for the groups that take part; one that is closed is done."""
    found: list[Open] = []
    groups = await campaigns.groups_of(db, campaign.id)
    for one in await campaigns.rounds_of(db, campaign.id):
        taking_part = [each for each in groups if not one.group_ids or each.id in one.group_ids]
        for group in taking_part if one.closed_at is None else ():
            leaders = told.leaders(group.id)
            found.append((Matter("opens", f"opens:{one.id}:{group.id}", one.starts_on), leaders, group.id))
            found.append((Matter("closes", f"closes:{one.id}:{group.id}", one.ends_on), leaders, group.id))
    return found


async def _uncovered(db: Session, campaign: Campaign, told: Told, now: datetime) -> list[Open]:
    """Return the groups that have units left in a round that is on or about to begin."""
    found: list[Open] = []
    for one in await campaigns.rounds_of(db, campaign.id):
        on = one.starts_on - SOON <= campaigns.day_in(campaign.zone, now) <= one.ends_on
        if on and one.closed_at is None:
            left = {line.group_id for line in await coverage.ledger(db, one) if line.stand is Stand.uncovered}
            found += [
                (Matter("uncovered", f"uncovered:{one.id}:{group.id}", one.ends_on), told.leaders(group.id), group.id)
                for group in await campaigns.groups_of(db, campaign.id)
                if group.id in left
            ]
    return found


async def _enquiries(db: Session, campaign: Campaign, told: Told, _: datetime) -> list[Open]:
    """Return the enquiries that nobody has answered."""
    found: list[Open] = []
    for asked in await enquiries.waiting(db, campaign_id=campaign.id):
        owners = told.of_group(asked.group_id) if asked.group_id is not None else told.office
        owners = [person_id for person_id in owners if person_id != asked.asker_id]
        found.append((Matter("enquiry", f"enquiry:{asked.id}", asked.due_on), owners, asked.group_id or 0))
    return found


async def _visits(
    db: Session, campaign: Campaign, told: Told, now: datetime, ids: Collection[int] | None
) -> list[Open]:
    """Return the visits that are not handed in; nobody is told to go on a day that is over."""
    found: list[Open] = []
    today = campaigns.day_in(campaign.zone, now)
    for visit in await agenda.unfinished(db, campaign.id, ids):
        if visit.planned_on is None:
            continue
        team = [one.person_id for one in visit.members] or [
            *told.with_role(Role.inspector, visit.group_id),
            *told.leaders(visit.group_id),
        ]
        kinds = ("tomorrow", "start") if visit.planned_on >= today else ("start",)
        kinds = kinds if visit.state is visits.State.planned else ("submit",)
        found += [(Matter(kind, f"{kind}:{visit.id}", visit.planned_on), team, visit.group_id) for kind in kinds]
    return found


async def _tickets(db: Session, campaign: Campaign, told: Told, now: datetime) -> list[Open]:
    """Return what was sent back to be mended or waits to be judged; a group that nobody leads is the office's."""
    found: list[Open] = []
    for ticket, works in await corrections.unsettled(db, campaign.id, now):
        group = ticket.visit.group_id
        if ticket.state is corrections.State.open:
            owners = [ticket.to_id] if works else told.answerable(group)
            found.append((Matter("mend", f"mend:{ticket.id}", ticket.due_on), owners, group))
        else:
            day = campaigns.day_in(campaign.zone, ticket.changed_at)
            found.append((Matter("judge", f"judge:{ticket.id}", day), told.answerable(group), group))
    return found


async def _departed(
    db: Session, campaign: Campaign, told: Told, now: datetime, ids: Collection[int] | None
) -> list[Open]:
    """Return what those have left who are gone."""
    found: list[Open] = []
    for visit, person, at in await departures.departed(db, campaign.id, now, ids):
        day = campaigns.day_in(campaign.zone, at)
        owners = told.answerable(visit.group_id)
        found.append((Matter("left", f"left:{visit.id}:{person}", day), owners, visit.group_id))
    return found


async def _meetings(db: Session, campaign: Campaign, told: Told, now: datetime) -> list[Open]:
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
    ({"mend", "judge"}, _tickets),
)
"""What there is to be reminded of, by kind, and who knows it."""

_OF_VISITS: Final = (
    ({"tomorrow", "start", "submit"}, _visits),
    ({"left"}, _departed),
)
"""Those who ask for single visits."""
