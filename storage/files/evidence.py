"""Evidence: what was photographed, recorded, sent or pinned on a visit, and how far its file has come.

The row is written in the turn; the file is fetched afterwards, in the background, into storage/files/blobs.py. Removing
evidence marks it: nothing is deleted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage import leases
from storage.entity import Entity, Json, Session, Whom
from storage.files.filenames import harmless
from storage.people import Person
from storage.vault.custody import Kept

PAUSES = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 1800, 7200))
"""The pauses after a failed download; when they are used up a file that is refused has failed for good."""

LEASE = timedelta(minutes=10)
"""So long a download that was handed out belongs to whoever took it."""

DAMAGED = "cannot be opened"
"""The ``error`` of a picture that came home and is none; its file is kept all the same."""

_DEEDS = (("blob_sha256", "stored"), ("path", "moved"), ("caption", "captioned"))
"""What a change of a column is called in the chain of custody."""

_IN_ALBUM = sa.text("album_id <> ''")
_WAITING = sa.text("state = 'waiting'")


class State(StrEnum):
    """How far the file is."""

    waiting = "waiting"
    stored = "stored"
    failed = "failed"


class Evidence(Kept, Entity):
    """One piece of evidence for one question of a visit ('' when for the visit as a whole).

    ``kind`` is 'photo', 'file', 'voice', 'video' or 'place'; a place has degrees and no file. ``size`` is in bytes.
    ``scan``: it was sent for the code in it; ``codes`` are those that were found, once it has been looked at.
    """

    in_custody: ClassVar[str] = "evidence"
    kept: ClassVar[tuple[str, ...]] = (
        "id", "visit_id", "path", "kind", "unique_id", "album_id", "name", "mime", "caption", "forwarded",
        "sender_id", "sent_at", "blob_sha256", "exif", "latitude", "longitude",
        "removed_at", "removed_by", "removed_why",
    )  # fmt: skip

    __tablename__ = "evidence"
    __table_args__ = (
        sa.Index("ix_evidence_item", "visit_id", "path"),
        sa.Index("ix_evidence_message", "chat_id", "message_id"),
        sa.Index("ix_evidence_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        sa.Index("ix_evidence_blob_sha256", "blob_sha256"),
        sa.Index("ix_evidence_sender_id", "sender_id"),
        sa.Index("ix_evidence_album_id", "album_id", sqlite_where=_IN_ALBUM, postgresql_where=_IN_ALBUM),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"))
    path: Mapped[str]
    kind: Mapped[str]
    file_id: Mapped[str] = mapped_column(default="")
    unique_id: Mapped[str] = mapped_column(default="")
    album_id: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    mime: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(default=0)
    caption: Mapped[str] = mapped_column(default="")
    forwarded: Mapped[bool] = mapped_column(default=False)
    sender_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    sent_at: Mapped[datetime]
    chat_id: Mapped[int | None] = mapped_column(default=None)
    message_id: Mapped[int | None] = mapped_column(default=None)
    blob_sha256: Mapped[str | None] = mapped_column(default=None)
    state: Mapped[State] = mapped_column(default=State.waiting)
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None] = mapped_column(default=None)
    error: Mapped[str | None] = mapped_column(default=None)
    exif: Mapped[Json | None] = mapped_column(default=None)
    latitude: Mapped[float | None] = mapped_column(default=None)
    longitude: Mapped[float | None] = mapped_column(default=None)
    scan: Mapped[bool] = mapped_column(default=False)
    codes: Mapped[list[str] | None] = mapped_column(default=None)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    removed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    removed_why: Mapped[str | None] = mapped_column(default=None)

    @property
    def is_picture(self) -> bool:
        """Tell whether it shows something: a photo, or a picture sent as a file."""
        return self.kind == "photo" or (self.kind == "file" and self.mime.startswith("image/"))

    @property
    def is_usable(self) -> bool:
        """Tell whether there is hope to see it: neither given up nor found to be damaged."""
        return self.state is not State.failed and self.error != DAMAGED

    @property
    def filename(self) -> str:
        """Return the name it goes by: the one it was sent with, made harmless, else one made of its id."""
        return harmless(self.name) or f"{self.kind}-{self.id}{'.jpg' if self.kind == 'photo' else ''}"

    def stored(self, sha256: str, size: int, exif: Json | None = None) -> None:
        """Note that the file is here."""
        self.state, self.blob_sha256, self.size, self.exif = State.stored, sha256, size, exif
        self.retry_at, self.error = None, None

    def damaged(self) -> None:
        """Note that what came home cannot be opened as the picture it should be."""
        self.error = DAMAGED

    def put_off(self, error: str, now: datetime) -> None:
        """Note trouble that passes: the download is tried again after a growing pause, for as long as it takes."""
        last = len(PAUSES) - 1
        self.error, self.retry_at = error, now + PAUSES[min(self.attempts, last)]
        self.attempts = max(self.attempts, min(self.attempts + 1, last))

    def failed(self, error: str, now: datetime, *, for_good: bool = False) -> None:
        """Note a refused download; it is tried again after a growing pause unless the pauses are used up."""
        self.error = error
        if for_good or self.attempts >= len(PAUSES):
            self.state, self.retry_at = State.failed, None
        else:
            self.retry_at = now + PAUSES[self.attempts]
        self.attempts += 1

    def remove(self, by: Person, now: datetime, why: str = "") -> None:
        """Take it out of the visit; the record of it stays."""
        if self.removed_at is None:
            self.removed_at, self.removed_by, self.removed_why = now, by.id, why

    def restore(self) -> None:
        """Put it back."""
        self.removed_at, self.removed_by, self.removed_why = None, None, None

    def noticed(self, changed: frozenset[str]) -> str:
        """Name the deed that changed these columns: what is done to evidence is linked by itself."""
        if not changed:
            return "filed"
        if "removed_at" in changed:
            return "removed" if self.removed_at is not None else "restored"
        return next((deed for column, deed in _DEEDS if column in changed), "changed")

    def noticed_by(self) -> int:
        """Say who did it, where nobody has said: the sender."""
        return self.sender_id

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person sent."""
        return cls.sender_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """Drop the chat it came from; the evidence itself belongs to the visit and stays."""
        del now
        return (
            sa.update(cls)
            .where(cls.sender_id == whom.id, cls.chat_id.is_not(None))
            .values(chat_id=None, message_id=None)
            .execution_options(synchronize_session=False)
        )


async def attach(db: Session, evidence: Evidence) -> Evidence:
    """Add a piece of evidence; a place needs no download and is stored at once. Its id is known afterwards."""
    if evidence.kind == "place":
        evidence.state = State.stored
    db.add(evidence)
    await db.flush()
    return evidence


async def get(db: Session, evidence_id: int) -> Evidence | None:
    """Return one piece of evidence."""
    return await db.get(Evidence, evidence_id)


# Put together once: asked in every turn of a walk.
_OF_VISIT = (
    sa.select(Evidence)
    .where(Evidence.visit_id == sa.bindparam("visit_id"), Evidence.removed_at.is_(None))
    .order_by(Evidence.id)
)


async def of_visit(db: Session, visit_id: int) -> Sequence[Evidence]:
    """Return the evidence of a visit that is not removed, in order."""
    return (await db.scalars(_OF_VISIT, {"visit_id": visit_id})).all()


async def by_message(db: Session, chat_id: int, message_id: int) -> Sequence[Evidence]:
    """Return what one message brought, removed pieces too."""
    query = sa.select(Evidence).where(Evidence.chat_id == chat_id, Evidence.message_id == message_id)
    return (await db.scalars(query.order_by(Evidence.id))).all()


async def by_album(db: Session, chat_id: int, album_id: str) -> Sequence[Evidence]:
    """Return what one album brought so far, in order; an album has no end mark."""
    query = sa.select(Evidence).where(Evidence.album_id == album_id, _IN_ALBUM, Evidence.chat_id == chat_id)
    return (await db.scalars(query.order_by(Evidence.id))).all()


async def standing(db: Session) -> dict[State, int]:
    """Count all evidence by how far its file is, removed pieces too; every state is a key. Reads the whole table."""
    found = dict((await db.execute(sa.select(Evidence.state, sa.func.count()).group_by(Evidence.state))).all())
    return {state: found.get(state, 0) for state in State}


async def waiting(db: Session, now: datetime, limit: int = 20, lease: timedelta = LEASE) -> Sequence[Evidence]:
    """Hand out downloads that are due, the longest waiting first.

    Each is this caller's until ``now + lease``; whoever stops in the middle loses nothing, it is handed out again.
    """
    return await leases.handed_out(db, Evidence, now, limit, lease)
