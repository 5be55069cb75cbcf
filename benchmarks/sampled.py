"""`xundu serve` with a notebook: which package its CPU goes to, and how many statements it makes.

SIGUSR1 begins, SIGUSR2 writes what was noted since then into the file that NOTEBOOK names. A sample is taken every few
milliseconds of CPU and weighs what the main thread has spent since the last; C code counts for the Python that called
it, the standard library (but asyncio) likewise. What other threads spend, which is the database driver of SQLite, is
told as a whole.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import sysconfig
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from greenlet import getcurrent  # type: ignore[import-untyped] # published without types

from bot.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

EVERY = 0.004
ROOT = f"{Path(__file__).parents[1]}/"
PACKAGES = tuple(f"{sysconfig.get_path(one)}/" for one in ("purelib", "platlib"))
LOOP = ("/asyncio/", "/selectors.py")
ROOMS = frozenset({"bot", "handlers", "supervision", "forms", "storage", "reports"})


class Notebook:
    """What was seen since it was opened: seconds of CPU by package, and counts."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self.open()

    def open(self, *_: object) -> None:
        """Begin anew, and sample from now on."""
        self.own: defaultdict[str, float] = defaultdict(float)
        self.rooms: defaultdict[str, float] = defaultdict(float)
        self.counts: Counter[str] = Counter()
        self._all = time.process_time()
        self._began = self._last = time.thread_time()

    def start(self, *_: object) -> None:
        """Take samples from now on."""
        self.open()
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)

    def close(self, *_: object) -> None:
        """Stop, and write it down."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        main_thread = time.thread_time() - self._began
        told = {
            "own": self.own,
            "rooms": self.rooms,
            "main": main_thread,
            "others": time.process_time() - self._all - main_thread,
            **{one: self.counts[one] for one in ("statements", "commits")},
        }
        file = Path(os.environ["NOTEBOOK"])
        file.with_suffix(".new").write_text(json.dumps(told), "utf-8")
        file.with_suffix(".new").rename(file)

    def sample(self, _: int, frame: FrameType | None) -> None:
        """Note where the main thread is."""
        spent = time.thread_time() - self._last
        names = [name for one in _outwards(frame) if (name := self._name(one.f_code.co_filename))]
        self.own[next(iter(names), "Python")] += spent
        self.rooms[next((name for name in names if name in ROOMS), "nobody's")] += spent
        self._last = time.thread_time()

    def _name(self, path: str) -> str:
        known = self._names.get(path)
        if known is None:
            known = self._names[path] = _package(path)
        return known


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    """Give the frames from the innermost on, through the greenlets in which SQLAlchemy runs."""
    here = getcurrent()
    while frame is not None:
        yield frame
        frame = frame.f_back
        if frame is None and here.parent is not None:
            here = here.parent
            frame = here.gr_frame


def _package(path: str) -> str:
    """Return the package that a file belongs to, '' for the standard library."""
    for folder in PACKAGES:
        if path.startswith(folder):
            return path.removeprefix(folder).partition("/")[0].removesuffix(".py")
    if path.startswith(ROOT):
        return path.removeprefix(ROOT).partition("/")[0]
    return "asyncio" if any(one in path for one in LOOP) else ""


def prepare() -> None:
    """Put the notebook on the table."""
    notebook = Notebook()

    def statement(*_: object) -> None:
        notebook.counts["statements"] += 1

    def commit(_: object) -> None:
        notebook.counts["commits"] += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", statement)
    sa.event.listen(sa.Engine, "commit", commit)
    signal.signal(signal.SIGPROF, notebook.sample)
    signal.signal(signal.SIGUSR1, notebook.start)
    signal.signal(signal.SIGUSR2, notebook.close)


if __name__ == "__main__":
    prepare()
    sys.exit(main())
