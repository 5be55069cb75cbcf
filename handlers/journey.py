"""What a journey is to the engine: a name, and the steps it takes on commands, taps, messages and timers.

A journey is data. It is found by the name in front of a tap's data (``checklist.answer:12:5:met``), by its commands, or
because it holds the conversation. Journeys never import one another; ``turn.enter`` goes from one to the next.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from handlers.errors import Stale
from storage.entity import LARGEST

if TYPE_CHECKING:
    from markupsafe import Markup

    from handlers.chat import Message, Timer
    from handlers.turn import Turn

Run = Callable[["Turn", str], Awaitable[None]]
"""A command's step: the turn, and what was written after the command."""

Press = Callable[["Turn", tuple[str, ...]], Awaitable[None]]
"""A tap's step: the turn, and the arguments the button carried."""

Take = Callable[["Turn", "Message"], Awaitable[bool]]
"""A message's step: the turn and the message; False when the journey has no use for it."""

Enter = Callable[..., Awaitable[None]]

Complain = Callable[["Turn", "Message", "Markup"], Awaitable[bool]]
"""Says in the journey's own way why a message was refused; False when it has none just now."""

GiveUp = Callable[["Turn"], Awaitable[bool]]
"""Gives up the innermost thing the journey is in the middle of, and says which; False when there is nothing."""

Fire = Callable[["Turn", "Timer"], Awaitable[None]]

Hear = Callable[["Turn"], Awaitable[None]]
"""Hears what happens in a group chat; whoever takes nothing of it says nothing."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: its step, the sentence in Telegram's command menu, its label in the reply keyboard if any."""

    run: Run
    description: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Journey:
    """One conversation a person can have with the bot.

    ``message`` takes what is sent while the journey holds the chat; ``edited`` takes later versions of earlier
    messages, whoever holds the chat; ``stranded`` takes a message when no journey holds the chat. ``replied`` takes
    what answers a message with buttons of the journey, whoever holds the chat, and leaves alone what was asked for.
    ``complain`` says why a message was refused, after all that its turn did has been undone; it must not raise a
    UserError. ``group`` hears what happens in group chats, and asks itself who may.
    """

    name: str
    commands: Mapping[str, Command] = field(default_factory=lambda: _NOTHING)
    taps: Mapping[str, Press] = field(default_factory=lambda: _NOTHING)
    timers: Mapping[str, Fire] = field(default_factory=lambda: _NOTHING)
    enter: Enter | None = None
    message: Take | None = None
    edited: Take | None = None
    stranded: Take | None = None
    replied: Take | None = None
    give_up: GiveUp | None = None
    complain: Complain | None = None
    group: Hear | None = None


def data(journey: str, verb: str, *args: object) -> str:
    """Write what a button carries, so that the tap finds its way back: ``journey.verb:arg:arg``."""
    return ":".join((f"{journey}.{verb}", *(str(arg) for arg in args)))


def parse(written: str) -> tuple[str, str, tuple[str, ...]]:
    """Read what a button carried: (journey, verb, arguments); empty names when it was never ours."""
    head, *args = written.split(":")
    journey, _, verb = head.partition(".")
    return journey, verb, tuple(args)


def number(args: tuple[str, ...], at: int) -> int:
    """Return the argument at this place as a whole number; a forged or ancient button raises Stale."""
    try:
        found = int(args[at])
    except (IndexError, ValueError) as error:
        raise Stale from error
    if abs(found) > LARGEST:
        raise Stale
    return found


def word(args: tuple[str, ...], at: int) -> str:
    """Return the argument at this place as it is; Stale when the button carries none."""
    try:
        return args[at]
    except IndexError as error:
        raise Stale from error


def answered(buttons: str, journey: str, verbs: Collection[str] = ()) -> set[int]:
    """Return what the buttons of a journey on a message that is answered are about: their first argument, as a number.

    ``verbs`` are the buttons meant, all of them where none is named; whatever is no button of ours is left out.
    """
    found = set()
    for line in buttons.split("\n"):
        name, verb, args = parse(line)
        if name == journey and (verb in verbs or not verbs):
            with suppress(Stale):
                found.add(number(args, 0))
    return found
