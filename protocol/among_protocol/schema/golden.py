"""Golden frames: one of each kind, as a version of the protocol first had it, in both encodings.

schema/golden/v1.json lists them for programs in any language: what a client of some version sent, what a server of some
version said. They are read for ever, so those of an older version are never changed and never removed; where a kind has
since got a field, a frame of the newer version stands beside it. Those of the version in the making are made anew.

Of each kind there is a `full` frame, with every field at another value than its default; a `bare` one, with only what
must be there; `full 2` and so on where a field has several forms; and `blank`, an entry whose body was deleted.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from .. import __version__
from ..base import MAX_INT, Budget, Entry
from ..blank import blanked
from ..codes import ERROR_CODES, ErrorCode
from ..export import ExportedEntry
from ..messages import MessageSent
from ..wire import COMMANDS, EVENTS, JSON, MSGPACK, VERSION, tag_of
from . import FOLDER

FILE = FOLDER / "golden" / f"v{VERSION}.json"
ABOUT = (
    "Frames as each version of the protocol first had them. `frame` is the object, `msgpack` the same in MessagePack, in "
    "hexadecimal digits. `kind` is command, event, ok or refused; `of` is the command's or event's type, or the "
    "refusal's code; `sent_by` is client or server."
)
ROOM, COMMUNITY, MEMBER = "r_4wq6ncz2kkvdu7ma", "c_o2mhx5tq3ybl7cfe", "m_7ytkq2vdj3a6hw5n"
SESSION = "s_5tdkq3vxwn2m7zha"
AT = "2026-01-31T09:00:00.000Z"
# What a field holds in an example, so that it can be read: of this name, or of this name in one struct. A field without
# a line here says its own name.
VALUES: dict[str, Any] = {
    "id": "17", "Account.id": "a_q3d5vx2nwm6kzt4h", "Community.id": COMMUNITY, "Room.id": ROOM, "SessionCard.id": SESSION, "nonce": "0b1f6e2c-41", "room": ROOM, "log": ROOM, "community": COMMUNITY, "member": MEMBER, "by": MEMBER,
    "stewards": "s_m5x3hz6kqv2tnd7w", "session": SESSION, "at": AT,
    "until": "2026-02-01T09:00:00.000Z", "opened": AT, "seen": AT, "silenced_until": "2026-02-01T09:00:00.000Z",
    "epoch": "e_n4k7wz2qtd6vx3mh", "handle": "ann", "handles": "bob", "display_name": "Ann Lee", "name": "The garden",
    "bio": "Grows tomatoes. Räucherstäbchen, too.", "about": "All that grows \U0001f331", "slug": "garden", "query": "gard",
    "topic": "What to sow in March", "body": "Gr\u00fc\u00dfe aus dem Garten \U0001f331", "mentions": MEMBER,
    "members": MEMBER, "reason": "spam", "note": "Talked to them.", "password": "correct horse battery",
    "old": "correct horse battery", "new": "tr0ubador & three", "token": "among_2vx6kq", "invite": "k3w7zq", "code": "r7m2qx",
    "device": "laptop", "server": "among/0.1.0", "durability": "full", "sign_up": "invite", "versions": 1,
    "extensions": "x.garden/weather", "Limits.extensions": 32, "kind": "open", "LogState.kind": "room",
    "LogState.reason": "epoch", "Block.kind": "mute", "BlockChanged.kind": "mute", "state": "away", "outcome": "acted",
    "door": "ask", "rules": 3, "CommunityUpdated.rules": "Be kind.", "UpdateCommunity.rules": "Be kind.", "Preview.rules": "Be kind.", "rules_version": 3, "version": 3, "newest": 4, "accepted": 3, "text": "Be kind.", "questions": "What do you grow?", "question": "What do you grow?", "answer": "Beans.", "answers": "Beans.", "verdict": "accepted", "Invite.invite": "i_k7w2qnz5tdv3xm6h", "InviteCreated.invite": "i_k7w2qnz5tdv3xm6h", "InviteUsed.invite": "i_k7w2qnz5tdv3xm6h", "InviteRevoked.invite": "i_k7w2qnz5tdv3xm6h", "RevokeInvite.invite": "i_k7w2qnz5tdv3xm6h", "uses": 25, "request": 12, "again": "2026-02-01T09:00:00.000Z", "BrowseCommunities.after": "fields", "ListMembers.after": "amy", "role": "steward", "status": "gap", "class": "wait", "rev": 3,
    "seq": 70_012, "from": 70_001, "head": 70_012, "as_of": 70_012, "stewards_head": 12, "floor": 12, "read": 70_001,
    "before": 70_012, "after": 70_001, "around": 70_001, "unread": 4, "ping_ms": 20_000, "deadline_ms": 10_000,
    "sign_in_ms": 10_000, "retry_after_ms": 1_500, "cut": 4001, "left": 12, "of": 60, "full_in_ms": 9_600,
    "whose": "address", "for_ms": 600_000, "limit": 20, "SearchMessages.limit": 10, "frame_bytes": 65_536, "body_bytes": 8_000,
    "pronouns": "she/her", "PersonaPlace.name": "Lisbon", "PlaceWish.name": "Lisbon", "grain": "city", "label": "My garden",
    "url": "https://example.org/garden", "why": "To learn how to graft.", "intro": "I have two balconies.\nOne of them is a jungle.",
    "was": "anna", "since": "2025-06-01T09:00:00.000Z", "rename_after": "2026-02-01T09:00:00.000Z", "within": COMMUNITY,
    "Shown.bio": "stewards", "Shown.pronouns": "members", "Shown.place": "nobody", "Shown.links": "members",
    "Shown.why": "members", "Shown.intro": "members", "Shown.lineage": "stewards", "profile": "calls", "communities": COMMUNITY, "notices": "typing", "logs": {ROOM: 70_012}, "rooms": {ROOM: 70_012}, "positions": {ROOM: 70_012, COMMUNITY: MAX_INT},
}  # fmt: skip


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A golden frame. Its key names it for ever."""

    kind: str
    of: str
    variant: str
    since: str  # version of the protocol package that had it first
    sent_by: str
    frame: Any
    msgpack: str

    @property
    def key(self) -> str:
        return f"{self.kind} {self.of}, {self.variant}, {self.since}"


class _File(msgspec.Struct):
    about: str
    frames: list[Frame]


def frames(file: Path = FILE) -> list[Frame]:
    """The committed ones. Raises OSError, msgspec.DecodeError."""
    return msgspec.json.decode(file.read_bytes(), type=_File).frames


def text(kept: list[Frame] | None = None) -> str:
    """The file's content: the frames of older versions, and after them what this version has that they don't show."""
    kept = (frames() if FILE.exists() else []) if kept is None else kept
    old = [frame for frame in kept if frame.since != __version__]
    shown = {(frame.kind, frame.of, frame.variant, frame.msgpack) for frame in old}
    new = [one for one in made() if (one.kind, one.of, one.variant, one.msgpack) not in shown]
    rows = ",\n".join(JSON.encode(frame).decode() for frame in [*old, *new])
    return f'{{\n"about": {json.dumps(ABOUT)},\n"frames": [\n{rows}\n]\n}}\n'


def made() -> Iterator[Frame]:
    """One of each kind and variant, from the structs as they are."""
    for command in COMMANDS:
        for variant, frame in _variants(command):
            yield _frame("command", tag_of(command), variant, frame)
    for command in COMMANDS:
        for variant, result in _variants(command.Reply):
            more = {} if variant == "bare" else {"budget": full(Budget)}
            yield _frame("ok", tag_of(command), variant, {"type": "ok", "id": VALUES["id"], "result": result} | more)
    for code in ERROR_CODES.values():
        for variant in ("full", "bare"):
            yield _frame("refused", code.code, variant, _refused(code, variant))
    for event in EVENTS:
        for variant, frame in _variants(event):
            yield _frame("event", tag_of(event), variant, frame)
        if issubclass(event, Entry) and event.words:
            left = blanked(msgspec.convert(full(event), event))
            yield _frame("event", tag_of(event), "blank", msgspec.to_builtins(left))
    strange = {
        "type": "x.garden/watered",
        "log": ROOM,
        "seq": 70_012,
        "from": 70_001,
        "litres": 1.5,
        "beds": [{"bed": 1}],
    }
    yield _frame("event", "x.garden/watered", "full", strange)
    yield _frame("event", "x.garden/watered", "bare", {"type": "x.garden/watered"})


def _frame(kind: str, of: str, variant: str, frame: dict[str, Any]) -> Frame:
    sent_by = "client" if kind == "command" else "server"
    packed = MSGPACK.encode(frame).hex()
    return Frame(kind=kind, of=of, variant=variant, since=__version__, sent_by=sent_by, frame=frame, msgpack=packed)


def _refused(code: ErrorCode, variant: str) -> dict[str, Any]:
    """A refusal as the server gives it: what may come with it depends on its class."""
    id = None if (code.code, variant) == ("frame.malformed", "bare") else VALUES["id"]
    frame: dict[str, Any] = {
        "type": "refused",
        "id": id,
        "code": code.code,
        "class": code.kind,
        "message": code.message,
    }
    if code.kind == "wait":
        frame["retry_after_ms"] = VALUES["retry_after_ms"]
    if variant == "full":
        own = {"fix": ("field", "body"), "auth": ("until", VALUES["until"])}.get(code.kind)
        frame |= {own[0]: own[1]} if own else {}
        frame["budget"] = full(Budget)
    return frame


def _variants(struct: type[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    shown: list[dict[str, Any]] = []
    while (frame := full(struct, len(shown))) not in shown:
        yield f"full {len(shown) + 1}" if shown else "full", frame
        shown.append(frame)
    least = _bare(inspect.type_info(struct), "")
    if least not in shown:
        yield "bare", least


def full(struct: type[Any], turn: int = 0) -> dict[str, Any]:
    """A frame of this struct with every field set. `turn` chooses among the forms that a field may have."""
    frame: dict[str, Any] = _full(inspect.type_info(struct), "", turn)
    return frame


def _full(info: inspect.Type, name: str, turn: int) -> Any:
    """`name` is STRUCT.FIELD."""
    field = name.partition(".")[2]
    value = VALUES.get(name, VALUES.get(field))
    match info:
        case inspect.Metadata():
            return _full(info.type, name, turn)
        case inspect.StrType():
            return value[: info.max_length] if isinstance(value, str) else f"the {field}"
        case inspect.IntType():
            number = value if isinstance(value, int) else 300
            return max(info.ge or 0, number if info.le is None else min(info.le, number))
        case inspect.BoolType():
            return True
        case inspect.LiteralType():
            return info.values[turn % len(info.values)]
        case inspect.RawType():
            return full(ExportedEntry if name.endswith("records") else MessageSent, turn)
        case inspect.UnionType():
            forms = [form for form in info.types if not isinstance(form, inspect.NoneType)]
            return _full(forms[turn % len(forms)], name, turn)
        case inspect.ListType():
            return [_full(info.item_type, name, turn)]
        case inspect.DictType():
            return value if isinstance(value, dict) else {"the key": _full(info.value_type, name, turn)}
        case inspect.StructType():
            return _tag(info) | {
                one.encode_name: _full(one.type, _name(info, one), turn) for one in info.fields if one.name != "blank"
            }
        case _:
            raise NotImplementedError(info)


def _bare(info: inspect.Type, name: str) -> Any:
    """The least of a field that must be there."""
    match info:
        case inspect.Metadata():
            return _bare(info.type, name)
        case inspect.UnionType():
            empty = any(isinstance(form, inspect.NoneType) for form in info.types)
            return None if empty else _bare(info.types[0], name)
        case inspect.ListType():
            return [_bare(info.item_type, name)] * (info.min_length or 0)
        case inspect.DictType():
            return {}
        case inspect.StructType():
            return _tag(info) | {
                one.encode_name: _bare(one.type, _name(info, one)) for one in info.fields if one.required
            }
        case _:
            return _full(info, name, 0)


def _name(info: inspect.StructType, field: inspect.Field) -> str:
    return f"{info.cls.__name__}.{field.encode_name}"


def _tag(info: inspect.StructType) -> dict[str, Any]:
    return {info.tag_field: info.tag} if info.tag_field else {}
