"""The reference pages that are made from the code: `python -m among_server.admin.reference`, with `--check` to compare."""

import asyncio
import difflib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from . import erasing, life, operator, protocol

FOLDER = Path(__file__).parents[4] / "docs/reference"
MADE = "<!-- Made by `make docs` from the code. Don't edit it here. -->\n"

PAGES: dict[str, Callable[[], str]] = {
    "configuration.md": operator.configuration,
    "erasing.md": erasing.page,
    "metrics.md": lambda: asyncio.run(operator.metrics()),
    "protocol.md": protocol.page,
    "life.svg": life.svg,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 written or fresh, 1 stale, 2 not in a checkout."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not FOLDER.parents[1].joinpath("pyproject.toml").exists():
        print(f"among: {FOLDER} is not in a checkout of the project", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = 0
    for name, page in PAGES.items():
        file, fresh = FOLDER / name, f"{MADE}\n{page()}"
        kept = file.read_text("utf-8") if file.exists() else ""
        if kept == fresh:
            continue
        if "--check" not in arguments:
            file.write_text(fresh, "utf-8")
            print(f"among: wrote {file}")
            continue
        stale = 1
        print("\n".join(difflib.unified_diff(kept.splitlines(), fresh.splitlines(), name, "the code", lineterm="")))
    if stale:
        print("among: the reference is stale. Run `make docs`, and look at what has changed.", file=sys.stderr)
    return stale
