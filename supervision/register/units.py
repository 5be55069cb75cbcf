"""The rows of a register's main table, one unit each, and what is wrong with a row by itself.

Pure. What rows are to one another (superiors, codes that stand twice) is looked at in ``tree.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from supervision.register.areas import placed
from supervision.register.cells import (
    ERRORS,
    LOST,
    beside,
    code,
    degrees,
    name,
    numbered,
    optional,
    several,
    summing,
    text,
    total,
)
from supervision.register.faults import Fault, What
from supervision.register.groups import same
from supervision.register.model import UnitLine
from supervision.register.numbers import amount, restored, spoilt, unknown
from supervision.register.terms import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from supervision.register.cells import Value
    from supervision.register.headers import Table
    from supervision.register.terms import Tag, Terms

LONGEST: Final = {"name": 100, "code": 40, "contact": 60, "phone": 60, "note": 500, "area": 120, "tags": 200}
"""Characters in each field; longer is a paragraph in the wrong cell."""

NAMES: Final = frozenset({"name", "contact"})
"""Fields in which a line break within Chinese words leaves no space."""

MOST_PEOPLE: Final = 10_000_000

_POINT: Final = {ord("．"): "."}
_DECIMAL: Final = re.compile(r"\d+\.0+")
_SPACED: Final = re.compile(r"(?<=[\u3400-\u9fff]{2})\s+(?=[\u3400-\u9fff]{2})")

DEGREES: Final = {"latitude": 90.0, "longitude": 180.0}


@dataclass(slots=True)
class Reading:
    """Reads a table of units: what was understood, and what is wrong.

    ``known`` are the names of the groups there are, by :func:`same`.
    """

    table: Table
    terms: Terms
    known: Mapping[str, str]
    open_groups: bool = False
    """Any name of a group will do: there is none yet, and the register is what brings them."""
    units: list[UnitLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    codes: list[tuple[str, int, str]] = field(default_factory=list)
    """Every code with its row, that of rows with faults too: another row may name it as its superior."""
    named: list[tuple[str, str]] = field(default_factory=list)
    """The name and the code of every row that has both, with faults or without."""
    _places: dict[tuple[str, str, str], tuple[str, Fault | None]] = field(default_factory=dict)
    _decimals: bool = False
    """Whatever has a point in a code ends in ``.0``: numbers that went through a program, no outline."""
    _levels: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    _called: list[tuple[int, str, int, int]] = field(default_factory=list)
    """Levels by a word that counts, such as 三级公司: the row, the word, the level, the number it names."""
    _words: dict[tuple[str, str], Tag | None] = field(default_factory=dict)

    def run(self) -> None:
        """Read every row."""
        self._decimals = all(
            _DECIMAL.fullmatch(code(value))
            for row in self.table.sheet.rows[self.table.first :]
            for field in ("code", "parent")
            if isinstance(value := self.table.of(row, field), str) and "." in value.translate(_POINT)
        )
        for at, row in enumerate(self.table.sheet.rows[self.table.first :], self.table.first + 1):
            if row and not self._beside(row):
                self._row(row, at)
        self._counted_levels()

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
            return lone or beside(first) or numbered(first) or "：" in text(first)
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
            phone=self._phone(row, at),
            note=self._text(row, at, "note"),
            tags=self._tags(row, at, level),
            row=at,
            sheet=self.table.sheet.name,
        )
        if unit.code:
            self.codes.append((unit.code, at, unit.parent))
            if unit.name:
                self.named.append((unit.name, unit.code))
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
        written = name(value if field == "name" else optional(value)) if field in NAMES else optional(value)
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
        if spoilt(value):
            self._say(What.code_spoilt, at, "code", value=text(value)[:40])
        written = self._coded(value)
        if not written and not self._broken(row, "code"):
            self._say(What.code_missing, at, "code")
        if len(written) > LONGEST["code"]:
            self._say(What.too_long, at, "code", length=len(written), most=LONGEST["code"])
        return written

    def _coded(self, value: Value) -> str:
        """Return a code as it was before a program made a number of it: 1.0 is 1."""
        written = code(value)
        whole = written.partition(".")[0] if self._decimals and _DECIMAL.fullmatch(written) else written
        return restored(whole) or whole

    def _parent(self, row: Sequence[Value]) -> str:
        """Return the superior's code, or its name where there is no code."""
        return self._coded(self._of(row, "parent")) or name(optional(self._of(row, "parent_name")))

    def _level(self, row: Sequence[Value], at: int) -> int:
        value = self._of(row, "level")
        written = optional(value)
        if not written:
            if not self._broken(row, "level"):
                self._say(What.level_missing, at, "level")
            return 0
        if written not in self._levels:
            self._levels[written] = self.terms.level(written), self.terms.counted(written)
        found, counted = self._levels[written]
        if found is None:
            self._say(What.level_unknown, at, "level", value=written[:40])
            return 0
        if counted is not None:
            self._called.append((at, written[:40], found, counted))
        return found

    def _counted_levels(self) -> None:
        """Look at words such as 三级公司 that are what another level is called: in doubt where others count, too."""
        doubtful = any(level == counted for _, _, level, counted in self._called)
        said = set()
        for at, written, level, counted in self._called:
            if level == counted:
                continue
            if doubtful:
                self._say(What.level_unclear, at, "level", value=written, level=level, counted=counted)
            elif written not in said:
                said.add(written)
                self._say(What.level_called, at, "level", remark=True, value=written, level=level)

    def _members(self, row: Sequence[Value], at: int) -> int | None:
        value = self._of(row, "members")
        if value is None or not optional(value):
            return None
        if unknown(value):
            self._say(What.members_unsaid, at, "members", remark=True, value=text(value)[:40])
            return None
        found = amount(value)
        if found is None or found.number > MOST_PEOPLE:
            self._say(What.members_unclear, at, "members", value=text(value)[:40])
            return None
        if found.number < 0:
            self._say(What.members_negative, at, "members", value=found.number)
        elif found.rough:
            self._say(What.members_rough, at, "members", remark=True, value=text(value)[:40], number=found.number)
        return found.number

    def _phone(self, row: Sequence[Value], at: int) -> str:
        value = self._of(row, "phone")
        if spoilt(value):
            self._say(What.phone_spoilt, at, "phone", value=text(value)[:40])
            return ""
        return restored(text(value)) or self._text(row, at, "phone")

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
        known = self.known.get(same(named[0]))
        if not self.open_groups and known is None:
            self._say(What.group_unknown, at, "group", value=named[0][:40])
        return known or named[0]

    def _area(self, row: Sequence[Value], at: int) -> str:
        """Return the path; where a list of names is known, by its official names."""
        province, city, county = (optional(self._of(row, one)) for one in ("province", "city", "county"))
        if not (province or city or county):
            province, city, county = self.terms.areas.split(optional(self._of(row, "area")))
        elif province and not city and self.terms.areas.province(province) is None:
            province, city, rest = self.terms.areas.split(province)  # 浙江省杭州市 in the first column of three
            county = county or rest
        place = (province, city, county)
        if place not in self._places:
            self._places[place] = placed(self.terms.areas, *place)
        path, doubt = self._places[place]
        if doubt is not None:
            field = "city" if doubt.what in (What.city_unknown, What.city_like) else "province"
            self._say(doubt.what, at, field if field in self.table.columns else "area", remark=True, **doubt.values)
        return path

    def _tags(self, row: Sequence[Value], at: int, level: int) -> tuple[str, ...]:
        found: list[str] = []
        for family in FAMILIES:
            if family not in self.terms.families:
                continue
            for written in _parts(self._of(row, family)):
                tag = self._known(family, written)
                if tag is None:
                    self._say(What.tag_unknown, at, family, value=written[:40], family=family)
                elif tag.levels and level and level not in tag.levels:
                    self._say(What.tag_level, at, family, value=written[:40])
                else:
                    found.append(tag.code)
        free = _parts(self._of(row, "tags"))
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


def _parts(value: Value) -> tuple[str, ...]:
    """Return the tags in a cell, however they are parted: by commas, semicolons, strokes, lines or spaces."""
    if value is None:
        return ()
    if isinstance(value, str) and (" " in value or "/" in value or "\u3000" in value):
        return several(_SPACED.sub("、", value.replace("/", "、")))
    return several(value)
