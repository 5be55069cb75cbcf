"""What can be wrong in a register, and where: data only, put into words elsewhere in the person's language.

A fault stops the whole import; a remark does not. Nothing here reads a workbook.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class What(StrEnum):
    """Every kind of fault and remark there is; ``handlers/register_words.py`` has a sentence for each."""

    # the file
    unreadable = "unreadable"
    too_large = "too_large"
    too_many_rows = "too_many_rows"
    locked = "locked"
    no_table = "no_table"
    empty = "empty"
    no_column = "no_column"
    column_twice = "column_twice"
    second_table = "second_table"
    # a cell
    formula = "formula"
    formula_lost = "formula_lost"
    too_long = "too_long"
    # a unit
    code_missing = "code_missing"
    code_is_date = "code_is_date"
    code_spoilt = "code_spoilt"
    code_twice = "code_twice"
    name_missing = "name_missing"
    level_missing = "level_missing"
    level_unknown = "level_unknown"
    level_unclear = "level_unclear"
    parent_unknown = "parent_unknown"
    parent_several = "parent_several"
    parent_self = "parent_self"
    parent_cycle = "parent_cycle"
    parent_level = "parent_level"
    tag_unknown = "tag_unknown"
    tag_level = "tag_level"
    members_negative = "members_negative"
    members_unclear = "members_unclear"
    phone_spoilt = "phone_spoilt"
    place_unclear = "place_unclear"
    place_half = "place_half"
    group_unknown = "group_unknown"
    two_groups = "two_groups"
    # groups and their people
    group_missing = "group_missing"
    person_missing = "person_missing"
    role_missing = "role_missing"
    role_unknown = "role_unknown"
    person_twice = "person_twice"
    area_twice = "area_twice"
    # rounds
    round_unclear = "round_unclear"
    round_twice = "round_twice"
    day_unclear = "day_unclear"
    day_missing = "day_missing"
    ends_before = "ends_before"
    # remarks: worth knowing, and no obstacle
    code_serial = "code_serial"
    unit_again = "unit_again"
    level_called = "level_called"
    members_rough = "members_rough"
    members_unsaid = "members_unsaid"
    area_unknown = "area_unknown"
    area_like = "area_like"
    city_like = "city_like"
    city_unknown = "city_unknown"
    area_elsewhere = "area_elsewhere"
    area_gap = "area_gap"
    parent_missing = "parent_missing"
    parent_kept = "parent_kept"
    name_twice = "name_twice"
    leader_twice = "leader_twice"
    leader_missing = "leader_missing"
    person_elsewhere = "person_elsewhere"
    rounds_overlap = "rounds_overlap"
    round_outside = "round_outside"
    column_ignored = "column_ignored"
    columns_ignored = "columns_ignored"
    sheet_ignored = "sheet_ignored"
    sheet_hidden = "sheet_hidden"
    rows_hidden = "rows_hidden"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; ``row`` counts from 1 as the workbook does, 0 means the whole sheet or file."""

    what: What
    sheet: str = ""
    row: int = 0
    column: int = 0
    """From 1; 0 means the whole row."""
    values: Mapping[str, str | int] = field(default_factory=dict)
    remark: bool = False

    @property
    def cell(self) -> str:
        """Return the cell as the workbook names it (``H40``), '' when no single cell is meant."""
        return f"{letters(self.column)}{self.row}" if self.row and self.column else ""


def letters(column: int) -> str:
    """Return the letters of a column that is counted from 1: 1 is A, 27 is AA."""
    written = ""
    while column:
        column, rest = divmod(column - 1, 26)
        written = chr(ord("A") + rest) + written
    return written
