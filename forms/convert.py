"""Turns what a form's author wrote into XForm XML, in memory, or says what is wrong and where.

Takes an XLSForm as Markdown, Excel (new or old) or CSV, or a ready XForm; what it is is seen from the bytes, whatever
the file is called. Nothing that comes in can make it read another file, use much memory, or end in a traceback.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from forms import complaints
from forms.attachments import embedded
from forms.encoding import decoded
from forms.form import Form
from forms.lists import renewed
from forms.markup import DECLARES, TOO_LARGE, as_text
from forms.problems import FormError, Problem, mark
from forms.unsupported import looked_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_ROWS = 50_000
"""Rows of one sheet; lists longer than this belong in a CSV attachment."""

DAMAGED = mark("The workbook is damaged and cannot be opened.")
SAVE_ANEW = mark("Open it in Excel or WPS, save it anew as .xlsx, and send that file.")
TOO_MANY_ROWS = mark("There are more than {most} rows.")
BESIDE = mark("Put long lists into a CSV file beside the form (select_one_from_file).")
NOTHING_ASKED = mark("Write questions into the sheet “survey”: columns type, name, label.")


@dataclass(frozen=True, slots=True)
class Converted:
    """A form as XForm XML; ``warnings`` are for the author."""

    xform: str
    title: str
    form_id: str
    version: str
    warnings: tuple[Problem, ...]
    form: Form = field(repr=False, compare=False)


def convert(data: bytes, name: str, attachments: Mapping[str, bytes] | None = None) -> Converted:
    """Convert a file to an XForm; ``name`` is its file name, ``attachments`` what lies beside it, by name.

    Lists among the attachments are put into the XForm, which is whole from then on. Raises
    :class:`forms.problems.FormError`.
    """
    if len(data) > MAX_BYTES:
        cure = mark("Delete pictures from the workbook; put long lists into a CSV file beside it.")
        raise FormError.that(TOO_LARGE, cure, most=MAX_BYTES // 2**20)
    kind = _kind(data)
    if kind == ".xml":
        xform = embedded(as_text(data), attachments or {})
        form = Form.parse(xform)
        return Converted(xform, form.title, form.form_id, form.version, form.warnings, form)
    from forms import xlsform  # noqa: PLC0415 - it loads pyxform, which a bot that only walks forms has no use for

    rows = xlsform.rows_of(data, kind, MAX_ROWS)
    if rows.fallback_form_name is None:
        rows.fallback_form_name = _plain_name(name)
    if not rows.survey and rows.sheet_names and "survey" not in (one.lower() for one in rows.sheet_names):
        cure = mark("If that is what it means, correct the name of the sheet.")
        raise FormError.that(
            mark("There is no sheet “{wanted}”; there is {near}."),
            cure,
            wanted="survey",
            near=", ".join(rows.sheet_names),
        )
    if not rows.survey and "type" not in (one for header in rows.survey_header or () for one in header):
        raise FormError.that(mark("The form asks nothing."), NOTHING_ASKED, sheet="survey")
    renewed(rows, attachments or {})
    faults, notes = looked_at(rows.survey or [])
    if faults:
        raise FormError(*faults)
    notes_of_pyxform: list[str] = []
    xform = embedded(xlsform.xform_of(rows, notes_of_pyxform), attachments or {})
    try:
        form = Form.parse(xform)
    except FormError as error:
        raise FormError(*(_placed(problem, rows.survey or ()) for problem in error.problems)) from None
    said = (problem for note in notes_of_pyxform for problem in complaints.problems(note, complaints.NOTED))
    placed = (_placed(problem, rows.survey or ()) for problem in form.warnings)
    warnings = tuple(dict.fromkeys(one for one in (*notes, *said, *placed) if not complaints.unfounded(one)))
    return Converted(xform, form.title, form.form_id, form.version, warnings, form)


def _kind(data: bytes) -> str:
    """Tell from its bytes what a file is; refuses archives that unpack to too much."""
    if data.startswith(b"PK\x03\x04"):
        _check_archive(data)
        return ".xlsx"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return ".xls"
    text = decoded(data).lstrip()
    if text.startswith("<"):
        return ".xml"
    if "\x00" in text[:1000] or not text:
        raise FormError.that(complaints.NO_FORM, complaints.SEND_ANEW)
    if text.count("\n") > MAX_ROWS:
        raise FormError.that(TOO_MANY_ROWS, BESIDE, most=MAX_ROWS)
    return ".md" if any(line.lstrip().startswith("|") for line in text.splitlines()[:50]) else ".csv"


def _check_archive(data: bytes) -> None:
    """Look into an .xlsx before anything unpacks it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES or len(members) > 2_000:  # noqa: PLR2004 - parts
                cure = mark(
                    "Delete pictures and empty rows from the workbook; put long lists into a CSV file beside it."
                )
                raise FormError.that(
                    mark("The workbook unpacks to more than {most} MB."), cure, most=MAX_UNPACKED_BYTES // 2**20
                )
            if "xl/workbook.xml" not in archive.namelist():
                cure = mark("Send the form itself, not packed into an archive.")
                raise FormError.that(mark("This archive is not an Excel workbook."), cure)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _check_part(archive, member)
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, NotImplementedError, ValueError):
        raise FormError.that(DAMAGED, SAVE_ANEW) from None


def _check_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    rows = 0
    before = b""
    with archive.open(member) as part:
        while chunk := part.read(1 << 20):
            window = before + chunk
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise FormError.that(DECLARES, SAVE_ANEW)
            rows += chunk.count(b"<row ") + chunk.count(b"<row>")
            if rows > MAX_ROWS and member.filename.startswith("xl/worksheets/"):
                raise FormError.that(TOO_MANY_ROWS, BESIDE, most=MAX_ROWS)
            before = chunk[-16:]


def _plain_name(name: str) -> str:
    """Make a form id of a file's name, for a form that does not say its own."""
    stem = re.sub(r"[^\w-]", "_", PurePath(name).stem, flags=re.ASCII).strip("_")
    return stem if stem[:1].isalpha() else f"form_{stem}".rstrip("_")


def _placed(problem: Problem, survey: Sequence[Mapping[str, Any]]) -> Problem:
    """Find the row of a problem whose node is known."""
    name = problem.path.rpartition("/")[2]
    if not name or problem.row:
        return problem
    for number, row in enumerate(survey, 2):
        if str(row.get("name", "")).strip() == name:
            return replace(problem, sheet="survey", row=number)
    return problem
