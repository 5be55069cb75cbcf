"""Describes the command line: every command, its options, and what ``--help`` says of them.

Reads arguments and nothing else; what a command does is in :mod:`bot.__main__`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bot import config
from handlers.text import LANGUAGES
from storage.people import Role

DEMO_FOLDER = Path("var/demo")
LAST_PORT = 65535


def parser() -> argparse.ArgumentParser:
    """Describe every command and its options."""
    top = argparse.ArgumentParser(prog="xundu", description="Xundu (巡督): a chat bot for field supervision.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    _trying_out(commands)

    commands.add_parser("serve", help="run the bot on Telegram, or on the server XUNDU_BOT_API_URL names")

    campaign = commands.add_parser("campaign", help="put a pack's example campaign into the bot's own database")
    campaign.add_argument("pack", nargs="?", default="theme-education")

    invite = commands.add_parser("invite", help="make a one-time link that lets somebody in")
    invite.add_argument("--role", choices=[role.value for role in Role], required=True)
    invite.add_argument("--name", default="", help="what the person is called; unset: their Telegram name")
    invite.add_argument("--group", default="", help="the group's name or number")
    invite.add_argument("--unit", default="", help="the unit's code or number")
    invite.add_argument("--days", type=int, default=7, help="days until it expires")
    invite.add_argument("--picture", type=Path, help="also write its QR code to this PNG file")

    _forms(commands)
    _imports(commands)
    _keys(commands)

    draw = commands.add_parser("draw", help="work a published random draw out again")
    draw_deeds = draw.add_subparsers(dest="deed", required=True, metavar="DEED")
    verify = draw_deeds.add_parser("verify", help="say whether it is what its seed draws; reads nothing but the file")
    verify.add_argument("file", type=Path, metavar="FILE", help="the JSON file that the bot handed out")

    commands.add_parser("migrate", help="bring the database up to this version")

    check = commands.add_parser("check", help="check settings, database and token, and say what is wrong")
    running = check.add_mutually_exclusive_group()
    running.add_argument("--live", action="store_true", help="only ask the running bot whether all of it runs")
    running.add_argument("--ready", action="store_true", help="likewise, and whether it can use its database")

    backup = commands.add_parser("backup", help="write everything into one file, while the bot goes on working")
    backup.add_argument("file", type=Path, metavar="FILE", help="a new file; it holds what people wrote: keep it safe")

    restore = commands.add_parser("restore", help="put a backup into an empty database and an empty data directory")
    restore.add_argument("file", type=Path, metavar="FILE", help="what 'xundu backup' wrote, with either database")
    restore.add_argument(
        "--check", action="store_true", help="only read the backup through and say whether it is whole"
    )

    _custody(commands)

    inbox = commands.add_parser("inbox", help="look at updates that failed three times and were set aside")
    deeds = inbox.add_subparsers(dest="deed", required=True, metavar="DEED")
    deeds.add_parser("list", help="list them").set_defaults(numbers=[])
    show = deeds.add_parser("show", help="show one, without what it holds")
    show.add_argument("numbers", type=int, nargs=1, metavar="ID")
    show.add_argument("--payload", action="store_true", help="also what it holds: what a person wrote, and their name")
    for deed, says in (("replay", "put them back in line"), ("drop", "give them up and forget what they hold")):
        deeds.add_parser(deed, help=says).add_argument("numbers", type=int, nargs="+", metavar="ID")
    return top


def _forms(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands on forms."""
    a_form = "XLSForm (.xlsx .xls .csv .md) or XForm (.xml)"
    forms = commands.add_parser("forms", help="work with checklists and other forms")
    deeds = forms.add_subparsers(dest="what", required=True, metavar="DEED")
    check = deeds.add_parser("check", help="say what is wrong in a form, and what is worth knowing")
    check.add_argument("files", type=Path, nargs="+", metavar="FILE", help=a_form)
    check.add_argument("--json", action="store_true", help="write it as JSON")
    diff = deeds.add_parser("diff", help="say what changed between two versions, and what it means for answers")
    diff.add_argument("old", type=Path, metavar="A", help="the older version")
    diff.add_argument("new", type=Path, metavar="B", help="the newer version")
    diff.add_argument("--json", action="store_true", help="write it as JSON")
    walk = deeds.add_parser("walk", help="fill a form in this terminal, as a dry run")
    walk.add_argument("file", type=Path, metavar="FILE", help=a_form)
    fill = deeds.add_parser("fill", help="fill a form from a list of steps and say how it stands then, as JSON")
    fill.add_argument("file", type=Path, metavar="FILE", help=a_form)
    fill.add_argument("--answers", type=Path, required=True, metavar="JSON", help="a list of steps")
    fill.add_argument("--xml", type=Path, metavar="OUT", help="also write the submission to this file")
    for one in (check, diff, walk, fill):
        one.add_argument("--attachments", type=Path, metavar="DIR", help="where lists and pictures are")
        says = "what is spoken: zh_CN or en; unset: the terminal's language" if one is not walk else ""
        one.add_argument(
            "--language", default="", help=says or "the form's language to use, and what is spoken: zh_CN, en …"
        )


def _keys(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands on keys."""
    key = commands.add_parser("key", help="make and change the keys that seal what is confidential")
    deeds = key.add_subparsers(dest="deed", required=True, metavar="DEED")
    new = deeds.add_parser("new", help="make a key")
    new.add_argument("file", type=Path, nargs="?", metavar="FILE", help="put it first into this file; unset: print it")
    deeds.add_parser("list", help="say which keys there are, by their ids, and how much each one seals")
    deeds.add_parser("rotate", help="seal everything with the first key, while the bot goes on working")


def _custody(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands on the chain of custody."""
    verify = commands.add_parser("verify", help="prove that nothing recorded was changed, removed or dated back")
    verify.add_argument(
        "--files",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="hash every file again, too; --no-files where they lie elsewhere or there is no time",
    )
    verify.add_argument("--json", action="store_true", help="write what was found as JSON")
    verify.add_argument(
        "--head", action="append", default=[], metavar="DATE=HASH", help="a day's head that was given out; repeatable"
    )
    verify.add_argument("--heads", type=Path, metavar="FILE", help="heads as 'xundu sign' writes them, one a line")
    verify.add_argument("--public-key", type=Path, metavar="FILE", help="the key whose signatures the heads must have")
    sign = commands.add_parser("sign", help="write the heads of all days, signed where XUNDU_SIGNING_KEY is set")
    sign.add_argument("--day", default="", metavar="DATE", help="only this day's, such as 2026-10-21")
    sign.add_argument("--new", type=Path, metavar="FILE", help="make a key: FILE, and FILE.pub to be given out")


def _imports(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands that bring lists in."""
    imports = commands.add_parser("import", help="bring a list into a campaign, all of it or nothing")
    deeds = imports.add_subparsers(dest="what", required=True, metavar="WHAT")
    units = deeds.add_parser("units", help="the register of units, with groups and rounds if the workbook has them")
    units.add_argument("file", type=Path, metavar="FILE", help="an Excel workbook (.xlsx, .xls) or CSV")
    units.add_argument("--dry-run", action="store_true", help="only say what would change")
    units.add_argument("--campaign", default="", help="the campaign's name; unset: the one that is on")
    units.add_argument("--keep", action="store_true", help="keep units in the register that the file does not name")
    units.add_argument("--why", default="unsaid", help="why units that the file does not name drop out")
    units.add_argument("--language", choices=LANGUAGES, default="", help="what to say it in; unset: the system's")


def _trying_out(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands that need no token."""
    demo = commands.add_parser("demo", help="run everything offline: a page of phones, the bot, a seeded campaign")
    demo.add_argument("--port", type=_port, default=8081, help="the page's port; the next free one if it is taken")
    demo.add_argument("--data", type=Path, default=DEMO_FOLDER, help="where the demonstration is kept")
    demo.add_argument("--driver", choices=config.DRIVERS, default="", help="the Telegram library to use")
    demo.add_argument(
        "--script",
        nargs="?",
        const="visit",
        choices=("visit", "month"),
        help="print a play: one inspector's visit, or a month of rounds on a clock that is moved, which checks itself",
    )
    demo.add_argument("--register", type=Path, help="with --script month: the register it is played with (.xlsx, .xls)")
    demo.add_argument("--reset", action="store_true", help="forget the demonstration and start over")

    chat = commands.add_parser("chat", help="hold a conversation with the bot in this terminal")
    chat.add_argument("--as", dest="role", choices=[role.value for role in Role], default="inspector")
    chat.add_argument("--data", type=Path, help="where to keep it; unset: forgotten at the end")
    chat.add_argument("--language", default="zh-hans", help="what the person's Telegram would say: zh-hans, en …")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {LAST_PORT}, not {text}")
    return int(text)
