"""The first question of every turn, asked at once: what came, where its chat stands, and whose chat it is.

Three questions of one row each cost more in the asking than in the answering. Nothing is decided here; the chat is
locked before.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from storage.chat.conversations import Conversation
from storage.chat.inbox import WAITS, Arrival
from storage.entity import Session
from storage.people import Appointment, Person


@dataclass(frozen=True, slots=True)
class Claim:
    """The oldest update of a chat and whether ``more`` wait behind it.

    ``conversation`` is None while the chat has none, ``person`` where a private chat is nobody's who was let in, and
    in groups.
    """

    update: Arrival
    more: bool
    conversation: Conversation | None
    person: Person | None


# Put together once. Two updates, to know whether more wait; a private chat has its person's number.
_OLDEST_TWO = (
    sa.select(Arrival.id).where(Arrival.chat_id == sa.bindparam("chat_id"), WAITS).order_by(Arrival.id).limit(2)
)
_WITH_ALL = (
    sa.select(Arrival, Conversation, Person)
    .where(Arrival.id.in_(_OLDEST_TWO))
    .outerjoin(Conversation, Conversation.chat_id == Arrival.chat_id)
    .outerjoin(Person, Person.telegram_id == Arrival.chat_id)
    .outerjoin(Person.roles)
    .options(contains_eager(Person.roles))
    .order_by(Arrival.id, Appointment.id)
)


async def oldest(db: Session, chat_id: int, now: datetime) -> Claim | None:
    """Return the oldest waiting update of the chat with all that goes with it; lock the chat first.

    None when nothing waits, or the chat has to wait for a retry.
    """
    rows = (await db.execute(_WITH_ALL, {"chat_id": chat_id})).unique().all()
    if not rows or not rows[0][0].is_due(now):
        return None
    update, conversation, person = rows[0]
    return Claim(update, len(rows) > 1, conversation, person)
