"""Forms and lists that nobody made with good intent: bounded in time and memory, and a clear sentence."""

# ruff: noqa: E501 - tables of examples
from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.background import bundle
from forms import instance
from forms.attachments import embedded
from forms.convert import convert
from forms.problems import FormError
from forms.walk import Walk

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LIST = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
<instance><data id="t"><a/></data></instance><instance id="l" src="jr://file/{name}"/></model></h:head>
<h:body><input ref="/data/a"><label>A</label></input></h:body></h:html>"""


def form(*rows: str, head: str = "type | name | label | calculation | repeat_count") -> bytes:
    return ("| survey |\n| | " + head + " |\n" + "".join(f"| | {row} |\n" for row in rows)).encode()


def test_expressions_that_double_one_another_do_not_fill_the_memory() -> None:
    rows = (f"calculate | c{at} | | concat(${{c{at + 1}}}, ${{c{at + 1}}}) |" for at in range(60))
    walk = Walk(convert(form(*rows, "text | c60 | T | |"), "f.md").form, {}, now=NOW)
    walk.set("/data/c60", "ab")
    assert len(walk.value("/data/c50")) == 2 * 2**10
    assert walk.value("/data/c0") == ""


def test_repeats_within_repeats_end_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "MAX_CELLS", 5_000)
    begun = (f"begin repeat | r{at} | R | | 2000" for at in range(3))
    walk = Walk(convert(form(*begun, "text | a | A | |", *["end repeat | | | |"] * 3), "f.md").form, {}, now=NOW)
    assert len(walk.nodes()) < 7_100


def test_form_that_every_turn_would_wait_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "LONGEST_OPENING", -1.0)
    found = bundle.read([bundle.Sent("f.md", form("text | a | A | |"))])
    assert (found.xform, found.problems) == ("", (bundle.TOO_SLOW,))


def test_cell_at_the_far_end_of_a_sheet_costs_little() -> None:
    made = openpyxl.Workbook()
    page = made.worksheets[0]
    page.title = "survey"
    for row in (["type", "name", "label"], ["text", "a", "A"]):
        page.append(row)
    page.cell(200_000, 1, " ")
    page.cell(2, 16_384, "x")
    stored = io.BytesIO()
    made.save(stored)
    assert [one.name for one in convert(stored.getvalue(), "f.xlsx").form.questions.values() if one.asks] == ["a"]


@pytest.mark.parametrize("depth", [60, 2_000])
def test_groups_nested_too_deep_are_refused(depth: int) -> None:
    rows = (
        [f"begin group | g{at} | G | |" for at in range(depth)] + ["text | a | A | |"] + ["end group | | | |"] * depth
    )
    with pytest.raises(FormError) as caught:
        convert(form(*rows), "f.md")
    assert "nested" in str(caught.value)


@pytest.mark.parametrize(
    "source", ["(" * 5_000 + "1", "-" * 60_000 + "1", "not(" * 200 + "1" + ")" * 200, "1" + "+1" * 4_000]
)
def test_expression_that_is_too_deep_or_long_is_refused_or_read(source: str) -> None:
    xform = LIST.format(name="l.csv").replace("</model>", f'<bind nodeset="/data/a" relevant="{source}"/></model>')
    said = "read"
    try:
        convert(xform.encode(), "f.xml")
    except FormError as error:
        said = str(error)
    assert said


WORDS = st.sampled_from(
    ['"', "'", ",", ";", "\n", "\t", "name", "label", "a", "<", "&", "]]>", "\x00", "\ufeff", "\ud800", "é", "督", " ", "=", "{", "}",
     "[", ":", "features", '"type":"FeatureCollection"', '"geometry":{"type":"Point","coordinates":[1,2]}', "1e999", "null", "<!DOCTYPE x>"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["l.csv", "l.geojson", "l.xml"]), st.lists(WORDS, max_size=25).map("".join) | st.binary(max_size=60)
)
def test_any_list_beside_a_form_is_read_or_refused_with_a_sentence(name: str, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    try:
        found = embedded(LIST.format(name=name), {name: data})
    except FormError as error:
        assert all(one.message and one.sheet == name for one in error.problems)  # noqa: PT017 - either may happen
    else:
        Walk(convert(found.encode(), "f.xml").form, {}, now=NOW)


def test_list_that_refers_elsewhere_is_refused() -> None:
    hostile = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><root><item><name>&f;</name></item></root>'
    with pytest.raises(FormError, match="not allowed"):
        embedded(LIST.format(name="l.xml"), {"l.xml": hostile})


@pytest.mark.parametrize(
    "src", ["../../etc/passwd", "http://localhost/x.csv", "file:///etc/passwd", "jr://file/%2e%2e%2fx.csv"]
)
def test_list_elsewhere_is_asked_for_by_its_bare_name_only(src: str) -> None:
    xform = LIST.replace("jr://file/{name}", src)
    made = convert(xform.encode(), "f.xml", {})
    assert [dict(one.values)["name"].count("/") for one in made.warnings] == [0]
