"""Telegram through aiogram: its Bot, its methods and its types; none of its Dispatcher.

Updates are fetched by a method that promises plain dicts, because they have to be stored before anything reads them.
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
from aiogram.methods import SendDocument, SendMediaGroup, SendMessage, SendPhoto, SendVideo, SendVoice
from aiogram.methods.base import TelegramMethod
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    FSInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    KeyboardButton,
    LinkPreviewOptions,
    MediaUnion,
    Message,
    ReplyKeyboardMarkup,
    Update,
)
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientError, ClientResponseError, ClientSession

from bot.drivers.driver import ALLOWED_UPDATES, CALL_TIMEOUT, FILE_TIMEOUT, Clock, Files, Me, Raw, utc_now
from bot.drivers.errors import BadToken, DriverError, Gone, Rejected, Unchanged, Unreachable, refusal
from bot.drivers.events import bare, event_of
from bot.drivers.http import open_session, unreachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from handlers.chat import Event, Rows, Say

_LOG = logging.getLogger(__name__)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_SENDS: dict[str, type[TelegramMethod[Message]]] = {
    "photo": SendPhoto,
    "document": SendDocument,
    "video": SendVideo,
    "voice": SendVoice,
}
_MEDIA: dict[str, type[InputMediaPhoto | InputMediaDocument | InputMediaVideo]] = {
    "photo": InputMediaPhoto,
    "document": InputMediaDocument,
    "video": InputMediaVideo,
}
_STATUS: tuple[tuple[type[TelegramAPIError], int], ...] = (
    (TelegramBadRequest, HTTPStatus.BAD_REQUEST),
    (TelegramForbiddenError, HTTPStatus.FORBIDDEN),
    (TelegramNotFound, HTTPStatus.NOT_FOUND),
    (TelegramConflictError, HTTPStatus.CONFLICT),
    (TelegramUnauthorizedError, HTTPStatus.UNAUTHORIZED),
    (TelegramEntityTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (TelegramServerError, HTTPStatus.INTERNAL_SERVER_ERROR),
)


class _RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates whose answer stays as it came."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int
    timeout: int
    allowed_updates: list[str]


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


class AiogramDriver:
    """One bot at one Bot API server, spoken to with aiogram."""

    def __init__(self, token: str, api_url: str, clock: Clock = utc_now) -> None:
        self._clock = clock
        try:
            self._bot = Bot(token, session=_Session(api_url))
        except TokenValidationError:
            raise BadToken("this is not a bot token") from None

    async def start(self) -> Me:
        """Open the connections and ask who we are; raises BadToken."""
        async with _translated():
            me = await self._bot.get_me()
        return Me(me.id, me.username or "")

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.session.close()

    async def fetch(self, offset: int, wait: float) -> list[Raw]:
        """Confirm what is below ``offset`` and return what comes after it, raw."""
        method = _RawUpdates(offset=offset, timeout=int(wait), allowed_updates=list(ALLOWED_UPDATES))
        async with _translated():
            return await self._bot(method, request_timeout=int(wait + CALL_TIMEOUT))

    def event(self, raw: Raw) -> Event | None:
        """Read an update with aiogram's types; None when it is nothing we take or not readable."""
        try:
            return event_of(Update.model_validate(bare(raw)), self._clock)
        except Exception as error:  # noqa: BLE001 - a library chokes on a strange update in many ways; none may stop us
            _LOG.warning("update %s is not readable: %s", raw.get("update_id"), type(error).__name__)
            return None

    async def send(self, chat_id: int, say: Say, files: Files) -> int:
        """Send a new message, with its picture or document if it has one, and return its id."""
        keyboard = _inline(say.buttons) or _menu(say.menu)
        if say.media:
            return await self._again(chat_id, say, keyboard)
        method: SendMessage | SendPhoto | SendDocument
        if say.picture:
            method = SendPhoto(
                chat_id=chat_id,
                photo=FSInputFile(files(say.picture), say.filename or "picture.jpg"),
                caption=say.text or None,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                disable_notification=say.silent,
                allow_paid_broadcast=say.paid or None,
            )
        elif say.document:
            method = SendDocument(
                chat_id=chat_id,
                document=FSInputFile(files(say.document), say.filename or "file"),
                caption=say.text or None,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                disable_notification=say.silent,
                allow_paid_broadcast=say.paid or None,
            )
        else:
            method = SendMessage(
                chat_id=chat_id,
                text=say.text,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                disable_notification=say.silent,
                link_preview_options=_NO_PREVIEW,
                allow_paid_broadcast=say.paid or None,
            )
        seconds = CALL_TIMEOUT if isinstance(method, SendMessage) else FILE_TIMEOUT
        async with _translated():
            return (await self._bot(method, request_timeout=int(seconds))).message_id

    async def _again(self, chat_id: int, say: Say, keyboard: InlineKeyboardMarkup | ReplyKeyboardMarkup | None) -> int:
        """Send files that lie at Telegram; returns the id of the first message."""
        caption: dict[str, Any] = {"caption": say.text, "parse_mode": ParseMode.HTML} if say.text else {}
        if len(say.media) > 1:
            first, *rest = say.media
            album: list[MediaUnion] = [
                _MEDIA[first[0]](media=first[1], **caption),
                *(_MEDIA[kind](media=file_id) for kind, file_id in rest),
            ]
            group = SendMediaGroup(
                chat_id=chat_id,
                media=album,
                disable_notification=say.silent,
                allow_paid_broadcast=say.paid or None,
            )
            async with _translated():
                return (await self._bot(group, request_timeout=int(FILE_TIMEOUT)))[0].message_id
        ((kind, file_id),) = say.media
        about: dict[str, Any] = {"chat_id": chat_id, "reply_markup": keyboard, "disable_notification": say.silent}
        about["allow_paid_broadcast"] = say.paid or None
        async with _translated():
            sent = await self._bot(
                _SENDS[kind](**about, **caption, **{kind: file_id}), request_timeout=int(FILE_TIMEOUT)
            )
        return sent.message_id

    async def edit(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        """Give our message a new text and new buttons."""
        async with _translated():
            await self._bot.edit_message_text(
                text,
                chat_id=chat_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=_inline(buttons),
                link_preview_options=_NO_PREVIEW,
            )

    async def caption(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        """Give our picture or file a new caption and new buttons."""
        async with _translated():
            await self._bot.edit_message_caption(
                chat_id=chat_id,
                message_id=message_id,
                caption=text,
                parse_mode=ParseMode.HTML,
                reply_markup=_inline(buttons),
            )

    async def strip(self, chat_id: int, message_id: int) -> None:
        """Take the buttons off our message."""
        async with _translated():
            await self._bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id)

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Delete our message."""
        async with _translated():
            if not await self._bot.delete_message(chat_id, message_id):
                raise Gone("the message was not deleted")

    async def toast(self, callback_id: str, text: str, *, alert: bool = False) -> None:
        """Answer a tap."""
        async with _translated():
            await self._bot.answer_callback_query(callback_id, text or None, show_alert=alert or None)

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


def _inline(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=b.label, url=b.url or None, callback_data=b.data or None) for b in row]
            for row in rows
        ]
    )


def _menu(rows: tuple[tuple[str, ...], ...]) -> ReplyKeyboardMarkup | None:
    if not rows:
        return None
    keyboard = [[KeyboardButton(text=label) for label in row] for row in rows]
    return ReplyKeyboardMarkup(keyboard=keyboard, resize_keyboard=True, is_persistent=True)
