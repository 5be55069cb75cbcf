"""No bot at all: prepared requests over bare connections, as little as can be done to keep an offline Telegram busy."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.echo.card import TOAST, buttons, following, text

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

LINES = 16


class Line:
    """One connection, one call at a time."""

    def __init__(self, reader: StreamReader, writer: StreamWriter, prefix: str) -> None:
        self._reader, self._writer, self._prefix = reader, writer, prefix

    async def call(self, method: str, values: dict[str, Any]) -> bytes:
        """Call a method and return its answer unread."""
        body = json.dumps(values).encode()
        head = f"POST {self._prefix}/{method} HTTP/1.1\r\nHost: sandbox\r\nContent-Type: application/json\r\n"
        self._writer.write(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        size = int(answer.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return await self._reader.readexactly(size)


async def main(url: str, token: str) -> None:
    """Poll until stopped."""
    address = urlsplit(url)

    async def line() -> Line:
        return Line(*await asyncio.open_connection(address.hostname, address.port), f"/bot{token}")

    updates: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    polling = await line()
    async with asyncio.TaskGroup() as group:
        for _ in range(LINES):
            group.create_task(_answer(await line(), updates))
        offset = 0
        while True:
            found = json.loads(await polling.call("getUpdates", {"offset": offset, "timeout": 30}))["result"]
            for one in found:
                offset = one["update_id"] + 1
                updates.put_nowait(one)


async def _answer(line: Line, updates: asyncio.Queue[dict[str, Any]]) -> None:
    while True:
        update = await updates.get()
        if query := update.get("callback_query"):
            await line.call("answerCallbackQuery", {"callback_query_id": query["id"], "text": TOAST})
            card = {"chat_id": query["from"]["id"], "message_id": query["message"]["message_id"]}
            await line.call("editMessageText", card | _card(following(query["data"])))
        elif message := update.get("message"):
            await line.call("sendMessage", {"chat_id": message["chat"]["id"]} | _card(1))


def _card(number: int) -> dict[str, Any]:
    rows = [[{"text": label, "callback_data": data} for label, data in row] for row in buttons(number)]
    return {"text": text(number), "parse_mode": "HTML", "reply_markup": {"inline_keyboard": rows}}


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
