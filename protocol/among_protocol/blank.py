"""Blanking: an entry is an envelope that never changes, and a body that can be emptied once.

The envelope says who, where and when, and under which number; nobody's log gets a hole. What the body is, each type of
entry says itself (`words`). What is left of it has `blank`, and each field of its body at its default, or empty.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from msgspec import NODEFAULT
from msgspec.structs import FieldInfo, fields, replace

from .base import Entry

E = TypeVar("E", bound=Entry)


def blanked(entry: E) -> E:
    """What is left of an entry once its body is gone."""
    return replace(entry, blank=True, **{name: make() for name, make in _empty(type(entry))})


@cache
def _empty(kind: type[Entry]) -> tuple[tuple[str, Callable[[], Any]], ...]:
    """What the fields of its body are without a body."""
    found = {field.name: field for field in fields(kind)}
    return tuple((name, _default(found[name])) for name in kind.words)


def _default(field: FieldInfo) -> Callable[[], Any]:
    if field.default is not NODEFAULT:
        return lambda: field.default
    return str if field.type is str else list
