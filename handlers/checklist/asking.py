"""Draws what the widgets ask (handlers/widgets) on a visit's card, for kinds that have no buttons of the walk's own.

Choices, days, numbers, words and pictures have ways of their own here, because a checklist is answered in bursts and
by captions too; all the other kinds are asked as every form asks them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.journey import data
from handlers.widgets.asked import Asked
from handlers.widgets.kinds import widget_of

if TYPE_CHECKING:
    from markupsafe import Markup

    from forms.question import Question
    from handlers.chat import Rows
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn

BY_WIDGET: Final = frozenset(
    {"range", "rank", "acknowledge", "time", "datetime", "geopoint", "geotrace", "geoshape", "barcode"}
)
"""Kinds that are asked by their widget and nothing else."""

BY_FILE: Final = frozenset({"audio", "video", "file"})
"""Kinds that are answered by what lies with them, as a picture is; their widget says how."""


def on_card(turn: Turn, sheet: Sheet, screen: Item, question: Question, held: str = "") -> Asked:
    """Return a question as its widget sees it; its taps name the answer that the card was showing."""
    at, seen = screen.questions.index(question), sheet.seen(question.path)

    def press(word: str) -> str:
        return data("checklist", "widget", sheet.visit.id, screen.key, at, seen, word)

    return Asked(turn.speech, sheet.walk, question, sheet.now, press, held)


def how(turn: Turn, sheet: Sheet, screen: Item, question: Question, held: str) -> Markup:
    """Say how the question is answered, and what there is of it so far."""
    return widget_of(question).how(on_card(turn, sheet, screen, question, held))


def buttons(turn: Turn, sheet: Sheet, screen: Item, question: Question, held: str) -> Rows:
    """Return the widget's buttons."""
    return widget_of(question).rows(on_card(turn, sheet, screen, question, held))


def by_widget(question: Question, held: str) -> bool:
    """Tell whether a question is drawn by its widget: always, or while something is being looked for in it."""
    return question.kind in BY_WIDGET or bool(held)
