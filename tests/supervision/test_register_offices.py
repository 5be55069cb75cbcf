"""Registers as offices really make them: what is meant is taken, what is in doubt is named, nothing guessed."""

from __future__ import annotations

import io
from datetime import date, datetime

import openpyxl
import pytest

from handlers.campaign import terms_of
from handlers.register_words import said
from handlers.text import speech
from supervision.register.faults import What
from supervision.register.model import GroupLine, Seat, Standing, UnitLine
from supervision.register.numbers import Amount, amount, in_words, restored
from supervision.register.reading import read

TERMS = terms_of("theme-education")
HEAD = ("编码", "名称", "层级", "上级编码", "省", "市", "党员数", "联系人", "联系电话")
TOP = ("A1", "集团党组", "集团", None, "北京市", None, 30, "王一", "010-12345678")
STANDING = Standing(starts_on=date(2026, 9, 7), ends_on=date(2027, 2, 3))


def written(sheets, merged=()):
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for name, cells in merged:
        book[name].merge_cells(cells)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def look(*rows, merged=(), **sheets):
    first = {"信息表": rows} if rows else {}
    return read(written(first | sheets, [("信息表", one) for one in merged]), TERMS, STANDING)


def with_row(**cells):
    row = dict(zip(HEAD, ("A2", "甲", "四级", "A1", "浙江", "杭州", 12, None, None), strict=True)) | cells
    return look(HEAD, TOP, tuple(row.values()))


def wrong(found):
    return [(one.what, one.cell) for one in found.wrong]


def remarks(found):
    return [(one.what, one.cell) for one in found.remarks]


def test_headings_over_several_columns_say_whose_code_and_name_stand_below_them():
    found = look(
        ("附件1",),
        ("××集团巡回督导党组织信息表",),
        ("序号", "党组织", None, None, "上级党组织", None, "所在地", None, "党员\n（人）", "联系人", None),
        (None, "编码", "名称", "层级", "编码", "名称", "省", "市", None, "姓名", "手机"),
        (1, "A1", "集团党组", "一级", None, None, "北京", "北京", 30, "王一", "13800000001"),
        (2, "A2", "浙江党委", "二级", "A1", "集团党组", "浙江", "杭州", 40, "王二", "13800000002"),
        merged=("A2:K2", "B3:D3", "E3:F3", "G3:H3", "J3:K3", "A3:A4", "I3:I4"),
    )
    assert found.faults == ()
    assert [(one.code, one.parent, one.area, one.members, one.contact, one.phone) for one in found.units] == [
        ("A1", "", "北京市", 30, "王一", "13800000001"),
        ("A2", "A1", "浙江省/杭州市", 40, "王二", "13800000002"),
    ]


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("四级公司", 4), ("三级单位", 3), ("Ⅲ", 3), ("IV级", 4), (3.0, 3), ("三", 3), ("④", 4), ("伍级", 5), ("L4", 4),
        ("第三层级", 3), ("五级（支部）", 5), ("'四级", 4), ("党支部", 5), ("Lv.2", 2), ("子公司", 2), ("５", 5),
    ],
)  # fmt: skip
def test_a_level_may_be_said_in_many_ways(word, level):
    found = with_row(层级=word)
    assert found.faults == ()
    assert found.units[1].level == level


@pytest.mark.parametrize("word", ["六级", "基层", "三级公司党委", "四级（支部）", "3.5", "中层", "LV"])
def test_a_level_that_could_be_another_is_named(word):
    assert wrong(with_row(层级=word)) == [(What.level_unknown, "C3")]


def test_a_word_that_counts_otherwise_than_the_campaign_is_remarked_and_in_doubt_beside_its_like():
    alone = with_row(层级="三级公司")
    assert (alone.wrong, remarks(alone), alone.units[1].level) == ((), [(What.level_called, "C3")], 4)
    row = ("A3", "乙", "四级公司", "A1", "浙江", "杭州", 12, None, None)
    both = look(HEAD, TOP, ("A2", "甲", "三级公司", *row[3:]), row)
    assert wrong(both) == [(What.level_unclear, "C3")]
    assert "3或4" in str(said(speech("zh_CN"), both.wrong[0]))


@pytest.mark.parametrize(
    ("cell", "number", "rough"),
    [
        ("三十", 30, False), ("一百零五", 105, False), ("十二名", 12, False), ("两百", 200, False),
        ("一百五", 150, False),
        ("１,２０４人", 1204, False), ("二〇", 20, False), ("一万二千", 12_000, False), ("'25", 25, False),
        ("约30人", 30, True), ("30余人", 30, True), ("30人左右", 30, True), ("近百人", 100, True), ("30+", 30, True),
        ("25人（含预备党员2人）", 25, True), ("约三十", 30, True), ("about 30 people", 30, True),
    ],
)  # fmt: skip
def test_a_number_of_people_in_words_or_roughly_is_taken_and_remarked(cell, number, rough):
    assert amount(cell) == Amount(number, rough)
    found = with_row(党员数=cell)
    assert found.wrong == ()
    assert found.units[1].members == number
    assert remarks(found) == ([(What.members_rough, "G3")] if rough else [])


@pytest.mark.parametrize("cell", ["20-30", "25+3", "二三十", "(25)", "＜10", "25.5", "25个班", "许多", "十十"])
def test_a_number_of_people_that_can_only_be_guessed_is_named(cell):
    assert wrong(with_row(党员数=cell)) == [(What.members_unclear, "G3")]


def test_a_number_that_nobody_knows_yet_is_left_empty_and_remarked():
    found = with_row(党员数="待统计")
    assert (remarks(found), found.units[1].members) == ([(What.members_unsaid, "G3")], None)


def test_numbers_in_words_have_one_meaning_or_none():
    assert [in_words(one) for one in ("十", "二十", "一千零三", "九万", "百万", "", "三三十", "1.50")] == [
        10, 20, 1003, 90_000, 1_000_000, None, None, None,
    ]  # fmt: skip


def test_a_power_of_ten_is_undone_where_all_digits_are_there():
    assert restored("1.3812345678E+10") == "13812345678"
    assert restored("1.38E+10") is None
    found = with_row(联系电话="1.3812345678E+10")
    assert (found.faults, found.units[1].phone) == ((), "13812345678")
    assert wrong(with_row(联系电话="1.38E+10")) == [(What.phone_spoilt, "I3")]
    assert with_row(联系电话=13812345678.0).units[1].phone == "13812345678"


@pytest.mark.parametrize("code", ["3.30106E+11", 3.3010600000112345e17, 12.5])
def test_a_code_that_excel_has_spoilt_is_named(code):
    assert wrong(with_row(编码=code)) == [(What.code_spoilt, "A3")]


@pytest.mark.parametrize("code", ["12E3", "1E5", "3.1", "330106000001", "B-1.0", 330106000001.0])
def test_a_code_that_only_looks_like_a_number_stays_what_it_is(code):
    assert with_row(编码=code).faults == ()


def test_codes_that_became_decimals_are_whole_again_and_an_outline_stays_one():
    rows = [("1.0", "集团", 1, None), ("2.0", "甲", 3, "1.0"), (3.0, "乙", 4, "2")]
    found = look(HEAD[:4], *rows)
    assert [(one.code, one.parent) for one in found.units] == [("1", ""), ("2", "1"), ("3", "2")]
    assert [one.what for one in found.faults] == [What.code_serial]
    outline = look(HEAD[:4], ("1.0", "集团", 1, None), ("1.1", "甲", 3, "1.0"))
    assert [(one.code, one.parent) for one in outline.units] == [("1.0", ""), ("1.1", "1.0")]


def test_an_apostrophe_in_front_is_no_part_of_what_is_said():
    found = look(HEAD, TOP, ("'A2", "'甲支部", "'五级", "'A1", "'浙江", "'杭州", "'12", "'王二", "'13800000002"))
    assert found.faults == ()
    one = found.units[1]
    assert (one.code, one.name, one.parent, one.area, one.members, one.contact, one.phone) == (
        "A2", "甲支部", "A1", "浙江省/杭州市", 12, "王二", "13800000002",
    )  # fmt: skip


def test_line_breaks_within_names_leave_no_space():
    one = with_row(名称="萧山\n项目党支部", 联系人="王\n二").units[1]
    assert (one.name, one.contact) == ("萧山项目党支部", "王二")


@pytest.mark.parametrize(
    "cell",
    ["浙江省杭州市西湖区", "浙江杭州西湖区", "浙江-杭州-西湖区", "浙江，杭州，西湖区", "浙江省 杭州市 西湖区"],
)
def test_an_area_in_one_cell_is_taken_apart_however_it_is_written(cell):
    found = look((*HEAD[:4], "所在地"), (*TOP[:4], None), ("A2", "甲", 4, "A1", cell))
    assert (found.faults, found.units[1].area) == ((), "浙江省/杭州市/西湖区")


def test_a_whole_address_in_the_column_of_provinces_is_taken_apart():
    assert with_row(省="浙江省杭州市", 市=None).units[1].area == "浙江省/杭州市"
    assert with_row(市="浙江省杭州市").units[1].area == "浙江省/杭州市"


def test_names_that_begin_like_a_province_are_not_cut():
    found = look((*HEAD[:4], "所在地"), (*TOP[:4], None), ("A2", "甲", 4, "A1", "吉林市船营区"))
    assert (found.units[1].area, [one.what for one in found.faults]) == ("吉林市船营区", [What.area_unknown])


def test_a_misspelt_area_is_remarked_with_what_is_probably_meant():
    found = with_row(省="淅江", 市="杭州")
    assert remarks(found) == [(What.area_like, "E3")]
    assert "是不是浙江省？" in str(said(speech("zh_CN"), found.remarks[0]))
    assert remarks(with_row(省="湖北", 市="宜晶")) == [(What.city_like, "F3")]
    assert remarks(with_row(市="抗州")) == [(What.city_unknown, "F3")]  # 杭州, 湖州, 温州 …


def test_tags_may_be_parted_by_anything():
    found = look((*HEAD[:4], "标签"), (*TOP[:4], None), ("A2", "甲", 4, "A1", "重点;困难，海外 新设/试点\n老区；重点"))
    assert found.units[1].tags == ("重点", "困难", "海外", "新设", "试点", "老区")


def test_a_superior_may_be_named_where_its_code_is_wanted():
    found = look(HEAD[:4], TOP[:4], ("A2", "浙江党委", 3, "集团党组"), ("A3", "甲", 4, "江苏党委"))
    assert [(one.code, one.parent) for one in found.units] == [("A1", ""), ("A2", "A1"), ("A3", "江苏党委")]
    assert wrong(found) == [(What.parent_unknown, "D4")]


def test_a_superior_s_name_of_two_units_is_in_doubt():
    found = look(HEAD[:4], TOP[:4], ("A2", "党委", 3, "A1"), ("A3", "党委", 3, "A1"), ("A4", "甲", 4, "党委"))
    assert wrong(found) == [(What.parent_several, "D5")]


def test_a_superior_is_found_by_its_name_also_when_something_is_wrong_in_its_row():
    found = look(HEAD, TOP, ("A2", "甲", "六级", "A1"), ("A3", "乙", "五级", "甲"))
    assert wrong(found) == [(What.level_unknown, "C3")]


def test_a_name_in_the_file_goes_before_one_that_is_stored():
    rows = (HEAD[:4], TOP[:4], ("A2", "甲", 3, "集团党组"), ("A3", "乙", 4, "外地党委"))
    stored = {"x-1": UnitLine("X-1", "集团党组", 1), "x-2": UnitLine("X-2", "外地党委", 2)}
    found = read(written({"信息表": rows}), TERMS, Standing(units=stored))
    assert found.wrong == ()
    assert [one.parent for one in found.units] == ["", "A1", "X-2"]


def test_a_sheet_for_each_area_may_repeat_who_is_above_it_and_may_not_contradict():
    zhejiang = (HEAD, TOP, ("A2", "甲", 4, "A1", "浙江", "杭州", 5, None, None))
    jiangsu = (("江苏省信息表",), HEAD, TOP, ("B2", "乙", 4, "A1", "江苏", None, 5, None, None), ("合计", None, None))
    found = look(浙江=zhejiang, 江苏=jiangsu)
    assert ([one.code for one in found.units], found.wrong) == (["A1", "A2", "B2"], ())
    assert [(one.what, one.sheet, one.cell) for one in found.remarks] == [(What.unit_again, "江苏", "A3")]
    other = (HEAD, (*TOP[:6], 31, *TOP[7:]))
    assert [(one.what, one.sheet, one.cell) for one in look(浙江=zhejiang, 江苏=other).wrong] == [
        (What.code_twice, "江苏", "A2")
    ]


def test_instructions_point_by_point_and_headings_of_parts_are_no_units():
    found = look(
        HEAD, TOP, ("一、浙江片区",), ("A2", "甲", 4, "A1"), ("填表说明：",), ("1.党员数不含预备党员",),
        ("（二）层级按集团管理层级填写",), ("注:本表一式两份",), ("合计", None, None, None, None, None, 42),
    )  # fmt: skip
    assert (found.faults, [one.code for one in found.units]) == ((), ["A1", "A2"])


def test_serial_numbers_for_codes_are_remarked():
    found = look(("编号", "单位名称", "级别"), (1, "集团", 1), (2, "甲", 1))
    assert remarks(found) == [(What.code_serial, "A2")]


def test_one_group_may_be_written_in_several_ways_and_several_people_in_a_cell():
    found = look(
        信息表=((*HEAD[:4], "督导组"), (*TOP[:4], "1组"), ("A2", "甲", 4, "A1", "第一督导组")),
        督导组=(
            ("组别", "职务", "姓名", "负责片区", "分工"),
            ("第一组", "组  长", "张三", "浙江省；上海", None),
            (None, "组员", "王五、赵六（调研）", None, None),
            ("一组", "组员", "周八", None, "材料"),
        ),
    )
    assert found.wrong == ()
    assert found.groups == (GroupLine("第一组", ("浙江省", "上海市")),)
    assert [one.group for one in found.units] == ["第一组", "第一组"]
    assert found.seats == (
        Seat("第一组", "leader", "张三"),
        Seat("第一组", "inspector", "王五"),
        Seat("第一组", "inspector", "赵六", "调研"),
        Seat("第一组", "inspector", "周八", "材料"),
    )


def test_a_known_group_keeps_its_name():
    found = read(
        written({"信息表": ((*HEAD[:4], "督导组"), (*TOP[:4], "第二组"))}), TERMS, Standing(groups=(GroupLine("二组"),))
    )
    assert (found.wrong, found.units[0].group) == ((), "二组")


@pytest.mark.parametrize("cell", ["2026.11.22", "2026-11-22 (周日)", "2026年11月22日星期日", "20261122", 46348])
def test_a_day_of_a_round_may_be_text(cell):
    found = look(轮次=(("轮次", "开始日期", "结束日期"), ("第一轮", cell, datetime(2026, 12, 1))))  # noqa: DTZ001 - Excel knows no zone
    assert (found.wrong, found.rounds[0].starts_on) == ((), date(2026, 11, 22))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，", "；"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_by_its_header_whatever_parts_its_cells(delimiter, encoding):
    rows = [
        ("××集团信息表",),
        HEAD,
        (*TOP[:6], 30, "王一", "1"),
        ("A2", "甲|乙,丙;丁", "四级", "A1", "浙江", "", "约5", "", ""),
    ]
    rows[3] = tuple(one.replace(delimiter, "") for one in rows[3])
    said_so = "\r\n".join(delimiter.join(str(one or "") for one in row) for row in rows)
    found = read(said_so.encode(encoding), TERMS, STANDING)
    assert (found.wrong, [one.code for one in found.units]) == ((), ["A1", "A2"])
    assert remarks(found) == [(What.members_rough, "G4")]
