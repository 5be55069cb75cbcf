"""A bot of a few lines that talks to the sandbox as any bot would, so that the page is tested with nothing made up."""

import asyncio
import json
from typing import Any

import aiohttp

Json = dict[str, Any]

KEYBOARD = {"keyboard": [[{"text": "今日督导"}, {"text": "我的待办"}, {"text": "更多"}]], "resize_keyboard": True}
COMMANDS = [
    {"command": "help", "description": "帮助"},
    {"command": "language", "description": "语言"},
    {"command": "today", "description": "今日督导"},
]
CHOICES = (("✅ 到位", "yes"), ("◐ 部分", "partly"), ("❌ 未落实", "no"), ("— 不适用", "none"))
ITEMS = (
    "领导班子带头学习研讨，联系思想和工作实际",
    "党员领导干部到基层讲专题党课",
    "学习计划落实到支部，有记录可查",
    "调研题目聚焦发展难题，方案具体",
)


def card(number: int) -> Json:
    """One item of a checklist as a message: text, choices, and a row of what else can be done."""
    rows = [[{"text": label, "callback_data": f"{data}:{number}"} for label, data in CHOICES]]
    more = (("◀", "back"), ("☰ 总览", "overview"), ("✎ 记一句", "note"), ("📎 0", "files"))
    rows.append([{"text": label, "callback_data": f"{data}:{number}"} for label, data in more])
    done = "▰" * number + "▱" * (7 - number)
    text = (
        f"浙江省区域管理公司党委 · 第一轮\n{done} {number}/22\n\n<b>二、理论学习</b>\n"
        f"<b>{number}.</b> {ITEMS[number % len(ITEMS)]}\n"
        "<blockquote>看什么：近两次研讨的发言提纲；谈体会，不数本数</blockquote>"
    )
    return {"text": text, "parse_mode": "HTML", "reply_markup": {"inline_keyboard": rows}}


class TinyBot:
    """Polls ``url`` until it is stopped; ``heard`` are the messages it got, ``gate`` holds answers to taps back."""

    def __init__(self, url: str, token: str) -> None:
        self._base = f"{url}/bot{token}"
        self._task: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None
        self.heard: list[Json] = []
        self.taps: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def start(self) -> None:
        self._session = aiohttp.ClientSession()
        await self.call("setMyCommands", commands=COMMANDS)
        self._task = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, **parameters: object) -> Any:
        """Call a Bot API method; a refusal raises RuntimeError."""
        assert self._session is not None
        async with self._session.post(f"{self._base}/{method}", json=parameters) as response:
            answer = await response.json()
        if not answer["ok"]:
            raise RuntimeError(answer["description"])
        return answer["result"]

    async def say(self, chat_id: int, text: str, **more: object) -> Json:
        result: Json = await self.call("sendMessage", chat_id=chat_id, text=text, parse_mode="HTML", **more)
        return result

    async def _poll(self) -> None:
        offset = 0
        while True:
            for update in await self.call("getUpdates", offset=offset, timeout=20):
                offset = update["update_id"] + 1
                await self._take(update)

    async def _take(self, update: Json) -> None:
        if "callback_query" in update:
            await self._tapped(update["callback_query"])
        elif "edited_message" in update:
            self.heard.append(update["edited_message"])
            await self.say(update["edited_message"]["chat"]["id"], f"改为：{update['edited_message']['text']}")
        elif "message" in update:
            self.heard.append(update["message"])
            await self._answer(update["message"])

    async def _answer(self, message: Json) -> None:
        chat_id = message["chat"]["id"]
        text: str = message.get("text", "")
        if text.startswith("/start"):
            name = message["from"]["first_name"]
            words = f"欢迎，<b>{name}</b>。一次一题，随手拍照，断网也不丢。"
            await self.say(chat_id, words, reply_markup=KEYBOARD)
        elif text == "今日督导":
            await self.call("sendMessage", chat_id=chat_id, **card(1))
        elif text.startswith("html "):
            await self.say(chat_id, json.loads(text[5:]))
        elif text:
            await self.say(chat_id, f"收到：{text.replace('&', '&amp;').replace('<', '&lt;')}")

    async def _tapped(self, query: Json) -> None:
        verb, _, number = query["data"].partition(":")
        self.taps.append(query["data"])
        await self.gate.wait()
        if verb in dict(CHOICES).values() or verb == "back":
            where = {"chat_id": query["message"]["chat"]["id"], "message_id": query["message"]["message_id"]}
            step = -1 if verb == "back" else 1
            await self.call("editMessageText", **where, **card(int(number) + step))
            await self.call("answerCallbackQuery", callback_query_id=query["id"])
        elif verb == "overview":
            words = "还差：15题未答，第3题缺照片。"
            await self.call("answerCallbackQuery", callback_query_id=query["id"], text=words, show_alert=True)
        else:
            await self.call("answerCallbackQuery", callback_query_id=query["id"], text="第9题督导员04已答「部分」。")


def pressed(message: Json) -> str:
    """What a message carries, by its Bot API name."""
    kinds = ("photo", "document", "voice", "video", "location", "sticker", "contact", "text")
    return next(kind for kind in kinds if kind in message)
