"""How pictures look: colours by day and by night, one Chinese font, sizes for a phone.

A picture is drawn 720 pixels wide and shown about 360 points wide, so every size here is twice what the eye gets; the
smallest text is 24, twelve points on the screen. Colours are told apart by people who see no red or no green: what
matters is also said in words or by position.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PIL import ImageFont
from pylopdf_fonts_zh_cn import sans_path

WIDTH = 720
MARGIN = 36
GAP = 36

TITLE = 38
BODY = 28
SMALL = 24
FIGURE = 56

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one picture, by what they mean."""

    paper: Colour
    card: Colour
    ink: Colour
    muted: Colour
    rule: Colour
    done: Colour
    planned: Colour
    open: Colour
    late: Colour
    partly: Colour

    def tone(self, name: str) -> Colour:
        """Return a colour by its meaning: done, planned, open, late, partly, ink or muted."""
        colour: Colour = getattr(self, name)
        return colour


LIGHT = Theme(
    paper=(247, 248, 248),
    card=(255, 255, 255),
    ink=(24, 32, 36),
    muted=(96, 108, 114),
    rule=(222, 227, 229),
    done=(0, 121, 107),
    planned=(137, 196, 188),
    open=(206, 212, 215),
    late=(196, 66, 34),
    partly=(222, 160, 58),
)
DARK = Theme(
    paper=(16, 22, 25),
    card=(27, 35, 39),
    ink=(236, 240, 241),
    muted=(158, 170, 176),
    rule=(52, 62, 67),
    done=(64, 188, 170),
    planned=(44, 122, 113),
    open=(70, 82, 88),
    late=(240, 128, 92),
    partly=(201, 146, 62),
)


@lru_cache(maxsize=8)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font in that size, in pixels."""
    return ImageFont.truetype(sans_path(), size)


def measured(text: str, size: int) -> float:
    """Return how wide a text is, in pixels."""
    return font(size).getlength(text)


def fitted(text: str, size: int, width: float) -> str:
    """Return a text cut with an ellipsis so that it is no wider than ``width`` pixels."""
    if measured(text, size) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measured(text[:middle].rstrip() + "…", size) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"
