"""What every table has in common: the base class, its column types, and what an entity says about a person.

Entities import this module and nothing heavier, so that each aggregate can be read alone. It knows no engine, no
connection and no query of any table.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Any, ClassVar, dataclass_transform

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, mapped_column, relationship

Session = AsyncSession
"""One transaction's view of the database; made by ``Database.begin`` or ``Database.read``, never by hand."""

Json = dict[str, Any]

LARGEST = 2**63 - 1
"""No whole number that a database keeps is larger."""


class Moment(sa.TypeDecorator[datetime]):
    """An aware UTC moment on both databases; a naive one is refused, because nobody knows what it means."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Turn any aware moment into UTC; SQLite stores it without the zone so that text order is time order."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give the moment its zone back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(sa.TypeDecorator[str]):
    """Text as people send it: NUL and lone surrogates, which no database takes, do not make a turn fail."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Drop NUL and put U+FFFD for half a surrogate pair."""
        del dialect
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """Return the text as both databases will keep it: without NUL, half surrogates replaced by U+FFFD."""
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", "")


@dataclass(frozen=True, slots=True)
class Whom:
    """The person an export or an erasure is about; in a private chat Telegram's id is the chat's id too."""

    id: int
    telegram_id: int | None


def _values(kind: type[Enum]) -> list[str]:
    return [str(one.value) for one in kind]


BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""64 bits on both; SQLite numbers rows by itself only for a column called INTEGER, which holds 64 bits there."""


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column, relationship))
class Entity(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """A row that knows its own rules.

    JSON is PostgreSQL's ``json``, not ``jsonb``: it keeps every string Telegram can send, NUL and half surrogates
    included. A JSON value is replaced, never changed in place (changes inside are not seen).
    """

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BIG,
        str: Words(),
        datetime: Moment(),
        date: sa.Date(),
        float: sa.Double(),
        Json: sa.JSON(none_as_null=True),
        list[str]: sa.JSON(none_as_null=True),
        StrEnum: sa.Enum(StrEnum, native_enum=False, length=20, values_callable=_values, create_constraint=False),
    }
    secret: ClassVar[frozenset[str]] = frozenset()
    """Columns that an export leaves out."""

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool] | None:
        """Say which rows are stored about a person; None: this table never says anything about anyone."""
        del whom
        return None

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update | sa.Delete | None:
        """Say how those rows lose what points to the person; None: they stay, as records of the work."""
        del whom, now
        return None

    def as_data(self) -> dict[str, object]:
        """Return the row as plain JSON data, moments and dates as ISO text."""
        keys = [column.key for column in sa.inspect(type(self)).column_attrs if column.key not in self.secret]
        return {key: _plain(getattr(self, key)) for key in keys}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def insert_into(db: Session, entity: type[Entity]) -> postgresql.Insert | sqlite.Insert:
    """Begin an INSERT that can say ON CONFLICT, in the words of this session's database."""
    if db.get_bind().dialect.name == "postgresql":
        return postgresql.insert(entity)
    return sqlite.insert(entity)
