"""The daily digest: when it comes, what in it is late or stuck, and whether there is any news at all.

Pure: rows and a calendar go in. How it is worded and drawn is none of its business, and nothing is counted here that
coverage or open findings count elsewhere.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from supervision.calendar import DAY, NoWorkday, moment
from supervision.coverage import Count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from supervision.calendar import Calendar
    from supervision.coverage import Line

HOUR: Final = time(17, 30)
"""When a group's digest comes, where nobody chose another hour."""

WEEKDAY: Final = 4
"""The day of the office's digest, Friday, as :meth:`date.weekday` counts."""

STUCK: Final = 2
"""Worked days without an answer after which a visit that has begun is stuck."""

SOON: Final = timedelta(hours=3)
"""A digest that was missed is not made up for where the next one comes within this time: that one tells it all."""


@dataclass(frozen=True, slots=True)
class Going:
    """One visit that is planned for a day: who is to go (ids), whether it has begun and been handed in.

    ``idle`` is how many worked days have passed since anything was answered, of one that has begun; ``why`` is what
    somebody said who cannot do it.
    """

    visit_id: int
    unit_id: int
    unit: str
    area: str
    on: date
    group_id: int = 0
    people: tuple[int, ...] = ()
    begun: bool = False
    done: bool = False
    idle: int = 0
    why: str = ""

    def late(self, today: date) -> bool:
        """Tell whether its day is over and it is not handed in."""
        return not self.done and self.on < today

    @property
    def stuck(self) -> bool:
        """Tell whether it does not move: nothing was answered for days, or somebody said that it cannot be done."""
        return not self.done and (bool(self.why) or (self.begun and self.idle >= STUCK))


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a digest of one group, or of a whole campaign, says; figures agree with the ledger and the findings.

    ``moved`` are the visits handed in since the last digest and ``gained`` the units covered by them; ``partly`` and
    ``missing`` count open matters, ``overdue`` those of them that are open for more than ``within`` worked days;
    ``found`` is what those visits found wanting, ``items`` are late work items by id.
    ``groups`` and ``open_in`` part coverage and open matters by group (0: nobody's), in a digest of the whole campaign.
    """

    today: date
    since: datetime
    round_id: int = 0
    number: int = 0
    day: int = 0
    first: date | None = None
    last: date | None = None
    coverage: Count = field(default_factory=Count)
    gained: int = 0
    moved: tuple[tuple[int, str], ...] = ()
    found: tuple[int, int] = (0, 0)
    partly: int = 0
    missing: int = 0
    overdue: int = 0
    within: int = 0
    going: tuple[Going, ...] = ()
    coming: date | None = None
    items: tuple[int, ...] = ()
    areas: tuple[tuple[str, Count], ...] = ()
    groups: tuple[tuple[int, Count], ...] = ()
    open_in: tuple[tuple[int, int], ...] = ()
    planned: tuple[float, ...] = ()
    done: tuple[float, ...] = ()

    @property
    def now_on(self) -> tuple[Going, ...]:
        """Return the visits of today."""
        return tuple(one for one in self.going if one.on == self.today)

    @property
    def ahead(self) -> tuple[Going, ...]:
        """Return the visits of the next worked day."""
        return tuple(one for one in self.going if self.coming is not None and one.on == self.coming)

    @property
    def late(self) -> tuple[Going, ...]:
        """Return the visits whose day is over, the oldest first."""
        return tuple(one for one in self.going if one.late(self.today))

    @property
    def stuck(self) -> tuple[Going, ...]:
        """Return the visits that do not move."""
        return tuple(one for one in self.going if one.stuck)

    @property
    def open(self) -> int:
        """Return how many matters are open."""
        return self.partly + self.missing

    @property
    def news(self) -> bool:
        """Tell whether there is anything to say but how far it is."""
        late = self.late or self.stuck or self.items or self.overdue
        return bool(self.moved or self.now_on or self.ahead or late)

    def laggards(self) -> dict[int, int]:
        """Return who is late, with how many visits, the most first."""
        found: dict[int, int] = {}
        for one in self.late:
            for person in one.people:
                found[person] = found.get(person, 0) + 1
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


# --- when ---


def days(now: datetime, ahead: timedelta, zone: tzinfo, calendar: Calendar, weekday: int | None) -> Iterator[date]:
    """Give the days from now on on which a digest comes: each worked day, or of each week one.

    Of a week whose ``weekday`` is not worked it is the last worked day before it; a week without one has none.
    """
    day, last = now.astimezone(zone).date(), (now + ahead).astimezone(zone).date()
    while day <= last:
        if calendar.works(day) and (weekday is None or day == _of_week(day, weekday, calendar)):
            yield day
        day += DAY


def _of_week(day: date, weekday: int, calendar: Calendar) -> date | None:
    monday = day - DAY * day.weekday()
    try:
        found = calendar.on_or_before(monday + DAY * weekday)
    except NoWorkday:
        return None
    return found if found >= monday else None


def due(day: date, hour: time, zone: tzinfo) -> datetime:
    """Return the moment (UTC) of a day's digest; an hour that a clock change leaves out is the moment of the change."""
    return moment(day, hour, zone)


# --- what ---


def idle(last: datetime, today: date, zone: tzinfo, calendar: Calendar) -> int:
    """Return how many worked days have passed since a moment, today not counted."""
    return max(0, calendar.between(last.astimezone(zone).date(), today) - int(calendar.works(today)))


def overdue_before(today: date, within: int, zone: tzinfo, calendar: Calendar) -> datetime | None:
    """Return before which moment (UTC) a matter was found that is overdue today; None where no day is ever worked.

    It is overdue on the day after ``within`` worked days are over, the day on which it was found not counted.
    """
    try:
        return moment(calendar.shifted(today, -within), time(), zone)
    except NoWorkday:
        return None


def by_area(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Part the units of a ledger by area, as coarsely as still shows a difference: province, city or county."""
    every = list(lines)
    parts: dict[str, list[Line]] = {}
    for depth in range(3):
        parts = {}
        for one in every:
            path = one.area.split("/")
            parts.setdefault(path[min(depth, len(path) - 1)], []).append(one)
        if len(parts) > 1:
            break
    return parts


def curve(first: date, last: date, dates: Sequence[date]) -> tuple[float, ...]:
    """Return how many of the dates lie on or before each day of a span."""
    ordered = sorted(dates)
    return tuple(float(bisect_right(ordered, first + DAY * at)) for at in range((last - first).days + 1))
