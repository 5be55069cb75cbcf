"""Finds what a chat cannot do, before a form is converted: a warning where it can be filled without, or an error.

A question of such a type that need not be answered stays in the form as a node that is never asked, so that whatever
refers to it still stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from forms.problems import Problem

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence
    from typing import Any

    Row = MutableMapping[str, Any]

_TYPES = {
    "bearing": "a chat cannot read the compass; ask for the bearing in degrees, as decimal",
    "background-audio": "a chat cannot record in the background; ask for a recording, as audio",
}
_APPEARANCES = {
    r"printer:": ("a chat cannot print", True),
    r"ex:": ("a chat cannot open another app: the answer is typed", False),
    r"(?:^|\s)counter\b": ("there are no counter buttons: the number is typed", False),
    r"\bsearch\(": (
        "search() is not read, the choices are those of the choices sheet; use select_one_from_file and choice_filter",
        False,
    ),
}
"""What stands in ``appearance`` → what is said, and whether a required question cannot be answered without it."""
_NO = frozenset({"", "no", "false", "false()", "0"})


def looked_at(survey: Sequence[Row]) -> tuple[list[Problem], list[str]]:
    """Give the errors and the warnings about rows of the survey sheet; makes unsupported questions silent in place."""
    problems: list[Problem] = []
    warnings: list[str] = []
    for number, row in enumerate(survey, 2):
        for column, said, blocking in _faults(row):
            problem = Problem(said, "survey", number, column)
            if blocking and _is_required(row):
                problems.append(problem)
            else:
                warnings.append(str(problem))
        if _type(row) == "bearing":
            silence(row)
    return problems, warnings


def _faults(row: Row) -> list[tuple[str, str, bool]]:
    type_, appearance = _type(row), str(row.get("appearance") or "")
    found = [("type", f"{type_}: {_TYPES[type_]}", True)] if type_ in _TYPES else []
    if type_.startswith("select_one_external"):
        found.append(("type", "select_one_external: the choice is typed; use select_one_from_file instead", False))
    return found + [
        ("appearance", said, blocking) for sign, (said, blocking) in _APPEARANCES.items() if re.search(sign, appearance)
    ]


def _type(row: Row) -> str:
    return str(row.get("type") or "").strip().lower()


def _is_required(row: Row) -> bool:
    bind = row.get("bind")
    said = row.get("required", bind.get("required", "") if isinstance(bind, dict) else row.get("bind::required", ""))
    return str(said).strip().lower() not in _NO


def silence(row: Row) -> None:
    """Make a question a hidden node."""
    name = row.get("name")
    relevant = row.get("relevant")
    row.clear()
    row.update({"type": "hidden", "name": name} | ({"relevant": relevant} if relevant else {}))


def named_type(message: str, survey: Sequence[Row]) -> Problem | None:
    """Find the row of a type that nobody knows, which the converter names without its row."""
    match = re.search(r"Unknown question type '(.+?)'", message)
    if match is None:
        return None
    wanted = match[1].strip().lower()
    for number, row in enumerate(survey, 2):
        if _type(row) == wanted:
            return Problem(f"{message} See xlsform.org for the types there are.", "survey", number, "type")
    return None
