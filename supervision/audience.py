"""Whom a notice or a survey is for: facets that are chosen by taps, and who fits them. Pure.

Within one facet any of the values will do ("group 1 or group 2"); facets narrow one another ("leaders" and "group 1").
Named people come on top, and whoever fits an exception is left out, however they came in. What a facet says is asked of
one role at a time: a leader of group 1 who is a member in group 2 is no leader of group 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROLE: Final = "role"
GROUP: Final = "group"
AREA: Final = "area"
LEVEL: Final = "level"
TAG: Final = "tag"
PERSON: Final = "person"

NARROWING: Final = (ROLE, GROUP, AREA, LEVEL, TAG)
"""Facets that say what somebody is; a person is named."""

FACETS: Final = (*NARROWING, PERSON)


@dataclass(frozen=True, slots=True)
class Belongs:
    """One role of one person and where it places them; ``areas`` are paths such as ``浙江省/杭州市``."""

    person: int
    role: str
    group: int = 0
    areas: tuple[str, ...] = ()
    level: int = 0
    tags: frozenset[str] = frozenset()

    def fits(self, facet: str, value: str) -> bool:
        """Tell whether this role has what the facet asks for."""
        if facet == AREA:
            return any(area == value or area.startswith(f"{value}/") for area in self.areas)
        if facet == TAG:
            return value in self.tags
        own = {ROLE: self.role, GROUP: self.group, LEVEL: self.level, PERSON: self.person}
        return str(own[facet]) == value

    def fits_any(self, facet: str, wanted: Mapping[str, frozenset[str]]) -> bool:
        """Tell whether it has any of the values wanted of a facet; False when none is wanted."""
        return any(self.fits(facet, value) for value in wanted.get(facet, frozenset()))


@dataclass(frozen=True, slots=True)
class Audience:
    """What was chosen: facet -> values, for whom it is and for whom not. ``everyone`` asks for no facet."""

    everyone: bool = False
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    excepted: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Tell whether nobody was chosen at all yet."""
        return not self.everyone and not any(self.chosen.values())

    def toggled(self, facet: str, value: str, *, excepting: bool = False) -> Audience:
        """Return the audience with a value taken in, or out when it was in."""
        was = self.excepted if excepting else self.chosen
        values = was.get(facet, frozenset()) ^ {value}
        new = {name: kept for name, kept in {**was, facet: values}.items() if kept}
        if excepting:
            return Audience(self.everyone, self.chosen, new)
        return Audience(everyone=False, chosen=new, excepted=self.excepted)

    def has(self, facet: str, value: str, *, excepting: bool = False) -> bool:
        """Tell whether a value is chosen."""
        return value in (self.excepted if excepting else self.chosen).get(facet, frozenset())

    def takes(self, one: Belongs) -> bool:
        """Tell whether this role brings its person in; exceptions are not asked."""
        if self.everyone or one.fits_any(PERSON, self.chosen):
            return True
        narrowing = [facet for facet in NARROWING if self.chosen.get(facet)]
        return bool(narrowing) and all(one.fits_any(facet, self.chosen) for facet in narrowing)

    def leaves_out(self, one: Belongs) -> bool:
        """Tell whether this role keeps its person out."""
        return any(one.fits_any(facet, self.excepted) for facet in FACETS)

    def people(self, belongings: Iterable[Belongs]) -> set[int]:
        """Return the ids of the people it is for."""
        taken: set[int] = set()
        left_out: set[int] = set()
        for one in belongings:
            if self.takes(one):
                taken.add(one.person)
            if self.leaves_out(one):
                left_out.add(one.person)
        return taken - left_out

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "everyone": self.everyone,
            "chosen": {facet: sorted(values) for facet, values in self.chosen.items()},
            "excepted": {facet: sorted(values) for facet, values in self.excepted.items()},
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Audience:
        """Read what :meth:`as_data` wrote; what is missing was not chosen."""
        return cls(
            everyone=bool(data.get("everyone")),
            chosen={facet: frozenset(values) for facet, values in data.get("chosen", {}).items()},
            excepted={facet: frozenset(values) for facet, values in data.get("excepted", {}).items()},
        )
