"""The checklists as the form engine walks them: who is asked what, and when a photo or a sentence is wanted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from forms.convert import convert
from forms.form import Form
from forms.walk import Walk

if TYPE_CHECKING:
    from tests.packs.conftest import Pack

NOW = datetime(2026, 10, 21, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def form_of(pack: Pack) -> Form:
    converted = convert(pack.checklist, "checklist.md")
    assert converted.warnings == ()
    return Form.parse(converted.xform)


@pytest.fixture(scope="session")
def form(theme: Pack) -> Form:
    return form_of(theme)


@pytest.fixture(scope="session")
def safety_form(safety: Pack) -> Form:
    return form_of(safety)


def walk_of(form: Form, level: int | str = 3, tags: str = "committee service", **answers: str) -> Walk:
    paths = {path.rpartition("/")[2]: path for path in form.questions}
    walk = Walk(form, {}, now=NOW, preset={"unit_level": str(level), "unit_tags": tags})
    for name, value in answers.items():
        walk.set(paths[name], value)
    return walk


def path_of(walk: Walk, name: str) -> str:
    (path,) = (path for path in walk.form.questions if path.rpartition("/")[2] == name)
    return path


def numbers(walk: Walk) -> set[int]:
    return {screen.number for screen in walk.screens() if screen.number is not None}


def missing(walk: Walk) -> set[str]:
    return {path.rpartition("/")[2] for path in walk.missing()}


def value(walk: Walk, name: str) -> str:
    return walk.value(path_of(walk, name))


def all_graded(form: Form, grade: str, level: int | str = 3, tags: str = "committee service") -> Walk:
    walk = walk_of(form, level, tags)
    for screen in list(walk.screens()):
        if screen.number is not None:
            walk.set(screen.questions[0].path, grade)
    return walk


@pytest.mark.parametrize(
    ("level", "tags", "hidden"),
    [
        (3, "committee service", set()),
        (2, "committee trade market", {12}),
        (1, "party_group", {17}),
        (5, "branch medical service", {2, 8, 10}),
        (5, "branch realestate market", {2, 8, 10, 12}),
        ("", "", set()),
    ],
)
def test_items_follow_the_level_and_the_tags_and_keep_their_numbers(
    form: Form, level: int | str, tags: str, hidden: set[int]
) -> None:
    assert numbers(walk_of(form, level, tags)) == set(range(1, 23)) - hidden


def test_a_straight_walk_answers_one_question_an_item_and_nothing_is_missing(form: Form) -> None:
    for grade in ("done", "na"):
        assert all_graded(form, grade).missing() == []


def test_a_grade_of_partial_asks_for_nothing_more_but_what_item_15_lacks(form: Form) -> None:
    assert missing(all_graded(form, "partial")) == {"i15_gap"}


def test_every_item_not_done_wants_a_sentence_while_it_has_no_photo(form: Form) -> None:
    assert missing(all_graded(form, "missing")) == {f"i{number:02d}_note" for number in range(1, 23)}


@pytest.mark.parametrize("given", [{"i05_photo": "notes.jpg"}, {"i05_note": "研讨记录只有签到表"}])
def test_a_photo_or_a_sentence_is_enough(form: Form, given: dict[str, str]) -> None:
    assert "i05_note" in missing(walk_of(form, i05="missing"))
    assert "i05_note" not in missing(walk_of(form, i05="missing", **given))


def test_what_people_say_is_wanted_in_words_because_a_photo_would_show_who_spoke(form: Form) -> None:
    walk = walk_of(form, i20="missing")
    assert "i20_note" in missing(walk)
    assert "i20_photo" not in {path.rpartition("/")[2] for path in form.questions}


def test_the_rule_is_told_in_the_language_of_the_reader(form: Form) -> None:
    note = form.questions[path_of(walk_of(form), "i05_note")]
    assert note.required_message("zh_CN") == "请拍一张能说明问题的照片，或写一句具体情况。"
    assert note.required_message("en") == "Please take a photo that shows it, or write one sentence about it."


@pytest.mark.parametrize(
    ("name", "grades"),
    [
        ("i02_approved_on", {"partial"}),
        ("i04_sessions", {"partial"}),
        ("i15_gap", {"partial"}),
        ("i17_reported_on", {"partial"}),
        ("i13_stuck", {"partial", "missing"}),
        ("i20_share", {"partial", "missing"}),
        ("i21_signs", {"partial", "missing"}),
        ("i21_channel", {"partial", "missing"}),
    ],
)
def test_a_follow_up_is_asked_after_the_grades_that_call_for_it(form: Form, name: str, grades: set[str]) -> None:
    main = name[:3]
    asked = {
        grade
        for grade in ("done", "partial", "missing", "na")
        if (walk := walk_of(form, **{main: grade})).relevant(path_of(walk, name))
    }
    assert asked == grades


@pytest.mark.parametrize(
    ("name", "grade", "tags", "asked"),
    [
        ("i07_abroad", "partial", "committee trade market", True),
        ("i07_abroad", "partial", "committee medical service", False),
        ("i07_abroad", "done", "committee trade market", False),
        ("i13_site_on", "missing", "committee realestate service", True),
        ("i13_site_on", "missing", "committee agriculture public_benefit", True),
        ("i13_site_on", "missing", "committee science service", False),
        ("i20_clients", "partial", "committee education public_benefit", True),
        ("i20_clients", "partial", "committee agriculture service", False),
    ],
)
def test_a_line_of_business_has_questions_of_its_own(form: Form, name: str, grade: str, tags: str, asked: bool) -> None:
    walk = walk_of(form, 4, tags, **{name[:3]: grade})
    assert walk.relevant(path_of(walk, name)) is asked


@pytest.mark.parametrize(
    ("given", "name", "good", "bad"),
    [
        ({"i02": "partial"}, "i02_approved_on", "2026-10-21", "2026-10-22"),
        ({"i04": "partial"}, "i04_sessions", "60", "61"),
        ({"i07": "partial"}, "i07_share", "99.5", "100.1"),
        ({"i15": "partial"}, "i15_gap", "measure owner", "measure owner deadline"),
        ({"i18": "partial", "i18_listed": "6"}, "i18_finished", "6", "7"),
        ({"i18": "partial"}, "i18_finished", "7", "-1"),
        ({"i19": "partial"}, "i19_due_on", "2026-12-31", "2062-12-31"),
        ({"i20": "partial"}, "i20_heard", "1", "0"),
        ({"i01": "missing"}, "i01_note", "字" * 1000, "字" * 1001),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_a_sentence(
    form: Form, given: dict[str, str], name: str, good: str, bad: str
) -> None:
    walk = walk_of(form, **given)
    path = path_of(walk, name)
    assert walk.check(path, good) is None
    assert walk.check(path, bad) is not None
    assert walk.form.questions[path].constraint_message("zh_CN")


def test_what_was_found_is_counted_and_closes_the_visit_only_when_something_is_not_done(form: Form) -> None:
    clean = all_graded(form, "done")
    assert [value(clean, name) for name in ("missing_count", "partial_count", "rectification_due")] == ["0", "0", "no"]
    assert not clean.relevant(path_of(clean, "closing"))
    assert not clean.relevant(path_of(clean, "closing_missing"))

    found = walk_of(form, i01="missing", i02="partial", i03="missing", i04="done", i05="na")
    assert [value(found, name) for name in ("missing_count", "partial_count", "rectification_due")] == ["2", "1", "yes"]
    closing = path_of(found, "closing")
    assert found.relevant(closing)
    assert "1项部分落实、2项未落实" in found.label(closing, "zh_CN")
    assert "1 partly done and 2 not done" in found.label(closing, "en")
    assert not found.relevant(path_of(found, "closing_missing"))


def test_nothing_is_said_of_what_was_partly_done_where_nothing_was(form: Form) -> None:
    found = walk_of(form, i01="missing", i02="done")
    assert not found.relevant(path_of(found, "closing"))
    closing = path_of(found, "closing_missing")
    assert found.relevant(closing)
    assert found.label(closing, "zh_CN").startswith("本次有1项未落实。")
    assert found.label(closing, "en").startswith("This visit found 1 not done.")


def test_an_answer_that_no_longer_applies_is_not_counted(form: Form) -> None:
    assert value(walk_of(form, 5, "branch service", i02="missing"), "missing_count") == "0"


@pytest.mark.parametrize(
    ("level", "tags", "hidden"),
    [
        (2, "manufacturing", set()),
        (1, "office", {9, 10, 11}),
        (3, "construction", {1, 3}),
        ("", "", set()),
    ],
)
def test_workplace_safety_asks_offices_and_crews_what_concerns_them(
    safety_form: Form, level: int | str, tags: str, hidden: set[int]
) -> None:
    assert numbers(walk_of(safety_form, level, tags)) == set(range(1, 21)) - hidden
