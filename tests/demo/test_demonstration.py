"""The demonstration as a newcomer sees it: the page, the phones, a walk by thumb, and the script.

``PICTURES=docs/pictures pytest tests/demo`` draws the pictures that the README shows anew.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
import sqlalchemy as sa
from PIL import Image
from playwright.async_api import async_playwright, expect

from bot.offline import demo
from bot.offline.script import picture
from sandbox.client import Phone
from sandbox.server import Sandbox
from storage.visit.visits import Answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Locator, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
UNIT = "浙江省区域管理公司党委"
STICKER = "这类消息用不了"

expect.set_options(timeout=20_000)


async def shoot(page: Page, folder: Path, name: str) -> None:
    """Keep a screenshot, once what moves has come to rest."""
    await page.wait_for_timeout(400)
    await page.screenshot(path=folder / f"{name}.png")


def keep(folder: Path, names: list[str], picture_name: str) -> None:
    """Lay screenshots side by side as the picture of that name, where pictures are wanted."""
    if "PICTURES" not in os.environ:
        return
    shots = [Image.open(folder / f"{name}.png").convert("RGB") for name in names]
    wide, high = sum(shot.width for shot in shots), max(shot.height for shot in shots)
    sheet = Image.new("RGB", (wide, high), "white")
    left = 0
    for shot in shots:
        sheet.paste(shot, (left, 0))
        left += shot.width
    sheet.thumbnail((1600, 1000))
    sheet.quantize(256).save(Path(os.environ["PICTURES"]) / f"{picture_name}.png", optimize=True)


class Thumb:
    """One phone on the page, held by its owner."""

    def __init__(self, phone: Locator) -> None:
        self.phone = phone

    async def tap(self, label: str) -> None:
        await self.phone.get_by_role("button", name=label).last.click()

    async def key(self, label: str) -> None:
        """Press a button of the reply keyboard."""
        await self.phone.locator(".key", has_text=label).click()

    async def sees(self, words: str) -> None:
        await expect(self.phone.get_by_role("log")).to_contain_text(words)

    async def send_photo(self, caption: str) -> None:
        page = self.phone.page
        await self.phone.get_by_role("button", name="添加附件").click()
        async with page.expect_file_chooser() as chooser:
            await self.phone.get_by_role("menuitem", name="照片或视频").click()
        content = picture("Xundu", (960, 720))
        await (await chooser.value).set_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content})
        await self.phone.get_by_role("textbox", name="添加说明").fill(caption)
        await page.keyboard.press("Enter")

    async def send_sticker(self) -> None:
        await self.phone.get_by_role("button", name="添加附件").click()
        await self.phone.get_by_role("menuitem", name="贴纸").click()

    async def write(self, words: str) -> None:
        box = self.phone.get_by_role("textbox", name="消息")
        await box.fill(words)
        await box.press("Enter")

    async def forward(self, words: str) -> None:
        """Forward something that was written to the bot."""
        await self.phone.locator(".mine", has_text=words).last.locator(".words").click(button="right")
        await self.phone.get_by_role("menuitem", name="转发给机器人").click()


def phone_of(page: Page, who: int) -> Thumb:
    return Thumb(page.locator(f"#phone-{who}"))


async def walk_to_the_end(inspector: Thumb, page: Page, folder: Path, name: str) -> None:
    """Open the invitation, walk the checklist with a photo for what is missing, hand it in."""
    await inspector.phone.locator(".bar .primary:visible").click()
    await inspector.sees("欢迎，督导员01")
    await inspector.key("今日督导")
    await inspector.tap(UNIT)
    for number in range(1, 5):
        await inspector.sees(f"{number}. ")
        await inspector.tap("✅")
    await inspector.sees("5. ")
    await shoot(page, folder, f"{name}-item")
    await inspector.tap("❌")
    await inspector.sees("请拍一张能说明问题的照片")
    await inspector.send_photo("研讨记录只有签到表")
    await inspector.sees("已存：第5题")
    await shoot(page, folder, f"{name}-photo")
    for number in range(6, 23):
        await inspector.sees(f"{number}. ")
        await inspector.tap("✅")
    await inspector.sees("都齐了")
    await shoot(page, folder, f"{name}-overview")
    await inspector.tap("提交")
    await inspector.sees("提交")
    await inspector.sees("❌ 5. 领导带头；研讨记录只有签到表")
    await shoot(page, folder, f"{name}-summary")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all of these."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: the page is not driven")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_walk_by_thumb_at_phone_width(tmp_path: Path, browser: Browser):
    async with demo.offline(tmp_path, 0, rushed=True) as (telegram, _):
        page = await browser.new_page(
            viewport=PHONE, device_scale_factor=2, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        await page.goto(telegram.url)
        await page.get_by_role("navigation").get_by_role("button").filter(has_text="督导员01").click()
        await walk_to_the_end(phone_of(page, demo.INSPECTOR), page, tmp_path, "phone")
        bot_said = await page.locator(f"#phone-{demo.INSPECTOR} .theirs").count()
        assert bot_said <= 4
        keep(tmp_path, ["phone-item", "phone-photo", "phone-overview", "phone-summary"], "walk")
        await page.close()


@pytest.mark.asyncio(loop_scope="module")
async def test_stickers_forwards_and_double_taps_by_thumb_spoil_nothing(tmp_path: Path, browser: Browser):
    async with demo.offline(tmp_path, 0, rushed=True) as (telegram, app):
        page = await browser.new_page(viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai")
        await page.goto(telegram.url)
        await page.get_by_role("navigation").get_by_role("button").filter(has_text="督导员01").click()
        inspector = phone_of(page, demo.INSPECTOR)
        await inspector.phone.locator(".bar .primary:visible").dblclick()
        await inspector.sees("欢迎，督导员01")
        await inspector.key("今日督导")
        await inspector.phone.get_by_role("button", name=UNIT).last.dblclick()
        await inspector.sees("1. ")
        await inspector.phone.get_by_role("button", name="✅").last.dblclick()
        await inspector.sees("2. ")
        await inspector.send_sticker()
        await inspector.sees(STICKER)
        await inspector.write("方案已经修改")
        await inspector.sees("方案已经修改")
        await inspector.forward("方案已经修改")
        await expect(inspector.phone.locator(".mine .forwarded")).to_be_visible()
        await inspector.sees("转发的消息不算您本人的记录")  # the card has come down below it, where a thumb finds it
        await expect(inspector.phone.locator(".theirs.with-buttons")).to_have_count(1)
        await inspector.phone.get_by_role("button", name="✅").last.dblclick()
        await inspector.sees("3. ")
        await app.settled()
        async with app.database.read() as db:
            standing = sa.select(Answer.path, Answer.value).where(Answer.superseded_at.is_(None)).order_by(Answer.path)
            stand = [(path.rpartition("/")[2], value) for path, value in (await db.execute(standing)).all()]
        assert stand == [("i01", "done"), ("i02", "done"), ("i02_note", "方案已经修改")]
        await page.close()


@pytest.mark.asyncio(loop_scope="module")
async def test_two_phones_on_a_desk_in_two_languages(tmp_path: Path, browser: Browser):
    async with demo.offline(tmp_path, 0, rushed=True) as (telegram, _):
        page = await browser.new_page(
            viewport=DESKTOP, locale="zh-CN", timezone_id="Asia/Shanghai", color_scheme="dark"
        )
        await page.goto(telegram.url)
        leader, first, second = (phone_of(page, who) for who in (7002, demo.INSPECTOR, 7004))
        for thumb in (leader, first, second):
            await thumb.phone.scroll_into_view_if_needed()
            await thumb.phone.locator(".bar .primary:visible").click()
        await second.sees("Welcome, 督导员04")
        await second.key("Visits today")
        await second.tap(UNIT)
        await second.sees("The leading body stays")
        await first.key("今日督导")
        await first.tap(UNIT)
        await first.tap("✅")
        await first.sees("2. ")
        await leader.key("今日督导")
        await leader.sees("1/22")
        await shoot(page, tmp_path, "desk-dark")
        await second.tap("❌")
        await second.sees("Change it")
        keep(tmp_path, ["desk-dark"], "desk")
        await page.close()


async def test_started_again_it_goes_on_where_it_stopped(tmp_path: Path):
    async with demo.offline(tmp_path, 0) as (telegram, app), Phone(telegram.url, demo.INSPECTOR) as phone:
        await phone.start()
        await arrived(phone, "欢迎，督导员01")
        await app.settled()
    async with demo.offline(tmp_path, 0) as (telegram, _), Phone(telegram.url, demo.INSPECTOR) as phone:
        await arrived(phone, "欢迎，督导员01")
        await phone.text("今日督导")
        await arrived(phone, UNIT)


async def test_the_bot_goes_by_the_clock_that_is_moved_on_the_page(tmp_path: Path):
    async with demo.offline(tmp_path, 0) as (telegram, app), Phone(telegram.url, demo.INSPECTOR) as phone:
        await phone.start()
        await arrived(phone, "欢迎，督导员01")
        telegram.world.clock.advance(timedelta(days=2))
        days = {(telegram.world.clock.now() + timedelta(hours=8, minutes=late)).date() for late in (0, 1)}
        await phone.text("/today")
        await arrived(phone, "今日督导</b>")
        await app.settled()
        said = "".join(str(one.get("text_html")) for one in await phone.messages())
        assert any(f"· {day.month}月{day.day}日" in said for day in days)


async def test_a_taken_port_gets_the_next_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    stop = asyncio.Event()
    async with Sandbox() as other:
        running = asyncio.create_task(demo.run(tmp_path, other.port, "", stop))
        async with asyncio.timeout(60):
            said = ""
            while "Xundu is running" not in said:
                await asyncio.sleep(0.05)
                said += capsys.readouterr().out
        stop.set()
        await running
    assert f"Port {other.port} is taken" in said


async def test_the_script_plays_a_whole_visit_with_the_other_library(tmp_path: Path):
    paper = await demo.script(tmp_path, "aiogram")  # with the usual one it is played by the command: test_keeping.py
    assert "欢迎，督导员01" in paper
    assert "第一轮 · 22/22" in paper
    assert "❌ 5. 领导带头；研讨记录只有签到表" in paper


async def arrived(phone: Phone, words: str) -> None:
    """Wait until the bot has said this."""
    async with asyncio.timeout(60):
        while not any(words in str(one.get("text_html")) for one in await phone.messages()):
            await asyncio.sleep(0.05)
