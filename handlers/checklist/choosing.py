"""The buttons that answer a question: its choices, a page of them at a time where there are many, and the likely days.

Pure drawing. A button stays where it was when something is chosen: its row is measured with the mark it may yet wear.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handlers.chat import Button
from handlers.checklist import asking
from handlers.journey import data
from handlers.rows import CHOSEN, in_rows, width
from handlers.widgets.words import labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forms.question import Choice, Question
    from handlers.chat import Rows
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn

MOST: Final = 60
"""Choices under one message: Telegram takes 100 buttons, and nobody looks through more at once."""

A_PAGE: Final = 40
"""Choices on a page where there are more."""


def answers(
    turn: Turn, sheet: Sheet, screen: Item, question: Question, page: int | None = None, held: str = ""
) -> Rows:
    """Return the buttons that answer a question; none once it is handed in, and none where one has to write.

    ``page`` of many choices counts from 0; None is the one with the answer. ``held`` is what a widget holds.
    """
    if sheet.visit.state == "submitted":
        return ()
    if asking.by_widget(question, held):
        return asking.buttons(turn, sheet, screen, question, held)
    if question.kind == "date":
        return _days(turn, sheet, screen, question)
    if question.kind not in {"select_one", "select_multiple"}:
        return ()
    offered = [choice.value for choice in sheet.walk.choices(question.path)]
    choices = [(index, choice) for index, choice in enumerate(question.choices) if choice.value in offered]
    last = -(-len(choices) // A_PAGE) - 1 if len(choices) > MOST else 0
    if not last:
        return _choices(turn, sheet, screen, question, choices)
    page = min(max(_page_of(sheet, question, choices) if page is None else page, 0), last)
    shown = choices[page * A_PAGE : (page + 1) * A_PAGE]
    return (*_choices(turn, sheet, screen, question, shown), _pages(sheet, screen, question, page, last))


def _choices(turn: Turn, sheet: Sheet, screen: Item, question: Question, choices: Sequence[tuple[int, Choice]]) -> Rows:
    """Return one button a choice; the chosen one is marked, a select_multiple toggles."""
    at, value = screen.questions.index(question), sheet.walk.value(question.path)
    several = question.kind == "select_multiple"
    held = set(value.split()) if several else {value}
    buttons, widest = [], 0
    for index, choice in choices:
        label = labelled(turn.speech, sheet.walk, question, choice.value)
        widest = max(widest, width(CHOSEN + label))
        if several:
            label = f"☑ {label}" if choice.value in held else f"☐ {label}"
        elif choice.value in held:
            label = CHOSEN + label
        verb = "toggle" if several else "answer"
        tap = data("checklist", verb, sheet.visit.id, screen.key, at, index, sheet.seen(question.path))
        buttons.append(Button(label, tap))
    return in_rows(buttons, widest)


def _page_of(sheet: Sheet, question: Question, choices: Sequence[tuple[int, Choice]]) -> int:
    """Return the page on which the answer, or the first of several, stands."""
    held = sheet.walk.value(question.path).split()
    found = [at for at, (_, choice) in enumerate(choices) if choice.value in held]
    return found[0] // A_PAGE if found else 0


def very_many(sheet: Sheet, question: Question) -> bool:
    """Tell whether there are more choices than one looks through: one types a part of what one looks for."""
    return question.kind in {"select_one", "select_multiple"} and len(sheet.walk.choices(question.path)) > MOST


def page_with(sheet: Sheet, question: Question, value: str) -> int:
    """Return the page on which a choice stands."""
    offered = [choice.value for choice in sheet.walk.choices(question.path)]
    return offered.index(value) // A_PAGE if value in offered else 0


def _pages(sheet: Sheet, screen: Item, question: Question, page: int, last: int) -> tuple[Button, ...]:
    at = screen.questions.index(question)

    def to(label: str, other: int) -> Button:
        return Button(label, data("checklist", "choices", sheet.visit.id, screen.key, at, other))

    row = [to(f"‹ {page}/{last + 1}", page - 1)] if page else []
    return (*row, *([to(f"{page + 2}/{last + 1} ›", page + 1)] if page < last else []))


def _days(turn: Turn, sheet: Sheet, screen: Item, question: Question) -> Rows:
    """Return a button for today and one for yesterday, each where the form allows it.

    The button carries the day itself: what it writes tomorrow is what it meant when it was shown.
    """
    at, value, today = screen.questions.index(question), sheet.walk.value(question.path), sheet.now.date()
    days = [(today, turn.label("Today")), (today - timedelta(days=1), turn.label("Yesterday"))]
    calendar = asking.on_card(turn, sheet, screen, question).button(turn.label("📅 Another day"), f"m{today:%Y%m}")
    return in_rows(
        [
            Button(
                CHOSEN + label if day.isoformat() == value else label,
                data("checklist", "day", sheet.visit.id, screen.key, at, f"{day:%Y%m%d}", sheet.seen(question.path)),
            )
            for day, label in days
            if sheet.walk.check(question.path, day.isoformat()) is None
        ]
        + [calendar],
        max(width(CHOSEN + label) for _, label in days),
    )
