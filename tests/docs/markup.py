"""The examples of docs/reference/markup.md, out of protocol/markup.json.

python -m tests.docs.markup                       # write them into the page anew
"""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/markup.md"
BEGIN = "## Examples\n"
VISIBLE = str.maketrans({"\n": "⏎", "\t": "→", "|": "\\|"})


def written() -> str:
    """The page as it should be: everything before the examples as it is, and the examples."""
    head, found, intro = PAGE.read_text("utf-8").partition(BEGIN)
    assert found, PAGE
    examples = json.loads((ROOT / "protocol/markup.json").read_text("utf-8"))["examples"]
    parts = [_part(name, list(many)) for name, many in groupby(examples, lambda one: one["part"])]
    return f"{head}{found}{intro.partition('### ')[0].rstrip()}\n\n" + "\n".join(parts)


def _part(name: str, examples: list[dict[str, Any]]) -> str:
    rows = [f"| {one['name']} | {_code(one['text'])} | {'<br>'.join(map(_block, one['blocks']))} |" for one in examples]
    return "\n".join([f"### {name}", "", "| | written | blocks |", "|---|---|---|", *rows, ""])


def _block(block: dict[str, Any]) -> str:
    kind = block.get("kind", "")
    head = [kind] if kind else []
    head += [f"{key} {block[key]}" for key in ("mark", "language", "quote", "level") if key in block]
    spans = [_code(span["text"]) + "".join(f" {look}" for look in span if look != "text") for span in block["spans"]]
    return (f"*{', '.join(head)}:* " if head else "") + (" · ".join(spans) or "*nothing*")


def _code(text: str) -> str:
    """As code, whatever backticks are in it."""
    shown = text.translate(VISIBLE)
    if not shown:
        return "*nothing*"
    longest = max((len(list(run)) for char, run in groupby(shown) if char == "`"), default=0)
    ticks, pad = "`" * (longest + 1), " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


if __name__ == "__main__":
    PAGE.write_text(written(), "utf-8")
