"""What a form shows beside its words is sent in with it, kept with the version, and shown when somebody asks for it."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from storage.campaign import forms
from storage.people import Role
from tests.handlers.desk import Desk, open_desk
from tests.handlers.site import Site, card, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone

pytestmark = pytest.mark.usefixtures("read_here")

FORM = """
| survey | | | | |
| | type | name | label::zh | media::image::zh |
| | select_one kind | what | 是哪一种 | board.png |
| | text | said | 怎么说 | |
| choices | | | | |
| | list_name | name | label::zh | media::image::zh |
| | kind | dry | 干粉 | dry.png |
| | kind | foam | 泡沫 | foam.png |
| settings | | | |
| | form_title | form_id | version |
| | 灭火器 | tools | 1 |
"""


def drawn(colour: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
async def desk(bench: Bench) -> Desk:
    made = await open_desk(bench)
    await made.send("灭火器.md", FORM)
    return made


def labels(phone: Phone) -> list[str]:
    return [one.label for row in card(phone).buttons for one in row]


async def test_the_card_says_which_pictures_are_missing_and_takes_them_as_files(desk: Desk):
    assert "🖼 表单里的 3 个图片或声音还没有收到：board.png、dry.png、foam.png。" in desk.admin.last.text
    await desk.send("board.png", drawn("red"))
    assert "2 个图片或声音还没有收到：dry.png、foam.png。" in desk.admin.last.text
    await desk.send("dry.png", drawn("blue"))
    await desk.send("foam.png", drawn("green"))
    assert "🖼 表单里的 3 个图片和声音都在。" in desk.admin.last.text
    await desk.admin.file(name="cat.png")
    assert "没有用到「cat.png」" in desk.admin.last.text


async def test_a_trial_shows_them_and_what_is_missing_is_passed_over(desk: Desk):
    await desk.send("board.png", drawn("red"))
    await desk.send("foam.png", drawn("green"))
    await desk.admin.tap("试走一遍")
    await desk.admin.tap("🖼")
    assert desk.admin.last.picture
    assert desk.admin.last.text == "是哪一种"
    await desk.admin.tap("▶")
    assert desk.admin.last.text == "泡沫"
    await desk.admin.tap("返回")
    assert "是哪一种" in desk.admin.last.text
    assert not desk.admin.last.picture


async def on_a_visit(desk: Desk) -> Site:
    for name, colour in (("board.png", "red"), ("dry.png", "blue"), ("foam.png", "green")):
        await desk.send(name, drawn(colour))
    await desk.admin.tap("发布…")
    await desk.admin.tap("发布")
    async with desk.bench.database.read() as db:
        version = await forms.latest(db, "tools")
    assert version is not None
    _, (visit,) = await desk.plan(1, date(2026, 10, 1), version.id)
    one = await desk.bench.let_in("督导员01", Role.inspector, group="二组")
    here = Site(desk.bench, visit, one, one)
    await here.enter()
    return here


async def test_on_a_visit_a_choice_is_made_from_its_picture(desk: Desk):
    here = await on_a_visit(desk)
    phone = here.one
    assert "🖼" in labels(phone)
    await phone.tap("🖼")
    assert card(phone).picture
    assert "1. 是哪一种" in card(phone).text
    await phone.tap("▶")
    await phone.tap("▶")
    assert "泡沫" in card(phone).text
    await phone.tap("取 泡沫")
    assert (await here.answers())["what"] == "foam"
    assert title(phone) == "2. 怎么说"
    assert not card(phone).picture
    assert "🖼" not in labels(phone)


async def test_from_a_picture_one_goes_back_and_nothing_is_written(desk: Desk):
    here = await on_a_visit(desk)
    await here.one.tap("🖼")
    await here.one.tap("回到第1题")
    assert title(here.one) == "1. 是哪一种"
    await here.one.press(f"checklist.picture:{here.visit_id}:1:0:9", 1)
    assert await here.answers() == {}
