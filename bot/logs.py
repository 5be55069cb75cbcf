"""What is logged, and what never is: no token, no URL with one, nothing that people wrote.

Our own modules log ids only. Libraries cannot be trusted to: several put the Bot API's URL, and with it the token, into
debug lines and error messages. So they are kept at warnings, and the formatter takes tokens out of whatever is left.
"""

from __future__ import annotations

import logging
import re
import sys

_TOKEN = re.compile(r"\d{3,20}(?::|%3A)[A-Za-z0-9_-]{35}")
_CHATTY = ("aiogram", "alembic", "aiohttp", "asyncio", "httpcore", "httpx", "sqlalchemy", "telegram", "urllib3")


def redacted(text: str) -> str:
    """Return the text with every bot token replaced by ``<token>``."""
    return _TOKEN.sub("<token>", text)


class Redacting(logging.Formatter):
    """Formats a record as a line, its traceback too, without tokens."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished text."""
        return redacted(super().format(record))


def configure(level: str) -> None:
    """Send our log to stderr from ``level`` on, and of the libraries what they warn of."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A tick that is still at it when the next is due is no event worth a warning every second.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
