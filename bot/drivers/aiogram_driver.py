"""Telegram through aiogram: its Bot, its methods and its types; none of its Dispatcher.

Updates are fetched as raw JSON, because they have to be stored before anything reads them; and what holds no file is
said in plain JSON (:mod:`bot.drivers.plain`).
"""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendDocument, SendPhoto
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    FSInputFile,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    Update,
)
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientError, ClientResponseError, ClientSession

from bot.drivers.driver import ALLOWED_UPDATES, CALL_TIMEOUT, FILE_TIMEOUT, Clock, Files, Me, Raw, utc_now
from bot.drivers.errors import BadToken, DriverError, Rejected, Unchanged, Unreachable, refusal
from bot.drivers.events import bare, event_of
from bot.drivers.http import open_session, unreachable
from bot.drivers.plain import Plain, keyboard
from bot.drivers.usual import usual

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from handlers.chat import Event, Say

_LOG = logging.getLogger(__name__)
_STATUS: tuple[tuple[type[TelegramAPIError], int], ...] = (
    (TelegramBadRequest, HTTPStatus.BAD_REQUEST),
    (TelegramForbiddenError, HTTPStatus.FORBIDDEN),
    (TelegramNotFound, HTTPStatus.NOT_FOUND),
    (TelegramConflictError, HTTPStatus.CONFLICT),
    (TelegramUnauthorizedError, HTTPStatus.UNAUTHORIZED),
    (TelegramEntityTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (TelegramServerError, HTTPStatus.INTERNAL_SERVER_ERROR),
)


class _Session(AiohttpSession):
    """aiogram's session over the connection pool that both drivers share the making of."""

    def __init__(self, api_url: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api_url), timeout=CALL_TIMEOUT)
        self._api_url = api_url

    async def create_session(self) -> ClientSession:
        if self._session is None or self._session.closed:
            self._session = open_session(self._api_url)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class AiogramDriver(Plain):
    """One bot at one Bot API server, spoken to with aiogram."""

    def __init__(self, token: str, api_url: str, clock: Clock = utc_now) -> None:
        super().__init__(f"{api_url}/bot{token}")
        self._clock = clock
        self._session = _Session(api_url)
        try:
            self._bot = Bot(token, session=self._session)
        except TokenValidationError:
            raise BadToken("this is not a bot token") from None

    async def start(self) -> Me:
        """Open the connections and ask who we are; raises BadToken."""
        async with _translated():
            me = await self._bot.get_me()
        return Me(me.id, me.username or "")

    async def _open(self) -> ClientSession:
        return await self._session.create_session()

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.session.close()

    def event(self, raw: Raw) -> Event | None:
        """Read an update, a rare one with aiogram's types; None when it is nothing we take or not readable."""
        try:
            known = bare(raw)
            return usual(known, self._clock) or event_of(Update.model_validate(known), self._clock)
        except Exception as error:  # noqa: BLE001 - a library chokes on a strange update in many ways; none may stop us
            _LOG.warning("update %s is not readable: %s", raw.get("update_id"), type(error).__name__)
            return None

    async def send(self, chat_id: int, say: Say, files: Files) -> int:
        """Send a new message, with its picture or document if it has one, and return its id."""
        if say.media or not (say.picture or say.document):
            return await self.say(chat_id, say)
        about: dict[str, Any] = {"chat_id": chat_id, "caption": say.text or None, "parse_mode": ParseMode.HTML}
        about |= {"disable_notification": say.silent, "allow_paid_broadcast": say.paid or None}
        about["reply_markup"] = _keyboard(say)
        method: SendPhoto | SendDocument
        if say.picture:
            method = SendPhoto(photo=FSInputFile(files(say.picture), say.filename or "picture.jpg"), **about)
        else:
            method = SendDocument(document=FSInputFile(files(say.document), say.filename or "file"), **about)
        async with _translated():
            return (await self._bot(method, request_timeout=int(FILE_TIMEOUT))).message_id

    async def commands(self, chat_id: int, pairs: Sequence[tuple[str, str]]) -> None:
        """Set the command menu of one chat."""
        menu = [BotCommand(command=name, description=says) for name, says in pairs]
        async with _translated():
            await self._bot.set_my_commands(menu, scope=BotCommandScopeChat(chat_id=chat_id))

    async def describe(self, language: str, text: str, short: str) -> None:
        """Set what the bot says of itself, in one language."""
        async with _translated():
            await self._bot.set_my_description(text, language or None)
            await self._bot.set_my_short_description(short, language or None)

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates sent to ``url``."""
        async with _translated():
            await self._bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES))

    async def delete_webhook(self) -> None:
        """Go back to polling."""
        async with _translated():
            await self._bot.delete_webhook()

    async def download(self, file_id: str) -> AsyncIterator[bytes]:
        """Yield the bytes of a file someone sent."""
        async with _translated():
            path = (await self._bot.get_file(file_id)).file_path
        if not path:
            raise Rejected("the server gave no path for this file")
        url = self._bot.session.api.file_url(self._bot.token, path)
        try:
            async for chunk in self._bot.session.stream_content(url, timeout=int(FILE_TIMEOUT)):
                yield chunk
        except ClientResponseError as error:
            # Not chained: its text holds the URL, and that the token. A link that is not known (any more) says nothing
            # about the token.
            known = refusal(error.status, f"the server answered {error.status}")
            raise Rejected("the download link is not good") if isinstance(known, BadToken) else known from None
        except (ClientError, TimeoutError, OSError) as error:
            raise unreachable(error) from None


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Turn aiogram's exceptions into ours, and let "not modified" pass as the success it is."""
    try:
        yield
    except AiogramError as error:
        ours = _ours(error)
    except OSError as error:
        ours = unreachable(error)
    else:
        return
    if not isinstance(ours, Unchanged):
        raise ours  # outside the handler, so that no message of the library's hangs on it


def _ours(error: AiogramError) -> DriverError:
    if isinstance(error, TelegramRetryAfter):
        return refusal(HTTPStatus.TOO_MANY_REQUESTS, "", retry_after=error.retry_after)
    if isinstance(error, TelegramMigrateToChat):
        return refusal(HTTPStatus.BAD_REQUEST, "", moved_to=error.migrate_to_chat_id)
    if isinstance(error, ClientDecodeError):
        return Unreachable("the server's answer could not be read", fate_unknown=True)
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return refusal(status, error.message)
    if isinstance(error, TelegramNetworkError):
        return unreachable(error.__cause__)
    return Rejected(error.message if isinstance(error, TelegramAPIError) else type(error).__name__)


def _keyboard(say: Say) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    under = keyboard(say)
    if under is None:
        return None
    return (InlineKeyboardMarkup if say.buttons else ReplyKeyboardMarkup).model_validate(under)
