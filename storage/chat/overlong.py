"""Nothing waits for a retry longer than the longest pause there is: who does was put off while the clock was wrong.

Retries are planned by the wall clock, because they must outlive the process. When that clock is set back afterwards, by
an hour or by years, what was to be tried again in a second would wait as long. Timers, and messages that are planned
for a moment, are left alone: they mean the moment.
"""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from storage.campaign import drafts
from storage.campaign.drafts import FormDraft
from storage.chat.inbox import WAITS, Arrival
from storage.chat.outbox import Outgoing
from storage.entity import Session
from storage.files import evidence
from storage.files.evidence import Evidence

LONGEST: Final = timedelta(minutes=10)
"""Longer than the outbox and the inbox ever put anything off."""
LONGEST_FILE: Final = max(*evidence.PAUSES, evidence.LEASE, drafts.LEASE) + timedelta(minutes=1)

_PUT_OFF = sa.and_(Outgoing.state == sa.literal_column("'pending'"), Outgoing.attempts > 0)
_MISSING = Evidence.state == sa.literal_column("'waiting'")
_UNREAD = FormDraft.state == sa.literal_column("'waiting'")
_RETRIES = (
    (_PUT_OFF, Outgoing.not_before, LONGEST),
    (WAITS, Arrival.retry_at, LONGEST),
    (_MISSING, Evidence.retry_at, LONGEST_FILE),
    (_UNREAD, FormDraft.retry_at, LONGEST_FILE),
)


async def found(db: Session, now: datetime) -> bool:
    """Tell whether there is any such row."""
    rows = [sa.exists().where(waits, moment > now + longest) for waits, moment, longest in _RETRIES]
    return bool(await db.scalar(sa.select(sa.or_(*rows))))


async def let_go(db: Session, now: datetime) -> None:
    """Have all such rows tried again at once."""
    for waits, moment, longest in _RETRIES:
        rows = sa.update(moment.class_).where(waits, moment > now + longest).values({moment: None})
        await db.execute(rows.execution_options(synchronize_session=False))
