"""Forms written as an author writes them, and a clock that stands still in Shanghai."""
# ruff: noqa: E501 - a form is a wide table

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from forms.convert import convert
from forms.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable

CHECKLIST = """
| survey |
| | type | name | label::English (en) | label::中文 (zh_CN) | hint::中文 (zh_CN) | guidance_hint::English (en) | required | required_message::中文 (zh_CN) | relevant | constraint | constraint_message::中文 (zh_CN) | calculation | choice_filter | appearance | default |
| | today | day | | | | | | | | | | | | | |
| | hidden | unit_level | | | | | | | | | | | | | |
| | begin group | study | Study | 理论学习 | | | | | | | | | | | |
| | begin group | item1 | Leaders lead | 领导班子带头 | | | | | | | | | | field-list | |
| | select_one rating | q1 | Leaders of level ${unit_level} lead | 第${unit_level}级领导班子带头 | 近两次研讨的发言提纲 | Look at the outlines | yes | 请选一项 | | | | | | | |
| | text | note1 | Details | 具体情况 | | | | | ${q1} = 'none' or ${q1} = 'part' | string-length(.) > 2 | 请写具体些 | | | | |
| | image | photo1 | Photo | 照片 | | | ${q1} = 'none' | | | | | | | | |
| | end group | | | | | | | | | | | | | | |
| | begin group | item2 | Branches | 覆盖支部 | | | | | ${unit_level} > 3 | | | | | field-list | |
| | select_one rating | q2 | Every branch | 覆盖到支部 | | | yes | | | | | | | | |
| | end group | | | | | | | | | | | | | | |
| | end group | | | | | | | | | | | | | | |
| | note | thanks | You chose ${q1} on ${day} | 您选了${q1} | | | | | | | | | | | |
| | begin group | people | People | 人 | | | | | | | | | | | |
| | integer | present | How many came | 到会人数 | | | | | | . >= 0 and . <= 500 | 0到500之间 | | | | |
| | decimal | share | Share | 比例 | | | | | | | | | | | 0.5 |
| | date | held | Held on | 召开日期 | | | | | | . <= today() | | | | | |
| | select_multiple city | cities | Cities | 城市 | | | | | | count-selected(.) <= 2 | | | prov = ${q1} or prov = 'any' | | |
| | calculate | double | | | | | | | | | | ${present} * 2 | | | |
| | end group | | | | | | | | | | | | | | |
| choices |
| | list_name | name | label::English (en) | label::中文 (zh_CN) | prov |
| | rating | full | ✅ In place | ✅ 到位 | |
| | rating | part | ◐ Partly | ◐ 部分 | |
| | rating | none | ❌ Not done | ❌ 未落实 | |
| | rating | na | — Not applicable | — 不适用 | |
| | city | hz | Hangzhou | 杭州 | full |
| | city | nb | Ningbo | 宁波 | part |
| | city | wz | Wenzhou | 温州 | any |
| settings |
| | form_title | form_id | version | default_language |
| | 检查表 | checklist | 2026.1 | 中文 (zh_CN) |
"""


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 11, 22, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session")
def checklist() -> Form:
    return Form.parse(convert(CHECKLIST.encode(), "checklist.md").xform)


@pytest.fixture(scope="session")
def form_of() -> Callable[..., Form]:
    """Build a form from rows: the first is the header; choices are (list, name, label, filter)."""

    def build(*rows: tuple[str, ...], choices: tuple[tuple[str, ...], ...] = ()) -> Form:
        width = len(rows[0])
        lines = ["| survey |", *("| | " + " | ".join((*row, *[""] * (width - len(row)))) + " |" for row in rows)]
        if choices:
            lines += ["| choices |", "| | list_name | name | label | f |"]
            lines += ["| | " + " | ".join((*row, *[""] * (4 - len(row)))) + " |" for row in choices]
        lines += ["| settings |", "| | form_id | version |", "| | t | 1 |"]
        return Form.parse(convert("\n".join(lines).encode(), "t.md").xform)

    return build
