"""The audit trail, which is the chain of custody: who did what to what, and when, each deed linked to the one before.

There is one way to write a deed down, :func:`record`, and one trail. Rows are only ever added: at the end of the
transaction by storage/vault/custody.py, which alone makes them. Details hold ids, codes and figures; never names, texts
or tokens, for nothing in a link can be forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Json, Session, Whom
from supervision.custody import OFFICE

if TYPE_CHECKING:
    from storage.vault.custody import Kept

CHAINED = ("visit",)
"""Kinds of subjects that have a chain each; what is done about any other goes into the office's chain."""

_DEEDS = "xundu.deeds"
_ACTOR = "xundu.actor"


class Audit(Entity):
    """One deed, a link of its chain; ``action`` is like ``visit.submitted``, ``subject`` like ``visit:7``.

    ``person_id`` None: the system itself. ``digest`` is of what came of it, '' when that is all said here.
    """

    __tablename__ = "audit"
    __table_args__ = (
        sa.UniqueConstraint("chain", "seq"),
        sa.Index("ix_audit_subject", "subject", "id"),
        sa.Index("ix_audit_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    chain: Mapped[str]
    seq: Mapped[int]
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    details: Mapped[Json] = mapped_column(default_factory=dict)
    digest: Mapped[str]
    hash: Mapped[str]

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person did."""
        return cls.person_id == whom.id


class Chain(Entity):
    """How many links a chain has, and how many of them the last day's head covers."""

    __tablename__ = "chains"

    chain: Mapped[str] = mapped_column(primary_key=True)
    links: Mapped[int]
    covered: Mapped[int] = mapped_column(default=0)


@dataclass(slots=True)
class Deed:
    """What is to be written down when the transaction ends; ``of`` is what it was done to, as it is then."""

    action: str
    subject: str
    chain: str
    now: datetime
    person_id: int | None
    details: Json
    of: "Kept | None" = None
    digest: str = ""
    noticed: bool = False
    """Nobody wrote it down: it was seen that a row had changed."""


def record(
    db: Session,
    action: str,
    subject: str = "",
    *,
    now: datetime,
    person_id: int | None = None,
    details: Json | None = None,
    of: "Kept | None" = None,
    chain: str = "",
) -> None:
    """Write a deed down; it is linked into its chain when this transaction ends, with ``of`` as it is then.

    ``subject`` and ``chain`` are those of ``of`` unless given: what is done to an answer is in its visit's chain.
    """
    about = subject or (of.subject if of is not None and of.has_subject else "")
    chain = chain or (of.chain if of is not None else chain_of(about))
    add(db.sync_session.info, Deed(action, about, chain, now, person_id, details or {}, of))


def chain_of(subject: str) -> str:
    """Return the chain that deeds about a subject go into."""
    return subject if subject.partition(":")[0] in CHAINED else OFFICE


def acting(db: Session, person_id: int | None, now: datetime) -> None:
    """Say on whose behalf and when this transaction works, for deeds that are noticed and not written down."""
    db.sync_session.info[_ACTOR] = (person_id, now)


def actor(info: dict[object, object]) -> tuple[int | None, datetime] | None:
    """Return what :func:`acting` said of the session with this ``info``."""
    found: tuple[int | None, datetime] | None = info.get(_ACTOR)  # type: ignore[assignment]  # we put it there
    return found


def add(info: dict[object, object], deed: Deed) -> None:
    """Let a deed wait for the end of the transaction of the session with this ``info``."""
    waiting: list[Deed] = info.setdefault(_DEEDS, [])  # type: ignore[assignment]  # we put it there
    waiting.append(deed)


def taken(info: dict[object, object]) -> list[Deed]:
    """Return the deeds that wait, and let none wait."""
    waiting: list[Deed] = info.pop(_DEEDS, [])  # type: ignore[assignment]  # we put it there
    return waiting


async def of_subject(db: Session, subject: str, limit: int = 100) -> Sequence[Audit]:
    """Return what was done to one subject, the latest first."""
    query = sa.select(Audit).where(Audit.subject == subject).order_by(Audit.id.desc())
    return (await db.scalars(query.limit(limit))).all()
