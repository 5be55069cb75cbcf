"""Groups: made, joined, left, and moved to a supergroup, with the updates the bot gets for each.

A bot in privacy mode hears in a group only what is meant for it; :func:`hears` holds that rule and nothing else does.
Refusals are PhoneError, as everything here is done by people; only the bot's own leaving comes from the Bot API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import ChatMemberAdministrator

from sandbox.errors import PhoneError
from sandbox.model import Chat, Group

if TYPE_CHECKING:
    from sandbox.model import Json, Phone
    from sandbox.world import World

FIRST_GROUP_ID = -4_000_000_001
SUPERGROUP_IDS = -1_000_000_000_000
GIVEN = frozenset({
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_change_info",
    "can_invite_users", "can_pin_messages",
})  # fmt: skip
RIGHTS = {
    name: name in GIVEN
    for name, field in ChatMemberAdministrator.model_fields.items()
    if name.startswith(("can_", "is_")) and (field.is_required() or name in GIVEN)
}
"""What an administrator may do: every right the Bot API library insists on, those of ``GIVEN`` being given."""


def create(world: World, group: Group, bot: str) -> Chat:
    """Make a group of the members that ``group`` names, the first of them its creator; ``bot`` joins unless none."""
    for phone_id in group.members:
        _phone(world, phone_id)
    group.creator = group.members[0]
    chat = Chat(_free_id(world, group.kind), group=group)
    world.chats[chat.id] = chat
    _say(world, chat, _phone(world, group.creator), {f"{group.kind}_chat_created": True})
    if bot != "none":
        let_bot(world, chat, bot)
    world.save()
    return chat


def let_bot(world: World, chat: Chat, status: str, by: int = 0) -> None:
    """Add the bot, promote it or remove it: ``status`` is member, administrator, left or kicked."""
    group = _group(chat)
    _still_here(group)
    was = "left" if group.bot == "none" else group.bot
    if was == status:
        return
    phone = _phone(world, by or group.creator)
    joins = not group.inside and status in {"member", "administrator"}
    if group.inside and status in {"left", "kicked"} and group.kind == "group":
        # In a basic group the bot still sees how it is shown out; a supergroup has closed its door by then.
        _say(world, chat, phone, {"left_chat_member": world.profile.user()})
    group.bot = status
    _tell_standing(world, chat, phone.user(), was, status)
    if joins:
        _say(world, chat, phone, {"new_chat_members": [world.profile.user()]})
    world.changed(chat)
    world.save()


def leave(world: World, chat: Chat) -> None:
    """Let the bot go by itself."""
    group = _group(chat)
    was, group.bot = group.bot, "left"
    _tell_standing(world, chat, world.profile.user(), was, "left")
    world.changed(chat)
    world.save()


def add_members(world: World, chat: Chat, phone_ids: list[int]) -> None:
    """Let people join; those who are in already stay."""
    group = _group(chat)
    _still_here(group)
    phones = [_phone(world, one) for one in phone_ids if one not in group.members]
    for phone in phones:
        group.members.append(phone.id)
        _tell_member(world, chat, phone, "left", "member")
    if phones:
        _say(world, chat, phones[0], {"new_chat_members": [phone.user() for phone in phones]})


def remove_members(world: World, chat: Chat, phone_ids: list[int]) -> None:
    """Let people leave; the creator stays."""
    group = _group(chat)
    _still_here(group)
    for phone_id in phone_ids:
        if phone_id == group.creator:
            raise PhoneError(409, "Who has made the group cannot leave it here.")
        if phone_id in group.members:
            phone = _phone(world, phone_id)
            _say(world, chat, phone, {"left_chat_member": phone.user()})
            group.members.remove(phone_id)
            _tell_member(world, chat, phone, "member", "left")
            world.changed(chat)


def migrate(world: World, chat: Chat) -> Chat:
    """Make a supergroup of a group: two service messages, and from now on the bot is refused in the old one."""
    group = _group(chat)
    _still_here(group)
    if group.kind != "group":
        raise PhoneError(409, "It is a supergroup already.")
    creator = _phone(world, group.creator)
    new = Chat(
        SUPERGROUP_IDS + chat.id, group=Group(group.title, "supergroup", creator.id, [*group.members], group.bot)
    )
    world.chats[new.id] = new
    _say(world, chat, creator, {"migrate_to_chat_id": new.id})
    group.moved_to = new.id
    _say(world, new, creator, {"migrate_from_chat_id": chat.id})
    world.changed(chat)
    world.save()
    return new


def hears(world: World, chat: Chat, message: Json) -> bool:
    """Tell whether the bot gets to hear a message: everything as administrator, what is meant for it as member."""
    group = chat.group
    if group is None or group.bot == "administrator":
        return True
    if not group.inside:
        return False
    if message.get("reply_to_message", {}).get("from", {}).get("is_bot"):
        return True
    text: str = message.get("text") or message.get("caption") or ""
    if text.startswith("/"):
        _, at, whom = text.split(maxsplit=1)[0].partition("@")
        return whom.lower() == world.profile.username.lower() if at else group.bot_spoke
    return f"@{world.profile.username.lower()}" in text.lower()


def membership(world: World, chat: Chat, user_id: int) -> Json | None:
    """Return the ChatMember of a person or the bot in a group, None when nobody there has that id."""
    group = _group(chat)
    if user_id == world.profile.id:
        return _standing(world.profile.user(), group.bot)
    if user_id not in group.members:
        return None
    user = _phone(world, user_id).user()
    if user_id == group.creator:
        return {"user": user, "status": "creator", "is_anonymous": False}
    return _standing(user, "member")


def _say(world: World, chat: Chat, phone: Phone, content: Json) -> None:
    """Put a service message into the chat; the bot hears all of them while it is in."""
    message = world.compose(chat, phone.user(), content)
    if _group(chat).inside:
        world.updates.push("message", message, chat.id)


def _tell_standing(world: World, chat: Chat, by: Json, was: str, now: str) -> None:
    user = world.profile.user()
    update: Json = {
        "chat": world.shown(chat),
        "from": by,
        "date": world.clock.seconds(),
        "old_chat_member": _standing(user, was),
        "new_chat_member": _standing(user, now),
    }
    world.updates.push("my_chat_member", update, chat.id)


def _tell_member(world: World, chat: Chat, phone: Phone, was: str, now: str) -> None:
    """Only an administrator hears of other members, and only when it has asked for this kind of update."""
    if _group(chat).bot != "administrator":
        return
    update: Json = {
        "chat": world.shown(chat),
        "from": phone.user(),
        "date": world.clock.seconds(),
        "old_chat_member": _standing(phone.user(), was),
        "new_chat_member": _standing(phone.user(), now),
    }
    world.updates.push("chat_member", update, chat.id)


def _standing(user: Json, status: str) -> Json:
    data: Json = {"user": user, "status": "left" if status == "none" else status}
    if status == "administrator":
        data |= RIGHTS
    if status == "kicked":
        data["until_date"] = 0
    return data


def _free_id(world: World, kind: str) -> int:
    if kind == "supergroup":
        return min([SUPERGROUP_IDS + FIRST_GROUP_ID - 1_000_000_000, *world.chats]) - 1
    basic = [one for one in world.chats if SUPERGROUP_IDS < one < 0]
    return min([FIRST_GROUP_ID + 1, *basic]) - 1


def _phone(world: World, phone_id: int) -> Phone:
    phone = world.phones.get(phone_id)
    if phone is None:
        raise PhoneError(404, f"There is no phone {phone_id}.")
    return phone


def _group(chat: Chat) -> Group:
    if chat.group is None:
        raise PhoneError(404, "There is no such group.")
    return chat.group


def _still_here(group: Group) -> None:
    if group.moved_to:
        raise PhoneError(409, f"This group has become the supergroup {group.moved_to}.")
