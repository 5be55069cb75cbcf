"""Expressions that nobody wrote with care: none may end in anything but a value or a refusal."""
# ruff: noqa: E501 - tables of examples

from __future__ import annotations

import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.context import World
from forms.functions import LIBRARY
from forms.grammar import XPathError
from forms.nodes import Node
from forms.xpath import compiled

ZONE = ZoneInfo("Asia/Shanghai")


def world() -> World:
    root = Node("data")
    for name, text in (("a", "5"), ("b", ""), ("c", "2026-10-16"), ("d", "x y"), ("e", "30 120 0 0;31 121 0 0")):
        root.children.append(Node(name, root, text))
    items = Node("root")
    instance = Node("instance")
    instance.children.append(items)
    for at in range(3):
        item = Node("item", items)
        item.children.append(Node("name", item, str(at)))
        items.children.append(item)
    return World(root, datetime(2026, 11, 22, 9, 30, tzinfo=ZONE), ZONE, random.Random(1), {"l": instance})  # noqa: S311


ATOMS = st.sampled_from(
    ["/data/a", "/data/b", "/data/c", "/data/d", "/data/e", "/data/*", "//*", ".", "..", "0", "1", "2.5", "1 div 0", "-1",
     "0 div 0", "''", "'x'", "'2026-02-29'", "'12:00'", "true()", "today()", "now()", "instance('l')/root/item",
     "instance('l')/root/item[name = '1']", "99999999999999999999", "'[('", "'a' * 2"]
)  # fmt: skip
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(sorted(LIBRARY)), st.lists(inner, max_size=4)).map(
            lambda c: f"{c[0]}({', '.join(c[1])})"
        ),
        st.tuples(
            inner, st.sampled_from(["+", "-", "*", "div", "mod", "=", "!=", "<", ">=", "and", "or", "|"]), inner
        ).map(lambda c: f"({c[0]}) {c[1]} ({c[2]})"),
        st.tuples(inner, inner).map(lambda c: f"({c[0]})[{c[1]}]"),
    ),
    max_leaves=6,
)


@settings(max_examples=600, deadline=None)
@given(EXPRESSIONS)
def test_any_expression_comes_to_a_value_or_is_refused_when_read(source: str) -> None:
    try:
        expression = compiled(source)
    except XPathError:
        return
    here = world()
    assert isinstance(expression.text(here.root, here), str)
    assert isinstance(expression.truth(here.root, here), bool)
    assert isinstance(expression.number(here.root, here), float)


@pytest.mark.parametrize(
    "source", ["count(1)", "position('a')", "'a'/b", "(1 + 2)[1]", "not()", "if(1)", "foo()", "jr:foo(1)"]
)
def test_what_can_never_work_is_refused_when_read(source: str) -> None:
    with pytest.raises(XPathError):
        compiled(source)


def test_list_is_looked_up_by_its_key_and_scanned_otherwise() -> None:
    here = world()
    for child in here.instances["l"].children:
        child.frozen = True
    assert compiled("instance('l')/root/item[name = '2']/name").text(here.root, here) == "2"
    assert compiled("instance('l')/root/item[name = 2]/name").text(here.root, here) == "2"
    assert compiled("count(instance('l')/root/item[name != '2'])").number(here.root, here) == 2
    assert compiled("instance('l')/root/item[name = /data/b]").nodes(here.root, here) == []


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("/data/*[2]", ""), ("name(/data/*[last()])", "e"), ("count(//*)", "6"), ("count(/data/c/preceding-sibling::*)", "2"),
        ("name(/data/c/following-sibling::*[1])", "d"), ("count(/data/a/ancestor::*)", "1"), ("name(/data/a/..)", "data"),
        ("count(/data/a | /data/b | /data/a)", "2"), ("count(/data/a/ancestor-or-self::node())", "2"),
        ("count(/data/a/following::*)", "4"), ("count(/data/e/preceding::*)", "4"), ("count(/)", "1"),
    ],
)  # fmt: skip
def test_axes_lead_where_xpath_says(source: str, value: str) -> None:
    here = world()
    assert compiled(source).text(here.root, here) == value


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("item-at('|', 'a|b|c', 1)", "b"), ("item-at('|', 'a|b', 5)", ""), ("count-items(',', '')", "0"),
        ("count-items(', ', 'a, b')", "2"), ("item-index('|', 'a|b', 'b')", "1"), ("item-index('|', 'a', 'b')", "-1"),
        ("item-present('|', 'a|b', 'b')", "true"), ("de-duplicate(' ', 'a b a')", "a b"), ("empty('')", "true"),
        ("difference-in-months('2026-01-31', '2026-02-28')", "0"), ("index()", "1"), ("duration()", "0"),
        ("difference-in-months('2025-12-15', '2026-10-16')", "10"), ("cht:difference-in-years('2020-10-17', '2026-10-16')", "5"),
        ("difference-in-months('', '2026-10-16')", ""), ("add-date('2026-01-31', 0, 1)", "2026-03-03"),
        ("add-date('2026-10-16', -1, 0, 1)", "2025-10-17"), ("add-date('x', 1)", ""), ("add-date('2026-10-16', 9999999999)", ""),
        ("if(true(), 'a')", "a"), ("if(false(), 'a')", ""), ("cht:difference-in-weeks('2026-10-01', '2026-10-15')", "2"),
    ],
)  # fmt: skip
def test_functions_of_other_houses_work(source: str, wanted: str) -> None:
    here = world()
    here.began = here.now
    assert compiled(source).text(here.root, here) == wanted
