"""Whom something is for: facets narrow one another, values widen, names come on top, exceptions go last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from supervision.audience import FACETS, Audience, Belongs

LEADER = Belongs(1, "leader", 1, ("浙江省/杭州市",))
INSPECTOR = Belongs(2, "inspector", 1, ("浙江省/杭州市",))
OTHER = Belongs(3, "leader", 2, ("浙江省/宁波市", "江苏省"))
CONTACT = Belongs(4, "contact", 2, ("江苏省/南京市/玄武区",), 5, frozenset({"工程"}))
BOTH = Belongs(2, "member", 2, ("江苏省",), 3)
ALL = (LEADER, INSPECTOR, OTHER, CONTACT, BOTH)


def of(**chosen: set[str]) -> Audience:
    return Audience(chosen={facet: frozenset(values) for facet, values in chosen.items()})


def test_values_of_a_facet_widen_and_facets_narrow():
    assert of(role={"leader", "contact"}).people(ALL) == {1, 3, 4}
    assert of(role={"leader", "contact"}, group={"2"}).people(ALL) == {3, 4}
    assert of(level={"5"}, tag={"工程"}).people(ALL) == {4}


def test_a_facet_is_asked_of_one_role_at_a_time():
    assert of(role={"inspector"}, group={"2"}).people(ALL) == set()


def test_an_area_takes_in_what_lies_in_it_and_no_area_of_a_similar_name():
    assert of(area={"江苏省"}).people(ALL) == {2, 3, 4}
    assert of(area={"江苏省/南京市"}).people(ALL) == {4}
    assert of(area={"江苏省/南京"}).people(ALL) == set()


def test_names_come_on_top_and_exceptions_win():
    chosen = of(role={"leader"}, person={"4"})
    assert chosen.people(ALL) == {1, 3, 4}
    left = chosen.toggled("group", "2", excepting=True)
    assert left.people(ALL) == {1}
    assert Audience(everyone=True).toggled("person", "2", excepting=True).people(ALL) == {1, 3, 4}


def test_nothing_chosen_is_nobody():
    assert Audience().people(ALL) == set()
    assert Audience().empty


@given(
    st.lists(st.tuples(st.sampled_from(FACETS), st.sampled_from(["leader", "1", "2", "江苏省", "5"]), st.booleans()))
)
def test_what_is_chosen_twice_is_not_chosen_and_all_survives_storing(taps: list[tuple[str, str, bool]]):
    chosen = Audience()
    for facet, value, excepting in taps:
        chosen = chosen.toggled(facet, value, excepting=excepting)
    assert Audience.from_data(chosen.as_data()) == chosen
    for facet, value, excepting in taps:
        assert chosen.toggled(facet, value, excepting=excepting).toggled(facet, value, excepting=excepting) == chosen
    assert chosen.people(ALL) <= {1, 2, 3, 4}
