"""Lists beside a form are read into it: CSV, GeoJSON and XML, or a sentence saying what is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from forms.attachments import wanted
from forms.convert import convert
from forms.problems import FormError
from forms.walk import Walk

if TYPE_CHECKING:
    from datetime import datetime

    from forms.convert import Converted


NO_PLACE = b'{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point", "coordinates": [1]}}]}'


def asking(name: str, **files: bytes) -> Converted:
    rows = (
        "| survey |", "| | type | name | label | calculation |", f"| | select_one_from_file {name} | s | S | |",
        f"| | calculate | k | | instance('{name.partition('.')[0]}')/root/item[name = ${{s}}]/more |",
    )  # fmt: skip
    return convert("\n".join(rows).encode(), "f.md", {one.replace("_", "."): data for one, data in files.items()})


def offered(made: Converted, now: datetime) -> list[tuple[str, str]]:
    walk = Walk(made.form, {}, now=now)
    return [(one.value, one.label("")) for one in walk.choices("/data/s")]


@pytest.mark.parametrize(
    "text",
    ['name,label,more\na,Alpha,1\nb,"Be,ta",2\n', "name;label;more\r\na;Alpha;1\r\nb;Be,ta;2\r\n",
     "name\tlabel\tmore\na\tAlpha\t1\nb\tBe,ta\t2\n\n", "\ufeffname|label|more|\na|Alpha|1\nb|Be,ta|2||\n"],
)  # fmt: skip
def test_table_is_read_whatever_parts_its_columns(text: str, now: datetime) -> None:
    made = asking("towns.csv", towns_csv=text.encode())
    assert offered(made, now) == [("a", "Alpha"), ("b", "Be,ta")]
    walk = Walk(made.form, {}, now=now)
    walk.set("/data/s", "b")
    assert walk.value("/data/k") == "2"


def test_table_from_chinese_windows_is_read(now: datetime) -> None:
    made = asking("towns.csv", towns_csv="name,label\nhz,杭州\n".encode("gb18030"))
    assert offered(made, now) == [("hz", "杭州")]


def test_places_are_read_with_their_geometry(now: datetime) -> None:
    places = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [120.5, 30]},
                "properties": {"id": 7, "title": "Lake"},
            }
        ],
    }
    made = asking("places.geojson", places_geojson=json.dumps(places).encode())
    assert offered(made, now) == [("7", "Lake")]
    item = made.form.instances["places"].children[0].children[0]
    assert item.named("geometry")[0].text == "30 120.5 0 0"


def test_xml_list_is_read(now: datetime) -> None:
    made = asking("staff.xml", staff_xml=b"<root><item><name>w</name><label>W &amp; V</label></item></root>")
    assert offered(made, now) == [("w", "W & V")]


def test_form_that_is_converted_needs_nothing_beside_it(now: datetime) -> None:
    made = asking("towns.csv", towns_csv=b"name,label\na,A\n")
    assert wanted(made.xform) == ()
    assert convert(made.xform.encode(), "again.xml").xform == made.xform


def test_missing_list_is_a_warning_and_named() -> None:
    made = asking("towns.csv")
    assert wanted(made.xform) == ("towns.csv",)
    assert any("towns.csv" in str(one) for one in made.warnings)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("t.csv", b"", "empty"),
        ("t.csv", b"name,label\na,A,too,many\n", "row 2"),
        ("t.geojson", b"{", "not GeoJSON"),
        ("t.geojson", b"[]", "FeatureCollection"),
        ("t.geojson", NO_PLACE, "longitude"),
        ("t.xml", b"<root>", "well-formed"),
        ("t.xml", b"<!DOCTYPE x []><root/>", "not allowed"),
    ],
)  # fmt: skip
def test_list_that_cannot_be_read_is_refused_by_name(name: str, data: bytes, said: str) -> None:
    with pytest.raises(FormError) as caught:
        asking(name, **{name.replace(".", "_"): data})
    assert name in str(caught.value)
    assert said in str(caught.value)
