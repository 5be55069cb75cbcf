"""Walks the checklist by tapping: answer, toggle, go back, look over, let a photo wait.

A tap names its question and the answer its card was showing. Where that answer has changed since, or is a colleague's,
nothing is written until the person has seen both and chosen. Must not read messages (see ``sending``) nor draw (see
``card``).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers.chat import Button
from handlers.checklist.card import question_card
from handlers.checklist.choosing import page_with
from handlers.checklist.differing import as_note, has_room, set_aside
from handlers.checklist.entry import noted_with
from handlers.checklist.intake import let_in
from handlers.checklist.sharing import tell
from handlers.checklist.steps import (
    advance,
    go_to,
    held,
    hold,
    is_asking,
    let_wait,
    opened,
    refuse_violation,
    show,
    show_note,
    show_overview,
    write,
)
from handlers.errors import Stale
from handlers.items import Item
from handlers.journey import data, number, word
from handlers.progress import called, item_title
from handlers.text import mark
from handlers.widgets.words import labelled
from storage import people

if TYPE_CHECKING:
    from datetime import date

    from forms.question import Question
    from handlers.sheet import Sheet
    from handlers.turn import Turn

CHANGED = mark("This has changed since; please look again.")


def _aim(sheet: Sheet, args: tuple[str, ...], kind: str = "select_one") -> tuple[Item, Question, str]:
    """Return what a tap is about: (screen, question, choice name, '' when it no longer applies); Stale when forged."""
    screen = sheet.screen(word(args, 1))
    question = sheet.question(screen, number(args, 2))
    index = number(args, 3)
    if question.kind != kind or not 0 <= index < len(question.choices):
        raise Stale
    choice = question.choices[index].value
    offered = {one.value for one in sheet.walk.choices(question.path)}
    return screen, question, choice if sheet.asks(question) and choice in offered else ""


def _moved_on(turn: Turn, sheet: Sheet, screen: Item) -> None:
    """Show an item as it is now, to somebody whose card was drawn before."""
    turn.toast(turn.label(CHANGED))
    show(turn, sheet, screen)


async def answer(turn: Turn, args: tuple[str, ...]) -> None:
    """Choose one; go on by itself."""
    sheet = await opened(turn, number(args, 0))
    screen, question, choice = _aim(sheet, args)
    value = sheet.walk.value(question.path)
    if not choice:
        _moved_on(turn, sheet, screen)
        return
    if value == choice:
        turn.toast(_recorded(turn, sheet, screen, question, choice))
        if is_asking(turn, sheet, question):
            advance(turn, sheet, screen)
        return
    if value and (sheet.seen(question.path) != number(args, 4) or _colleagues(turn, sheet, question)):
        await _ask_before_changing(turn, sheet, screen, question, args)
        return
    await settle(turn, sheet, screen, question, choice)


async def settle(turn: Turn, sheet: Sheet, screen: Item, question: Question, choice: str) -> None:
    """Write a choice and move on; an answer that the form forbids is refused in the form's words."""
    refuse_violation(turn, sheet, question, choice)
    await write(turn, sheet, question, choice)
    turn.toast(_recorded(turn, sheet, screen, question, choice))
    advance(turn, sheet, screen)


def _colleagues(turn: Turn, sheet: Sheet, question: Question) -> bool:
    """Tell whether the answer that stands is a colleague's: it may have come onto the card under a thumb."""
    standing = sheet.standing(question)
    return standing is not None and standing.by_id != turn.who.id


def _recorded(turn: Turn, sheet: Sheet, screen: Item, question: Question, choice: str) -> str:
    label = labelled(turn.speech, sheet.walk, question, choice)
    return turn.label("Item {number}: {answer}", number=screen.key, answer=label)


async def _ask_before_changing(
    turn: Turn, sheet: Sheet, screen: Item, question: Question, args: tuple[str, ...]
) -> None:
    """Show what the answer has become since the card was drawn, and let the person choose."""
    standing = sheet.standing(question)
    if standing is None:
        raise Stale
    author = await people.by_id(turn.db, standing.by_id)
    mine = author is not None and author.id == turn.who.id
    text = item_title(turn, sheet, screen) + turn.t(
        "\n\n{who} answered “{old}” at {when}. Change it to “{new}”?",
        who=turn.label("You") if mine else called(author),
        when=turn.speech.moment(standing.at, sheet.zone),
        old=labelled(turn.speech, sheet.walk, question, standing.value),
        new=labelled(turn.speech, sheet.walk, question, question.choices[number(args, 3)].value),
    )
    change = data("checklist", "change", *args[:4], standing.id)
    keep = data("checklist", "go", sheet.visit.id, screen.key, 0)
    rows: list[tuple[Button, ...]] = [(Button(turn.label("Change it"), change), Button(turn.label("Leave it"), keep))]
    value = question.choices[number(args, 3)].value
    if not mine and has_room(turn, sheet, screen, question, value):
        noted = data("checklist", "noted", *args[:4], standing.id)
        rows.append((Button(turn.label("Leave it, mine as a note"), noted),))
    hold(turn, sheet, screen)
    turn.card(text, tuple(rows))


async def noted(turn: Turn, args: tuple[str, ...]) -> None:
    """Let a colleague's answer stand and put one's own into the note; asks again when theirs has moved on."""
    sheet = await opened(turn, number(args, 0))
    screen, question, choice = _aim(sheet, args)
    if not choice:
        _moved_on(turn, sheet, screen)
    elif sheet.seen(question.path) != number(args, 4):
        await _ask_before_changing(turn, sheet, screen, question, args)
    else:
        await set_aside(turn, sheet, question, choice)
        words = as_note(turn, sheet, question, choice)
        if words not in note_lines(sheet, screen):
            await write(turn, sheet, *noted_with(turn, sheet, screen, words))
        turn.toast(turn.label("Noted on item {number}.", number=screen.key))
        advance(turn, sheet, screen)


def note_lines(sheet: Sheet, screen: Item) -> list[str]:
    """Return the lines of an item's note, so that a button tapped twice writes once."""
    note = sheet.note(screen)
    return sheet.walk.value(note.path).splitlines() if note is not None else []


async def change(turn: Turn, args: tuple[str, ...]) -> None:
    """Overwrite an answer after seeing it; asks again when it has moved on once more."""
    sheet = await opened(turn, number(args, 0))
    screen, question, choice = _aim(sheet, args)
    if not choice:
        _moved_on(turn, sheet, screen)
    elif sheet.seen(question.path) != number(args, 4) and sheet.walk.value(question.path) != choice:
        await _ask_before_changing(turn, sheet, screen, question, args)
    else:
        await settle(turn, sheet, screen, question, choice)


async def toggle(turn: Turn, args: tuple[str, ...]) -> None:
    """Tick or untick one of several; the card stays until Done."""
    sheet = await opened(turn, number(args, 0))
    screen, question, choice = _aim(sheet, args, "select_multiple")
    if not choice:
        _moved_on(turn, sheet, screen)
        return
    if sheet.seen(question.path) != number(args, 4):
        turn.toast(turn.label(CHANGED))
    else:
        ticked = set(sheet.walk.value(question.path).split()) ^ {choice}
        value = " ".join(one.value for one in question.choices if one.value in ticked)
        refuse_violation(turn, sheet, question, value)
        await write(turn, sheet, question, value)
    hold(turn, sheet, screen, asking=sheet.stored(question.path), skipped=let_wait(turn, sheet, screen))
    turn.card(*question_card(turn, sheet, screen, question, page=page_with(sheet, question, choice)))


async def choices(turn: Turn, args: tuple[str, ...]) -> None:
    """Turn to another page of very many choices."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    screen = sheet.screen(word(args, 1))
    question = sheet.question(screen, number(args, 2))
    hold(turn, sheet, screen, asking=sheet.stored(question.path), skipped=let_wait(turn, sheet, screen))
    turn.card(*question_card(turn, sheet, screen, question, page=number(args, 3)))


async def day(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a day that was tapped; a card that showed another answer is shown anew first."""
    sheet = await opened(turn, number(args, 0))
    screen = sheet.screen(word(args, 1))
    question = sheet.question(screen, number(args, 2))
    chosen = _day(args)
    if question.kind != "date":
        raise Stale
    if sheet.walk.value(question.path) == chosen.isoformat():
        advance(turn, sheet, screen)
    elif not sheet.asks(question) or sheet.seen(question.path) != number(args, 4):
        _moved_on(turn, sheet, screen)
    else:
        refuse_violation(turn, sheet, question, chosen.isoformat())
        await write(turn, sheet, question, chosen.isoformat())
        turn.toast(turn.label("Item {number}: {answer}", number=screen.key, answer=chosen.isoformat()))
        advance(turn, sheet, screen)


def _day(args: tuple[str, ...]) -> date:
    """Return the day a button carries, written ``20261016``; a forged one raises Stale."""
    try:
        return datetime.strptime(str(number(args, 3)), "%Y%m%d").date()  # noqa: DTZ007 - a day, in no zone
    except ValueError as error:
        raise Stale from error


# --- moving ---


async def go(turn: Turn, args: tuple[str, ...]) -> None:
    """Jump to an item; what was sent before there was an item for it goes there, unless one only goes on or back."""
    chosen = len(args) <= 2 and bool(turn.waiting)  # noqa: PLR2004 - visit, item, and 0 for going on or back
    sheet = await opened(turn, number(args, 0), to_write=chosen)
    screen = sheet.screen(word(args, 1))
    show(turn, sheet, screen, await let_in(turn, sheet, screen) if chosen else None)


async def again(turn: Turn, args: tuple[str, ...]) -> None:
    """Show an item's main question again, to choose otherwise."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    show(turn, sheet, sheet.screen(word(args, 1)), again=True)


async def back(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the item before."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    go_to(turn, sheet, sheet.neighbour(sheet.station(word(args, 1)), -1) or sheet.stations()[0])


async def following(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the item after this one, or the follow-up still open on it; the overview after the last."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    here = sheet.station(word(args, 1))
    after = sheet.neighbour(here, +1)
    item = here if isinstance(here, Item) and sheet.answered(here) and sheet.open_questions(here) else None
    if item is not None and sheet.question(item, number(args, 2)) is sheet.main(item):
        show(turn, sheet, item)
    elif after is None:
        show_overview(turn, sheet)
    else:
        go_to(turn, sheet, after)


async def later(turn: Turn, args: tuple[str, ...]) -> None:
    """Be done with a question for now: on to the next follow-up or the next open item; what lacks stays lacking."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    screen = sheet.screen(word(args, 1))
    question = sheet.question(screen, number(args, 2))
    hold(turn, sheet, screen, skipped=[*let_wait(turn, sheet, screen), sheet.stored(question.path)])
    advance(turn, sheet, screen, onward=True)


async def overview(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the whole checklist, or the page of it that is asked for."""
    page = number(args, 1) if len(args) > 1 else None
    show_overview(turn, await opened(turn, number(args, 0), to_write=False), page=page)


async def note(turn: Turn, args: tuple[str, ...]) -> None:
    """Wait for one sentence on an item."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    screen = sheet.screen(word(args, 1))
    if sheet.note(screen) is None:
        raise Stale
    show_note(turn, sheet, screen)


async def hint(turn: Turn, args: tuple[str, ...]) -> None:
    """Show an item with all the form says about it, what each answer means; tapped again, without."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    screen = sheet.screen(word(args, 1))
    hold(turn, sheet, screen, asking=sheet.stored(sheet.main(screen).path), skipped=let_wait(turn, sheet, screen))
    turn.card(*question_card(turn, sheet, screen, sheet.main(screen), at_length=len(args) <= 2))  # noqa: PLR2004 - and 0 closes it


async def clear(turn: Turn, args: tuple[str, ...]) -> None:
    """Empty an item's note; what it said stays in the history."""
    sheet = await opened(turn, number(args, 0))
    screen = sheet.screen(word(args, 1))
    question = sheet.note(screen)
    if question is None:
        raise Stale
    if sheet.seen(question.path) != number(args, 2):
        turn.toast(turn.label(CHANGED))
    else:
        await write(turn, sheet, question, "")
        turn.toast(turn.label("Cleared. It stays in the history."))
    show(turn, sheet, screen)


async def enter(turn: Turn, *, visit: int) -> None:
    """Come into a visit's checklist: the same place as last time, or the first open item."""
    sheet = await opened(turn, visit, to_write=False)
    here = sheet.find(held(turn, sheet).get("number"))
    screen = here if here is not None and not sheet.complete(here) else sheet.next_open()
    if sheet.visit.state == "submitted":
        show_overview(turn, sheet)
        return
    if sheet.visit.part_of(turn.who.id) is None:
        sheet.visit.come(turn.who.id, turn.now)
        await tell(turn, sheet)
    receipt = None
    if turn.waiting:
        sheet = await opened(turn, visit)
        receipt = await let_in(turn, sheet, None)
    if screen is None or turn.waiting:
        show_overview(turn, sheet, receipt)
    else:
        go_to(turn, sheet, screen, receipt)
