"""What the forms' own engine costs: opening a walk, and one answer, on a checklist of 20 items and on one of 500."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, stated
from forms.convert import convert
from forms.form import Form
from forms.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

ITEM = """| | begin_group | item{n} | Item {n} | field-list | |
| | select_one grade | i{n} | Is it so? | | |
| | text | n{n} | What exactly? | | ${{i{n}}} = 'missing' |
| | end_group | | | | |
"""
FORM = """
| survey |
| | type | name | label | appearance | relevant |
{items}
| choices |
| | list_name | name | label |
| | grade | done | In place |
| | grade | missing | Not done |

| settings |
| | form_title | form_id | version |
| | Walk | walk | 1 |
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """``sizes`` of forms, in items; ``times`` a form is opened a round, and an answer is given."""

    rounds: int = 7
    sizes: tuple[int, ...] = (20, 500)
    times: int = 20


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    figures = []
    for size in plan.sizes:
        form = Form.parse(convert(form_of(size).encode(), "walk.md").xform)
        paths = [path for path, one in form.questions.items() if one.kind == "select_one"]
        half = dict.fromkeys(paths[: size // 2], "done")
        opening = partial(Walk, form, half, now=datetime.now(UTC))
        answering = partial(_answer, opening(), paths[-1])
        figures.append(stated(f"walk: {size} items, opening it half full", _spent(plan, opening), "ms of CPU"))
        figures.append(stated(f"walk: {size} items, one answer", _spent(plan, answering), "ms of CPU"))
    return figures, ""


def _answer(walk: Walk, path: str) -> None:
    """Give the other answer, so that something changes each time: a note becomes relevant, or is no longer."""
    walk.set(path, "missing" if walk.value(path) == "done" else "done")


def form_of(size: int) -> str:
    """Return a checklist of so many items as an author would write it."""
    return FORM.format(items="".join(ITEM.format(n=one) for one in range(1, size + 1)).rstrip())


def _spent(plan: Plan, deed: Callable[[], object]) -> list[float]:
    """Return the milliseconds of CPU of a deed, a number a round."""
    found = []
    for _ in range(plan.rounds):
        began = time.process_time()
        for _ in range(plan.times):
            deed()
        found.append((time.process_time() - began) / plan.times * 1e3)
    return found
