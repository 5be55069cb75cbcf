"""From nothing to the first reply, and what the process holds in memory.

The clock begins before the process is started; a person has written to the bot already. Files are in the page cache
and bytecode is compiled, as after a restart; the first round, which sees to that, does not count.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import field
from benchmarks.bots import START_SECONDS, serve
from benchmarks.crowd import Crowd
from benchmarks.figures import Figure, at_most, stated
from benchmarks.proof.postgres import migrated
from sandbox.server import Sandbox

if TYPE_CHECKING:
    from benchmarks.bots import Bot

SECONDS = 2.0
MEMORY_MIB = 120
DRIVERS = ("ptb", "aiogram")


@dataclass(frozen=True, slots=True)
class Plan:
    """``idle``: seconds after which an idle process is weighed, ``busy``: of work before it is weighed again."""

    rounds: int = 5
    idle: float = 2.0
    busy: float = 5.0
    chats: int = 64
    visits: int = 60
    drivers: tuple[str, ...] = DRIVERS


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    took: dict[str, list[float]] = {one: [] for one in plan.drivers}
    memory: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="xundu-bench-") as name:
        folder = Path(name)
        url = await migrated(f"sqlite:///{folder}/xundu.db")
        visits = await field.seed(url, plan.chats, plan.visits)
        async with Sandbox() as telegram:
            crowd = Crowd(telegram, visits)
            crowd.come(1)
            for number in range(plan.rounds + 1):
                for driver in plan.drivers:
                    began = time.perf_counter()
                    async with serve(telegram, url, folder, driver) as bot:
                        await _reply(telegram)
                        took[driver] += [time.perf_counter() - began] if number else []
                        if number == plan.rounds:
                            memory[driver] = await _weighed(bot, crowd, plan)
                    next(iter(crowd.walkers.values())).write("/start")
    return [one for driver in plan.drivers for one in _figures(driver, took[driver], memory[driver])], ""


async def _reply(telegram: Sandbox) -> None:
    """Wait for the first message that Telegram accepts."""
    before = telegram.world.ledger.total
    async with asyncio.timeout(START_SECONDS):
        while telegram.world.ledger.total == before:  # noqa: ASYNC110 - it waits for another process
            await asyncio.sleep(0.001)


async def _weighed(bot: Bot, crowd: Crowd, plan: Plan) -> list[tuple[float, float]]:
    """Return the memory of a process that is idle, and after it has worked."""
    await asyncio.sleep(plan.idle)
    idle = bot.memory()
    await crowd.arrive(plan.chats)
    await crowd.rush(plan.busy, 0.0, bot.cpu)
    await asyncio.sleep(plan.idle)
    return [idle, bot.memory()]


def _figures(driver: str, took: list[float], memory: list[tuple[float, float]]) -> list[Figure]:
    (rss, pss), (rss_later, pss_later) = memory
    return [
        at_most(f"start: to the first reply, {driver}", took, "s", SECONDS),
        at_most(f"start: idle memory (RSS), {driver}", rss, "MiB", MEMORY_MIB),
        stated(f"start: idle memory (PSS), {driver}", pss, "MiB"),
        stated(f"start: memory after work (RSS), {driver}", rss_later, "MiB"),
        stated(f"start: memory after work (PSS), {driver}", pss_later, "MiB"),
    ]
