"""Golden frames: one of each kind, with every field set, as version 1 was first published.

`python -m tests.protocol.gild` adds those of new kinds. It never changes one that is there: what was published must be
read for ever, and the test that reads it is the promise. (Until version 1 is published the files may be made anew.)
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from among_protocol.base import Ok, Refused
from among_protocol.messages import MessageSent
from among_protocol.wire import COMMANDS, EVENTS, JSON, MSGPACK, tag_of

FOLDER = Path(__file__).parent / "golden"
FRAMES = FOLDER / "v1.json"  # name -> frame
PACKED = FOLDER / "v1.msgpack.hex"  # a line for each: name, then the frame in hexadecimal digits


def kinds() -> dict[str, type[Any]]:
    """Everything that travels, by the name it has in the golden files."""
    found: dict[str, type[Any]] = {f"command {tag_of(command)}": command for command in COMMANDS}
    found |= {f"event {tag_of(event)}": event for event in EVENTS}
    found |= {f"result of {tag_of(command)}": command.Reply for command in COMMANDS}
    return found | {"ok": Ok, "refused": Refused}


def example(info: msgspec.inspect.Type, name: str) -> Any:
    """A value of this type that is not its default."""
    match info:
        case msgspec.inspect.Metadata():
            return example(info.type, name)
        case msgspec.inspect.StrType():
            return f"the {name}"[: info.max_length]
        case msgspec.inspect.IntType():
            return max(info.ge or 0, 7)
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.LiteralType():
            return info.values[-1]
        case msgspec.inspect.RawType():
            return example(msgspec.inspect.type_info(MessageSent), name)
        case msgspec.inspect.UnionType():
            return example(next(one for one in info.types if not isinstance(one, msgspec.inspect.NoneType)), name)
        case msgspec.inspect.ListType():
            return [example(info.item_type, name)]
        case msgspec.inspect.DictType():
            return {example(info.key_type, name): example(info.value_type, name)}
        case msgspec.inspect.StructType():
            fields = {field.encode_name: example(field.type, field.encode_name) for field in info.fields}
            return {**({info.tag_field: info.tag} if info.tag_field else {}), **fields}
        case _:
            raise NotImplementedError(info)


def frames() -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = json.loads(FRAMES.read_text("utf-8")) if FRAMES.exists() else {}
    return read


def packed() -> dict[str, bytes]:
    lines = PACKED.read_text("ascii").splitlines() if PACKED.exists() else []
    return {name: bytes.fromhex(digits) for name, digits in (line.rsplit(" ", 1) for line in lines)}


def gild() -> None:
    kept, kept_packed = frames(), packed()
    for name, kind in kinds().items():
        if name not in kept:
            kept[name] = example(msgspec.inspect.type_info(kind), name)
        if name not in kept_packed:
            kept_packed[name] = MSGPACK.encode(kept[name])
    FOLDER.mkdir(exist_ok=True)
    rows = [f"{json.dumps(name)}: {JSON.encode(frame).decode()}" for name, frame in sorted(kept.items())]
    FRAMES.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")
    PACKED.write_text("".join(f"{name} {data.hex()}\n" for name, data in sorted(kept_packed.items())), "ascii")


if __name__ == "__main__":
    gild()
