"""What the documents say is so: paths exist, settings and commands are the real ones, and guides name real buttons."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bot.arguments import parser
from bot.config import variables
from handlers.access import ACCESS
from handlers.text import LANGUAGES
from locales import collect
from storage.people import Role

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
GUIDES = sorted(one.relative_to(ROOT).as_posix() for one in (ROOT / "docs" / "guides").glob("*.md"))
DOCUMENTS = sorted(
    one.relative_to(ROOT).as_posix()
    for one in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packs/**/*.md"), *ROOT.glob("sandbox/*.md"))
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?<![\w/.])/[a-z]+\b")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name):
    targets = [one.partition("#")[0] for one in LINK.findall(read(name)) if "://" not in one]
    assert [one for one in targets if one and not (ROOT / name).parent.joinpath(one).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_the_readme_lists_every_setting_with_its_default(name):
    table = read(name).partition("<!-- settings")[2].partition("<!-- end")[0]
    rows = [tuple(cell.strip() for cell in row.split("|")[1:-1]) for row in table.splitlines() if row.startswith("| `")]
    known = [(f"`{setting}`", f"`{default}`" if default else "–") for setting, default, _ in variables()]
    assert [row[:2] for row in rows] == known
    if name == "README.md":
        assert [row[2] for row in rows] == [says for *_, says in variables()]
    else:
        assert [row for row in rows if not CHINESE.search(row[2])] == []


@pytest.fixture(scope="module")
def subcommands() -> set[str]:
    return set(re.findall(r"^ {4}([a-z]+) ", parser().format_help(), re.MULTILINE))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_a_document_names_exists(name, subcommands):
    code = "\n".join(re.findall(r"`[^`\n]+`|^ {4,}.+$", read(name), re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", code)) <= targets
    named = set(re.findall(r"\bxundu ([a-z]+)\b", code)) | set(re.findall(r"run --rm bot ([a-z]+)", code))
    assert subcommands
    assert named <= subcommands


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_is_a_page(name):
    text = read(name)
    assert len(text.splitlines()) <= 60
    assert len(CHINESE.findall(text)) <= 1200
    assert len(re.findall(r"[A-Za-z]+", text)) <= 650


def test_every_guide_is_in_both_languages():
    english = {one for one in GUIDES if not one.endswith(".zh-CN.md")}
    assert english
    assert {one.replace(".md", ".zh-CN.md") for one in english} == set(GUIDES) - english


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_names_only_commands_that_exist(name):
    assert [one for one in COMMAND.findall(read(name)) if one not in ACCESS] == []


@pytest.mark.parametrize("ending", ["[!N].md", ".zh-CN.md"], ids=["en", "zh_CN"])
def test_every_command_is_explained_in_a_guide(ending):
    told = {command for name in GUIDES if fnmatch(name, f"*{ending}") for command in COMMAND.findall(read(name))}
    assert {row for row in ACCESS if row.startswith("/")} - told == set()


@pytest.mark.parametrize("name", [one for one in GUIDES if Path(one).name.partition(".")[0] in set(Role)])
def test_a_guide_names_no_command_that_its_reader_may_not_use(name):
    role = Path(name).name.partition(".")[0]
    assert [one for one in COMMAND.findall(read(name)) if role not in ACCESS[one]] == []


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_names_only_buttons_that_the_bot_shows(name):
    language = "zh_CN" if name.endswith(".zh-CN.md") else "en"
    said = {form for message in collect.catalogue(language) if message.id for form in collect.forms(message)}
    shown = {re.sub(r"\{\w+\}", "7", one) for one in said} | set(re.findall(r"[✅◐❌—] [^|]+?(?= *\|)", _checklist()))
    # In a guide, bold is what a button says.
    buttons = re.findall(r"\*\*(.+?)\*\*", read(name))
    assert [one for one in buttons if one not in shown] == []


def _checklist() -> str:
    return read("packs/theme-education/checklist.md")


def test_there_is_a_guide_for_every_language_the_bot_speaks():
    assert set(LANGUAGES) == {"zh_CN", "en"}, "a new language needs guides of its own"
