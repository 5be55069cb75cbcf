"""Regular meetings: called in the chat, an agenda from what is open, minutes by reply, decisions followed up.

``circle`` is who meets, ``setting`` calls a meeting, ``card`` shows one, ``minuting`` takes its minutes, ``agenda``
draws what there is to talk about, ``deciding`` what was decided, ``calling`` sends the agenda out when it begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.belonging import roles_of
from handlers.journey import Journey
from handlers.meeting import calling, card, deciding, minuting, overview, setting
from handlers.menu import command, keyboard

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn


async def message(turn: Turn, sent: Message) -> bool:
    """Take what was asked for: a time, a place, a decision, a day; else what belongs into the minutes."""
    return await setting.typed(turn, sent) or await deciding.typed(turn, sent) or await minuting.message(turn, sent)


async def give_up(turn: Turn) -> bool:
    """Give up what was asked for; what stands in the minutes stays."""
    waited = bool(turn.state.get("ask"))
    turn.leave()
    if waited:
        turn.say(turn.t("Left as it was."), menu=keyboard(roles_of(turn.who, turn.now), turn.speech))
    return waited


MEETING = Journey(
    name="meeting",
    commands={"meeting": command("meeting", overview.meetings)},
    taps={
        "list": overview.meetings,
        "weekly": setting.weekly,
        "once": setting.once,
        "clock": setting.clock,
        "place": setting.place,
        "set": setting.set_,
        "stop": setting.stop,
        "stopped": setting.stopped,
        "open": card.opened,
        "look": card.look,
        "back": minuting.take_back,
        "drop": minuting.drop,
        "off": setting.off,
        "called": setting.called_off,
        "over": card.over,
        "decide": deciding.decide,
        "owner": deciding.owner,
        "due": deciding.due,
        "decisions": deciding.decisions,
        "decision": deciding.decision,
        "done": deciding.done,
        "undo": deciding.undo,
    },
    timers={"begins": calling.begins},
    enter=minuting.enter,
    message=message,
    replied=minuting.replied,
    give_up=give_up,
)
