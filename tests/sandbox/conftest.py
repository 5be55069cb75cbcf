"""A running sandbox, a person in it, and the two real libraries spoken to in one voice.

``library`` runs a test twice, once with aiogram and once with python-telegram-bot. Every answer is given back as the
plain dictionary the library itself makes of it, so that a test proves what a bot's author would see.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import telegram
import telegram.error
from aiogram import Bot, exceptions
from aiogram import types as aio
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from PIL import Image

from sandbox.experiment import Experiment
from sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Json = dict[str, Any]
Rows = list[list[tuple[str, str]]]


class QuickSession(AiohttpSession):
    """aiogram's session without its quarter of a second of waiting for TLS when it closes."""

    async def close(self) -> None:
        if self._session is not None and not self._session.closed:
            await self._session.close()


@dataclass(frozen=True)
class Refusals:
    """The library's own exceptions."""

    bad_request: type[Exception]
    forbidden: type[Exception]
    conflict: type[Exception]
    token: type[Exception]
    flood: type[Exception]
    broken: type[Exception]
    broken_off: tuple[type[Exception], ...]


class Aiogram:
    """aiogram in the common voice."""

    name = "aiogram"
    refusals = Refusals(
        exceptions.TelegramBadRequest,
        exceptions.TelegramForbiddenError,
        exceptions.TelegramConflictError,
        exceptions.TelegramUnauthorizedError,
        exceptions.TelegramRetryAfter,
        exceptions.TelegramNetworkError,
        (exceptions.TelegramNetworkError, exceptions.TelegramServerError),
    )

    def __init__(self, url: str, token: str) -> None:
        self.bot = Bot(token, session=QuickSession(api=TelegramAPIServer.from_base(url)))

    async def close(self) -> None:
        await self.bot.session.close()

    @staticmethod
    def plain(result: object) -> Any:
        if isinstance(result, list):
            return [Aiogram.plain(one) for one in result]
        return (
            result.model_dump(mode="json", exclude_none=True, by_alias=True)
            if hasattr(result, "model_dump")
            else result
        )

    @staticmethod
    def file(content: bytes, name: str) -> aio.BufferedInputFile:
        return aio.BufferedInputFile(content, name)

    @staticmethod
    def buttons(rows: Rows) -> aio.InlineKeyboardMarkup:
        made = [[aio.InlineKeyboardButton(text=text, callback_data=data) for text, data in row] for row in rows]
        return aio.InlineKeyboardMarkup(inline_keyboard=made)

    @staticmethod
    def keyboard(rows: list[list[str]]) -> aio.ReplyKeyboardMarkup:
        made = [[aio.KeyboardButton(text=text) for text in row] for row in rows]
        return aio.ReplyKeyboardMarkup(keyboard=made, resize_keyboard=True)

    @staticmethod
    def media(kind: str, media: object, caption: str | None = None) -> Any:
        made = {"photo": aio.InputMediaPhoto, "document": aio.InputMediaDocument}
        return made[kind](media=media, caption=caption)

    @staticmethod
    def command(name: str, description: str) -> aio.BotCommand:
        return aio.BotCommand(command=name, description=description)

    @staticmethod
    def chat_scope(chat_id: int) -> aio.BotCommandScopeChat:
        return aio.BotCommandScopeChat(chat_id=chat_id)

    @staticmethod
    def reply(message_id: int) -> aio.ReplyParameters:
        return aio.ReplyParameters(message_id=message_id)

    @staticmethod
    def reaction(emoji: str) -> list[aio.ReactionTypeEmoji]:
        return [aio.ReactionTypeEmoji(emoji=emoji)]

    async def download(self, file_id: str) -> bytes:
        file = await self.bot.get_file(file_id)
        into = io.BytesIO()
        await self.bot.download_file(file.file_path or "", into)
        return into.getvalue()

    async def call(self, method: str, **values: Any) -> Any:
        return self.plain(await getattr(self.bot, method)(**values))


class PythonTelegramBot:
    """python-telegram-bot in the common voice."""

    name = "ptb"
    refusals = Refusals(
        telegram.error.BadRequest,
        telegram.error.Forbidden,
        telegram.error.Conflict,
        telegram.error.InvalidToken,
        telegram.error.RetryAfter,
        telegram.error.NetworkError,
        (telegram.error.NetworkError,),
    )

    def __init__(self, url: str, token: str) -> None:
        self.bot = telegram.Bot(token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot")

    async def close(self) -> None:
        # Bot.shutdown() does nothing before initialize(), which would cost every test a getMe.
        for request in self.bot._request:
            await request.shutdown()

    @staticmethod
    def plain(result: object) -> Any:
        if isinstance(result, tuple | list):
            return [PythonTelegramBot.plain(one) for one in result]
        return result.to_dict() if isinstance(result, telegram.TelegramObject) else result

    @staticmethod
    def file(content: bytes, name: str) -> telegram.InputFile:
        return telegram.InputFile(content, filename=name)

    @staticmethod
    def buttons(rows: Rows) -> telegram.InlineKeyboardMarkup:
        made = [[telegram.InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in rows]
        return telegram.InlineKeyboardMarkup(made)

    @staticmethod
    def keyboard(rows: list[list[str]]) -> telegram.ReplyKeyboardMarkup:
        return telegram.ReplyKeyboardMarkup(rows, resize_keyboard=True)

    @staticmethod
    def media(kind: str, media: object, caption: str | None = None) -> Any:
        made = {"photo": telegram.InputMediaPhoto, "document": telegram.InputMediaDocument}
        inner = media.input_file_content if isinstance(media, telegram.InputFile) else media
        name = media.filename if isinstance(media, telegram.InputFile) else None
        return made[kind](inner, caption=caption, filename=name)

    @staticmethod
    def command(name: str, description: str) -> telegram.BotCommand:
        return telegram.BotCommand(name, description)

    @staticmethod
    def chat_scope(chat_id: int) -> telegram.BotCommandScopeChat:
        return telegram.BotCommandScopeChat(chat_id)

    @staticmethod
    def reply(message_id: int) -> telegram.ReplyParameters:
        return telegram.ReplyParameters(message_id)

    @staticmethod
    def reaction(emoji: str) -> str:
        return emoji

    async def download(self, file_id: str) -> bytes:
        file = await self.bot.get_file(file_id)
        return bytes(await file.download_as_bytearray())

    async def call(self, method: str, **values: Any) -> Any:
        return self.plain(await getattr(self.bot, method)(**values))


Library = Aiogram | PythonTelegramBot


class Hand:
    """A person's phone over HTTP, with nothing hidden: status and body of every answer."""

    def __init__(self, session: aiohttp.ClientSession, url: str, phone_id: int) -> None:
        self.session = session
        self.id = phone_id
        self.base = f"{url}/phones/{phone_id}"

    async def chat(self) -> Json:
        async with self.session.get(f"{self.base}/chat") as answer:
            return dict(await answer.json())

    async def ask(self, path: str, **body: Any) -> tuple[int, Json]:
        async with self.session.post(f"{self.base}/{path}", json=body) as answer:
            return answer.status, dict(await answer.json())

    async def do(self, path: str, **body: Any) -> Json:
        status, answer = await self.ask(path, **body)
        assert status == 200, answer
        return answer

    async def upload(self, path: str, files: list[tuple[str, bytes, str]], **fields: str) -> tuple[int, Json]:
        # A browser sends a file name as it is; aiohttp would escape it.
        form = aiohttp.FormData(quote_fields=False)
        for name, content, mime in files:
            form.add_field("file", io.BytesIO(content), filename=name, content_type=mime)
        for name, value in fields.items():
            form.add_field(name, value)
        async with self.session.post(f"{self.base}/{path}", data=form) as answer:
            return answer.status, dict(await answer.json())


async def library_at(name: str, sandbox: Sandbox) -> Library:
    """The library of that name, pointed at the sandbox."""
    made = Aiogram if name == "aiogram" else PythonTelegramBot
    return made(sandbox.url, sandbox.token)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(webhook_pause=0.02) as running:
        yield running


@pytest.fixture(params=["aiogram", "ptb"])
async def library(
    request: pytest.FixtureRequest, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Library]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # what python-telegram-bot will do by itself; it warns until then
    made = await library_at(request.param, sandbox)
    yield made
    await made.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def experiment(sandbox: Sandbox, http: aiohttp.ClientSession) -> AsyncIterator[Experiment]:
    async with Experiment(sandbox.url, http) as made:
        yield made


@pytest.fixture
async def stranger(sandbox: Sandbox, http: aiohttp.ClientSession) -> Hand:
    """Somebody who has never written to the bot."""
    return Hand(http, sandbox.url, await sandbox.add_phone(name="督导员01", language_code="zh-hans"))


@pytest.fixture
async def person(sandbox: Sandbox, stranger: Hand) -> Hand:
    """Somebody who has pressed Start, and whom the bot has heard."""
    await stranger.do("start")
    sandbox.world.updates.forget_all()
    return stranger


def seconds_told(flood: BaseException) -> int:
    """How long to wait, from either library's exception for a 429."""
    told: timedelta | int = flood.retry_after  # type: ignore[attr-defined]
    return int(told.total_seconds()) if isinstance(told, timedelta) else int(told)


def picture(width: int = 1600, height: int = 900, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture that is not all of one colour."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
