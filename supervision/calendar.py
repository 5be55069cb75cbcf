"""Days that are worked, hours in which people may be disturbed, and moments on both sides of a clock change.

Pure. Chinese holidays and the workdays that make up for them come from ``chinesecalendar``, those of other countries
from ``holidays``; what a campaign decides for itself overrules both. A year that the Chinese list does not reach yet is
said to be unknown and counts weekends and the holidays that the law names, Spring Festival among them; which workdays
make up for them nobody knows before the State Council has said so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import chinese_calendar  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from holidays import HolidayBase

DAY: Final = timedelta(days=1)
WEEKEND: Final = 5
"""The first day of the weekend where no list says otherwise, as :meth:`date.weekday` counts."""

FARTHEST: Final = 400
"""Days that are looked ahead for one that is worked; a calendar without any is a mistake."""


class NoWorkday(ValueError):
    """No day within a year is worked: the local rules leave none."""


@lru_cache(maxsize=4096)
def _official(country: str, day: date) -> tuple[bool, bool]:
    """Return (whether the country works that day, whether its list reaches that far)."""
    if country == "CN":
        try:
            return bool(chinese_calendar.is_workday(day)), True
        except NotImplementedError:
            return _listed(country, day), False
    if not country:
        return day.weekday() < WEEKEND, True
    try:
        return _listed(country, day), True
    except NotImplementedError:
        return day.weekday() < WEEKEND, False


def _listed(country: str, day: date) -> bool:
    """Tell whether ``holidays`` has a day as one that is worked; raises NotImplementedError for an unknown country."""
    return bool(_year(country, day.year).is_working_day(day))


@lru_cache(maxsize=32)
def _year(country: str, year: int) -> HolidayBase:
    import holidays  # noqa: PLC0415 - it is large, and few campaigns want it

    return holidays.country_holidays(country, years=year)


def kept(country: str) -> bool:
    """Tell whether the holidays of a country are known; ``country`` as in ISO 3166, in capitals."""
    if country in ("CN", ""):
        return True
    import holidays  # noqa: PLC0415 - as above

    return country in holidays.list_supported_countries()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked; ``country`` as in ISO 3166, empty for weekends only; ``local`` overrules it."""

    country: str = ""
    local: Mapping[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Tell whether a day is worked."""
        return self.local[day] if day in self.local else _official(self.country, day)[0]

    def known(self, day: date) -> bool:
        """Tell whether anybody has said of that day's year which days are holidays."""
        return day in self.local or _official(self.country, day)[1]

    def on_or_after(self, day: date) -> date:
        """Return the first worked day from a day on; raises NoWorkday."""
        for _ in range(FARTHEST):
            if self.works(day):
                return day
            day += DAY
        raise NoWorkday

    def on_or_before(self, day: date) -> date:
        """Return the last worked day up to a day; raises NoWorkday."""
        for _ in range(FARTHEST):
            if self.works(day):
                return day
            day -= DAY
        raise NoWorkday

    def shifted(self, day: date, workdays: int) -> date:
        """Return the worked day so many worked days after a day (before it, below zero); 0 is the day itself.

        From a day that is not worked, one day after is the next worked day, one before the last.
        """
        for _ in range(abs(workdays)):
            day = self.on_or_after(day + DAY) if workdays > 0 else self.on_or_before(day - DAY)
        return day

    def between(self, first: date, last: date) -> int:
        """Return how many worked days lie after ``first`` up to and with ``last``; below zero when it is earlier."""
        if last < first:
            return -self.between(last, first)
        return sum(self.works(first + DAY * at) for at in range(1, (last - first).days + 1))


# --- clocks ---


def moment(day: date, clock: time, zone: tzinfo, *, again: bool = False) -> datetime:
    """Return the moment (UTC) at which clocks in a zone show a time on a day.

    A time that a clock change leaves out is the moment of the change; of a time that comes twice it is the first, or
    with ``again`` the second.
    """
    local = datetime.combine(day, clock, zone)
    early = local.replace(fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        return _change(local.replace(fold=1).astimezone(UTC), early, zone)
    return local.replace(fold=1).astimezone(UTC) if again else early


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the moment between two at which the zone's clocks are changed, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds() // 2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which a person is left alone, by their own clock, perhaps over midnight; the same time twice: none."""

    begins: time = time(21)
    ends: time = time(8)

    def at(self, clock: time) -> bool:
        """Tell whether a time of day lies in it."""
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends

    def waking(self, day: date) -> Iterator[tuple[date, time]]:
        """Give the times of a day from which on somebody may be disturbed again."""
        yield day, time(0)
        if self.begins != self.ends:
            yield day, self.ends


def disturbable(at: datetime, zone: tzinfo, quiet: Quiet, calendar: Calendar) -> bool:
    """Tell whether somebody may be reminded at a moment: on a worked day, outside their quiet hours."""
    local = at.astimezone(zone)
    return calendar.works(local.date()) and not quiet.at(local.time().replace(tzinfo=None))


def next_disturbable(at: datetime, zone: tzinfo, quiet: Quiet, calendar: Calendar) -> datetime:
    """Return the first moment (UTC) from one on at which somebody may be reminded; raises NoWorkday."""
    at = at.astimezone(UTC)
    if disturbable(at, zone, quiet, calendar):
        return at
    day = at.astimezone(zone).date()
    for _ in range(FARTHEST):
        found = [
            opens
            for each, clock in quiet.waking(day)
            for again in (False, True)
            if (opens := moment(each, clock, zone, again=again)) >= at and disturbable(opens, zone, quiet, calendar)
        ]
        if found:
            return min(found)
        day += DAY
    raise NoWorkday
