"""What stands in one cell, freed of what offices and their programs do to it: stray spaces, full-width digits, serials.

Pure. Whether a value makes sense in its row is decided elsewhere; here it is only understood, or not.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

Value = str | int | float | bool | date | datetime | None
"""A cell as a reader gives it; an error of a formula is its text, such as ``#DIV/0!``."""

LOST: Final = "#FORMULA!"
"""Stands for a formula whose result was never worked out."""

ERRORS: Final = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", LOST}
)

_WIDE: Final = {
    **{ord("０") + at: ord("0") + at for at in range(10)},
    **{ord("Ａ") + at: ord("A") + at for at in range(26)},
    **{ord("ａ") + at: ord("a") + at for at in range(26)},
}
_DASHES: Final = dict.fromkeys(map(ord, "－—–‐‑‒−﹣"), "-") | {ord("＿"): "_", ord("．"): ".", ord("／"): "/"}
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_PLAIN: Final = {**_WIDE, **_INVISIBLE}
_QUOTES: Final = frozenset("'‘’`")
_QUOTED: Final = re.compile(r"['‘’`](?=[\u3400-\u9fff\dA-Z+(（])")  # not the 's of 's-Hertogenbosch
_BLANK: Final = frozenset({"-", "--", "—", "——", "/", "\\", "无", "暂无", "n/a", "none", "null", "nil"})
_WEEKDAY: Final = re.compile(r"\s*[(（]?(?:周|星期|礼拜)[一二三四五六日天][)）]?\s*$")
_DAY: Final = re.compile(
    r"(?:(\d{4})\s*[年./-]\s*)?(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*[日号]?(?:\s+\d{1,2}:\d\d(?::\d\d)?)?"
)
_PLAIN_DAY: Final = re.compile(r"(\d{4})(\d\d)(\d\d)")
_TOTALS: Final = re.compile(r"(合计|小计|总计|共计|累计|汇总|total|subtotal|sum)\W*", re.IGNORECASE)
_REMARK: Final = re.compile(
    r"(说明|备注|注|填表说明|填报说明|note|notes|remark)(\s*[:：1１].*|)", re.IGNORECASE | re.DOTALL
)
_SIGNED: Final = re.compile(
    r"(填表|填报|制表|经办|审核|审签|审批|复核|负责|签字|盖章|联系|报送|上报|报表|单位|党组织|截止|截至|日期|电话"
    r"|prepared|approved|checked|signed|date|phone)[^:：]{0,12}[:：].*",
    re.IGNORECASE | re.DOTALL,
)
_POINT: Final = re.compile(r"[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）.、．]\s*[\u3400-\u9fff]")
_FIRST_SERIAL: Final = date(1899, 12, 30)
_SERIALS: Final = range(36526, 73051)
"""Days from 2000 to 2099 as Excel counts them."""


def text(value: Value) -> str:
    """Return a cell as one line of text: full-width letters and digits made plain, spaces collapsed.

    An apostrophe in front, with which somebody told Excel that this is text, is left out.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    written = str(value)
    if not written.isascii():
        written = written.translate(_PLAIN)
    written = " ".join(written.split())
    return written[1:].lstrip() if written[:1] in _QUOTES and _QUOTED.match(written) else written


def plain_dashes(written: str) -> str:
    """Return a text with every kind of dash as the same one."""
    return written.translate(_DASHES)


def optional(value: Value) -> str:
    """Return a cell as text, '' for the words and strokes that say there is nothing."""
    written = text(value)
    return "" if written.casefold() in _BLANK else written


def name(value: Value) -> str:
    """Return a name: where a line was broken inside Chinese no space stays behind."""
    written = text(value)
    if written.isascii() or " " not in written:
        return written
    return re.sub(r"(?<=[\u3400-\u9fff）)]) (?=[\u3400-\u9fff（(])", "", written)


def code(value: Value) -> str:
    """Return a code: no space in it, every kind of dash the same one."""
    written = optional(value)
    if written.isascii():
        return written.replace(" ", "")
    return written.translate(_DASHES).replace(" ", "")


def degrees(value: Value, most: float) -> float | None:
    """Return degrees up to ``most`` either way ("30.2741", "30.2741°", 30.2741), None when they are none."""
    if isinstance(value, bool | date):
        return None
    try:
        found = (
            float(value) if isinstance(value, int | float) else float(text(value).translate(_DASHES).strip(" °度NEne"))
        )
    except ValueError:
        return None
    return found if abs(found) <= most else None


def day(value: Value, year: int = 0) -> date | None:  # noqa: PLR0911 - one line for each way to write it
    """Return a date, however it is written; ``year`` is meant where none stands. None when it is no date."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _serial(value)
    written = _WEEKDAY.sub("", text(value).translate(_DASHES).rstrip("。"))
    if written.isdigit() and len(written) == 5:  # noqa: PLR2004 - a serial number that became text
        return _serial(int(written))
    found = _DAY.fullmatch(written) or _PLAIN_DAY.fullmatch(written)
    if found is None or not (found[1] or year):
        return None
    try:
        return date(int(found[1] or year), int(found[2]), int(found[3]))
    except ValueError:
        return None


def total(value: Value) -> bool:
    """Tell whether a cell says that its row is a sum, and nothing else."""
    return _TOTALS.fullmatch(text(value).replace(" ", "")) is not None


def summing(value: Value) -> bool:
    """Tell whether a cell begins like a sum: 「总计：3个单位」."""
    return _TOTALS.match(text(value).replace(" ", "")) is not None


def numbered(value: Value) -> bool:
    """Tell whether a cell begins like a point of an instruction or the heading of a part: 「2.层级按」, 「一、」."""
    return _POINT.match(text(value)) is not None


def beside(value: Value) -> bool:
    """Tell whether a row that begins with this cell stands beside the table: a sum, a remark, who filled it in."""
    written = text(value)
    return total(value) or _REMARK.fullmatch(written) is not None or _SIGNED.fullmatch(written) is not None


def _serial(number: float) -> date | None:
    if int(number) in _SERIALS:
        return _FIRST_SERIAL + timedelta(days=int(number))
    return day(str(int(number))) if _PLAIN_DAY.fullmatch(str(int(number))) else None


def several(value: Value) -> tuple[str, ...]:
    """Return the parts of a list such as 「北京市、天津市」, in order and each once."""
    parts = re.split(r"[、,，;；|\n\r]+", str(value).translate(_WIDE) if isinstance(value, str) else text(value))
    return tuple(dict.fromkeys(part for one in parts if (part := optional(one))))
