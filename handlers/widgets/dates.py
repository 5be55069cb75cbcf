"""Days and times: a calendar and a clock of buttons, or typed as people write them (昨天, 3 Nov, 下午2点半)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from babel.dates import format_skeleton, get_day_names

from forms.canonical import InvalidAnswer
from forms.typed import typed
from handlers.chat import Text
from handlers.errors import Stale, UserError
from handlers.rows import CHOSEN
from handlers.text import mark
from handlers.widgets.asked import Asked, Step, chosen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from handlers.chat import Button, Message, Rows

WEEK: Final = 7
HOURS_IN_A_ROW: Final = 6
MINUTES: Final = tuple(range(0, 60, 5))
NOTHING: Final = "x"
"""The word of a button that only fills its place."""

OTHER_MONTH: Final = "·"
FORBIDDEN: Final = "×"
NO_DAY: Final = frozenset({OTHER_MONTH, FORBIDDEN})
ABOVE_DAYS: Final = 2
"""Rows above the days of a calendar: the month, and the names of the days."""

FIRST: Final = date(1900, 1, 1)
LAST: Final = date(2199, 12, 31)

CALENDAR: Final = mark("Tap a day, or type it: yesterday, 3 Nov, 2026-10-16.")
CLOCK: Final = mark("Tap the hour, or type it: 14:30, 2 pm.")
PROBLEMS: Final[Mapping[str, str]] = {
    "not_a_date": mark("A date is asked for here, such as 2026-10-16 or “yesterday”. Nothing was changed."),
    "ambiguous_date": mark(
        "Which of the two is the month? Please write the date like 2026-10-16. Nothing was changed."
    ),
    "not_a_time": mark("A time is asked for here, such as 14:30. Nothing was changed."),
    "not_a_datetime": mark("A day and a time are asked for here, such as 2026-10-16 14:30. Nothing was changed."),
}


def _typed(asked: Asked, message: Message) -> Step | None:
    if not isinstance(message, Text):
        return None
    try:
        return chosen(typed(asked.question, message.text, now=asked.now, language=asked.speech.language))
    except InvalidAnswer as error:
        raise UserError(PROBLEMS.get(error.code, PROBLEMS["not_a_date"])) from error


def _month(asked: Asked, held: str) -> date:
    """Return the first day of the month that is shown: the one held (``m202611``), that of the answer, or this one."""
    if held.startswith("m"):
        return _day(f"d{held[1:]}01")
    try:
        shown = date.fromisoformat(asked.value[:10])
    except ValueError:
        shown = asked.now.date()
    return shown.replace(day=1)


def _day(word: str) -> date:
    try:
        found = date(int(word[1:5]), int(word[5:7]), int(word[7:]))
    except ValueError as error:
        raise Stale from error
    if not FIRST <= found <= LAST:
        raise Stale
    return found


def calendar(asked: Asked, held: str, allows: bool = True) -> Rows:  # noqa: FBT001, FBT002 - whether days are checked
    """Return a month of buttons: days that the form does not allow are crosses; weeks of nothing else at its end go."""
    first = _month(asked, held)
    before, after = first - timedelta(days=1), (first + timedelta(days=31)).replace(day=1)
    # The skeleton, not a pattern: each language puts year and month in its own order.
    title = format_skeleton("yMMM", datetime.combine(first, time()), locale=asked.speech.language)
    names = get_day_names("narrow", "stand-alone", asked.speech.language)
    rows: list[tuple[Button, ...]] = [
        (
            asked.button("‹", f"m{before:%Y%m}"),
            asked.button(title, NOTHING),
            asked.button("›", f"m{after:%Y%m}"),
        ),
        tuple(asked.button(names[at], NOTHING) for at in range(WEEK)),
    ]
    at = first - timedelta(days=first.weekday())
    while at < after:
        week = [at + timedelta(days=offset) for offset in range(WEEK)]
        rows.append(tuple(_date_button(asked, one, first, check=allows) for one in week))
        at += timedelta(days=WEEK)
    while len(rows) > ABOVE_DAYS + 1 and all(one.label in NO_DAY for one in rows[-1]):
        rows.pop()  # weeks that are all forbidden would only push the question off a small screen
    return tuple(rows)


def _date_button(asked: Asked, day: date, month: date, *, check: bool) -> Button:
    if day.month != month.month or not FIRST <= day <= LAST:
        return asked.button(OTHER_MONTH, NOTHING)
    if check and not asked.allows(day.isoformat()):
        return asked.button(FORBIDDEN, NOTHING)
    label = f"[{day.day}]" if day == asked.now.date() else str(day.day)
    return asked.button(CHOSEN + label if asked.value[:10] == day.isoformat() else label, f"d{day:%Y%m%d}")


class Calendar:
    """A day; what is held is the month that is shown."""

    def how(self, asked: Asked) -> Markup:
        """Say that one taps or types."""
        return asked.speech.t(CALENDAR)

    def rows(self, asked: Asked) -> Rows:
        """Return a month of days; today and yesterday above it until one has turned to a month of one's own."""
        if asked.held.startswith("m"):
            return calendar(asked, asked.held)
        today = asked.now.date()
        quick = [
            asked.button(label, f"d{day:%Y%m%d}")
            for day, label in (
                (today, asked.speech.label("Today")),
                (today - timedelta(days=1), asked.speech.label("Yesterday")),
            )
            if asked.allows(day.isoformat())
        ]
        return (*((tuple(quick),) if quick else ()), *calendar(asked, asked.held))

    def tapped(self, asked: Asked, word: str) -> Step:
        """Take a day, or turn to another month."""
        if word == NOTHING:
            return Step(held=asked.held)
        if word.startswith("m"):
            _day(f"d{word[1:]}01")
            return Step(held=word)
        return chosen(_day(word).isoformat())

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Take a day as people write it."""
        return _typed(asked, message)


def clock(asked: Asked, hour: str) -> Rows:
    """Return the hours of the day, or the minutes of the hour that was tapped (``h14``)."""
    if not hour.startswith("h"):
        hours = [asked.button(f"{one}:", f"h{one}") for one in range(24)]
        return tuple(tuple(hours[at : at + HOURS_IN_A_ROW]) for at in range(0, 24, HOURS_IN_A_ROW))
    number = _hour(hour)
    minutes = [asked.button(f"{number}:{one:02}", f"t{number:02}{one:02}") for one in MINUTES]
    return (*(tuple(minutes[at : at + 4]) for at in range(0, len(minutes), 4)), (asked.button("↩", "h"),))


def _hour(word: str) -> int:
    if not word[1:].isdigit() or int(word[1:]) > 23:  # noqa: PLR2004 - hours
        raise Stale
    return int(word[1:])


def _clocked(asked: Asked, word: str) -> str:
    if not (word[1:].isdigit() and len(word) == 5 and int(word[1:3]) < 24 and int(word[3:]) < 60):  # noqa: PLR2004 - tHHMM
        raise Stale
    moment = asked.now.replace(hour=int(word[1:3]), minute=int(word[3:]), second=0, microsecond=0)
    return moment.isoformat(timespec="milliseconds")[11:]


class Clock:
    """A time of day; what is held is the hour that was tapped."""

    def how(self, asked: Asked) -> Markup:
        """Say that one taps or types."""
        return asked.speech.t("Tap the minute, or type the time.") if asked.held else asked.speech.t(CLOCK)

    def rows(self, asked: Asked) -> Rows:
        """Return hours, then minutes."""
        return clock(asked, asked.held)

    def tapped(self, asked: Asked, word: str) -> Step:
        """Take an hour, then a minute."""
        if word.startswith("t"):
            return chosen(_clocked(asked, word))
        if word == "h":
            return Step()
        _hour(word)
        return Step(held=word)

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Take a time as people write it."""
        return _typed(asked, message)


class Moment:
    """A day with a time; what is held is the month (``m202611``), or the day and then the hour (``d20261103h14``)."""

    def how(self, asked: Asked) -> Markup:
        """Say what comes next, and the day so far."""
        if not asked.held.startswith("d"):
            return asked.speech.t("Tap the day, then the time; or type both: 3 Nov 14:30, tomorrow 9:00.")
        day = asked.speech.day(_day(asked.held[:9]))
        return asked.speech.t("{day}: tap the time, or type it.", day=day)

    def rows(self, asked: Asked) -> Rows:
        """Return the calendar, then the clock."""
        if asked.held.startswith("d"):
            return (*clock(asked, asked.held[9:]), (asked.button(asked.speech.label("Another day"), "again"),))
        return calendar(asked, asked.held, allows=False)

    def tapped(self, asked: Asked, word: str) -> Step:
        """Take a day, an hour, a minute, one after the other."""
        if word == NOTHING:
            return Step(held=asked.held)
        if word == "again":
            return Step()
        if word.startswith(("m", "d")):
            _day(f"d{word[1:]}01" if word.startswith("m") else word)
            return Step(held=word)
        if not asked.held.startswith("d"):
            raise Stale
        if word.startswith("t"):
            return chosen(f"{_day(asked.held[:9]).isoformat()}T{_clocked(asked, word)}")
        if word != "h":
            _hour(word)
        return Step(held=asked.held[:9] + ("" if word == "h" else word))

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Take a day with a time, or a time after the day was tapped."""
        if isinstance(message, Text) and asked.held.startswith("d"):
            day = _day(asked.held[:9]).isoformat()
            try:
                words = f"{day} {message.text}"
                return chosen(typed(asked.question, words, now=asked.now, language=asked.speech.language))
            except InvalidAnswer:
                return _typed(asked, message)
        return _typed(asked, message)
