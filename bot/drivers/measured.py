"""Any driver, with every call to Telegram counted by method and by what became of it; nothing else is different."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from bot.drivers.errors import (
    BadToken,
    Blocked,
    Conflict,
    DriverError,
    Gone,
    Moved,
    Rejected,
    RetryLater,
    TooLarge,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from bot.drivers.driver import Driver, Files, Me, Raw
    from handlers.chat import Event, Rows, Say

T = TypeVar("T")

OK: Final = "ok"

OUTCOMES: Final = {
    RetryLater: "too_many",
    Blocked: "blocked",
    Moved: "moved",
    Gone: "gone",
    Rejected: "rejected",
    TooLarge: "too_large",
    Unreachable: "unreachable",
    Conflict: "conflict",
    BadToken: "bad_token",
}
"""How each refusal is counted; ``too_many`` is what Telegram answers with 429."""


def outcome_of(error: DriverError) -> str:
    """Return how an error is counted."""
    return next((name for kind, name in OUTCOMES.items() if isinstance(error, kind)), "other")


class Measured:
    """A driver around a driver; ``note`` is told (method, outcome) after each call, a method being named as here."""

    def __init__(self, driver: Driver, note: Callable[[str, str], None]) -> None:
        self._driver = driver
        self._note = note

    async def _call(self, method: str, call: Awaitable[T]) -> T:
        try:
            result = await call
        except DriverError as error:
            self._note(method, outcome_of(error))
            raise
        self._note(method, OK)
        return result

    async def start(self) -> Me:
        """Open the connections."""
        return await self._call("start", self._driver.start())

    async def close(self) -> None:
        """Close the connections."""
        await self._driver.close()

    async def fetch(self, offset: int, wait: float) -> list[Raw]:
        """Fetch updates."""
        return await self._call("fetch", self._driver.fetch(offset, wait))

    def event(self, raw: Raw) -> Event | None:
        """Read an update, which is no call to anybody."""
        return self._driver.event(raw)

    async def send(self, chat_id: int, say: Say, files: Files) -> int:
        """Send a new message."""
        return await self._call("send", self._driver.send(chat_id, say, files))

    async def edit(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        """Change a message."""
        await self._call("edit", self._driver.edit(chat_id, message_id, text, buttons))

    async def caption(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        """Change what stands under a picture or a file."""
        await self._call("edit", self._driver.caption(chat_id, message_id, text, buttons))

    async def strip(self, chat_id: int, message_id: int) -> None:
        """Take the buttons off a message."""
        await self._call("strip", self._driver.strip(chat_id, message_id))

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Delete a message."""
        await self._call("delete", self._driver.delete(chat_id, message_id))

    async def toast(self, callback_id: str, text: str, *, alert: bool = False) -> None:
        """Answer a tap."""
        await self._call("toast", self._driver.toast(callback_id, text, alert=alert))

    async def commands(self, chat_id: int, pairs: Sequence[tuple[str, str]]) -> None:
        """Set the command menu of a chat."""
        await self._call("commands", self._driver.commands(chat_id, pairs))

    async def describe(self, language: str, text: str, short: str) -> None:
        """Set what the bot says of itself."""
        await self._call("describe", self._driver.describe(language, text, short))

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates sent to us."""
        await self._call("set_webhook", self._driver.set_webhook(url, secret))

    async def delete_webhook(self) -> None:
        """Go back to polling."""
        await self._call("delete_webhook", self._driver.delete_webhook())

    async def download(self, file_id: str) -> AsyncIterator[bytes]:
        """Yield the bytes of a file."""
        try:
            async for chunk in self._driver.download(file_id):
                yield chunk
        except DriverError as error:
            self._note("download", outcome_of(error))
            raise
        self._note("download", OK)
