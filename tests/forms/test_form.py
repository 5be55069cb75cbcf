"""What a form says about itself before anybody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms.convert import convert
from forms.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable


def test_form_knows_its_name_version_and_languages(checklist: Form) -> None:
    assert (checklist.form_id, checklist.version, checklist.title) == ("checklist", "2026.1", "检查表")
    assert checklist.languages == ("English (en)", "中文 (zh_CN)")
    assert checklist.default_language == "中文 (zh_CN)"


def test_field_list_is_one_screen_and_anything_else_its_own(checklist: Form) -> None:
    assert [(screen.number, screen.path) for screen in checklist.screens] == [
        (1, "/data/study/item1"),
        (2, "/data/study/item2"),
        (None, "/data/thanks"),
        (3, "/data/people/present"),
        (4, "/data/people/share"),
        (5, "/data/people/held"),
        (6, "/data/people/cities"),
    ]


def test_screen_has_a_main_question_and_followups(checklist: Form) -> None:
    screen = checklist.screens[0]
    assert screen.main is not None
    assert screen.main.name == "q1"
    assert [question.name for question in screen.followups] == ["note1", "photo1"]
    assert (screen.title("en"), screen.section("en")) == ("Leaders lead", "Study")
    assert checklist.screen(3) is checklist.screens[3]
    assert checklist.screen(99) is None


@pytest.mark.parametrize("code", ["zh_CN", "zh-cn", "zh", "zh-Hans", "中文 (zh_CN)", "", "fr"])
def test_language_is_found_by_its_code_or_falls_back_to_the_default(checklist: Form, code: str) -> None:
    assert checklist.screens[0].section(code) == "理论学习"


def test_texts_that_are_not_translated_come_in_another_language(checklist: Form) -> None:
    question = checklist.questions["/data/study/item1/q1"]
    assert question.hint("en") == question.hint("zh_CN") == "近两次研讨的发言提纲"
    assert question.guidance("zh_CN") == "Look at the outlines"
    assert question.required_message("en") == "请选一项"
    assert question.label("en") == "Leaders of level … lead"
    assert checklist.questions["/data/people/held"].constraint_message("en") == ""


def test_kinds_are_those_of_the_xlsform(checklist: Form) -> None:
    kinds = {question.name: question.kind for question in checklist.questions.values()}
    assert kinds == {
        "day": "preload", "unit_level": "hidden", "q1": "select_one", "note1": "text", "photo1": "image",
        "q2": "select_one", "thanks": "note", "present": "integer", "share": "decimal", "held": "date",
        "cities": "select_multiple", "double": "calculate", "instanceID": "meta",
    }  # fmt: skip


def test_choices_carry_labels_and_columns(checklist: Form) -> None:
    choices = checklist.questions["/data/people/cities"].choices
    assert [(choice.value, choice.label("en"), choice.columns()["prov"]) for choice in choices] == [
        ("hz", "Hangzhou", "full"), ("nb", "Ningbo", "part"), ("wz", "Wenzhou", "any"),
    ]  # fmt: skip


def test_form_without_languages_has_its_one(form_of: Callable[..., Form]) -> None:
    form = form_of(("type", "name", "label"), ("text", "a", "Name?"))
    assert form.languages == ()
    assert form.questions["/data/a"].label("zh_CN") == "Name?"


def test_circle_of_calculations_is_known(form_of: Callable[..., Form]) -> None:
    form = form_of(
        ("type", "name", "label", "calculation"),
        ("calculate", "x", "", "${y} + 1"), ("calculate", "y", "", "${x} + 1"), ("text", "a", "A"),
    )  # fmt: skip
    assert [{vertex.definition.name for vertex in group} for group in form.graph.circular] == [{"x", "y"}]


def test_form_that_asks_nothing_is_read_with_a_warning(form_of: Callable[..., Form]) -> None:
    form = form_of(("type", "name", "label", "calculation"), ("calculate", "x", "", "1"))
    assert form.screens == ()
    assert any("asks nothing" in one.message for one in form.warnings)


def test_sheet_without_a_row_is_a_form_that_asks_nothing() -> None:
    made = convert(b"| survey |\n| | type | name | label |\n", "empty.md")
    assert [one.what for one in made.warnings] == ["The form asks nothing."]


def test_missing_list_is_a_warning_and_an_empty_list(checklist: Form) -> None:
    source = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
    <instance><data id="t"><a/></data></instance><instance id="c" src="jr://file-csv/c.csv"/></model></h:head><h:body>
    <select1 ref="/data/a"><label>A</label><itemset nodeset="instance('c')/root/item"><value ref="name"/></itemset>
    </select1></h:body></h:html>"""
    form = Form.parse(source)
    assert form.questions["/data/a"].choices == ()
    assert [one.message.partition(" → ")[0] for one in form.warnings] == [
        "The list c.csv is not here; until it is, it offers nothing."
    ]
    assert checklist.warnings == ()


def test_circle_of_calculations_is_told(form_of: Callable[..., Form]) -> None:
    form = form_of(
        ("type", "name", "label", "calculation"),
        ("calculate", "x", "", "${y} + 1"),
        ("calculate", "y", "", "${x} + 1"),
        ("text", "t", "T", ""),
    )
    (told,) = [one.message for one in form.warnings if "circle" in one.message]
    assert "/data/x, /data/y" in told


def test_list_in_a_drawn_order_has_its_rows_and_nothing_else(form_of: Callable[..., Form]) -> None:
    form = form_of(
        ("type", "name", "label", "parameters"), ("select_one l", "q", "Q", "randomize=true, seed=1"),
        choices=(("l", "a", "A"), ("l", "b", "B")),
    )  # fmt: skip
    assert [choice.value for choice in form.questions["/data/q"].choices] == ["a", "b"]
