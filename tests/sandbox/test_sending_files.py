"""Pictures and files in both upload dialects: what is kept, what is changed, what is refused."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.sandbox.conftest import Aiogram, picture

if TYPE_CHECKING:
    import aiohttp

    from sandbox.botapi import Incoming, Perform
    from sandbox.server import Sandbox
    from tests.sandbox.conftest import Hand, Library


def _with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "督导相机"
    exif.get_ifd(0x8825)[2] = (30.0, 16.0, 12.0)
    return picture(1600, 900, exif=exif)


async def test_a_photo_loses_its_metadata_and_comes_in_sizes(library: Library, person: Hand) -> None:
    original = _with_exif()
    sent = await library.call("send_photo", chat_id=person.id, photo=library.file(original, "a.jpg"), caption="签到表")
    sizes = [(one["width"], one["height"]) for one in sent["photo"]]
    assert sizes == [(51, 90), (180, 320), (450, 800), (720, 1280)]
    assert sent["caption"] == "签到表"
    got = await library.download(sent["photo"][-1]["file_id"])
    assert len(got) == sent["photo"][-1]["file_size"]
    with Image.open(io.BytesIO(got)) as image:
        assert image.size == (720, 1280)
        assert not image.getexif()
    assert "督导相机".encode() not in got


async def test_a_document_is_kept_byte_for_byte(library: Library, person: Hand) -> None:
    original = _with_exif()
    sent = await library.call("send_document", chat_id=person.id, document=library.file(original, "现场 1.jpg"))
    assert sent["document"]["file_name"] == "现场 1.jpg"
    assert sent["document"]["mime_type"] == "image/jpeg"
    assert await library.download(sent["document"]["file_id"]) == original


async def test_voice_and_video_are_kept_with_their_length(library: Library, person: Hand) -> None:
    voice = await library.call("send_voice", chat_id=person.id, voice=library.file(b"OggS" * 9, "v.ogg"), duration=7)
    assert (voice["voice"]["duration"], voice["voice"]["mime_type"]) == (7, "audio/ogg")
    video = await library.call(
        "send_video", chat_id=person.id, video=library.file(b"ftyp" * 9, "v.mp4"), width=640, height=360, caption="看"
    )
    assert (video["video"]["width"], video["caption"]) == (640, "看")


async def test_a_file_can_be_sent_again_by_its_id(library: Library, person: Hand) -> None:
    first = await library.call("send_photo", chat_id=person.id, photo=library.file(picture(), "a.jpg"))
    again = await library.call("send_photo", chat_id=person.id, photo=first["photo"][0]["file_id"])
    assert again["photo"] == first["photo"]
    with pytest.raises(library.refusals.bad_request, match="(?i)can't use file of type Photo as Document"):
        await library.call("send_document", chat_id=person.id, document=first["photo"][0]["file_id"])


async def test_an_album_is_separate_messages_with_one_group(library: Library, person: Hand) -> None:
    media = [library.media("photo", library.file(picture(400 + n), f"{n}.jpg"), f"第{n}张") for n in range(3)]
    sent = await library.call("send_media_group", chat_id=person.id, media=media)
    assert [one["caption"] for one in sent] == ["第0张", "第1张", "第2张"]
    assert len({one["media_group_id"] for one in sent}) == 1
    assert [one["photo"][-1]["width"] for one in sent] == [400, 401, 402]
    shown = (await person.chat())["messages"][-3:]
    assert len({one["album"] for one in shown}) == 1


async def test_documents_are_not_mixed_into_an_album(library: Library, person: Hand) -> None:
    media = [
        library.media("photo", library.file(picture(), "a.jpg")),
        library.media("document", library.file(b"x", "b")),
    ]
    with pytest.raises(library.refusals.bad_request, match="(?i)document can't be mixed with other media types"):
        await library.call("send_media_group", chat_id=person.id, media=media)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"this is no picture", "IMAGE_PROCESS_FAILED"),
        (picture()[:3000], "IMAGE_PROCESS_FAILED"),
        (picture(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (picture(9000, 1100, "PNG"), "PHOTO_INVALID_DIMENSIONS"),
    ],
    ids=["text", "half a picture", "too narrow", "too large"],
)
async def test_what_is_no_photo_is_refused(library: Library, person: Hand, content: bytes, reason: str) -> None:
    with pytest.raises(library.refusals.bad_request, match=f"(?i){reason}"):
        await library.call("send_photo", chat_id=person.id, photo=library.file(content, "a.jpg"))


async def test_a_photo_over_ten_megabytes_is_refused(library: Library, person: Hand) -> None:
    with pytest.raises(library.refusals.bad_request, match="(?i)too big"):
        await library.call("send_photo", chat_id=person.id, photo=library.file(bytes(10 * 1024 * 1024 + 1), "a.jpg"))


async def test_a_file_over_twenty_megabytes_cannot_be_fetched(library: Library, person: Hand) -> None:
    _, sent = await person.upload("document", [("大.bin", bytes(20 * 1024 * 1024 + 1), "application/octet-stream")])
    update = (await library.call("get_updates"))[0]
    assert update["message"]["document"]["file_size"] == 20 * 1024 * 1024 + 1
    assert sent["messages"][0]["document"]["name"] == "大.bin"
    with pytest.raises(library.refusals.bad_request, match="(?i)file is too big"):
        await library.call("get_file", file_id=update["message"]["document"]["file_id"])


async def test_a_wrong_file_id_is_refused(library: Library, person: Hand) -> None:
    with pytest.raises(library.refusals.bad_request, match="(?i)invalid file_id"):
        await library.call("get_file", file_id="AgADBAADxxx")
    with pytest.raises(library.refusals.bad_request, match="(?i)wrong file identifier"):
        await library.call("send_photo", chat_id=person.id, photo="AgADBAADxxx")
    with pytest.raises(library.refusals.bad_request, match="(?i)failed to get HTTP URL content"):
        await library.call("send_photo", chat_id=person.id, photo="https://example.org/a.jpg")


async def test_a_caption_over_1024_is_refused(library: Library, person: Hand) -> None:
    with pytest.raises(library.refusals.bad_request, match="(?i)message caption is too long"):
        await library.call("send_document", chat_id=person.id, document=library.file(b"x", "a"), caption="督" * 1025)


async def test_a_caption_is_parsed_like_a_text(library: Library, person: Hand) -> None:
    sent = await library.call(
        "send_document", chat_id=person.id, document=library.file(b"x", "a"), caption="<i>督</i>", parse_mode="HTML"
    )
    assert [(one["type"], one["offset"], one["length"]) for one in sent["caption_entities"]] == [("italic", 0, 1)]
    assert (await person.chat())["messages"][-1]["caption_html"] == "<i>督</i>"


async def test_over_fifty_megabytes_are_refused_with_413(
    sandbox: Sandbox, person: Hand, http: aiohttp.ClientSession
) -> None:
    size = 52 * 1024 * 1024
    head = b'--b\r\nContent-Disposition: form-data; name="document"; filename="a"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    url = f"{sandbox.url}/bot{sandbox.token}/sendDocument?chat_id={person.id}"
    async with http.post(url, data=io.BytesIO(head + bytes(size) + b"\r\n--b--\r\n"), headers=headers) as answer:
        assert answer.status == 413
        assert (await answer.json())["description"] == "Request Entity Too Large"


async def test_a_download_needs_the_token_and_a_known_path(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    file = sandbox.world.files.add("document", b"secret", "a.txt")
    for address, status in (
        (f"/file/bot{sandbox.token}/{file.path}", 200),
        (f"/file/bot1:wrong/{file.path}", 401),
        (f"/file/bot{sandbox.token}/documents/../../etc/passwd", 404),
        (f"/file/bot{sandbox.token}/documents/file_99.txt", 404),
    ):
        async with http.get(sandbox.url + address) as answer:
            assert answer.status == status


async def test_the_two_dialects_differ_on_the_wire(library: Library, person: Hand, sandbox: Sandbox) -> None:
    seen: list[tuple[bool, list[str]]] = []

    async def look(incoming: Incoming, perform: Perform) -> object:
        assert incoming.request is not None
        chunked = "Content-Length" not in incoming.request.headers
        seen.append((chunked, list(incoming.sent.files)))
        return await perform(incoming)

    sandbox.bot_api.add_layer(look)
    await library.call("send_photo", chat_id=person.id, photo=library.file(picture(), "a.jpg"))
    chunked, names = seen[0]
    if isinstance(library, Aiogram):
        assert chunked
        assert names != ["photo"]
    else:
        assert not chunked
        assert names == ["photo"]
