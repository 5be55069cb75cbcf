"""The reader of XPath: what it takes, what it refuses, and that a long expression is not a deep one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import grammar
from forms.grammar import Arithmetic, Call, Chain, Comparison, Number, Path, Quoted, Step, XPathError, parse


def test_names_that_look_like_operators_are_names_where_an_operand_stands() -> None:
    div = Path(".", (Step("child", "div"),))
    assert parse("div div div") == Arithmetic(div, (("div", div),))


def test_star_is_a_wildcard_or_a_product_by_where_it_stands() -> None:
    everything = Path(".", (Step("child", "*"),))
    assert parse("* * *") == Arithmetic(everything, (("*", everything),))


def test_comparison_binds_looser_than_arithmetic_and_tighter_than_and() -> None:
    tree = parse("1 + 2 * 3 > 4 and 5 = 5")
    assert isinstance(tree, Chain)
    assert tree.op == "and"
    first = tree.operands[0]
    assert isinstance(first, Comparison)
    assert first.left == Arithmetic(Number(1), (("+", Arithmetic(Number(2), (("*", Number(3)),))),))


def test_names_may_be_chinese_and_hyphened() -> None:
    assert parse("/data/人数-2") == Path("/", (Step("child", "data"), Step("child", "人数-2")))


def test_path_may_start_from_a_call() -> None:
    tree = parse("instance('city')/root/item[name = 'a']/label")
    assert isinstance(tree, Path)
    assert tree.start == Call("instance", (Quoted("city"),))
    assert [step.test for step in tree.steps] == ["root", "item", "label"]


@pytest.mark.parametrize(
    "source", ["", "(", "1 +", "a b", "'open", "f(", "f(1,", "a[", "$x", "1 = = 2", "a/", "#", "::a"]
)
def test_broken_expression_is_refused(source: str) -> None:
    with pytest.raises(XPathError):
        parse(source)


def test_refusal_says_where() -> None:
    with pytest.raises(XPathError, match="too early, at character 7|missing at the end"):
        parse("(1 + 2 ")


def test_chain_of_thousands_of_operands_is_read() -> None:
    tree = parse(" or ".join(["a = 1"] * 3000))
    assert isinstance(tree, Chain)
    assert len(tree.operands) == 3000


@pytest.mark.parametrize("source", ["(" * 500 + "1" + ")" * 500, "a[" * 500 + "1" + "]" * 500, "1=" * 5000 + "1"])
def test_expression_nested_too_deep_is_refused_rather_than_overflowing(source: str) -> None:
    with pytest.raises(XPathError):
        parse(source)


def test_expression_too_long_is_refused() -> None:
    with pytest.raises(XPathError, match="longer than"):
        parse("1" * (grammar.MAX_LENGTH + 1))


@given(st.text(alphabet="ab12/[]()='\"@*.,:|+-<>! divmodandor", max_size=40))
def test_any_text_is_read_or_refused_and_never_crashes(source: str) -> None:
    try:
        parse(source)
    except XPathError as error:
        said = str(error)
    else:
        return
    assert said
