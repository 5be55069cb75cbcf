"""What was written without a signal arrives at once: all of it is filed, told of once, and put right with a tap."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import audit
from storage.files.evidence import Evidence
from storage.vault import verification
from storage.visit import visits
from tests.handlers.site import SMALL, button, person_of, plan, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone
    from tests.handlers.site import Site

PHOTOS = {n: f"{n} 情况{n}" for n in range(1, 11)}
MARKED = {n: f"{n} ✗ 记录缺失{n}" for n in range(11, 15)}
LINES = {n: f"{n} ◐ 台账未更新{n}" for n in range(15, 21)}


@given(order=st.permutations(range(1, 21)))
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_twenty_at_once_in_any_order_are_filed_where_they_say_and_told_of_once(bench: Bench, order: list[int]):
    if not bench.phones:
        await site(bench)
    phone = next(iter(bench.phones.values()))
    visit = await plan(bench)
    await phone.press(f"checklist.go:{visit}:22", 1)
    before = {one.id for one in phone.bot_said}
    bench.away.add(phone.id)
    for n in order:
        await (phone.text(LINES[n]) if n in LINES else phone.photo((PHOTOS | MARKED)[n]))
    bench.away.clear()
    await bench.run(phone.id)
    assert len({one.id for one in phone.bot_said} - before) == 1
    assert "已归档20条：第1–20题" in phone.last.text
    async with bench.database.read() as db:
        pieces = (await db.scalars(sa.select(Evidence).where(Evidence.visit_id == visit))).all()
        answers = await visits.answers(db, visit)
        assert (await verification.Verification(db).run()).breaks == []
    said = {words for path, words in answers.items() if "情况" in words or "缺失" in words or "未更新" in words}
    assert said == {words.split(" ")[-1] for words in (PHOTOS | MARKED | LINES).values()}
    assert sorted(one.caption for one in pieces) == sorted((PHOTOS | MARKED).values())
    for one in pieces:
        note = next(path for path, words in answers.items() if words == one.caption.split(" ")[-1])
        assert one.path.rpartition("/")[0] == note.rpartition("/")[0]


async def burst(bench: Bench, phone: Phone, *sent: str) -> None:
    """Send photos with captions, and lines that begin with ``=``, all at once."""
    bench.away.add(phone.id)
    for words in sent:
        await (phone.text(words[1:]) if words.startswith("=") else phone.photo(words))
    bench.away.clear()
    await bench.run(phone.id)


async def standing(here: Site, *names: str) -> dict[str, str]:
    async with here.bench.database.read() as db:
        found = await visits.answers(db, here.visit_id)
    return {path.rpartition("/")[2]: value for path, value in found.items() if path.rpartition("/")[2] in names}


async def test_a_wrongly_filed_photo_moves_with_its_answer_and_its_words(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.enter()
    await phone.text("7 ✅")
    await burst(bench, phone, "7 ✗ 堵了", "=9 ✅")
    assert await standing(here, "door", "door_note", "fire_ok") == {"door": "no", "door_note": "堵了"}
    await phone.tap("归错了")
    assert "1. 第7题　✅" in phone.last.text
    await phone.tap("2 → 第8题")
    assert phone.toast == "✓ 已从第7题移到第8题。"
    assert await standing(here, "door", "door_note", "fire_ok", "fire_note") == {
        "door": "yes", "fire_ok": "no", "fire_note": "堵了"
    }  # fmt: skip
    async with bench.database.read() as db:
        (piece,) = (await db.scalars(sa.select(Evidence))).all()
        assert piece.path.endswith(("fire_ok", "fire_note"))
        assert piece.caption == "7 ✗ 堵了"
        deeds = [one.action for one in await audit.of_subject(db, piece.subject)]
        notes = await here.history("door_note")
    assert deeds == ["evidence.moved", "evidence.moved", "evidence.filed"]  # and to the question for a picture
    assert notes == ["堵了", ""]
    await phone.tap("2 → 第7题")  # and back again, as if nothing had been
    assert await standing(here, "door", "door_note", "fire_ok", "fire_note") == {"door": "no", "door_note": "堵了"}
    await phone.tap("返回")
    assert "✓ 已归档3条：第7、9题" in phone.last.text


async def test_a_colleagues_answer_stands_where_something_is_moved_to_and_ones_own_becomes_a_note(bench: Bench):
    here = await site(bench, SMALL)
    two = await here.enter(here.two)
    await two.text("7 ✅")
    await two.text("8 ✅")
    phone = await here.enter()
    await burst(bench, phone, "=9 ❌", "7 公示栏")
    await phone.tap("归错了")
    await phone.press(f"checklist.moveto:{here.visit_id}:m0:{(await here.state())['run']['filed'][0][0]}:7", 1)
    assert await standing(here, "door", "door_note", "bare") == {
        "door": "yes", "door_note": f"公示栏\n{here.one.name}：❌ 否"
    }  # fmt: skip


async def test_words_are_not_moved_to_where_there_is_no_room_for_them(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.enter()
    await burst(bench, phone, "=7 ✗ 堵了", "=8 ✅")
    await phone.tap("归错了")
    assert "1 → 第9题" not in phone.last.labels  # what cannot take it is not offered
    await phone.press(next(one.data for row in phone.last.buttons for one in row if one.label == "…"), phone.last.id)
    await phone.tap("9·")
    assert "没有写备注的地方" in phone.toast + phone.last.text
    assert await standing(here, "door", "door_note", "bare") == {"door": "no", "door_note": "堵了"}


async def test_what_is_moved_to_an_item_without_such_an_answer_stays_and_says_so(bench: Bench):
    here = await site(bench, SMALL)
    phone = await here.enter()
    await burst(bench, phone, "=7 ✗ 堵了", "=9 ✅")
    await phone.tap("归错了")
    await phone.press(next(one.data for row in phone.last.buttons for one in row if one.label == "…"), phone.last.id)
    await phone.tap("3·")
    assert "第3题没有「❌」这个答案" in phone.toast + phone.last.text
    assert await standing(here, "door", "door_note") == {"door": "no", "door_note": "堵了"}


async def test_a_photo_without_words_goes_with_the_one_it_came_with_and_later_to_the_screen(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await burst(bench, phone, "7 没有签到表", "")
    await phone.photo()
    async with bench.database.read() as db:
        paths = [one.path.rpartition("/")[0] for one in (await db.scalars(sa.select(Evidence).order_by("id"))).all()]
    assert paths[0] == paths[1] != paths[2]


async def test_a_receipt_tells_of_what_was_just_sent_and_not_of_the_whole_morning(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.text("9 ✅")
    await phone.photo("10 台账")
    assert "已归档2条" in phone.last.text
    bench.now += timedelta(minutes=11)
    await phone.photo("11 现场")
    assert "✓ 已存：第11题 照片1张、「现场」" in phone.last.text
    assert "归错了" not in str(phone.last.labels)


async def test_one_photo_is_moved_from_where_it_is_looked_at(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await phone.photo("没有签到表")
    async with bench.database.begin() as db:
        audit.acting(db, None, bench.now)
        (piece,) = (await db.scalars(sa.select(Evidence))).all()
        piece.stored((await bench.blobs.put_bytes(b"picture")).sha256, 7)
    await phone.tap("📎 1")
    await phone.tap("查看 1")
    await phone.tap("移到别的题")
    await phone.tap("2·")
    assert "2. " in phone.last.text
    assert "没有签到表" in phone.last.text
    assert "📎 1" in str(phone.last.labels)


async def test_the_list_of_what_came_is_gone_when_something_else_was_done(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await burst(bench, phone, "=9 ✅", "=10 ✅")
    card = phone.last
    await phone.tap("▶")
    await phone.press(f"checklist.wrong:{here.visit_id}", card.id)
    assert "没有可移动的" in phone.toast
    for word in ("move", "moveto", "shift"):
        await phone.press(f"checklist.{word}:{here.visit_id}:m0:12345:3", card.id)
        assert "没有可移动的" in phone.toast


# --- one tap on the receipt ---


def rows(phone: Phone) -> list[list[str]]:
    return [[one.label for one in row] for row in phone.last.buttons]


async def test_photos_sent_before_their_words_are_moved_to_them_with_one_tap_and_back_with_one(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await burst(bench, phone, "7 ✗ 没有签到表", "", "", "9 台账第一页")
    assert "？照片2张没写题号，先归在第7题" in phone.last.text
    assert rows(phone)[-2:] == [["↪ 第7题→第9题", "↪ 第7题→第1题"], ["↪ 归错了？", "↶ 撤销"]]
    filed = await here.evidence()
    await phone.tap("第7题→第9题")
    assert phone.toast == "✓ 已从第7题移到第9题。"
    assert "9「台账第一页」  照片3张" in phone.last.text
    assert "？" not in phone.last.text
    await phone.tap("↩ 移回第7题")
    assert "7❌「没有签到表」  照片3张" in phone.last.text
    assert await here.evidence() == filed
    async with bench.database.read() as db:
        assert (await verification.Verification(db).run()).breaks == []


async def test_a_receipt_of_twenty_pieces_stays_short_and_its_list_moves_any_of_them_with_one_tap(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await burst(bench, phone, *(f"{n} 情况{n}" for n in range(1, 21)))
    assert len(phone.last.text.splitlines()) < 20
    assert rows(phone)[-1] == ["↪ 归错了？", "↶ 撤销"]
    await phone.tap("归错了")
    assert len(rows(phone)) == 9
    await phone.tap("2 ▶")
    await phone.tap("3 ▶")
    assert "20. 第20题" in phone.last.text
    await phone.tap("20 → 第21题")
    assert "20. 第21题" in phone.last.text
    assert "20 → 第20题" in str(phone.last.labels)


async def test_a_photo_meant_for_the_item_just_answered_moves_there_with_one_tap(bench: Bench):
    here = await site(bench)
    phone = await here.at(4)
    await phone.tap("✅ 到位")
    assert title(phone).startswith("5.")
    await phone.photo()
    assert rows(phone)[-1] == ["↪ 第5题→第4题", "↶ 撤销"]
    await phone.tap("第5题→第4题")
    assert phone.toast == "✓ 已从第5题移到第4题。"
    assert title(phone).startswith("5.")
    await phone.tap("↩ 移回第5题")
    bench.now += timedelta(minutes=20)
    await phone.photo()
    assert "第5题→第4题" not in str(phone.last.labels)


async def test_a_caption_that_begins_with_how_many_is_offered_to_the_item_on_screen(bench: Bench):
    here = await site(bench)
    phone = await here.at(6)
    await phone.photo("3 处漏水")
    assert "第3题" in phone.last.text
    assert "↪ 第3题→第6题" in str(phone.last.labels)
    await phone.photo("3 台账停在九月")
    assert "照片2张" in phone.last.text


async def test_the_same_move_tapped_twice_moves_once(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await burst(bench, phone, "7 ✗ 没有签到表", "", "9 台账第一页")
    card = phone.last
    move = button(card, "第7题→第9题")
    await phone.press(move, card.id)
    placed = await here.evidence()
    await phone.press(move, card.id)
    assert await here.evidence() == placed


async def test_a_move_after_the_visit_was_submitted_says_so_and_moves_nothing(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await burst(bench, phone, "7 ✗ 没有签到表", "", "9 台账第一页")
    card, placed = phone.last, await here.evidence()
    async with bench.database.begin() as db:
        audit.acting(db, None, bench.now)
        visit = await visits.get(db, here.visit_id, lock=True)
        assert visit is not None
        visit.submit(await person_of(bench, here.two), bench.now)
    await phone.press(button(card, "第7题→第9题"), card.id)
    assert "已提交" in phone.toast + phone.last.text
    assert await here.evidence() == placed


async def test_the_receipt_moves_still_when_a_colleague_has_changed_the_card_meanwhile(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    two = await here.enter(here.two)
    await burst(bench, phone, "7 ✗ 没有签到表", "", "9 台账第一页")
    await two.text("20 ✅")
    await bench.wait(seconds=10)
    await phone.tap("第7题→第9题")
    assert phone.toast == "✓ 已从第7题移到第9题。"


async def test_what_waited_with_no_visit_open_can_be_moved_afterwards(bench: Bench):
    here = await site(bench)
    phone = here.one
    await phone.photo("7 没有签到表")
    await phone.photo("分工在墙上")
    await phone.press(f"visit.open:{here.visit_id}", 1)
    await phone.press(f"checklist.go:{here.visit_id}:1", 1)
    assert "✓ 已存：第1题" in phone.last.text
    await phone.tap("归错了")
    assert "1. 第1题　照片1张 「分工在墙上」" in phone.last.text
    await phone.tap("1 → 第2题")
    await phone.tap("返回")
    assert "↩ 移回第1题" in str(phone.last.labels)


async def test_what_gave_way_to_a_colleagues_answer_comes_back_whole(bench: Bench):
    here = await site(bench, SMALL)
    two = await here.enter(here.two)
    await two.text("7 ✅")
    await two.text("8 ✅")
    phone = await here.enter()
    await burst(bench, phone, "=9 ❌", "7 公示栏")
    message = (await here.state())["run"]["filed"][0][0]
    await phone.press(f"checklist.moveto:{here.visit_id}:m0:{message}:7", 1)
    assert (await standing(here, "door_note"))["door_note"] == f"公示栏\n{here.one.name}：❌ 否"
    await phone.press(f"checklist.shift:{here.visit_id}:m0:{message}:9", phone.last.id)
    assert await standing(here, "door", "door_note", "bare") == {"door": "yes", "door_note": "公示栏", "bare": "no"}
    async with bench.database.read() as db:
        assert (await verification.Verification(db).run()).breaks == []


async def test_what_a_later_line_said_otherwise_stands_when_the_earlier_one_comes_back(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await burst(bench, phone, "7 ✅", "=7 ❌ 没有签到表")
    assert (await standing(here, "i07"))["i07"] == "missing"
    earlier = (await here.state())["run"]["filed"][0][0]
    await phone.press(f"checklist.moveto:{here.visit_id}:m0:{earlier}:9", 1)
    assert await standing(here, "i07", "i09") == {"i07": "missing", "i09": "done"}
    await phone.press(f"checklist.moveto:{here.visit_id}:m0:{earlier}:7", 1)
    assert await standing(here, "i07", "i09") == {"i07": "missing"}
