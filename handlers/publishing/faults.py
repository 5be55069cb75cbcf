"""What is wrong with a form, in the language of whoever sent it: where, what, and how it is put right.

The converter says it in English. The mistakes people make are known here by their sentence; what is not known is
passed on as the converter said it, for the author is better served by that than by silence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.text import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.turn import Turn

LONGEST: Final = 400
"""Characters of what the converter said that are passed on."""

KNOWN: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), what, cure)
    for pattern, what, cure in (
        (
            r"neither an XLSForm|'definition' was not recognized|cannot be read as",
            mark("This is not a form, or its file is damaged."),
            mark("Send the form as Excel (.xlsx, .xls), CSV, Markdown or XForm (.xml), saved anew if need be."),
        ),
        (
            r"workbook is damaged",
            mark("The workbook is damaged and cannot be opened."),
            mark("Open it in Excel or WPS, save it anew as .xlsx, and send that file."),
        ),
        (
            r"not an Excel workbook",
            mark("This archive is not an Excel workbook."),
            mark("Send the form itself, not packed into an archive."),
        ),
        (
            r"unpacks to more than (?P<most>\d+) MB",
            mark("The workbook unpacks to more than {most} MB."),
            mark("Delete pictures and empty rows from the workbook; put long lists into a CSV file beside it."),
        ),
        (
            r"file is larger than (?P<most>\d+) MB",
            mark("The file is larger than {most} MB."),
            mark("Delete pictures from the workbook; put long lists into a CSV file beside it."),
        ),
        (
            r"more than (?P<most>\d+) rows",
            mark("There are more than {most} rows."),
            mark("Put long lists into a CSV file beside the form (select_one_from_file)."),
        ),
        (
            r"cell is too long",
            mark("This cell is too long."),
            mark("Shorten it; long texts belong into several notes."),
        ),
        (
            r"too large or too tangled",
            mark("The form takes too long to be read."),
            mark("Split it, or simplify expressions that refer to one another."),
        ),
        (
            r"does not hand the file out",
            mark("Telegram does not hand this file out any more."),
            mark("Send it again."),
        ),
        (
            r"document type or entity declaration",
            mark("The XML declares a document type or entities, which is not allowed in a form."),
            mark("Take the DOCTYPE out of the file."),
        ),
        (
            r"not well-formed XML",
            mark("The XML is not well-formed."),
            mark("Look at the row named, or export the form anew."),
        ),
        (
            r"not an XForm",
            mark("This XML is not an XForm."),
            mark("Send the form as it was written (Excel), or the XForm that was made of it."),
        ),
        (
            r"asks nothing",
            mark("The form asks nothing."),
            mark("Write questions into the sheet “survey”: columns type, name, label."),
        ),
        (
            r"required column headers were not found: (?P<missing>[^.]+)",
            mark("These columns are missing: {missing}."),
            mark("Write them into the first row of the sheet."),
        ),
        (
            r"Could not find the name '(?P<name>[^']*)'",
            mark("There is no question called “{name}”."),
            mark("Correct the name between ${{ and }}, or add the question."),
        ),
        (
            r"name '(?P<name>[^']*)' appears more than once",
            mark("Several questions are called “{name}”, so it is not clear which one is meant."),
            mark("Give each question that is referred to a name of its own."),
        ),
        (
            r"'name' value '(?P<name>[^']*)' is invalid. Questions, groups, and repeats must be unique",
            mark("The name “{name}” is there twice in the same group."),
            mark("Give one of the two another name."),
        ),
        (
            r"Names must begin with a letter",
            mark("This name cannot be used."),
            mark("Begin it with a letter; after that letters, digits, - _ . and no spaces."),
        ),
        (
            r"Reference variables must start with",
            mark("A reference to a question is not closed."),
            mark("Write it as ${{name}}."),
        ),
        (
            r"Unmatched 'begin_(?P<kind>\w+)'",
            mark("What begins here (begin_{kind}) never ends."),
            mark("Add the row end_{kind} where it ends."),
        ),
        (
            r"Unmatched 'end_(?P<kind>\w+)'",
            mark("This end_{kind} ends nothing."),
            mark("Delete the row, or add begin_{kind} before it."),
        ),
        (
            r"Unknown question type '(?P<kind>[^']*)'",
            mark("There is no question type “{kind}”."),
            mark("Correct the type; usual ones are text, integer, select_one, select_multiple, date, image."),
        ),
        (
            r"[Ll]ist name not in choices sheet: (?P<name>.+)",
            mark("The sheet “choices” has no list “{name}”."),
            mark("Add the list, or correct its name after select_one or select_multiple."),
        ),
        (
            r"Choices must have a name",
            mark("This choice has no name."),
            mark("Write a short name without spaces into the column name."),
        ),
        (
            r"Choice names must be unique",
            mark("This choice is in its list twice."),
            mark("Rename one of them, or set allow_choice_duplicates to yes in the sheet settings."),
        ),
        (
            r"(?:must have|has no|without) .*?(?:label|name)",
            mark("Something here has no name or no label."),
            mark("Fill in name and label of this row."),
        ),
        (
            r"attachment (?P<name>\S+) is missing",
            mark("The list {name} is not here; until it is, it offers nothing."),
            mark("Send {name} to this chat."),
        ),
        (
            r"Use the max-pixels parameter",
            mark("Photos are kept as large as they come (no max-pixels)."),
            "",
        ),
        (
            r"do not contain valid machine-readable codes: (?P<names>.+?)\. ",
            mark("These languages have no code: {names}."),
            mark("Write it behind the name, such as Chinese (zh) or English (en)."),
        ),
        (
            r"depends? on itself|cycle|circular",
            mark("Expressions here depend on each other in a circle."),
            mark("Let one of them not refer to the other."),
        ),
        (
            r"is not an expression|expression|XPath",
            mark("This expression cannot be read."),
            mark("Look at brackets, quotes and the names of functions: {said}"),
        ),
    )
)
"""Pattern of what the converter says, what that means, and the cure; '' for none."""


def said(turn: Turn, problem: Mapping[str, object]) -> Markup:
    """Put one problem into words: where, what, how to put it right."""
    where = _where(turn, problem)
    what = explained(turn, str(problem["message"]))
    return where + Markup("\n") + what if where else what


def explained(turn: Turn, message: str) -> Markup:
    """Put what the converter said into words, its cure on a line of its own; unknown sentences stay as they are."""
    for pattern, what, cure in KNOWN:
        if found := pattern.search(message):
            values = {name: value.strip() for name, value in found.groupdict().items()}
            line = turn.t(what, **values)
            if not cure:
                return line
            return line + Markup("\n→ ") + turn.t(cure, **values, said=message[:LONGEST])
    return Markup.escape(message[:LONGEST])


def _where(turn: Turn, problem: Mapping[str, object]) -> Markup:
    """Say where a problem is, as far as it is known: sheet, row, column, or the node of the form."""
    sheet, row, column = (problem.get(part) for part in ("sheet", "row", "column"))
    parts = []
    if sheet:
        parts.append(turn.t("sheet {sheet}", sheet=sheet))
    if row:
        parts.append(turn.t("row {row}", row=row))
    if column:
        parts.append(turn.t("column {column}", column=column))
    if not row and problem.get("path"):
        parts.append(Markup("<code>{}</code>").format(problem["path"]))
    return Markup("<b>{}</b>").format(Markup(" · ").join(parts)) if parts else Markup()
