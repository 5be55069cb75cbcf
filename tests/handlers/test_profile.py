"""What the bot knows about a person: showing it, its language, handing it over, erasing it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from storage import audit, people
from storage.people import Role

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone

ERASING = ("/privacy", "删除我的数据", "删除…", "永久删除")


async def erase(phone: Phone, *steps: str) -> None:
    for step in steps or ERASING:
        await (phone.text if step.startswith("/") else phone.tap)(step)


# --- who am I ---


async def test_me_shows_name_roles_groups_and_language(bench: Bench):
    phone = await bench.let_in("<督导员01>", Role.inspector, Role.leader, group="二组")
    await phone.text("/me")
    assert phone.last.text == (
        "<督导员01>\n"
        "组长 · 二组 · 「第二批主题教育巡回督导」\n"
        "督导组成员 · 二组 · 「第二批主题教育巡回督导」\n"
        "语言：简体中文"
    )
    assert phone.last.labels == ["语言", "我的数据", "免打扰", "◀ 返回"]


async def test_a_panel_changes_in_place_and_leaves_no_trail(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    await phone.text("更多")
    await phone.tap("语言")
    await phone.tap("◀ 返回")
    await phone.tap("我的数据")
    assert len(phone.bot_said) == 1
    assert phone.last.text.startswith("保存了您的哪些信息")


async def test_settings_do_not_disturb_what_holds_the_chat(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/invite")
    await admin.tap("管理员")
    await admin.text("/me")
    await admin.tap("语言")
    await admin.tap("English")
    await admin.text("Li")
    assert admin.last.text.startswith("Invitation: Li · Administrator")


# --- language ---


async def test_a_chosen_language_changes_words_menu_and_commands_at_once(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    await phone.text("/language")
    assert phone.last.labels == ["✓ 简体中文", "English", "◀ 返回"]
    await phone.tap("English")
    panel, said = phone.bot_said
    assert panel.labels == ["简体中文", "✓ English", "◀ Back"]
    assert said.text == "I speak English from now on."
    assert phone.menu == (("Enquiries", "Help", "More"),)
    assert dict(phone.commands)["me"] == "Your name, role and group"
    person = await bench.person(phone)
    assert (person.language, person.language_chosen) == ("en", True)


async def test_a_language_that_is_not_spoken_is_an_old_button(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    await phone.press("profile.speak:tlh", 1)
    assert phone.toast == "这个按钮已过期，什么都没有改动。"
    assert (await bench.person(phone)).language == "zh_CN"


# --- what is stored ---


async def test_the_export_is_a_document_with_everything_about_the_person_and_nobody_else(both_benches: Bench):
    bench = both_benches
    phone = await bench.let_in("小张", Role.member, group="二组")
    await bench.let_in("老陈", Role.member, group="二组")
    await phone.text("/privacy")
    await phone.tap("导出我的数据")
    assert phone.last.filename == "my-data.json"
    written = bench.blobs.find(phone.last.document).read_text("utf-8")
    data = json.loads(written)
    assert data["people"][0]["name"] == "小张"
    assert data["roles"][0]["role"] == "member"
    assert "老陈" not in written
    person = await bench.person(phone)
    async with bench.database.read() as db:
        assert [row.action for row in await audit.of_subject(db, f"person:{person.id}")] == ["person.exported"]


async def test_the_exported_file_is_not_kept_with_the_evidence(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    await phone.text("/privacy")
    await phone.tap("导出我的数据")
    assert not bench.blobs.exists(phone.last.document)
    assert bench.blobs.clear_once(datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert not bench.blobs.find(phone.last.document).exists()


# --- erasing ---


async def test_erasing_asks_twice_and_names_what_stays(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    await phone.text("/privacy")
    await phone.tap("删除我的数据")
    assert "保留：您提交的答案和佐证，作为工作记录，不带姓名。" in phone.last.text
    await phone.tap("删除…")
    assert phone.last.text == "请再确认一次：删除后无法恢复。"
    assert (await bench.person(phone)).name == "小张"
    await phone.tap("都保留")
    assert phone.last.text.startswith("保存了您的哪些信息")
    assert (await bench.person(phone)).name == "小张"


async def test_nobody_is_erased_by_a_button_before_the_second_question_was_asked(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    await phone.text("/privacy")
    await phone.press("profile.gone", phone.last.id)
    assert phone.toast == "这个按钮已过期，什么都没有改动。"
    await phone.tap("删除我的数据")
    await phone.press("profile.gone", phone.last.id)
    assert (await bench.person(phone)).name == "小张"
    await phone.tap("删除…")
    await phone.tap("都保留")
    await phone.press("profile.gone", phone.last.id)
    assert (await bench.person(phone)).name == "小张"


async def test_after_erasing_the_person_is_a_stranger(both_benches: Bench):
    bench = both_benches
    phone = await bench.let_in("小张", Role.member, group="二组")
    person = await bench.person(phone)
    await phone.text("/language")
    await erase(phone)
    assert phone.last.text == "您的数据已删除，这里不再有您的登记。感谢您的工作。"
    assert phone.menu == (("帮助",),)
    assert dict(phone.commands) == {"help": "在这里能做什么", "privacy": "保存了您的哪些信息"}
    assert await bench.person(phone) is None
    await phone.text("在吗")
    assert phone.last.text.startswith("本机器人仅限受邀使用")
    async with bench.database.read() as db:
        kept = await people.by_id(db, person.id)
        assert (kept.name, kept.telegram_id, kept.roles_now(bench.now)) == ("", None, [])
        assert [row.action for row in await audit.of_subject(db, f"person:{person.id}")] == ["person.erased"]


async def test_the_old_buttons_of_somebody_erased_do_nothing(bench: Bench):
    phone = await bench.let_in("小张", Role.member, group="二组")
    await erase(phone)
    for verb in ("export", "erase", "sure", "gone"):
        await phone.press(f"profile.{verb}", 1)
        assert phone.toast == "这个按钮已过期，什么都没有改动。"
    await phone.press("profile.me", 1)
    assert phone.toast.startswith("本机器人仅限受邀使用")


async def test_somebody_erased_can_be_invited_again_as_somebody_new(bench: Bench):
    leader = await bench.let_in("组长", Role.leader, group="二组")
    phone = await bench.let_in("小张", Role.member, group="二组")
    before = await bench.person(phone)
    await erase(phone)
    await leader.text("/invite")
    await leader.tap("党员群众")
    await leader.tap("跳过")
    await phone.start(leader.last.text.splitlines()[1].partition("start=")[2])
    assert phone.last.text.startswith("欢迎，小张。")
    assert (await bench.person(phone)).id != before.id


async def test_somebody_whose_roles_have_ended_can_still_take_their_data_along_and_erase_it(bench: Bench):
    phone = await bench.let_in("小张")
    await phone.text("/privacy")
    await phone.tap("导出我的数据")
    assert phone.last.document
    await erase(phone)
    assert await bench.person(phone) is None


async def test_the_only_administrator_is_kept(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/privacy")
    await admin.tap("删除我的数据")
    assert admin.toast.startswith("您是唯一的管理员")
    await admin.press("profile.gone", admin.last.id)
    assert (await bench.person(admin)).name == "王主任"
    await bench.let_in("李主任", Role.admin)
    await erase(admin)
    assert await bench.person(admin) is None
