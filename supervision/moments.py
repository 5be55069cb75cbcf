"""Reads when something is to happen: 「18:00」, 「明天 9:00」, 「11-25 14:00」, 「2小时后」. Pure.

A time of day alone is the next one that comes. What is past is for the caller to refuse: only the caller knows why it
was asked for.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import tzinfo

_LATER: Final = re.compile(r"(\d{1,3})\s*(小时|h|hours?|分钟|min|minutes?|天|days?)\s*(?:后|later)?", re.IGNORECASE)
_CLOCK: Final = r"(?P<hour>\d{1,2})\s*[:：点时.]\s*(?P<minute>\d{1,2})?\s*分?"
_DAY: Final = r"(?:(?P<word>今天|明天|后天|today|tomorrow)|(?:(?P<year>\d{4})\s*[-/年.]\s*)?(?P<month>\d{1,2})\s*[-/月.]\s*(?P<day>\d{1,2})\s*日?)"  # noqa: E501 - a pattern that is broken up is not read
_AT: Final = re.compile(rf"(?:{_DAY}\s*)?{_CLOCK}", re.IGNORECASE)
_AHEAD: Final = {"今天": 0, "today": 0, "明天": 1, "tomorrow": 1, "后天": 2}
_UNITS: Final = {"小": "hours", "h": "hours", "分": "minutes", "m": "minutes", "天": "days", "d": "days"}


def moment_in(words: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment the words name, seen from ``now`` in that zone; None when they name none."""
    text = words.strip()
    if later := _LATER.fullmatch(text):
        return now + timedelta(**{_UNITS[later[2][0].lower()]: int(later[1])})
    found = _AT.fullmatch(text)
    if found is None:
        return None
    here = now.astimezone(zone)
    try:
        clock = time(int(found["hour"]), int(found["minute"] or 0))
        if found["word"]:
            day = here.date() + timedelta(days=_AHEAD[found["word"].lower()])
        elif found["month"]:
            day = here.date().replace(int(found["year"] or here.year), int(found["month"]), int(found["day"]))
        else:
            day = here.date() + timedelta(days=clock <= here.time())
        return datetime.combine(day, clock, zone).astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        return None
