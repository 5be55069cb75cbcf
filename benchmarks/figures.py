"""The figures of the benchmarks: on the screen, in results.json, and in the page docs/benchmarks.md.

A benchmark that runs alone brings its own figures up to date and leaves the others as they were. Must not measure.
"""

from __future__ import annotations

import json
import re
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

RESULTS = Path(__file__).parent / "results.json"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; ``target`` says in words what it should be, None where it is only stated; ``met`` is None then.

    ``spread`` is how far the rounds lie apart, '' for what was measured once.
    """

    name: str
    value: float
    unit: str
    target: str | None = None
    met: bool | None = None
    spread: str = ""

    def row(self) -> dict[str, object]:
        """Return the figure as results.json has it."""
        return {"name": self.name, "value": self.value, "unit": self.unit, "target": self.target, "met": self.met}


def stated(name: str, values: Sequence[float] | float, unit: str) -> Figure:
    """Return a figure without a target: the median of the rounds."""
    rounds = [values] if isinstance(values, int | float) else list(values)
    spread = f"{short(min(rounds))}–{short(max(rounds))}" if len(rounds) > 1 else ""
    return Figure(name, float(short(statistics.median(rounds))), unit, spread=spread)


def at_least(name: str, values: Sequence[float] | float, unit: str, target: float) -> Figure:
    """Return a figure that must not be below its target."""
    return _held(stated(name, values, unit), f"≥ {short(target)}", lambda value: value >= target)


def at_most(name: str, values: Sequence[float] | float, unit: str, target: float) -> Figure:
    """Return a figure that must not be above its target."""
    return _held(stated(name, values, unit), f"≤ {short(target)}", lambda value: value <= target)


def _held(one: Figure, target: str, met: Callable[[float], bool]) -> Figure:
    return Figure(one.name, one.value, one.unit, target, met(one.value), one.spread)


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Return the ratio of each round: what was measured side by side is compared side by side."""
    return [one / other for one, other in zip(above, below, strict=True)]


def short(value: float) -> str:
    """Return a number with three digits that mean something."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


# --- where they go ---


def show(figures: Iterable[Figure]) -> None:
    """Print a table."""
    for one in figures:
        sign = {None: " ", True: "✓", False: "✗"}[one.met]
        target, spread = one.target or "", f"({one.spread})" if one.spread else ""
        print(f"{sign} {one.name:<66} {short(one.value):>9} {one.unit:<12} {target:<9} {spread}", flush=True)


def keep(part: str, figures: Iterable[Figure], path: Path = RESULTS) -> None:
    """Write the figures of a part over those it had; what other parts found stays."""
    had = json.loads(path.read_text("utf-8")) if path.exists() else []
    stays = [one for one in had if not one["name"].startswith(f"{part}: ")]
    rows = [*stays, *(one.row() for one in figures)]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def publish(part: str, figures: Iterable[Figure], notes: str = "", page: Path = PAGE) -> None:
    """Put the table of a part between its two marks on the page; ``notes`` (more tables) follow it."""
    lines = ["| figure | median | unit | rounds | target | |", "|---|---:|---|---|---|---|"]
    for one in figures:
        sign = {None: "", True: "✓", False: "✗ falls short"}[one.met]
        name = one.name.removeprefix(f"{part}: ")
        lines.append(f"| {name} | {short(one.value)} | {one.unit} | {one.spread} | {one.target or ''} | {sign} |")
    put("\n".join(lines) + (f"\n\n{notes.strip()}" if notes else ""), part, page)


def targets(path: Path = RESULTS) -> str:
    """Return a table of every figure that has a target, from the last run of each part."""
    lines = ["| figure | measured | target | |", "|---|---:|---|---|"]
    for one in json.loads(path.read_text("utf-8")):
        if one["target"] is not None:
            sign = "✓" if one["met"] else "✗ falls short"
            lines.append(f"| {one['name']} | {short(one['value'])} {one['unit']} | {one['target']} | {sign} |")
    return "\n".join(lines)


def put(text: str, part: str, page: Path = PAGE) -> None:
    """Replace what stands between the marks of a part; raises LookupError when the page has no such marks."""
    begin, end = f"<!-- bench:{part} -->", f"<!-- end:{part} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    written, found = pattern.subn(lambda _: f"{begin}\n{text}\n{end}", page.read_text("utf-8"))
    if not found:
        raise LookupError(f"{page.name} has no place for the figures of {part}")
    page.write_text(written, encoding="utf-8")
