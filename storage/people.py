"""People and the roles they hold; what is stored about a person can be handed over and erased here.

Who may do what with a role is decided in handlers/access.py, not here.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from storage.entity import Entity, Session, Whom


class Role(StrEnum):
    """What a person is to the campaign."""

    admin = "admin"
    office = "office"
    leader = "leader"
    deputy = "deputy"
    inspector = "inspector"
    liaison = "liaison"
    contact = "contact"
    member = "member"


FIELD = frozenset({Role.leader, Role.deputy, Role.inspector, Role.liaison})
"""Roles of those who go on visits."""


class Appointment(Entity):
    """One role of one person, perhaps in a group or for a unit, from ``since`` until ``until`` (None: for good).

    Both moments may lie ahead: a role can be given from next week on, or end with the month.
    """

    __tablename__ = "roles"
    __table_args__ = (
        sa.Index("ix_roles_person_id", "person_id"),
        sa.Index("ix_roles_role", "role", "group_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), init=False)
    role: Mapped[Role]
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), default=None)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("units.id"), default=None)
    since: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(default=None)

    def held(self, now: datetime) -> bool:
        """Tell whether the role is held at that moment: whatever asks who somebody is asks this, or :meth:`holding`."""
        return self.since <= now and not self.over(now)

    def over(self, now: datetime) -> bool:
        """Tell whether the role has ended at that moment."""
        return self.until is not None and self.until <= now

    @classmethod
    def holding(cls, now: datetime) -> sa.ColumnElement[bool]:
        """Name the roles held at that moment: :meth:`held` in the words of a query."""
        return sa.and_(cls.since <= now, cls.lasting(now))

    @classmethod
    def lasting(cls, now: datetime) -> sa.ColumnElement[bool]:
        """Name the roles that have not ended at that moment, whether they have begun or not."""
        return sa.or_(cls.until.is_(None), cls.until > now)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the person's own roles, past ones too."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """End them, those that have yet to begin too."""
        return sa.update(cls).where(cls.person_id == whom.id, cls.lasting(now)).values(until=now)


class Person(Entity):
    """Someone who was let in. ``telegram_id`` is None once erased; the row stays, so that records keep their author."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    telegram_id: Mapped[int | None] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="zh_CN")
    language_chosen: Mapped[bool] = mapped_column(default=False)
    blocked_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None] = mapped_column(default=None)
    roles: Mapped[list[Appointment]] = relationship(
        default_factory=list, lazy="raise", order_by=Appointment.id, cascade="save-update, merge"
    )

    def roles_now(self, now: datetime) -> list[Appointment]:
        """Return the roles held at that moment."""
        return [one for one in self.roles if one.held(now)]

    def has(self, now: datetime, *roles: Role, group_id: int | None = None) -> bool:
        """Tell whether the person holds one of the roles at that moment (in that group, when one is given)."""
        return any(one.role in roles and group_id in (None, one.group_id) for one in self.roles_now(now))

    def appoint(self, role: Role, now: datetime, *, group_id: int | None = None, unit_id: int | None = None) -> None:
        """Give the person a role from now on, for good.

        One that is held is not given twice: it loses its end, and one that was to begin later begins now.
        """
        for one in self.roles:
            if (one.role, one.group_id, one.unit_id) == (role, group_id, unit_id) and not one.over(now):
                one.since, one.until = min(one.since, now), None
                return
        self.roles.append(Appointment(role=role, since=now, group_id=group_id, unit_id=unit_id))

    def dismiss(self, role: Role, now: datetime, *, group_id: int | None = None) -> None:
        """End a role of the person, everywhere or in one group; one that has yet to begin never will."""
        for one in self.roles:
            if one.role is role and group_id in (None, one.group_id) and not one.over(now):
                one.until = now

    def speak(self, language: str) -> None:
        """Take the language the person chose; from then on Telegram's own code no longer changes it."""
        self.language, self.language_chosen = language, True

    def blocked(self, now: datetime) -> None:
        """Note that the person has shut the bot out; the first time counts."""
        self.blocked_at = self.blocked_at or now

    def unblocked(self) -> None:
        """Note that the person writes again."""
        self.blocked_at = None

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the person."""
        return cls.id == whom.id


# Put together once: asked in every turn.
_WITH_ROLES = sa.select(Person).options(joinedload(Person.roles))
_BY_TELEGRAM = _WITH_ROLES.where(Person.telegram_id == sa.bindparam("known_by"))
_BY_ID = _WITH_ROLES.where(Person.id == sa.bindparam("known_by"))


async def by_telegram(db: Session, telegram_id: int) -> Person | None:
    """Return the person with that Telegram id, roles loaded, or None for a stranger."""
    return await _one(db, _BY_TELEGRAM, telegram_id)


async def by_id(db: Session, person_id: int) -> Person | None:
    """Return a person, roles loaded."""
    return await _one(db, _BY_ID, person_id)


async def _one(db: Session, query: sa.Select[Person], known_by: int) -> Person | None:
    found = await db.scalars(query, {"known_by": known_by})
    return found.unique().one_or_none()


async def with_role(db: Session, role: Role, now: datetime, group_id: int | None = None) -> list[Person]:
    """Return everyone who holds the role at that moment (in that group, when one is given), roles loaded, by id."""
    holds = sa.select(Appointment.person_id).where(Appointment.role == role, Appointment.holding(now))
    if group_id is not None:
        holds = holds.where(Appointment.group_id == group_id)
    query = sa.select(Person).where(Person.id.in_(holds), Person.erased_at.is_(None)).order_by(Person.id)
    return list((await db.scalars(query.options(joinedload(Person.roles)))).unique())


async def at_work(db: Session, group_ids: Collection[int], now: datetime) -> list[Person]:
    """Return who works in one of these groups at that moment, or in the office, roles loaded; no contact or member."""
    holds = sa.select(Appointment.person_id).where(
        Appointment.role.in_(FIELD | {Role.admin, Role.office}),
        Appointment.holding(now),
        sa.or_(Appointment.group_id.is_(None), Appointment.group_id.in_(group_ids)),
    )
    query = sa.select(Person).where(Person.id.in_(holds), Person.erased_at.is_(None)).order_by(Person.id)
    return list((await db.scalars(query.options(joinedload(Person.roles)))).unique())


async def lock_role(db: Session, role: Role, now: datetime) -> None:
    """Keep everyone from taking the role away until this transaction ends; ask who holds it afterwards."""
    query = sa.select(Appointment.id).where(Appointment.role == role, Appointment.holding(now))
    await db.execute(query.order_by(Appointment.id).with_for_update())


async def known(db: Session, telegram_ids: Collection[int]) -> set[int]:
    """Return those of the Telegram ids that belong to somebody who was let in."""
    return set(await db.scalars(sa.select(Person.telegram_id).where(Person.telegram_id.in_(telegram_ids))))


async def names(db: Session, ids: set[int]) -> dict[int, str]:
    """Return the names of people by id; an erased one has the name ''."""
    found = await db.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids)))
    return dict(found.all())


def _entities() -> list[type[Entity]]:
    mapped = [mapper.class_ for mapper in Entity.registry.mappers]
    return sorted((one for one in mapped if issubclass(one, Entity)), key=lambda one: one.__tablename__)


async def export(db: Session, person: Person) -> dict[str, list[dict[str, object]]]:
    """Return everything stored about a person as plain JSON data: table name -> rows, empty ones left out."""
    whom = Whom(id=person.id, telegram_id=person.telegram_id)
    found: dict[str, list[dict[str, object]]] = {}
    for entity in _entities():
        which = entity.about(whom)
        if which is None:
            continue
        rows = await db.scalars(sa.select(entity).where(which))
        if data := [row.as_data() for row in rows.unique()]:
            found[entity.__tablename__] = data
    return found


async def erase(db: Session, person: Person, now: datetime) -> None:
    """Erase a person: name, Telegram id, conversation and roles go; what was recorded in the work stays, unnamed."""
    whom = Whom(id=person.id, telegram_id=person.telegram_id)
    await db.flush()
    for entity in _entities():
        statement = entity.forget(whom, now)
        if statement is not None:
            await db.execute(statement)
    person.telegram_id, person.name, person.erased_at = None, "", now
    await db.flush()
