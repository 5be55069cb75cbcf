"""Writes older ways to name a list the way it is done now, before a form is converted.

``select_one_external`` keeps its choices in a sheet of its own: they go to the other choices. ``search()`` in the
appearance looks into a CSV file: where that file lies beside the form, the question becomes select_one_from_file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, MutableMapping

    from pyxform.xls2json_backends import DefinitionData

    Row = MutableMapping[str, Any]

_EXTERNAL = re.compile(r"select[_ ]one[_ ]external\s+(\S+)", re.IGNORECASE)
_SELECT = re.compile(r"(select[_ ](?:one|multiple))\s+(\S+)", re.IGNORECASE)
_SEARCH = re.compile(r"\bsearch\(")
_TESTS = {"contains": "contains({}, {})", "startswith": "starts-with({}, {})", "endswith": "ends-with({}, {})",
          "matches": "{} = {}"}  # fmt: skip


def renewed(rows: DefinitionData, beside: Collection[str]) -> None:
    """Change the rows of a form in place; ``beside`` are the names of the files that lie beside it."""
    if rows.external_choices and any(_EXTERNAL.fullmatch(_of(row, "type")) for row in rows.survey or ()):
        _gather(rows)
    for row in rows.survey or ():
        external = _EXTERNAL.fullmatch(_of(row, "type"))
        if external is not None and rows.choices:
            row["type"] = f"select_one {external[1]}"
        elif _SEARCH.search(_of(row, "appearance")):
            _look_up(row, rows, beside)
    if rows.survey and rows.survey_header:  # pyxform reads the columns that the header names
        rows.survey_header = [dict.fromkeys((*rows.survey_header[0], *(key for row in rows.survey for key in row)))]


def _gather(rows: DefinitionData) -> None:
    """Put the external choices to the others; a name may be in an external list more than once."""
    both = [dict(row) for row in (*(rows.choices or ()), *(rows.external_choices or ()))]
    rows.choices = [{key.replace("list name", "list_name"): value for key, value in row.items()} for row in both]
    rows.choices_header = [dict.fromkeys(key for row in rows.choices for key in row)]
    rows.settings = [{**(rows.settings[0] if rows.settings else {}), "allow_choice_duplicates": "yes"}]
    rows.settings_header = [dict.fromkeys(rows.settings[0])]
    rows.sheet_names = [*(rows.sheet_names or []), "choices"]
    rows.external_choices = rows.external_choices_header = None


def _of(row: Row, column: str) -> str:
    return str(row.get(column) or "").strip()


def _look_up(row: Row, rows: DefinitionData, beside: Collection[str]) -> None:
    """Make a question with ``search()`` one that selects from the file, when it can be had."""
    select, appearance = _SELECT.fullmatch(_of(row, "type")), _of(row, "appearance")
    found = _arguments(appearance)
    if select is None or found is None:
        return
    arguments, rest = found
    file = f"{_plain(arguments[0]).removesuffix('.csv')}.csv"
    of_list = [one for one in rows.choices or () if select[2] in (_of(one, "list_name"), _of(one, "list name"))]
    plainly = any(_is_plain(one, select[2]) for one in rows.survey or ())
    if file not in beside or plainly or len(of_list) != 1 or _of(of_list[0], "name").lstrip("-").isdigit():
        return  # as it stands, the choices of the sheet are offered
    label = next((str(value) for key, value in of_list[0].items() if key.partition(":")[0] == "label"), "")
    row["type"] = f"{select[1]}_from_file {file}"
    row["appearance"] = rest
    row["parameters"] = (
        f"{_of(row, 'parameters')} value={_of(of_list[0], 'name')} label={label.partition(',')[0].strip()}".strip()
    )
    filters = [f"({one})" for one in (_of(row, "choice_filter"), *_filters(arguments[1:])) if one]
    if filters:
        row["choice_filter"] = " and ".join(filters)
    if not any(select[2] in _of(one, "type").split() for one in rows.survey or ()):
        rows.choices = [one for one in rows.choices or () if one not in of_list]


def _is_plain(row: Row, wanted: str) -> bool:
    """Whether a question offers a list as the sheet has it."""
    return wanted in _of(row, "type").split() and not _SEARCH.search(_of(row, "appearance"))


def _arguments(appearance: str) -> tuple[list[str], str] | None:
    """Give what stands between the brackets of ``search()``, and the appearance without it; None when it is unclear."""
    match = _SEARCH.search(appearance)
    depth, quote, start = 1, "", match.end() if match is not None else 0
    found: list[str] = []
    for at in range(start, len(appearance)):
        char = appearance[at]
        if quote or char in "'\"":
            quote = "" if char == quote else quote or char
            continue
        depth += {"(": 1, ")": -1}.get(char, 0)
        if (char == "," and depth == 1) or depth == 0:
            found.append(appearance[start:at].strip())
            start = at + 1
        if depth == 0 and match is not None:
            return found, f"{appearance[: match.start()]} {appearance[at + 1 :]}".strip()
    return None


def _plain(argument: str) -> str:
    return argument.strip().strip("'\"").strip()


def _filters(arguments: list[str]) -> list[str]:
    """Write what ``search()`` asks of a row as conditions: kind, columns, text, and a further column and its text."""
    found = []
    if len(arguments) >= 3 and _plain(arguments[0]).lower() in _TESTS:  # noqa: PLR2004 - kind, columns, text
        test = _TESTS[_plain(arguments[0]).lower()]
        columns = [one.strip() for one in _plain(arguments[1]).split(",")]
        found.append(" or ".join(test.format(one, arguments[2]) for one in columns if one))
    if len(arguments) >= 5:  # noqa: PLR2004 - and another two
        found.append(f"{_plain(arguments[3])} = {arguments[4]}")
    return found
