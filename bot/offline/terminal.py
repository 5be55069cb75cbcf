"""Holds the conversation in a terminal: the same engine, inbox and outbox, with the keyboard in place of Telegram.

A driver like the others, except that there is nobody at the far end but the person at the terminal. A line is a
message; ``.3`` presses button 3 of the newest buttons; ``/photo FILE caption`` and ``/file FILE caption`` send a file.
"""

from __future__ import annotations

import asyncio
import mimetypes
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.drivers.driver import Me
from bot.drivers.errors import Gone, Rejected
from handlers.chat import File, Photo, Sender, Tap, Text
from sandbox.transcript import plain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.drivers.driver import Files, Raw
    from handlers.chat import Button, Event, Rows, Say

USAGE = "Type to talk; .1 presses button 1; /photo FILE caption sends a picture; Ctrl-D leaves."
FILES = {"/photo": Photo, "/file": File}


class TerminalDriver:
    """One person at a terminal, ``person_id`` and ``name`` as Telegram would give them."""

    def __init__(self, person_id: int, name: str, language: str) -> None:
        self._who = Sender(person_id, name, language)
        self._messages: dict[int, Rows] = {}
        self._last = 0
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._offered: list[tuple[int, Button]] = []

    async def start(self) -> Me:
        """Say how to use it."""
        _write(USAGE)
        return Me(0, "xundu_terminal")

    async def close(self) -> None:
        """Nothing is open."""

    def read(self, line: str) -> Raw:
        """Turn a typed line into an update of our own kind."""
        self._last += 1
        now = datetime.now(UTC)
        update: Raw = {"update_id": int(now.timestamp() * 1e6), "message": {"chat": {"id": self._who.id}}}
        words, at = line.strip(), now.isoformat()
        if words.startswith(".") and words[1:].isdecimal() and 0 < int(words[1:]) <= len(self._offered):
            message_id, button = self._offered[int(words[1:]) - 1]
            update["terminal"] = {"tap": button.data, "message_id": message_id, "at": at}
        elif words.split(" ", 1)[0] in FILES and len(words.split()) > 1:
            kind, path, *caption = words.split(" ", 2)
            update["terminal"] = {
                "file": path,
                "kind": kind,
                "caption": " ".join(caption),
                "message_id": self._last,
                "at": at,
            }
        else:
            update["terminal"] = {"text": line, "message_id": self._last, "at": at}
        return update

    def event(self, raw: Raw) -> Event | None:
        """Read an update made by :meth:`read`."""
        said: dict[str, Any] = raw.get("terminal", {})
        if not said:
            return None
        base: dict[str, Any] = {
            "chat_id": self._who.id,
            "at": datetime.fromisoformat(said["at"]),
            "sender": self._who,
            "message_id": said["message_id"],
        }
        if "tap" in said:
            return Tap(data=said["tap"], callback_id=str(raw["update_id"]), **base)
        if "file" in said:
            path = Path(said["file"]).expanduser()
            return FILES[said["kind"]](
                file_id=str(path),
                unique_id=str(path),
                size=path.stat().st_size if path.is_file() else 0,
                mime=mimetypes.guess_type(path.name)[0] or "",
                name=path.name,
                caption=said["caption"],
                **base,
            )
        return Text(text=said["text"], **base)

    async def fetch(self, offset: int, wait: float) -> list[Raw]:
        """Wait for a typed line; an empty list at the end of input or after ``wait`` seconds."""
        del offset
        try:
            line = await asyncio.wait_for(asyncio.to_thread(sys.stdin.readline), wait or None)
        except TimeoutError:
            return []
        return [self.read(line.rstrip("\n"))] if line else []

    async def send(self, chat_id: int, say: Say, files: Files) -> int:
        """Print a new message."""
        del chat_id
        self._last += 1
        attached = [str(files(sha256)) for sha256 in (say.picture, say.document) if sha256]
        attached += [file_id for _, file_id in say.media]
        self._show(self._last, "\n".join([*(f"🖼 {path}" for path in attached), plain(say.text)]), say.buttons, "")
        for row in say.menu:
            _write("    ⌨ " + "   ".join(row))
        return self._last

    async def edit(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        """Print a message once more, as it is now."""
        del chat_id
        if message_id not in self._messages:
            raise Gone
        self._show(message_id, plain(text), buttons, "(→) ")

    caption = edit

    def _show(self, message_id: int, text: str, buttons: Rows, mark: str) -> None:
        self._messages[message_id] = buttons
        _write(mark + text)
        if buttons:
            self._offered = [(message_id, button) for row in buttons for button in row if button.data]
        at = 0
        for row in buttons:
            shown = []
            for button in row:
                at += bool(button.data)
                shown.append(f"[.{at} {button.label}]" if button.data else f"[{button.label} {button.url}]")
            _write("    " + " ".join(shown))

    async def strip(self, chat_id: int, message_id: int) -> None:
        """Forget the buttons of a message."""
        del chat_id
        self._messages[message_id] = ()

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Forget a message; what was printed stays."""
        del chat_id
        self._messages.pop(message_id, None)

    async def toast(self, callback_id: str, text: str, *, alert: bool = False) -> None:
        """Print the answer to a tap."""
        del callback_id, alert
        if text:
            _write(f"    ‹{text}›")

    async def describe(self, language: str, text: str, short: str) -> None:
        """Nobody reads it here."""

    async def commands(self, chat_id: int, pairs: Sequence[tuple[str, str]]) -> None:
        """Do nothing: a terminal has no command menu."""

    async def set_webhook(self, url: str, secret: str) -> None:
        """Do nothing: a terminal has no webhook."""

    async def delete_webhook(self) -> None:
        """Do nothing: a terminal has no webhook."""

    async def download(self, file_id: str) -> AsyncIterator[bytes]:
        """Yield a file from disk."""
        path = Path(file_id)
        try:
            content = await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            raise Rejected("no such file") from error
        yield content


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
