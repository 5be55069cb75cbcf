"""The rows of a register's main table, one unit each, and what is wrong with a row by itself.

Pure. What rows are to one another (superiors, codes that stand twice) is looked at in ``tree.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from supervision.register.cells import (
    ERRORS,
    LOST,
    beside,
    code,
    degrees,
    name,
    optional,
    several,
    summing,
    text,
    total,
    whole,
)
from supervision.register.faults import Fault, What
from supervision.register.model import UnitLine
from supervision.register.terms import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from supervision.register.cells import Value
    from supervision.register.headers import Table
    from supervision.register.terms import Tag, Terms

LONGEST: Final = {"name": 100, "code": 40, "contact": 60, "phone": 60, "note": 500, "area": 120, "tags": 200}
"""Characters in each field; longer is a paragraph in the wrong cell."""

MOST_PEOPLE: Final = 10_000_000

DEGREES: Final = {"latitude": 90.0, "longitude": 180.0}


@dataclass(slots=True)
class Reading:
    """Reads a table of units: what was understood, and what is wrong; ``known`` are the groups there are."""

    table: Table
    terms: Terms
    known: frozenset[str]
    open_groups: bool = False
    """Any name of a group will do: there is none yet, and the register is what brings them."""
    units: list[UnitLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    codes: list[tuple[str, int, str]] = field(default_factory=list)
    """Every code with its row, that of rows with faults too: another row may name it as its superior."""
    _places: dict[tuple[str, str, str], tuple[str, Fault | None]] = field(default_factory=dict)
    _words: dict[tuple[str, str], Tag | None] = field(default_factory=dict)

    def run(self) -> None:
        """Read every row."""
        for at, row in enumerate(self.table.sheet.rows[self.table.first :], self.table.first + 1):
            if row and not self._beside(row):
                self._row(row, at)

    def _beside(self, row: Sequence[Value]) -> bool:
        """Tell whether a row is no unit: a remark, a sum, a number without anything, the header again."""
        said = [(column, one) for column, one in enumerate(row) if one is not None]
        of = self.table.columns
        rest = [one for column, one in said if column != of.get("number", -1)]
        first = said[0][1] if said else None
        if not rest or total(first) or total(self.table.of(row, "name")):
            return True
        if self.table.of(row, "name") is None and summing(first):
            return True
        if len(said) == 1:
            lone = said[0][0] != of.get("code") or len(text(first)) > LONGEST["code"]
            return lone or beside(first) or "：" in text(first)
        level = self.table.of(row, "level")
        known = level is not None and self.terms.level(optional(level)) is not None
        return (not known and self.table.of(row, "parent") is None and beside(first)) or self.table.repeats(row)

    def _row(self, row: Sequence[Value], at: int) -> None:
        before = len(self.faults)
        self._formulas(row, at)
        level = self._level(row, at)
        unit = UnitLine(
            code=self._code(row, at),
            name=self._text(row, at, "name", What.name_missing),
            level=level,
            parent=self._parent(row),
            members=self._members(row, at),
            **self._place(row, at),
            group=self._group(row, at),
            area=self._area(row, at),
            contact=" ".join(
                filter(None, (self._text(row, at, "contact"), optional(self._of(row, "department"))[:60]))
            ),
            phone=self._text(row, at, "phone"),
            note=self._text(row, at, "note"),
            tags=self._tags(row, at, level),
            row=at,
            sheet=self.table.sheet.name,
        )
        if unit.code:
            self.codes.append((unit.code, at, unit.parent))
        if not any(not one.remark for one in self.faults[before:]):
            self.units.append(unit)

    # --- fields ---

    def _of(self, row: Sequence[Value], field: str) -> Value:
        value = self.table.of(row, field)
        return None if isinstance(value, str) and value in ERRORS else value

    def _say(self, what: What, at: int, field: str, *, remark: bool = False, **values: str | int) -> None:
        column = self.table.columns.get(field, -1) + 1
        self.faults.append(Fault(what, self.table.sheet.name, at, column, values, remark))

    def _formulas(self, row: Sequence[Value], at: int) -> None:
        for named, column in self.table.columns.items():
            value = row[column] if column < len(row) else None
            if named != "number" and isinstance(value, str) and value.strip() in ERRORS:
                lost = value == LOST
                self._say(What.formula_lost if lost else What.formula, at, named, value=value.strip())

    def _broken(self, row: Sequence[Value], field: str) -> bool:
        value = self.table.of(row, field)
        return isinstance(value, str) and value.strip() in ERRORS

    def _text(self, row: Sequence[Value], at: int, field: str, missing: What | None = None) -> str:
        value = self._of(row, field)
        written = name(value) if field == "name" else optional(value)
        if not written and missing is not None and not self._broken(row, field):
            self._say(missing, at, field)
        most = LONGEST[field]
        if len(written) > most:
            self._say(What.too_long, at, field, length=len(written), most=most)
        return written

    def _code(self, row: Sequence[Value], at: int) -> str:
        value = self._of(row, "code")
        if isinstance(value, date):
            self._say(What.code_is_date, at, "code", value=text(value))
            return ""
        written = code(value)
        if not written and not self._broken(row, "code"):
            self._say(What.code_missing, at, "code")
        if len(written) > LONGEST["code"]:
            self._say(What.too_long, at, "code", length=len(written), most=LONGEST["code"])
        return written

    def _parent(self, row: Sequence[Value]) -> str:
        """Return the superior's code; its name where the register has no column for the code."""
        return code(self._of(row, "parent")) if "parent" in self.table.columns else name(self._of(row, "parent_name"))

    def _level(self, row: Sequence[Value], at: int) -> int:
        value = self._of(row, "level")
        written = optional(value)
        if not written:
            if not self._broken(row, "level"):
                self._say(What.level_missing, at, "level")
            return 0
        found = self.terms.level(written)
        if found is None:
            self._say(What.level_unknown, at, "level", value=written[:40])
        return found or 0

    def _members(self, row: Sequence[Value], at: int) -> int | None:
        value = self._of(row, "members")
        if value is None or not optional(value):
            return None
        found = whole(value)
        if found is None or found > MOST_PEOPLE:
            self._say(What.members_unclear, at, "members", value=text(value)[:40])
        elif found < 0:
            self._say(What.members_negative, at, "members", value=found)
        return found

    def _place(self, row: Sequence[Value], at: int) -> dict[str, float | None]:
        """Return where the unit is, in degrees, if the register says so."""
        found: dict[str, float | None] = {}
        for which, most in DEGREES.items():
            value = self._of(row, which)
            if value is None or not optional(value):
                continue
            found[which] = degrees(value, most)
            if found[which] is None:
                self._say(What.place_unclear, at, which, value=text(value)[:40])
        if len(found) == 1:
            (lacking,) = DEGREES.keys() - found.keys()
            self._say(What.place_half, at, lacking)
        return found

    def _group(self, row: Sequence[Value], at: int) -> str:
        named = tuple(one for part in several(self._of(row, "group") or "") for one in part.split("/") if one)
        if len(named) > 1:
            self._say(What.two_groups, at, "group", value="、".join(named)[:80])
            return ""
        if not named:
            return ""
        if not self.open_groups and named[0] not in self.known:
            self._say(What.group_unknown, at, "group", value=named[0][:40])
        return named[0]

    def _area(self, row: Sequence[Value], at: int) -> str:
        """Return the path; where a list of names is known, by its official names."""
        province, city, county = (optional(self._of(row, one)) for one in ("province", "city", "county"))
        if not (province or city or county):
            province, city, county = self.terms.areas.split(optional(self._of(row, "area")))
        place = (province, city, county)
        if place not in self._places:
            self._places[place] = self._placed(*place)
        path, doubt = self._places[place]
        if doubt is not None:
            field = {What.city_unknown: "city", What.area_gap: "province"}.get(doubt.what, "province")
            self._say(doubt.what, at, field if field in self.table.columns else "area", remark=True, **doubt.values)
        return path

    def _placed(self, province: str, city: str, county: str) -> tuple[str, Fault | None]:
        if not (province or city or county):
            return "", None
        if not province:
            return "", Fault(What.area_gap, values={"value": city or county})
        known = self.terms.areas.province(province)
        if known is None:
            return "/".join(filter(None, (province, city, county))), Fault(
                What.area_unknown, values={"value": province[:40]}
            )
        town = self.terms.areas.city(known, city) if city else ""
        if town == known and not county:
            town = ""  # 北京市, 北京市: the city is the province
        path = "/".join(filter(None, (known, city if town is None else town, county)))
        return path, Fault(What.city_unknown, values={"value": city[:40], "province": known}) if town is None else None

    def _tags(self, row: Sequence[Value], at: int, level: int) -> tuple[str, ...]:
        found: list[str] = []
        for family in FAMILIES:
            if family not in self.terms.families:
                continue
            for written in several(self._of(row, family) or ""):
                tag = self._known(family, written)
                if tag is None:
                    self._say(What.tag_unknown, at, family, value=written[:40], family=family)
                elif tag.levels and level and level not in tag.levels:
                    self._say(What.tag_level, at, family, value=written[:40])
                else:
                    found.append(tag.code)
        free = several(self._of(row, "tags") or "")
        if len("".join(free)) > LONGEST["tags"]:
            self._say(What.too_long, at, "tags", length=len("".join(free)), most=LONGEST["tags"])
        for written in free:
            known = self._known("", written)
            found.append(known.code if known else written)
        return tuple(dict.fromkeys(found))

    def _known(self, family: str, written: str) -> Tag | None:
        if (family, written) not in self._words:
            self._words[family, written] = self.terms.tag(family, written) if family else self.terms.any_tag(written)
        return self._words[family, written]
