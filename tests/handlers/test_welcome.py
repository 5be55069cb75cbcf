"""The first minute: links, greetings, help, menus, and what strangers learn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.link import invite as make_link
from storage import audit, invitations
from storage.campaign import campaigns
from storage.people import Role
from tests.handlers.phone import BOT, Bench, Phone

WEEK = timedelta(days=7)
STRANGER_LINE = "本机器人仅限受邀使用，如已收到邀请链接，请直接点开。"


async def link_for(
    bench: Bench, role: Role, *, name: str = "", group: str | None = "二组", by: int | None = None
) -> str:
    """Make an invitation as the command line does and return the payload of its link."""
    group_id = (await bench.group(group)).id if group else None
    async with bench.database.begin() as db:
        link = await make_link(
            db, role=role, name=name, group_id=group_id, created_by=by, now=bench.now, lifetime=WEEK, bot_username=BOT
        )
    start = f"https://t.me/{BOT}?start="
    assert link.startswith(start)
    return link.removeprefix(start)


# --- links ---


async def test_an_invitation_lets_somebody_in_without_asking_anything(both_benches: Bench):
    bench = both_benches
    phone = bench.stranger("小王")
    await phone.start(await link_for(bench, Role.inspector, name="督导员01"))
    assert phone.last.text == (
        "欢迎，督导员01。您已加入「第二批主题教育巡回督导」二组，身份：督导组成员。\n"
        "我会陪您走完每次督导：一次一题，随手拍照，断网也不丢。"
    )
    assert phone.menu == (("今日督导", "我的待办", "更多"),)
    assert ("today", "今天的督导") in phone.commands
    person = await bench.person(phone)
    assert (person.name, person.language, person.language_chosen) == ("督导员01", "zh_CN", False)
    assert [(one.role, one.group_id) for one in person.roles] == [(Role.inspector, (await bench.group("二组")).id)]


async def test_an_invitation_without_a_name_takes_the_name_of_the_telephone(bench: Bench):
    phone = bench.stranger("<小王> & co", language="en-GB")
    await phone.start(await link_for(bench, Role.leader))
    assert phone.last.text.startswith(
        "Welcome, <小王> & co. You have joined “Theme education, second batch”, 二组. Your role: Group leader."
    )
    assert phone.menu == (("Visits today", "To do", "More"),)


async def test_somebody_without_a_group_is_welcomed_into_the_campaign(bench: Bench):
    phone = bench.stranger("王主任")
    await phone.start(await link_for(bench, Role.admin, group=None))
    assert phone.last.text.startswith("欢迎，王主任。您已加入「第二批主题教育巡回督导」，身份：管理员。")
    assert phone.menu == (("邀请成员", "督导活动", "更多"),)


async def test_who_came_in_is_in_the_audit_trail_without_a_name(bench: Bench):
    phone = bench.stranger("小王")
    await phone.start(await link_for(bench, Role.inspector))
    person = await bench.person(phone)
    async with bench.database.read() as db:
        (row,) = await audit.of_subject(db, f"person:{person.id}")
    assert (row.action, row.details) == ("person.joined", {"roles": ["inspector"]})


async def test_a_used_link_says_so_and_nothing_else(bench: Bench):
    payload = await link_for(bench, Role.inspector)
    await bench.stranger("小王").start(payload)
    late = bench.stranger("小李")
    await late.start(payload)
    assert [one.text for one in late.bot_said] == ["这个邀请已被使用。请向邀请您的人再要一个。"]
    assert await bench.person(late) is None
    assert (late.menu, late.commands) == ((), ())


async def test_an_expired_link_says_so_and_nothing_else(bench: Bench):
    payload = await link_for(bench, Role.inspector)
    await bench.wait(days=7)
    phone = bench.stranger()
    await phone.start(payload)
    assert [one.text for one in phone.bot_said] == ["这个邀请已过期。请向邀请您的人再要一个。"]
    assert await bench.person(phone) is None


@pytest.mark.parametrize("payload", ["i_AAAAAAAAAAAAAAAAAAAAAA", "i_", "i_'; --", "x", "i_" + "A" * 62])
async def test_a_foreign_link_says_so_and_nothing_else(bench: Bench, payload: str):
    phone = bench.stranger()
    await phone.start(payload)
    assert [one.text for one in phone.bot_said] == ["这个链接不是有效的邀请。请向发给您的人再要一个。"]
    assert await bench.person(phone) is None


async def test_a_link_that_was_taken_back_is_no_invitation(bench: Bench):
    payload = await link_for(bench, Role.inspector)
    async with bench.database.begin() as db:
        (await invitations.get(db, 1)).revoke(bench.now)
    phone = bench.stranger()
    await phone.start(payload)
    assert phone.last.text.startswith("这个链接不是有效的邀请")


async def test_opening_ones_own_link_again_greets(bench: Bench):
    payload = await link_for(bench, Role.inspector, name="督导员01")
    phone = bench.stranger()
    await phone.start(payload)
    await phone.start(payload)
    assert phone.last.text.startswith("您好，督导员01。\n督导组成员 · 二组 · 「第二批主题教育巡回督导」\n")


async def test_a_second_invitation_adds_a_role(bench: Bench):
    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    await phone.start(await link_for(bench, Role.leader, group="一组", name="ignored"))
    assert phone.last.text.startswith("欢迎，督导员01。您已加入「第二批主题教育巡回督导」一组，身份：组长。")
    person = await bench.person(phone)
    assert {one.role for one in person.roles_now(bench.now)} == {Role.inspector, Role.leader}


async def test_an_invitation_to_a_role_already_held_stays_unused_and_lets_another_in(both_benches: Bench):
    bench = both_benches
    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    payload = await link_for(bench, Role.inspector)
    await phone.start(payload)
    assert phone.last.text == "您已是二组督导组成员。这个邀请没有用掉，可以转给本人。"
    assert len((await bench.person(phone)).roles) == 1
    guest = bench.stranger("小王")
    await guest.start(payload)
    assert guest.last.text.startswith("欢迎，小王。")


async def test_an_invitation_to_a_role_without_a_group_that_is_held_already_stays_unused(bench: Bench):
    phone = await bench.let_in("王主任", Role.admin)
    await phone.start(await link_for(bench, Role.admin, group=None))
    assert phone.last.text == "您已是管理员。这个邀请没有用掉，可以转给本人。"


@pytest.mark.parametrize(("role", "called"), [(Role.contact, "单位联系人"), (Role.member, "党员群众")])
async def test_people_of_a_unit_are_told_their_unit_and_never_the_group_that_visits_it(
    bench: Bench, role: Role, called: str
):
    group = await bench.group("二组")
    async with bench.database.begin() as db:
        unit = (await campaigns.units_of_group(db, group.id))[0]
        _, token = await invitations.create(
            db, role=role, name="小张", now=bench.now, lifetime=WEEK, group_id=group.id, unit_id=unit.id
        )
    phone = bench.stranger()
    await phone.start(token)
    assert phone.last.text.startswith(f"欢迎，小张。您已加入「第二批主题教育巡回督导」，身份：{unit.name}{called}。")
    await phone.text("/me")
    assert f"{called} · {unit.name} · 「第二批主题教育巡回督导」" in phone.last.text
    assert "二组" not in "".join(one.text for one in phone.bot_said)


async def test_a_link_in_a_group_chat_is_not_redeemed(bench: Bench):
    payload = await link_for(bench, Role.inspector)
    phone = bench.stranger()
    await phone.send("Text", "", text=f"/start {payload}", private=False)
    assert phone.bot_said == []
    assert await bench.person(phone) is None


# --- coming back ---


async def test_start_again_greets_by_role(bench: Bench):
    member = await bench.let_in("小张", Role.member, group="二组")
    await member.start()
    assert member.last.text == (
        "您好，小张。\n党员群众 · 「第二批主题教育巡回督导」\n有需要您回答或阅读的内容时，会发到这里。"
    )
    assert member.menu == (("请示", "帮助", "更多"),)
    assert "invite" not in dict(member.commands)


async def test_the_language_follows_telegram_until_one_is_chosen(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    phone.language = "en"
    await phone.start()
    assert phone.last.text.startswith("Hello, 小张.")
    assert phone.menu == (("Enquiries", "Help", "More"),)
    await phone.text("/language")
    await phone.tap("简体中文")
    await phone.start()
    assert phone.last.text.startswith("您好，小张。")


async def test_somebody_whose_roles_have_ended_is_told_so_politely(bench: Bench):
    phone = await bench.let_in("小张")
    for words in ("/start", "你好", "/help"):
        await phone.text(words)
        assert "您目前没有担任任何角色，如再次参加，请要一个新的邀请。" in phone.last.text
    assert "today" not in dict(phone.commands)


# --- strangers ---


@pytest.mark.parametrize("words", ["/start", "你好", "hello", "今日督导吗", "9 ✅"])
async def test_a_stranger_learns_only_that_one_has_to_be_invited(bench: Bench, words: str):
    phone = bench.stranger()
    await phone.text(words)
    assert [one.text for one in phone.bot_said] == [STRANGER_LINE]
    assert (phone.menu, phone.commands) == ((), ())


async def test_a_strangers_sticker_and_photo_get_the_same_sentence(bench: Bench):
    phone = bench.stranger()
    await phone.sticker()
    await phone.photo("看看")
    assert [one.text for one in phone.bot_said] == [STRANGER_LINE, STRANGER_LINE]


@pytest.mark.parametrize("words", ["/help", "/nonsense"])
async def test_a_strangers_help_lists_only_what_a_stranger_may_use(bench: Bench, words: str):
    phone = bench.stranger()
    await phone.text(words)
    assert phone.last.text == f"{STRANGER_LINE}\n/help – 在这里能做什么\n/privacy – 保存了您的哪些信息"


async def test_a_stranger_is_told_what_is_kept_of_the_chat(bench: Bench):
    phone = bench.stranger(language="fr")
    await phone.text("/privacy")
    assert phone.last.text.startswith("You are not on any list here.")
    assert phone.last.buttons == ()


async def test_nothing_said_to_a_stranger_names_the_campaign(bench: Bench):
    await bench.let_in("督导员01", Role.inspector, group="二组")
    phone = bench.stranger()
    for command in ("start", "help", "privacy", "language", "cancel", "me", "more", "invite", "today", "todo", "x"):
        await phone.text(f"/{command}")
    said = "\n".join(one.text for one in phone.bot_said)
    assert not any(word in said for word in ("主题教育", "二组", "督导员01", "浙江"))


# --- finding one's way ---


async def test_help_fits_the_role(bench: Bench):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    leader = await bench.let_in("组长", Role.leader, group="二组")
    member = await bench.let_in("小张", Role.member, group="二组")
    for phone in (inspector, leader, member):
        await phone.text("/help")
    assert "/today – 今天的督导" in inspector.last.text
    assert "随时可以发照片" in inspector.last.text
    assert "也可以直接发「9 ✅」或「10 部分 台账未更新」；照片说明里写题号，就归到那一题。" in inspector.last.text
    assert "/invite" not in inspector.last.text
    assert "/invite – 邀请成员" in leader.last.text
    assert "/today" not in member.last.text
    assert "照片" not in member.last.text


async def test_the_menu_buttons_are_commands_in_both_languages(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    await phone.text("更多")
    assert phone.last.labels == ["政策资料库", "我的信息", "语言", "我的数据"]
    await phone.text("More")
    assert phone.last.labels == ["政策资料库", "我的信息", "语言", "我的数据"]


async def test_every_panel_behind_more_leads_back_to_it(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("更多")
    panel = admin.last
    for drawer, label in (("⚙️ 设置", "运行状态"), ("👤 我的", "语言"), ("👤 我的", "我的数据")):
        await admin.tap(drawer, on=panel)
        await admin.tap(label, on=panel)
        assert panel.text != "您想做什么？"
        await admin.tap("◀ 返回", on=panel)
        assert panel.text == "您想做什么？"
    await admin.tap("👤 我的", on=panel)
    await admin.tap("帮助", on=panel)
    assert admin.last.text.startswith("在这里能做什么")


async def test_who_asks_for_what_the_role_has_not_is_told_what_it_has(bench: Bench):
    member = await bench.let_in("小张", Role.member, group="二组")
    await member.text("/today")
    assert member.last.text == "这项功能您这里没有。您可以用：请示 · 帮助 · 更多。"


async def test_help_does_not_list_itself(bench: Bench):
    member = await bench.let_in("小张", Role.member, group="二组")
    await member.text("/help")
    assert "/me" in member.last.text
    assert "/help" not in member.last.text


async def test_more_does_not_repeat_the_keyboard_of_whoever_invites(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("更多")
    assert admin.last.labels == ["🧭 现场", "📈 进展", "📣 政策·通知·问卷", "⚙️ 设置", "👤 我的"]
    panel = admin.last
    await admin.tap("⚙️ 设置", on=panel)
    assert "邀请成员" not in panel.labels
    assert {"表单", "运行状态", "轮次", "信息表", "◀ 返回"} <= set(panel.labels)


async def test_more_offers_inviting_only_to_those_who_may(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await leader.text("更多")
    assert "邀请成员" in leader.last.labels, "the only thing in a drawer lies outside it"
    inspector = await bench.let_in("小张", Role.inspector, group="二组")
    await inspector.text("更多")
    assert "邀请成员" not in inspector.last.labels


async def test_what_is_late_is_found_behind_more_and_leads_back(bench: Bench):
    inspector = await bench.let_in("小张", Role.inspector, group="二组")
    await inspector.text("更多")
    await inspector.tap("📈 进展")
    await inspector.tap("逾期未交")
    assert inspector.last.text == "您没有逾期未交的督导。"
    await inspector.tap("◀ 返回")
    assert inspector.last.text == "您想做什么？"


async def test_cancel_drops_a_draft_and_then_there_is_nothing_to_cancel(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/invite")
    await admin.tap("管理员")
    await admin.text("/cancel")
    assert admin.last.text == "已取消这份邀请，没有生成链接。"
    await admin.text("小李")
    assert "现在没有等着回答的问题。请从下面选择，或看 /help。" in admin.last.text
    await admin.text("/cancel")
    assert admin.last.text == "现在没有可取消的操作。您答过、发过的都已保存。"


async def test_words_that_nobody_waits_for_get_a_hint_with_the_menu(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    await phone.text("在吗")
    assert phone.last.text == (
        "现在没有等着回答的问题。请从下面选择，或看 /help。\n有需要您回答或阅读的内容时，会发到这里。"
    )
    assert phone.menu == (("请示", "帮助", "更多"),)


async def test_a_photo_that_belongs_to_nothing_is_said_not_to_have_been_kept(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    await phone.photo()
    assert phone.last.text == "现在没有需要您提交的内容，所以没有保存。\n有需要您回答或阅读的内容时，会发到这里。"


async def test_a_sticker_is_refused_with_what_would_do(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    await phone.sticker()
    assert phone.last.text == "这类消息用不了。文字、照片、文件、语音、视频和位置都可以。"


async def test_a_person_who_blocked_the_bot_and_comes_back_is_unblocked(bench: Bench):
    phone: Phone = await bench.let_in("小张", Role.member, group="二组")
    await phone.block()
    assert (await bench.person(phone)).blocked_at is not None
    await phone.start()
    assert (await bench.person(phone)).blocked_at is None
