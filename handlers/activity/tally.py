"""Counts what a group has done, in all and round by round, from what was recorded: nobody types it in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.activity.card import tally_line
from handlers.chat import Button
from handlers.errors import Stale
from handlers.journey import data, number
from handlers.menu import way_back
from handlers.rows import in_rows
from storage.campaign import campaigns
from storage.people import Role
from storage.visit import activities

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.campaign.campaigns import Group

_OURS: Final = frozenset({Role.leader, Role.deputy, Role.inspector, Role.liaison})
SHOWN: Final = 12


async def tally(turn: Turn, words: str = "") -> None:
    """Show what was done so far."""
    del words
    await _show(turn, 0)


async def tap_tally(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what was done so far."""
    del args
    await _show(turn, 0)


async def of_round(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what was done in one round."""
    await _show(turn, number(args, 0))


async def _groups(turn: Turn) -> list[Group]:
    """Return the groups whose work the person may see counted: their own, for the office all of them."""
    if turn.who.has(turn.now, Role.admin, Role.office):
        every = [
            group
            for campaign in await campaigns.all_campaigns(turn.db)
            for group in await campaigns.groups_of(turn.db, campaign.id)
        ]
        return every[:SHOWN]
    ids = {one.group_id for one in turn.who.roles_now(turn.now) if one.role in _OURS and one.group_id is not None}
    found = [await campaigns.group(turn.db, one) for one in sorted(ids)]
    return [one for one in found if one is not None]


async def _show(turn: Turn, chosen: int) -> None:
    groups = await _groups(turn)
    if not groups:
        turn.card(turn.t("You belong to no group whose work could be counted."), (way_back(turn.speech),))
        return
    rounds = await campaigns.rounds_of(turn.db, groups[0].campaign_id)
    picked = next((one for one in rounds if one.number == chosen), None)
    if chosen and picked is None:
        raise Stale
    when = turn.label("round {number}", number=turn.speech.ordinal(chosen)) if picked else turn.label("all rounds")
    lines = [turn.t("<b>Activity tally</b> · {when}", when=when)]
    for group in groups:
        found = await activities.tally_of_group(turn.db, [group.id], picked.id if picked else None)
        done = turn.speech.label("nothing recorded yet") if found.empty else tally_line(turn.speech, found)
        been = turn.n("{count} visit begun", "{count} visits begun", found.visits)
        lines.append(turn.t("\n<b>{group}</b> · {been}\n{done}", group=group.name, been=been, done=done))
    numbers = [
        Button(
            ("● " if one is picked else "") + turn.label("Round {number}", number=turn.speech.ordinal(one.number)),
            data("activity", "round", one.number),
        )
        for one in rounds[:SHOWN]
    ]
    every = Button(("" if picked else "● ") + turn.label("All rounds"), data("activity", "tally"))
    turn.card(Markup("\n").join(lines), (*in_rows([every, *numbers]), way_back(turn.speech)))
