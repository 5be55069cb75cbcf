"""What the operator may set: read once from ``XUNDU_*``, checked as a whole, never changed afterwards.

Every fault is named at once, so a wrong configuration is put right in one go, and a misspelt name is a fault too,
because a setting that is silently not read is worse than one that is refused. Secrets are wrapped so that no print,
log line, traceback or error message can show them. Nothing else in the house reads the environment.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, urlsplit

from storage import engines
from storage.vault.sealing import BadKey, Keyring

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "XUNDU_"
DRIVERS = ("aiogram", "ptb")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("text", "json")

_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{35}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_DATABASES = ("sqlite", "sqlite+aiosqlite", "postgresql", "postgresql+asyncpg", "postgres")

T = TypeVar("T")


class ConfigError(Exception):
    """The configuration cannot be used; ``problems`` is one sentence a fault, without any secret."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Secret:
    """A word that shows itself only to whoever asks by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the word itself, to be handed to the one who needs it and to nobody else."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(***)" if self._value else "Secret()"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class _Fault(ValueError):
    """What is wrong with one value, as the end of a sentence that begins with the variable's name."""


def _token(text: str) -> Secret:
    if not _TOKEN.fullmatch(text):
        raise _Fault("is not a bot token: digits, a colon and 35 letters, digits, - or _, as @BotFather gives it")
    return Secret(text)


def _webhook_secret(text: str) -> Secret:
    if not _WEBHOOK_SECRET.fullmatch(text):
        raise _Fault("must be 16 to 256 letters, digits, - or _")
    return Secret(text)


def _keys(text: str) -> Secret:
    try:
        Keyring.parse(text)
    except BadKey as error:
        raise _Fault(f"cannot be used: {error}") from None
    return Secret(text)


def _split(text: str) -> SplitResult | None:
    """Take an address apart; None when it is none, or its port is not a number."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _http_url(text: str) -> str:
    parts = _split(text)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        if parts is None or parts.password is not None:
            raise _Fault("must be an http:// or https:// address")  # it may hold a password
        raise _Fault(f"must be an http:// or https:// address, not {text!r}")
    return text.rstrip("/")


def _https_url(text: str) -> str:
    parts = _split(text)
    if parts is None:
        raise _Fault("must be an https:// address that Telegram can reach")  # it may hold a password
    loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or (parts.scheme != "https" and not (loopback and parts.scheme == "http")):
        raise _Fault(f"must be an https:// address that Telegram can reach, not {text!r}")
    return text


def _database(text: str) -> Secret:
    # The address may hold a password, so it is not repeated.
    if text.partition("://")[0] not in _DATABASES:
        raise _Fault("must begin with sqlite:/// or postgresql://")
    try:
        host = engines.parse(text).host or ""
    except ValueError:
        host = "["
    if "[" in host:  # an address of IPv6 that does not end
        raise _Fault("must be sqlite:///path/to/a/file or postgresql://user:password@host:port/name")
    return Secret(text)


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:  # noqa: PLR2004 - the highest port there is
        raise _Fault(f"must be host:port such as 127.0.0.1:8080, not {text!r}")
    return Address(host.strip("[]"), int(port))


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        found = next((one for one in choices if one.lower() == text.lower()), None)
        if found is None:
            raise _Fault(f"must be {' or '.join(choices)}, not {text!r}")
        return found

    return parse


def _number(kind: Callable[[str], T], low: float, high: float) -> Callable[[str], T]:
    def parse(text: str) -> T:
        try:
            value = kind(text)
        except ValueError:
            raise _Fault(f"must be a number, not {text!r}") from None
        if not low <= float(str(value)) <= high:
            raise _Fault(f"must lie between {low:g} and {high:g}, not {text}")
        return value

    return parse


def _as(parse: Callable[[str], object], says: str) -> dict[str, object]:
    """Describe one setting: how its text is read, and what it is for."""
    return {"parse": parse, "says": says}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may be set. Rates are messages per second unless their name says otherwise."""

    bot_token: Secret = field(default=Secret(), metadata=_as(_token, "the bot's token from @BotFather"))
    bot_api_url: str = field(default="https://api.telegram.org", metadata=_as(_http_url, "the Bot API server"))
    driver: str = field(default="ptb", metadata=_as(_one_of(*DRIVERS), "the library that speaks to Telegram"))
    data_dir: Path = field(default=Path("var"), metadata=_as(Path, "where evidence and the SQLite database lie"))
    database_url: Secret = field(
        default=Secret(), metadata=_as(_database, "the database; unset: SQLite in the data directory")
    )
    key: Secret = field(
        default=Secret(), metadata=_as(_keys, "the keys that seal what is confidential: the first writes, all read")
    )
    key_file: Path | None = field(default=None, metadata=_as(Path, "a file with those keys, one a line"))
    voice_minutes: int = field(
        default=10, metadata=_as(_number(int, 1, 60), "the longest voice note an interview takes")
    )
    signing_key: Path | None = field(
        default=None, metadata=_as(Path, "the Ed25519 key that signs each day's head; 'xundu sign --new' makes one")
    )
    office_chat: int = field(
        default=0,
        metadata=_as(_number(int, -(2**52), 2**52), "the chat that hears each day's head; unset: each of the office"),
    )
    far_metres: int = field(
        default=2000,
        metadata=_as(_number(int, 50, 1_000_000), "metres from its unit at which a picture's place is asked about"),
    )
    webhook_url: str = field(
        default="", metadata=_as(_https_url, "the public address for updates; unset: long polling")
    )
    webhook_secret: Secret = field(default=Secret(), metadata=_as(_webhook_secret, "the word Telegram must send along"))
    listen: Address = field(default=Address("127.0.0.1", 8080), metadata=_as(_address, "where the webhook listens"))
    poll_wait: int = field(default=30, metadata=_as(_number(int, 0, 50), "seconds a long poll may wait"))
    chats_at_once: int = field(
        default=16, metadata=_as(_number(int, 1, 1000), "chats whose turns run at the same time")
    )
    sends_at_once: int = field(
        default=16, metadata=_as(_number(int, 1, 200), "chats that are sent to at the same time")
    )
    rate_overall: float = field(default=30.0, metadata=_as(_number(float, 0.1, 1e4), "messages a second to all chats"))
    rate_chat: float = field(default=1.0, metadata=_as(_number(float, 0.01, 1e3), "messages a second to one chat"))
    burst_chat: int = field(default=5, metadata=_as(_number(int, 1, 1000), "messages to a chat before its rate counts"))
    rate_paid: float = field(
        default=0.0, metadata=_as(_number(float, 0.0, 1e3), "messages a second of notices, paid for in Stars; 0: none")
    )
    rate_group: float = field(default=20.0, metadata=_as(_number(float, 0.1, 6e4), "messages a minute to one group"))
    log_level: str = field(default="INFO", metadata=_as(_one_of(*LOG_LEVELS), "the least important thing to log"))
    log_format: str = field(
        default="text", metadata=_as(_one_of(*LOG_FORMATS), "`text` for people or `json`, one object a line")
    )

    @property
    def database(self) -> Secret:
        """The database's URL, the default being a SQLite file in the data directory."""
        return self.database_url or Secret(f"sqlite+aiosqlite:///{self.data_dir / 'xundu.db'}")

    @property
    def evidence_dir(self) -> Path:
        """Where evidence files are kept."""
        return self.data_dir / "evidence"

    def keyring(self) -> Keyring | None:
        """Return the keys, read anew where they are in a file; None when there are none. Raises ConfigError."""
        if self.key:
            return Keyring.parse(self.key.reveal())
        if self.key_file is None:
            return None
        try:
            return Keyring.parse(self.key_file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:  # a BadKey or what is not text is a ValueError
            why = error.strerror if isinstance(error, OSError) else "it holds no key as 'xundu key new' writes it"
            raise ConfigError((f"XUNDU_KEY_FILE: {self.key_file} cannot be used: {why}.",)) from None


def variables() -> tuple[tuple[str, str, str], ...]:
    """List every variable as (name, default as shown, what it says), for the documentation and the command line."""
    return tuple(
        (
            PREFIX + one.name.upper(),
            "" if one.default is None or isinstance(one.default, Secret) else str(one.default),
            one.metadata["says"],
        )
        for one in fields(Settings)
    )


def read(environ: Mapping[str, str], *, need_token: bool = True) -> Settings:
    """Read the settings out of the environment; raises :class:`ConfigError` naming every fault at once.

    An empty variable counts as unset. ``need_token`` is False where no Telegram is spoken to (migrate, check).
    """
    problems: list[str] = []
    values: dict[str, object] = {}
    known = {PREFIX + one.name.upper(): one for one in fields(Settings)}
    for name in sorted(name for name in environ if name.startswith(PREFIX) and name not in known):
        near = difflib.get_close_matches(name, known, n=1)
        problems.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "."))
    for name, one in known.items():
        text = environ.get(name, "").strip()
        if not text:
            continue
        try:
            values[one.name] = one.metadata["parse"](text)
        except _Fault as fault:
            problems.append(f"{name} {fault}.")
    problems += _together(environ, need_token=need_token)
    if problems:
        raise ConfigError(tuple(problems))
    return Settings(**values)  # type: ignore[arg-type] # each parser gives its own field's type


def _together(environ: Mapping[str, str], *, need_token: bool) -> list[str]:
    """Check what only shows when variables are looked at together."""

    def unset(name: str) -> bool:
        return not environ.get(PREFIX + name, "").strip()

    problems = []
    if need_token and unset("BOT_TOKEN"):
        problems.append("XUNDU_BOT_TOKEN is not set: create a bot with @BotFather and put its token here.")
    if not unset("KEY") and not unset("KEY_FILE"):
        problems.append("XUNDU_KEY and XUNDU_KEY_FILE are both set: keep one of them.")
    if not unset("WEBHOOK_URL") and unset("WEBHOOK_SECRET"):
        problems.append("XUNDU_WEBHOOK_SECRET is not set, but a webhook needs one, or anybody could feed the bot.")
    return problems
