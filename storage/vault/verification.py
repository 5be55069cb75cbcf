"""Checks the chains of custody, and that what they speak of is as they say: answers, evidence, visits, interviews.

Everything is read in the caller's one moment of the database, a page of chains at a time, so that a season takes no
more memory than a thousand visits. Nothing is written and nothing is mended.
"""

import gc
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from json import loads
from typing import Any

import sqlalchemy as sa

from storage.audit import Audit, Chain
from storage.entity import Json, Session
from storage.vault.custody import Kept, kinds
from storage.vault.reading import Digester, batches, columns, owned, table_of
from storage.visit.visits import Answer
from supervision.custody import FORGOTTEN, OFFICE, REGISTER, SET_ASIDE, Break, Fault, Link, Reader, broken, when

PAGE = 1000
"""Chains that are checked together."""

MOST = 100
"""Breaks that are told of: one a chain."""

_NONE: Json = {}

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
        seq = link[1]
        self.wrong = self.reader.read(link)
        if self.wrong is None and (seq == 1 or self._marks):
            self.wrong = self._against_register(link)
        if link[7]:
            self.said[link[5]] = link
        elif link[4].endswith(FORGOTTEN):
            self.said.pop(link[5], None)

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
        """Check all chains and all rows they speak of; ``heads`` were given out of the house: (day, hash).

        The collector of circles rests meanwhile: a million rows refer to nothing in a circle, and it would look at
        them again and again, for a third of the time.
        """
        collects = gc.isenabled()
        gc.disable()
        try:
            return await self._run(heads)
        finally:
            if collects:
                gc.enable()

    async def _run(self, heads: Sequence[tuple[date, str]]) -> Found:
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
        query = sa.select(*columns(self._db, Audit.__table__, _LINK)).where(which).order_by(Audit.chain, Audit.seq)
        async for batch in batches(self._db, query):
            self.found.links += len(batch)
            self._tell(self.found.links)
            yield [
                Link(chain, seq, at, who, action, subject, _NONE if details == "{}" else loads(details), digest, said)
                for chain, seq, at, who, action, subject, details, digest, said in batch
            ]

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
            chain.wrong = chain.ended(counted.get(name, 0))
        await self._rows(chains)
        for chain in chains.values():
            self.found.add(chain.wrong or self._gone(chain))

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
            if kind.chained_by:
                table, owner = owned(kind)
                await self._against(kind, table, owner, numbers, owner.in_(numbers))
            elif OFFICE in chains:
                await self._against(kind, table_of(kind), sa.literal(0), {0: chains[OFFICE]}, sa.true())

    async def _against(
        self,
        kind: type[Kept],
        table: sa.FromClause,
        owner: sa.ColumnElement[Any],
        chains: Mapping[int, _Chain],
        which: sa.ColumnElement[bool],
    ) -> None:
        """Compare rows of one kind, of which ``owner`` says which chain they belong to."""
        own, digester, prefix = table_of(kind), Digester(kind), f"{kind.in_custody}:"
        wanted = columns(self._db, own, (kind.keyed_by, *digester.names, *kind.read_too))
        order = [own.c[kind.keyed_by]] if not kind.chained_by else [owner, own.c[kind.keyed_by]]
        query = sa.select(owner, *wanted).select_from(table).where(which).order_by(*order)
        end = 2 + len(digester.names)
        beside: dict[int, list[Sequence[Any]]] = {}
        async for batch in batches(self._db, query):
            self.found.rows += len(batch)
            for row in batch:
                chain = chains[row[0]]
                if chain.wrong is None:
                    last = chain.said.pop(f"{prefix}{row[1]}", None)
                    if last is None or digester.of(row[2:end]) != last.digest:
                        chain.wrong = self._wrong(kind, digester, chain, row, last)
                    elif last.action.endswith(SET_ASIDE):
                        continue
                if kind.read_too:
                    beside.setdefault(row[0], []).append(row[end:])
        for number, rows in beside.items():
            chain = chains[number]
            if chain.wrong is None and (found := next(kind.disordered(rows), None)) is not None:
                chain.wrong = Break(Fault.content_order, chain.reader.chain, subject=f"{prefix}{found}")

    def _wrong(
        self, kind: type[Kept], digester: Digester, chain: _Chain, row: Sequence[Any], last: Link | None
    ) -> Break | None:
        """Say what is wrong with a row that is not what its link says, or has none."""
        if last is not None:
            return broken(Fault.content_changed, last)
        if row[1] <= self._began.get(kind.in_custody, 0):
            self.found.earlier += 1
            return None
        if self._awaits(kind, digester, row):
            return None
        latest = _latest(row[2 : 2 + len(digester.names)])
        return Break(Fault.content_unrecorded, chain.reader.chain, subject=f"{kind.in_custody}:{row[1]}", at=latest)

    def _gone(self, chain: _Chain) -> Break | None:
        """Say which record of a chain is not there any more, when one is not."""
        left = (one for subject, one in chain.said.items() if subject.partition(":")[0] in self._kinds)
        return next((broken(Fault.content_gone, one) for one in left), None)

    def _awaits(self, kind: type[Kept], digester: Digester, row: Sequence[Any]) -> bool:
        """Tell whether a row is linked at the end of its day, and that has not come yet."""
        if not kind.linked_after:
            return False
        day = str(row[2 + digester.names.index(kind.linked_after)])
        return not self.found.heads or day > max(self.found.heads).isoformat()

    async def _without_chain(self) -> None:
        """Look for rows whose visit has no chain, when there are more rows than were met."""
        present = 0
        for kind in self._kinds.values():
            present += await self._db.scalar(sa.select(sa.func.count()).select_from(table_of(kind))) or 0
        if present <= self.found.rows:
            return
        for kind in self._kinds.values():
            table, owner = owned(kind)
            key = table_of(kind).c[kind.keyed_by]
            own = sa.exists().where(Chain.chain == sa.literal("visit:") + sa.cast(owner, sa.Text))
            if not kind.chained_by:
                own = sa.exists().where(Chain.chain == OFFICE)
            began = self._began.get(kind.in_custody, 0)
            query = sa.select(key, owner).select_from(table).where(key > began, ~own).limit(1)
            for number, visit in await self._db.execute(query):
                subject, name = f"{kind.in_custody}:{number}", f"visit:{visit}" if kind.chained_by else OFFICE
                self.found.add(Break(Fault.content_unrecorded, name, subject=subject))
            older = sa.select(sa.func.count()).select_from(table).where(key <= began, ~own)
            self.found.earlier += await self._db.scalar(older) or 0


def _latest(values: Sequence[Any]) -> datetime | None:
    """Return the latest moment among the values of a row."""
    moments = [found for value in values if isinstance(value, str) and (found := _moment(value)) is not None]
    return max(moments, default=None)


def _moment(value: str) -> datetime | None:
    return when(value) if value.endswith("+00:00") else None


async def count(db: Session) -> int:
    """Count all links."""
    return int(await db.scalar(sa.select(sa.func.sum(Chain.links))) or 0)


async def path_of_answer(db: Session, number: int) -> str | None:
    """Return the question that an answer is for, None when it is gone."""
    return await db.scalar(sa.select(Answer.path).where(Answer.id == number))
