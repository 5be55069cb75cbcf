"""The checklists as documents: they convert, they say everything in both languages, they cover what was asked for."""

from __future__ import annotations

import re
from shutil import which
from typing import TYPE_CHECKING

import pytest
from pyxform.xls2xform import convert

if TYPE_CHECKING:
    from tests.packs.conftest import Pack

ZH, EN = "中文 (zh)", "English (en)"
TEXTS = ("label", "hint", "guidance_hint", "required_message", "constraint_message")
GRADES = {"done": "✅", "partial": "◐", "missing": "❌", "na": "—"}
HAN = re.compile("[\u4e00-\u9fff]")
LONGEST = {"label": 40, "hint": 60}

ASPECTS = (
    "一、组织领导",
    "二、理论学习",
    "三、调查研究",
    "四、推动发展",
    "五、检视整改",
    "六、办实事解难题",
    "七、作风与宣传",
)
ITEMS = (
    "机构不撤 力度不减 责任 到人",
    "实施方案 经过审阅 自身特点 一企一策",
    "任务 时间节点 台账 更新",
    "集中学习 研讨",
    "领导班子带头 把自己摆进去",
    "个人自学 谈体会，不数本数",
    "覆盖 支部 党员 青年",
    "下基层、到现场 选题具体",
    "形成问题清单",
    "成果转化 措施",
    "与中心工作 结合",
    "履行主责主业 服务保障任务",
    "破解 难题 有举措、有进展",
    "问题找得准 有具体事例",
    "措施、责任人、时限齐全",
    "边学边查边改，看得见变化",
    "自身难以解决的 已上报，上下联动",
    "实事清单 完成",
    "急难愁盼和历史遗留问题",
    "职工群众的评价",
    "减负 防形式主义 守纪律",
    "选树 典型 警示",
)


def items(pack: Pack) -> list[list[dict[str, str]]]:
    """Return the rows of each item group, without the lines that open and close it."""
    found: list[list[dict[str, str]]] = []
    inside = False
    for row in pack.sheets["survey"]:
        if row["type"] == "begin_group" and row.get("appearance") == "field-list":
            found.append([])
            inside = True
        elif row["type"] == "end_group":
            inside = False
        elif inside:
            found[-1].append(row)
    return found


def mains(pack: Pack) -> list[dict[str, str]]:
    return [rows[0] for rows in items(pack)]


def test_a_pack_converts_without_a_warning(pack: Pack) -> None:
    warnings: list[str] = []
    convert(pack.checklist, warnings=warnings)
    assert warnings == []


@pytest.mark.skipif(which("java") is None, reason="ODK Validate, which pyxform brings along, runs on Java")
def test_a_pack_is_a_form_that_odk_collect_would_open(pack: Pack) -> None:
    warnings: list[str] = []
    convert(pack.checklist, warnings=warnings, validate=True)
    assert warnings == []


def test_every_text_is_there_in_both_languages(pack: Pack) -> None:
    lacking = [
        (sheet, row["name"], text)
        for sheet in ("survey", "choices")
        for row in pack.sheets[sheet]
        for text in TEXTS
        if (f"{text}::{ZH}" in row) != (f"{text}::{EN}" in row)
    ]
    assert lacking == []


def test_everything_a_person_sees_has_a_label(pack: Pack) -> None:
    silent = {"hidden", "calculate", "end_group"}
    rows = [row for row in pack.sheets["survey"] if row["type"] not in silent] + pack.sheets["choices"]
    assert [row["name"] for row in rows if f"label::{ZH}" not in row] == []


def test_whatever_can_be_refused_says_why(pack: Pack) -> None:
    for row in pack.sheets["survey"]:
        assert ("required" in row) == (f"required_message::{ZH}" in row), row["name"]
        assert ("constraint" in row) == (f"constraint_message::{ZH}" in row), row["name"]


def test_chinese_columns_hold_chinese_and_english_ones_english(pack: Pack) -> None:
    for row in pack.sheets["survey"] + pack.sheets["choices"]:
        for text in TEXTS:
            if f"{text}::{ZH}" in row:
                assert HAN.search(row[f"{text}::{ZH}"]), row
                assert not HAN.search(row[f"{text}::{EN}"]), row


def test_labels_and_hints_fit_over_the_buttons_of_a_phone(pack: Pack) -> None:
    for rows in items(pack):
        for row in rows:
            for text, longest in LONGEST.items():
                assert len(row.get(f"{text}::{ZH}", "")) <= longest, row["name"]


def test_every_item_begins_with_a_required_grade_that_says_what_to_look_at(pack: Pack) -> None:
    for main in mains(pack):
        assert main["type"].startswith("select_one "), main["name"]
        assert main["required"] == "yes", main["name"]
        assert f"hint::{ZH}" in main, main["name"]
        assert f"guidance_hint::{ZH}" in main, main["name"]


def test_every_grade_list_has_the_four_grades_under_their_signs(pack: Pack) -> None:
    for main in mains(pack):
        wanted = main["type"].split()[1]
        choices = [row for row in pack.sheets["choices"] if row["list_name"] == wanted]
        assert [row["name"] for row in choices] == list(GRADES), wanted
        for row in choices:
            for language in (ZH, EN):
                assert row[f"label::{language}"].startswith(GRADES[row["name"]] + " "), row


def test_no_item_label_carries_a_number_of_its_own(pack: Pack) -> None:
    for main in mains(pack):
        assert not re.match(r"[\d（(一二三四五六七八九十]+[、.．)）]", main[f"label::{ZH}"]), main["name"]
        assert not main[f"label::{EN}"][0].isdigit(), main["name"]


def test_the_note_is_the_first_text_of_its_item_and_the_photo_its_first_picture(pack: Pack) -> None:
    for rows in items(pack):
        name = rows[0]["name"]
        assert next(row["name"] for row in rows if row["type"] == "text") == f"{name}_note"
        assert [row["name"] for row in rows if row["type"] == "image"] in ([], [f"{name}_photo"])


def test_nothing_but_the_grade_is_required_without_a_condition(pack: Pack) -> None:
    for row in (row for rows in items(pack) for row in rows[1:]):
        assert row.get("required") != "yes", row["name"]


def test_a_photo_is_never_required_itself_so_that_no_two_questions_require_each_other(pack: Pack) -> None:
    for rows in items(pack):
        photo, note = f"{rows[0]['name']}_photo", f"{rows[0]['name']}_note"
        required = {row["name"]: row.get("required", "") for row in rows}
        assert required.get(photo, "") == ""
        assert (f"${{{photo}}} = ''" in required[note]) == (photo in required)


def test_every_follow_up_waits_for_a_grade_that_calls_for_it(pack: Pack) -> None:
    for rows in items(pack):
        name = rows[0]["name"]
        for row in rows[1:]:
            if row["name"] not in {f"{name}_note", f"{name}_photo"}:
                assert re.search(rf"\$\{{{name}\}} = '(partial|missing)'", row["relevant"]), row["name"]


def test_a_form_asks_only_for_tags_and_levels_the_campaign_has(pack: Pack) -> None:
    tags = {tag["code"] for tag in pack.campaign["tags"]}
    levels = {str(level["level"]) for level in pack.campaign["levels"]}
    conditions = " ".join(row.get("relevant", "") for row in pack.sheets["survey"])
    assert set(re.findall(r"\$\{unit_tags\}, '(\w+)'", conditions)) <= tags
    assert set(re.findall(r"\$\{unit_level\} !?= (\d)", conditions)) <= levels


def test_theme_education_has_the_seven_aspects_under_their_titles(theme: Pack) -> None:
    rows = [row for row in theme.sheets["survey"] if row["type"] == "begin_group" and "appearance" not in row]
    assert tuple(row[f"label::{ZH}"] for row in rows) == ASPECTS


def test_theme_education_covers_the_twenty_two_items_in_order(theme: Pack) -> None:
    found = mains(theme)
    assert len(found) == len(ITEMS)
    for main, words in zip(found, ITEMS, strict=True):
        assert [word for word in words.split() if word not in main[f"label::{ZH}"]] == [], main["name"]


def test_theme_education_uses_every_kind_of_question(theme: Pack) -> None:
    kinds = {row["type"].split()[0] for row in theme.sheets["survey"]}
    assert kinds >= {
        "select_one",
        "select_multiple",
        "text",
        "integer",
        "decimal",
        "date",
        "image",
        "note",
        "calculate",
        "hidden",
        "begin_group",
    }
