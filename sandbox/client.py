"""Holds a phone in code: what the page does with a thumb, done over the same HTTP, for scripts, tests and benchmarks.

Knows the phone API and nothing of any bot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import aiohttp

if TYPE_CHECKING:
    from types import TracebackType

Chat = dict[str, Any]
"""The chat as ``GET /phones/{id}/chat`` gives it."""


class NoSuchButton(LookupError):
    """No message on the screen has a button that says this."""


class Phone:
    """One person's phone at a sandbox; ``url`` is the sandbox's address, ``group`` the group that is open on it."""

    def __init__(
        self, url: str, phone_id: int, session: aiohttp.ClientSession | None = None, group: int | None = None
    ) -> None:
        self.id = phone_id
        self._where = f"?chat={group}" if group is not None else ""
        self._base = f"{url.rstrip('/')}/phones/{phone_id}"
        self._session = session or aiohttp.ClientSession()
        self._own = session is None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own:
            await self._session.close()

    async def chat(self) -> Chat:
        """Return everything on the screen: messages, keyboard, commands."""
        async with self._session.get(f"{self._base}/chat{self._where}") as answer:
            answer.raise_for_status()
            return dict(await answer.json())

    async def messages(self) -> list[dict[str, Any]]:
        """Return the bot's messages that are still there, oldest first."""
        chat = await self.chat()
        return [one for one in chat["messages"] if one["from"] == "bot" and not one.get("deleted")]

    async def text(self, text: str, **more: object) -> dict[str, Any]:
        """Send words."""
        return await self._post("text", {"text": text, **more})

    async def start(self) -> dict[str, Any]:
        """Press Start, with the payload of the link the phone was given."""
        return await self._post("start", {})

    async def edit(self, message_id: int, text: str) -> dict[str, Any]:
        """Change words that were sent."""
        return await self._post("edit", {"message_id": message_id, "text": text})

    async def tap(self, label: str, *, wait: bool = True) -> dict[str, Any]:
        """Press the newest button whose label has this in it; returns the toast. Raises NoSuchButton."""
        for message in reversed(await self.messages()):
            for row in message.get("buttons") or ():
                for button in row:
                    if label in button["text"] and button.get("data"):
                        return await self.press(message["id"], button["data"], wait=wait)
        raise NoSuchButton(label)

    async def press(self, message_id: int, data: str, *, wait: bool = True) -> dict[str, Any]:
        """Press a button by what it carries, also one that is no longer there."""
        return await self._post("tap", {"message_id": message_id, "data": data, "wait": wait})

    async def send(self, kind: str, content: bytes, name: str, caption: str = "", mime: str = "") -> dict[str, Any]:
        """Send a file as ``photo``, ``document``, ``voice`` or ``video``."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("file", content, filename=name, content_type=mime or "application/octet-stream")
        form.add_field("caption", caption)
        async with self._session.post(f"{self._base}/{kind}{self._where}", data=form) as answer:
            answer.raise_for_status()
            return dict(await answer.json())

    async def album(self, pictures: list[tuple[str, bytes]], caption: str = "") -> dict[str, Any]:
        """Send several photos as one album."""
        form = aiohttp.FormData(quote_fields=False)
        for name, content in pictures:
            form.add_field("file", content, filename=name, content_type="image/jpeg")
        form.add_field("caption", caption)
        async with self._session.post(f"{self._base}/album{self._where}", data=form) as answer:
            answer.raise_for_status()
            return dict(await answer.json())

    async def location(self, latitude: float, longitude: float) -> dict[str, Any]:
        """Share a place."""
        return await self._post("location", {"latitude": latitude, "longitude": longitude})

    async def do(self, action: str) -> dict[str, Any]:
        """Do something that needs no words: ``sticker``, ``block``, ``unblock`` …."""
        return await self._post(action, {})

    async def _post(self, path: str, data: dict[str, object]) -> dict[str, Any]:
        async with self._session.post(f"{self._base}/{path}{self._where}", json=data) as answer:
            answer.raise_for_status()
            return dict(await answer.json())
