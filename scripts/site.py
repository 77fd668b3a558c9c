"""The documents as a site: `make site` builds build/site from docs/ and the pages at the top of the project.

    python -m scripts.site [FOLDER]        # FOLDER/site/index.html; exit code 1 where a link leads nowhere

What a reader of a checkout sees and what a reader of the site sees is the same text. A link to a file of the project gets
a page that shows that file, so that the site is whole by itself: nothing on it is fetched from elsewhere.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[1]
SECTIONS = {  # folder of docs/: heading, and what comes first in it
    "tutorial": ("Tutorials", ["first-hour", "first-bot"]),
    "howto": ("How-to", ["run-a-server", "run-in-docker", "write-a-client", "use-the-python-client", "talk-by-hand"]),
    "reference": ("Reference", ["protocol", "stability", "limits", "configuration"]),
    "explanation": ("Explanation", ["guarantees", "performance"]),
    "adr": ("Decisions", []),
}
DECISIONS = "adr/index.md"
TOP = {
    "ARCHITECTURE.md": "explanation",
    "CONTRIBUTING.md": "howto",
    "CHANGELOG.md": "reference",
    "SECURITY.md": "reference",
}
RAW = (
    "protocol/schema/v1.json",
    "protocol/schema/asyncapi.yaml",
    "protocol/schema/golden/v1.json",
)  # as they are, to be fetched
LANGUAGES = {
    ".toml": "toml",
    ".yaml": "yaml",
    ".py": "python",
    ".js": "javascript",
    ".html": "html",
    ".json": "json",
    ".sh": "sh",
}
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\[]*(?:\[[^\]]*\][^\]\[]*)*)\]\((?P<target>[^)\s]+)\)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # which the generator uses for each letter, NO_COLOR or not
FENCE = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)


class Pages:
    """The pages of the site, as they are laid out for the generator."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._at: dict[Path, str] = {}  # file of the project: its page

    def lay_out(self) -> None:
        for path in sorted((ROOT / "docs").rglob("*")):
            if path.is_file():
                self._at[path] = path.relative_to(ROOT / "docs").as_posix()
        for name, section in TOP.items():
            self._at[ROOT / name] = f"{section}/{name.lower()}"
        for name in RAW:
            self._at[ROOT / name] = name.removeprefix("protocol/")
        waiting = list(self._at)
        while waiting:
            path = waiting.pop()
            page = self.folder / self._at[path]
            page.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".md":
                text, shown = self._rewritten(path)
                page.write_text(text, "utf-8")
                waiting += shown
            elif page.suffix == ".md":
                page.write_text(_shown(path), "utf-8")
            else:
                shutil.copyfile(path, page)
        decisions = self.folder / DECISIONS
        decisions.parent.mkdir(exist_ok=True)
        decisions.write_text(self._decisions(), "utf-8")

    def _rewritten(self, path: Path) -> tuple[str, list[Path]]:
        """A document with its links as they are on the site, and the files that it shows for the first time."""
        found: list[Path] = []

        def link(match: re.Match[str]) -> str:
            target, _, anchor = match["target"].partition("#")
            if not target or urlsplit(target).scheme:
                return match[0]
            file = (path.parent / target).resolve()
            if file not in self._at and file.is_file():
                self._at[file] = f"files/{file.relative_to(ROOT).as_posix()}.md"
                found.append(file)
            if file in self._at:
                page = self._at[file]
            elif file == ROOT / "docs/adr":
                page = DECISIONS
            elif file.is_dir():
                return match["text"]
            else:
                return match[0]  # it leads nowhere, and will be told
            relative = os.path.relpath(self.folder / page, (self.folder / self._at[path]).parent)
            return f"[{match['text']}]({relative}{'#' + anchor if anchor else ''})"

        text = path.read_text("utf-8")
        parts: list[str] = []
        at = 0
        for fence in FENCE.finditer(text):
            parts += [LINK.sub(link, text[at : fence.start()]), fence[0]]
            at = fence.end()
        return "".join([*parts, LINK.sub(link, text[at:])]), found

    def _decisions(self) -> str:
        rows = [f"- [{title(path)}]({path.name})" for path in sorted((ROOT / "docs/adr").glob("[0-9]*.md"))]
        return "# Decisions\n\nWhat was decided, and why, in the order in which it was.\n\n" + "\n".join(rows) + "\n"

    def nav(self) -> list[dict[str, object]]:
        """The pages in the order in which one finds them."""
        found: list[dict[str, object]] = [{"Among": "index.md"}]
        for section, (heading, first) in SECTIONS.items():
            pages = {
                at: title(path) for path, at in self._at.items() if at.startswith(f"{section}/") and at.endswith(".md")
            }
            if section == "adr":
                pages = {DECISIONS: "All of them", **dict(sorted(pages.items()))}
            order = [f"{section}/{name}.md" for name in first]
            rank = {page: order.index(page) if page in order else len(order) for page in pages}
            names = sorted(pages, key=lambda page: (rank[page], 0 if section == "adr" else pages[page].lower()))
            found.append({heading: [{pages[page]: page} for page in names]})
        return found


def _shown(path: Path) -> str:
    """A page that shows a file."""
    language = LANGUAGES.get(path.suffix, "text")
    return f"# `{path.relative_to(ROOT).as_posix()}`\n\n````{language}\n{path.read_text('utf-8').rstrip()}\n````\n"


def title(path: Path) -> str:
    """The heading of a document, as plain text; of a decision without the zeros before its number."""
    heading = re.search(r"^# (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return re.sub(r"^0+(?=\d)", "", heading[1].replace("`", "")) if heading else path.stem


def toml(value: object) -> str:
    """Strings, lists and tables of one line: what the navigation is made of."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(str(key))} = {toml(held)}" for key, held in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def build(folder: Path) -> int:
    """Builds FOLDER/site anew. Says what is wrong on stderr; exit code 1 then."""
    pages = Pages(folder / "docs")
    for old in ("docs", "site", ".cache"):
        shutil.rmtree(folder / old, ignore_errors=True)
    pages.lay_out()
    shutil.copyfile(ROOT / "scripts/site.css", folder / "docs/site.css")
    settings = (ROOT / "scripts/site.toml").read_text("utf-8").replace("nav = []", f"nav = {toml(pages.nav())}")
    (folder / "zensical.toml").write_text(settings, "utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(folder / "zensical.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    if done.returncode:
        print(COLOUR.sub("", done.stdout + done.stderr.partition("Traceback")[0]), file=sys.stderr)
        return 1
    wrong = list(broken(folder / "site"))
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0


class _Page(HTMLParser):
    """What a page refers to, and what can be referred to in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preconnect"):
            self.loads.append(given["href"])
        if "src" in given:
            self.loads.append(given["src"])


def broken(site: Path) -> Iterator[str]:
    """What the finished pages refer to and isn't there, and what they would fetch from elsewhere."""
    pages = {path: _Page(path.read_text("utf-8")) for path in site.rglob("*.html")}
    for path, page in pages.items():
        where = path.relative_to(site).as_posix()
        for target in (*page.links, *page.loads):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                if target in page.loads and parts.scheme != "data":
                    yield f"{where}: fetches {target}"
                continue
            if where == "404.html":
                continue  # it stands anywhere, so its links begin at the root of wherever the site is put
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            file = file / "index.html" if file.is_dir() else file
            if not file.is_file():
                yield f"{where}: {target} is not there"
            elif parts.fragment and file in pages and unquote(parts.fragment) not in {*pages[file].ids, "__skip"}:
                yield f"{where}: {target}: no such place in the page"


def main() -> int:
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "build"
    folder.mkdir(parents=True, exist_ok=True)
    wrong = build(folder)
    if not wrong:
        print(f"among: {folder / 'site/index.html'}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
