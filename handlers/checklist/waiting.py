"""Keeps what is sent while there is no place for it, and asks where it belongs.

What is sent with no visit open, or on one that has been handed in, is not filed and not lost, words as little as
photos: it waits in the conversation as plain data until a visit, or an item, is opened for it (see ``intake``), or
until its sender gives it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.access import may
from handlers.chat import Attachment, Button, Place, Text
from handlers.checklist.card import Receipt
from handlers.checklist.entry import FORWARDED
from handlers.checklist.pieces import described, keep, summed, where_to
from handlers.checklist.steps import opened, show_again, show_overview
from handlers.errors import Stale, UserError
from handlers.handing import may_withdraw
from handlers.journey import data, number
from handlers.progress import called, unit_label
from handlers.sheet import sheet_of
from storage import people
from storage.visit import agenda, visits

if TYPE_CHECKING:
    from handlers.chat import Message, Rows
    from handlers.turn import Turn
    from storage.visit.visits import Visit

SHOWN: Final = 5
"""Visits that are offered."""


async def _visits(turn: Turn, but: int = 0) -> Rows:
    """Return a button for each visit that is open to this person, the likeliest first."""
    mine = await agenda.planned_for(turn.db, turn.who, turn.now, SHOWN + 1)
    return tuple((Button(unit_label(visit), data("visit", "open", visit.id)),) for visit in mine if visit.id != but)[
        :SHOWN
    ]


async def stranded(turn: Turn, sent: Message) -> bool:
    """Take what is sent by somebody who has open visits but stands in none."""
    if not isinstance(sent, Text | Attachment | Place) or not may(turn.person, "visit.open", turn.now):
        return False
    rows = await _visits(turn)
    if not rows:
        return False
    if sent.forwarded and isinstance(sent, Text):
        raise UserError(FORWARDED, number="…")
    keep(turn, sent)
    turn.card(_which(turn), (*rows, _give_up(turn)))
    return True


def _which(turn: Turn) -> Markup:
    """Ask which visit what waits belongs to."""
    return turn.t(
        "No visit is open here. {what} kept, not filed yet. Which visit is it for?", what=summed(turn, turn.waiting)
    )


async def after_handing_in(turn: Turn, visit: Visit, sent: Text | Attachment | Place) -> None:
    """Say that a visit has been handed in: whoever did it can withdraw it, other visits are open."""
    author = await people.by_id(turn.db, visit.submitted_by) if visit.submitted_by else None
    if visit.submitted_by == turn.who.id:
        handed_in = turn.t("You have submitted the visit to {unit}.", unit=visit.unit.name)
    else:
        handed_in = turn.t("{who} has submitted the visit to {unit}.", who=called(author), unit=visit.unit.name)
    if sent.forwarded and isinstance(sent, Text):
        raise UserError(FORWARDED, number="…")
    keep(turn, sent, visit=visit.id)
    what = summed(turn, turn.waiting)
    said = turn.t("{what} kept, not filed. Withdraw the visit to add it, or choose another one.", what=what)
    rows = await _visits(turn, but=visit.id)
    if may_withdraw(turn, visit, author):
        rows = ((Button(turn.label("↶ Withdraw"), data("visit", "withdraw", visit.id)),), *rows)
    turn.card(handed_in + Markup("\n") + said, (*(rows or _list(turn)), _give_up(turn)))


def _list(turn: Turn) -> Rows:
    return ((Button(turn.label("◀ Visits"), data("visit", "today")),),)


# --- giving up ---


def _give_up(turn: Turn) -> tuple[Button, ...]:
    return (Button(turn.label("✕ Discard"), data("checklist", "drop", 0)),)


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask whether what waits is to be given up; the first number is the visit to go back to, 0 when there is none."""
    if not turn.waiting:
        raise Stale
    visit_id = number(args, 0)
    text = turn.t("Discard {what}? It is filed nowhere yet.", what=summed(turn, turn.waiting))
    back = data("checklist", "overview", visit_id) if visit_id else data("visit", "today")
    ids = turn.waiting[-1]["message_id"], len(turn.waiting)
    sure = Button(turn.label("✕ Discard"), data("checklist", "dropped", visit_id, *ids))
    turn.card(text, ((sure, Button(turn.label("Keep it"), back)),))


async def dropped(turn: Turn, args: tuple[str, ...]) -> None:
    """Give up what waits, exactly what was asked about; nothing that came since."""
    waiting = turn.waiting
    if not waiting or (waiting[-1]["message_id"], len(waiting)) != (number(args, 1), number(args, 2)):
        raise Stale
    turn.keep_waiting([])
    turn.toast(turn.label("Discarded. Nothing else was changed."))
    if number(args, 0):
        show_overview(turn, await opened(turn, number(args, 0), to_write=False))
    else:
        turn.card(turn.t("Discarded. Nothing else was changed."), _list(turn))


async def say(turn: Turn) -> None:
    """Say what waits, as it reads now: on the card of the visit that is open, else as it was asked about at first."""
    visit = await visits.get(turn.db, int(turn.state.get("visit", 0))) if turn.conversation.journey else None
    if visit is not None and visit.open_to(turn.who, turn.now) and visit.state != "submitted":
        show_again(turn, await sheet_of(turn, visit), Receipt(where_to(turn), drop=True))
        return
    turn.card(_which(turn), (*(await _visits(turn)), _give_up(turn)))


def revise(turn: Turn, sent: Text | Attachment) -> bool:
    """Take the new version of a piece that waits, another file too; False when it does not wait."""
    pieces = turn.waiting
    found = [kept for kept in pieces if kept["message_id"] == sent.message_id]
    if found:
        new = described(sent) | {name: found[0][name] for name in ("at", "visit") if name in found[0]}
        turn.keep_waiting([new if kept in found else kept for kept in pieces])
    return bool(found)
