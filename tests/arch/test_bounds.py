"""Every bound of the protocol is a limit: a row of the table, told in `hello`, and named by the commands it bears on."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import inspect

from among_protocol.base import MAX_INT, Command
from among_protocol.effects import EFFECTS
from among_protocol.testing import LIMITS
from among_protocol.wire import COMMANDS, tag_of
from among_server import limits
from among_server.config import Config

ROOT = Path(__file__).parents[2]
PROTOCOL = ROOT / "protocol" / "among_protocol"
TABLE = ROOT / "server" / "among_server" / "limits"
BOUNDS = ("max_length", "min_length", "ge", "gt", "le", "lt", "multiple_of")
EVERY = ("key_chars",)  # bears on every command, by its `id`

# Numbers of the protocol that bound nothing which a server refuses.
NO_LIMITS = {
    "base": {"MAX_INT": "what a number is on the wire, in any language"},
    "deprecated": {"NOTICE": "for whoever makes a version of the protocol"},
    "dnd": {"DAYS": "of a week", "HOUR": "in minutes"},
    "markup": {"DEEP": "what is deeper is shown as text"},
    "markup_line": {"_EMPHASIS_2": "a kind of mark"},
    "messages": {
        "QUOTED": "a part of a message, beside the whole of it",
        "GLIMPSED": "likewise",
        "SPEAKERS": "the first of those whom the thread has",
    },
    "moderation": {"MINUTE": "in milliseconds", "DAY": "in milliseconds"},
    "permalinks": {"LONGEST": "what is longer is no link: it is read, and not sent"},
    "query": {"SLIP_LEAST": "when a word is taken for a slip of a filter's name"},
    "safe_text": {"MARKS": "how a text is shown"},
    "status": {"MINUTE": "in milliseconds"},
    "wire": {"VERSION": "of the protocol"},
}
# Modules of the client's side: what they bound is its own memory and patience.
CLIENTS = {"asking", "attention", "backoff", "client", "counting", "following", "newer", "tallies", "view", "whole"}

# Bounds of a field that is a word of a grammar: what is beyond them is none, however long others may be.
GRAMMAR = {
    "days": "a day of the week is one of seven",
    "days[]": "likewise",
    "milestones[].date": "a date is 2019, 2019-05 or 2019-05-17",
}


def constants_of_the_table() -> dict[str, tuple[str, str]]:
    """Of each limit that the protocol says: the module there, and the constant in it."""
    found = {}
    for file in TABLE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="limit"),
                    args=[ast.Constant(value=str(limit)), ast.Attribute(value=ast.Name(id=module), attr=constant), *_],
                ):
                    found[limit] = (module, constant)
                case _:
                    pass
    return found


SAID = constants_of_the_table()


def numbers(module: Path) -> Iterator[str]:
    """The constants of a module that are numbers."""
    for node in ast.parse(module.read_text("utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.strip("_").isupper() and _counts(value):
                yield name


def _counts(value: ast.expr) -> bool:
    """Whether an expression is a number, as it stands or worked out of others."""
    if isinstance(value, ast.BinOp):
        return _counts(value.left) or _counts(value.right)
    return (
        isinstance(value, ast.Constant) and isinstance(value.value, int | float) and not isinstance(value.value, bool)
    )


@pytest.mark.parametrize("module", sorted(PROTOCOL.glob("*.py")), ids=lambda module: module.stem)
def test_inp_05_every_number_of_the_protocol_is_a_limit_or_says_what_else_it_is(module):
    if module.stem in CLIENTS:
        return
    known = {constant for of, constant in SAID.values() if of == module.stem}
    assert set(numbers(module)) == known | set(NO_LIMITS.get(module.stem, {}))


@pytest.mark.parametrize("module", sorted(PROTOCOL.glob("*.py")), ids=lambda module: module.stem)
def test_inp_05_every_bound_of_a_type_is_said_by_the_name_of_its_limit(module):
    """A bound that is a bare number, but for 0 and 1, would stand in no table."""
    known = {constant for _, constant in SAID.values()} | {"MAX_INT", "DAYS"}
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Meta":
            for given in node.keywords:
                if given.arg in BOUNDS and not (isinstance(given.value, ast.Constant) and given.value.value in (0, 1)):
                    names = {one.id for one in ast.walk(given.value) if isinstance(one, ast.Name)}
                    dates = module.stem == "portrait" and ast.unparse(given.value) in ("4", "10")  # GRAMMAR
                    assert dates or (names and names <= known), f"line {node.lineno}: {ast.unparse(node)}"


def bounds(of: inspect.Type, path: str = "") -> Iterator[tuple[str, str, int]]:
    """Every bound of a type and of all within it: the path of the field, the bound, its value."""
    if isinstance(of, inspect.Metadata):
        yield from bounds(of.type, path)
    elif isinstance(of, inspect.UnionType):
        for one in of.types:
            yield from bounds(one, path)
    elif isinstance(of, inspect.StructType):
        for field in of.fields:
            yield from bounds(field.type, f"{path}.{field.encode_name}" if path else field.encode_name)
    else:
        for bound in BOUNDS:
            value = getattr(of, bound, None)
            if value not in (None, 0, 1) and abs(value) != MAX_INT:
                yield path, bound, value
        if isinstance(of, inspect.ListType):
            yield from bounds(of.item_type, f"{path}[]")
        elif isinstance(of, inspect.DictType):
            yield from bounds(of.key_type, f"{path}{{}}")
            yield from bounds(of.value_type, f"{path}{{}}")


@pytest.mark.parametrize("command", COMMANDS, ids=tag_of)
def test_inp_05_every_bound_of_a_command_is_a_limit_that_it_names(command: type[Command]):
    names = {*EFFECTS[command].limits, *EVERY}
    told = {limits.value(limits.TABLE[name], Config()) for name in names}
    if "direct_people" in names:
        told.add(limits.TABLE["direct_people"].value - 1)  # oneself is in it, and not named
    for path, bound, value in bounds(inspect.type_info(command)):
        if not any(path == end or path.endswith(f".{end}") for end in GRAMMAR):
            assert value in told, f"{path}: {bound} {value} is no limit that this command names"


def test_inp_05_the_server_in_memory_tells_what_the_protocol_bounds():
    told: dict[str, Any] = {name: getattr(LIMITS, name) for name in SAID}
    assert told == {name: limits.TABLE[name].value for name in SAID}
