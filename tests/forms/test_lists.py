"""Where choices come from: older ways to say it, a repeat, a file; and the pictures and sounds that go with them."""
# ruff: noqa: E501 - a form is a wide table

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms.convert import convert
from forms.walk import Walk

if TYPE_CHECKING:
    from datetime import datetime

FRUIT = {"fruit.csv": b"key,title,colour\na,Apple,red\nb,Banana,yellow\nc,Cherry,red\n"}


def walk_of(form: str, now: datetime, files: dict[str, bytes] | None = None) -> Walk:
    return Walk(convert(form.encode(), "f.md", files or {}).form, {}, now=now)


def offered(walk: Walk, path: str) -> list[str]:
    return [one.value for one in walk.choices(path)]


EXTERNAL = """| survey |
| | type | name | label | choice_filter |
| | select_one state | s | State | |
| | select_one_external city | c | City | state=${s} |
| choices |
| | list_name | name | label |
| | state | zj | Zhejiang |
| | state | js | Jiangsu |
| external_choices |
| | list_name | name | label | state |
| | city | hz | Hangzhou | zj |
| | city | nb | Ningbo | zj |
| | city | nj | Nanjing | js |
"""


def test_external_choices_are_offered_and_filtered(now: datetime) -> None:
    walk = walk_of(EXTERNAL, now)
    assert offered(walk, "/data/c") == []
    walk.set("/data/s", "zj")
    assert offered(walk, "/data/c") == ["hz", "nb"]
    assert walk.choice_label("/data/c", "nb", "") == "Ningbo"


SEARCH = """| survey |
| | type | name | label | appearance |
| | text | q | Colour | |
| | select_one fruit | f | Fruit | {} |
| choices |
| | list_name | name | label |
| | fruit | key | title |
"""


@pytest.mark.parametrize(
    ("appearance", "wanted"),
    [
        ("search('fruit')", ["a", "b", "c"]), ("minimal search('fruit.csv', 'matches', 'colour', ${q})", ["a", "c"]),
        ("search('fruit', 'contains', 'title,colour', 'ell')", ["b"]), ("search('fruit', 'startswith', 'title', 'C', 'colour', ${q})", ["c"]),
        ("search('fruit', 'endswith', 'title', concat('a', ''))", ["b"]),
    ],
)  # fmt: skip
def test_search_looks_into_the_file_beside_the_form(now: datetime, appearance: str, wanted: list[str]) -> None:
    walk = walk_of(SEARCH.format(appearance), now, FRUIT)
    walk.set("/data/q", "red")
    assert offered(walk, "/data/f") == wanted
    assert walk.choice_label("/data/f", wanted[0], "") in ("Apple", "Banana", "Cherry")


@pytest.mark.parametrize("appearance", ["search('fruit')", "search('fruit'", "search()"])
def test_search_without_its_file_offers_what_the_sheet_says_with_a_warning(now: datetime, appearance: str) -> None:
    made = convert(SEARCH.format(appearance).encode(), "f.md", {})
    assert offered(Walk(made.form, {}, now=now), "/data/f") == ["key"]
    assert any("search()" in one.message and one.row == 3 for one in made.warnings)


REPEAT = """| survey |
| | type | name | label | choice_filter |
| | begin repeat | p | Person | |
| | text | name | Name | |
| | integer | age | Age | |
| | end repeat | | | |
| | select_one ${name} | head | Head | ${age} > 17 |
"""


def test_instances_of_a_repeat_are_choices(now: datetime) -> None:
    walk = walk_of(REPEAT, now)
    for at, (name, age) in enumerate((("王", "40"), ("小明", "9"), ("李", "33")), 1):
        if at > 1:
            walk.add("/data/p")
        walk.set(f"/data/p[{at}]/name", name)
        walk.set(f"/data/p[{at}]/age", age)
    assert offered(walk, "/data/head") == ["王", "李"]
    walk.set("/data/head", "李")
    walk.remove("/data/p[3]")
    assert walk.value("/data/head") == ""


MEDIA = """| survey |
| | type | name | label::English (en) | label::中文 (zh) | media::image::English (en) | media::image::中文 (zh) | media::audio::中文 (zh) |
| | select_one l | q | Which? | 哪个？ | en.png | zh.png | zh.mp3 |
| | text | t | T | 文 | | | |
| choices |
| | list_name | name | label::English (en) | label::中文 (zh) | media::image |
| | l | a | A | 甲 | a.jpg |
| | l | b | B | 乙 | |
"""


def test_pictures_and_sounds_go_with_questions_and_choices(now: datetime) -> None:
    walk = walk_of(MEDIA, now)
    assert walk.media("/data/q", "zh") == {"image": "zh.png", "audio": "zh.mp3"}
    assert walk.media("/data/q", "en") == {"image": "en.png"}
    assert walk.media("/data/t", "zh") == {}
    assert walk.choice_media("/data/q", "a", "zh") == {"image": "a.jpg"}
    assert walk.choice_media("/data/q", "b", "zh") == walk.choice_media("/data/q", "x", "zh") == {}
    assert set(walk.form.media()) == {"en.png", "zh.png", "zh.mp3", "a.jpg"}


ENTITIES = """| survey |
| | type | name | label | save_to |
| | select_one_from_file trees.csv | tree | Tree | |
| | text | kind | Kind | species |
| entities |
| | list_name | entity_id | update_if | create_if | label |
| | trees | {} |
"""


@pytest.mark.parametrize(
    ("columns", "makes", "changes"),
    [
        (" | | | ${kind}", True, False),
        ("${tree} | | | ${kind}", False, True),
        ("${tree} | ${tree} != '' | ${tree} = '' | ${kind}", True, True),
    ],
)
def test_entities_say_whether_they_are_made_or_changed(columns: str, makes: bool, changes: bool) -> None:
    (entity,) = convert(ENTITIES.format(columns).encode(), "f.md").form.entities
    assert (entity.dataset, entity.makes, entity.changes) == ("trees", makes, changes)
    assert entity.saves == (("species", "/data/kind"),)


RANGE = """| survey |
| | type | name | label | parameters |
| | range | r | R | start=0.5 end=2.5 step=0.5 |
"""


@pytest.mark.parametrize(("given", "stored"), [("1.5", "1.5"), ("2.5", "2.5"), ("3", ""), ("0.4", ""), ("x", "")])
def test_range_of_decimals_keeps_within_its_ends(now: datetime, given: str, stored: str) -> None:
    walk = walk_of(RANGE, now)
    walk.set("/data/r", given, strict=False)
    assert walk.value("/data/r") == stored


def test_triggered_place_is_blank_until_somebody_gives_one(now: datetime) -> None:
    walk = walk_of(
        "| survey |\n| | type | name | label | trigger |\n| | text | a | A | |\n| | background-geopoint | g | | ${a} |\n",
        now,
    )
    walk.set("/data/a", "x")
    assert walk.value("/data/g") == ""
    assert "<g/>" in walk.xml()
