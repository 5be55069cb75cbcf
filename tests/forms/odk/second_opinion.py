"""ODK's own engine (@getodk/xforms-engine) as a second opinion, asked over a pipe.

Needs Node 20 and what ``npm ci`` puts beside ``engine.mjs``; where either is missing, whoever asks is skipped with a
reason. ``XUNDU_ODK`` may name a folder that has the packages installed already.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NODE = 20


class OdkError(Exception):
    """What ODK's engine threw."""


def why_not() -> str:
    """Say why ODK's engine cannot be asked here, '' when it can."""
    node = shutil.which("node")
    if node is None:
        return "Node is not installed: ODK's own engine cannot be asked"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.strip().lstrip("v").partition(".")[0]) < NODE:
        return f"ODK's own engine needs Node {NODE}, this is {version.strip()}"
    if not (HERE / "node_modules" / "@getodk" / "xforms-engine").is_dir():
        return f"ODK's own engine is not installed: npm ci --prefix {os.path.relpath(HERE)}"
    return ""


class Odk:
    """A running engine; one form at a time."""

    def __init__(self, zone: str = "Asia/Shanghai") -> None:
        self._process = subprocess.Popen(
            ["node", str(HERE / "engine.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "TZ": zone},
        )

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._process.poll() is None

    def ask(self, do: str, *, seconds: float = 300, **about: object) -> dict:
        """Ask for one thing; raises :class:`OdkError`. An engine that takes longer is ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        stop = threading.Timer(seconds, self._process.kill)
        stop.start()
        try:
            self._process.stdin.write(json.dumps({"do": do, **about}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            stop.cancel()
        if not line:
            self._process.wait()
        if not line:
            raise OdkError("the engine has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise OdkError(answer["error"])
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def started() -> Odk:
    """Start the engine, or skip the test that wants it."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    return Odk()
