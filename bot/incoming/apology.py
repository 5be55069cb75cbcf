"""What people are told while nothing can be written down: that it waits, instead of nothing at all.

The outbox is of no use then, so this goes straight out, once a minute to a chat, and is forgotten. Nothing is confirmed
to Telegram meanwhile, which hands everything over again: whether this gets through changes nobody's data.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from bot.drivers.errors import DriverError
from handlers.chat import Say
from handlers.text import mark, nearest, speech

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.drivers.driver import Driver, Files, Raw

_LOG = logging.getLogger(__name__)

WAIT: Final = mark(
    "One moment: nothing can be stored just now. What you do here waits, and is taken up as soon as it can be; "
    "you need not repeat it."
)
PAUSE_SECONDS: Final = 60.0
MOST: Final = 200
"""Chats that are told in a minute: it is a courtesy, and must not eat up what may be sent."""


class Apology:
    """Tells whoever sent something that it waits; ``toast`` answers a tap."""

    def __init__(self, driver: Driver, toast: Callable[[str, str], None], files: Files) -> None:
        self._driver = driver
        self._toast = toast
        self._files = files
        self._told: dict[int, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, updates: Iterable[tuple[int, Raw]]) -> None:
        """Tell the chats of these (chat id, raw update) rows, those that have not been told for a minute."""
        now = asyncio.get_running_loop().time()
        self._told = {chat_id: at for chat_id, at in self._told.items() if at + PAUSE_SECONDS > now}
        for chat_id, raw in updates:
            if chat_id <= 0 or chat_id in self._told or len(self._told) >= MOST:
                continue  # a group is no conversation
            self._told[chat_id] = now
            self._tell(chat_id, raw)

    def _tell(self, chat_id: int, raw: Raw) -> None:
        press = raw.get("callback_query")
        part = press if isinstance(press, dict) else raw.get("message")
        if not isinstance(part, dict):
            return
        sender = part.get("from")
        code = sender.get("language_code") if isinstance(sender, dict) else None
        spoken = speech(nearest(code if isinstance(code, str) else ""))
        if part is press:
            if isinstance(press.get("id"), str):
                self._toast(press["id"], spoken.label(WAIT))
        else:
            task = asyncio.get_running_loop().create_task(self._send(chat_id, spoken.t(WAIT)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Give up what is not sent yet."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send(self, chat_id: int, words: str) -> None:
        try:
            await self._driver.send(chat_id, Say(text=words), self._files)
        except DriverError as error:
            _LOG.info("chat %s was not told that it waits: %s", chat_id, type(error).__name__)
