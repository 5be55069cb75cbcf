"""Words that wait, are mended while they wait, or were cut in two by the client that sent them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.handlers.site import SMALL, card, plan, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench

WORDY = """
| survey | | | |
| | type | name | label |
| | text | told | 说了什么 |
| | text | more | 还有什么 |
| settings | | | |
| | form_title | form_id | version |
| | 谈话 | talk | 1 |
"""


async def test_words_that_wait_and_are_edited_are_repeated_as_they_read_now(bench: Bench):
    here = await site(bench)
    await plan(bench, unit="ZJ01")
    sent = await here.one.text("9 ✅ 分工")
    await here.one.edit(sent, "9 ❌ 没有分工")
    assert "「9 ❌ 没有分工」先存着" in card(here.one).text
    await here.one.tap("浙江省")
    assert "✓ 已记：9❌「没有分工」" in card(here.one).text
    assert (await here.answers())["i09"] == "missing"


async def test_words_that_wait_in_an_open_visit_and_are_edited_say_so_on_the_card(bench: Bench):
    here = await site(bench)
    await here.enter()
    await here.one.tap("☰ 总览")
    sent = await here.one.text("大家都在")
    await here.one.edit(sent, "大家都到了")
    assert "文字1条「大家都到了」还没有归题" in card(here.one).text
    await here.one.tap("1·")
    assert (await here.answers())["i01_note"] == "大家都到了"
    assert "✓ 已记：1「大家都到了」" in card(here.one).text


async def test_a_line_that_its_own_item_refuses_is_tried_on_no_other(bench: Bench):
    here = await site(bench, SMALL)
    await plan(bench, SMALL, unit="ZJ01")
    await here.one.text("7 ❌ " + "长" * 40)
    await here.one.tap("浙江省")
    assert "第7题：备注不能超过30个字。" in card(here.one).text
    await here.at(5)
    assert await here.answers() == {}
    assert "备注不能超过30个字" in card(here.one).text


async def test_a_text_that_the_client_has_cut_is_one_answer(bench: Bench):
    here = await site(bench, WORDY)
    await here.enter()
    await here.one.text("甲" * 3900)
    assert title(here.one) == "2. 还有什么"
    await here.one.text("乙" * 500)
    assert await here.answers() == {"told": "甲" * 3900 + "\n" + "乙" * 500}
    assert "✓ 第1题已续上这段长文字的后半部分" in card(here.one).text
    assert title(here.one) == "2. 还有什么"
    await here.one.tap("↶ 撤销")
    assert await here.answers() == {}


async def test_what_comes_later_than_at_once_is_no_part_of_a_long_text(bench: Bench):
    here = await site(bench, WORDY)
    await here.enter()
    await here.one.text("甲" * 3900)
    await bench.wait(seconds=30)
    await here.one.text("没有了")
    assert (await here.answers())["more"] == "没有了"
