"""What is wrong with a register, as sentences: where, what, and how it is put right, in the person's language.

Pure words. What can be wrong is known in supervision/register/faults.py; every kind has its sentence here, and a test
sees to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.text import mark
from supervision.register.faults import Fault, What

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.text import Speech

FIELDS: Final[Mapping[str, str]] = {
    "code": mark("code"),
    "name": mark("name"),
    "level": mark("level"),
    "parent": mark("superior"),
    "area": mark("area"),
    "tags": mark("tags"),
    "group": mark("group"),
    "members": mark("number of people"),
    "latitude": mark("latitude"),
    "longitude": mark("longitude"),
    "contact": mark("contact"),
    "phone": mark("telephone"),
    "note": mark("note"),
    "role": mark("role"),
    "person": mark("person's name"),
    "round": mark("round"),
    "starts": mark("first day"),
    "ends": mark("last day"),
}
"""What the fields of a register are called."""

SENTENCES: Final[Mapping[What, str]] = {
    What.unreadable: mark(
        "The file cannot be read. Open it in Excel or WPS, save it as .xlsx or CSV, and send that file."
    ),
    What.too_large: mark("The file is larger than {most} MB. Delete pictures and empty sheets, and send it again."),
    What.too_many_rows: mark("A sheet has more than {most} rows. Delete empty rows, or split the register."),
    What.locked: mark("The file is protected by a password. Save it without one and send that file."),
    What.no_table: mark(
        "No table was found. It needs a header row with at least code, name and level. The template shows how."
    ),
    What.empty: mark("The table has a header and no rows yet. Fill it in and send it again."),
    What.no_column: mark("There is no column for the {field}. Add it to the header row."),
    What.column_twice: mark("The column “{name}” means the same as another one. Delete or rename one of them."),
    What.second_table: mark(
        "Another table with a header of its own begins here. Move it to a sheet of its own, and send the file again."
    ),
    What.formula: mark("The formula here gives an error ({value}). Correct it, or type the value."),
    What.formula_lost: mark(
        "This formula has no result. Open the file in Excel, save it, and send it again; or type the value."
    ),
    What.too_long: mark("Too long: {length} characters, at most {most}. Shorten it."),
    What.code_missing: mark("The code is missing. Every unit needs one: it is how the unit is recognised next time."),
    What.code_is_date: mark(
        "Excel has made a date of the code ({value}). Format the column as text and type it again."
    ),
    What.code_spoilt: mark(
        "Excel has changed this code ({value}); digits may be lost. Format the column as text and type it again."
    ),
    What.code_twice: mark("The code {code} stands in row {row} already. Each unit has a code of its own."),
    What.name_missing: mark("The name is missing."),
    What.level_missing: mark("The level is missing."),
    What.level_unknown: mark("“{value}” is no level of this campaign. Levels: {levels}."),
    What.level_unclear: mark(
        "“{value}” can mean level {counted} or, as this campaign calls it, level {level}. "
        "Write the number: {counted} or {level}."
    ),
    What.parent_unknown: mark(
        "The superior {code} is neither in this file nor in the register. Correct the code or add the unit."
    ),
    What.parent_several: mark("Several units are called “{code}”. Enter the code of the one that is meant."),
    What.parent_self: mark("The unit {code} is its own superior. Enter the code of the unit above it."),
    What.parent_cycle: mark(
        "A circle of superiors: {code} and {parent} stand, by way of one another, under themselves."
    ),
    What.parent_level: mark(
        "Level {level} cannot stand under “{parent}”, which is level {above}. Correct the level or the superior."
    ),
    What.tag_unknown: mark("“{value}” is not one of this campaign's. Known: {known}."),
    What.tag_level: mark("“{value}” does not go with a unit of this level."),
    What.members_negative: mark("The number of people is below zero ({value})."),
    What.members_unclear: mark("“{value}” is not a number of people. Enter a whole number."),
    What.phone_spoilt: mark(
        "Excel has changed this telephone number ({value}); digits are lost. "
        "Format the column as text and type it again."
    ),
    What.place_unclear: mark("“{value}” is not a latitude or longitude. Enter degrees, such as 30.2741 and 120.1551."),
    What.place_half: mark("Latitude and longitude belong together. Enter both, or neither."),
    What.group_unknown: mark("There is no group “{value}”, neither in this file nor in the campaign. Groups: {known}."),
    What.two_groups: mark("Two groups for one unit ({value}). Exactly one group answers for each."),
    What.group_missing: mark("The group is missing."),
    What.person_missing: mark("The person's name is missing."),
    What.role_missing: mark("The role is missing: leader, deputy, inspector or liaison."),
    What.role_unknown: mark("“{value}” is no role in a group: leader, deputy, inspector or liaison."),
    What.person_twice: mark("{name} stands in {group} with this role already."),
    What.area_twice: mark("{area} is an area of {first} and of {second}. One group answers for each area."),
    What.round_unclear: mark("“{value}” is not the number of a round. Write 1, 2, 3 …"),
    What.round_twice: mark("Round {number} stands here already."),
    What.day_unclear: mark("“{value}” is not a date. Write it as 2026-10-16."),
    What.day_missing: mark("The date is missing."),
    What.ends_before: mark("The round ends ({last}) before it begins ({first})."),
    What.code_serial: mark(
        "The codes are only serial numbers (1, 2, 3 …). Units are recognised by them next time: keep them as they are."
    ),
    What.unit_again: mark("The same row as row {row}: taken once."),
    What.level_called: mark("“{value}” is taken as level {level}, as this campaign calls it."),
    What.members_rough: mark("“{value}” is taken as {number}."),
    What.members_unsaid: mark("“{value}”: the number of people is left empty."),
    What.area_like: mark("“{value}” is not a known province, so no group can be told from the area. Is {like} meant?"),
    What.city_like: mark("“{value}” is not a known city of {province}; it is taken as it is. Is {like} meant?"),
    What.area_unknown: mark("“{value}” is not a known province, so no group can be told from the area."),
    What.city_unknown: mark("“{value}” is not a known city of {province}; it is taken as it is."),
    What.area_elsewhere: mark("{area} is not among the areas of {group}. It is taken as it is."),
    What.area_gap: mark("The province is missing beside “{value}”; the area is left empty."),
    What.parent_missing: mark("No superior is named for a unit of level {level}."),
    What.parent_kept: mark("The superior {code} is not in this file; the one in the register stays."),
    What.name_twice: mark("Of the same name and superior as {code} (row {row}). Is it the same unit?"),
    What.leader_twice: mark("{group} has more than one leader."),
    What.leader_missing: mark("{group} has no leader."),
    What.person_elsewhere: mark("{name} stands in {first} and in {second}."),
    What.rounds_overlap: mark("Rounds {first} and {second} overlap."),
    What.round_outside: mark("Round {number} lies partly outside the campaign's dates."),
    What.column_ignored: mark("The column “{name}” is not known and was not read."),
    What.columns_ignored: mark("{count} columns are not known and were not read: {names}."),
    What.sheet_ignored: mark("No table was found in this sheet; it was not read."),
    What.sheet_hidden: mark("This sheet is hidden and was not read."),
    What.rows_hidden: mark(
        "Hidden or filtered rows were read like the others: {count}, the first is row {first}. "
        "Delete them if they do not belong here."
    ),
}
"""A sentence for every kind of fault and remark."""


def said(speech: Speech, fault: Fault) -> Markup:
    """Put a fault into words, as HTML: its cell in bold, then what is wrong."""
    where = place(speech, fault)
    what = reason(speech, fault)
    return Markup("<b>{}</b> {}").format(where, what) if where else Markup("{}").format(what)


def place(speech: Speech, fault: Fault) -> str:
    """Say where a fault is, as plain text: the sheet where it is not plain, and the cell or the row."""
    parts = [fault.sheet] if fault.sheet else []
    if fault.cell:
        parts.append(fault.cell)
    elif fault.row:
        parts.append(speech.label("row {row}", row=fault.row))
    return " ".join(parts)


def reason(speech: Speech, fault: Fault) -> str:
    """Say what is wrong, as plain text."""
    values: dict[str, object] = dict(fault.values)
    if "field" in values:
        values["field"] = speech.label(FIELDS.get(str(values["field"]), str(values["field"])))
    if fault.values.get("sheet", fault.sheet) != fault.sheet:
        values["row"] = f"{values['sheet']} {values['row']}"
    return speech.label(SENTENCES[fault.what], **{"levels": "", "known": "", **values})


def plain(fault: Fault) -> list[object]:
    """Return a fault as plain JSON data; :func:`fault_of` reads it again."""
    return [fault.what.value, fault.sheet, fault.row, fault.column, dict(fault.values), fault.remark]


def fault_of(data: list[object]) -> Fault:
    """Read what :func:`plain` wrote."""
    what, sheet, row, column, values, remark = data
    return Fault(What(str(what)), str(sheet), int(str(row)), int(str(column)), values, bool(remark))  # type: ignore[arg-type] # as plain() wrote it
