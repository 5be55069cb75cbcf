"""Filling a form: what an answer changes, what is missing, what is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from forms.canonical import InvalidAnswer
from forms.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from forms.form import Form

Q1, NOTE1, PHOTO1 = "/data/study/item1/q1", "/data/study/item1/note1", "/data/study/item1/photo1"
Q2, PRESENT, HELD, CITIES = "/data/study/item2/q2", "/data/people/present", "/data/people/held", "/data/people/cities"


@pytest.fixture
def walk(checklist: Form, now: datetime) -> Walk:
    return Walk(checklist, {}, now=now, preset={"unit_level": "4"})


def test_server_fills_what_nobody_is_asked(walk: Walk) -> None:
    assert walk.value("/data/unit_level") == "4"
    assert walk.value("/data/day") == "2026-11-22"
    assert walk.value("/data/people/share") == "0.5"


def test_item_for_another_level_is_not_on_the_way(checklist: Form, now: datetime) -> None:
    high, low = (Walk(checklist, {}, now=now, preset={"unit_level": level}) for level in ("4", "2"))
    assert [screen.number for screen in high.screens()] == [1, 2, None, 3, 4, 5, 6]
    assert [screen.number for screen in low.screens()] == [1, None, 3, 4, 5, 6]
    assert Q2 in high.missing()
    assert Q2 not in low.missing()


def test_answer_opens_its_followup_and_says_what_changed(walk: Walk) -> None:
    changed = walk.set(Q1, "none")
    assert changed.paths == (Q1, NOTE1)
    assert walk.relevant(NOTE1)
    assert walk.required(PHOTO1)
    assert walk.missing() == [PHOTO1, Q2]
    assert walk.set(Q1, "none").paths == ()


def test_answer_that_is_no_longer_relevant_reads_blank_and_is_kept(walk: Walk) -> None:
    walk.set(Q1, "part")
    walk.set(NOTE1, "台账未更新")
    walk.set(Q1, "full")
    assert (walk.value(NOTE1), walk.raw(NOTE1)) == ("", "台账未更新")
    assert "台账" not in walk.xml()
    assert walk.values()[NOTE1] == "台账未更新"
    walk.set(Q1, "none")
    assert walk.value(NOTE1) == "台账未更新"


def test_violating_answer_is_kept_and_flagged(walk: Walk) -> None:
    walk.set(PRESENT, "900")
    assert walk.value(PRESENT) == "900"
    violation = walk.violation(PRESENT)
    assert violation is not None
    assert (violation.path, violation.kind, violation.message("zh_CN")) == (PRESENT, "constraint", "0到500之间")


def test_check_tells_before_anything_is_stored(walk: Walk) -> None:
    violation = walk.check(PRESENT, "900")
    assert violation is not None
    assert violation.message("en") == "0到500之间"
    assert walk.check(PRESENT, "30") is None
    assert walk.value(PRESENT) == ""
    missing = walk.check(Q1, "")
    assert missing is not None
    assert missing.kind == "required"


def test_blank_answer_violates_no_constraint(walk: Walk) -> None:
    walk.set(Q1, "part")
    assert walk.check(NOTE1, "") is None
    assert walk.check(NOTE1, "短") is not None


def test_date_is_compared_as_a_date(walk: Walk) -> None:
    assert walk.check(HELD, "2026-11-22") is None
    assert walk.check(HELD, "2026-11-23") is not None


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (PRESENT, "many", "not_a_number"),
        (PRESENT, "3.5", "not_an_integer"),
        (PRESENT, "99999999999", "out_of_range"),
        ("/data/people/share", "half", "not_a_number"),
        (HELD, "2026-02-30", "not_a_date"),
        (HELD, "yesterday", "not_a_date"),
        (Q1, "excellent", "not_a_choice"),
        (CITIES, "hz paris", "not_a_choice"),
        ("/data/nowhere", "1", "no_question"),
        ("/data/study", "1", "no_question"),
        ("/data/thanks", "1", "readonly"),
    ],
)
def test_value_that_does_not_fit_its_question_is_refused_with_a_code(
    walk: Walk, path: str, value: str, code: str
) -> None:
    before = walk.flat()
    with pytest.raises(InvalidAnswer) as caught:
        walk.set(path, value)
    assert caught.value.code == code
    assert walk.flat() == before


@pytest.mark.parametrize(
    ("path", "given", "stored"),
    [(PRESENT, "007", "7"), ("/data/people/share", "2", "2.0"), (HELD, "2026-10-16T08:00", "2026-10-16")],
)
def test_value_is_stored_in_the_one_way_its_type_is_written(walk: Walk, path: str, given: str, stored: str) -> None:
    walk.set(path, given)
    assert walk.value(path) == stored


def test_choices_follow_the_answers_and_take_what_was_chosen_with_them(walk: Walk) -> None:
    assert [choice.value for choice in walk.choices(CITIES)] == ["wz"]
    walk.set(Q1, "full")
    walk.set(CITIES, "wz hz")
    assert walk.value(CITIES) == "hz wz"
    walk.set(Q1, "part")
    assert walk.value(CITIES) == "wz"
    walk.set(Q1, "full")
    assert walk.value(CITIES) == "hz wz"


def test_calculation_follows_its_answer_and_nothing_else_is_touched(walk: Walk) -> None:
    assert walk.set(PRESENT, "21").paths == (PRESENT, "/data/people/double")
    assert walk.value("/data/people/double") == "42"


def test_texts_show_answers_in_the_language_asked_for(walk: Walk) -> None:
    walk.set(Q1, "none")
    assert walk.label(Q1, "en") == "Leaders of level 4 lead"
    assert walk.label("/data/thanks", "en") == "You chose none on 2026-11-22"
    assert walk.shown(Q1, "zh_CN") == "❌ 未落实"
    assert walk.shown("/data/people/share", "en") == "0.5"
    assert walk.title(walk.screens()[0], "zh_CN") == "领导班子带头"
    assert walk.section(walk.screens()[0], "en") == "Study"


def test_several_choices_are_listed_as_the_language_lists(walk: Walk) -> None:
    walk.set(Q1, "full")
    walk.set(CITIES, "hz wz")
    assert walk.shown(CITIES, "zh_CN") == "杭州、温州"
    assert walk.shown(CITIES, "en") == "Hangzhou, Wenzhou"


def test_walk_opened_again_is_the_same_walk(walk: Walk, checklist: Form, now: datetime) -> None:
    for path, value in ((Q1, "part"), (NOTE1, "台账未更新"), (PRESENT, "900"), (Q1, "full")):
        walk.set(path, value)
    again = Walk(checklist, walk.values(), now=now, preset={"unit_level": "4"})
    assert again.flat() == walk.flat()
    assert again.xml() == walk.xml()
    assert again.values() == walk.values()
    assert again.unsaved() == {}


def test_answer_to_a_question_the_form_no_longer_has_is_left_out(checklist: Form, now: datetime) -> None:
    walk = Walk(checklist, {"/data/gone": "x", Q1: "full", "/elsewhere/q": "y"}, now=now)
    assert walk.values() == {Q1: "full"}


def test_submission_is_the_instance_as_odk_writes_it(checklist: Form, now: datetime) -> None:
    walk = Walk(checklist, {Q1: "full"}, now=now, preset={"unit_level": "2"}, instance_id="7f3c")
    root = etree.fromstring(walk.xml())
    assert (root.tag, root.get("id"), root.get("version")) == ("data", "checklist", "2026.1")
    assert root.findtext("study/item1/q1") == "full"
    assert root.find("study/item2") is None
    assert root.findtext("meta/instanceID") == "uuid:7f3c"


def test_today_is_the_day_the_filling_began(checklist: Form, now: datetime) -> None:
    walk = Walk(checklist, {}, now=now + timedelta(days=2), started=now)
    assert walk.value("/data/day") == "2026-11-22"


def test_walk_without_a_time_zone_is_refused(checklist: Form, now: datetime) -> None:
    with pytest.raises(ValueError, match="aware"):
        Walk(checklist, {}, now=now.replace(tzinfo=None))


def test_dynamic_default_is_set_once_and_can_be_cleared(form_of: Callable[..., Form], now: datetime) -> None:
    form = form_of(("type", "name", "label", "default"), ("date", "a", "A", "today()"), ("text", "b", "B", "'x'"))
    walk = Walk(form, {}, now=now)
    assert walk.value("/data/a") == "2026-11-22"
    assert walk.unsaved()["/data/a"] == "2026-11-22"
    walk.set("/data/a", "")
    again = Walk(form, walk.values(), now=now + timedelta(days=1))
    assert again.value("/data/a") == ""


def test_trigger_sets_its_target_only_when_its_source_changes(form_of: Callable[..., Form], now: datetime) -> None:
    form = form_of(
        ("type", "name", "label", "calculation", "trigger"),
        ("text", "a", "A"), ("text", "b", "B", "concat(${a}, '!')", "${a}"),
    )  # fmt: skip
    walk = Walk(form, {}, now=now)
    walk.set("/data/a", "x")
    assert walk.value("/data/b") == "x!"
    walk.set("/data/b", "mine")
    walk.set("/data/a", "x")
    assert walk.value("/data/b") == "mine"
    assert Walk(form, walk.values(), now=now).value("/data/b") == "mine"


def test_own_answer_stands_for_a_calculation_until_what_it_reads_changes(
    form_of: Callable[..., Form], now: datetime
) -> None:
    form = form_of(("type", "name", "label", "calculation"), ("integer", "a", "A"), ("integer", "b", "B", "${a} + 1"))
    walk = Walk(form, {}, now=now)
    walk.set("/data/a", "1")
    walk.set("/data/b", "9")
    assert Walk(form, walk.values(), now=now).value("/data/b") == "9"
    walk.set("/data/a", "2")
    assert walk.value("/data/b") == "3"


def test_once_keeps_its_first_value(form_of: Callable[..., Form], now: datetime) -> None:
    form = form_of(
        ("type", "name", "label", "calculation"), ("text", "a", "A"), ("calculate", "id", "", "once(uuid())")
    )
    walk = Walk(form, {}, now=now)
    first = walk.value("/data/id")
    walk.set("/data/a", "x")
    assert walk.value("/data/id") == first
    assert Walk(form, walk.values(), now=now).value("/data/id") == first


def test_choice_label_can_be_calculated_with(form_of: Callable[..., Form], now: datetime) -> None:
    form = form_of(
        ("type", "name", "label", "calculation"),
        ("select_one c", "a", "A"), ("calculate", "n", "", "jr:choice-name(${a}, '${a}')"),
        choices=(("c", "x", "Ex"), ("c", "y", "Why")),
    )  # fmt: skip
    walk = Walk(form, {"/data/a": "x"}, now=now)
    assert walk.value("/data/n") == "Ex"
    walk.set("/data/a", "y")
    assert walk.value("/data/n") == "Why"


def test_lenient_setting_keeps_what_fits(walk: Walk) -> None:
    walk.set(CITIES, "wz paris", strict=False)
    assert walk.value(CITIES) == "wz"
    walk.set(PRESENT, "many", strict=False)
    assert walk.value(PRESENT) == ""


def test_circle_of_calculations_comes_to_an_end(form_of: Callable[..., Form], now: datetime) -> None:
    form = form_of(
        ("type", "name", "label", "calculation"),
        ("integer", "a", "A"), ("calculate", "x", "", "${y} + ${a}"), ("calculate", "y", "", "${x} + 1"),
    )  # fmt: skip
    walk = Walk(form, {}, now=now)
    walk.set("/data/a", "1")
    assert walk.value("/data/a") == "1"
