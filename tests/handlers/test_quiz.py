"""Quizzes: made in three ways, taken in a new order, seen through by the leader, and a visit that waits for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage.audit import Audit
from storage.campaign.campaigns import Round
from storage.people import Role
from storage.visit.visits import State, Visit
from storage.voices import quizzes
from tests.handlers.desk import open_desk
from tests.handlers.site import site
from tests.handlers.test_notice import fates, tick

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone

RIGHT = {"一": "甲", "二": "丁", "三": "己"}
ASKED = (
    "1. 一\n*甲\n乙\n解析：因为是一。",
    "2. 二\n丙\n*丁\n解析：因为是二。",
    "3. 三\n*己\n庚",
)
STALE = "这个按钮已过期，什么都没有改动。"


async def make(office: Phone, title: str = "督导要求") -> None:
    """Write a quiz of three questions, up to the last look."""
    await office.text("/quiz")
    await office.tap("新建测试")
    await office.tap("自己出题")
    await office.text(title)
    for one in ASKED:
        await office.text(one)
    await office.tap("下一步")


async def take(phone: Phone, *, right: int = 3) -> list[str]:
    """Take the quiz that is open on the telephone; returns the questions in their order."""
    await phone.tap("再答一次" if "再答一次" in phone.last.labels else "开始")
    order = []
    for at in range(3):
        asked = phone.last.text.splitlines()[1]
        order.append(asked)
        wrong = next(label for label in phone.last.labels if label != RIGHT[asked])
        await phone.tap(RIGHT[asked] if at < right else wrong)
        await phone.tap("下一题" if at < 2 else "看结果")
    return order


@pytest.fixture
async def office(bench: Bench) -> Phone:
    return await bench.let_in("王主任", Role.office)


async def test_a_quiz_is_made_opened_and_taken_with_the_reason_after_each_answer(bench: Bench, office: Phone):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    await make(office)
    assert office.last.text == "督导要求\n共 3 题，每次顺序不同\n发给督导组 1 人\n答对 3 题为通过。"
    await office.tap("60%")
    assert office.last.text.endswith("答对 2 题为通过。")
    await office.tap("开放并通知")
    assert office.last.text == "督导要求\n已通过 0/1 人。\n未通过：\n· 督导员01：还没有答"
    await tick(bench)
    assert inspector.last.text == "📝 督导要求\n\n小测试，共 3 题，每答一题就有解析，答对 2 题为通过。"
    await inspector.tap("去答题")
    await inspector.tap("开始")
    asked = inspector.last.text.splitlines()[1]
    wrong = next(label for label in inspector.last.labels if label != RIGHT[asked])
    await inspector.tap(wrong)
    assert f"❌ 您选的是：{wrong}\n正确的是：{RIGHT[asked]}" in inspector.last.text
    assert ("解析：因为是" in inspector.last.text) == (asked != "三")
    await inspector.tap("下一题")
    for onward in ("下一题", "看结果"):
        asked = inspector.last.text.splitlines()[1]
        await inspector.tap(RIGHT[asked])
        assert f"✅ 答对了：{RIGHT[asked]}" in inspector.last.text
        await inspector.tap(onward)
    assert inspector.last.text == "督导要求\n✓ 通过：答对 2/3。"
    await office.text("/quiz")
    await office.tap("· 督导要求")
    await office.tap("谁已通过")
    assert office.last.text == "督导要求\n已通过 1/1 人。"


async def test_the_order_changes_from_try_to_try_and_the_best_one_counts(bench: Bench, office: Phone):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    await make(office)
    await office.tap("开放并通知")
    await tick(bench)
    await inspector.tap("去答题")
    orders = []
    for right in (1, 0, 2, 1):
        orders.append(tuple(await take(inspector, right=right)))
        assert inspector.last.text.startswith(f"督导要求\n答对 {right}/3，要 3 题才通过。")
    assert len(set(orders)) > 1
    await take(inspector)
    await inspector.text("/quiz")
    assert "✓ 已通过 · 督导要求" in inspector.last.labels
    async with bench.database.read() as db:
        (found,) = (await quizzes.results(db, 1, [2])).values()
        assert (found.tries, found.best) == (5, 3)
        stored = str(found.as_data())
    assert not any(words in stored for words in RIGHT.values())  # which one was wrong is nobody's business


async def test_only_the_first_tap_on_a_question_counts(bench: Bench, office: Phone):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    await make(office)
    await office.tap("开放并通知")
    await tick(bench)
    await inspector.tap("去答题")
    await inspector.tap("开始")
    asked = inspector.last.text.splitlines()[1]
    place = {"一": 0, "二": 1, "三": 2}[asked]
    wrong = next(label for label in inspector.last.labels if label != RIGHT[asked])
    await inspector.tap(wrong)
    for choice in (0, 1, 5):
        await inspector.press(f"quiz.answer:1:{place}:{choice}", inspector.last.id)
        assert inspector.toast == STALE
    for button in (f"quiz.answer:1:{(place + 1) % 3}:0", "quiz.next:1:2", "quiz.next:2:1"):
        await inspector.press(button, inspector.last.id)
        assert inspector.toast == STALE


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("一\n甲\n乙", "请在正确选项前加 *，不能每个都加。请重新发一次。"),
        ("一\n*甲", "一题要有 2 至 6 个选项，每行一个。请重新发一次。"),
        ("一\n*甲\n甲", "有两个选项一样，请改一个再发。"),
    ],
)
async def test_a_question_that_is_none_says_what_to_do(office: Phone, words: str, told: str):
    await office.text("/quiz")
    await office.tap("新建测试")
    await office.tap("自己出题")
    await office.text("督导要求")
    await office.text(words)
    assert office.last.text == told


async def test_a_quiz_has_three_to_ten_questions(office: Phone):
    await office.text("/quiz")
    await office.tap("新建测试")
    await office.tap("自己出题")
    await office.text("督导要求")
    await office.text(ASKED[0])
    assert "还差 2 题。" in office.last.text
    await office.press("quiz.look:1", office.last.id)
    assert office.toast == "一份测试至少 3 题，请再发几题。"
    for at in range(9):
        await office.text(f"再问{at}\n*甲\n乙")
    await office.text("多了\n*甲\n乙")
    assert office.last.text == "一份测试最多 10 题，这一题没有加上。"
    await office.photo()
    assert office.last.text == "请用文字写题目，测试里放不了图片和文件。"
    await office.text("/cancel")
    await office.text("/quiz")
    await office.tap("草稿 · 督导要求")
    await office.tap("删掉最后一题")
    assert "10." not in office.last.text
    await office.tap("删除草稿")
    assert office.last.text == "学习测试\n还没有。开放时会通知您。"


async def test_a_ready_made_quiz_and_one_of_a_form_become_drafts(bench: Bench):
    desk = await open_desk(bench)
    await desk.admin.text("/quiz")
    await desk.admin.tap("新建测试")
    await desk.admin.tap("先学一步：督导要求")
    assert "✓督导组集体研究" in desk.admin.last.text
    await desk.admin.text("/cancel")
    await desk.publish(
        "quiz.md",
        """
| survey | | | | |
| | type | name | label | constraint | constraint_message |
| | select_one yn | a | 能单独反馈吗？ | . = 'n' | 须经集体研究。 |
| | select_one yn | b | 要覆盖到支部吗？ | . != 'n' | 一个党支部不漏。 |
| | select_one yn | c | 您喜欢学习吗？ | | |
| | text | d | 说说看 | | |
| | select_one yn | e | 能收土特产吗？ | . = 'n' | 六个严禁。 |
| | select_multiple abc | f | 哪些违反规定？ | . = 'a c' | 六个严禁。 |
| | select_multiple abc | g | 您常做哪些？ | not(selected(., 'a')) | |
| choices | | | |
| | list_name | name | label |
| | yn | y | 能 |
| | yn | n | 不能 |
| | abc | a | 收礼品 |
| | abc | b | 看记录 |
| | abc | c | 去景区 |
| settings | | | |
| | form_title | form_id | version |
| | 纪律测试 | discipline | 1 |
""",
    )
    await desk.admin.text("/quiz")
    await desk.admin.tap("新建测试")
    await desk.admin.tap("取自已发布的表单")
    await desk.admin.tap("纪律测试")
    assert desk.admin.last.text.startswith(
        "纪律测试\n1. 能单独反馈吗？\n   能 / ✓不能\n2. 要覆盖到支部吗？\n   ✓能 / 不能\n"
        "3. 能收土特产吗？\n   能 / ✓不能\n4. 哪些违反规定？\n   ✓收礼品 / 看记录 / ✓去景区"
    )
    assert "您常做哪些" not in desk.admin.last.text  # more than one set of choices stands: nobody says which is right


async def test_a_question_with_several_right_choices_is_ticked_and_handed_in(bench: Bench, office: Phone):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    await office.press("quiz.new", 1)
    await office.text("纪律测试")
    for at in "一二三":
        await office.text(f"{at}：哪些违反规定？\n*收土特产\n看记录\n*去景区\n解析：六个严禁。")
    await office.tap("下一步")
    await office.tap("开放并通知")
    await tick(bench)
    await inspector.tap("去答题")
    await inspector.tap("开始")
    assert inspector.last.text.endswith("多选：逐个点选，再点「选好了」。")
    assert inspector.last.labels == ["☐ 收土特产", "☐ 看记录", "☐ 去景区"]  # nothing ticked cannot be handed in
    await inspector.tap("看记录")
    await inspector.tap("去景区")
    await inspector.tap("☑ 看记录")
    await inspector.tap("收土特产")
    assert inspector.last.labels == ["☑ 收土特产", "☐ 看记录", "☑ 去景区", "选好了 ▶"]
    place = {"一": 0, "二": 1, "三": 2}[inspector.last.text.splitlines()[1][0]]
    await inspector.tap("选好了")
    assert "✅ 答对了：收土特产、去景区\n解析：六个严禁。" in inspector.last.text
    await inspector.tap("下一题")
    await inspector.tap("收土特产")
    await inspector.tap("选好了")
    assert "❌ 您选的是：收土特产\n正确的是：收土特产、去景区" in inspector.last.text
    for button in (f"quiz.done:1:{place}", f"quiz.tick:1:{place}:1", f"quiz.answer:1:{place}:0"):
        await inspector.press(button, inspector.last.id)
        assert inspector.toast == STALE
    await inspector.tap("下一题")
    for choice in ("收土特产", "去景区"):
        await inspector.tap(choice)
    await inspector.tap("选好了")
    await inspector.tap("看结果")
    assert "答对 2/3" in inspector.last.text


# --- a visit that waits for it ---


async def visit_of_a_round(bench: Bench) -> int:
    """Put a visit into a round; returns the visit."""
    place = await site(bench)
    async with bench.database.begin() as db:
        made = Round(campaign_id=1, number=1, starts_on=bench.now.date(), ends_on=bench.now.date())
        db.add(made)
        await db.flush()
        await db.execute(sa.update(Visit).values(round_id=made.id))
    return place.visit_id


async def held(bench: Bench, office: Phone) -> tuple[int, Phone, Phone]:
    """A quiz that keeps people from the visits of round one, an inspector of group two, its leader."""
    visit = await visit_of_a_round(bench)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    inspector = await bench.let_in("小陈", Role.inspector, group="二组")
    await make(office)
    await office.tap("第一轮")
    await office.tap("开放并通知")
    await tick(bench)
    return visit, leader, inspector


async def state_of(bench: Bench, visit: int) -> State:
    async with bench.database.read() as db:
        found = await db.get(Visit, visit)
    assert found is not None
    return found.state


async def test_who_has_not_passed_does_not_start_a_visit_and_whoever_passes_does(bench: Bench, office: Phone):
    visit, _, inspector = await held(bench, office)
    assert inspector.last.text.endswith("请先通过，再开始本轮督导。")
    await inspector.text("/today")
    assert inspector.last.text.startswith("先学一步，再去督导：请先通过「督导要求」")
    await inspector.press(f"visit.open:{visit}", inspector.last.id)
    assert inspector.last.text.startswith("先学一步，再去督导")
    await inspector.press(f"checklist.answer:{visit}:1:done", inspector.last.id)
    assert inspector.toast == "请先通过「督导要求」（/quiz），再开始这次督导。"
    assert await state_of(bench, visit) is State.planned
    await inspector.tap("去答题")
    await take(inspector)
    await inspector.press(f"visit.open:{visit}", inspector.last.id)
    assert "先学一步" not in inspector.last.text


async def test_no_interview_or_activity_starts_a_visit_for_who_has_not_passed(bench: Bench, office: Phone):
    visit, _, inspector = await held(bench, office)
    for word in ("interview.begin:{}", "activity.add:{}:symposium", "visit.submit:{}"):
        await inspector.press(word.format(visit), inspector.last.id)
        assert inspector.last.text.startswith("先学一步，再去督导"), word
        assert await state_of(bench, visit) is State.planned
        await inspector.text("/menu")


async def test_a_visit_that_has_begun_is_kept_from_nobody(bench: Bench, office: Phone):
    visit, _, inspector = await held(bench, office)
    async with bench.database.begin() as db:
        await db.execute(sa.update(Visit).values(state=State.open))
    await inspector.press(f"visit.open:{visit}", 1)
    assert "先学一步" not in inspector.last.text


async def test_a_quiz_that_is_closed_or_keeps_nobody_back_stops_no_visit(bench: Bench, office: Phone):
    visit, _, inspector = await held(bench, office)
    await office.tap("关闭测试")
    await inspector.press(f"visit.open:{visit}", 1)
    assert "先学一步" not in inspector.last.text
    await inspector.press("quiz.start:1", 1)
    assert inspector.toast == "这份测试已经关闭，不用再答了。"


@pytest.mark.parametrize("typed", ["", "在外地处置突发情况"])
async def test_a_leader_lets_somebody_go_with_a_reason_and_it_is_in_the_chain(bench: Bench, office: Phone, typed: str):
    visit, leader, inspector = await held(bench, office)
    await leader.text("/quiz")
    await leader.tap("待答 · 督导要求")
    await leader.tap("谁已通过")
    assert "· 小陈：还没有答" in leader.last.text
    await leader.tap("放行：小陈")
    if typed:
        await leader.text("长" * 101)
        assert leader.last.text == "请说明原因，最多 100 个字。"
        await leader.text(typed)
    else:
        await leader.tap("督导任务急")
    assert f"↷ 小陈：放行，{typed or '督导任务急'}" in leader.last.text
    assert inspector.last.text == "组长已放行：您未通过「督导要求」也可以开始督导。"
    await inspector.press(f"visit.open:{visit}", 1)
    assert "先学一步" not in inspector.last.text
    async with bench.database.read() as db:
        (deed,) = await db.scalars(sa.select(Audit).where(Audit.action == "quiz.waived"))
        who = await bench.person(inspector)
        assert who is not None
        assert deed.details["person"] == who.id
        assert deed.details["reason"] == ("other" if typed else "urgent")
        assert not typed or typed not in str(deed.details)


async def test_nobody_lets_people_of_another_group_go(bench: Bench, office: Phone):
    _, _, inspector = await held(bench, office)
    who = await bench.person(inspector)
    assert who is not None
    other = await bench.let_in("另一位组长", Role.leader, group="一组")
    await other.press("quiz.show:1:0", 1)
    assert "小陈" not in other.last.text
    for button in (f"quiz.waive:1:{who.id}", f"quiz.reason:1:{who.id}:urgent"):
        await other.press(button, other.last.id)
        assert other.toast == STALE
    led = await bench.let_in("二组组长", Role.leader, group="二组")
    own = await bench.person(led)
    assert own is not None
    await led.press(f"quiz.waive:1:{own.id}", 1)
    assert led.toast == "不能给自己放行：请通过测试，或请办公室放行。"
    await inspector.press(f"quiz.waive:1:{who.id}", inspector.last.id)
    assert inspector.toast.startswith("这项功能您这里没有。")


async def test_the_notice_of_a_quiz_counts_like_any_other_and_takes_no_receipt(bench: Bench, office: Phone):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    gone = await bench.let_in("督导员02", Role.inspector, group="二组")
    await gone.block()
    await make(office)
    await office.tap("开放并通知")
    await tick(bench)
    assert inspector.last.labels == ["去答题"]
    assert await fates(bench) == {"sent": 1, "blocked": 1}


async def test_ten_questions_of_the_longest_kind_fit_on_the_card_of_a_draft(bench: Bench, office: Phone):
    await office.press("quiz.new", 1)
    await office.text("题" * 60)
    choices = "\n".join(["*" + "甲" * 60, *(sign * 60 for sign in "乙丙丁戊己")])
    for _ in range(10):
        await office.text(f"{'问' * 300}\n{choices}\n解析：{'因' * 300}")
    assert "10. 问" in office.last.text
    assert "下一步" in office.last.labels[0]
