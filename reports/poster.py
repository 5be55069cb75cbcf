"""A poster for a wall: A4, a title, a QR code that can be scanned from three steps away, a few lines; as PNG or PDF.

It says what it was given; what the code leads to is the caller's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import segno
from PIL import Image, ImageDraw

from reports.theme import font, measured

if TYPE_CHECKING:
    from collections.abc import Sequence

DPI = 150
WIDE, HIGH = 1240, 1754
"""A4 at 150 dots an inch."""

CODE = 700
"""Pixels of the code's side, at most: some 12 cm."""

_MARGIN = 110
_TITLE, _LINE = 84, 44


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on the wall: ``link`` becomes the code, ``lines`` stand below it, ``foot`` at the bottom."""

    title: str
    link: str
    lines: Sequence[str]
    foot: str = ""

    def png(self) -> bytes:
        """Return it as a PNG."""
        return self._saved("PNG")

    def pdf(self) -> bytes:
        """Return it as a PDF of one A4 page."""
        return self._saved("PDF")

    def _saved(self, kind: str) -> bytes:
        out = BytesIO()
        self._painted().save(out, kind, resolution=DPI)
        return out.getvalue()

    def _painted(self) -> Image.Image:
        page = Image.new("L", (WIDE, HIGH), 255)
        draw = ImageDraw.Draw(page)
        top = 150
        for line in broken(self.title, _TITLE, WIDE - 2 * _MARGIN)[:3]:
            draw.text((WIDE / 2, top + _TITLE / 2), line, fill=0, font=font(_TITLE), anchor="mm", stroke_width=1)
            top += round(_TITLE * 1.35)
        top = self._code(page, max(top + 40, 430))
        for one in self.lines:
            for line in broken(one, _LINE, WIDE - 2 * _MARGIN):
                draw.text((WIDE / 2, top + _LINE / 2), line, fill=0, font=font(_LINE), anchor="mm")
                top += round(_LINE * 1.6)
        draw.text((WIDE / 2, HIGH - 90), self.foot, fill=110, font=font(28), anchor="mm")
        return page

    def _code(self, page: Image.Image, top: int) -> int:
        """Paint the code with its quiet zone; return where it ends."""
        rows = [bytes(row) for row in segno.make(self.link, error="m", micro=False).matrix]
        side = len(rows) + 8
        dot = CODE // side
        small = Image.new("L", (side, side), 255)
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    small.putpixel((x + 4, y + 4), 0)
        large = small.resize((side * dot, side * dot), Image.Resampling.NEAREST)
        page.paste(large, ((WIDE - side * dot) // 2, top))
        return top + side * dot + 50


def broken(text: str, size: int, wide: float) -> list[str]:
    """Break a text into lines that fit."""
    lines = [""]
    for char in text:
        if char == "\n" or (lines[-1] and measured(lines[-1] + char, size) > wide):
            lines.append("")
        lines[-1] += "" if char == "\n" else char
    return lines
