"""Puts together what the sender's client has cut: a long text comes as two messages, one right after the other.

Clients cut at a blank before 4,096 characters, so the first part may well be short enough to be taken by itself. What
follows at once belongs to the same answer, whatever the card asks for by then.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers.checklist.card import Receipt
from handlers.checklist.complaining import AT_ONCE, LIKELY_CUT
from handlers.checklist.entry import joined
from handlers.checklist.steps import held, refuse_violation, show_again, write

if TYPE_CHECKING:
    from handlers.chat import Text
    from handlers.sheet import Sheet
    from handlers.turn import Turn


def remember(turn: Turn, sheet: Sheet, sent: Text) -> None:
    """Remember where a text went that may have been cut."""
    if len(sent.text) < LIKELY_CUT or turn.conversation.journey != "checklist":
        return
    mine = (turn.chat_id, sent.message_id)
    given = [path for path, one in sheet.answers.items() if (one.chat_id, one.message_id) == mine]
    texts = [path for path in given if (question := sheet.asked_for(path)) is not None and question.kind == "text"]
    if len(texts) == 1:
        long = {"at": sent.at.isoformat(), "path": texts[0], "first": sent.message_id}
        turn.remember("checklist", **{**turn.state, "long": long})


async def continued(turn: Turn, sheet: Sheet, sent: Text) -> bool:
    """Add what came right after a long text to what it answered; False when it is no further part of one."""
    long = held(turn, sheet).get("long")
    if not long or sent.forwarded or sent.edited or not sent.text.strip():
        return False
    pause = sent.at - datetime.fromisoformat(long["at"])
    question, item = sheet.asked_for(str(long["path"])), sheet.item_at(str(long["path"]))
    if question is None or item is None or not abs(pause) <= AT_ONCE:
        return False
    value = joined(sheet.walk.value(question.path), sent.text.strip())
    refuse_violation(turn, sheet, question, value)
    await write(turn, sheet, question, value, sent.message_id)
    said = turn.t("✓ Added to item {number}: the rest of your long message.", number=item.key)
    show_again(turn, sheet, Receipt(said, undo=int(long["first"]), until=sent.message_id))
    if len(sent.text) >= LIKELY_CUT:
        turn.remember("checklist", **{**turn.state, "long": long | {"at": sent.at.isoformat()}})
    return True
