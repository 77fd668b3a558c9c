"""What was said, as the reference shows it: recorded by tests/reference, which plays it anew and compares."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[4] / "docs/reference/recorded.json"
WIDTH = 92


@cache
def takes() -> dict[str, list[list[Any]]]:
    read: dict[str, list[list[Any]]] = json.loads(FILE.read_text("utf-8"))
    return read


def talk(name: str, anonymous: str = "") -> str:
    """A take as a block of text: who says what, a command in one line (to be pasted), what comes laid out to be read.
    `anonymous`: when there is but one connection, nobody is named."""
    lines = takes()[name]
    width = 0 if anonymous else max(len(who) for who, _, _ in lines)
    return (
        "```text\n"
        + "\n".join(_line(who, what, frame, width, whole=name == "hello") for who, what, frame in lines)
        + "\n```\n"
    )


def heard(event: str) -> Any:
    """The first event of this type that was recorded, alone or in a page."""
    return next(
        found
        for lines in takes().values()
        for _, what, frame in lines
        if what == "<"
        for found in _within(frame, event)
    )


def _within(value: Any, event: str) -> Iterator[Any]:
    match value:
        case {"type": kind} if kind == event:
            yield value
        case dict():
            for part in value.values():
                yield from _within(part, event)
        case list():
            for part in value:
                yield from _within(part, event)
        case _:
            pass


def _line(who: str, what: str, frame: Any, width: int, *, whole: bool) -> str:
    head = f"{who:{width}} " if width else ""
    if what == "closed":
        return f"{head}×  closed by the server: {frame}"
    if what == ">":
        return f"{head}→  {frame if isinstance(frame, str) else _compact(frame)}"
    if frame["type"] == "hello" and not whole:
        return f'{head}←  {{"type": "hello", "epoch": "{frame["epoch"]}", …}}'
    return f"{head}←  {laid(frame, len(head) + 3)}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def laid(value: Any, indent: int) -> str:
    """JSON in as few lines as fit."""
    flat = _compact(value)
    if indent + len(flat) <= WIDTH or not value or not isinstance(value, dict | list):
        return flat
    pad = " " * indent
    if isinstance(value, dict):
        rows, row = [], ""
        for key, part in value.items():
            said = f'"{key}": {laid(part, indent + len(key) + 5)}'
            if row and ("\n" in said or indent + len(row) + 2 + len(said) > WIDTH):
                rows.append(row)
                row = ""
            row = f"{row}, {said}" if row else said
        rows.append(row)
    else:
        rows = [laid(part, indent + 1) for part in value]
    first, last = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return first + f",\n{pad} ".join(rows) + last
