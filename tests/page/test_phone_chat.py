"""At phone width: words, buttons and cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.page.conftest import PHONE, Desk, begin, begin_checklist, phone_of, still, take
from tests.page.tinybot import card

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    Open = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_start_opens_the_chat_with_the_payload_of_the_invitation(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    await take(page, 2)
    phone = phone_of(page, desk, 2)
    await expect(phone.locator(".composer")).to_be_hidden()
    await begin(phone)
    await expect(phone.locator(".mine").first).to_contain_text("/start i_first")
    assert desk.bot.heard[0]["text"] == "/start i_first"
    assert [await key.inner_text() for key in await phone.locator(".key").all()] == ["今日督导", "我的待办", "更多"]


async def test_typed_words_reach_the_bot_and_its_answer_reaches_the_chat(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.get_by_role("textbox", name="消息").fill("7 ✗ 记录缺失 <b>&amp;")
    await page.keyboard.press("Enter")
    await expect(phone.locator(".theirs").last).to_contain_text("收到：7 ✗ 记录缺失 <b>&amp;")
    await expect(phone.locator(".mine")).to_have_count(2)
    await expect(phone.get_by_role("textbox", name="消息")).to_have_value("")


async def test_a_tapped_button_turns_until_the_bot_has_answered(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin_checklist(phone)
    desk.bot.gate.clear()
    button = phone.locator(".inline-button", has_text="记一句")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await button.click()
    desk.bot.gate.set()
    await expect(button).not_to_have_attribute("aria-busy", "true")
    await expect(phone.locator(".toast")).to_have_text("第9题督导员04已答「部分」。")
    assert desk.bot.taps == ["note:1"], "a second tap while the first is under way is not a tap"


async def test_an_alert_stays_until_it_is_read(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin_checklist(phone)
    await phone.locator(".inline-button", has_text="总览").click()
    alert = phone.get_by_role("alertdialog")
    await expect(alert).to_contain_text("第3题缺照片")
    await alert.get_by_role("button", name="知道了").click()
    await expect(alert).to_have_count(0)
    await expect(phone.locator(".inline-button", has_text="总览")).to_be_focused()


async def test_an_edited_card_changes_in_place_and_the_chat_does_not_jump(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    card = await begin_checklist(phone)
    number = await card.get_attribute("data-id")
    button = phone.locator(".inline-button", has_text="到位")
    await still(button)
    before = await button.bounding_box()
    await button.click()
    await expect(card).to_contain_text("2/22")
    await expect(card).to_contain_text("已编辑")
    await still(button)
    assert await card.get_attribute("data-id") == number
    assert await button.bounding_box() == before, "the next answer is under the thumb that gave this one"


async def test_whoever_reads_further_up_is_left_where_they_are(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    for line in range(30):
        await desk.bot.say(desk.ids[0], f"第 {line} 行")
    await expect(phone.locator(".message", has_text="第 29 行")).to_be_in_viewport()
    await phone.locator(".log-view").hover()
    await page.mouse.wheel(0, -500)
    await expect(phone.get_by_role("button", name="回到最新消息")).to_be_visible()
    middle = phone.locator(".message", has_text="第 12 行")
    await still(middle)
    before = await middle.bounding_box()
    await desk.bot.say(desk.ids[0], "新消息")
    await expect(phone.locator(".message", has_text="新消息")).to_be_attached()
    assert await middle.bounding_box() == before
    await expect(phone.locator(".to-end .badge")).to_have_text("1")
    await phone.get_by_role("button", name="回到最新消息").click()
    await expect(phone.locator(".message", has_text="新消息")).to_be_in_viewport()


async def test_ones_own_words_can_be_changed(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    box = phone.get_by_role("textbox", name="消息")
    await box.fill("登记不全")
    await box.press("Enter")
    await expect(phone.locator(".theirs").last).to_contain_text("收到：登记不全")
    await phone.locator(".mine", has_text="登记不全").locator(".words").click(button="right")
    await phone.get_by_role("menuitem", name="编辑").click()
    await expect(box).to_have_value("登记不全")
    await box.fill("登记齐全")
    await box.press("Enter")
    await expect(phone.locator(".theirs").last).to_contain_text("改为：登记齐全")
    await expect(phone.locator(".mine").last).to_contain_text("已编辑")
    await expect(phone.locator(".mine")).to_have_count(2)


async def test_a_reply_names_what_it_answers(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.locator(".theirs .words").first.click(button="right")
    await phone.get_by_role("menuitem", name="回复").click()
    await phone.get_by_role("textbox", name="消息").fill("明白")
    await page.keyboard.press("Enter")
    await expect(phone.locator(".mine .quote")).to_contain_text("一次一题")
    await expect(phone.locator(".theirs")).to_have_count(2)
    assert "一次一题" in desk.bot.heard[-1]["reply_to_message"]["text"]


async def test_a_forwarded_message_says_so_to_the_bot(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.locator(".theirs .words").first.click(button="right")
    await phone.get_by_role("menuitem", name="转发给机器人").click()
    await expect(phone.locator(".mine").last).to_contain_text("转发的消息")
    await expect(phone.locator(".theirs")).to_have_count(2)
    assert "forward_origin" in desk.bot.heard[-1]


async def test_blocking_the_bot_leaves_only_the_way_back(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.get_by_role("button", name="菜单").click()
    await phone.get_by_role("menuitem", name="停用机器人").click()
    await expect(phone.get_by_role("button", name="重新启用")).to_be_visible()
    await expect(phone.get_by_role("textbox", name="消息")).to_be_hidden()
    with pytest.raises(RuntimeError, match="blocked"):
        await desk.bot.say(desk.ids[0], "还在吗")
    await phone.get_by_role("button", name="重新启用").click()
    await expect(phone.get_by_role("textbox", name="消息")).to_be_visible()
    await desk.bot.say(desk.ids[0], "欢迎回来")
    await expect(phone.locator(".theirs").last).to_contain_text("欢迎回来")


async def test_the_switcher_counts_what_the_others_have_not_read(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    await begin(phone_of(page, desk, 0))
    await take(page, 3)
    await begin(phone_of(page, desk, 3))
    badge = page.locator(".tab").first.locator(".badge")
    await expect(badge).to_be_hidden()
    await desk.bot.say(desk.ids[0], "一")
    await desk.bot.say(desk.ids[0], "二")
    await expect(badge).to_contain_text("2")
    await expect(page).to_have_title("(2) 巡督")
    await take(page, 0)
    await expect(badge).to_be_hidden()
    await expect(page).to_have_title("巡督")


async def test_the_buttons_under_the_line_can_be_folded_away(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.get_by_role("button", name="收起按钮").click()
    await expect(phone.locator(".key").first).to_be_hidden()
    await page.reload()
    await expect(phone.get_by_role("button", name="展开按钮")).to_be_visible()
    await phone.get_by_role("button", name="展开按钮").click()
    await expect(phone.locator(".key").first).to_be_visible()


async def test_a_new_message_glides_into_view(desk: Desk, open_page: Open):
    page = await open_page(PHONE, reduced_motion="no-preference")
    phone = phone_of(page, desk, 0)
    await begin(phone)
    for line in range(12):
        await desk.bot.say(desk.ids[0], f"第 {line} 行<blockquote>说明</blockquote>")
    await expect(phone.locator(".message", has_text="第 11 行")).to_be_in_viewport(ratio=0.99)
    await desk.bot.call("sendMessage", chat_id=desk.ids[0], **card(3))
    await expect(phone.locator(".with-buttons")).to_be_in_viewport(ratio=0.99)


async def test_typing_pins_and_reactions_are_shown(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    chat_id = desk.ids[0]
    await desk.bot.call("sendChatAction", chat_id=chat_id, action="typing")
    await expect(phone.locator(".head-subtitle")).to_have_text("正在输入…")
    message = await desk.bot.say(chat_id, "今晚 20:00 前请交")
    await expect(phone.locator(".head-subtitle")).to_have_text("机器人")
    await desk.bot.call("pinChatMessage", chat_id=chat_id, message_id=message["message_id"])
    await expect(phone.locator(".pinned")).to_contain_text("今晚 20:00 前请交")
    own = desk.bot.heard[0]["message_id"]
    reaction = [{"type": "emoji", "emoji": "👍"}]
    await desk.bot.call("setMessageReaction", chat_id=chat_id, message_id=own, reaction=reaction)
    await expect(phone.locator(".mine .reactions")).to_have_text("👍")


async def test_a_button_with_an_address_is_a_link_unless_it_leads_to_this_bot(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    rows = [
        [{"text": "要求", "url": "https://example.org/"}, {"text": "加入", "url": "https://t.me/xundu_bot?start=i_9"}]
    ]
    await desk.bot.say(desk.ids[0], "请看", reply_markup={"inline_keyboard": rows})
    link = phone.get_by_role("link", name="要求")
    await expect(link).to_have_attribute("href", "https://example.org/")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await phone.get_by_role("button", name="加入").click()
    await expect(page.get_by_role("dialog")).to_contain_text("在哪部手机上打开邀请？")


async def test_a_card_that_follows_the_thumb_takes_the_focus_along(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    old = await begin_checklist(phone)
    await phone.locator(".inline-button", has_text="部分").focus()
    number = int(await old.get_attribute("data-id") or 0)
    await desk.bot.call("sendMessage", chat_id=desk.ids[0], **card(6))
    await desk.bot.call("deleteMessage", chat_id=desk.ids[0], message_id=number)
    await expect(phone.locator(f'.message[data-id="{number}"]')).to_have_count(0)
    await expect(old).to_contain_text("6/22")
    await expect(phone.locator(".inline-button", has_text="部分")).to_be_focused()


async def test_earlier_messages_are_fetched_when_they_are_wanted(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    for line in range(160):
        await desk.bot.say(desk.ids[0], f"第 {line} 行")
    await expect(phone.locator(".message")).to_have_count(150)
    newest = phone.locator(".message", has_text="第 159 行")
    await expect(newest).to_be_in_viewport()
    await phone.get_by_role("button", name="更早的消息").click()
    await expect(phone.locator(".message")).to_have_count(162)
    await expect(phone.locator(".mine")).to_contain_text("/start")
    await expect(phone.get_by_role("button", name="更早的消息")).to_be_hidden()
