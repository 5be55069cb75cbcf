"""Who was talked with, apart from what they said and sealed for itself. Whoever asks for a name is written down."""

from collections.abc import Sequence
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Session
from storage.vault import sealed
from storage.vault.custody import Kept
from storage.vault.sealed import SealedBytes

_PURPOSE = "interviewees.who"


class Interviewee(Kept, Entity):
    """Who was talked with, sealed; no row: a member of the staff."""

    in_custody: ClassVar[str] = "interviewee"
    keyed_by: ClassVar[str] = "interview_id"
    chained_by: ClassVar[str] = "interview_id"
    chained_through: ClassVar[bool] = True
    kept: ClassVar[tuple[str, ...]] = ("interview_id", "who")

    __tablename__ = "interviewees"

    interview_id: Mapped[int] = mapped_column(sa.ForeignKey("interviews.id"), primary_key=True)
    who: Mapped[bytes] = mapped_column(SealedBytes(_PURPOSE))


async def name(db: Session, interview_id: int, who: str) -> None:
    """Write down who is talked with; '' makes it a member of the staff again. Raises NoKey."""
    found = await db.get(Interviewee, interview_id)
    if not who:
        if found is not None:
            await db.delete(found)
        return
    made = sealed.need(db).seal(who.encode("utf-8", "surrogatepass"), _PURPOSE)
    if found is None:
        db.add(Interviewee(interview_id=interview_id, who=made))
    else:
        found.who = made


async def is_named(db: Session, interview_id: int) -> bool:
    """Tell whether it was written down who is talked with, without opening who."""
    return (
        await db.scalar(sa.select(Interviewee.interview_id).where(Interviewee.interview_id == interview_id)) is not None
    )


async def names(db: Session, interview_ids: Sequence[int]) -> dict[int, str]:
    """Return who was talked with, by interview; those of whom nothing was written down are left out. Raises NoKey."""
    found = await db.scalars(sa.select(Interviewee).where(Interviewee.interview_id.in_(interview_ids)))
    return {one.interview_id: sealed.need(db).open(one.who, _PURPOSE).decode("utf-8", "surrogatepass") for one in found}


async def forget(db: Session, interview_id: int) -> None:
    """Delete who it was."""
    found = await db.get(Interviewee, interview_id)
    if found is not None:
        await db.delete(found)
