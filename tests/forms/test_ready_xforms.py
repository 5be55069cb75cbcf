"""XForms that other tools made: relative paths, ids, prefixes, instances that begin with answers of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms.canonical import InvalidAnswer
from forms.form import Form
from forms.walk import Walk

if TYPE_CHECKING:
    from datetime import datetime

HEAD = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"><h:head><h:title>t</h:title><model>"""


def walk_of(instance: str, binds: str, body: str, now: datetime) -> Walk:
    source = f"{HEAD}<instance>{instance}</instance>{binds}</model></h:head><h:body>{body}</h:body></h:html>"
    return Walk(Form.parse(source), {}, now=now, instance_id="1")


REPEAT = """<group ref="/data/r"><repeat nodeset="/data/r" {more}><input ref="a"/></repeat></group>"""
HELD = """<data id="t"><r jr:template=""><a>new</a></r><r><a>one</a></r><r><a>two</a></r></data>"""


def values(walk: Walk) -> list[str]:
    return [walk.value(path) for path, question in walk.nodes() if question is not None and path.endswith("/a")]


def test_instances_begin_as_the_form_holds_them(now: datetime) -> None:
    walk = walk_of(HELD, "", REPEAT.format(more=""), now)
    assert values(walk) == ["one", "two"]
    walk.add("/data/r")
    assert values(walk) == ["one", "two", "new"]
    assert values(Walk(walk.form, walk.values(), now=now)) == ["one", "two", "new"]


def test_counted_instances_are_first_those_the_form_holds(now: datetime) -> None:
    assert values(walk_of(HELD, "", REPEAT.format(more='jr:count="3"'), now)) == ["one", "two", "new"]


def test_repeat_without_a_template_grows_blank(now: datetime) -> None:
    walk = walk_of("""<data id="t"><r><a>one</a></r></data>""", "", REPEAT.format(more=""), now)
    walk.add("/data/r")
    assert values(walk) == ["one", ""]


def test_repeat_that_is_fixed_neither_grows_nor_shrinks(now: datetime) -> None:
    walk = walk_of(HELD, "", REPEAT.format(more='jr:noAddRemove="true()"'), now)
    with pytest.raises(InvalidAnswer):
        walk.add("/data/r")
    with pytest.raises(InvalidAnswer):
        walk.remove("/data/r[1]")


def test_submission_of_a_form_without_an_id_gets_one(now: datetime) -> None:
    walk = walk_of("""<data id="t"><a/></data>""", "", """<input ref="/data/a"><label>A</label></input>""", now)
    assert walk.value("/data/orx:meta/orx:instanceID") == "uuid:1"
    assert "<orx:meta><orx:instanceID>uuid:1</orx:instanceID></orx:meta>" in walk.xml()


@pytest.mark.parametrize("ref", ["/data/g/a", "a", "./a", "current()/a", "../g/a"])
def test_question_may_name_its_node_from_the_group_around(now: datetime, ref: str) -> None:
    body = f"""<group ref="/data/g"><input ref="{ref}"><label>A</label></input></group>"""
    walk = walk_of("""<data id="t"><g><a>x</a></g></data>""", "", body, now)
    assert [one.path for one in walk.screens()[0].questions] == ["/data/g/a"]


def test_calculation_may_read_what_it_was(now: datetime) -> None:
    binds = """<bind nodeset="/data/a" calculate="coalesce(/data/a, /data/b)" relevant="/data/c != 'no'"/>"""
    body = "".join(f"""<input ref="/data/{one}"><label>{one}</label></input>""" for one in "abc")
    walk = walk_of("""<data id="t"><a/><b>first</b><c/></data>""", binds, body, now)
    assert walk.value("/data/a") == "first"
    walk.set("/data/b", "second")
    walk.set("/data/c", "no")
    walk.set("/data/c", "yes")
    assert walk.value("/data/a") == "first"
    assert Walk(walk.form, walk.values(), now=now).value("/data/a") == "first"
