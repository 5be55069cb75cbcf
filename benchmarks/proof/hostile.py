"""The hostile part: a hundred thousand updates nobody should ever have sent, read by either library.

Two processes, each with one library and one database, take half of the updates each: most come from everybody, the
rest from people who may write nothing. What makes the updates and reads what is said is that of tests/hostile.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.proof.figures import Figure, none
from benchmarks.proof.hatchery import ROOT
from benchmarks.proof.postgres import Postgres, migrated
from storage.database import Database
from storage.people import Role
from tests.handlers.phone import MORNING
from tests.hostile.arena import DOMAIN, Arena, memory
from tests.hostile.updates import Forge

if TYPE_CHECKING:
    from tests.hostile.updates import Actor

BATCH = 50
ROUND = 2_500
"""Updates after which it is looked whether anything was set aside."""

QUIET_SHARE = 0.2
"""The share of the updates that comes from people without a right to write, and as many again from strangers."""

IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of our own is made in it
GROWTH_MIB = 96
LANES = (("aiogram", "sqlite"), ("ptb", "postgresql"))
FIELD_TABLES = ("answers", "evidence", "visits", "visit_members", "units", "forms", "invitations", "roles")


@dataclass(slots=True)
class Lane:
    """What one process found; memory in MiB."""

    updates: int = 0
    turns: int = 0
    set_aside: int = 0
    crashes: int = 0
    wrong_writes: int = 0
    answers: int = 0
    before: float = 0.0
    peak: float = 0.0
    seconds: float = 0.0


class Run:
    """One lane at work."""

    def __init__(self, arena: Arena, seed: int) -> None:
        self.arena = arena
        self.forge = Forge(Random(seed), int(MORNING.timestamp()))  # noqa: S311 - to be made again, not to be secret
        self.lane = Lane(before=memory())
        self._began = time.monotonic()

    async def send(self, actors: list[Actor], count: int) -> None:
        """Send what these people might; a turn that raises is a crash, and the next batch goes on."""
        for at in range(0, count, BATCH):
            updates = [self.forge.update(self.forge.rng.choice(actors)) for _ in range(BATCH)]
            try:
                await self.arena.feed(updates)
            except Exception as error:  # noqa: BLE001 - it is counted
                self.lane.crashes += 1
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
            self.lane.updates += BATCH
            self.arena.said.clear()
            self.arena.toasts.clear()
            if at % ROUND == ROUND - BATCH:
                await self.look()

    async def look(self) -> None:
        """Let time pass for what is tried again, and see what memory is held."""
        await self.arena.mend()
        self.forge.others = [one for actor in self.arena.actors.values() for one in actor.seen[-20:]]
        self.lane.peak = max(self.lane.peak, memory())

    async def without_right(self, actors: list[Actor], tables: tuple[str, ...], count: int) -> None:
        """Send what people may not do, and count the tables that are no longer as they were."""
        before = await self.arena.rows(*tables)
        await self.send(actors, count)
        await self.look()
        after = await self.arena.rows(*tables)
        self.lane.wrong_writes += sum(before[table] != after[table] for table in tables)

    async def all_of_it(self, count: int) -> Lane:
        """Run the lane."""
        actors, quiet = self.arena.actors, int(count * QUIET_SHARE)
        await self.send(list(actors.values()), count - 2 * quiet)
        strangers = [one for key, one in actors.items() if key.startswith("stranger")]
        await self.without_right(strangers, DOMAIN, quiet)
        harmless = [actors[f"{role}-{at}"] for role in (Role.contact, Role.member) for at in (1, 2)]
        await self.without_right(harmless, FIELD_TABLES, quiet)
        self.lane.set_aside = len(await self.arena.broken())
        self.lane.answers = await self.arena.count("answers")
        self.lane.turns = self.arena.turns
        self.lane.peak = max(self.lane.peak, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        self.lane.seconds = time.monotonic() - self._began
        return self.lane


async def lane(driver: str, url: str, count: int, seed: int) -> Lane:
    """Run one lane in this process."""
    logging.disable(logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="xundu-proof-hostile-"))
    database = Database(url)
    try:
        return await Run(await Arena.on(database, folder, driver), seed).all_of_it(count)
    finally:
        await database.close()
        shutil.rmtree(folder, ignore_errors=True)


async def _apart(driver: str, url: str, count: int, seed: int) -> Lane:
    """Run one lane in a process of its own, so that its memory is its own."""
    words = (driver, url, str(count), str(seed))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.proof.hostile", *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    if process.returncode:
        return Lane(crashes=1)
    return Lane(**json.loads(said.splitlines()[-1]))


async def hostile(seed: int, count: int) -> list[Figure]:
    """Send so many, and say what came of it."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as name:
        async with Postgres() as server:
            urls = [await migrated(f"sqlite:///{name}/xundu.db"), await server.database()]
            began = time.monotonic()
            runs = [
                _apart(driver, url, count // len(LANES), seed + at)
                for at, ((driver, _), url) in enumerate(zip(LANES, urls, strict=True))
            ]
            lanes = await asyncio.gather(*runs)
            took = time.monotonic() - began
    sent = sum(one.updates for one in lanes)
    figures = [
        Figure("hostile: updates", sent, "updates", f"≥ {count:,}", sent >= count),
        Figure("hostile: turns they made", sum(one.turns for one in lanes), "turns"),
        Figure(
            "hostile: answers stored meanwhile",
            sum(one.answers for one in lanes),
            "answers",
            "> 0",
            min(one.answers for one in lanes) > 0,
        ),
        none("hostile: crashes", sum(one.crashes for one in lanes), "updates"),
        none("hostile: set aside or stuck", sum(one.set_aside for one in lanes), "updates"),
        none("hostile: tables written without a right", sum(one.wrong_writes for one in lanes), "tables"),
        Figure("hostile: seconds", round(took), "s"),
    ]
    for (driver, kind), one in zip(LANES, lanes, strict=True):
        grew = one.peak - one.before
        figures += [
            Figure(f"hostile: peak memory, {driver} and {kind}", round(one.peak), "MiB"),
            Figure(f"hostile: growth, {driver} and {kind}", round(grew), "MiB", f"≤ {GROWTH_MIB}", grew <= GROWTH_MIB),
        ]
    return figures


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(lane(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))))
