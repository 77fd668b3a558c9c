"""A permalink: the one text that names a message for good. Pure.

    among://HOST/COMMUNITY/ROOM/NUMBER?epoch=EPOCH      a message of a room of a community
    among://HOST/COMMUNITY/@HANDLE/NUMBER?epoch=EPOCH   a post of somebody's corner, or a comment there
    among://HOST/ROOM-ID/NUMBER?epoch=EPOCH             any message, a direct's too

Short names of communities and rooms never change, so there are no former ones to follow; who went by a handle is found by
`member.find`, and an id no rename touches. The epoch says which data the number is of: after a restore the number may be
another message's. A link says nothing of what it leads to, and opens nothing: whoever may not see that gets `gone`.
"""

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from . import text
from .base import KEY_CHARS, MAX_INT

SCHEME = "among"
LONGEST = 1_024  # characters; longer ones are none of ours

_ID = re.compile(r"r_[a-z2-7]{16}")
_NUMBER = re.compile(r"[1-9][0-9]{0,15}")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_FOUND = re.compile(rf"{SCHEME}://[!-;=?-\[\]_a-z~]+", re.IGNORECASE)


class PermalinkError(ValueError):
    """This is no permalink; the sentence says why."""


class Permalink(NamedTuple):
    host: str  # with a port, where it is not the usual one: example.org:8080
    seq: int  # the number of the message in the room
    community: str = ""  # its slug; empty: `room` is an id
    room: str = ""  # its slug, `@` and the handle of whose corner it is, or its id
    epoch: str = ""  # that the number is of; empty: not told

    def __str__(self) -> str:
        return write(self)


def write(link: Permalink) -> str:
    place = f"{link.community}/{link.room}" if link.community else link.room
    told = f"?epoch={quote(link.epoch, safe='')}" if link.epoch else ""
    return f"{SCHEME}://{link.host}/{place}/{link.seq}{told}"


def read(given: str) -> Permalink:
    """What a text names that is a permalink and nothing else. Raises PermalinkError."""
    if len(given) > LONGEST:
        raise PermalinkError(f"a permalink has at most {LONGEST} characters")
    try:
        parts = urlsplit(given)
        parts.port  # noqa: B018  # raises for one that is none
        epoch = dict(parse_qsl(parts.query, max_num_fields=8)).get("epoch", "")
    except ValueError as error:
        raise PermalinkError(str(error)) from None
    if parts.scheme != SCHEME or not given.isascii() or not given.isprintable() or " " in given:
        raise PermalinkError(f"a permalink begins with {SCHEME}:// and has no spaces")
    if not _HOST.fullmatch(parts.netloc):
        raise PermalinkError("a permalink names a machine, and nobody who signs in there")
    *place, number = parts.path.removeprefix("/").split("/")
    if not _NUMBER.fullmatch(number) or int(number) > MAX_INT:
        raise PermalinkError("a permalink ends with the number of a message")
    if len(epoch) > KEY_CHARS or not epoch.isascii() or not epoch.isprintable():
        raise PermalinkError(f"an epoch has at most {KEY_CHARS} characters")
    community, room = _place(place)
    return Permalink(parts.netloc.lower(), int(number), community, room, epoch)


def find(body: str) -> list[Permalink]:
    """Those that stand in a text, in order. What looks like one and is none is passed over."""
    if f"{SCHEME}://" not in body.lower():
        return []
    found = []
    for match in _FOUND.findall(body):
        try:
            found.append(read(match.rstrip(".,;:!?)]'\"")))
        except PermalinkError:
            continue
    return found


def _place(parts: list[str]) -> tuple[str, str]:
    if len(parts) == 1 and _ID.fullmatch(parts[0]):
        return "", parts[0]
    if len(parts) != 2:
        raise PermalinkError("a permalink names COMMUNITY/ROOM, COMMUNITY/@HANDLE, or the id of a room")
    community, room = parts
    at = "@" if room.startswith("@") else ""
    try:
        return text.handle(community), at + text.handle(room.removeprefix("@"))
    except text.TextError as error:
        raise PermalinkError(f"a short name has {error}") from None
