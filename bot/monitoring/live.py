"""Asks a bot that runs on this machine how it is: what ``xundu check --live`` does, and the container's health check.

Light on purpose, for it is started every minute: no web server and no Telegram library is imported here.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bot.hold import CommandError

if TYPE_CHECKING:
    from bot.config import Address

ANYWHERE: Final = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, never bound
SECONDS: Final = 4


async def ask(listen: Address, question: str) -> None:
    """Ask the bot that listens there ``healthz`` or ``readyz``; raises CommandError unless it says that all is well."""
    where = f"{'127.0.0.1' if listen.host in ANYWHERE else listen.host}:{listen.port}"

    def get() -> None:
        with urlopen(f"http://{where}/{question}", timeout=SECONDS):
            pass

    try:
        await asyncio.to_thread(get)
    except HTTPError as error:
        said = error.read(200).decode("utf-8", "replace").strip()
        raise CommandError(f"The bot at {where} is not well: {said}.") from error
    except (URLError, OSError) as error:
        raise CommandError(f"No bot answers at {where} (XUNDU_LISTEN).") from error
