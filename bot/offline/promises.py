"""What the bot promises about telling people things unasked, and whether a play of many days shows that it kept it.

Pure: what was told and what happened go in, sentences about what was broken come out. What is expected is worked out
from the course of the play alone, never from what the bot has stored.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from supervision.calendar import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.offline.cast import Trip
    from supervision.calendar import Calendar

FIRST, LAST = time(8), time(21)
"""Between these hours of a worked day people may be told something."""

BEGUN_BY: Final = time(17)
"""Whoever has not begun a visit by then is asked about it."""

DIGEST: Final = " · "


@dataclass(frozen=True, slots=True)
class Told:
    """One message that came unasked: to which phone, when by the clocks of the play, and what it said."""

    phone: int
    at: datetime
    text: str


@dataclass(slots=True)
class Course:
    """What happened: which trips were planned, when each was begun and handed in, which units dropped out when.

    ``leaders`` are the phones of those who lead, by group, ``names`` the groups'; ``days`` the first and last day of
    the play.
    """

    calendar: Calendar
    days: tuple[date, date]
    trips: Sequence[Trip] = ()
    leaders: Mapping[int, int] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    began: dict[int, datetime] = field(default_factory=dict)
    ended: dict[int, datetime] = field(default_factory=dict)
    gone: dict[int, datetime] = field(default_factory=dict)
    excused: set[int] = field(default_factory=set)
    """Visits of which somebody has said why they cannot be done."""


def broken(told: Sequence[Told], course: Course) -> list[str]:
    """Return every promise that was not kept, a sentence each; nothing when all were."""
    found = [*_at_night(told, course), *_twice(told), *_digests(told, course)]
    mine: dict[int, list[Told]] = {}
    for one in told:
        mine.setdefault(one.phone, []).append(one)
    for trip in course.trips:
        found += _trip(trip, mine.get(trip.phone, []), mine.get(course.leaders.get(trip.group_id, 0), []), course)
    return found


def _at_night(told: Sequence[Told], course: Course) -> Iterator[str]:
    for one in told:
        if not course.calendar.works(one.at.date()):
            yield f"on a day off: {_said(one)}"
        elif not FIRST <= one.at.time() < LAST:
            yield f"at night: {_said(one)}"


def _twice(told: Sequence[Told]) -> Iterator[str]:
    """Nobody is told the same thing twice on a day, and all that is due at a moment comes in one message."""
    for (phone, day, text), count in Counter((one.phone, one.at.date(), one.text) for one in told).items():
        if count > 1:
            yield f"twice on {day} to {phone}: {text[:60]!r}"
    moments = Counter((one.phone, one.at.replace(second=0)) for one in told if "条提醒\n" in one.text)
    for (phone, at), count in moments.items():
        if count > 1:
            yield f"{count} reminders apart at {at:%m-%d %H:%M} to {phone}"


def _digests(told: Sequence[Told], course: Course) -> Iterator[str]:
    """Whoever leads a group gets one digest on each worked day, and none on others."""
    first, last = course.days
    for group, phone in course.leaders.items():
        name = course.names[group]
        days = Counter(one.at.date() for one in told if one.phone == phone and _digest(one.text, name))
        for day in (first + DAY * at for at in range((last - first).days + 1)):
            wanted = int(course.calendar.works(day))
            if days[day] != wanted:
                yield f"{days[day]} digests on {day} instead of {wanted} for the leader of {name}"


def _digest(text: str, name: str) -> bool:
    return text.startswith((f"{name}{DIGEST}", f"{name}今日", f"{name}："))


def _trip(trip: Trip, mine: Sequence[Told], leader: Sequence[Told], course: Course) -> Iterator[str]:
    """Nothing about a visit is missed, and nothing more is said of it once it is done or its unit is gone."""
    about = [one for one in mine if trip.unit in one.text]
    above = [one for one in leader if trip.unit in one.text and "条提醒" in one.text]
    began, ended, gone = (each.get(trip.visit_id) for each in (course.began, course.ended, course.gone))
    over = min((one for one in (ended, gone) if one), default=None)
    for one in [*about, *above]:
        if over and one.at > over + timedelta(minutes=1) and "条提醒" in one.text:
            yield f"{trip.unit} is over since {over:%m-%d %H:%M}: {_said(one)}"
    before, after = course.calendar.on_or_before(trip.day - DAY), course.calendar.on_or_after(trip.day + DAY)

    def there(day: date, words: str) -> bool:
        return any(one.at.date() == day and words in one.text for one in about)

    def open_on(day: date, by: datetime | None) -> bool:
        return course.days[0] <= day <= course.days[1] and not (over and over.date() <= day) and not by

    if open_on(before, None) and not there(before, "督导"):
        yield f"{trip.unit}: nobody was told on {before} of the visit on {trip.day}"
    in_time = began if began and (began.date(), began.time()) < (trip.day, BEGUN_BY) else None
    if open_on(trip.day, in_time) and not there(trip.day, "还没开始"):
        yield f"{trip.unit}: not begun on {trip.day}, and nobody was asked about it"
    if in_time and open_on(after, None) and not there(after, "还没提交"):
        yield f"{trip.unit}: begun and not handed in, and nobody was asked about it on {after}"


def _said(one: Told) -> str:
    return f"{one.at:%m-%d %H:%M} to {one.phone}: {one.text[:60]!r}"
