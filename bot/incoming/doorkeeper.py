"""Keeps a stranger who shouts from costing anything: beyond a few updates a minute they are not even stored.

Everything that somebody known sends is taken, however much it is. Whether a chat is somebody's is asked only when it
is loud, so nobody quiet pays for it; and it is asked anew all the while, so that whoever is let in is heard.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from storage import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.drivers.driver import Raw
    from storage.database import Database

_LOG = logging.getLogger(__name__)

STRANGERS_A_MINUTE = 30
"""Updates of one unknown chat that are taken in a minute; nobody presses an invitation's link so often."""

REMEMBERED = timedelta(seconds=1)
"""So long a loud chat is taken for a stranger's without asking again: one who shouts is asked about once a second."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Row = tuple[int, int, "Raw"]


class Doorkeeper:
    """Counts what each chat brings in a minute; what it remembers is that minute's chats and nothing else."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._minute = 0
        self._brought: Counter[int] = Counter()
        self._known: set[int] = set()
        self._asked: dict[int, datetime] = {}
        self.turned_away = 0
        """Updates that were not taken, since the process began."""

    async def let_in(self, rows: list[Row]) -> list[Row]:
        """Return the rows that are to be stored, in their order; raises Unavailable."""
        self._begin_minute()
        loud = {
            chat_id
            for chat_id, count in Counter(chat_id for _, chat_id, _ in rows).items()
            if chat_id > 0  # a group is nobody's, and its members are many: strangers write in private
            and self._brought[chat_id] + count > STRANGERS_A_MINUTE
            and chat_id not in self._known
        }
        await self._ask(loud)
        loud -= self._known
        taken = []
        for row in rows:
            chat_id = row[1]
            self._brought[chat_id] += 1
            if chat_id not in loud or self._brought[chat_id] <= STRANGERS_A_MINUTE:
                taken.append(row)
            elif self._brought[chat_id] == STRANGERS_A_MINUTE + 1:
                _LOG.warning("chat %s is nobody's and loud: what more it sends this minute is dropped", chat_id)
        self.turned_away += len(rows) - len(taken)
        return taken

    def take_back(self, rows: list[Row]) -> None:
        """Forget rows that could not be stored: they come again, and are not to be counted twice."""
        self._brought.subtract(chat_id for _, chat_id, _ in rows)

    async def _ask(self, chats: set[int]) -> None:
        """Find out which of the chats are somebody's; what was asked a moment ago is not asked again."""
        now = self._clock()
        asked = {chat_id for chat_id in chats if now - self._asked.get(chat_id, _LONG_AGO) >= REMEMBERED}
        if not asked:
            return
        async with self._database.read() as db:
            self._known |= await people.known(db, asked)
        self._asked |= dict.fromkeys(asked - self._known, now)

    def _begin_minute(self) -> None:
        minute = int(self._clock().timestamp() // 60)
        if minute != self._minute:
            self._minute = minute
            self._brought.clear()
            self._known.clear()
            self._asked.clear()
