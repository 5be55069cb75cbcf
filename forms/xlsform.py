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

from forms import complaints
from forms.encoding import decoded
from forms.problems import FormError, mark, problem
from forms.tables import as_csv, as_markdown, day_of
from forms.unsupported import named_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyxform.xls2json_backends import DefinitionData

MAX_CELL = 50_000
SEEN = 10_000
"""Bytes in which the word “survey” stands in a table that is a form."""
_SURVEY = re.compile(rb"survey", re.IGNORECASE)


def rows_of(data: bytes, kind: str, most: int) -> DefinitionData:
    """Read the sheets of a ``.xlsx``, ``.xls``, ``.md`` or ``.csv``, ``most`` rows in each; raises FormError."""
    source = data
    if kind in (".md", ".csv"):
        text = decoded(data).replace("\r\n", "\n")
        source = (as_csv(text) if kind == ".csv" else as_markdown(text)).encode()
    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")  # openpyxl tells of Excel features that no form uses
            rows = get_xlsform(source, file_type=kind)
    except PyXFormError as error:
        raise FormError(*complaints.problems(str(error))) from None
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a reader raise, it is a damaged file
        if kind == ".csv" and not _SURVEY.search(source[:SEEN]):
            raise FormError.that(complaints.NO_FORM, complaints.SEND_ANEW) from None
        said = f"{kind[1:]}, {type(error).__name__}"
        raise FormError.that(complaints.UNREADABLE, complaints.SAVE_ANEW, said=said) from None
    _measure(rows, most)
    for row in rows.survey or ():
        if str(row.get("type", "")).strip().lower() in ("date", "datetime") and "default" in row:
            row["default"] = day_of(str(row["default"]))
    return rows


def _measure(rows: DefinitionData, most: int) -> None:
    """Refuse sheets with too many rows, and cells that are too long."""
    sheets: list[tuple[str, Sequence[Mapping[str, Any]]]] = [
        ("survey", rows.survey or ()), ("choices", rows.choices or ()), ("settings", rows.settings or ()),
    ]  # fmt: skip
    for sheet, found in sheets:
        if len(found) > most:
            cure = mark("Put long lists into a CSV file beside the form (select_one_from_file).")
            raise FormError.that(mark("There are more than {most} rows."), cure, sheet=sheet, most=most)
        for number, row in enumerate(found, 2):
            for column, value in row.items():
                if len(str(value)) > MAX_CELL:
                    cure = mark("Shorten it; long texts belong into several notes.")
                    said = mark("This cell is too long.")
                    raise FormError(problem(said, cure, sheet=sheet, row=number, column=str(column)))


def xform_of(rows: DefinitionData, notes: list[str]) -> str:
    """Turn rows into an XForm, adding what is noteworthy to ``notes``; raises FormError."""
    try:
        source = {one.name: getattr(rows, one.name) for one in fields(rows)}
        return str(pyxform_convert(xlsform=source, warnings=notes, validate=False, form_name="data").xform)
    except PyXFormError as error:
        unknown = named_type(str(error), rows.survey or [])
        found = [unknown] if unknown is not None else complaints.problems(str(error))
        raise FormError(*(complaints.placed(one, rows) for one in found)) from None
    except RecursionError:
        raise FormError.that(mark("Groups, or expressions, are nested too deep."), mark("Take groups apart.")) from None
    except Exception as error:  # noqa: BLE001 - pyxform lets some mistakes of authors escape as KeyError and the like
        said = f"{type(error).__name__}: {error}"
        raise FormError.that(complaints.UNKNOWN, complaints.LOOK, said=said) from None
