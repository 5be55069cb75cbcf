"""Understands a typed answer: numbers, dates and times as people write them in Chinese and English.

Gives the value as it is stored, or :class:`forms.canonical.InvalidAnswer` with a code for the caller to put into words:
those of :mod:`forms.canonical`, and ``ambiguous_date`` (10/6: which is the month?). Only the wording is looked at here;
whether a value fits its question's constraint is the walk's to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from forms import quick
from forms.canonical import InvalidAnswer, canonical
from forms.quick import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from forms.question import Choice, Question

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[,']\d{3})+|\d+)?(?:\.\d+)?")
_COUNTERS = "个人次天份名条项元家处场岁件户所篇遍位张本起只台间"
_COUNTED = re.compile(r"(?<=\d)(?:people|persons?|times|pieces|pcs|items)$", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:大约|大概|约|共计|合计|共|about|approx\.?|~)", re.IGNORECASE)
"""What people put before a number that does not change which one it is; 近 and 多 do, and are not taken."""
_HUNDREDTHS = re.compile(r"^百分之")
_PERCENT = re.compile(r"[%％]|百分|percent", re.IGNORECASE)
_TENFOLD = re.compile(r"([+-]?\d+(?:\.\d+)?)([千万])")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_DAYS_AWAY = {
    "大前天": -3, "前天": -2, "the day before yesterday": -2, "昨天": -1, "昨日": -1, "昨": -1, "yesterday": -1,
    "今天": 0, "今日": 0, "今": 0, "today": 0, "now": 0, "明天": 1, "明日": 1, "明": 1, "tomorrow": 1,
    "后天": 2, "後天": 2, "the day after tomorrow": 2, "大后天": 3,
}  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE_WEEKDAYS = {char: at for at, char in enumerate("一二三四五六日")} | {"天": 6}
_WEEK = re.compile(r"(上上|上|本|这|下下|下)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])")
_ENGLISH_WEEK = re.compile(r"(?:(last|this|next|on)\s+)?(mon|tue|wed|thu|fri|sat|sun)[a-z]*")
_AWAY = re.compile(r"(\d{1,4}|[一二两三四五六七八九十]{1,3})\s*(天|日|周|个?星期)(后|以后|之后|前|以前|之前)")
_ENGLISH_AWAY = re.compile(r"(?:in\s+)?(\d{1,4})\s+(day|week)s?(\s+ago|\s+from now)?")
_WEEKS = {"上上": -14, "上": -7, "last": -7, "下": 7, "next": 7, "下下": 14}
_CLOCK = re.compile(
    r"(?P<half>上午|早上|清晨|凌晨|中午|下午|晚上|傍晚)?\s*(?P<hour>\d{1,2})(?:\s*[::点时]\s*(?P<minute>\d{1,2}|半|一刻|三刻)?"
    r"(?:[:分]\s*(?P<second>\d{1,2})?秒?)?(?:分|整|钟)?)?\s*(?P<english>[ap]\.?m\.?)?"
)


def typed(question: Question, text: str, *, now: datetime, language: str = "", choices: Sequence[Choice] = ()) -> str:
    """Read an answer to a question; ``now`` is aware, ``choices`` are what a select offers.

    Gives the stored value; raises :class:`InvalidAnswer`. ``language`` decides how 10/6 is read.
    """
    text = text.strip()
    reader = _READERS.get(question.kind)
    if text == "" or reader is None:
        return canonical(question, text, [])
    stored = reader(_Asked(question, text, now, language, choices))
    return canonical(question, stored, [choice.value for choice in choices])


@dataclass(frozen=True, slots=True)
class _Asked:
    """A typed answer and all it is read by."""

    question: Question
    text: str
    now: datetime
    language: str
    choices: Sequence[Choice]

    def refused(self, code: str) -> InvalidAnswer:
        return InvalidAnswer(code, self.question.path, self.text)


# --- numbers -----------------------------------------------------------------------------------------------------


def _number(asked: _Asked) -> str:
    written = _bare(asked, plain(asked.text).replace(" ", "").rstrip("。."))
    if written and _NUMBER.fullmatch(written) and any(char.isdigit() for char in written):
        return written.replace(",", "").replace("'", "")
    large = _TENFOLD.fullmatch(written)
    if large is not None:
        return f"{(Decimal(large[1]) * _TENS[large[2]]).normalize():f}"
    value = chinese_number(written)
    if value is None:
        raise asked.refused("not_a_number")
    return str(value)


def _bare(asked: _Asked, written: str) -> str:
    """Take off what people write around a number; a per cent sign only where the question is about per cent.

    90 people of 100 are no 90% of anything: a sign that the question does not know stays, and is refused.
    """
    written = _ABOUT.sub("", written)
    sign = written.endswith("%") or _HUNDREDTHS.match(written) is not None
    if sign and any(_PERCENT.search(words) for words in _wordings(asked.question)):
        return _HUNDREDTHS.sub("", written).removesuffix("%")
    return _COUNTED.sub("", written.rstrip(_COUNTERS))


def _wordings(question: Question) -> list[str]:
    """Give all the form says of a question, in every language: its label, its hint, its unit, its messages."""
    return [text.plain(name) for text in question.texts.values() for name in text.languages.names or ("",)]


def chinese_number(text: str) -> int | None:
    """Read 二十三, 一百零五, 三千, 两万 as a number; None when it is none."""
    if not text or any(char not in _DIGITS and char not in _TENS for char in text):
        return None
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = digit * 10 + _DIGITS[char]
        elif _TENS[char] == 10_000:  # noqa: PLR2004 - 万 multiplies all before it
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        else:
            section += (digit or 1) * _TENS[char]
            digit = 0
    return total + section + digit


# --- dates -------------------------------------------------------------------------------------------------------


def _date(asked: _Asked, text: str, code: str = "not_a_date") -> date:
    today = asked.now.date()
    written = plain(text).strip().rstrip("。.").lower()
    for reader in (_relative, _weekday, _written_out, _english):
        found = reader(written, today)
        if found is not None:
            return found
    found = _slashed(asked, written, today)
    if found is None:
        raise asked.refused(code)
    return found


def _relative(text: str, today: date) -> date | None:
    if text in _DAYS_AWAY:
        return today + timedelta(days=_DAYS_AWAY[text])
    away = _AWAY.fullmatch(text)
    if away is not None:
        number = int(away[1]) if away[1].isdigit() else chinese_number(away[1]) or 0
        days = number * (7 if away[2] in ("周", "星期", "个星期") else 1)
        return today + timedelta(days=days if "后" in away[3] else -days)
    away = _ENGLISH_AWAY.fullmatch(text)
    if away is not None and (text.startswith("in ") or away[3]):
        days = int(away[1]) * (7 if away[2] == "week" else 1)
        return today + timedelta(days=-days if away[3] and "ago" in away[3] else days)
    return None


def _weekday(text: str, today: date) -> date | None:
    monday = today - timedelta(days=today.weekday())
    week = _WEEK.fullmatch(text)
    if week is not None:
        return monday + timedelta(days=_CHINESE_WEEKDAYS[week[2]] + _WEEKS.get(week[1] or "", 0))
    week = _ENGLISH_WEEK.fullmatch(text)
    if week is None:
        return None
    return monday + timedelta(days=_WEEKDAYS.index(week[2]) + _WEEKS.get(week[1] or "", 0))


def _written_out(text: str, today: date) -> date | None:
    """Read 2026-10-16, 2026年10月16日, 20261016, 10月16日, 16号."""
    whole = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?", text)
    whole = whole or re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text)
    if whole is not None:
        return _day(int(whole[1]), int(whole[2]), int(whole[3]))
    month = re.fullmatch(r"(今年|明年|去年)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?", text)
    if month is not None:
        if month[1]:
            year = today.year + {"今年": 0, "明年": 1, "去年": -1}[month[1]]
            return _day(year, int(month[2]), int(month[3]))
        return _nearest(int(month[2]), int(month[3]), today)
    day = re.fullmatch(r"(本月|这个月|下个?月|上个?月)?(\d{1,2})\s*[日号]", text)
    if day is None:
        return None
    months = today.year * 12 + today.month - 1 + {"下": 1, "上": -1}.get((day[1] or " ")[0], 0)
    return _day(months // 12, months % 12 + 1, int(day[2]))


def _english(text: str, today: date) -> date | None:
    """Read 16 Oct 2026, October 16th, Oct 16, 2026."""
    first = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?([a-z]{3,9})\.?,?\s*(\d{4})?", text)
    later = re.fullmatch(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s*(\d{4})?", text)
    if first is not None:
        day, name, year = first.groups()
    elif later is not None:
        name, day, year = later.groups()
    else:
        return None
    if name[:3] not in _MONTHS:
        return None
    month = _MONTHS.index(name[:3]) + 1
    return _day(int(year), month, int(day)) if year else _nearest(month, int(day), today)


def _slashed(asked: _Asked, text: str, today: date) -> date | None:
    """Read 16/10, 10-16, 16/10/2026; which is the month is told by the numbers, or by the language."""
    parts = re.fullmatch(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})(?:\s*[-/.]\s*(\d{4}))?", text)
    if parts is None:
        return None
    one, two = int(parts[1]), int(parts[2])
    twelve = 12
    if one <= twelve and two <= twelve and one != two and "zh" not in asked.language.lower():
        raise asked.refused("ambiguous_date")
    month, day = (two, one) if one > twelve else (one, two)
    return _day(int(parts[3]), month, day) if parts[3] else _nearest(month, day, today)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(month: int, day: int, today: date) -> date | None:
    """Give the day of that name closest to today: in January, 28 December was last month."""
    days = [_day(year, month, day) for year in (today.year - 1, today.year, today.year + 1)]
    return min((one for one in days if one is not None), key=lambda one: abs(one - today), default=None)


# --- times, places, choices --------------------------------------------------------------------------------------


def _time(asked: _Asked, text: str, code: str) -> time:
    """Read 14:30, 下午2点半, 2 pm, 8点."""
    written = plain(text).strip().lower()
    parts = _CLOCK.fullmatch(written)
    if parts is None or (written.isdigit() and len(written) > 2):  # noqa: PLR2004 - 14 is an hour, 1430 is not said
        raise asked.refused(code)
    hour = int(parts["hour"])
    minute = {"半": 30, "一刻": 15, "三刻": 45}.get(parts["minute"] or "") or int(parts["minute"] or 0)
    half = parts["half"] or (parts["english"] or "")[:1]
    noon = 12
    if half in ("下午", "晚上", "傍晚", "p") and hour < noon:
        hour += noon
    elif half in ("凌晨", "a") and hour == noon:
        hour = 0
    try:
        return time(hour, minute, int(parts["second"] or 0))
    except ValueError:
        raise asked.refused(code) from None


def _stamp(clock: time, now: datetime) -> str:
    return now.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0).isoformat(
        timespec="milliseconds"
    )[11:]


def _moment(asked: _Asked) -> str:
    """Read a date with a time after it: ``明天下午3点``, ``2026-10-16 14:30``; the longest date that leaves a time."""
    written = re.sub(r"(?<=\d)T(?=\d)", " ", plain(asked.text).strip())
    for end in range(len(written) - 1, 0, -1):
        try:
            day = _date(asked, written[:end].strip(" ,"))
            clock = _time(asked, written[end:].strip(" ,"), "not_a_datetime")
        except InvalidAnswer:
            continue
        return f"{day.isoformat()}T{_stamp(clock, asked.now)}"
    raise asked.refused("not_a_datetime")


def _place(asked: _Asked) -> str:
    """Read ``30.27, 120.15`` as latitude and longitude, with no altitude and no accuracy."""
    parts = re.split(r"[\s,;]+", plain(asked.text).strip(" ,;"))
    return f"{parts[0]} {parts[1]} 0 0" if len(parts) == 2 else " ".join(parts)  # noqa: PLR2004 - the usual pair


def _chosen(asked: _Asked) -> str:
    """Find the choices that a text names, one or several with commas between them."""
    languages = [name for choice in asked.choices if choice.text for name in choice.text.languages.names] or [""]
    several = asked.question.kind != "select_one"
    found: list[str] = []
    pending = re.split(r"\s*[,、;]\s*", plain(asked.text).strip())[::-1] if several else [asked.text]
    while pending:
        piece = pending.pop()
        matched = quick.match(asked.choices, piece, dict.fromkeys(languages))
        if matched is None or (matched.rest and not several):
            raise asked.refused("not_a_choice")
        found.append(matched.value)
        pending += [matched.rest] if matched.rest else []
    return " ".join(found)


_READERS: dict[str, Callable[[_Asked], str]] = {
    "integer": _number,
    "decimal": _number,
    "range": _number,
    "date": lambda asked: _date(asked, asked.text).isoformat(),
    "time": lambda asked: _stamp(_time(asked, asked.text, "not_a_time"), asked.now),
    "datetime": _moment,
    "select_one": _chosen,
    "select_multiple": _chosen,
    "rank": _chosen,
    "geopoint": _place,
}
