"""The Bot API methods that put something new into a chat."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from aiogram.types import BufferedInputFile

from sandbox.calls import Call, caption_text, given, message_text, reply_target
from sandbox.errors import BadRequestError

if TYPE_CHECKING:
    from aiogram.methods import (
        SendChatAction,
        SendDocument,
        SendLocation,
        SendMediaGroup,
        SendMessage,
        SendPhoto,
        SendVideo,
        SendVoice,
    )

    from sandbox.files import Files, StoredFile
    from sandbox.model import Json

ALBUM_ITEMS = 10
ACTIONS = frozenset({
    "cancel", "typing", "record_video", "upload_video", "record_audio", "record_voice", "upload_audio",
    "upload_voice", "upload_photo", "upload_document", "choose_sticker", "pick_up_location", "find_location",
    "record_video_note", "upload_video_note",
})  # fmt: skip
SHOWN = {
    "document": ("name", "mime"),
    "voice": ("duration", "mime"),
    "video": ("width", "height", "duration", "name", "mime"),
}
MIMES = {"voice": "audio/ogg", "video": "video/mp4"}
LARGEST_LATITUDE = 90
LARGEST_LONGITUDE = 180
LARGEST_ACCURACY = 1500


async def send_message(call: Call[SendMessage]) -> Json:
    """Send a text."""
    args = call.args
    return _post(call, message_text(args.text, args.parse_mode, args.entities))


async def send_photo(call: Call[SendPhoto]) -> Json:
    """Send a picture, recompressed and without its metadata."""
    return await _send_media(call, "photo", call.args.photo)


async def send_document(call: Call[SendDocument]) -> Json:
    """Send a file byte for byte."""
    return await _send_media(call, "document", call.args.document)


async def send_voice(call: Call[SendVoice]) -> Json:
    """Send a voice note."""
    return await _send_media(call, "voice", call.args.voice)


async def send_video(call: Call[SendVideo]) -> Json:
    """Send a video."""
    return await _send_media(call, "video", call.args.video)


async def send_location(call: Call[SendLocation]) -> Json:
    """Send a place on the map."""
    args = call.args
    # Asked this way round, what is not a number at all is refused too.
    if not (abs(args.latitude) <= LARGEST_LATITUDE and abs(args.longitude) <= LARGEST_LONGITUDE):
        raise BadRequestError("wrong latitude or longitude specified")
    place: Json = {"latitude": args.latitude, "longitude": args.longitude}
    if args.horizontal_accuracy and 0 < args.horizontal_accuracy <= LARGEST_ACCURACY:
        place["horizontal_accuracy"] = args.horizontal_accuracy
    return _post(call, {"location": place})


async def send_media_group(call: Call[SendMediaGroup]) -> list[Json]:
    """Send an album: separate messages that share a media_group_id."""
    world, args = call.world, call.args
    if not args.media:
        raise BadRequestError("there are no messages to send")
    if len(args.media) > ALBUM_ITEMS:
        raise BadRequestError("too many messages to send as an album")
    kinds = {str(item.type) for item in args.media}
    if len(kinds) > 1 and "document" in kinds:
        raise BadRequestError("document can't be mixed with other media types")
    if kinds - {"photo", "video", "document"}:
        raise BadRequestError(f'can\'t parse InputMedia: type "{min(kinds - SHOWN.keys() - {"photo"})}" is unsupported')
    contents = [await media_content(world.files, str(item.type), item.media, item) for item in args.media]
    chat = world.chat_of(args.chat_id)
    reply_to = reply_target(chat, args)
    world.writable(chat)
    album = {"media_group_id": str(secrets.randbits(53))} if len(contents) > 1 else {}
    return [world.post(chat, {**album, **content, **_options(args)}, None, reply_to) for content in contents]


async def send_chat_action(call: Call[SendChatAction]) -> bool:
    """Show for five seconds that the bot is at work."""
    world, action = call.world, call.args.action.lower()
    if action not in ACTIONS:
        raise BadRequestError("wrong parameter action in request")
    chat = world.chat_of(call.args.chat_id)
    world.writable(chat)
    chat.action = None if action == "cancel" else (action, world.clock.seconds())
    world.changed(chat)
    return True


async def media_content(files: Files, kind: str, sent: object, args: Any) -> Json:  # noqa: ANN401 - a method or a medium
    """Return the part of a message that shows a picture or file with its caption; raises BadRequestError."""
    caption = caption_text(args)
    spoiler: Json = {"has_media_spoiler": True} if given(getattr(args, "has_spoiler", None)) else {}
    if kind == "photo":
        return {"photo": await _photo(files, sent), **caption, **spoiler}
    file = _file(files, kind, sent, args)
    return {kind: file.shown(*SHOWN[kind]), **caption, **spoiler}


async def _photo(files: Files, sent: object) -> list[Json]:
    if isinstance(sent, BufferedInputFile):
        return await files.add_photo(_bytes(sent))
    return files.sizes(_known(files, "photo", sent))


def _file(files: Files, kind: str, sent: object, args: Any) -> StoredFile:  # noqa: ANN401 - a method or a medium
    if not isinstance(sent, BufferedInputFile):
        return _known(files, kind, sent)
    measures = {name: int(given(getattr(args, name, None)) or 0) for name in ("width", "height", "duration")}
    name = "" if kind == "voice" else sent.filename or ""
    return files.add(kind, _bytes(sent), name, MIMES.get(kind, ""), measures)


def _bytes(sent: BufferedInputFile) -> bytes:
    if not sent.data:
        raise BadRequestError("file must be non-empty")
    return sent.data


def _known(files: Files, kind: str, sent: object) -> StoredFile:
    text = str(sent)
    if text.startswith(("http://", "https://")):
        # The offline Telegram has no internet to fetch from; the real one says the same when it cannot.
        raise BadRequestError("failed to get HTTP URL content")
    file = files.get(text)
    if file is None:
        raise BadRequestError("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise BadRequestError(f"can't use file of type {file.kind.capitalize()} as {kind.capitalize()}")
    return file


async def _send_media(call: Call[Any], kind: str, sent: object) -> Json:
    if sent is None or sent == "":
        raise BadRequestError(f"there is no {kind} in the request")
    world = call.world
    world.writable(world.chat_of(call.args.chat_id))
    return _post(call, await media_content(world.files, kind, sent, call.args))


def _post(call: Call[Any], content: Json) -> Json:
    world, args = call.world, call.args
    chat = world.chat_of(args.chat_id)
    reply_to = reply_target(chat, args)
    return world.post(chat, {**content, **_options(args)}, call.markup, reply_to)


def _options(args: Any) -> Json:  # noqa: ANN401 - any of the methods that send
    options: Json = {}
    if given(args.protect_content):
        options["has_protected_content"] = True
    if getattr(args, "message_effect_id", None):
        options["effect_id"] = args.message_effect_id
    return options
