"""Quizzes: what everybody who goes on visits has to know, who has passed, and whom a leader let go without.

Only the outcome is kept: how often it was tried, the best of it, when it was passed. Which question somebody got wrong
is nobody's business and stays nowhere.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage import single
from storage.entity import Entity, Json, Session, Whom
from supervision.quiz import Question, needed


class State(StrEnum):
    """Where a quiz stands."""

    draft = "draft"
    open = "open"
    closed = "closed"


class Quiz(Entity):
    """One quiz. ``questions`` is {"questions": [...]} as supervision/quiz.py has them, ``mark`` in per cent.

    ``round_id``: whoever has not passed does not start a visit of that round; None: it keeps nobody back.
    """

    __tablename__ = "quizzes"
    __table_args__ = (
        sa.Index("ix_quizzes_author_id", "author_id"),
        sa.Index("ix_quizzes_round_id", "round_id", "state"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    state: Mapped[State] = mapped_column(default=State.draft)
    title: Mapped[str] = mapped_column(default="")
    questions: Mapped[Json] = mapped_column(default_factory=lambda: {"questions": []})
    mark: Mapped[int] = mapped_column(default=80)
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rounds.id"), default=None)
    notice_id: Mapped[int | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def asks(self) -> tuple[Question, ...]:
        """Return its questions."""
        return tuple(Question.from_data(one) for one in self.questions["questions"])

    @property
    def needed(self) -> int:
        """Return how many right answers pass it."""
        return needed(len(self.questions["questions"]), self.mark)

    def open(self, now: datetime) -> None:
        """Open it: from now on its questions stand; raises ValueError a second time."""
        if self.state is not State.draft:
            raise ValueError(f"quiz {self.id} is {self.state}")
        self.state, self.opened_at = State.open, now

    def close(self, now: datetime) -> None:
        """Close it: it keeps nobody back any more."""
        self.state, self.closed_at = State.closed, now

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the quizzes the person made."""
        return cls.author_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Throw their drafts away; one that was opened is a record of the work and stays."""
        del now
        return sa.delete(cls).where(cls.author_id == whom.id, cls.state == State.draft)


class QuizResult(Entity):
    """How one person stands with one quiz. ``waived_by`` is who let them go without it, ``reason`` why."""

    __tablename__ = "quiz_results"
    __table_args__ = (
        sa.Index("ix_quiz_results_person_id", "person_id"),
        sa.Index("ix_quiz_results_waived_by", "waived_by"),
    )

    quiz_id: Mapped[int] = mapped_column(sa.ForeignKey("quizzes.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True, autoincrement=False)
    tries: Mapped[int] = mapped_column(default=0)
    best: Mapped[int] = mapped_column(default=0)
    passed_at: Mapped[datetime | None] = mapped_column(default=None)
    waived_at: Mapped[datetime | None] = mapped_column(default=None)
    waived_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    reason: Mapped[str] = mapped_column(default="")

    @property
    def clear(self) -> bool:
        """Whether the person may go: passed, or let go without."""
        return self.passed_at is not None or self.waived_at is not None

    def tried(self, right: int, needed_right: int, now: datetime) -> None:
        """Take one try; the best one counts, and passed stays passed."""
        self.tries, self.best = self.tries + 1, max(self.best, right)
        if right >= needed_right and self.passed_at is None:
            self.passed_at = now

    def waive(self, by: int, reason: str, now: datetime) -> None:
        """Let the person go without it."""
        self.waived_at, self.waived_by, self.reason = now, by, reason

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the person's own results, and those of whom they let go."""
        return sa.or_(cls.person_id == whom.id, cls.waived_by == whom.id)

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """Keep that they were let go, and forget why: what was said about them."""
        del now
        return sa.update(cls).where(cls.person_id == whom.id).values(reason="")


async def get(db: Session, quiz_id: int, *, lock: bool = False) -> Quiz | None:
    """Return a quiz; with ``lock`` nobody else changes it until this transaction ends."""
    return await single.get(db, Quiz, quiz_id, lock=lock)


async def add(db: Session, quiz: Quiz) -> Quiz:
    """Keep a new quiz; its id is known afterwards."""
    return await single.add(db, quiz)


async def drop(db: Session, quiz: Quiz) -> None:
    """Throw a draft away."""
    await single.drop(db, quiz)


async def latest(db: Session, limit: int, *, drafts_of: int | None = None) -> Sequence[Quiz]:
    """Return the quizzes that are or were open, and somebody's own drafts, the latest first."""
    seen = sa.or_(Quiz.state != State.draft, Quiz.author_id == (drafts_of or 0))
    return (await db.scalars(sa.select(Quiz).where(seen).order_by(Quiz.id.desc()).limit(limit))).all()


async def result(db: Session, quiz_id: int, person_id: int) -> QuizResult:
    """Return how somebody stands with a quiz, to be changed; a new row for whoever has none yet."""
    found = await db.get(QuizResult, (quiz_id, person_id), with_for_update=True)
    if found is None:
        found = QuizResult(quiz_id=quiz_id, person_id=person_id)
        db.add(found)
        await db.flush()
    return found


async def results(db: Session, quiz_id: int, person_ids: Collection[int]) -> dict[int, QuizResult]:
    """Return how people stand with a quiz, by person; whoever has not tried has no entry."""
    which = (QuizResult.quiz_id == quiz_id, QuizResult.person_id.in_(person_ids))
    return {one.person_id: one for one in await db.scalars(sa.select(QuizResult).where(*which))}


async def keeping_back(db: Session, round_id: int, person_id: int) -> Quiz | None:
    """Return the first open quiz that keeps this person from starting a visit of the round, None when none does."""
    clear = sa.exists().where(
        QuizResult.quiz_id == Quiz.id,
        QuizResult.person_id == person_id,
        sa.or_(QuizResult.passed_at.is_not(None), QuizResult.waived_at.is_not(None)),
    )
    query = sa.select(Quiz).where(Quiz.round_id == round_id, Quiz.state == State.open, ~clear)
    return await db.scalar(query.order_by(Quiz.id).limit(1))
