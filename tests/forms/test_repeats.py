"""Repeats: instances added, removed and counted, and what reads across them; as ODK's engine does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms.canonical import InvalidAnswer
from forms.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from forms.form import Form

    FormOf = Callable[..., Form]

HEADER = ("type", "name", "label", "relevant", "calculation", "repeat_count")


@pytest.fixture
def people(form_of: FormOf) -> Form:
    return form_of(
        HEADER,
        ("begin repeat", "r", "Person"),
        ("integer", "x", "Age"),
        ("calculate", "p", "", "", "position(..)"),
        ("text", "t", "Name of ${x}", "${x} > 17"),
        ("calculate", "run", "", "", "${x} + coalesce(indexed-repeat(${run}, ${r}, position(..) - 1), 0)"),
        ("end repeat",),
        ("calculate", "s", "", "", "sum(${x})"),
        ("calculate", "n", "", "", "count(${r})"),
        ("text", "last", "Last"),
    )


def test_form_begins_with_one_instance(people: Form, now: datetime) -> None:
    walk = Walk(people, {}, now=now)
    assert [screen.questions[0].path for screen in walk.screens()] == ["/data/r[1]/x", "/data/last"]
    assert walk.value("/data/n") == "1"


def test_instances_are_summed_counted_and_numbered(people: Form, now: datetime) -> None:
    walk = Walk(people, {}, now=now)
    walk.set("/data/r[1]/x", "20")
    assert walk.add("/data/r") == "/data/r[2]"
    walk.set("/data/r[2]/x", "30")
    assert (walk.value("/data/s"), walk.value("/data/n"), walk.value("/data/r[2]/p")) == ("50", "2", "2")
    assert walk.label("/data/r[2]/t", "en") == "Name of 30"


def test_answer_touches_its_own_instance_only(people: Form, now: datetime) -> None:
    walk = Walk(people, {}, now=now)
    for at in (1, 2, 3):
        if at > 1:
            walk.add("/data/r")
        walk.set(f"/data/r[{at}]/x", "1")
    changed = walk.set("/data/r[2]/x", "20").paths
    assert changed == ("/data/r[2]/x", "/data/r[2]/t", "/data/r[2]/run", "/data/r[3]/run", "/data/s")


def test_running_total_runs_on(people: Form, now: datetime) -> None:
    walk = Walk(people, {}, now=now)
    for at, age in enumerate(("1", "2", "3"), 1):
        if at > 1:
            walk.add("/data/r")
        walk.set(f"/data/r[{at}]/x", age)
    assert [walk.value(f"/data/r[{at}]/run") for at in (1, 2, 3)] == ["1", "3", "6"]
    walk.set("/data/r[1]/x", "10")
    assert walk.value("/data/r[3]/run") == "15"


def test_removing_moves_the_others_up(people: Form, now: datetime) -> None:
    walk = Walk(people, {}, now=now)
    walk.set("/data/r[1]/x", "20")
    walk.add("/data/r")
    walk.set("/data/r[2]/x", "30")
    walk.remove("/data/r[1]")
    assert (walk.value("/data/r[1]/x"), walk.value("/data/r[1]/p"), walk.value("/data/s")) == ("30", "1", "30")
    walk.remove("/data/r[1]")
    assert (walk.value("/data/n"), walk.value("/data/s")) == ("0", "")
    assert Walk(people, walk.values(), now=now).value("/data/n") == "0"


def test_stored_answers_bring_their_instances_back(people: Form, now: datetime) -> None:
    walk = Walk(people, {"/data/r[3]/x": "40"}, now=now)
    assert walk.value("/data/n") == "3"
    walk.add("/data/r")
    assert Walk(people, walk.values(), now=now).flat() == walk.flat()


def test_absurd_positions_and_sizes_are_left_out(people: Form, now: datetime) -> None:
    answers = {"/data/r[999999]/x": "1", "/data/r[0]/x": "1", "/data/r": "many", "/data/r[1]/x/y": "2"}
    assert Walk(people, answers, now=now).value("/data/n") == "1"


def test_counted_repeat_follows_its_count(form_of: FormOf, now: datetime) -> None:
    form = form_of(
        HEADER,
        ("integer", "n", "N"),
        ("begin repeat", "r", "R", "", "", "${n}"),
        ("text", "t", "T"),
        ("end repeat",),
        ("calculate", "all", "", "", "join(';', ${t})"),
    )
    walk = Walk(form, {}, now=now)
    walk.set("/data/n", "2")
    walk.set("/data/r[2]/t", "b")
    assert walk.value("/data/all") == ";b"
    walk.set("/data/n", "1")
    assert walk.value("/data/all") == ""
    walk.set("/data/n", "")
    assert walk.relevant("/data/r[1]/t")
    assert Walk(form, walk.values(), now=now).flat() == walk.flat()
    with pytest.raises(InvalidAnswer):
        walk.add("/data/r")
    walk.set("/data/n", "1000000")
    assert walk.relevant("/data/r[2000]/t")


def test_nested_repeats_keep_to_their_own(form_of: FormOf, now: datetime) -> None:
    form = form_of(
        HEADER,
        ("begin repeat", "o", "O"), ("text", "ot", "T"),
        ("begin repeat", "i", "I"), ("integer", "v", "V"),
        ("calculate", "c", "", "", "concat(${ot}, position(..), position(../..))"),
        ("end repeat",), ("calculate", "os", "", "", "sum(${v})"), ("end repeat",),
    )  # fmt: skip
    walk = Walk(form, {}, now=now)
    walk.set("/data/o[1]/ot", "a")
    walk.set("/data/o[1]/i[1]/v", "1")
    walk.add("/data/o")
    walk.add("/data/o[2]/i")
    walk.set("/data/o[2]/ot", "b")
    walk.set("/data/o[2]/i[1]/v", "5")
    assert [walk.value(path) for path in ("/data/o[1]/os", "/data/o[2]/os")] == ["1", "5"]
    assert walk.value("/data/o[2]/i[1]/c") == "b12"
    assert Walk(form, walk.values(), now=now).flat() == walk.flat()


def test_choices_can_be_the_instances_of_a_repeat(form_of: FormOf, now: datetime) -> None:
    form = form_of(
        HEADER,
        ("begin repeat", "r", "R"), ("text", "who", "Who"), ("end repeat",),
        ("select_one ${who}", "pick", "Pick"),
    )  # fmt: skip
    walk = Walk(form, {}, now=now)
    walk.set("/data/r[1]/who", "Ann")
    walk.add("/data/r")
    walk.set("/data/r[2]/who", "Bob")
    assert [(choice.value, choice.label("en")) for choice in walk.choices("/data/pick")] == [
        ("Ann", "Ann"),
        ("Bob", "Bob"),
    ]
    walk.set("/data/pick", "Bob")
    walk.set("/data/r[2]/who", "Ben")
    assert walk.value("/data/pick") == ""


def test_trigger_reaches_into_the_repeat_below_it_and_into_no_other_instance(form_of: FormOf, now: datetime) -> None:
    form = form_of(
        ("type", "name", "label", "calculation", "trigger"),
        ("begin repeat", "b", "B"), ("integer", "y", "Y"),
        ("begin repeat", "c", "C"), ("text", "told", "Told", "concat('y', ../../y)", "${y}"), ("end repeat",),
        ("end repeat",),
    )  # fmt: skip
    walk = Walk(form, {}, now=now)
    for path in ("/data/b", "/data/b[1]/c", "/data/b[2]/c"):
        walk.add(path)
    walk.set("/data/b[1]/c[1]/told", "own")
    walk.set("/data/b[2]/y", "7")
    assert walk.value("/data/b[1]/c[1]/told") == "own"
    assert walk.value("/data/b[2]/c[1]/told") == "y7"
    walk.set("/data/b[1]/y", "3")
    assert [walk.value(f"/data/b[1]/c[{at}]/told") for at in (1, 2)] == ["y3", "y3"]
