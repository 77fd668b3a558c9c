"""What the protocol says that a command may bring about is what the code of the server can bring about: read from it.

From each handler, and from the store's rule behind it, every function that is called is followed; the error codes and
kinds of entries that are named there are all that can be. Tests of the server hold the table from the other side:
whatever they see is declared (tests/world.py).
"""

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import among_server
from among_protocol import codes, effects
from among_protocol.base import Entry, Write
from among_protocol.codes import ErrorCode
from among_protocol.session import Limits
from among_protocol.wire import COMMANDS, ENTRIES, tag_of
from among_server.core.policy import POLICY, Who
from among_server.handlers import ROUTES
from among_server.store.rules import RULES

SOURCE = Path(among_server.__file__).parent

# What is called by a name that an object has: where it is defined.
METHODS = {
    "create_account": "store/rules/sign_up.py:create_account",
    "open_session": "store/rules/sessions.py:enter",
    "end_sessions": "store/rules/sessions.py:end",
    "change_password": "store/rules/sessions.py:change_password",
    "use_reset": "store/rules/sessions.py:use_reset",
    "begin_erasure": "store/rules/erasing.py:begin",
    "set_marker": "store/rules/markers.py:set_marker",
    "set_block": "store/rules/blocks.py:set_block",
    "set_reach": "store/rules/reach.py:set_reach",
    "set_notify": "store/rules/notify.py:set_notify",
    "choose_in_thread": "store/rules/threads.py:choose",
    "set_dnd": "store/rules/notify.py:set_dnd",
    "mark_inbox": "store/rules/inbox.py:mark",
    "set_status": "store/rules/status.py:set_status",
    "set_interests": "store/rules/tags.py:set_interests",
    "dismiss": "store/rules/tags.py:dismiss",
    "create_invite": "store/rules/invites.py:create",
    "revoke_invite": "store/rules/invites.py:revoke",
    "invites": "store/rules/invites.py:list_",
    "invited": "store/rules/invites.py:invited",
    "set_draft": "store/rules/drafts.py:set_draft",
    "set_bookmark": "store/rules/bookmarks.py:set_bookmark",
    "remove_bookmark": "store/rules/bookmarks.py:remove_bookmark",
    "follow_thread": "store/rules/threads.py:follow",
    "unfollow_thread": "store/rules/threads.py:unfollow",
    "mark_thread": "store/rules/threads.py:mark",
    "room": "core/context.py:room",
    "member_of": "core/context.py:member_of",
    "password": "core/tries.py:password",
    "secret": "core/tries.py:secret",
    "sign_up": "core/tries.py:sign_up",
    "hash": "core/passwords.py:hash",
    "check": "core/passwords.py:check",
    "search": "store/search.py:refusal",
}
STORES = {
    "create_invite",
    "revoke_invite",
    "invites",
    "invited",
    "create_account",
    "open_session",
    "end_sessions",
    "change_password",
    "use_reset",
    "begin_erasure",
    "set_marker",
    "set_block",
    "set_reach",
    "set_notify",
    "choose_in_thread",
    "set_dnd",
    "mark_inbox",
    "set_status",
    "set_interests",
    "dismiss",
    "set_draft",
    "set_bookmark",
    "remove_bookmark",
    "follow_thread",
    "unfollow_thread",
    "mark_thread",
}

CODES = {name: value for name, value in vars(codes).items() if isinstance(value, ErrorCode)}
KINDS = {entry.__name__: entry for entry in ENTRIES}

# What the code seems to be able to do, and can't: why.
NEVER = {
    "any": {
        codes.ACCOUNT_GONE: "who is signed in has an account, and no command ends one",
        codes.SIGN_IN_REQUIRED: "a session that ends meanwhile: told of every command that needs an account",
        codes.BUSY: "told of whatever is written",
    },
    "session.sign_up": {
        codes.BAD_CREDENTIALS: "its password would have to change before the account is there",
        codes.TOKEN_INVALID: "its session would have to end before it is told",
        codes.ACCOUNT_DISABLED: "it would have to be disabled before it is there",
    },
    "account.reset_password": {codes.TOKEN_INVALID: "its session would have to end before it is told"},
    "session.sync": {codes.COMMUNITY_GONE: "caught", codes.RIGHT_MISSING: "no right is asked for"},
    "community.read": {codes.RIGHT_MISSING: "no right is asked for"},
    "member.find": {codes.RIGHT_MISSING: "no right is asked for"},
    "persona.read": {codes.RIGHT_MISSING: "no right is asked for"},
    "member.list": {codes.RIGHT_MISSING: "no right is asked for"},
    "corner.list": {codes.RIGHT_MISSING: "no right is asked for"},
    "corner.update": {codes.RIGHT_MISSING: "every role may have one"},
    "post.publish": {codes.RIGHT_MISSING: "every role may publish"},
    "room.list": {codes.RIGHT_MISSING: "no right is asked for"},
    "portrait.read": {codes.RIGHT_MISSING: "no right is asked for"},
    "portrait.history": {codes.RIGHT_MISSING: "no right is asked for"},
    "welcome.read": {codes.RIGHT_MISSING: "no right is asked for"},
    "greeter.list": {codes.RIGHT_MISSING: "no right is asked for"},
    "quote.list": {codes.RIGHT_MISSING: "no right is asked for"},
    "quote.ask": {codes.RIGHT_MISSING: "no right is asked for"},
    "portrait.export": {codes.RIGHT_MISSING: "no right is asked for"},
    "message.search": {codes.RIGHT_MISSING: "no right is asked for"},
    "member.search": {codes.RIGHT_MISSING: "no right is asked for"},
    "log.entries": {codes.ROOM_GONE: "caught: log.gone"},
    "message.send": {codes.RIGHT_MISSING: "every role may speak"},
    "message.forward": {codes.RIGHT_MISSING: "every role may speak"},
    "reaction.add": {codes.RIGHT_MISSING: "every role may speak"},
    "room.add": {codes.RIGHT_MISSING: "every role may add"},
}


class Function(NamedTuple):
    body: list[ast.stmt]
    file: str


@cache
def functions() -> dict[str, Function]:
    """Every function and method, as `file:name`."""
    found: dict[str, Function] = {}
    for path in (
        *SOURCE.glob("handlers/*.py"),
        *SOURCE.glob("store/rules/*.py"),
        *SOURCE.glob("core/*.py"),
        SOURCE / "store/search.py",
    ):
        file = str(path.relative_to(SOURCE))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[f"{file}:{node.name}"] = Function(node.body, file)
    return found


@cache
def imported(file: str) -> dict[str, str]:
    """What names of a module are of another: `file:name`, or the file of a module."""
    found: dict[str, str] = {}
    here = (SOURCE / file).parent
    for node in ast.parse((SOURCE / file).read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here
            for _ in range(node.level - 1):
                base = base.parent
            base = base / (node.module or "").replace(".", "/")
            for name in node.names:
                target = base / f"{name.name}.py" if base.is_dir() else base.with_suffix(".py")
                path = str(target.relative_to(SOURCE))
                found[name.asname or name.name] = path if base.is_dir() else f"{path}:{name.name}"
    return found


def _is_ours(node: ast.Attribute) -> bool:
    """`context.room` is a guard, `store.room` reads."""
    return node.attr not in ("room", "member_of") or (isinstance(node.value, ast.Name) and node.value.id == "context")


@cache
def reached(start: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names that are read in a function and in all that it calls; and the names of the methods that it calls."""
    names: set[str] = set()
    methods: set[str] = set()
    seen: set[str] = set()
    todo = [start]
    while todo:
        key = todo.pop()
        if key in seen or key not in functions():
            continue
        seen.add(key)
        body, file = functions()[key]
        for node in (inner for statement in body for inner in ast.walk(statement)):
            if isinstance(node, ast.Name):
                names.add(node.id)
                todo += [f"{file}:{node.id}", imported(file).get(node.id, "")]
            elif isinstance(node, ast.Attribute):
                names.add(node.attr)
                if isinstance(node.value, ast.Name) and node.value.id == "self":
                    todo.append(f"{file}:{node.attr}")
                elif isinstance(node.value, ast.Name) and (module := imported(file).get(node.value.id)):
                    todo.append(f"{module}:{node.attr}")
                elif node.attr in METHODS and file.startswith("handlers/") and _is_ours(node):
                    methods.add(node.attr)
                    todo.append(METHODS[node.attr])
    return frozenset(names), frozenset(methods)


def starts(command: type) -> list[str]:
    handler = ROUTES[command].handler
    found = [f"handlers/{handler.__module__.rsplit('.', 1)[1]}.py:{handler.__name__}"]
    if command in RULES:
        rule = RULES[command]
        found.append(f"store/rules/{rule.__module__.rsplit('.', 1)[1]}.py:{rule.__name__}")
    assert set(found) <= set(functions())
    return found


@pytest.mark.parametrize("command", COMMANDS, ids=tag_of)
def test_every_refusal_that_the_code_can_make_is_declared_and_no_other(command):
    names = frozenset[str]().union(*(reached(start)[0] for start in starts(command)))
    methods = frozenset[str]().union(*(reached(start)[1] for start in starts(command)))
    can = {CODES[name] for name in names if name in CODES} - set(effects.ALWAYS)
    rule = POLICY[command]
    can |= {codes.SIGNED_IN_ALREADY} if rule.who is Who.GUEST else set()
    can |= set(effects.STORED) if methods & STORES else set()
    declared = set(effects.EFFECTS[command].refusals)
    assert {code.code for code in declared - can} == set(), "declared, and impossible"
    undeclared = can - set(effects.refusals(command, guest=rule.who in (Who.ANYONE, Who.GUEST)))
    never = NEVER["any"] | NEVER.get(tag_of(command), {})
    assert {code.code for code in undeclared - set(never)} == set(), "possible, and not declared"


@pytest.mark.parametrize("command", COMMANDS, ids=tag_of)
def test_every_entry_that_the_code_can_write_is_declared_and_no_other(command):
    names = frozenset[str]().union(*(reached(start)[0] for start in starts(command)))
    can = {KINDS[name] for name in names if name in KINDS}
    declared = {told.event for told in effects.EFFECTS[command].events if issubclass(told.event, Entry)}
    assert {one.__name__ for one in declared} == {one.__name__ for one in can}


@cache
def limits() -> dict[str, str]:
    """The constants of the table of limits, and the name of each in it."""
    found = {}
    sections = [ast.parse(file.read_text("utf-8")) for file in (SOURCE / "limits").glob("*.py")]
    for node in (node for section in sections for node in section.body):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            first = node.value.args[0] if node.value.args else None
            if isinstance(first, ast.Constant):
                found[node.targets[0].id] = str(first.value)
    return found


@pytest.mark.parametrize("command", COMMANDS, ids=tag_of)
def test_every_limit_that_the_code_looks_at_is_declared(command):
    names = frozenset[str]().union(*(reached(start)[0] for start in starts(command)))
    looked_at = {limits()[name] for name in names if name in limits()} & set(Limits.__struct_fields__)
    assert looked_at <= set(effects.EFFECTS[command].limits)


def test_every_command_has_its_row():
    assert list(effects.EFFECTS) == list(COMMANDS)
    assert all(set(row.refusals).isdisjoint(effects.ALWAYS) for row in effects.EFFECTS.values())
    assert [command for command in COMMANDS if issubclass(command, Write)] == list(RULES)
