"""The kill test: inspectors walk while the serving process is killed at random moments and started again.

Some kills come while the process is still starting, most while it serves. Afterwards the faults are taken away, the
inspectors hand in what they began, and the books are compared.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.proof.inspector import Inspector
from benchmarks.proof.scene import BRISK, PHOTO, STRICT, trouble
from benchmarks.proof.serving import free_port
from benchmarks.proof.verdict import Verdict, at_rest, compare
from sandbox.faults import Rates, Settings

if TYPE_CHECKING:
    from benchmarks.proof.inspector import Book
    from benchmarks.proof.scene import Scene
    from benchmarks.proof.serving import Serving

STARTING = 0.15
"""The share of kills that come before the process is ready."""

FINISH_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard it is: kills, the longest life of a process in seconds, visits of each inspector (0: as many as fit).

    ``rates`` are Telegram's limits; ``brisk`` leaves them aside, for a run that has to be short.
    """

    kills: int
    longest: float = 3.0
    visits: int = 0
    rates: Rates = STRICT
    brisk: bool = False


async def kill_test(scene: Scene, seed: int, plan: Plan) -> Verdict:
    """Run it once and return what was found."""
    scene.telegram.trouble.put(trouble(seed, rates=None, often=2.0) if plan.brisk else trouble(seed, rates=plan.rates))
    serving = scene.serving("serve.log", free_port(), **(BRISK if plan.brisk else {}))
    people = fleet(scene, seed, plan.visits, brisk=plan.brisk)
    walking = [asyncio.create_task(one.run()) for one in people]
    try:
        await serving.start()
        await _kill(serving, plan, random.Random(seed))  # noqa: S311 - dice of an experiment
        scene.telegram.trouble.put(Settings())
        books = await handed_in(people, walking)
        await at_rest(scene)
        await serving.stop()
        found = await compare(scene, books)
        found.kills = plan.kills
        for _ in range(serving.tracebacks()):
            found.fault("lost_updates", f"a traceback in {serving.log}")
    finally:
        for one in walking:
            one.cancel()
        await asyncio.gather(*walking, return_exceptions=True)
        await serving.end()
    return found


async def _kill(serving: Serving, plan: Plan, dice: random.Random) -> None:
    for _ in range(plan.kills):
        if dice.random() < STARTING:
            await asyncio.sleep(dice.uniform(0.0, 0.1 if serving.at_once else 1.0))
        else:
            await serving.ready()
            await asyncio.sleep(dice.uniform(0.0, plan.longest))
        await serving.kill()
        await serving.start()
    await serving.ready()


def fleet(scene: Scene, seed: int, visits: int = 0, *, brisk: bool = False) -> list[Inspector]:
    """Make an inspector for each phone; each ends after ``visits`` visits, 0: when told to."""
    people = [Inspector(scene.telegram.url, one, seed * 1000 + one, PHOTO, brisk=brisk) for one in scene.phones]
    for one in people:
        one.most = visits
    return people


async def handed_in(people: list[Inspector], walking: list[asyncio.Task[Book]]) -> list[Book]:
    """Let everybody hand in the visit under way; whoever cannot is stuck, and their book says so."""
    for one in people:
        one.enough.set()
    await asyncio.wait(walking, timeout=FINISH_SECONDS)
    for one, task in zip(people, walking, strict=True):
        if not task.done():
            task.cancel()
            one.book.stuck = one.book.stuck or "could not hand in in time"
        elif task.exception() is not None:
            one.book.stuck = one.book.stuck or repr(task.exception())
    return [one.book for one in people]
