"""Keeps a data directory to one process: embedded SQLite has one writer, and two bots would swallow each other's work.

The lock is the operating system's, on a file beside the database, so it ends with the process however that ends. It
never waits, and never guards PostgreSQL, which any number of processes may share.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage.database import Database

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from bot.config import Settings

SUFFIX: Final = ".lock"
_BEYOND: Final = 1 << 20
"""Where Windows locks a byte: behind what is written, which others must be able to read."""


class CommandError(Exception):
    """The command cannot be done; the message says why and what to do."""


class Held(CommandError):
    """Another process works here; ``note`` is what it wrote down, such as its address."""

    def __init__(self, message: str, note: str = "") -> None:
        super().__init__(message)
        self.note = note


class Hold:
    """A lock that is held; a note in it tells others about its holder."""

    def __init__(self, number: int) -> None:
        self._number = number

    def note(self, words: str) -> None:
        """Write down what others may want to know."""
        os.ftruncate(self._number, 0)
        os.lseek(self._number, 0, os.SEEK_SET)
        os.write(self._number, words.encode("utf-8"))


def folder(path: Path) -> None:
    """Make a data directory; raises CommandError where that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{path} cannot be used as the data directory: {error.strerror}.") from error


@contextmanager
def hold(file: Path) -> Iterator[Hold]:
    """Hold a lock until the block ends; raises Held at once when another process has it."""
    number = _locked(file)
    try:
        kept = Hold(number)
        kept.note("")
        yield kept
    finally:
        os.close(number)


def database(settings: Settings) -> AbstractContextManager[object]:
    """Hold the settings' database if it is an embedded one; raises Held when another process works on it."""
    made = Database(settings.database.reveal())
    if not made.embedded or not made.url.database or made.url.database == ":memory:":
        return nullcontext()
    return hold(Path(made.url.database + SUFFIX))


def _locked(file: Path) -> int:
    while True:
        try:
            number = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CommandError(f"{file} cannot be opened: {error.strerror}.") from error
        try:
            _lock(number)
        except OSError as error:
            note = os.read(number, 1000).decode("utf-8", "replace").strip()
            os.close(number)
            kept = file.name.removesuffix(SUFFIX)
            raise Held(
                f"Another process works on {file.with_name(kept)}. One process at a time may; "
                "stop that one first, or use PostgreSQL for several.",
                note,
            ) from error
        # Whoever had it may have deleted the file meanwhile; a lock on what is gone keeps nobody out.
        if file.exists() and os.path.samestat(file.stat(), os.fstat(number)):
            return number
        os.close(number)


def _lock(number: int) -> None:
    if sys.platform == "win32":
        os.lseek(number, _BEYOND, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        os.lseek(number, 0, os.SEEK_SET)
    else:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
