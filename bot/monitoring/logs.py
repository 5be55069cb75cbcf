"""What is logged, and what never is: no token, no URL with one, no name, nothing that people wrote.

Our own modules log ids only. Libraries cannot be trusted to: several put the Bot API's URL, and with it the token, or
the values of a statement into debug lines and error messages. So they are kept at warnings, and the formatters take
tokens out of whatever is left. An exception's words may quote what somebody wrote, so of an exception only its kind and
the places it passed are written; those of the operating system and the network keep their words, which are about
machines.

Text is for people, JSON (one object a line) for whatever collects logs. It is the standard library's: lines are few,
and nothing is bound to a context that would make a library for it worth having.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

_TOKEN = re.compile(r"\d{3,20}(?::|%3A)[A-Za-z0-9_-]{35}")
OURS = ("bot", "handlers", "supervision", "forms", "storage", "reports", "sandbox")
"""Whose records may be less than a warning: not even a library that nobody has heard of yet may chat."""

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; anything else was given as ``extra`` and is a field of its own."""

TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def redacted(text: str) -> str:
    """Return the text with every bot token replaced by ``<token>``."""
    return _TOKEN.sub("<token>", text)


def told(error: BaseException) -> str:
    """Return the kind of an error, with its words only where they cannot be anybody's."""
    kind = type(error).__name__
    return f"{kind}: {error}" if isinstance(error, OSError) else kind


def trace(error: BaseException) -> str:
    """Return where an error and what led to it passed, innermost last, as Python shows it but without their words."""
    parts = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        parts.append(trace(cause) + "\nwhich led to:\n")
    parts += traceback.format_tb(error.__traceback__)
    parts.append(told(error))
    if isinstance(error, BaseExceptionGroup):
        parts += [f"\none of them:\n{trace(one)}" for one in error.exceptions]
    return "".join(parts)


def _message(record: logging.LogRecord) -> str:
    """Return what a record says. asyncio adds the task and, with it, its exception's words: those are cut off."""
    said = record.getMessage()
    return said.partition("\n")[0] if record.name == "asyncio" else said


class Text(logging.Formatter):
    """Formats a record as a line for people, its traceback below it."""

    def __init__(self) -> None:
        super().__init__(TEXT)

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished text."""
        record.exc_text = None  # another handler's formatter may have left the words there
        return redacted(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name logging gives it
        """Return the line itself."""
        record.message = _message(record)
        return super().formatMessage(record)

    def formatException(  # noqa: N802 - the name logging gives it
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Return the traceback without anybody's words."""
        return trace(ei[1]) if ei[1] is not None else ""


class Json(logging.Formatter):
    """Formats a record as one JSON object: when, how bad, who says it, what, and the ids in it by name or in order."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object, on one line. ``event`` is the same for every record of one kind, ``message`` is not."""
        data: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": str(record.msg).partition("\n")[0],
            "message": _message(record),
        }
        data |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info and record.exc_info[1] is not None:
            data |= {"error": told(record.exc_info[1]), "trace": trace(record.exc_info[1])}
        return redacted(json.dumps(data, ensure_ascii=False, default=str))


FORMATS = {"text": Text, "json": Json}


def configure(level: str, form: str = "text") -> None:
    """Send our log to stderr from ``level`` on, and of the libraries what they warn of; ``form`` as in FORMATS."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMATS[form]())
    logging.basicConfig(level=max(logging.WARNING, logging.getLevelName(level)), handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    # A tick that is still at it when the next is due is no event worth a warning every second.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
