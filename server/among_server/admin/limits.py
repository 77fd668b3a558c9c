"""The page of the limits, made from their table: `python -m among_server.admin.limits [--check]`.

docs/reference/limits.md, in a checkout, is generated and committed; `--check` fails when it is stale.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from among_protocol.wire import tag_of

from .. import limits
from ..config import Config
from ..handlers import ROUTES

FILE = Path(__file__).parents[3] / "docs" / "reference" / "limits.md"
HEAD = """# Limits

<!-- Made by `make schema` from server/among_server/limits/: change it there. -->

All that the server bounds, and why just so. Each is told to every client in `hello.limits` under the same name, with the
value that holds there. Up to a limit all is well; beyond it there is a refusal that names it, or the
connection is closed with a code that says what to do. Nothing is cut off in silence. Where a setting is named, its value
is the default.

- `limit.reached`, `field.too_long`, `field.invalid`: ask for less.
- `budget.exhausted`, `session.too_many_tries`, `server.busy`: wait for `retry_after_ms`, and ask again.
- HTTP 429 with `Retry-After`: too many connections of one address, before anything is asked.
- Close codes: 1009 a message is too large; 4001 it was not finished in time; 4003 not signed in in time; 4500 too many
  malformed frames; 4502 the account was disabled; 4503 crowded out by newer connections of the account; 4504 a flood.
"""
COSTS = """
## What a command costs

Units of the account's budget, which all its connections share, and of the address's. Before signing in a connection
has a budget of its own of the same size. A reply carries `budget` when less than half is left; `whose` tells which.

| command | units |
|---|---|
"""


def text() -> str:
    """The page."""
    config = Config()
    parts = [HEAD]
    for section in limits.SECTIONS:
        parts.append(f"\n## {section.title}\n\n| limit | value | unit | why | setting |\n|---|---|---|---|---|\n")
        for limit in section.limits:
            setting = f"`{limit.setting}`" if limit.setting else ""
            value = f"{limits.value(limit, config):,}"
            parts.append(f"| `{limit.name}` | {value} | {limit.unit} | {limit.reason} | {setting} |\n")
    parts.append(COSTS)
    parts += [f"| `{tag_of(command)}` | {route.cost} |\n" for command, route in ROUTES.items()]
    return "".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 written or fresh, 1 stale, 2 not in a checkout."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not FILE.parents[1].exists():
        print(f"among: {FILE.parent} is not in a checkout of the project", file=sys.stderr)
        return 2
    if "--check" not in arguments:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text(), "utf-8")
        print(f"among: wrote {FILE}")
        return 0
    if FILE.exists() and FILE.read_text("utf-8") == text():
        return 0
    print(f"among: {FILE} is stale. Run `make schema`, and look at what has changed.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
