"""Makes a quiz of a published form: the questions with choices, and of each the choices its constraint lets stand.

``constraint`` says which choice is right (``. = 'b'``), ``constraint_message`` why. A question without a constraint
asks for an opinion, and is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms.walk import Walk
from supervision.quiz import CHOICE, MOST, TEXT, WHY, Question, Unclear, checked

if TYPE_CHECKING:
    from datetime import datetime

    from forms.form import Form
    from forms.question import Question as Asked


def questions_of(form: Form, language: str, now: datetime) -> tuple[Question, ...]:
    """Return the first ten questions of a form that have a right answer."""
    walk = Walk(form, {}, now=now)
    asked = [one for screen in form.numbered for one in screen.questions if one.kind == "select_one"]
    made = [question for one in asked if (question := _made(walk, one, language)) is not None]
    return tuple(made[:MOST])


def _made(walk: Walk, one: Asked, language: str) -> Question | None:
    path = one.definition.path
    if one.definition.constraint is None or one.definition.scope is not None:
        return None
    right = frozenset(at for at, choice in enumerate(one.choices) if walk.check(path, choice.value) is None)
    made = Question(
        one.label(language)[:TEXT],
        tuple(choice.label(language)[:CHOICE] for choice in one.choices),
        right,
        one.constraint_message(language)[:WHY],
    )
    try:
        return checked(made)
    except Unclear:
        return None
