"""The yardstick: a bot on aiogram that stores nothing and answers every tap with a card, as its tutorial would."""

from __future__ import annotations

import asyncio
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from benchmarks.echo.card import TOAST, buttons, following, text

dispatcher = Dispatcher()


def _keyboard(number: int) -> InlineKeyboardMarkup:
    rows = [[InlineKeyboardButton(text=label, callback_data=data) for label, data in row] for row in buttons(number)]
    return InlineKeyboardMarkup(inline_keyboard=rows)


@dispatcher.message()
async def begin(message: Message) -> None:
    """Send the first card."""
    await message.answer(text(1), reply_markup=_keyboard(1))


@dispatcher.callback_query()
async def tapped(query: CallbackQuery) -> None:
    """Answer the tap and put the next card in the place of the last."""
    number = following(query.data or "")
    await query.answer(TOAST)
    if isinstance(query.message, Message):
        await query.message.edit_text(text(number), reply_markup=_keyboard(number))


async def main(url: str, token: str) -> None:
    """Poll until stopped."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    bot = Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
