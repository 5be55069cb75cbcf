"""Pictures that burst, lie or are something else, and file names that want to be somewhere else."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from PIL import Image, PngImagePlugin

from handlers.chat import Say
from sandbox.client import Phone
from sandbox.server import Sandbox
from storage.files.blobs import Blobs
from storage.files.evidence import Evidence
from storage.files.exif import exif_of
from storage.files.filenames import MOST_BYTES, harmless
from tests.hostile.arena import DRIVERS, MORNING, many
from tests.hostile.words import EVERY, PATHS

if TYPE_CHECKING:
    from collections.abc import Callable

HOUSE = Path(__file__).parents[2]
SIDE = 13_000
MOST_MIB = 250


def saved(kind: str, size: tuple[int, int] = (64, 48), **more: object) -> bytes:
    """A sound picture of one kind."""
    written = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(written, kind, **more)
    return written.getvalue()


def lying_jpeg(*, progressive: bool) -> bytes:
    """A small JPEG that says it is enormous."""
    made = bytearray(saved("JPEG", progressive=progressive))
    at = made.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    made[at + 5 : at + 9] = struct.pack(">HH", SIDE, SIDE)
    return bytes(made)


def png(side: int, *, depth: int = 1, chunks: tuple[tuple[bytes, bytes], ...] = ()) -> bytes:
    """A black PNG of very many pixels in very few bytes, all of it true."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    packer, row = zlib.compressobj(9), bytes(1 + (side * depth + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">II", side, side) + bytes((depth, 0, 0, 0, 0))
    parts = [chunk(b"IHDR", head), *(chunk(*one) for one in chunks), chunk(b"IDAT", packed), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def many_scans() -> bytes:
    """A progressive JPEG whose last pass is repeated thousands of times."""
    written = io.BytesIO()
    Image.new("L", (4900, 4900)).save(written, "JPEG", progressive=True)
    made = written.getvalue()
    at, end = made.rindex(b"\xff\xda"), made.rindex(b"\xff\xd9")
    return made[:at] + made[at:end] * 3000 + made[end:]


def lying_gif() -> bytes:
    made = bytearray(saved("GIF"))
    made[6:10] = struct.pack("<HH", 60_000, 60_000)
    return bytes(made)


def lying_bmp() -> bytes:
    made = bytearray(saved("BMP"))
    made[18:26] = struct.pack("<ii", SIDE, SIDE)
    return bytes(made)


def lying_tiff() -> bytes:
    made = saved("TIFF")
    return made.replace(struct.pack("<HHII", 256, 4, 1, 64), struct.pack("<HHII", 256, 4, 1, 2**31)).replace(
        struct.pack("<HHIHH", 256, 3, 1, 64, 0), struct.pack("<HHII", 256, 4, 1, 2**31)
    )


BOMBS: dict[str, Callable[[], bytes]] = {
    "a PNG of 169 million pixels": lambda: png(SIDE),
    "a PNG of a billion pixels": lambda: png(32_000),
    "a PNG of text that bursts": lambda: png(8, chunks=((b"zTXt", b"k\x00\x00" + zlib.compress(bytes(200_000_000))),)),
    "a PNG of a profile that bursts": lambda: png(8, chunks=((b"iCCP", b"k\x00\x00" + zlib.compress(bytes(10**8))),)),
    "a progressive JPEG that lies": lambda: lying_jpeg(progressive=True),
    "a plain JPEG that lies": lambda: lying_jpeg(progressive=False),
    "a JPEG of thousands of scans": many_scans,
    "a GIF that lies": lying_gif,
    "a BMP that lies": lying_bmp,
    "a TIFF that lies": lying_tiff,
}

LOOK = """
import resource, sys, time
from pathlib import Path
from storage.files.exif import exif_of
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
exif_of(Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, time.process_time())
"""


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_costs_little_memory_and_time(bomb: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[bomb]())
    assert path.stat().st_size < 20 * 2**20, "Telegram would not hand it out"
    # In a process of its own, whose largest size is the picture's doing.
    told = subprocess.run([sys.executable, "-c", LOOK, path], cwd=HOUSE, capture_output=True, text=True, check=True)
    kib, seconds = map(float, told.stdout.split())
    assert kib / 1024 < MOST_MIB
    assert seconds < 10, "processor time, whatever else the machine does"


def test_a_large_picture_is_not_taken_for_a_broken_one(tmp_path: Path) -> None:
    for name, made in (("a", png(SIDE)), ("b", lying_jpeg(progressive=True))):
        (tmp_path / name).write_bytes(made)
        assert exif_of(tmp_path / name) == {"width": SIDE, "height": SIDE}


# --- something else ---


def zipped() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr("../../evil.sh", "echo")
    return written.getvalue()


ELSE = {
    "a web page": b"<html><script>alert(1)</script></html>",
    "a drawing that runs": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(%pipe%id) (r) file\nshowpage\n",
    "a PDF": b"%PDF-1.7\n" + saved("JPEG"),
    "an archive": zipped(),
    "a program": b"\x7fELF" + bytes(200),
    "nothing": b"",
    "a byte": b"\xff",
    "zeros": bytes(5000),
    "a header and no more": b"\xff\xd8\xff\xe0",
    "PPM": b"P6 60000 60000 255\n",
    "ICNS": b"icns\x00\x00\x01\x00ic10" + bytes(300),
}
HYBRIDS = {
    "a JPEG with an archive behind it": saved("JPEG") + zipped(),
    "a GIF with a script behind it": saved("GIF") + b"<script>alert(1)</script>",
    "a PNG with a page in it": png(8, chunks=((b"tEXt", b"Comment\x00<script>alert(1)</script>"),)),
}


@pytest.mark.parametrize("what", ELSE)
def test_what_is_no_picture_is_not_opened_as_one(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caught = tmp_path / "it-ran"
    for program in ("gs", "gswin64c", "gswin32c"):
        trap = tmp_path / program
        trap.write_text(f"#!/bin/sh\necho $* >> {caught}\n")
        trap.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    path = tmp_path / "photo.jpg"
    path.write_bytes(ELSE[what])
    assert exif_of(path) is None
    assert not caught.exists(), "a picture started a program"


@pytest.mark.parametrize("what", HYBRIDS)
def test_what_is_also_something_else_is_a_picture_and_nothing_more(what: str, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(HYBRIDS[what])
    found = exif_of(path)
    assert found is not None
    assert set(found) == {"width", "height"}


def sound() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0110] = "phone"
    exif.get_ifd(0x8825)[2] = (30.0, 11.0, 2.5)
    words = PngImagePlugin.PngInfo()
    words.add_text("a", "b", zip=True)
    return [
        saved("JPEG", exif=exif.tobytes()),
        saved("JPEG", progressive=True),
        saved("PNG", pnginfo=words, exif=exif.tobytes()),
        saved("PNG", optimize=True),
        saved("WEBP", exif=exif.tobytes()),
        saved("GIF"),
        saved("BMP"),
        saved("TIFF"),
        saved("TIFF", compression="tiff_lzw"),
        saved("MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))]),
    ]


def spoilt(rng: Random, made: bytes) -> bytes:
    """A picture with some of its bytes gone, changed, repeated or moved."""
    body = bytearray(made)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(min(len(body), rng.choice((40, 400, len(body))))) if body else 0
        match rng.randrange(5):
            case 0:
                del body[at:]
            case 1:
                body[at : at + rng.randint(1, 4)] = rng.randbytes(rng.randint(1, 4))
            case 2:
                body[at:at] = body[at : at + rng.randint(1, 200)]
            case 3:
                body[at : at + 4] = rng.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\x00\x00\x00\x01"))
            case 4:
                del body[at : at + rng.randint(1, 60)]
    return bytes(body)


def test_no_spoilt_picture_is_too_odd_to_be_looked_at(tmp_path: Path) -> None:
    rng, path, pictures = Random(5), tmp_path / "spoilt", sound()  # noqa: S311 - to be made again, not to be secret
    for one in pictures:
        path.write_bytes(one)
        assert exif_of(path) is not None
    for _ in range(many(600)):
        path.write_bytes(spoilt(rng, rng.choice(pictures)))
        found = exif_of(path)
        assert found is None or found["width"] > 0


# --- names ---


@pytest.mark.parametrize("name", [*PATHS, *EVERY])
def test_a_file_name_is_made_harmless(name: str) -> None:
    made = harmless(name)
    assert len(made.encode()) <= MOST_BYTES
    assert not set(made) & set('/\\<>:"|?*\r\n\x00\u202e')
    assert made not in {".", ".."}
    assert not made.startswith((" ", "."))
    assert not made.endswith((" ", "."))
    assert made.isprintable()
    assert made.partition(".")[0].upper() not in {"CON", "NUL", "LPT1"}
    assert harmless(made) == made


def test_an_honest_file_name_stays_as_it_is() -> None:
    for name in ("台账（2026年）v2.final.xlsx", "a b.pdf", "Überblick.docx", "图 1.JPG", ".env"[1:], "合同"):
        assert harmless(name) == name


def test_a_long_file_name_keeps_its_suffix() -> None:
    assert harmless("名" * 200 + ".docx") == "名" * 58 + ".docx"
    assert harmless("x." + "y" * 300).startswith("x.yyy")


def test_a_name_of_which_nothing_is_left_is_made_of_the_number() -> None:
    piece = Evidence(visit_id=1, path="", kind="file", sender_id=1, sent_at=MORNING, name="../..")
    piece.id = 7
    assert piece.filename == "file-7"


def test_no_name_is_a_path_to_a_stored_file(tmp_path: Path) -> None:
    for name in (*PATHS, "0" * 63, "0" * 65, "A" * 64, "0" * 62 + "/a", "../" + "0" * 61, "0" * 64 + "\n"):
        with pytest.raises(ValueError, match="hexadecimal"):
            Blobs(tmp_path).path(name)


@pytest.mark.parametrize("driver", DRIVERS)
async def test_a_file_is_sent_back_whatever_it_was_called(driver: str, tmp_path: Path) -> None:
    async with Sandbox() as telegram:
        telegram.world.add_phone(4242, "督导员01", "zh-hans", "", None)
        opened = DRIVERS[driver](telegram.token, telegram.url)
        await opened.start()
        blobs = Blobs(tmp_path)
        stored = await blobs.put_bytes(b"what was sent")
        async with Phone(telegram.url, 4242) as phone:
            await phone.start()
            for at, name in enumerate((*PATHS, *EVERY[::7]), 1):
                piece = Evidence(visit_id=1, path="", kind="file", sender_id=1, sent_at=MORNING, name=name)
                piece.id = at
                say = Say(text="x", document=stored.sha256, filename=piece.filename)
                sent = await opened.send(4242, say, blobs.path)
                message = next(one for one in await phone.messages() if one["id"] == sent)
                assert message["document"]["name"] == piece.filename, ascii(name)
        await opened.close()
