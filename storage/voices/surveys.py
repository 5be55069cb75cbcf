"""Anonymous surveys: answers that belong to nobody, and, apart from them, who has answered already.

An answer has no person, no chat, no order and no time finer than the hour. Until there are enough of them from one
place, answers lie in that place's pool, one row that is shuffled and rewritten whole; a part of it, drawn by lot, then
moves on together, and so many always stay behind that the last to move are no fewer. So of nothing that is stored or
shown, a place's own figures included, does one look differ from the next by fewer than a batch. Who has answered is a
token, keyed with what is destroyed when the survey closes; the tokens go with it. docs/anonymity.md says what this
keeps and what it cannot.
"""

import hmac
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage import single
from storage.entity import Entity, Json, Session, Whom, insert_into
from storage.people import Person
from storage.vault.sealed import SealedJson
from storage.voices.deliveries import Delivery
from storage.voices.notices import Notice
from supervision.ballot import TEXT, Item, Question, counted, items_of

PREFIX = "s_"
"""How the payload of a survey's link begins."""

BATCH = 10
"""So many answers leave a pool together, and so many at least stay in it until the survey closes."""

LATE = timedelta(minutes=10)
"""So long after its time a survey is left to the timer that closes it and tells its author."""

COMPARED = 50
"""So many earlier surveys are looked at for an audience that hardly differs."""

_LOT = secrets.SystemRandom()


class State(StrEnum):
    """Where a survey stands."""

    draft = "draft"
    open = "open"
    closed = "closed"


class Survey(Entity):
    """One survey in one version. ``questions`` is {"questions": [...]}, as supervision/ballot.py has them.

    ``link`` is the word in its link, '' where only those who were asked may answer; ``public``: anybody with the link.
    ``places`` are what an answer may say of where somebody belongs, as supervision/suppression.py has it.
    ``tally`` counts what has left the pool; ``cast`` is how many have answered in all.
    """

    __tablename__ = "surveys"
    __table_args__ = (sa.Index("ix_surveys_author_id", "author_id"),)
    secret = frozenset({"key"})

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    state: Mapped[State] = mapped_column(default=State.draft)
    title: Mapped[str] = mapped_column(default="")
    questions: Mapped[Json] = mapped_column(default_factory=lambda: {"questions": []})
    audience: Mapped[Json] = mapped_column(default_factory=dict)
    link: Mapped[str | None] = mapped_column(default=None, unique=True)
    public: Mapped[bool] = mapped_column(default=False)
    least: Mapped[int] = mapped_column(default=5)
    days: Mapped[int] = mapped_column(default=7)
    version: Mapped[int] = mapped_column(default=1)
    before_id: Mapped[int | None] = mapped_column(default=None)
    notice_id: Mapped[int | None] = mapped_column(default=None)
    reminder_id: Mapped[int | None] = mapped_column(default=None)
    places: Mapped[Json] = mapped_column(default_factory=dict)
    tally: Mapped[Json] = mapped_column(default_factory=dict)
    moved: Mapped[int] = mapped_column(default=0)
    cast: Mapped[int] = mapped_column(default=0)
    key: Mapped[bytes | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    closes_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def asks(self) -> tuple[Question, ...]:
        """Return its questions."""
        return tuple(Question.from_data(one) for one in self.questions["questions"])

    @property
    def items(self) -> tuple[Item, ...]:
        """Return what is asked one by one."""
        return items_of(self.asks)

    def takes(self, now: datetime) -> bool:
        """Tell whether it may be answered at that moment."""
        return self.state is State.open and (self.closes_at is None or now < self.closes_at)

    def token(self, telegram_id: int) -> str:
        """Return what stands for somebody in this survey; raises ValueError once the key is destroyed."""
        if self.key is None:
            raise ValueError(f"survey {self.id} has no key any more")
        return hmac.new(self.key, str(telegram_id).encode(), sha256).hexdigest()

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the surveys the person made; which they answered nobody can say."""
        return cls.author_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Throw their drafts away; what others were asked stays, and is closed at its time."""
        del now
        return sa.delete(cls).where(cls.author_id == whom.id, cls.state == State.draft)


class Turnout(Entity):
    """That somebody has answered: a token, in the order of tokens and not of time."""

    __tablename__ = "survey_turnout"
    __table_args__ = ({"sqlite_with_rowid": False},)

    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"), primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(primary_key=True)


class Answer(Entity):
    """One person's answers, nobody's; ``hour`` is when they left the pool, ``place`` what enough people share."""

    __tablename__ = "survey_answers"
    __table_args__ = (sa.Index("ix_survey_answers_survey_id", "survey_id"), {"sqlite_with_rowid": False})

    id: Mapped[str] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"))
    hour: Mapped[datetime]
    place: Mapped[str] = mapped_column(default="")
    answers: Mapped[Json] = mapped_column(SealedJson("survey_answers.answers"))


class Pool(Entity):
    """What has been answered at a place and has not moved on: one row, shuffled and rewritten whole."""

    __tablename__ = "survey_pools"
    __table_args__ = ({"sqlite_with_rowid": False},)

    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"), primary_key=True, autoincrement=False)
    place: Mapped[str] = mapped_column(primary_key=True, default="")
    answers: Mapped[Json] = mapped_column(SealedJson("survey_pools.answers"), default_factory=lambda: {"answers": []})


async def get(db: Session, survey_id: int, *, lock: bool = False) -> Survey | None:
    """Return a survey; with ``lock`` nobody else changes it until this transaction ends."""
    return await single.get(db, Survey, survey_id, lock=lock)


async def by_link(db: Session, link: str) -> Survey | None:
    """Return the survey of a link."""
    return await db.scalar(sa.select(Survey).where(Survey.link == link))


async def by(db: Session, person_id: int | None, limit: int) -> Sequence[Survey]:
    """Return the surveys somebody made, or everybody's, the latest first."""
    query = sa.select(Survey).order_by(Survey.id.desc()).limit(limit)
    if person_id is not None:
        query = query.where(Survey.author_id == person_id)
    return (await db.scalars(query)).all()


async def add(db: Session, survey: Survey) -> Survey:
    """Keep a new survey; its id is known afterwards."""
    return await single.add(db, survey)


async def drop(db: Session, survey: Survey) -> None:
    """Throw a draft away."""
    await single.drop(db, survey)


async def start(db: Session, survey: Survey, now: datetime, closes_at: datetime) -> None:
    """Open it: it is not changed any more, and has its key."""
    survey.state, survey.opened_at, survey.closes_at = State.open, now, closes_at
    survey.key = secrets.token_bytes(32)
    await db.flush()


def new_link() -> str:
    """Return a word for a link that nobody can guess."""
    return secrets.token_urlsafe(12)


async def has_answered(db: Session, survey: Survey, telegram_id: int) -> bool:
    """Tell whether somebody has answered; only as long as it is open."""
    if survey.key is None:
        return False
    mine = (Turnout.survey_id == survey.id, Turnout.token == survey.token(telegram_id))
    return await db.scalar(sa.select(Turnout.survey_id).where(*mine)) is not None


async def cast(
    db: Session, survey: Survey, telegram_id: int, answers: dict[str, str], place: str, now: datetime
) -> bool:
    """Take somebody's answers; False when they have answered before: nothing is changed then. Lock the survey first."""
    token = {"survey_id": survey.id, "token": survey.token(telegram_id)}
    statement = insert_into(db, Turnout).values(token).on_conflict_do_nothing(index_elements=["survey_id", "token"])
    if (await db.execute(statement.returning(Turnout.survey_id))).first() is None:
        return False
    pool = await db.get(Pool, (survey.id, place))
    if pool is None:
        pool = Pool(survey_id=survey.id, place=place)
        db.add(pool)
    lying = [*pool.answers["answers"], {"place": place, "answers": answers}]
    _LOT.shuffle(lying)
    if len(lying) >= 2 * BATCH:
        await _move(db, survey, lying[:BATCH], now)
        lying = lying[BATCH:]
    pool.answers = {"answers": lying}
    survey.cast += 1
    return True


async def _move(db: Session, survey: Survey, lot: Sequence[Json], now: datetime) -> None:
    """Let answers leave the pool together: counted, and stored under numbers drawn by lot."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    tally = {place: {key: list(row) for key, row in here.items()} for place, here in survey.tally.items()}
    items = survey.items
    for one in lot:
        counted(tally, items, one["answers"], one["place"])
    survey.tally, survey.moved = tally, survey.moved + len(lot)
    rows = [{"id": secrets.token_hex(16), "survey_id": survey.id, "hour": hour} | one for one in lot]
    if rows:
        await db.execute(sa.insert(Answer), sorted(rows, key=lambda row: str(row["id"])))


async def overdue(db: Session, now: datetime) -> Sequence[int]:
    """Return the surveys that ought to have been closed: the timer that does it went with its author's chat."""
    late = Survey.closes_at < now - LATE
    return (await db.scalars(sa.select(Survey.id).where(Survey.state == State.open, late))).all()


async def close(db: Session, survey: Survey, now: datetime) -> None:
    """Close it: the pools move on, the key is destroyed, and with it who has answered."""
    pools = (await db.scalars(sa.select(Pool).where(Pool.survey_id == survey.id))).all()
    lot = [one for pool in pools for one in pool.answers["answers"]]
    await _move(db, survey, lot, now)
    for pool in pools:
        await db.delete(pool)
    await db.execute(sa.delete(Turnout).where(Turnout.survey_id == survey.id))
    if survey.reminder_id is not None:  # who was reminded is who had not answered
        await db.execute(sa.delete(Delivery).where(Delivery.notice_id == survey.reminder_id))
    survey.state, survey.closed_at, survey.key = State.closed, now, None
    await db.flush()


async def forget_reminder(db: Session, notice_id: int) -> None:
    """Forget whom a reminder went to: those are the people who had not answered by then."""
    gone = sa.and_(Delivery.notice_id == notice_id, Delivery.state != sa.literal_column("'queued'"))
    await db.execute(sa.delete(Delivery).where(gone))


async def silent(db: Session, survey: Survey) -> list[int]:
    """Return the people who were asked, got it, and have not answered; nothing of what anybody said."""
    if survey.key is None or survey.notice_id is None:
        return []
    query = sa.select(Person.id, Person.telegram_id).join(Delivery, Delivery.person_id == Person.id)
    query = query.where(Delivery.notice_id == survey.notice_id, Delivery.state == sa.literal_column("'sent'"))
    tokens = set(await db.scalars(sa.select(Turnout.token).where(Turnout.survey_id == survey.id)))
    return [
        person
        for person, telegram_id in await db.execute(query)
        if telegram_id is not None and survey.token(telegram_id) not in tokens
    ]


async def reminded_by(db: Session, notice: Notice) -> bool:
    """Tell whether a notice is a survey's reminder: who got it had not answered by then, and nobody is told that."""
    survey = await get(db, int(notice.body.get("survey", 0)))
    return survey is not None and survey.notice_id != notice.id


async def too_like(db: Session, survey: Survey, people: Collection[int]) -> int:
    """Return by how few people this audience differs from that of another survey that asks the same, 0 for none.

    Two results side by side would tell what the few said of whom only one of the two was asked.
    """
    query = sa.select(Survey.notice_id, Survey.questions).where(
        Survey.id != survey.id, Survey.state != State.draft, Survey.notice_id.is_not(None)
    )
    asked = {row["text"]: row for row in survey.questions["questions"]}
    for notice_id, questions in await db.execute(query.order_by(Survey.id.desc()).limit(COMPARED)):
        if not any(asked.get(row["text"]) == row for row in questions["questions"] if row["kind"] != TEXT):
            continue
        others = set(await db.scalars(sa.select(Delivery.person_id).where(Delivery.notice_id == notice_id)))
        apart = len(others ^ set(people))
        if others & set(people) and 0 < apart < survey.least:
            return apart
    return 0


async def was_asked(db: Session, survey: Survey, person_id: int) -> bool:
    """Tell whether somebody is among those the survey was sent to."""
    query = sa.select(Delivery.person_id).where(Delivery.notice_id == survey.notice_id, Delivery.person_id == person_id)
    return survey.notice_id is not None and await db.scalar(query) is not None


async def words(db: Session, survey: Survey, key: str) -> list[str]:
    """Return what was answered in words to one item, shuffled; only of what has left the pool."""
    found = await db.scalars(sa.select(Answer.answers).where(Answer.survey_id == survey.id))
    said = [str(one[key]) for one in found if one.get(key)]
    _LOT.shuffle(said)
    return said
