"""One clock for several processes, which an experiment can move: a few bytes of a file that all of them look at.

The moment that is set runs on from there. A process wears it when its environment says so (``PROOF_CLOCK``); the
product knows nothing of it: its clock is handed in.
"""

from __future__ import annotations

import importlib
import mmap
import os
import struct
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

VARIABLE: Final = "PROOF_CLOCK"
_AHEAD = struct.Struct("d")


class Timepiece:
    """A clock kept in a file, seconds ahead of this machine's; one that does not exist yet shows the real time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            path.write_bytes(_AHEAD.pack(0.0))
        with path.open("r+b") as file:
            self._seen = mmap.mmap(file.fileno(), _AHEAD.size)

    def __call__(self) -> datetime:
        """Return the moment it shows."""
        return datetime.fromtimestamp(time.time() + _AHEAD.unpack(self._seen)[0], UTC)

    def put(self, moment: datetime) -> None:
        """Move it for everybody who wears it."""
        self._seen[:] = _AHEAD.pack(moment.timestamp() - time.time())

    def close(self) -> None:
        """Let go of the file."""
        self._seen.close()


def wear() -> None:
    """Let the bots of this process live by the clock that the environment names, if it names one."""
    named = os.environ.get(VARIABLE)
    if named:
        app = importlib.import_module("bot.app").App
        app.__init__.__kwdefaults__["clock"] = Timepiece(Path(named))
