"""How long a person waits: 200 inspectors who each tap every 2 s, and how many it could be.

An open loop: a tap is due when it is due, however late the last card was, and the wait is counted from that moment. The
people's moments lie at random within the two seconds.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, at_most, stated
from benchmarks.stage import Wanted, served

if TYPE_CHECKING:
    from benchmarks.stage import Stand

TARGET_MS = 100
PATIENCE = 1.0
"""Seconds below which the 99th of a hundred waits has to stay, where the most inspectors are looked for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``number`` are the inspectors of the first figure, ``most`` what the search goes to at most; times in seconds."""

    number: int = 200
    every: float = 2.0
    rounds: int = 3
    seconds: float = 10.0
    most: int = 1600
    stage: float = 8.0
    last: float = 15.0
    """Seconds for which the number that was found has to hold."""


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    with tempfile.TemporaryDirectory(prefix="xundu-bench-") as folder:
        wanted = Wanted(plan.most, 6)
        async with served("latency", Path(folder) / "bot", wanted) as stand:
            middle, last = [], []
            for _ in range(plan.rounds):
                waits = await _stage(stand, plan, plan.number, plan.seconds)
                middle.append(percentile(waits, 50) * 1e3)
                last.append(percentile(waits, 99) * 1e3)
            most = await _most(stand, plan)
            await stand.stored()
    who = f"latency: {plan.number} inspectors"
    return [
        stated(f"{who}, p50", middle, "ms"),
        at_most(f"{who}, p99", last, "ms", TARGET_MS),
        stated(f"latency: most inspectors whose p99 stays under {PATIENCE:g} s", most, "inspectors"),
    ], ""


def percentile(values: list[float], percent: int) -> float:
    """Return the value that so many of a hundred do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


async def _stage(stand: Stand, plan: Plan, number: int, seconds: float) -> list[float]:
    """Let so many people walk; returns seconds waited for each card, those too late to be worth measuring too."""
    await stand.crowd.arrive(number)
    return await stand.crowd.pace(number, plan.every, seconds, PATIENCE)


async def _most(stand: Stand, plan: Plan) -> int:
    """Search by doubling and halving to a tenth, then see whether it holds for longer."""

    async def holds(number: int, seconds: float) -> bool:
        return percentile(await _stage(stand, plan, number, seconds), 99) < PATIENCE

    low, high = plan.number, plan.number * 2
    while low > 1 and not await holds(low, plan.stage):
        low, high = low // 2, low
    while high <= plan.most and low * 2 == high and await holds(high, plan.stage):
        low, high = high, high * 2
    high = min(high, plan.most)
    while high - low > max(1, low // 10):
        middle = (low + high) // 2
        low, high = (middle, high) if await holds(middle, plan.stage) else (low, middle)
    while low > 1 and not await holds(low, plan.last):
        low = low * 9 // 10
    return low
