"""The groups somebody works in, where a screen is about one of them: which comes first, and the way to the others.

Reads only. Whoever works in several groups is shown one and taps to another; nobody is asked what has one answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.chat import Button
from handlers.progress import brief
from handlers.rows import in_rows
from storage.campaign import campaigns
from storage.people import FIELD, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from handlers.chat import Rows
    from handlers.turn import Turn

LEADING = frozenset({Role.leader, Role.deputy})


def own_groups(turn: Turn, roles: Collection[Role] = FIELD) -> list[int]:
    """Return the groups in which the person has one of these roles, those they lead first."""
    held = [one for one in turn.who.roles_now(turn.now) if one.role in roles and one.group_id is not None]
    ranked = sorted(held, key=lambda one: (one.role not in LEADING, one.group_id or 0))
    return list(dict.fromkeys(one.group_id for one in ranked if one.group_id is not None))


def wanted(turn: Turn, args: object, roles: Collection[Role] = FIELD) -> int:
    """Return the group a button names, where it is one's own; else the first; 0 for whoever is in none."""
    own = own_groups(turn, roles)
    named = args[0] if isinstance(args, tuple) and args else ""
    return next((one for one in own if str(one) == named), own[0] if own else 0)


async def others(turn: Turn, shown: int | None, to: Callable[[int, int], str], roles: Collection[Role] = FIELD) -> Rows:
    """Return a button to each other group of the person's; ``to`` makes its data of the ids of campaign and group."""
    groups = [await campaigns.group(turn.db, one) for one in own_groups(turn, roles) if one != shown]
    return in_rows([Button(brief(one.name, 12), to(one.campaign_id, one.id)) for one in groups if one is not None])
