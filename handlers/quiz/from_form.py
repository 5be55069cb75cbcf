"""Makes a quiz of a published form: the questions with choices, and of each the choices its constraint lets stand.

``constraint`` says which choice is right (``. = 'b'``; of a select_multiple, which choices together), and
``constraint_message`` why. A question without a constraint asks for an opinion, and is left out.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from forms.walk import Walk
from supervision.quiz import CHOICE, CHOICES, MOST, TEXT, WHY, Question, Unclear, checked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from forms.form import Form
    from forms.question import Question as Asked

KINDS: Final = frozenset({"select_one", "select_multiple"})


def questions_of(form: Form, language: str, now: datetime) -> tuple[Question, ...]:
    """Return the first ten questions of a form that have a right answer."""
    walk = Walk(form, {}, now=now)
    asked = [one for screen in form.numbered for one in screen.questions if one.kind in KINDS]
    made = [question for one in asked if (question := _made(walk, one, language)) is not None]
    return tuple(made[:MOST])


def _made(walk: Walk, one: Asked, language: str) -> Question | None:
    path = one.definition.path
    if one.definition.constraint is None or one.definition.scope is not None:
        return None
    every = one.kind == "select_multiple"
    if every:
        right = _together(walk, path, [choice.value for choice in one.choices])
    else:
        right = frozenset(at for at, choice in enumerate(one.choices) if walk.check(path, choice.value) is None)
    made = Question(
        one.label(language)[:TEXT],
        tuple(choice.label(language)[:CHOICE] for choice in one.choices),
        right,
        one.constraint_message(language)[:WHY],
        every=every,
    )
    try:
        return checked(made)
    except Unclear:
        return None


def _together(walk: Walk, path: str, values: Sequence[str]) -> frozenset[int]:
    """Return the one set of choices that stands, none where several do: then it is not said what is right."""
    if len(values) > CHOICES:
        return frozenset()
    sets = [
        picked
        for size in range(1, len(values) + 1)
        for picked in combinations(range(len(values)), size)
        if walk.check(path, " ".join(values[at] for at in picked)) is None
    ]
    return frozenset(sets[0]) if len(sets) == 1 else frozenset()
