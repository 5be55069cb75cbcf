"""The sandbox's own time, so that a month of rounds can pass in a minute.

Everything that Telegram dates or lets expire asks this clock: message dates, the 150 seconds of a callback query, the
48 hours within which a message can be deleted, the 24 hours an update is kept. It must not be used for what happens
on the wire (long polls, back-off, time-outs): those are real seconds of real programs.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Real time plus an offset that only ever grows."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    @property
    def ahead(self) -> timedelta:
        """How far it is ahead of real time."""
        return self._ahead

    @ahead.setter
    def ahead(self, ahead: timedelta) -> None:
        self._ahead = ahead
        self._ahead_seconds = ahead.total_seconds()

    def now(self) -> datetime:
        """Return the sandbox's present moment, aware UTC."""
        return datetime.now(UTC) + self._ahead

    def seconds(self) -> int:
        """Return the present moment in whole seconds since 1970, as the Bot API counts."""
        return int(time.time() + self._ahead_seconds)

    def timestamp(self) -> float:
        """Return the present moment in seconds since 1970, with what is less than a second."""
        return time.time() + self._ahead_seconds

    def advance(self, by: timedelta) -> datetime:
        """Move the clock forward and return the new moment; a negative ``by`` raises ValueError."""
        if by < timedelta():
            message = "the clock only moves forward"
            raise ValueError(message)
        self.ahead += by
        return self.now()
