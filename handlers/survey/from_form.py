"""Makes survey questions of a published form: what a quick survey can ask, in the form's order, the rest left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from supervision.ballot import CHOICE, LABEL, LONGEST, MOST_CHOICES, MOST_QUESTIONS, NUMBER, SCALE, TEXT, Question

if TYPE_CHECKING:
    from forms.form import Form
    from forms.question import Question as Asked


def questions_of(form: Form, language: str) -> tuple[Question, ...]:
    """Return the first ten questions of a form that are choices, numbers or words."""
    asked = [one for screen in form.numbered for one in screen.questions]
    made = [question for one in asked if (question := _made(one, language)) is not None]
    return tuple(made[:MOST_QUESTIONS])


def _made(one: Asked, language: str) -> Question | None:
    text = one.label(language)[:LONGEST]
    if not text:
        return None
    if one.kind == "select_one":
        choices = tuple(dict.fromkeys(choice.label(language)[:LABEL] for choice in one.choices))
        return Question(CHOICE, text, choices) if 2 <= len(choices) <= MOST_CHOICES else None  # noqa: PLR2004 - one is no choice
    if one.kind == "range":
        return _scale(one, text)
    kinds = {"integer": NUMBER, "decimal": NUMBER, "text": TEXT}
    return Question(kinds[one.kind], text) if one.kind in kinds else None


def _scale(one: Asked, text: str) -> Question:
    """Return a range as a scale where its steps are few and whole, else as a number."""
    ends = [one.parameters.get(name, "") for name in ("start", "end")]
    if one.parameters.get("step", "1") == "1" and all(end.isdecimal() for end in ends):
        low, high = map(int, ends)
        if 0 < high - low < MOST_CHOICES:
            return Question(SCALE, text, low=low, high=high)
    return Question(NUMBER, text)
