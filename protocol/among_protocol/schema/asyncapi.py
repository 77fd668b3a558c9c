"""The protocol as an AsyncAPI 3 document, for generators and viewers: the same definitions as the JSON Schema's.

The application that it describes is the server: it receives commands, each with its reply, and sends events. Examples are
the golden frames. JSON Schema's draft 7 is what AsyncAPI reads by default, and all that the definitions need.
"""

import inspect
from collections import defaultdict
from typing import Any

from .. import __version__, wire
from ..base import Command, Event
from . import FOLDER, document, golden, yaml

FILE = FOLDER / "asyncapi.yaml"
CHANNEL = "v1"
SECURITY = {
    "token": {
        "type": "apiKey",
        "in": "password",
        "description": "The token that signing in with a password gave, as `token` of `session.sign_in`: it travels in a "
        "frame, never in the address.",
    },
    "password": {
        "type": "userPassword",
        "description": "Handle and password, in `session.sign_in`. Only over TLS, on loopback, or behind a trusted proxy.",
    },
}
SERVERS: dict[str, dict[str, Any]] = {
    "local": {
        "host": "127.0.0.1:8080",
        "protocol": "ws",
        "description": "As `make run` and `make serve` start it.",
    },
    "public": {
        "host": "{host}",
        "protocol": "wss",
        "description": "Anybody's server, with TLS.",
        "variables": {"host": {"description": "Its name, with the port where it is another than 443."}},
    },
}
SUBPROTOCOLS = {
    wire.JSON.subprotocol: {"contentType": "application/json", "frames": "text"},
    wire.MSGPACK.subprotocol: {"contentType": "application/msgpack", "frames": "binary"},
}
ABOUT = """One WebSocket endpoint. A client sends commands, each with an `id`, and gets exactly one reply to each, `ok` or \
`refused`, which carries that `id`. All else that the server sends is an event. Unknown fields are ignored on both sides, \
and events of unknown types are skipped.

The subprotocol chooses the encoding: JSON in text frames, or MessagePack (maps with the same names) in binary frames."""


def text() -> str:
    """The file's content."""
    return "# Generated from the structs of among_protocol by `make schema`.\n" + yaml.dumps(api())


def api() -> dict[str, Any]:
    """The document."""
    defs = _moved(document()["$defs"])
    messages = _messages()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Among",
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            name: server | {"security": [_ref("components", "securitySchemes", one) for one in SECURITY]}
            for name, server in SERVERS.items()
        },
        "channels": {
            CHANNEL: {
                "address": f"/v{wire.VERSION}",
                "title": "A connection",
                "description": "The server speaks first: `hello` tells its limits. Then one signs in, and syncs.",
                "messages": {name: _ref("components", "messages", name) for name in messages},
                "bindings": {
                    "ws": {
                        "method": "GET",
                        "headers": {
                            "type": "object",
                            "properties": {
                                "Sec-WebSocket-Protocol": {
                                    "type": "string",
                                    "enum": list(SUBPROTOCOLS),
                                    "default": wire.JSON.subprotocol,
                                }
                            },
                        },
                        "bindingVersion": "0.1.0",
                    }
                },
                "x-subprotocols": SUBPROTOCOLS,
            }
        },
        "operations": _operations(),
        "components": {
            "securitySchemes": SECURITY,
            "messages": messages,
            "schemas": {
                name: schema for name, schema in defs.items() if name not in ("Command", "Event", "ServerFrame")
            },
        },
    }


def _operations() -> dict[str, Any]:
    channel = _ref("channels", CHANNEL)
    asked = {
        wire.tag_of(command): {
            "action": "receive",
            "channel": channel,
            **_said(command),
            "tags": [_noun(wire.tag_of(command))],
            "messages": [_ref("channels", CHANNEL, "messages", wire.tag_of(command))],
            "reply": {
                "channel": channel,
                "messages": [
                    _ref("channels", CHANNEL, "messages", name) for name in (_ok(wire.tag_of(command)), "refused")
                ],
            },
        }
        for command in wire.COMMANDS
    }
    told = {
        wire.tag_of(event): {
            "action": "send",
            "channel": channel,
            **_said(event),
            "tags": [_noun(wire.tag_of(event))],
            "messages": [_ref("channels", CHANNEL, "messages", wire.tag_of(event))],
        }
        for event in wire.EVENTS
    }
    return asked | told


def _messages() -> dict[str, Any]:
    examples = _examples()
    found: dict[str, Any] = {}
    kinds: tuple[type[Command | Event], ...] = (*wire.COMMANDS, *wire.EVENTS)
    for one in kinds:
        name = wire.tag_of(one)
        found[name] = {
            "name": name,
            "title": one.__name__,
            **_said(one),
            "payload": _ref("components", "schemas", one.__name__),
            "examples": examples["command" if issubclass(one, Command) else "event", name],
        }
        if issubclass(one, Command):
            found[name]["correlationId"] = {"location": "$message.payload#/id"}
    for command in wire.COMMANDS:
        name = wire.tag_of(command)
        found[_ok(name)] = {
            "name": "ok",
            "title": f"The reply to {name}",
            "correlationId": {"location": "$message.payload#/id"},
            "payload": {
                "type": "object",
                "properties": {
                    "type": {"enum": ["ok"]},
                    "id": {"type": "string"},
                    "result": _ref("components", "schemas", command.Reply.__name__),
                    "budget": _ref("components", "schemas", "Budget"),
                },
                "required": ["type", "id", "result"],
            },
            "examples": examples["ok", name],
        }
    refusals = [example for (kind, _), held in examples.items() if kind == "refused" for example in held[:1]]
    found["refused"] = {
        "name": "refused",
        "title": "A refusal",
        "description": "The reply to a command that was not carried out. Its class says what to do next.",
        "correlationId": {"location": "$message.payload#/id"},
        "payload": _ref("components", "schemas", "Refused"),
        "examples": refusals,
    }
    return found


def _examples() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Golden frames of this version, by kind and what they are of."""
    found: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for frame in golden.made():
        name = frame.of if frame.kind == "refused" else frame.variant
        found[frame.kind, frame.of].append({"name": name, "payload": frame.frame})
    return found


def _ok(command: str) -> str:
    return f"{command}.ok"


def _said(struct: type[Command | Event]) -> dict[str, str]:
    """What a struct says of itself: its first sentence, and all of it where there is more."""
    said = inspect.cleandoc(struct.__doc__ or "") if struct.__doc__ != struct.__base__.__doc__ else ""
    first = said.split("\n\n")[0].replace("\n", " ")
    if not said:
        return {}
    return {"summary": first} if first == said else {"summary": first, "description": said}


def _noun(tag: str) -> dict[str, str]:
    return {"name": tag.partition(".")[0]}


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def _moved(schema: Any) -> Any:
    """Definitions with their references where AsyncAPI keeps them, and without what means something else to it."""
    match schema:
        case dict():
            kept = {name: value for name, value in schema.items() if name != "discriminator"}
            return {
                name: value.replace("#/$defs/", "#/components/schemas/") if name == "$ref" else _moved(value)
                for name, value in kept.items()
            }
        case list():
            return [_moved(one) for one in schema]
        case _:
            return schema
