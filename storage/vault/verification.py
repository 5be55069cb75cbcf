"""Checks the chains of custody, and that what they speak of is as they say: answers, evidence, visits, interviews.

Everything is read in the caller's one moment of the database, a page of chains at a time, so that a season takes no
more memory than a thousand visits. Nothing is written and nothing is mended.
"""

import gc
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from json import loads
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from storage.audit import Audit, Chain
from storage.entity import Json, Session
from storage.vault.custody import Kept, kinds
from storage.vault.reading import Digester, Row, batches, columns, owned, table_of, unreadable_as_it_is
from storage.visit.visits import Answer
from supervision.custody import FORGOTTEN, OFFICE, REGISTER, SET_ASIDE, Break, Fault, Link, Reader, broken, when

PAGE = 1000
"""Chains that are checked together."""

MOST = 100
"""Breaks that are told of: one a chain."""

_NOTHING: Row = ("", 0, "", None, "", "", "", None, "")
"""Stands for the link of a record that has none; no record has its digest, not even one that is unreadable."""

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
        self.said: dict[object, Row] = {}
        """What the last link says of each record that there is; by its subject."""

        self.wrong: Break | None = None
        self._marks = list(reversed(marks))
        self._covered = marks[-1].seq if marks else 0
        self._opened = opened

    def read(self, links: Sequence[Row]) -> None:
        """Take the next links; after a break nothing more is believed."""
        while links and self.wrong is None:
            known = 1 if not self.reader.seq else self._marks[-1].seq if self._marks else 0
            # Up to the next link of which the register knows something, all are followed in one go.
            some = links[: known - self.reader.seq] if known > self.reader.seq else links
            self.wrong = self.reader.follow(some)
            if self.wrong is None and self.reader.seq == known:
                self.wrong = self._against_register(Link._make(some[-1]))
            self._remember(some)
            links = links[len(some) :]

    def _remember(self, links: Sequence[Row]) -> None:
        said = self.said
        for link in links:
            if link[7]:
                said[link[5]] = link
            elif str(link[4]).endswith(FORGOTTEN):
                said.pop(link[5], None)

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

    def ended(self, links: int, covered: int) -> Break | None:
        """Say what is wrong with the chain as a whole; so many links are counted, and so far heads are to reach."""
        if self.wrong is None and self._marks:
            return Break(Fault.cut, self.reader.chain, self.reader.seq + 1, at=when(self._marks[-1].at))
        if wrong := self.wrong or self.reader.ended(links):
            return wrong
        return None if covered == self._covered else Break(Fault.head_skips, self.reader.chain, self._covered + 1)


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
        except (sqlite3.OperationalError, sa.exc.OperationalError) as error:
            if "decode" not in str(error):
                raise
            # SQLite holds as text what is none. That is found like anything else, once it can be read.
            async with unreadable_as_it_is(self._db):
                return await Verification(self._db, self._tell).run(heads)
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
            wrong = wrong or reader.follow(links)
            for link in links:
                self._enter(Link._make(link))
        counted = await self._db.scalar(sa.select(Chain.links).where(Chain.chain == REGISTER))
        self.found.add(wrong or reader.ended(counted or 0))
        self.found.chains += 1 if counted else 0

    def _enter(self, link: Link) -> None:
        """Note what a link of the register says; of one that was made unreadable its own break tells."""
        kind, _, name = str(link.subject).partition(":")
        if link.action == "chain.opened" and kind == "chain":
            self._opened.setdefault(name, link.digest)
        elif link.action == "day.closed" and kind == "day":
            with suppress(ValueError, TypeError, AttributeError):
                self.found.heads.setdefault(date.fromisoformat(name), link.hash)
                heads: Json = loads(link.details).get("heads", {})
                for chain, (seq, head) in heads.items():
                    self._marks.setdefault(chain, []).append(_Mark(int(seq), head, link.at))
        elif link.action == "custody.began" and not self.found.heads and not self._began:
            with suppress(ValueError, TypeError, AttributeError):
                self._began = {kind: int(number) for kind, number in loads(link.details).items()}

    async def _links(self, which: sa.ColumnElement[bool]) -> AsyncIterator[Sequence[Row]]:
        query = sa.select(*columns(self._db, Audit.__table__, _LINK)).where(which)
        async for batch in batches(self._db, query.order_by(Audit.chain, Audit.seq)):
            self.found.links += len(batch)
            self._tell(self.found.links)
            yield batch

    async def _page(self, after: str) -> Sequence[tuple[str, int, int]]:
        query = sa.select(Chain.chain, Chain.links, Chain.covered).where(Chain.chain > after, Chain.chain != REGISTER)
        rows = await self._db.execute(query.order_by(Chain.chain).limit(PAGE))
        return [(name, links, covered) for name, links, covered in rows]

    async def _checked(self, after: str, page: Sequence[tuple[str, int, int]]) -> None:
        """Check the chains of one page, those that are not counted among them too, and the rows they speak of."""
        chains: dict[str, _Chain] = {}
        within = sa.and_(Audit.chain > after, Audit.chain <= page[-1][0], Audit.chain != REGISTER)
        async for links in self._links(within):
            for name, own in groupby(links, itemgetter(0)):
                chain = chains.get(name)
                if chain is None:
                    chain = chains[name] = self._begun(name)
                chain.read(list(own))
        counted = {name: counts for name, *counts in page}
        for name in counted.keys() - chains.keys():
            chains[name] = self._begun(name)
        for name, chain in chains.items():
            self.found.chains += 1
            chain.wrong = chain.ended(*counted.get(name, (0, 0)))
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
        numbers = {number: one for name, one in chains.items() if (number := _visit(name)) is not None}
        for kind in self._kinds.values():
            if kind.chained_by:
                table, owner = owned(kind)
                # Written out: a thousand numbers, and for each kind again, would cost more as parameters than to look.
                which = owner.op("IN")(sa.literal_column(f"({','.join(map(str, numbers)) or 'NULL'})"))
                await self._against(kind, table, owner, numbers, which)
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
        names = list(dict.fromkeys((kind.keyed_by, *digester.names, *kind.read_too)))
        order = [own.c[kind.keyed_by]] if not kind.chained_by else [owner, own.c[kind.keyed_by]]
        query = sa.select(owner, *columns(self._db, own, names)).select_from(table).where(which).order_by(*order)
        beside: dict[int, list[Row]] = {}
        async for batch in batches(self._db, query):
            self.found.rows += len(batch)
            owners, *read = zip(*batch, strict=True)
            by_name = dict(zip(names, read, strict=True))
            digests = digester.of_all([by_name[name] for name in digester.names])
            others = list(zip(*(by_name[name] for name in kind.read_too), strict=True))
            subjects = [f"{prefix}{key}" for key in read[0]]
            end = 0
            for number, run in groupby(owners):
                start, end = end, end + len(list(run))
                chain, told = chains[number], others[start:end]
                if chain.wrong is None:
                    said = chain.said
                    lasts = [said.pop(subject, _NOTHING) for subject in subjects[start:end]]
                    if [last[7] for last in lasts] != digests[start:end]:
                        found = [dict(zip(names, row[1:], strict=True)) for row in batch[start:end]]
                        self._differing(kind, chain, found, lasts, digests[start:end])
                    told = [one for one, last in zip(told, lasts, strict=False) if not last[4].endswith(SET_ASIDE)]
                if told:
                    beside.setdefault(number, []).extend(told)
        for number, rows in beside.items():
            chain = chains[number]
            if chain.wrong is None and (misplaced := next(kind.disordered(rows), None)) is not None:
                chain.wrong = Break(Fault.content_order, chain.reader.chain, subject=f"{prefix}{misplaced}")

    def _differing(
        self,
        kind: type[Kept],
        chain: _Chain,
        rows: Sequence[Mapping[str, Any]],
        lasts: Sequence[Row],
        digests: Sequence[str],
    ) -> None:
        """Find the first of some rows that is not what its link says, or has none."""
        for row, last, digest in zip(rows, lasts, digests, strict=True):
            if chain.wrong is None and (last is _NOTHING or digest != last[7]):
                chain.wrong = self._wrong(kind, chain, row, last)

    def _wrong(self, kind: type[Kept], chain: _Chain, row: Mapping[str, Any], last: Row) -> Break | None:
        """Say what is wrong with a row that is not what its link says, or has none."""
        if last is not _NOTHING:
            return broken(Fault.content_changed, last)
        number = row[kind.keyed_by]
        if number <= self._began.get(kind.in_custody, 0):
            self.found.earlier += 1
            return None
        if self._awaits(kind, row):
            return None
        latest = _latest([row[name] for name in kind.kept])
        return Break(Fault.content_unrecorded, chain.reader.chain, subject=f"{kind.in_custody}:{number}", at=latest)

    def _gone(self, chain: _Chain) -> Break | None:
        """Say which record of a chain is not there any more, when one is not."""
        left = (one for subject, one in chain.said.items() if str(subject).partition(":")[0] in self._kinds)
        return next((broken(Fault.content_gone, one) for one in left), None)

    def _awaits(self, kind: type[Kept], row: Mapping[str, Any]) -> bool:
        """Tell whether a row is linked at the end of its day, and that has not come yet."""
        if not kind.linked_after:
            return False
        day = str(row[kind.linked_after])
        return not self.found.heads or day > max(self.found.heads).isoformat()

    async def _without_chain(self) -> None:
        """Look for rows whose visit has no chain, when there are more rows than were met."""
        present = 0
        for kind in self._kinds.values():
            present += await self._db.scalar(sa.select(sa.func.count()).select_from(table_of(kind))) or 0
        if present <= self.found.rows:
            return
        for kind in self._kinds.values():
            table, owner = owned(kind, strays=True)
            key = table_of(kind).c[kind.keyed_by]
            own = sa.exists().where(Chain.chain == sa.literal("visit:") + sa.cast(owner, sa.Text))
            if not kind.chained_by:
                own = sa.exists().where(Chain.chain == OFFICE)
            began = self._began.get(kind.in_custody, 0)
            query = sa.select(key, owner).select_from(table).where(key > began, ~own).limit(1)
            for number, visit in await self._db.execute(query):
                if kind.chained_by and visit is None and self.found.breaks:
                    continue  # what it belonged to was taken out, which has been told
                name = f"visit:{visit}" if kind.chained_by and visit is not None else OFFICE
                self.found.add(Break(Fault.content_unrecorded, name, subject=f"{kind.in_custody}:{number}"))
            older = sa.select(sa.func.count()).select_from(table).where(key <= began, ~own)
            self.found.earlier += await self._db.scalar(older) or 0


def _visit(chain: str) -> int | None:
    """Return the number of the visit whose chain it is, None for any other or what somebody has made of one."""
    kind, _, number = chain.partition(":")
    return int(number) if kind == "visit" and number.isascii() and number.isdigit() else None


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
