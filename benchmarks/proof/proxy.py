"""A small round-robin proxy on the loopback interface: one address for the webhook, several processes behind it.

One that refuses the connection is passed over; one that breaks off is answered for with 502, so that the update comes
again, as from any proxy in front of replicas.
"""

from __future__ import annotations

import itertools
from http import HTTPStatus
from typing import Self

import aiohttp
from aiohttp import web

KEPT = ("X-Telegram-Bot-Api-Secret-Token", "Content-Type")


class Proxy:
    """Spreads requests over the ports given, listening at one of its own: ``async with Proxy(ports, port)``."""

    def __init__(self, ports: list[int], port: int) -> None:
        self.port = port
        self._ports = ports
        self._turn = itertools.count()
        self.passed: dict[int, int] = dict.fromkeys(ports, 0)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _pass(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: request.headers[name] for name in KEPT if name in request.headers}
        for _ in self._ports:
            port = self._ports[next(self._turn) % len(self._ports)]
            url = f"http://127.0.0.1:{port}{request.rel_url}"
            try:
                async with self._session.request(request.method, url, data=body, headers=headers) as answer:
                    self.passed[port] += 1
                    told = {"Retry-After": answer.headers["Retry-After"]} if "Retry-After" in answer.headers else {}
                    return web.Response(status=answer.status, body=await answer.read(), headers=told)
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ClientError:
                break
        return web.Response(status=HTTPStatus.BAD_GATEWAY)
