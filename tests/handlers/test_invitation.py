"""Letting people in: who is asked what, and the picture."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from handlers.draft import Draft
from handlers.link import picture
from storage.campaign.campaigns import Campaign, Group, Unit
from storage.chat import conversations
from storage.people import Role
from tests.handlers.inviting import LINK, invite, link_in
from tests.handlers.site import plan

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


async def many_units(bench: Bench, count: int) -> None:
    group = await bench.group("二组")
    async with bench.database.begin() as db:
        db.add_all(
            Unit(campaign_id=1, code=f"X{at:03}", name=f"第{at}项目党支部", level=5, group_id=group.id)
            for at in range(count)
        )


# --- making one ---


async def test_a_leader_invites_an_inspector_into_the_own_group(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await leader.text("/invite")
    assert leader.last.labels == ["督导组成员", "联络员", "单位联系人", "党员群众", "我的邀请", "◀ 返回"]
    await leader.tap("督导组成员")
    assert leader.last.text == (
        "督导组成员 · 二组 · 「第二批主题教育巡回督导」\n"
        "请输入对方在这里用的姓名。点「跳过」，就用对方在 Telegram 的名字。"
    )
    await leader.text("  督导员  07 ")
    panel, shown = leader.bot_said
    assert panel.text == ("督导员 07 · 督导组成员 · 二组 · 「第二批主题教育巡回督导」\n邀请在下面，请只转发给本人。")
    assert [button.label for row in panel.buttons for button in row] == ["再邀请一位", "我的邀请"]
    assert shown.text == (
        "邀请：督导员 07 · 督导组成员 · 二组 · 「第二批主题教育巡回督导」\n"
        f"{link_in(leader)}\n点链接或扫码加入。限一人使用，10月28日 09:00 前有效。"
    )
    guest = bench.stranger("小王")
    await guest.start(link_in(leader).removeprefix(LINK))
    person = await bench.person(guest)
    assert person.name == "督导员 07"
    assert person.has(bench.now, Role.inspector, group_id=(await bench.group("二组")).id)


async def test_an_administrator_chooses_the_group(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("邀请成员")
    assert admin.last.labels[:3] == ["管理员", "办公室", "组长"]
    await admin.tap("副组长")
    assert admin.last.text == "副组长：加入哪个组？"
    assert admin.last.labels == ["一组", "二组", "◀ 返回"]
    await admin.tap("一组")
    await admin.tap("跳过")
    guest = bench.stranger("小李")
    await guest.start(link_in(admin).removeprefix(LINK))
    person = await bench.person(guest)
    assert (person.name, person.has(bench.now, Role.deputy, group_id=(await bench.group("一组")).id)) == ("小李", True)


async def test_an_administrator_needs_no_group_for_the_office(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    guest = bench.stranger("小李")
    await guest.start(await invite(admin, "办公室"))
    assert guest.last.text.startswith("欢迎，小李。您已加入「第二批主题教育巡回督导」，身份：办公室。")


async def test_groups_of_several_campaigns_are_told_apart_and_past_ones_left_out(bench: Bench):
    async with bench.database.begin() as db:
        for name, ends in (("第三批", date(2027, 1, 1)), ("第一批", date(2026, 10, 20))):
            made = Campaign(name=name, title={"zh_CN": name}, starts_on=date(2026, 1, 1), ends_on=ends)
            db.add(made)
            await db.flush()
            db.add(Group(campaign_id=made.id, name="甲组"))
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/invite")
    await admin.tap("联络员")
    assert sorted(admin.last.labels[:-1]) == [
        "一组 · 第二批主题教育巡回督导",
        "二组 · 第二批主题教育巡回督导",
        "甲组 · 第三批",
    ]


async def test_without_any_group_the_reason_is_said(bench: Bench):
    async with bench.database.begin() as db:
        (await db.get(Campaign, 1)).ends_on = date(2026, 10, 2)
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/invite")
    await admin.tap("组长")
    assert admin.toast == "现在还没有可以邀请加入的组。导入信息表后就有了。"


# --- a unit's contact ---


async def test_a_contact_is_invited_for_a_unit(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    guest = bench.stranger("老陈")
    await guest.start(await invite(leader, "单位联系人", "萧山项目党支部"))
    (appointment,) = (await bench.person(guest)).roles
    assert (appointment.role, appointment.unit_id is not None) == (Role.contact, True)
    await guest.text("/me")
    assert "单位联系人 · 萧山项目党支部 · " in guest.last.text


async def test_among_many_units_a_few_letters_find_the_right_one(bench: Bench):
    await many_units(bench, 30)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await leader.text("/invite")
    await leader.tap("单位联系人")
    assert leader.last.text == "请输入单位编号，或名称中的几个字。"
    await leader.text("党支部")
    assert leader.last.text == "有31个单位的编号或名称含「党支部」。请再多输几个字。"
    await leader.text("月球")
    assert leader.last.text == "这个组没有编号或名称含「月球」的单位。请换几个字再试。"
    await leader.text("第1")
    assert leader.last.text == "哪个单位？"
    assert len(leader.last.labels) == 12
    await leader.text("x007")
    assert "第7项目党支部" in leader.last.text
    await leader.tap("跳过")
    assert link_in(leader)


async def test_a_contact_cannot_be_invited_for_another_groups_unit(bench: Bench):
    group = await bench.group("二组")
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await leader.press(f"invitation.skip:contact:{group.id}:3", 1)
    assert leader.alert
    assert leader.bot_said == []


# --- typing the name ---


async def test_a_sticker_is_answered_with_what_is_wanted(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/invite")
    await admin.tap("管理员")
    await admin.sticker()
    assert admin.last.text == "请输入姓名，或点「跳过」。"
    await admin.text("小李")
    assert link_in(admin)


@pytest.mark.parametrize("send", ["photo", "file", "voice", "place"])
async def test_what_is_sent_meanwhile_goes_where_it_belongs_and_the_name_is_still_waited_for(bench: Bench, send: str):
    await plan(bench)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await leader.text("/invite")
    await leader.tap("联络员")
    await getattr(leader, send)()
    async with bench.database.read() as db:
        conversation = await conversations.load(db, leader.id, bench.now)
    assert (conversation.journey, len(conversation.state["waiting"])) == ("invitation", 1)
    await leader.text("小李")
    assert link_in(leader)
    async with bench.database.read() as db:
        conversation = await conversations.load(db, leader.id, bench.now)
    assert (conversation.journey, len(conversation.state["waiting"])) == ("", 1)


@pytest.mark.parametrize("words", ["7 ✗ 记录缺失", "9✅", "第10题 部分 台账未更新", "#7 已整改", "7 到位", "7"])
async def test_an_answer_to_an_item_does_not_become_a_name(bench: Bench, words: str):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/invite")
    await admin.tap("管理员")
    await admin.text(words)
    assert admin.last.text.startswith("这像是在回答检查项，没有当作姓名，也没有记录。")
    await admin.text("督导员07")
    assert "督导员07 · 管理员" in admin.last.text


async def test_a_units_name_can_be_typed_where_buttons_are_shown(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await leader.text("/invite")
    await leader.tap("单位联系人")
    assert "萧山项目党支部" in leader.last.labels
    await leader.text("萧山项目")
    assert leader.last.text.startswith("单位联系人 · 萧山项目党支部")
    await leader.tap("跳过")
    assert link_in(leader)


async def test_every_step_has_a_way_back_and_words_after_it_are_no_name(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/invite")
    await admin.tap("单位联系人")
    await admin.tap("二组")
    await admin.tap("萧山项目党支部")
    seen = []
    for _ in range(3):
        await admin.tap("◀ 返回")
        seen.append(admin.last.text)
    assert seen == ["哪个单位？", "单位联系人：加入哪个组？", "您想邀请谁？"]
    await admin.tap("◀ 返回")
    assert admin.last.text == "您想做什么？"
    await admin.text("小李")
    assert "现在没有等着回答的问题。请从下面选择，或看 /help。" in admin.last.text


async def test_after_an_invitation_the_next_one_is_a_tap_away(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await invite(admin, "管理员", name="小李")
    await admin.tap("再邀请一位")
    await admin.tap("办公室")
    await admin.text("小张")
    assert "小张 · 办公室" in admin.last.text


async def test_a_name_that_is_too_long_loses_nothing(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/invite")
    await admin.tap("管理员")
    await admin.text("长" * 5000)
    assert admin.last.text == "姓名最多60个字，请发短一些的。前面选的都在。"
    await admin.text("小李")
    assert "小李 · 管理员" in admin.last.text


async def test_markup_in_a_name_stays_what_was_typed(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    payload = await invite(admin, "管理员", name="<b>小李 & {name}")
    assert "邀请：<b>小李 & {name} · 管理员" in admin.last.text
    guest = bench.stranger()
    await guest.start(payload)
    assert guest.last.text.startswith("欢迎，<b>小李 & {name}。")


async def test_what_held_the_chat_goes_on_after_the_invitation(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    async with bench.database.begin() as db:
        (await conversations.load(db, leader.id, bench.now)).keep("checklist", {"visit": 12}, bench.now)
    await leader.text("/invite")
    panel = leader.last
    await leader.press(Draft(Role.liaison).to("role"), panel.id)
    await leader.press(Draft(Role.inspector).to("role"), panel.id)
    await leader.text("督导员07")
    assert "督导员07 · 督导组成员" in leader.last.text
    async with bench.database.read() as db:
        conversation = await conversations.load(db, leader.id, bench.now)
    assert (conversation.journey, conversation.state) == ("checklist", {"visit": 12})


async def test_a_double_tap_on_skip_makes_one_invitation(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/invite")
    await admin.tap("管理员")
    panel = admin.last
    (skip,) = panel.buttons[0]
    await admin.press(skip.data, panel.id)
    await admin.press(skip.data, panel.id)
    assert admin.toast == "这个按钮已过期，什么都没有改动。"
    assert sum(bool(one.picture) for one in admin.bot_said) == 1
    assert skip not in [button for row in panel.buttons for button in row]


# --- the picture ---


async def test_the_picture_is_a_scannable_code_of_the_link_with_a_quiet_zone(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await invite(admin, "管理员")
    with Image.open(bench.blobs.find(admin.last.picture)) as image:
        drawn = image.convert("L")
    side, _ = drawn.size
    assert drawn.size == (side, side)
    box = drawn.point(lambda value: 255 - value).getbbox()
    assert box is not None
    quiet, module = box[0], 12
    assert quiet == 4 * module
    assert (box[0], side - box[2]) == (box[1], side - box[3]) == (quiet, quiet)
    # The three corner marks scanners look for: seven modules across, dark at the rim and in the middle.
    for left, top in ((quiet, quiet), (side - quiet - 7 * module, quiet), (quiet, side - quiet - 7 * module)):
        row = [drawn.getpixel((left + at * module + 6, top + 3 * module + 6)) for at in range(7)]
        assert row == [0, 255, 0, 0, 0, 255, 0]


def test_different_links_make_different_pictures_and_the_same_link_the_same():
    one, two = picture(LINK + "i_1"), picture(LINK + "i_2")
    assert one != two
    assert one == picture(LINK + "i_1")
    with Image.open(BytesIO(one)) as image:
        assert image.format == "PNG"


async def test_the_picture_is_not_kept_with_the_evidence(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await invite(admin, "管理员")
    picture = admin.last.picture
    assert not bench.blobs.exists(picture)
    assert bench.blobs.clear_once(datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert not bench.blobs.find(picture).exists()
