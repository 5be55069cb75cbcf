"""Lays buttons out in rows that fit a narrow telephone, whoever shows them.

Pure arithmetic on labels. A button stays where it was when something is chosen: its row is measured with the mark it
may yet wear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from handlers.chat import Button, Rows

ROW_WIDTH: Final = 44
"""How many half-width cells of button text fit beside one another on a 360 px phone, the space around them too."""

AROUND: Final = 2
"""Cells that a button takes besides its label."""

CHOSEN: Final = "● "


def width(label: str) -> int:
    """Return how many half-width cells a label takes."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in label)


def in_rows(buttons: list[Button], widest: int = 0) -> Rows:
    """Lay buttons out in rows of equal number, as many in a row as fit; ``widest`` label that any may come to have."""
    if not buttons:
        return ()
    widest = max(widest, *(width(button.label) for button in buttons)) + AROUND
    fit = max(1, min(len(buttons), 4, ROW_WIDTH // widest))
    rows = -(-len(buttons) // fit)
    fit = -(-len(buttons) // rows)  # as even as can be: 4 + 1 becomes 3 + 2
    return tuple(tuple(buttons[at : at + fit]) for at in range(0, len(buttons), fit))
