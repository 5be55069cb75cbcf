"""What became of invitations: the list of one's own, giving one up half way, and taking back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import invitations
from storage.people import Role
from tests.handlers.inviting import invite
from tests.handlers.site import site

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


async def test_my_invitations_say_what_became_of_each(both_benches: Bench):
    bench = both_benches
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await leader.text("/invite")
    await leader.tap("我的邀请")
    assert leader.last.text == "您还没有邀请过人。"
    old = await invite(leader, "联络员")
    await bench.wait(days=8)
    used = await invite(leader, "督导组成员", name="督导员07")
    await invite(leader, "党员群众", name="小张")
    guest = bench.stranger("小王")
    await guest.start(used)
    assert old != used
    await leader.text("/invite")
    await leader.tap("我的邀请")
    assert leader.last.text == (
        "我的邀请\n"
        "1. 党员群众 · 小张 – 待使用，11月5日 09:00 前有效\n"
        "2. 督导组成员 · 二组 · 督导员07 – 督导员07 已加入，10月29日 09:00\n"
        "3. 联络员 · 二组 – 10月28日 09:00 已过期"
    )
    assert leader.last.labels == ["收回第1条", "邀请成员"]


async def test_an_invitation_of_a_contact_names_the_unit_and_not_the_group(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/invite")
    for label in ("单位联系人", "二组", "萧山项目党支部", "跳过"):
        await admin.tap(label)
    await admin.text("/invite")
    await admin.tap("我的邀请", on=admin.last)
    assert "1. 单位联系人 · 萧山项目党支部 – 待使用" in admin.last.text


async def test_cancelling_an_invitation_gives_the_visit_back(bench: Bench):
    here = await site(bench)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await here.enter(leader)
    await leader.text("/invite")
    await leader.tap("督导组成员")
    await leader.text("/cancel")
    assert leader.last.text == "已取消这份邀请，没有生成链接。\n其他的照旧，可以接着做。"
    await leader.text("1 ✅")
    assert await here.answers() == {"i01": "done"}


async def test_an_invitation_that_is_taken_back_lets_nobody_in(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    payload = await invite(leader, "督导组成员")
    await leader.text("/invite")
    await leader.tap("我的邀请")
    await leader.tap("收回第1条")
    assert leader.toast == "已收回，这个链接不能再用。"
    assert "已收回" in leader.last.text
    assert leader.last.labels == ["邀请成员"]
    guest = bench.stranger()
    await guest.start(payload)
    assert await bench.person(guest) is None


async def test_taking_back_twice_or_too_late_says_that_the_button_is_old(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    payload = await invite(leader, "督导组成员")
    await bench.stranger().start(payload)
    await leader.press("invitation.revoke:1", 1)
    assert leader.toast == "这个按钮已过期，什么都没有改动。"


async def test_nobody_takes_back_what_another_person_made(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    other = await bench.let_in("另一位组长", Role.leader, group="一组")
    await invite(leader, "督导组成员")
    await other.press("invitation.revoke:1", 1)
    assert other.toast == "这个按钮已过期，什么都没有改动。"
    async with bench.database.read() as db:
        assert (await invitations.get(db, 1)).revoked_at is None


async def test_the_name_of_somebody_erased_is_not_shown_to_whoever_invited_them(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    guest = bench.stranger("小王")
    await guest.start(await invite(leader, "督导组成员", name="督导员07"))
    for step in ("/privacy", "删除我的数据", "删除…", "永久删除"):
        await (guest.text if step.startswith("/") else guest.tap)(step)
    await leader.text("/invite")
    await leader.tap("我的邀请")
    assert "督导员07" not in leader.last.text
    assert "本人的信息后来已删除" in leader.last.text
