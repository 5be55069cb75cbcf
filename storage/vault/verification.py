"""Checks the chains of custody, and that what they speak of is as they say: answers, evidence, visits and their files.

Everything is read in the caller's one moment of the database, a page of chains at a time, so that a season takes no
more memory than a few hundred visits. Nothing is written and nothing is mended.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from json import loads
from typing import Any

import sqlalchemy as sa

from storage.audit import Audit, Chain
from storage.entity import Entity, Json, Moment, Session
from storage.files.blobs import Blobs
from storage.files.evidence import Evidence
from storage.vault.custody import Kept, digest_of
from storage.visit.visits import Answer
from supervision.custody import REGISTER, Break, Fault, Link, Reader, broken, when

PAGE = 200
"""Chains that are checked together."""

BATCH = 5000
"""Links read together."""

MOST = 100
"""Breaks that are told of: one a chain."""

_CHUNK = 1024 * 1024
_NONE: Json = {}


def _moment_sqlite(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    written = sa.type_coerce(column, sa.Text)
    return sa.func.replace(written, " ", "T", type_=sa.Text) + sa.literal("+00:00", sa.Text)


def _moment_postgres(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.to_char(sa.func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"', type_=sa.Text)


_LINK = ("chain", "seq", "at", "person_id", "action", "subject", "details", "digest", "hash")


@dataclass(slots=True)
class Found:
    """What was checked and what is wrong; ``earlier`` rows were written before there was a chain."""

    chains: int = 0
    links: int = 0
    rows: int = 0
    earlier: int = 0
    files: int = 0
    heads: dict[date, str] = field(default_factory=dict)
    breaks: list[Break] = field(default_factory=list)

    def add(self, wrong: Break | None) -> None:
        """Keep a break, unless there are very many."""
        if wrong is not None and len(self.breaks) < MOST:
            self.breaks.append(wrong)

    @property
    def in_order(self) -> list[Break]:
        """Return the breaks, the one that lies furthest back first; those without a moment are the last."""
        return sorted(self.breaks, key=lambda one: (one.at is None, one.at or datetime.max.replace(tzinfo=UTC)))


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the register says a chain had come to at the end of a day."""

    seq: int
    hash: str
    at: str


class _Chain:
    """One chain while it is read."""

    def __init__(self, name: str, marks: Sequence[_Mark], opened: str | None) -> None:
        self.reader = Reader(name)
        self.said: dict[str, Link] = {}
        self.wrong: Break | None = None
        self._marks = list(reversed(marks))
        self._opened = opened

    def read(self, link: Link) -> None:
        """Take the next link; after a break nothing more is believed."""
        if self.wrong is not None:
            return
        self.wrong = self.reader.read(link) or self._against_register(link)
        if link.digest and self.wrong is None:
            self.said[link.subject] = link

    def _against_register(self, link: Link) -> Break | None:
        if link.seq == 1 and link.hash != self._opened:
            fault = Fault.unknown if self._opened is None else Fault.rewritten
            return broken(fault, link)
        if self._marks and self._marks[-1].seq == link.seq:
            mark = self._marks.pop()
            if mark.hash != link.hash:
                return broken(Fault.rewritten, link)
            self.reader.not_before(mark.at)
        return None

    def ended(self, links: int) -> Break | None:
        """Say what is wrong with the chain as a whole."""
        if self.wrong is None and self._marks:
            return Break(Fault.cut, self.reader.chain, self.reader.seq + 1, at=when(self._marks[-1].at))
        return self.wrong or self.reader.ended(links)


class Verification:
    """One check of everything; ``tell`` hears how many links have been read."""

    def __init__(self, db: Session, tell: Callable[[int], None] = lambda _: None) -> None:
        self.found = Found()
        self._db = db
        self._tell = tell
        self._opened: dict[str, str] = {}
        self._marks: dict[str, list[_Mark]] = {}
        self._began: dict[str, int] = {}
        self._kinds = {one.in_custody: one for one in kinds()}

    async def run(self, heads: Sequence[tuple[date, str]] = ()) -> Found:
        """Check all chains and all rows they speak of; ``heads`` were given out of the house: (day, hash)."""
        await self._register()
        for day, head in heads:
            if day not in self.found.heads:
                self.found.add(Break(Fault.head_gone, REGISTER, subject=f"day:{day.isoformat()}"))
            elif not self.found.heads[day].startswith(head.lower()):
                self.found.add(Break(Fault.head_wrong, REGISTER, subject=f"day:{day.isoformat()}"))
        after = ""
        while page := await self._page(after):
            await self._checked(after, page)
            after = page[-1][0]
        await self._beyond(after)
        await self._without_chain()
        for chain in self._opened:  # those that were met have been taken out
            self.found.add(Break(Fault.gone, chain))
        return self.found

    async def _register(self) -> None:
        reader, wrong = Reader(REGISTER), None
        async for links in self._links(Audit.chain == REGISTER):
            for link in links:
                wrong = wrong or reader.read(link)
                self._enter(link)
        counted = await self._db.scalar(sa.select(Chain.links).where(Chain.chain == REGISTER))
        self.found.add(wrong or reader.ended(counted or 0))
        self.found.chains += 1 if counted else 0

    def _enter(self, link: Link) -> None:
        kind, _, name = link.subject.partition(":")
        if link.action == "chain.opened" and kind == "chain":
            self._opened.setdefault(name, link.digest)
        elif link.action == "day.closed" and kind == "day":
            self.found.heads.setdefault(date.fromisoformat(name), link.hash)
            heads: Any = link.details.get("heads", {})
            for chain, (seq, head) in heads.items():
                self._marks.setdefault(chain, []).append(_Mark(seq, head, link.at))
        elif link.action == "custody.began" and not self.found.heads and not self._began:
            self._began = {kind: int(str(number)) for kind, number in link.details.items()}

    async def _links(self, which: sa.ColumnElement[bool]) -> AsyncIterator[list[Link]]:
        query = sa.select(*self._columns(Audit.__table__, _LINK)).where(which).order_by(Audit.chain, Audit.seq)
        rows = await self._db.stream(query.execution_options(yield_per=BATCH))
        async for batch in rows.partitions():
            self.found.links += len(batch)
            self._tell(self.found.links)
            yield [
                Link(chain, seq, at, who, action, subject, _NONE if details == "{}" else loads(details), digest, said)
                for chain, seq, at, who, action, subject, details, digest, said in batch
            ]

    def _columns(self, table: sa.FromClause, names: Sequence[str]) -> list[sa.ColumnElement[Any]]:
        """Return columns to be read: moments in the canonical form, made by the database, and details as text."""
        postgres = self._db.get_bind().dialect.name == "postgresql"
        found: list[sa.ColumnElement[Any]] = []
        for name in names:
            column = table.c[name]
            if isinstance(column.type, Moment):
                found.append(_moment_postgres(column) if postgres else _moment_sqlite(column))
            elif name == "details":
                found.append(sa.cast(column, sa.Text) if postgres else sa.type_coerce(column, sa.Text))
            else:
                found.append(column)
        return found

    async def _page(self, after: str) -> Sequence[tuple[str, int]]:
        query = sa.select(Chain.chain, Chain.links).where(Chain.chain > after, Chain.chain != REGISTER)
        return [(name, links) for name, links in await self._db.execute(query.order_by(Chain.chain).limit(PAGE))]

    async def _checked(self, after: str, page: Sequence[tuple[str, int]]) -> None:
        """Check the chains of one page, those that are not counted among them too, and the rows they speak of."""
        chains: dict[str, _Chain] = {}
        within = sa.and_(Audit.chain > after, Audit.chain <= page[-1][0], Audit.chain != REGISTER)
        async for links in self._links(within):
            for link in links:
                chain = chains.get(link.chain)
                if chain is None:
                    chain = chains[link.chain] = self._begun(link.chain)
                chain.read(link)
        counted = dict(page)
        for name in counted.keys() - chains.keys():
            chains[name] = self._begun(name)
        for name, chain in chains.items():
            self.found.chains += 1
            wrong = chain.ended(counted.get(name, 0))
            if wrong is not None:
                chain.wrong = wrong
                self.found.add(wrong)
        await self._rows(chains)

    def _begun(self, name: str) -> _Chain:
        return _Chain(name, self._marks.get(name, ()), self._opened.pop(name, None))

    async def _beyond(self, after: str) -> None:
        """Look for chains behind the last that is counted."""
        query = sa.select(Audit.chain).where(Audit.chain > after, Audit.chain != REGISTER).distinct().limit(MOST)
        for name in await self._db.scalars(query):
            self._opened.pop(name, None)
            self.found.add(Break(Fault.unknown, name))

    # --- what the chains speak of ---

    async def _rows(self, chains: Mapping[str, _Chain]) -> None:
        """Compare the rows of some chains with what these say of them, where the chain itself is sound."""
        numbers = {int(name.partition(":")[2]): one for name, one in chains.items() if name.startswith("visit:")}
        for kind in self._kinds.values():
            table: sa.FromClause = kind.__table__  # type: ignore[attr-defined]  # every kind is a table
            owner = table.c[kind.chained_by]
            names = ("id", kind.chained_by, *sorted(kind.kept), *kind.read_too)
            query = sa.select(*self._columns(table, names)).where(owner.in_(numbers)).order_by(owner, table.c.id)
            rows = await self._db.stream(query.execution_options(yield_per=BATCH))
            together: dict[int, list[Sequence[Any]]] = {number: [] for number in numbers}
            async for batch in rows.partitions():
                for row in batch:
                    together[row[1]].append(row)
            for number, chain in numbers.items():
                if chain.wrong is None:
                    chain.wrong = self._compared(kind, chain, together[number])
                    self.found.add(chain.wrong)

    def _compared(self, kind: type[Kept], chain: _Chain, rows: Sequence[Sequence[Any]]) -> Break | None:
        name, prefix = chain.reader.chain, f"{kind.in_custody}:"
        said = {subject: one for subject, one in chain.said.items() if subject.startswith(prefix)}
        names, end = sorted(kind.kept), 2 + len(kind.kept)
        self.found.rows += len(rows)
        for row in rows:
            subject = f"{prefix}{row[0]}"
            last = said.pop(subject, None)
            if last is None:
                if row[0] <= self._began.get(kind.in_custody, 0):
                    self.found.earlier += 1
                    continue
                return Break(Fault.content_unrecorded, name, subject=subject, at=_latest(row[2:end]))
            if digest_of(kind, dict(zip(names, row[2:end], strict=True))) != last.digest:
                return broken(Fault.content_changed, last)
        for last in said.values():
            return broken(Fault.content_gone, last)
        for number in kind.disordered([row[end:] for row in rows]) if kind.read_too else ():
            return Break(Fault.content_order, name, subject=f"{prefix}{number}")
        return None

    async def _without_chain(self) -> None:
        """Look for rows whose visit has no chain, when there are more rows than were met."""
        present = 0
        for kind in self._kinds.values():
            present += await self._db.scalar(sa.select(sa.func.count()).select_from(kind)) or 0
        if present <= self.found.rows:
            return
        for kind in self._kinds.values():
            owner: Any = getattr(kind, kind.chained_by)
            key: Any = kind.id  # type: ignore[attr-defined]  # every kind has a number
            own = sa.exists().where(Chain.chain == sa.literal("visit:") + sa.cast(owner, sa.Text))
            began = self._began.get(kind.in_custody, 0)
            for number, visit in await self._db.execute(sa.select(key, owner).where(key > began, ~own).limit(1)):
                subject = f"{kind.in_custody}:{number}"
                self.found.add(Break(Fault.content_unrecorded, f"visit:{visit}", subject=subject))
            older = sa.select(sa.func.count()).select_from(kind).where(key <= began, ~own)
            self.found.earlier += await self._db.scalar(older) or 0


def _latest(values: Sequence[Any]) -> datetime | None:
    """Return the latest moment among the values of a row."""
    moments = [found for value in values if isinstance(value, str) and (found := _moment(value)) is not None]
    return max(moments, default=None)


def _moment(value: str) -> datetime | None:
    return when(value) if value.endswith("+00:00") else None


def kinds() -> Iterator[type[Kept]]:
    """Return every kind of row that is in custody."""
    for mapper in sorted(Entity.registry.mappers, key=lambda one: one.class_.__name__):
        if issubclass(mapper.class_, Kept):
            yield mapper.class_


async def count(db: Session) -> int:
    """Count all links."""
    return int(await db.scalar(sa.select(sa.func.sum(Chain.links))) or 0)


async def path_of_answer(db: Session, number: int) -> str | None:
    """Return the question that an answer is for, None when it is gone."""
    return await db.scalar(sa.select(Answer.path).where(Answer.id == number))


# --- files ---


async def count_files(db: Session) -> int:
    """Count the files that evidence refers to."""
    return await db.scalar(sa.select(sa.func.count(sa.distinct(Evidence.blob_sha256)))) or 0


async def files(db: Session, blobs: Blobs, found: Found, tell: Callable[[int], None] = lambda _: None) -> None:
    """Hash every file that evidence refers to again, removed pieces' too, and add what is wrong to ``found``."""
    query = sa.select(Evidence.blob_sha256, sa.func.min(Evidence.id)).where(Evidence.blob_sha256.is_not(None))
    rows = await db.stream(query.group_by(Evidence.blob_sha256).execution_options(yield_per=PAGE))
    async for sha256, number in rows:
        found.files += 1
        fault = await asyncio.to_thread(_file, blobs, sha256)
        if fault is not None:
            found.add(await _of_file(db, fault, number))
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


async def _of_file(db: Session, fault: Fault, number: int) -> Break:
    (one,) = await db.execute(
        sa.select(Evidence.visit_id, Evidence.sent_at, Evidence.sender_id).where(Evidence.id == number)
    )
    return Break(fault, f"visit:{one.visit_id}", subject=f"evidence:{number}", at=one.sent_at, who=one.sender_id)
