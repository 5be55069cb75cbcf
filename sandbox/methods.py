"""The table of Bot API methods: the library's type that checks the request, and the function that does the work.

A method that is not here does not exist to a bot (404), as on Telegram.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import methods as api

from sandbox import asking, editing, fetching, sending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.calls import Call

    Handler = Callable[[Call[Any]], Awaitable[object]]

_PAIRS: tuple[tuple[type[api.TelegramMethod[Any]], Handler], ...] = (
    (api.AnswerCallbackQuery, asking.answer_callback_query),
    (api.DeleteMessage, editing.delete_message),
    (api.DeleteMessages, editing.delete_messages),
    (api.DeleteMyCommands, asking.delete_my_commands),
    (api.DeleteWebhook, fetching.delete_webhook),
    (api.EditMessageCaption, editing.edit_message_caption),
    (api.EditMessageMedia, editing.edit_message_media),
    (api.EditMessageReplyMarkup, editing.edit_message_reply_markup),
    (api.EditMessageText, editing.edit_message_text),
    (api.GetChat, asking.get_chat),
    (api.GetChatAdministrators, asking.get_chat_administrators),
    (api.GetChatMember, asking.get_chat_member),
    (api.GetChatMemberCount, asking.get_chat_member_count),
    (api.GetFile, asking.get_file),
    (api.GetMe, asking.get_me),
    (api.GetMyCommands, asking.get_my_commands),
    (api.GetMyDescription, asking.get_my_text),
    (api.GetMyName, asking.get_my_text),
    (api.GetMyShortDescription, asking.get_my_text),
    (api.GetUpdates, fetching.get_updates),
    (api.GetWebhookInfo, fetching.get_webhook_info),
    (api.LeaveChat, asking.leave_chat),
    (api.PinChatMessage, editing.pin_chat_message),
    (api.SendChatAction, sending.send_chat_action),
    (api.SendDocument, sending.send_document),
    (api.SendLocation, sending.send_location),
    (api.SendMediaGroup, sending.send_media_group),
    (api.SendMessage, sending.send_message),
    (api.SendPhoto, sending.send_photo),
    (api.SendVideo, sending.send_video),
    (api.SendVoice, sending.send_voice),
    (api.SetMessageReaction, editing.set_message_reaction),
    (api.SetMyCommands, asking.set_my_commands),
    (api.SetMyDescription, asking.set_my_text),
    (api.SetMyName, asking.set_my_text),
    (api.SetMyShortDescription, asking.set_my_text),
    (api.SetWebhook, fetching.set_webhook),
    (api.UnpinAllChatMessages, editing.unpin_all_chat_messages),
    (api.UnpinChatMessage, editing.unpin_chat_message),
)

METHODS = {model.__api_method__.lower(): (model, handler) for model, handler in _PAIRS}
