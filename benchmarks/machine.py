"""What the figures were taken on: without it a figure says nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("aiogram", "python-telegram-bot", "aiohttp", "SQLAlchemy", "aiosqlite", "asyncpg")


def description() -> str:
    """Return the machine, its load and the versions, as lines of Markdown."""
    libraries = ", ".join(f"{one} {version(one)}" for one in LIBRARIES)
    load = f"{os.getloadavg()[0]:.2f}"
    processor = f"{_named('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores"
    return "\n".join(
        [
            f"- {processor}, {_memory():.0f} GiB, Linux {platform.release()}",
            f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}",
            f"- begun {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, when the load of the last minute was {load}",
        ]
    )


def _named(path: str, name: str) -> str:
    for line in Path(path).read_text("utf-8").splitlines():
        if line.startswith(name):
            return " ".join(line.partition(":")[2].split())
    return platform.machine()


def _memory() -> float:
    return int(_named("/proc/meminfo", "MemTotal").split()[0]) / 2**20
