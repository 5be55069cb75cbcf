"""What the picture of a digest shows, as plain data: the deliverer has it drawn just before it goes out.

Every figure in it stands in the text as well, or behind a button: a picture is for the glance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handlers.progress import brief

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.text import Speech
    from supervision.coverage import Count
    from supervision.digest import Facts

PARTS: Final = 12


def drawing(words: Speech, facts: Facts, name: str, theme: str, groups: Mapping[int, str]) -> dict[str, Any]:
    """Return the picture of a digest; {} when there is nothing worth one."""
    if not facts.number or not facts.coverage.total:
        return {}
    blocks: list[tuple[str, dict[str, Any]]] = [
        ("heading", {"title": name, "under": _under(words, facts)}),
        ("figures", {"each": _figures(words, facts)}),
    ]
    bars = _bars(words, facts, groups)
    if bars:
        blocks.append(("bars", bars))
    if facts.open:
        blocks.append(("bars", _matters(words, facts)))
    if any((*facts.planned, *facts.done)) and facts.first and facts.last and facts.first < facts.last:
        blocks.append(("curve", _curve(words, facts)))
    return {"theme": theme, "blocks": blocks}


def _under(words: Speech, facts: Facts) -> str:
    number = words.ordinal(facts.number)
    if not facts.day:
        return words.label("{day} · Round {number}", day=words.day(facts.today), number=number)
    return words.label("{day} · Round {number}, day {at}", day=words.day(facts.today), number=number, at=facts.day)


def _figures(words: Speech, facts: Facts) -> list[tuple[str, str, str]]:
    """Return up to four figures: number, what it counts, tone."""
    found = [(f"{facts.coverage.covered}/{facts.coverage.total}", words.label("covered"), "done")]
    if facts.now_on:
        done = sum(one.done for one in facts.now_on)
        found.append((f"{done}/{len(facts.now_on)}", words.label("today"), "ink"))
    late = len(facts.late)
    found.append((str(late), words.label("visits late"), "late" if late else "ink"))
    found.append((str(facts.open), words.label("unsettled"), "ink"))
    return found


def _bars(words: Speech, facts: Facts, groups: Mapping[int, str]) -> dict[str, Any]:
    """Return coverage by group where there are several, else by area; {} for a single bar that says nothing new."""
    if facts.groups:
        parts = [(groups.get(each, words.label("no group")), counts) for each, counts in facts.groups]
        parts.sort(key=lambda each: (each[1].covered - each[1].total, each[0]))
        title = words.label("Coverage by group")
    else:
        parts = [(area, counts) for area, counts in facts.areas]
        title = words.label("Coverage by area")
    if len(parts) < 2:  # noqa: PLR2004 - one bar is the figure above it
        return {}
    return {
        "title": title,
        "keys": [
            ("done", words.label("handed in")),
            ("planned", words.label("scheduled")),
            ("open", words.label("not planned")),
        ],
        "rows": [
            (brief(name, 16) or words.label("elsewhere"), _stands(counts), f"{counts.covered}/{counts.total}")
            for name, counts in parts[:PARTS]
        ],
    }


def _stands(counts: Count) -> list[tuple[str, int]]:
    return [("done", counts.covered), ("planned", counts.under_way + counts.planned), ("open", counts.uncovered)]


def _matters(words: Speech, facts: Facts) -> dict[str, Any]:
    """Return open and overdue matters one below the other, on one scale, each with its number."""
    over = words.label("of these overdue, over {within} working days", within=facts.within)
    rows = [
        (words.label("open, not done"), [("late", facts.missing)], str(facts.missing)),
        (words.label("open, partly"), [("partly", facts.partly)], str(facts.partly)),
        (over, [("ink", facts.overdue)], str(facts.overdue)),
    ]
    return {
        "title": words.label("Open and overdue matters"),
        "keys": [],
        "rows": [row for row in rows if row[2] != "0"],
        "whole": facts.open,
    }


def _curve(words: Speech, facts: Facts) -> dict[str, Any]:
    """Return the plan of the round beside what was handed in."""
    rest: list[float | None] = [None] * (len(facts.planned) - len(facts.done))
    first, last = facts.first, facts.last
    return {
        "title": words.label("Units visited against plan"),
        "lines": [
            ("planned", words.label("the plan"), list(facts.planned)),
            ("done", words.label("handed in"), [*facts.done, *rest]),
        ],
        "first": words.day(first) if first else "",
        "last": words.day(last) if last else "",
    }
