"""The campaigns and the demo as data: complete in both languages, and every reference leads somewhere."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.packs.conftest import Pack

ROLES = {"admin", "office", "leader", "deputy", "inspector", "liaison", "contact", "member"}
SATURDAY = 5
WORK = (
    "组建督导组 分工",
    "培训 先学一步",
    "方案和检查表",
    "建立 党组织信息表",
    "审阅实施方案",
    "列席学习研讨",
    "现场检查",
    "访谈和座谈",
    "片区点评会",
    "反馈 整改",
    "督导返回报告",
    "总结评估 典型",
)


def texts(data: Any, where: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Give every table that holds a text in languages, and where it stands."""
    if isinstance(data, dict):
        if "zh_CN" in data or "en" in data:
            yield where, data
        for key, value in data.items():
            yield from texts(value, f"{where}.{key}")
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from texts(value, f"{where}[{at}]")


def test_every_text_of_a_campaign_is_there_in_both_languages(pack: Pack) -> None:
    found = list(texts(pack.campaign))
    assert len(found) > 30
    assert [where for where, text in found if set(text) != {"zh_CN", "en"} or not all(text.values())] == []


def test_the_form_a_campaign_names_lies_beside_it(pack: Pack) -> None:
    assert (pack.folder / pack.campaign["form"]).is_file()
    assert pack.campaign["name"] == pack.name


def test_a_campaign_names_a_real_time_zone(pack: Pack) -> None:
    assert ZoneInfo(pack.campaign["timezone"]).key == "Asia/Shanghai"


def test_three_phases_cover_the_campaign_without_a_gap(pack: Pack) -> None:
    phases = pack.campaign["phases"]
    assert len(phases) == 3
    assert phases[0]["first_day"] == 0
    assert phases[-1]["last_day"] == pack.campaign["last_day"]
    for before, after in pairwise(phases):
        assert after["first_day"] == before["last_day"] + 1


def test_every_work_item_has_an_owner_and_is_due_in_its_phase(pack: Pack) -> None:
    phases = {phase["code"]: phase for phase in pack.campaign["phases"]}
    for number, item in enumerate(pack.campaign["work_items"], start=1):
        assert item["number"] == number
        assert item["owner"] in ROLES
        phase = phases[item["phase"]]
        assert phase["first_day"] <= item["due_day"] <= phase["last_day"], item


def test_no_work_item_is_due_on_a_weekend(pack: Pack) -> None:
    first = pack.campaign["first_day"]
    due = {item["number"]: first + timedelta(days=item["due_day"]) for item in pack.campaign["work_items"]}
    assert {number: day for number, day in due.items() if day.weekday() >= SATURDAY} == {}


def test_rounds_follow_one_another_within_the_implementation(pack: Pack) -> None:
    (phase,) = (one for one in pack.campaign["phases"] if one["code"] == "implementation")
    day = phase["first_day"] - 1
    for number, one in enumerate(pack.campaign["rounds"], start=1):
        assert one["number"] == number
        assert day < one["first_day"] <= one["last_day"] <= phase["last_day"]
        day = one["last_day"]


def test_levels_are_counted_from_one_and_no_alias_means_two(pack: Pack) -> None:
    levels = pack.campaign["levels"]
    assert [one["level"] for one in levels] == list(range(1, len(levels) + 1))
    aliases = [alias for one in levels for alias in one["aliases"]]
    assert len(aliases) == len(set(aliases))


def test_tag_codes_are_unique_and_have_no_space(pack: Pack) -> None:
    codes = [tag["code"] for tag in pack.campaign["tags"]]
    assert len(codes) == len(set(codes))
    assert [code for code in codes if not code.isidentifier()] == []


def test_the_pledge_names_six_prohibitions(pack: Pack) -> None:
    prohibitions = pack.campaign["pledge"]["prohibitions"]
    assert [one["text"]["zh_CN"][:2] for one in prohibitions] == ["严禁"] * 6
    assert len({one["code"] for one in prohibitions}) == 6


def test_theme_education_has_the_twelve_work_items(theme: Pack) -> None:
    items = theme.campaign["work_items"]
    assert [item["phase"] for item in items] == ["preparation"] * 4 + ["implementation"] * 6 + ["wrap_up"] * 2
    for item, words in zip(items, WORK, strict=True):
        assert [word for word in words.split() if word not in item["title"]["zh_CN"]] == []


def test_theme_education_starts_its_first_round_on_the_sixteenth_of_october(theme: Pack) -> None:
    first, one = theme.campaign["first_day"], theme.campaign["rounds"][0]
    days = [(first + timedelta(days=one[end])).isoformat() for end in ("first_day", "last_day")]
    assert days == ["2026-10-16", "2026-10-30"]


def test_theme_education_has_five_levels_and_its_tag_vocabulary(theme: Pack) -> None:
    assert len(theme.campaign["levels"]) == 5
    families: dict[str, int] = {}
    for tag in theme.campaign["tags"]:
        if "levels" not in tag:
            families[tag["family"]] = families.get(tag["family"], 0) + 1
    assert families == {"kind": 3, "format": 8, "trait": 3}


def test_the_demo_has_a_phone_for_everyone_who_takes_part(theme: Pack) -> None:
    phones = theme.demo["phones"]
    assert sorted(one["role"] for one in phones) == ["admin", "contact", "inspector", "inspector", "leader", "member"]
    assert len({one["id"] for one in phones}) == len(phones)
    assert {one["language_code"] for one in phones if one["role"] == "inspector"} == {"zh-hans", "en"}


def test_the_demo_units_are_named_superiors_first_on_all_five_levels(theme: Pack) -> None:
    levels: dict[str, int] = {}
    tags = {tag["code"]: tag for tag in theme.campaign["tags"]}
    groups = {group["code"] for group in theme.demo["groups"]}
    for unit in theme.demo["units"]:
        assert unit["code"] not in levels
        assert unit["level"] == 1 or levels[unit["parent"]] < unit["level"]
        assert all(unit["level"] in tags[code].get("levels", range(1, 6)) for code in unit["tags"])
        assert unit.get("group", "g1") in groups
        levels[unit["code"]] = unit["level"]
    assert set(levels.values()) == {1, 2, 3, 4, 5}


def test_the_demo_opens_inside_the_first_round(theme: Pack) -> None:
    one = theme.campaign["rounds"][0]
    days = [theme.demo["today"] + visit["in_days"] for visit in theme.demo["visits"]]
    assert one["first_day"] <= min(days)
    assert max(days) <= one["last_day"]


def test_demo_visits_are_carried_out_by_inspectors_of_the_group_that_answers_for_the_unit(theme: Pack) -> None:
    units = {unit["code"]: unit for unit in theme.demo["units"]}
    phones = {phone["id"]: phone for phone in theme.demo["phones"]}
    for visit in theme.demo["visits"]:
        for member in visit["team"]:
            assert phones[member]["role"] == "inspector"
            assert phones[member]["group"] == units[visit["unit"]]["group"]


def test_both_demo_inspectors_have_the_same_visit_today_and_one_of_their_own(theme: Pack) -> None:
    names = {unit["code"]: unit["name"] for unit in theme.demo["units"]}
    today = [visit for visit in theme.demo["visits"] if visit["in_days"] == 0]
    assert {"浙江省区域管理公司党委", "萧山项目党支部"} <= {names[visit["unit"]] for visit in today}
    assert sorted(len(visit["team"]) for visit in today) == [1, 1, 2]


def test_demo_duties_are_aspects_of_the_checklist(theme: Pack) -> None:
    aspects = {row["name"] for row in theme.sheets["survey"] if row["type"] == "begin_group"}
    duties = [duty for phone in theme.demo["phones"] for duty in phone.get("duties", ())]
    assert len(duties) == 7
    assert set(duties) <= aspects


def test_demo_people_belong_to_groups_and_units_of_the_demo(theme: Pack) -> None:
    groups = {group["code"] for group in theme.demo["groups"]}
    units = {unit["code"] for unit in theme.demo["units"]}
    for phone in theme.demo["phones"]:
        assert phone.get("group", "g1") in groups, phone
        assert phone.get("unit", "RT-0") in units, phone
        assert ("group" in phone) == (phone["role"] in {"leader", "inspector"}), phone
        assert ("unit" in phone) == (phone["role"] in {"member", "contact"}), phone
