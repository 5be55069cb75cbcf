"""A picture from plain data: what a message asks for in words a database can keep, drawn where it is sent.

A process of its own draws (bot/outgoing/drawing.py), so that the serving one loads no fonts: ``python -m
reports.drawing`` reads what is wanted as JSON and writes JSON: each picture in base64, null for what is none.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import TYPE_CHECKING, Any

from reports.charts import Bars, Curve, Key, Line, Row
from reports.picture import Figure, Figures, Heading, Words, compose
from reports.theme import DARK, LIGHT

if TYPE_CHECKING:
    from reports.picture import Block


def draw_all(wanted: list[dict[str, Any]]) -> list[bytes | None]:
    """Draw pictures as PNG, None for data that no picture was made of."""
    drawn: list[bytes | None] = []
    for one in wanted:
        try:
            drawn.append(draw(one))
        except (AttributeError, KeyError, TypeError, ValueError):
            drawn.append(None)
    return drawn


def draw(data: dict[str, Any]) -> bytes:
    """Return the picture as a PNG; ``data`` has a ``theme``, light or dark, and ``blocks``: (kind, what it holds).

    Raises KeyError, TypeError and their like for data that no picture was made of.
    """
    blocks = [_KINDS[kind](held) for kind, held in data["blocks"]]
    return compose(blocks, DARK if data["theme"] == "dark" else LIGHT)


def _heading(held: dict[str, Any]) -> Block:
    return Heading(held["title"], held["under"])


def _figures(held: dict[str, Any]) -> Block:
    return Figures([Figure(*one) for one in held["each"]])


def _bars(held: dict[str, Any]) -> Block:
    rows = [Row(label, [tuple(part) for part in parts], end) for label, parts, end in held["rows"]]
    return Bars(rows, [Key(*one) for one in held["keys"]], held["title"], held.get("whole"))


def _curve(held: dict[str, Any]) -> Block:
    lines = [Line(*one) for one in held["lines"]]
    return Curve(lines, held["first"], held["last"], held["title"])


def _words(held: dict[str, Any]) -> Block:
    return Words(held["text"])


_KINDS = {"heading": _heading, "figures": _figures, "bars": _bars, "curve": _curve, "words": _words}


def main() -> None:
    """Draw what is asked for on standard input."""
    drawn = draw_all(json.load(sys.stdin))
    json.dump([base64.b64encode(one).decode() if one else None for one in drawn], sys.stdout)


if __name__ == "__main__":
    main()
