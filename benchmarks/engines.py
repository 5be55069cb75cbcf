"""The forms' own engine beside ODK's (@getodk/xforms-engine on Node): the same forms, answers and machine.

ODK's figures are left out, and said to be, where Node or its engine is not installed. Each engine does in one process
what a person's answer makes it do: store it, and work out all that depends on it. Must not judge what they come to:
that they agree is tested in tests/forms/odk.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, at_least, at_most, short, stated
from forms.convert import convert
from forms.form import Form
from forms.walk import Walk
from tests.forms.odk.second_opinion import Odk, why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FASTER = 5
"""How many times faster than ODK's engine an answer should be."""
FLAT = 1.5
"""How much more an answer may cost on the longest form than on the shortest."""
HEADER = "| survey |\n| | type | name | label | relevant | constraint | calculation | choice_filter |\n"
CHOICES = "| choices |\n| | list_name | name | label | part |\n"


@dataclass(frozen=True, slots=True)
class Plan:
    """``sizes`` of forms, in questions; ``instances`` of a repeat; ``choices`` of a list; ``rounds`` of everything."""

    sizes: tuple[int, ...] = (50, 500, 5_000)
    instances: int = 200
    choices: int = 10_000
    opened: int = 1_000
    rounds: int = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A form and what is answered on it, over and over: (path, two values in turn)."""

    name: str
    xform: str
    path: str
    values: tuple[str, str]
    shown: str = ""
    """A select whose choices are asked for after each answer, as ODK's engine works them out with it."""
    before: tuple[tuple[str, str, str], ...] = ()
    """What is done first: (``set`` or ``add``, path, value)."""


def survey(size: int) -> str:
    """Make a form of so many questions, a third of them each numbers, choices that may be skipped, and texts."""
    lines = []
    for n in range(size // 3):
        lines += [
            f"| | integer | n{n} | Number {n} | | . < 1000 | | |",
            f"| | select_one c | s{n} | Choice {n} | ${{n{n}}} > 5 | | | |",
            f"| | text | t{n} | Text {n} | ${{s{n}}} = 'a' | | | |",
            f"| | calculate | k{n} | | | | ${{n{n}}} * 2 | |",
        ]
    lines += [f"| | text | more{n} | More {n} | | | | |" for n in range(size - size // 3 * 3)]
    return _converted(lines, ["| | c | a | A | |", "| | c | b | B | |"])


def repeated() -> str:
    """Make a form with a repeat whose instances each work something out, and a sum over all of them."""
    lines = ["| | begin repeat | r | R | | | | |", "| | integer | x | X | | . < 1000 | | |",
             "| | calculate | y | | | | ${x} * position(..) | |", "| | end repeat | | | | | | |",
             "| | calculate | all | | | | sum(${x}) | |"]  # fmt: skip
    return _converted(lines, [])


def filtered(choices: int) -> str:
    """Make a form with a long list of choices that another answer filters."""
    lines = ["| | select_one p | p | Part | | | | |", "| | select_one c | c | Choice | | | | part = ${p} |"]
    parts = [f"| | p | p{n} | Part {n} | |" for n in range(100)]
    return _converted(lines, parts + [f"| | c | c{n} | Choice {n} | p{n % 100} |" for n in range(choices)])


def _converted(survey_rows: list[str], choice_rows: list[str]) -> str:
    return convert((HEADER + "\n".join(survey_rows) + "\n" + CHOICES + "\n".join(choice_rows)).encode(), "b.md").xform


def cases(plan: Plan) -> Iterable[Case]:
    """Give what an answer is measured on."""
    for size in plan.sizes:
        yield Case(f"{size:,} questions", survey(size), f"/data/n{size // 6}", ("7", "8"))
    more = tuple(("add", "/data/r", "") for _ in range(plan.instances - 1))
    yield Case(
        f"a repeat of {plan.instances}", repeated(), f"/data/r[{plan.instances // 2}]/x", ("7", "8"), before=more
    )
    yield Case(f"a list of {plan.choices:,} with a filter", filtered(plan.choices), "/data/p", ("p1", "p2"), "/data/c")


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    missing = why_not()
    odk = None if missing else Odk()
    figures, ours = [], []
    try:
        for case in cases(plan):
            mine = [_ours(case) for _ in range(plan.rounds)]
            ours.append(statistics.median(mine))
            figures.append(stated(f"engines: {case.name}, one answer", [one * 1_000 for one in mine], "µs"))
            if odk is not None:
                theirs = _theirs(odk, case)
                figures.append(stated(f"engines: {case.name}, one answer, ODK's engine", theirs * 1_000, "µs"))
                figures.append(at_least(f"engines: {case.name}, times faster", theirs / ours[-1], "times", FASTER))
        longest = ours[len(plan.sizes) - 1] / ours[0]
        label = f"engines: one answer at {plan.sizes[-1]:,} questions against {plan.sizes[0]}"
        figures.append(at_most(label, longest, "times", FLAT))
        figures += _opened(plan, odk)
    finally:
        if odk is not None:
            odk.close()
    return figures, f"ODK's engine was not measured: {missing}." if missing else ""


def _opened(plan: Plan, odk: Odk | None) -> Iterable[Figure]:
    xform = survey(plan.opened)
    name = f"engines: opening a form of {plan.opened:,} questions"
    read = [_timed(lambda: Form.parse(xform)) for _ in range(plan.rounds)]
    form = Form.parse(xform)
    walked = [_timed(lambda: Walk(form, {}, now=datetime.now(UTC))) for _ in range(plan.rounds)]
    yield stated(f"{name}, reading it", read, "ms")
    yield stated(f"{name}, a walk of it", walked, "ms")
    if odk is not None:
        theirs = odk.ask("time", xform=xform, steps=[], rounds=3)["open"]
        yield stated(f"{name}, ODK's engine, both", theirs, "ms")
        both = statistics.median(read) + statistics.median(walked)
        yield stated(f"{name}, times faster", float(short(statistics.median(theirs) / both)), "times")


def _timed(work: Callable[[], object]) -> float:
    """Give the milliseconds that something takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def _ours(case: Case, times: int = 60) -> float:
    """Give the median milliseconds of an answer, the first left out."""
    walk = Walk(Form.parse(case.xform), {}, now=datetime.now(UTC))
    for deed, path, value in case.before:
        walk.add(path) if deed == "add" else walk.set(path, value)

    def answer(value: str) -> None:
        walk.set(case.path, value)
        assert not case.shown or walk.choices(case.shown)

    took = [_timed(partial(answer, case.values[at % 2])) for at in range(times)]
    return statistics.median(took[1:])


def _theirs(odk: Odk, case: Case, times: int = 40) -> float:
    steps = [{"do": deed, "path": path, "value": value} for deed, path, value in case.before]
    steps += [{"do": "set", "path": case.path, "value": case.values[at % 2]} for at in range(times)]
    took: list[float] = odk.ask("time", xform=case.xform, steps=steps, rounds=1)["answer"]
    return statistics.median(took[len(case.before) + 1 :])
