"""Any command that the protocol has, made from its own types: one that is added is asked here without an edit.

    pool = Pool()
    pool.hear(frame)                # what the server says is what later commands are made of
    fields = anything(random, pool)

A field is filled with what the server was heard to say under that name (so ids, handles and words are mostly real, one's
own or another's), with what is at the edge of its type, with hostile text, and now and then with what it can't be.
"""

import re
from collections import defaultdict
from random import Random
from typing import Any

from msgspec import inspect

from among_protocol import wire
from among_protocol.base import MAX_INT, Command, Write
from among_protocol.session import SignOut
from tests.world import PASSWORD

HOSTILE = (
    "", " ", "x", "\x00", "\x1b[2J\x1b]0;owned\x07", "'; DROP TABLE entries; --", "%", "_%", "\u202eevil", "a\u0301" * 40,
    "\u200d", "\ufeff", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ud7ff", "\uffff", "NULL", "-1", "../../etc/passwd",
    '{"type":"session.ping"}', "*", '"NEAR("', "@ann @bob @nobody", "é" * 4000, "a" * 9000, "\n\n", "ann\u0430",
)  # fmt: skip
ODD: tuple[Any, ...] = (None, True, False, 1.5, -1, 2**63, {}, [], [[]], {"a": 1}, "", 0)
NUMBERS = (0, 1, 2, 3, 50, 200, 201, 1000, MAX_INT, MAX_INT + 1, -1)
WORDS = {  # that a client may choose, and the server need not have said yet
    "kind": ("open", "private"),
    "state": ("online", "away", "invisible"),
    "slug": ("garden", "hall", "shed", "attic", "admin"),
    "handle": ("ann", "bob", "eve", "new-one", "nobody"),
    "password": (PASSWORD, "wrong horse"),
    "body": ("hi", "@ann @bob"),
    "emoji": ("👍", "🎉"),
    "door": ("open", "ask", "invite"),
    "verdict": ("accepted", "declined"),
}
ID = re.compile(r"[a-z]_[a-z2-7]{16}")
KEPT = 60  # values under a name


class Pool:
    """What was heard so far, by the names of the fields that it stood in."""

    def __init__(self) -> None:
        self.named: defaultdict[str, list[Any]] = defaultdict(list)
        for name, words in WORDS.items():
            self.named[name] += words

    def hear(self, value: Any, name: str = "") -> None:
        """A frame, or a part of one."""
        match value:
            case dict():
                for key, part in value.items():
                    if ID.fullmatch(str(key)):
                        self._keep(name, key)
                    self.hear(part, key)
            case list():
                for part in value:
                    self.hear(part, name)
            case str() | int() if not isinstance(value, bool):
                self._keep(name, value)
                if isinstance(value, str) and ID.fullmatch(value):
                    self._keep("", value)
            case _:
                pass

    def _keep(self, name: str, value: Any) -> None:
        name = name.removesuffix("s") if name.endswith("s") else name
        kept = self.named[name]
        if value not in kept:
            kept.append(value)
            if len(kept) > KEPT:
                del kept[KEPT // 2]

    def one(self, random: Random, name: str, kind: type) -> Any:
        """Something of this type that was heard under this name; None when nothing was."""
        found = [value for value in self.named.get(name.removesuffix("s"), ()) if type(value) is kind]
        return random.choice(found) if found else None


COMMANDS = [command for command in wire.COMMANDS if command is not SignOut]


def anything(random: Random, pool: Pool, command: type[Command] | None = None) -> tuple[type[Command], dict[str, Any]]:
    """A command (this one, where one is given) and its fields, but for its id. Signing out is rare, or there would soon
    be nobody."""
    if command is None:
        command = SignOut if random.random() < 0.01 else random.choice(COMMANDS)
    fields: dict[str, Any] = {"type": wire.tag_of(command)}
    told = inspect.type_info(command)
    assert isinstance(told, inspect.StructType)
    for field in told.fields:
        if field.name == "id" or (not field.required and random.random() < 0.4):
            continue
        if issubclass(command, Write) and field.name == "nonce":
            fields["nonce"] = f"n{random.randrange(10**9)}" if random.random() < 0.8 else f"same{random.randrange(4)}"
        elif random.random() < 0.03:
            fields[field.encode_name] = random.choice(ODD)
        else:
            fields[field.encode_name] = _value(random, pool, field.type, field.name)
    return command, fields


def _value(random: Random, pool: Pool, told: inspect.Type, name: str) -> Any:  # noqa: C901, PLR0912  # a branch for each kind of type
    match told:
        case inspect.StrType():
            heard = pool.one(random, name, str)
            chance = random.random()
            if heard is not None and chance < 0.75:
                return heard
            if chance < 0.85 and (other := pool.one(random, "", str)) is not None:
                return other
            text = random.choice(HOSTILE)
            text = text[: told.max_length] if random.random() < 0.8 else text
            return text.ljust(told.min_length or 0, "x")
        case inspect.IntType():
            heard = pool.one(random, name, int) or pool.one(random, "seq", int)
            number = heard if heard is not None and random.random() < 0.6 else random.choice(NUMBERS)
            return max(told.ge or number, min(told.le or number, number)) if random.random() < 0.8 else number
        case inspect.FloatType():
            return random.choice((0.0, 1.5, -1.0, 1e300))
        case inspect.BoolType():
            return random.random() < 0.5
        case inspect.NoneType():
            return None
        case inspect.LiteralType():
            return random.choice(told.values)
        case inspect.EnumType():
            return random.choice(list(told.cls)).value
        case inspect.UnionType():
            return _value(random, pool, random.choice(told.types), name)
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType():
            size = max(told.min_length or 0, random.choice((0, 1, 2, 3)))
            return [_value(random, pool, told.item_type, name) for _ in range(size)]
        case inspect.DictType():
            pairs = range(random.choice((0, 1, 3)))
            key = "log" if name == "positions" else name
            return {
                str(_value(random, pool, told.key_type, key)): _value(random, pool, told.value_type, name)
                for _ in pairs
            }
        case inspect.StructType():
            return {
                field.encode_name: _value(random, pool, field.type, field.name)
                for field in told.fields
                if field.required or random.random() < 0.5
            }
        case inspect.Metadata():
            return _value(random, pool, told.type, name)
        case _:
            return random.choice(ODD)
