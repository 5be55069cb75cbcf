"""Whole durable turns a second: tap → answer stored → next card sent, against bots that store nothing.

Every bot has an offline Telegram of its own; they run at the same time and are tapped one after another, in rounds, the
order turned round each time, so that a busy moment of the machine hits all of them. Ratios are taken round by round.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, at_least, ratios, stated
from benchmarks.stage import Stand, Wanted, echo, served

if TYPE_CHECKING:
    from collections.abc import Sequence

YARDSTICK = "echo on aiogram"
TARGET = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """How long it takes: seconds of a round that count, and of its beginning that do not."""

    rounds: int = 8
    seconds: float = 2.0
    warm: float = 0.5
    chats: int = 64
    visits: int = 60
    yardsticks: tuple[str, ...] = (YARDSTICK, "echo on ptb")
    bots: tuple[tuple[str, str], ...] = (("SQLite", "ptb"), ("SQLite", "aiogram"), ("PostgreSQL", "ptb"))


@dataclass(slots=True)
class Contender:
    """A bot and what its rounds came to: a number a round in each list."""

    stand: Stand
    rate: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    telegram: list[float] = field(default_factory=list)
    """Share of a core that Telegram and the people took."""

    async def go(self, plan: Plan) -> None:
        """Run one round."""
        own, began = time.process_time(), time.perf_counter()
        answers, seconds, spent = await self.stand.crowd.rush(plan.seconds, plan.warm, self.stand.cpu)
        self.telegram.append((time.process_time() - own) / (time.perf_counter() - began))
        self.rate.append(answers / seconds)
        self.cpu_ms.append(spent / answers * 1e3)


async def in_turns(contenders: Sequence[Contender], plan: Plan) -> None:
    """Run every round of everybody."""
    for number in range(plan.rounds):
        for one in contenders if number % 2 == 0 else reversed(contenders):
            await one.go(plan)


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xundu-bench-")))
        stands = [await stack.enter_async_context(echo(one, folder / one, plan.chats)) for one in plan.yardsticks]
        for base, driver in plan.bots:
            name, wanted = f"{base}, {driver}", Wanted(plan.chats, plan.visits, base, driver)
            stands.append(await stack.enter_async_context(served(name, folder / name, wanted)))
            await stands[-1].crowd.arrive(plan.chats)
        contenders = [Contender(one) for one in stands]
        await in_turns(contenders, plan)
        for stand in stands:
            if stand.database_url:
                await stand.stored()
    return _figures(contenders), ""


def _figures(contenders: list[Contender]) -> list[Figure]:
    found = []
    for one in contenders:
        name = one.stand.name
        cpu = "CPU, its PostgreSQL's included" if name.startswith("PostgreSQL") else "CPU"
        found.append(stated(f"turns: {name}", one.rate, "turns/s"))
        found.append(stated(f"turns: {name}, {cpu}", one.cpu_ms, "ms/turn"))
        found.append(stated(f"turns: {name}, Telegram and people busy", one.telegram, "of a core"))
    for other in (one for one in contenders if not one.stand.database_url):
        for one in (one for one in contenders if one.stand.database_url):
            name, by_round = f"turns: {one.stand.name} ÷ {other.stand.name}", ratios(one.rate, other.rate)
            held = other.stand.name == YARDSTICK
            found.append(at_least(name, by_round, "×", TARGET) if held else stated(name, by_round, "×"))
            found.append(stated(f"{name}, CPU", ratios(one.cpu_ms, other.cpu_ms), "×"))
    return found
