"""The container image: no engine is needed to see that its file is sound and that it copies enough to run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.arguments import parser
from bot.config import variables

ROOT = Path(__file__).parents[2]
COPY = re.compile(r"^COPY (\S+) \./(\S*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text("utf-8")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def test_the_linter_finds_nothing_in_the_dockerfile():
    linter = Path(sys.executable).with_name("hadolint")
    if not linter.exists():
        pytest.skip("hadolint is not installed: there is none for this system")
    ran = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_image_checks_hashes_runs_as_nobody_and_reports_its_health(dockerfile):
    last = dockerfile[dockerfile.rindex("\nFROM ") :]
    assert "--require-hashes -r requirements.lock" in dockerfile
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    health = re.search(r"^HEALTHCHECK .* CMD (\[.*\])$", last, re.MULTILINE)
    assert health is not None
    python, *module, command, option = json.loads(health[1])
    assert [python, *module] == json.loads(re.search(r"^ENTRYPOINT (.*)$", last, re.MULTILINE)[1])
    assert parser().parse_args([command, option]).live


def test_the_builder_is_sent_what_the_image_copies_and_nothing_else(dockerfile):
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    copied = {source for source, _ in COPY.findall(dockerfile)}
    assert "*" in lines
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == copied


def test_what_the_image_copies_is_enough_to_run(dockerfile, tmp_path):
    for source, _ in COPY.findall(dockerfile):
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tmp_path / source, ignore=shutil.ignore_patterns("__pycache__"))
    data = tmp_path / "data"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",  # the working directory must not stand in for what was copied
        "XUNDU_DATA_DIR": str(data),
    }
    data.mkdir()
    for command in (["--help"], ["migrate"]):
        ran = subprocess.run(
            [sys.executable, "-m", "bot", *command],
            cwd=data,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert ran.returncode == 0, ran.stderr
    says = "import bot; from handlers import text; print(bot, text, text.speech('zh_CN').label('Language'))"
    found = subprocess.run(
        [sys.executable, "-c", says],
        cwd=data,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(ROOT) + "/" not in found.stdout, "the copy was not what ran"
    assert re.search(r"[\u4e00-\u9fff]$", found.stdout.strip()), "the catalogues did not come along"


def test_the_bot_waits_for_a_migrated_database(compose):
    waits = compose["services"]["bot"]["depends_on"]
    assert waits["database"]["condition"] == "service_healthy"
    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert "healthcheck" in compose["services"]["database"]


def test_no_password_stands_in_the_repository(compose):
    assert compose["services"]["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert "${POSTGRES_PASSWORD:?" in compose["services"]["bot"]["environment"]["XUNDU_DATABASE_URL"]
    example = (ROOT / ".env.example").read_text("utf-8")
    assert [line for line in example.splitlines() if re.match(r"[A-Z_]+=.+", line)] == []


def test_the_example_names_only_settings_that_exist(compose, dockerfile):
    known = {name for name, *_ in variables()}
    named = set(re.findall(r"\bXUNDU_[A-Z_]+", (ROOT / ".env.example").read_text("utf-8") + dockerfile + str(compose)))
    assert named
    assert named <= known
