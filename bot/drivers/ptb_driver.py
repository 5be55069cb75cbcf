"""Telegram through python-telegram-bot: its Bot and its types, over our own transport; none of its Application.

Updates are fetched as raw JSON, because they have to be stored before anything reads them; and what holds no file is
said in plain JSON (:mod:`bot.drivers.plain`).
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import telegram
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.drivers.driver import ALLOWED_UPDATES, Clock, Files, Me, Raw, utc_now
from bot.drivers.errors import BadToken, DriverError, Rejected, Unchanged, Unreachable, refusal
from bot.drivers.events import bare, event_of
from bot.drivers.plain import Plain, keyboard
from bot.drivers.ptb_request import AiohttpRequest, Failed, Refused
from bot.drivers.usual import usual

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from aiohttp import ClientSession

    from handlers.chat import Event, Say

_LOG = logging.getLogger(__name__)


class PtbDriver(Plain):
    """One bot at one Bot API server, spoken to with python-telegram-bot."""

    def __init__(self, token: str, api_url: str, clock: Clock = utc_now) -> None:
        super().__init__(f"{api_url}/bot{token}")
        self._clock = clock
        self._request = AiohttpRequest(api_url)
        self._bot = telegram.Bot(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )

    async def start(self) -> Me:
        """Open the connections and ask who we are; raises BadToken."""
        # Not Bot.initialize(): its InvalidToken spells out the token.
        await self._request.initialize()
        async with _translated():
            me = await self._bot.get_me()
        return Me(me.id, me.username or "")

    async def _open(self) -> ClientSession:
        return self._request.session

    async def close(self) -> None:
        """Close the connections."""
        await self._request.shutdown()

    def event(self, raw: Raw) -> Event | None:
        """Read an update, a rare one with PTB's types; None when it is nothing we take or not readable."""
        try:
            known = bare(raw)
            return usual(known, self._clock) or event_of(telegram.Update.de_json(known, self._bot), self._clock)
        except Exception as error:  # noqa: BLE001 - a library chokes on a strange update in many ways; none may stop us
            _LOG.warning("update %s is not readable: %s", raw.get("update_id"), type(error).__name__)
            return None

    async def send(self, chat_id: int, say: Say, files: Files) -> int:
        """Send a new message, with its picture or document if it has one, and return its id."""
        if say.media or not (say.picture or say.document):
            return await self.say(chat_id, say)
        under = keyboard(say)
        async with _translated():
            if say.picture:
                photo = telegram.InputFile(await _content(files, say.picture), say.filename or "picture.jpg")
                message = await self._bot.send_photo(
                    chat_id,
                    photo,
                    caption=say.text or None,
                    parse_mode=ParseMode.HTML,
                    reply_markup=under,  # type: ignore[arg-type] # PTB sends a mapping as it is
                    disable_notification=say.silent,
                    allow_paid_broadcast=say.paid or None,
                )
            else:
                document = telegram.InputFile(await _content(files, say.document), say.filename or "file")
                message = await self._bot.send_document(
                    chat_id,
                    document,
                    caption=say.text or None,
                    parse_mode=ParseMode.HTML,
                    reply_markup=under,  # type: ignore[arg-type] # PTB sends a mapping as it is
                    disable_notification=say.silent,
                    allow_paid_broadcast=say.paid or None,
                )
        return message.message_id

    async def commands(self, chat_id: int, pairs: Sequence[tuple[str, str]]) -> None:
        """Set the command menu of one chat."""
        async with _translated():
            await self._bot.set_my_commands(
                [telegram.BotCommand(name, says) for name, says in pairs],
                scope=telegram.BotCommandScopeChat(chat_id),
            )

    async def describe(self, language: str, text: str, short: str) -> None:
        """Set what the bot says of itself, in one language."""
        async with _translated():
            await self._bot.set_my_description(text, language or None)
            await self._bot.set_my_short_description(short, language or None)

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates sent to ``url``."""
        async with _translated():
            await self._bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)

    async def delete_webhook(self) -> None:
        """Go back to polling."""
        async with _translated():
            await self._bot.delete_webhook()

    async def download(self, file_id: str) -> AsyncIterator[bytes]:
        """Yield the bytes of a file someone sent."""
        async with _translated():
            path = (await self._bot.get_file(file_id)).file_path
        if not path or not path.startswith(self._bot.base_file_url):
            raise Rejected("the server gave no path for this file")
        try:
            async for chunk in self._request.stream(path):
                yield chunk
        except TelegramError as error:
            ours = _ours(error)
            # A link that is not known (any more) says nothing about the token.
            raise Rejected("the download link is not good") if isinstance(ours, BadToken) else ours from None


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Turn PTB's exceptions into ours, and let "not modified" pass as the success it is."""
    try:
        yield
    except TelegramError as error:
        ours = _ours(error)
    else:
        return
    if not isinstance(ours, Unchanged):
        raise ours  # outside the handler, so that no message of the library's hangs on it


def _ours(error: TelegramError) -> DriverError:
    if isinstance(error, Refused):
        return refusal(error.status, error.description, retry_after=error.retry_after, moved_to=error.moved_to)
    if isinstance(error, Failed):
        return error.why
    return Unreachable(type(error).__name__, fate_unknown=True)


async def _content(files: Files, sha256: str) -> bytes:
    return await asyncio.to_thread(files(sha256).read_bytes)
