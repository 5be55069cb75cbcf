"""Fingerprints are taken in a process of their own, of whatever is sent, and tell like from unlike."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from PIL import Image

from bot.background import apart
from bot.background.likeness import fingerprints
from supervision.doubts import ALIKE, BANDS, NEAR, Print, bands, metres, neighbours
from tests.handlers.test_checklist_doubts import drawn, jpeg

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_process_of_its_own_takes_the_fingerprints_of_good_and_bad_files(tmp_path: Path):
    picture, plain = drawn(1), Image.new("RGB", (400, 300), (9, 9, 9))
    files = [jpeg(picture), jpeg(picture.resize((320, 240)), 50), jpeg(drawn(2)), jpeg(plain), b"\xff\xd8broken", b""]
    paths = [tmp_path / str(at) for at in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    found = await apart.run(60, fingerprints, [*map(str, paths), str(tmp_path / "none")])
    assert found[3:] == [None, None, None, None]
    one, small, other = (Print.read(*hashes) for hashes in found[:3] if hashes is not None)
    assert one.is_near(small)
    assert not one.is_near(other)


def test_a_serving_process_never_loads_what_fingerprints_need():
    large = {"PIL", "imagehash", "numpy", "openpyxl", "scipy", "segno", "zxingcpp"}
    code = f"import sys, bot.app, bot.background.likeness; print({large} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_whatever_bits_differ_up_to_the_most_a_band_finds_it():
    bits = 0x0123456789ABCDEF
    for spread in range(BANDS):
        changed = bits
        for n in range(NEAR):  # as evenly over the bands as can be: the worst there is
            changed ^= 1 << ((n + spread) % BANDS * 16 + n)
        assert Print(bits, 0).is_near(Print(changed, 0))
        assert any(band in neighbours(mine) for band, mine in zip(bands(changed), bands(bits), strict=True))
    assert not Print(bits, 0).is_near(Print(bits ^ ((1 << NEAR + 1) - 1), 0))
    assert not Print(bits, 0).is_near(Print(bits, (1 << ALIKE + 1) - 1))


def test_distances_are_those_of_the_earth():
    assert round(metres((30.25, 120.17), (30.25, 120.17))) == 0
    assert 27_700 < metres((30.0, 120.17), (30.25, 120.17)) < 27_900
    assert 20_000_000 < metres((0.0, 0.0), (0.0, 180.0)) < 20_020_000
