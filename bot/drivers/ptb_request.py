"""python-telegram-bot's transport over aiohttp instead of httpx, whose connection pool is quadratic (httpcore#1035).

It also keeps what PTB's own exceptions lose: the HTTP status, and whether a request that failed can have arrived.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientSession, FormData
from telegram._utils.defaultvalue import DefaultValue  # PTB exports no public name for "not given"
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

from bot.drivers.driver import CALL_TIMEOUT, FILE_TIMEOUT
from bot.drivers.http import open_session, timeout, unreachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.drivers.errors import Unreachable

CHUNK = 64 * 1024


class Refused(TelegramError):
    """The server answered, and the answer was not a success."""

    def __init__(self, status: int, payload: bytes) -> None:
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = {}
        if not isinstance(answer, dict):
            answer = {}
        super().__init__(str(answer.get("description", "")))
        parameters = answer.get("parameters") or {}
        self.status = status
        self.description = str(answer.get("description", ""))
        self.retry_after: float | None = parameters.get("retry_after")
        self.moved_to: int | None = parameters.get("migrate_to_chat_id")


class Failed(NetworkError):
    """The server did not answer; ``why`` says whether the request can have arrived."""

    def __init__(self, why: Unreachable) -> None:
        super().__init__(str(why))
        self.why = why


class AiohttpRequest(BaseRequest):
    """One aiohttp session behind PTB's interface; safe to hand to the bot for polling and for everything else."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        self._session: ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds a call may take when it does not say so itself."""
        return CALL_TIMEOUT

    async def initialize(self) -> None:
        """Open the session, once."""
        if self._session is None or self._session.closed:
            self._session = open_session(self._api_url)

    async def shutdown(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> ClientSession:
        """The open session."""
        if self._session is None:
            raise RuntimeError("the driver has not been started")
        return self._session

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 - PTB's type for it is private
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401, ARG002
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401, ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401, ARG002
    ) -> tuple[int, bytes]:
        """Make one call; raises Refused or Failed, whose text never holds the URL."""
        seconds = CALL_TIMEOUT if read_timeout is None or isinstance(read_timeout, DefaultValue) else read_timeout
        if request_data is not None and request_data.contains_files:
            seconds = FILE_TIMEOUT
        try:
            body, headers = _body(request_data)
            async with self.session.request(
                method, url, data=body, headers=headers, timeout=timeout(seconds)
            ) as answer:
                payload = await answer.read()
        except (ClientError, TimeoutError, OSError) as error:
            raise Failed(unreachable(error)) from None
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise Refused(answer.status, payload)
        return answer.status, payload

    async def stream(self, url: str) -> AsyncIterator[bytes]:
        """Yield a file's bytes as they come, for PTB itself reads a file whole into memory."""
        try:
            async with self.session.get(url, timeout=timeout(FILE_TIMEOUT)) as answer:
                if answer.status != HTTPStatus.OK:
                    raise Refused(answer.status, await answer.read())
                async for chunk in answer.content.iter_chunked(CHUNK):
                    yield chunk
        except (ClientError, TimeoutError, OSError) as error:
            raise Failed(unreachable(error)) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer; a broken one is not logged as PTB would, for it may hold what people wrote."""
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise NetworkError("the server's answer is not JSON") from None
        if not isinstance(answer, dict) or "result" not in answer:
            raise NetworkError("the server's answer is not one of the Bot API")
        return answer


def _body(data: RequestData | None) -> tuple[FormData | bytes | None, dict[str, str]]:
    """Return the body of a call and its headers; aiohttp would make a form of many parts even of one without files."""
    if data is None:
        return None, {}
    if not data.contains_files:
        return data.url_encoded_parameters().encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    form = FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, {}
