"""Turns the ledger into messages, batch by batch: copies, then corrections, then reminders.

Called again and again by the ticker, never by a turn: a notice to 20,000 must not hold up anybody's chat. Only so many
messages of a notice lie in the outbox at once; what is produced and that it was produced are one commit, so that after
a kill at any moment everybody is produced exactly once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handlers.belonging import campaign_of, roles_of, zone_of
from handlers.chat import Button, Change, Say, dump
from handlers.journey import data
from handlers.notice.composing import may_send
from handlers.notice.copies import Copy
from handlers.notice.following import HELD, card_of, seen
from handlers.parts import first_words
from handlers.text import speech
from storage import people
from storage.chat import outbox
from storage.chat.outbox import Priority
from storage.people import Role
from storage.voices import deliveries, notices
from storage.voices.deliveries import State as Fate
from storage.voices.notices import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from handlers.chat import Reply
    from storage.database import Database, Session
    from storage.people import Person
    from storage.voices.deliveries import Delivery
    from storage.voices.notices import Notice

BATCH: Final = 500
"""Copies produced in one transaction: some ten milliseconds, in which nobody else writes."""

ONE_BY_ONE: Final = 100
"""The same for corrections and reminders, which are made for each person."""

AT_ONCE: Final = 20
"""Batches of one call: the ticker comes by again in a second, and others want to write."""

AHEAD: Final = 300
"""Messages of a notice that may lie in the outbox, at least: ten seconds at thirty a second."""

CARD_EVERY: Final = timedelta(seconds=4)
WATCHED: Final = timedelta(days=3)
"""So long after its start the card of a notice is kept up to date."""

NIGHT: Final = (22, 7)
"""From when until when a notice that is not urgent makes no sound, by the campaign's clocks."""


async def feed(database: Database, now: datetime, ahead: int = AHEAD) -> bool:
    """Produce what there is room for, in a few batches; True when anything was put into the outbox."""
    async with database.read(brief=True) as db:
        if not await notices.any_at_work(db):
            return False
    fed, after = False, 0
    for _ in range(AT_ONCE):
        async with database.begin() as db:
            notice = await notices.next_at_work(db, after)
            if notice is None:
                return fed
            produced = await _produce(db, notice, now, ahead)
            if produced:
                database.notify(db, "outbox")
        fed = fed or produced
        after = 0 if produced else notice.id
    return fed


async def _produce(db: Session, notice: Notice, now: datetime, ahead: int) -> bool:
    """Produce one batch for a notice; False when there is nothing to do for it now."""
    author = await people.by_id(db, notice.author_id)
    if notice.state is State.sending and (author is None or not may_send(roles_of(author, now))):
        return await _hold(db, notice, now)
    room = min(BATCH, ahead - await outbox.waiting(db, notice.topic))
    if room <= 0:
        return False
    zone = zone_of(await campaign_of(db, None))
    pack = _Pack(notice, author.name if author else "", zone, now)
    if notice.state is State.sending and (due := await deliveries.due(db, notice.id, room)):
        return await pack.copies(db, due)
    room = min(room, ONE_BY_ONE)
    if old := await deliveries.outdated(db, notice.id, notice.version, room):
        return await pack.corrections(db, old)
    if notice.out and (quiet := await deliveries.unread(db, notice.id, notice.chased, room)):
        return await pack.reminders(db, quiet)
    if not await deliveries.in_line(db, notice.id):  # all is settled, so nothing more can become outdated
        notice.at_work = False
        if notice.state is State.sending:
            notice.state, notice.ended_at = State.sent, now
    return False


async def _hold(db: Session, notice: Notice, now: datetime) -> bool:
    """Stop where the author may no longer send, and tell those who may decide; what is out stays out."""
    notice.hold()
    found, _ = await deliveries.counts(db, notice.id)
    told = 0
    for person in await people.with_role(db, Role.admin, now):
        if person.telegram_id is None:
            continue
        words = speech(person.language)
        button = Button(words.label("How far it is"), data("notice", "show", notice.id))
        said = words.t(HELD, name=first_words(notice.body), sent=found[Fate.sent], size=notice.size)
        await outbox.put(
            db,
            person.telegram_id,
            [dump(Say(text=str(said), buttons=((button,),)))],
            now=now,
            key=f"{notice.topic}:held:{person.id}",
        )
        told += 1
    return told > 0


class _Pack:
    """What one batch is made with; a copy is put together once for each language."""

    def __init__(self, notice: Notice, author: str, zone: tzinfo, now: datetime) -> None:
        self._notice, self._author, self._zone, self._now = notice, author, zone, now
        self._copies: dict[str, Copy] = {}
        hour = now.astimezone(zone).hour
        self._priority = Priority.reminder if notice.urgent else Priority.bulk
        self._silent = not notice.urgent and (hour >= NIGHT[0] or hour < NIGHT[1])

    def _copy(self, language: str) -> Copy:
        found = self._copies.get(language)
        if found is None:
            found = self._copies[language] = Copy(self._notice, self._author, speech(language), self._zone)
        return found

    async def copies(self, db: Session, due: Sequence[tuple[int, str | None]]) -> bool:
        """Produce first copies; several messages where there is an album, the last one has the button."""
        notice, people_of = self._notice, dict[str | None, list[int]]()
        for person_id, language in due:
            people_of.setdefault(language, []).append(person_id)
        for language, them in people_of.items():
            if language is None:
                await deliveries.skip(db, notice.id, them, self._now)
                continue
            said = [dump(one) for one in self._copy(language).messages(silent=self._silent)]
            await outbox.put_copies(db, said, them, now=self._now, priority=self._priority, topic=notice.topic)
            await deliveries.queue(db, notice.id, them, notice.topic, notice.version, notice.chased)
        return True

    async def corrections(self, db: Session, old: Sequence[tuple[Delivery, Person]]) -> bool:
        """Change what was delivered; a corrected copy is to be read anew, an expired one not."""
        messages: list[tuple[int, Reply, str]] = []
        for delivery, person in old:
            delivery.version, delivery.chased = self._notice.version, self._notice.chased
            if person.telegram_id is None or delivery.message_id is None:
                continue
            if self._notice.state is not State.expired:
                delivery.read_at = None
            change = self._copy(person.language).change(delivery.message_id, read_at=delivery.read_at)
            key = f"{self._notice.topic}:{person.id}:v{self._notice.version}"
            messages.append((person.telegram_id, change, key))
        await self._put(db, messages)
        return True

    async def reminders(self, db: Session, quiet: Sequence[tuple[Delivery, Person]]) -> bool:
        """Remind those who have not read it."""
        messages: list[tuple[int, Reply, str]] = []
        for delivery, person in quiet:
            delivery.chased = self._notice.chased
            if person.telegram_id is None or person.blocked_at is not None:
                continue
            key = f"{self._notice.topic}:{person.id}:r{self._notice.chased}"
            messages.append((person.telegram_id, self._copy(person.language).reminder(), key))
        await self._put(db, messages)
        return True

    async def _put(self, db: Session, messages: Sequence[tuple[int, Reply, str]]) -> None:
        rows = [(chat_id, dump(reply), key) for chat_id, reply, key in messages]
        await outbox.put_many(db, rows, now=self._now, priority=self._priority, topic=self._notice.topic)


# --- the live card ---


async def refresh(database: Database, now: datetime) -> bool:
    """Bring the live cards of notices up to date, each at most every few seconds; True when any changed."""
    async with database.read(brief=True) as db:
        stale = [
            one.id
            for one in await notices.watched(db, now - WATCHED)
            if one.shown_at is None or now >= one.shown_at + CARD_EVERY
        ]
        changed = [one for one in stale if await _changed(db, one, now) is not None]
    for notice_id in changed:
        async with database.begin() as db:
            change = await _changed(db, notice_id, now, lock=True)
            if change is not None:
                chat_id, reply = change
                topic = f"notice:{notice_id}:card"
                await outbox.put(db, chat_id, [dump(reply)], now=now, priority=Priority.reminder, topic=topic)
                database.notify(db, "outbox")
    return bool(changed)


async def _changed(db: Session, notice_id: int, now: datetime, *, lock: bool = False) -> tuple[int, Change] | None:
    """Return the chat and the change of a live card that shows something old; None when it is as it should be."""
    notice = await notices.get(db, notice_id, lock=lock)
    if notice is None or notice.card is None or await outbox.waiting(db, f"{notice.topic}:card"):
        return None
    author = await people.by_id(db, notice.author_id)
    if author is None or author.telegram_id is None:
        return None
    text, rows = await card_of(db, notice, speech(author.language), now)
    if notice.shown == seen(text, rows):
        return None
    if lock:
        notice.shown, notice.shown_at = seen(text, rows), now
    return author.telegram_id, Change(message_id=notice.card, text=str(text), buttons=rows)
