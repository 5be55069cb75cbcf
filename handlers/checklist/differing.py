"""Asks whose answer stands where somebody types another one than a colleague gave: theirs, one's own, or both.

Nothing is written before the later of the two has seen the earlier answer, who gave it and when. What was typed waits
in the conversation meanwhile; several are asked one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers.chat import Button
from handlers.checklist.card import finished
from handlers.checklist.entry import add_note, noted_with
from handlers.checklist.steps import advance, held, hold, let_wait, opened, refuse_violation, show_again, told, write
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.progress import brief, called, item_title
from handlers.text import mark
from handlers.widgets.words import labelled
from storage import people
from storage.visit import asides

if TYPE_CHECKING:
    from forms.question import Question
    from handlers.checklist.card import Receipt
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.visit.visits import Answer

CHANGED = mark("This has changed since; please look again.")


def earlier(turn: Turn, sheet: Sheet, question: Question, value: str) -> Answer | None:
    """Return the answer of a colleague that a value would overwrite, None when there is none."""
    standing, now = sheet.standing(question), sheet.walk.value(question.path)
    if standing is None or standing.by_id == turn.who.id or now in ("", value):
        return None
    return standing


def pending(sheet: Sheet, screen: Item, question: Question, value: str, message_id: int) -> list[Any]:
    """Return what waits to be chosen, as plain data."""
    return [screen.key, screen.questions.index(question), value, message_id, sheet.seen(question.path)]


async def ask(turn: Turn, sheet: Sheet, waiting: list[list[Any]], receipt: Receipt | None = None) -> None:
    """Show the first that waits beside what stands, and let the person choose."""
    key, at, value, *_ = waiting[0]
    screen = sheet.screen(key)
    question = sheet.question(screen, at)
    standing = sheet.standing(question)
    if standing is None:
        raise Stale
    waiting[0][4] = standing.id
    visit, seen = sheet.visit.id, standing.id
    text = item_title(turn, sheet, screen) + turn.t(
        "\n\n{who} answered “{old}” at {when}. Yours, not recorded yet: “{new}”. Which is to stand?",
        who=called(await people.by_id(turn.db, standing.by_id)),
        when=turn.speech.moment(standing.at, sheet.zone),
        old=_said(turn, sheet, question, standing.value),
        new=_said(turn, sheet, question, value),
    )
    row = (
        Button(turn.label("Theirs"), data("checklist", "theirs", visit, seen)),
        Button(turn.label("Mine"), data("checklist", "mine", visit, seen)),
    )
    both = Button(turn.label("Theirs, mine as a note"), data("checklist", "both", visit, seen))
    rows = (row, (both,)) if has_room(turn, sheet, screen, question, value) else (row,)
    hold(turn, sheet, screen, skipped=let_wait(turn, sheet, screen), differ=waiting, **told(receipt))
    turn.card(*finished([text], rows, receipt, sheet, turn))


def _said(turn: Turn, sheet: Sheet, question: Question, value: str) -> str:
    """Return an answer as people read it."""
    chosen = question.kind == "select_one"
    return brief(labelled(turn.speech, sheet.walk, question, value) if chosen else value)


def as_note(turn: Turn, sheet: Sheet, question: Question, value: str) -> str:
    """Return an answer as a sentence of the item's note."""
    return turn.label("{who}: {answer}", who=turn.who.name, answer=_said(turn, sheet, question, value))


def has_room(turn: Turn, sheet: Sheet, screen: Item, question: Question, value: str) -> bool:
    """Tell whether the item's note can take an answer beside the one that stands."""
    try:
        noted_with(turn, sheet, screen, as_note(turn, sheet, question, value))
    except UserError:
        return False
    return True


async def set_aside(turn: Turn, sheet: Sheet, question: Question, value: str) -> None:
    """Keep in the history that somebody would have answered otherwise and let the other answer stand."""
    await asides.keep(turn.db, sheet.visit, sheet.stored(question.path), value, turn.who, turn.now)


async def _chosen(turn: Turn, args: tuple[str, ...], what: str) -> None:
    sheet = await opened(turn, number(args, 0))
    waiting = [list(one) for one in held(turn, sheet).get("differ", [])]
    if not waiting or waiting[0][4] != number(args, 1):
        turn.toast(turn.label(CHANGED))
        show_again(turn, sheet)
        return
    key, at, value, message_id, seen = waiting[0]
    screen = sheet.screen(key)
    question = sheet.question(screen, at)
    if sheet.seen(question.path) != seen and earlier(turn, sheet, question, value) is not None:
        await ask(turn, sheet, waiting)
        return
    if what == "mine":
        refuse_violation(turn, sheet, question, value)
        await write(turn, sheet, question, value, message_id)
    else:
        await set_aside(turn, sheet, question, value)
    if what == "both":
        await add_note(turn, sheet, screen, as_note(turn, sheet, question, value), message_id)
    stands = _said(turn, sheet, question, sheet.walk.value(question.path))
    turn.toast(turn.label("Item {number}: {answer}", number=screen.key, answer=stands))
    if waiting[1:]:
        await ask(turn, sheet, waiting[1:])
    else:
        advance(turn, sheet, screen)


async def mine(turn: Turn, args: tuple[str, ...]) -> None:
    """Have one's own answer stand; the colleague's stays in the history."""
    await _chosen(turn, args, "mine")


async def theirs(turn: Turn, args: tuple[str, ...]) -> None:
    """Let the colleague's answer stand."""
    await _chosen(turn, args, "theirs")


async def both(turn: Turn, args: tuple[str, ...]) -> None:
    """Let the colleague's answer stand, with one's own in the note."""
    await _chosen(turn, args, "both")
