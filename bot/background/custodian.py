"""Closes each day of the chain of custody: enters what all chains have come to, and gives the head out of the house.

What is given out cannot be changed any more by whoever can change the database: one quiet line, to the office's chat
or to each of the office. Ticks as often as you like; a day is closed once, by whichever process comes first.
"""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.commands import signing
from handlers.chat import Say, dump
from handlers.text import LANGUAGES, mark, speech
from storage import people
from storage.campaign import campaigns
from storage.chat import outbox
from storage.chat.outbox import Priority
from storage.database import Unavailable
from storage.people import Role
from storage.vault import custody

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from storage.database import Database, Session

log = logging.getLogger(__name__)

HEAD = mark("Check code of all records up to {day}: <code>{line}</code>")


class Custodian:
    """Closes days; ``office`` is the chat that hears of it, 0 for each of the office; ``key`` signs what it hears."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        office: int = 0,
        key: Ed25519PrivateKey | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._office = office
        self._key = key
        self._closed: date | None = None

    async def close_day(self) -> str | None:
        """Close yesterday, as the day is where the campaign is, unless that is done; returns its head if it was not."""
        now = self._clock()
        try:
            async with self._database.read() as db:
                latest = next(iter(await campaigns.all_campaigns(db)), None)
            zone = latest.zone if latest else UTC
            today = campaigns.day_in(zone, now)
            day, ended = today - timedelta(days=1), datetime.combine(today, time(), zone)
            if self._closed is not None and day <= self._closed:
                return None
            async with self._database.begin() as db:
                head = await custody.close_day(db, day, now, ended)
                if head is not None:
                    await self._give_out(db, day, head, now)
        except Unavailable:
            log.warning("the day's head waits for the database")
            return None
        self._closed = day
        return head

    async def _give_out(self, db: Session, day: date, head: str, now: datetime) -> None:
        given = signing.sign(self._key, day, head) if self._key else signing.Head(day, head)
        for chat_id, language in (await self._hearers(db, now)).items():
            speaks = speech(language)
            text = speaks.t(HEAD, day=speaks.day(day), line=given.line())
            reply = dump(Say(text=str(text), silent=True))
            await outbox.put(db, chat_id, [reply], now=now, priority=Priority.reminder, key=f"head:{day}:{chat_id}")
        self._database.notify(db, "outbox")

    async def _hearers(self, db: Session, now: datetime) -> dict[int, str]:
        """Return the chats that hear of it, with their languages."""
        if self._office:
            return {self._office: LANGUAGES[0]}
        found = [*await people.with_role(db, Role.office, now), *await people.with_role(db, Role.admin, now)]
        return {one.telegram_id: one.language for one in found if one.telegram_id is not None}
