"""Registers laid out in other ways than ours: old workbooks, people side by side, windows in a cell, notes below."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from handlers.campaign import terms_of
from supervision.register import marking
from supervision.register.across import people, window
from supervision.register.binary import LOCKED
from supervision.register.faults import What
from supervision.register.model import GroupLine, RoundLine, Seat, Standing
from supervision.register.reading import read

TERMS = terms_of("theme-education")
OLD = Path(__file__).parent / "register-old.xls"
"""Written by Excel 97's format: title, two header rows, merged cells, full-width digits, a sum with a formula, a note,
groups, rounds with real dates and serials, a hidden sheet."""

HEAD = ("编码", "名称", "层级", "上级编码", "省")
UNITS = (("A1", "集团党组", 1), ("A2", "浙江党委", 3, "A1", "浙江省"), ("A3", "西湖支部", 5, "A2", "浙江省"))


def look(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return read(written.getvalue(), TERMS, Standing(starts_on=date(2026, 9, 7), ends_on=date(2027, 2, 3)))


def test_a_workbook_of_the_old_kind_is_read_like_any_other():
    found = read(OLD.read_bytes(), TERMS, Standing())
    assert [(one.what, one.sheet) for one in found.faults] == [(What.sheet_hidden, "旧数据")]
    assert [(one.code, one.level, one.area, one.members) for one in found.units] == [
        ("X-0", 1, "", 3),
        ("X-1", 3, "浙江省", 40),
        ("X-2", 5, "浙江省/杭州市/西湖区", 12),
        ("20233001", 5, "浙江省/杭州市/余杭区", 25),
    ]
    assert [(one.role, one.name) for one in found.seats] == [("leader", "赵组长"), ("inspector", "小钱")]
    assert found.rounds == (RoundLine(1, date(2026, 10, 16), date(2026, 10, 30), ("浙江省", "江苏省")),)


def test_a_workbook_of_the_old_kind_comes_back_marked_as_a_new_one():
    marked = marking.marked(OLD.read_bytes(), [("督导组", 3, 2, "不对", False)], "要更正", ("位置", "说明"))
    book = openpyxl.load_workbook(io.BytesIO(marked))
    assert book.sheetnames == ["要更正", "党组织信息表", "督导组", "轮次", "旧数据"]
    assert book["督导组"]["B3"].comment.text == "不对"
    assert book["旧数据"].sheet_state == "hidden"


@pytest.mark.parametrize("cut", [700, 4000, 9000])
def test_a_damaged_workbook_of_the_old_kind_is_unreadable(cut):
    assert [one.what for one in read(OLD.read_bytes()[:cut], TERMS, Standing()).wrong] == [What.unreadable]


def test_a_workbook_behind_a_password_says_so():
    found = read(b"\xd0\xcf\x11\xe0" + bytes(500) + LOCKED, TERMS, Standing())
    assert [one.what for one in found.wrong] == [What.locked]


@pytest.mark.parametrize(
    "row",
    [
        ("填表人：张三", None, "审核人：李四", None, "填表日期：2026-10-01"),
        ("联系电话：010-88886666",),
        ("备注", "以上数据截至2026年9月30日"),
        (None, "注：党员数含预备党员"),
        ("小计", "1个", None),
        (None, "合计", None, None, "3"),
        ("合 计", 3),
        ("总计：3个单位",),
    ],
)
def test_sums_notes_and_signatures_are_no_units(row):
    found = look(信息表=(HEAD, *UNITS[:2], row, UNITS[2]))
    assert found.faults == ()
    assert len(found.units) == 3


def test_a_unit_whose_level_was_forgotten_is_not_taken_for_a_note():
    found = look(信息表=(HEAD, *UNITS, ("A4", "单位党支部", None, "A2", None)))
    assert [(one.what, one.cell) for one in found.wrong] == [(What.level_missing, "C5")]


def test_groups_with_a_column_for_each_role_bring_their_people_and_what_they_look_after():
    found = look(
        信息表=(HEAD, *UNITS),
        督导组分工=(
            ("组别", "组长", "副组长", "成员", "联络员", "负责片区"),
            ("一组", "张三", "李四（理论学习）", "王五（调研、整改）、赵六 钱七", "孙八", "浙江省、江苏省"),
            ("二组", "周一", None, None, None, "北京市"),
            ("合计", 7),
        ),
    )
    assert found.wrong == ()
    assert found.groups == (GroupLine("一组", ("浙江省", "江苏省")), GroupLine("二组", ("北京市",)))
    assert found.seats == (
        Seat("一组", "leader", "张三"),
        Seat("一组", "deputy", "李四", "理论学习"),
        Seat("一组", "inspector", "王五", "调研、整改"),
        Seat("一组", "inspector", "赵六"),
        Seat("一组", "inspector", "钱七"),
        Seat("一组", "liaison", "孙八", "", ("浙江省", "江苏省")),
        Seat("二组", "leader", "周一"),
    )


def test_both_days_of_a_round_may_stand_in_one_cell():
    found = look(
        轮次安排=(
            ("轮次", "时间", "范围"),
            ("第一轮", "10月16日至10月30日", "浙江"),
            ("第二轮", "2026年11月16日—30日", None),
            ("第三轮", "12月20日-1月10日", None),
            ("第四轮", "下个月", None),
            ("第五轮", None, "北京市"),
        )
    )
    assert [(one.starts_on, one.ends_on) for one in found.rounds] == [
        (date(2026, 10, 16), date(2026, 10, 30)),
        (date(2026, 11, 16), date(2026, 11, 30)),
        (date(2026, 12, 20), date(2027, 1, 10)),
    ]
    assert [(one.what, one.cell) for one in found.wrong] == [(What.day_unclear, "B5"), (What.day_missing, "B6")]


def test_windows_and_names_are_told_apart_in_a_cell():
    assert window("2026-10-16 至 2026-10-30", 0) == (date(2026, 10, 16), date(2026, 10, 30))
    assert window("2026.10.16-10.30", 0) == (date(2026, 10, 16), date(2026, 10, 30))
    assert window("10月16日", 2026) is None
    assert people("王 五，赵六（材料）\n欧阳娜娜") == [("王五", ""), ("赵六", "材料"), ("欧阳娜娜", "")]
    assert people("无") == []
