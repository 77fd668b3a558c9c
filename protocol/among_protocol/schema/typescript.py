"""The protocol as TypeScript, js/types.d.ts: an interface a struct, and tables from the words of the wire to them. And
what of it a program needs when it runs, js/words.js.

Made from schema/v1.json, so that both say the same. A field with a default may be left out, in both directions, and is
marked `?` with its default beside it. Sets of words that may grow keep room for a word of tomorrow.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from . import FOLDER, document

FILE = FOLDER.parent / "js/types.d.ts"
WORDS = FOLDER.parent / "js/words.js"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
SIMPLE = re.compile(r"[A-Za-z_]\w*")

MADE = "// The Among protocol, version 1. Made by `make schema` from the structs of among_protocol: not to be edited.\n"
HEAD = """\
//
// A field marked `?` may be left out, and then has the default that stands beside it. Unknown fields are ignored.

"""


def text() -> str:
    """The whole file."""
    made = document()
    defs: dict[str, Any] = made["$defs"]
    lines: list[str] = []
    for name, schema in defs.items():
        lines += [*_comment(schema.get("description", "")), *_declared(name, schema), ""]
    lines += _table("Commands", "Each command by its `type`, and the `result` of its `ok`.", _commands(made))
    lines += _table("Events", "Each event by its `type`.", ((tag, _name(row["event"])) for tag, row in _events(made)))
    lines += _words("Entry", "What has a place in a log.", [_name(row["event"]) for _, row in _numbered(made)])
    lines += _words("Write", "`type` of the commands that write entries, each with a nonce.", _quoted(_writes(made)))
    lines += _words("ErrorCode", "`code` of a refusal.", [*_quoted(made["errors"]), "(string & {})"])
    lines += _words("ErrorClass", "What to do after a refusal; one that is unknown is as `fix`.", _classes(made))
    return MADE + HEAD + "\n".join(lines)


def words() -> str:
    """What a client must know at run time."""
    made = document()
    writes = "".join(f"  {word},\n" for word in _quoted(_writes(made)))
    closes = "".join(f"  {row['name']}: {code},\n" for code, row in made["closeCodes"].items())
    return (
        f"{MADE}\n"
        "/** The commands that write entries, each with a nonce.\n"
        " * @type {ReadonlySet<import('./types.d.ts').Write | (string & {})>} */\n"
        f"export const WRITES = new Set([\n{writes}]);\n\n"
        "/** Why the server closed. 4000 to 4499: come back, with back-off. 4500 to 4999: do not. */\n"
        f"export const CLOSE_CODES = Object.freeze({{\n{closes}}});\n"
    )


def _declared(name: str, schema: dict[str, Any]) -> list[str]:
    if "properties" not in schema:
        return _words(name, "", [_type(schema)])[:-1]
    lines = [f"export interface {name} {{"]
    for field, inside in schema["properties"].items():
        left_out = field not in schema.get("required", ())
        default = json.dumps(inside["default"], ensure_ascii=False) if left_out and "default" in inside else ""
        lines += _comment(inside.get("description", ""), default, indent="  ")
        lines.append(f"  {field if SIMPLE.fullmatch(field) else json.dumps(field)}{'?' * left_out}: {_type(inside)};")
    return [*lines, "}"]


def _type(schema: dict[str, Any]) -> str:
    """What stands after the colon."""
    if "$ref" in schema:
        return _name(schema)
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " | ".join(_type(one) for one in schema[union])
    if "enum" in schema:
        return " | ".join(json.dumps(word) for word in schema["enum"])
    if schema.get("type") == "array":
        inside = _type(schema["items"])
        return f"({inside})[]" if " " in inside else f"{inside}[]"
    if schema.get("type") == "object":
        return f"{{ [key: string]: {_type(schema.get('additionalProperties') or {})} }}"
    return PLAIN.get(schema.get("type", ""), "unknown")


def _name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _comment(words: str, default: str = "", indent: str = "") -> list[str]:
    lines = [line.replace("*/", "* /") for line in words.splitlines()]
    if default:
        lines.append(f"@default {default}")
    if not lines:
        return []
    if len(lines) == 1:
        return [f"{indent}/** {lines[0]} */"]
    return [f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in lines), f"{indent} */"]


def _table(name: str, words: str, rows: Iterator[tuple[str, str]]) -> list[str]:
    return [*_comment(words), f"export interface {name} {{", *(f"  {json.dumps(k)}: {v};" for k, v in rows), "}", ""]


def _words(name: str, words: str, members: list[str]) -> list[str]:
    parts = [part for member in members for part in member.split(" | ")]
    one = f"export type {name} = {' | '.join(parts)};"
    if len(one) > 120:
        return [
            *_comment(words),
            f"export type {name} =",
            *(f"  | {part}" for part in parts[:-1]),
            f"  | {parts[-1]};",
            "",
        ]
    return [*_comment(words), one, ""]


def _quoted(words: Any) -> list[str]:
    return [json.dumps(word) for word in words]


def _commands(made: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for tag, row in made["commands"].items():
        yield tag, f"{{ command: {_name(row['command'])}; result: {_name(row['result'])} }}"


def _events(made: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from made["events"].items()


def _numbered(made: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((tag, row) for tag, row in _events(made) if row["numbered"])


def _writes(made: dict[str, Any]) -> list[str]:
    return [tag for tag, row in made["commands"].items() if row["writes"]]


def _classes(made: dict[str, Any]) -> list[str]:
    return [*_quoted(dict.fromkeys(row["class"] for row in made["errors"].values())), "(string & {})"]
