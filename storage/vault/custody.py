"""Links what was done into the chains of custody, in the transaction that does it.

What must not change unseen is ``Kept``: its class names the columns that count. When such a row is added or changed
through the session that is noticed by itself; a statement that goes past the session has to be recorded by whoever
makes it (storage/audit.py). Either way :func:`link` writes the links down last, when the rows are as they stay: two
statements for each chain, of which a turn as a rule has one. What a chain is and how it is checked is in
supervision/custody.py and storage/vault/verification.py.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, object_session
from sqlalchemy.orm import Session as SyncSession

from storage import audit
from storage.audit import Audit, Chain, Deed
from storage.entity import Entity, Json, Session
from storage.vault.reading import Digester, columns, table_of
from storage.vault.sealed import SealedJson
from supervision import custody
from supervision.custody import NOTHING, OFFICE, REGISTER

_CLOSING_LOCK = 7_311_201_903_002


class Kept:
    """A row that is in custody; ``in_custody`` names its kind, ``kept`` the columns that its digest covers.

    ``kept`` never loses a column and never gets another: a later set of columns is written as version 2, and this one
    goes on to be known. Nothing that an erasure takes away may be among them, nor anything that is not the work's: no
    chat, no message, no state of a download.
    """

    in_custody: ClassVar[str]
    kept: ClassVar[tuple[str, ...]]
    keyed_by: ClassVar[str] = "id"
    """The column that tells its rows apart."""

    chained_by: ClassVar[str] = "visit_id"
    """The column with the number of the visit whose chain it is in; '': it is in the office's chain."""

    chained_through: ClassVar[bool] = False
    """Whether ``chained_by`` leads to a row of another table, where the number of the visit stands."""

    linked_after: ClassVar[str] = ""
    """The column with the day at whose end a new row is linked, without saying by whom or when in the day."""

    read_too: ClassVar[tuple[str, ...]] = ()
    """Columns that :meth:`disordered` asks for."""

    @property
    def subject(self) -> str:
        """What links call it, such as ``answer:12``."""
        return f"{self.in_custody}:{getattr(self, self.keyed_by, '')}"

    @property
    def has_subject(self) -> bool:
        """Tell whether it has its number yet."""
        return getattr(self, self.keyed_by, None) is not None

    @property
    def chain(self) -> str:
        """The chain that its deeds are linked into, unless it is in custody through another table's row."""
        if self.chained_through:
            raise LookupError(f"whoever writes down what was done to {self.subject} says in which chain")
        return f"visit:{getattr(self, self.chained_by)}" if self.chained_by else OFFICE

    def digest(self) -> str:
        """Return the digest of what it is now."""
        return digest_of(type(self), {name: getattr(self, name) for name in self.kept})

    def noticed(self, changed: frozenset[str]) -> str:
        """Name the deed that changed these columns, none when it is new."""
        return "changed" if changed else "added"

    def noticed_at(self) -> datetime:
        """Say when it was done, where nobody has said on whose behalf the transaction works."""
        moments = [value for name in self.kept if isinstance(value := getattr(self, name), datetime)]
        if not moments:
            raise LookupError(f"nobody has said when {self.subject} was changed: call audit.acting first")
        return max(moments)

    def noticed_by(self) -> int | None:
        """Say who did it, where nobody has said on whose behalf the transaction works."""
        return None

    @classmethod
    def disordered(cls, rows: Sequence[Sequence[object]]) -> Iterator[object]:
        """Return the numbers of rows that cannot stand beside the others as they do.

        The rows are all those of one chain, in order, each with its columns of ``read_too``.
        """
        del rows
        return iter(())


def digest_of(kind: type[Kept], content: Json) -> str:
    """Return the digest of a row of this kind from its kept columns."""
    return custody.digest_of(f"{kind.in_custody}/1", content)


@sa.event.listens_for(Kept, "after_insert", propagate=True)
def _inserted(mapper: Mapper[Any], connection: sa.Connection, row: Kept) -> None:
    del mapper
    if not row.linked_after:
        _notice(connection, row, row.noticed(frozenset()))


@sa.event.listens_for(Kept, "after_update", propagate=True)
def _updated(mapper: Mapper[Any], connection: sa.Connection, row: Kept) -> None:
    del mapper
    looked: Any = sa.inspect(row)
    changed = frozenset(name for name in row.kept if looked.attrs[name].history.has_changes())
    if changed:
        _notice(connection, row, row.noticed(changed))


@sa.event.listens_for(Kept, "after_delete", propagate=True)
def _deleted(mapper: Mapper[Any], connection: sa.Connection, row: Kept) -> None:
    del mapper
    _notice(connection, row, custody.FORGOTTEN)


def _notice(connection: sa.Connection, row: Kept, deed: str) -> None:
    session = object_session(row)
    if session is None:
        raise LookupError(f"{row.subject} is written outside a session")
    who, when = audit.actor(session.info) or (row.noticed_by(), row.noticed_at())
    chain = row.chain if not row.chained_through else f"visit:{_visit_of(connection, row)}"
    of = None if deed == custody.FORGOTTEN else row
    made = Deed(f"{row.in_custody}.{deed}", row.subject, chain, when, None if row.linked_after else who, {}, of)
    made.noticed = True
    audit.add(session.info, made)


async def resealed(db: Session, kind: type[Kept], keys: Sequence[int], now: datetime) -> None:
    """Write down that rows of one kind were sealed with another key: what is sealed has other bytes now."""
    key = getattr(kind, kind.keyed_by)
    for row in await db.scalars(sa.select(kind).where(key.in_(keys)).order_by(key)):
        chain = f"visit:{await (await db.connection()).run_sync(_visit_of, row)}" if kind.chained_through else ""
        audit.record(db, f"{kind.in_custody}.resealed", now=now, of=row, chain=chain)


def _visit_of(connection: sa.Connection, row: Kept) -> int:
    key = _column(row, row.chained_by)
    (through,) = [one.column.table for one in key.foreign_keys]
    query = sa.select(through.c.visit_id).where(through.c.id == getattr(row, row.chained_by))
    return int(connection.execute(query).scalar_one())


# --- at the end of a transaction ---


async def link(db: Session) -> None:
    """Link what was done in this transaction into its chains; the last thing it does before it is committed."""
    await db.flush()
    deeds = audit.taken(db.sync_session.info)
    if not deeds:
        return
    said = {id(one.of) for one in deeds if one.of is not None and not one.noticed}
    chains: dict[str, list[Deed]] = {}
    for one in deeds:
        if one.noticed and id(one.of) in said:
            continue
        if one.of is not None:
            one.digest, one.subject = await _digest(db, one.of), one.subject or one.of.subject
        chains.setdefault(one.chain, []).append(one)
    rows: list[dict[str, object]] = []
    opened: list[Deed] = []
    # In one order for everybody, the chains that all may want last: nobody waits for somebody who waits for them.
    for chain in sorted(chains.keys() - {REGISTER, OFFICE}) + sorted(chains.keys() & {OFFICE}):
        links, new = await _linked(db, chain, chains[chain])
        if new:
            opened.append(_opening(chain, links[0], chains[chain][0].now))
        rows += links
    if registered := [*opened, *chains.get(REGISTER, ())]:
        rows += (await _linked(db, REGISTER, registered))[0]
    await db.run_sync(lambda session: session.connection().execute(_LINKED, rows))


async def _digest(db: Session, row: Kept) -> str:
    """Return the digest of a row as it is stored: what JSON was sealed to is known to nobody but the database."""
    sealed_in = [name for name in row.kept if isinstance(_column(row, name).type, SealedJson)]
    if not sealed_in:
        return row.digest()
    digester, key = Digester(type(row)), _column(row, row.keyed_by)
    query = sa.select(*columns(db, table_of(type(row)), digester.names)).where(key == getattr(row, row.keyed_by))
    return digester.of((await db.execute(query)).one())


def _column(row: Kept, name: str) -> sa.ColumnElement[Any]:
    return table_of(type(row)).c[name]


async def _linked(db: Session, chain: str, deeds: Sequence[Deed]) -> tuple[list[dict[str, object]], bool]:
    """Make the links for deeds of one chain; returns them and whether the chain is new."""
    counted = await db.run_sync(_count, chain, len(deeds))
    seq, previous = counted.links - len(deeds), counted.previous
    if seq and previous is None:  # somebody else has just added it: this statement did not see that yet
        previous = await db.scalar(_HASH, {"chain": chain, "seq": seq})
        if previous is None:
            raise LookupError(f"the chain {chain} has lost its link {seq}: run 'xundu verify'")
    rows: list[dict[str, object]] = []
    for at, one in enumerate(deeds, seq + 1):
        said = (chain, at, one.now, one.person_id, one.action, one.subject, one.details, one.digest)
        previous = custody.hash_of(previous or NOTHING, *said)
        rows.append(dict(zip(_COLUMNS, (*said, previous), strict=True)))
    return rows, not seq


def _count(session: SyncSession, chain: str, more: int) -> sa.Row[Any]:
    """Count links of a chain up; asked of the connection, as no row of the session is concerned."""
    return session.connection().execute(_COUNTED, {"chain": chain, "more": more}).one()


_COLUMNS = ("chain", "seq", "at", "person_id", "action", "subject", "details", "digest", "hash")


def _opening(chain: str, first: dict[str, object], now: datetime) -> Deed:
    return Deed("chain.opened", f"chain:{chain}", REGISTER, now, None, {}, digest=str(first["hash"]))


# In both databases' own words, put together once. It keeps everybody else from the chain until this transaction ends.
_COUNTED = sa.text(
    "INSERT INTO chains (chain, links, covered) VALUES (:chain, CAST(:more AS BIGINT), 0) "
    "ON CONFLICT (chain) DO UPDATE SET links = chains.links + excluded.links RETURNING links, "
    "(SELECT a.hash FROM audit AS a WHERE a.chain = chains.chain AND a.seq = chains.links - CAST(:more AS BIGINT)) "
    "AS previous"
)
_LINKED = sa.insert(Audit.__table__)  # type: ignore[arg-type]  # it is a Table
_HASH = sa.select(Audit.hash).where(Audit.chain == sa.bindparam("chain"), Audit.seq == sa.bindparam("seq"))


# --- a day's head ---


async def close_day(db: Session, day: date, now: datetime, ended: datetime | None = None) -> str | None:
    """Enter what every chain has come to into the register and return the hash of that link: the day's head.

    It covers all chains: those that have grown since the last head by name, the others through that head. None when
    nothing was done since and before the day ``ended``, or the day has its head already.
    """
    if db.get_bind().dialect.name == "postgresql":
        await db.execute(sa.select(sa.func.pg_advisory_xact_lock(_CLOSING_LOCK)))
    subject = f"day:{day.isoformat()}"
    if await db.scalar(sa.select(sa.exists().where(Audit.subject == subject, Audit.chain == REGISTER))):
        return None
    if ended is not None:
        first = sa.and_(Audit.chain == Chain.chain, Audit.seq == Chain.covered + 1, Chain.chain != REGISTER)
        if not await db.scalar(sa.select(sa.exists().where(first, Audit.at < ended))):
            return None
    await _link_late(db, day, now)
    grown = sa.select(Chain.chain, Chain.links, Audit.hash).join(
        Audit, sa.and_(Audit.chain == Chain.chain, Audit.seq == Chain.links)
    )
    grown = grown.where(Chain.links > Chain.covered, Chain.chain != REGISTER).order_by(Chain.chain)
    heads = {chain: [links, head] for chain, links, head in await db.execute(grown)}
    if not heads:
        return None
    for chain, (links, _) in heads.items():
        await db.execute(_COVER, {"b_chain": chain, "b_links": links})
    audit.record(db, "day.closed", subject, now=now, details={"heads": heads}, chain=REGISTER)
    await link(db)
    return await head_of(db, day)


async def _link_late(db: Session, day: date, now: datetime) -> None:
    """Link the rows that are linked only when their day has ended, all of a kind together."""
    for kind in kinds():
        if not kind.linked_after:
            continue
        key, since = getattr(kind, kind.keyed_by), getattr(kind, kind.linked_after)
        subject = sa.literal(f"{kind.in_custody}:") + sa.cast(key, sa.Text)
        known = sa.exists().where(Audit.subject == subject, Audit.chain == OFFICE)
        for row in await db.scalars(sa.select(kind).where(since <= day, ~known).order_by(key)):
            audit.record(db, f"{kind.in_custody}.{row.noticed(frozenset())}", now=now, of=row)
    await link(db)


def kinds() -> Iterator[type[Kept]]:
    """Return every kind of row that is in custody."""
    for mapper in sorted(Entity.registry.mappers, key=lambda one: one.class_.__name__):
        if issubclass(mapper.class_, Kept):
            yield mapper.class_


_COVER = (
    sa.update(Chain.__table__)  # type: ignore[arg-type]  # it is a Table
    .where(sa.literal_column("chain") == sa.bindparam("b_chain"))
    .values(covered=sa.bindparam("b_links"))
)


async def head_of(db: Session, day: date) -> str | None:
    """Return a day's head, or None."""
    query = sa.select(Audit.hash).where(Audit.subject == f"day:{day.isoformat()}", Audit.chain == REGISTER)
    return await db.scalar(query.order_by(Audit.seq.desc()).limit(1))


async def heads(db: Session) -> dict[date, str]:
    """Return the heads of all days, the earliest first."""
    query = sa.select(Audit.subject, Audit.hash).where(Audit.action == "day.closed", Audit.chain == REGISTER)
    found = await db.execute(query.order_by(Audit.seq))
    return {date.fromisoformat(subject.partition(":")[2]): head for subject, head in found}
