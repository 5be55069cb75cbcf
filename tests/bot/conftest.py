"""The bot's own parts against the offline Telegram, with either library."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.drivers.aiogram_driver import AiogramDriver
from bot.drivers.ptb_driver import PtbDriver
from sandbox.client import Phone
from sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from bot.drivers.driver import Driver
    from sandbox.botapi import Incoming
    from sandbox.errors import ApiError

DRIVERS = {"aiogram": AiogramDriver, "ptb": PtbDriver}


class Faults:
    """A layer around the offline Telegram's calls: notes them, and refuses those that ``refuse`` has an answer for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, object]]] = []
        self.refuse: Callable[[str, dict[str, object]], ApiError | None] = lambda *_: None
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, incoming: Incoming, perform: Callable[[Incoming], Awaitable[object]]) -> object:
        if incoming.method == "getupdates":
            return await perform(incoming)
        values = dict(incoming.sent.values)
        self.calls.append((incoming.method, values))
        await self.open.wait()
        error = self.refuse(incoming.method, values)
        if error is not None:
            raise error
        return await perform(incoming)

    def methods(self) -> list[str]:
        """List the methods that were called, in order."""
        return [method for method, _ in self.calls]

    def texts(self, chat_id: int | None = None) -> list[str]:
        """List the texts that were sent or edited, in order."""
        return [
            str(values["text"])
            for _, values in self.calls
            if "text" in values and chat_id in (None, int(str(values["chat_id"])))
        ]


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def faults(telegram: Sandbox) -> Faults:
    layer = Faults()
    telegram.bot_api.add_layer(layer)
    return layer


@pytest.fixture(params=["aiogram", "ptb"])
async def driver(request: pytest.FixtureRequest, telegram: Sandbox) -> AsyncIterator[Driver]:
    opened: Driver = DRIVERS[request.param](telegram.token, telegram.url)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def one_driver(telegram: Sandbox) -> AsyncIterator[Driver]:
    """One driver, where it does not matter which."""
    opened = PtbDriver(telegram.token, telegram.url)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def phone(telegram: Sandbox) -> AsyncIterator[Phone]:
    """The phone of a person who has pressed Start."""
    telegram.world.add_phone(4242, "督导员01", "zh-hans", "", None)
    async with Phone(telegram.url, 4242) as held:
        await held.start()
        yield held


@pytest.fixture
async def phones(telegram: Sandbox) -> AsyncIterator[list[Phone]]:
    """Five people who have pressed Start."""
    held = []
    for number in range(1, 6):
        telegram.world.add_phone(number, f"督导员0{number}", "zh-hans", "", None)
        held.append(Phone(telegram.url, number))
        await held[-1].start()
    yield held
    for one in held:
        await one.__aexit__(None, None, None)


@pytest.fixture
def nothing(tmp_path: Path) -> Callable[[str], Path]:
    """Finds stored files where there are none."""
    return lambda sha256: tmp_path / sha256


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 10, 21, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 30.0) -> None:
    """Wait until something has come about."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.01)
