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
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from bot.outgoing.settle import Settler
    from handlers.chat import Reply
    from storage.chat.outbox import Waiting
    from storage.database import Database

_LOG = logging.getLogger(__name__)

WINDOW = 200
"""Rows looked at together, beside those that are sent and not yet written down as sent."""


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
        self._ordered = True
        # Whether the chats stand in the order in which their next messages go.
        self._under_way: set[int] = set()
        # The rows that are being sent.
        self._unseen: set[int] = set()
        self._freed: set[int] = set()
        # The chats that could be sent to again while the line was being refilled.
        self._more = False
        self.live: dict[int, int | None] = {}
        self.stale = True
        """Whether it has to be refilled: something was committed, or a chat that was left out may be sent to again."""

    async def refill(self, held: AbstractSet[int], busy: AbstractSet[int]) -> None:
        """Read the most urgent rows of every chat that can be sent to now: neither ``held`` back nor ``busy``.

        The rows of busy chats are read all the same, unless they would fill the window: in a broadcast nearly every
        chat has one message only, and to find that out now saves another look when it has been sent.
        """
        self.stale = False
        # Taken before the read, because a fate that is written while it runs is still pending in what it sees.
        known, cards = self._settler.open | self._under_way, self._settler.cards
        busy = frozenset(busy)
        self._freed.clear()
        most = WINDOW + len(known)
        async with self._database.read(brief=True) as db:
            rows = await outbox.pending(db, self._clock(), most, exclude=held)
            unseen = set(held)
            if len(rows) == most and sum(row.chat_id in busy for row in rows) > most // 2:
                unseen |= busy
                rows = await outbox.pending(db, self._clock(), most, exclude=unseen)
            shown = {row.chat_id for row in rows if (row.reply or {}).get("kind") == Card.kind}
            live = await outbox.cards_of(db, shown) if shown else {}
        self.live = {row.chat_id: cards.get(row.chat_id, live.get(row.chat_id)) for row in rows}
        self._waiting, self._more = {}, len(rows) == most
        read: dict[int, Reply] = {}
        for row in rows:
            if row.id in known:
                continue
            if row.chat_id in busy:
                unseen.add(row.chat_id)
            elif (job := self._read(row, read)) is not None:
                self._waiting.setdefault(row.chat_id, []).append(job)
        # The rows came in order; where a chat has several, a card may be left out and another row be next.
        self._ordered = all(len(jobs) == 1 for jobs in self._waiting.values())
        self._unseen = unseen
        self.stale = self.stale or not self._freed.isdisjoint(unseen)

    def _read(self, row: Waiting, read: dict[int, Reply]) -> Job | None:
        """Read a row; ``read`` keeps the replies that several rows share."""
        reply = read.get(id(row.reply))
        try:
            if reply is None:
                reply = read[id(row.reply)] = load(row.reply or {})
        except (KeyError, TypeError, ValueError) as error:
            _LOG.error("row %s of the outbox is not readable: %s", row.id, type(error).__name__)  # noqa: TRY400, RUF100 - its text is a person's
            self._settler.put(Fate(row.id, row.created_at, State.failed, error="not readable"))
            return None
        return Job(row.id, row.chat_id, row.priority, row.attempts, row.created_at, reply)

    def heads(self) -> Iterator[Job]:
        """Yield the next message of every chat, the most urgent first; what is yielded may be taken meanwhile."""
        if not self._ordered:
            self._waiting = dict(sorted(self._waiting.items(), key=lambda one: self._head(one[1]).rank))
            self._ordered = True
        for jobs in list(self._waiting.values()):
            yield self._head(jobs)

    def _head(self, jobs: list[Job]) -> Job:
        """Leave out cards that a later one replaces before anybody has seen them; return what is to be sent."""
        while isinstance(jobs[0].reply, Card) and not jobs[0].reply.final:
            if not any(isinstance(later.reply, Card) for later in jobs[1:]):
                break
            over = jobs.pop(0)
            self._settler.put(Fate(over.id, over.made, State.skipped))
        return jobs[0]

    def take(self, job: Job) -> None:
        """Take the next message of its chat out of the line: it is under way until it is :meth:`back`."""
        jobs = self._waiting[job.chat_id]
        jobs.remove(job)
        self._under_way.add(job.id)
        self._ordered = self._ordered and not jobs
        if not jobs:
            del self._waiting[job.chat_id]

    def back(self, job: Job) -> None:
        """Note that a message is no longer under way: its fate is known, or it stays where it is."""
        self._under_way.discard(job.id)
        self.freed(job.chat_id)

    def drop(self, chat_id: int) -> None:
        """Forget what a chat has in line; the rows stay where they are."""
        self._waiting.pop(chat_id, None)

    def freed(self, chat_id: int) -> None:
        """Note that a chat may be sent to again: if it was left out, it has to be looked up."""
        self._freed.add(chat_id)
        if chat_id in self._unseen:
            self.stale = True

    @property
    def exhausted(self) -> bool:
        """Whether all that was read is on its way and there is more to read."""
        return self._more and not self._waiting
