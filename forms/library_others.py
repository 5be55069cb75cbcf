"""Functions that forms of other houses use and ODK's engine does not have: SurveyCTO's for text, CHT's for dates.

So that a form which a team already has works unchanged. Each as its maker documents it; what only their app can know is
blank, and :data:`STRANGE` names it so that the author is told.
"""

from __future__ import annotations

import hashlib
import math
from datetime import timedelta
from typing import TYPE_CHECKING

from forms.context import Signature
from forms.values import NAN, Moment, moment_of, need_nodes, to_number, to_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from forms.context import Context, Run
    from forms.values import Value

Args = tuple["Run", ...]
_MONTHS = 12
_MOST_DAYS = 4_000_000.0


def _text(c: Context, args: Args, at: int) -> str:
    return to_text(args[at](c))


def _items(c: Context, args: Args) -> list[str]:
    """Give the items of a list written as text: ``(separator, text)``."""
    separator, text = _text(c, args, 0), _text(c, args, 1)
    return [] if text == "" else text.split(separator) if separator else [text]


def _item_at(c: Context, args: Args) -> Value:
    items, at = _items(c, args), to_number(args[2](c), c.world.zone)
    return items[int(at)] if not math.isnan(at) and 0 <= at < len(items) else ""


def _item_index(c: Context, args: Args) -> Value:
    items, wanted = _items(c, args), _text(c, args, 2)
    return float(items.index(wanted)) if wanted in items else -1.0


def _distinct(c: Context, args: Args) -> Value:
    return _text(c, args, 0).join(dict.fromkeys(_items(c, args)))


def _date(c: Context, args: Args, at: int) -> datetime | None:
    value = args[at](c)
    return moment_of(value.text if isinstance(value, Moment) else to_text(value), c.world.zone)


def _months(first: datetime, then: datetime) -> int:
    months = (then.year - first.year) * _MONTHS + then.month - first.month
    return months - (then.day < first.day)


def _difference(count: Callable[[datetime, datetime], int]) -> Signature:
    def run(c: Context, args: Args) -> Value:
        first, then = _date(c, args, 0), _date(c, args, 1)
        if first is None or then is None:
            return NAN
        zone = c.world.zone
        return float(count(first.astimezone(zone), then.astimezone(zone)))

    return Signature(run, 2, 2)


def _days(first: datetime, then: datetime) -> int:
    return (then.date() - first.date()).days


def _add_date(c: Context, args: Args) -> Value:
    """Move a date on: ``(date, years, months, days, hours, minutes)``; months first, as calendars do."""
    start = _date(c, args, 0)
    years, months, days, hours, minutes = (
        to_number(args[at](c), c.world.zone) if at < len(args) else 0.0 for at in range(1, 6)
    )
    amounts = [0.0 if math.isnan(one) else one for one in (years, months, days, hours, minutes)]
    if start is None or any(abs(one) > _MOST_DAYS for one in amounts):
        return ""
    months_on = start.month - 1 + int(amounts[1]) + int(amounts[0]) * _MONTHS
    try:
        first = start.replace(year=start.year + months_on // _MONTHS, month=months_on % _MONTHS + 1, day=1)
        on = timedelta(days=start.day - 1 + amounts[2], hours=amounts[3], minutes=amounts[4])
        return Moment.of(first + on)
    except (ValueError, OverflowError):
        return ""


def _choice_label(c: Context, args: Args) -> Value:
    nodes = need_nodes(args[0](c))
    return c.world.choice_of(nodes[0], _text(c, args, 1)) if nodes else ""


def _is_relevant(c: Context, args: Args) -> Value:
    nodes = need_nodes(args[0](c))
    return bool(nodes) and c.world.is_relevant(nodes[0])


def _grouped(c: Context, args: Args) -> Value:
    """Write a number with a comma between its thousands, as both our languages do."""
    text = _text(c, args, 0).strip()
    whole, point, part = text.partition(".")
    digits = whole.removeprefix("-")
    return f"{whole[: len(whole) - len(digits)]}{int(digits):,}{point}{part}" if digits.isdecimal() else text


def _hash(c: Context, args: Args) -> Value:
    said = "\x1f".join(to_text(arg(c)) for arg in args)
    return hashlib.sha256(said.encode()).hexdigest()


def _index(c: Context, args: Args) -> Value:
    return float(c.world.place(need_nodes(args[0](c))[0] if args else c.origin))


def _known(name: str) -> Signature:
    return Signature(lambda c, _a: c.world.known.get(name, ""), 0, 0)


_DIFFERENCES = {
    "days": _difference(_days),
    "weeks": _difference(lambda first, then: int(_days(first, then) / 7)),
    "months": _difference(_months),
    "years": _difference(lambda first, then: int(_months(first, then) / _MONTHS)),
}

STRANGE = ("device-info", "phone-call-log", "phone-call-duration", "collect-is-phone-app", "plug-in-metadata")
"""Functions of which a chat knows nothing: blank, 0 or false."""

FUNCTIONS: dict[str, Signature] = {
    "count-items": Signature(lambda c, a: float(len(_items(c, a))), 2, 2),
    "item-at": Signature(_item_at, 3, 3),
    "item-index": Signature(_item_index, 3, 3),
    "item-present": Signature(lambda c, a: _text(c, a, 2) in _items(c, a), 3, 3),
    "de-duplicate": Signature(_distinct, 2, 2),
    "linebreak": Signature(lambda _c, _a: "\n", 0, 0),
    "empty": Signature(lambda c, a: _text(c, a, 0) == "", 1, 1),
    "index": Signature(_index, 0, 1),
    "lower": Signature(lambda c, a: _text(c, a, 0).lower(), 1, 1),
    "upper": Signature(lambda c, a: _text(c, a, 0).upper(), 1, 1),
    "choice-label": Signature(_choice_label, 2, 2),
    "relevant": Signature(_is_relevant, 1, 1),
    "format-number": Signature(_grouped, 1, 1),
    "hash": Signature(_hash, 1, None),
    "username": _known("username"),
    "enumerator-id": _known("username"),
    "enumerator-name": _known("username"),
    "version": _known("version"),
    "device-info": Signature(lambda _c, _a: "", 0, 0),
    "phone-call-log": Signature(lambda _c, _a: "", 0, 0),
    "phone-call-duration": Signature(lambda _c, _a: 0.0, 0, 0),
    "collect-is-phone-app": Signature(lambda _c, _a: False, 0, 0),
    "plug-in-metadata": Signature(lambda _c, _a: "", 1, 1),
    "duration": Signature(lambda c, _a: float(int((c.world.now - c.world.began).total_seconds())), 0, 0),
    "difference-in-months": _DIFFERENCES["months"],
    "add-date": Signature(_add_date, 2, 6),
} | {f"cht:difference-in-{unit}": one for unit, one in _DIFFERENCES.items()}
