"""Forms as they were published: every version stays as it is, so that a visit keeps the one it started with.

What a form means is in the room forms/; here it is only kept.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, undefer

from storage.campaign.campaigns import Round
from storage.entity import Entity, Session, Whom, insert_into
from storage.people import Person
from storage.visit.visits import State, Visit


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


class RoundForm(Entity):
    """The form that the visits of a round begin with, as somebody chose it."""

    __tablename__ = "round_forms"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id"), primary_key=True)
    form_version_id: Mapped[int] = mapped_column(sa.ForeignKey("forms.id"))
    chosen_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    chosen_at: Mapped[datetime]

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the choices the person made."""
        return cls.chosen_by == whom.id


class FormMedia(Entity):
    """A picture, a sound or a video that a version shows, by the name the form calls it."""

    __tablename__ = "form_media"

    form_version_id: Mapped[int] = mapped_column(sa.ForeignKey("forms.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    blob_sha256: Mapped[str]


@dataclass(frozen=True, slots=True)
class Use:
    """How many visits have a version: those not begun, under way, and handed in."""

    planned: int = 0
    open: int = 0
    submitted: int = 0

    @property
    def visits(self) -> int:
        """Return how many there are in all."""
        return self.planned + self.open + self.submitted


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


async def keep_media(db: Session, version_id: int, files: Mapping[str, str]) -> None:
    """Keep what a version shows, {name: SHA-256 of the stored file}; what it has already stays as it is."""
    for name, sha256 in files.items():
        row = {"form_version_id": version_id, "name": name, "blob_sha256": sha256}
        statement = insert_into(db, FormMedia).values(row)
        await db.execute(statement.on_conflict_do_nothing(index_elements=["form_version_id", "name"]))


async def media_of(db: Session, version_id: int) -> dict[str, str]:
    """Return what a version shows, {name: SHA-256}."""
    query = sa.select(FormMedia.name, FormMedia.blob_sha256).where(FormMedia.form_version_id == version_id)
    return dict((await db.execute(query)).all())


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


async def of_version(db: Session, form_id: str, version: str) -> FormVersion | None:
    """Return what was published under this id and version, retired or not."""
    return await db.scalar(sa.select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.version == version))


async def every(db: Session, *, offset: int, limit: int) -> Sequence[FormVersion]:
    """Return published versions, the latest first, those retired last."""
    order = (FormVersion.retired_at.is_not(None), FormVersion.published_at.desc(), FormVersion.id.desc())
    return (await db.scalars(sa.select(FormVersion).order_by(*order).offset(offset).limit(limit))).all()


async def count(db: Session) -> int:
    """Return how many versions were ever published."""
    return await db.scalar(sa.select(sa.func.count()).select_from(FormVersion)) or 0


# --- which visits have which ---


async def uses(db: Session, version_ids: Sequence[int]) -> dict[int, Use]:
    """Return how many visits have each of these versions; every one of them is a key."""
    query = (
        sa.select(Visit.form_version_id, Visit.state, sa.func.count())
        .where(Visit.form_version_id.in_(version_ids))
        .group_by(Visit.form_version_id, Visit.state)
    )
    found: dict[int, dict[str, int]] = {one: {} for one in version_ids}
    for version_id, state, number in await db.execute(query):
        found[version_id][State(state).value] = number
    return {one: Use(**counts) for one, counts in found.items()}


async def rounds_with(db: Session, version_id: int) -> Sequence[Round]:
    """Return the rounds for which a version was chosen, in order."""
    query = sa.select(Round).join(RoundForm, RoundForm.round_id == Round.id)
    return (await db.scalars(query.where(RoundForm.form_version_id == version_id).order_by(Round.starts_on))).all()


async def of_round(db: Session, round_id: int) -> FormVersion | None:
    """Return the version that was chosen for the visits of a round, None when nobody has chosen."""
    query = sa.select(FormVersion).join(RoundForm, RoundForm.form_version_id == FormVersion.id)
    return await db.scalar(query.where(RoundForm.round_id == round_id))


async def choose(db: Session, round_: Round, version: FormVersion, by: Person, now: datetime) -> int:
    """Let the visits of a round begin with a version, those planned already too; return how many of those.

    A visit that has begun keeps what it began with.
    """
    row = {"form_version_id": version.id, "chosen_by": by.id, "chosen_at": now}
    statement = insert_into(db, RoundForm).values(row | {"round_id": round_.id})
    await db.execute(statement.on_conflict_do_update(index_elements=["round_id"], set_=row))
    planned = sa.and_(Visit.round_id == round_.id, Visit.state == State.planned)
    others = sa.select(Visit).where(planned, Visit.form_version_id != version.id).order_by(Visit.id).with_for_update()
    moved = (await db.scalars(others.execution_options(populate_existing=True))).all()
    for visit in moved:  # row by row, so that each visit's chain of custody tells of it
        visit.form_version_id = version.id
    return len(moved)
