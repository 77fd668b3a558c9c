"""What every field, word and close code means: read from the comments in the source, which are the one place for it.

A field's meaning is the comment behind it. One that has none means what it means wherever it has this name (`EVERYWHERE`),
or else what its type means (`Seq`, `Time`). For whoever makes documents and schemas: it needs the source, and is slow.
"""

import ast
import importlib
import inspect
import io
import pkgutil
import re
import tokenize
from functools import cache
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import fields

EVERYWHERE = {
    "room": "id of the room",
    "community": "id of the community",
    "member": "id of the membership",
    "log": "id of the log, which is that of its place",
    "handle": "their handle",
    "slug": "short name, which stands in addresses: unique, and made like a handle",
    "display_name": "the name that people are shown",
    "bio": "what they say about themselves",
    "pronouns": "how to speak of them",
    "place": "where they are, as closely as they say; left out: not told",
    "links": "addresses of theirs",
    "why": "why they are there",
    "intro": "a longer introduction; may have several lines",
    "topic": "what the room is about",
    "title": "what it is called",
    "about": "what the community is about",
    "reason": "why, for those whom it concerns",
    "limit": "rows of the page, at most",
    "role": "the rank in the community",
    "entry": "what was written, as everybody reads it",
    "repeat": "this nonce was carried out before, and nothing happened again",
}


class Words(NamedTuple):
    """A set of words that may grow."""

    words: tuple[str, ...]
    unknown: str  # how to treat another word
    comment: str  # all of it, for people


class _Source(NamedTuple):
    """A module's comments."""

    classes: dict[str, dict[str, tuple[str, str]]]  # class -> field -> annotation, comment
    names: dict[str, str]  # what is assigned outside of classes


@cache
def _source(module: str) -> _Source:
    text = inspect.getsource(importlib.import_module(module))
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip()
    }
    classes: dict[str, dict[str, tuple[str, str]]] = {}
    names: dict[str, str] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            classes[node.name] = dict(_assigned(node.body, comments))
        else:
            names.update({name: comment for name, (_, comment) in _assigned([node], comments) if comment})
    return _Source(classes, names)


def _assigned(body: list[ast.stmt], comments: dict[int, str]) -> list[tuple[str, tuple[str, str]]]:
    found = []
    for node in body:
        if not isinstance(node, ast.AnnAssign | ast.Assign):
            continue
        target: ast.expr = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        annotation = ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else ""
        if isinstance(target, ast.Name):
            found.append((target.id, (annotation, comments.get(node.end_lineno or 0, ""))))
    return found


@cache
def _names() -> dict[str, str]:
    """What every name of the package that has a comment is: the types that fields have."""
    package = importlib.import_module(__package__)
    modules = [f"{__package__}.{found.name}" for found in pkgutil.iter_modules(package.__path__) if not found.ispkg]
    return {name: comment for module in sorted(modules) for name, comment in _source(module).names.items()}


@cache
def of_fields(struct: type[Struct]) -> dict[str, str]:
    """What each field of a struct means, by its name on the wire; empty where nobody has said it."""
    found: dict[str, str] = {}
    written: dict[str, tuple[str, str]] = {}
    for base in reversed(struct.__mro__):
        if base.__module__.startswith(__package__):
            written |= _source(base.__module__).classes.get(base.__name__, {})
    for field in fields(struct):
        annotation, comment = written[field.name]
        known = [name for name in re.findall(r"\w+", annotation) if name in _names()]
        means = comment or EVERYWHERE.get(field.encode_name, "") or (_names()[known[0]] if known else "")
        open_words = [_names()[name] for name in known if name in words()]
        if open_words:
            means = f"words: {open_words[0]}" if means == open_words[0] else f"{means}. Words: {open_words[0]}"
        found[field.encode_name] = means
    return found


@cache
def words() -> dict[str, Words]:
    """The sets of words that the server says and that may grow, by the name of their type."""
    found: dict[str, Words] = {}
    for name, comment in _names().items():
        known, marked, unknown = comment.partition("; unknown: ")
        if marked:
            kept = re.sub(r" \(.*?\)", "", known.split(", from ")[0])
            found[name] = Words(tuple(kept.split(", ")), unknown, comment)
    return found


def within(*structs: type[Struct]) -> list[type[Struct]]:
    """These structs, and all that are in their fields, each once; the outer ones come first."""
    found: dict[type[Struct], None] = {}

    def look(kind: object) -> None:
        if isinstance(kind, type) and issubclass(kind, Struct):
            if kind not in found:
                found[kind] = None
                for field in fields(kind):
                    look(field.type)
            return
        for part in getattr(kind, "__args__", ()):
            look(part)

    for struct in structs:
        look(struct)
    return list(found)


def of_members(enum: type) -> dict[str, str]:
    """What each member of an enumeration means."""
    return {name: comment for name, (_, comment) in _source(enum.__module__).classes[enum.__name__].items()}
