"""Workbooks and tables as offices make them: old Excel, merged cells, dates, semicolons, Chinese Windows."""

# ruff: noqa: E501, DTZ001 - tables of examples; a cell of Excel knows no time zone
from __future__ import annotations

import io
from datetime import date, datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from forms.convert import convert
from forms.problems import FormError
from tests.forms.biff import workbook as old_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl import Workbook

SURVEY: list[list[object]] = [
    ["type", "name", "label", "default", "relevant"],
    ["text", "a", "督导检查"],
    ["select_one l", "c", "C"],
    ["date", "d", "D", date(2026, 10, 16)],
    ["dateTime", "w", "W", datetime(2026, 10, 16, 8, 30)],
    ["integer", "n", "N", 3],
    ["text", "b", "B", None, "${a} = ‘x’"],
]
CHOICES: list[list[object]] = [["list_name", "name", "label"], ["l", 1, "One"], ["l", 2.0, "Two"], ["l", "x ", " X "]]


def workbook(
    survey: list[list[object]] = SURVEY, change: Callable[[Workbook], object] | None = None, name: str = "survey"
) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for sheet, rows in ((name, survey), ("choices", CHOICES)):
        page = made.create_sheet(sheet)
        for row in rows:
            page.append(row)
    if change is not None:
        change(made)
    stored = io.BytesIO()
    made.save(stored)
    return stored.getvalue()


def test_cells_are_read_as_their_author_sees_them() -> None:
    form = convert(workbook(), "f.xlsx").form
    found = {one.name: one.definition.default for one in form.questions.values() if one.asks}
    assert found == {"a": "", "c": "", "d": "2026-10-16", "w": "2026-10-16T08:30:00", "n": "3", "b": ""}
    assert [one.value for one in form.questions["/data/c"].choices] == ["1", "2", "x"]
    assert form.questions["/data/a"].label("") == "督导检查"
    relevant = form.definitions["/data/b"].relevant
    assert relevant is not None
    assert "'x'" in relevant.source  # Excel had made the quotes round


@pytest.mark.parametrize("head", [["Type ", "NAME", " Label"], ["type", "name", "label"]])
def test_headers_and_cells_may_have_space_around_them(head: list[object]) -> None:
    form = convert(
        workbook([head, ["text\u00a0", " a", "A"], [], [None, " "], ["select_one\u00a0l", "c", "C"]]), "f"
    ).form
    assert [one.kind for one in form.questions.values() if one.asks] == ["text", "select_one"]


def test_workbook_with_rich_text_and_a_hidden_sheet_is_read() -> None:
    def change(made: Workbook) -> None:
        made["choices"].sheet_state = "hidden"
        made["survey"]["C2"] = CellRichText("plain ", TextBlock(InlineFont(b=True), "bold"))

    assert convert(workbook(change=change), "f.xlsx").form.questions["/data/a"].label("") == "plain bold"


def test_title_in_merged_cells_is_named_with_its_row() -> None:
    def change(made: Workbook) -> None:
        made["survey"]["A9"] = "note"
        made["survey"].merge_cells("A9:E9")

    with pytest.raises(FormError) as caught:
        convert(workbook(change=change), "f.xlsx")
    assert [(one.sheet, one.row) for one in caught.value.problems] == [("survey", 9)]


def test_sheet_with_a_name_that_is_nearly_right_is_told() -> None:
    with pytest.raises(FormError) as caught:
        convert(workbook(name="surveys"), "f.xlsx")
    assert "surveys" in str(caught.value)


@pytest.mark.parametrize("name", ["f.xls", "f.xlsx", "督导表"])
def test_old_workbook_is_read_whatever_it_is_called(name: str) -> None:
    survey: list[list[str | float]] = [
        ["type", "name", "label", "default"], ["text", "a", "督导检查", ""], ["select_one l", "c", "C", ""], ["integer", "n", "N", 3]
    ]  # fmt: skip
    data = old_workbook(
        {"survey": survey, "choices": [["list_name", "name", "label"], ["l", 1, "One"], ["l", 2, "二"]]}
    )
    form = convert(data, name).form
    assert form.questions["/data/a"].label("") == "督导检查"
    assert [(one.value, one.label("")) for one in form.questions["/data/c"].choices] == [("1", "One"), ("2", "二")]
    assert form.questions["/data/n"].definition.default == "3"


@pytest.mark.parametrize("at", [0, 100, 600, 1100, 1600, 2000])
def test_old_workbook_that_is_cut_or_damaged_is_refused_with_a_sentence(at: int) -> None:
    data = old_workbook({"survey": [["type", "name", "label"], ["text", "a", "A"]]})
    for broken in (data[: at + 8], data[:at] + b"\xff\x00\xff\x7f" * 8 + data[at + 32 :]):
        said = "read"
        try:
            convert(b"\xd0\xcf\x11\xe0" + broken[4:], "f.xls")
        except FormError as error:
            said = str(error)
        assert said


TABLES = {
    "mark": "survey\n,type,name,label\n,text,a,督导检查\n".encode("utf-8-sig"),
    "gbk": "survey,,,\r\n,type,name,label\r\n,text,a,督导检查\r\n".encode("gbk"),
    "utf-16": "survey\t\t\t\n\ttype\tname\tlabel\n\ttext\ta\t督导检查\n".encode("utf-16"),
    "semicolons": "survey;;;\n;type;name;label\n;text;a;督导检查\n".encode(),
    "questions alone": "type,name,label\ntext,a,督导检查\n".encode(),
    "questions alone, gbk, tabs": "type\tname\tlabel\r\ntext\ta\t督导检查\r\n".encode("gbk"),
    "markdown": "| survey |\r\n| | type | name | label |\r\n| | text | a | 督导检查 |\r\n".encode("gb18030"),
}


@pytest.mark.parametrize("table", TABLES)
def test_table_as_text_is_read_however_it_was_saved(table: str) -> None:
    assert convert(TABLES[table], "f.xlsx").form.questions["/data/a"].label("") == "督导检查"
