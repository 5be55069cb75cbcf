"""Two whole bots, as their libraries' guides write them, polling the sandbox."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiogram import Bot, Dispatcher, F
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from tests.sandbox.conftest import Aiogram, PythonTelegramBot, QuickSession

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, Message
    from telegram import Update

    from sandbox.server import Sandbox
    from tests.sandbox.conftest import Hand


async def _converse(person: Hand) -> list[str]:
    """Start, say a word, press the button under the answer; return what the bot has said."""

    async def said(count: int) -> list[dict[str, object]]:
        async with asyncio.timeout(30):
            while len(found := [one for one in (await person.chat())["messages"] if one["from"] == "bot"]) < count:
                await asyncio.sleep(0.01)
        return found

    await person.do("start", payload="i_7")
    await said(1)
    await person.do("text", text="督导")
    card = (await said(2))[-1]
    answer = await person.do("tap", message_id=card["id"], data="again")
    assert (answer["answered"], answer["text"]) == (True, "好")
    return [str(one["text"]) for one in await said(2)]


async def test_an_aiogram_bot_holds_a_conversation(person: Hand, sandbox: Sandbox) -> None:
    dispatcher = Dispatcher()

    @dispatcher.message(CommandStart(deep_link=True))
    async def start(message: Message) -> None:
        await message.answer(f"你好 {message.text}")

    @dispatcher.message(F.text)
    async def echo(message: Message) -> None:
        await message.reply(message.text or "", reply_markup=Aiogram.buttons([[("再", "again")]]))

    @dispatcher.callback_query(F.data == "again")
    async def again(query: CallbackQuery) -> None:
        await query.message.edit_text("改")  # type: ignore[union-attr]
        await query.answer("好")

    bot = Bot(sandbox.token, session=QuickSession(api=TelegramAPIServer.from_base(sandbox.url)))
    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=2))
    assert await _converse(person) == ["你好 /start i_7", "改"]
    await dispatcher.stop_polling()
    await polling


async def test_a_ptb_bot_holds_a_conversation(person: Hand, sandbox: Sandbox) -> None:
    async def start(update: Update, _: object) -> None:
        await update.message.reply_text(f"你好 {update.message.text}")  # type: ignore[union-attr]

    async def echo(update: Update, _: object) -> None:
        buttons = PythonTelegramBot.buttons([[("再", "again")]])
        await update.message.reply_text(update.message.text or "", reply_markup=buttons)  # type: ignore[union-attr]

    async def again(update: Update, _: object) -> None:
        await update.callback_query.edit_message_text("改")  # type: ignore[union-attr]
        await update.callback_query.answer("好")  # type: ignore[union-attr]

    application = (
        Application.builder().token(sandbox.token).base_url(f"{sandbox.url}/bot")
        .base_file_url(f"{sandbox.url}/file/bot").job_queue(None).build()
    )  # fmt: skip
    application.add_handler(CommandHandler("start", start))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.add_handler(CallbackQueryHandler(again, "again"))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(timeout=1)
        assert await _converse(person) == ["你好 /start i_7", "改"]
        await application.updater.stop()
        await application.stop()
