"""A picture made of blocks, one below the other: a heading, figures, bars, a curve.

A block knows how high it is and paints itself at a place; it says only what it was given, in the words it was given.
Nothing is counted here and nothing is translated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Protocol

from PIL import Image, ImageDraw

from reports.theme import BODY, FIGURE, GAP, MARGIN, SMALL, TITLE, WIDTH, Theme, fitted, font, measured

if TYPE_CHECKING:
    from collections.abc import Sequence

INSIDE = WIDTH - 2 * MARGIN
_LINE = 1.45
_PIECES = re.compile(r"\n|[!-~]+|.", re.DOTALL)
"""Where a line may be broken: between Chinese characters, and between words of other languages."""
_SIZES = (FIGURE, 50, 44, 40, 36, 32, BODY)
_HIGHEST = 4000
"""Telegram refuses a photo whose width and height together pass 10,000, or whose sides differ more than twentyfold."""


class Block(Protocol):
    """A part of a picture; heights and places are pixels."""

    def height(self) -> int:
        """Return how high it is."""

    def paint(self, brush: Brush, top: int) -> None:
        """Paint it, its upper edge at ``top``."""


@dataclass(frozen=True, slots=True)
class Brush:
    """What blocks paint with."""

    draw: ImageDraw.ImageDraw
    theme: Theme

    def text(self, place: tuple[float, float], text: str, size: int, tone: str = "ink", *, bold: bool = False) -> None:
        """Write a line, the middle of its left edge at ``place``."""
        # The font comes in one weight; a thin outline of the same colour makes the second.
        colour = self.theme.tone(tone)
        self.draw.text(
            place, text, fill=colour, font=font(size), anchor="lm", stroke_width=int(bold), stroke_fill=colour
        )

    def right(self, place: tuple[float, float], text: str, size: int, tone: str = "ink") -> None:
        """Write a line, the middle of its right edge at ``place``."""
        self.draw.text(place, text, fill=self.theme.tone(tone), font=font(size), anchor="rm")

    def bar(self, box: tuple[float, float, float, float], tone: str, radius: int = 8) -> None:
        """Fill a box with round corners; one that is narrower than its corners is left square."""
        if box[2] - box[0] >= 1:
            self.draw.rounded_rectangle(box, min(radius, int((box[2] - box[0]) / 2)), fill=self.theme.tone(tone))


def compose(blocks: Sequence[Block], theme: Theme) -> bytes:
    """Return the blocks as a PNG, 720 pixels wide; whatever does not fit 4,000 pixels is cut off at the bottom."""
    heights = [block.height() for block in blocks]
    high = min(_HIGHEST, sum(heights) + GAP * (len(blocks) - 1) + 2 * MARGIN)
    image = Image.new("RGB", (WIDTH, high), theme.paper)
    brush = Brush(ImageDraw.Draw(image), theme)
    top = MARGIN
    for block, height in zip(blocks, heights, strict=True):
        block.paint(brush, top)
        top += height + GAP
    # Few colours: a palette makes the file a third of the size and the writing quicker.
    out = BytesIO()
    image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", compress_level=6)
    return out.getvalue()


def line_height(size: int) -> int:
    """Return how much room a line of text takes, in pixels."""
    return round(size * _LINE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A title, and a quieter line below it."""

    title: str
    under: str = ""

    def height(self) -> int:
        """Return how high it is."""
        return line_height(TITLE) + (line_height(SMALL) if self.under else 0)

    def paint(self, brush: Brush, top: int) -> None:
        """Paint it, its upper edge at ``top``."""
        brush.text((MARGIN, top + line_height(TITLE) / 2), fitted(self.title, TITLE, INSIDE), TITLE, bold=True)
        if self.under:
            middle = top + line_height(TITLE) + line_height(SMALL) / 2
            brush.text((MARGIN, middle), fitted(self.under, SMALL, INSIDE), SMALL, "muted")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is to be seen first, and what it counts; ``tone`` colours it."""

    number: str
    what: str
    tone: str = "ink"


@dataclass(frozen=True, slots=True)
class Figures:
    """Up to four figures side by side, each on a card of its own."""

    each: Sequence[Figure]

    def height(self) -> int:
        """Return how high it is."""
        return line_height(FIGURE) + line_height(SMALL) + 36

    def paint(self, brush: Brush, top: int) -> None:
        """Paint it, its upper edge at ``top``."""
        between = 16
        wide = (INSIDE - between * (len(self.each) - 1)) / len(self.each)
        room = wide - 36
        # All as large as the longest allows: a smaller figure would look like a lesser one.
        size = next((s for s in _SIZES if all(measured(one.number, s) <= room for one in self.each)), SMALL)
        for place, one in enumerate(self.each):
            left = MARGIN + place * (wide + between)
            brush.draw.rounded_rectangle(
                (left, top, left + wide, top + self.height()), 18, fill=brush.theme.card, outline=brush.theme.rule
            )
            middle = top + 14 + line_height(FIGURE) / 2
            brush.text((left + 18, middle), fitted(one.number, size, room), size, one.tone, bold=True)
            middle = top + 14 + line_height(FIGURE) + line_height(SMALL) / 2
            brush.text((left + 18, middle), fitted(one.what, SMALL, room), SMALL, "muted")


@dataclass(frozen=True, slots=True)
class Words:
    """A line or two of plain text, broken where it has to be."""

    text: str
    tone: str = "muted"

    def _lines(self) -> list[str]:
        lines = [""]
        for piece in _PIECES.findall(self.text):
            if piece == "\n" or (lines[-1] and measured((lines[-1] + piece).rstrip(), SMALL) > INSIDE):
                lines.append("")
            lines[-1] += "" if not lines[-1] and piece.isspace() else piece
        return [fitted(line.rstrip(), SMALL, INSIDE) for line in lines]

    def height(self) -> int:
        """Return how high it is."""
        return line_height(SMALL) * len(self._lines())

    def paint(self, brush: Brush, top: int) -> None:
        """Paint it, its upper edge at ``top``."""
        for place, line in enumerate(self._lines()):
            brush.text((MARGIN, top + (place + 0.5) * line_height(SMALL)), line, SMALL, self.tone)
