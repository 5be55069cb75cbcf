"""What the bot speaks is what stands in the catalogues' sources, whatever lies beside them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
SAYS = (
    "import sys; from handlers.text import speech; sys.stdout.buffer.write(speech('zh_CN').label('Language').encode())"
)


def test_a_compiled_catalogue_that_was_left_behind_is_not_spoken(tmp_path: Path):
    for room in ("handlers", "locales"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    source = tmp_path / "locales" / "zh_CN" / "LC_MESSAGES" / "xundu.po"
    stale = read_po(BytesIO(source.read_bytes()), locale="zh_CN")
    now = stale["Language"].string
    stale["Language"].string = "旧译文"
    with source.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, stale)
    environment = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }
    said = subprocess.run([sys.executable, "-c", SAYS], cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert said.stdout.decode().strip() == now != "旧译文"
