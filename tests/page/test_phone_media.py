"""At phone width: pictures, albums, files, voice, places, stickers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.page.conftest import PHONE, Desk, begin, phone_of
from tests.page.pictures import jpeg
from tests.page.tinybot import pressed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from playwright.async_api import Locator, Page

    Open = Callable[..., Awaitable[Page]]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def choose(page: Page, phone: Locator, item: str, files: list[Path]) -> None:
    await phone.get_by_role("button", name="添加附件").click()
    async with page.expect_file_chooser() as chooser:
        await phone.get_by_role("menuitem", name=item).click()
    await (await chooser.value).set_files(files)


async def heard(desk: Desk, phone: Locator, count: int) -> None:
    """Wait until the chat shows ``count`` messages of this person's and the bot has got them all."""
    await expect(phone.locator(".mine[data-id]:not(.is-sending, .is-waiting)")).to_have_count(count)
    while sum(1 for one in desk.bot.heard if one["chat"]["id"] == desk.ids[0]) < count:
        await phone.page.wait_for_timeout(20)


async def test_a_photo_goes_with_its_caption_and_opens_large(desk: Desk, open_page: Open, tmp_path: Path):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await choose(page, phone, "照片或视频", [jpeg(tmp_path / "a.jpg", "teal", (1600, 1200))])
    await phone.get_by_role("textbox", name="添加说明").fill("研讨记录只有签到表")
    await page.keyboard.press("Enter")
    await heard(desk, phone, 2)
    message = desk.bot.heard[-1]
    assert (pressed(message), message["caption"]) == ("photo", "研讨记录只有签到表")
    await expect(phone.locator(".mine").last).to_contain_text("研讨记录只有签到表")
    await phone.get_by_role("button", name="看大图").click()
    large = page.get_by_role("dialog").get_by_role("img")
    await expect(large).to_be_visible()
    assert await large.evaluate("image => image.naturalWidth") > 1000
    await page.keyboard.press("Escape")
    await expect(large).to_have_count(0)


async def test_several_photos_are_one_album(desk: Desk, open_page: Open, tmp_path: Path):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    files = [jpeg(tmp_path / f"{colour}.jpg", colour) for colour in ("teal", "maroon", "navy", "olive")]
    await choose(page, phone, "照片或视频", files)
    await phone.get_by_role("button", name="去掉 olive.jpg").click()
    await phone.locator(".preview").get_by_role("button", name="发送").click()
    await expect(phone.locator(".mine .album .picture")).to_have_count(3)
    while len(desk.bot.heard) < 4:
        await page.wait_for_timeout(20)
    album = desk.bot.heard[1:]
    assert [pressed(one) for one in album] == ["photo"] * 3
    assert len({one["media_group_id"] for one in album}) == 1
    await phone.locator(".album .picture").nth(1).click()
    viewer = page.get_by_role("dialog")
    await expect(viewer).to_contain_text("2 / 3")
    await page.keyboard.press("ArrowRight")
    await expect(viewer).to_contain_text("3 / 3")


async def test_a_picture_sent_as_a_file_stays_as_it_was(desk: Desk, open_page: Open, tmp_path: Path):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    picture = jpeg(tmp_path / "IMG_0001.jpg", "teal", camera="A1")
    await choose(page, phone, "照片或视频", [picture])
    await phone.get_by_role("checkbox").check()
    await phone.locator(".preview").get_by_role("button", name="发送").click()
    await heard(desk, phone, 2)
    document = desk.bot.heard[-1]["document"]
    assert (document["file_name"], document["file_size"]) == ("IMG_0001.jpg", picture.stat().st_size)
    paper = phone.locator(".mine .paper")
    await expect(paper).to_contain_text("IMG_0001.jpg")
    address = await paper.evaluate("link => link.href")
    assert await (await page.request.get(address)).body() == picture.read_bytes()


async def test_pasted_and_dropped_pictures_are_looked_at_first(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    drop = """(screen) => {
        const data = new DataTransfer();
        data.items.add(new File(["x"], "note.txt", { type: "text/plain" }));
        screen.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    await phone.locator(".screen").evaluate(drop)
    await expect(phone.locator(".preview")).to_contain_text("note.txt")
    await page.keyboard.press("Escape")
    await expect(phone.locator(".preview")).to_have_count(0)
    assert [pressed(one) for one in desk.bot.heard] == ["text"]


async def test_the_samples_are_what_they_say(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    expected = []
    for name, kind in (("语音", "voice"), ("文本文件", "document"), ("打不开的图片", "document"), ("贴纸", "sticker")):
        await phone.get_by_role("button", name="添加附件").click()
        await phone.get_by_role("menuitem", name="样例").click()
        await phone.locator(".samples").get_by_role("button", name=name).click()
        expected.append(kind)
        await heard(desk, phone, len(expected) + 1)
        assert pressed(desk.bot.heard[-1]) == kind
    assert desk.bot.heard[1]["voice"]["duration"] == 3
    await expect(phone.locator(".voice .wave")).to_be_visible()


async def test_a_sample_album_has_four_different_pictures(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.get_by_role("button", name="添加附件").click()
    await phone.get_by_role("menuitem", name="样例").click()
    await phone.get_by_role("button", name="四张一组").click()
    await phone.locator(".preview").get_by_role("button", name="发送").click()
    await expect(phone.locator(".mine .album .picture")).to_have_count(4)
    while len(desk.bot.heard) < 5:
        await page.wait_for_timeout(20)
    assert len({one["photo"][-1]["file_unique_id"] for one in desk.bot.heard[1:]}) == 4


async def test_a_place_is_chosen_or_typed(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.get_by_role("button", name="添加附件").click()
    await phone.get_by_role("menuitem", name="位置").click()
    await phone.get_by_role("textbox", name="纬度").fill("95")
    await phone.get_by_role("textbox", name="经度").fill("120.5")
    await page.keyboard.press("Enter")
    await expect(phone.get_by_role("alert")).to_contain_text("纬度在 −90 到 90 之间")
    await phone.get_by_role("textbox", name="纬度").fill("30.25")
    await page.keyboard.press("Enter")
    await heard(desk, phone, 2)
    assert desk.bot.heard[-1]["location"] == {"latitude": 30.25, "longitude": 120.5}
    await expect(phone.locator(".spot")).to_contain_text("30.25000, 120.50000")


async def test_without_a_microphone_a_sample_is_offered(desk: Desk, open_page: Open):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.get_by_role("button", name="录一段语音").click()
    await phone.get_by_role("dialog").get_by_role("button", name="语音", exact=True).click()
    await heard(desk, phone, 2)
    assert pressed(desk.bot.heard[-1]) == "voice"


async def test_a_voice_note_is_recorded(desk: Desk, open_page: Open):
    page = await open_page(PHONE, permissions=["microphone"])
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.get_by_role("button", name="录一段语音").click()
    await expect(phone.locator(".recording")).to_contain_text(re.compile("正在录音 0:0[1-9]"))
    await phone.locator(".recording").get_by_role("button", name="发送").click()
    await heard(desk, phone, 2)
    voice = desk.bot.heard[-1]["voice"]
    assert voice["file_size"] > 500
    assert voice["mime_type"].startswith("audio/")
    await expect(phone.get_by_role("textbox", name="消息")).to_be_visible()


async def test_a_recording_can_be_given_up(desk: Desk, open_page: Open):
    page = await open_page(PHONE, permissions=["microphone"])
    phone = phone_of(page, desk, 0)
    await begin(phone)
    await phone.get_by_role("button", name="录一段语音").click()
    await phone.locator(".recording").get_by_role("button", name="取消").click()
    await expect(phone.get_by_role("textbox", name="消息")).to_be_visible()
    await expect(phone.locator(".mine")).to_have_count(1)


async def test_what_the_app_refuses_stays_with_a_way_to_drop_it(desk: Desk, open_page: Open, tmp_path: Path):
    page = await open_page(PHONE)
    phone = phone_of(page, desk, 0)
    await begin(phone)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    await choose(page, phone, "照片或视频", [broken])
    await phone.locator(".preview").get_by_role("button", name="发送").click()
    failed = phone.locator(".mine.is-failed")
    await expect(failed).to_contain_text("未发出")
    await expect(phone.locator(".toast")).to_contain_text("cannot send this as a photo")
    await failed.focus()
    await page.keyboard.press("Enter")
    await phone.get_by_role("menuitem", name="不发了").click()
    await expect(failed).to_have_count(0)
