"""Files of the library whose words are to be found as well: read in the background, once, after they were published.

What a file says is put behind the words of its item, which is what is searched (storage/voices/library.py); here stands
only how far that is.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage import leases, single
from storage.entity import Entity, Session

LEASE = timedelta(minutes=5)
_WAITING = sa.text("state = 'waiting'")


class State(StrEnum):
    """How far the reading of a file is; ``refused``: there are no words in it that could be read."""

    waiting = "waiting"
    read = "read"
    refused = "refused"


class LibraryFile(Entity):
    """One file of an item, as it lies at Telegram."""

    __tablename__ = "library_files"
    __table_args__ = (
        sa.Index("ix_library_files_item_id", "item_id"),
        sa.Index("ix_library_files_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("library_items.id"))
    file_id: Mapped[str]
    name: Mapped[str]
    state: Mapped[State] = mapped_column(default=State.waiting)
    retry_at: Mapped[datetime | None] = mapped_column(default=None)


async def add(db: Session, files: Sequence[LibraryFile]) -> None:
    """Have the words of files read."""
    db.add_all(files)
    await db.flush()


async def get(db: Session, file_id: int, *, lock: bool = False) -> LibraryFile | None:
    """Return a file; with ``lock`` nobody else changes it until this transaction ends."""
    return await single.get(db, LibraryFile, file_id, lock=lock)


async def unread(db: Session, item_id: int) -> list[str]:
    """Return what the files of an item are called in which nothing can be looked for."""
    which = (LibraryFile.item_id == item_id, LibraryFile.state == State.refused)
    return list(await db.scalars(sa.select(LibraryFile.name).where(*which).order_by(LibraryFile.id)))


async def any_waiting(db: Session, now: datetime) -> bool:
    """Tell whether there is a file to be read."""
    return await leases.any_due(db, LibraryFile, now)


async def waiting(db: Session, now: datetime, limit: int = 1) -> Sequence[LibraryFile]:
    """Hand out files that are to be read, the longest waiting first; each is the caller's until ``now + LEASE``."""
    return await leases.handed_out(db, LibraryFile, now, limit, LEASE)
