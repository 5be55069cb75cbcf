"""The database in trouble under load, and one serving process that has to get over it without being started again."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import subprocess
import tempfile
import threading
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.proof.kills import fleet, handed_in
from benchmarks.proof.scene import BRISK
from benchmarks.proof.serving import free_port
from benchmarks.proof.verdict import Verdict, at_rest, compare
from bot.incoming.apology import WAIT
from handlers.text import speech
from sandbox.faults import Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from benchmarks.proof.inspector import Inspector
    from benchmarks.proof.postgres import Postgres
    from benchmarks.proof.scene import Scene
    from benchmarks.proof.serving import Serving
    from sandbox.botapi import Incoming, Perform

    Felt = Callable[[], Awaitable[None]]
    Hurt = Callable[[Serving, Felt], Awaitable[None]]

DISK_MB = 48
BLOCK = 64 * 1024
FELT_SECONDS = 60.0
LOOK = 0.05


@dataclass(slots=True)
class Outcome:
    """What was found; ``warned`` is how often the process wrote that the database was in trouble: it was indeed.

    ``longest`` is how many seconds the slowest tap took to show, ``told`` how often somebody was told that it waits.
    """

    verdict: Verdict
    warned: int
    longest: float
    told: int


async def under(scene: Scene, seed: int, hurt: Hurt, log: str, *, visits: int = 0, brisk: bool = False) -> Outcome:
    """Let the inspectors walk while ``hurt`` does its harm; the process must live through it."""
    scene.telegram.trouble.put(Settings())
    told = _listen(scene)
    serving = scene.serving(log, free_port(), **(BRISK if brisk else {}))
    people = fleet(scene, seed, visits, brisk=brisk)
    try:
        await serving.start()
        await serving.ready()
        pid = serving.pid
        walking = [asyncio.create_task(one.run()) for one in people]
        await _under_way(people)
        await hurt(serving, partial(_felt, serving, told))
        books = await handed_in(people, walking)
        await at_rest(scene)
        assert serving.pid == pid
        await serving.stop()
        verdict = await compare(scene, books)
    finally:
        await serving.end()
    for _ in range(serving.tracebacks()):
        verdict.fault("lost_updates", f"a traceback in {serving.log}")
    return Outcome(verdict, serving.warned(), max(one.longest for one in books), len(told))


async def _felt(serving: Serving, told: list[str]) -> None:
    """Wait until the trouble has been met: the process has said so, and somebody was told.

    A machine can be so busy that nobody writes anything in the seconds that were planned for it. Not for ever: what
    nobody notices is for the figures to say.
    """
    before = serving.warned()
    with suppress(TimeoutError):
        async with asyncio.timeout(FELT_SECONDS):
            while not told or serving.warned() <= before:  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(LOOK)


async def _under_way(people: list[Inspector]) -> None:
    """Wait for the first answer, so that trouble always meets people at work."""
    async with asyncio.timeout(60):
        while not any(one.book.deeds for one in people):  # noqa: ASYNC110 - their books tell nobody
            await asyncio.sleep(0.01)


def _listen(scene: Scene) -> list[str]:
    """Return a list that grows with every message or toast that tells somebody that it waits."""
    waits, told = speech("zh_CN").label(WAIT), list[str]()

    async def layer(incoming: Incoming, perform: Perform) -> object:
        if incoming.sent.values.get("text") == waits:
            told.append(incoming.method)
        return await perform(incoming)

    scene.telegram.bot_api.add_layer(layer)
    return told


def restarted(server: Postgres, times: int, away: float, between: float) -> Hurt:
    """Stop PostgreSQL at once, leave it away for some seconds and until it is missed, start it again."""

    async def hurt(_: Serving, felt: Felt) -> None:
        for _time in range(times):
            await asyncio.sleep(between)
            await server.stop()
            await asyncio.gather(asyncio.sleep(away), felt())
            await server.start()

    return hurt


def locked(database: Path, times: int, held: float, between: float) -> Hurt:
    """Let the lock of another process, this one, lie on SQLite for some seconds and until it is met."""

    def hold(enough: threading.Event) -> None:
        with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            enough.wait()
            other.execute("ROLLBACK")

    async def hurt(_: Serving, felt: Felt) -> None:
        for _time in range(times):
            await asyncio.sleep(between)
            enough = threading.Event()
            holding = asyncio.create_task(asyncio.to_thread(hold, enough))
            try:
                await asyncio.gather(asyncio.sleep(held), felt())
            finally:
                enough.set()
                await holding

    return hurt


# --- a full disk ---


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """Mount a small disk and yield its folder; None where that is not allowed."""
    folder = Path(tempfile.mkdtemp(prefix="xundu-proof-disk-"))
    size = f"size={DISK_MB}m"
    mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0  # noqa: S603 - of ours
    except FileNotFoundError:
        mounted = False
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)  # noqa: S603, S607
        folder.rmdir()


def full(disk: Path, times: int, held: float, between: float) -> Hurt:
    """Fill a small disk to its last byte, and make room again after some seconds."""
    ballast = disk / "ballast"

    def fill() -> None:
        with ballast.open("ab", buffering=0) as one, suppress(OSError):
            while True:
                one.write(b"\0" * BLOCK)
        with ballast.open("ab", buffering=0) as one, suppress(OSError):
            while True:
                one.write(b"\0" * 512)

    async def hurt(_: Serving, felt: Felt) -> None:
        for _time in range(times):
            await asyncio.sleep(between)
            enough = asyncio.gather(asyncio.sleep(held), felt())
            while not enough.done():
                fill()  # again and again: a checkpoint may have made a little room
                await asyncio.sleep(0.2)
            ballast.unlink()

    return hurt


def capped(database: Path, times: int, held: float, between: float) -> Hurt:
    """Let no file of the process grow for some seconds and until one had to.

    What a quota does, and needs no disk of one's own.
    """

    async def hurt(serving: Serving, felt: Felt) -> None:
        for _time in range(times):
            await asyncio.sleep(between)
            largest = max(one.stat().st_size for one in database.parent.glob(f"{database.name}*"))
            resource.prlimit(serving.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
            await asyncio.gather(asyncio.sleep(held), felt())
            resource.prlimit(serving.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    return hurt


def whole(database: Path) -> bool:
    """Tell whether SQLite finds its file sound."""
    one = sqlite3.connect(database)
    try:
        return bool(one.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
    finally:
        one.close()
