"""A real browser on the real page of a real sandbox, with a tiny real bot behind it."""

from __future__ import annotations

import shutil
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from sandbox.server import Sandbox
from tests.page.tinybot import TinyBot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from playwright.async_api import Browser, ConsoleMessage, Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a microphone that hums; asking for it is still refused unless granted
)
PHONE = (390, 844)
DESKTOP = (1440, 900)
PEOPLE = (
    ("王敏", "办公室", "zh-hans", None),
    ("陈立", "二组组长", "zh-hans", None),
    ("督导员01", "二组督导员", "zh-hans", "i_first"),
    ("督导员04", "二组督导员", "zh-hans", None),
    ("Li Wei", "Member", "en", "s_survey"),
    ("赵强", "余杭区联系人", "zh-hans", None),
)

expect.set_options(timeout=20_000)


@dataclass
class Desk:
    """The sandbox with its bot and its phones; ``ids`` are Telegram ids in the order of ``PEOPLE``."""

    path: Path
    sandbox: Sandbox
    bot: TinyBot
    ids: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.sandbox.url + "/"

    async def stop(self) -> None:
        await self.bot.stop()
        await self.sandbox.close()

    async def start_again(self) -> None:
        """Start sandbox and bot anew at the same address, on the state that was kept."""
        self.sandbox = Sandbox(path=self.path, port=self.sandbox.port)
        await self.sandbox.start()
        self.bot = TinyBot(self.sandbox.url, self.sandbox.token)
        await self.bot.start()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: the page is not driven")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A fresh sandbox on a free port."""
    path = tmp_path / "sandbox.db"
    sandbox = Sandbox(path=path)
    await sandbox.start()
    bot = TinyBot(sandbox.url, sandbox.token)
    desk = Desk(path, sandbox, bot)
    for name, note, language, start in PEOPLE:
        desk.ids.append(await sandbox.add_phone(name=name, note=note, language_code=language, start=start))
    await bot.start()
    yield desk
    await desk.stop()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser had to say; a test that expects a complaint takes it out."""
    return []


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(
    browser: Browser, desk: Desk, complaints: list[str]
) -> AsyncIterator[Callable[..., Awaitable[Page]]]:
    """Open the page at a size: ``await open_page(PHONE)``; afterwards there must be no complaints."""
    foreign: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # A lost or refusing server is what some tests are about; whatever else the browser says is a mistake of ours.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    async with AsyncExitStack() as stack:

        async def open_one(size: tuple[int, int], **options: object) -> Page:
            viewport = {"width": size[0], "height": size[1]}
            usual = {"locale": "zh-CN", "reduced_motion": "reduce"}
            context = await browser.new_context(viewport=viewport, **{**usual, **options})
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.on("console", listen)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda one: None if one.url.startswith((desk.url, "blob:")) else foreign.append(one.url))
            await page.goto(desk.url)
            await expect(page.locator(".phone[data-loaded]")).to_have_count(len(PEOPLE))
            return page

        yield open_one
    assert complaints == []
    assert foreign == []


def phone_of(page: Page, desk: Desk, who: int) -> Locator:
    """The phone of the person at this place in ``PEOPLE``."""
    return page.locator(f"#phone-{desk.ids[who]}")


async def take(page: Page, who: int) -> None:
    """Bring one phone before the reader."""
    await page.get_by_role("navigation").get_by_role("button").nth(who).click()


async def still(one: Locator) -> None:
    """Wait until it stands still: the page may be scrolling yet."""
    handle = await one.element_handle()
    await handle.wait_for_element_state("stable")


async def begin(phone: Locator) -> None:
    """Press Start and wait for the bot's welcome."""
    await phone.locator(".bar .primary:visible").click()
    await expect(phone.locator(".theirs").last).to_contain_text("一次一题")


async def begin_checklist(phone: Locator) -> Locator:
    """Press Start, ask for the checklist, and return its card."""
    await begin(phone)
    await phone.locator(".key", has_text="今日督导").click()
    card = phone.locator(".theirs.with-buttons")
    await expect(card).to_contain_text("1/22")
    return card
