"""Finds what a chat cannot do, before a form is converted: a warning where it can be filled without, or an error.

A question of such a type that need not be answered stays in the form as a node that is never asked, so that whatever
refers to it still stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from forms.problems import mark, problem

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence
    from typing import Any

    from forms.problems import Problem

    Row = MutableMapping[str, Any]

_TYPES = {
    "bearing": (mark("A chat cannot read the compass."), mark("Ask for the bearing in degrees, as decimal.")),
    "background-audio": (mark("A chat cannot record in the background."), mark("Ask for a recording, as audio.")),
}
"""A type → what is wrong with it, and the cure."""
_LISTED = frozenset({"select_one", "select_multiple", "select1", "select", "rank"})
"""Types that name a list of choices."""
_RENAMED = {"calculate_here": "calculate", "calculate here": "calculate"}
_RECORDED = re.compile(
    r"(?:text|audio|speed violations?) audit|speed violations (?:count|list)|sensor_\w+(?: .*)?|comments|caseid"
)
"""What SurveyCTO's app records by itself; nothing of it changes what is asked."""
_APPEARANCES = {
    r"printer:": (mark("A chat cannot print."), mark("Leave the printer out, or print from the computer."), True),
    r"ex:": (mark("A chat cannot open another app: the answer is typed."), "", False),
    r"(?:^|\s)counter\b": (mark("There are no counter buttons: the number is typed."), "", False),
    r"\bsearch\(": (
        mark("search() is not read: the choices are those of the sheet “choices”."),
        mark("Use select_one_from_file with a choice_filter."),
        False,
    ),
}
"""What stands in ``appearance`` → what is said, the cure, and whether no required question can be answered with it."""
_NO = frozenset({"", "no", "false", "false()", "0"})


def looked_at(survey: Sequence[Row]) -> tuple[list[Problem], list[Problem]]:
    """Give the errors and the warnings about rows of the survey sheet; makes unsupported questions silent in place."""
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for number, row in enumerate(survey, 2):
        for column, said, cure, blocking in _faults(row):
            found = problem(said, cure, sheet="survey", row=number, column=column)
            (problems if blocking and _is_required(row) else warnings).append(found)
        if _type(row).replace(" ", "_") in _LISTED:
            said = mark("“{kind}” does not say which list of choices it offers.")
            cure = mark("Write the list's name behind it, such as {kind} yes_no.")
            problems.append(problem(said, cure, sheet="survey", row=number, column="type", kind=_type(row)))
        if _type(row) in _RENAMED:
            row["type"] = _RENAMED[_type(row)]
        if _type(row) == "bearing":
            silence(row)
        elif _RECORDED.fullmatch(_type(row)):
            warnings.append(
                problem(mark("A chat cannot record this; it stays empty."), sheet="survey", row=number, column="type")
            )
            silence(row)
    return problems, warnings


def _faults(row: Row) -> list[tuple[str, str, str, bool]]:
    """Give the column, what is wrong in it, the cure, and whether an answer is impossible."""
    type_, appearance = _type(row), str(row.get("appearance") or "")
    found = [("type", *_TYPES[type_], True)] if type_ in _TYPES else []
    return found + [("appearance", *told) for sign, told in _APPEARANCES.items() if re.search(sign, appearance)]


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
    said = mark("There is no question type “{kind}”.")
    cure = mark("Correct the type; usual ones are text, integer, select_one, select_multiple, date, image.")
    for number, row in enumerate(survey, 2):
        if _type(row) == wanted:
            return problem(said, cure, sheet="survey", row=number, column="type", kind=match[1].strip())
    return None
