"""One person's hands on the arena: what they do, one thing at a time, and what the bot says to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.bot import raw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.hostile.arena import Arena
    from tests.hostile.updates import Actor

HURRY: Final = 25
"""Presses at once: so many of a stranger are heard in a minute."""


class Hands:
    """One person's hands on the arena: write, tap, send."""

    def __init__(self, arena: Arena, actor: Actor) -> None:
        self.arena = arena
        self.actor = actor
        self.message_id = 1

    async def message(self, **body: object) -> str:
        """Send a message; returns all that the bot said to it."""
        self.message_id += 1
        about = {"chat": self.actor.chat, "from": self.actor.user, "message_id": self.message_id}
        update = raw.message(next(self.arena.numbers), **body)
        return await self._feed(update | {"message": update["message"] | about})

    async def tap(self, data: str, on: int = 1) -> str:
        return await self._feed(self._tap(data, on))

    def _tap(self, data: str, on: int = 1) -> dict[str, object]:
        shown = {"message_id": on, "date": raw.AT, "chat": self.actor.chat, "text": "x"}
        return raw.tap(next(self.arena.numbers), data, **{"from": self.actor.user, "message": shown})

    async def taps(self, some: Sequence[str]) -> tuple[list[str], str]:
        """Press many buttons, one after another, in a hurry; returns what answered each, and all that was said."""
        toasts, said = list[str](), list[str]()
        for at in range(0, len(some), HURRY):
            self.arena.another_minute()
            pressed = some[at : at + HURRY]
            said.append(await self._feed(*(self._tap(data) for data in pressed)))
            assert len(self.arena.toasts) == len(pressed), "not every press was answered"
            toasts += self.arena.toasts
        return toasts, "\n".join(filter(None, said))

    async def _feed(self, *updates: dict[str, object]) -> str:
        self.arena.said.clear()
        self.arena.toasts.clear()
        before = self.arena.turns
        await self.arena.feed(list(updates))
        assert not self.arena.unwell or await self.arena.broken() == []
        assert self.arena.turns >= before + len(updates), "nobody heard it"
        return "\n".join(text for chat_id, text in self.arena.said if chat_id == self.actor.id)

    @property
    def toast(self) -> str:
        """What answered the last tap."""
        return self.arena.toasts[-1] if self.arena.toasts else ""
