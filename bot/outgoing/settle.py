"""Writes down what became of messages, many at a time, without making anybody wait.

The next message of a chat need not wait until the fate of the last is on the disk: fates gather while a commit is under
way and go into the next one. What is not written yet is known here (:attr:`Settler.open`), so nothing is sent twice by
a process that lives; and it is noted beside the database, so that neither is it when the process dies in between.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from storage.chat import outbox
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.outgoing.receipts import Fate, Receipts
    from storage.database import Database, Session

_LOG = logging.getLogger(__name__)
_AGAIN_SECONDS = 1.0
_GATHER = 200
_GATHER_SECONDS = 0.1
"""How many fates of a broadcast are written together, or how long they wait for one another: one commit for each would
cost more than the sending.
"""


class Settler:
    """Collects fates and live cards, and commits them together."""

    def __init__(self, database: Database, clock: Callable[[], datetime], receipts: Receipts) -> None:
        self._database = database
        self._receipts = receipts
        self._clock = clock
        self._fates: dict[int, Fate] = {}
        self._cards: dict[int, int | None] = {}
        self._writing: dict[int, Fate] = {}
        self._writing_cards: dict[int, int | None] = {}
        self._something = asyncio.Event()
        self._lock = asyncio.Lock()
        self._gathering: asyncio.TimerHandle | None = None

    @property
    def open(self) -> frozenset[int]:
        """The rows whose fate is known but perhaps not on the disk yet."""
        return frozenset(self._fates) | frozenset(self._writing)

    @property
    def cards(self) -> dict[int, int | None]:
        """The live cards that are perhaps not on the disk yet: chat id -> message id, None where there is none now."""
        return self._writing_cards | self._cards

    def put(self, fate: Fate, *, gather: bool = False) -> None:
        """Have a fate, and the live card that came of it, written down now, or when some more may have gathered.

        It is noted beside the database at once in any case.
        """
        self._put(fate)
        if not gather or len(self._fates) >= _GATHER:
            self._something.set()
        elif self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._gathered)
        self._receipts.keep(fate)

    def _gathered(self) -> None:
        self._gathering = None
        self._something.set()

    def _put(self, fate: Fate) -> None:
        self._fates[fate.row_id] = fate
        if fate.card is not None:
            chat_id, message_id = fate.card
            self._cards[chat_id] = message_id

    def forget_card(self, chat_id: int) -> None:
        """Drop a live card that has become meaningless before it was written."""
        self._cards.pop(chat_id, None)

    async def recover(self) -> bool:
        """Write down what whoever delivered before knew and had not written; False: ask again."""
        told = self._receipts.read()
        if not told:
            return True
        try:
            async with self._database.read() as db:
                made = await outbox.still_pending(db, {fate.row_id for fate in told})
        except Unavailable:
            return False
        missed = [fate for fate in told if made.get(fate.row_id) == fate.made]
        for fate in missed:
            self._put(fate)
        if missed:
            _LOG.info("%d messages had been sent by the process before", len(missed))
        return await self.flush()

    async def run(self) -> None:
        """Write down what comes, until cancelled; call :meth:`flush` afterwards."""
        while True:
            await self._something.wait()
            self._something.clear()
            if not await self.flush():
                await asyncio.sleep(_AGAIN_SECONDS)
                self._something.set()

    async def flush(self) -> bool:
        """Write down everything that is known now; False when the database is in trouble: nothing is forgotten then."""
        async with self._lock:
            self._writing, self._fates = self._fates, {}
            self._writing_cards, self._cards = self._cards, {}
            if not self._writing and not self._writing_cards:
                return True
            done = False
            try:
                async with self._database.begin() as db:
                    await self._write(db)
                done = True
            except Exception as error:  # noqa: BLE001 - a fate that is forgotten is a message sent twice
                _LOG.warning("%d fates wait for the database: %s", len(self._writing), type(error).__name__)
            finally:
                if not done:
                    self._fates = self._writing | self._fates
                    self._cards = self._writing_cards | self._cards
                self._writing, self._writing_cards = {}, {}
            if done:
                self._receipts.only(self._fates.values())
            return done

    async def _write(self, db: Session) -> None:
        fates = [(one.row_id, one.state, one.message_id, one.error) for one in self._writing.values()]
        await outbox.settle(db, fates, self._clock())
        for chat_id, message_id in self._writing_cards.items():
            await outbox.set_card(db, chat_id, message_id)
