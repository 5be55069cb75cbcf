"""Tables as an Excel workbook: text and numbers, nothing else; by no library, which would take its time to load.

Every text is written as text, so that nothing anybody typed can become a formula.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

if TYPE_CHECKING:
    from collections.abc import Sequence

Cell = str | int | float | None
Sheet = tuple[str, "Sequence[Sequence[Cell]]"]
"""A name of at most 31 characters, and rows of cells."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_UNFIT = {ord(char): None for char in map(chr, range(32)) if char not in "\t\n\r"} | {0xFFFE: None, 0xFFFF: None}


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return the sheets as an .xlsx file."""
    numbers = range(1, len(sheets) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_SHEET}.worksheet+xml"/>' for at in numbers
    )
    listed = "".join(
        f'<sheet name="{escape(_name(name), QUOTED)}" sheetId="{at}" r:id="r{at}"/>'
        for at, (name, _) in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="r{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
    }
    parts |= {f"xl/worksheets/sheet{at}.xml": _sheet(rows) for at, (_, rows) in enumerate(sheets, 1)}
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, _HEAD + content)
    return out.getvalue()


QUOTED = {'"': "&quot;"}


def _name(name: str) -> str:
    return "".join("_" if char in r"[]:*?/\'" else char for char in name.translate(_UNFIT))[:31] or "_"


def _sheet(rows: Sequence[Sequence[Cell]]) -> str:
    written = "".join("<row>" + "".join(map(_cell, row)) + "</row>" for row in rows)
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{written}</sheetData></worksheet>'


def _cell(value: Cell) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value.translate(_UNFIT))}</t></is></c>'
    return f"<c><v>{value}</v></c>"
