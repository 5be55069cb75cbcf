"""Whose digest a person may see: leaders and deputies their own group's, the office and administrators everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.belonging import campaign_of
from handlers.errors import Stale, UserError
from handlers.journey import number
from handlers.text import mark
from storage.campaign import campaigns
from storage.campaign.digest_plans import OFFICE
from storage.people import Role

if TYPE_CHECKING:
    from handlers.text import Speech
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Group

NO_GROUP = mark("You lead no group of a campaign that is under way.")
LEAD = (Role.leader, Role.deputy)
CENTRE = (Role.office, Role.admin)


async def own(turn: Turn) -> tuple[Campaign, Group | None]:
    """Return the digest that is a person's own: of the group they lead, else of the whole campaign for the office."""
    held = [one for one in turn.who.roles_now(turn.now) if one.role in LEAD and one.group_id is not None]
    if held:
        group = await campaigns.group(turn.db, held[0].group_id or 0)
        campaign = await campaign_of(turn.db, held[0].group_id)
        if group is not None and campaign is not None:
            return campaign, group
    if turn.who.has(turn.now, *CENTRE):
        campaign = await campaigns.current(turn.db, turn.now)
        if campaign is not None:
            return campaign, None
    raise UserError(NO_GROUP)


async def asked(turn: Turn, args: tuple[str, ...]) -> tuple[Campaign, Group | None]:
    """Return whose digest a button is about; Stale for what is not the person's to see."""
    wanted = number(args, 0)
    if wanted == OFFICE:
        campaign = await campaigns.current(turn.db, turn.now)
        if campaign is None or not turn.who.has(turn.now, *CENTRE):
            raise Stale
        return campaign, None
    group = await campaigns.group(turn.db, wanted)
    if group is None:
        raise Stale
    if not (turn.who.has(turn.now, *CENTRE) or turn.who.has(turn.now, *LEAD, group_id=group.id)):
        raise Stale
    campaign = await campaigns.get(turn.db, group.campaign_id)
    if campaign is None:
        raise Stale
    return campaign, group


def name_of(words: Speech, campaign: Campaign, group: Group | None) -> str:
    """Return whose digest it is."""
    return group.name if group else campaign.title_in(words.language)
