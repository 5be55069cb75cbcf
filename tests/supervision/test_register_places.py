"""Where units are, as a register says it: latitude and longitude in columns, degrees or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from supervision.register.comparing import compare
from supervision.register.faults import What
from supervision.register.model import Register, Standing, UnitLine
from tests.handlers.setting_up import HEADER, ROWS, workbook
from tests.supervision.test_register_reading import TERMS, look, wrong


def placed(latitude: Any, longitude: Any, names: tuple[str, str] = ("纬度", "经度")) -> Register:
    return look(workbook([(*ROWS[0], latitude, longitude)], header=(*HEADER, *names)))


@pytest.mark.parametrize("names", [("纬度", "经度"), ("北纬", "东经"), ("Latitude", "Lng")])
@pytest.mark.parametrize(("latitude", "longitude"), [(30.2741, 120.1551), ("30.2741°", "120.1551 E"), (-12, "０")])
def test_degrees_are_read_however_they_are_headed(latitude: Any, longitude: Any, names: tuple[str, str]):
    (unit,) = placed(latitude, longitude, names).units
    assert (unit.latitude, unit.longitude) in {(30.2741, 120.1551), (-12.0, 0.0)}


def test_an_empty_place_is_none():
    found = placed(None, "")
    assert found.faults == ()
    assert (found.units[0].latitude, found.units[0].longitude) == (None, None)


@pytest.mark.parametrize(
    ("latitude", "longitude", "faults"),
    [
        ("杭州", 120.1, [What.place_unclear]),
        (95, 120.1, [What.place_unclear]),
        (30.2, 181, [What.place_unclear]),
        (30.2, None, [What.place_half]),
        (True, "nan", [What.place_unclear, What.place_unclear]),
    ],
)
def test_what_is_no_place_is_named(latitude: Any, longitude: Any, faults: list[What]):
    assert [what for _, what in wrong(placed(latitude, longitude))] == faults


def test_a_place_that_was_said_since_stays_where_the_register_leaves_it_blank():
    before = UnitLine("A", "甲", 1, latitude=30.2, longitude=120.1)
    columns = frozenset({"code", "name", "level", "latitude", "longitude"})
    blank = Register(units=(UnitLine("A", "甲", 1),), columns=columns)
    assert compare(blank, Standing(units={"a": before}), TERMS).nothing
    moved = Register(units=(UnitLine("A", "甲", 1, latitude=31.0, longitude=120.1),), columns=columns)
    (changed,) = compare(moved, Standing(units={"a": before}), TERMS).changed
    assert changed.fields == ("latitude",)
