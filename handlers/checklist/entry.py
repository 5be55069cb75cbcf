"""Turns words into answers: a line that names its item, a choice spelt out, a number, a date, a note.

Every function here writes or raises the sentence that says why not; what is shown afterwards is the caller's business.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from forms import quick
from forms.canonical import InvalidAnswer
from forms.typed import typed
from handlers.checklist.card import WHICH, which
from handlers.checklist.steps import refuse_violation, write
from handlers.errors import UserError
from handlers.progress import brief
from handlers.text import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.question import Question
    from forms.quick import Entry
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn

_MEANT: Final = re.compile(r"\s*(?:(?:第|#)?\s*(\d{1,3})\s*[题项条]?)\s*[.、:)]?\s*(?:[✅✓✔√☑❌✗✘×◐△]|$)")
"""Words that were clearly meant for a numbered item: nothing but a number, or a number with a sign after it."""

_ANSWERED: Final = re.compile(
    r"\s*(?:第|#)?\s*(\d{1,3})\s*[题项条]?(?:\s*[.、:)]\s*|\s+|(?<=[题项条]))([^\s,，。;；:：、]+)"
)
"""A number, and the first word after it."""

_SHORTEST: Final = 2
_SHORTEST_ASCII: Final = 5
"""Letters of an answer that no sentence begins with after a number, as in ``30 无`` or ``12 no-shows``."""

TYPED: Final = frozenset({"integer", "decimal", "date"})
"""Kinds of question that are answered by typing a value."""

NUMBER = mark("A number is asked for here, such as 12. Nothing was changed.")
WHOLE = mark("A whole number is asked for here, such as 12. Nothing was changed.")
RANGE = mark("This number is too large or too small to be true. Nothing was changed.")
DATE = mark("A date is asked for here, such as 2026-10-16 or “yesterday”. Nothing was changed.")
MONTH = mark("Which of the two is the month? Please write the date like 2026-10-16. Nothing was changed.")
NO_ITEM = mark("There is no item {number}. Nothing was changed.")
NOT_HERE = mark("Item {number} does not apply to this unit; nothing was recorded.")
FORWARDED = mark(
    "A forwarded message is not taken as your own words. To record it on item {number}, copy the text and send it."
)
PROBLEMS: Final[Mapping[str, str]] = {
    "not_a_number": NUMBER,
    "not_an_integer": WHOLE,
    "out_of_range": RANGE,
    "not_a_date": DATE,
    "ambiguous_date": MONTH,
}
"""What to say when words cannot be read as what is asked, by the code of InvalidAnswer."""


def meant_for(words: str) -> int | None:
    """Return the number of the item that a line is clearly meant for, whether there is such an item or not."""
    found = _MEANT.match(quick.plain(words))
    return int(found[1]) if found is not None else None


def strayed(sheet: Sheet, line: str) -> int | None:
    """Return the number of an item that there is not, where a line answers it as others are answered: ``77 到位``.

    Without this it would become a note on the item on screen, which it says nothing about.
    """
    found = _ANSWERED.match(quick.plain(line))
    if found is None or sheet.alike(int(found[1])):
        return None
    word, languages = found[2], sheet.form.languages or ("",)
    if len(word) < (_SHORTEST_ASCII if word.isascii() else _SHORTEST):
        return None
    choices = (sheet.offered(screen) for screen in sheet.numbered() if sheet.main(screen).kind == "select_one")
    taken = any(one is not None and not one.rest for one in (quick.match(each, word, languages) for each in choices))
    return int(found[1]) if taken else None


def no_item(turn: Turn, sheet: Sheet, number: int | None) -> UserError:
    """Return what to say when this visit has no item of a number: it does not apply here, or nowhere."""
    if number is not None and sheet.alike(number):
        return UserError(WHICH, **which(turn, sheet, number))
    if any(screen.number == number for screen in sheet.spared()):
        return UserError(NOT_HERE, number=number)
    return UserError(NO_ITEM, number=number)


def spelt_out(sheet: Sheet, question: Question, words: str) -> Entry | None:
    """Return what words say that begin with a choice or its sign (``部分 台账未更新``), None when they do not.

    ``Partly because …`` is a sentence, not an answer: in front of more words only a sign counts, or a label that is
    set apart by a space although its language writes none.
    """
    if question.kind != "select_one":
        return None
    head, _, tail = words.partition(" ")
    whole = quick.match(sheet.walk.choices(question.path), words, sheet.form.languages or ("",))
    if whole is not None and not whole.rest:
        return quick.Entry(words, choice=whole.value)
    found = quick.match(sheet.walk.choices(question.path), head, sheet.form.languages or ("",))
    if found is None or found.rest or head.isascii():
        return None
    return quick.Entry(words, choice=found.value, note=tail.strip())


def read_typed(sheet: Sheet, question: Question, words: str) -> str:
    """Return the canonical value of a typed number or date, or raise the sentence that says what is asked."""
    try:
        return typed(question, words, now=sheet.now, language=sheet.language)
    except InvalidAnswer as error:
        raise UserError(PROBLEMS.get(error.code, NUMBER)) from error


async def add_note(turn: Turn, sheet: Sheet, screen: Item, words: str, message_id: int) -> None:
    """Append words to an item's note; UserError when the form has no room for them."""
    question, value = noted_with(turn, sheet, screen, words)
    await write(turn, sheet, question, value, message_id)


def noted_with(turn: Turn, sheet: Sheet, screen: Item, words: str) -> tuple[Question, str]:
    """Return an item's note question and what it says with these words under it; UserError as :func:`add_note`."""
    question = sheet.note(screen)
    if question is None:
        raise UserError(mark("Item {number} has no room for a note; nothing was changed."), number=screen.key)
    value = joined(sheet.walk.value(question.path), words)
    refuse_violation(turn, sheet, question, value)
    return question, value


def joined(before: str, words: str) -> str:
    """Return a note with further words on a line of their own."""
    return f"{before}\n{words}" if before and words else before or words


async def enter_quickly(
    turn: Turn, sheet: Sheet, screen: Item, entry: Entry, message_id: int, *, noted: bool = True
) -> None:
    """Write what one quick-entry line says: the choice and, if there is more on the line, the note.

    Nothing is written when either is refused. ``noted`` False leaves the words out: they are kept elsewhere.
    """
    main = sheet.main(screen)
    if entry.note and noted:
        noted_with(turn, sheet, screen, entry.note)
    if entry.choice is not None and sheet.walk.value(main.path) != entry.choice:
        refuse_violation(turn, sheet, main, entry.choice)
        await write(turn, sheet, main, entry.choice, message_id)
    if entry.note and noted:
        await add_note(turn, sheet, screen, entry.note, message_id)


def understood(turn: Turn, sheet: Sheet, screen: Item, entry: Entry, before: str) -> str:
    """Return what a line was understood to say: ``10◐「台账未更新」``, and the answer there was before it."""
    text = f"{screen.key}{sheet.symbol(screen) if entry.choice is not None else ''}"
    if before and entry.choice is not None and entry.choice != before:
        text += turn.label("(was {old})", old=sheet.sign(screen, before))
    return text + (turn.label("“{line}”", line=brief(entry.note)) if entry.note else "")
