"""Taking back: each kind of thing, once, and never what somebody else has changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.handlers.site import SMALL, Site, button, card, site

if TYPE_CHECKING:
    from tests.handlers.phone import Bench

NOTHING_LEFT = "这里没有可撤销的了，内容后来已经改过。"


@pytest.fixture
async def small(bench: Bench) -> Site:
    here = await site(bench, SMALL)
    await here.enter()
    return here


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (9, "9 ✅"),
        (9, "是"),
        (3, "12"),
        (4, "昨天"),
        (5, "都说好"),
        (8, "一句话"),
        (8, "8 ❌ 一句话\n9 ✅\n7 ✅ 另一句"),
        (8, "8 ✅ 一\n8 ❌ 二"),
    ],
)
async def test_what_a_message_wrote_is_taken_back_whole_and_only_once(small: Site, item: int, words: str):
    await small.at(item)
    await small.one.text(words)
    assert await small.answers() != {}
    undo, shown = button(card(small.one), "撤销"), card(small.one).id
    await small.one.press(undo, shown)
    assert (small.one.toast, await small.answers()) == ("已撤销。", {})
    await small.one.press(undo, shown)
    assert (small.one.toast, small.one.alert) == (NOTHING_LEFT, True)
    assert await small.answers() == {}


async def test_undoing_gives_back_what_stood_before(small: Site):
    await small.at(8)
    await small.one.text("第一句")
    await small.one.text("第二句")
    await small.one.tap("撤销")
    assert await small.answers() == {"fire_note": "第一句"}
    assert await small.history("fire_note") == ["第一句", "第一句\n第二句", "第一句"]


@pytest.mark.parametrize("kind", ["photo", "file", "voice", "video", "place"])
async def test_a_piece_is_taken_back(small: Site, kind: str):
    await getattr(small.one, kind)()
    assert await small.evidence() == {"sign": 1}
    await small.one.tap("撤销")
    assert (small.one.toast, await small.evidence()) == ("已撤销。", {})


async def test_a_photo_is_taken_back_with_its_caption_and_the_item_asks_again(small: Site):
    await small.at(2)
    await small.one.photo("9 ✅")
    await small.at(2)
    await small.one.photo()
    await small.one.tap("撤销")
    assert await small.evidence() == {"bare": 1}
    await small.one.tap("☰")
    assert "2·" in card(small.one).text


async def test_an_album_is_taken_back_whole_with_the_note_of_its_first_piece(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for at in range(3):
        await phone.photo("学习室" if at == 0 else "", album_id="a")
    assert await here.answers() == {"i01_note": "学习室"}
    await phone.tap("撤销")
    assert (await here.evidence(), await here.answers()) == ({}, {})


async def test_a_piece_that_comes_after_its_album_was_taken_back_stays_where_the_album_was(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.photo(album_id="a")
    await phone.tap("撤销")
    await here.at(5)
    await phone.photo(album_id="a")
    assert await here.evidence() == {"i01_photo": 1}


async def test_what_somebody_else_has_changed_since_is_left_alone(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    await first.text("1 ❌ 没有分工")
    await here.at(1, second)
    await second.press(f"checklist.again:{here.visit_id}:1", card(second).id)
    await second.tap("In place")
    await second.tap("Change it")
    await first.tap("撤销")
    assert (first.toast, first.alert) == ("已撤销；第1题后来改过，没有动。", True)
    assert await here.answers() == {"i01": "done"}


async def test_a_note_somebody_has_added_to_is_not_taken_back(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    await first.text("一句话")
    await second.text("one more")
    await first.tap("撤销")
    assert (first.toast, first.alert) == (NOTHING_LEFT, True)
    assert await here.answers() == {"i01_note": "一句话\none more"}


async def test_a_photo_somebody_has_removed_cannot_be_undone_again(bench: Bench):
    here = await site(bench)
    first, second = await here.enter(), await here.enter(here.two)
    await first.photo()
    await second.tap("📎")
    await second.tap("Remove 1")
    await second.tap("Sent by mistake")
    assert await here.evidence() == {}
    await first.tap("撤销")
    assert first.toast == NOTHING_LEFT


async def test_nothing_is_taken_back_once_it_is_handed_in(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.text("1 ✅")
    undo = button(card(phone), "撤销")
    for item in range(2, 23):
        await phone.text(f"{item} ✅")
    await phone.press(f"visit.submit:{here.visit_id}", card(phone).id)
    await phone.press(undo, card(phone).id)
    assert phone.toast.startswith("这次督导已提交")
    assert len(await here.answers()) == 22
