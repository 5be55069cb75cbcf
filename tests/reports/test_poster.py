"""A poster's words stand in whole lines, and its code leads where it should."""

from __future__ import annotations

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from reports.poster import Poster, broken
from reports.theme import measured

WIDE = 1020


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "How did the theme education help the work of your branch this year?",
            ["How did the theme", "education help the work", "of your branch this year?"],
        ),
        ("听取意见：基层支部学习情况调查", ["听取意见：基层支", "部学习情况调查"]),
        ("学习情况", ["学习情况"]),
        ("甲\n\n乙", ["甲", "", "乙"]),
        ("", [""]),
    ],
)
def test_lines_break_between_words_and_are_about_as_long(text: str, lines: list[str]):
    assert broken(text, 84, WIDE) == lines


def test_what_is_longer_than_a_line_is_broken_all_the_same_and_nothing_is_lost():
    for text in ("w" * 100, "中" * 60, "（一）学习《条例》，" * 9):
        lines = broken(text, 84, WIDE)
        assert "".join(lines) == text
        assert all(measured(one, 84) <= WIDE for one in lines)
        assert not any(one[0] in "，）》" for one in lines)


def test_the_longest_title_stands_on_the_poster_whole_and_the_code_is_read():
    link = "https://t.me/xundu_bot?start=s_7Kq0aB3dE5fG6hJ8"
    for title in ("学习情况", "中" * 60, "wide title " * 5):
        page = Image.open(BytesIO(Poster(title, link, ("用手机扫一扫",), "10月28日截止").png()))
        assert [one.text for one in zxingcpp.read_barcodes(page)] == [link]
