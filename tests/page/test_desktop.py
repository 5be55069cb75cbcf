"""At desktop width, with and without a mouse: several phones side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.page.conftest import DESKTOP, PEOPLE, Desk, begin, begin_checklist, phone_of, take

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    Open = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_phones_stand_side_by_side_and_each_is_its_own(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    for who in range(3):
        await expect(phone_of(page, desk, who)).to_be_in_viewport(ratio=0.99)
    await begin(phone_of(page, desk, 0))
    await begin(phone_of(page, desk, 1))
    await phone_of(page, desk, 1).get_by_role("textbox", name="消息").fill("只在这里")
    await page.keyboard.press("Enter")
    await expect(phone_of(page, desk, 1).locator(".mine").last).to_contain_text("只在这里")
    await expect(phone_of(page, desk, 1).locator(".theirs").last).to_contain_text("收到：只在这里")
    await expect(phone_of(page, desk, 0).locator(".mine")).to_have_count(1)
    assert desk.bot.heard[-1]["from"]["id"] == desk.ids[1]


async def test_the_switcher_brings_the_last_phone_into_view(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    last = phone_of(page, desk, len(PEOPLE) - 1)
    await expect(last).not_to_be_in_viewport()
    await take(page, len(PEOPLE) - 1)
    await expect(last).to_be_in_viewport(ratio=0.99)
    await expect(last.get_by_role("button", name="开始")).to_be_focused()


async def test_every_phone_speaks_its_owners_language(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    english, chinese = phone_of(page, desk, 4), phone_of(page, desk, 5)
    await expect(english.get_by_role("button", name="Start")).to_be_attached()
    await expect(chinese.get_by_role("button", name="开始")).to_be_attached()
    assert await english.get_attribute("lang") == "en"
    assert await chinese.get_attribute("lang") == "zh-CN"


async def test_a_checklist_can_be_walked_without_a_mouse(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    phone = phone_of(page, desk, 2)
    box = phone.get_by_role("textbox", name="消息")
    await page.keyboard.press("Alt+3")
    await expect(phone.get_by_role("button", name="开始")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(box).to_be_visible()
    await page.keyboard.press("Alt+3")
    await expect(box).to_be_focused()
    await page.keyboard.type("今日督导")
    await page.keyboard.press("Enter")
    card = phone.locator(".theirs.with-buttons")
    await expect(card).to_contain_text("1/22")
    for _ in range(2):  # from the line back over the attach button to the last button of the newest card
        await page.keyboard.press("Shift+Tab")
    await expect(phone.locator(".inline-button", has_text="📎")).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowLeft")
    await expect(phone.locator(".inline-button", has_text="未落实")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(card).to_contain_text("2/22")
    await expect(phone.locator(".inline-button", has_text="未落实")).to_be_focused()
    await page.keyboard.press("Space")
    await expect(card).to_contain_text("3/22")
    assert desk.bot.taps == ["no:1", "no:2"]


async def test_the_command_list_is_chosen_from_by_key(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await page.keyboard.press("Alt+1")
    await page.keyboard.type("/")
    options = phone.get_by_role("option")
    await expect(options).to_have_count(3)
    await page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.type("t")
    await expect(options).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(phone.locator(".mine").last).to_contain_text("/today")
    await expect(options).to_have_count(0)


async def test_a_command_typed_whole_is_taken_before_a_longer_one(desk: Desk, open_page: Open):
    commands = [{"command": name, "description": name} for name in ("meeting", "me")]
    await desk.bot.call("setMyCommands", commands=commands)
    page = await open_page(DESKTOP)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await page.keyboard.press("Alt+1")
    await page.keyboard.type("/m")
    options = phone.get_by_role("option")
    await expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    await page.keyboard.type("e")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect(phone.locator(".mine").last.get_by_role("button", name="/me", exact=True)).to_be_visible()


async def test_shift_enter_is_a_new_line_and_arrow_up_edits_the_last_message(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await page.keyboard.press("Alt+1")
    await page.keyboard.type("第一行")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("第二行")
    await page.keyboard.press("Enter")
    await expect(phone.locator(".theirs").last).to_contain_text("收到：第一行")
    assert desk.bot.heard[-1]["text"] == "第一行\n第二行"
    await page.keyboard.press("ArrowUp")
    await expect(phone.get_by_role("textbox", name="消息")).to_have_value("第一行\n第二行")
    await page.keyboard.press("Escape")
    await expect(phone.get_by_role("textbox", name="消息")).to_have_value("")


async def test_messages_are_reached_and_answered_by_arrow_keys(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.get_by_role("log").focus()
    await page.keyboard.press("ArrowUp")
    await expect(phone.locator(".theirs")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(phone.get_by_role("menuitem").first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(phone.locator(".context-bar")).to_contain_text("回复")
    await expect(phone.get_by_role("textbox", name="消息")).to_be_focused()


async def test_the_focus_returns_to_where_a_menu_was_opened(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    menu = phone.get_by_role("button", name="添加附件")
    await menu.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await expect(phone.get_by_role("menuitem", name="文件", exact=True)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(menu).to_be_focused()


async def test_dark_follows_the_system_until_somebody_chooses(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP, color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = await page.evaluate(ground)
    toggle = page.get_by_role("button", name="配色：跟随系统")
    await toggle.click()
    await expect(page.get_by_role("button", name="配色：浅色")).to_be_visible()
    light = await page.evaluate(ground)
    assert sum(map(int, light[4:-1].split(","))) > 600
    assert sum(map(int, dark[4:-1].split(","))) < 100
    await page.reload()
    await expect(page.get_by_role("button", name="配色：浅色")).to_be_visible()
    assert await page.evaluate(ground) == light


async def test_six_phones_leave_connections_for_sending(desk: Desk, open_page: Open):
    """A browser opens six connections to a server: a stream for each phone would leave none."""
    page = await open_page(DESKTOP)
    other = await page.context.new_page()
    await other.goto(desk.url)
    await begin_checklist(phone_of(page, desk, 0))
    await expect(phone_of(other, desk, 0).locator(".theirs.with-buttons")).to_contain_text("1/22")
