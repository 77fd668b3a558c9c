"""Structs of the protocol as tables: each field with its type, its bounds, its default and its meaning.

Links lead to headings of docs/reference/protocol.md, which carry the anchors made here.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct, inspect

from among_protocol import meanings
from among_protocol.base import MAX_INT, Command, Entry, Event
from among_protocol.wire import tag_of


def anchor(kind: str, name: object) -> str:
    """The fragment of what has a heading of its own."""
    return f"{kind}-{name}".replace(".", "-").replace("_", "-").lower()


def mark(kind: str, name: object) -> str:
    """The place that `anchor` leads to."""
    return f'<a id="{anchor(kind, name)}"></a>'


def link(kind: str, name: object) -> str:
    return f"[`{name}`](#{anchor(kind, name)})"


def struct_link(struct: type[Struct]) -> str:
    """To where a struct is described."""
    if issubclass(struct, Command):
        return link("command", tag_of(struct))
    if struct in (Event, Entry):
        return "[entry](#entries)"
    if issubclass(struct, Event):
        return link("event", tag_of(struct))
    return f"[{struct.__name__}](#{anchor('object', struct.__name__)})"


def table(struct: type[Struct], *, without: Iterable[str] = ()) -> str:
    """The fields of a struct, but for some; a sentence where there are none."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    means = meanings.of_fields(struct)
    rows = [
        f"| `{field.encode_name}` | {_kind(field.type)} | {_default(field)} | {_cell(means[field.encode_name])} |"
        for field in info.fields
        if field.encode_name not in without
    ]
    if not rows:
        return "No fields of its own.\n"
    return "\n".join(["| field | type | default | meaning |", "|---|---|---|---|", *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _default(field: inspect.Field) -> str:
    if field.required:
        return "*required*"
    value: Any = field.default if field.default is not NODEFAULT else field.default_factory()
    return f"`{msgspec.json.encode(value).decode()}`"


def _kind(told: inspect.Type) -> str:  # a branch for each kind of type
    match told:
        case inspect.Metadata():
            return _kind(told.type)
        case inspect.StrType():
            return "text" + _bounds(told.min_length, told.max_length)
        case inspect.IntType():
            return "number" + _bounds(told.ge, told.le)
        case inspect.BoolType():
            return "true or false"
        case inspect.NoneType():
            return "null"
        case inspect.LiteralType():
            return " or ".join(f'`"{value}"`' for value in told.values)
        case inspect.UnionType():
            return " or ".join(
                _kind(one) for one in sorted(told.types, key=lambda one: isinstance(one, inspect.NoneType))
            )
        case inspect.ListType():
            return f"list{_bounds(told.min_length, told.max_length)} of {_kind(told.item_type)}"
        case inspect.DictType():
            return f"object{_bounds(told.min_length, told.max_length)} of {_kind(told.value_type)}"
        case inspect.StructType():
            return struct_link(told.cls)
        case inspect.RawType():
            return "object"
        case _:
            raise NotImplementedError(told)


def _bounds(least: int | None, most: int | None) -> str:
    least = least or None
    most = most if most is not None and most < MAX_INT else None
    if least is not None and most is not None:
        return f" ({least:,} to {most:,})"
    if most is not None:
        return f" (up to {most:,})"
    return f" ({least:,} or more)" if least is not None else ""
