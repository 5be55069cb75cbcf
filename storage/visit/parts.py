"""Who takes part in a visit, and which items each has taken on: how several inspectors share one visit.

A part is an arrangement among colleagues and gives no right: whoever may work on a visit may answer any of its items.
An item belongs to one person at most; whoever changes parts has locked the visit.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.chat.conversations import Conversation
from storage.entity import Entity, Session, Whom


class Part(Entity):
    """One person's part in a visit; ``items`` are numbers of the form's items, as text.

    ``began_at`` is when they first answered or took something on, ``done_at`` when they said that theirs is done.
    """

    __tablename__ = "visit_parts"
    __table_args__ = (sa.Index("ix_visit_parts_person_id", "person_id"),)

    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), init=False, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    came_at: Mapped[datetime]
    began_at: Mapped[datetime | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    items: Mapped[list[str]] = mapped_column(default_factory=list)

    def begin(self, now: datetime) -> None:
        """Be at work: from now on the visit counts this person in; who had finished has not."""
        self.began_at = self.began_at or now
        self.done_at = None

    def take(self, items: Collection[str], now: datetime) -> None:
        """Take items on."""
        self.begin(now)
        self.items = sorted({*self.items, *items}, key=int)

    def give(self, items: Collection[str]) -> None:
        """Let items go."""
        if not set(items).isdisjoint(self.items):
            self.items = [one for one in self.items if one not in items]

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the person's parts."""
        return cls.person_id == whom.id


async def open_chats(db: Session, person_ids: Collection[int]) -> list[int]:
    """Return the chats of some people that a checklist holds now."""
    query = sa.select(Conversation.chat_id).where(
        Conversation.person_id.in_(person_ids), Conversation.journey == "checklist"
    )
    return list(await db.scalars(query.order_by(Conversation.chat_id)))
