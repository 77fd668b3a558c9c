"""What Tab offers: commands, rooms, communities, handles. Pure: from what is known, nothing is asked for."""

import re
from collections.abc import Iterable

from among_protocol.text import tag_begin

from .commands import COMMANDS, NAMED, WORDS
from .discovery import LETTERS
from .link import Link
from .typed import is_command

_HANDLE = re.compile(r"(?:^|[\s(])@([A-Za-z0-9._-]*)$")


def candidates(link: Link, before: str) -> tuple[str, list[str]]:
    """The piece of text before the cursor that is completed, and what may take its place."""
    if found := _HANDLE.search(before):
        return f"@{found[1]}", _beginning(f"@{found[1]}", (f"@{handle}" for handle in _handles(link)))
    if not is_command(before):
        return "", []
    name, space, rest = before[1:].partition(" ")
    if not space:
        return before, _beginning(before, (f"/{command.name}" for command in COMMANDS))
    command = NAMED.get(name.lower())
    piece = rest.rpartition(" ")[2]
    if name.lower() == "help":  # with its slash or without
        rest = piece = rest.removeprefix("/")
    if command is not None and command.takes == "tags":
        return piece, _tags(link, command.name, piece, first=piece == rest)
    if command is None or (piece != rest and command.takes != "words"):
        return "", []
    return piece, _beginning(piece, _names(link, command.name, command.takes, rest))


def _names(link: Link, name: str, takes: str, rest: str) -> Iterable[str]:
    first, space, more = rest.partition(" ")
    if name in ("role", "resolve"):  # their words come second
        second = space and " " not in more
        return WORDS[name] if second else _handles(link) if name == "role" and not space else []
    if takes == "rooms" or (first in ("follow", "unfollow") and space):
        titles = [room.title for room in link.model.numbered()]
        return [*titles, *(room.short for room in link.model.numbered() if room.community)]
    if takes == "communities":
        return (community.slug for community in link.model.communities.values())
    if takes == "blocked":
        return list(link.model.blocks.kinds())
    if takes == "handles" or (name == "room" and first in ("add", "remove") and space):
        return _handles(link)
    return [] if space else WORDS.get(name, ())


def _tags(link: Link, name: str, piece: str, *, first: bool) -> list[str]:
    """Tags of which a word begins so, behind the sign that they are typed with."""
    signs = "+-#" if name == "interests" else "#"
    sign = piece[:1] if piece[:1] and piece[0] in signs else ""
    words = _beginning(piece, WORDS.get(name, ())) if first and not sign else []
    begin = tag_begin(piece.removeprefix(sign))
    if not begin or not (sign or name in ("interests", "tag")):
        return words
    known = link.tags.get(begin[:LETTERS], [])
    return [*words, *(f"{sign}{tag}" for tag in known if tag.startswith(begin) or f"-{begin}" in tag)]


def _handles(link: Link) -> list[str]:
    """Those of this community first, then all known."""
    room = link.model.room
    here = [one.handle for one in link.members.get(room.community, [])] if room else []
    return list(dict.fromkeys([*here, *link.model.handles()]))


def _beginning(piece: str, names: Iterable[str]) -> list[str]:
    folded = piece.lower()
    return list(dict.fromkeys(name for name in names if name.lower().startswith(folded)))
