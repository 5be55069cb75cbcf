"""Forms as they were published: every version stays as it is, so that a visit keeps the one it started with.

What a form means is in the room forms/; here it is only kept.
"""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, undefer

from storage.entity import Entity, Session


class VersionTaken(Exception):
    """The version was published before with other content: give the changed form a new version."""


class FormVersion(Entity):
    """One published version of a form; ``source`` is the file it was made from, ``sha256`` that of the XForm."""

    __tablename__ = "forms"
    __table_args__ = (sa.UniqueConstraint("form_id", "version"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    form_id: Mapped[str]
    version: Mapped[str]
    title: Mapped[str]
    xform: Mapped[str] = mapped_column()
    source: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    source_name: Mapped[str]
    sha256: Mapped[str]
    published_at: Mapped[datetime]
    retired_at: Mapped[datetime | None] = mapped_column(default=None)

    def retire(self, now: datetime) -> None:
        """Let no new visit start with this version; those that have go on with it."""
        self.retired_at = self.retired_at or now


async def publish(
    db: Session,
    *,
    form_id: str,
    version: str,
    title: str,
    xform: str,
    source: bytes,
    source_name: str,
    now: datetime,
) -> FormVersion:
    """Publish a version of a form; the very same again is no new one. Raises :class:`VersionTaken`."""
    sha256 = hashlib.sha256(xform.encode()).hexdigest()
    known = await db.scalar(
        sa.select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.version == version)
    )
    if known is not None:
        if known.sha256 != sha256:
            raise VersionTaken(f"{form_id} {version}")
        return known
    new = FormVersion(
        form_id=form_id,
        version=version,
        title=title,
        xform=xform,
        source=source,
        source_name=source_name,
        sha256=sha256,
        published_at=now,
    )
    db.add(new)
    await db.flush()
    return new


async def latest(db: Session, form_id: str) -> FormVersion | None:
    """Return the version that a new visit starts with: the last one published that is not retired."""
    query = sa.select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.retired_at.is_(None))
    return await db.scalar(query.order_by(FormVersion.published_at.desc(), FormVersion.id.desc()).limit(1))


async def get(db: Session, version_id: int) -> FormVersion | None:
    """Return one version, without its source file."""
    return await db.get(FormVersion, version_id)


async def source_of(db: Session, version_id: int) -> bytes | None:
    """Return the file a version was made from."""
    query = sa.select(FormVersion).where(FormVersion.id == version_id).options(undefer(FormVersion.source))
    found = await db.scalar(query.execution_options(populate_existing=True))
    return None if found is None else found.source
