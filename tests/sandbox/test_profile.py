"""What the bot says of itself, and which command menu each person sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import aiohttp

    from sandbox.server import Sandbox
    from tests.sandbox.conftest import Hand, Library


async def _menu(person: Hand) -> list[str]:
    return [one["description"] for one in (await person.chat())["commands"]]


async def test_the_narrowest_scope_and_the_right_language_win(library: Library, person: Hand) -> None:
    async def put(description: str, **where: object) -> None:
        await library.call("set_my_commands", commands=[library.command("start", description)], **where)

    assert await _menu(person) == []
    await put("everyone")
    assert await _menu(person) == ["everyone"]
    await put("所有人", language_code="zh")
    assert await _menu(person) == ["所有人"]
    await put("this chat", scope=library.chat_scope(person.id))
    assert await _menu(person) == ["this chat"]
    await put("这个对话", scope=library.chat_scope(person.id), language_code="zh")
    assert await _menu(person) == ["这个对话"]
    stored = await library.call("get_my_commands", scope=library.chat_scope(person.id), language_code="zh")
    assert [one["command"] for one in stored] == ["start"]
    await library.call("delete_my_commands", scope=library.chat_scope(person.id), language_code="zh")
    await library.call("delete_my_commands", scope=library.chat_scope(person.id))
    assert await _menu(person) == ["所有人"]


@pytest.mark.parametrize(
    ("command", "description", "reason"),
    [("Start", "x", "bot_command_invalid"), ("start", "督" * 257, "bot_command_description_invalid")],
)
async def test_a_wrong_command_is_refused(library: Library, command: str, description: str, reason: str) -> None:
    with pytest.raises(library.refusals.bad_request, match=f"(?i){reason}"):
        await library.call("set_my_commands", commands=[library.command(command, description)])


async def test_a_menu_for_a_chat_that_does_not_exist_is_refused(library: Library, stranger: Hand) -> None:
    commands = [library.command("start", "x")]
    with pytest.raises(library.refusals.bad_request, match="(?i)chat not found"):
        await library.call("set_my_commands", commands=commands, scope=library.chat_scope(stranger.id))


async def test_name_and_descriptions_fall_back_to_no_language(
    library: Library, sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    await library.call("set_my_name", name="Xundu")
    await library.call("set_my_name", name="巡督", language_code="zh")
    await library.call("set_my_description", description="陪您走完每次督导")
    assert (await library.call("get_my_name", language_code="zh"))["name"] == "巡督"
    assert (await library.call("get_my_name", language_code="de"))["name"] == "Xundu"
    assert (await library.call("get_my_description", language_code="de"))["description"] == "陪您走完每次督导"
    async with http.get(f"{sandbox.url}/phones") as answer:
        bot = (await answer.json())["bot"]
    assert (bot["name"], bot["description"]) == ("Xundu", "陪您走完每次督导")
    with pytest.raises(library.refusals.bad_request):
        await library.call("set_my_name", name="督" * 65)


async def test_chat_and_member_are_described(library: Library, person: Hand, sandbox: Sandbox) -> None:
    chat = await library.call("get_chat", chat_id=person.id)
    assert (chat["id"], chat["type"], chat["first_name"]) == (person.id, "private", "督导员01")
    member = await library.call("get_chat_member", chat_id=person.id, user_id=person.id)
    assert (member["status"], member["user"]["id"]) == ("member", person.id)
    bot = await library.call("get_chat_member", chat_id=person.id, user_id=sandbox.world.profile.id)
    assert bot["user"]["is_bot"] is True
    with pytest.raises(library.refusals.bad_request):
        await library.call("get_chat_member", chat_id=person.id, user_id=12)
