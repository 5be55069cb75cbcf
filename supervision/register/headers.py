"""Finds the table in a sheet: which row is its header, what each column means, whatever it is called.

Pure. A header may stand under a title, be broken over two lines, or take two rows; its words are known in Chinese and
English, and a synonym is one line here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from supervision.register.cells import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from supervision.register.cells import Value
    from supervision.register.workbook import Sheet

SEARCHED: Final = 30
"""Rows at the top of a sheet among which the header is looked for."""


class Kind(StrEnum):
    """What a table in a register can be about."""

    units = "units"
    groups = "groups"
    rounds = "rounds"


UNITS: Final[Mapping[str, str]] = {
    "number": "序号 编号序号 行号 no no. # s/n serialno",
    "code": (
        "编码 代码 编号 党组织编码 党组织代码 党组织编号 组织编码 组织代码 机构编码 机构代码 单位编码 "
        "单位代码 单位编号 统一编码 组织机构代码 code unitcode id unitid orgcode organisationcode "
        "organizationcode"
    ),
    "name": (
        "名称 党组织名称 党组织全称 组织名称 机构名称 单位名称 单位全称 单位 党组织 被督导单位 "
        "被督导单位名称 全称 支部名称 党支部名称 name unit unitname organisation organization "
        "organisationname organizationname fullname"
    ),
    "level": "层级 级别 级次 管理层级 组织层级 单位层级 党组织层级 层次 level tier",
    "parent": (
        "上级党组织编码 上级编码 上级代码 上级编号 上级单位编码 上级单位代码 上级组织编码 上级机构编码 "
        "上级党组织代码 上级党组织编号 隶属编码 父级编码 父编码 parent parentcode superior superiorcode "
        "parentunit parentid reportsto"
    ),
    "parent_name": (
        "上级党组织 上级党组织名称 上级单位 上级单位名称 上级组织 上级名称 隶属党组织 隶属单位 parentname superiorname"
    ),
    "kind": (
        "组织类型 党组织类型 党组织类别 组织类别 单位类型 单位类别 机构类型 类型 类别 kind type unittype "
        "organisationtype organizationtype"
    ),
    "format": "经营业态 业态 行业 所属行业 行业类别 业务类型 businessformat format industry sector",
    "trait": "业务特性 业务性质 特性 性质 业务属性 businesstrait trait nature",
    "tags": "标签 其他标签 自由标签 分类标签 tags tag labels",
    "province": (
        "省 省份 所在省 所在省份 省市 省(自治区、直辖市) 省自治区直辖市 省(区、市) 省区市 province state region"
    ),
    "city": "市 地市 所在市 所在城市 城市 地级市 市州 市(州) 市(地、州) 地市州 city prefecture",
    "county": "区县 县区 县 区 区(县) 县(区) 县(市、区) 县市区 市县区 所在区县 county district",
    "area": (
        "区域 片区 所属片区 所属区域 所属地区 所在地 所在地区 所在区域 地区 属地 行政区划 省市区 省市县 area location"
    ),
    "members": (
        "党员 在册党员 在册党员数 党员数 党员人数 党员总数 党员数量 人数 职工数 职工人数 员工人数 员工数 "
        "从业人数 在岗人数 members membercount people staff headcount employees partymembers"
    ),
    "group": (
        "负责督导组 督导组 责任督导组 对口督导组 所属督导组 督导组别 组别 负责组 group supervisiongroup team "
        "responsiblegroup"
    ),
    "contact": "联系人 联系人姓名 联络人 联络人姓名 负责联系人 contact contactperson contactname",
    "department": "联系部门 责任部门 对口部门 部门 department contactdepartment office",
    "phone": (
        "联系电话 电话 手机 手机号 手机号码 联系方式 办公电话 固定电话 phone telephone tel mobile "
        "contactphone phonenumber"
    ),
    "latitude": "纬度 北纬 纬度(北纬) 纬度(°) latitude lat",
    "longitude": "经度 东经 经度(东经) 经度(°) longitude long lng lon",
    "note": "备注 说明 附注 note notes remark remarks comment comments",
}
GROUPS: Final[Mapping[str, str]] = {
    "number": UNITS["number"],
    "group": "督导组 督导组名称 组别 组名 组 组名称 group groupname team",
    "role": "职务 组内职务 角色 身份 岗位 role post position duty",
    "person": "姓名 人员 成员 成员姓名 组员 组员姓名 督导员 人员姓名 name person member members membername inspectors",
    "leader": "组长 督导组长 组长姓名 leader groupleader",
    "deputy": "副组长 副组长姓名 deputy deputyleader",
    "liaison": "联络员 片区联络员 驻地联络员 联络员姓名 liaison liaisonofficer",
    "areas": "负责片区 片区 责任片区 负责区域 区域 省份范围 负责省份 范围 areas area provinces",
    "duties": "分工 职责 职责分工 工作分工 任务分工 duties division divisionofwork divisionoflabour responsibility",
    "note": UNITS["note"],
}
ROUNDS: Final[Mapping[str, str]] = {
    "number": "序号 no no. #",
    "round": "轮次 批次 督导轮次 轮 round roundnumber",
    "starts": "开始 开始日期 开始时间 起始日期 起始 自 从 start starts startdate from begin",
    "ends": "结束 结束日期 结束时间 截止日期 截止 至 到 end ends enddate to until",
    "days": "时间 日期 起止时间 起止日期 督导时间 时间安排 时间段 日程 dates period window when",
    "areas": "省份范围 范围 片区 片区范围 区域 督导范围 覆盖范围 负责片区 areas area scope provinces",
    "note": UNITS["note"],
}
TABLES: Final[Mapping[Kind, Mapping[str, str]]] = {Kind.units: UNITS, Kind.groups: GROUPS, Kind.rounds: ROUNDS}
NEEDED: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.units: ("code", "name", "level"),
    Kind.groups: ("group", "role", "person"),
    Kind.rounds: ("round", "starts", "ends"),
}
"""Columns without which a table is not of its kind."""

INSTEAD: Final[Mapping[Kind, tuple[str, ...]]] = {Kind.groups: ("group", "leader"), Kind.rounds: ("round", "days")}
"""Columns that will do as well: a column for each role, both days of a window in one cell."""

_ABOVE: Final = re.compile(r"上级|隶属|superior|parent", re.IGNORECASE)
_CALLED: Final = re.compile(r"信息表|名册|名单|单位表|登记表|register|units", re.IGNORECASE)
_IN_BRACKETS: Final = re.compile(r"[(\[（【].*?[)\]）】]")
_PLAIN: Final = re.compile(r"[\s_*:：·.\-/]+")


def word(header: Value) -> str:
    """Return a header as it is compared: no spaces, line breaks, asterisks or case."""
    return _PLAIN.sub("", text(header).replace("（", "(").replace("）", ")")).casefold()


def looks_like(name: str) -> bool:
    """Tell whether a file of that name is a register, as far as a name can tell."""
    return _CALLED.search(name) is not None


def _meanings(kind: Kind) -> dict[str, str]:
    return {word(one): field for field, words in TABLES[kind].items() for one in words.split()}


_KNOWN: Final = {kind: _meanings(kind) for kind in Kind}

_HEADINGS: Final = frozenset(
    one for kind, fields in NEEDED.items() for field in fields for one in TABLES[kind][field].split()
)
"""Words of which every header has one or more, as they are mostly written."""


def meaning(kind: Kind, header: Value) -> str:
    """Return what a header means in a table of that kind, '' when it is not known; brackets may be left out."""
    written = word(header)
    if not written:
        return ""
    known = _KNOWN[kind]
    return known.get(written) or known.get(word(_IN_BRACKETS.sub("", text(header)))) or ""


def known(row: Sequence[Value]) -> int:
    """Return how many cells of a row are headers of one kind of table."""
    return max(sum(bool(meaning(kind, one)) for one in row) for kind in Kind)


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was found: ``columns`` say where each field is, counted from 0; ``first`` row of data, from 0."""

    kind: Kind
    sheet: Sheet
    header: int
    first: int
    columns: Mapping[str, int]
    unknown: tuple[tuple[int, str], ...]
    twice: tuple[tuple[int, str], ...]

    @property
    def across(self) -> bool:
        """Tell whether it is laid out the other way: people side by side, both days of a window in one cell."""
        return _across(self.kind, self.columns)

    @property
    def needed(self) -> tuple[str, ...]:
        """Return the fields it must have."""
        return INSTEAD[self.kind] if self.across else NEEDED[self.kind]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the fields it must have and has not."""
        return tuple(one for one in self.needed if one not in self.columns)

    def of(self, row: Sequence[Value], field: str) -> Value:
        """Return what a row has in a field, None when there is no such column."""
        at = self.columns.get(field, -1)
        return row[at] if 0 <= at < len(row) else None

    def repeats(self, row: Sequence[Value]) -> bool:
        """Tell whether a row is the header once more, as at the top of each printed page."""
        return all(meaning(self.kind, self.of(row, field)) == field for field in self.needed)


def _across(kind: Kind, columns: Mapping[str, int]) -> bool:
    usual = all(one in columns for one in NEEDED[kind])
    return not usual and kind in INSTEAD and all(one in columns for one in INSTEAD[kind])


def find(sheet: Sheet) -> Table | None:
    """Return the table of a sheet, the likeliest kind of it; None when nothing in it looks like one."""
    best: tuple[tuple[int, int, int, int], Table] | None = None
    for kind in Kind:
        for at, row in enumerate(sheet.rows[:SEARCHED]):
            for rows in (1, 2):
                found = _at(kind, sheet, at, row, rows)
                if found is None:
                    continue
                score = (not found.missing, len(found.columns), -rows, -at)
                if best is None or score > best[0]:
                    best = (score, found)
    return best[1] if best else None


def other(table: Table) -> int:
    """Return the row (from 1) where another table begins in the same sheet, 0 when there is none."""
    for at, row in enumerate(table.sheet.rows):
        if table.header <= at < table.first or _HEADINGS.isdisjoint(one for one in row if isinstance(one, str)):
            continue
        found = (_at(kind, table.sheet, at, row, 1) for kind in Kind)
        if any(one is not None and not one.missing for one in found) and not table.repeats(row):
            return at + 1
    return 0


def _at(kind: Kind, sheet: Sheet, at: int, row: Sequence[Value], rows: int) -> Table | None:
    """Read the row, or the row with the one below it, as a header."""
    headers = [(one, meaning(kind, one)) for one in row]
    if rows == 2:  # noqa: PLR2004 - a header of two rows
        below = sheet.rows[at + 1] if at + 1 < len(sheet.rows) else ()
        headers = _both(kind, row, below)
        if not headers:
            return None
    columns: dict[str, int] = {}
    unknown, twice = [], []
    for column, (header, field) in enumerate(headers):
        if not field:
            if header is not None:
                unknown.append((column, text(header)[:40]))
        elif field in columns:
            twice.append((column, text(header)[:40]))
        else:
            columns[field] = column
    needed = (INSTEAD if _across(kind, columns) else NEEDED)[kind]
    hits = sum(one in columns for one in needed)
    whole = kind is Kind.units and hits == len(needed)  # an office's own register may have fifty columns more
    if hits < 2 or (len(unknown) > len(columns) + 6 and not whole):  # noqa: PLR2004 - one word alone may stand anywhere
        return None
    return Table(kind, sheet, at, at + rows, columns, tuple(unknown), tuple(twice))


def _both(kind: Kind, row: Sequence[Value], below: Sequence[Value]) -> list[tuple[Value, str]]:
    """Read two rows as one header, with headings that stand over several columns; [] when they are none.

    「上级党组织」 over 「编码」 and 「名称」 are the superior's code and name.
    """
    found: list[tuple[Value, str]] = []
    over: Value = None
    for column in range(max(len(row), len(below))):
        top = row[column] if column < len(row) else None
        low = below[column] if column < len(below) else None
        over = top if top is not None else over if low is not None else None
        if low is None or low == top:
            found.append((top, meaning(kind, top)))
        else:
            found.append((low, _under(kind, over, low)))
    named = [field for low, (_, field) in zip(below, found, strict=False) if low is not None]
    return found if named and all(named) else []


def _under(kind: Kind, over: Value, low: Value) -> str:
    """Return what a header means below another one."""
    field = meaning(kind, f"{text(over)}{text(low)}") or meaning(kind, low)
    if kind is Kind.units and _ABOVE.search(text(over)) is not None:
        return {"code": "parent", "name": "parent_name"}.get(field, field)
    return field
