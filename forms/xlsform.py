"""Lets pyxform read an XLSForm and turn it into an XForm, and takes its complaints apart into where and what.

Apart from forms/convert.py because pyxform and its spreadsheet readers take 30 MiB and half a second to import, which
only somebody who converts a form should pay.
"""

from __future__ import annotations

import re
import warnings as python_warnings
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import get_xlsform
from pyxform.xls2xform import convert as pyxform_convert

from forms.encoding import decoded
from forms.problems import FormError, Problem
from forms.unsupported import named_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyxform.xls2json_backends import DefinitionData

MAX_CELL = 50_000
_ROW = re.compile(r"\[row\s*:\s*(\d+)\]\s*")
_SHEET = re.compile(r"(?:[Oo]n the |in the )?'(survey|choices|settings|entities|external_choices|osm)' sheet,?\s*")
_COLUMN = re.compile(r"[Tt]he '([\w :]+?)' (?:value|column)|column '([\w :]+?)'")


def rows_of(data: bytes, kind: str, most: int) -> DefinitionData:
    """Read the sheets of a ``.xlsx``, ``.xls``, ``.md`` or ``.csv``, ``most`` rows in each; raises FormError."""
    source = decoded(data).replace("\r\n", "\n").encode() if kind in (".md", ".csv") else data
    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")  # openpyxl tells of Excel features that no form uses
            rows = get_xlsform(source, file_type=kind)
    except PyXFormError as error:
        raise FormError(*problems(str(error))) from None
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a reader raise, it is a damaged file
        raise FormError(f"the file cannot be read as {kind[1:]} ({type(error).__name__})") from None
    sheets: list[tuple[str, Sequence[Mapping[str, Any]]]] = [
        ("survey", rows.survey or ()), ("choices", rows.choices or ()), ("settings", rows.settings or ()),
    ]  # fmt: skip
    for sheet, found in sheets:
        if len(found) > most:
            raise FormError(Problem(f"more than {most} rows", sheet=sheet))
        for number, row in enumerate(found, 2):
            for column, value in row.items():
                if len(str(value)) > MAX_CELL:
                    raise FormError(Problem("this cell is too long", sheet=sheet, row=number, column=str(column)))
    return rows


def xform_of(rows: DefinitionData, notes: list[str]) -> str:
    """Turn rows into an XForm, adding what is noteworthy to ``notes``; raises FormError."""
    try:
        source = {one.name: getattr(rows, one.name) for one in fields(rows)}
        return str(pyxform_convert(xlsform=source, warnings=notes, validate=False, form_name="data").xform)
    except PyXFormError as error:
        unknown = named_type(str(error), rows.survey or [])
        raise FormError(*([unknown] if unknown is not None else problems(str(error)))) from None
    except RecursionError:
        raise FormError("groups, or expressions, are nested too deep") from None
    except Exception as error:  # noqa: BLE001 - pyxform lets some mistakes of authors escape as KeyError and the like
        raise FormError(f"the form cannot be converted ({type(error).__name__}: {error})") from None


def problems(message: str) -> list[Problem]:
    """Take a message of pyxform's apart into where and what."""
    found: list[Problem] = []
    for line in (part.strip() for part in message.split("\n")):
        if not line:
            continue
        row, sheet, column = _ROW.search(line), _SHEET.search(line), _COLUMN.search(line)
        said = _ROW.sub("", line).strip()
        if row is None and found and not sheet:
            found[-1] = Problem(f"{found[-1].message} {said}", found[-1].sheet, found[-1].row, found[-1].column)
            continue
        found.append(
            Problem(
                message=said[:1_000],
                sheet=sheet[1] if sheet else "survey" if row else "",
                row=int(row[1]) if row else 0,
                column=(column[1] or column[2]) if column else "",
            )
        )
    return found or [Problem("the form cannot be converted")]
