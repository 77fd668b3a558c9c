"""What people wrote as a part of a document: in Markdown and in HTML it is text, and stays in its place. Pure.

In Markdown every character that could begin something is escaped, in HTML everything is. An HTML page of ours runs
nothing, fetches nothing, and says so to the browser.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from html import escape

_SPECIAL = re.compile(r"[\\`*_{}\[\]#|~$]|(?<=www)\.|:(?=//)", re.IGNORECASE)
_BEGINNING = re.compile(r"(\d*)([-+=.)])")  # of a line: a list, a rule, a heading by underlining


def plain(line: str) -> str:
    """One line of text as Markdown that is nothing but text."""
    line = line.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _SPECIAL.sub(lambda found: f"\\{found.group()}", line)
    return _BEGINNING.sub(r"\1\\\2", line, count=1) if _BEGINNING.match(line) else line


def paragraphs(text: str) -> Iterator[list[str]]:
    """Its lines, without empty ones, by paragraph."""
    for paragraph in text.split("\n\n"):
        if lines := [line for line in paragraph.split("\n") if line.strip()]:
            yield lines


def markdown_lines(lines: list[str]) -> str:
    """A paragraph of Markdown in which each line stays one."""
    return "  \n".join(map(plain, lines))


def html_lines(text: str) -> str:
    """Paragraphs of HTML in which each line stays one."""
    return "".join(f'<p dir="auto">{"<br>".join(map(escape, lines))}</p>\n' for lines in paragraphs(text))


def html_head(title: str, style: str) -> str:
    """How a page begins, up to its body; it ends with HTML_END."""
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
    )


HTML_END = "\n</body>\n</html>\n"
