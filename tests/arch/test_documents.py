"""The documents hold together: links lead somewhere, decisions are numbered without a hole."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def test_links_between_documents_lead_somewhere():
    broken = []
    for document in documents():
        for target in LINK.findall(without_code(document.read_text("utf-8"))):
            path = target.partition("#")[0]
            if path and not re.match(r"[a-z]+:", path) and not (document.parent / path).exists():
                broken.append(f"{document.relative_to(ROOT)} -> {target}")
    assert broken == []


def test_every_page_for_people_is_led_to_from_where_they_begin():
    pages = [path for folder in ("tutorial", "howto", "explanation") for path in (ROOT / "docs" / folder).glob("*.md")]
    assert len(pages) > 30
    for start in (ROOT / "README.md", ROOT / "docs/index.md"):
        led = {(start.parent / target).resolve() for target in LINK.findall(start.read_text("utf-8"))}
        assert [path.name for path in pages if path not in led] == [], start


def test_decisions_are_numbered_without_a_hole():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/adr").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_decision_opens_with_its_number_and_says_what_was_decided():
    for path in (ROOT / "docs/adr").glob("[0-9]*.md"):
        text = path.read_text("utf-8")
        assert text.startswith(f"# {path.name[:4]}: "), path
        assert "**Decision.**" in text, path


def test_the_plan_of_the_house_names_every_module_of_the_core():
    (row,) = re.findall(r"^\| `…/core/` \|.*$", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.MULTILINE)
    modules = {path.stem for path in (ROOT / "server/among_server/core").glob("*.py")} - {"__init__"}
    assert set(re.findall(r"`(\w+)`", row)) == modules


def test_the_makefile_lists_every_target():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = set(re.findall(r"^\.PHONY: ([\w-]+)$", makefile, re.MULTILINE)) - {"help"}
    listed = set(re.findall(r"^([\w-]+):.*## ", makefile, re.MULTILINE))
    assert listed == phony
