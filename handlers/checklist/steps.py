"""What every way of walking a checklist has in common: open it, show an item, write an answer, go on.

Must not read taps (see ``tapping``) or messages (see ``sending``), nor draw (see ``card``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from handlers import learning
from handlers.chat import Tap
from handlers.checklist import sharing
from handlers.checklist.card import Receipt, note_card, question_card
from handlers.checklist.listing import more_card
from handlers.checklist.overview import overview_card, page_of
from handlers.checklist.pieces import where_to
from handlers.errors import Stale, UserError
from handlers.items import More
from handlers.sheet import Sheet, sheet_of
from handlers.text import mark
from storage.visit import visits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.question import Question
    from handlers.chat import Message
    from handlers.items import Item
    from handlers.turn import Turn

MOST_HEARD: Final = 20
"""Messages that the chat remembers to have been sent for what is on screen."""

_STANDING: Final = ("undo", "until", "drop", "wrong", "moves")
"""What of a receipt stands under a card besides its words."""

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
    if to_write:
        await learning.may_start(turn, visit)
    return await sheet_of(turn, visit)


# --- showing ---


def show(
    turn: Turn, sheet: Sheet, screen: Item, receipt: Receipt | None = None, *, again: bool = False, kept: str = ""
) -> None:
    """Show the card of a screen: what is open on it first, otherwise its main question.

    ``kept`` is what its widget holds, where the very question stays that was on screen: the places sent so far.
    """
    skipped = let_wait(turn, sheet, screen)
    waiting = [] if again else sheet.open_questions(screen, skipped)
    question = waiting[0] if waiting else sheet.main(screen)
    receipt = _carried(turn, sheet, receipt)
    kept = kept if is_asking(turn, sheet, question) else ""
    more: dict[str, Any] = ({"held": kept} if kept else {}) | told(receipt)
    hold(turn, sheet, screen, skipped=skipped, asking=sheet.stored(question.path), left=_left(receipt), **more)
    turn.card(*question_card(turn, sheet, screen, question, receipt, held=kept), live=_under(receipt))


def show_more(
    turn: Turn, sheet: Sheet, more: More, receipt: Receipt | None = None, *, back: int = 0, page: int | None = None
) -> None:
    """Show the instances of a repeat and ask for another; ``back`` is one taken away just now, to be brought back."""
    receipt = _carried(turn, sheet, receipt)
    turn.remember("checklist", visit=sheet.visit.id, number=more.key, mode="more", left=_left(receipt), **told(receipt))
    turn.card(*more_card(turn, sheet, more, receipt, back=back, page=page), live=None if back else _under(receipt))


def is_asking(turn: Turn, sheet: Sheet, question: Question) -> bool:
    """Tell whether a question is the one on screen."""
    return held(turn, sheet).get("asking") == sheet.stored(question.path)


def hold(turn: Turn, sheet: Sheet, screen: Item, **more: Any) -> None:  # noqa: ANN401 - JSON data of the journey
    """Remember where the person is, and what was sent for the very question that stays on screen."""
    before = held(turn, sheet)
    stays = before.get("number") == screen.key and all(before.get(one) == more.get(one) for one in ("asking", "mode"))
    kept = {"heard": before["heard"]} if stays and "heard" in before else {}
    turn.remember("checklist", visit=sheet.visit.id, number=screen.key, **kept, **more)


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
        page = int(state.get("page", page_of(sheet, str(at))))
    if receipt is None and turn.waiting:
        receipt = Receipt(where_to(turn), drop=True)
    receipt = _carried(turn, sheet, receipt)
    more = {"mode": "overview", "page": page, "left": _left(receipt)} | told(receipt)
    turn.remember("checklist", visit=sheet.visit.id, number=at, **more)
    turn.card(*overview_card(turn, sheet, receipt, page), live=_under(receipt))


def show_again(turn: Turn, sheet: Sheet, receipt: Receipt | None = None) -> None:
    """Show what was on screen once more."""
    state = held(turn, sheet)
    here = sheet.find(state.get("number"))
    more = next((one for one in sheet.mores() if one.key == state.get("number")), None)
    if state.get("mode") == "more" and more is not None:
        show_more(turn, sheet, more, receipt)
    elif here is None or state.get("mode") == "overview":
        show_overview(turn, sheet, receipt)
    elif state.get("mode") == "note" and sheet.note(here) is not None:
        show_note(turn, sheet, here, receipt)
    else:
        kept = str(state.get("held", ""))
        show(turn, sheet, here, receipt, again=is_asking(turn, sheet, sheet.main(here)), kept=kept)


def show_note(turn: Turn, sheet: Sheet, screen: Item, receipt: Receipt | None = None) -> None:
    """Wait for one sentence on an item."""
    receipt = _carried(turn, sheet, receipt)
    skipped = let_wait(turn, sheet, screen)
    hold(turn, sheet, screen, mode="note", skipped=skipped, left=_left(receipt), **told(receipt))
    turn.card(*note_card(turn, sheet, screen, receipt), live=_under(receipt))


def _carried(turn: Turn, sheet: Sheet, receipt: Receipt | None) -> Receipt | None:
    """Return a receipt with the lines that the cards before it could not take; a tap has seen them."""
    before = [] if isinstance(turn.event, Tap) else held(turn, sheet).get("left", [])
    if not before:
        return receipt
    receipt = receipt or Receipt(Markup(""))
    return replace(receipt, left=tuple(dict.fromkeys([*before, *receipt.left]))[-MOST_LEFT:])


def _left(receipt: Receipt | None) -> list[str | int]:
    return list(receipt.left) if receipt else []


def told(receipt: Receipt | None) -> dict[str, Any]:
    """Return what the chat remembers of what a receipt tells of, for as long as that stands on the card."""
    return {"run": receipt.run} if receipt is not None and receipt.run is not None else {}


def _under(receipt: Receipt | None) -> dict[str, Any]:
    """Return what stands under a card, so that it stands there still when the card is drawn anew unasked."""
    if receipt is None:
        return {}
    plain: dict[str, Any] = {name: getattr(receipt, name) for name in _STANDING} | {"text": str(receipt.text)}
    plain["moves"] = [[list(one) for one in row] for row in receipt.moves]
    said = {"complaint": str(receipt.complaint)} if receipt.complaint else {}
    return {name: value for name, value in plain.items() if value} | said


def under(live: Mapping[str, Any], run: Mapping[str, Any] | None = None) -> Receipt | None:
    """Return the receipt that stood under a card; ``run`` is what it told of."""
    if not live.keys() - {"looks"}:
        return None
    complaint = Markup(live["complaint"]) if "complaint" in live else None  # noqa: S704 - as it was said before
    rest = {name: live[name] for name in _STANDING if name in live}
    return Receipt(Markup(live.get("text", "")), complaint=complaint, run=run, **rest)  # noqa: S704 - as it was said before


def advance(turn: Turn, sheet: Sheet, screen: Item, receipt: Receipt | None = None, *, onward: bool = False) -> None:
    """Go where the walk goes from a screen: its next follow-up, the next open item, or the overview.

    ``onward``: never to an item before this one, which the person has just been past.
    """
    if sheet.open_questions(screen, let_wait(turn, sheet, screen)):
        show(turn, sheet, screen, receipt)
        return
    go_on(turn, sheet, screen, receipt, onward=onward)


def go_on(
    turn: Turn, sheet: Sheet, station: Item | More, receipt: Receipt | None = None, *, onward: bool = False
) -> None:
    """Go from a station to the next one that is open; ``onward`` as in :func:`advance`."""
    following = sheet.next_open(station)
    if following is None or following is station or (onward and sheet.index(following) < sheet.index(station)):
        show_overview(turn, sheet, receipt)
    else:
        go_to(turn, sheet, following, receipt)


def go_to(turn: Turn, sheet: Sheet, station: Item | More, receipt: Receipt | None = None) -> None:
    """Show a station: an item's card, or the list of a repeat."""
    if isinstance(station, More):
        show_more(turn, sheet, station, receipt)
    else:
        show(turn, sheet, station, receipt)


def held(turn: Turn, sheet: Sheet) -> Mapping[str, Any]:
    """Return what the chat remembers of this visit: the item, what is asked on it, what was let wait."""
    mine = turn.conversation.journey == "checklist" and turn.state.get("visit") == sheet.visit.id
    return turn.state if mine else {}


def let_wait(turn: Turn, sheet: Sheet, screen: Item) -> list[str]:
    """Return the follow-ups the person let wait on this item, forgotten once they move to another."""
    state = held(turn, sheet)
    return list(state.get("skipped", [])) if state.get("number") == screen.key else []


# --- writing ---


async def write(turn: Turn, sheet: Sheet, question: Question, value: str, message_id: int | None = None) -> None:
    """Write one answer, keep its history, and bring the walk up to date; with it what the form then sets once."""
    await keep(turn, sheet, sheet.stored(question.path), value, message_id)
    sheet.put(question.path, value)
    _bring_pictures(sheet, question)
    await keep_fresh(turn, sheet)


async def keep_fresh(turn: Turn, sheet: Sheet) -> None:
    """Store what the form has set by itself and would otherwise set anew: nobody's message brought it."""
    for path, value in sheet.unsaved().items():
        await keep(turn, sheet, path, value)


async def keep(turn: Turn, sheet: Sheet, path: str, value: str, message_id: int | None = None) -> None:
    """Store a value under a stored path, over the one that stands, which stays in the history."""
    await sharing.begun(turn, sheet)
    sheet.answers[path] = await visits.write(
        turn.db,
        sheet.visit,
        path,
        value,
        by=turn.who,
        now=turn.now,
        chat_id=turn.chat_id,
        message_id=message_id,
        held=True,
        first=path not in sheet.answers,
    )


def _bring_pictures(sheet: Sheet, answered: Question) -> None:
    """Give a picture that an answer has just made necessary those that were sent before it and lie with the item."""
    screen = next((one for one in sheet.numbered() if any(each.path == answered.path for each in one.questions)), None)
    for place in screen.questions if screen is not None else ():
        if place.kind != "image" or not sheet.asks(place) or sheet.walk.violation(place.path) is None:
            continue
        stored = sheet.stored(answered.path)
        early = [one for one in sheet.evidence if one.path == stored and one.is_picture and one.is_usable]
        for one in early:
            one.path = sheet.stored(place.path)
        if early:
            sheet.put(place.path, early[0].filename)


def refuse_violation(turn: Turn, sheet: Sheet, question: Question, value: str) -> None:
    """Raise the form's own words when it does not allow the value."""
    violation = sheet.walk.check(question.path, value)
    if violation is not None:
        words = violation.message(turn.speech.language)
        if words:
            raise UserError(mark("{words}"), words=words)
        raise UserError(mark("The form does not allow this answer. Nothing was changed."))
