"""Draws an open card anew after a colleague has worked on the visit: in place, silently, and what stood under it stays.

It writes nothing and moves nobody: whoever was on an item is on it still.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.checklist.sharing import in_place, quietly
from handlers.checklist.steps import show_again, under
from handlers.sheet import sheet_of
from handlers.turn import LIVE
from storage.visit import visits

if TYPE_CHECKING:
    from handlers.chat import Timer
    from handlers.turn import Turn


async def follow(turn: Turn, timer: Timer) -> None:
    """Show on the card in this chat what has become of the visit."""
    del timer
    if turn.conversation.journey != "checklist" or turn.person is None:
        return
    card = await in_place(turn)
    visit = await visits.get(turn.db, int(turn.state.get("visit", 0))) if card is not None else None
    if card is None or visit is None or not visit.open_to(turn.who, turn.now):
        return
    before = turn.state[LIVE]
    show_again(turn, await sheet_of(turn, visit), under(before, turn.state.get("run")))
    if turn.state.get(LIVE) == before:
        turn.replies.clear()
    else:
        quietly(turn, card)
