"""An invitation being put together: what is chosen so far, and whether this person may give it.

A draft travels on buttons, so whatever is read off one is checked again, every time, against the roles of whoever
tapped: a forged, old or forwarded button gives nobody more than they may give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers.belonging import led_by, open_groups, roles_of, words
from handlers.errors import NotAllowed, Stale
from handlers.journey import data, number
from handlers.roles import gives
from storage.campaign import campaigns
from storage.giving import AT_A_UNIT, IN_A_GROUP, everywhere, may_give
from storage.people import Role

if TYPE_CHECKING:
    from handlers.turn import Turn


@dataclass(frozen=True, slots=True)
class Draft:
    """An invitation being put together; 0 where nothing is chosen."""

    role: Role
    group_id: int = 0
    unit_id: int = 0

    def to(self, verb: str) -> str:
        """Return what a button carries that takes this draft to the next step."""
        return data("invitation", verb, self.role, self.group_id, self.unit_id)

    @property
    def kept(self) -> list[str]:
        """The draft as the conversation's state keeps it, which :func:`read` reads."""
        return [self.role.value, str(self.group_id), str(self.unit_id)]


def read(args: tuple[str, ...]) -> Draft:
    """Read a draft off a button; a forged or ancient one raises Stale."""
    try:
        role = Role(args[0])
    except (IndexError, ValueError) as error:
        raise Stale from error
    return Draft(role, number(args, 1), number(args, 2))


async def described(turn: Turn, draft: Draft, name: str) -> Markup:
    """Put the draft into words: name, role, group, unit, campaign."""
    place = await words(
        turn.db, turn.speech, draft.role, group_id=draft.group_id or None, unit_id=draft.unit_id or None
    )
    return Markup("<b>{}</b> · {}").format(name, place) if name else place


def check_role(turn: Turn, draft: Draft) -> None:
    """See to it that this person may give the draft's role at all; raises NotAllowed."""
    if draft.role not in gives(roles_of(turn.who, turn.now)):
        raise NotAllowed


async def groups_for(turn: Turn, role: Role) -> dict[int, str]:
    """Return the groups this person may invite into: id -> name, with the campaign where there are several."""
    if not everywhere(roles_of(turn.who, turn.now), role):
        held = turn.who.roles_now(turn.now)
        return {group.id: group.name for group in await led_by(turn, turn.who) if may_give(held, role, group.id)}
    groups = await open_groups(turn)
    several = len({campaign.id for campaign, _ in groups}) > 1
    language = turn.speech.language
    return {
        group.id: f"{group.name} · {campaign.title_in(language)}" if several else group.name
        for campaign, group in groups
    }


async def check_group(turn: Turn, draft: Draft) -> None:
    """See to it that this person may give the draft's role in the draft's group; raises NotAllowed."""
    check_role(turn, draft)
    if draft.group_id not in await groups_for(turn, draft.role):
        raise NotAllowed


async def check(turn: Turn, draft: Draft) -> None:
    """See to it that this person may make exactly this invitation; raises NotAllowed or Stale."""
    check_role(turn, draft)
    if draft.role not in IN_A_GROUP:
        if draft.group_id or draft.unit_id:
            raise Stale
        return
    await check_group(turn, draft)
    if (draft.role in AT_A_UNIT) != bool(draft.unit_id):
        raise Stale
    units = await campaigns.units_of_group(turn.db, draft.group_id) if draft.unit_id else ()
    if draft.unit_id and draft.unit_id not in {one.id for one in units}:
        raise NotAllowed
