"""Every sentence a person may read can be found by `make locales`, and none is Chinese in the code itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from locales.collect import KEYWORDS, SPEAKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SPEAKERS = {name: 2 if places else 1 for name, places in KEYWORDS.items()}
"""How many first arguments of each call are sentences."""

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
MAY_WRITE_CHINESE = {
    "handlers/text.py",  # the name of a language in its own words, and how dates are written
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for room in SPEAKING:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def bare_strings(node: ast.expr) -> Iterator[ast.Constant]:
    """Yield the strings an expression may turn out to be, leaving out those that are marked or only compared."""
    match node:
        case ast.Constant(value=str()):
            yield node
        case ast.IfExp(body=body, orelse=orelse):
            yield from bare_strings(body)
            yield from bare_strings(orelse)
        case ast.BoolOp(values=values):
            for value in values:
                yield from bare_strings(value)
        case ast.JoinedStr() | ast.BinOp():
            yield ast.Constant(ast.unparse(node), lineno=node.lineno)


def assigned(function: ast.AST, name: str) -> Iterator[ast.expr]:
    """Yield what is assigned to a local name anywhere in a function."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value) if any(
                isinstance(one, ast.Name) and one.id == name for one in targets
            ):
                yield value
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                yield value


def unmarked(name: str, tree: ast.Module) -> Iterator[str]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for function in functions:
        for call in ast.walk(function):
            if not isinstance(call, ast.Call):
                continue
            if called(call) in SPEAKERS and isinstance(call.func, ast.Attribute):
                for sentence in call.args[: SPEAKERS[called(call)]]:
                    if isinstance(sentence, ast.Constant):
                        continue  # collected where it stands
                    may_be = assigned(function, sentence.id) if isinstance(sentence, ast.Name) else [sentence]
                    for expression in may_be:
                        yield from (f"{name}:{one.lineno}: {one.value}" for one in bare_strings(expression))
            elif called(call) == "UserError" and call.args:
                yield from (f"{name}:{one.lineno}: {one.value}" for one in bare_strings(call.args[0]))


def unsaid(tree: ast.Module) -> set[int]:
    """Return the ids of strings nobody is told: documentation, which we read, and patterns, which are listened for."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    patterns = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"
        for argument in node.args
        for part in ast.walk(argument)
    }
    return documentation | patterns


def test_every_sentence_is_spoken_where_it_stands_or_marked():
    lost = {line for name, tree in modules() for line in unmarked(name, tree)}
    assert sorted(lost) == [], "write mark(...) around it, or it is never translated"


def test_a_sentence_that_is_chosen_between_is_noticed():
    tree = ast.parse(
        "def f(turn, late):\n"
        "    word = 'Later' if late else mark('Skip')\n"
        "    turn.label(word)\n"
        "    turn.t('Now' if late else 'Then')\n"
        "    turn.t('Found')\n"
    )
    assert [line.rpartition(" ")[2] for line in unmarked("m", tree)] == ["Later", "Now", "Then"]


@pytest.mark.parametrize("room", ["handlers", "reports"])
def test_no_chinese_stands_in_the_code_that_speaks(room):
    spoken = []
    for name, tree in modules():
        if not name.startswith(f"{room}/") or name in MAY_WRITE_CHINESE:
            continue
        silent = unsaid(tree)
        spoken += [
            f"{name}:{node.lineno}: {node.value!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
            and CHINESE.search(node.value)
        ]
    assert spoken == [], "English in the code, Chinese in the catalogue"
