"""What a widget is given and what it gives back.

Between two taps a widget holds a short text of its own (the month that is shown, the places sent so far); the caller
keeps it. A tap carries one short word, which the caller wraps so that it finds its way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from handlers.chat import Button
from handlers.errors import Stale

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from markupsafe import Markup

    from forms.question import Question
    from forms.walk import Walk
    from handlers.chat import Message, Rows
    from handlers.text import Speech


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it stands; ``now`` is aware, in the zone of whoever is asked. ``held`` is the widget's own."""

    speech: Speech
    walk: Walk
    question: Question
    now: datetime
    press: Callable[[str], str]
    held: str = ""

    @property
    def value(self) -> str:
        """Return the answer there is, '' for none."""
        return self.walk.value(self.question.path)

    def button(self, label: str, word: str) -> Button:
        """Make a button that brings a word back to the widget."""
        return Button(label, self.press(word))

    def allows(self, value: str) -> bool:
        """Tell whether the form's constraint lets a value stand."""
        return self.walk.check(self.question.path, value) is None


@dataclass(frozen=True, slots=True)
class Step:
    """What came of a tap or a message: ``value`` to be written (None: nothing), what to hold, whether that is all."""

    value: str | None = None
    held: str = ""
    done: bool = False


class Widget(Protocol):
    """One way of asking; all of it is drawing and reading, nothing is written."""

    def how(self, asked: Asked) -> Markup:
        """Say how the question is answered, and what there is of it so far; '' where buttons say it."""

    def rows(self, asked: Asked) -> Rows:
        """Return the buttons that answer it."""

    def tapped(self, asked: Asked, word: str) -> Step:
        """Take a word that one of its buttons carried; raises Stale for any other."""

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Take a message; None when it has no use for it. Raises UserError with what is asked instead."""


class Untapped:
    """A widget without buttons: what answers it is sent."""

    def rows(self, asked: Asked) -> Rows:
        """Return none."""
        del asked
        return ()

    def tapped(self, asked: Asked, word: str) -> Step:
        """Take no tap."""
        del asked, word
        raise Stale


def chosen(value: str) -> Step:
    """Return the step that answers a question for good."""
    return Step(value=value, done=True)


def index(word: str, count: int) -> int:
    """Read the number behind a word's first letter; Stale when there are not as many."""
    try:
        found = int(word[1:])
    except ValueError as error:
        raise Stale from error
    if not 0 <= found < count:
        raise Stale
    return found
