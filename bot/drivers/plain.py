"""The calls of the Bot API that hold no file, as the plain JSON that Telegram takes; both drivers speak so.

Every turn makes two of them. A library would make an object of each button sent, and once more of the whole message
that Telegram gives back, of which only the number is wanted; and none of its types has to be built for them. What
holds a file, and what is done once in a process, is the libraries' own business.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import ClientError
from yarl import URL

from bot.drivers.driver import ALLOWED_UPDATES, CALL_TIMEOUT, FILE_TIMEOUT
from bot.drivers.errors import Gone, Unchanged, Unreachable, refusal
from bot.drivers.http import timeout, unreachable

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from bot.drivers.driver import Raw
    from handlers.chat import Button, Rows, Say

_HEADERS = {"Content-Type": "application/json"}
_HTML = "HTML"
_NO_PREVIEW = {"is_disabled": True}
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Plain(ABC):
    """One bot at one Bot API server; ``address`` is where its calls go, the token included."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._urls: dict[str, URL] = {}

    @abstractmethod
    async def _open(self) -> ClientSession:
        """Give the open session."""

    async def call(self, method: str, seconds: float = CALL_TIMEOUT, /, **parameters: object) -> object:
        """Make a call and return its result as it came; parameters that are None are left out.

        None when what was asked for is so already. Raises DriverError, whose text never holds the URL.
        """
        body = _encode({name: one for name, one in parameters.items() if one is not None}).encode()
        url = self._urls.get(method) or self._urls.setdefault(method, URL(f"{self._address}/{method}", encoded=True))
        try:
            session = await self._open()
            async with session.post(url, data=body, headers=_HEADERS, timeout=timeout(seconds)) as answer:
                status, payload = answer.status, await answer.read()
        except (ClientError, TimeoutError, OSError) as error:
            failed = unreachable(error)
        else:
            return _result(status, payload)
        raise failed  # outside the handler, so that no message of aiohttp's, which may hold the URL, hangs on it

    async def fetch(self, offset: int, wait: float) -> list[Raw]:
        """Confirm what is below ``offset`` and return what comes after it, raw."""
        updates = await self.call(
            "getUpdates", wait + CALL_TIMEOUT, offset=offset, timeout=int(wait), allowed_updates=ALLOWED_UPDATES
        )
        if not isinstance(updates, list) or not all(isinstance(one, dict) for one in updates):
            raise Unreachable("the server's answer could not be read", fate_unknown=True)
        return updates

    async def say(self, chat_id: int, say: Say) -> int:
        """Send a new message without a file, or with files that lie at Telegram; return the id of the first."""
        under = keyboard(say)
        about: dict[str, object] = {"chat_id": chat_id, "disable_notification": say.silent}
        about["allow_paid_broadcast"] = say.paid or None
        if not say.media:
            words = {"text": say.text, "parse_mode": _HTML, "link_preview_options": _NO_PREVIEW}
            return _number(await self.call("sendMessage", **about, **words, reply_markup=under))
        caption = {"caption": say.text, "parse_mode": _HTML} if say.text else {}
        if len(say.media) > 1:
            album = [{"type": kind, "media": file_id} for kind, file_id in say.media]
            sent = await self.call("sendMediaGroup", FILE_TIMEOUT, **about, media=[album[0] | caption, *album[1:]])
            return _number(sent[0] if isinstance(sent, list) and sent else None)
        ((kind, file_id),) = say.media
        method = f"send{kind.capitalize()}"
        return _number(await self.call(method, FILE_TIMEOUT, **about, **caption, **{kind: file_id}, reply_markup=under))

    async def edit(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        """Give our message a new text and new buttons."""
        await self.call(
            "editMessageText",
            chat_id=chat_id,
            message_id=message_id,
            text=text,
            parse_mode=_HTML,
            reply_markup=inline(buttons),
            link_preview_options=_NO_PREVIEW,
        )

    async def caption(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        """Give our picture or file a new caption and new buttons."""
        await self.call(
            "editMessageCaption",
            chat_id=chat_id,
            message_id=message_id,
            caption=text,
            parse_mode=_HTML,
            reply_markup=inline(buttons),
        )

    async def strip(self, chat_id: int, message_id: int) -> None:
        """Take the buttons off our message."""
        await self.call("editMessageReplyMarkup", chat_id=chat_id, message_id=message_id)

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Delete our message."""
        if not await self.call("deleteMessage", chat_id=chat_id, message_id=message_id):
            raise Gone("the message was not deleted")

    async def toast(self, callback_id: str, text: str, *, alert: bool = False) -> None:
        """Answer a tap."""
        await self.call(
            "answerCallbackQuery", callback_query_id=callback_id, text=text or None, show_alert=alert or None
        )


def _result(status: int, payload: bytes) -> object:
    """Read an answer; raises what it refuses with."""
    try:
        answer = json.loads(payload)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        answer = {}
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        if "result" not in answer:
            raise Unreachable("the server's answer could not be read", fate_unknown=True)
        return answer["result"]
    about = answer.get("parameters")
    about = about if isinstance(about, dict) else {}
    error = refusal(
        status,
        str(answer.get("description", "")),
        retry_after=about.get("retry_after"),
        moved_to=about.get("migrate_to_chat_id"),
    )
    if isinstance(error, Unchanged):
        return None
    raise error


def _number(message: object) -> int:
    """Return the number of a message that was sent; an answer without one leaves open what became of it."""
    number = message.get("message_id") if isinstance(message, dict) else None
    if not isinstance(number, int):
        raise Unreachable("the server's answer could not be read", fate_unknown=True)
    return number


def inline(rows: Rows) -> Raw | None:
    """Write buttons as Telegram takes them; None for none."""
    if not rows:
        return None
    return {"inline_keyboard": [[_button(one) for one in row] for row in rows]}


def _button(button: Button) -> dict[str, str]:
    if button.url:
        return {"text": button.label, "url": button.url}
    return {"text": button.label, "callback_data": button.data}


def _menu(rows: tuple[tuple[str, ...], ...]) -> Raw | None:
    if not rows:
        return None
    keyboard = [[{"text": label} for label in row] for row in rows]
    return {"keyboard": keyboard, "resize_keyboard": True, "is_persistent": True}


def keyboard(say: Say) -> Raw | None:
    """Write what is under a message as Telegram takes it."""
    return inline(say.buttons) or _menu(say.menu)
