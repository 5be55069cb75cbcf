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
from pathlib import Path

from benchmarks.proof.figures import Figure, keep, of_verdict, show
from benchmarks.proof.kills import Plan, kill_test
from benchmarks.proof.postgres import Postgres, migrated
from benchmarks.proof.scene import stage
from benchmarks.proof.verdict import Verdict

INSPECTORS = 20
VISITS = 12
KILLS = 200
AT_ONCE = 2
KINDS = [
    (base, driver, door)
    for door in ("polling", "webhook")
    for driver in ("ptb", "aiogram")
    for base in ("sqlite", "postgresql")
]
"""Every database with every driver and every door."""


async def kills(seed: int) -> list[Figure]:
    """Kill the serving process 200 times in all, and say what was found."""
    found, done, gate = Verdict(), 0, asyncio.Semaphore(AT_ONCE)

    async def one(at: int, server: Postgres) -> Verdict:
        base, driver, door = KINDS[at]
        async with gate:
            began = time.monotonic()
            folder = Path(tempfile.mkdtemp(prefix=f"xundu-proof-{base}-{driver}-{door}-"))
            url = await server.database() if base == "postgresql" else await migrated(f"sqlite:///{folder}/xundu.db")
            people = {"inspectors": INSPECTORS, "visits": VISITS}
            async with stage(url, folder, **people, driver=driver, door=door) as scene:
                verdict = await kill_test(scene, seed + at, Plan(KILLS // len(KINDS), longest=2.0))
                met = dict(scene.telegram.trouble.faults.counts)
        took = time.monotonic() - began
        print(f"  {base}, {driver}, {door}: {verdict.confirmed} confirmed, {verdict.bad} bad, {took:.0f} s; {met}")
        print("".join(f"    {fault}\n" for fault in verdict.faults[:10]), end="", flush=True)
        if not verdict.bad:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"    kept: {folder}", flush=True)
        return verdict

    async with Postgres() as server:
        for verdict in await asyncio.gather(*(one(at, server) for at in range(len(KINDS)))):
            found += verdict
            done += KILLS // len(KINDS)
    return [Figure("kills: kills", done, "SIGKILLs", "≥ 200", done >= KILLS), *of_verdict("kills", found)]


PARTS = {"kills": kills}


def main() -> int:
    """Run what is asked for; 1 when a target is not met."""
    parser = argparse.ArgumentParser(prog="make proof")
    parser.add_argument("only", nargs="*", choices=[*PARTS, []], help="the parts to run; all when none is named")
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    met = True
    for part in given.only or PARTS:
        print(f"== {part}", flush=True)
        figures = asyncio.run(PARTS[part](given.seed))
        keep(part, figures)
        show(figures)
        met &= all(one.met is not False for one in figures)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
