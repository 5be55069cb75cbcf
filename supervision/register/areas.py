"""Areas as a path: province, city, county; the official names of a country where there is a list of them.

Pure. Provinces and cities can be checked against the list. Counties cannot: their names change every year, and zones
that are no county have offices too.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from supervision.register.faults import Fault, What

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDINGS: Final = (
    "维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市", "地区", "盟",
)  # fmt: skip
_BETWEEN: Final = dict.fromkeys(map(ord, "\\- ,，、>"), "/")
_GOES_ON: Final = tuple("省市州县区盟地湾")
"""A short name followed by one of these is another name: 吉林市 does not say 吉林省, nor 杭州湾 杭州."""


@dataclass(frozen=True, slots=True)
class Areas:
    """The provinces of a country with their cities; empty for a country without a list: then any path will do."""

    cities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, written: str) -> Self:
        """Read a list as TOML, a line for each province: ``"浙江省" = ["杭州市", "宁波市"]``."""
        return cls({province: tuple(cities) for province, cities in tomllib.loads(written).items()})

    def province(self, word: str) -> str | None:
        """Return the official name of a province, also for its short one; None when there is none of that name."""
        return _named(word, tuple(self.cities)) if self.cities else word or None

    def city(self, province: str, word: str) -> str | None:
        """Return the official name of a city of a province; None when there is none of that name there."""
        if not self.cities:
            return word or None
        return _named(word, (*self.cities.get(province, ()), province))

    def split(self, path: str) -> tuple[str, str, str]:
        """Take an area written in one cell apart: ``浙江省/杭州市/萧山区``, ``浙江省杭州市萧山区``."""
        parts = [one.strip() for one in path.translate(_BETWEEN).split("/")]
        parts = [one for one in parts if one]
        if len(parts) > 1 or not self.cities:
            return (*parts, "", "", "")[:3]  # type: ignore[return-value] # three are what is left
        rest = parts[0] if parts else ""
        province, rest = _begun(rest, tuple(self.cities))
        if not province:
            return rest, "", ""
        city, rest = _begun(rest, (*self.cities[province], province))
        return province, city, rest

    def like(self, word: str, province: str = "") -> str | None:
        """Return the one province, or city of a province, that a misspelt word resembles: all but one letter of it."""
        names = self.cities.get(province, ()) if province else tuple(self.cities)
        found = [one for one in names if _nearly(short(word), short(one))]
        return found[0] if len(found) == 1 else None


def _named(word: str, names: tuple[str, ...]) -> str | None:
    if word in names:
        return word
    return next((one for one in names if word and short(one) == short(word)), None)


def _begun(written: str, names: tuple[str, ...]) -> tuple[str, str]:
    """Return the name that a text begins with, in full or as people call it, and what is left of the text."""
    found = next((one for one in names if written.startswith(one)), "")
    if found:
        return found, written.removeprefix(found)
    for one in names:
        rest = written.removeprefix(short(one))
        if rest != written and len(short(one)) > 1 and rest[:1] not in _GOES_ON:
            return one, rest
    return "", written


def _nearly(one: str, other: str) -> bool:
    return len(one) == len(other) > 1 and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def short(name: str) -> str:
    """Return a province or city as people call it: 浙江省 is 浙江, 内蒙古自治区 is 内蒙古."""
    ending = next((one for one in _ENDINGS if name.endswith(one) and len(name) - len(one) > 1), "")
    return name.removesuffix(ending)


def placed(areas: Areas, province: str, city: str, county: str) -> tuple[str, Fault | None]:
    """Return the path that three names stand for, by their official names, and what is doubtful about them."""
    if not (province or city or county):
        return "", None
    if not province:
        return "", Fault(What.area_gap, values={"value": city or county})
    known = areas.province(province)
    if known is None:
        like = areas.like(province)
        what = What.area_like if like else What.area_unknown
        values = {"value": province[:40]} | ({"like": like} if like else {})
        return "/".join(filter(None, (province, city, county))), Fault(what, values=values)
    city = city.removeprefix(known) or city
    town = areas.city(known, city) if city else ""
    if town == known and not county:
        town = ""  # 北京市, 北京市: the city is the province
    path = "/".join(filter(None, (known, city if town is None else town, county)))
    if town is not None:
        return path, None
    like = areas.like(city, known)
    values = {"value": city[:40], "province": known} | ({"like": like} if like else {})
    return path, Fault(What.city_like if like else What.city_unknown, values=values)


def within(area: str, part: str) -> bool:
    """Tell whether a path lies in an area: in 浙江省 lies 浙江省/杭州市."""
    return area == part or area.startswith(f"{part}/")


def covering(area: str, parts: Mapping[str, str]) -> str | None:
    """Return what the narrowest area stands for that a path lies in: area -> whatever answers for it."""
    while area:
        if area in parts:
            return parts[area]
        area = area.rpartition("/")[0]
    return None
