"""A code is read from a photo on a visit: the card says that it is being read, and goes on when it has been."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from bot.background.download import Downloader
from storage.files.codes import codes_in
from tests.handlers.desk import Files
from tests.handlers.site import Site, card, complaint, site, title

if TYPE_CHECKING:
    from pathlib import Path

    from tests.handlers.phone import Bench

LABELLED = """
| survey | | | | | |
| | type | name | label | constraint | constraint_message |
| | barcode | code | 设备编号 | string-length(.) > 3 | 编号不会这么短。 |
| | integer | age | 用了几年 | | |
| settings | | | |
| | form_title | form_id | version |
| | 设备 | gear | 1 |
"""


def drawn(*codes: str) -> Image.Image:
    """A photo of labels with these codes on them, one under the other."""
    paper = Image.new("L", (900, 420 * max(1, len(codes))), 210)
    for at, code in enumerate(codes):
        kind = zxingcpp.BarcodeFormat.EAN13 if code.isdigit() and len(code) == 13 else zxingcpp.BarcodeFormat.QRCode
        made = memoryview(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(code, kind), scale=5))
        paper.paste(Image.frombytes("L", (made.shape[1], made.shape[0]), made.tobytes()), (60, 420 * at + 30))
    return paper


def photographed(*codes: str) -> bytes:
    """The same as a JPEG."""
    buffer = BytesIO()
    drawn(*codes).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


async def shoot(here: Site, content: bytes) -> Files:
    """Send a photo; it lies at Telegram until it comes :func:`home`."""
    await here.one.photo(file_id="shot")
    return Files({"shot": content})


async def home(here: Site, files: Files) -> None:
    """Let photos come home, be looked at, and their news arrive."""
    bench = here.bench
    await Downloader(bench.database, files, bench.blobs, lambda: bench.now).run_due()  # type: ignore[arg-type] # of the driver it only downloads
    await bench.wait(seconds=1)


async def gear(bench: Bench) -> Site:
    here = await site(bench, LABELLED)
    await here.enter()
    assert "条码" in card(here.one).text
    return here


async def test_a_code_is_read_from_a_photo_and_the_walk_goes_on(bench: Bench):
    here = await gear(bench)
    files = await shoot(here, photographed("6901234567892"))
    assert "正在读码" in card(here.one).text
    assert title(here.one) == "1. 设备编号"
    await home(here, files)
    assert (await here.answers())["code"] == "6901234567892"
    assert "✓ 读到：设备编号 6901234567892" in card(here.one).text
    assert title(here.one) == "2. 用了几年"
    await here.one.tap("↶ 撤销")
    assert "code" not in await here.answers()
    assert await here.pieces() == []


async def test_of_several_codes_in_a_photo_one_is_chosen(bench: Bench):
    here = await gear(bench)
    files = await shoot(here, photographed("6901234567892", "GEAR-0042"))
    await home(here, files)
    assert "照片里有 2 个码，记哪一个？" in card(here.one).text
    await here.one.tap("GEAR-0042")
    assert (await here.answers())["code"] == "GEAR-0042"
    assert title(here.one) == "2. 用了几年"


async def test_a_photo_without_a_code_says_what_to_do_and_typing_goes_on(bench: Bench):
    here = await gear(bench)
    files = await shoot(here, photographed())
    await home(here, files)
    assert complaint(here.one) == "照片里没有读到码。请靠近些、光线好些再拍一张，或直接输入。"
    assert title(here.one) == "1. 设备编号"
    await here.one.text("A-77")
    assert (await here.answers())["code"] == "A-77"


async def test_what_the_form_forbids_is_told_with_what_was_read(bench: Bench):
    here = await gear(bench)
    files = await shoot(here, photographed("A1"))
    await home(here, files)
    assert complaint(here.one) == "读到「A1」。编号不会这么短。"
    assert "code" not in await here.answers()


async def test_who_has_gone_on_meanwhile_is_told_beside_the_card(bench: Bench):
    here = await gear(bench)
    files = await shoot(here, photographed("6901234567892"))
    await here.one.tap("▶")
    await home(here, files)
    assert (await here.answers())["code"] == "6901234567892"
    assert "第1题" in here.one.last.text
    await here.one.text("3")
    assert (await here.answers())["age"] == "3", "the question that was on screen still is"


async def test_what_was_typed_meanwhile_stays(bench: Bench):
    here = await gear(bench)
    files = await shoot(here, photographed("6901234567892"))
    await here.one.text("A-77")
    await home(here, files)
    assert (await here.answers())["code"] == "A-77"
    assert "读到" not in here.one.last.text


async def test_an_old_choice_of_codes_changes_nothing(bench: Bench):
    here = await gear(bench)
    files = await shoot(here, photographed("6901234567892", "GEAR-0042"))
    await home(here, files)
    shown = card(here.one)
    data = next(one.data for row in shown.buttons for one in row if one.label == "GEAR-0042")
    await here.one.text("A-77")
    await here.one.press(data, shown.id)
    assert (await here.answers())["code"] == "A-77"
    await here.one.press(data.rpartition(":")[0] + ":9", shown.id)
    assert (await here.answers())["code"] == "A-77"


@pytest.mark.parametrize("turned", [0, 90, 180, 12])
def test_a_code_is_read_however_the_telephone_was_held(tmp_path: Path, turned: int):
    drawn("6901234567892").rotate(turned, expand=True, fillcolor=210).save(tmp_path / "shot.jpg")
    assert codes_in(tmp_path / "shot.jpg") == ["6901234567892"]


def test_what_is_no_picture_has_no_codes(tmp_path: Path):
    (tmp_path / "shot.jpg").write_bytes(b"\xff\xd8\xff" + b"0" * 500)
    assert codes_in(tmp_path / "shot.jpg") == []


def test_a_code_on_a_large_dark_photo_is_found(tmp_path: Path):
    paper = Image.new("L", (4000, 3000), 90)
    ImageDraw.Draw(paper).rectangle((0, 0, 4000, 900), fill=40)
    paper.paste(drawn("GEAR-0042"), (1500, 1400))
    paper.save(tmp_path / "shot.jpg")
    assert codes_in(tmp_path / "shot.jpg") == ["GEAR-0042"]
