"""Files that lie at Telegram are sent again by their number: one with its caption, an album, and a caption changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.drivers.errors import Gone
from handlers.chat import Attachment, Button, Say
from tests.bot.drivers.test_drivers import only, picture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.drivers.driver import Driver
    from sandbox.client import Phone

ROWS = ((Button("✅ 已阅", "notice.read:1"),),)


async def test_a_picture_is_sent_again_with_a_new_caption_that_can_be_changed(
    driver: Driver, phone: Phone, nothing: Callable[[str], Path]
) -> None:
    await phone.send("photo", picture(), "1.jpg", "原文", "image/jpeg")
    photo = await only(driver)
    assert isinstance(photo, Attachment)
    say = Say(text="<b>通知</b>", media=(("photo", photo.file_id),), buttons=ROWS)
    sent = await driver.send(4242, say, nothing)
    shown = (await phone.messages())[-1]
    assert (shown["id"], shown["caption_html"]) == (sent, "<b>通知</b>")
    assert shown["buttons"][0][0]["text"] == "✅ 已阅"
    await driver.caption(4242, sent, "<i>更正</i>", ())
    changed = (await phone.messages())[-1]
    assert (changed["caption_html"], changed.get("buttons") or []) == ("<i>更正</i>", [])
    await driver.caption(4242, sent, "<i>更正</i>", ())
    with pytest.raises(Gone):
        await driver.edit(4242, sent, "文字", ())


async def test_an_album_is_sent_again_as_an_album(driver: Driver, phone: Phone, nothing: Callable[[str], Path]) -> None:
    await phone.send("photo", picture(), "1.jpg", "", "image/jpeg")
    photo = await only(driver)
    assert isinstance(photo, Attachment)
    before = len(await phone.messages())
    first = await driver.send(4242, Say(text="三张", media=(("photo", photo.file_id),) * 3), nothing)
    shown = (await phone.messages())[before:]
    assert [one["id"] for one in shown] == [first, first + 1, first + 2]
    assert [one.get("caption_html", "") for one in shown] == ["三张", "", ""]
