"""How long a proposed itinerary takes and how near the best it is: 226 units, 4 groups, 20 inspectors, 11 working days.

The whole way as the bot goes it: a process of its own that starts, loads the solver, looks at each group and answers.
Units lie as those of a first round do, a few in each of many cities; three inspectors are on leave for some days.
"""

from __future__ import annotations

from contextlib import aclosing
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING, Final

from benchmarks.figures import at_most, stated
from bot.background import apart
from bot.background.arranging import LONGEST_SECONDS
from bot.background.arranging_work import arrange
from supervision.calendar import Calendar
from supervision.itinerary import Place, Task, made, size_of, teams, workdays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.figures import Figure
    from supervision.itinerary import Plan

UNITS: Final = 226
GROUPS: Final = 4
PEOPLE: Final = 5
"""Inspectors of each group."""

CITIES: Final = 34
"""Of each group, in three provinces; half of them have one unit, a few have many."""

TARGET_SECONDS: Final = 10.0


def tasks(together: int = 0) -> list[Task]:
    """Return what is to be arranged for each group; ``together`` as a person chooses it, 0: by the group's size."""
    days = workdays(Calendar("CN"), date(2026, 10, 16), date(2026, 10, 30))
    away = {1: set(days[2:6]), 6: set(days[:3]), 11: set(days[8:])}
    shares = [UNITS // GROUPS + (at < UNITS % GROUPS) for at in range(GROUPS)]
    return [
        Task(
            at,
            tuple(_places(at, share)),
            teams([at * PEOPLE + one for one in range(1, PEOPLE + 1)], together or size_of(PEOPLE), days, away),
        )
        for at, share in enumerate(shares)
    ]


def _places(group: int, count: int) -> Iterator[Place]:
    for at in range(count):
        city = at if at < CITIES else (at * at) % (CITIES // 4)
        yield Place(group * 1000 + at, f"U{at:03}", f"省{group}{city % 3}/市{city}/县{at % 2}")


async def run() -> tuple[list[Figure], str]:
    """Measure both ways to go: by the group's size, which is pairs, and singly."""
    found, said = [], []
    for name, together in (("pairs", 2), ("singly", 1)):
        wanted = tasks(together)
        seconds, plans = await _arranged(wanted)
        cost, bound = sum(one.cost for one in plans), sum(one.bound for one in plans)
        left = sum(len(one.left) for one in plans)
        greedy = sum(made(one).cost for one in wanted)
        gap = 100 * (cost - bound) / cost if cost else 0.0
        found += [
            at_most(f"an itinerary for {UNITS} units, {name}: all {GROUPS} groups", seconds, "s", TARGET_SECONDS),
            stated(f"the same: gap to the bound, {name}", gap, "%"),
            stated(f"the same: units without a day, {name}", float(left), "units"),
        ]
        said.append(f"{name}: cost {cost}, bound {bound:g}, made without the solver {greedy}")
    return found, "The whole way: a process that starts, loads the solver and answers group by group. " + "; ".join(
        said
    ) + "."


async def _arranged(wanted: list[Task]) -> tuple[float, list[Plan]]:
    before = perf_counter()
    async with aclosing(apart.each(LONGEST_SECONDS, arrange, wanted)) as plans:
        found = [one async for one in plans]
    return perf_counter() - before, found
