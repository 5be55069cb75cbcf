"""The line of those who wait: the most urgent rows of the outbox, read a window at a time.

It knows what may be sent next and what need not be sent any more; when, how fast and by whom is the dispatcher's
business. The line belongs to one task: nothing is taken from it while it is being refilled.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.outgoing.receipts import Fate
from handlers.chat import Card, load
from storage.chat import outbox
from storage.chat.outbox import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from bot.outgoing.settle import Settler
    from handlers.chat import Reply
    from storage.chat.outbox import Outgoing
    from storage.database import Database

_LOG = logging.getLogger(__name__)

WINDOW = 100
"""Rows looked at together."""


@dataclass(frozen=True, slots=True)
class Job:
    """One pending row, read."""

    id: int
    chat_id: int
    priority: int
    attempts: int
    made: datetime
    reply: Reply

    @property
    def rank(self) -> tuple[int, int]:
        """What goes first: the more urgent, then the older."""
        return self.priority, self.id


class Line:
    """Pending messages by chat, and each chat's live card as far as it is known."""

    def __init__(self, database: Database, settler: Settler, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._settler = settler
        self._clock = clock
        self._waiting: dict[int, list[Job]] = {}
        self._unseen: frozenset[int] = frozenset()
        self._more = False
        self.live: dict[int, int | None] = {}
        self.stale = True
        """Whether it has to be refilled: something was committed, or a chat that was left out may be sent to again."""

    async def refill(self, leave_out: AbstractSet[int]) -> None:
        """Read the most urgent rows of every chat but those that cannot be sent to now."""
        self.stale = False
        # Taken before the read, because a fate that is written while it runs is still pending in what it sees.
        settled, cards = self._settler.open, self._settler.cards
        self._unseen = frozenset(leave_out)
        async with self._database.read(brief=True) as db:
            rows = await outbox.pending(db, self._clock(), WINDOW, exclude=self._unseen)
            shown = {row.chat_id for row in rows if (row.reply or {}).get("kind") == Card.kind}
            live = await outbox.cards_of(db, shown) if shown else {}
        self._more = len(rows) == WINDOW
        self._waiting.clear()
        self.live = {row.chat_id: cards.get(row.chat_id, live.get(row.chat_id)) for row in rows}
        for row in rows:
            if row.id not in settled and (job := self._read(row)) is not None:
                self._waiting.setdefault(row.chat_id, []).append(job)

    def _read(self, row: Outgoing) -> Job | None:
        try:
            reply = load(row.reply or {})
        except (KeyError, TypeError, ValueError) as error:
            _LOG.error("row %s of the outbox is not readable: %s", row.id, type(error).__name__)  # noqa: TRY400, RUF100 - its text is a person's
            self._settler.put(Fate(row.id, row.created_at, State.failed, error="not readable"))
            return None
        return Job(row.id, row.chat_id, row.priority, row.attempts, row.created_at, reply)

    def heads(self) -> list[Job]:
        """Return the next message of every chat, the most urgent first."""
        return sorted((self._head(jobs) for jobs in self._waiting.values()), key=lambda job: job.rank)

    def _head(self, jobs: list[Job]) -> Job:
        """Leave out cards that a later one replaces before anybody has seen them; return what is to be sent."""
        while isinstance(jobs[0].reply, Card) and not jobs[0].reply.final:
            if not any(isinstance(later.reply, Card) for later in jobs[1:]):
                break
            over = jobs.pop(0)
            self._settler.put(Fate(over.id, over.made, State.skipped))
        return jobs[0]

    def take(self, job: Job) -> None:
        """Take the next message of its chat out of the line."""
        jobs = self._waiting[job.chat_id]
        jobs.remove(job)
        if not jobs:
            del self._waiting[job.chat_id]

    def drop(self, chat_id: int) -> None:
        """Forget what a chat has in line; the rows stay where they are."""
        self._waiting.pop(chat_id, None)

    def freed(self, chat_id: int) -> None:
        """Note that a chat may be sent to again: if it was left out, it has to be looked up."""
        if chat_id in self._unseen:
            self.stale = True

    @property
    def exhausted(self) -> bool:
        """Whether all that was read is on its way and there is more to read."""
        return self._more and not self._waiting
