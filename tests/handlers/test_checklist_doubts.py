"""A picture that was used before, is older than the visit or comes from elsewhere is asked about; nobody is accused."""

from __future__ import annotations

import io
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from PIL import ExifTags, Image, ImageDraw, ImageFilter

from bot.background.comparing import Comparer, Taken
from storage.campaign import campaigns
from storage.campaign.campaigns import Group, Unit
from storage.files import evidence as evidences
from storage.files import pictures
from storage.files.exif import exif_of
from storage.files.pictures import Fingerprint
from storage.people import Role
from storage.vault import verification
from tests.handlers.site import Site, add_unit, button, card, plan, site

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handlers.phone import Bench, Phone

HERE = (30.25, 120.17)


def drawn(seed: int) -> Image.Image:
    """A picture like no other: shapes on a ground."""
    draw = Random(seed)  # noqa: S311 - to be made again, not to be secret
    made = Image.new("RGB", (640, 480), tuple(draw.randrange(256) for _ in range(3)))
    pen = ImageDraw.Draw(made)
    for _ in range(24):
        x, y = draw.randrange(600), draw.randrange(440)
        box = (x, y, x + draw.randrange(30, 260), y + draw.randrange(30, 220))
        pen.rectangle(box, fill=tuple(draw.randrange(256) for _ in range(3)))
    return made.filter(ImageFilter.GaussianBlur(1))


def jpeg(picture: Image.Image, quality: int = 87, exif: Image.Exif | None = None) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, **({"exif": exif} if exif is not None else {}))
    return file.getvalue()


def exif(taken: str = "", place: tuple[float, float] | None = None) -> Image.Exif:
    made = Image.Exif()
    if taken:
        made[ExifTags.Base.DateTime] = taken
    if place:
        gps = made.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (place[0], 0.0, 0.0)
        gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (place[1], 0.0, 0.0)
    return made


async def came(bench: Bench, *files: bytes) -> None:
    """Let the files of what was sent last come home, as the downloader does, and have everything looked at."""
    async with bench.database.begin() as db:
        rows = (await db.scalars(sa.select(evidences.Evidence).where(evidences.Evidence.state == "waiting"))).all()
        assert len(rows) == len(files)
        for one, data in zip(rows, files, strict=True):
            stored = await bench.blobs.put_bytes(data)
            one.stored(stored.sha256, stored.size, exif_of(bench.blobs.path(stored.sha256)))
            await pictures.put_in_line(db, one.id)
    await looked_at(bench)


async def here_and_now(_: float, take: Callable[[list[str]], Taken], paths: list[str]) -> Taken:
    """Take fingerprints without a process of their own, which would cost each of these tests a second."""
    return take(paths)


async def looked_at(bench: Bench) -> None:
    await Comparer(bench.database, bench.blobs, lambda: bench.now, far=2000, run=here_and_now).run_due()
    await bench.wait(seconds=1)


async def sends(phone: Phone, visit: int, item: int, data: bytes, **more: str) -> None:
    """Send a picture for one item of a visit."""
    await phone.press(f"checklist.go:{visit}:{item}", 1)
    await phone.photo(**more)
    await came(phone.bench, data)


async def other(here: Site, group: str = "二组") -> int:
    row = await here.bench.group("二组")
    async with here.bench.database.begin() as db:
        if not (await campaigns.group_named(db, row.campaign_id, group)):
            db.add(Group(campaign_id=row.campaign_id, name=group))
    await add_unit(here.bench, "XS", "萧山项目党支部", 5, [], group)
    return await plan(here.bench, unit="XS", group=group)


@pytest.fixture
async def here(bench: Bench) -> Site:
    return await site(bench)


async def test_a_picture_used_on_another_visit_is_asked_about_and_kept_with_one_tap(here: Site):
    first, data = await other(here), jpeg(drawn(1))
    await sends(here.one, first, 3, data)
    before = len(here.one.screen)
    here.bench.now += timedelta(days=1)
    await sends(here.one, here.visit_id, 5, data)
    asked = here.one.last
    assert asked.text == (
        "浙江省区域管理公司党委\n第5题：10月21日 周三在萧山项目党支部第3题用过这张照片。\n请确认，情况属实吗？"
    )
    assert asked.picture
    assert asked.labels == ["是同一件事，保留", "拿回这张"]
    assert len(here.one.screen) > before
    await here.one.tap("保留")
    assert here.one.last.text == "✓ 已按您的确认保留1张。"
    async with here.bench.database.read() as db:
        (doubt,) = await pictures.doubts_of(db, here.visit_id)
        person = await here.bench.person(here.one)
        assert person is not None
        assert (doubt.answer, doubt.answered_by) == ("kept", person.id)
        found = await verification.Verification(db).run()
        assert found.breaks == []
    assert len(await here.pieces()) == 1


async def test_a_picture_taken_back_when_asked_is_gone_from_the_item_and_can_come_back(here: Site):
    data = jpeg(drawn(2))
    await sends(here.one, await other(here), 3, data)
    await sends(here.one, here.visit_id, 5, data)
    await here.one.tap("拿回")
    assert here.one.last.text == "✓ 已拿回1张。"
    assert await here.pieces() == []
    await here.one.tap("撤销", on=here.one.last)
    assert len(await here.pieces()) == 1


@pytest.mark.parametrize("how", ["resized", "saved again", "cut"])
async def test_a_picture_that_was_changed_a_little_is_known_again(here: Site, how: str):
    picture = drawn(3)
    changed = {
        "resized": jpeg(picture.resize((320, 240)), 60),
        "saved again": jpeg(picture, 30),
        "cut": jpeg(picture.crop((6, 4, 634, 476))),
    }
    await sends(here.one, await other(here), 3, jpeg(picture))
    await sends(here.one, here.visit_id, 5, changed[how])
    assert "用过相似的照片" in here.one.last.text


async def test_another_picture_is_not_asked_about(here: Site):
    await sends(here.one, await other(here), 3, jpeg(drawn(4)))
    shown = here.one.last.id
    await sends(here.one, here.visit_id, 5, jpeg(drawn(5)))
    assert "用过" not in here.one.last.text
    assert here.one.last.id > shown


async def test_a_picture_sent_twice_to_one_item_is_no_question_but_to_two_items_is(here: Site):
    data = jpeg(drawn(6))
    await sends(here.one, here.visit_id, 5, data)
    await sends(here.one, here.visit_id, 5, data)
    assert "用过" not in here.one.last.text
    await sends(here.one, here.visit_id, 6, data)
    assert "第6题：10月21日 周三在浙江省区域管理公司党委第5题用过这张照片。" in here.one.last.text


async def test_where_a_picture_was_used_is_not_said_to_who_may_not_know(here: Site):
    bench, data = here.bench, jpeg(drawn(7))
    visit = await other(here, "三组")
    stranger = await bench.let_in("督导员09", Role.inspector, group="三组")
    await sends(stranger, visit, 3, data)
    await sends(here.one, here.visit_id, 5, data)
    assert "第5题：这张照片以前用过。" in here.one.last.text
    assert "萧山" not in here.one.last.text


async def test_a_picture_older_than_the_visit_is_asked_about(here: Site):
    await sends(here.one, here.visit_id, 5, jpeg(drawn(8), exif=exif("2026:10:12 08:00:00")))
    assert "第5题：照片拍于10月12日 周一，早于本次督导开始。" in here.one.last.text
    assert here.one.last.labels == ["情况属实，保留", "拿回这张"]


async def test_a_picture_of_the_day_is_not_asked_about(here: Site):
    await sends(here.one, here.visit_id, 5, jpeg(drawn(9), exif=exif("2026:10:21 08:00:00")))
    assert "早于" not in here.one.last.text


async def located(here: Site) -> None:
    async with here.bench.database.begin() as db:
        await db.execute(sa.update(Unit).values(latitude=HERE[0], longitude=HERE[1]))


@pytest.mark.parametrize(("latitude", "asked"), [(30.0, True), (30.25, False)])
async def test_a_picture_or_place_far_from_the_unit_is_asked_about(here: Site, latitude: float, asked: bool):
    await located(here)
    await here.at(5)
    await here.one.place(latitude, HERE[1])
    await looked_at(here.bench)
    assert ("第5题：拍摄地点距单位约28公里。" in here.one.last.text) is asked


async def test_the_place_in_a_picture_counts(here: Site):
    await located(here)
    await sends(here.one, here.visit_id, 5, jpeg(drawn(10), exif=exif(place=(31.0, 121.0))))
    assert "拍摄地点距单位约115公里" in here.one.last.text


async def test_several_pictures_are_asked_about_in_one_message_and_one_by_one_if_wanted(here: Site):
    files = [jpeg(drawn(seed)) for seed in (11, 12, 13)]
    first = await other(here)
    for number in (first, here.visit_id):
        await here.one.press(f"checklist.go:{number}:5", 1)
        for _ in files:
            await here.one.photo()
        await came(here.bench, *files)
    assert here.one.last.labels == ["都保留", "都拿回", "逐张看"]
    await here.one.tap("逐张看")
    single = [shown for shown in here.one.bot_said if shown.labels == ["是同一件事，保留", "拿回这张"]]
    assert len(single) == 3
    await here.one.tap("拿回", on=single[0])
    await here.one.tap("保留", on=single[1])
    assert len(await here.pieces()) == 2


async def test_a_question_that_was_answered_is_not_answered_again(here: Site):
    data = jpeg(drawn(14))
    await sends(here.one, await other(here), 3, data)
    await sends(here.one, here.visit_id, 5, data)
    asked = here.one.last
    keep = button(asked, "保留")
    await here.one.press(keep.replace("confirm", "retract"), asked.id)
    await here.one.press(keep, asked.id)
    assert await here.pieces() == []


async def test_a_colleague_cannot_answer_for_the_sender(here: Site):
    data = jpeg(drawn(15))
    await sends(here.one, await other(here), 3, data)
    await sends(here.one, here.visit_id, 5, data)
    await here.two.press(button(here.one.last, "拿回"), here.one.last.id)
    assert len(await here.pieces()) == 1


async def test_a_picture_that_no_process_survives_is_left_alone(here: Site):
    await here.at(5)
    await here.one.photo()
    async with here.bench.database.begin() as db:
        (piece,) = (await db.scalars(sa.select(evidences.Evidence))).all()
        await pictures.put_in_line(db, piece.id)
        for _ in range(pictures.ATTEMPTS):
            assert await pictures.due(db, here.bench.now, 5)
            here.bench.now += pictures.LEASE
        assert await pictures.due(db, here.bench.now, 5) == []
        assert not await pictures.anything_due(db, here.bench.now)
        line = await db.get(Fingerprint, piece.id)
        assert line is not None
        assert (line.bits, line.wide) == (None, None)


async def test_why_a_piece_is_removed_is_asked_and_a_sentence_will_do(here: Site):
    await here.at(5)
    await here.one.photo()
    await here.at(5)
    await here.one.tap("📎")
    await here.one.tap("移除")
    assert card(here.one).labels == ["发错了", "重复发送", "看不清", "不属于这一题", "先留着"]
    await here.one.text("拍到了无关人员")
    assert "✓ 已移除：照片1张" in card(here.one).text
    async with here.bench.database.read() as db:
        (piece,) = (await db.scalars(sa.select(evidences.Evidence))).all()
    assert piece.removed_why == "拍到了无关人员"
    assert "拍到了无关人员" not in (await here.answers()).values()


async def test_a_person_is_told_once_that_a_file_keeps_time_and_place(here: Site):
    await here.at(1)
    await here.one.photo()
    assert "可保留拍摄时间和地点" in card(here.one).text
    await here.at(1)
    await here.one.photo()
    assert "可保留拍摄时间和地点" not in card(here.one).text
    visit = await other(here)
    await here.one.press(f"checklist.go:{visit}:1", 1)
    await here.one.photo()
    assert "可保留拍摄时间和地点" not in card(here.one).text


async def test_a_picture_whose_time_and_place_cannot_be_taken_out_is_shown_to_its_sender_alone(here: Site):
    await here.at(5)
    await here.one.file(name="IMG_1.heic", mime="image/heic")
    await came(here.bench, b"\x00\x00\x00\x18ftypheic" + b"\x00" * 99)
    async with here.bench.database.read() as db:
        piece = await db.scalar(sa.select(evidences.Evidence))
    assert piece is not None
    await here.one.press(f"checklist.look:{here.visit_id}:{piece.id}", 1)
    assert here.one.last.document == piece.blob_sha256
    await here.two.press(f"checklist.look:{here.visit_id}:{piece.id}", 1)
    assert "cannot be taken out" in here.two.toast
    assert here.two.bot_said == []


async def test_what_is_filmed_or_goes_under_another_name_is_shared_without_its_place(here: Site):
    await here.at(5)
    await here.one.file(name="IMG_1.dat", mime="application/octet-stream")
    said = Image.Exif()
    said[ExifTags.Base.Make] = "Kamera"
    file = io.BytesIO()
    drawn(1).save(file, "JPEG", exif=said.tobytes())
    assert b"Kamera" in file.getvalue()
    await came(here.bench, file.getvalue())
    await here.one.file(name="VID_1.mkv", mime="video/x-matroska")
    await came(here.bench, b"\x1a\x45\xdf\xa3" + b"Hangzhou" * 9)
    async with here.bench.database.read() as db:
        picture, film = (await db.scalars(sa.select(evidences.Evidence).order_by(evidences.Evidence.id))).all()
    await here.two.press(f"checklist.look:{here.visit_id}:{picture.id}", 1)
    shared = here.bench.blobs.find(here.two.last.document).read_bytes()
    assert shared.startswith(b"\xff\xd8")
    assert b"Kamera" not in shared
    await here.two.press(f"checklist.look:{here.visit_id}:{film.id}", 1)
    assert "cannot be taken out" in here.two.toast
