"""Changing, deleting, pinning and reacting, with both libraries."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.conftest import picture

if TYPE_CHECKING:
    from sandbox.server import Sandbox
    from tests.sandbox.conftest import Hand, Library


async def _card(library: Library, person: Hand) -> int:
    sent = await library.call(
        "send_message", chat_id=person.id, text="第1题", reply_markup=library.buttons([[("好", "a")]])
    )
    return int(sent["message_id"])


async def test_a_card_is_changed_in_place(library: Library, person: Hand) -> None:
    card = await _card(library, person)
    changed = await library.call(
        "edit_message_text",
        chat_id=person.id,
        message_id=card,
        text="<b>第2题</b>",
        parse_mode="HTML",
        reply_markup=library.buttons([[("不好", "b")]]),
    )
    assert changed["message_id"] == card
    assert "edit_date" in changed
    shown = (await person.chat())["messages"]
    assert [one["id"] for one in shown if one["from"] == "bot"] == [card]
    assert (shown[-1]["text_html"], shown[-1]["edited"]) == ("<b>第2题</b>", True)
    assert shown[-1]["buttons"] == [[{"text": "不好", "data": "b"}]]


async def test_an_edit_without_buttons_takes_them_away(library: Library, person: Hand) -> None:
    card = await _card(library, person)
    await library.call("edit_message_text", chat_id=person.id, message_id=card, text="第1题")
    assert (await person.chat())["messages"][-1]["buttons"] == []


async def test_the_same_again_is_not_modified(library: Library, person: Hand) -> None:
    card = await _card(library, person)
    same = {"chat_id": person.id, "message_id": card, "reply_markup": library.buttons([[("好", "a")]])}
    for text, mode in (("第1题", None), ("  第1题 ", "HTML")):
        with pytest.raises(library.refusals.bad_request, match="(?i)message is not modified: specified new message"):
            await library.call("edit_message_text", text=text, parse_mode=mode, **same)
    with pytest.raises(library.refusals.bad_request, match="(?i)message is not modified"):
        await library.call("edit_message_reply_markup", **same)


async def test_only_the_bots_own_messages_of_the_right_kind_can_be_edited(library: Library, person: Hand) -> None:
    card = await _card(library, person)
    theirs = (await person.do("text", text="好的"))["message_id"]
    for message_id, reason in ((card + 99, "message to edit not found"), (theirs, "message can't be edited")):
        with pytest.raises(library.refusals.bad_request, match=f"(?i){reason}"):
            await library.call("edit_message_text", chat_id=person.id, message_id=message_id, text="新")
    photo = await library.call("send_photo", chat_id=person.id, photo=library.file(picture(), "a.jpg"))
    with pytest.raises(library.refusals.bad_request, match="(?i)there is no text in the message to edit"):
        await library.call("edit_message_text", chat_id=person.id, message_id=photo["message_id"], text="新")
    with pytest.raises(library.refusals.bad_request, match="(?i)there is no caption in the message to edit"):
        await library.call("edit_message_caption", chat_id=person.id, message_id=card, caption="新")


async def test_captions_and_pictures_are_changed_in_place(library: Library, person: Hand) -> None:
    photo = await library.call("send_photo", chat_id=person.id, photo=library.file(picture(), "a.jpg"), caption="前")
    where = {"chat_id": person.id, "message_id": photo["message_id"]}
    changed = await library.call("edit_message_caption", caption="<b>后</b>", parse_mode="HTML", **where)
    assert (changed["caption"], changed["caption_entities"][0]["type"]) == ("后", "bold")
    media = library.media("photo", library.file(picture(333, 444), "b.jpg"), "新图")
    changed = await library.call("edit_message_media", media=media, **where)
    assert (changed["photo"][-1]["width"], changed["caption"]) == (333, "新图")
    media = library.media("document", library.file(b"bytes", "b.txt"))
    changed = await library.call("edit_message_media", media=media, **where)
    assert changed["document"]["file_name"] == "b.txt"
    assert "caption" not in changed
    assert not changed.get("photo")


async def test_a_message_is_deleted_once(library: Library, person: Hand) -> None:
    card = await _card(library, person)
    assert await library.call("delete_message", chat_id=person.id, message_id=card) is True
    assert [one for one in (await person.chat())["messages"] if one["from"] == "bot"] == []
    with pytest.raises(library.refusals.bad_request, match="(?i)message to delete not found"):
        await library.call("delete_message", chat_id=person.id, message_id=card)


async def test_several_messages_are_deleted_and_the_missing_skipped(library: Library, person: Hand) -> None:
    cards = [await _card(library, person) for _ in range(3)]
    assert await library.call("delete_messages", chat_id=person.id, message_ids=[*cards, 99999]) is True
    assert [one for one in (await person.chat())["messages"] if one["from"] == "bot"] == []


async def test_after_48_hours_a_message_cannot_be_deleted(library: Library, person: Hand, sandbox: Sandbox) -> None:
    card = await _card(library, person)
    sandbox.world.clock.advance(timedelta(hours=48, seconds=1))
    with pytest.raises(library.refusals.bad_request, match="(?i)message can't be deleted for everyone"):
        await library.call("delete_message", chat_id=person.id, message_id=card)


async def test_pins_and_reactions_are_seen_on_the_phone(library: Library, person: Hand) -> None:
    card = await _card(library, person)
    theirs = (await person.do("text", text="好的"))["message_id"]
    await library.call("pin_chat_message", chat_id=person.id, message_id=card)
    reaction = library.reaction("👍")
    await library.call("set_message_reaction", chat_id=person.id, message_id=theirs, reaction=reaction)
    chat = await person.chat()
    assert chat["pinned"] == [card]
    assert chat["messages"][-1]["reactions"] == ["👍"]
    assert (await library.call("get_chat", chat_id=person.id))["pinned_message"]["message_id"] == card
    with pytest.raises(library.refusals.bad_request, match="(?i)reaction_invalid"):
        await library.call(
            "set_message_reaction", chat_id=person.id, message_id=theirs, reaction=library.reaction("🧾")
        )
    with pytest.raises(library.refusals.bad_request, match="(?i)message to pin not found"):
        await library.call("pin_chat_message", chat_id=person.id, message_id=card + 99)
