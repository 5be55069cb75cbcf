"""A poster for a wall: A4, a title, a QR code that can be scanned from three steps away, a few lines; as PNG or PDF.

It says what it was given; what the code leads to is the caller's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

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
_TITLES: Final = (84, 72, 60, 52)
"""Sizes of the title: the largest in which it fits."""

_TITLE_LINES, _LINE = 3, 44
_WIDE: Final = r"[\u2e80-\u9fff\uff00-\uffef]"
_CLOSING: Final = r"[\uff0c\u3002\u3001\uff1b\uff1a\uff1f\uff01\uff09\u300b\u300d\u300f\u201d\u2019%\u2026,.;:?!)]*"
"""Punctuation that begins no line."""

_PIECE: Final = re.compile(rf"[\uff08\u300a\u300c\u300e\u201c\u2018(]*(?:{_WIDE}|(?:(?!{_WIDE})\S)+|\s){_CLOSING}")


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
        sizes = ((size, broken(self.title, size, WIDE - 2 * _MARGIN)) for size in _TITLES)
        size, title = next(one for one in sizes if len(one[1]) <= _TITLE_LINES or one[0] == _TITLES[-1])
        for line in title:
            draw.text((WIDE / 2, top + size / 2), line, fill=0, font=font(size), anchor="mm", stroke_width=1)
            top += round(size * 1.35)
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
    """Break a text into as few lines as fit, about as long as one another; no word is broken that fits into a line."""
    paragraphs = [_pieces(one, size, wide) for one in text.split("\n")]
    lines = _filled(paragraphs, size, wide)
    while True:
        longest = max(measured(one, size) for one in lines)
        narrower = _filled(paragraphs, size, longest - 1)
        if len(narrower) > len(lines) or max(measured(one, size) for one in narrower) >= longest:
            return lines
        lines = narrower


def _filled(paragraphs: Sequence[Sequence[str]], size: int, wide: float) -> list[str]:
    """Put pieces into lines, each filled as far as it goes."""
    lines: list[str] = []
    for pieces in paragraphs:
        lines.append("")
        for piece in pieces:
            if lines[-1] and measured((lines[-1] + piece).rstrip(), size) > wide:
                lines.append("")
            lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _pieces(paragraph: str, size: int, wide: float) -> list[str]:
    """Return what stays together: a word, a Chinese character with the punctuation behind it."""
    found: list[str] = []
    for piece in _PIECE.findall(paragraph):
        found += [piece] if measured(piece, size) <= wide else list(piece)
    return found
