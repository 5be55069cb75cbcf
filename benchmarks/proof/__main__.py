"""`make proof`: the long runs, one part after another, or the parts that are named.

Everything happens on this machine's loopback interface and in folders that are deleted afterwards, unless something is
found: then the folder stays, and is named.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import machine
from benchmarks.proof import broadcast, reminding, trouble
from benchmarks.proof.figures import Figure, keep, none, of_verdict, publish, repeats, show
from benchmarks.proof.hatchery import CAN, Hatchery
from benchmarks.proof.hostile import hostile
from benchmarks.proof.kills import Plan, kill_test
from benchmarks.proof.postgres import Postgres, migrated
from benchmarks.proof.replicas import Plan as Sharing
from benchmarks.proof.replicas import replicas
from benchmarks.proof.scene import STRICT, STRICTEST, stage
from benchmarks.proof.serving import Unwell
from benchmarks.proof.verdict import Verdict

if TYPE_CHECKING:
    from benchmarks.proof.replicas import Outcome as Shared
    from benchmarks.proof.scene import Scene

INSPECTORS = 20
VISITS = 12
GROUPS = 8
"""Groups whose people are reminded, four in each."""

AT_ONCE = 3
KILLS = 5
"""SIGKILLs while one notice goes out."""

REFUSALS = 3
"""429s of the limit that replicas share: one for each of them that is killed, whose last second nobody knows."""

KINDS = [
    (base, driver, door)
    for door in ("polling", "webhook")
    for driver in ("ptb", "aiogram")
    for base in ("sqlite", "postgresql")
]
"""Every database with every driver and every door; by webhook, Telegram counts every edit in full."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything: kills; deaths of replicas and timers among them; troubles of a database; updates.

    ``people`` are told one thing, ``hours`` pass on the clock that reminders live by.
    """

    kills: int = 200
    deaths: int = 3
    timers: int = 300
    troubles: int = 3
    updates: int = 100_000
    people: int = 20_000
    hours: float = 58.0
    brief: bool = False

    def keep(self, part: str, figures: list[Figure]) -> None:
        """Write down what is known so far of a part: a run that is cut short keeps it."""
        if not self.brief:
            keep(part, figures)


WHOLE = Size()
BRIEF = Size(kills=16, deaths=1, timers=30, troubles=1, updates=2_000, people=500, hours=20.0, brief=True)


async def _kind(
    at: int, seed: int, size: Size, url: str, folder: Path, hatchery: Hatchery | None
) -> tuple[Verdict, Counter[str]]:
    """Kill the bot of one kind its share of times; return what was found, and what it met on the way."""
    _, driver, door = KINDS[at]
    rates = STRICTEST if door == "webhook" else STRICT
    async with stage(url, folder, INSPECTORS, VISITS, driver=driver, door=door, hatchery=hatchery) as scene:
        try:
            verdict = await kill_test(scene, seed + at, Plan(size.kills // len(KINDS), 2.0, rates=rates))
        except (Unwell, TimeoutError) as error:  # the other kinds are still worth running
            verdict = Verdict()
            verdict.fault("stranded", f"{type(error).__name__}: {error}")
        return verdict, Counter(scene.telegram.trouble.faults.counts)


async def kills(seed: int, size: Size) -> list[Figure]:
    """Kill the serving process 200 times in all, and say what was found; every kind is written down when it is done."""
    found, met, gate = Verdict(), Counter[str](), asyncio.Semaphore(AT_ONCE)
    figures: list[Figure] = []

    async def one(at: int, url: str, folder: Path, hatchery: Hatchery | None) -> tuple[Verdict, Counter[str]]:
        async with gate:
            began = time.monotonic()
            # One kind starts as an operator starts it; the others serve for more of the time.
            verdict, counts = await _kind(at, seed, size, url, folder, hatchery if at else None)
        took = time.monotonic() - began
        print(
            f"  {', '.join(KINDS[at])}: {verdict.confirmed} confirmed, {verdict.bad} bad, {took:.0f} s; {dict(counts)}"
        )
        print("".join(f"    {fault}\n" for fault in verdict.faults[:10]), end="", flush=True)
        if not verdict.bad:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"    kept: {folder}", flush=True)
        return verdict, counts

    with Hatchery() if CAN else nullcontext() as hatchery:
        async with Postgres() as server:
            prepared = []
            for base, driver, door in KINDS:  # one after another: Alembic can do only one migration at a time
                folder = Path(tempfile.mkdtemp(prefix=f"xundu-proof-{base}-{driver}-{door}-"))
                sqlite = f"sqlite:///{folder}/xundu.db"
                prepared.append((await server.database() if base == "postgresql" else await migrated(sqlite), folder))
            for next_one in asyncio.as_completed([one(at, *ready, hatchery) for at, ready in enumerate(prepared)]):
                verdict, counts = await next_one
                found += verdict
                met += counts
                figures = [
                    Figure("kills: kills", found.kills, "SIGKILLs", f"≥ {size.kills}", found.kills >= size.kills),
                    *of_verdict("kills", found),
                    *(Figure(f"kills: met on the way, {name}", count, "times") for name, count in met.most_common()),
                ]
                size.keep("kills", figures)
    return figures


async def shared(seed: int, size: Size) -> list[Figure]:
    """Let 2 and 4 processes share the work, one of them killed and replaced some times."""
    figures: list[Figure] = []
    with Hatchery() if CAN else nullcontext() as hatchery:
        for processes in (2, 4):
            async with Postgres() as server:
                folder = Path(tempfile.mkdtemp(prefix=f"xundu-proof-replicas-{processes}-"))
                url = await server.database()
                people = partial(stage, inspectors=INSPECTORS, visits=VISITS, driver="ptb", door="webhook")
                async with people(url, folder, hatchery=hatchery) as scene:
                    outcome = await replicas(scene, seed + processes, Sharing(processes, size.deaths, size.timers))
            figures += _shared(f"replicas: {processes} processes", outcome, size)
            size.keep("replicas", figures)
            shutil.rmtree(folder, ignore_errors=True)
    return figures


def _shared(part: str, outcome: Shared, size: Size) -> list[Figure]:
    print("".join(f"    {fault}\n" for fault in outcome.verdict.faults[:10]), end="", flush=True)
    refused, least = outcome.refusals, min(outcome.spread)
    return [
        Figure(f"{part}: killed and replaced", size.deaths, "times"),
        *of_verdict(part, outcome.verdict),
        Figure(f"{part}: timers", outcome.timers, "timers"),
        none(f"{part}: timers not fired exactly once", outcome.timers_wrong, "timers"),
        Figure(f"{part}: 429s of the common limit", refused, "refusals", "≤ 3", refused <= REFUSALS),
        Figure(f"{part}: least busy process", least, "updates", "> 0", least > 0),
    ]


async def database(seed: int, size: Size) -> list[Figure]:
    """Restart PostgreSQL under load, lock SQLite, and fill its disk."""
    figures: list[Figure] = []
    times, people = size.troubles, partial(stage, inspectors=INSPECTORS, visits=VISITS, driver="ptb")

    async def under(scene: Scene, number: int, harm: trouble.Hurt, what: str) -> None:
        outcome = await trouble.under(scene, seed + number, harm, f"{number}.log")
        figures.extend(_harmed(f"database: {what}", outcome))
        size.keep("database", figures)

    with tempfile.TemporaryDirectory(prefix="xundu-proof-") as name:
        folder = Path(name)
        async with Postgres() as server, people(await server.database(), folder, door="webhook") as scene:
            harm = trouble.restarted(server, times, away=4.0, between=5.0)
            await under(scene, 0, harm, f"PostgreSQL restarted {times} × under load")
        base = folder / "locked.db"
        async with people(await migrated(f"sqlite:///{base}"), folder, door="polling") as scene:
            harm = trouble.locked(base, max(times - 1, 1), held=10.0, between=5.0)
            await under(scene, 1, harm, f"SQLite locked {max(times - 1, 1)} × for 10 s")
        with trouble.small_disk() as disk:
            base = (disk or folder) / "xundu.db"
            how = "a full disk" if disk else "no room for files to grow"
            async with people(await migrated(f"sqlite:///{base}"), base.parent, door="webhook") as scene:
                harm = trouble.full(disk, times, 6.0, 4.0) if disk else trouble.capped(base, times, 6.0, 4.0)
                await under(scene, 2, harm, f"SQLite with {how}, {times} × 6 s")
            sound = trouble.whole(base)
        figures.append(Figure("database: SQLite's file is sound afterwards", sound, "", "1", sound))
    return figures


def _harmed(part: str, outcome: trouble.Outcome) -> list[Figure]:
    found = outcome.verdict
    print("".join(f"    {fault}\n" for fault in found.faults[:10]), end="", flush=True)
    return [
        Figure(f"{part}: confirmed by the bot", found.confirmed, "answers, notes, photos, visits"),
        none(f"{part}: missing, twice, lost or stuck", found.bad, "faults"),
        Figure(f"{part}: times it said so in its log", outcome.warned, "lines", "> 0", outcome.warned > 0),
        Figure(f"{part}: people told that it waits", outcome.told, "times", "> 0", outcome.told > 0),
        Figure(f"{part}: longest wait for a tap to show", round(outcome.longest, 1), "s"),
        *repeats(part, found),
    ]


async def flooded(seed: int, size: Size) -> list[Figure]:
    """Send what nobody should ever have sent."""
    return await hostile(seed, size.updates)


async def told(seed: int, size: Size) -> list[Figure]:
    """Tell everybody something while the bot is killed, on either database."""
    figures: list[Figure] = []
    with Hatchery() if CAN else nullcontext() as hatchery:
        async with Postgres() as server:
            for base, driver, door in (("sqlite", "ptb", "polling"), ("postgresql", "aiogram", "webhook")):
                folder = Path(tempfile.mkdtemp(prefix=f"xundu-proof-broadcast-{base}-"))
                url = (
                    await server.database() if base == "postgresql" else await migrated(f"sqlite:///{folder}/xundu.db")
                )
                async with stage(url, folder, 0, 0, driver=driver, door=door, hatchery=hatchery) as scene:
                    outcome = await broadcast.broadcast(scene, seed, broadcast.Plan(size.people, kills=KILLS))
                figures += _told(f"broadcast: {base}", outcome)
                size.keep("broadcast", figures)
                if not outcome.bad:
                    shutil.rmtree(folder, ignore_errors=True)
    return figures


def _told(part: str, outcome: broadcast.Outcome) -> list[Figure]:
    print("".join(f"    {fault}\n" for fault in outcome.faults[:10]), end="", flush=True)
    return [
        Figure(f"{part}: people it was for", sum(outcome.fates.values()), "people"),
        *(Figure(f"{part}: {fate}", count, "people") for fate, count in outcome.fates.items()),
        Figure(f"{part}: SIGKILLs on the way", KILLS, "times"),
        Figure(f"{part}: calls that failed for a moment", outcome.stumbled, "times"),
        Figure(f"{part}: 429s", outcome.refused, "times"),
        Figure(f"{part}: looks at the ledger", outcome.looks, "times"),
        none(f"{part}: looks at which it did not add up", outcome.off, "times"),
        none(f"{part}: people it is wrong about", outcome.misjudged, "people"),
        none(f"{part}: people missed", outcome.missed, "people"),
        Figure(f"{part}: repeated, a fault withheld the answer", outcome.withheld, "messages"),
        Figure(f"{part}: repeated, killed before it heard the answer", outcome.unheard, "messages"),
        none(f"{part}: repeated, although the answer was heard", outcome.twice, "messages"),
        none(f"{part}: bugs in the log", outcome.tracebacks, "lines"),
        Figure(f"{part}: the notice says it is sent", outcome.finished, "", "1", outcome.finished),
        Figure(f"{part}: from the first to the last", round(outcome.seconds), "s"),
    ]


async def reminded(seed: int, size: Size) -> list[Figure]:
    """Let 2 and 4 processes remind people while their clock is moved, and one of them be killed now and then."""
    figures: list[Figure] = []
    with Hatchery() if CAN else nullcontext() as hatchery:
        async with Postgres() as server:
            for processes in (2, 4):
                folder = Path(tempfile.mkdtemp(prefix=f"xundu-proof-reminders-{processes}-"))
                people = partial(stage, driver="ptb", door="webhook", hatchery=hatchery, now=reminding.BEGINS)
                async with people(await server.database(), folder, GROUPS, 1) as scene:
                    plan = reminding.Plan(processes, size.deaths, size.hours)
                    outcome = await reminding.reminding(scene, seed + processes, plan)
                figures += _reminded(f"reminders: {processes} processes", outcome)
                size.keep("reminders", figures)
                if not outcome.bad:
                    shutil.rmtree(folder, ignore_errors=True)
    return figures


def _reminded(part: str, outcome: reminding.Outcome) -> list[Figure]:
    print("".join(f"    {fault}\n" for fault in outcome.faults[:10]), end="", flush=True)
    return [
        Figure(f"{part}: people", outcome.people, "people"),
        Figure(f"{part}: times the clock was moved", outcome.moves, "times"),
        Figure(f"{part}: killed and replaced", outcome.kills, "times"),
        Figure(f"{part}: reminders told", outcome.told, "reminders", "> 0", outcome.told > 0),
        Figure(f"{part}: of these worked out apart from the bot", outcome.expected, "reminders"),
        Figure(f"{part}: messages they came in", outcome.messages, "messages"),
        Figure(
            f"{part}: digests due, to leaders and a group chat", outcome.digests, "digests", "> 0", outcome.digests > 0
        ),
        none(f"{part}: due and not told", outcome.missing, "reminders and digests"),
        none(f"{part}: told at another moment", outcome.wrong, "reminders and digests"),
        none(f"{part}: told twice, or not in one message", outcome.twice, "messages"),
        Figure(f"{part}: repeated, killed before it heard the answer", outcome.unheard, "messages"),
        none(f"{part}: bugs in the log", outcome.tracebacks, "lines"),
    ]


PARTS = {
    "kills": kills,
    "replicas": shared,
    "reminders": reminded,
    "broadcast": told,
    "database": database,
    "hostile": flooded,
}


def _part(part: str, seed: int, size: Size) -> bool:
    """Run one part, write its figures down and show them; False when a target is not met."""
    print(f"== {part}", flush=True)
    began, told = time.monotonic(), f"{machine.description()}\n- seed {seed}"
    figures: list[Figure] = []
    try:
        figures = asyncio.run(PARTS[part](seed, size))
    except Exception as error:  # noqa: BLE001 - the other parts are still worth running
        traceback.print_exc()
        figures.append(Figure(f"{part}: broke off ({type(error).__name__})", 1, "times", "0", met=False))
    figures.append(Figure(f"{part}: minutes this part took", round((time.monotonic() - began) / 60, 1), "min"))
    size.keep(part, figures)
    if not size.brief:
        publish(part, figures, told)
    show(figures)
    return all(one.met is not False for one in figures)


def main() -> int:
    """Run what is asked for; 1 when a target is not met."""
    parser = argparse.ArgumentParser(prog="make proof")
    parser.add_argument("only", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all when none is named")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--brief", action="store_true", help="a little of it, to see that it works; nothing is kept")
    given = parser.parse_args()
    if unknown := set(given.only) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    size = BRIEF if given.brief else WHOLE
    met = [_part(part, given.seed, size) for part in given.only or PARTS]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
