"""The command line: ``xundu demo``, ``xundu serve`` and what else an operator may want done.

Takes the arguments that :mod:`bot.arguments` describes, calls the room that does the work, and turns its errors into a
sentence and an exit status. Exit statuses: 0 done, 1 it did not work, 2 the arguments or settings are wrong, 141
nobody reads what it writes.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import signal
import sys
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot import config, hold
from bot.arguments import parser
from bot.backups.archive import BackupError, Refused
from bot.drivers import aiogram_import
from bot.drivers.errors import BadToken, Conflict, DriverError, Unreachable
from bot.hold import CommandError
from bot.monitoring import logs
from bot.monitoring.live import ask
from storage.database import Database, Unavailable
from storage.people import Role

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence


# --- commands ---


async def _demo(given: argparse.Namespace) -> None:
    aiogram_import.prepare()  # the sandbox uses some of its types; to build all of them takes seconds
    from bot.offline import demo  # noqa: PLC0415 - the sandbox and its library are wanted by this command only

    if given.reset:
        _say(demo.reset(given.data))
        return
    if given.script:
        with tempfile.TemporaryDirectory(prefix="xundu-") as folder:
            if given.script == "month":
                await _month(Path(folder), given.register)
            else:
                _say(await demo.script(Path(folder), given.driver))
        return
    await demo.run(given.data, given.port, given.driver, _until_stopped())


async def _month(folder: Path, register: Path | None) -> None:
    from bot.offline import month  # noqa: PLC0415 - as above

    try:
        content = await asyncio.to_thread(register.read_bytes) if register else None
    except OSError as error:
        raise CommandError(f"{register} cannot be read ({error.strerror}).") from error
    if broken := await month.play(folder, _say, register=content):
        raise CommandError(f"{len(broken)} promises were not kept; they are listed above.")


YOUNG = 5_000
"""New objects after which the collector looks for circles among them: a turn makes hundreds and leaves few behind."""


async def _serve(given: argparse.Namespace) -> None:
    from bot.app import App  # noqa: PLC0415 - the web server and scheduler are wanted by this command only

    del given
    settings = config.read(os.environ)
    logs.configure(settings.log_level, settings.log_format)
    await _up_to_date(settings)
    with hold.database(settings):
        try:
            async with App(settings) as app:
                # What stays for good is collected around from here on: to go through it took a tenth of a second.
                gc.collect()
                gc.freeze()
                gc.set_threshold(YOUNG)
                await app.run(_until_stopped())
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES):
                raise
            raise CommandError(
                f"XUNDU_LISTEN: nothing can listen on {settings.listen} ({os.strerror(error.errno)})."
            ) from error


async def _chat(given: argparse.Namespace) -> None:
    aiogram_import.prepare()  # as for the demo
    from bot.offline import talk  # noqa: PLC0415 - wanted by this command only

    if given.data is not None:
        await talk.run(given.data, Role(given.role), given.language)
        return
    with tempfile.TemporaryDirectory(prefix="xundu-") as folder:
        await talk.run(Path(folder), Role(given.role), given.language)


async def _campaign(given: argparse.Namespace) -> None:
    from bot.commands import campaign as campaign_command  # noqa: PLC0415 - the Telegram library is wanted by few commands

    settings = config.read(os.environ)
    await _up_to_date(settings)
    _say(await campaign_command.started(settings, given.pack, datetime.now(UTC)))


async def _invite(given: argparse.Namespace) -> None:
    from bot.commands import invite as invite_command  # noqa: PLC0415 - the Telegram library is wanted by few commands

    settings = config.read(os.environ)
    await _up_to_date(settings)
    wanted = invite_command.Wanted(
        Role(given.role), given.name, given.group, given.unit, given.days, picture=given.picture
    )
    with _telegram(settings):
        _say(await invite_command.invited(settings, wanted, datetime.now(UTC)))


async def _import(given: argparse.Namespace) -> None:
    from bot.commands import importing as import_command  # noqa: PLC0415 - what reads workbooks is wanted by this command only

    settings = config.read(os.environ, need_token=False)
    await _up_to_date(settings)
    language = given.language or import_command.spoken(os.environ)
    wanted = import_command.Wanted(given.file, given.campaign, given.why, language, dry=given.dry_run, keep=given.keep)
    _say(await import_command.imported(settings, wanted, datetime.now(UTC)))


async def _migrate(given: argparse.Namespace) -> None:
    from storage import upgrading  # noqa: PLC0415 - Alembic is wanted by this command only

    del given
    settings = config.read(os.environ, need_token=False)
    hold.folder(settings.data_dir)
    database = Database(settings.database.reveal())
    try:
        with hold.database(settings), _database():
            await upgrading.migrate(database)
        _say(f"The database is at revision {(await database.revision())[0]}.")
    finally:
        await database.close()


async def _forms(given: argparse.Namespace) -> None:
    from bot.commands import forms as forms_command  # noqa: PLC0415 - the converter is slow to import and wanted by few commands

    forms_command.run(given)


async def _check(given: argparse.Namespace) -> None:
    if given.live or given.ready:
        await ask(config.read(os.environ, need_token=False).listen, "readyz" if given.ready else "healthz")
        _say("All is well.")
        return
    from bot.drivers.driver import open_driver  # noqa: PLC0415 - the Telegram library is wanted only here

    settings = config.read(os.environ)
    await _up_to_date(settings)
    driver = open_driver(settings)
    try:
        with _telegram(settings):
            me = await driver.start()
    finally:
        await driver.close()
    _say(f"All is well: @{me.username} by {settings.driver}, database up to date.")


async def _backup(given: argparse.Namespace) -> None:
    from bot.commands.backup import backed_up  # noqa: PLC0415 - wanted by this command only

    settings = config.read(os.environ, need_token=False)
    await _up_to_date(settings)
    _tell(await backed_up(settings, given.file, datetime.now(UTC)))


async def _restore(given: argparse.Namespace) -> None:
    from bot.commands.backup import checked, restored  # noqa: PLC0415 - wanted by this command only

    if given.check:
        _tell(await checked(given.file))
    else:
        _tell(await restored(config.read(os.environ, need_token=False), given.file))


async def _draw(given: argparse.Namespace) -> None:
    from bot.commands import draw as draw_command  # noqa: PLC0415 - wanted by this command only

    _say(draw_command.verified(given.file))


async def _key(given: argparse.Namespace) -> None:
    from bot.commands import key as key_command  # noqa: PLC0415 - wanted by this command only

    if given.deed == "new":
        _say(key_command.made(given.file))
        return
    settings = config.read(os.environ, need_token=False)
    await _up_to_date(settings)
    if given.deed == "list":
        _say(await key_command.listed(settings))
    else:
        _tell(await key_command.rotated(settings))


async def _verify(given: argparse.Namespace) -> None:
    from bot.commands import verify as verify_command  # noqa: PLC0415 - wanted by this command only

    settings = config.read(os.environ, need_token=False)
    given_out = verify_command.given_out(given.head, given.heads, given.public_key)
    await _up_to_date(settings)
    said, sound = await verify_command.verified(settings, given_out, files=given.files, as_json=given.json)
    _say(said)
    if not sound:
        raise CommandError("What is recorded is not what was recorded first.")


async def _sign(given: argparse.Namespace) -> None:
    from bot.commands import sign as sign_command  # noqa: PLC0415 - wanted by this command only

    if given.new is not None:
        _say(sign_command.new_key(given.new))
        return
    settings = config.read(os.environ, need_token=False)
    await _up_to_date(settings)
    _say(await sign_command.signed(settings, given.day))


async def _inbox(given: argparse.Namespace) -> None:
    from bot.commands import inbox as inbox_command  # noqa: PLC0415 - wanted by this command only

    settings = config.read(os.environ, need_token=False)
    await _up_to_date(settings)
    database = Database(settings.database.reveal(), keyring=settings.keyring())
    try:
        if given.deed == "list":
            _say(await inbox_command.listed(database))
        elif given.deed == "show":
            _say(await inbox_command.shown(database, given.numbers[0], payload=given.payload))
        else:
            _say(await inbox_command.freed(database, given.numbers, datetime.now(UTC), drop=given.deed == "drop"))
    except inbox_command.NotSetAside as error:
        raise CommandError(str(error)) from error
    finally:
        await database.close()


COMMANDS: Mapping[str, Callable[[argparse.Namespace], Coroutine[None, None, None]]] = {
    "demo": _demo,
    "chat": _chat,
    "serve": _serve,
    "campaign": _campaign,
    "invite": _invite,
    "import": _import,
    "forms": _forms,
    "migrate": _migrate,
    "check": _check,
    "backup": _backup,
    "restore": _restore,
    "verify": _verify,
    "sign": _sign,
    "inbox": _inbox,
    "key": _key,
    "draw": _draw,
}


# --- what they share ---


async def _up_to_date(settings: config.Settings) -> None:
    """Refuse to work on a database of another version."""
    hold.folder(settings.data_dir)
    database = Database(settings.database.reveal())
    try:
        with _database():
            current, head = await database.revision()
    finally:
        await database.close()
    if current != head:
        raise CommandError(
            f"The database is at revision {current or 'none'}, this version needs {head}: run 'xundu migrate' first."
        )


@contextmanager
def _telegram(settings: config.Settings) -> Iterator[None]:
    """Say which server it was that could not be reached."""
    try:
        yield
    except Unreachable as error:
        server = urlsplit(settings.bot_api_url)
        where = f"{server.scheme}://{server.netloc.rpartition('@')[2]}"
        raise CommandError(
            f"The Bot API server {where} (XUNDU_BOT_API_URL) cannot be reached: {error}. "
            "Check the network and the address."
        ) from error


@contextmanager
def _database() -> Iterator[None]:
    """Say that it was the database that could not be reached."""
    try:
        yield
    except Unavailable as error:
        raise CommandError(
            f"The database (XUNDU_DATABASE_URL) cannot be used: {error}. Check that it runs and the address is right."
        ) from error


def _until_stopped() -> asyncio.Event:
    """Return an event that SIGINT or SIGTERM sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
    return stop


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line.rstrip("\n") + "\n")


def _tell(said: tuple[str, list[str]]) -> None:
    """Say what was done, and on stderr what is to be looked after."""
    done, warnings = said
    _say(done)
    for one in warnings:
        _complain(0, one)


def main(arguments: Sequence[str] | None = None) -> int:  # noqa: PLR0911 - one line for each way to end
    """Run one command and return its exit status."""
    given = parser().parse_args(arguments)
    logs.configure("WARNING")
    try:
        asyncio.run(COMMANDS[given.command](given))
    except config.ConfigError as error:
        return _complain(2, "The settings cannot be used:", *error.problems)
    except BadToken:
        return _complain(2, "Telegram does not accept the token in XUNDU_BOT_TOKEN. Ask @BotFather for a new one.")
    except Conflict:
        return _complain(1, "Another process receives this bot's updates. Stop it, or give this one its own token.")
    except (BackupError, CommandError, Refused, Unavailable, DriverError) as error:
        return _complain(1, str(error) or type(error).__name__)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if isinstance(error, BrokenPipeError) and _unread("\n"):
            return 141
        # Python itself would print its words, which may be somebody's.
        logging.getLogger("xundu").critical("stopped by a bug", exc_info=error)
        return 1
    return 141 if _unread() else 0


def _unread(more: str = "") -> bool:
    """Whether nobody reads any more what is written, as with ``| head``; what is left is thrown away then."""
    try:
        sys.stdout.write(more)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _complain(status: int, *lines: str) -> int:
    sys.stderr.write("xundu: " + "\n  ".join(lines) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
