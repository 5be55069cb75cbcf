"""Fills a form from a list of steps and says how it stands then: what ``xundu forms fill`` does, without its files.

A step is ``{"path": "/data/q", "value": …}``, ``{"add": "/data/rep"}`` or ``{"remove": "/data/rep[2]"}``. A value that
does not fit is cut down to what does, as ODK's engine does it; a step that cannot be taken is told, and the rest goes
on. Must not read or write anything.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

from forms.canonical import InvalidAnswer
from forms.problems import FormError, mark, problem
from forms.question import SELECTS
from forms.values import text_of_number

if TYPE_CHECKING:
    from forms.problems import Problem
    from forms.walk import Walk

MAX_STEPS = 100_000
NO_QUESTION = mark("Step {at}, {node}: the form has no such question.")
FIXED = mark("Step {at}, {node}: the form does not let this be changed.")
NOT_AN_ANSWER = mark("Step {at}, {node}: this is not among its answers; a ranking names every choice, each once.")
EXAMPLE = '{"path": "/data/q", "value": "…"} / {"add": "/data/rep"} / {"remove": "/data/rep[2]"}'
_SAID = {"no_question": NO_QUESTION, "readonly": FIXED}
_STEP = re.compile(r"/([^/\[\]]+)(?:\[(\d{1,6})\])?")


class State(TypedDict):
    """How a filling stands; paths as in :class:`forms.walk.Walk`."""

    values: dict[str, str]
    relevant: dict[str, bool]
    required_missing: list[str]
    violations: list[str]
    choices: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: ``deed`` is ``set``, ``add`` or ``remove``."""

    deed: str
    path: str
    value: str = ""


def steps_of(data: object) -> list[Step]:
    """Read steps from what JSON came to; raises :class:`forms.problems.FormError` naming each that is none."""
    if not isinstance(data, list):
        raise FormError.that(mark("The answers are not a list of steps."), mark("Write each step as {example}."),
                             example=EXAMPLE)  # fmt: skip
    if len(data) > MAX_STEPS:
        raise FormError.that(mark("There are more than {most} steps."), most=MAX_STEPS)
    steps: list[Step] = []
    faults: list[Problem] = []
    for at, one in enumerate(data, 1):
        try:
            steps.append(step_of(one))
        except FormError as error:
            faults += [replace(one, row=at) for one in error.problems]
    if faults:
        raise FormError(*faults)
    return steps


def step_of(one: object) -> Step:
    """Read one step from what JSON came to; raises :class:`forms.problems.FormError`."""
    if isinstance(one, dict):
        for deed in ("add", "remove"):
            if set(one) == {deed} and isinstance(one[deed], str):
                return Step(deed, one[deed])
        if set(one) == {"path", "value"} and isinstance(one["path"], str):
            text = _text(one["value"])
            if text is None:
                raise FormError.that(mark("The value is neither text, number nor list."))
            return Step("set", one["path"], text)
    raise FormError.that(mark("This is not a step."), mark("Write each step as {example}."), example=EXAMPLE)


def _text(value: object) -> str | None:
    """Write a value of JSON as an answer is written; None when it cannot be one."""
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    if isinstance(value, int | float):
        return text_of_number(float(value)) if isinstance(value, float) and math.isfinite(value) else str(value)
    if isinstance(value, list):
        words = [_text(one) for one in value]
        return None if None in words or any(isinstance(one, list) for one in value) else " ".join(map(str, words))
    return value if isinstance(value, str) else None


def taken(walk: Walk, steps: list[Step]) -> list[Problem]:
    """Take the steps one after another; say of each that could not be taken why not."""
    refused: list[Problem] = []
    for at, step in enumerate(steps, 1):
        try:
            take(walk, step)
        except InvalidAnswer as error:
            said = _SAID.get(error.code, NOT_AN_ANSWER)
            refused.append(problem(said, at=at, node=step.path))
    return refused


def take(walk: Walk, step: Step) -> None:
    """Take one step; raises :class:`forms.canonical.InvalidAnswer` when there is no place for it."""
    path = placed(walk, step.path)
    if step.deed == "add":
        walk.add(path)
    elif step.deed == "remove":
        walk.remove(path)
    else:
        walk.set(path, step.value, strict=False)


def placed(walk: Walk, path: str) -> str:
    """Write a path as a walk does: repeats with their position (the first, where none is said), others without."""
    definition = walk.form.root
    steps = list(_STEP.finditer(path))
    if not steps or "".join(step[0] for step in steps) != path or steps[0][1] != definition.name:
        return path
    found = f"/{definition.name}"
    for step in steps[1:]:
        below = definition.child(step[1])
        if below is None:
            return path
        if step[2] not in (None, "1") and not below.repeat:
            return path
        definition = below
        last = step.end() == len(path) and step[2] is None
        found += f"/{step[1]}" + (f"[{step[2] or 1}]" if definition.repeat and not last else "")
    return found


def state(walk: Walk) -> State:
    """Say how a filling stands: every node of the instance, in the order of the form."""
    found = State(values={}, relevant={}, required_missing=[], violations=[], choices={})
    for path, question in walk.nodes():
        found["relevant"][path] = walk.relevant(path)
        if question is None:
            continue
        found["values"][path] = walk.value(path)
        if question.kind in SELECTS:
            found["choices"][path] = [choice.value for choice in walk.choices(path)]
        violation = walk.violation(path)
        if violation is not None:
            found["required_missing" if violation.kind == "required" else "violations"].append(path)
    return found
