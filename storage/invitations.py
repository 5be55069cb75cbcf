"""Invitations: the only way in. A link works once, for one person, until it expires.

Only the hash of a token is stored: a stolen database lets nobody in.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage import people
from storage.entity import Entity, Session, Whom
from storage.giving import may_give
from storage.people import Person, Role

PREFIX = "i_"
_RANDOM_BYTES = 16  # 22 characters of base64url: with the prefix far below the 64 of a deep link


class InvitationError(Exception):
    """The invitation lets nobody in."""


class InvitationUnknown(InvitationError):
    """There is no such invitation, or it was taken back."""


class InvitationExpired(InvitationError):
    """The invitation's time is over."""


class InvitationUsed(InvitationError):
    """The invitation has been used; ``by`` is the id of whoever used it."""

    def __init__(self, by: int | None) -> None:
        super().__init__("the invitation has been used")
        self.by = by


class Invitation(Entity):
    """A way in for one person, with the role, group and unit they will have."""

    __tablename__ = "invitations"
    secret = frozenset({"token_hash"})

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role]
    name: Mapped[str]
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), default=None)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("units.id"), default=None)
    language: Mapped[str | None] = mapped_column(default=None)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    used_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)

    def check(self, now: datetime) -> None:
        """Raise an :class:`InvitationError` unless the invitation can be used at that moment."""
        if self.revoked_at is not None:
            raise InvitationUnknown
        if self.used_at is not None:
            raise InvitationUsed(self.used_by)
        if now >= self.expires_at:
            raise InvitationExpired

    def revoke(self, now: datetime) -> None:
        """Take the invitation back, if nobody has used it."""
        if self.used_at is None:
            self.revoked_at = self.revoked_at or now

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the invitations a person used or made."""
        return sa.or_(cls.used_by == whom.id, cls.created_by == whom.id)

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """Drop the name of the one it was for."""
        del now
        return sa.update(cls).where(cls.used_by == whom.id).values(name="")


def hash_of(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def create(
    db: Session,
    *,
    role: Role,
    name: str,
    now: datetime,
    lifetime: timedelta,
    group_id: int | None = None,
    unit_id: int | None = None,
    language: str | None = None,
    created_by: int | None = None,
) -> tuple[Invitation, str]:
    """Make an invitation and its token, which fits a deep link and is never to be had again."""
    token = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    invitation = Invitation(
        token_hash=hash_of(token),
        role=role,
        name=name,
        group_id=group_id,
        unit_id=unit_id,
        language=language,
        created_by=created_by,
        created_at=now,
        expires_at=now + lifetime,
    )
    db.add(invitation)
    await db.flush()
    return invitation, token


async def get(db: Session, invitation_id: int, *, lock: bool = False) -> Invitation | None:
    """Return one invitation; with ``lock`` nobody uses it until this transaction ends."""
    query = sa.select(Invitation).where(Invitation.id == invitation_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await db.scalar(query)


async def made_by(db: Session, person_id: int, limit: int = 20) -> Sequence[Invitation]:
    """Return the invitations a person made, the latest first."""
    query = sa.select(Invitation).where(Invitation.created_by == person_id).order_by(Invitation.id.desc())
    return (await db.scalars(query.limit(limit))).all()


async def _stands(db: Session, invitation: Invitation, now: datetime) -> bool:
    """Tell whether whoever made an invitation could make it now; what the operator made always stands."""
    if invitation.created_by is None:
        return True
    maker = await people.by_id(db, invitation.created_by)
    return maker is not None and may_give(maker.roles_now(now), invitation.role, invitation.group_id)


async def redeem(db: Session, token: str, telegram_id: int, name: str, language: str, now: datetime) -> Person:
    """Let someone in: return the new person, or the known one with the further role.

    ``name`` and ``language`` are Telegram's and count only where the invitation says nothing. Raises
    :class:`InvitationUnknown`, :class:`InvitationExpired` or :class:`InvitationUsed`. Of two at once, one gets in.
    """
    query = sa.select(Invitation).where(Invitation.token_hash == hash_of(token)).with_for_update()
    invitation = await db.scalar(query.execution_options(populate_existing=True))
    if invitation is None:
        raise InvitationUnknown
    invitation.check(now)
    if not await _stands(db, invitation, now):
        raise InvitationUnknown
    person = await people.by_telegram(db, telegram_id)
    if person is None:
        person = Person(
            telegram_id=telegram_id,
            name=invitation.name or name,
            language=invitation.language or language,
            created_at=now,
        )
        db.add(person)
    person.unblocked()
    person.appoint(invitation.role, now, group_id=invitation.group_id, unit_id=invitation.unit_id)
    await db.flush()
    invitation.used_at, invitation.used_by = now, person.id
    return person
