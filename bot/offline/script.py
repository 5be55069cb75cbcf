"""Plays one inspector through the whole checklist, over real HTTP, and writes the conversation down.

It sees only what a person sees: the card on the screen and its buttons. Used by ``xundu demo --script`` and by whoever
wants to watch a visit in a minute.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageDraw

from sandbox.transcript import Transcript, plain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sandbox.client import Phone

ITEM: Final = re.compile(r"^(\d+)\. ", re.MULTILINE)
"""How a card names its item."""

MOST_TURNS: Final = 120
"""More turns than a walk can take: something is going round in circles."""

UNIT: Final = "浙江省区域管理公司党委"


class Stuck(RuntimeError):
    """The script did not get to the end of the checklist."""


def picture(words: str, size: tuple[int, int] = (1280, 960)) -> bytes:
    """Draw a picture to send: JPEG bytes, plainly made up."""
    image = Image.new("RGB", size, (236, 232, 222))
    pen = ImageDraw.Draw(image)
    pen.rectangle((80, 80, size[0] - 80, size[1] - 80), outline=(150, 140, 120), width=6)
    for at in range(8):
        pen.line((140, 220 + at * 80, size[0] - 140, 220 + at * 80), fill=(180, 170, 150), width=3)
    pen.text((140, 130), words, fill=(60, 60, 60))
    written = BytesIO()
    image.save(written, "JPEG", quality=80)
    return written.getvalue()


class Walker:
    """One inspector's thumb: does what is asked, looks at the screen, writes down what changed."""

    def __init__(self, phone: Phone, settled: Callable[[], Awaitable[None]]) -> None:
        self._phone = phone
        self._settled = settled
        self.paper = Transcript()
        self.taps = 0

    async def look(self, toast: str = "") -> None:
        """Wait until the bot has said all it has to say, and write it down."""
        await self._settled()
        chat = await self._phone.chat()
        shown = [one for one in chat["messages"] if one["from"] == "bot" and not one.get("deleted")]
        keyboard = chat.get("keyboard") or {}
        rows = keyboard.get("rows", []) if isinstance(keyboard, dict) else keyboard
        self.paper.look(shown, rows, toast)

    async def screen(self) -> dict[str, Any]:
        """Return the newest message of the bot that has buttons."""
        for message in reversed(await self._phone.messages()):
            if message.get("buttons"):
                return dict(message)
        raise Stuck("there is nothing to tap")

    async def start(self) -> None:
        """Open the invitation link."""
        self.paper.did("✎ /start")
        await self._phone.start()
        await self.look()

    async def say(self, words: str) -> None:
        """Send words."""
        self.paper.did(f"✎ {words}")
        await self._phone.text(words)
        await self.look()

    async def photo(self, caption: str) -> None:
        """Send a photo."""
        self.paper.did(f"📷 {caption}".rstrip())
        await self._phone.send("photo", picture("Xundu"), "photo.jpg", caption, "image/jpeg")
        await self.look()

    async def tap(self, label: str) -> None:
        """Press the newest button that says this."""
        self.paper.did(f"👆 [{label}]")
        self.taps += 1
        answered = await self._phone.tap(label)
        await self.look(str(answered.get("text") or ""))


async def walk(walker: Walker, actions: Mapping[int, Callable[[Walker], Awaitable[None]]]) -> None:
    """Answer item after item: as ``actions`` say, otherwise 到位; raises Stuck when it does not come to an end."""
    done: set[int] = set()
    for _ in range(MOST_TURNS):
        message = await walker.screen()
        words = plain(str(message.get("text_html") or ""))
        labels = [button["text"] for row in message["buttons"] for button in row]
        found = ITEM.search(words)
        submit = next((label for label in labels if label in {"提交", "Submit"}), None)
        if submit is not None:
            await walker.tap(submit)
            return
        if found is None:
            await walker.tap(_onward(labels))
            continue
        item = int(found[1])
        if item in actions and item not in done:
            done.add(item)
            await actions[item](walker)
        else:
            await walker.tap(_easy(labels))
    raise Stuck("the checklist does not end")


def _onward(labels: list[str]) -> str:
    """Return the button of an overview that leads to an item; raises Stuck when none does."""
    for label in labels:
        if "继续" in label or "Go on" in label or label[:1].isdecimal():
            return label
    raise Stuck("neither an item nor a way to one is on the screen")


def _easy(labels: list[str]) -> str:
    """Return the button a hurried person with nothing to complain about presses."""
    for wanted in ("✅", "跳过", "Skip", "完成", "Done", "继续", "Go on"):
        for label in labels:
            if wanted in label:
                return label
    return labels[0]


async def play(walker: Walker) -> None:
    """Open the invitation, take the visit, walk all 22 items with photos and a note, and hand it in."""
    await walker.start()
    await walker.say("今日督导")
    await walker.tap(UNIT[:8])

    async def not_done(one: Walker) -> None:
        await one.tap("❌")
        await one.photo("研讨记录只有签到表")

    async def partly(one: Walker) -> None:
        await one.tap("✎")
        await one.say("抽查2本台账，9月以后未更新")
        await one.tap("◐")

    async def with_photo(one: Walker) -> None:
        await one.photo("")
        await one.tap("✅")

    await walk(walker, {5: not_done, 9: partly, 13: with_photo})
    await walker.say("我的待办")
