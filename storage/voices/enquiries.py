"""Enquiries: what people ask from below, who has to answer and by when, the answer and who agreed to it.

An answer never goes out by itself: it is proposed and, where the policy says collectively, agreed to by somebody else
first. What was asked and answered is sealed where there is a key, for people ask in their own words.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage import single
from storage.entity import Entity, Json, Session, Whom
from storage.vault.sealed import SealedJson


class State(StrEnum):
    """Where an enquiry stands; ``proposed``: there is an answer, and somebody else has to agree to it."""

    open = "open"
    proposed = "proposed"
    answered = "answered"
    withdrawn = "withdrawn"


class NotAlone(Exception):
    """Whoever proposed the answer may not agree to it."""


class Enquiry(Entity):
    """One enquiry. ``question`` and ``answer`` are {"words": …}; ``item_id`` is what the answer rests on.

    ``group_id`` is who has to answer now, None for the office; ``published_id`` the library item made of it.
    """

    __tablename__ = "enquiries"
    __table_args__ = (
        sa.Index("ix_enquiries_asker_id", "asker_id"),
        sa.Index("ix_enquiries_group_id", "group_id", "state"),
        sa.Index("ix_enquiries_campaign_id", "campaign_id", "state"),
        sa.Index("ix_enquiries_unit_id", "unit_id"),
        sa.Index("ix_enquiries_answered_by", "answered_by"),
        sa.Index("ix_enquiries_agreed_by", "agreed_by"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"))
    asker_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("units.id"), default=None)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), default=None)
    state: Mapped[State] = mapped_column(default=State.open)
    question: Mapped[Json] = mapped_column(SealedJson("enquiries.question"))
    answer: Mapped[Json | None] = mapped_column(SealedJson("enquiries.answer"), default=None)
    item_id: Mapped[int | None] = mapped_column(default=None)
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    passed_up_at: Mapped[datetime | None] = mapped_column(default=None)
    proposed_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    agreed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    published_id: Mapped[int | None] = mapped_column(default=None)

    @property
    def waits(self) -> bool:
        """Whether it still has to be answered."""
        return self.state in (State.open, State.proposed)

    def propose(self, words: str, item_id: int | None, by: int, now: datetime) -> None:
        """Propose an answer; another one takes the place of an earlier proposal. ValueError once it is answered."""
        if not self.waits:
            raise ValueError(f"enquiry {self.id} is {self.state}")
        self.state, self.answer, self.item_id = State.proposed, {"words": words}, item_id
        self.answered_by, self.proposed_at, self.agreed_by = by, now, None

    def agree(self, by: int, now: datetime, *, collectively: bool) -> None:
        """Let the proposed answer go; raises NotAlone where another has to agree, ValueError when there is none."""
        if self.state is not State.proposed:
            raise ValueError(f"enquiry {self.id} is {self.state}")
        if collectively and by == self.answered_by:
            raise NotAlone
        self.state, self.answered_at = State.answered, now
        self.agreed_by = by if by != self.answered_by else None

    def pass_up(self, due_on: date, now: datetime) -> None:
        """Have the office answer; a proposal of the group is dropped."""
        self.group_id, self.passed_up_at, self.due_on = None, now, due_on
        self.state, self.answer, self.item_id = State.open, None, None
        self.answered_by, self.proposed_at = None, None

    def withdraw(self) -> None:
        """Take it back; raises ValueError once it is answered."""
        if not self.waits:
            raise ValueError(f"enquiry {self.id} is {self.state}")
        self.state = State.withdrawn

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person asked, answered or agreed to."""
        return sa.or_(cls.asker_id == whom.id, cls.answered_by == whom.id, cls.agreed_by == whom.id)


async def get(db: Session, enquiry_id: int, *, lock: bool = False) -> Enquiry | None:
    """Return an enquiry; with ``lock`` nobody else changes it until this transaction ends."""
    return await single.get(db, Enquiry, enquiry_id, lock=lock)


async def add(db: Session, enquiry: Enquiry) -> Enquiry:
    """Keep a new enquiry; its id is known afterwards."""
    return await single.add(db, enquiry)


async def asked_by(db: Session, person_id: int, limit: int) -> Sequence[Enquiry]:
    """Return what somebody asked, the latest first."""
    query = sa.select(Enquiry).where(Enquiry.asker_id == person_id).order_by(Enquiry.id.desc())
    return (await db.scalars(query.limit(limit))).all()


async def waiting(
    db: Session, *, groups: Collection[int] = (), office: bool = False, campaign_id: int | None = None
) -> Sequence[Enquiry]:
    """Return what is to be answered by these groups, by the office, or by anybody of a campaign, by day due."""
    waits = Enquiry.state.in_((State.open, State.proposed))
    if campaign_id is not None:
        whose = Enquiry.campaign_id == campaign_id
    else:
        whose = Enquiry.group_id.in_(groups)
        whose = sa.or_(whose, Enquiry.group_id.is_(None)) if office else whose
    return (await db.scalars(sa.select(Enquiry).where(waits, whose).order_by(Enquiry.due_on, Enquiry.id))).all()


async def answered(db: Session, *, groups: Collection[int], office: bool, limit: int) -> Sequence[Enquiry]:
    """Return what these groups have answered, for the office all that was, the latest first."""
    query = sa.select(Enquiry).where(Enquiry.state == State.answered)
    if not office:
        query = query.where(Enquiry.group_id.in_(groups))
    return (await db.scalars(query.order_by(Enquiry.answered_at.desc(), Enquiry.id.desc()).limit(limit))).all()
