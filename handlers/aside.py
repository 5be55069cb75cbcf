"""Holds the chat for something that is written beside the work, and gives the chat back to what held it before.

Only one such thing at a time: what is begun while another holds the chat takes its place, and still gives the chat back
to the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handlers import menu
from handlers.belonging import roles_of
from handlers.turn import LIVE, PICTURED, WAITING

if TYPE_CHECKING:
    from markupsafe import Markup

    from handlers.turn import Turn

BACK: Final = "back"
"""Where the state keeps [journey, state] of what held the chat before."""


def hold(turn: Turn, journey: str, **state: Any) -> None:  # noqa: ANN401 - JSON data of the journey's own
    """Make ``journey`` hold the chat, remembering what held it before."""
    conversation = turn.conversation
    back = turn.state.get(BACK)
    if back is None and conversation.journey not in ("", journey):
        before = {name: value for name, value in turn.state.items() if name not in (WAITING, PICTURED, LIVE)}
        back = [conversation.journey, before]
    turn.remember(journey, **state, **({BACK: back} if back else {}))


def let_go(turn: Turn, journey: str) -> None:
    """Give the chat back to what held it before ``journey``; nothing happens where that does not hold it."""
    if turn.conversation.journey != journey:
        return
    before, state = turn.state.get(BACK) or ["", {}]
    turn.remember(before, **state)


def leave(turn: Turn, journey: str, said: Markup) -> None:
    """Give the chat back because the person leaves, and say what becomes of what was begun."""
    let_go(turn, journey)
    turn.say(said, menu=menu.keyboard(roles_of(turn.person, turn.now), turn.speech))
