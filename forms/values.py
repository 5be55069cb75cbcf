"""What an expression can come to, and how one kind becomes another, as ODK's engine does it.

A value is a bool, a number, a string or a list of nodes in document order. Dates travel as :class:`Moment`: a number
of days since 1970 that remembers how it is written.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from forms.grammar import XPathError
from forms.nodes import Node

Value = bool | float | str | list[Node]

NAN = math.nan
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_SPACE = " \t\r\n"
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_MAX_OFFSET_HOURS = 14


class Moment(float):
    """Days since 1970-01-01 UTC, written as a date or a date with time in ``text``."""

    __slots__ = ("text",)

    text: str

    @classmethod
    def of(cls, when: datetime, text: str | None = None) -> Moment:
        """Make one of an aware time; midnight is written as a bare date."""
        moment = cls((when - EPOCH) / _DAY)
        moment.text = written(when) if text is None else text
        return moment


def written(when: datetime) -> str:
    """Write an aware time as ODK does: to the millisecond with its offset, midnight as a bare date."""
    if (when.hour, when.minute, when.second, when.microsecond // 1000) == (0, 0, 0, 0):
        return when.strftime("%Y-%m-%d") if when.year >= 1000 else when.date().isoformat()  # noqa: PLR2004 - four digits
    return when.isoformat(timespec="milliseconds")


def moment_of(text: str, zone: tzinfo) -> datetime | None:
    """Read ``2026-10-16`` or ``2026-10-16T08:30[:00[.000]][+08:00]``; without an offset it is local time."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micro = int(float(fraction) * 1_000_000) if fraction else 0
    parts = (int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro)
    try:
        if offset is None:
            return datetime(*parts, tzinfo=zone)
        if offset == "Z":
            return datetime(*parts, tzinfo=UTC).astimezone(zone)
        if int(offset[1:3]) > _MAX_OFFSET_HOURS:
            return None
        ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:]))
        return (datetime(*parts, tzinfo=UTC) - (ahead if offset[0] == "+" else -ahead)).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def number_of_text(text: str, zone: tzinfo) -> float:
    """Read a number, or a date as days since 1970; NaN for anything else."""
    text = text.strip(_SPACE)
    if _PLAIN_NUMBER.fullmatch(text):
        return float(text)
    when = moment_of(text, zone)
    if when is not None:
        return (when - EPOCH) / _DAY
    if text in ("Infinity", "+Infinity", "-Infinity"):
        return float(text)
    if text[:2] in ("0x", "0X", "0b", "0B", "0o", "0O"):
        try:
            return float(int(text, 0))
        except ValueError:
            return NAN
    return NAN


def to_number(value: Value, zone: tzinfo) -> float:
    """Turn any value into a number, '' and no node into NaN."""
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, str):
        return number_of_text(value, zone)
    return number_of_text(value[0].string, zone) if value else NAN


def to_text(value: Value) -> str:
    """Turn any value into a string, NaN into ''."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return value.text if isinstance(value, Moment) else text_of_number(value)
    return value[0].string if value else ""


def to_bool(value: Value) -> bool:
    """Turn any value into a truth value: a node that exists is true, '' and NaN and 0 are false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def node_is_true(node: Node) -> bool:
    """Whether a single node counts as true where nodes are looked at one by one: when it is not blank."""
    return node.string.strip(_SPACE) != ""


def text_of_number(value: float) -> str:
    """Write a number as JavaScript does: shortest digits that read back, no exponent from 1e-6 up to 1e21."""
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 1e21:  # noqa: PLR2004 - JavaScript's own limit
        return str(int(value)) if abs(value) <= 2**53 else format(Decimal(repr(value)), "f").removesuffix(".0")
    if 1e-6 <= abs(value) < 1e21:  # noqa: PLR2004 - likewise
        text = repr(float(value))
        return text if "e" not in text else format(Decimal(text), "f")
    return re.sub(r"e([+-])0+", r"e\1", repr(float(value)))


_WORDS = re.compile(rf"[^{_SPACE}]+")


def words(text: str) -> list[str]:
    """Give the words of a text as XML counts them: what a stored select_multiple has chosen."""
    return _WORDS.findall(text)


def need_nodes(value: Value) -> list[Node]:
    """Take a value for nodes; raises :class:`forms.grammar.XPathError` when it is something else."""
    if not isinstance(value, list):
        raise XPathError("a path was expected where a value stands")
    return value
