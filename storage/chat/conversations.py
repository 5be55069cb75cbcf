"""Conversations: where each chat stands, so that it goes on there after any stop.

One row a chat. What the state means is the journey's business.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from storage.campaign import digest_plans
from storage.chat.inbox import Arrival
from storage.chat.inbox import State as ArrivalState
from storage.chat.outbox import Card, Outgoing
from storage.chat.outbox import State as OutgoingState
from storage.chat.timers import Timer
from storage.entity import Entity, Json, Session, Whom
from storage.vault.sealed import SealedJson, Unreadable


class Conversation(Entity):
    """One chat: the journey it is in ('' when in none) and that journey's own notes."""

    __tablename__ = "conversations"
    __table_args__ = (sa.Index("ix_conversations_person_id", "person_id"),)

    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    journey: Mapped[str] = mapped_column(default="")
    state: Mapped[Json] = mapped_column(SealedJson("conversations.state"), default_factory=dict)
    updated_at: Mapped[datetime]

    def keep(self, journey: str, state: Json, now: datetime, person_id: int | None = None) -> None:
        """Write down where the chat stands after a turn; ``state`` may be the same dict, changed."""
        self.journey, self.state, self.updated_at, self.person_id = journey, state, now, person_id
        flag_modified(self, "state")

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the person's own chat."""
        return cls.chat_id == whom.telegram_id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """Blank it. It is not deleted: the turn that asked for this is still going on in it."""
        return (
            sa.update(cls)
            .where(cls.chat_id == whom.telegram_id)
            .values(person_id=None, journey="", state={}, updated_at=now)
        )


async def load(db: Session, chat_id: int, now: datetime, found: Conversation | None = None) -> Conversation:
    """Return the chat's conversation, a new one when it has none; ``found``: it is at hand. Lock the chat first."""
    found = found or await db.get(Conversation, chat_id)
    if found is None:
        found = Conversation(chat_id=chat_id, updated_at=now)
        db.add(found)
    elif isinstance(found.state, Unreadable):  # its key is lost: nothing is known of where the chat stood
        found.journey, found.state = "", {}
    return found


async def move(db: Session, chat_id: int, to_chat_id: int) -> None:
    """Follow a group that goes on under another chat id: all that waits for the old id goes to the new one."""
    if await db.get(Conversation, to_chat_id) is None:
        await db.execute(
            sa.update(Conversation).where(Conversation.chat_id == chat_id).values(chat_id=to_chat_id),
            execution_options={"synchronize_session": False},
        )
    await db.execute(sa.delete(Card).where(Card.chat_id == chat_id))
    await digest_plans.moved(db, chat_id, to_chat_id)
    for entity, waits in (
        (Arrival, Arrival.state == ArrivalState.new),
        (Outgoing, Outgoing.state == OutgoingState.pending),
        (Timer, Timer.fired_at.is_(None)),
    ):
        await db.execute(
            sa.update(entity).where(entity.chat_id == chat_id, waits).values(chat_id=to_chat_id),
            execution_options={"synchronize_session": False},
        )


async def prune(db: Session, before: datetime) -> int:
    """Delete the conversations of strangers that have been silent since before the moment given; return how many."""
    statement = (
        sa.delete(Conversation)
        .where(Conversation.updated_at < before, Conversation.person_id.is_(None), Conversation.journey == "")
        .returning(Conversation.chat_id)
        .execution_options(synchronize_session=False)
    )
    return len((await db.execute(statement)).all())
