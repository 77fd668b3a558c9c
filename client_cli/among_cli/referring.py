"""What a line that is being typed is about: `/reply #12 …` shows how message 12 begins, before anything is sent. Pure."""

import re

from . import edits
from .changes import seq_of
from .layout import clip
from .link import Link
from .looks import LOOKS, Row, Span
from .safe_text import Safe, safe_text
from .words import glimpse

_TAKE = "reply|thread|react|edit|delete|history|reveal|pin|unpin|bookmark|forward|link"  # a number without #, too
_ABOUT = re.compile(rf"/(?:(?:{_TAKE})\s+#?|[a-z]+\s+#)([0-9]{{1,15}})(?:\s|$)", re.IGNORECASE)
_REPLY = re.compile(r"/reply\s+(#[0-9]{1,15})(?:\s+|$)", re.IGNORECASE)


def about(link: Link, line: str, columns: int) -> Row:
    """How the message begins that the line names; nothing where it names none that is on the screen."""
    found = _ABOUT.match(line)
    visit = link.model.visit
    said = visit.said.get(seq_of(found[1])) if found and visit is not None else None
    if said is None:
        return []
    what = "✗ deleted" if said.blank else glimpse(said.body)
    return [Span(LOOKS["dim"], clip(Safe(f"┌ {safe_text(said.who)} {said.number}: {safe_text(what)}"), columns))]


def answering(link: Link, line: str) -> str:
    """The line as an answer to the newest message of somebody else; where it is an answer, to the one before that. Another
    command stays what it is."""
    found = _REPLY.match(line)
    if not found and line.startswith("/") and not line.startswith("//"):
        return line
    words = line[found.end() :] if found else line.removeprefix("/")
    said = edits.answerable(link, found[1] if found else "") or edits.answerable(link)
    return line if said is None else f"/reply {said.number} {words}"
