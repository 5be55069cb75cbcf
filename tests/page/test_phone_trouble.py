"""At phone width: what happens when something goes away: the signal, the server, the page itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.page.conftest import PHONE, Desk, begin, begin_checklist, phone_of, take

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    Open = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_is_written_without_a_signal_is_sent_in_order_when_it_is_back(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.get_by_role("button", name="菜单").click()
    await phone.get_by_role("menuitem", name="断开信号").click()
    await expect(phone.locator(".note")).to_be_visible()
    box = phone.get_by_role("textbox", name="消息")
    for words in ("9 ✅", "10 部分 台账未更新", "15 ✗ 无整改时限"):
        await box.fill(words)
        await box.press("Enter")
    await expect(phone.locator(".mine.is-waiting")).to_have_count(3)
    assert len(desk.bot.heard) == 1
    await phone.get_by_role("button", name="菜单").click()
    await phone.get_by_role("menuitem", name="恢复信号").click()
    await expect(phone.locator(".theirs").last).to_contain_text("收到：15")
    await expect(phone.locator(".is-waiting")).to_have_count(0)
    assert [one["text"] for one in desk.bot.heard[1:]] == ["9 ✅", "10 部分 台账未更新", "15 ✗ 无整改时限"]


async def test_a_lost_server_is_told_and_nothing_written_is_lost(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await expect(page.locator(".lost")).to_be_hidden()
    await desk.stop()
    await expect(page.locator(".lost")).to_contain_text("没有应答")
    box = phone.get_by_role("textbox", name="消息")
    await box.fill("断网时写的")
    await box.press("Enter")
    await expect(phone.locator(".mine.is-waiting")).to_contain_text("断网时写的")
    await desk.start_again()
    await expect(page.locator(".lost")).to_be_hidden()
    await expect(phone.locator(".theirs").last).to_contain_text("收到：断网时写的")
    await expect(phone.locator(".mine")).to_have_count(2)


async def test_a_reload_finds_everything_as_it_was(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    await take(page, 3)
    phone = phone_of(page, desk, 3)
    card = await begin_checklist(phone)
    await phone.locator(".inline-button", has_text="部分").click()
    await expect(card).to_contain_text("2/22")
    await phone.get_by_role("textbox", name="消息").fill("写了一半")
    before = await phone.locator(".message").all_inner_texts()
    await page.reload()
    await expect(phone).to_be_visible()
    await expect(phone.get_by_role("textbox", name="消息")).to_have_value("写了一半")
    await expect(card).to_be_in_viewport()
    assert await phone.locator(".message").all_inner_texts() == before


async def test_a_tap_that_does_not_arrive_says_so(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin_checklist(phone)
    await page.route("**/tap", lambda route: route.abort())
    button = phone.locator(".inline-button", has_text="记一句")
    await button.click()
    await expect(phone.locator(".toast")).to_contain_text("没有送到")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_a_phone_put_on_the_desk_meanwhile_appears(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    await desk.sandbox.add_phone(name="孙丽", note="二组副组长", language_code="zh-hans")
    await expect(page.locator(".tab", has_text="孙丽")).to_be_attached()


async def test_an_invitation_opens_on_the_phone_that_is_chosen(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await desk.bot.say(desk.ids[0], "邀请：https://t.me/xundu_bot?start=i_7Kq")
    await phone.locator(".link", has_text="i_7Kq").click()
    await page.get_by_role("dialog").get_by_role("button", name="赵强").click()
    other = phone_of(page, desk, 5)
    await expect(other.locator(".mine")).to_contain_text("/start i_7Kq")
    await expect(other.locator(".theirs")).to_contain_text("赵强")
    assert desk.bot.heard[-1]["from"]["id"] == desk.ids[5]


async def test_a_new_person_with_an_invitation_is_put_on_the_desk(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    await page.get_by_role("button", name="加一部手机").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("姓名").fill("Ann")
    await dialog.get_by_label("语言").select_option("English")
    await dialog.get_by_label("邀请链接").fill("https://t.me/xundu_bot?start=i_new")
    await dialog.get_by_role("button", name="添加").click()
    phone = page.locator(".phone:visible")
    await phone.get_by_role("button", name="Start").click()
    await expect(phone.locator(".mine")).to_contain_text("/start i_new")
    await expect(phone.locator(".theirs")).to_contain_text("Ann")
    assert desk.bot.heard[-1]["from"]["first_name"] == "Ann"
