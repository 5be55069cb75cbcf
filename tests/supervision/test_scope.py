"""What a round is about."""

from supervision.scope import Scope


def test_a_scope_that_says_nothing_takes_every_unit() -> None:
    assert Scope().whole
    assert Scope().takes(5, "", [], None)


def test_a_part_of_an_area_is_in_it_and_the_whole_is_not_in_its_part() -> None:
    assert Scope(areas=("浙江省",)).takes(5, "浙江省/杭州市", [], None)
    assert not Scope(areas=("浙江省/杭州市",)).takes(5, "浙江省", [], None)
    assert not Scope(areas=("浙江省",)).takes(5, "", [], None)


def test_each_part_of_a_scope_must_fit_and_any_of_its_values_will_do() -> None:
    scope = Scope(levels=(3, 4), areas=("浙江省", "江苏省/苏州市"), tags=("a", "b"), groups=(1, 2))
    assert scope.takes(3, "浙江省/杭州市", ["b"], 1)
    assert scope.takes(4, "江苏省/苏州市/姑苏区", ["a", "c"], 2)
    assert not scope.takes(5, "浙江省/杭州市", ["b"], 1)
    assert not scope.takes(3, "江苏省/南京市", ["b"], 1)
    assert not scope.takes(3, "浙江省", ["c"], 1)
    assert not scope.takes(3, "浙江省", ["a"], None)


def test_a_province_whose_name_begins_like_another_is_not_in_it() -> None:
    assert not Scope(areas=("浙江",)).takes(1, "浙江省", [], None)
