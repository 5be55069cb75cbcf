"""Random draws: the hash that was shown before, the list, the seed that was shown afterwards, and who was drawn.

How a draw is made is in supervision/draw.py. A draw is never changed or made again: another one is another row, with
the next number, so that whoever draws until they like what comes out is seen to.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Json, Session, Whom
from storage.people import Person
from storage.sealed import SealedJson, readable
from supervision import draw
from supervision.draw import SEED_BYTES, Entry
from supervision.draw_record import METHODS, Record


class Draw(Entity):
    """One draw: ``listed`` holds what can be drawn, ``outcome`` the seed and the names; None until it is made."""

    __tablename__ = "draws"
    __table_args__ = (sa.Index("ix_draws_group_id", "group_id", "id"), sa.Index("ix_draws_by_id", "by_id"))
    secret = frozenset({"seed", "listed"})

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), default=None)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    commitment: Mapped[str]
    seed: Mapped[Json] = mapped_column(SealedJson("draws.seed"))
    committed_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(default="")
    listed: Mapped[Json | None] = mapped_column(SealedJson("draws.listed"), default=None)
    method: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(default=0)
    drawn: Mapped[Json | None] = mapped_column(SealedJson("draws.drawn"), default=None)
    drawn_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def population(self) -> tuple[Entry, ...]:
        """Return what can be drawn. Raises CannotOpen."""
        return tuple(Entry(name, stratum) for name, stratum in readable(self.listed).get("entries", ()))

    @property
    def strata(self) -> int:
        """Return how many strata the list has."""
        return len({one.stratum for one in self.population})

    def fill(self, source: str, population: Sequence[Entry]) -> None:
        """Take the list; once it has been drawn from it stays."""
        if self.drawn_at is not None:
            raise ValueError("this draw has been made")
        entries: list[list[str]] = [[one.name, one.stratum] for one in population]
        self.source, self.listed = source, {"entries": entries}

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
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the draws the person made."""
        return cls.by_id == whom.id


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


async def commit(db: Session, by: Person, group_id: int | None, now: datetime) -> Draw:
    """Settle on a seed before there is any list, and return the draw with the seed's hash."""
    seed = os.urandom(SEED_BYTES)
    made = Draw(
        group_id=group_id, by_id=by.id, commitment=draw.commitment(seed), seed={"seed": seed.hex()}, committed_at=now
    )
    db.add(made)
    await db.flush()
    return made


async def get(db: Session, draw_id: int, *, lock: bool = False) -> Draw | None:
    """Return one draw."""
    return await db.get(Draw, draw_id, with_for_update=True if lock else None, populate_existing=lock)


async def of_group(db: Session, group_id: int | None, by_id: int, limit: int = 10) -> Sequence[Draw]:
    """Return the draws that were made for a group, or by a person of no group, the latest first."""
    which = Draw.group_id == group_id if group_id is not None else Draw.by_id == by_id
    query = sa.select(Draw).where(which, Draw.drawn_at.is_not(None)).order_by(Draw.id.desc())
    return (await db.scalars(query.limit(limit))).all()
