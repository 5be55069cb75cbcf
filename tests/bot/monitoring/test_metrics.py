"""What the listener tells a monitor: figures that are true, about nobody, and health that costs next to nothing."""

from __future__ import annotations

import asyncio
import os
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
import sqlalchemy as sa
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from bot.__main__ import main
from bot.app import App
from bot.config import Address, Secret, Settings
from bot.drivers.errors import Blocked, DriverError, Rejected, RetryLater, TooLarge, Unreachable
from bot.drivers.measured import OUTCOMES, Measured, outcome_of
from bot.monitoring import metrics
from bot.monitoring.health import Health
from bot.monitoring.metrics import Metrics
from handlers.chat import Say
from handlers.engine import Outcome
from sandbox.client import Phone
from sandbox.errors import ApiError
from storage import upgrading
from storage.chat import inbox, outbox, timers
from storage.chat.outbox import Priority
from storage.database import Database
from tests.bot.conftest import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sandbox.server import Sandbox
    from tests.bot.conftest import Clock, Faults

Figures = dict[tuple[str, ...], float]


def read(text: str) -> Figures:
    """Return figures by name and label values, the labels in the order of their names, as a monitor reads them."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def figures(measured: Metrics) -> Figures:
    answer = await measured.answer(None)  # type: ignore[arg-type] # what is asked with does not matter
    assert isinstance(answer.body, bytes)
    return read(answer.body.decode())


@pytest.fixture
def measured(database: Database, clock: Clock) -> Metrics:
    return Metrics(database, clock, version="1", driver="ptb")


async def test_what_waits_is_told_by_number_and_age(measured: Metrics, database: Database, clock: Clock):
    async with database.begin() as db:
        await inbox.store(db, [(n, n, {}) for n in (1, 2, 3)], clock())
        aside = await inbox.get(db, 1)
        assert aside is not None
        for _ in range(3):
            aside.fail("KeyError", clock())
        await outbox.put(db, 7, [{"kind": "say"}], now=clock(), priority=Priority.bulk)
    clock.forward(10)
    async with database.begin() as db:
        await outbox.put(db, 7, [{"kind": "say"}, {"kind": "say"}], now=clock())
        later = clock() + timedelta(hours=1)
        await outbox.put(db, 7, [{"kind": "say"}], now=clock(), priority=Priority.reminder, not_before=later)
    clock.forward(5)
    found = await figures(measured)
    assert found["xundu_database_up",] == 1
    assert found["xundu_inbox_waiting",] == 2
    assert found["xundu_inbox_set_aside",] == 1
    assert found["xundu_inbox_oldest_seconds",] == 15
    for one, count in (("reply", 2), ("reminder", 1), ("bulk", 1)):
        assert found["xundu_outbox_waiting", one] == count
    assert found["xundu_outbox_oldest_seconds",] == 15
    async with database.begin() as db:
        await outbox.settle_chat(db, 7, outbox.State.sent, clock())
        await outbox.put(db, 7, [{"kind": "say"}], now=clock(), not_before=later)
    clock.forward(60)
    assert (await figures(measured))["xundu_outbox_oldest_seconds",] == 0, "what is planned for later is not late"


async def test_what_was_put_off_after_a_failure_is_undelivered(measured: Metrics, database: Database, clock: Clock):
    async with database.begin() as db:
        (row,) = await outbox.put(db, 7, [{"kind": "say"}], now=clock())
        await db.flush()
        await outbox.defer(db, row.id, clock() + timedelta(minutes=5), "time-out")
    clock.forward(30)
    assert (await figures(measured))["xundu_outbox_oldest_seconds",] == 30


async def test_what_has_not_happened_yet_is_nought_and_not_absent(measured: Metrics):
    found = await figures(measured)
    assert found["xundu_turns_total", "failed", "telegram"] == 0
    assert found["xundu_telegram_calls_total", "send", "too_many"] == 0
    assert found["xundu_turn_seconds_count",] == 0


async def test_turns_are_counted_by_how_they_went_and_timed_when_there_was_one(measured: Metrics):
    async def turn(chat_id: int) -> bool:
        measured.turned(Outcome(kind="refused", source="timer"))
        return chat_id == 1

    assert await measured.timed(turn, 1)
    assert not await measured.timed(turn, 2)
    found = await figures(measured)
    assert found["xundu_turns_total", "refused", "timer"] == 2
    assert found["xundu_turn_seconds_count",] == 1


async def test_without_a_database_the_rest_is_still_told(tmp_path: Path, clock: Clock):
    nowhere = Database("postgresql://nobody@127.0.0.1:9/nothing")
    measured = Metrics(nowhere, clock)
    measured.called("send", "ok")
    found = await figures(measured)
    await nowhere.close()
    assert found["xundu_database_up",] == 0
    assert found["xundu_telegram_calls_total", "send", "ok"] == 1
    assert not any(name.startswith(("xundu_inbox", "xundu_outbox", "xundu_evidence")) for name, *_ in found)


async def test_the_evidence_is_counted_once_a_minute_at_most(
    measured: Metrics, database: Database, monkeypatch: pytest.MonkeyPatch
):
    asked: list[str] = []
    engine = database._reader.sync_engine

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", hear)
    for _ in range(5):
        await measured.look()
    sa.event.remove(engine, "before_cursor_execute", hear)
    assert len([one for one in asked if "evidence" in one]) == 1
    assert len([one for one in asked if "SELECT" in one]) <= 5 * 4 + 1


# --- calls ---


class Refusing:
    """A driver that refuses everything in the same way, or nothing."""

    def __init__(self, error: DriverError | None) -> None:
        self.error = error

    async def send(self, *_: object) -> int:
        if self.error:
            raise self.error
        return 7

    async def download(self, _: str) -> AsyncIterator[bytes]:
        yield b"half"
        if self.error:
            raise self.error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "ok"),
        (RetryLater(3), "too_many"),
        (Blocked(), "blocked"),
        (Rejected(), "rejected"),
        (TooLarge(), "too_large"),
        (Unreachable("", fate_unknown=True), "unreachable"),
        (DriverError(), "other"),
    ],
)
async def test_every_call_is_counted_by_what_became_of_it(error: DriverError | None, outcome: str, tmp_path: Path):
    noted: list[tuple[str, str]] = []
    driver = Measured(Refusing(error), lambda *one: noted.append(one))  # type: ignore[arg-type] # what is asked of it
    chunks = []
    with pytest.raises(type(error)) if error else nullcontext():
        assert await driver.send(1, Say(text="x"), lambda sha256: tmp_path / sha256) == 7
    with pytest.raises(type(error)) if error else nullcontext():
        async for chunk in driver.download("x"):
            chunks.append(chunk)  # noqa: PERF401 - what came before the error counts too
    assert noted == [("send", outcome), ("download", outcome)]
    assert chunks == [b"half"]


def test_every_kind_of_refusal_has_a_name_of_its_own():
    kinds = {kind for kind in DriverError.__subclasses__() if kind.__name__ != "Unchanged"}
    assert kinds == set(OUTCOMES)
    assert len({outcome_of(kind.__new__(kind)) for kind in kinds}) == len(kinds)


# --- the listener ---


@pytest.fixture
async def app(telegram: Sandbox, sqlite_url: str, tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[App]:
    settings = Settings(
        bot_token=Secret(telegram.token),
        bot_api_url=telegram.url,
        data_dir=tmp_path,
        database_url=Secret(sqlite_url),
        listen=Address("127.0.0.1", unused_tcp_port),
    )
    async with App(settings) as running:
        yield running


async def get(app: App, path: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{app.settings.listen}{path}") as answer:
        return answer.status, answer.content_type, await answer.text()


async def test_the_figures_of_a_running_bot_tell_of_nobody(app: App, telegram: Sandbox, faults: Faults):
    telegram.world.add_phone(424242, "Wendeline", "en", "", None)
    patience = [ApiError(429, "Too Many Requests: retry after 1", {"retry_after": 1})]
    faults.refuse = lambda method, _: patience.pop() if patience and method == "sendmessage" else None
    async with Phone(telegram.url, 424242) as phone:
        await phone.text("Zephyrine")
        await until(lambda: has_messages(phone))
        await app.settled()
    status, kind, text = await get(app, "/metrics")
    assert (status, kind) == (200, "text/plain")
    found = read(text)
    assert found["xundu_turns_total", "done", "telegram"] == 1
    assert found["xundu_turn_seconds_count",] == 1
    assert found["xundu_telegram_calls_total", "send", "too_many"] == 1
    assert found["xundu_telegram_calls_total", "send", "ok"] >= 1
    assert found["xundu_telegram_calls_total", "start", "ok"] == 1
    assert found["process_resident_memory_bytes",] > 0
    assert not any(one in text for one in ("424242", "Wendeline", "Zephyrine", telegram.token))


async def has_messages(phone: Phone) -> bool:
    return bool(await phone.messages())


async def test_a_running_bot_is_well_and_ready(app: App):
    assert await get(app, "/healthz") == (200, "text/plain", "ok\n")
    assert await get(app, "/readyz") == (200, "text/plain", "ok\n")


# --- health ---


class Asked:
    """Health over a database, and what it asks."""

    def __init__(self, database: Database) -> None:
        self.database, self.alive, self.revisions = database, True, 0
        self.health = Health(database, lambda: self.alive)
        revision = database.revision

        async def counted() -> tuple[str | None, str | None]:
            self.revisions += 1
            return await revision()

        database.revision = counted  # type: ignore[method-assign] # counted, not replaced

    async def ready(self) -> tuple[int, str]:
        answer = await self.health.readyz(None)  # type: ignore[arg-type] # what is asked with does not matter
        return answer.status, str(answer.text)


async def test_the_revision_is_looked_up_once(database: Database):
    asked = Asked(database)
    for _ in range(5):
        assert await asked.ready() == (200, "ok\n")
    assert asked.revisions == 1


async def test_a_database_that_is_behind_is_looked_at_again_until_it_is_not(elsewhere: str):
    database = Database(elsewhere)
    asked = Asked(database)
    assert await asked.ready() == (503, "the database is behind\n")
    await upgrading.migrate(database)
    assert await asked.ready() == (200, "ok\n")
    await database.close()


async def test_a_stopped_loop_or_a_database_that_is_gone_is_told(database: Database, monkeypatch: pytest.MonkeyPatch):
    asked = Asked(database)
    assert (await asked.ready())[0] == 200
    asked.alive = False
    assert await asked.ready() == (503, "stopped\n")
    asked.alive = True

    async def gone(_: object) -> None:
        raise metrics.Unavailable

    monkeypatch.setattr(timers, "next_due", gone)
    assert await asked.ready() == (503, "the database cannot be reached\n")


async def test_the_command_says_what_the_running_bot_says(
    database: Database, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for name in [name for name in os.environ if name.startswith("XUNDU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XUNDU_LISTEN", f"0.0.0.0:{unused_tcp_port}")  # and no token: none is needed to ask
    where = f"127.0.0.1:{unused_tcp_port}"

    async def check(question: str) -> tuple[int, str]:
        status = await asyncio.to_thread(main, ["check", question])
        said = capsys.readouterr()
        return status, (said.out + said.err).strip()

    assert await check("--live") == (1, f"xundu: No bot answers at {where} (XUNDU_LISTEN).")
    asked = Asked(database)
    site = web.Application()
    site.add_routes(asked.health.routes())
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    try:
        assert await check("--live") == await check("--ready") == (0, "All is well.")

        async def gone(_: object) -> None:
            raise metrics.Unavailable

        monkeypatch.setattr(timers, "next_due", gone)
        assert await check("--live") == (0, "All is well.")
        assert await check("--ready") == (1, f"xundu: The bot at {where} is not well: the database cannot be reached.")
        asked.alive = False
        assert await check("--live") == (1, f"xundu: The bot at {where} is not well: stopped.")
    finally:
        await runner.cleanup()
