"""The policy library: what is to be known and kept to, by topic, found by any words in it.

``words`` is all of an item as plain text, its title first, what its files say last (supervision/passage.py), and is
what is searched. On SQLite words of three characters and more are looked up in ``library_index``, an FTS5 table of
trigrams that triggers keep in step; shorter ones, as Chinese has many, by reading through.

On PostgreSQL the same question is an ILIKE, which pg_trgm's index answers where the server has that extension (the
migration looks); where it has not the answers are the same, only slower.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage import single
from storage.entity import Entity, Json, Session, Whom
from supervision.passage import TRIGRAM, likeness, looked_for, put_behind

INDEX = "library_index"
"""The table of trigrams, which SQLite makes and fills by itself; no entity, and nothing to back up."""

_INDEX = sa.table(INDEX, sa.column("rowid"), sa.column(INDEX))
NEWEST = 500
"""So many items are compared when nothing has the words that were looked for."""

BEGINNING = 4000
"""So many characters of each: a long file has something of every question."""

MOST_WORDS = 400_000
"""Characters of one item that are searched, its files included: 600 pages of Chinese."""


class State(StrEnum):
    """Where an item stands."""

    draft = "draft"
    published = "published"
    withdrawn = "withdrawn"


class LibraryItem(Entity):
    """One item. ``body`` is its parts (handlers/parts.py); ``internal``: only for those who supervise.

    ``notice_id`` is the notice by which it reached them, ``enquiry_id`` the enquiry whose answer it is.
    """

    __tablename__ = "library_items"
    __table_args__ = (
        sa.Index("ix_library_items_author_id", "author_id"),
        sa.Index("ix_library_items_topic", "state", "topic"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    state: Mapped[State] = mapped_column(default=State.draft)
    topic: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[Json] = mapped_column(default_factory=lambda: {"parts": []})
    words: Mapped[str] = mapped_column(default="")
    internal: Mapped[bool] = mapped_column(default=True)
    notice_id: Mapped[int | None] = mapped_column(default=None)
    enquiry_id: Mapped[int | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)

    def write(self, body: Json, plain: str) -> None:
        """Take over what it says; ``plain`` is the body without formatting."""
        head = "" if plain.startswith(self.title) else self.title
        self.body, self.words = body, "\n".join(one for one in (head, plain) if one)

    def add_file(self, name: str, text: str) -> None:
        """Let what a file says be found as well, as far as there is room."""
        self.words = put_behind(self.words, name, text)[:MOST_WORDS]

    def publish(self, now: datetime) -> None:
        """Let it be found; raises ValueError for one without a title or a second time."""
        if self.state is not State.draft or not self.title:
            raise ValueError(f"library item {self.id} cannot be published: {self.state}")
        self.state, self.published_at = State.published, now

    def withdraw(self, now: datetime) -> None:
        """Let it hold no longer; whoever refers to it still reads it, marked."""
        self.state, self.withdrawn_at = State.withdrawn, now

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person put in."""
        return cls.author_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Throw their drafts away; what was published is everybody's and stays."""
        del now
        return sa.delete(cls).where(cls.author_id == whom.id, cls.state == State.draft)


async def get(db: Session, item_id: int, *, lock: bool = False) -> LibraryItem | None:
    """Return an item; with ``lock`` nobody else changes it until this transaction ends."""
    return await single.get(db, LibraryItem, item_id, lock=lock)


async def add(db: Session, item: LibraryItem) -> LibraryItem:
    """Keep a new item; its id is known afterwards."""
    return await single.add(db, item)


async def drop(db: Session, item: LibraryItem) -> None:
    """Throw a draft away."""
    await single.drop(db, item)


async def drafts(db: Session, author_id: int) -> Sequence[LibraryItem]:
    """Return what somebody has begun and not published, the latest first."""
    mine = (LibraryItem.author_id == author_id, LibraryItem.state == State.draft)
    return (await db.scalars(sa.select(LibraryItem).where(*mine).order_by(LibraryItem.id.desc()))).all()


def _open(*, internal: bool) -> list[sa.ColumnElement[bool]]:
    """Name what may be seen: what is published, and the internal among it only where ``internal``."""
    seen = [LibraryItem.state == State.published]
    return seen if internal else [*seen, LibraryItem.internal == sa.false()]


async def topics(db: Session, *, internal: bool) -> list[tuple[str, int]]:
    """Return the topics there are and how many items each has, the fullest first."""
    query = sa.select(LibraryItem.topic, sa.func.count()).where(*_open(internal=internal)).group_by(LibraryItem.topic)
    found = [(topic, count) for topic, count in await db.execute(query)]
    return sorted(found, key=lambda one: (-one[1], one[0]))


async def under(
    db: Session, topic: str | None, *, internal: bool, limit: int, skip: int = 0
) -> tuple[int, Sequence[LibraryItem]]:
    """Return how many items a topic has (None: all of them), and some of them, the latest first."""
    which = _open(internal=internal) + ([LibraryItem.topic == topic] if topic is not None else [])
    count = await db.scalar(sa.select(sa.func.count()).select_from(LibraryItem).where(*which)) or 0
    query = sa.select(LibraryItem).where(*which).order_by(LibraryItem.published_at.desc(), LibraryItem.id.desc())
    return count, (await db.scalars(query.limit(limit).offset(skip))).all()


async def search(db: Session, phrase: str, *, internal: bool, limit: int) -> Sequence[LibraryItem]:
    """Return the items that have every word of a phrase: those with it in the title first, then the latest."""
    wanted = looked_for(phrase)
    if not wanted:
        return []
    which = [*_open(internal=internal), *(_has(db, one) for one in wanted)]
    titled = sa.case((sa.and_(*(_contains(LibraryItem.title, one) for one in wanted)), 0), else_=1)
    query = sa.select(LibraryItem).where(*which)
    query = query.order_by(titled, LibraryItem.published_at.desc(), LibraryItem.id.desc())
    return (await db.scalars(query.limit(limit))).all()


def _has(db: Session, word: str) -> sa.ColumnElement[bool]:
    if db.get_bind().dialect.name == "postgresql" or len(word) < TRIGRAM:
        return _contains(LibraryItem.words, word)
    quoted = '"' + word.replace('"', '""') + '"'
    return LibraryItem.id.in_(sa.select(_INDEX.c.rowid).where(_INDEX.c[INDEX].match(quoted)))


def _contains(column: sa.ColumnElement[str] | sa.orm.InstrumentedAttribute[str], word: str) -> sa.ColumnElement[bool]:
    """Tell whether a column has a word, whatever the case; ILIKE on both, and signs of patterns mean themselves."""
    return column.icontains(word, autoescape=True)


async def similar(db: Session, question: str, *, internal: bool, limit: int) -> list[LibraryItem]:
    """Return the items that are most like a question, the likest first; none where nothing is like it at all."""
    query = sa.select(LibraryItem.id, sa.func.substr(LibraryItem.words, 1, BEGINNING)).where(*_open(internal=internal))
    begun = await db.execute(query.order_by(LibraryItem.id.desc()).limit(NEWEST))
    ranked = [(likeness(question, words), item_id) for item_id, words in begun]
    best = [item_id for share, item_id in sorted(ranked, reverse=True)[:limit] if share > 0]
    found = {one.id: one for one in await db.scalars(sa.select(LibraryItem).where(LibraryItem.id.in_(best)))}
    return [found[item_id] for item_id in best]
