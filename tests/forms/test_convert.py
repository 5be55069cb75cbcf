"""What an author may send, and what is said when it cannot be used."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import convert as converting
from forms.convert import convert
from forms.problems import FormError, Problem

SURVEY = [["type", "name", "label"], ["text", "a", "A"], ["integer", "b", "B"]]


def markdown(*rows: str) -> bytes:
    return "\n".join(["| survey |", *rows]).encode()


def workbook(survey: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in survey:
        sheet.append(row)
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def problem_of(data: bytes, name: str = "f.xlsx") -> Problem:
    with pytest.raises(FormError) as caught:
        convert(data, name)
    assert caught.value.problems
    assert "Traceback" not in str(caught.value)
    return caught.value.problems[0]


def test_markdown_excel_csv_and_xform_come_to_the_same_form() -> None:
    rows = ["| | " + " | ".join(row) + " |" for row in SURVEY]
    csv = "survey\n" + "\n".join("," + ",".join(row) for row in SURVEY) + "\nsettings\n,form_id\n,f\n"
    table = convert(markdown(*rows, "| settings |", "| | form_id |", "| | f |"), "f.md")
    assert convert(csv.encode(), "f.csv").xform == table.xform
    assert convert(table.xform.encode(), "f.xml").xform == table.xform
    assert "<a/>" in convert(workbook(SURVEY), "f.xlsx").xform


def test_content_decides_and_not_the_extension() -> None:
    assert convert(workbook(SURVEY), "form.csv").form_id == "form"


def test_form_that_does_not_name_itself_is_named_by_its_file() -> None:
    assert convert(markdown("| | type | name | label |", "| | text | a | A |"), "检查表 2026.md").form_id == "form_2026"


def test_settings_are_told() -> None:
    made = convert(
        markdown(
            "| | type | name | label |",
            "| | text | a | A |",
            "| settings |",
            "| | form_title | form_id | version |",
            "| | 标题 | f | 7 |",
        ),
        "x.md",
    )
    assert (made.title, made.form_id, made.version) == ("标题", "f", "7")


def test_chinese_windows_encoding_is_read() -> None:
    text = "survey\n,type,name,label\n,text,a,督导检查\n"
    assert "督导检查" in convert(text.encode("gb18030"), "f.csv").xform


def test_unknown_reference_names_sheet_row_and_column() -> None:
    found = problem_of(
        markdown("| | type | name | label | relevant |", "| | text | a | A | |", "| | text | b | B | ${c}=1 |")
    )
    assert (found.sheet, found.row, found.column) == ("survey", 3, "relevant")
    assert "“c”" in found.message


def test_broken_expression_names_row_and_column() -> None:
    found = problem_of(
        markdown("| | type | name | label | constraint |", "| | text | a | A | |", "| | text | b | B | . > (1 |")
    )
    assert (found.sheet, found.row, found.column) == ("survey", 3, "constraint")
    assert "“)” is missing" in found.message
    assert ". > (1" in found.message


def test_unknown_function_is_named() -> None:
    found = problem_of(markdown("| | type | name | label | relevant |", "| | text | a | A | frobnicate(1) = 2 |"))
    assert "frobnicate()" in found.message
    assert found.row == 2


def test_every_broken_expression_is_told_at_once() -> None:
    data = markdown(
        "| | type | name | label | relevant | constraint |", "| | text | a | A | 1 + | |", "| | text | b | B | | ( |"
    )
    with pytest.raises(FormError) as caught:
        convert(data, "f.md")
    assert [(one.row, one.column) for one in caught.value.problems] == [(2, "relevant"), (3, "constraint")]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"PK\x03\x04 broken",
        b"\xd0\xcf\x11\xe0 broken",
        b"<a><b/></a>",
        b"<a",
        b"\x00\x01\x02" * 100,
        b"| survey |\n",
        b"| survey |\n| | kind | name | label |\n",
        b"| survey |\n| | type | name | label |\n| | select_one x | a | A |\n",
        b"| survey |\n| | type | name | label |\n| | begin group | g | G |\n| | text | a | A |\n",
        b"| survey |\n| | type | name | label |\n| | teleport | a | A |\n",
    ],
)
def test_unusable_file_gets_a_sentence(data: bytes) -> None:
    assert len(problem_of(data).message) > 10


def test_entity_declarations_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    assert "not allowed" in problem_of(bomb).message


def test_external_references_are_refused() -> None:
    assert "not allowed" in problem_of(b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>').message


def archive(parts: dict[str, bytes]) -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stored.getvalue()


def test_entity_inside_a_workbook_is_refused() -> None:
    assert "not allowed" in problem_of(archive({"xl/workbook.xml": b"<!DOCTYPE x []><x/>"})).message


def test_archive_that_is_no_workbook_is_refused() -> None:
    assert "not an Excel workbook" in problem_of(archive({"word/document.xml": b"<x/>"})).message


def test_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = archive({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * (converting.MAX_UNPACKED_BYTES + 1)})
    assert len(bomb) < converting.MAX_BYTES
    assert "unpacks" in problem_of(bomb).message


def test_sheet_with_too_many_rows_is_refused() -> None:
    rows = b"<row/>".replace(b"/", b" r='1'/") * (converting.MAX_ROWS + 1)
    assert "rows" in problem_of(archive({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": rows})).message
    assert "rows" in problem_of(b"survey\n" + b",a,b\n" * (converting.MAX_ROWS + 1)).message


def test_file_too_large_is_refused() -> None:
    assert "larger" in problem_of(b"x" * (converting.MAX_BYTES + 1)).message


@given(st.binary(max_size=300))
def test_any_bytes_are_converted_or_refused(data: bytes) -> None:
    try:
        convert(data, "x")
    except FormError as error:
        said = error.problems
    else:
        return
    assert said


def test_markdown_may_part_its_header_from_its_rows() -> None:
    made = convert(markdown("| | type | name | label |", "|---|:--- | --- |---:|", "| | text | a | A |"), "a.md")
    assert next(iter(made.form.questions)) == "/data/a"


def test_bar_within_a_cell_of_markdown_is_named_with_its_row_and_cure() -> None:
    rows = ("| | type | name | label |", "| | text | a | one | two |")
    found = problem_of(markdown(*rows), "a.md")
    assert (found.sheet, found.row) == ("survey", 2)
    assert "Write \\| for a | that is text." in found.message
    assert convert(markdown(rows[0], "| | text | a | one \\| two |"), "a.md").form.questions["/data/a"].label("") == (
        "one | two"
    )


def test_table_that_is_no_form_is_not_said_to_be_unreadable() -> None:
    assert problem_of(b"id,name\n1,Li\n", "people.csv").message.startswith("This is not a form")
