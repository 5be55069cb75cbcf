"""Forms that were sent in and are not published: the files as they came, and what became of them when they were read.

A draft belongs to nobody's work yet: it may be thrown away at any moment, and is when it has lain for a month. What it
means is in the room forms/; here it is only kept.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, undefer

from storage import leases
from storage.entity import Entity, Json, Session, Whom

LEASE = timedelta(minutes=3)
"""So long a draft that was handed out for reading belongs to whoever took it."""

KEEP = timedelta(days=30)
"""How long a draft lies that nobody publishes."""

_WAITING = sa.text("state = 'waiting'")


class State(StrEnum):
    """How far the reading of a draft is."""

    waiting = "waiting"
    read = "read"
    refused = "refused"


class FormDraft(Entity):
    """One form that was sent in; ``found`` is what the reading said: problems, warnings, names of files it wants.

    ``asked_at`` is when its files last changed: what was read of earlier files is worth nothing.
    """

    __tablename__ = "form_drafts"
    __table_args__ = (
        sa.Index("ix_form_drafts_person_id", "person_id"),
        sa.Index("ix_form_drafts_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )
    secret = frozenset({"xform"})

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    chat_id: Mapped[int]
    album_id: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(default=State.waiting)
    retry_at: Mapped[datetime | None] = mapped_column(default=None)
    form_id: Mapped[str] = mapped_column(default="")
    version: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    xform: Mapped[str] = mapped_column(default="", deferred=True)
    sha256: Mapped[str] = mapped_column(default="")
    found: Mapped[Json] = mapped_column(default_factory=dict)

    def ask(self, now: datetime) -> None:
        """Have it read, again when it was: its files are not what they were."""
        self.state, self.asked_at, self.retry_at = State.waiting, now, None

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the forms the person sent in."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Throw them away; what was published is kept elsewhere."""
        del now
        return sa.delete(cls).where(cls.person_id == whom.id)


class DraftFile(Entity):
    """One file of a draft as it lies at Telegram, and its ``content`` once it is here; ``size`` in bytes.

    ``beside`` marks a list that the form asked for by its name.
    """

    __tablename__ = "form_draft_files"
    __table_args__ = (sa.Index("ix_form_draft_files_draft_id", "draft_id"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("form_drafts.id", ondelete="CASCADE"))
    name: Mapped[str]
    file_id: Mapped[str]
    size: Mapped[int] = mapped_column(default=0)
    beside: Mapped[bool] = mapped_column(default=False)
    content: Mapped[bytes | None] = mapped_column(default=None, deferred=True)


async def add(db: Session, draft: FormDraft, file: DraftFile) -> FormDraft:
    """Keep a new draft with its first file; its id is known afterwards."""
    db.add(draft)
    await db.flush()
    file.draft_id = draft.id
    db.add(file)
    await db.flush()
    return draft


async def put(db: Session, draft: FormDraft, file: DraftFile, now: datetime) -> None:
    """Put a further file to a draft, in place of the one of that name, and have all of it read again."""
    await db.execute(sa.delete(DraftFile).where(DraftFile.draft_id == draft.id, DraftFile.name == file.name))
    file.draft_id = draft.id
    db.add(file)
    draft.ask(now)
    await db.flush()


async def get(db: Session, draft_id: int, *, lock: bool = False) -> FormDraft | None:
    """Return a draft without its XForm; with ``lock`` nobody else changes it until this transaction ends."""
    query = sa.select(FormDraft).where(FormDraft.id == draft_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await db.scalar(query)


async def of_album(db: Session, chat_id: int, album_id: str) -> FormDraft | None:
    """Return the draft that earlier files of an album made."""
    query = sa.select(FormDraft).where(FormDraft.chat_id == chat_id, FormDraft.album_id == album_id)
    return await db.scalar(query.limit(1))


async def xform_of(db: Session, draft_id: int) -> str:
    """Return the XForm a draft was read into, '' when there is none."""
    return await db.scalar(sa.select(FormDraft.xform).where(FormDraft.id == draft_id)) or ""


async def files_of(db: Session, draft_id: int, *, whole: bool = False) -> Sequence[DraftFile]:
    """Return the files of a draft as they came; ``whole`` with their content."""
    query = sa.select(DraftFile).where(DraftFile.draft_id == draft_id).order_by(DraftFile.id)
    if whole:
        query = query.options(undefer(DraftFile.content)).execution_options(populate_existing=True)
    return (await db.scalars(query)).all()


async def of_person(db: Session, person_id: int, limit: int) -> Sequence[FormDraft]:
    """Return the drafts somebody sent in, the latest first."""
    query = sa.select(FormDraft).where(FormDraft.person_id == person_id).order_by(FormDraft.id.desc())
    return (await db.scalars(query.limit(limit))).all()


async def drop(db: Session, draft: FormDraft) -> None:
    """Throw a draft away with its files."""
    await db.execute(sa.delete(DraftFile).where(DraftFile.draft_id == draft.id))
    await db.delete(draft)
    await db.flush()


async def any_waiting(db: Session, now: datetime) -> bool:
    """Tell whether there is a draft to be read."""
    return await leases.any_due(db, FormDraft, now)


async def fetched(db: Session, file_id: int, content: bytes) -> None:
    """Keep the content of a file that came home; one that was dropped meanwhile stays dropped."""
    await db.execute(sa.update(DraftFile).where(DraftFile.id == file_id).values(content=content))


async def waiting(db: Session, now: datetime, limit: int = 1) -> Sequence[FormDraft]:
    """Hand out drafts that are to be read, the longest waiting first; each is the caller's until ``now + LEASE``."""
    return await leases.handed_out(db, FormDraft, now, limit, LEASE)


async def prune(db: Session, before: datetime) -> int:
    """Throw away the drafts that were last touched before a moment; return how many."""
    old = sa.select(FormDraft.id).where(FormDraft.asked_at < before)
    await db.execute(
        sa.delete(DraftFile).where(DraftFile.draft_id.in_(old)).execution_options(synchronize_session=False)
    )
    statement = sa.delete(FormDraft).where(FormDraft.asked_at < before).returning(FormDraft.id)
    return len((await db.execute(statement.execution_options(synchronize_session=False))).all())
