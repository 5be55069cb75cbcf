"""Functions of SurveyCTO's that ODK's engine does not have: a form that uses them works as its maker documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms.filling import Step, taken
from forms.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from forms.form import Form

HEADER = ("type", "name", "label", "calculation", "relevant")


@pytest.fixture(scope="module")
def loans(form_of: Callable[..., Form], now: datetime) -> Callable[..., Walk]:
    """Give a walk with three loans, in which the expression is calculated outside and inside of the repeat."""

    def build(outside: str, inside: str = "''") -> Walk:
        form = form_of(
            HEADER,
            ("integer", "limit", "Limit"),
            ("select_one kind", "most", "Most"),
            ("begin repeat", "loan", "Loan"),
            ("text", "who", "Who"),
            ("integer", "size", "Size"),
            ("text", "kept", "Kept", "", "${size} > 0"),
            ("begin repeat", "part", "Part"),
            ("integer", "paid", "Paid"),
            ("end repeat",),
            ("calculate", "inner", "", inside),
            ("end repeat",),
            ("calculate", "out", "", outside),
            choices=(("kind", "a", "Alpha"), ("kind", "b", "Beta")),
        )
        walk = Walk(form, {}, now=now, preset={"username": "li"})
        steps = [Step("set", "/data/limit", "200"), Step("set", "/data/most", "b")]
        for at, (who, size) in enumerate((("An", "100"), ("Bo", "500"), ("Cy", "300")), 1):
            steps += [Step("add", "/data/loan")] if at > 1 else []
            steps += [Step("set", f"/data/loan[{at}]/who", who), Step("set", f"/data/loan[{at}]/size", size)]
            steps += [Step("add", f"/data/loan[{at}]/part")] if at > 1 else []
            steps += [Step("set", f"/data/loan[{at}]/part[1]/paid", str(at * 10))]
        assert taken(walk, steps) == []
        return walk

    return build


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count-if(${loan}, ${size} > ${limit})", "2"),
        ("sum-if(${size}, ${size} > ${limit})", "800"),
        ("sum-if(${size}, ${who} = 'An' or ${who} = 'Cy')", "400"),
        ("sum-if(${size}, ${size} > 1000)", "0"),
        ("min-if(${size}, ${size} > ${limit})", "300"),
        ("max-if(${size}, not(${who} = 'Bo'))", "300"),
        ("max-if(${size}, false())", ""),
        ("join-if(', ', ${who}, ${size} > ${limit})", "Bo, Cy"),
        ("join-if(', ', ${who}, index() < 3)", "An, Bo"),
        ("sum-if(${paid}, ${size} > ${limit})", "50"),
        ("rank-index(1, ${size})", "3"),
        ("rank-index(2, ${size})", "1"),
        ("rank-index(4, ${size})", "999"),
        ("rank-index-if(3, ${size}, ${who} != 'Bo')", "1"),
        ("rank-index-if(2, ${size}, ${who} != 'Bo')", "999"),
        ("rank-index(1, ${who})", "999"),
        ("rank-value(3, '4 2 1 9 3 7')", "4"),
        ("rank-value('x', '4 2')", "999"),
        ("choice-label(${most}, ${most})", "Beta"),
        ("choice-label(${most}, 'a')", "Alpha"),
        ("choice-label(${most}, 'z')", ""),
        ("concat(lower('AbÜ'), upper('xy'))", "abüXY"),
        ("coalesce('', '', ${limit})", "200"),
        ("format-number(1234567)", "1,234,567"),
        ("format-number('-1234.50')", "-1,234.50"),
        ("format-number('many')", "many"),
        ("short-geopoint('30.25 120.16 8 5')", "30.25 120.16"),
        ("distance-between('30 120 0 0', '31 121 0 0') > 140000", "true"),
        ("distance('30 120', geo-scatter('30 120 0 0', 20)) <= 20", "true"),
        ("geo-scatter('nowhere', 20)", ""),
        ("username()", "li"),
        ("version()", "1"),
        ("concat(device-info(), phone-call-log(), phone-call-duration())", "0"),
        ("hash('a', 'b') = hash('a', 'b') and hash('a', 'b') != hash('ab')", "true"),
    ],
)
def test_expression_comes_to_what_surveycto_documents(
    loans: Callable[..., Walk], expression: str, expected: str
) -> None:
    assert loans(expression).value("/data/out") == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count-if(/data/loan, /data/loan/size >= 300)", ["2", "2", "2"]),
        ("rank-index(index(), /data/loan/size)", ["3", "1", "2"]),
        ("sum-if(${paid}, ${paid} > 10)", ["0", "20", "30"]),
        ("sum-if(${paid}, ${size} > ${limit})", ["0", "20", "30"]),
    ],
)
def test_condition_is_asked_of_each_instance_from_inside_of_the_repeat_too(
    loans: Callable[..., Walk], expression: str, expected: list[str]
) -> None:
    walk = loans("''", expression)
    assert [walk.value(f"/data/loan[{at}]/inner") for at in (1, 2, 3)] == expected


def test_sum_with_a_condition_follows_every_answer(loans: Callable[..., Walk]) -> None:
    walk = loans("sum-if(${size}, ${kept} = 'yes')")
    assert walk.value("/data/out") == "0"
    walk.set("/data/loan[2]/kept", "yes")
    assert walk.value("/data/out") == "500"
    walk.set("/data/loan[2]/size", "0")
    assert walk.value("/data/out") == "0"  # kept is no longer relevant, and blank
    walk.remove("/data/loan[1]")
    walk.set("/data/loan[2]/kept", "yes")
    assert walk.value("/data/out") == "300"


def test_relevance_can_be_asked_for(loans: Callable[..., Walk]) -> None:
    walk = loans("relevant(/data/loan[2]/kept)")
    assert walk.value("/data/out") == "true"
    walk.set("/data/loan[2]/size", "0")
    assert walk.value("/data/out") == "false"


def test_author_is_told_what_a_chat_cannot_know(form_of: Callable[..., Form]) -> None:
    form = form_of(HEADER, ("text", "a", "A"), ("calculate", "c", "", "concat(device-info(), hash(${a}))"))
    assert [one.message for one in form.warnings] == [
        "A chat knows nothing of device-info(): it comes to nothing.",
        "hash() comes to other values here than in SurveyCTO.",
    ]
