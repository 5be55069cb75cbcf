"""The words of one campaign: what its levels, tags, groups and areas are called in a register.

Pure. A pack says them (``campaign.toml``); the campaign's groups come with what is stored.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from supervision.register.areas import Areas
from supervision.register.cells import text

if TYPE_CHECKING:
    from collections.abc import Mapping

FAMILIES: Final = ("kind", "format", "trait")
"""Families of tags that have a column of their own; every other tag stands in the column of free tags."""

_NUMERALS: Final = "一二三四五"
_PLAIN: Final[Mapping[str, Any]] = {"title": {}, "aliases": ()}


def key(word: str) -> str:
    """Return a word as it is compared: neither case nor spaces count."""
    return text(word).replace(" ", "").casefold()


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a campaign; ``levels`` are the only ones it belongs to, () for all."""

    code: str
    family: str
    titles: Mapping[str, str]
    levels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What the words of a register mean in one campaign."""

    levels: Mapping[str, int]
    level_titles: Mapping[int, Mapping[str, str]]
    tags: tuple[Tag, ...] = ()
    areas: Areas = field(default_factory=Areas)

    def level(self, word: str) -> int | None:
        """Return the level a word stands for, None when it stands for none."""
        return self.levels.get(key(word))

    def tag(self, family: str, word: str) -> Tag | None:
        """Return the tag of a family that a word stands for, by its code or what it is called."""
        wanted = key(word)
        for one in self.tags:
            if one.family == family and wanted in (one.code.casefold(), *(key(title) for title in one.titles.values())):
                return one
        return None

    def any_tag(self, word: str) -> Tag | None:
        """Return the tag that a word stands for in whatever family."""
        return next((found for family in self.families if (found := self.tag(family, word))), None)

    @property
    def families(self) -> tuple[str, ...]:
        """Return the families there are tags of."""
        return tuple(dict.fromkeys(one.family for one in self.tags))

    def family_of(self, code: str) -> str:
        """Return the family a tag belongs to, '' for a free one."""
        return next((one.family for one in self.tags if one.code == code), "")

    def title_of(self, code: str, language: str) -> str:
        """Return what a tag is called; a free one is called what it is."""
        found = next((one for one in self.tags if one.code == code), None)
        return (found.titles.get(language) or code) if found else code


def read(campaign: str, areas: str = "") -> Terms:
    """Read the words of a pack from its ``campaign.toml``; ``areas`` is the list of its country, '' for none."""
    raw = tomllib.loads(campaign)
    known = {int(one["level"]): one for one in raw.get("levels", ())} or dict.fromkeys(range(1, 6), _PLAIN)
    levels: dict[str, int] = {}
    titles: dict[int, Mapping[str, str]] = {}
    for number, one in known.items():
        titles[number] = one["title"]
        for word in _words(number, one):
            levels.setdefault(key(word), number)
    tags = tuple(
        Tag(one["code"], one["family"], one["title"], tuple(one.get("levels", ()))) for one in raw.get("tags", ())
    )
    return Terms(levels, titles, tags, Areas.read(areas))


def _words(number: int, one: Mapping[str, Any]) -> list[str]:
    """Return every word for a level; the pack's own come first."""
    usual = [str(number), f"{number}级", f"第{number}级", f"第{_NUMERALS[number - 1]}级", f"{_NUMERALS[number - 1]}级"]
    return [*one.get("aliases", ()), *one["title"].values(), *usual, f"level {number}", f"L{number}"]
