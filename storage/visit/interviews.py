"""Interviews: what people said in confidence, and who has looked at it.

What was said is sealed with a key of the interview's own (its box), which is sealed by the operator's keys; who said it
lies in another table, sealed for itself (storage/visit/interviewees.py). Nobody but the interviewer and the leader of
the group opens either, and every look is a row. Destroying the box erases an interview for good. Without a key there
are no interviews (NoKey).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from storage.entity import Entity, Moment, Session, Whom
from storage.people import Person, Role
from storage.vault import sealed
from storage.vault.custody import Kept
from storage.vault.sealed import SealedBytes
from storage.vault.sealing import Box, key_of
from storage.visit import interviewees
from storage.visit.visits import Visit

PAUSES: Final = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 1800, 7200))
"""The pauses after a failed download; when they are used up a recording that is refused has failed for good."""

_WAITING = sa.text("state = 'waiting'")


class Shredded(Exception):
    """The interview was erased: nothing of what was said is left."""


class State(StrEnum):
    """How far an interview is."""

    open = "open"
    finished = "finished"
    erased = "erased"


class Fetched(StrEnum):
    """How far the recording of an entry is; words need none."""

    none = "none"
    waiting = "waiting"
    stored = "stored"
    failed = "failed"


class Interview(Kept, Entity):
    """One talk on a visit; ``at_path`` is the question that is on screen, ``box`` its sealed key, None once erased."""

    in_custody: ClassVar[str] = "interview"
    kept: ClassVar[tuple[str, ...]] = (
        "id", "visit_id", "by_id", "form_version_id", "state", "box", "started_at", "ended_at", "erased_at"
    )  # fmt: skip

    __tablename__ = "interviews"
    __table_args__ = (sa.Index("ix_interviews_visit_id", "visit_id"), sa.Index("ix_interviews_by_id", "by_id"))
    secret = frozenset({"box"})

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    form_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("forms.id"), default=None)
    state: Mapped[State] = mapped_column(default=State.open)
    at_path: Mapped[str] = mapped_column(default="")
    box: Mapped[bytes | None] = mapped_column(SealedBytes("interviews.box"), default=None)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    erased_at: Mapped[datetime | None] = mapped_column(default=None)
    visit: Mapped[Visit] = relationship(init=False, lazy="raise")

    def open_to(self, person: Person, now: datetime) -> bool:
        """Tell whether the person may see it: the interviewer while on the visit's work, or the group's leader."""
        own = self.by_id == person.id and self.visit.open_to(person, now)
        return own or person.has(now, Role.leader, group_id=self.visit.group_id)

    def finish(self, now: datetime) -> None:
        """End it; ending it again changes nothing."""
        if self.state is State.open:
            self.state, self.ended_at = State.finished, now

    def resume(self) -> None:
        """Go on with one that was ended."""
        if self.state is State.finished:
            self.state, self.ended_at = State.open, None

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the interviews the person held."""
        return cls.by_id == whom.id


class Entry(Kept, Entity):
    """One message of an interview, ``said`` in the interview's box: words, or where a recording lies at Telegram.

    ``fingerprint`` is the SHA-256 of the sealed bytes: it tells nothing of the words, however short. A message that was
    edited is a new row with the same ``first_id``, and the one before it is superseded. ``duration`` is in seconds.
    """

    in_custody: ClassVar[str] = "entry"
    chained_by: ClassVar[str] = "interview_id"
    chained_through: ClassVar[bool] = True
    kept: ClassVar[tuple[str, ...]] = (
        "id", "interview_id", "path", "kind", "said", "fingerprint", "at", "first_id", "superseded_at", "removed_at",
        "duration", "blob_sha256",
    )  # fmt: skip

    __tablename__ = "interview_entries"
    __table_args__ = (
        sa.Index("ix_interview_entries_interview_id", "interview_id", "id"),
        sa.Index("ix_interview_entries_message", "chat_id", "message_id"),
        sa.Index("ix_interview_entries_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )
    secret = frozenset({"said"})

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    interview_id: Mapped[int] = mapped_column(sa.ForeignKey("interviews.id"))
    path: Mapped[str]
    kind: Mapped[str]
    said: Mapped[bytes | None]
    fingerprint: Mapped[str]
    at: Mapped[datetime]
    chat_id: Mapped[int | None] = mapped_column(default=None)
    message_id: Mapped[int | None] = mapped_column(default=None)
    first_id: Mapped[int | None] = mapped_column(sa.ForeignKey("interview_entries.id"), default=None)
    superseded_at: Mapped[datetime | None] = mapped_column(default=None)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    duration: Mapped[int] = mapped_column(default=0)
    state: Mapped[Fetched] = mapped_column(default=Fetched.none)
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None] = mapped_column(default=None)
    blob_sha256: Mapped[str | None] = mapped_column(default=None)

    def noticed(self, changed: frozenset[str]) -> str:
        """Name the deed that changed these columns."""
        deeds = {"said": "erased", "removed_at": "removed", "superseded_at": "superseded", "blob_sha256": "stored"}
        return next((deed for column, deed in deeds.items() if column in changed), "changed" if changed else "added")

    def stored(self, sha256: str) -> None:
        """Note that the recording is here, sealed."""
        self.state, self.blob_sha256, self.retry_at = Fetched.stored, sha256, None

    def refused(self, now: datetime) -> None:
        """Note that Telegram refused it; it is tried again after a growing pause until the pauses are used up."""
        if self.attempts >= len(PAUSES):
            self.state, self.retry_at = Fetched.failed, None
        else:
            self.retry_at = now + PAUSES[self.attempts]
        self.attempts += 1

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person wrote down, without the words: those are not theirs."""
        return cls.interview_id.in_(sa.select(Interview.id).where(Interview.by_id == whom.id))

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """Drop the chat it came from; what was said is a record of the visit and stays."""
        del now
        return (
            sa.update(cls)
            .where(cls.chat_id == whom.telegram_id)
            .values(chat_id=None, message_id=None)
            .execution_options(synchronize_session=False)
        )


class Look(Kept, Entity):
    """Somebody looked: at what was said (``said``), at who said it (``who``), or listened (``heard``)."""

    in_custody: ClassVar[str] = "look"
    chained_by: ClassVar[str] = "interview_id"
    chained_through: ClassVar[bool] = True
    kept: ClassVar[tuple[str, ...]] = ("id", "interview_id", "person_id", "what", "at")

    __tablename__ = "interview_looks"
    __table_args__ = (
        sa.Index("ix_interview_looks_interview_id", "interview_id", "id"),
        sa.Index("ix_interview_looks_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    interview_id: Mapped[int] = mapped_column(sa.ForeignKey("interviews.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    what: Mapped[str]
    at: Mapped[datetime]

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the person's looks."""
        return cls.person_id == whom.id


@dataclass(frozen=True, slots=True)
class Said:
    """One entry, opened: its words, or '' and how long the recording is in seconds."""

    entry: Entry
    words: str


_WITH_VISIT = sa.select(Interview).options(
    joinedload(Interview.visit).joinedload(Visit.unit), joinedload(Interview.visit).joinedload(Visit.members)
)


async def begin(db: Session, visit: Visit, by: Person, form_version_id: int | None, now: datetime) -> Interview:
    """Begin an interview on a visit, with a key of its own. Raises NoKey when there is none to seal it with."""
    box = sealed.need(db).seal(Box.new().key, "interviews.box")
    made = Interview(visit_id=visit.id, by_id=by.id, form_version_id=form_version_id, box=box, started_at=now)
    db.add(made)
    await db.flush()
    found = await get(db, made.id)
    if found is None:
        raise LookupError(f"no interview {made.id}")
    return found


async def get(db: Session, interview_id: int, *, lock: bool = False) -> Interview | None:
    """Return an interview with its visit; with ``lock`` nobody else changes it until this transaction ends."""
    query = _WITH_VISIT.where(Interview.id == interview_id)
    if lock:
        query = query.with_for_update(of=Interview, key_share=True)
    return (await db.scalars(query.execution_options(populate_existing=True))).unique().one_or_none()


async def of_visit(db: Session, visit_id: int) -> Sequence[Interview]:
    """Return the interviews of a visit, with it, in order; erased ones too."""
    return (await db.scalars(_WITH_VISIT.where(Interview.visit_id == visit_id).order_by(Interview.id))).unique().all()


async def held(db: Session, visit_ids: Sequence[int]) -> dict[int, int]:
    """Return how many interviews were ended on each of these visits; every one is a key."""
    query = (
        sa.select(Interview.visit_id, sa.func.count())
        .where(Interview.visit_id.in_(visit_ids), Interview.ended_at.is_not(None))
        .group_by(Interview.visit_id)
    )
    return dict.fromkeys(visit_ids, 0) | dict((await db.execute(query)).all())


async def under_way(db: Session, person_id: int, at: datetime) -> bool:
    """Tell whether a person was in the middle of an interview at a moment."""
    during = sa.or_(Interview.ended_at.is_(None), Interview.ended_at >= at)
    query = sa.select(Interview.id).where(Interview.by_id == person_id, Interview.started_at <= at, during)
    return await db.scalar(query.limit(1)) is not None


async def held_any(db: Session, person_id: int) -> bool:
    """Tell whether a person ever began an interview."""
    return await db.scalar(sa.select(Interview.id).where(Interview.by_id == person_id).limit(1)) is not None


async def keys_needed(db: Session) -> set[str]:
    """Return the ids of the keys that interviews are sealed with."""
    boxes = await db.scalars(sa.select(Interview.box).where(Interview.box.is_not(None)))
    return {key_of(box) for box in boxes if box is not None}


# --- what was said ---


def box_of(db: Session, interview: Interview) -> Box:
    """Open an interview's box. Raises Shredded, NoKey, KeyLost or Damaged."""
    if interview.box is None:
        raise Shredded
    return Box(sealed.need(db).open(interview.box, "interviews.box"))


def _context(interview_id: int, kind: str) -> str:
    return f"{kind} of interview {interview_id}"


async def add(
    db: Session,
    interview: Interview,
    kind: str,
    words: str,
    now: datetime,
    *,
    path: str,
    chat_id: int | None = None,
    message_id: int | None = None,
    duration: int = 0,
    instead_of: Entry | None = None,
) -> Entry:
    """Put words or a recording into an interview, exactly as they are; ``instead_of`` an earlier version, which stays.

    ``kind`` is 'text', 'voice' (``words`` then tell the file) or 'quote' (which quote was made of which entry).
    """
    said = box_of(db, interview).seal_words(words, _context(interview.id, kind))
    entry = Entry(
        interview_id=interview.id,
        path=path,
        kind=kind,
        said=said,
        fingerprint=hashlib.sha256(said).hexdigest(),
        at=now,
        chat_id=chat_id,
        message_id=message_id,
        duration=duration,
        state=Fetched.waiting if kind == "voice" else Fetched.none,
    )
    if instead_of is not None:
        instead_of.superseded_at = now
        entry.first_id = instead_of.first_id or instead_of.id
    db.add(entry)
    await db.flush()
    return entry


async def entries(db: Session, interview_id: int, *, every: bool = False) -> Sequence[Entry]:
    """Return the entries that stand, in the order in which they first came; ``every``: superseded ones too."""
    first = sa.func.coalesce(Entry.first_id, Entry.id)
    query = sa.select(Entry).where(Entry.interview_id == interview_id, Entry.kind != "quote")
    if not every:
        query = query.where(Entry.superseded_at.is_(None), Entry.removed_at.is_(None))
    return (await db.scalars(query.order_by(first, Entry.id))).all()


async def quote_entries(db: Session, interview_id: int) -> Sequence[Entry]:
    """Return the entries that say which quotes were made of an interview."""
    query = sa.select(Entry).where(Entry.interview_id == interview_id, Entry.kind == "quote")
    return (await db.scalars(query.order_by(Entry.id))).all()


async def by_message(db: Session, chat_id: int, message_id: int) -> Entry | None:
    """Return the entry that stands for a message."""
    query = sa.select(Entry).where(Entry.chat_id == chat_id, Entry.message_id == message_id)
    return await db.scalar(query.where(Entry.superseded_at.is_(None)).order_by(Entry.id.desc()).limit(1))


def opened(db: Session, interview: Interview, found: Sequence[Entry]) -> list[Said]:
    """Open entries; a recording has no words. Raises as :func:`box_of`."""
    box = box_of(db, interview)
    return [Said(one, words_of(box, one) if one.kind == "text" else "") for one in found]


def words_of(box: Box, entry: Entry) -> str:
    """Return what an entry holds. Raises Shredded or Damaged."""
    if entry.said is None:
        raise Shredded
    return box.open_words(entry.said, _context(entry.interview_id, entry.kind))


# --- who looked ---


def look(db: Session, interview: Interview, person: Person, what: str, now: datetime) -> None:
    """Note that somebody looks now; written with the turn that shows it."""
    db.add(Look(interview_id=interview.id, person_id=person.id, what=what, at=now))


async def looks(db: Session, interview_id: int) -> Sequence[tuple[int, str, int, datetime]]:
    """Return who looked, at what, how often and when last, the latest first: however often, nobody's look is hidden."""
    query = (
        sa.select(
            Look.person_id, Look.what, sa.func.count().label("times"), sa.func.max(Look.at, type_=Moment).label("at")
        )
        .where(Look.interview_id == interview_id)
        .group_by(Look.person_id, Look.what)
    )
    return [
        (who, what, times, at)
        for who, what, times, at in await db.execute(query.order_by(sa.desc(sa.func.max(Look.id))))
    ]


# --- erasing ---


async def erase(db: Session, interview: Interview, now: datetime) -> None:
    """Erase what was said and who said it, for good: the key is gone. That there was a talk, and when, stays."""
    interview.box, interview.state, interview.erased_at = None, State.erased, now
    await interviewees.forget(db, interview.id)
    for one in await db.scalars(sa.select(Entry).where(Entry.interview_id == interview.id)):
        one.said, one.state, one.chat_id, one.message_id = None, Fetched.none, None, None
    await db.flush()
