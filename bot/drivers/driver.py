"""What the rest of the bot may ask of a Telegram library; the only door between the two.

A driver turns raw JSON into an event and a reply into an API call, and nothing else: no queues, no retries, no limits,
no state. Every call raises only the errors of :mod:`bot.drivers.errors`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from bot.drivers.errors import TooLarge
from handlers.chat import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from types import ModuleType

    from bot.config import Settings
    from handlers.chat import Event, Rows, Say

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update we take. Telegram is told, so that it sends no others."""

CONNECTIONS = 100
CALL_TIMEOUT = 40.0
"""Seconds a call may take; an upload or a download longer, see below."""
FILE_TIMEOUT = 300.0

Raw = dict[str, Any]
"""One update exactly as Telegram sent it."""

Files = Callable[[str], Path]
"""Finds a stored file by its SHA-256."""

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present moment, aware UTC: the clock of a process in service."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as Telegram knows it."""

    id: int
    username: str


class Driver(Protocol):
    """One bot at one Bot API server."""

    async def start(self) -> Me:
        """Open the connections and ask who we are; raises BadToken."""

    async def close(self) -> None:
        """Close the connections. A driver that never started may be closed."""

    async def fetch(self, offset: int, wait: float) -> list[Raw]:
        """Confirm every update below ``offset`` and return up to 100 later ones, waiting ``wait`` seconds for one."""

    def event(self, raw: Raw) -> Event | None:
        """Read an update; None when it is nothing we take or not readable. Never raises."""

    async def send(self, chat_id: int, say: Say, files: Files) -> int:
        """Send a new message and return its id. Telegram allows one keyboard: buttons go before the menu."""

    async def edit(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        """Give our message a new text and new buttons; it is fine if it has them already. Raises Gone."""

    async def caption(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        """Give our picture or file a new caption and new buttons; as :meth:`edit`. Raises Gone."""

    async def strip(self, chat_id: int, message_id: int) -> None:
        """Take the buttons off our message, leaving its text. Raises Gone."""

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Delete our message. Raises Gone when it is too old (48 hours) or deleted already."""

    async def toast(self, callback_id: str, text: str, *, alert: bool = False) -> None:
        """Answer a tap; ``text`` may be empty."""

    async def commands(self, chat_id: int, pairs: Sequence[tuple[str, str]]) -> None:
        """Set the command menu of one chat: (name, description) pairs."""

    async def describe(self, language: str, text: str, short: str) -> None:
        """Set what is read before a first "Start", and on the bot's own page; ``language`` '' is for all others."""

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates sent to ``url`` with ``secret`` in their header."""

    async def delete_webhook(self) -> None:
        """Go back to polling; updates that wait are kept."""

    def download(self, file_id: str) -> AsyncIterator[bytes]:
        """Yield the bytes of a file someone sent. Raises TooLarge, Rejected, Unreachable."""


async def downloaded(driver: Driver, file_id: str) -> bytes:
    """Fetch a whole file into memory. Raises what :meth:`Driver.download` raises, and never takes more than it may."""
    content = bytearray()
    async for chunk in driver.download(file_id):
        content += chunk
        if len(content) > MAX_FILE_BYTES:
            raise TooLarge
    return bytes(content)


def open_driver(settings: Settings, clock: Clock = utc_now) -> Driver:
    """Make the driver that is set, importing only its library: each costs memory and a start of its own."""
    if settings.driver == "aiogram":
        importlib.import_module("bot.drivers.aiogram_import").prepare()
    else:
        _spare_httpx_its_command_line()
    module = importlib.import_module(f"bot.drivers.{settings.driver}_driver")
    make = module.AiogramDriver if settings.driver == "aiogram" else module.PtbDriver
    return cast("Driver", make(settings.bot_token.reveal(), settings.bot_api_url, clock))


def _spare_httpx_its_command_line() -> None:
    """Have httpx, which python-telegram-bot imports, do without the command it offers in a terminal.

    It would load that, and four mebibytes of what draws colours, wherever somebody has these packages installed.
    """
    sys.modules.setdefault("httpx._main", cast("ModuleType", None))  # an import of it fails as where it has nothing
