"""Says on the live card why a message was not taken, so that the card never stays behind above a complaint.

The turn that was refused has been undone: nothing is written here. What was on screen is shown again, with the reason
under it. A text that was too long is remembered for a moment, because the sender's client sends it in parts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from handlers.access import may
from handlers.chat import Text
from handlers.checklist.card import Receipt
from handlers.checklist.steps import hear, show_again
from handlers.sheet import sheet_of
from storage.visit import visits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.chat import Message
    from handlers.turn import Turn


LIKELY_CUT: Final = 3500
"""Characters from which a text was probably cut by the sender's client, which does so at a blank before 4096."""

AT_ONCE: Final = timedelta(seconds=2)
"""The parts of a cut text come within this."""


async def complain(turn: Turn, sent: Message, said: Markup) -> bool:
    """Show what was on screen once more with the reason under it; False when the chat is in no visit of this person."""
    if not may(turn.person, "checklist.message", turn.now):
        return False
    visit = await visits.get(turn.db, int(turn.state.get("visit", 0)))
    if visit is None or not visit.open_to(turn.who, turn.now) or await _elsewhere(turn, sent, visit.id):
        return False
    sheet = await sheet_of(turn, visit)
    before = turn.state
    show_again(turn, sheet, Receipt(Markup(""), complaint=said))
    kept: dict[str, Any] = {name: before[name] for name in ("run", "heard") if name in before}
    if isinstance(sent, Text) and not sent.edited:
        kept |= _cut(before, sent)
    turn.remember("checklist", **{**turn.state, **kept})
    hear(turn, sent)
    return True


async def _elsewhere(turn: Turn, sent: Message, visit_id: int) -> bool:
    """Tell whether an edited message belongs to another visit than the one on screen."""
    if not sent.edited:
        return False
    written = await visits.by_message(turn.db, turn.chat_id, sent.message_id)
    return bool(written) and all(one.visit_id != visit_id for one in written)


def _cut(state: Mapping[str, Any], sent: Text) -> dict[str, Any]:
    """Return what to remember of a text that was refused, when another part of it may follow at once."""
    before = length_before(state, sent)
    if not before and len(sent.text) < LIKELY_CUT:
        return {}
    return {"cut": {"at": sent.at.isoformat(), "length": before + len(sent.text)}}


def length_before(state: Mapping[str, Any], sent: Text) -> int:
    """Return how long the parts were that came just before this one and were refused; 0 when it is no part of one."""
    cut = state.get("cut")
    if not cut or not timedelta(0) <= sent.at - datetime.fromisoformat(cut["at"]) <= AT_ONCE:
        return 0
    return int(cut["length"])
