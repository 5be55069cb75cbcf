"""Charts as blocks of a picture: bars with parts, and curves over days.

A part that is not nothing is always seen, however small; a bar without a whole is empty, never an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.picture import INSIDE, Brush, line_height
from reports.theme import BODY, MARGIN, SMALL, fitted, measured

if TYPE_CHECKING:
    from collections.abc import Sequence

_BAR = 22
_LEAST = 6
"""Pixels of a part that is more than nothing."""

_SIGN, _APART = 30, 26
"""Pixels of a legend's coloured sign with the room after it, and between one key and the next."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a colour stands for."""

    tone: str
    what: str


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: what it is about, its parts from left to right (tone, amount), and what is written at its end."""

    label: str
    parts: Sequence[tuple[str, float]]
    end: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Rows of bars, each of them ``whole`` long, or as long as its own parts together, and what the colours mean."""

    rows: Sequence[Row]
    keys: Sequence[Key] = ()
    title: str = ""
    whole: float | None = None

    def height(self) -> int:
        """Return how high it is."""
        return _head_height(self.title, self.keys) + len(self.rows) * self._row()

    def paint(self, brush: Brush, top: int) -> None:
        """Paint it, its upper edge at ``top``."""
        top = _head(brush, top, self.title, self.keys)
        for row in self.rows:
            middle = top + line_height(SMALL) / 2
            brush.right((MARGIN + INSIDE, middle), row.end, SMALL, "muted")
            room = INSIDE - measured(row.end, SMALL) - 24
            brush.text((MARGIN, middle), fitted(row.label, SMALL, room), SMALL)
            self._bar(brush, row, top + line_height(SMALL) + 4)
            top += self._row()

    @staticmethod
    def _row() -> int:
        return line_height(SMALL) + _BAR + 26

    def _bar(self, brush: Brush, row: Row, top: int) -> None:
        brush.bar((MARGIN, top, MARGIN + INSIDE, top + _BAR), "rule")
        whole = self.whole if self.whole is not None else sum(amount for _, amount in row.parts)
        right, ends = float(MARGIN), []
        for tone, amount in row.parts:
            if whole > 0 and amount > 0:
                right = min(right + max(INSIDE * amount / whole, _LEAST), MARGIN + INSIDE)
                ends.append((tone, right))
        # Each reaches from the left to its own end and lies on the one after it: round corners without gaps.
        for tone, end in reversed(ends):
            brush.bar((MARGIN, top, end, top + _BAR), tone)


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: one value a day, None for days that are still to come."""

    tone: str
    what: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Curve:
    """Lines over the same days, from nothing up to the largest value; the first and the last day are written below."""

    lines: Sequence[Line]
    first: str
    last: str
    title: str = ""
    high: int = 220

    def height(self) -> int:
        """Return how high it is."""
        return _head_height(self.title, self._keys()) + self.high + line_height(SMALL) + 8

    def paint(self, brush: Brush, top: int) -> None:
        """Paint it, its upper edge at ``top``."""
        top = _head(brush, top, self.title, self._keys())
        most = max((value for line in self.lines for value in line.values if value is not None), default=0)
        scale = f"{most:g}"
        right = MARGIN + INSIDE - measured(scale, SMALL) - 16
        bottom = top + self.high
        for y in (top, bottom):
            brush.draw.line((MARGIN, y, right, y), fill=brush.theme.rule, width=2)
        brush.right((MARGIN + INSIDE, top), scale, SMALL, "muted")
        brush.right((MARGIN + INSIDE, bottom), "0", SMALL, "muted")
        for line in self.lines:
            _line(brush, line, (MARGIN, top, right, bottom), most)
        middle = bottom + 8 + line_height(SMALL) / 2
        brush.text((MARGIN, middle), self.first, SMALL, "muted")
        brush.right((right, middle), self.last, SMALL, "muted")

    def _keys(self) -> list[Key]:
        return [Key(line.tone, line.what) for line in self.lines]


def _line(brush: Brush, line: Line, box: tuple[float, float, float, float], most: float) -> None:
    left, top, right, bottom = box
    step = (right - left) / max(len(line.values) - 1, 1)
    points = [
        (left + place * step, bottom - (bottom - top) * (value / most if most else 0))
        for place, value in enumerate(line.values)
        if value is not None
    ]
    colour = brush.theme.tone(line.tone)
    if len(points) > 1:
        brush.draw.line(points, fill=colour, width=5, joint="curve")
    if points:
        x, y = points[-1]
        brush.draw.ellipse((x - 8, y - 8, x + 8, y + 8), fill=colour)


def _head(brush: Brush, top: int, title: str, keys: Sequence[Key]) -> int:
    """Paint a chart's title and its legend; return where the chart itself begins."""
    if title:
        brush.text((MARGIN, top + line_height(BODY) / 2), fitted(title, BODY, INSIDE), BODY)
        top += line_height(BODY) + 8
    for line in legend(keys):
        left, middle = float(MARGIN), top + line_height(SMALL) / 2
        for key in line:
            brush.bar((left, middle - 10, left + 20, middle + 10), key.tone, radius=5)
            brush.text((left + _SIGN, middle), key.what, SMALL, "muted")
            left += _SIGN + measured(key.what, SMALL) + _APART
        top += line_height(SMALL) + 12
    return top


def _head_height(title: str, keys: Sequence[Key]) -> int:
    head = line_height(BODY) + 8 if title else 0
    return head + len(legend(keys)) * (line_height(SMALL) + 12)


def legend(keys: Sequence[Key]) -> list[list[Key]]:
    """Return the keys line by line: as many on each as fit, none cut unless it is wider than the picture by itself."""
    lines: list[list[Key]] = []
    left = 0.0
    for key in keys:
        whole = Key(key.tone, fitted(key.what, SMALL, INSIDE - _SIGN))
        wide = _SIGN + measured(whole.what, SMALL)
        if not lines or left + wide > INSIDE:
            lines.append([])
            left = 0.0
        lines[-1].append(whole)
        left += wide + _APART
    return lines
