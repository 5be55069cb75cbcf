"""Registers that were sent in and are not applied: the file as it came, and what was found when it was read.

A file belongs to nobody's work yet. It goes when it was applied or given up, and when it has lain for a month.
"""

import json
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, undefer

from storage import leases
from storage.entity import Entity, Json, Session, Whom

LEASE = timedelta(minutes=3)
"""So long a file that was handed out for reading belongs to whoever took it."""

KEEP = timedelta(days=30)
"""How long a file lies that nobody applies."""

_WAITING = sa.text("state = 'waiting'")


class State(StrEnum):
    """How far the reading of a file is."""

    waiting = "waiting"
    read = "read"


class RegisterFile(Entity):
    """One register that was sent in; ``found`` is what reading said: faults, remarks, counts.

    ``lines`` is what it holds, as compressed JSON; ``marked`` a copy of the workbook with the faults written into it.
    """

    __tablename__ = "register_files"
    __table_args__ = (
        sa.Index("ix_register_files_person_id", "person_id"),
        sa.Index("ix_register_files_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )
    secret = frozenset({"lines", "marked", "file_id"})

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    chat_id: Mapped[int]
    file_id: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(default="zh_CN")
    state: Mapped[State] = mapped_column(default=State.waiting)
    retry_at: Mapped[datetime | None] = mapped_column(default=None)
    found: Mapped[Json] = mapped_column(default_factory=dict)
    lines: Mapped[bytes | None] = mapped_column(default=None, deferred=True)
    marked: Mapped[bytes | None] = mapped_column(default=None, deferred=True)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the registers the person sent in."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Throw them away; what was applied stands in the register."""
        del now
        return sa.delete(cls).where(cls.person_id == whom.id)


def packed(data: object) -> bytes:
    """Return JSON data as it is kept."""
    return zlib.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"), 6)


def unpacked(content: bytes) -> Json:
    """Return the JSON object that :func:`packed` kept."""
    return dict(json.loads(zlib.decompress(content)))


async def add(db: Session, file: RegisterFile) -> RegisterFile:
    """Keep a file that came, in place of those the person sent for that campaign before; its id is known afterwards."""
    mine = (RegisterFile.person_id == file.person_id, RegisterFile.campaign_id == file.campaign_id)
    await db.execute(sa.delete(RegisterFile).where(*mine))
    db.add(file)
    await db.flush()
    return file


async def get(db: Session, file_id: int, *, lock: bool = False, whole: bool = False) -> RegisterFile | None:
    """Return a file; ``whole`` with what it holds, ``lock`` so that nobody else uses it until this transaction ends."""
    query = sa.select(RegisterFile).where(RegisterFile.id == file_id)
    if whole:
        query = query.options(undefer(RegisterFile.lines)).execution_options(populate_existing=True)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await db.scalar(query)


async def of_person(db: Session, person_id: int, campaign_id: int) -> RegisterFile | None:
    """Return the file somebody sent in for a campaign and has neither applied nor thrown away."""
    mine = (RegisterFile.person_id == person_id, RegisterFile.campaign_id == campaign_id)
    return await db.scalar(sa.select(RegisterFile).where(*mine).order_by(RegisterFile.id.desc()).limit(1))


async def marked_of(db: Session, file_id: int) -> bytes | None:
    """Return the marked copy of a file, None when none was made."""
    return await db.scalar(sa.select(RegisterFile.marked).where(RegisterFile.id == file_id))


async def drop(db: Session, file: RegisterFile) -> None:
    """Throw a file away."""
    await db.delete(file)
    await db.flush()


async def any_waiting(db: Session, now: datetime) -> bool:
    """Tell whether there is a file to be read."""
    return await leases.any_due(db, RegisterFile, now)


async def waiting(db: Session, now: datetime, limit: int = 1) -> Sequence[RegisterFile]:
    """Hand out files that are to be read, the longest waiting first; each is the caller's until ``now + LEASE``."""
    return await leases.handed_out(db, RegisterFile, now, limit, LEASE)


async def prune(db: Session, before: datetime) -> int:
    """Throw away the files that were sent in before a moment; return how many."""
    statement = sa.delete(RegisterFile).where(RegisterFile.created_at < before).returning(RegisterFile.id)
    return len((await db.execute(statement.execution_options(synchronize_session=False))).all())
