"""Writing YAML: plain data as block style, the same bytes for the same data for ever.

Only what JSON can say, in a part of YAML that 1.1 and 1.2 read alike: keys and words that could mean anything else are
quoted as JSON quotes them, texts of several lines are literal blocks.
"""

import json
import re
from typing import Any

PLAIN = re.compile(r"[A-Za-z][A-Za-z_-]*(\.[A-Za-z_-]+)*")
WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}  # that YAML 1.1 takes for something else


def dumps(value: dict[str, Any]) -> str:
    """The document. Raises TypeError or ValueError for what JSON cannot say."""
    return "\n".join(_block(value, "")) + "\n"


def _block(value: Any, indent: str) -> list[str]:
    """Lines of a mapping or list that is not empty."""
    lines: list[str] = []
    if isinstance(value, dict):
        for key, held in value.items():
            lines += _held(f"{indent}{_scalar(key)}:", held, indent)
        return lines
    for held in value:
        if isinstance(held, dict) and held:
            first, *rest = _block(held, indent + "  ")
            lines += [f"{indent}- {first[len(indent) + 2 :]}", *rest]
        else:
            lines += _held(f"{indent}-", held, indent)
    return lines


def _held(head: str, value: Any, indent: str) -> list[str]:
    match value:
        case dict() | list() if value:
            return [head, *_block(value, indent + "  ")]
        case str() if "\n" in value and value == value.strip() and _is_text(value):
            return [f"{head} |-", *(f"{indent}  {line}" if line else "" for line in value.split("\n"))]
        case _:
            return [f"{head} {_scalar(value)}"]


def _is_text(value: str) -> bool:
    """Whether a literal block can hold it: nothing that would have to be escaped."""
    return all(line.isprintable() and line == line.rstrip() for line in value.split("\n"))


def _scalar(value: Any) -> str:
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    quoted = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in quoted)
