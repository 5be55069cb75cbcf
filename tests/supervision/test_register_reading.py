"""Registers as offices make them: what is understood, and the cell and the reason of whatever is not."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from handlers.campaign import terms_of
from supervision.register import cells
from supervision.register.faults import What, letters
from supervision.register.headers import looks_like
from supervision.register.model import GroupLine, Register, Standing, UnitLine
from supervision.register.numbers import Amount, amount
from supervision.register.reading import read
from tests.handlers.setting_up import HEADER, ROWS, SHARED, workbook

if TYPE_CHECKING:
    from collections.abc import Callable

TERMS = terms_of("theme-education")
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the project's own data is not beside it")


def look(content: bytes, standing: Standing | None = None) -> Register:
    return read(content, TERMS, standing or Standing())


def wrong(found: Register) -> list[tuple[str, What]]:
    return [(one.cell, one.what) for one in found.wrong]


def rows(*lines: tuple[Any, ...]) -> Register:
    return look(workbook(lines))


# --- the project's own registers ---


@shared
def test_the_whole_register_and_the_first_round_are_taken_as_they_are():
    whole = look((SHARED / "register-full.xlsx").read_bytes())
    assert (len(whole.units), len(whole.groups), len(whole.seats), whole.faults) == (1431, 4, 28, ())
    first = look((SHARED / "register-round1.xlsx").read_bytes())
    assert (len(first.units), first.faults) == (227, ())
    assert first.rounds[0].starts_on == date(2026, 10, 16)
    assert first.rounds[0].ends_on == date(2026, 10, 30)
    assert len(first.rounds[0].areas) == 10


@shared
def test_every_fault_of_the_faulty_register_is_named_with_its_cell_and_nothing_else():
    found = look((SHARED / "register-bad.xlsx").read_bytes())
    assert wrong(found) == [
        ("B14", What.code_twice),
        ("C16", What.name_missing),
        ("E18", What.parent_unknown),
        ("E20", What.parent_unknown),
        ("E24", What.parent_self),
        ("E26", What.parent_cycle),
        ("E27", What.parent_cycle),
        ("B30", What.code_missing),
        ("L32", What.members_negative),
        ("C34", What.too_long),
        ("F40", What.tag_unknown),
        ("D42", What.level_unknown),
        ("L44", What.formula_lost),
        ("M46", What.group_unknown),
    ]
    assert [(one.cell, one.what) for one in found.remarks] == [("I38", What.area_unknown)]


# --- how it is laid out ---


def test_a_register_with_a_title_groups_and_people_is_understood():
    found = look(workbook())
    assert found.faults == ()
    assert found.units[1] == UnitLine(
        "X-1", "浙江公司党委", 3, "X-0", "浙江省", ("committee",), "三组", 40, row=4, sheet="信息表"
    )
    assert found.groups == (GroupLine("三组", ("浙江省", "江苏省")),)
    assert [(one.role, one.name, one.duties) for one in found.seats] == [
        ("leader", "赵组长", "全面工作"),
        ("inspector", "小钱", "理论学习"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        (
            "党组织\n编码",
            "党组织\n名称*",
            "层 级",
            "上级党组织编码",
            "组织类型",
            "省（自治区、直辖市）",
            "市",
            "区（县）",
            "党员人数",
            "督导组",
        ),
        ("Code", "Name", "Level", "Parent code", "Kind", "Province", "City", "County", "Members", "Group"),
        ("单位代码", "单位全称", "级别", "上级单位代码", "类别", "省份", "地市", "县区", "职工数（人）", "负责督导组"),
    ],
)
def test_a_header_may_say_it_in_other_words(header):
    found = look(workbook(header=header))
    assert found.faults == ()
    assert found.units == look(workbook()).units


def test_columns_may_stand_in_any_order_and_unknown_ones_are_named_and_not_read():
    order = [9, 3, 0, 2, 1, 4, 5, 6, 7, 8]
    turned = [(*(row[at] for at in order), "张三") for row in (HEADER, *ROWS)]
    found = look(workbook(turned[1:], (*turned[0][:-1], "党建指导员")))
    assert len(found.units) == 3
    assert [(one.cell, one.what, one.values["name"]) for one in found.remarks] == [
        ("K2", What.column_ignored, "党建指导员")
    ]


def test_a_header_of_two_rows_and_merged_cells_down_the_side_are_filled():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["编码", "名称", "层级", "上级编码", "所在地区", None, None],
        [None, None, None, None, "省", "市", "区县"],
        ["X-0", "集团党组", "一级", None, None, None, None],
        ["X-1", "甲公司", "四级", "X-0", "浙江省", "杭州市", None],
        ["X-2", "乙公司", "四级", "X-0", None, "宁波市", None],
    ):
        sheet.append(row)
    for area in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:G1", "E4:E5"):
        sheet.merge_cells(area)
    found = look(saved(book))
    assert found.wrong == ()
    assert [one.area for one in found.units] == ["", "浙江省/杭州市", "浙江省/宁波市"]


def saved(book: Any) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_sums_remarks_empty_rows_and_headers_repeated_on_each_page_are_no_units():
    extra = (
        (None,) * 10,
        HEADER,
        ("合计", None, None, None, None, None, None, None, 55, None),
        ("说明：党员数按上月末统计", *(None,) * 9),
        ("备注：以上 3 个单位", "截至10月", *(None,) * 8),
    )
    found = look(workbook((*ROWS, *extra)))
    assert (len(found.units), found.faults) == (3, ())


def test_several_sheets_of_units_are_one_register_and_hidden_ones_are_left_out():
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    more = book.create_sheet("江苏")
    more.append(HEADER)
    more.append(("X-3", "江苏公司党委", "三级", "X-0", "党委", "江苏省", None, None, 8, "三组"))
    old = book.create_sheet("旧表")
    old.append(HEADER)
    old.append(("X-4", "旧单位", "三级", "X-0", "党委", "江苏省", None, None, 8, "三组"))
    old.sheet_state = "hidden"
    found = look(saved(book))
    assert [one.code for one in found.units] == ["X-0", "X-1", "X-2", "X-3"]
    assert [(one.what, one.sheet) for one in found.faults] == [(What.sheet_hidden, "旧表")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_may_be_in_any_usual_encoding_and_with_any_delimiter(encoding, delimiter):
    lines = [delimiter.join("" if one is None else str(one) for one in row) for row in (HEADER, *ROWS)]
    found = look("\r\n".join(lines).encode(encoding))
    assert found.wrong == ()
    assert [one.name for one in found.units] == ["集团党组", "浙江公司党委", "西湖党支部"]
    assert found.groups == (GroupLine("三组"),)


# --- what stands in cells ---


@pytest.mark.parametrize(
    ("written", "number"),
    [("25人", 25), ("２５", 25), (25.0, 25), ("25.0", 25), ("1,204", 1204), (" 25 名", 25), ("0", 0), ("+3", 3)],
)
def test_a_number_of_people_may_be_written_in_many_ways(written, number):
    assert amount(written) == Amount(number)


@pytest.mark.parametrize(
    "written", ["二三十", "25+3", "25-30", 2.5, True, datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None), "很多人"]
)
def test_what_is_no_number_of_people_is_named(written):
    found = rows(ROWS[0], ("X-1", "甲", "三级", "X-0", "党委", "浙江省", None, None, written, "三组"))
    assert wrong(found) == [("I4", What.members_unclear)]


@pytest.mark.parametrize(
    "written",
    [
        "2026年10月16日",
        "2026-10-16",
        "2026/10/16",
        "2026.10.16",
        "20261016",
        20261016,
        46311,
        "46311",
        46311.0,
        date(2026, 10, 16),
        datetime(2026, 10, 16, tzinfo=UTC),
        "10月16日",
        "１０月１６日",
        "10.16",
    ],
)
def test_a_date_may_be_written_in_many_ways(written):
    assert cells.day(written, 2026) == date(2026, 10, 16)


@pytest.mark.parametrize("written", ["下周一", "2026-13-01", "2月30日", 5, "", None, True, "10月"])
def test_what_is_no_date_is_none(written):
    assert cells.day(written, 2026) is None


def test_spaces_line_breaks_and_full_width_letters_do_not_matter():
    found = rows(
        ROWS[0],
        (" Ｘ－１ ", " 浙江\n公司 党委\u3000", "３级", "x-0 ", "党 委", " 浙江 ", None, None, "４０", " 三组\u3000"),
    )
    assert found.faults == ()
    (unit,) = found.units[1:]
    assert (unit.code, unit.name, unit.level, unit.parent, unit.area, unit.group, unit.members) == (
        "X-1", "浙江公司党委", 3, "x-0", "浙江省", "三组", 40,
    )  # fmt: skip


def test_codes_that_excel_made_numbers_or_dates_of():
    found = rows((1001.0, "集团", 1, *(None,) * 7), (1002, "甲", "2", "1001", *(None,) * 6))
    assert [(one.code, one.parent) for one in found.units] == [("1001", ""), ("1002", "1001")]
    found = rows((date(2026, 3, 1), "集团", 1, *(None,) * 7))
    assert wrong(found) == [("A3", What.code_is_date)]


# --- what is wrong ---

UNIT = ("X-1", "甲", "三级", "X-0", "党委", "浙江省", None, None, 5, "三组")


def with_field(at: int, value: object) -> Callable[[], Register]:
    return lambda: rows(ROWS[0], (*UNIT[:at], value, *UNIT[at + 1 :]))


@pytest.mark.parametrize(
    ("look", "cell", "what"),
    [
        (with_field(0, None), "A4", What.code_missing),
        (with_field(0, "无"), "A4", What.code_missing),
        (with_field(0, "X" * 41), "A4", What.too_long),
        (with_field(0, "x-0"), "A4", What.code_twice),
        (with_field(1, "　"), "B4", What.name_missing),
        (with_field(1, "单" * 101), "B4", What.too_long),
        (with_field(2, None), "C4", What.level_missing),
        (with_field(2, "第九级"), "C4", What.level_unknown),
        (with_field(2, "一级"), "D4", What.parent_level),
        (with_field(3, "QQ"), "D4", What.parent_unknown),
        (with_field(3, "X-1"), "D4", What.parent_self),
        (with_field(4, "工会"), "E4", What.tag_unknown),
        (with_field(4, "党组"), "E4", What.tag_level),
        (with_field(8, -1), "I4", What.members_negative),
        (with_field(8, "#REF!"), "I4", What.formula),
        (with_field(1, "#N/A"), "B4", What.formula),
        (with_field(9, "九组"), "J4", What.group_unknown),
        (with_field(9, "三组、四组"), "J4", What.two_groups),
    ],
)
def test_each_fault_is_named_once_with_its_cell(look, cell, what):
    assert wrong(look()) == [(cell, what)]


def test_a_long_circle_is_named_in_each_of_its_rows_and_those_who_hang_on_it_are_not():
    lines = [("A", "甲", "二级", "C"), ("B", "乙", "三级", "A"), ("C", "丙", "四级", "B"), ("D", "丁", "五级", "C")]
    found = rows(*((*one, None, None, None, None, None, None) for one in lines))
    assert wrong(found) == [("D3", What.parent_cycle), ("D4", What.parent_cycle), ("D5", What.parent_cycle)]


def test_remarks_stop_nothing():
    found = rows(
        ROWS[0],
        ("X-1", "甲", "三级", "X-0", "党委", "不在省", None, None, 5, "三组"),
        ("X-2", "乙", "三级", "X-0", "党委", "浙江省", "苏州市", None, 5, "三组"),
        ("X-3", "丙", "三级", None, "党委", "江苏省", None, None, 5, "三组"),
        ("X-4", "丙", "三级", None, "党委", "四川省", None, None, 5, "三组"),
        ("X-5", "丁", "三级", "X-0", "党委", None, "杭州市", None, 5, "三组"),
    )
    assert found.wrong == ()
    assert [(one.cell, one.what) for one in found.remarks] == [
        ("F4", What.area_unknown),
        ("G5", What.city_unknown),
        ("D6", What.parent_missing),
        ("B7", What.name_twice),
        ("D7", What.parent_missing),
        ("J7", What.area_elsewhere),
        ("F8", What.area_gap),
    ]


def test_a_superior_may_be_in_the_register_already():
    known = Standing(units={"x-0": UnitLine("X-0", "集团党组", 1)}, groups=(GroupLine("三组", ("浙江省",)),))
    found = look(workbook((UNIT,), groups=None), known)
    assert found.wrong == ()
    assert [one.what for one in found.remarks] == [What.parent_kept]


def test_a_superior_named_in_words_is_found_by_its_name():
    header = ("编码", "名称", "层级", "上级党组织名称")
    found = look(workbook((("A", "集团", "一级", None), ("B", "甲", "三级", "集团")), header, None))
    assert [one.parent for one in found.units] == ["", "A"]
    found = look(workbook((("A", "集团", "一级", None), ("B", "甲", "三级", "别的")), header, None))
    assert wrong(found) == [("D4", What.parent_unknown)]


def test_a_unit_that_names_no_group_gets_that_of_its_area():
    found = rows(ROWS[0], (*UNIT[:9], None))
    assert [(one.code, one.group) for one in found.units] == [("X-0", ""), ("X-1", "三组")]
    assert found.by_area == ("X-1",)


def test_an_area_in_one_column_is_taken_apart():
    header = ("编码", "名称", "层级", "所属区域")
    lines = (
        ("A", "甲", "一级", "浙江省杭州市西湖区"),
        ("B", "乙", "一级", "内蒙古自治区/包头"),
        ("C", "丙", "一级", "北京市"),
    )
    found = look(workbook(lines, header, None))
    assert [one.area for one in found.units] == ["浙江省/杭州市/西湖区", "内蒙古自治区/包头市", "北京市"]


def test_free_tags_are_kept_and_known_ones_recognised():
    found = look(workbook((("A", "甲", "一级", "重点联系、科研；Education"),), ("编码", "名称", "层级", "标签"), None))
    assert found.units[0].tags == ("重点联系", "science", "education")


# --- files that are none ---


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", What.no_table),
        (b"hello", What.no_table),
        (b"PK\x03\x04broken", What.unreadable),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", What.unreadable),
        (b"\x00\x01\x02\x80\xff", What.unreadable),
        ("编码,名称,层级\n".encode(), What.empty),
    ],
)
def test_a_file_that_holds_no_register_says_so(content, what):
    assert [one.what for one in look(content).wrong] == [what]


def test_a_column_that_is_missing_or_there_twice_is_named():
    found = look(workbook((("A", "甲", "乙"),), ("编码", "名称", "单位名称"), None))
    assert [(one.what, one.cell) for one in found.wrong] == [(What.no_column, ""), (What.column_twice, "C2")]


def test_a_file_is_known_by_its_name():
    assert looks_like("2026年巡回督导党组织信息表.xlsx")
    assert not looks_like("检查表.xlsx")


def test_columns_have_letters():
    assert [letters(one) for one in (1, 26, 27, 52, 703)] == ["A", "Z", "AA", "AZ", "AAA"]
