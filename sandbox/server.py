"""The offline Telegram as one thing that can be started and stopped, on one port."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.botapi import BotApi
from sandbox.control import ControlApi
from sandbox.errors import PortTakenError, SandboxError, TokenShapeError
from sandbox.phoneapi import PhoneApi
from sandbox.trouble import Trouble
from sandbox.webhook import Webhook
from sandbox.world import World

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from sandbox.faults import Settings

DEFAULT_TOKEN = "700000000:OfflineTelegramSandboxTokenAAAAAAAA"  # noqa: S105 - opens nothing but this sandbox
PAGE = Path(__file__).parent / "page"
SHUTDOWN_SECONDS = 1.0
_TOKEN = re.compile(r"[0-9]{1,16}:[A-Za-z0-9_-]{35}")


class Sandbox:
    """An offline Telegram with one bot; ``async with Sandbox() as sandbox`` runs it at ``sandbox.url``.

    ``path`` is the SQLite file that keeps its state (None: nothing is kept), ``port`` 0 takes a free one.
    ``keep_messages`` and ``keep_files`` bound the memory: how many messages of a chat, and how many files, 0 for all.
    ``faults`` are in force from the start. Raises TokenShapeError at once, PortTakenError or SandboxError when it
    starts.
    """

    def __init__(
        self,
        *,
        token: str = DEFAULT_TOKEN,
        path: Path | str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        bot_name: str = "巡督",
        bot_username: str = "xundu_bot",
        webhook_pause: float = 1.0,
        keep_messages: int = 0,
        keep_files: int = 0,
        faults: Settings | None = None,
    ) -> None:
        if not _TOKEN.fullmatch(token):
            raise TokenShapeError
        self.token = token
        self.host = host
        self.port = port
        self.world = World(token, Path(path) if path is not None else None, bot_name, bot_username)
        self.bot_api = BotApi(self.world, token)
        self.world.keep_messages = keep_messages
        self.world.files.keep(keep_files)
        self.trouble = Trouble(self.world, self.bot_api)
        if faults is not None:
            self.trouble.put(faults)
        self._phone_api = PhoneApi(self.world)
        self._control_api = ControlApi(self.world, self.trouble)
        self._webhook = Webhook(self.world, self.bot_api.reply, webhook_pause)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address of the Bot API, the phone API and the page, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Take up the kept state and listen; raises PortTakenError or SandboxError."""
        await self.world.open()
        runner = web.AppRunner(
            self._app(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS, handler_cancellation=True
        )
        await runner.setup()
        site = web.TCPSite(runner, self.host, self.port, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            await self.world.journal.close()
            if error.errno == errno.EADDRINUSE:
                raise PortTakenError(self.host, self.port) from error
            message = f"The sandbox cannot listen on {self.host}:{self.port}: {error.strerror or error}"
            raise SandboxError(message) from error
        self._runner = runner
        self.port = runner.addresses[0][1]
        self.world.on_update = self._webhook.push
        self.world.on_webhook = self._webhook.restart
        self._webhook.restart()

    async def add_phone(
        self,
        *,
        name: str,
        id: int | None = None,  # noqa: A002 - the phone API's own word, so that its JSON can be passed on
        language_code: str = "",
        note: str = "",
        start: str | None = None,
    ) -> int:
        """Put a phone on the desk, or change the one of that id; returns its id, which is its person's Telegram id."""
        return self.world.add_phone(id, name, language_code, note, start).id

    async def close(self) -> None:
        """Stop listening and write everything down."""
        self._phone_api.close()
        self.trouble.close()
        await self._webhook.close()
        self.world.updates.wake()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
            await self.world.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _app(self) -> web.Application:
        app = web.Application()
        app.add_routes(self.bot_api.routes())
        app.add_routes(self._phone_api.routes())
        app.add_routes(self._control_api.routes())
        if PAGE.is_dir():
            app.add_routes([web.get("/", _index), web.static("/static", PAGE)])
            app.on_response_prepare.append(_no_stale_page)
        return app


async def _index(_: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html")


async def _no_stale_page(request: web.Request, response: web.StreamResponse) -> None:
    if request.path == "/" or request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-cache"
