"""Two people tap, write, photograph and edit at random on one visit: nothing breaks, nothing is lost, nobody is stuck.

Every turn goes through the bench, which fails on a bug in a journey and on whatever Telegram would refuse. After each
step what was confirmed must be in storage; at the end both must find their way to handing the visit in.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from handlers.journeys import JOURNEYS
from storage.chat import conversations
from storage.database import Database
from storage.files.evidence import Evidence
from storage.visit import visits
from storage.visit.visits import Answer
from supervision.instances import numbers_in, plain
from tests.handlers.conftest import campaign
from tests.handlers.every import EVERY
from tests.handlers.phone import Bench
from tests.handlers.plays import plays
from tests.handlers.rooms import ROOMS
from tests.handlers.site import SMALL, Site, card, plan, site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.handlers.phone import Phone
    from tests.handlers.screen import Shown

WORDS = (
    "9 ✅", "2 ❌ 记录缺失", "部分", "Partly", "12", "第3题", "99 ✅", "昨天", "2026-10-01", "tomorrow", "一句话", "3",
    "1✅ 2✅ 3❌", "7 ❌\n8 ✅\n9\n没头没脑", "长" * 900, "长" * 4000, "long " * 1000, "<b>&amp;</b>", "👍", "是",
    "\u202e\x00", "/today", "/todo", "/cancel", "/help", "/start", "今日督导", "#7 一句话", "老李",
    "2.1 ✅", "2.2 ❌ 脏", "2 ✅", "3.1.1", "没有了", "还有",
)  # fmt: skip
TYPED = {"range": "4", "barcode": "6901", "rank": "丙、甲、乙", "time": "9:30", "datetime": "2026-10-01 9:30"}
WIDGETS = {*TYPED, "acknowledge", "geopoint", "geotrace", "audio", "video", "file"}
KINDS = ("photo", "file", "voice", "video", "place", "sticker")

person = st.booleans()
pick = st.integers(0, 999)
words = st.one_of(st.sampled_from(WORDS), st.text(max_size=40))
step = st.one_of(
    st.tuples(st.just("tap"), person, pick),
    st.tuples(st.just("tap"), person, pick),
    st.tuples(st.just("tap"), person, pick),
    st.tuples(st.just("stale"), person, pick),
    st.tuples(st.just("text"), person, words),
    st.tuples(st.just("forward"), person, words),
    st.tuples(st.sampled_from(KINDS), person, words),
    st.tuples(st.just("album"), person, words),
    st.tuples(st.just("edit"), person, st.tuples(pick, words)),
    st.tuples(st.just("wait"), person, st.none()),
)
ONWARD = ("去第", "Go to item", "提交", "Submit", "继续", "Go on", "没有了", "No more")
CONFIRMED = re.compile(r"(?:第|Item )(\d+(?:\.\d+)*)(?:题：|: )(.+)")
STORED = re.compile(r"✓ (?:已存：第|Stored: item )(\d+(?:\.\d+)*)(?:题|,)")


@dataclass
class Play:
    """One random play on one visit."""

    here: Site
    other: int
    seen: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    mine: dict[int, list[int]] = field(default_factory=dict)
    albums: Iterator[int] = field(default_factory=itertools.count)
    rows: tuple[int, int] = (0, 0)

    async def do(self, kind: str, second: bool, what: Any) -> None:
        phone = self.here.two if second else self.here.one
        phone.toast = ""
        before = len(phone.screen)
        match kind:
            case "tap":
                await self._press(phone, self._on_screen(phone), what)
            case "stale":
                await self._press(phone, self.seen.get(phone.id, []), what)
            case "text" | "forward":
                await self._sent(phone, await phone.text(what, forwarded=kind == "forward"))
                assert len(phone.screen) > before, f"no answer to {what!r}"
            case "edit":
                own = self.mine.get(phone.id, [])
                if own:
                    await phone.edit(own[what[0] % len(own)], what[1])
            case "wait":
                await self.here.bench.wait(hours=7)
            case "sticker" | "voice" | "place":
                await self._sent(phone, await getattr(phone, kind)())
            case "album":
                album = f"album-{next(self.albums)}"
                for at in range(3):
                    await self._sent(phone, await phone.photo(what[:1000] if at == 1 else "", album_id=album))
            case _:
                await self._sent(phone, await getattr(phone, kind)(what[:1000]))
        self._remember(phone)
        await self._check(phone)

    async def _sent(self, phone: Phone, message_id: int) -> None:
        self.mine.setdefault(phone.id, []).append(message_id)
        if phone.message(message_id).what in {"Photo", "File", "Voice", "Video", "Place"}:
            await self._nothing_lost(phone, message_id)

    @staticmethod
    def _on_screen(phone: Phone) -> list[tuple[str, int]]:
        return [(one.data, shown.id) for shown in phone.bot_said for row in shown.buttons for one in row if one.data]

    @staticmethod
    async def _press(phone: Phone, buttons: list[tuple[str, int]], at: int) -> None:
        buttons = [one for one in buttons if not one[0].startswith("profile.")]
        if buttons:
            await phone.press(*buttons[at % len(buttons)])

    def _remember(self, phone: Phone) -> None:
        known = self.seen.setdefault(phone.id, [])
        known += [one for one in self._on_screen(phone) if one not in known]

    # --- what must hold ---

    async def _nothing_lost(self, phone: Phone, message_id: int) -> None:
        """What was sent lies with an item, or waits, or was refused in words."""
        async with self.here.bench.database.begin() as db:
            filed = await db.scalar(sa.select(Evidence.id).where(Evidence.message_id == message_id))
            waiting = (await conversations.load(db, phone.id, self.here.bench.now)).state.get("waiting", [])
        waits = any(one["message_id"] == message_id for one in waiting)
        assert filed or waits or phone.screen[-1].id > message_id, f"message {message_id} has vanished:\n{phone}"

    async def _check(self, phone: Phone) -> None:
        async with self.here.bench.database.begin() as db:
            held = await conversations.load(db, phone.id, self.here.bench.now)
            rows = tuple([await db.scalar(sa.select(sa.func.count()).select_from(one)) for one in (Answer, Evidence)])
        assert all(now >= before for now, before in zip(rows, self.rows, strict=True)), "history was lost"
        self.rows = rows
        if held.journey == "checklist":
            assert any(shown.buttons for shown in phone.bot_said), f"a dead end:\n{phone}"
            await self._confirmed(phone, card(phone), Site(*self._about(int(held.state["visit"]))))

    def _about(self, visit: int) -> tuple[Bench, int, Phone, Phone]:
        return self.here.bench, visit, self.here.one, self.here.two

    async def _confirmed(self, phone: Phone, shown: Shown, visit: Site) -> None:
        """What the bot says it has recorded stands in storage under that item."""
        said = CONFIRMED.fullmatch(phone.toast)
        if said is not None and "：" not in said[2]:
            form = await self._form(visit)
            screen, answers = form.screen(int(said[1].partition(".")[0])), await self._answers(visit, said[1])
            labels = {
                choice.label(language): (question.name, choice.value)
                for question in screen.questions
                for choice in question.choices
                for language in ("zh_CN", "en", "")
            }
            if said[2] in labels:
                name, value = labels[said[2]]
                assert answers[name] == value, (phone.toast, answers)
            else:  # a time, a number: what is said is not how it is stored
                assert {question.name for question in screen.questions} & set(answers), (phone.toast, answers)
        for number in STORED.findall(shown.text):
            form = await self._form(visit)
            names = {question.name for question in form.screen(int(number.partition(".")[0])).questions}
            assert names & set(await visit.evidence()), f"nothing lies with item {number}:\n{shown.text}"

    async def _answers(self, visit: Site, key: str) -> dict[str, str]:
        """What stands under an item, by name: inside a repeat, in that very instance."""
        async with self.here.bench.database.read() as db:
            found = await visits.answers(db, visit.visit_id)
        numbers = tuple(map(int, key.split(".")[1:]))
        return {path.rpartition("/")[2]: value for path, value in found.items() if numbers_in(path) == numbers}

    async def _form(self, visit: Site) -> Any:
        async with self.here.bench.database.read() as db:
            return await self.here.bench.engine.kit.shelf.form(db, (await visit.visit()).form_version_id)

    # --- the way out ---

    async def finish(self, phone: Phone) -> None:
        """From wherever the play has ended, go to the visit and hand it in, doing what the card asks for."""
        if (await self.here.visit()).state == "submitted":
            return
        await phone.text("/cancel")
        await self.here.enter(phone)
        for _ in range(60):
            labels = card(phone).labels
            on = [one for one in labels if one.startswith(ONWARD)]
            if on:  # what a colleague is in the middle of is left to them until there is nothing else
                await phone.tap(on[0])
                if (await self.here.visit()).state == "submitted":
                    break
            else:
                await self._answer(phone, labels)
        assert (await self.here.visit()).state == "submitted", f"stranded:\n{card(phone)}"

    async def _answer(self, phone: Phone, labels: list[str]) -> None:
        """Do what the question on the card asks for."""
        form = await self._form(self.here)
        question = form.questions[plain(str((await self.here.state(phone))["asking"]))]
        match question.kind:
            case "image":
                await phone.photo()
            case "date":
                await phone.text("2026-10-01")
            case "integer" | "decimal":
                await phone.text("12")
            case "text":
                await phone.text("一句话")
            case "select_one":
                await phone.tap(next(one for one in labels if "✅" in one or "村" in one))
            case kind if kind in WIDGETS:
                await self._answer_widget(phone, kind, labels)
            case _:
                done = [one for one in labels if one in {"选好了", "Done"}]
                await phone.tap(done[0] if done else next(one for one in labels if one.startswith("☐")))

    async def _answer_widget(self, phone: Phone, kind: str, labels: list[str]) -> None:
        if kind in TYPED:
            await phone.text(TYPED[kind])
        elif kind == "acknowledge":
            await phone.tap(labels[0])
        elif kind == "file":
            await phone.file(name="台账.xlsx")
        elif kind in {"audio", "video"}:
            await (phone.voice() if kind == "audio" else phone.video())
        else:
            await phone.place(30.1, 120.1)
            if kind == "geotrace":
                await phone.place(30.2, 120.2)
                await phone.tap(next(one for one in card(phone).labels if one in {"选好了", "Done"}))


async def play(database: Database, folder: Path, steps: list[tuple[str, bool, Any]], form: str) -> None:
    await campaign(database)
    bench = Bench.on(database, folder, JOURNEYS)
    here = await site(bench, form)
    game = Play(here, await plan(bench, form, unit="ZJ01"))
    for phone in (here.one, here.two):
        await phone.start()
        await here.enter(phone)
    for kind, second, what in steps:
        await game.do(kind, second, what)
    await game.finish(here.two)


@pytest.mark.parametrize("form", [SMALL, EVERY, ROOMS, "theme"], ids=["small", "every", "rooms", "theme"])
@plays(5)
@given(steps=st.lists(step, min_size=12, max_size=24))
def test_whatever_two_people_do_nothing_is_lost_and_nobody_is_stranded(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, bool, Any]], form: str
):
    folder = tmp_path_factory.mktemp("random")
    shutil.copyfile(sqlite_template, folder / "xundu.db")

    async def run() -> None:
        database = Database(f"sqlite:///{folder / 'xundu.db'}")
        try:
            await play(database, folder, steps, form)
        finally:
            await database.close()

    asyncio.run(run())
    shutil.rmtree(folder)
