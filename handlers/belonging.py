"""Where a person belongs: roles, groups and campaigns in words, for greetings, profiles and invitations.

Reads only. What somebody may do because of it is decided in the access table and in :mod:`handlers.roles`.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.allowed import SUPERVISORS
from handlers.roles import NAMES
from storage.campaign import campaigns
from storage.people import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from handlers.text import Speech
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Group, Unit
    from storage.database import Session
    from storage.people import Person

VISITED: Final = frozenset({Role.contact, Role.member})
"""Roles of people in the units that a group visits."""


def roles_of(person: Person | None, now: datetime) -> frozenset[Role]:
    """Return the roles somebody holds now; none for a stranger."""
    return frozenset(one.role for one in person.roles_now(now)) if person else frozenset()


def reads_internal(person: Person | None, now: datetime) -> bool:
    """Tell whether somebody reads what is for those who supervise; others are not told that the library has it."""
    return bool(roles_of(person, now) & SUPERVISORS)


async def campaign_of(db: Session, group_id: int | None) -> Campaign | None:
    """Return the group's campaign, or the latest one for a role that belongs to no group."""
    if group_id is not None:
        return await campaigns.campaign_of_group(db, group_id)
    every = await campaigns.all_campaigns(db)
    return every[0] if every else None


def zone_of(campaign: Campaign | None) -> tzinfo:
    """Return the time zone the campaign lives in; UTC before there is one."""
    return campaign.zone if campaign else UTC


async def place_of(db: Session, role: Role, *, group_id: int | None, unit_id: int | None) -> Group | Unit | None:
    """Return where somebody with this role belongs: the group, or for those who are visited their unit, if any.

    A contact or a member has to do with the group that visits them, and is not one of it.
    """
    if role in VISITED:
        return await campaigns.unit(db, unit_id) if unit_id is not None else None
    return await campaigns.group(db, group_id) if group_id is not None else None


async def words(
    db: Session, speech: Speech, role: Role, *, group_id: int | None = None, unit_id: int | None = None
) -> Markup:
    """Put a role into words, from the role to the campaign: "Inspector · Group 2 · “The campaign”"."""
    campaign = await campaign_of(db, group_id)
    place = await place_of(db, role, group_id=group_id, unit_id=unit_id)
    parts = [Markup("{}").format(one) for one in (speech.label(NAMES[role]), place.name if place else "") if one]
    if campaign is not None:
        parts.append(speech.t("“{title}”", title=campaign.title_in(speech.language)))
    return Markup(" · ").join(parts)


async def places(turn: Turn, person: Person) -> list[Markup]:
    """Return one line for every role the person holds now, the widest role first."""
    order = list(NAMES)
    held = sorted(person.roles_now(turn.now), key=lambda one: (order.index(one.role), one.id))
    return [await words(turn.db, turn.speech, one.role, group_id=one.group_id, unit_id=one.unit_id) for one in held]


async def led_by(turn: Turn, person: Person) -> Sequence[Group]:
    """Return the groups the person leads now."""
    ids = {one.group_id for one in person.roles_now(turn.now) if one.role is Role.leader and one.group_id is not None}
    found = [await campaigns.group(turn.db, group_id) for group_id in sorted(ids)]
    return [group for group in found if group is not None]


async def open_groups(turn: Turn) -> list[tuple[Campaign, Group]]:
    """Return every group of the campaigns that are not over, with its campaign."""
    return [
        (campaign, group)
        for campaign in await campaigns.all_campaigns(turn.db)
        if campaign.ends_on >= campaigns.day_in(campaign.zone, turn.now)
        for group in await campaigns.groups_of(turn.db, campaign.id)
    ]
