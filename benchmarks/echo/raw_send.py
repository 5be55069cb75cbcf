"""No bot at all: an HTTP client that sends one message to each of many people, as many at a time as the bot does."""

from __future__ import annotations

import asyncio
import sys

import aiohttp

AT_ONCE = 16


async def main(url: str, token: str, first: int, count: int, words: str) -> None:
    """Send, and end."""
    waiting = iter(range(first, first + count))
    async with aiohttp.ClientSession() as session:

        async def line() -> None:
            for chat_id in waiting:
                said = {"chat_id": chat_id, "text": words, "parse_mode": "HTML"}
                async with session.post(f"{url}/bot{token}/sendMessage", json=said) as answer:
                    if not (await answer.json())["ok"]:
                        raise RuntimeError("the offline Telegram refused a message")

        await asyncio.gather(*(line() for _ in range(AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]))
