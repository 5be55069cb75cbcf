"""Remembers beside the database what Telegram has accepted, from the moment it is known until the database knows it.

A commit takes its time, seconds on a busy machine, and a process that is killed meanwhile would leave messages behind
that it had sent and that are sent once more. A line in a file costs some microseconds and needs no disk to survive the
process; only when the machine itself goes down is it worth no more than what it stood for. Whoever delivers next reads
the lines first. Processes that share the data directory share the file; between others, those messages are repeated.

Nothing here decides anything: a line is taken for a row only if the row was made at the same microsecond and still
waits, so a file that lies beside another database does no harm. No words of a message stand in it.
"""

from __future__ import annotations

import json
import logging
import math
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from storage.chat.outbox import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LOG = logging.getLogger(__name__)


_NOTED_SECONDS: Final = 0.1
"""How often it is noted that something is being sent."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one row, which was made at ``made``; ``error`` in Telegram's words or None.

    ``card`` is (chat id, live card now or None) where that has changed with it.
    """

    row_id: int
    made: datetime
    state: State
    message_id: int | None = None
    error: str | None = None
    card: tuple[int, int | None] | None = None


class Receipts:
    """The file; without a path nothing is remembered."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._file = -1
        self._well = True
        self._noted_at = -math.inf

    def keep(self, fate: Fate) -> None:
        """Write one down; if that cannot be, the message may be repeated, and that is all."""
        self._write(_line(fate))

    def begin(self) -> None:
        """Note that something is being sent now: whoever takes over gives it the time to arrive (:meth:`age`).

        That is noted ten times a second at most, so it may be a tenth of a second older than it says.
        """
        now = time.monotonic()
        if now - self._noted_at < _NOTED_SECONDS:
            return
        self._noted_at = now
        try:
            if self._open():
                os.utime(self._file)
        except OSError as error:
            self._unwell(error)

    def only(self, fates: Iterable[Fate]) -> None:
        """Forget all but these: the others are in the database."""
        try:
            if self._open():
                os.ftruncate(self._file, 0)
        except OSError as error:
            self._unwell(error)
            return
        lines = b"".join(map(_line, fates))
        if lines:
            self._write(lines)

    def read(self) -> list[Fate]:
        """Return what was written down, by whatever process; a line that broke off is passed over."""
        if self._path is None:
            return []
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            self._unwell(error)
            return []
        return [fate for fate in map(_fate, lines) if fate is not None]

    def age(self) -> float:
        """Return the seconds since anything was being sent or was noted, infinity when nothing ever was."""
        try:
            noted = self._path.stat().st_mtime if self._path is not None else -math.inf
            return max(0.0, time.time() - noted - _NOTED_SECONDS)
        except OSError:
            return math.inf

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _open(self) -> bool:
        if self._file < 0 and self._path is not None:
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return self._file >= 0

    def _write(self, lines: bytes) -> None:
        try:
            if self._open():
                os.write(self._file, lines)
                self._well = True
        except OSError as error:
            self._unwell(error)

    def _unwell(self, error: OSError) -> None:
        if self._well:
            _LOG.warning("what is sent cannot be noted beside the database: %s", type(error).__name__)
        self._well = False


def _line(fate: Fate) -> bytes:
    # By hand: it is JSON, and it is written for every message.
    message = "null" if fate.message_id is None else fate.message_id
    card = json.dumps(fate.card) if fate.card else "null"
    return f'[{fate.row_id}, {fate.made.timestamp()!r}, "{fate.state.value}", {message}, {card}]\n'.encode()


def _fate(line: bytes) -> Fate | None:
    try:
        told: list[Any] = json.loads(line)
        row_id, made, state, message_id, card = told
        moment = datetime.fromtimestamp(made, UTC)
        return Fate(row_id, moment, State(state), message_id, card=tuple(card) if card else None)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
