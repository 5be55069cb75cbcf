"""Phones without a signal: what people do waits in the phone, and arrives in a burst, in order, when it is back.

What waits is kept in memory only: a phone that is switched off with its sandbox forgets it.
"""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING

from sandbox.errors import PhoneError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.model import Phone
    from sandbox.world import World

    Deed = Callable[[], object | Awaitable[object]]


class Offline:
    """The deeds that wait, by phone."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: dict[int, list[Deed]] = {}

    def waiting(self, phone: Phone) -> int:
        """Return how many deeds wait in a phone."""
        return len(self._waiting.get(phone.id, ()))

    def lose(self, phone: Phone) -> None:
        """Lose the signal."""
        self._set(phone, offline=True)

    def put(self, phone: Phone, deed: Deed) -> int:
        """Let a deed wait and return how many do."""
        self._waiting.setdefault(phone.id, []).append(deed)
        return self.waiting(phone)

    async def find(self, phone: Phone) -> int:
        """Find the signal again and do everything that waited; returns how much of it was possible."""
        done = 0
        # What is done meanwhile joins the end: it must not overtake what is still being sent.
        while deeds := self._waiting.get(phone.id):
            deed = deeds.pop(0)
            try:
                result = deed()
                if isawaitable(result):
                    await result
            except PhoneError:
                continue
            done += 1
        self._waiting.pop(phone.id, None)
        self._set(phone, offline=False)
        return done

    def _set(self, phone: Phone, *, offline: bool) -> None:
        phone.offline = offline
        self._world.journal.mark("phone", str(phone.id), phone)
        self._world.changed(self._world.chats[phone.id])
