"""``xundu forms fill`` prints what ODK's own engine comes to after the same steps, and writes the same XML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.__main__ import main
from tests.forms.odk.comparing import Pair, same_xml, settled, sizeless
from tests.forms.odk.generated import deeds
from tests.forms.odk.second_opinion import Odk, started
from tests.forms.odk.test_second_opinion import BESIDE, FORMS, convert

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRINTED = ("values", "relevant", "required_missing", "violations", "choices")


@pytest.fixture(scope="module")
def odk() -> Iterator[Odk]:
    engine = started()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def _in_shanghai() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Shanghai")
        yield


def step_of(what: str, path: str, value: object) -> dict[str, object]:
    return {what: path} if what != "set" else {"path": path, "value": value}


@pytest.mark.usefixtures("_in_shanghai")
@pytest.mark.parametrize("name", sorted(FORMS))
@given(data=st.data())
@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_fill_prints_what_odk_comes_to(
    odk: Odk, name: str, data: st.DataObject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = Pair(odk, convert(FORMS[name].read_bytes(), name, BESIDE).xform)
    steps = []
    for _ in range(data.draw(st.integers(0, 12), label="steps")):
        what, path, values = data.draw(st.sampled_from(deeds(pair.walk)), label="deed")
        value = data.draw(st.sampled_from(values), label="value")
        if sizeless(pair.do((what, path, value))):
            return
        steps.append(step_of(what, path, value))
    answers, out = tmp_path / "answers.json", tmp_path / "out.xml"
    answers.write_text(json.dumps(steps), encoding="utf-8")
    folder = str(next(iter(FORMS.values())).parent.parent if name.endswith(".xml") else FORMS[name].parent)
    arguments = ["--answers", str(answers), "--xml", str(out), "--attachments", folder]
    assert main(["forms", "fill", str(FORMS[name]), *arguments]) == 0
    printed, theirs = json.loads(capsys.readouterr().out), pair.theirs()
    assert tuple(printed) == PRINTED
    ours = {path: settled(value) for path, value in printed["values"].items() if not pair.known("values", path)}
    assert ours == {path: settled(theirs["values"][path]) for path in ours}
    assert printed["values"].keys() == theirs["values"].keys()
    assert printed["relevant"] == theirs["relevant"]
    assert printed["choices"] == theirs["choices"]
    for kind in ("required_missing", "violations"):
        apart = set(printed[kind]) ^ set(theirs[kind])
        assert [path for path in apart if not pair.known(kind, path)] == []
    assert same_xml(out.read_text(encoding="utf-8")) == pair.submissions()[1]
