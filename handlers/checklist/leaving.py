"""Gives up what somebody is in the middle of on a checklist: the innermost thing first, the visit itself last.

Nothing that was answered or sent is touched: only what the chat waits for changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers.chat import Button
from handlers.checklist.card import Receipt
from handlers.checklist.pieces import summed
from handlers.checklist.steps import show
from handlers.journey import data
from handlers.sheet import sheet_of
from storage.visit import visits

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.visit.visits import Visit


async def give_up(turn: Turn) -> bool:
    """Leave the note, the list or the question that stands before an item, else the visit; False when it is gone."""
    visit = await visits.get(turn.db, int(turn.state.get("visit", 0)))
    if visit is None or not visit.open_to(turn.who, turn.now):
        return False
    mode = turn.state.get("mode")
    if mode == "overview" or (mode is None and turn.state.get("asking")):
        _leave(turn, visit)
        return True
    sheet = await sheet_of(turn, visit)
    screen = sheet.find(turn.state.get("number"))
    if screen is None:
        _leave(turn, visit)
    elif mode == "note":
        said = turn.t("Cancelled: no note was added to item {number}.", number=screen.key)
        show(turn, sheet, screen, Receipt(said))
    else:
        said = turn.t("Back at item {number}; nothing was changed.", number=screen.key)
        show(turn, sheet, screen, Receipt(said))
    return True


def _leave(turn: Turn, visit: Visit) -> None:
    """Close the visit in this chat, with a way back into it."""
    said = turn.t("You have left the visit to {unit}. What you answered and sent is saved.", unit=visit.unit.name)
    if turn.waiting:
        said += Markup("\n") + turn.t("{what} still kept, not filed.", what=summed(turn, turn.waiting))
    turn.leave()
    turn.say(said, ((Button(turn.label("Go on with it"), data("visit", "open", visit.id)),),))
