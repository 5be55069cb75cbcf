"""A campaign set up in the chat: started from a pack, its groups and their people, what is still missing.

``beginning`` starts one, ``overview`` shows it, ``groups`` and ``inviting`` fill its groups, ``ending`` ends a role.
The register of units has a journey of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.belonging import roles_of
from handlers.campaigning import beginning, ending, groups, inviting, overview
from handlers.chat import Text
from handlers.journey import Journey
from handlers.menu import command, keyboard

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn


async def message(turn: Turn, sent: Message) -> bool:
    """Take the words that were asked for: a day, a name, areas, duties."""
    if not isinstance(sent, Text):
        return False
    return await groups.typed(turn, sent.text) or await beginning.typed(turn, sent)


async def give_up(turn: Turn) -> bool:
    """Give up what was asked for; nothing was changed by asking."""
    waited = bool(turn.state.get("ask") or turn.state.get("pack"))
    turn.leave()
    if waited:
        turn.say(turn.t("Left as it was."), menu=keyboard(roles_of(turn.who, turn.now), turn.speech))
    return waited


CAMPAIGNING = Journey(
    name="campaign",
    commands={"campaign": command("campaign", overview.campaign)},
    taps={
        "show": overview.campaign,
        "begin": beginning.begin,
        "pack": beginning.pack,
        "day": beginning.day,
        "start": beginning.start,
        "groups": groups.groups,
        "group": groups.group,
        "seat": groups.seat,
        "role": groups.role,
        "ask": groups.ask,
        "leave": groups.leave,
        "left": groups.left,
        "invite": inviting.invite,
        "ending": ending.who,
        "end": ending.ask,
        "ended": ending.ended,
    },
    message=message,
    give_up=give_up,
)
