"""Each promise of the page on stability stands beside a test that there is."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/stability.md").read_text("utf-8")
HELD = re.compile(r"^- Held by `(tests/[\w/]+\.py)`: `(\w+)`$", re.MULTILINE)
NOTHING = "*Nothing holds this yet:"


def promises() -> dict[str, str]:
    """Each heading of the third level, and what stands under it."""
    parts = re.split(r"^(#{2,3}) (.+)\n", PAGE, flags=re.MULTILINE)[1:]
    return {title: text for level, title, text in zip(*[iter(parts)] * 3, strict=True) if level == "###"}


def test_every_promise_is_held_or_says_that_it_is_not():
    found = promises()
    assert len(found) >= 12
    assert [title for title, text in found.items() if bool(HELD.search(text)) == (NOTHING in text)] == []


def test_the_tests_that_hold_them_are_there():
    missing = []
    for path, name in HELD.findall(PAGE):
        tests = ast.parse((ROOT / path).read_text("utf-8")).body
        if name not in {test.name for test in tests if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef)}:
            missing.append(f"{path}: {name}")
    assert missing == []
    assert PAGE.count("Held by") == len(HELD.findall(PAGE)), "a line that is not read as one"
