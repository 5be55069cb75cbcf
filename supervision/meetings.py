"""When a regular meeting is next, and when its agenda goes out before it.

Pure. A meeting whose day is off is held on the next worked day; nobody is called to one at night.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from supervision.calendar import DAY, moment

if TYPE_CHECKING:
    from datetime import tzinfo

    from supervision.calendar import Calendar

FIRST, LAST = time(8), time(20, 30)
"""Meetings begin within these hours."""

BEFORE: Final = timedelta(minutes=30)
"""So long before it begins the agenda goes out, but not before the first hour of a day."""

STALE: Final = timedelta(hours=2)
"""So long after its beginning an agenda that could not go out is of no more use."""

_CLOCK: Final = re.compile(r"(\d{1,2})[:：点时.](\d{1,2})?分?")


def read_clock(words: str) -> time | None:
    """Return a time of day as people write it (9:00, 14：30, 9点); None when it is none or outside the day's hours."""
    found = _CLOCK.fullmatch(words.strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if hour > 23 or minute > 59:  # noqa: PLR2004 - a clock
        return None
    clock = time(hour, minute)
    return clock if FIRST <= clock <= LAST else None


def next_time(weekday: int, clock: time, after: datetime, zone: tzinfo, calendar: Calendar) -> datetime:
    """Return the first moment (UTC) after one at which a weekly meeting begins; raises calendar.NoWorkday."""
    day = after.astimezone(zone).date()
    day += DAY * ((weekday - day.weekday()) % 7) - DAY * 7  # last week's may have been put off until now
    while True:
        at = moment(calendar.on_or_after(day), clock, zone)
        if at > after:
            return at
        day += DAY * 7


def agenda_at(starts_at: datetime, zone: tzinfo) -> datetime:
    """Return when the agenda goes out."""
    day: date = starts_at.astimezone(zone).date()
    return min(starts_at, max(starts_at - BEFORE, moment(day, FIRST, zone)))
