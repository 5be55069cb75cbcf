"""Countries and time zones by the names people have for them, in their own language; both ways.

Words only, from CLDR. Which of them a campaign can keep is decided elsewhere.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from handlers.text import LANGUAGES
from supervision.zones import named

if TYPE_CHECKING:
    from handlers.text import Speech

BEIJING: Final = "Asia/Shanghai"


def zone_name(speech: Speech, zone: str) -> str:
    """Return what a time zone is called: by its city, the one all of China keeps by its own name."""
    if zone == BEIJING:
        return speech.label("Beijing time")
    return str(get_timezone_location(zone, locale=speech.language, return_city=True))


def zone_named(words: str) -> str | None:
    """Return the zone somebody names, in full or by its city in any language of the bot; None when there is none."""
    found = named(words)
    wanted = words.strip().casefold()
    if found is not None or not wanted:
        return found
    return next((zone for language in LANGUAGES if (zone := _cities(language).get(wanted)) is not None), None)


@cache
def _cities(language: str) -> dict[str, str]:
    """Return the zones by their cities, none by an old name of another; to name them takes a tenth of a second."""
    zones = sorted(
        (one for one in available_timezones() - get_global("zone_aliases").keys() if "/" in one), reverse=True
    )
    return {get_timezone_location(one, locale=language, return_city=True).casefold(): one for one in zones}


def country_name(speech: Speech, code: str) -> str:
    """Return what a country is called; its letters where nobody has a name for it."""
    return str(Locale.parse(speech.language).territories.get(code, code))


def country_named(words: str) -> str:
    """Return the two letters of a country that somebody names, also when they wrote the letters themselves."""
    wanted = words.strip().casefold()
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and name.casefold() == wanted:  # noqa: PLR2004 - continents have three figures
                return str(code)
    return wanted.upper()
