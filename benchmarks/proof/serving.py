"""One serving process, as an operator runs it but for a witness: started, killed without warning, started again.

Its log goes to a file, because a pipe that nobody reads would stop it.
"""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import socket
import sys
from typing import TYPE_CHECKING

from benchmarks.proof.hatchery import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.proof.hatchery import Hatchery

READY_SECONDS = 300.0
"""On a busy machine a library alone takes half a minute to import."""

STOP_SECONDS = 60.0
LOOK = 0.05

_ORPHANED = re.compile(
    r'Traceback \(most recent call last\):\n  File "<string>", line 1, in <module>\n(?:  .*\n)*?'
    r".*multiprocessing/spawn\.py.*\n(?:  .*\n)*EOFError: Ran out of input\n"
)
"""A helper process that was being started when this one was killed finds nobody at the other end; Python says so."""


class Unwell(RuntimeError):
    """A serving process ended by itself, or did not come up."""


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Hatched:
    """A process that a hatchery started, with what is asked of a process here."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._end = os.pidfd_open(pid)
        except ProcessLookupError:
            self._end = -1

    @property
    def returncode(self) -> int | None:
        """None while it runs; how it ended is known to nobody."""
        if self._end >= 0 and select.select([self._end], [], [], 0)[0]:
            os.close(self._end)
            self._end = -1
        return None if self._end >= 0 else 0

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        if self.returncode is None:
            signal.pidfd_send_signal(self._end, number)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait for its end."""
        while self.returncode is None:  # noqa: ASYNC110 - nobody tells us of the end of another's child
            await asyncio.sleep(LOOK / 5)
        return 0


class Serving:
    """A process that can be killed and replaced; ``settings`` are its XUNDU_* variables without the listen address.

    With a hatchery it starts at once, without one as an operator starts it.
    """

    def __init__(
        self, settings: Mapping[str, str], log: Path, port: int | None = None, hatchery: Hatchery | None = None
    ) -> None:
        self.port = port or free_port()
        self._hatchery = hatchery
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("XUNDU_")}
        self._env |= dict(settings) | {"XUNDU_LISTEN": f"127.0.0.1:{self.port}"}
        self.log = log
        self.witness = log.with_suffix(".witness")
        self.process: asyncio.subprocess.Process | Hatched | None = None

    @property
    def at_once(self) -> bool:
        """Whether it is ready a tenth of a second after its start, and not some seconds after it."""
        return self._hatchery is not None

    async def start(self) -> None:
        """Start the process and return at once."""
        if self._hatchery is not None:
            self.process = Hatched(await asyncio.to_thread(self._hatchery.hatch, self._env, self.log, self.witness))
            return
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "benchmarks.proof.witness",
                str(self.witness),
                cwd=ROOT,
                env=self._env,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """The process's id; raises Unwell when it does not run."""
        self.check()
        assert self.process is not None
        return self.process.pid

    def check(self) -> None:
        """Raise Unwell when the process has ended by itself."""
        if self.process is None or self.process.returncode is not None:
            said = self.log.read_text("utf-8", "replace")[-1500:]
            raise Unwell(f"the serving process ended by itself:\n{said}")

    async def ready(self) -> None:
        """Wait until it listens, which is after its loops have started."""
        async with asyncio.timeout(READY_SECONDS):
            while True:
                self.check()
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(LOOK)
                else:
                    writer.close()
                    return

    async def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is flushed."""
        self.check()
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        """SIGTERM, and wait for its end; raises Unwell when it does not end well."""
        process = self.process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise Unwell("the serving process did not stop when told to") from None

    async def end(self) -> None:
        """Make sure that nothing is left running."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    def _said(self) -> str:
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def tracebacks(self) -> int:
        """Count the bugs in the log: tracebacks, and lines that a process wrote as its last.

        Not what Python says in a process that was just being started when the one that started it was killed.
        """
        said = _ORPHANED.sub("", self._said())
        return said.count("Traceback (most recent call last)") + said.count(" CRITICAL ")

    def warned(self) -> int:
        """Count the lines in which the process says that the database is in trouble."""
        words = ("Unavailable", "the database", "cannot be stored", "cannot be read", "the line to PostgreSQL")
        return sum(any(one in line for one in words) for line in self._said().splitlines())
