"""Numbers as people write them in a register: in words, roughly, with a remark behind, or as Excel has spoilt them.

Pure. What can only be guessed is no number here: 「20-30」, 「25+3」 and 「3.3E+11」 stay what they are, for a
person to say what is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from supervision.register.cells import plain_dashes, text

if TYPE_CHECKING:
    from supervision.register.cells import Value

DIGITS: Final = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("〇壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    "两": 2,
}
UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_ROMAN: Final = {"ⅰ": 1, "ⅱ": 2, "ⅲ": 3, "ⅳ": 4, "ⅴ": 5, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨"
_PEOPLE: Final = r"(?:人|名|个|位|people|persons?|members?)"
_WORDS: Final = r"[零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖十拾百佰千仟万]+"
_AMOUNT: Final = re.compile(
    rf"(?P<about>约|大约|大概|近|将近|逾|超过|不到|about|approx\.?|~|≈)?\s*"
    rf"(?P<number>[+-]?\d+(?:,\d{{3}})*(?:\.0+)?|{_WORDS})\s*"
    rf"(?P<more>余|多|来|\+)?\s*{_PEOPLE}?\s*(?P<round>左右|上下|以上|以内)?\s*(?P<aside>[(（][^()（）]+[)）])?",
    re.IGNORECASE,
)
_UNKNOWN: Final = frozenset(
    {"不详", "不清", "未知", "未统计", "待统计", "待定", "待核", "待核实", "待补", "待补充", "unknown", "tbd", "?"}
)
_SCIENCE: Final = re.compile(r"(\d)(?:\.(\d+))?E\+?(\d{1,3})", re.IGNORECASE)
_EXCEL_DIGITS: Final = 15
"""Digits that Excel keeps of a number; it makes noughts of all that follow."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of people; ``rough``: it was written as an estimate or with something behind it that was left out."""

    number: int
    rough: bool = False


def amount(value: Value) -> Amount | None:
    """Return how many people a cell says ("25人", "三十", "约30人", "25人（含预备2人）"), None when it is unclear."""
    if value is None or isinstance(value, bool | date):
        return None
    if isinstance(value, int):
        return Amount(value)
    if isinstance(value, float):
        return Amount(int(value)) if value.is_integer() else None
    found = _AMOUNT.fullmatch(plain_dashes(text(value)).replace("，", ","))
    if found is None:
        return None
    number = in_words(found["number"])
    if number is None:
        return None
    return Amount(number, rough=any(found[one] for one in ("about", "more", "round", "aside")))


def unknown(value: Value) -> bool:
    """Tell whether a cell says that nobody knows yet."""
    return text(value).casefold() in _UNKNOWN


def in_words(written: str) -> int | None:
    """Return a whole number that is written in figures, or in Chinese words below a million; None for anything else."""
    plain = re.sub(r"\.0+$", "", written.replace(",", ""))
    if re.fullmatch(r"[+-]?\d+", plain):
        return int(plain)
    if not written or any(one not in DIGITS and one not in UNITS and one != "万" for one in written):
        return None
    if not any(one in UNITS or one == "万" for one in written):
        return int("".join(str(DIGITS[one]) for one in written))  # 二〇 is 20
    high, ten_thousands, low = written.rpartition("万")
    above, below = _below_ten_thousand(high) if ten_thousands else 0, _below_ten_thousand(low)
    return None if above is None or below is None or (ten_thousands and not above) else above * 10_000 + below


def _below_ten_thousand(written: str) -> int | None:
    total, digit, last = 0, None, 10_000
    for one in written:
        if one in DIGITS:
            if digit:
                return None  # two figures beside one another: 二三百 is an estimate
            digit = DIGITS[one]
            continue
        unit = UNITS.get(one, 0)
        if not unit or unit >= last:
            return None
        total, digit, last = total + (1 if digit is None else digit) * unit, None, unit
    if digit and last >= 100 and last != 10_000 and "零" not in written and "〇" not in written:  # noqa: PLR2004 - 一百五 is 150
        return total + digit * last // 10
    return total + (digit or 0)


def ordinal(written: str) -> int | None:
    """Return the number that counts a level: 三, 叁, Ⅲ, III, ③, 3 and 3.0; None for anything else."""
    if written.casefold() in _ROMAN:
        return _ROMAN[written.casefold()]
    return _CIRCLED.index(written) + 1 if len(written) == 1 and written in _CIRCLED else in_words(written)


def restored(written: str) -> str | None:
    """Return the digits of a number in scientific notation where all are there, None for anything else.

    "1.3812345678E+10" is 13812345678; of "1.38E+10" nobody knows the rest.
    """
    found = _SCIENCE.fullmatch(written) if "E" in written or "e" in written else None
    if found is None:
        return None
    digits, places = found[1] + (found[2] or ""), int(found[3]) + 1
    return digits if len(digits) == places else None


def spoilt(value: Value) -> bool:
    """Tell whether Excel has made something of digits that cannot be undone: a power of ten, noughts, a fraction."""
    if isinstance(value, bool) or value is None or isinstance(value, date):
        return False
    if isinstance(value, int | float):
        return not float(value).is_integer() or abs(value) >= 10**_EXCEL_DIGITS
    if value.isascii() and "E" not in value and "e" not in value:
        return False
    written = text(value)
    found = _SCIENCE.fullmatch(written)
    return found is not None and ("+" in written or "." in written) and restored(written) is None
