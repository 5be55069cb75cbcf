"""Served bots that start at once: a process that has imported everything, and forks one for each that is asked for.

For runs in which importing the libraries again for every start would take most of the time. What is hatched is a
process like any other: it has the settings as its environment, runs `xundu serve`, and dies of a SIGKILL. Needs Linux,
where the end of somebody else's child can be waited for.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from benchmarks.proof.timepiece import wear
from benchmarks.proof.witness import watch
from bot import __main__ as command

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
NEEDED = ("bot.app", "aiosqlite", "asyncpg", "apscheduler.triggers.interval", "apscheduler.triggers.cron")
CAN = hasattr(os, "pidfd_open") and hasattr(os, "fork")


class Hatchery:
    """Starts serving processes: ``with Hatchery() as hatchery``."""

    def __enter__(self) -> Self:
        self._one_at_a_time = threading.Lock()
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.proof.hatchery"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._mother.communicate()

    def hatch(self, environment: Mapping[str, str], log: Path, witness: Path) -> int:
        """Start a process with this environment whose output is added to a file, and what it sent to another.

        Returns its id.
        """
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        asked = {"environment": dict(environment), "log": str(log), "witness": str(witness)}
        with self._one_at_a_time:
            self._mother.stdin.write(json.dumps(asked).encode() + b"\n")
            self._mother.stdin.flush()
            return int(self._mother.stdout.readline())


def main() -> None:
    """Fork a serving process for every line on stdin, until it is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here wants to know how they ended
    for name in NEEDED:
        importlib.import_module(name)
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        importlib.import_module(f"bot.drivers.{asked['environment']['XUNDU_DRIVER']}_driver")
        child = os.fork()
        if not child:
            _serve(asked)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _serve(asked: dict[str, Any]) -> None:
    """Become the serving process."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for ours, theirs in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(ours, theirs)
        os.environ.clear()
        os.environ.update(asked["environment"])
        watch(asked["witness"])
        wear()
        status = command.main(["serve"])
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
