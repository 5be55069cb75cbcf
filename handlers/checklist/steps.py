"""What every way of walking a checklist has in common: open it, show an item, write an answer, go on.

Must not read taps (see ``tapping``) or messages (see ``sending``), nor draw (see ``card``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from handlers.chat import Tap
from handlers.checklist.card import Receipt, note_card, question_card
from handlers.checklist.overview import overview_card, page_of
from handlers.checklist.pieces import where_to
from handlers.errors import Stale, UserError
from handlers.sheet import Sheet, sheet_of
from handlers.text import mark
from storage import visits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.question import Question, Screen
    from handlers.chat import Message
    from handlers.turn import Turn

MOST_HEARD: Final = 20
"""Messages that the chat remembers to have been sent for what is on screen."""

MOST_LEFT: Final = 10
"""Lines not understood that a card still shows."""

SUBMITTED = mark(
    "This visit has been submitted; nothing was changed. Whoever submitted it can withdraw it if something is wrong."
)


async def opened(turn: Turn, visit_id: int, *, to_write: bool = True) -> Sheet:
    """Load a visit's checklist for this person; for writing, it stays as it is read until the turn ends.

    Stale when it is not theirs, UserError when it is wanted for writing and has been handed in.
    """
    visit = await visits.get(turn.db, visit_id, lock=to_write)
    if visit is None or not visit.open_to(turn.who, turn.now):
        raise Stale
    if to_write and visit.state == "submitted":
        raise UserError(SUBMITTED)
    return await sheet_of(turn, visit)


# --- showing ---


def show(turn: Turn, sheet: Sheet, screen: Screen, receipt: Receipt | None = None, *, again: bool = False) -> None:
    """Show the card of a screen: what is open on it first, otherwise its main question."""
    skipped = let_wait(turn, sheet, screen)
    waiting = [] if again else sheet.open_questions(screen, skipped)
    question = waiting[0] if waiting else sheet.main(screen)
    receipt = _carried(turn, sheet, receipt)
    hold(turn, sheet, screen, skipped=skipped, asking=question.path, left=_left(receipt))
    turn.card(*question_card(turn, sheet, screen, question, receipt))


def hold(turn: Turn, sheet: Sheet, screen: Screen, **more: Any) -> None:  # noqa: ANN401 - JSON data of the journey
    """Remember where the person is, and what was sent for the very question that stays on screen."""
    before = held(turn, sheet)
    stays = before.get("number") == screen.number and all(
        before.get(one) == more.get(one) for one in ("asking", "mode")
    )
    kept = {"heard": before["heard"]} if stays and "heard" in before else {}
    turn.remember("checklist", visit=sheet.visit.id, number=screen.number, **kept, **more)


def hear(turn: Turn, sent: Message) -> None:
    """Remember that a message was sent for what is on screen now: mended there, it may still be taken."""
    if turn.conversation.journey == "checklist" and not sent.edited:
        heard = [*turn.state.get("heard", []), sent.message_id][-MOST_HEARD:]
        turn.remember("checklist", **{**turn.state, "heard": heard})


def show_overview(turn: Turn, sheet: Sheet, receipt: Receipt | None = None, page: int | None = None) -> None:
    """Show the whole checklist at a glance; the item the person was on stays the one that photos go to.

    ``page`` of a very long one: None stays on the page that is shown, or turns to the one with the item.
    """
    state = held(turn, sheet)
    at = state.get("number")
    if page is None:
        page = int(state.get("page", page_of(sheet, int(at or 0))))
    if receipt is None and turn.waiting:
        receipt = Receipt(where_to(turn), drop=True)
    receipt = _carried(turn, sheet, receipt)
    turn.remember("checklist", visit=sheet.visit.id, number=at, mode="overview", page=page, left=_left(receipt))
    turn.card(*overview_card(turn, sheet, receipt, page))


def show_again(turn: Turn, sheet: Sheet, receipt: Receipt | None = None) -> None:
    """Show what was on screen once more."""
    state = held(turn, sheet)
    here = sheet.find(state.get("number"))
    if here is None or state.get("mode") == "overview":
        show_overview(turn, sheet, receipt)
    elif state.get("mode") == "note" and sheet.note(here) is not None:
        show_note(turn, sheet, here, receipt)
    else:
        show(turn, sheet, here, receipt, again=state.get("asking") == sheet.main(here).path)


def show_note(turn: Turn, sheet: Sheet, screen: Screen, receipt: Receipt | None = None) -> None:
    """Wait for one sentence on an item."""
    receipt = _carried(turn, sheet, receipt)
    skipped = let_wait(turn, sheet, screen)
    hold(turn, sheet, screen, mode="note", skipped=skipped, left=_left(receipt))
    turn.card(*note_card(turn, sheet, screen, receipt))


def _carried(turn: Turn, sheet: Sheet, receipt: Receipt | None) -> Receipt | None:
    """Return a receipt with the lines that the cards before it could not take; a tap has seen them."""
    before = [] if isinstance(turn.event, Tap) else held(turn, sheet).get("left", [])
    if not before:
        return receipt
    receipt = receipt or Receipt(Markup(""))
    return replace(receipt, left=tuple(dict.fromkeys([*before, *receipt.left]))[-MOST_LEFT:])


def _left(receipt: Receipt | None) -> list[str | int]:
    return list(receipt.left) if receipt else []


def advance(turn: Turn, sheet: Sheet, screen: Screen, receipt: Receipt | None = None, *, onward: bool = False) -> None:
    """Go where the walk goes from a screen: its next follow-up, the next open item, or the overview.

    ``onward``: never to an item before this one, which the person has just been past.
    """
    if sheet.open_questions(screen, let_wait(turn, sheet, screen)):
        show(turn, sheet, screen, receipt)
        return
    following = sheet.next_open(after=screen.number or 0)
    if following is None or following is screen or (onward and (following.number or 0) < (screen.number or 0)):
        show_overview(turn, sheet, receipt)
    else:
        show(turn, sheet, following, receipt)


def held(turn: Turn, sheet: Sheet) -> Mapping[str, Any]:
    """Return what the chat remembers of this visit: the item, what is asked on it, what was let wait."""
    mine = turn.conversation.journey == "checklist" and turn.state.get("visit") == sheet.visit.id
    return turn.state if mine else {}


def let_wait(turn: Turn, sheet: Sheet, screen: Screen) -> list[str]:
    """Return the follow-ups the person let wait on this item, forgotten once they move to another."""
    state = held(turn, sheet)
    return list(state.get("skipped", [])) if state.get("number") == screen.number else []


# --- writing ---


async def write(turn: Turn, sheet: Sheet, question: Question, value: str, message_id: int | None = None) -> None:
    """Write one answer, keep its history, and bring the walk up to date."""
    answer = await visits.write(
        turn.db,
        sheet.visit,
        question.path,
        value,
        by=turn.who,
        now=turn.now,
        chat_id=turn.chat_id,
        message_id=message_id,
        held=True,
        first=question.path not in sheet.answers,
    )
    sheet.answers[question.path] = answer
    sheet.walk.set(question.path, value, strict=False)
    _bring_pictures(sheet, question)


def _bring_pictures(sheet: Sheet, answered: Question) -> None:
    """Give a picture that an answer has just made necessary those that were sent before it and lie with the item."""
    screen = next((one for one in sheet.form.screens if answered in one.questions), None)
    for place in screen.questions if screen is not None else ():
        if place.kind != "image" or not sheet.asks(place) or sheet.walk.violation(place.path) is None:
            continue
        early = [one for one in sheet.evidence if one.path == answered.path and one.is_picture and one.is_usable]
        for one in early:
            one.path = place.path
        if early:
            sheet.walk.set(place.path, early[0].filename)


def refuse_violation(turn: Turn, sheet: Sheet, question: Question, value: str) -> None:
    """Raise the form's own words when it does not allow the value."""
    violation = sheet.walk.check(question.path, value)
    if violation is not None:
        words = violation.message(turn.speech.language)
        if words:
            raise UserError(mark("{words}"), words=words)
        raise UserError(mark("The form does not allow this answer. Nothing was changed."))
