"""Telegram through python-telegram-bot: its Bot and its types, over our own transport; none of its Application.

Updates are fetched as raw JSON by the same transport, because they have to be stored before anything reads them. So go
the three calls that turns are made of (a message, an edit, a toast): PTB would make an object of every button sent, and
once more of the whole message that Telegram gives back, of which only the number is wanted.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import telegram
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter  # what RequestData is made of; not exported

from bot.drivers.driver import ALLOWED_UPDATES, CALL_TIMEOUT, FILE_TIMEOUT, Clock, Files, Me, Raw, utc_now
from bot.drivers.errors import BadToken, DriverError, Gone, Rejected, Unchanged, Unreachable, refusal
from bot.drivers.events import bare, event_of
from bot.drivers.ptb_request import AiohttpRequest, Failed, Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from handlers.chat import Button, Event, Rows, Say

_LOG = logging.getLogger(__name__)
_NO_PREVIEW = {"is_disabled": True}


class PtbDriver:
    """One bot at one Bot API server, spoken to with python-telegram-bot."""

    def __init__(self, token: str, api_url: str, clock: Clock = utc_now) -> None:
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

    async def close(self) -> None:
        """Close the connections."""
        await self._request.shutdown()

    async def fetch(self, offset: int, wait: float) -> list[Raw]:
        """Confirm what is below ``offset`` and return what comes after it, raw."""
        allowed = list(ALLOWED_UPDATES)
        updates = await self._call(
            "getUpdates", wait + CALL_TIMEOUT, offset=offset, timeout=int(wait), allowed_updates=allowed
        )
        if not isinstance(updates, list) or not all(isinstance(one, dict) for one in updates):
            raise Unreachable("the server's answer could not be read", fate_unknown=True)
        return updates

    def event(self, raw: Raw) -> Event | None:
        """Read an update with PTB's types; None when it is nothing we take or not readable."""
        try:
            return event_of(telegram.Update.de_json(bare(raw), self._bot), self._clock)
        except Exception as error:  # noqa: BLE001 - a library chokes on a strange update in many ways; none may stop us
            _LOG.warning("update %s is not readable: %s", raw.get("update_id"), type(error).__name__)
            return None

    async def send(self, chat_id: int, say: Say, files: Files) -> int:
        """Send a new message, with its picture or document if it has one, and return its id."""
        keyboard = _inline(say.buttons) or _menu(say.menu)
        if say.media:
            return await self._again(chat_id, say, keyboard)
        if not say.picture and not say.document:
            sent = await self._call(
                "sendMessage",
                chat_id=chat_id,
                text=say.text,
                parse_mode=ParseMode.HTML.value,
                reply_markup=keyboard,
                disable_notification=say.silent,
                link_preview_options=_NO_PREVIEW,
                allow_paid_broadcast=say.paid or None,
            )
            return _number(sent)
        async with _translated():
            if say.picture:
                photo = telegram.InputFile(await _content(files, say.picture), say.filename or "picture.jpg")
                message = await self._bot.send_photo(
                    chat_id,
                    photo,
                    caption=say.text or None,
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard,  # type: ignore[arg-type] # PTB sends a mapping as it is
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
                    reply_markup=keyboard,  # type: ignore[arg-type] # PTB sends a mapping as it is
                    disable_notification=say.silent,
                    allow_paid_broadcast=say.paid or None,
                )
        return message.message_id

    async def _again(self, chat_id: int, say: Say, keyboard: Raw | None) -> int:
        """Send files that lie at Telegram; returns the id of the first message."""
        html = ParseMode.HTML.value
        about: dict[str, object] = {"chat_id": chat_id, "disable_notification": say.silent}
        about["allow_paid_broadcast"] = say.paid or None
        caption = {"caption": say.text, "parse_mode": html} if say.text else {}
        if len(say.media) > 1:
            album = [{"type": kind, "media": file_id} for kind, file_id in say.media]
            sent = await self._call("sendMediaGroup", FILE_TIMEOUT, **about, media=[album[0] | caption, *album[1:]])
            return _number(sent[0] if isinstance(sent, list) and sent else None)
        ((kind, file_id),) = say.media
        method = f"send{kind.capitalize()}"
        return _number(
            await self._call(method, FILE_TIMEOUT, **about, **caption, **{kind: file_id}, reply_markup=keyboard)
        )

    async def edit(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        """Give our message a new text and new buttons."""
        await self._call(
            "editMessageText",
            chat_id=chat_id,
            message_id=message_id,
            text=text,
            parse_mode=ParseMode.HTML.value,
            reply_markup=_inline(buttons),
            link_preview_options=_NO_PREVIEW,
        )

    async def caption(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        """Give our picture or file a new caption and new buttons."""
        await self._call(
            "editMessageCaption",
            chat_id=chat_id,
            message_id=message_id,
            caption=text,
            parse_mode=ParseMode.HTML.value,
            reply_markup=_inline(buttons),
        )

    async def _call(self, method: str, seconds: float = CALL_TIMEOUT, **parameters: object) -> object:
        """Make a call of the Bot API and return its result as it came."""
        given = [RequestParameter.from_input(name, one) for name, one in parameters.items() if one is not None]
        async with _translated():
            url = f"{self._bot.base_url}/{method}"
            return await self._request.post(url, RequestData(given), read_timeout=seconds)
        return None  # what was asked for is so already

    async def strip(self, chat_id: int, message_id: int) -> None:
        """Take the buttons off our message."""
        async with _translated():
            await self._bot.edit_message_reply_markup(chat_id, message_id, reply_markup=None)

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Delete our message."""
        async with _translated():
            if not await self._bot.delete_message(chat_id, message_id):
                raise Gone("the message was not deleted")

    async def toast(self, callback_id: str, text: str, *, alert: bool = False) -> None:
        """Answer a tap."""
        await self._call(
            "answerCallbackQuery", callback_query_id=callback_id, text=text or None, show_alert=alert or None
        )

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


def _number(message: object) -> int:
    """Return the number of a message that was sent; an answer without one leaves open what became of it."""
    number = message.get("message_id") if isinstance(message, dict) else None
    if not isinstance(number, int):
        raise Unreachable("the server's answer could not be read", fate_unknown=True)
    return number


def _inline(rows: Rows) -> Raw | None:
    if not rows:
        return None
    return {"inline_keyboard": [[_button(one) for one in row] for row in rows]}


def _button(button: Button) -> dict[str, str]:
    return {"text": button.label} | ({"url": button.url} if button.url else {"callback_data": button.data})


def _menu(rows: tuple[tuple[str, ...], ...]) -> Raw | None:
    if not rows:
        return None
    keyboard = [[{"text": label} for label in row] for row in rows]
    return {"keyboard": keyboard, "resize_keyboard": True, "is_persistent": True}
