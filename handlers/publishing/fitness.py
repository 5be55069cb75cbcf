"""Whether a visit can ask what a form asks, so that no form is chosen that nobody could ever hand in.

Pure. What a visit asks is said once, by its outline (handlers/outline.py); this compares a form with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.outline import ASKED

if TYPE_CHECKING:
    from forms.form import Form
    from forms.question import Question


def unasked(form: Form) -> list[Question]:
    """Return the questions of a form that a visit cannot ask, in order."""
    return [
        question
        for screen in form.screens
        for question in screen.questions
        if question.asks and question.kind not in ASKED
    ]


def hinders(form: Form) -> list[Question]:
    """Return those of them that keep a form from visits: what must be answered could not be.

    A question that is merely left out, and need not be answered, keeps nobody from handing in.
    """
    return [one for one in unasked(form) if one.definition.required is not None]
