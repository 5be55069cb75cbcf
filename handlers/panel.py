"""A message that its own buttons change in place, beside the live card and never instead of it.

Settings, lists and confirmations are panels: they must not take the place of the question somebody is answering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.chat import Tap

if TYPE_CHECKING:
    from handlers.chat import Rows
    from handlers.turn import Turn


def show(turn: Turn, text: str, buttons: Rows = ()) -> None:
    """Show a panel: in place when one of its buttons was tapped, else as a new message."""
    if isinstance(turn.event, Tap):
        turn.change(text, buttons)
    else:
        turn.say(text, buttons)
