"""The words of one campaign: what its levels, tags, groups and areas are called in a register.

Pure. A pack says them (``campaign.toml``); the campaign's groups come with what is stored.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from supervision.register.areas import Areas
from supervision.register.cells import text
from supervision.register.numbers import ordinal

if TYPE_CHECKING:
    from collections.abc import Mapping

FAMILIES: Final = ("kind", "format", "trait")
"""Families of tags that have a column of their own; every other tag stands in the column of free tags."""

_NUMERALS: Final = "一二三四五"
_COUNTED: Final = re.compile(
    r"(?:(?:第|level|lv\.?|l|tier)?(?P<number>\d(?:\.0)?|[一二三四五壹贰叁肆伍①-⑤])|(?P<roman>[ⅰⅱⅲⅳⅴ]|[iv]+))"
    r"(?:层级|级次|级|层)?"
    r"(?P<what>公司|子公司|单位|企业|机构|组织|部门|党组织|党委|党总支|党支部|支部|units?|company)?"
)
_ASIDE: Final = re.compile(r"(.+?)[(\[【](.+)[)\]】]")
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
        """Return the level a word stands for, None when it stands for none.

        The campaign's own words come first; then whatever counts: 四级公司, Ⅳ, level 4. 「五级（支部）」 is one when
        both its parts say the same.
        """
        written = key(word)
        if (known := self.levels.get(written)) is not None:
            return known
        if (aside := _ASIDE.fullmatch(written.replace("（", "(").replace("）", ")"))) is not None:
            first, second = self.level(aside[1]), self.level(aside[2])
            return first if second in (first, None) else None
        found = _COUNTED.fullmatch(written)
        number = ordinal(found["number"] or found["roman"]) if found is not None else None
        return number if number in self.level_titles else None

    def counted(self, word: str) -> int | None:
        """Return the number that a word for a level names by itself, whatever the campaign calls that level.

        「三级公司」 names 3, also where it is what the fourth level is called: such words are to be looked at twice.
        """
        found = _COUNTED.fullmatch(key(word))
        return ordinal(found["number"] or found["roman"]) if found is not None and found["what"] else None

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
