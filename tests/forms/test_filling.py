"""A form is filled from a list of steps, and told how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms.filling import Step, placed, state, step_of, steps_of, taken
from forms.problems import FormError
from forms.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from forms.form import Form

    FormOf = Callable[..., Form]

HEADER = ("type", "name", "label", "required", "constraint", "relevant", "calculation")


@pytest.fixture
def walk(form_of: FormOf, now: datetime) -> Walk:
    form = form_of(
        HEADER,
        ("integer", "n", "N", "yes", ". < 5"),
        ("select_multiple c", "m", "M"),
        ("begin repeat", "r", "R"),
        ("text", "t", "T", "", "", "${n} > 1"),
        ("acknowledge", "ok", "OK"),
        ("end repeat",),
        ("calculate", "k", "", "", "", "", "count(${r})"),
        choices=(("c", "a", "A"), ("c", "b", "B")),
    )
    return Walk(form, {}, now=now, instance_id="1")


def test_steps_are_taken_in_order_and_the_state_told(walk: Walk) -> None:
    steps = steps_of(
        [
            {"path": "/data/n", "value": 3},
            {"path": "/data/m", "value": ["b", "a"]},
            {"add": "/data/r"},
            {"path": "/data/r[2]/t", "value": "two"},
            {"path": "/data/r[2]/ok", "value": True},
            {"remove": "/data/r[1]"},
        ]
    )
    assert taken(walk, steps) == []
    assert state(walk) == {
        "values": {
            "/data/n": "3", "/data/m": "a b", "/data/r[1]/t": "two", "/data/r[1]/ok": "OK", "/data/k": "1",
            "/data/meta/instanceID": "uuid:1",
        },
        "relevant": dict.fromkeys(
            ("/data", "/data/n", "/data/m", "/data/r[1]", "/data/r[1]/t", "/data/r[1]/ok", "/data/k", "/data/meta",
             "/data/meta/instanceID"), True,
        ),
        "required_missing": [],
        "violations": [],
        "choices": {"/data/m": ["a", "b"]},
    }  # fmt: skip


def test_what_is_missing_and_what_may_not_stand_are_told_apart(walk: Walk) -> None:
    assert state(walk)["required_missing"] == ["/data/n"]
    assert state(walk)["relevant"]["/data/r[1]/t"] is False
    taken(walk, steps_of([{"path": "/data/n", "value": 9}]))
    assert state(walk)["required_missing"] == []
    assert state(walk)["violations"] == ["/data/n"]


def test_step_that_cannot_be_taken_is_told_and_the_rest_goes_on(walk: Walk) -> None:
    steps = [
        {"path": "/data/x", "value": 1},
        {"path": "/data/k", "value": 1},
        {"add": "/data/n"},
        {"remove": "/data/r[7]"},
    ]
    refused = taken(walk, steps_of([*steps, {"path": "/data/n", "value": "2"}]))
    assert [one.message.split(",")[0] for one in refused] == ["Step 1", "Step 2", "Step 3", "Step 4"]
    assert walk.value("/data/n") == "2"


def test_value_that_does_not_fit_is_cut_down(walk: Walk) -> None:
    taken(walk, steps_of([{"path": "/data/n", "value": 3.7}, {"path": "/data/m", "value": ["a", "z"]}]))
    assert (walk.value("/data/n"), walk.value("/data/m")) == ("3", "a")
    taken(walk, steps_of([{"path": "/data/n", "value": None}]))
    assert walk.value("/data/n") == ""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/data/r/t", "/data/r[1]/t"), ("/data/r[2]/t", "/data/r[2]/t"), ("/data[1]/n[1]", "/data/n"),
        ("/data/r", "/data/r"), ("/data/r[2]", "/data/r[2]"), ("/data/no/t", "/data/no/t"), ("n", "n"), ("", ""),
    ],
)  # fmt: skip
def test_paths_are_understood_with_and_without_positions(walk: Walk, written: str, meant: str) -> None:
    assert placed(walk, written) == meant


@pytest.mark.parametrize(
    "data", [None, {}, "x", [1], [{}], [{"path": "/a"}], [{"path": 1, "value": 1}], [{"add": 1}],
             [{"path": "/a", "value": {}}], [{"path": "/a", "value": [[1]]}], [{"set": "/a"}]],
)  # fmt: skip
def test_what_is_no_list_of_steps_is_refused_with_a_sentence(data: object) -> None:
    with pytest.raises(FormError) as caught:
        steps_of(data)
    assert len(str(caught.value)) > 20


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (1.5, "1.5"), (2.0, "2"), ("x", "x"), (None, ""), (False, ""), (["a", "b"], "a b"), ([], "")],
)
def test_values_of_json_become_answers(value: object, text: str) -> None:
    assert step_of({"path": "/a", "value": value}).value == text


def test_step_into_a_second_one_of_what_is_no_repeat_is_refused(form_of: Callable[..., Form], now: datetime) -> None:
    walk = Walk(form_of(("type", "name", "label"), ("integer", "n", "N")), {}, now=now)
    refused = taken(walk, [Step("set", "/data/n[2]", "4"), Step("set", "/data/n[1]", "5")])
    assert [str(one) for one in refused] == ["Step 1, /data/n[2]: the form has no such question."]
    assert walk.value("/data/n") == "5"


def test_ranking_that_lacks_a_choice_is_refused_with_the_reason(form_of: Callable[..., Form], now: datetime) -> None:
    form = form_of(("type", "name", "label"), ("rank c", "r", "R"), choices=(("c", "a", "A"), ("c", "b", "B")))
    refused = taken(Walk(form, {}, now=now), [Step("set", "/data/r", "b"), Step("set", "/data/r", "b a")])
    assert [one.message for one in refused] == [
        "Step 1, /data/r: this is not among its answers; a ranking names every choice, each once."
    ]
