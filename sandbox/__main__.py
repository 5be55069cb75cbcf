"""Runs the offline Telegram alone: ``python -m sandbox --port 8081 --data sandbox.db``."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from sandbox.errors import SandboxError
from sandbox.faults import Settings
from sandbox.server import DEFAULT_TOKEN, Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until interrupted; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Telegram, offline: Bot API and phones.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free port")
    parser.add_argument("--data", type=Path, help="SQLite file that keeps the state; nothing is kept without it")
    parser.add_argument("--token", default=DEFAULT_TOKEN, help="the token the bot uses: digits, a colon, 35 characters")
    parser.add_argument("--name", default="巡督", help="the bot's name")
    parser.add_argument("--username", default="xundu_bot", help="the bot's username")
    parser.add_argument("--keep-messages", type=int, default=0, metavar="N", help="of each chat; 0 for all")
    parser.add_argument("--keep-files", type=int, default=0, metavar="N", help="the newest; 0 for all")
    parser.add_argument(
        "--faults", type=_faults, metavar="JSON", help='what shall go wrong, as for PUT /faults: {"strict": true}'
    )
    options = parser.parse_args(arguments)
    try:
        asyncio.run(_run(options))
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _faults(text: str) -> Settings:
    try:
        return Settings.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise argparse.ArgumentTypeError(f"{where}: {first['msg']}") from error


async def _run(options: argparse.Namespace) -> None:
    sandbox = Sandbox(
        token=options.token,
        path=options.data,
        host=options.host,
        port=options.port,
        bot_name=options.name,
        bot_username=options.username,
        keep_messages=max(options.keep_messages, 0),
        keep_files=max(options.keep_files, 0),
        faults=options.faults,
    )
    async with sandbox:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        sys.stdout.write(f"Offline Telegram: {sandbox.url}\nBot token: {sandbox.token}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
