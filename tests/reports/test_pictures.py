"""A picture is as wide as a phone wants it, holds what it was given, and lets nothing run off its edge."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from reports.charts import Bars, Curve, Key, Line, Row, legend
from reports.picture import INSIDE, Figure, Figures, Heading, Words, compose, line_height
from reports.theme import DARK, LIGHT, MARGIN, SMALL, WIDTH, Theme, fitted, font, measured

LONG = "浙江省杭州市余杭区未来科技城第三项目经理部党支部" * 3
FIGURES = Figures(
    [Figure("37/56", "已督导", "done"), Figure("1,234,567", "逾期", "late"), Figure("12", LONG), Figure("2", "卡住")]
)
BARS = Bars(
    [
        Row("杭州市", [("done", 12), ("planned", 6)], "12/18"),
        Row(LONG, [("done", 1), ("planned", 9_999), ("open", 1)], "1/10001"),
        Row("空", [("done", 0)], "0/0"),
    ],
    [Key("done", "已督导"), Key("planned", LONG), Key("open", "未安排")],
    "各片区覆盖",
)
CURVE = Curve(
    [Line("planned", "计划", [0, 3, 6, 14]), Line("done", "完成", [0, 2, 5, None])], "10月16日", "10月30日", "督导进度"
)
ALL = (Heading(LONG, LONG), FIGURES, BARS, CURVE, Words(LONG + " and words of another language " * 4))


def drawn(*blocks: object, theme: Theme = LIGHT) -> Image.Image:
    return Image.open(BytesIO(compose(blocks, theme))).convert("RGB")


def near(pixel: tuple[int, int, int], colour: tuple[int, int, int]) -> bool:
    """Tell whether a pixel has that colour, but for what the palette of 64 colours rounds away."""
    return all(abs(a - b) <= 12 for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_nothing_runs_into_the_margins(theme: Theme):
    picture = drawn(*ALL, theme=theme)
    assert picture.width == WIDTH
    edge = MARGIN - 10  # an outline, the dot at the end of a curve
    for box in ((0, 0, edge, picture.height), (WIDTH - edge, 0, WIDTH, picture.height)):
        assert all(near(pixel, theme.paper) for _, pixel in picture.crop(box).getcolors(1 << 24))


def test_the_smallest_text_is_twelve_points_on_a_phone():
    assert SMALL * 360 / WIDTH >= 12


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_text_stands_out_from_its_background(theme: Theme):
    def light(colour: tuple[int, int, int]) -> float:
        parts = [c / 255 for c in colour]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for name in ("ink", "muted", "done", "late"):
        for ground in (theme.paper, theme.card):
            low, high = sorted((light(theme.tone(name)), light(ground)))
            assert (high + 0.05) / (low + 0.05) >= 4.5, name  # the contrast that WCAG asks of small text


def test_a_bar_is_divided_as_its_amounts_are():
    picture = drawn(Bars([Row("", [("done", 1), ("late", 3)], "")]))
    y = MARGIN + 35 + 4 + 11
    quarter = MARGIN + INSIDE // 4
    assert near(picture.getpixel((quarter - 20, y)), LIGHT.done)
    assert near(picture.getpixel((quarter + 20, y)), LIGHT.late)
    assert near(picture.getpixel((MARGIN + INSIDE - 20, y)), LIGHT.late)


def test_one_in_a_million_is_still_seen():
    picture = drawn(Bars([Row("", [("late", 1), ("open", 999_999)], "")]))
    y = MARGIN + 35 + 4 + 11
    assert any(near(picture.getpixel((x, y)), LIGHT.late) for x in range(MARGIN, MARGIN + 8))


@pytest.mark.parametrize("rows", [[], [Row("空", [], "0")], [Row("空", [("done", 0)], "0/0")]])
def test_a_chart_of_nothing_is_drawn_empty(rows: list[Row]):
    assert (
        drawn(Heading("没有数据"), Bars(rows), Curve([], "", ""), Curve([Line("done", "", [None])], "", "")).width
        == WIDTH
    )


def test_a_text_is_cut_only_when_it_has_to_be():
    assert fitted("杭州", SMALL, 500) == "杭州"
    cut = fitted(LONG, SMALL, 300)
    assert cut.endswith("…")
    assert 250 < measured(cut, SMALL) <= 300


def test_a_legend_goes_on_below_before_anything_in_it_is_cut():
    answers = [Key("done", "A lot"), Key("partly", "Little, cannot say for certain"), Key("open", "Not at all so far")]
    lines = legend(answers)
    assert [key.what for line in lines for key in line] == [key.what for key in answers]
    assert legend(answers[:2]) == [answers[:2]]
    assert all(sum(56 + measured(key.what, SMALL) for key in line) - 26 <= INSIDE for line in legend([*answers] * 3))
    rows = [Row("杭州市", [("done", 1)], "1")]
    below = Bars(rows, answers * 3).height() - Bars(rows, answers[:2]).height()
    assert below == (len(legend(answers * 3)) - 1) * (line_height(SMALL) + 12)


def test_a_very_long_picture_stays_within_what_telegram_takes():
    assert drawn(*[Words("行")] * 400).height == 4000


def test_the_font_has_every_sign_of_a_register():
    missing = font(SMALL).getmask("\U0010ffff").getbbox()
    for letter in "督导组片区佐证巡党支部职工群众①④—·…%（）《》「」、。，：？！黟郯碚":
        assert font(SMALL).getmask(letter).getbbox() not in {None, missing}, letter
