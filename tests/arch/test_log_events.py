"""The operator's log is documented: every event that the server writes, with its level, and no other."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHOSEN = {"say": {"warning", "error"}, "tell": {"debug", "info"}}  # methods of the log that are chosen as they are used
LEVELS = {"debug", "info", "warning", "error", "exception"}


def written() -> dict[str, set[str]]:
    """Every event in the code, with the levels at which it is written."""
    found: dict[str, set[str]] = {}
    for module in sorted((ROOT / "server").rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            event = node.args[0].value
            if not isinstance(event, str):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            ours = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "log" and name in LEVELS
            chosen = CHOSEN.get(name, set())
            if ours or chosen:
                levels = chosen or {"error" if name == "exception" else name}
                found.setdefault(event, set()).update(levels)
    return found


def test_every_event_of_the_log_is_in_the_reference_and_no_other():
    page = (ROOT / "docs/reference/log-events.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `([\w.]+)` \| ([^|]+) \|", page, re.MULTILINE))
    events = written()
    assert sorted(told) == sorted(events)
    for event, levels in events.items():
        assert {level for level in ("debug", "info", "warning", "error") if level in told[event]} == levels, event


def test_events_are_named_like_things_that_happened():
    assert [event for event in written() if not re.fullmatch(r"[a-z]+\.[a-z_]+", event)] == []
