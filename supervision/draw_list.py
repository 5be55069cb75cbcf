"""Makes the list of a draw out of what people send: lines of text, or the rows of a table. Pure.

A line is a name, and behind a tab or a comma the stratum it belongs to, if any. Of a table the column headed as names
are in offices is taken, else the first that holds words; what is headed as a category is the stratum.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Pairs = list[tuple[str, str]]

MOST: Final = 100_000
"""Names in one list."""

NAMES: Final = frozenset(
    re.split(" ", "姓名 名称 名字 单位 单位名称 党组织 党组织名称 支部 科室 处室 部门名称 人员 对象")
    + re.split(" ", "name names unit person office")
)
STRATA: Final = frozenset(
    re.split(" ", "类别 分类 类型 层级 级别 分层 组别 部门 车间 片区")
    + re.split(" ", "stratum group category kind department level")
)

_PARTED: Final = re.compile(r"[\t,，]")
_NUMBERED: Final = re.compile(r"\s*\d{1,6}\s*[.、．)）]\s*(?=\D)")


def of_text(text: str) -> Pairs:
    """Return the names in a text, one on a line; of a single line, what stands between 、 or commas.

    What was copied from a table, with tabs or with headings, is read as a table.
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if len(lines) == 1:
        return [(word, "") for word in re.split(r"[、,，;；\t]", lines[0])]
    if lines and (all("\t" in line for line in lines) or any(_word(one) in NAMES for one in _PARTED.split(lines[0]))):
        return of_rows([_PARTED.split(line) for line in lines])
    pairs = []
    for line in lines:
        name, *rest = _PARTED.split(_NUMBERED.sub("", line, count=1), maxsplit=1)
        pairs.append((name, rest[0] if rest else ""))
    return pairs


def of_rows(rows: Sequence[Sequence[object]]) -> Pairs:
    """Return the names in a table."""
    for at, row in enumerate(rows[:10]):
        heads = [_word(one) for one in row]
        if any(head in NAMES for head in heads):
            name = next(n for n, head in enumerate(heads) if head in NAMES)
            stratum = next((n for n, head in enumerate(heads) if head in STRATA and n != name), None)
            return _taken(rows[at + 1 :], name, stratum)
    name = _first_words(rows)
    return _taken(rows, name, name + 1)


def _first_words(rows: Iterable[Sequence[object]]) -> int:
    """Return the first column that holds more than numbers."""
    for row in rows:
        for at, one in enumerate(row):
            if isinstance(one, str) and one.strip() and not one.strip().replace(".", "").isdecimal():
                return at
    return 0


def _taken(rows: Iterable[Sequence[object]], name: int, stratum: int | None) -> Pairs:
    return [(_cell(row, name), _cell(row, stratum) if stratum is not None else "") for row in rows]


def _cell(row: Sequence[object], at: int) -> str:
    return str(row[at]) if at < len(row) and row[at] is not None else ""


def _word(value: object) -> str:
    return "".join(str(value).split()).casefold() if value is not None else ""
