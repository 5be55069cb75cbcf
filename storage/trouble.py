"""The database's trouble, told from mistakes in what was asked of it. Knows how to name it, not how to mend it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from storage import engines

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator


class Unavailable(Exception):
    """The database cannot be reached, is locked by another process or is full: nothing was written, try again."""


async def reached(connecting: Awaitable[object]) -> None:
    """Get the connection before anything is asked, so that a failure to connect is told from one of the body."""
    try:
        await connecting
    except DBAPIError:
        raise
    except Exception as error:  # whatever the driver raises while it connects: refused, starting up, timed out
        raise Unavailable(str(error)) from error


@contextmanager
def trouble(*connecting: type[Exception]) -> Iterator[None]:
    """Raise :class:`Unavailable` for trouble that passes by itself, and for ``connecting`` errors."""
    try:
        yield
    except connecting as error:
        raise Unavailable(str(error)) from error
    except DBAPIError as error:
        if engines.passes(error):
            raise Unavailable(str(error.orig)) from error
        raise
