"""Finds who takes what happened in a chat: a tap by its name, a command by its word, a message by who holds the chat.

The access table is asked before any step. Nothing is saved and nothing is caught here: that is the engine's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers import menu
from handlers.access import may
from handlers.belonging import roles_of
from handlers.chat import Membership, Message, Tap, Text, Timer
from handlers.errors import NotAllowed, Over, Stale, Uninvited
from handlers.journey import parse

if TYPE_CHECKING:
    from handlers.errors import UserError
    from handlers.journey import Journey
    from handlers.registry import Registry
    from handlers.turn import Turn


@dataclass(frozen=True, slots=True)
class Router:
    """The way from an event to a step; ``bot_username`` is whom a command in a group may be addressed to."""

    registry: Registry
    bot_username: str

    async def step(self, turn: Turn) -> None:
        """Take the step that the turn's event asks for; raises what the step raises, Stale for a button of nobody's."""
        event = turn.event
        if isinstance(event, Timer):
            await self._fire(turn, event)
        elif not event.private:
            await self._hear(turn)  # groups get digests and notices, never conversations
        elif isinstance(event, Membership):
            self._membership(turn, blocked=event.blocked)
        elif isinstance(event, Tap):
            await self._press(turn, event)
        elif isinstance(event, Message):
            self._membership(turn, blocked=False)
            await self._take(turn, event)

    def _membership(self, turn: Turn, *, blocked: bool) -> None:
        if turn.person is not None and turn.event.private:
            if blocked:
                turn.person.blocked(turn.now)
            elif turn.person.blocked_at is not None:
                turn.person.unblocked()

    async def _hear(self, turn: Turn) -> None:
        for journey in self.registry.journeys.values():
            if journey.group is not None:
                await journey.group(turn)

    async def _fire(self, turn: Turn, timer: Timer) -> None:
        name, _, verb = timer.name.partition(".")
        journey = self.registry.journeys.get(name)
        if journey is None or verb not in journey.timers:
            raise LookupError(f"no timer {timer.name}")
        await journey.timers[verb](turn, timer)

    async def _press(self, turn: Turn, tap: Tap) -> None:
        name, verb, args = parse(tap.data)
        journey = self.registry.journeys.get(name)
        if journey is None or verb not in journey.taps:
            raise Stale
        self._allow(turn, f"{name}.{verb}")
        await journey.taps[verb](turn, args)

    async def _take(self, turn: Turn, message: Message) -> None:
        if message.edited:
            await self._revise(turn, message)
            return
        if isinstance(message, Text):
            called = self.registry.command_in(message.text, self.bot_username)
            if called is not None:
                await self._command(turn, *called)
                return
        if message.reply_buttons and await self._replied(turn, message):
            return
        holder = self._holder(turn)
        if holder is not None and holder.message is not None:
            self._allow(turn, f"{holder.name}.message")
            if await holder.message(turn, message):
                return
        for journey in self.registry.journeys.values():
            if journey.stranded is not None and await journey.stranded(turn, message):
                return

    async def _replied(self, turn: Turn, message: Message) -> bool:
        """Offer what answers one of our messages to the journeys whose buttons it has."""
        for name in dict.fromkeys(parse(line)[0] for line in message.reply_buttons.split("\n")):
            journey = self.registry.journeys.get(name)
            allowed = journey is not None and may(turn.person, f"{name}.message", turn.now)
            if allowed and journey is not None and journey.replied is not None and await journey.replied(turn, message):
                return True
        return False

    async def _revise(self, turn: Turn, message: Message) -> None:
        """Offer a later version of a message to whoever took the first; nobody else has a use for it."""
        for journey in self.registry.journeys.values():
            allowed = journey.edited is not None and may(turn.person, f"{journey.name}.message", turn.now)
            if allowed and journey.edited is not None and await journey.edited(turn, message):
                return

    async def _command(self, turn: Turn, name: str, words: str) -> None:
        command = self.registry.commands.get(name)
        if command is None:
            command, words = self.registry.commands["help"], ""
            name = "help"
        self._allow(turn, f"/{name}")
        await command.run(turn, words)

    def _allow(self, turn: Turn, action: str) -> None:
        if not may(turn.person, action, turn.now):
            raise menu.refusal(roles_of(turn.person, turn.now), turn.speech) if turn.person is not None else Uninvited

    def _holder(self, turn: Turn) -> Journey | None:
        return self.registry.journeys.get(turn.conversation.journey)

    # --- what a journey asks for ---

    async def enter(self, turn: Turn, name: str, **args: object) -> None:
        """Hand the turn to another journey."""
        journey = self.registry.journeys[name]
        if journey.enter is None:
            raise LookupError(f"journey {name} cannot be entered")
        await journey.enter(turn, **args)

    async def give_up(self, turn: Turn) -> bool:
        """Have the journey that holds the chat give up what it is in the middle of; False when there is nothing."""
        holder = self._holder(turn)
        return holder is not None and holder.give_up is not None and await holder.give_up(turn)

    # --- what the engine asks for ---

    async def refuse(self, turn: Turn, refusal: UserError) -> None:
        """Say why a message was refused: on the card of the journey that holds the chat, else as a message."""
        event = turn.event
        command = isinstance(event, Text) and self.registry.command_in(event.text, self.bot_username) is not None
        if isinstance(refusal, NotAllowed) and not command:
            turn.leave()  # the role that opened what holds the chat has ended
        if isinstance(refusal, Stale) and isinstance(event, Message) and not command:
            refusal = Over()  # whoever writes has tapped nothing: what took their words is over, or another's
        said = turn.t(refusal.message, **refusal.values)
        holder = self._holder(turn)
        complain = holder.complain if holder is not None and not command else None
        if not (complain is not None and isinstance(event, Message) and await complain(turn, event, said)):
            turn.say(said)
