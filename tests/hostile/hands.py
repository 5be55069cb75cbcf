"""One person's hands on the arena: what they do, one thing at a time, and what the bot says to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bot import raw

if TYPE_CHECKING:
    from tests.hostile.arena import Arena
    from tests.hostile.updates import Actor


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
        shown = {"message_id": on, "date": raw.AT, "chat": self.actor.chat, "text": "x"}
        return await self._feed(raw.tap(next(self.arena.numbers), data, **{"from": self.actor.user, "message": shown}))

    async def _feed(self, update: dict[str, object]) -> str:
        self.arena.said.clear()
        self.arena.toasts.clear()
        before = self.arena.turns
        await self.arena.feed([update])
        assert self.arena.turns > before, "nobody heard it"
        assert await self.arena.broken() == []
        return "\n".join(text for chat_id, text in self.arena.said if chat_id == self.actor.id)

    @property
    def toast(self) -> str:
        """What answered the last tap."""
        return self.arena.toasts[-1] if self.arena.toasts else ""
