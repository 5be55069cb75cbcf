"""Notices from the first word to the last receipt: written, addressed, previewed, sent, read, chased, corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.notice import feeding
from storage import people
from storage.people import Role
from storage.voices import deliveries, notices
from storage.voices.notices import State

if TYPE_CHECKING:
    from storage.voices.notices import Notice
    from tests.handlers.phone import Bench, Phone


async def tick(bench: Bench, **span: float) -> None:
    """Let the ticker come by until it has nothing to do: copies go out, cards change."""
    await bench.wait(**span)
    for _ in range(20):
        bench.now += feeding.CARD_EVERY
        fed = await feeding.feed(bench.database, bench.now)
        changed = await feeding.refresh(bench.database, bench.now)
        await bench.deliver()
        if not fed and not changed:
            return
    raise AssertionError("there is always something to do")


async def notice(bench: Bench, number: int = 1) -> Notice:
    async with bench.database.read() as db:
        found = await notices.get(db, number)
    assert found is not None
    return found


async def fates(bench: Bench, number: int = 1) -> dict[str, int]:
    async with bench.database.read() as db:
        found, read = await deliveries.counts(db, number)
        sent = await notices.get(db, number)
    assert sent is not None
    assert sum(found.values()) == sent.size
    return {fate.value: count for fate, count in found.items() if count} | ({"read": read} if read else {})


async def people_of(bench: Bench) -> tuple[Phone, list[Phone]]:
    """An administrator, and five inspectors of group two."""
    admin = await bench.let_in("王主任", Role.admin)
    return admin, [await bench.let_in(f"督导员0{at}", Role.inspector, group="二组") for at in range(1, 6)]


async def compose(admin: Phone, words: str = "请于今天下午三点前报送进度。") -> None:
    await admin.text("/notice")
    await admin.tap("写通知")
    await admin.text(words)


async def to_inspectors(admin: Phone) -> None:
    """Address it to the inspectors, up to the last look."""
    await admin.tap("发给谁")
    await admin.tap("身份")
    await admin.tap("督导组成员")
    await admin.tap("◀ 返回")
    await admin.tap("预览")


async def to_everybody(sender: Phone) -> None:
    """Address it to everybody there is, up to the last look."""
    await sender.tap("发给谁")
    await sender.tap("全体人员")
    await sender.tap("预览")


async def send_to_inspectors(admin: Phone) -> None:
    await to_inspectors(admin)
    await admin.tap("发给 5 人")


async def test_a_notice_goes_out_and_its_card_counts_who_has_read_it(bench: Bench):
    admin, inspectors = await people_of(bench)
    await compose(admin)
    assert admin.last.text == "新通知\n请于今天下午三点前报送进度。\n可以接着发，也可以往下走。"
    await admin.tap("发给谁")
    assert "还没有选人" in admin.last.text
    await admin.tap("身份")
    await admin.tap("督导组成员")
    assert admin.last.text.endswith("目前 5 人")
    await admin.tap("◀ 返回")
    assert admin.last.text == "发给谁？\n督导组成员\n共 5 人"
    await admin.tap("预览")
    sample = admin.bot_said[-2]
    assert sample.text == "📢 通知 · 王主任\n\n请于今天下午三点前报送进度。"
    await admin.tap("✅ 已阅")
    assert admin.toast == "这是预览。收到的人点这里确认已阅。"
    await admin.tap("发给 5 人")
    assert "已发 0/5\n已阅 0 · 未阅 0 · 待发 5" in admin.last.text
    await tick(bench)
    copy = inspectors[0].last
    assert copy.text == sample.text
    assert copy.labels == sample.labels == ["✅ 已阅"]
    card = admin.last
    assert card.text == "通知「请于今天下午三点前报送进度。」→ 5 人\n▰▰▰▰▰▰▰▰▰▰ 已发 5/5\n已阅 0 · 未阅 5"
    await inspectors[0].tap("已阅")
    assert inspectors[0].toast == "已记为已阅。"
    assert inspectors[0].last.labels == []
    assert "✅ 已阅（10月21日" in inspectors[0].last.text
    await tick(bench)
    assert "已阅 1 · 未阅 4" in card.text
    await admin.tap("未阅的 4 人")
    assert admin.last.text == "未阅 4 人\n督导员02\n督导员03\n督导员04\n督导员05"
    assert (await notice(bench)).state is State.sent


async def test_formatting_pictures_and_albums_reach_the_reader_as_they_were_sent(bench: Bench):
    admin, inspectors = await people_of(bench)
    await admin.text("/notice")
    await admin.tap("写通知")
    await admin.send("Text", "请看", text="请看", html="<b>请看</b>")
    for caption in ("图一", "", ""):
        await admin.photo(caption, album_id="a")
    await admin.file(name="表.docx")
    assert "图片和文件 4 个" in admin.last.text
    await send_to_inspectors(admin)
    await tick(bench)
    said = inspectors[0].bot_said
    assert [len(one.media) for one in said] == [3, 1, 0]
    assert [kind for one in said for kind, _ in one.media] == ["photo"] * 3 + ["document"]
    assert said[-1].html == "📢 <b>通知</b> · 王主任\n\n<b>请看</b>\n\n图一"
    assert await fates(bench) == {"sent": 5}


async def test_a_single_picture_carries_the_words_and_a_correction_changes_its_caption(bench: Bench):
    admin, inspectors = await people_of(bench)
    await admin.text("/notice")
    await admin.tap("写通知")
    await admin.photo("三点开会")
    await send_to_inspectors(admin)
    await tick(bench)
    copy = inspectors[0].last
    assert (len(copy.media), copy.text) == (1, "📢 通知 · 王主任\n\n三点开会")
    await inspectors[0].tap("已阅")
    await admin.tap("更正")
    await admin.text("长" * 801)
    assert "最多 800 个字" in admin.last.text
    await admin.text("四点开会")
    await tick(bench)
    assert copy.text.startswith("📢 通知 · 王主任\n\n四点开会\n\n✏️ 已更正（10月21日")
    assert copy.labels == ["✅ 已阅"], "what was corrected is to be read anew"
    assert await fates(bench) == {"sent": 5}


async def test_only_those_who_have_not_read_it_are_reminded_and_not_twice_in_an_hour(bench: Bench):
    admin, inspectors = await people_of(bench)
    await compose(admin)
    await send_to_inspectors(admin)
    await tick(bench)
    for one in inspectors[:3]:
        await one.tap("已阅")
    for one in inspectors:
        one.clear()
    await tick(bench)
    await admin.tap("再提醒这 2 人")
    await tick(bench)
    assert [len(one.bot_said) for one in inspectors] == [0, 0, 0, 1, 1]
    assert inspectors[4].last.text == "您有一条通知未阅，请阅后确认：「请于今天下午三点前报送进度。」"
    await admin.tap("再提醒这 2 人")
    assert "满一小时再提醒" in admin.toast


async def test_a_reminder_can_be_confirmed_and_the_copy_above_says_so_too(bench: Bench):
    admin, inspectors = await people_of(bench)
    await compose(admin)
    await send_to_inspectors(admin)
    await tick(bench)
    copy = inspectors[0].last
    await admin.tap("再提醒这 5 人")
    await tick(bench)
    await inspectors[0].tap("已阅")
    assert inspectors[0].last.text == "✅ 已阅：「请于今天下午三点前报送进度。」"
    assert "✅ 已阅（" in copy.text
    assert await fates(bench) == {"sent": 5, "read": 1}


async def test_stopping_half_way_leaves_a_ledger_that_adds_up(bench: Bench):
    admin, inspectors = await people_of(bench)
    await inspectors[4].block()
    await compose(admin)
    await send_to_inspectors(admin)
    await feeding.feed(bench.database, bench.now, ahead=2)
    assert await fates(bench) == {"blocked": 1, "queued": 2, "waiting": 2}
    await bench.deliver()
    await feeding.feed(bench.database, bench.now, ahead=1)
    assert await fates(bench) == {"blocked": 1, "queued": 1, "sent": 2, "waiting": 1}
    card = admin.last
    await admin.press("notice.stop:1", card.id)
    assert await fates(bench) == {"blocked": 1, "sent": 2, "skipped": 2}
    assert "已停止" in card.text
    assert "已阅 0 · 未阅 2 · 停用机器人 1 · 未发 2" in card.text
    await tick(bench)
    assert [len(one.bot_said) for one in inspectors] == [1, 1, 0, 0, 0]


async def test_a_restart_between_batches_produces_everybody_exactly_once(bench: Bench):
    admin, inspectors = await people_of(bench)
    await compose(admin)
    await send_to_inspectors(admin)
    for _ in range(5):  # each time with nothing but what the database holds
        await feeding.feed(bench.database, bench.now, ahead=1)
        await bench.deliver()
    await tick(bench)
    assert [len(one.bot_said) for one in inspectors] == [1] * 5


async def test_a_sender_who_loses_the_role_holds_the_notice_and_an_administrator_decides(bench: Bench):
    chief = await bench.let_in("组长", Role.leader, group="二组")
    admin, inspectors = await people_of(bench)
    await compose(chief)
    await send_to_inspectors(chief)
    await feeding.feed(bench.database, bench.now, ahead=2)
    await bench.deliver()
    async with bench.database.begin() as db:
        (await people.by_telegram(db, chief.id)).dismiss(Role.leader, bench.now)
    await tick(bench)
    assert "通知「请于今天下午三点前报送进度。」已暂停" in admin.last.text
    assert await fates(bench) == {"sent": 2, "waiting": 3}
    await admin.tap("看进度")
    await admin.tap("继续发送")
    await tick(bench)
    assert await fates(bench) == {"sent": 5}
    assert inspectors[4].last.text.startswith("📢 通知 · 王主任")


async def test_a_leader_addresses_the_own_group_and_nobody_else(bench: Bench):
    chief = await bench.let_in("组长", Role.leader, group="二组")
    await bench.let_in("外人", Role.inspector, group="一组")
    await compose(chief)
    await chief.tap("发给谁")
    await chief.tap("全体人员")
    assert chief.last.text.endswith("共 1 人"), "the leader alone is in the group"
