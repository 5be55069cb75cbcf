"""Notices: written in the chat, sent to many, each copy confirmed by a tap; and what became of every one of them.

``composing`` takes the content, ``sending`` asks for whom and when and shows it as it will be seen, ``copies`` says how
that is, ``feeding`` turns the ledger into messages, ``receiving`` is the recipient's tap, ``following`` the sender's
live card and what can still be done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import aside
from handlers.journey import Journey
from handlers.menu import command
from handlers.notice import composing, following, receiving, sending

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn


async def message(turn: Turn, sent: Message) -> bool:
    """Give what was sent to the step that waits for it."""
    match turn.state.get("step"):
        case "compose":
            return await composing.intake(turn, sent)
        case "find":
            return await sending.ADDRESSING.found(turn, sent)
        case "when":
            return await sending.typed_time(turn, sent)
        case "correct":
            return await following.corrected(turn, sent)
    return False


async def give_up(turn: Turn) -> bool:
    """Leave the notice; what was written stays in the list as a draft."""
    aside.leave(turn, "notice", turn.t("The notice is kept as a draft; nothing was sent."))
    return True


NOTICE = Journey(
    name="notice",
    commands={"notice": command("notice", following.listed)},
    taps={
        "list": following.listed,
        "begin": composing.begin,
        "edit": composing.edit,
        "empty": composing.empty,
        "drop": composing.drop,
        "whom": sending.choose,
        "everyone": sending.ADDRESSING.everyone,
        "except": sending.ADDRESSING.except_,
        "pick": sending.ADDRESSING.pick,
        "choose": sending.ADDRESSING.chosen,
        "preview": sending.preview,
        "settings": sending.settings,
        "urgent": sending.urgent,
        "when": sending.when,
        "at": sending.at,
        "unplan": sending.unplan,
        "send": sending.send,
        "show": following.show,
        "names": following.names,
        "chase": following.chase,
        "stop": following.stop,
        "resume": following.resume,
        "correct": following.correct,
        "end": following.end,
        "read": receiving.read,
        "sample": receiving.sample,
    },
    timers={"go": sending.go, "due": following.due, "over": following.over},
    enter=following.enter,
    message=message,
    edited=composing.revised,
    give_up=give_up,
)
"""The journey of notices."""
