"""The queue of updates that wait for the bot, and the one long poll that may wait for them.

An update leaves the queue when a later getUpdates confirms it, when a webhook has taken it, or after 24 hours, and
in no other way. It must not know what an update says beyond its kind and its chat.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from sandbox.errors import OTHER_POLLER, ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.clock import Clock
    from sandbox.journal import Journal
    from sandbox.mischief import Mischief
    from sandbox.model import Json

KEPT_SECONDS = 24 * 60 * 60
LONGEST_POLL = 50
BATCH = 100
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True)
class Waiting:
    """One update in the queue; ``at`` in seconds of the sandbox's clock."""

    at: int
    chat_id: int
    update: Json

    def dump(self) -> Json:
        """Return the update as JSON data."""
        return {"at": self.at, "chat_id": self.chat_id, "update": self.update}


class Updates:
    """Updates in the order of their ids."""

    def __init__(self, clock: Clock, journal: Journal, on_push: Callable[[Waiting], None]) -> None:
        self._clock = clock
        self._journal = journal
        self._on_push = on_push
        self._poll: asyncio.Future[None] | None = None
        self.waiting: OrderedDict[int, Waiting] = OrderedDict()
        self.allowed: list[str] | None = None
        self.last_id = 100_000_000
        self.expired = 0
        self.mischief: Mischief | None = None

    @property
    def idle(self) -> bool:
        """Whether no long poll waits."""
        return self._poll is None

    def push(self, kind: str, payload: Json, chat_id: int) -> None:
        """Queue an update of a kind such as ``message``, unless the bot asked not to get that kind."""
        wanted = kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT
        if wanted and (self.mischief is None or not self.mischief.hold(kind, payload, chat_id)):
            self.queue(kind, payload, chat_id)

    def queue(self, kind: str, payload: Json, chat_id: int) -> None:
        """Give an update its id and put it at the end."""
        self.last_id += 1
        entry = Waiting(self._clock.seconds(), chat_id, {"update_id": self.last_id, kind: payload})
        self.waiting[self.last_id] = entry
        self._journal.mark("update", str(self.last_id), entry)
        self.wake()
        self._on_push(entry)

    def restore(self, data: Json) -> None:
        """Put back an update that was written down before a restart."""
        self.waiting[data["update"]["update_id"]] = Waiting(**data)

    def forget(self, update_id: int) -> None:
        """Take an update out for good."""
        if self.waiting.pop(update_id, None) is not None:
            self._journal.mark("update", str(update_id), None)

    def forget_all(self) -> None:
        """Take every update out."""
        for update_id in list(self.waiting):
            self.forget(update_id)

    def expire(self) -> None:
        """Take out what nobody fetched within 24 hours."""
        oldest = self._clock.seconds() - KEPT_SECONDS
        while self.waiting and next(iter(self.waiting.values())).at < oldest:
            self.forget(next(iter(self.waiting)))
            self.expired += 1

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """Confirm what lies before ``offset`` and return what follows, waiting up to ``seconds`` for the first.

        A negative offset counts from the end and forgets what lies before. Raises ConflictError when another
        poll begins.
        """
        self.abort(OTHER_POLLER)
        self._confirm(offset)
        self.expire()
        if not self.waiting and seconds > 0:
            self._poll = poll = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await poll
            except TimeoutError:
                return []
            finally:
                if self._poll is poll:
                    self._poll = None
        batch = [entry.update for entry, _ in zip(self.waiting.values(), range(limit), strict=False)]
        return batch if self.mischief is None else self.mischief.repeat(batch, limit)

    def wake(self) -> None:
        """Let the waiting poll look again."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def abort(self, description: str) -> None:
        """End the waiting poll, if there is one, with a 409."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(ConflictError(description))
            self._poll = None

    def _confirm(self, offset: int) -> None:
        ids = list(self.waiting)[:offset] if offset < 0 else list(takewhile(offset.__gt__, self.waiting))
        for update_id in ids:
            self.forget(update_id)
