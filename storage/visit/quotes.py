"""Quotes: sentences that were said in an interview and released, one by one, word for word and without a name.

Nothing here leads back to an interview: a quote's number is drawn at random, its day is known and not its hour, and who
released it is written down in the interview's own box alone (storage/visit/interviews.py), so that it can be taken
back. For the same reason it is linked into the chain of custody only when its day has ended, with all others of it.
"""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import LARGEST, Entity, Session
from storage.vault import sealed
from storage.vault.custody import Kept
from storage.vault.sealed import SealedBytes

_PURPOSE = "quotes.words"


class Quote(Kept, Entity):
    """One sentence for the group's findings; ``used_on`` is when a finding took it, after which it stays."""

    in_custody: ClassVar[str] = "quote"
    chained_by: ClassVar[str] = ""
    linked_after: ClassVar[str] = "released_on"
    kept: ClassVar[tuple[str, ...]] = ("id", "group_id", "unit_id", "words", "released_on", "used_on")

    __tablename__ = "quotes"
    __table_args__ = (sa.Index("ix_quotes_group_id", "group_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("units.id"))
    words: Mapped[bytes] = mapped_column(SealedBytes(_PURPOSE))
    released_on: Mapped[date]
    used_on: Mapped[date | None] = mapped_column(default=None)

    def noticed(self, changed: frozenset[str]) -> str:
        """Name the deed that changed these columns."""
        return "changed" if changed else "released"


async def release(db: Session, group_id: int, unit_id: int, words: str, day: date) -> Quote:
    """Hand a sentence over to a group. Raises NoKey."""
    clear = words.encode("utf-8", "surrogatepass")
    made = Quote(
        id=secrets.randbelow(LARGEST) + 1,
        group_id=group_id,
        unit_id=unit_id,
        words=sealed.need(db).seal(clear, _PURPOSE),
        released_on=day,
    )
    db.add(made)
    await db.flush()
    return made


async def take_back(db: Session, quote_id: int) -> bool:
    """Take a sentence back, leaving nothing of it; False when a finding has used it, or it is gone already."""
    found = await db.get(Quote, quote_id, with_for_update=True)
    if found is None or found.used_on is not None:
        return False
    await db.delete(found)
    await db.flush()
    return True


async def of_group(db: Session, group_id: int, unit_id: int | None = None) -> Sequence[Quote]:
    """Return the sentences a group holds, of one unit or of all, in no order that tells anything: by number."""
    query = sa.select(Quote).where(Quote.group_id == group_id)
    if unit_id is not None:
        query = query.where(Quote.unit_id == unit_id)
    return (await db.scalars(query.order_by(Quote.id))).all()


async def standing(db: Session, quote_ids: Sequence[int]) -> Sequence[Quote]:
    """Return those of these quotes that were not taken back."""
    return (await db.scalars(sa.select(Quote).where(Quote.id.in_(quote_ids)))).all()


def words_of(db: Session, quote: Quote) -> str:
    """Return a quote's words. Raises NoKey, KeyLost or Damaged."""
    return sealed.need(db).open(quote.words, _PURPOSE).decode("utf-8", "surrogatepass")
