"""The protocol for machines, made from the structs: `python -m among_protocol.schema [--check | --compatible | --release]`.

What is made lies beside the package, in a checkout, and is committed, so that a difference in it is a change of the
protocol and is reviewed as one: schema/v1.json (JSON Schema), schema/asyncapi.yaml (AsyncAPI 3), schema/golden/v1.json
(a frame of each kind), js/types.d.ts and js/words.js. schema/released/ holds what was published; nothing there ever breaks.

Where a struct says `Raw` (bytes that are passed on as they are), the schema says what they hold.
"""

import inspect
from pathlib import Path
from typing import Any, get_args

import msgspec

from .. import deprecated, export, logs, meanings, wire
from ..base import Entry, Ok, Refused, Write
from ..codes import ERROR_CODES, CloseCode, comes_back

FOLDER = Path(__file__).parents[2] / "schema"
REF = "#/$defs/{name}"


def document() -> dict[str, Any]:
    """The schema. Every frame of a client matches `$defs/Command`, every frame of a server `$defs/ServerFrame`."""
    replies = {command.Reply.__name__: command.Reply for command in wire.COMMANDS}
    archive = get_args(export.AnyExported)
    types = [*wire.COMMANDS, *wire.EVENTS, *replies.values(), *archive, wire.UnknownEvent, _ok(), Refused]
    _, defs = msgspec.json.schema_components(types, ref_template=REF)
    for schema in defs.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    for struct in meanings.within(*wire.COMMANDS, *wire.EVENTS, *replies.values(), *archive, Ok, Refused):
        for name, means in meanings.of_fields(struct).items():
            told = defs[struct.__name__]["properties"][name]
            told["description"] = f"{told['description']}: {means}" if "description" in told else means
    defs[wire.UnknownEvent.__name__]["required"] = ["type"]
    entries = [_ref(entry) for entry in wire.ENTRIES]
    unknown = _ref(wire.UnknownEvent)
    defs["Command"] = {"description": "What a client sends.", "oneOf": [_ref(command) for command in wire.COMMANDS]}
    defs["Event"] = {
        "description": "What the server says without being asked. One of another type is to be skipped; when it has"
        " `log` and `seq`, it still counts in its log.",
        "anyOf": [*(_ref(event) for event in wire.EVENTS), unknown],
    }
    defs["ServerFrame"] = {
        "description": "What a server sends.",
        "anyOf": [{"$ref": "#/$defs/Event"}, _ref(Ok), _ref(Refused)],
    }
    defs["Ok"]["properties"]["result"] = {
        "description": "What belongs to the command, see `commands`.",
        "anyOf": [_ref(replies[name]) for name in sorted(replies)],
    }
    defs[logs.EntryPage.__name__]["properties"]["entries"]["items"] = {"anyOf": [*entries, unknown]}
    defs[export.ExportedEntry.__name__]["properties"]["entry"] = {"anyOf": [*entries, unknown]}
    defs[export.ExportPage.__name__]["properties"]["records"]["items"] = {"$ref": "#/$defs/Exported"}
    defs["Exported"] = {
        "description": "A line of an archive (`account.export`). One of another `record` is to be kept.",
        "anyOf": [_ref(record) for record in archive],
    }
    structs = {wire.tag_of(command): command.__name__ for command in wire.COMMANDS}
    structs |= {wire.tag_of(event): event.__name__ for event in wire.EVENTS}
    for going in deprecated.DEPRECATED:
        kind, _, field = going.name.partition("/")
        struct = defs[structs[kind]]
        (struct["properties"][field] if field else struct)["deprecated"] = True
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"The Among protocol, version {wire.VERSION}",
        "description": "Generated from the structs of among_protocol. Unknown fields are ignored on both sides.",
        "subprotocols": sorted(wire.ENCODINGS),
        "$ref": "#/$defs/Command",
        "commands": {
            wire.tag_of(command): {
                "command": _ref(command),
                "result": _ref(command.Reply),
                "writes": issubclass(command, Write),
            }
            for command in wire.COMMANDS
        },
        "events": {
            wire.tag_of(event): {"event": _ref(event), "numbered": issubclass(event, Entry)} for event in wire.EVENTS
        },
        "errors": {code.code: {"class": code.kind, "message": code.message} for code in ERROR_CODES.values()},
        "closeCodes": {
            str(code.value): {"name": code.name.lower(), "comesBack": comes_back(code)} for code in CloseCode
        },
        "$defs": dict(sorted(defs.items())),
    }


def _ok() -> type[msgspec.Struct]:
    """`Ok` without its default: bytes have no place in a schema."""
    fields: list[tuple[str, Any, Any]] = []
    for field in msgspec.structs.fields(Ok):
        raw = field.type is msgspec.Raw
        default = msgspec.NODEFAULT if raw else field.default
        fields.append((field.name, dict[str, Any] if raw else field.type, msgspec.field(default=default)))
    made = msgspec.defstruct(Ok.__name__, fields, tag_field="type", tag="ok", kw_only=True)
    made.__doc__ = Ok.__doc__
    return made


def _ref(struct: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": REF.format(name=struct.__name__)}
