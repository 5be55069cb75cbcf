"""Results of a survey as pictures by area and level, and a survey made of a published form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reports.drawing import draw_all
from storage.people import Role
from storage.voices import surveys
from supervision.ballot_figures import figures_of
from tests.handlers.desk import open_desk
from tests.handlers.test_survey import by_link, survey

if TYPE_CHECKING:
    from tests.handlers.phone import Bench

PLACES = {f"{area}|{level}": f"{area}|{level}" for area in ("浙江省", "江苏省") for level in ("3", "5")}
SAID = {"浙江省|3": [9, 6, 5], "浙江省|5": [7, 8, 6], "江苏省|3": [5, 9, 7], "江苏省|5": [6, 5, 8]}


async def counted(bench: Bench, number: int = 1) -> None:
    """Put answers of two areas and two levels into a survey, as if they had been given."""
    async with bench.database.begin() as db:
        found = await surveys.get(db, number)
        assert found is not None
        found.places = PLACES
        found.tally = {place: {"1": list(row)} for place, row in SAID.items()}
        found.cast = found.moved = sum(map(sum, SAID.values()))


async def test_the_pictures_show_every_question_by_area_and_by_level(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await by_link(bench, admin)
    await counted(bench)
    await admin.press("survey.show:1", admin.last.id)
    await admin.tap("结果图")
    assert admin.last.text == "学习情况"
    wanted = admin.last.drawing
    assert draw_all([wanted])[0]
    by_title = {held["title"]: held for kind, held in wanted["blocks"] if kind == "bars"}
    areas, levels = by_title["1. 按片区"], by_title["1. 按层级"]
    assert {label: [count for _, count in parts] for label, parts, _ in areas["rows"]} == {
        "浙江省": [16, 14, 11],
        "江苏省": [11, 14, 15],
    }
    assert {label: [count for _, count in parts] for label, parts, _ in levels["rows"]} == {
        "第3级": [14, 15, 12],
        "第5级": [13, 13, 14],
    }
    assert [what for _, what in areas["keys"]] == ["很有", "有一些", "不大"]


async def test_a_small_area_is_in_no_picture(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await by_link(bench, admin)
    made = await survey(bench)
    tally = {"浙江省|3": {"1": [9, 8, 7]}, "江苏省|3": {"1": [2, 0, 1]}}
    (found,) = figures_of(made.items, tally, made.least, ["浙江省|3", "江苏省|3"])
    assert found.by_area == ()
    assert replace(found).count == 27


async def test_a_survey_is_made_of_a_published_form(bench: Bench):
    desk = await open_desk(bench)
    await desk.publish(
        "survey.md",
        """
| survey | | | |
| | type | name | label |
| | select_one yn | a | 学习有帮助吗？ |
| | integer | b | 一周学几小时？ |
| | range | c | 打几分？ |
| | image | d | 拍一张 |
| | text | e | 还有什么建议？ |
| choices | | | |
| | list_name | name | label |
| | yn | y | 有 |
| | yn | n | 没有 |
| settings | | | |
| | form_title | form_id | version |
| | 学习调查 | study | 1 |
""",
    )
    admin = desk.admin
    await admin.text("/survey")
    await admin.tap("新建调查")
    await admin.tap("取自已发布的表单")
    await admin.tap("学习调查")
    asked = (await survey(bench)).asks
    assert [(one.kind, one.text) for one in asked] == [
        ("choice", "学习有帮助吗？"),
        ("number", "一周学几小时？"),
        ("scale", "打几分？"),
        ("text", "还有什么建议？"),
    ]
