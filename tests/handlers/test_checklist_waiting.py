"""What is sent while there is no place for it: kept until a visit or an item is opened, or told plainly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.checklist.pieces import MOST
from storage import people
from storage.people import Role
from tests.handlers.site import SMALL, Site, button, card, plan, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench

TOLD = "现在没有打开的督导。文字2条「9 ✅ 分工写在墙上」「大家都在」先存着，还没有归档。归到哪一次督导？"


async def hand_in(here: Site) -> None:
    """Answer everything and hand it in."""
    phone = await here.enter()
    for _ in range(22):
        await phone.tap("✅")
    await phone.tap("提交")


# --- no visit open ---


async def test_photos_sent_with_no_visit_open_wait_and_are_filed_in_the_visit_that_is_opened(bench: Bench):
    here = await site(bench)
    await plan(bench, unit="ZJ01")
    phone = here.one
    await phone.photo("分工在墙上")
    await phone.photo()
    await phone.voice()
    assert card(phone).text == "现在没有打开的督导。照片2张、语音1条先存着，还没有归档。归到哪一次督导？"
    assert card(phone).labels == ["浙江省区域管理公司党委", "萧山项目党支部", "✕ 不要了"]
    assert len(phone.bot_said) == 1
    await phone.tap("浙江省")
    assert await here.evidence() == {}, "nothing is filed with an item that nobody chose"
    assert "照片2张、语音1条还没有归题，点题号即可归入。" in card(phone).text
    await here.at(1)
    assert await here.evidence() == {"i01_photo": 3}
    assert await here.answers() == {"i01_note": "分工在墙上"}
    assert "✓ 已存：第1题 照片2张、语音1条" in card(phone).text
    assert "waiting" not in await here.state()
    assert sum(outcome.attached for outcome in bench.outcomes) == 0  # delivered and forgotten by the bench
    await phone.tap("撤销")
    assert (await here.evidence(), await here.answers()) == ({}, {})


async def test_what_waits_goes_to_the_items_its_captions_name(bench: Bench):
    here = await site(bench)
    phone = here.one
    await phone.photo("7 ❌ 没有签到表", album_id="a")
    await phone.photo(album_id="a")
    await phone.photo("第9题")
    await phone.photo()
    await phone.text("/today")
    assert await here.evidence() == {"i07_photo": 2, "i09_photo": 1}
    assert await here.answers() == {"i07": "missing", "i07_note": "没有签到表"}
    assert "✓ 已存：第7、9题 照片3张" in card(phone).text
    assert "照片1张还没有归题，点题号即可归入。" in card(phone).text
    await phone.tap("撤销")
    assert (await here.evidence(), await here.answers()) == ({}, {})


async def test_after_leaving_a_photo_is_not_lost(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.tap("✅")
    await phone.text("/cancel")
    await phone.photo()
    await phone.text("/cancel")
    assert phone.last.text.startswith("现在没有可取消的操作")
    await phone.text("/language")
    await here.enter()
    await here.at(2)
    assert await here.evidence() == {"i02_photo": 1}


async def test_what_waits_outlives_another_conversation(bench: Bench):
    here = await site(bench)
    leader = await bench.let_in("二组组长", Role.leader, group="二组")
    await leader.photo()
    await leader.text("/invite")
    await leader.photo()
    await leader.text("/cancel")
    await leader.press(f"visit.open:{here.visit_id}", 1)
    await here.at(1, leader)
    assert await here.evidence() == {"i01_photo": 2}


async def test_a_caption_mended_while_it_waits_is_the_one_that_counts(bench: Bench):
    here = await site(bench)
    message = await here.one.photo("分工在墙")
    await here.one.edit(message, "分工在墙上")
    await here.enter()
    await here.at(1)
    assert await here.answers() == {"i01_note": "分工在墙上"}


async def test_words_with_no_visit_open_wait_and_a_sticker_does_not(bench: Bench):
    here = await site(bench)
    await plan(bench, unit="ZJ01")
    await here.one.text("9 ✅\n分工写在墙上")
    await here.one.text("大家都在")
    assert card(here.one).text == TOLD
    await here.one.sticker()
    assert here.one.last.text.startswith("这类消息用不了")
    await here.one.tap("浙江省")
    assert await here.answers() == {"i09": "done"}, "only the line that names its item is filed with one"
    assert "✓ 已记：9✅\n文字2条「分工写在墙上」「大家都在」还没有归题" in card(here.one).text
    await here.one.tap("1·")
    assert (await here.answers())["i01_note"] == "分工写在墙上\n大家都在"
    assert "waiting" not in await here.state()
    await here.one.tap("撤销")
    assert not (await here.answers()).get("i01_note")


async def test_words_that_wait_overwrite_nothing_until_their_item_is_tapped(bench: Bench):
    here = await site(bench)
    await here.enter(here.two)
    await here.two.tap("In place")
    await here.one.text("1 ❌ 没有分工")
    await here.enter()
    assert await here.answers() == {"i01": "done"}
    assert "文字1条「1 ❌ 没有分工」还没有归题" in card(here.one).text
    await here.at(1)
    assert await here.answers() == {"i01": "missing", "i01_note": "没有分工"}


async def test_words_go_to_an_item_as_its_answer_where_it_has_none_else_as_its_note(bench: Bench):
    here = await site(bench, SMALL)
    for item, words, name, value in (
        (9, "是", "bare", "yes"),
        (3, "12人", "people", "12"),
        (5, "都好", "said", "都好"),
    ):
        await here.one.text("/cancel")
        await here.one.text(words)
        await here.at(item)
        assert (await here.answers())[name] == value
    await here.one.text("/cancel")
    await here.one.text("很多")
    await here.at(3)
    assert "⚠ 第3题：第3题不能写备注" in card(here.one).text
    await here.at(4)
    assert "⚠ 第4题：这里要填日期" in card(here.one).text
    assert [kept["caption"] for kept in (await here.state())["waiting"]] == ["很多"]


async def test_going_on_or_back_files_nothing(bench: Bench):
    here = await site(bench)
    await plan(bench, unit="ZJ01")
    await here.one.photo("门口")
    await here.one.tap("浙江省")
    await here.one.tap("▶ 第1题")
    await here.one.tap("📎")
    await here.one.tap("回到第1题")
    await here.one.tap("✎")
    await here.one.tap("不记了")
    assert (await here.evidence(), await here.answers()) == ({}, {})
    await here.one.tap("总览")
    assert "照片1张还没有归题，点题号即可归入。" in card(here.one).text


async def test_what_waits_can_be_given_up_and_nothing_that_came_since(bench: Bench):
    here = await site(bench)
    await plan(bench, unit="ZJ01")
    phone = here.one
    await phone.photo()
    await phone.text("发错了")
    await phone.tap("不要了")
    assert card(phone).text == "照片1张、文字1条「发错了」还没有归档。不要了吗？"
    old, shown = button(card(phone), "不要了"), card(phone).id
    await phone.photo()
    await phone.press(old, shown)
    assert len((await here.state())["waiting"]) == 3
    await phone.tap("浙江省")
    await phone.tap("不要未归档的")
    await phone.tap("留着")
    assert len((await here.state())["waiting"]) == 3
    await phone.tap("不要未归档的")
    await phone.tap("不要了")
    assert phone.toast == "已放弃，其他内容没有改动。"
    assert "waiting" not in await here.state()
    assert "还没有归" not in card(phone).text
    await here.at(1)
    assert await here.evidence() == {}


async def test_a_forwarded_message_does_not_wait(bench: Bench):
    here = await site(bench)
    await here.one.text("听说很好", forwarded=True)
    assert here.one.last.text.startswith("转发的消息不算您本人的记录")
    assert "waiting" not in await here.state()


async def test_a_file_too_large_does_not_wait(bench: Bench):
    here = await site(bench)
    await here.one.video(size=30_000_000)
    assert here.one.last.text.startswith("这个文件有29 MB")
    await here.enter()
    assert await here.evidence() == {}


async def test_there_is_an_end_to_waiting(bench: Bench):
    here = await site(bench)
    for _ in range(MOST):
        await here.one.photo()
    await here.one.photo()
    assert here.one.last.text == "已有 100 件在等着归档，请先归档。这一件没有保存。"
    await here.enter()
    await here.one.photo()
    assert "已有 100 件在等着归档，请先归档。这一件没有保存。" in card(here.one).text
    await here.at(1)
    assert await here.evidence() == {"i01_photo": MOST}


async def test_somebody_without_a_visit_is_told_that_nothing_is_kept(bench: Bench):
    await bench.group("二组")
    phone = await bench.let_in("督导员09", Role.inspector, group="二组")
    await phone.photo()
    assert phone.last.text == "现在没有打开的督导，所以没有保存。请先打开督导，再发一次。"
    member = await bench.let_in("职工小林", Role.member, unit="ZJ")
    await member.photo()
    assert member.last.text == "现在没有需要您提交的内容，所以没有保存。\n有需要您回答或阅读的内容时，会发到这里。"


async def test_whoever_is_erased_leaves_nothing_waiting(bench: Bench):
    await bench.let_in("管理员", Role.admin)
    here = await site(bench)
    phone = here.one
    await phone.photo()
    await phone.text("/privacy")
    await phone.tap("删除我的数据")
    await phone.tap("删除…")
    await phone.tap("永久删除")
    assert await bench.person(phone) is None
    assert await here.state() == {}


# --- handed in ---


async def test_photo_after_submit_is_refused(bench: Bench):
    here = await site(bench)
    await hand_in(here)
    phone = here.one
    await phone.photo("补一张")
    assert card(phone).text == (
        "您已提交浙江省区域管理公司党委的督导。\n照片1张先存着，没有归档。要补进去请撤回，或归到别的督导。"
    )
    assert card(phone).labels == ["↶ 撤回", "✕ 不要了"]
    assert await here.evidence() == {}


async def test_withdrawing_takes_in_what_was_sent_after_handing_in(bench: Bench):
    here = await site(bench)
    await hand_in(here)
    phone = here.one
    await phone.photo("5 补一张")
    await phone.photo("不知道哪一题的")
    await phone.tap("撤回")
    assert (await here.visit()).state == "open"
    assert "✓ 已存：第5题 照片1张、「5 补一张」\n照片1张还没有归题，点题号即可归入。" in card(phone).text
    await phone.tap("6✅")
    assert await here.evidence() == {"i05_photo": 1, "i06_photo": 1}
    assert await here.answers() | {"i05_note": "补一张", "i06_note": "不知道哪一题的"} == await here.answers()


async def test_words_after_handing_in_wait_and_are_not_filed_in_another_visit_by_themselves(bench: Bench):
    here = await site(bench)
    other = await plan(bench, unit="ZJ01")
    await hand_in(here)
    before = await here.answers()
    await here.one.text("5 ❌")
    assert card(here.one).text.endswith("文字1条「5 ❌」先存着，没有归档。要补进去请撤回，或归到别的督导。")
    assert card(here.one).labels == ["↶ 撤回", "萧山项目党支部", "✕ 不要了"]
    assert await here.answers() == before
    await here.one.photo()
    await here.one.tap("萧山")
    there = Site(bench, other, here.one, here.two)
    assert await there.evidence() == {}
    assert await there.answers() == {}, "it was said about the visit that had been handed in"
    await there.at(1)
    assert await there.evidence() == {"i01_photo": 1}
    assert await there.answers() == {"i05": "missing"}


async def test_the_other_inspector_cannot_withdraw_but_is_told_who_can(bench: Bench):
    here = await site(bench)
    second = await here.enter(here.two)
    await hand_in(here)
    await second.photo()
    assert card(second).text.startswith("督导员01 has submitted the visit to 浙江省区域管理公司党委.")
    assert card(second).labels == ["◀ Visits", "✕ Discard"]
    await second.press(f"visit.withdraw:{here.visit_id}", 1)
    assert second.toast == "Only the person who submitted this visit, or the group's leader, can withdraw it."
    assert (await here.visit()).state == "submitted"


async def test_a_leader_can_withdraw_and_so_can_anybody_when_the_author_is_erased(bench: Bench):
    here = await site(bench)
    leader = await bench.let_in("二组组长", Role.leader, group="二组")
    await hand_in(here)
    await leader.press(f"visit.withdraw:{here.visit_id}", 1)
    assert (await here.visit()).state == "open"
    await here.one.press(f"visit.submit:{here.visit_id}", 1)
    async with bench.database.begin() as db:
        author = await people.by_telegram(db, here.one.id)
        assert author is not None
        await people.erase(db, author, bench.now)
    await here.two.press(f"visit.summary:{here.visit_id}", 1)
    assert "by —" in card(here.two).text
    await here.two.tap("↶ Withdraw")
    assert (await here.visit()).state == "open"


# --- no item open ---


async def test_on_the_overview_a_photo_waits_and_a_number_with_no_item_is_no_note(bench: Bench):
    here = await site(bench)
    phone = await here.at(3)
    await phone.tap("总览")
    await phone.photo()
    assert await here.evidence() == {}
    await here.at(5)
    assert await here.evidence() == {"i05_photo": 1}
    await phone.photo("99")
    assert "没有第99题。" in card(phone).text
    await here.at(6)
    assert await here.evidence() == {"i05_photo": 1, "i06_photo": 1}
    assert await here.answers() == {}


async def test_on_a_finished_checklist_a_photo_waits_for_its_item(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for _ in range(22):
        await phone.tap("✅")
    await phone.text("/cancel")
    await here.enter()
    await phone.photo()
    assert "照片1张还没有归题，点题号即可归入。" in card(phone).text
    assert await here.evidence() == {}
    await phone.text("9")
    assert title(phone).startswith("9. ")
    assert await here.evidence() == {"i09_photo": 1}


async def test_a_picture_question_takes_what_waits_and_the_next_card_asks_on(bench: Bench):
    here = await site(bench, SMALL)
    await here.one.photo()
    await here.enter()
    await here.at(1)
    assert await here.evidence() == {"sign": 1}
    assert "✓ 已存：第1题 照片1张" in card(here.one).text
