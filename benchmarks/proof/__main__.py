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
from collections import Counter
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from benchmarks import machine
from benchmarks.proof import trouble
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

INSPECTORS = 20
VISITS = 12
KILLS = 200
AT_ONCE = 3
KINDS = [
    (base, driver, door)
    for door in ("polling", "webhook")
    for driver in ("ptb", "aiogram")
    for base in ("sqlite", "postgresql")
]
"""Every database with every driver and every door; by webhook, Telegram counts every edit in full."""


async def _kind(at: int, seed: int, url: str, folder: Path, hatchery: Hatchery | None) -> tuple[Verdict, Counter[str]]:
    """Kill the bot of one kind its share of times; return what was found, and what it met on the way."""
    _, driver, door = KINDS[at]
    rates = STRICTEST if door == "webhook" else STRICT
    async with stage(url, folder, INSPECTORS, VISITS, driver=driver, door=door, hatchery=hatchery) as scene:
        try:
            verdict = await kill_test(scene, seed + at, Plan(KILLS // len(KINDS), longest=2.0, rates=rates))
        except (Unwell, TimeoutError) as error:  # the other kinds are still worth running
            verdict = Verdict()
            verdict.fault("stranded", f"{type(error).__name__}: {error}")
        return verdict, Counter(scene.telegram.trouble.faults.counts)


async def kills(seed: int) -> list[Figure]:
    """Kill the serving process 200 times in all, and say what was found; every kind is written down when it is done."""
    found, met, gate = Verdict(), Counter[str](), asyncio.Semaphore(AT_ONCE)
    figures: list[Figure] = []

    async def one(at: int, url: str, folder: Path, hatchery: Hatchery | None) -> tuple[Verdict, Counter[str]]:
        async with gate:
            began = time.monotonic()
            # One kind starts as an operator starts it; the others serve for more of the time.
            verdict, counts = await _kind(at, seed, url, folder, hatchery if at else None)
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
                    Figure("kills: kills", found.kills, "SIGKILLs", "≥ 200", found.kills >= KILLS),
                    *of_verdict("kills", found),
                    *(Figure(f"kills: met on the way, {name}", count, "times") for name, count in met.most_common()),
                ]
                keep("kills", figures)
    return figures


async def shared(seed: int) -> list[Figure]:
    """Let 2 and 4 processes share the work, one of them killed and replaced three times."""
    figures = []
    for processes in (2, 4):
        async with Postgres() as server:
            folder = Path(tempfile.mkdtemp(prefix=f"xundu-proof-replicas-{processes}-"))
            url = await server.database()
            async with stage(url, folder, INSPECTORS, VISITS, driver="ptb", door="webhook") as scene:
                plan = Sharing(processes, kills=3, timers=300)
                outcome = await replicas(scene, seed + processes, plan)
        part = f"replicas: {processes} processes"
        print("".join(f"    {fault}\n" for fault in outcome.verdict.faults[:10]), end="", flush=True)
        figures += [
            *of_verdict(part, outcome.verdict),
            Figure(f"{part}: timers", outcome.timers, "timers"),
            none(f"{part}: timers not fired exactly once", outcome.timers_wrong, "timers"),
            Figure(
                f"{part}: 429s of the common limit", outcome.refusals, "refusals", "≤ 3", outcome.refusals <= plan.kills
            ),
            Figure(f"{part}: least busy process", min(outcome.spread), "updates", "> 0", min(outcome.spread) > 0),
        ]
        shutil.rmtree(folder, ignore_errors=True)
    return figures


async def database(seed: int) -> list[Figure]:
    """Restart PostgreSQL under load, lock SQLite, and fill its disk."""
    figures = []
    full_stage = partial(stage, inspectors=INSPECTORS, visits=VISITS, driver="ptb")
    with tempfile.TemporaryDirectory(prefix="xundu-proof-") as name:
        folder = Path(name)
        async with Postgres() as server:
            url = await server.database()
            async with full_stage(url, folder, door="webhook") as scene:
                harm = trouble.restarted(server, times=3, away=4.0, between=5.0)
                outcome = await trouble.under(scene, seed, harm, "restart.log")
        figures += _harmed("database: PostgreSQL restarted 3 times under load", outcome)
        base = folder / "locked.db"
        async with full_stage(await migrated(f"sqlite:///{base}"), folder, door="polling") as scene:
            harm = trouble.locked(base, times=2, held=10.0, between=5.0)
            outcome = await trouble.under(scene, seed + 1, harm, "locked.log")
        figures += _harmed("database: SQLite locked twice for 10 s", outcome)
        with trouble.small_disk() as disk:
            base = (disk or folder) / "xundu.db"
            how = "a full disk" if disk else "no room for files to grow"
            async with full_stage(await migrated(f"sqlite:///{base}"), base.parent, door="webhook") as scene:
                make = trouble.full(disk, 3, 6.0, 4.0) if disk else trouble.capped(base, 3, 6.0, 4.0)
                outcome = await trouble.under(scene, seed + 2, make, "full.log")
            sound = trouble.whole(base)
        figures += _harmed(f"database: SQLite with {how}, 3 times 6 s", outcome)
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


PARTS = {"kills": kills, "replicas": shared, "database": database, "hostile": hostile}


def main() -> int:
    """Run what is asked for; 1 when a target is not met."""
    parser = argparse.ArgumentParser(prog="make proof")
    parser.add_argument("only", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all when none is named")
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    if unknown := set(given.only) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    met = True
    for part in given.only or PARTS:
        print(f"== {part}", flush=True)
        began, told = time.monotonic(), f"{machine.description()}\n- seed {given.seed}"
        figures = asyncio.run(PARTS[part](given.seed))
        took = Figure(f"{part}: minutes this part took", round((time.monotonic() - began) / 60, 1), "min")
        figures.append(took)
        keep(part, figures)
        publish(part, figures, told)
        show(figures)
        met &= all(one.met is not False for one in figures)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
