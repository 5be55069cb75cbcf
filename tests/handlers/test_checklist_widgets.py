"""On a visit every kind of question is answered as every form asks it: tapped, typed, shared, sent, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.handlers.every import EVERY
from tests.handlers.site import Site, button, card, complaint, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone

ITEMS = (
    "mark",
    "share",
    "first",
    "read",
    "begin",
    "until",
    "here",
    "way",
    "code",
    "voice",
    "film",
    "paper",
    "village",
    "day",
)

OTHERWISE = """
| survey | | | |
| | type | name | label |
| | select_one who or_other | who | 谁负责 |
| choices | | | |
| | list_name | name | label |
| | who | head | 站长 |
| settings | | | |
| | form_title | form_id | version |
| | 负责 | otherwise | 1 |
"""


@pytest.fixture
async def place(bench: Bench) -> Site:
    made = await site(bench, EVERY)
    await made.enter()
    return made


async def on(place: Site, name: str) -> Phone:
    """The telephone with the card of this question on it."""
    return await place.at(ITEMS.index(name) + 1)


def labels(phone: Phone) -> list[str]:
    return [one.label for row in card(phone).buttons for one in row]


async def test_a_short_range_is_tapped_and_what_the_form_forbids_is_refused(place: Site):
    phone = await on(place, "mark")
    assert labels(phone)[:5] == ["1", "2", "3", "4", "5"]
    await phone.tap("1")
    assert phone.toast == "最低两分。"
    await phone.tap("4")
    assert (await place.answers())["mark"] == "4"
    assert title(phone) == "2. 比例"
    await phone.tap("◀")
    assert "● 4" in labels(phone)
    await phone.text("3")
    assert (await place.answers())["mark"] == "3"


async def test_a_long_range_is_stepped_to_and_nothing_is_written_on_the_way(place: Site):
    phone = await on(place, "share")
    await phone.tap("+10")
    await phone.tap("+5")
    assert "share" not in await place.answers()
    await phone.tap("取 65")
    assert (await place.answers())["share"] == "65"


async def test_ranking_is_tapped_in_order(place: Site):
    phone = await on(place, "first")
    await phone.tap("丙")
    assert "1. 丙" in card(phone).text
    await phone.tap("撤回上一个")
    await phone.tap("乙")
    assert "first" not in await place.answers()
    await phone.tap("丙")
    assert (await place.answers())["first"] == "y z x"
    await on(place, "first")
    assert "乙 → 丙 → 甲" in card(phone).text


async def test_an_acknowledgement_is_one_tap(place: Site):
    phone = await on(place, "read")
    await phone.tap("我确认")
    assert (await place.answers())["read"] == "OK"


async def test_a_time_is_tapped_or_typed_and_a_day_with_a_time_too(place: Site):
    phone = await on(place, "begin")
    await phone.press(button(card(phone), "9:", exactly=True), card(phone).id)
    await phone.tap("9:05")
    assert (await place.answers())["begin"].startswith("09:05:00")
    assert title(phone) == "6. 何时走"
    await phone.tap("20")
    await phone.text("下午3点半")
    assert (await place.answers())["until"].startswith("2026-10-20T15:30")
    await phone.tap("撤销")
    assert "until" not in await place.answers()


async def test_guidance_stands_behind_a_sign(place: Site):
    phone = await on(place, "begin")
    assert "按手表" not in card(phone).text
    await phone.tap("ⓘ")
    assert "按手表" in card(phone).text


async def test_a_shared_place_answers_the_question_and_is_taken_back(place: Site):
    phone = await on(place, "here")
    await phone.text("杭州")
    assert "30.27, 120.15" in complaint(phone)
    await phone.place(30.25, 120.17)
    assert (await place.answers())["here"].startswith("30.25 120.17")
    assert title(phone) == "8. 路线"
    await phone.tap("撤销")
    assert "here" not in await place.answers()


async def test_a_line_is_several_places_and_then_done(place: Site):
    phone = await on(place, "way")
    await phone.place(30.1, 120.1)
    assert "选好了" not in labels(phone)
    await phone.place(30.2, 120.2)
    assert "way" not in await place.answers()
    await phone.tap("选好了")
    assert (await place.answers())["way"].count(";") == 1
    await on(place, "way")
    assert "📍 2 处" in card(phone).text


async def test_a_place_sent_on_another_question_lies_with_it_as_evidence(place: Site):
    phone = await on(place, "code")
    await phone.place(30.1, 120.1)
    assert await place.evidence() == {"code": 1}
    await phone.text("6901234567892")
    assert (await place.answers())["code"] == "6901234567892"


async def test_a_sound_a_video_and_a_file_answer_by_lying_with_the_question(place: Site):
    phone = await on(place, "voice")
    assert "按住话筒" in card(phone).text
    await phone.photo()
    assert await place.evidence() == {"voice": 1}
    assert title(phone) == "10. 录一段话"
    await phone.voice()
    assert title(phone) == "11. 拍一段"
    await phone.video()
    await phone.file(name="台账.xlsx")
    assert await place.evidence() == {"voice": 2, "film": 1, "paper": 1}
    await on(place, "paper")
    assert "台账.xlsx" in card(phone).text


async def test_words_for_a_file_are_refused_with_what_is_asked(place: Site):
    phone = await on(place, "voice")
    await phone.text("没有录")
    assert "这里要发文件" in complaint(phone)


async def test_a_thousand_choices_are_found_by_typing_a_part(place: Site):
    phone = await on(place, "village")
    assert "共 1000 项" in card(phone).text
    await phone.text("77村")
    assert "第777村" in labels(phone)
    assert "第41村" not in labels(phone)
    await phone.tap("第777村")
    assert (await place.answers())["village"] == "v777"
    await on(place, "village")
    await phone.text("999村")
    assert (await place.answers())["village"] == "v999"


async def test_a_day_is_found_in_a_calendar(place: Site):
    phone = await on(place, "day")
    await phone.tap("📅")
    assert "2026年10月" in labels(phone)
    assert "×" in labels(phone)
    assert not {"今天", "昨天"} & set(labels(phone)), "a finger's width that the question needs"
    days = [[one.label for one in row] for row in card(phone).buttons if len(row) == 7]
    assert days[-1][:3] == ["19", "20", "[21]"], "no week after it that has nothing to tap"
    await phone.tap("‹")
    await phone.tap("30")
    assert (await place.answers())["day"] == "2026-09-30"


async def test_a_widgets_old_card_writes_nothing(place: Site):
    phone = await on(place, "mark")
    old = next(one.data for row in card(phone).buttons for one in row if one.label == "2")
    await phone.tap("4")
    await phone.press(old, card(phone).id)
    assert (await place.answers())["mark"] == "4"
    assert phone.toast == "内容后来改过，请再看一眼。"


@pytest.mark.parametrize("word", ["v99", "g", "zz", "", "v-1", "c0"])
async def test_a_forged_word_is_out_of_date(place: Site, word: str):
    phone = await on(place, "mark")
    await phone.press(f"checklist.widget:{place.visit_id}:1:0:0:{word}", card(phone).id)
    assert "mark" not in await place.answers()
    assert phone.toast == "这个按钮已过期，什么都没有改动。"


async def test_a_whole_visit_of_every_kind_is_handed_in(place: Site):
    phone = await on(place, "mark")
    await phone.tap("4")
    await on(place, "read")
    await phone.tap("我确认")
    await on(place, "here")
    await phone.place()
    await on(place, "voice")
    await phone.voice()
    await phone.tap("总览")
    await phone.tap("提交")
    assert (await place.visit()).state == "submitted"


async def test_a_typed_answer_to_a_widget_may_be_edited(place: Site):
    phone = place.one
    await place.at(2)
    sent = await phone.text("65")
    await phone.edit(sent, "70")
    assert (await place.answers())["share"] == "70"
    assert "✓ 已更正：第2题" in card(phone).text
    await place.at(5)
    sent = await phone.text("9:05")
    await phone.edit(sent, "下午2点半")
    assert (await place.answers())["begin"].startswith("14:30:00")
    await phone.edit(sent, "没准")
    assert (await place.answers())["begin"].startswith("14:30:00")
    assert "⚠" in phone.last.text


async def test_what_a_converter_writes_for_other_is_said_in_the_persons_language(bench: Bench):
    here = await site(bench, OTHERWISE)
    phone = await here.enter()
    await phone.tap("其他")
    assert "请说明是什么" in card(phone).text
    await phone.text("值班员")
    two = await here.enter(here.two)
    await two.press(f"checklist.go:{here.visit_id}:1", 1)
    assert "● Other" in labels(two)


async def test_places_that_were_sent_survive_a_message_that_is_refused_and_the_same_one_twice(place: Site):
    phone = await on(place, "way")
    await phone.place(30.1, 120.1)
    await phone.text("不知道")
    assert "1. 📍 30.10000, 120.10000" in card(phone).text
    await phone.place(30.1, 120.1)
    assert complaint(phone).startswith("这个位置和上一个相同")
    await phone.place(30.2, 120.2)
    await phone.tap("选好了")
    assert (await place.answers())["way"].count(";") == 1
