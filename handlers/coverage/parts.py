"""Parts of a round's ledger, a level or an area: how a button names one, and which units are in it.

Pure, but for the words on buttons. A button names an area by a short sum of its letters: in full it would not fit.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from handlers.chat import Button
from handlers.journey import data
from supervision.coverage import ORDER, province

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Round
    from supervision.coverage import Line

LEVEL: Final = "l"
AREA: Final = "a"


def of_level(level: int) -> str:
    """Return what a button says for a level."""
    return f"{LEVEL}{level}"


def of_area(name: str) -> str:
    """Return what a button says for an area."""
    return f"{AREA}{zlib.crc32(name.encode()):08x}"


def of(lines: Iterable[Line], wanted: str) -> list[Line]:
    """Return the units of a part, those that are left first."""
    found = [one for one in lines if wanted in (of_level(one.level), of_area(province(one)))]
    return sorted(found, key=lambda one: -ORDER[one.stand])


def levels(turn: Turn, one: Round, group_id: int, lines: Iterable[Line]) -> Rows:
    """Return a row with a button for each level there is."""
    every = sorted({line.level for line in lines})
    buttons = tuple(
        Button(turn.label("level {level}", level=each), data("coverage", "part", one.id, group_id, of_level(each), 0))
        for each in every
    )
    return (buttons,) if buttons else ()


def turning(at: int, pages: int, to: Callable[[int], str]) -> Rows:
    """Return the buttons to the pages before and after; none where there is one page."""
    moves = tuple(
        Button(words, to(page))
        for words, page in (("‹", at - 1), (f"{at + 1}/{pages}", at), ("›", at + 1))
        if pages > 1 and 0 <= page < pages
    )
    return (moves,) if moves else ()
