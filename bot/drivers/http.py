"""The HTTP session both drivers speak through, so that they differ in nothing but the library.

A URL of the Bot API contains the token and aiohttp puts URLs into its error messages; so those messages go no further
than :func:`unreachable`, which keeps the name of the error only.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import ClientConnectionError, ClientConnectorError, ClientSession, ClientTimeout, TCPConnector
from aiohttp import ConnectionTimeoutError as ConnectTimeout

from bot.drivers.driver import CONNECTIONS
from bot.drivers.errors import Unreachable

CONNECT_TIMEOUT = 10.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def open_session(api_url: str) -> ClientSession:
    """Open the session for one Bot API server; a proxy named by HTTPS_PROXY is used, except towards this machine."""
    outside = urlsplit(api_url).hostname not in _LOOPBACK
    # Telegram may close a connection that idles; a fresh one is cheaper than a send whose fate is unknown.
    connector = TCPConnector(limit=CONNECTIONS, ttl_dns_cache=3600, keepalive_timeout=15)
    return ClientSession(connector=connector, trust_env=outside)


def timeout(seconds: float) -> ClientTimeout:
    """Allow a call ``seconds`` in all, and its connection a shorter while."""
    return ClientTimeout(total=seconds, sock_connect=CONNECT_TIMEOUT)


def unreachable(error: BaseException | None) -> Unreachable:
    """Say what a network failure means: only one before the connection stood cannot have reached the server."""
    never_sent = isinstance(error, ClientConnectorError | ConnectTimeout)
    name = type(error).__name__ if error is not None else ClientConnectionError.__name__
    return Unreachable(name, fate_unknown=not never_sent)
