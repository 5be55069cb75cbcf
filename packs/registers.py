# ruff: noqa: INP001 - packs are data; this is the one script that makes some of it
"""Makes the registers that the packs ship: an empty template in each language, a small one to try, and a faulty one.

Run by whoever changes them: ``python packs/registers.py``. The workbooks lie beside the packs; the bot only reads them.
Areas carry official names; organisations, people and telephone numbers are invented.
"""

from __future__ import annotations

import itertools
import random
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

HERE: Final = Path(__file__).parent
BOLD: Final = Font(bold=True)
GREY: Final = PatternFill("solid", fgColor="FFE7E6E6")
FAMILIES: Final = ("kind", "format", "trait")

UNITS: Final = {
    "zh_CN": ("序号", "编码", "名称", "层级", "上级编码", "组织类型", "经营业态", "业务特性", "标签", "省", "市",
              "区县", "人数", "负责督导组", "联系人", "联系电话", "备注"),
    "en": ("No.", "Code", "Name", "Level", "Superior code", "Kind", "Business format", "Business trait", "Tags",
           "Province", "City", "County", "People", "Group", "Contact", "Phone", "Note"),
}  # fmt: skip
GROUPS: Final = {
    "zh_CN": ("督导组", "职务", "姓名", "负责片区", "分工"),
    "en": ("Group", "Role", "Name", "Areas", "Duties"),
}
ROUNDS: Final = {
    "zh_CN": ("轮次", "开始", "结束", "省份范围"),
    "en": ("Round", "Start", "End", "Areas"),
}
ROLES: Final = {
    "zh_CN": ("组长", "副组长", "组员", "联络员"),
    "en": ("leader", "deputy", "inspector", "liaison"),
}
SHEETS: Final = {
    "zh_CN": ("信息表", "督导组", "轮次", "怎样填"),
    "en": ("Units", "Groups", "Rounds", "How to fill it in"),
}
HELP: Final = {
    "zh_CN": (
        "每个单位一行。编码、名称、层级必填；除最上级外都要填上级编码。",
        "编码是辨认单位的依据：改名、换上级都不要改编码。",
        "层级、组织类型、业态、特性可从下拉列表里选。标签可自由填写，多个用顿号隔开。",
        "负责督导组留空时，按片区确定。",
        "“督导组”工作表：每人一行；负责片区写在任意一人那一行即可。",
        "“轮次”工作表：日期写成 2026-10-16；省份范围留空表示全部。",
        "列的顺序可以变，多几列也不要紧。填好后把文件发给机器人，先看结果，确认后才导入。",
    ),
    "en": (
        "One row a unit. Code, name and level are needed; all but the topmost need the superior's code.",
        "The code is how a unit is recognised: keep it when the name or the superior changes.",
        "Level, kind, format and trait can be chosen from a list. Tags are free; put commas between them.",
        "Where the group is left empty, the area decides.",
        "Sheet Groups: one row a person; areas may stand beside anybody in the group.",
        "Sheet Rounds: write dates as 2026-10-16; no areas means everywhere.",
        "Columns may stand in any order, and more do no harm. Send the file to the bot; you see first what it says.",
    ),
}


def pack(name: str) -> dict[str, Any]:
    """Return what a pack's ``campaign.toml`` says."""
    return tomllib.loads((HERE / name / "campaign.toml").read_text(encoding="utf-8"))


def _titles(raw: dict[str, Any], family: str, language: str) -> list[str]:
    return [one["title"][language] for one in raw["tags"] if one["family"] == family]


def _head(sheet: Worksheet, columns: Sequence[str], row: int = 1) -> None:
    for at, words in enumerate(columns, 1):
        cell = sheet.cell(row, at, words)
        cell.font, cell.fill, cell.alignment = BOLD, GREY, Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(at)].width = max(10, min(36, len(words) * 2 + 6))


def _choose(sheet: Worksheet, column: int, choices: Iterable[str]) -> None:
    """Let a column be chosen from a list; other words stay possible, and are looked at when the file is read."""
    written = ",".join(choices)
    if 0 < len(written) <= 250:  # noqa: PLR2004 - Excel takes no longer list in a cell's rule
        rule = DataValidation(type="list", formula1=f'"{written}"', allow_blank=True, showErrorMessage=False)
        letter = get_column_letter(column)
        rule.add(f"{letter}2:{letter}5000")
        sheet.add_data_validation(rule)


def template(name: str, language: str) -> Workbook:
    """Make the empty register of a pack."""
    raw = pack(name)
    book = openpyxl.Workbook()
    sheet = book.active
    titles = SHEETS[language]
    columns = UNITS[language]
    sheet.title = titles[0]
    _head(sheet, columns)
    sheet.freeze_panes = "C2"
    _choose(sheet, 4, [one["title"][language] for one in raw["levels"]])
    for family in FAMILIES:
        _choose(sheet, 6 + FAMILIES.index(family), _titles(raw, family, language))
    for row in range(2, 500):
        sheet.cell(row, 2).number_format = sheet.cell(row, 5).number_format = "@"  # codes stay what they are
    groups = book.create_sheet(titles[1])
    _head(groups, GROUPS[language])
    _choose(groups, 2, ROLES[language])
    _head(book.create_sheet(titles[2]), ROUNDS[language])
    how = book.create_sheet(titles[3])
    for line in HELP[language]:
        how.append([line])
    how.column_dimensions["A"].width = 100
    return book


# --- registers to try ---


def sample(name: str) -> Workbook:
    """Make a small register as an office would lay it out: a title, a line break in the header, a note below."""
    raw = pack(name)
    rows = list(_theme(raw) if len(raw["levels"]) > 3 else _safety(raw))  # noqa: PLR2004 - the two packs there are
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "信息表"
    sheet.append([f"{raw['title']['zh_CN']}单位信息表"])
    sheet.merge_cells("A1:Q1")
    sheet.append(["填报单位：办公室（示例，单位和人员均为虚构）"])
    sheet.merge_cells("A2:Q2")
    _head(sheet, [one.replace("编码", "编\n码") if one == "编码" else one for one in UNITS["zh_CN"]], 3)
    for at, row in enumerate(rows, 1):
        sheet.append([at, *row])
    sheet.append([])
    sheet.append(["说明：联系电话为示例。"])
    groups = book.create_sheet("督导组")
    _head(groups, GROUPS["zh_CN"])
    for row in _people():
        groups.append(row)
    rounds = book.create_sheet("轮次")
    _head(rounds, ROUNDS["zh_CN"])
    first = raw["first_day"]
    for one in raw["rounds"]:
        days = [first.fromordinal(first.toordinal() + one[key]) for key in ("first_day", "last_day")]
        rounds.append([one["title"]["zh_CN"], *[f"{day.year}年{day.month}月{day.day}日" for day in days]])
    return book


PLACES: Final = (
    ("福建省", "福州市", ("鼓楼区", "长乐区")),
    ("福建省", "厦门市", ("思明区",)),
    ("江西省", "南昌市", ("东湖区", "新建区")),
    ("湖南省", "长沙市", ("岳麓区", "望城区")),
    ("湖南省", "株洲市", ("天元区",)),
)


def _people() -> Iterable[Sequence[str]]:
    for group, areas, first in (("东片组", "福建省、江西省", "林"), ("中片组", "湖南省", "方")):
        yield group, "组长", f"{first}组长", areas, "全面工作"
        yield group, "副组长", f"{first}副组长", "", "材料审阅"
        yield group, "组员", f"{first}督导员甲", "", "前三个方面"
        yield group, "组员", f"{first}督导员乙", "", "后四个方面"
        yield group, "联络员", f"{first}联络员", areas.split("、", maxsplit=1)[0], "联络协调"


def _contact(number: int) -> tuple[str, str, str]:
    return f"联系人{number:02}", f"000-{number:08}", ""


def _theme(raw: dict[str, Any]) -> Iterable[Sequence[Any]]:
    chance = random.Random(6)  # noqa: S311 - an example, the same every time
    formats, traits = (_titles(raw, family, "zh_CN") for family in ("format", "trait"))
    number = itertools.count(1)
    yield "SL-0", "示例集团党组", "一级", "", "党组", "", "", "", "", "", "", 5, "", *_contact(next(number))
    yield (
        "SL-1",
        "示例贸易公司党委",
        "二级",
        "SL-0",
        "党委",
        formats[6],
        traits[2],
        "",
        "福建省",
        "",
        "",
        88,
        "东片组",
        *_contact(next(number)),
    )
    provinces = dict.fromkeys(place[0] for place in PLACES)
    for at, province in enumerate(provinces, 1):
        group = "中片组" if province == "湖南省" else "东片组"
        yield (
            f"SQ-{at}",
            f"{province}示例区域公司党委",
            "三级",
            "SL-0",
            "党委",
            "",
            traits[0],
            "",
            province,
            "",
            "",
            40 + at,
            group,
            *_contact(next(number)),
        )
    for at, (province, city, counties) in enumerate(PLACES, 1):
        group = "中片组" if province == "湖南省" else "东片组"
        above = f"SQ-{list(provinces).index(province) + 1}"
        business = chance.choice(formats)
        yield (
            f"SG-{at:02}",
            f"{city}示例{business}公司党总支",
            "四级",
            above,
            "党总支",
            business,
            chance.choice(traits),
            "",
            province,
            city,
            "",
            20 + at,
            group,
            *_contact(next(number)),
        )
        for each, county in enumerate(counties, 1):
            people = chance.randint(6, 30)
            yield (
                f"SZ-{at:02}{each}",
                f"{county}示例项目党支部",
                "支部",
                f"SG-{at:02}",
                "党支部",
                business,
                chance.choice(traits),
                "",
                province,
                city,
                county,
                f"{people}人" if each > 1 else people,
                group,
                *_contact(next(number)),
            )


def _safety(raw: dict[str, Any]) -> Iterable[Sequence[Any]]:
    chance = random.Random(7)  # noqa: S311 - an example, the same every time
    formats = _titles(raw, "format", "zh_CN")
    number = itertools.count(1)
    yield (
        "AQ-0",
        "示例实业公司",
        "公司",
        "",
        "",
        formats[-1],
        "",
        "",
        "福建省",
        "福州市",
        "",
        60,
        "东片组",
        *_contact(next(number)),
    )
    for at, (province, city, counties) in enumerate(PLACES, 1):
        group = "中片组" if province == "湖南省" else "东片组"
        business = chance.choice(formats)
        yield (
            f"AQ-{at}",
            f"{city}示例分公司",
            "分公司",
            "AQ-0",
            "",
            business,
            "",
            "",
            province,
            city,
            "",
            100 + at,
            group,
            *_contact(next(number)),
        )
        for each, county in enumerate(counties, 1):
            yield (
                f"AQ-{at}{each:02}",
                f"{county}示例车间",
                "车间",
                f"AQ-{at}",
                "",
                business,
                "",
                "夜班" if each == 1 else "",
                province,
                city,
                county,
                30 + each,
                group,
                *_contact(next(number)),
            )


def faulty(name: str) -> Workbook:
    """Make the same register with faults in it, one of a kind, so that anybody can see what becomes of them."""
    book = sample(name)
    sheet = book["信息表"]
    last = sheet.max_row - 2  # below stand an empty row and the note
    for cell, value in (
        (f"B{last}", sheet["B5"].value),  # the code of another row
        ("C7", None),
        ("D8", "九级"),
        ("E9", "没有这个"),
        ("E10", sheet["B10"].value),  # its own superior
        ("M11", -3),
        ("N12", "第九组"),
        ("J5", "不在省"),
    ):
        sheet[cell] = value
    return book


def main() -> None:
    """Write all of them."""
    for name in sorted(one.parent.name for one in HERE.glob("*/campaign.toml")):
        for language in ("zh_CN", "en"):
            template(name, language).save(HERE / name / f"register-template.{language}.xlsx")
        sample(name).save(HERE / name / "register.xlsx")
        faulty(name).save(HERE / name / "register-faulty.xlsx")


if __name__ == "__main__":
    main()
