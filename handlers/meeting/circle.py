"""Who meets: a group, or the office with those who lead the groups; who is called, who may lead, whose clock counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from handlers.belonging import campaign_of
from handlers.errors import Stale, UserError
from handlers.own_groups import own_groups
from handlers.text import mark
from storage import people
from storage.campaign import calendars, campaigns
from storage.people import FIELD, Role

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Group
    from storage.campaign.meetings import Meeting
    from storage.database import Session
    from storage.people import Person

OFFICE: Final = 0
"""Stands for the office where a group's id would stand on a button."""

LEADING: Final = (Role.leader, Role.deputy)
CARETAKERS: Final = (Role.admin, Role.office)

NOWHERE = mark("You belong to no group that meets. Meetings come with a campaign and its groups.")


@dataclass(frozen=True, slots=True)
class Circle:
    """Those who meet: of one group, or (none) of the office with the leaders of all groups."""

    campaign: Campaign
    group: Group | None

    @property
    def group_id(self) -> int | None:
        """Return the group's id; None for the office."""
        return self.group.id if self.group else None

    @property
    def key(self) -> int:
        """Return what stands for it on a button."""
        return self.group.id if self.group else OFFICE

    @property
    def zone(self) -> ZoneInfo:
        """Return where its clocks are."""
        return calendars.zone_of_group(self.campaign, self.group)

    def name(self, turn: Turn) -> str:
        """Return what it is called."""
        return self.group.name if self.group else turn.label("Office and leaders")

    async def people(self, turn: Turn) -> list[Person]:
        """Return everybody who is called to its meetings."""
        groups = [self.group] if self.group else await campaigns.groups_of(turn.db, self.campaign.id)
        ids = {one.id for one in groups}
        return [one for one in await people.at_work(turn.db, ids, turn.now) if self._called(turn, one, ids)]

    def _called(self, turn: Turn, person: Person, groups: set[int]) -> bool:
        held = person.roles_now(turn.now)
        if self.group is not None:
            return any(one.group_id in groups and one.role in FIELD for one in held)
        return any(one.role in CARETAKERS or (one.role is Role.leader and one.group_id in groups) for one in held)

    def led_by(self, turn: Turn) -> bool:
        """Tell whether the person calls its meetings and has things decided there."""
        if turn.who.has(turn.now, *CARETAKERS):
            return True
        return self.group is not None and turn.who.has(turn.now, *LEADING, group_id=self.group.id)


async def own(turn: Turn) -> Circle:
    """Return the circle somebody meets in: that of their group, else that of the office; raises UserError."""
    if not turn.who.has(turn.now, *CARETAKERS):
        group_id = next(iter(own_groups(turn)), None)
        campaign = await campaign_of(turn.db, group_id) if group_id is not None else None
        if group_id is None or campaign is None:
            raise UserError(NOWHERE)
        return Circle(campaign, await campaigns.group(turn.db, group_id))
    current = await campaigns.current(turn.db, turn.now)
    if current is None:
        raise UserError(NOWHERE)
    return Circle(current, None)


async def circle(turn: Turn, campaign_id: int, group_id: int | None) -> Circle:
    """Return the circle a button or a meeting is about; Stale when it is not the person's to see."""
    found = await known(turn.db, campaign_id, group_id)
    if found is None or not may_see(turn, found, turn.who):
        raise Stale
    return found


async def known(db: Session, campaign_id: int, group_id: int | None) -> Circle | None:
    """Return a circle by its ids; None when there is no such campaign or group."""
    campaign = await campaigns.get(db, campaign_id)
    group = await campaigns.group(db, group_id) if group_id else None
    if campaign is None or (group_id and (group is None or group.campaign_id != campaign_id)):
        return None
    return Circle(campaign, group)


def may_see(turn: Turn, one: Circle, person: Person) -> bool:
    """Tell whether somebody is of a circle; the office sees all of them."""
    if person.has(turn.now, *CARETAKERS):
        return True
    if one.group is None:
        return person.has(turn.now, Role.leader)
    return any(held.group_id == one.group.id and held.role in FIELD for held in person.roles_now(turn.now))


async def of(turn: Turn, meeting: Meeting) -> Circle:
    """Return the circle of a meeting; Stale when it is not the person's to see."""
    return await circle(turn, meeting.campaign_id, meeting.group_id)
