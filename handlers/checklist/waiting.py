"""Keeps what is sent while there is no place for it, and asks where it belongs.

A photo sent with no visit open, or on one that has been handed in, is not filed and not lost: it waits in the
conversation as plain data until a visit, or an item, is opened for it. Words do not wait; their sender is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.access import may
from handlers.chat import Attachment, Button, Place, Text
from handlers.checklist.filing import described, summed
from handlers.errors import UserError
from handlers.handing import may_withdraw
from handlers.journey import data
from handlers.progress import called, unit_label
from handlers.text import mark
from storage import people, visits

if TYPE_CHECKING:
    from handlers.chat import Message, Rows
    from handlers.turn import Turn
    from storage.visits import Visit

MOST: Final = 100
"""Pieces that may wait; an evening's photos, not an archive."""

SHOWN: Final = 5
"""Visits that are offered."""

TOO_MANY = mark("{most} pieces are waiting for a visit already; please open one first. This one was not kept.")


def _keep(turn: Turn, sent: Attachment | Place) -> None:
    if len(turn.waiting) >= MOST:
        raise UserError(TOO_MANY, most=MOST)
    turn.keep_waiting([*turn.waiting, described(sent)])


async def _visits(turn: Turn, but: int = 0) -> Rows:
    """Return a button for each visit that is open to this person, the likeliest first."""
    mine = await visits.planned_for(turn.db, turn.who, turn.now, SHOWN + 1)
    return tuple(
        (Button(unit_label(visit), data("visit", "open", visit.id)),) for visit in mine if visit.id != but
    )[:SHOWN]


async def stranded(turn: Turn, sent: Message) -> bool:
    """Take what is sent by somebody who has open visits but stands in none."""
    if not isinstance(sent, Text | Attachment | Place) or not may(turn.person, "visit.open", turn.now):
        return False
    rows = await _visits(turn)
    if not rows:
        return False
    if isinstance(sent, Text):
        text = turn.t("No visit is open here, so this was not recorded. Please open one, then send it again.")
        if turn.waiting:
            text += Markup("\n") + turn.t("{what} still kept, not filed.", what=summed(turn, turn.waiting))
    else:
        _keep(turn, sent)
        text = turn.t(
            "No visit is open here. {what} kept, not filed yet. Which visit is it for?", what=summed(turn, turn.waiting)
        )
    turn.card(text, rows)
    return True


async def after_handing_in(turn: Turn, visit: Visit, sent: Text | Attachment | Place) -> None:
    """Say that a visit has been handed in: whoever did it can withdraw it, other visits are open."""
    author = await people.by_id(turn.db, visit.submitted_by) if visit.submitted_by else None
    handed_in = turn.t("{who} handed in the visit to {unit}.", who=called(author), unit=visit.unit.name)
    if isinstance(sent, Text):
        said = turn.t("This was not recorded. To add it, withdraw the visit and send it again.")
    else:
        _keep(turn, sent)
        what = summed(turn, turn.waiting)
        said = turn.t("{what} kept, not filed. Withdraw the visit to add it, or choose another one.", what=what)
    rows = await _visits(turn, but=visit.id)
    if may_withdraw(turn, visit, author):
        rows = ((Button(turn.label("↶ Withdraw"), data("visit", "withdraw", visit.id)),), *rows)
    turn.card(handed_in + Markup("\n") + said, rows or _list(turn))


def _list(turn: Turn) -> Rows:
    return ((Button(turn.label("◀ Visits"), data("visit", "today")),),)


def revise(turn: Turn, message_id: int, caption: str) -> bool:
    """Give a piece that waits its new caption; False when it does not wait."""
    pieces = turn.waiting
    found = [kept for kept in pieces if kept["message_id"] == message_id]
    if found:
        turn.keep_waiting([kept | {"caption": caption} if kept in found else kept for kept in pieces])
    return bool(found)
