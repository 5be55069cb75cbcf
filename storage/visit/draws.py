"""Random draws: the hash that was shown before, the list, the seed that was shown afterwards, and who was drawn.

How a draw is made is in supervision/draw.py. A draw is never changed or made again: another one is another row, with
the next number, so that whoever draws until they like what comes out is seen to.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Json, Session, Whom
from storage.people import Person
from storage.vault.custody import Kept
from storage.vault.sealed import SealedJson, Unreadable, readable
from supervision import draw
from supervision.draw import SEED_BYTES, Entry
from supervision.draw_record import METHODS, Record


class Draw(Kept, Entity):
    """One draw: ``listed`` holds what can be drawn, ``drawn`` who was, None until then.

    ``file`` is the list as it lies at Telegram, until it has been read (``retry_at``: not before).
    """

    in_custody: ClassVar[str] = "draw"
    chained_by: ClassVar[str] = ""
    kept: ClassVar[tuple[str, ...]] = (
        "id", "group_id", "by_id", "commitment", "seed", "committed_at", "source", "listed", "again", "method", "size",
        "drawn", "drawn_at",
    )  # fmt: skip

    __tablename__ = "draws"
    __table_args__ = (sa.Index("ix_draws_group_id", "group_id", "id"), sa.Index("ix_draws_by_id", "by_id"))
    secret = frozenset({"seed", "listed", "file"})

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), default=None)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    commitment: Mapped[str]
    seed: Mapped[Json] = mapped_column(SealedJson("draws.seed"))
    committed_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(default="")
    listed: Mapped[Json | None] = mapped_column(SealedJson("draws.listed"), default=None)
    again: Mapped[int] = mapped_column(default=0)
    file: Mapped[Json | None] = mapped_column(SealedJson("draws.file"), default=None)
    chat_id: Mapped[int | None] = mapped_column(default=None)
    retry_at: Mapped[datetime | None] = mapped_column(default=None)
    method: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(default=0)
    drawn: Mapped[Json | None] = mapped_column(SealedJson("draws.drawn"), default=None)
    drawn_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def population(self) -> tuple[Entry, ...]:
        """Return what can be drawn. Raises CannotOpen."""
        return tuple(Entry(name, stratum) for name, stratum in readable(self.listed).get("entries", ()))

    @property
    def opens(self) -> bool:
        """Tell whether the keys that it is sealed with are here."""
        return not any(isinstance(one, Unreadable) for one in (self.seed, self.listed, self.drawn))

    @property
    def strata(self) -> int:
        """Return how many strata the list has."""
        return len({one.stratum for one in self.population})

    def fill(self, source: str, population: Sequence[Entry], again: int = 0) -> None:
        """Take the list, of which ``again`` names stood there more than once; once it has been drawn from it stays."""
        if self.drawn_at is not None:
            raise ValueError("this draw has been made")
        entries: list[list[str]] = [[one.name, one.stratum] for one in population]
        self.source, self.listed, self.again = source, {"entries": entries}, again
        self.file, self.retry_at = None, None

    def fetch(self, file: Json, chat_id: int) -> None:
        """Let a list that was sent as a file be fetched and read; until it has been, there is none to draw from."""
        if self.drawn_at is not None:
            raise ValueError("this draw has been made")
        self.source, self.listed, self.again = "", None, 0
        self.file, self.chat_id, self.retry_at = file, chat_id, None

    def make(self, method: str, size: int, now: datetime) -> tuple[Entry, ...]:
        """Draw. Raises DrawError; ValueError when it has been made."""
        if self.drawn_at is not None:
            raise ValueError("this draw has been made")
        found: tuple[Entry, ...] = METHODS[method](self.population, size, bytes.fromhex(readable(self.seed)["seed"]))
        self.method, self.size, self.drawn_at = method, size, now
        self.drawn = {"names": [one.name for one in found]}
        return found

    def record(self) -> Record:
        """Return it as it is published. Raises CannotOpen."""
        if self.drawn_at is None:
            raise ValueError("this draw has not been made")
        return Record(
            number=self.id,
            commitment=self.commitment,
            committed_at=_iso(self.committed_at),
            seed=readable(self.seed)["seed"],
            method=self.method,
            size=self.size,
            population=self.population,
            drawn=tuple(readable(self.drawn)["names"]),
            drawn_at=_iso(self.drawn_at),
        )

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """Drop the chat; the draw itself is a record of the work and stays."""
        del now
        return (
            sa.update(cls)
            .where(cls.by_id == whom.id, cls.chat_id.is_not(None))
            .values(chat_id=None, file=None)
            .execution_options(synchronize_session=False)
        )

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the draws the person made."""
        return cls.by_id == whom.id


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def fresh_seed() -> bytes:
    """Return a seed that nobody could know."""
    return os.urandom(SEED_BYTES)


async def commit(db: Session, by: Person, group_id: int | None, now: datetime) -> Draw:
    """Settle on a seed before there is any list, and return the draw with the seed's hash."""
    seed = fresh_seed()
    made = Draw(
        group_id=group_id, by_id=by.id, commitment=draw.commitment(seed), seed={"seed": seed.hex()}, committed_at=now
    )
    db.add(made)
    await db.flush()
    return made


async def open_one(db: Session, by: Person) -> Draw | None:
    """Return the person's draw that has a seed and no list yet: opening another one is no way to another seed."""
    query = sa.select(Draw).where(Draw.by_id == by.id, Draw.drawn_at.is_(None)).order_by(Draw.id.desc())
    return await db.scalar(query.limit(1))


async def waiting(db: Session, now: datetime, lease: timedelta) -> Draw | None:
    """Hand out a draw whose list is to be fetched and read; it is this caller's until ``now + lease``."""
    due = sa.or_(Draw.retry_at.is_(None), Draw.retry_at <= now)
    query = sa.select(Draw).where(Draw.file.is_not(None), Draw.drawn_at.is_(None), due).order_by(Draw.id).limit(1)
    found = await db.scalar(query.with_for_update(skip_locked=True).execution_options(populate_existing=True))
    if found is not None:
        found.retry_at = now + lease
    return found


async def any_waiting(db: Session, now: datetime) -> bool:
    """Tell whether a list waits to be fetched."""
    due = sa.or_(Draw.retry_at.is_(None), Draw.retry_at <= now)
    query = sa.select(Draw.id).where(Draw.file.is_not(None), Draw.drawn_at.is_(None), due)
    return await db.scalar(query.limit(1)) is not None


async def get(db: Session, draw_id: int, *, lock: bool = False) -> Draw | None:
    """Return one draw."""
    return await db.get(Draw, draw_id, with_for_update=True if lock else None, populate_existing=lock)


async def of_group(db: Session, group_id: int | None, by_id: int, limit: int = 10) -> Sequence[Draw]:
    """Return the draws that were made for a group, or by a person of no group, the latest first."""
    which = Draw.group_id == group_id if group_id is not None else Draw.by_id == by_id
    query = sa.select(Draw).where(which, Draw.drawn_at.is_not(None)).order_by(Draw.id.desc())
    return (await db.scalars(query.limit(limit))).all()
