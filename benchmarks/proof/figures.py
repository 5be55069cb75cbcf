"""The figures of a proof: a table on the screen, a JSON file and the page docs/benchmarks.md.

A later run of one part brings its own figures up to date in both and leaves the others as they were.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import put

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.proof.verdict import Verdict

RESULTS = Path(__file__).parents[1] / "proof.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; ``target`` says in words what it should be, None where it is only stated; ``met`` is None then."""

    name: str
    value: float
    unit: str
    target: str | None = None
    met: bool | None = None


def none(name: str, value: float, unit: str) -> Figure:
    """Return a figure that must be 0."""
    return Figure(name, value, unit, "0", value == 0)


def of_verdict(part: str, found: Verdict) -> list[Figure]:
    """Return what a comparison found as figures."""
    return [
        Figure(f"{part}: confirmed by the bot", found.confirmed, "answers, notes, photos, visits"),
        Figure(f"{part}: updates", found.updates, "updates"),
        Figure(f"{part}: messages and edits delivered", found.messages, "messages"),
        none(f"{part}: confirmed and missing", found.missing, "answers, notes, photos, visits"),
        none(f"{part}: applied twice or out of order", found.twice, "answers, notes, photos, visits"),
        none(f"{part}: updates lost or left", found.lost_updates, "updates"),
        none(f"{part}: messages lost", found.lost_messages, "messages"),
        none(f"{part}: wrong cards", found.wrong_cards, "chats"),
        none(f"{part}: people who could not go on", found.stranded, "people"),
        *repeats(part, found),
    ]


def repeats(part: str, found: Verdict) -> list[Figure]:
    """Return how many messages came twice, and why: only those whose fate nobody could know may."""
    return [
        Figure(f"{part}: messages repeated", found.repeated, "messages"),
        Figure(f"{part}: repeated, a fault withheld the answer", found.withheld, "messages"),
        Figure(f"{part}: repeated, killed before it heard the answer", found.unheard, "messages"),
        none(f"{part}: repeated, although the answer was heard", found.heard, "messages"),
    ]


def show(figures: Iterable[Figure]) -> None:
    """Print a table."""
    for one in figures:
        sign = {None: " ", True: "✓", False: "✗"}[one.met]
        print(f"{sign} {one.name:<62} {one.value:>10,g} {one.unit:<32} {one.target or ''}", flush=True)


def keep(part: str, figures: Iterable[Figure], path: Path = RESULTS) -> None:
    """Write the figures of a part over those it had; what other parts found stays."""
    had = json.loads(path.read_text("utf-8")) if path.exists() else []
    stays = [one for one in had if not one["name"].startswith(f"{part}: ")]
    path.write_text(json.dumps([*stays, *map(asdict, figures)], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def publish(part: str, figures: Iterable[Figure], told: str) -> None:
    """Put the figures of a part into their place on the page; ``told`` says when and on what they were measured."""
    lines = [told, "", "| figure | value | unit | target | |", "|---|---:|---|---|---|"]
    for one in figures:
        sign = {None: "", True: "✓", False: "✗ falls short"}[one.met]
        name = one.name.removeprefix(f"{part}: ")
        lines.append(f"| {name} | {one.value:,g} | {one.unit} | {one.target or ''} | {sign} |")
    put("\n".join(lines), f"proof-{part}")
