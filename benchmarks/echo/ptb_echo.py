"""The other yardstick: the same bot on python-telegram-bot, its Application and its own HTTP client."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.ext import Application, CallbackQueryHandler, MessageHandler, filters

from benchmarks.echo.card import TOAST, buttons, following, text

if TYPE_CHECKING:
    from telegram.ext import CallbackContext


def _keyboard(number: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in buttons(number)]
    )


async def begin(update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
    """Send the first card."""
    if update.message is not None:
        await update.message.reply_text(text(1), reply_markup=_keyboard(1), parse_mode=ParseMode.HTML)


async def tapped(update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
    """Answer the tap and put the next card in the place of the last."""
    query = update.callback_query
    if query is not None:
        number = following(query.data or "")
        await query.answer(TOAST)
        await query.edit_message_text(text(number), reply_markup=_keyboard(number), parse_mode=ParseMode.HTML)


def main(url: str, token: str) -> None:
    """Poll until stopped; chats do not wait for one another, which is not its default but is what a bot would want."""
    application = Application.builder().token(token).base_url(f"{url}/bot").concurrent_updates(True).build()  # noqa: FBT003 - the library's own signature
    application.add_handler(CallbackQueryHandler(tapped))
    application.add_handler(MessageHandler(filters.ALL, begin))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:])
