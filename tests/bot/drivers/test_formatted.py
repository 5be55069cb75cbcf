"""What people format stays formatted: entities become the HTML that Telegram reads back as the same entities."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.drivers.formatted import html_of
from sandbox.htmltext import parse_html


@dataclass
class Entity:
    type: str
    offset: int
    length: int
    url: str | None = None


@pytest.mark.parametrize(
    ("text", "entities", "html"),
    [
        ("没有格式", [], ""),
        ("看 https://a.cn", [Entity("url", 2, 12)], ""),
        ("一 < 二", [Entity("bold", 0, 1)], "<b>一</b> &lt; 二"),
        ("👍好的", [Entity("bold", 2, 2)], "👍<b>好的</b>"),
        (
            "链接",
            [Entity("text_link", 0, 2, 'https://a.cn/?a=1&b="2"')],
            '<a href="https://a.cn/?a=1&amp;b=&quot;2&quot;">链接</a>',
        ),
        ("abcd", [Entity("bold", 0, 4), Entity("italic", 1, 2)], "<b>a<i>bc</i>d</b>"),
        ("abcd", [Entity("bold", 0, 3), Entity("italic", 2, 2)], "<b>ab<i>c</i></b><i>d</i>"),
        ("ab", [Entity("bold", 0, 2), Entity("italic", 0, 2)], "<b><i>ab</i></b>"),
    ],
)
def test_formatting_becomes_html(text: str, entities: list[Entity], html: str):
    assert html_of(text, entities) == html


KINDS = st.sampled_from(("bold", "italic", "underline", "strikethrough", "spoiler"))


@given(st.text("ab<&👍字", max_size=8), st.lists(st.tuples(KINDS, st.integers(0, 9), st.integers(1, 9)), max_size=4))
def test_whatever_overlaps_the_text_stays_and_every_mark_is_closed(text: str, marks: list[tuple[str, int, int]]):
    units = len(text.encode("utf-16-le")) // 2
    cuts = {len(text[:at].encode("utf-16-le")) // 2 for at in range(len(text) + 1)}  # no entity parts a character
    entities = [
        Entity(kind, at, min(length, units - at))
        for kind, at, length in marks
        if at < units and at in cuts and min(at + length, units) in cuts
    ]
    made = html_of(text, entities)
    if made:
        assert parse_html(made)[0].encode("utf-16-le") == text.encode("utf-16-le")
