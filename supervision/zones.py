"""Time zones as people name them: in full, by their city, or by what is said for them at home.

Pure. The list is the one of the tz database.
"""

from __future__ import annotations

from typing import Final
from zoneinfo import available_timezones

SAID: Final = {
    "北京": "Asia/Shanghai",
    "北京时间": "Asia/Shanghai",
    "上海": "Asia/Shanghai",
    "乌鲁木齐": "Asia/Urumqi",
    "新疆": "Asia/Urumqi",
    "新加坡": "Asia/Singapore",
    "香港": "Asia/Hong_Kong",
    "beijing": "Asia/Shanghai",
}
"""Zones by names that are not theirs."""


def named(words: str) -> str | None:
    """Return the zone of that name or city, the shortest of several that fit; None when there is none."""
    wanted = words.strip().replace(" ", "_").casefold()
    if wanted in SAID:
        return SAID[wanted]
    fitting = [
        one
        for one in available_timezones()
        if "/" in one and wanted in (one.casefold(), one.casefold().rpartition("/")[2])
    ]
    return min(fitting, key=lambda one: (len(one), one), default=None)
