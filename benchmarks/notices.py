"""How fast a notice goes out: beside an HTTP client that does nothing else, at the paid rate, and with people tapping.

Bot and client are held to one and the same core; the offline Telegram and its people have the others. Sending is timed
where it arrives, from the first message to the last.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import field
from benchmarks.bots import Bot, serve
from benchmarks.figures import Figure, at_least, at_most, ratios, stated
from benchmarks.latency import percentile
from benchmarks.proof.postgres import migrated
from benchmarks.stage import Wanted, served
from sandbox.faults import Rates
from sandbox.faults import Settings as Faults
from sandbox.server import Sandbox
from storage.database import Database
from storage.people import Appointment, Person, Role
from storage.voices import notices

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.botapi import Incoming, Perform

FIRST = 20_000_001
WORDS = "请于今天下午三点前报送本周工作进度，并核对台账。"
SHARE = 0.5
"""What of the client's rate the bot has to reach."""

REPLY_MS = 300
SUSTAINED = 29.0
FREE = 30
"""Messages a second that Telegram takes for nothing."""

RATES = Rates(edit_cost=0.25, chat_burst=5)
"""Telegram publishes no rate for edits; the bot takes one for a quarter of a message, and so does this one."""

PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """``readers`` of the notice that is timed; ``paid`` a second; ``people`` who tap meanwhile, for ``seconds``."""

    readers: int = 10_000
    rounds: int = 3
    paid: int = 1000
    people: int = 20
    every: float = 2.0
    seconds: float = 30.0


class Arrivals:
    """When messages to readers arrived at the offline Telegram, by its own clock, and whatever else counted."""

    def __init__(self) -> None:
        self.at: list[float] = []
        self.spent: list[tuple[float, float]] = []
        """All that counts against the limits, for readers or not: (when, for how many messages)."""
        self.told = asyncio.Event()
        self.wanted = 0

    async def layer(self, incoming: Incoming, perform: Perform) -> object:
        """Let a call through, and note it."""
        result = await perform(incoming)
        now = asyncio.get_running_loop().time()
        if incoming.method.startswith("edit"):
            self.spent.append((now, RATES.edit_cost))
        elif incoming.method.startswith("send"):
            self.spent.append((now, 1.0))
        if incoming.method == "sendmessage" and int(incoming.sent.values.get("chat_id") or 0) >= FIRST:
            self.at.append(now)
            if len(self.at) >= self.wanted:
                self.told.set()
        return result

    def since(self, begin: float) -> tuple[float, float, float]:
        """Return what arrived a second since then: messages of the notice; all as it counts; all calls there were."""
        seconds = asyncio.get_running_loop().time() - begin
        spent = [cost for at, cost in self.spent if at >= begin]
        return sum(at >= begin for at in self.at) / seconds, sum(spent) / seconds, len(spent) / seconds

    async def all_of(self, count: int) -> float:
        """Wait for so many; returns how many a second that was."""
        self.wanted = count
        if len(self.at) < count:
            async with asyncio.timeout(PATIENCE):
                await self.told.wait()
        return self.rate()

    def rate(self) -> float:
        """Return how many arrived in a second, from the first to the last."""
        return (len(self.at) - 1) / (self.at[-1] - self.at[0])


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    with tempfile.TemporaryDirectory(prefix="xundu-bench-") as name:
        folder = Path(name)
        raw, ours = [], []
        for at in range(plan.rounds):
            raw.append(await _raw(plan, folder / f"raw-{at}"))
            ours.append((await _ours(plan, folder / f"ours-{at}"))[0])
        free = {"XUNDU_RATE_OVERALL": str(FREE)}
        rate, refused = await _ours(plan, folder / "paid", strict=True, **free, XUNDU_RATE_PAID=str(plan.paid))
        few = replace(plan, readers=int(FREE * plan.seconds))
        alone, held_alone = await _ours(few, folder / "free", strict=True, **free)
        waits, (sustained, counted, calls), held = await _meanwhile(plan, folder / "meanwhile")
    return [
        stated("notices: an HTTP client alone, one core", raw, "messages/s"),
        stated("notices: the bot, one core", ours, "messages/s"),
        at_least("notices: the bot ÷ the client", ratios(ours, raw), "×", SHARE),
        stated(f"notices: at a paid rate of {plan.paid} a second", rate, "messages/s"),
        at_most("notices: refused for being too fast, paid", refused, "calls", 0),
        at_least("notices: sustained at what is free, nobody tapping", alone, "messages/s", SUSTAINED),
        at_most("notices: refused for being too fast, nobody tapping", held_alone, "calls", 0),
        at_least(
            "notices: all that counts, sustained at what is free, people tapping", counted, "messages/s", SUSTAINED
        ),
        stated("notices: of that the notice", sustained, "messages/s"),
        stated("notices: and all calls that send or edit", calls, "calls/s"),
        at_most("notices: refused for being too fast, people tapping", held, "calls", 0),
        stated("notices: a card meanwhile, p50", percentile(waits, 50) * 1e3, "ms"),
        at_most("notices: a card meanwhile, p99", percentile(waits, 99) * 1e3, "ms", REPLY_MS),
    ], ""


@asynccontextmanager
async def _telegram(plan: Plan) -> AsyncIterator[tuple[Sandbox, Arrivals]]:
    async with Sandbox() as telegram:
        _let_in(telegram, plan.readers)
        arrivals = Arrivals()
        telegram.bot_api.add_layer(arrivals.layer)
        yield telegram, arrivals


def _let_in(telegram: Sandbox, readers: int) -> None:
    for at in range(readers):
        telegram.world.add_phone(FIRST + at, f"成员{at}", "zh-hans", "", None).started = True


def _on_one_core(bot: Bot) -> None:
    os.sched_setaffinity(bot.pid, {max(os.sched_getaffinity(0))})


async def _raw(plan: Plan, folder: Path) -> float:
    async with _telegram(plan) as (telegram, arrivals):
        words = ["-m", "benchmarks.echo.raw_send", telegram.url, telegram.token, str(FIRST), str(plan.readers), WORDS]
        async with Bot(words, folder) as client:
            _on_one_core(client)
            return await arrivals.all_of(plan.readers)


async def _ours(plan: Plan, folder: Path, *, strict: bool = False, **more: str) -> tuple[float, float]:
    """Let the bot send a notice; returns messages a second, and how many calls were refused as too fast."""
    await asyncio.to_thread(folder.mkdir, parents=True)
    url = await migrated(f"sqlite:///{folder}/xundu.db")
    await _notice(url, plan.readers)
    async with _telegram(plan) as (telegram, arrivals):
        if strict:
            telegram.trouble.put(Faults(strict=True))
        async with serve(telegram, url, folder, "ptb", **more) as bot:
            _on_one_core(bot)
            rate = await arrivals.all_of(plan.readers)
        return rate, _refused(telegram)


def _refused(telegram: Sandbox) -> float:
    return float(sum(count for name, count in telegram.trouble.faults.counts.items() if name.startswith("limit_")))


async def _notice(database_url: str, readers: int) -> None:
    """Put a notice to so many people into a database, on its way out."""
    now = datetime.now(UTC)
    database = Database(database_url)
    try:
        async with database.begin() as db:
            rows = [
                {"telegram_id": FIRST + at, "name": f"成员{at}", "language": "zh_CN", "created_at": now}
                for at in range(readers)
            ]
            people = await field.add(db, Person, rows)
            (author,) = await field.add(db, Person, [{"telegram_id": None, "name": "王主任", "created_at": now}])
            await field.add(db, Appointment, [{"person_id": author, "role": Role.admin, "since": now}])
            notice = await notices.add(db, author, now)
            notice.body = {"parts": [{"message": 1, "html": WORDS}], "captioned": False}
            await notices.send(db, notice, people, now)
    finally:
        await database.close()


async def _meanwhile(plan: Plan, folder: Path) -> tuple[list[float], tuple[float, float, float], float]:
    """Let people tap while a notice goes out at what is free; returns their waits, what arrived a second, refusals."""
    limited = {"XUNDU_RATE_OVERALL": str(FREE), "XUNDU_RATE_CHAT": "1", "XUNDU_BURST_CHAT": "5"}
    async with served("notices", folder, Wanted(plan.people, 6), **limited) as stand:
        await stand.crowd.arrive(plan.people)
        _let_in(stand.telegram, readers := int(FREE * (plan.seconds + plan.every + 10)))
        arrivals = Arrivals()
        stand.telegram.bot_api.add_layer(arrivals.layer)
        stand.telegram.trouble.put(Faults(strict=True, rates=RATES))
        await _notice(stand.database_url, readers)
        async with asyncio.timeout(PATIENCE):
            while len(arrivals.at) < FREE:  # noqa: ASYNC110 - it waits for another process
                await asyncio.sleep(0.01)
        began = asyncio.get_running_loop().time()
        waits = await stand.crowd.pace(plan.people, plan.every, plan.seconds, 5.0)
        return waits, arrivals.since(began), _refused(stand.telegram)
