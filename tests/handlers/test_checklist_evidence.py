"""Photos, files, voice and places: laid with the right item, albums whole, damaged ones asked for again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from storage.chat import timers
from storage.files import evidence
from tests.handlers.site import SMALL, Site, button, card, site, title

if TYPE_CHECKING:
    from storage.files.evidence import Evidence
    from tests.handlers.phone import Bench


async def unreadable(here: Site, piece: Evidence, why: str) -> None:
    """Let a download end badly, as bot/background/download.py notes it."""
    async with here.bench.database.begin() as db:
        one = await evidence.get(db, piece.id)
        assert one is not None
        if why == "corrupt":
            one.stored("0" * 64, 100)
            one.damaged()
        else:
            one.failed("gone", here.bench.now, for_good=True)
        args = {"evidence": one.id, "why": why}
        key = f"evidence:{one.id}:unreadable"
        await timers.plan(db, key, here.bench.now, one.chat_id or 0, "checklist.unreadable", args)
    await here.bench.wait(seconds=1)


@pytest.fixture
async def small(bench: Bench) -> Site:
    here = await site(bench, SMALL)
    await here.enter()
    return here


async def test_a_photo_that_the_card_asks_for_answers_it_and_the_walk_goes_on(small: Site):
    await small.one.photo()
    assert title(small.one).startswith("2. ")
    await small.one.photo()
    assert title(small.one).startswith("3. ")
    assert await small.evidence() == {"sign": 1, "board": 1}
    assert "✓ 已存：第2题 照片1张" in card(small.one).text


async def test_an_album_lands_whole_on_one_item_although_the_walk_has_moved_on(small: Site):
    for at in range(4):
        await small.one.photo("公示栏三面" if at == 2 else "", album_id="a")
    assert await small.evidence() == {"sign": 4}
    assert title(small.one).startswith("2. ")
    assert "✓ 已存：第1题 照片4张、「公示栏三面」" in card(small.one).text


async def test_an_album_goes_where_the_caption_says_whichever_piece_carries_it(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for at in range(3):
        await phone.photo("7 ❌ 没有签到表" if at == 1 else "", album_id="a")
    assert await here.evidence() == {"i07_photo": 3}
    assert await here.answers() == {"i07": "missing", "i07_note": "没有签到表"}
    assert title(phone).startswith("1. ")


async def test_an_album_that_arrives_in_pieces_is_not_torn_by_taps_in_between(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.tap("❌")
    await phone.photo("没有分工", album_id="a")
    assert title(phone).startswith("2. ")
    await phone.tap("✅")
    await phone.photo(album_id="a")
    await phone.tap("☰")
    await phone.photo(album_id="a")
    assert await here.evidence() == {"i01_photo": 3}
    assert "✓ 已存：第1题 照片3张、「没有分工」" in card(phone).text


async def test_two_albums_of_two_people_with_the_same_mark_stay_apart(bench: Bench):
    here = await site(bench)
    await here.enter()
    await here.at(2, here.two)
    await here.one.photo(album_id="a")
    await here.two.photo(album_id="a")
    assert await here.evidence() == {"i01_photo": 1, "i02_photo": 1}


async def test_a_caption_is_the_note_and_a_number_before_it_names_the_item(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.photo("分工在墙上")
    await phone.file("9 ✅", name="清单.docx")
    await phone.video("第10题 现场")
    await phone.voice()
    await phone.place()
    assert await here.evidence() == {"i01_photo": 3, "i09_photo": 1, "i10_photo": 1}
    assert await here.answers() == {"i01_note": "分工在墙上", "i09": "done", "i10_note": "现场"}


async def test_a_caption_that_the_form_cannot_take_never_costs_the_photo(small: Site):
    await small.at(7)
    await small.one.photo("长" * 31)
    assert await small.evidence() == {"door": 1}
    assert await small.answers() == {}
    assert "备注不能超过30个字。" in card(small.one).text
    await small.one.photo("9 ✅ 没有地方写的话")
    assert await small.evidence() == {"door": 1, "bare": 1}
    assert await small.answers() == {"bare": "yes"}
    assert [piece.caption for piece in await small.pieces()][1] == "9 ✅ 没有地方写的话"


async def test_a_file_that_is_a_picture_counts_as_a_photo_and_others_do_not(small: Site):
    await small.at(2)
    await small.one.file(name="公示栏.docx")
    await small.one.voice()
    assert title(small.one).startswith("2. ")
    await small.one.file(name="IMG_1.HEIC", mime="image/heic")
    assert title(small.one).startswith("3. ")


async def test_a_photo_of_a_question_that_is_asked_alone_lands_there(small: Site):
    await small.at(7)
    await small.one.tap("❌")
    await small.one.photo()
    assert await small.evidence() == {"door_photo": 1}


async def test_the_live_card_stays_one_message_however_much_is_sent(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for at in range(10):
        await phone.photo(album_id="a", caption="x" if not at else "")
    await phone.voice()
    assert len(phone.bot_said) == 1


# --- what lies with an item ---


async def test_every_piece_but_a_place_can_be_looked_at_before_it_is_here(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.photo("墙上的分工")
    await phone.place(30.25, 120.171234)
    await phone.tap("📎")
    assert card(phone).labels == ["查看 1", "✕ 移除 1", "✕ 移除 2", "◀ 回到第1题"]
    assert "位置　10月21日 09:00 30.25000, 120.17123" in card(phone).text
    await phone.tap("查看 1")
    assert (phone.toast, phone.alert) == ("这个文件还在接收，请稍后再试。", True)


@pytest.mark.parametrize(("latitude", "longitude"), [(0.0, 0.0), (51.47788, 0.0), (0.0, 9.45)])
async def test_a_place_on_the_equator_or_the_meridian_of_greenwich_is_a_place(
    bench: Bench, latitude: float, longitude: float
):
    here = await site(bench)
    phone = await here.enter()
    await phone.place(latitude, longitude)
    await phone.tap("📎")
    assert f" {latitude:.5f}, {longitude:.5f}" in card(phone).text
    (piece,) = await here.pieces()
    assert (piece.latitude, piece.longitude) == (latitude, longitude)


async def test_a_place_that_waits_keeps_its_degrees_though_they_are_nought(bench: Bench):
    here = await site(bench)
    await here.one.place(0.0, 0.0)
    await here.enter()
    await here.one.tap("1·")
    (piece,) = await here.pieces()
    assert (piece.latitude, piece.longitude) == (0.0, 0.0)


async def test_a_place_of_which_nobody_knows_where_it_is_does_not_stop_the_list(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.place()
    async with bench.database.begin() as db:
        (piece,) = await evidence.of_visit(db, here.visit_id)
        piece.latitude = None
    await phone.tap("📎")
    assert "位置　10月21日 09:00" in card(phone).text


async def test_a_stored_piece_is_sent_back_to_look_at(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.photo()
    await phone.file(name="清单.docx")
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8)).save(drawn, "JPEG")
    stored = await bench.blobs.put_bytes(drawn.getvalue())
    async with bench.database.begin() as db:
        for piece in await evidence.of_visit(db, here.visit_id):
            piece.stored(stored.sha256, stored.size)
    await phone.tap("📎")
    await phone.tap("查看 1")
    assert (phone.last.picture, phone.last.labels) == (
        stored.sha256,
        ["☰ 列表", "▶", "✕ 移除 1", "↪ 移到别的题", "◀ 回到第1题"],
    )
    assert phone.last.text == "第1题\n1. 照片　10月21日 09:00"
    await phone.tap("▶")
    assert (phone.last.document, phone.last.filename) == (stored.sha256, "清单.docx")
    await phone.tap("☰ 列表")
    assert "查看 2" in phone.last.labels
    await phone.tap("查看 2")
    await phone.tap("回到")
    assert title(phone).startswith("1. ")
    assert len(phone.bot_said) == 1, "no copy stays in the chat"
    await phone.tap("📎")
    await phone.tap("查看 1")
    await phone.text("一句话")
    assert len(phone.bot_said) == 1
    await phone.tap("✅")
    assert len(phone.bot_said) == 1
    assert title(phone).startswith("2. ")


async def test_a_removed_photo_no_longer_satisfies_and_stays_in_the_history(small: Site):
    await small.at(2)
    await small.one.photo()
    await small.at(2)
    await small.one.tap("📎")
    await small.one.tap("移除")
    await small.one.tap("看不清")
    assert small.one.toast == "已移除，历史记录中仍可查到。"
    assert "这一题还没有佐证" in card(small.one).text
    assert "✓ 已移除：照片1张" in card(small.one).text
    await small.one.tap("回到")
    assert "▱" * 10 in card(small.one).text
    assert await small.evidence() == {}


async def test_what_was_removed_is_brought_back_once_and_satisfies_again(small: Site):
    await small.at(2)
    await small.one.photo()
    await small.at(2)
    await small.one.tap("📎")
    await small.one.tap("移除")
    await small.one.tap("发错了")
    undo, shown = button(card(small.one), "撤销"), card(small.one).id
    await small.one.tap("撤销")
    assert (small.one.toast, await small.evidence()) == ("已撤销。", {"board": 1})
    await small.one.press(undo, shown)
    assert await small.evidence() == {"board": 1}
    assert "撤销" not in "".join(card(small.one).labels)
    await small.one.tap("回到")
    assert card(small.one).text.splitlines()[1].endswith("1/9")


async def test_a_picture_sent_before_the_answer_that_makes_it_necessary_is_not_asked_for_again(small: Site):
    await small.at(7)
    await small.one.photo("门口堆了纸箱")
    assert await small.evidence() == {"door": 1}
    await small.one.tap("❌")
    assert await small.evidence() == {"door_photo": 1}
    assert "请拍一张出口" not in card(small.one).text
    await small.one.tap("☰")
    assert "第7题缺" not in card(small.one).text


async def test_many_pieces_are_shown_a_page_at_a_time(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for _ in range(60):
        await phone.photo("一" * 80)
    await phone.tap("📎")
    assert "✕ 移除 8" in card(phone).labels
    assert "✕ 移除 9" not in card(phone).labels
    for _ in range(7):
        await phone.tap("▶")
    assert card(phone).labels[-2:] == ["◀", "◀ 回到第1题"]
    for last in (60, 59):
        await phone.tap(f"✕ 移除 {last}")
        await phone.tap("重复发送")
    assert len(await here.pieces()) == 58
    assert "✕ 移除 58" in card(phone).labels, "the page stays"
    await phone.press(f"checklist.evidence:{here.visit_id}:1:99", card(phone).id)
    assert "✕ 移除 58" in card(phone).labels, "a page too many is the last one"


# --- what cannot be opened ---


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("corrupt", "这张图片打不开，请重新拍一张。前面的内容都在。"),
        ("missing", "您发的一个文件没能从 Telegram 取到，请再发一次。前面的内容都在。"),
    ],
)
async def test_a_picture_that_cannot_be_opened_is_asked_for_again(small: Site, why: str, said: str):
    await small.at(2)
    await small.one.photo()
    await small.one.tap("☰")
    await unreadable(small, (await small.pieces())[0], why)
    assert small.one.last.text == f"浙江省区域管理公司党委 第2题\n{said}"
    await small.one.tap("去第2题")
    assert title(small.one).startswith("2. ")
    await small.one.tap("📎 0")
    assert "（打不开）" in card(small.one).text
    await small.one.tap("查看")
    assert small.one.toast == "这个文件打不开，请移除后重新发一次。"
    await small.one.tap("回到")
    await small.one.photo()
    assert title(small.one).startswith("3. ")


async def test_the_news_of_a_damaged_picture_throws_nobody_out_of_what_they_do(small: Site):
    await small.at(2)
    await small.one.photo()
    await small.at(7)
    await small.one.tap("✎")
    await unreadable(small, (await small.pieces())[0], "corrupt")
    await small.one.text("写到一半的话")
    assert (await small.answers())["door_note"] == "写到一半的话"


async def test_the_news_is_told_in_the_sender_s_language_and_to_nobody_else(bench: Bench):
    here = await site(bench)
    await here.enter()
    await here.enter(here.two)
    await here.two.photo()
    before = len(here.one.screen)
    await unreadable(here, (await here.pieces())[0], "corrupt")
    assert "This picture cannot be opened; please take it again." in here.two.last.text
    assert len(here.one.screen) == before


async def test_nobody_is_told_about_a_picture_they_have_removed_meanwhile(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.photo()
    piece = (await here.pieces())[0]
    await phone.tap("撤销")
    before = len(phone.screen)
    await unreadable(here, piece, "corrupt")
    assert len(phone.screen) == before


async def test_after_handing_in_the_news_comes_with_the_way_to_withdraw(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.photo()
    for _ in range(22):
        await phone.tap("✅")
    await phone.tap("提交")
    await unreadable(here, (await here.pieces())[0], "corrupt")
    assert phone.last.labels == ["↶ 撤回"]
    await phone.press(phone.last.buttons[0][0].data, phone.last.id)
    assert (await here.visit()).state == "open"
