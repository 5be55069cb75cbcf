"""Registers that come from other programs and other hands: read as they are meant, or refused with what will do."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from handlers.campaign import terms_of
from supervision.register.faults import What
from supervision.register.marking import marked
from supervision.register.model import Standing
from supervision.register.reading import read

TERMS = terms_of("theme-education")
HEAD = ("编码", "名称", "层级", "上级编码", "省", "市", "党员数", "联系人", "联系电话")
TOP = ("A1", "集团党组", "集团", None, "北京市", None, 30, "王一", "010-12345678")
STANDING = Standing(starts_on=date(2026, 9, 7), ends_on=date(2027, 2, 3))


def written(sheets):
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def patched(content, change):
    """The workbook with each of its parts as ``change`` makes it of name and bytes."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(kept, "w") as new:
        for name in parts.namelist():
            new.writestr(name, change(name, parts.read(name)))
    return kept.getvalue()


def test_a_formula_whose_result_is_no_text_at_all_is_an_empty_cell():
    """Excel writes such a result as an empty ``str``; a program that never worked it out writes no type."""
    content = written({"信息表": [HEAD, TOP, ("A2", "甲", "四级", "A1", "浙江", "杭州", 12, '=IF(A3="","","")', None)]})
    lost = read(content, TERMS, STANDING)
    assert [(one.what, one.cell) for one in lost.faults] == [(What.formula_lost, "H3")]
    found = read(patched(content, lambda _, part: part.replace(b'<c r="H3">', b'<c r="H3" t="str">')), TERMS, STANDING)
    assert not found.faults
    assert found.units[1].contact == ""


@pytest.mark.parametrize(
    "content",
    [
        "<html><table><tr><th>编码</th><th>名称</th><th>层级</th></tr></table></html>".encode("gbk"),
        '<?xml version="1.0"?><Workbook>编码,名称,层级</Workbook>'.encode(),
        b"MIME-Version: 1.0\nX-Document-Type: Workbook\n",
        b"%PDF-1.4\n1 0 obj",
    ],
    ids=["web page as .xls", "XML of 2003", "web archive", "PDF"],
)
def test_what_only_looks_like_a_workbook_is_to_be_saved_as_one(content):
    assert [one.what for one in read(content, TERMS, STANDING).faults] == [What.unreadable]


def test_a_strict_workbook_is_to_be_saved_as_a_usual_one():
    usual, strict = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/x"
    content = patched(written({"信息表": [HEAD, TOP]}), lambda _, part: part.replace(usual, strict))
    assert [one.what for one in read(content, TERMS, STANDING).faults] == [What.unreadable]


def test_a_register_may_have_fifty_columns_of_the_office_s_own():
    own = tuple(f"指标{at}" for at in range(50))
    found = read(written({"信息表": [HEAD + own, TOP + own]}), TERMS, STANDING)
    assert len(found.units) == 1
    assert [(one.what, one.remark, one.values["count"]) for one in found.faults] == [(What.columns_ignored, True, 50)]


@pytest.mark.parametrize(
    "rows",
    [
        [HEAD, TOP, (), ("序号", *HEAD), (1, "A2", "乙", "四级", "A1", "浙江", "杭州")],
        [HEAD, TOP, ("名称", "编码", "层级", "上级编码"), ("乙", "A2", "四级", "A1")],
        [HEAD, TOP, (), ("督导组", "职务", "姓名"), ("第一组", "组长", "王强")],
    ],
    ids=["of more columns", "in another order", "of groups"],
)
def test_a_second_table_in_a_sheet_is_named_and_none_is_left_out_in_silence(rows):
    found = read(written({"信息表": rows}), TERMS, STANDING)
    assert What.second_table in {one.what for one in found.wrong}


def test_hidden_rows_are_read_and_remarked():
    book = openpyxl.load_workbook(io.BytesIO(written({"信息表": [HEAD, TOP, ("A2", "乙", "四级", "A1")]})))
    book["信息表"].row_dimensions[3].hidden = True
    kept = io.BytesIO()
    book.save(kept)
    found = read(kept.getvalue(), TERMS, STANDING)
    assert [one.code for one in found.units] == ["A1", "A2"]
    assert [(one.what, one.values) for one in found.remarks] == [(What.rows_hidden, {"count": 1, "first": 3})]


def test_what_no_cell_can_hold_is_left_out_and_text_stays_text_in_the_marked_copy():
    content = "编码,名称,层级\nA1,集\x0b团\x01,集团\nA1,=1+1,四级\n".encode()
    found = read(content, TERMS, STANDING)
    assert found.units[0].name == "集团"
    copy = openpyxl.load_workbook(io.BytesIO(marked(content, [("", 3, 1, "重复", False)], "要改的", ("哪里", "什么"))))
    assert copy.worksheets[1]["B3"].data_type == "s"
