"""Hashes every file again that a record in custody refers to: evidence, and the sealed recordings of interviews.

The records themselves are compared by storage/vault/verification.py. A recording is hashed as it lies here, sealed, so
no key is needed. Nothing is written and nothing is mended.
"""

import asyncio
import hashlib
from collections.abc import Callable

import sqlalchemy as sa

from storage.entity import Session
from storage.files.blobs import Blobs
from storage.files.evidence import Evidence
from storage.vault.reading import owned, table_of
from storage.vault.verification import PAGE, Found
from storage.visit.interviews import Entry
from supervision.custody import Break, Fault

_CHUNK = 1024 * 1024

_FILED = (
    (Evidence, sa.select(Evidence.blob_sha256, sa.func.min(Evidence.id)).group_by(Evidence.blob_sha256)),
    (Entry, sa.select(Entry.blob_sha256, sa.func.min(Entry.id)).group_by(Entry.blob_sha256)),
)
"""What refers to files: evidence, and interviews whose recordings lie here, sealed."""


async def count_files(db: Session) -> int:
    """Count the files that evidence and interviews refer to."""
    each = [sa.select(sa.func.count(sa.distinct(kind.blob_sha256))).scalar_subquery() for kind, _ in _FILED]
    return await db.scalar(sa.select(sum(each[1:], each[0]))) or 0


async def files(db: Session, blobs: Blobs, found: Found, tell: Callable[[int], None] = lambda _: None) -> None:
    """Hash every file that evidence or an interview refers to again, removed ones too; adds what is wrong."""
    for kind, query in _FILED:
        rows = await db.stream(query.where(kind.blob_sha256.is_not(None)).execution_options(yield_per=PAGE))
        async for sha256, number in rows:
            found.files += 1
            fault = await asyncio.to_thread(_file, blobs, sha256)
            if fault is not None:
                found.add(await _of_file(db, kind, fault, number))
            tell(found.files)


def _file(blobs: Blobs, sha256: str | None) -> Fault | None:
    digest = hashlib.sha256()
    try:
        with blobs.path(str(sha256)).open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except (OSError, ValueError):
        return Fault.file_gone
    return None if digest.hexdigest() == sha256 else Fault.file_changed


async def _of_file(db: Session, kind: type[Evidence | Entry], fault: Fault, number: int) -> Break:
    subject = f"{kind.in_custody}:{number}"
    table, owner = owned(kind)
    at, who = (Evidence.sent_at, Evidence.sender_id) if kind is Evidence else (Entry.at, sa.null())
    query = sa.select(owner, at, who).select_from(table).where(table_of(kind).c.id == number)
    (one,) = await db.execute(query)
    return Break(fault, f"visit:{one[0]}", subject=subject, at=one[1], who=one[2])
