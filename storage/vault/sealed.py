"""Columns whose values are sealed on their way into the database and opened on their way out of it.

A database is given its keyring once (:func:`give`); it belongs to the engine, so two databases in one process never
share keys. Without a keyring JSON is stored as it is, so the bot also works without any key; bytes in a column that
is always sealed are then refused. What cannot be opened never fails a query: it comes back as :class:`Unreadable`.
"""

import base64
import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.operators import OperatorType

from storage.entity import Json, Session
from storage.vault.sealing import CannotOpen, Damaged, Keyring, NoKey, is_sealed

MARK = "x1:"
"""How a sealed value begins where its column holds JSON: an object was never sealed, a string with this was."""

_ATTRIBUTE = "xundu_keyring"


class Unreadable(dict[str, Any]):
    """Stands for a JSON value that is there and does not open; ``why`` is a CannotOpen."""

    def __init__(self, why: CannotOpen) -> None:
        super().__init__()
        self.why = why


def readable(value: Json | None) -> Json:
    """Return a JSON value, {} for none; raises the CannotOpen of one that does not open."""
    if isinstance(value, Unreadable):
        raise value.why
    return value or {}


def give(engine: sa.Engine, keyring: Keyring | None) -> None:
    """Let an engine's sealed columns use these keys."""
    setattr(engine.dialect, _ATTRIBUTE, keyring)


def keys(db: Session) -> Keyring | None:
    """Return the keys of a session's database."""
    return _of(db.get_bind().dialect)


def need(db: Session) -> Keyring:
    """Return the keys of a session's database; raises NoKey when it has none."""
    found = keys(db)
    if found is None:
        raise NoKey
    return found


def _of(dialect: sa.Dialect) -> Keyring | None:
    found: Keyring | None = getattr(dialect, _ATTRIBUTE, None)
    return found


def wrapped(sealed: bytes) -> str:
    """Write sealed bytes as they stand in a column of JSON."""
    return MARK + base64.b64encode(sealed).decode()


def unwrapped(value: str) -> bytes:
    """Read what :func:`wrapped` wrote."""
    return base64.b64decode(value.removeprefix(MARK))


def sealed_json(keyring: Keyring, value: Json, purpose: str) -> str:
    """Return a JSON value sealed, as it stands in its column."""
    return wrapped(keyring.seal(json.dumps(value, separators=(",", ":")).encode(), purpose))


class SealedJson(sa.TypeDecorator[Json]):
    """A JSON object, sealed for ``purpose`` where there is a key and as it is where there is none."""

    impl = sa.JSON
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__(none_as_null=True)
        self.purpose = purpose

    def process_bind_param(self, value: Json | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401 - JSON
        """Seal the value."""
        keyring = _of(dialect)
        return value if value is None or keyring is None else sealed_json(keyring, value, self.purpose)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Json | None:  # noqa: ANN401 - JSON
        """Open the value; what was stored before there was a key is as it was."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return] # an object, or nothing
        keyring = _of(dialect)
        if keyring is None:
            return Unreadable(CannotOpen("sealed, and there is no key"))
        try:
            opened: Json = json.loads(keyring.open(unwrapped(value), self.purpose))
        except (CannotOpen, ValueError) as why:
            return Unreadable(why if isinstance(why, CannotOpen) else Damaged("not what was sealed"))
        return opened

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> Any:  # noqa: ANN401 - as SQLAlchemy has it
        """Compare as JSON does."""
        return self.impl_instance.coerce_compared_value(op, value)


class SealedBytes(sa.TypeDecorator[bytes]):
    """Bytes that a keyring has sealed for ``purpose``; they come out as they are, and whoever may opens them."""

    impl = sa.LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: bytes | None, dialect: sa.Dialect) -> bytes | None:
        """Refuse what is not sealed: a mistake must not store it in clear."""
        del dialect
        if value is not None and not is_sealed(value):
            raise ValueError("what is not sealed was to be stored as sealed")
        return value
