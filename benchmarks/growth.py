"""Does a turn cost more when a million answers lie in the database? Two bots side by side, one with a thousand.

The past is what a season leaves: visits handed in by the same groups, their answers and the audit of each, and of the
last three days, which is how long they are kept, what came in and went out.
"""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, at_most, ratios, stated
from benchmarks.stage import Wanted, served
from benchmarks.turns import Contender, in_turns
from benchmarks.turns import Plan as Turns

TARGET = 1.2


@dataclass(frozen=True, slots=True)
class Plan:
    """``few`` and ``many`` stored answers, on each database."""

    few: int = 1_000
    many: int = 1_000_000
    bases: tuple[str, ...] = ("SQLite", "PostgreSQL")
    turns: Turns = Turns(rounds=6)  # noqa: RUF009 - it is frozen


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    figures = []
    for base in plan.bases:
        few, many = await _pair(base, plan)
        for name, one in ((f"{plan.few:,}", few), (f"{plan.many:,}", many)):
            figures.append(stated(f"growth: {base}, {name} answers stored", one.rate, "turns/s"))
            figures.append(stated(f"growth: {base}, {name} answers stored, CPU", one.cpu_ms, "ms/turn"))
        name = f"growth: {base}, a turn with {plan.many:,} ÷ with {plan.few:,}"
        figures.append(at_most(f"{name}, time", ratios(few.rate, many.rate), "×", TARGET))
        figures.append(at_most(f"{name}, CPU", ratios(many.cpu_ms, few.cpu_ms), "×", TARGET))
    return figures, ""


async def _pair(base: str, plan: Plan) -> tuple[Contender, Contender]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xundu-bench-")))
        contenders = []
        for past in (plan.few, plan.many):
            wanted = Wanted(plan.turns.chats, plan.turns.visits, base, past=past)
            stand = await stack.enter_async_context(served(f"{base}, {past}", folder / str(past), wanted))
            await stand.crowd.arrive(plan.turns.chats)
            contenders.append(Contender(stand))
        await in_turns(contenders, plan.turns)
        for one in contenders:
            await one.stand.stored()
    return contenders[0], contenders[1]
