"""Shows how far a long piece of work is, once it has taken two seconds; short work says nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

SILENT_SECONDS = 2.0
TERMINAL_SECONDS = 0.2
LINE_SECONDS = 10.0


class Progress:
    """Told again and again how far something is; on a terminal it keeps to one line, elsewhere it writes few."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._next = clock() + SILENT_SECONDS
        self._terminal = stream.isatty()
        self._shown = False

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take note that ``done`` of ``total`` of something is done; call it as often as you like."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + (TERMINAL_SECONDS if self._terminal else LINE_SECONDS)
        self._shown = True
        text = f"  {what}: {done:,} of {total:,}"
        self._stream.write(f"\r\x1b[K{text}" if self._terminal else f"{text}\n")
        self._stream.flush()

    def end(self) -> None:
        """Leave the terminal's line clean for what is said next."""
        if self._shown and self._terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
