"""How an update of either library becomes an event of ours.

Both libraries parse the Bot API's JSON into objects with the same attribute names, so the reading is written once and
checked by mypy against both. They are imported for their types only: at run time there is just the one that was chosen.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypedDict

from bot.drivers.formatted import html_of
from bot.drivers.soundness import sound
from handlers.chat import Event, File, Membership, Moved, Other, Photo, Place, Sender, Tap, Text, Video, Voice

if TYPE_CHECKING:
    import aiogram.types
    import telegram

    from bot.drivers.driver import Clock, Raw

    AnyUpdate = aiogram.types.Update | telegram.Update
    AnyMessage = aiogram.types.Message | telegram.Message
    AnyTap = aiogram.types.CallbackQuery | telegram.CallbackQuery
    AnyMembership = aiogram.types.ChatMemberUpdated | telegram.ChatMemberUpdated
    AnyUser = aiogram.types.User | telegram.User
    AnyTimed = (
        aiogram.types.Voice
        | aiogram.types.Audio
        | aiogram.types.Video
        | aiogram.types.VideoNote
        | telegram.Voice
        | telegram.Audio
        | telegram.Video
        | telegram.VideoNote
    )

_OTHER_KINDS = ("sticker", "poll", "contact", "dice", "game", "story", "paid_media", "checklist", "invoice", "giveaway")
_SERVICE = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "chat_shared",
    "gift",
    "unique_gift",
    "connected_website",
    "write_access_allowed",
    "passport_data",
    "proximity_alert_triggered",
    "boost_added",
    "chat_background_set",
    "checklist_tasks_done",
    "checklist_tasks_added",
    "web_app_data",
    "migrate_from_chat_id",
    "suggested_post_paid",
    "suggested_post_refunded",
    "paid_message_price_changed",
)
MOST_BUTTONS = 24
"""Buttons of a message that is answered which are looked at: no screen of ours that takes an answer has more."""

_SHUT_OUT = ("kicked", "left")
_OF_A_CARD = ("message_id", "date", "chat")


class _About(TypedDict):
    """What every message has."""

    chat_id: int
    at: datetime
    sender: Sender | None
    private: bool
    message_id: int
    forwarded: bool
    edited: bool
    reply_to: int | None
    reply_buttons: str


class _Lying(TypedDict):
    """What every file has."""

    file_id: str
    unique_id: str
    size: int
    caption: str
    album_id: str
    html: str


def bare(raw: Raw) -> Raw:
    """Return an update without what no event is made of: a tap brings along the whole card that was tapped."""
    tap = raw.get("callback_query")
    message = tap.get("message") if isinstance(tap, dict) else None
    if not isinstance(tap, dict) or not isinstance(message, dict):
        return raw
    return raw | {"callback_query": tap | {"message": {one: message[one] for one in _OF_A_CARD if one in message}}}


def event_of(update: AnyUpdate, clock: Clock) -> Event | None:
    """Say what happened; None when it is nothing we take. A tap carries no time of its own, so it gets the clock's.

    Raises Unsound, or whatever an attribute of the wrong type leads to, for an update that Telegram never made.
    """
    event = _event(update, clock)
    return None if event is None else sound(event)


def _event(update: AnyUpdate, clock: Clock) -> Event | None:
    if update.callback_query is not None:
        return _tap(update.callback_query, clock())
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    if update.message is not None:
        return _message(update.message, edited=False)
    if update.edited_message is not None:
        return _message(update.edited_message, edited=True)
    return None


def _tap(tap: AnyTap, now: datetime) -> Tap | None:
    message = tap.message
    if message is None or tap.data is None:
        return None  # a button of an inline message or of a game: we send neither
    return Tap(
        chat_id=message.chat.id,
        at=now,
        sender=_sender(tap.from_user),
        private=message.chat.type == "private",
        data=tap.data,
        message_id=message.message_id,
        callback_id=tap.id,
    )


def _membership(change: AnyMembership) -> Membership:
    return Membership(
        chat_id=change.chat.id,
        at=_utc(change.date),
        sender=_sender(change.from_user),
        private=change.chat.type == "private",
        blocked=change.new_chat_member.status in _SHUT_OUT,
    )


def _message(message: AnyMessage, *, edited: bool) -> Event | None:
    private = message.chat.type == "private"
    changed = message.edit_date if edited else None
    at = _utc(message.date if changed is None else changed)
    if message.migrate_to_chat_id is not None:
        return Moved(chat_id=message.chat.id, at=at, private=private, to_chat_id=message.migrate_to_chat_id)
    about: _About = {
        "chat_id": message.chat.id,
        "at": at,
        "sender": None if message.from_user is None else _sender(message.from_user),
        "private": private,
        "message_id": message.message_id,
        "forwarded": message.forward_origin is not None,
        "edited": edited,
        "reply_to": None if message.reply_to_message is None else message.reply_to_message.message_id,
        "reply_buttons": "" if message.reply_to_message is None else _carried(message.reply_to_message),
    }
    if message.text is not None:
        return Text(**about, text=message.text, html=html_of(message.text, message.entities))
    if message.location is not None:  # a venue has its location here too
        place = message.location
        accuracy = place.horizontal_accuracy
        return Place(**about, latitude=place.latitude, longitude=place.longitude, accuracy=accuracy)
    return _attachment(message, about) or _other(message, about)


def _carried(message: AnyMessage) -> str:
    """Return what the first buttons of a message carry, one a line."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else ()
    carried = [str(button.callback_data) for row in rows for button in row if button.callback_data]
    return "\n".join(carried[:MOST_BUTTONS])


def _attachment(message: AnyMessage, about: _About) -> Event | None:
    def lying(file_id: str, unique_id: str, size: int | None) -> _Lying:
        return {
            "file_id": file_id,
            "unique_id": unique_id,
            "size": size or 0,
            "caption": message.caption or "",
            "album_id": message.media_group_id or "",
            "html": html_of(message.caption or "", message.caption_entities),
        }

    if message.photo:
        best = message.photo[-1]  # Telegram lists the sizes from the smallest to the largest
        return Photo(**about, **lying(best.file_id, best.file_unique_id, best.file_size), mime="image/jpeg")
    if message.document is not None:  # an animation has its document here too
        file = message.document
        where = lying(file.file_id, file.file_unique_id, file.file_size)
        return File(**about, **where, mime=file.mime_type or "", name=file.file_name or "")
    sound = message.voice or message.audio
    if sound is not None:
        where = lying(sound.file_id, sound.file_unique_id, sound.file_size)
        name = (message.audio and message.audio.file_name) or ""
        return Voice(**about, **where, mime=sound.mime_type or "", name=name, duration=_seconds(sound))
    film = message.video or message.video_note
    if film is not None:
        where = lying(film.file_id, film.file_unique_id, film.file_size)
        mime = (message.video and message.video.mime_type) or "video/mp4"
        name = (message.video and message.video.file_name) or ""
        return Video(**about, **where, mime=mime, name=name, duration=_seconds(film))
    return None


def _other(message: AnyMessage, about: _About) -> Other | None:
    """Name what cannot be taken, so that a person is told; keep silent about what Telegram itself wrote."""
    for kind in _OTHER_KINDS:
        if getattr(message, kind, None) is not None:
            return Other(**about, what=kind)
    if not about["private"] or any(getattr(message, kind, None) is not None for kind in _SERVICE):
        return None
    return Other(**about, what="unknown")  # newer than the library


def _seconds(media: AnyTimed) -> int:
    # PTB is moving its durations from int to timedelta and warns whoever reads the attribute; its dict has the number.
    length = media.duration if not hasattr(media, "to_dict") else media.to_dict()["duration"]
    return int(length)


def _sender(user: AnyUser) -> Sender:
    return Sender(id=user.id, name=user.full_name, language=user.language_code or "")


def _utc(moment: datetime | int) -> datetime:
    return datetime.fromtimestamp(moment, UTC) if isinstance(moment, int) else moment.astimezone(UTC)
