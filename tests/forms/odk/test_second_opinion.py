"""Forms are filled as ODK's own engine fills them: same values, relevance, choices, violations and XML, step by step.

Skipped, with a reason, where Node or the engine is not installed (see second_opinion.py). What is different on purpose
is in docs/decisions/0006 and in ``Pair.known``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.convert import convert
from forms.problems import FormError
from forms.walk import Walk
from tests.forms.odk.comparing import Pair, sizeless
from tests.forms.odk.generated import ATTACHMENTS, Maker, deeds
from tests.forms.odk.second_opinion import Odk, OdkError, started

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITTEN = Path(__file__).parent / "written"
BESIDE = {file.name: file.read_bytes() for file in WRITTEN.iterdir() if file.suffix not in (".md", "")}
QUICK = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def odk() -> Iterator[Odk]:
    engine = started()
    yield engine
    engine.close()


def walked(pair: Pair, data: st.DataObject, steps: int) -> None:
    """Take steps that Hypothesis chooses, and compare after each; then what would be sent, and the walk opened anew."""
    assert pair.differences() == []
    for _ in range(data.draw(st.integers(0, steps), label="steps")):
        what, path, values = data.draw(st.sampled_from(deeds(pair.walk)), label="deed")
        refusal = pair.do((what, path, data.draw(st.sampled_from(values), label="value")))
        if sizeless(refusal):
            return
        assert refusal == ""
        assert pair.differences() == []
    ours, theirs = pair.submissions()
    assert ours == theirs
    again = Walk(pair.walk.form, pair.walk.values(), now=pair.walk.now, instance_id=pair.walk.instance_id)
    assert again.flat() == pair.walk.flat()


FORMS = {file.name: file for file in (*WRITTEN.glob("*.md"), *WRITTEN.glob("ready/*.xml"))}


@pytest.mark.parametrize("form", sorted(FORMS))
@given(data=st.data())
@QUICK
def test_written_form_is_filled_alike(odk: Odk, form: str, data: st.DataObject) -> None:
    made = convert(FORMS[form].read_bytes(), form, BESIDE)
    walked(Pair(odk, made.xform), data, 25)


@given(seed=st.integers(0, 1_000_000), data=st.data())
@settings(QUICK, max_examples=40)
def test_made_up_form_is_filled_alike(odk: Odk, seed: int, data: st.DataObject) -> None:
    files = {name: text.encode() for name, text in ATTACHMENTS.items()}
    try:
        made = convert(Maker(seed).form().markdown().encode(), "made.md", files)
    except FormError as error:
        pytest.fail(f"form {seed}: {error}")
    try:
        pair = Pair(odk, made.xform)
    except OdkError:
        return  # what ODK's engine cannot open is no measure
    walked(pair, data, 12)


@pytest.mark.parametrize("language", ["English (en)", "中文 (zh)"])
def test_texts_read_alike_in_every_language(odk: Odk, language: str) -> None:
    made = convert((WRITTEN / "household.md").read_bytes(), "household.md", BESIDE)
    pair = Pair(odk, made.xform, language=language)
    for deed in (("set", "/data/where/prov", "zj"), ("set", "/data/members", 2), ("set", "/data/person[2]/name", "王")):
        assert pair.do(deed) == ""
    theirs = odk.ask("texts")
    for path, question in pair.walk.nodes():
        if question is not None:
            assert pair.walk.label(path, language) == theirs[path]["label"].strip()
            hint = theirs[path]["hint"].strip()
            assert hint in (pair.walk.hint(path, language), "-")  # "-" stands where a translation is missing
        if "choices" in theirs[path]:
            offered = [pair.walk.choice_label(path, one.value, language) for one in pair.walk.choices(path)]
            assert offered == theirs[path]["choices"]


def test_lists_beside_a_form_are_read_as_odk_reads_them(odk: Odk) -> None:
    source = (WRITTEN / "facility.md").read_bytes()
    inside, outside = convert(source, "f.md", BESIDE), convert(source, "f.md")
    pair = Pair(odk, inside.xform)
    odk.ask("open", xform=outside.xform, attachments={name: data.decode() for name, data in BESIDE.items()})
    assert pair.differences() == []
    assert len(pair.walk.choices("/data/site")) == 3
    assert len(pair.walk.choices("/data/area")) == 3
