"""Several serving processes on one PostgreSQL behind one webhook address, one of them killed and replaced under load.

What is asked: the order within a chat, every update once, every timer once, and one rate limit between all of them.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.proof.kills import fleet, handed_in
from benchmarks.proof.proxy import Proxy
from benchmarks.proof.scene import BRISK
from benchmarks.proof.serving import free_port
from benchmarks.proof.verdict import Verdict, at_rest, compare
from sandbox.faults import Rates, Settings
from storage.chat import timers
from storage.chat.inbox import Arrival, Source
from storage.chat.timers import Timer
from storage.database import Database

if TYPE_CHECKING:
    from benchmarks.proof.scene import Scene

RATE = 10
"""Messages a second that all processes together may send; low, so that two that do not know of each other show."""

SLACK = 2
"""What Telegram lets through beyond it: calls that leave evenly do not arrive evenly."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many processes, how often one is killed, how many timers; visits of each inspector, 0: while it lasts."""

    processes: int
    kills: int
    timers: int
    seconds_between: float = 4.0
    visits: int = 0
    brisk: bool = False


@dataclass(slots=True)
class Outcome:
    """What was found; ``refusals`` are 429s of the common limit, ``spread`` is how many updates each process took."""

    verdict: Verdict
    timers: int
    timers_wrong: int
    refusals: int
    spread: list[int]


CHATS = range(8_000_000, 8_000_020)
KEY = "proof:"


async def replicas(scene: Scene, seed: int, plan: Plan) -> Outcome:
    """Run it once."""
    dice = random.Random(seed)  # noqa: S311 - dice of an experiment
    rates = Rates(per_second=RATE + SLACK, chat_burst=8, edit_cost=0.25)
    scene.telegram.trouble.put(Settings(seed=seed, duplicate_update=0.03, strict=not plan.brisk, rates=rates))
    front, ports = free_port(), [free_port() for _ in range(plan.processes)]
    more = BRISK if plan.brisk else {"XUNDU_RATE_OVERALL": str(RATE)}
    running = [scene.behind(front, f"serve-{at}.log", port, **more) for at, port in enumerate(ports)]
    people = fleet(scene, seed, plan.visits, brisk=plan.brisk)
    async with Proxy(ports, front) as proxy:
        try:
            await asyncio.gather(*(one.start() for one in running))
            await asyncio.gather(*(one.ready() for one in running))
            planned = await _plan_timers(scene, dice, plan)
            walking = [asyncio.create_task(one.run()) for one in people]
            for _ in range(plan.kills):
                await asyncio.sleep(dice.uniform(0.5, 1.5) * plan.seconds_between)
                victim = dice.choice(running)
                await victim.kill()
                await victim.start()
                await victim.ready()
            books = await handed_in(people, walking)
            await at_rest(scene)
            wrong = await _timers_wrong(scene, planned)
            await asyncio.gather(*(one.stop() for one in running))
            verdict = await compare(scene, books)
        finally:
            await asyncio.gather(*(one.end() for one in running))
        for one in running:
            for _ in range(one.tracebacks()):
                verdict.fault("lost_updates", f"a traceback in {one.log}")
        counts = scene.telegram.trouble.faults.counts
        return Outcome(verdict, planned.total(), wrong, counts["limit_overall"], list(proxy.passed.values()))


async def _plan_timers(scene: Scene, dice: random.Random, plan: Plan) -> Counter[int]:
    """Plan timers over the time of the run, of a kind that says nothing, and return how many each chat gets.

    In chats of their own: those of people have the bot's own timers too, and of what has fired only the chat is kept.
    """
    until = max(plan.kills, 1) * plan.seconds_between
    planned = Counter(dice.choice(CHATS) for _ in range(plan.timers))
    database = Database(scene.database_url)
    now = datetime.now(UTC)
    try:
        async with database.begin() as db:
            for chat_id, count in planned.items():
                for at in range(count):
                    due = now + timedelta(seconds=dice.uniform(0.0, until))
                    key, name = f"{KEY}{chat_id}:{at}", "checklist.unreadable"  # of no piece: nothing is said
                    await timers.plan(db, key, due, chat_id, name, {"evidence": 0, "why": "missing"})
    finally:
        await database.close()
    return planned


async def _timers_wrong(scene: Scene, planned: Counter[int]) -> int:
    """Count timers that did not fire exactly once, waiting for those that are not due yet."""
    database = Database(scene.database_url)
    try:
        async with asyncio.timeout(120):
            while True:
                async with database.read() as db:
                    waiting = sa.exists().where(Timer.key.startswith(KEY), Timer.fired_at.is_(None))
                    if not await db.scalar(sa.select(waiting)):
                        break
                await asyncio.sleep(0.2)
        await at_rest(scene)
        async with database.read() as db:
            query = sa.select(Arrival.chat_id, sa.func.count())
            query = query.where(Arrival.source == Source.timer, Arrival.chat_id.in_(CHATS))
            fired = Counter(dict((await db.execute(query.group_by(Arrival.chat_id))).all()))
    finally:
        await database.close()
    return sum(abs(fired[chat] - planned[chat]) for chat in planned | fired)
