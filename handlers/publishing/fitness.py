"""Whether a visit can ask what a form asks, so that no form is chosen that nobody could ever hand in.

Pure. What a visit asks is said once, by the sheet (handlers/sheet.py); this compares a form with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.sheet import ASKED

if TYPE_CHECKING:
    from forms.form import Form
    from forms.question import Question


def unasked(form: Form) -> list[Question]:
    """Return the questions of a form that a visit cannot ask, in order."""
    return [
        question
        for screen in form.screens
        for question in screen.questions
        if question.asks and (question.kind not in ASKED or question.definition.scope is not None)
    ]


def hinders(form: Form) -> list[Question]:
    """Return those of them that must be answered: a visit with such a form could never be handed in."""
    return [question for question in unasked(form) if question.definition.required is not None]
