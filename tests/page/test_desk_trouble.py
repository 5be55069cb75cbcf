"""The trouble panel of the desk: what it sets, what it does at once, what it tells."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from sandbox import groups
from sandbox.model import Group
from tests.page.conftest import DESKTOP, PHONE, Desk, begin, phone_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Locator, Page

    Open = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def panel_of(page: Page) -> Locator:
    await page.get_by_role("button", name="故意出错").click()
    panel = page.get_by_role("dialog", name="故意出错")
    await expect(panel).to_be_visible()
    return panel


def putting(page: Page):
    """Wait until what is done within has reached the sandbox."""
    return page.expect_response(lambda answer: answer.request.method == "PUT")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
async def test_faults_are_set_and_taken_back_by_hand(desk: Desk, open_page: Open, size: tuple[int, int]):
    page = await open_page(size)
    panel = await panel_of(page)
    async with putting(page):
        await panel.get_by_label("网络").select_option("rough")
    async with putting(page):
        await panel.get_by_label("严格限速").check()
    async with putting(page):
        await panel.get_by_label("更新会重复").check()
    settings = desk.sandbox.trouble.faults.settings
    assert (settings.lost_reply, settings.strict, settings.duplicate_update) == (0.02, True, 0.1)
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    panel = await panel_of(page)
    await expect(panel.get_by_label("网络")).to_have_value("rough")
    await panel.get_by_role("button", name="全部恢复正常").click()
    await expect(panel.get_by_label("网络")).to_have_value("calm")
    await expect(panel.get_by_label("严格限速")).not_to_be_checked()
    assert not desk.sandbox.trouble.faults.settings.calls


async def test_the_next_call_goes_wrong_and_is_counted(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    panel = await panel_of(page)
    await expect(panel).to_contain_text("没有出过错")
    async with page.expect_response(lambda answer: answer.request.method == "POST"):
        await panel.get_by_role("button", name="遇到 500 错误").click()
    await page.keyboard.press("Escape")
    await phone_of(page, desk, 0).get_by_role("button", name="开始").click()
    panel = await panel_of(page)
    await expect(panel).to_contain_text("http_500 1")


async def test_a_group_is_moved_by_hand(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    panel = await panel_of(page)
    await expect(panel.get_by_text("升级为超级群")).to_be_hidden()
    world = desk.sandbox.world
    chat = groups.create(world, Group("督导一组", "group", members=[next(iter(world.phones))]), "member")
    await panel.get_by_role("button", name="督导一组").click()
    await expect(panel.get_by_role("button", name="督导一组")).to_have_count(0)
    assert world.chats[chat.id].group.moved_to is not None


async def test_the_clock_is_moved_by_hand(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    panel = await panel_of(page)
    for step in ("快进 1 天", "快进 3 分钟"):
        async with page.expect_response(lambda answer: answer.request.method == "POST"):
            await panel.get_by_role("button", name=step).click()
    assert desk.sandbox.world.clock.ahead == timedelta(days=1, minutes=3)


async def test_an_account_is_deleted_and_had_back(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP)
    await begin(phone_of(page, desk, 1))
    panel = await panel_of(page)
    await panel.get_by_role("combobox", name="某一部手机").select_option(str(desk.ids[1]))
    async with page.expect_response("**/deactivate"):
        await panel.get_by_role("button", name="注销账号").click()
    assert desk.sandbox.world.phones[desk.ids[1]].deactivated
    async with page.expect_response("**/activate"):
        await panel.get_by_role("button", name="恢复账号").click()
    assert not desk.sandbox.world.phones[desk.ids[1]].deactivated


async def test_the_panel_speaks_english_too(desk: Desk, open_page: Open):
    page = await open_page(DESKTOP, locale="en-GB")
    await page.get_by_role("button", name="Trouble on purpose").click()
    await expect(page.get_by_role("dialog")).to_contain_text("nothing has gone wrong")
