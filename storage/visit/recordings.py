"""Recordings of interviews: which are still at Telegram and to be fetched, and which are to be deleted.

Only the entries of storage/visit/interviews.py are known here; fetching and sealing is bot/background/fetching.py's
business.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from storage import leases
from storage.entity import Session
from storage.vault.sealing import Box
from storage.visit.interviews import Entry, words_of

LEASE: Final = timedelta(minutes=10)
"""So long a recording that was handed out for fetching belongs to whoever took it."""


async def shredded_files(db: Session, limit: int = 100) -> Sequence[Entry]:
    """Return entries of erased interviews whose sealed recordings still lie here, to be deleted."""
    query = sa.select(Entry).where(Entry.said.is_(None), Entry.blob_sha256.is_not(None)).limit(limit)
    return (await db.scalars(query)).all()


async def waiting(db: Session, now: datetime, limit: int = 4) -> Sequence[Entry]:
    """Hand out recordings that are to be fetched; each is this caller's until ``now + LEASE``."""
    return await leases.handed_out(db, Entry, now, limit, LEASE)


async def any_waiting(db: Session, now: datetime) -> bool:
    """Tell whether a recording waits to be fetched, or a file of an erased one to be deleted."""
    return await leases.any_due(db, Entry, now) or bool(await shredded_files(db, 1))


def recording(box: Box, entry: Entry) -> str:
    """Return the id by which Telegram knows a recording. Raises Shredded or Damaged."""
    return str(json.loads(words_of(box, entry))["file_id"])
