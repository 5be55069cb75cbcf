"""Functions on dates and times: ``today``, ``format-date`` and their kin."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from forms.context import Signature
from forms.values import EPOCH, NAN, Moment, moment_of, to_number, to_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from forms.context import Context, Run
    from forms.values import Value

Args = tuple["Run", ...]

_UNPADDED = re.compile(r"(\d{4})-([1-9]|\d\d)-([1-9]|\d\d)(T.*)?", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARTS: dict[str, Callable[[datetime], str]] = {
    "%Y": lambda d: f"{d.year:04}",
    "%y": lambda d: f"{d.year:04}"[2:],
    "%m": lambda d: f"{d.month:02}",
    "%n": lambda d: str(d.month),
    "%b": lambda d: _MONTHS[d.month - 1],
    "%d": lambda d: f"{d.day:02}",
    "%e": lambda d: str(d.day),
    "%a": lambda d: _DAYS[d.weekday()],
    "%H": lambda d: f"{d.hour:02}",
    "%h": lambda d: str(d.hour),
    "%M": lambda d: f"{d.minute:02}",
    "%S": lambda d: f"{d.second:02}",
    "%3": lambda d: f"{d.microsecond // 1000:03}",
}


def _moment(value: Value, c: Context) -> datetime | None:
    """Take a value for a point in time: days since 1970 or a written date; None when it is neither."""
    if isinstance(value, float | bool):
        days = to_number(value, c.world.zone)
        try:
            return (EPOCH + timedelta(milliseconds=round(days * 86_400_000))).astimezone(c.world.zone)
        except (ValueError, OverflowError):
            return None
    return moment_of(to_text(value), c.world.zone)


def _invalid() -> Moment:
    moment = Moment(NAN)
    moment.text = "Invalid Date"
    return moment


def _date(c: Context, args: Args) -> Value:
    value = args[0](c)
    if isinstance(value, bool):
        return ""
    if isinstance(value, str | list):
        value = to_text(value)
        if value == "":
            return ""
        unpadded = _UNPADDED.fullmatch(value)
        if unpadded is not None:
            year, month, day, rest = unpadded.groups(default="")
            value = f"{year}-{month:0>2}-{day:0>2}{rest}"
    when = _moment(value, c)
    return _invalid() if when is None else Moment.of(when)


def _today(c: Context, _args: Args) -> Value:
    return Moment.of(c.world.now.replace(hour=0, minute=0, second=0, microsecond=0))


def _decimal_date_time(c: Context, args: Args) -> Value:
    when = _moment(args[0](c), c)
    return NAN if when is None else (when - EPOCH).total_seconds() / 86400


def _decimal_time(c: Context, args: Args) -> Value:
    text = to_text(args[0](c))
    when = moment_of(f"1970-01-01T{text}", c.world.zone) if _TIME.fullmatch(text) else None
    if when is None:
        return NAN
    return (when.hour * 3600 + when.minute * 60 + when.second + when.microsecond / 1e6) / 86400


def _format(c: Context, args: Args) -> Value:
    when = moment_of(to_text(args[0](c)), c.world.zone)
    if when is None:
        return ""
    return re.sub("|".join(_PARTS), lambda part: _PARTS[part[0]](when), to_text(args[1](c)))


FUNCTIONS: dict[str, Signature] = {
    "today": Signature(_today, 0, 0),
    "now": Signature(lambda c, _a: Moment.of(c.world.now), 0, 0),
    "date": Signature(_date, 1, 1),
    "date-time": Signature(_date, 1, 1),
    "decimal-date-time": Signature(_decimal_date_time, 1, 1),
    "decimal-time": Signature(_decimal_time, 1, 1),
    "format-date": Signature(_format, 2, 2),
    "format-date-time": Signature(_format, 2, 2),
}
