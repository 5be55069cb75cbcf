"""Regular expressions match as they must, and never take for ever."""

# ruff: noqa: E501 - tables of examples
from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.convert import convert
from forms.pattern_states import Program, TooLarge, program_of
from forms.patterns import endless, pattern_of
from forms.problems import FormError

PIECES = st.sampled_from(
    ["a", "b", "[ab]", "[^a]", ".", r"\d", r"\W", "(a|b)", "(?:a|ba)", "^", "$", r"\b", "(?=a)", "(?!b)", "(?<=a)", "[a-c1]"]
)  # fmt: skip
TIMES = st.sampled_from(["", "", "*", "+", "?", "{1,3}", "{2,}", "*?"])
PATTERNS = st.recursive(
    st.lists(st.tuples(PIECES, TIMES).map("".join), max_size=3).map("".join),
    lambda inner: st.tuples(inner, TIMES, inner).map(lambda parts: f"({parts[0]}){parts[1]}{parts[2]}"),
    max_leaves=3,
)


def states(source: str) -> Program | None:
    found = pattern_of(source)
    if found is None:
        return None
    try:
        return program_of(re._parser.parse(found.compiled.pattern, re.ASCII))  # type: ignore[attr-defined]
    except TooLarge:
        return None


@settings(max_examples=250, deadline=None)
@given(PATTERNS, st.text("abc1 \n", max_size=8))
def test_states_find_what_trying_finds(source: str, text: str) -> None:
    program = states(source)
    if program is not None:
        found = pattern_of(source)
        assert found is not None
        assert program.found_in(text) is (found.compiled.search(text) is not None)


@pytest.mark.parametrize(
    ("source", "text", "wanted"),
    [
        (r"(a+)+$", "a" * 4_000 + "b", False), (r"(a|a)*b", "a" * 5_000, False), (r"^([a-z0-9]+)*@", "a" * 5_000, False),
        (r"(x+x+)+y", "x" * 4_000, False), (r"(.*)(.*)(.*)(.*)(.*)z", "x" * 5_000, False), (r"(a?){40}a{40}", "a" * 40, True),
        (r"^[\w.+-]+@[\w-]+(\.\w+)+$", "wang.li@example.gov.cn", True), (r"^[\w.+-]+@[\w-]+(\.\w+)+$", "wang@x.", False),
        (r"^(?=.*[A-Z])(?=.*\d).{8,}$", "abcdeF12", True), (r"^(?=.*[A-Z])(?=.*\d).{8,}$", "abcdef12", False),
        (r"^1[3-9]\d{9}$", "13812345678", True), (r"[一-龥]+", "督导", True), (r"^(\d{6}|\d{8})$", "20261016", True),
        (r"(?<year>\d+)-", "2026-", True), (r"^\S+\s\S+$", "督\u3000导", True), (r"^[\s,]+$", "\u3000,", True), ("^a{,2}$", "a{,2}", True), ("^[[]$", "[", True), ("^[a||b&&c]+$", "a|&", True), ("a$", "a\n", False), (r"([a-z]+)*\1$", "a" * 4_000, False), ("(", "x", False),
    ],
)  # fmt: skip
def test_pattern_is_matched_whatever_it_is(source: str, text: str, wanted: bool) -> None:
    found = pattern_of(source)
    assert (found is not None and found.found_in(text)) is wanted


@pytest.mark.parametrize("source", [r"((a{1,50}){1,50}){1,50}$", r"(a+)+\1$"])
def test_pattern_that_nothing_can_bound_is_refused_with_its_row(source: str) -> None:
    assert endless(source)
    row = f"| | text | a | A | regex(., '{source}') |"
    with pytest.raises(FormError) as caught:
        convert(f"| survey |\n| | type | name | label | constraint |\n{row}\n".encode(), "f.md")
    (found,) = caught.value.problems
    assert (found.row, found.column) == (2, "constraint")
    assert "for ever" in found.message
