"""The measured processes: `xundu serve` and the echo bots, started as an operator would, and what they cost by /proc.

Linux only, as /proc is. A process's log goes to a file, because a pipe that nobody reads would stop it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.server import Sandbox

ROOT = Path(__file__).parents[1]
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
START_SECONDS = 60.0
STOP_SECONDS = 30.0
LOOK = 0.01
FREE = {"XUNDU_RATE_OVERALL": "10000", "XUNDU_RATE_CHAT": "1000", "XUNDU_BURST_CHAT": "1000"}
"""The bot's own limits out of the way: they hold it to Telegram's 30 messages a second, which would be all one saw."""


class Ended(RuntimeError):
    """A measured process ended by itself; the message holds the end of its log."""


class Bot:
    """One process in a folder: ``async with Bot(words, folder) as bot``; SIGTERM ends it."""

    def __init__(self, words: list[str], folder: Path, env: Mapping[str, str] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._words = words
        self._log = folder / "log.txt"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("XUNDU_")}
        self._env = clean | dict(env or {})
        self._process: asyncio.subprocess.Process

    async def __aenter__(self) -> Self:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._words, cwd=ROOT, env=self._env, stdout=log, stderr=log
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    @property
    def pid(self) -> int:
        """The process's id; raises Ended when it does not run."""
        if self._process.returncode is not None:
            raise Ended(self._log.read_text("utf-8", "replace")[-1500:])
        return self._process.pid

    def cpu(self) -> float:
        """Return the seconds of CPU spent so far, in steps of a hundredth."""
        return cpu_of(self.pid)

    def memory(self) -> tuple[float, float]:
        """Return the MiB it holds: RSS, and PSS, which counts a page that processes share in parts only."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text("ascii").splitlines()[1:]
        sizes = {name: int(size.split()[0]) / 1024 for name, _, size in (line.partition(":") for line in lines)}
        return sizes["Rss"], sizes["Pss"]

    async def polls(self, telegram: Sandbox) -> None:
        """Wait until it asks for updates and finds none."""
        async with asyncio.timeout(START_SECONDS):
            while telegram.world.updates.idle:
                _ = self.pid
                await asyncio.sleep(LOOK)


def serve(telegram: Sandbox, database_url: str, folder: Path, driver: str, module: str = "bot", **more: str) -> Bot:
    """Return `xundu serve` on a database that is migrated, without limits of its own.

    ``module`` is what to run instead of the command, ``more`` is added to its environment.
    """
    told = {
        "XUNDU_BOT_TOKEN": telegram.token,
        "XUNDU_BOT_API_URL": telegram.url,
        "XUNDU_DATA_DIR": str(folder),
        "XUNDU_DATABASE_URL": database_url,
        "XUNDU_DRIVER": driver,
        "XUNDU_LISTEN": "127.0.0.1:0",
    }
    return Bot(["-m", module, "serve"], folder, told | FREE | more)


def cpu_of(pid: int, *, with_children: bool = False) -> float:
    """Return the seconds of CPU of a process, with its children's too, dead or alive, when asked."""
    fields = _stat(pid)
    spent = int(fields[11]) + int(fields[12])
    if with_children:
        spent += int(fields[13]) + int(fields[14])
    seconds = spent / TICK
    if with_children:
        seconds += sum(cpu_of(child) for child in _children(pid))
    return seconds


def parent_of(pid: int) -> int:
    """Return the id of the parent process."""
    return int(_stat(pid)[1])


def _stat(pid: int) -> list[str]:
    """Return what follows the name in /proc/pid/stat: state, parent, …."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [int(one) for one in found]
