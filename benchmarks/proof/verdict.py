"""Compares what the inspectors were told with what the database, the ledger and the screens say.

Every number is a count of things that must not be, except those named as figures. Reads only; call it when the bot has
come to rest.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.proof.witness import heard
from bot.incoming.apology import WAIT
from forms.form import Form
from handlers.text import speech
from storage.audit import Audit
from storage.campaign.forms import FormVersion
from storage.chat import inbox, outbox, timers
from storage.chat.inbox import Arrival
from storage.chat.outbox import Outgoing
from storage.database import Database
from storage.files.evidence import Evidence
from storage.people import Person
from storage.visit.visits import Answer, State, Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from benchmarks.proof.inspector import Book, Deed
    from benchmarks.proof.scene import Scene
    from storage.database import Session

REST_SECONDS = 120.0
LOOK = 0.2


@dataclass(slots=True)
class Verdict:
    """What was found; ``faults`` says the first few of each kind in words."""

    kills: int = 0
    """A figure: SIGKILLs of a serving process."""
    confirmed: int = 0
    """A figure: answers, ticks, notes, photos and visits that the bot said were recorded."""
    updates: int = 0
    """A figure: updates that Telegram had for the bot."""
    messages: int = 0
    """A figure: messages and edits that were delivered."""
    repeated: int = 0
    """A figure: messages that came twice, or that nobody knows of any more."""
    withheld: int = 0
    """Of these: Telegram's answer was withheld by a fault."""
    unheard: int = 0
    """Of these: the process was killed before it had heard the answer."""
    heard: int = 0
    """Of these: it had heard the answer, so the next one should have known."""
    missing: int = 0
    """Confirmed, and not in the database."""
    twice: int = 0
    """In the database more often, or in another order, than it was done."""
    lost_updates: int = 0
    """Updates that Telegram handed over and that were not worked off exactly once."""
    lost_messages: int = 0
    """Replies that were not delivered, or are said to have been and are not in Telegram's ledger."""
    wrong_cards: int = 0
    """Chats whose newest card is not the live one, or shows an answer that no longer stands."""
    stranded: int = 0
    """Inspectors who could not go on to hand in."""
    faults: list[str] = field(default_factory=list)

    def fault(self, kind: str, what: str) -> None:
        """Count a fault and keep its words."""
        setattr(self, kind, getattr(self, kind) + 1)
        self.faults.append(f"{kind}: {what}")

    @property
    def bad(self) -> int:
        """How many things are not as they must be."""
        kinds = ("missing", "twice", "lost_updates", "lost_messages", "wrong_cards", "stranded")
        return sum(getattr(self, one) for one in kinds)

    def __add__(self, other: Verdict) -> Verdict:
        names = [one.name for one in fields(self)]
        return Verdict(**{name: getattr(self, name) + getattr(other, name) for name in names})


async def at_rest(scene: Scene, clock: Callable[[], datetime] | None = None) -> None:
    """Wait until nothing is left to be taken, worked off, delivered or written down; by a clock, nor a timer to fire.

    Looked at in the order in which things go on, and several times: what moves between two glances is seen by one.
    """
    database = Database(scene.database_url)
    quiet = 0
    try:
        async with asyncio.timeout(REST_SECONDS):
            while quiet < 3:  # noqa: PLR2004 - a fate may still be on its way to the disk
                async with database.read() as db:
                    due = await timers.next_due(db) if clock is not None else None
                    waiting = (await inbox.depth(db)).waiting
                    pending = (await outbox.counts(db))[outbox.State.pending]
                late = clock is not None and due is not None and due <= clock()
                busy = late or waiting or pending or scene.telegram.world.updates.waiting
                quiet = 0 if busy else quiet + 1
                await asyncio.sleep(LOOK)
    finally:
        await database.close()


async def compare(scene: Scene, books: Sequence[Book]) -> Verdict:
    """Compare everything."""
    found = Verdict()
    database = Database(scene.database_url)
    try:
        async with database.read() as db:
            for book in books:
                await _answers(db, book, found)
                await _pieces(db, book, found)
                await _visits(db, book, found)
                await _card(db, scene, book, found)
                if book.stuck:
                    found.fault("stranded", f"{book.phone_id}: {book.stuck}")
            await _updates(db, scene, found)
            await _messages(db, scene, found)
    finally:
        await database.close()
    return found


# --- answers ---


async def _answers(db: Session, book: Book, found: Verdict) -> None:
    forms: dict[int, Form] = {}
    done: dict[tuple[int, str], list[tuple[Deed, str]]] = {}
    for deed in book.deeds:
        if deed.kind in {"answer", "toggle"}:
            form = await _form(db, deed.visit, forms)
            screen = form.screen(deed.number)
            assert screen is not None
            question = screen.questions[deed.at]
            done.setdefault((deed.visit, question.path), []).append((deed, question.choices[int(deed.what)].value))
    by = await db.scalar(sa.select(Person.id).where(Person.telegram_id == book.phone_id))
    stood = sa.select(Answer.visit_id, Answer.path, Answer.value).where(Answer.by_id == by).order_by(Answer.id)
    rows: dict[tuple[int, str], list[str]] = {}
    for visit, path, value in (await db.execute(stood)).all():
        rows.setdefault((visit, path), []).append(value)
    for key, deeds in done.items():
        history = rows.get(key, [])
        ticks = deeds[0][0].kind == "toggle"
        told = _changes(history) if ticks else history
        sent = [value for _, value in deeds]
        sure = [value for deed, value in deeds if deed.confirmed]
        found.confirmed += len(sure)
        where = f"{book.phone_id} visit {key[0]} {key[1]}: did {sent}, was told {sure}, stored {history}"
        where += "".join(f"; {value} because {deed.because}" for deed, value in deeds if deed.because)
        if not _within(_runs(sure, keep=ticks), told):
            found.fault("missing", where)
        if not _within(told, _runs(sent, keep=ticks)):
            found.fault("twice", where)


async def _form(db: Session, visit_id: int, forms: dict[int, Form]) -> Form:
    version = await db.scalar(sa.select(Visit.form_version_id).where(Visit.id == visit_id))
    assert version is not None
    if version not in forms:
        xform = await db.scalar(sa.select(FormVersion.xform).where(FormVersion.id == version))
        assert xform is not None
        forms[version] = Form.parse(xform)
    return forms[version]


def _changes(history: Sequence[str]) -> list[str]:
    """Return what was ticked or unticked, one after another, to get from each value to the next."""
    steps, before = [], set[str]()
    for value in history:
        now = set(value.split())
        steps.append(" ".join(sorted(before ^ now)))
        before = now
    return steps


def _runs(values: Iterable[str], *, keep: bool) -> list[str]:
    """Leave out values that repeat the one before, which change nothing; ticks all count."""
    given: list[str] = []
    for value in values:
        if keep or not given or given[-1] != value:
            given.append(value)
    return given


def _within(few: Sequence[str], many: Sequence[str]) -> bool:
    """Tell whether the few are among the many, in the same order."""
    rest = iter(many)
    return all(any(one == other for other in rest) for one in few)


async def _pieces(db: Session, book: Book, found: Verdict) -> None:
    """Look for every sentence and photo: once when it was confirmed, never more than once."""
    for deed in book.deeds:
        if deed.kind == "note":
            held = sa.select(Answer.value).where(
                Answer.visit_id == deed.visit, Answer.superseded_at.is_(None), Answer.value.contains(deed.what)
            )
            count = sum(value.count(deed.what) for value in await db.scalars(held))
        elif deed.kind == "photo":
            mine = sa.select(sa.func.count()).where(
                Evidence.chat_id == book.phone_id, Evidence.message_id == deed.message_id
            )
            count = await db.scalar(mine) or 0
        else:
            continue
        found.confirmed += deed.confirmed
        where = f"{book.phone_id} visit {deed.visit} item {deed.number}: {deed.kind} {deed.what or deed.message_id}"
        if deed.confirmed and not count:
            found.fault("missing", where)
        if count > 1:
            found.fault("twice", f"{where} × {count}")


async def _visits(db: Session, book: Book, found: Verdict) -> None:
    for visit in book.handed_in:
        found.confirmed += 1
        if await db.scalar(sa.select(Visit.state).where(Visit.id == visit)) is not State.submitted:
            found.fault("missing", f"{book.phone_id}: visit {visit} was handed in and is not")
        noted = sa.select(sa.func.count()).where(Audit.action == "visit.submitted", Audit.subject == f"visit:{visit}")
        if (count := await db.scalar(noted)) != 1:
            found.fault("twice", f"{book.phone_id}: visit {visit} was handed in × {count}")
    if not book.handed_in:
        found.fault("stranded", f"{book.phone_id}: handed in nothing")


# --- what came and what went ---


async def _updates(db: Session, scene: Scene, found: Verdict) -> None:
    first = 100_000_001
    had = set(range(first, scene.telegram.world.updates.last_id + 1))
    rows = (await db.execute(sa.select(Arrival.update_id, Arrival.state).where(Arrival.update_id >= first))).all()
    found.updates += len(had)
    taken = [update_id for update_id, _ in rows]
    if had - set(taken) or len(taken) != len(set(taken)):
        found.fault("lost_updates", f"{sorted(had - set(taken))[:5]} of {len(had)} never came in")
    aside = [update_id for update_id, state in rows if state is not inbox.State.done]
    for update_id in aside:
        found.fault("lost_updates", f"{update_id} is not worked off")


async def _messages(db: Session, scene: Scene, found: Verdict) -> None:
    entries = scene.telegram.world.ledger.since(0, scene.telegram.world.ledger.total)
    # What people are told while nothing can be stored is in no outbox, and is not one of its messages.
    waits = str(speech("zh_CN").t(WAIT))
    theirs = {(one.chat_id, one.message_id) for one in entries if one.method.startswith("send") and one.text != waits}
    known = theirs | {(one.chat_id, one.message_id) for one in entries if one.method.startswith("edit")}
    rows = (await db.execute(sa.select(Outgoing.id, Outgoing.chat_id, Outgoing.message_id, Outgoing.state))).all()
    ours = {(chat_id, message_id) for _, chat_id, message_id, _ in rows if message_id is not None}
    fine = (outbox.State.sent, outbox.State.skipped)
    for row_id, chat_id, message_id, state in rows:
        if state not in fine:
            found.fault("lost_messages", f"message {row_id} to {chat_id} is {state}")
        elif message_id is not None and (chat_id, message_id) not in known:
            found.fault("lost_messages", f"message {row_id} to {chat_id} never reached Telegram")
    found.messages += sum(one.method.startswith(("send", "edit")) for one in entries)
    lost = {(one.chat_id, one.message_id) for one in entries if one.reply != "answered"}
    known_of = heard(scene.folder)
    for key in theirs - ours:
        found.repeated += 1
        why = "withheld" if key in lost else "heard" if key[1] in known_of else "unheard"
        setattr(found, why, getattr(found, why) + 1)


async def _card(db: Session, scene: Scene, book: Book, found: Verdict) -> None:
    """Look whether the newest card is the live one, and shows the answers that stand."""
    chat = scene.telegram.world.chats[book.phone_id]
    withs = [one for one in chat.messages.values() if (one.get("reply_markup") or {}).get("inline_keyboard")]
    newest = max((one["message_id"] for one in withs), default=None)
    live = await outbox.card_of(db, book.phone_id)
    if live is not None and live != newest:
        found.fault("wrong_cards", f"{book.phone_id}: {newest} is the newest card, {live} the live one")
        return
    if newest is None:
        found.fault("wrong_cards", f"{book.phone_id}: no card")
        return
    rows = chat.messages[newest]["reply_markup"]["inline_keyboard"]
    carried = [one.get("callback_data", "") for row in rows for one in row]
    shown = {int(one.split(":")[5]) for one in carried if one.startswith(("checklist.answer:", "checklist.toggle:"))}
    for answer in shown - {0}:
        if await db.scalar(sa.select(Answer.superseded_at).where(Answer.id == answer)) is not None:
            found.fault("wrong_cards", f"{book.phone_id}: the card shows an answer that no longer stands")
