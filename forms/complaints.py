"""Takes what pyxform says of a form apart into where, what and how it is put right, in our own sentences.

pyxform speaks English, and its sentences are its only interface. The mistakes people make are known here by their
sentence; one that is not known is passed on as it was said, with the place: that serves an author better than silence.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from forms.complaints_known import KNOWN, NO_CODES
from forms.problems import Problem, mark, problem
from forms.texts import coded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyxform.xls2json_backends import DefinitionData

NOTED: Final = mark("The converter remarks: {said}")
UNREADABLE: Final = mark("The file cannot be read ({said}).")
NO_FORM: Final = mark("This is not a form, or its file is damaged.")
SEND_ANEW: Final = mark("Send the form as Excel (.xlsx, .xls), CSV, Markdown or XForm (.xml), saved anew if need be.")
SAVE_ANEW: Final = mark("Open it in Excel or WPS, save it anew as .xlsx, and send that file.")
UNKNOWN: Final = mark("The form cannot be converted. The converter says: {said}")
LOOK: Final = mark("Look at the place that is named; xlsform.org says what may stand there.")
LONGEST: Final = 600
"""Characters of what the converter said that are passed on."""

OTHERS: Final = frozenset({"other", "third", "fourth"})
"""Groups of a pattern that stand for its first one."""

_ROW = re.compile(r"\[row\s*:\s*(\d+|unknown)\]\s*")
_SHEET = re.compile(r"'(survey|choices|settings|entities|external_choices|osm)' sheet|sheet: '(\w+)'")
_COLUMN = re.compile(r"[Tt]he '([\w :()]+?)' (?:value|column)|column '([\w :]+?)'")


def problems(message: str, unknown: str = UNKNOWN) -> list[Problem]:
    """Take a message of pyxform's apart; at least one problem. ``unknown`` is said of what is not known here."""
    found: list[tuple[str, re.Match[str] | None]] = []
    for line in (part.strip() for part in message.split("\n")):
        row = _ROW.search(line)
        if line and found and row is None and not _SHEET.search(line) and not line.startswith("Language "):
            found[-1] = (f"{found[-1][0]} {line}", found[-1][1])
        elif line:
            found.append((line, row))
    return [_problem(line, row, unknown) for line, row in found] or [problem(unknown, LOOK, said="–")]


def _problem(line: str, row: re.Match[str] | None, unknown: str) -> Problem:
    sheet, column = _SHEET.search(line), _COLUMN.search(line)
    said = _ROW.sub("", line).strip()
    number = int(row[1]) if row is not None and row[1].isdigit() else 0
    place = {
        "sheet": (sheet[1] or sheet[2]) if sheet else "survey" if row is not None else "",
        "column": (column[1] or column[2]) if column else "",
    }
    for pattern, what, cure in KNOWN:
        match = pattern.search(said)
        if match is not None:
            values = {name: value.strip().replace("'", "") for name, value in match.groupdict().items() if value}
            if "second" in values:
                values["missing"] = values.pop("second")
            for other in OTHERS & values.keys():
                values[next(iter(pattern.groupindex))] = values.pop(other)
            return problem(what, cure, row=number, **place, **values)
    cure = LOOK if unknown == UNKNOWN else ""
    return problem(unknown, cure, row=number, **place, said=said[:LONGEST])


def unfounded(one: Problem) -> bool:
    """Whether it is said of languages that they have no code, and all have one that we read: ``中文 (zh_CN)``."""
    names = dict(one.values).get("names", "")
    return one.what == NO_CODES and all(coded(name) for name in names.split(", "))


def placed(one: Problem, rows: DefinitionData) -> Problem:
    """Find the row of a problem that names a question, a list or a sheet, where the converter did not."""
    if one.row:
        return one
    values = dict(one.values)
    numbered = _NUMBERED.fullmatch(values.get("name", ""))
    if numbered is not None:
        return replace(one, sheet="survey", row=int(numbered[1]))
    for kind, wanted in values.items():
        for number, row in enumerate(rows.survey or (), 2):
            if _names(row, kind, wanted):
                return replace(one, sheet="survey", row=number, column=_COLUMN_OF.get(kind, one.column))
    return one


_NUMBERED = re.compile(r"generated_note_name_(\d{1,7})")
"""The name that pyxform gives to a note without one: its row."""
_COLUMN_OF = {"list": "type", "param": "parameters"}


def _names(row: Mapping[str, Any], kind: str, wanted: str) -> bool:
    if kind == "param":
        return f"{wanted}=" in str(row.get("parameters", "")).replace(" ", "")
    if kind == "list":
        return wanted in str(row.get("type", "")).split()[1:]
    return kind == "name" and str(row.get("name", "")).strip() == wanted
