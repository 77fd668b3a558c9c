"""Old and new understand each other (OPS-06): new bytes with old structs, old bytes with new ones, in both encodings.

`older` makes the structs of a version that did not have some of the optional fields yet; `tomorrow` makes the frame of a
version that has fields at every level of which nobody knows today. What was really published is in test_golden.
"""

import types
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from among_protocol import schema
from among_protocol.base import Ok, Refused
from among_protocol.inbox import InboxPage
from among_protocol.logs import EntryPage
from among_protocol.messages import MessageSent
from among_protocol.schema import golden
from among_protocol.testing.connection import Connection
from among_protocol.wire import COMMANDS, EVENTS, JSON, MSGPACK, Encoding, UnknownEvent

from .faults import a_client
from .model import Server
from .test_client_resume import STEPS, Step, say
from .test_golden import COMMAND, EVENT, FRAMES, understood
from .test_wire import RESULTS, frames, without_raw

ENCODINGS = [pytest.param(encoding, id=encoding.subprotocol) for encoding in (JSON, MSGPACK)]
CODECS: dict[Encoding, tuple[Callable[..., bytes], Callable[..., Any]]] = {
    JSON: (msgspec.json.encode, msgspec.json.decode),
    MSGPACK: (msgspec.msgpack.encode, msgspec.msgpack.decode),
}
Gone = frozenset[tuple[str, str]]  # struct and field


# --- structs of yesterday


def structs_in(info: inspect.Type) -> dict[str, inspect.StructType]:
    """All structs that a type is made of, by name."""
    match info:
        case inspect.StructType():
            found = {info.cls.__name__: info}
            for field in info.fields:
                found |= structs_in(field.type)
            return found
        case inspect.UnionType():
            return {name: one for inner in info.types for name, one in structs_in(inner).items()}
        case inspect.ListType():
            return structs_in(info.item_type)
        case inspect.DictType():
            return structs_in(info.value_type)
        case inspect.Metadata():
            return structs_in(info.type)
        case _:
            return {}


@cache
def optional(struct: type[Any]) -> list[tuple[str, str]]:
    """The fields, in it and within it, that a version may not have had yet."""
    found = {
        (one.cls.__name__, field.name)
        for one in structs_in(inspect.type_info(struct)).values()
        for field in one.fields
        if not field.required
    }
    return sorted(found)


def older(struct: type[Any], gone: Gone, made: dict[type[Any], Any] | None = None) -> Any:
    """The struct as it was before it had these fields, all the way down."""
    made = {} if made is None else made
    if struct not in made:
        hints = get_type_hints(struct, include_extras=True)
        fields = []
        for field in msgspec.structs.fields(struct):
            if (struct.__name__, field.name) in gone:
                continue
            default = msgspec.field(name=field.encode_name)
            if not field.required:
                given = (
                    {"default_factory": field.default_factory}
                    if field.default is msgspec.NODEFAULT
                    else {"default": field.default}
                )
                default = msgspec.field(name=field.encode_name, **given)
            fields.append((field.name, _older_hint(hints[field.name], gone, made), default))
        config = struct.__struct_config__
        made[struct] = msgspec.defstruct(
            struct.__name__,
            fields,
            kw_only=True,
            omit_defaults=config.omit_defaults,
            tag_field=config.tag_field,
            tag=config.tag,
        )
    return made[struct]


def _older_hint(hint: Any, gone: Gone, made: dict[type[Any], Any]) -> Any:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return older(hint, gone, made)
    inner = [_older_hint(one, gone, made) for one in get_args(hint)]
    match get_origin(hint):
        case None:
            return hint
        case origin if origin is Annotated:
            return Annotated[inner[0], *hint.__metadata__]
        case origin if origin in (Union, types.UnionType):
            return Union[tuple(inner)]  # noqa: UP007  # made at run time
        case origin if origin in (list, dict):
            return origin[tuple(inner)]
        case _:
            return hint


def within(less: Any, more: Any) -> bool:
    """Whether all that the one says is said by the other."""
    if isinstance(less, dict) and isinstance(more, dict):
        return all(name in more and within(held, more[name]) for name, held in less.items())
    if isinstance(less, list) and isinstance(more, list):
        return len(less) == len(more) and all(map(within, less, more))
    return bool(less == more)


KINDS = without_raw([*COMMANDS, *EVENTS, *RESULTS, Refused])  # type: ignore[list-item]  # all are structs


@settings(max_examples=100)
@given(data=st.data())
def test_ops_06_new_bytes_are_read_by_old_structs(data: st.DataObject):
    struct = data.draw(st.sampled_from(KINDS))
    gone = frozenset(data.draw(st.sets(st.sampled_from(optional(struct))))) if optional(struct) else frozenset()
    said, old = data.draw(frames(struct)), older(struct, gone)
    for encode, decode in CODECS.values():
        read = msgspec.to_builtins(decode(encode(said), type=old))
        assert within(read, msgspec.to_builtins(said))
        assert gone or read == msgspec.to_builtins(said)


@settings(max_examples=100)
@given(data=st.data())
def test_ops_06_old_bytes_are_read_by_new_structs(data: st.DataObject):
    struct = data.draw(st.sampled_from(KINDS))
    gone = frozenset(data.draw(st.sets(st.sampled_from(optional(struct))))) if optional(struct) else frozenset()
    said = data.draw(frames(older(struct, gone)))
    for encode, decode in CODECS.values():
        read = decode(encode(said), type=struct)
        assert within(msgspec.to_builtins(said), msgspec.to_builtins(read))
        for field in msgspec.structs.fields(struct):
            if (struct.__name__, field.name) in gone:
                default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
                assert getattr(read, field.name) == default


def test_the_structs_of_yesterday_know_less():
    old = older(MessageSent, frozenset({("MessageSent", "mentions")}))
    assert "mentions" not in old.__struct_fields__
    said = MessageSent(log="r", seq=1, at="t", body="hi", mentions=["m"])
    read = JSON.encode(msgspec.json.decode(JSON.encode(said), type=old))
    assert b"mentions" not in read
    assert b'"body":"hi"' in read


# --- frames of tomorrow

novel = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=4,
)
NEWS = {"x_mood": "sunny", "x_depth": {"type": "x.y", "seq": [1, None, {"deep": True}]}, "x_null": None}


def tomorrow(info: inspect.Type, value: Any, news: dict[str, Any]) -> Any:
    """The same with more in it, wherever there is an object of named fields."""
    match info:
        case inspect.Metadata():
            return tomorrow(info.type, value, news)
        case inspect.StructType() if isinstance(value, dict):
            known = {field.encode_name: field.type for field in info.fields}
            told = {name: tomorrow(known[name], held, news) if name in known else held for name, held in value.items()}
            return {
                **{name: held for name, held in news.items() if name not in known and name != info.tag_field},
                **told,
            }
        case inspect.UnionType():
            return tomorrow(next((one for one in info.types if _is(one, value)), info.types[0]), value, news)
        case inspect.ListType():
            return [tomorrow(info.item_type, held, news) for held in value]
        case inspect.DictType():
            return {key: tomorrow(info.value_type, held, news) for key, held in value.items()}
        case inspect.RawType():
            return (
                tomorrow(inspect.type_info(EVENT[value["type"]]), value, news) if value.get("type") in EVENT else value
            )
        case _:
            return value


def _is(info: inspect.Type, value: Any) -> bool:
    if isinstance(info, inspect.StructType) and isinstance(value, dict):
        return info.tag_field is None or value.get(info.tag_field) == info.tag
    return isinstance(info, inspect.NoneType) == (value is None) and not isinstance(value, dict)


def tomorrows(frame: dict[str, Any], reply: type[Any] | None, news: dict[str, Any]) -> dict[str, Any]:
    """A whole frame. `reply`: what an `ok` holds."""
    match frame["type"]:
        case "ok" if reply is not None:
            result = tomorrow(inspect.type_info(reply), frame["result"], news)
            budget = {"budget": {**news, **frame["budget"]}} if frame.get("budget") else {}
            return {**news, **frame, "result": result, **budget}
        case "refused":
            info = inspect.type_info(Refused)
        case type:
            info = inspect.type_info({**COMMAND, **EVENT}.get(type, UnknownEvent))
    told: dict[str, Any] = tomorrow(info, frame, news)
    return told


@pytest.mark.parametrize("frame", [pytest.param(frame, id=frame.key) for frame in FRAMES])
def test_ops_06_more_fields_at_every_level_change_nothing(frame: golden.Frame):
    reply = COMMAND[frame.of].Reply if frame.kind == "ok" else None
    more = tomorrows(frame.frame, reply, NEWS)
    if frame.of != "account.export":  # its records are passed on as they came
        assert str(more).count("x_mood") >= str(frame.frame).count("{") - 2, "two of them are maps at most"
    for encoding in (JSON, MSGPACK):
        today = understood(frame, encoding, encoding.encode(frame.frame))
        read = understood(frame, encoding, encoding.encode(more))
        assert entries_of(read, encoding) == entries_of(today, encoding)
        assert read == today


def entries_of(read: Any, encoding: Encoding) -> list[Any]:
    """What an answer passes on as it came is taken out of it, and read."""
    result = getattr(read, "result", None)
    found: list[Any] = []
    if isinstance(result, EntryPage):
        found, result.entries = result.entries, []
    elif isinstance(result, InboxPage):
        found, result.notices = result.notices, []
    return [encoding.decode_entry(raw) for raw in found]


@settings(max_examples=100)
@given(frame=st.sampled_from(FRAMES), news=st.dictionaries(st.text(min_size=1, max_size=12), novel, max_size=4))
def test_ops_06_whatever_the_new_fields_hold(frame: golden.Frame, news: dict[str, Any]):
    reply = COMMAND[frame.of].Reply if frame.kind == "ok" else None
    news = {name: value for name, value in news.items() if name not in KNOWN}
    for encoding in (JSON, MSGPACK):
        today = understood(frame, encoding, encoding.encode(frame.frame))
        read = understood(frame, encoding, encoding.encode(tomorrows(frame.frame, reply, news)))
        assert entries_of(read, encoding) == entries_of(today, encoding)
        assert read == today


KNOWN = {name for definition in schema.document()["$defs"].values() for name in definition.get("properties", {})}


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(
    type=st.text(min_size=1).filter(lambda type: type not in {"ok", "refused", *EVENT}),
    place=st.fixed_dictionaries(
        {}, optional={"log": st.text(), "seq": st.integers(1, 2**53), "from": st.integers(1, 2**53)}
    ),
    more=st.dictionaries(st.text(), novel, max_size=4),
)
def test_ops_06_an_event_of_tomorrow_keeps_its_place(
    encoding: Encoding, type: str, place: dict[str, Any], more: dict[str, Any]
):
    more = {name: value for name, value in more.items() if name not in ("type", "log", "seq", "from")}
    read = encoding.decode_server(encoding.encode({**more, **place, "type": type})).event
    expected = UnknownEvent(type=type, log=place.get("log", ""), seq=place.get("seq", 0), first=place.get("from", 0))
    assert read == expected
    assert encoding.decode_entry(encoding.encode({**more, **place, "type": type})) == expected


def test_ops_06_no_set_of_words_that_the_server_says_is_closed():
    """A word more would be unreadable to old clients, if their struct named the words."""
    told = [*EVENTS, *(command.Reply for command in COMMANDS), Ok, Refused]
    closed = [
        (struct.cls.__name__, field.name)
        for one in told
        for struct in structs_in(inspect.type_info(one)).values()
        for field in struct.fields
        if isinstance(field.type, inspect.LiteralType | inspect.EnumType)
    ]
    assert closed == []


# --- a client of today at a server of tomorrow


class Tomorrow(deque[bytes]):
    """Frames on their way, each with more in it than anybody knows, and now and then one that nobody knows."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection
        self._said = 0

    def append(self, data: bytes) -> None:
        encoding = self._connection.encoding
        decode = CODECS[encoding][1]
        frame = decode(data)
        asked = {command.id: command for command in self._connection.told}
        reply = asked[frame["id"]].Reply if frame["type"] == "ok" else None
        super().append(encoding.encode(tomorrows(frame, reply, NEWS)))
        self._said += 1
        if self._said % 3 == 0:
            super().append(encoding.encode({"type": "x.garden/rain", "litres": 3.5, "beds": [{"log": 1}]}))


class ServerOfTomorrow(Server):
    def connect(self, encoding: Encoding = JSON) -> Connection:
        connection = super().connect(encoding)
        said, connection.out = connection.out, Tomorrow(connection)
        connection.out.extend(said)  # hello
        return connection


@settings(max_examples=40)
@given(
    steps=st.lists(STEPS, min_size=15, max_size=40),
    from_start=st.booleans(),
    encoding=st.sampled_from([JSON, MSGPACK]),
)
def test_ops_06_a_client_of_today_is_whole_at_a_server_of_tomorrow(
    steps: list[Step], from_start: bool, encoding: Encoding
):
    wire = a_client(ServerOfTomorrow(), from_start=from_start, encoding=encoding)
    say(wire, "r1", 4)
    wire.open()
    for step, *args in steps:
        step(wire, *args)
    wire.settle()
    wire.whole()


def test_the_server_of_tomorrow_says_more():
    wire = a_client(ServerOfTomorrow())
    wire.open()
    wire.settle()
    assert UnknownEvent(type="x.garden/rain") in wire.reader.told or wire.reader.ups == 1
    assert wire.connection is not None
    wire.server.zoe_says("r1")
    assert b"x_mood" in wire.connection.out[0]
