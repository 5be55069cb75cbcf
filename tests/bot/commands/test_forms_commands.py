"""``xundu forms``: checked, compared, walked and filled on the disk; mistakes are sentences."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

FORM = """| survey |
| | type | name | label | constraint | required |
| | select_one_from_file towns.csv | town | Town | | yes |
| | begin repeat | person | Person | | |
| | text | name | Name | | yes |
| | integer | age | Age of ${name} | . < 130 | |
| | end repeat | | | | |
| | image | photo | Photo | | |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
"""


@pytest.fixture
def form(tmp_path: Path) -> Path:
    file = tmp_path / "visit.md"
    file.write_text(FORM, encoding="utf-8")
    (tmp_path / "towns.csv").write_text("name,label\nhz,杭州\nnb,宁波\n", encoding="utf-8")
    return file


def answers(folder: Path, *steps: object) -> str:
    file = folder / "answers.json"
    file.write_text(json.dumps(steps), encoding="utf-8")
    return str(file)


def test_form_is_filled_and_told_as_json_and_xml(
    form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = answers(
        tmp_path, {"path": "/data/town", "value": "nb"}, {"path": "/data/person[1]/name", "value": "王"},
        {"add": "/data/person"}, {"path": "/data/person[2]/age", "value": 200},
    )  # fmt: skip
    out = tmp_path / "out.xml"
    assert main(["forms", "fill", str(form), "--answers", given, "--xml", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["values"]["/data/town"] == "nb"
    assert found["choices"] == {"/data/town": ["hz", "nb"]}
    assert found["required_missing"] == ["/data/person[2]/name"]
    assert found["violations"] == ["/data/person[2]/age"]
    assert found["relevant"]["/data/person[2]"] is True
    assert "<person><name>王</name><age/></person>" in out.read_text(encoding="utf-8")


def test_steps_not_taken_are_named_and_the_rest_is_told(
    form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = answers(tmp_path, {"path": "/data/no", "value": 1}, {"path": "/data/town", "value": "hz"})
    assert main(["forms", "fill", str(form), "--answers", given]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["values"]["/data/town"] == "hz"
    assert "Step 1, /data/no: the form has no such question" in said.err


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"path": 1}', "\x00"])
def test_answers_that_are_none_are_refused(
    form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    file = tmp_path / "a.json"
    file.write_text(content, encoding="utf-8")
    assert main(["forms", "fill", str(form), "--answers", str(file)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "--answers" in said.err
    assert "Traceback" not in said.err


def test_check_tells_as_json_what_can_be_used_and_what_not(
    form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.md"
    bad.write_text(FORM.replace(". < 130", ". < (130"), encoding="utf-8")
    assert main(["forms", "check", "--json", str(form), str(bad)]) == 1
    good, refused = json.loads(capsys.readouterr().out)
    assert (good["usable"], good["questions"], good["missing"]) == (True, 4, [])
    assert refused["usable"] is False
    assert (refused["problems"][0]["row"], refused["problems"][0]["column"]) == (5, "constraint")


def test_list_that_is_not_there_is_a_warning(form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "towns.csv").unlink()
    assert main(["forms", "check", str(form)]) == 0
    assert "warning: The list towns.csv is not here" in capsys.readouterr().out


def test_lists_may_lie_in_a_folder_of_their_own(form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "visit-media"
    folder.mkdir()
    (tmp_path / "towns.csv").rename(folder / "towns.csv")
    assert main(["forms", "check", str(form)]) == 0
    assert main(["forms", "check", "--attachments", str(folder), str(form)]) == 0
    assert "towns.csv" not in capsys.readouterr().out
    assert main(["forms", "check", "--attachments", str(folder / "no"), str(form)]) == 1


def test_two_versions_are_compared(form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = tmp_path / "newer.md"
    newer.write_text(
        FORM.replace("| integer | age", "| date | age").replace("| visit | 1 |", "| visit | 2 |"), encoding="utf-8"
    )
    assert main(["forms", "diff", str(form), str(newer)]) == 0
    assert "/data/person/age: It was integer (int) and is date (date)." in capsys.readouterr().out
    assert main(["forms", "diff", str(form), str(newer), "--language", "zh_CN"]) == 0
    said = capsys.readouterr().out
    assert "/data/person/age: 原为 integer (int)，现为 date (date)。原题型的答案可能不适用于新题型。" in said
    assert "may lose" not in said
    assert main(["forms", "diff", "--json", str(form), str(newer)]) == 0
    assert json.loads(capsys.readouterr().out)[0]["lost"] is True


def test_form_is_walked_in_the_terminal(
    form: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["nonsense", "2", "王", "200", "30", "+", "李", "", "<", "<", "赵", "", "a.jpg"]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(typed) + "\n"))
    assert main(["forms", "walk", str(form)]) == 0
    said = capsys.readouterr().out
    assert "This is not among the choices" in said
    assert "The form does not accept this answer" in said
    assert "Age of 王" in said
    assert "<town>nb</town>" in said


def test_form_that_cannot_be_used_is_refused_by_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.md"
    file.write_text("| survey |\n| | type | name | label |\n| | teleport | a | A |\n", encoding="utf-8")
    for arguments in (["walk", str(file)], ["diff", str(file), str(file)], ["fill", str(file), "--answers", str(file)]):
        assert main(["forms", *arguments]) == 1
        assert "teleport" in capsys.readouterr().err


def test_fault_is_told_in_the_language_asked_for_or_of_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bad.md"
    file.write_text(FORM.replace(". < 130", ". < (130"), encoding="utf-8")
    assert main(["forms", "check", str(file), "--language", "zh_CN"]) == 1
    said = capsys.readouterr().out
    assert "survey 表 · 第 5 行 · constraint 列" in said
    assert "请改正表达式" in said
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert main(["forms", "fill", str(file), "--answers", str(file)]) == 1
    assert "这份表单不能用" in capsys.readouterr().err
