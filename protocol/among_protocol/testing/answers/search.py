"""Searching what was said, as plainly as can be: all that somebody may read is looked through, and every word must occur. A
real server knows more of scripts, ranks what it finds, and gives the way to the next page; here all is on one page."""

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ... import codes
from ...codes import Refuse
from ...messages import MessageSent
from ...posts import PostPublished
from ...query import PREFIX_LEAST, Query, QueryError, Term, moment, parse
from ...search import Hit, Mark, MessageHits, SearchMessages
from ...text import EVERYBODY
from ..clock import unix_ms
from ..names import name_of
from . import corners, edits

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import MemberRow, RoomRow
    from ..town import Town

SNIPPET = 160  # characters


def search(connection: "Connection", command: SearchMessages) -> MessageHits:
    town, account = connection.town, connection.account
    try:
        query = parse(command.query)
        _enough(query)
    except QueryError as error:
        raise Refuse(codes.FIELD_INVALID, str(error), field="query") from None
    if command.community:
        mine = town.member(account, command.community)
        if mine is None or mine.left:
            raise Refuse(codes.COMMUNITY_GONE, field="community")
    if command.room:
        town.visible(account, command.room)
    hits: list[Hit] = []
    for room in town.rooms.values():
        try:
            _, me = town.visible(account, room.id)
        except Refuse:
            continue
        if command.room in ("", room.id) and command.community in ("", room.community) and _in(town, room, query):
            hits += _hits(town, room, me, query)
    hits.sort(key=lambda hit: (hit.at, hit.seq), reverse=True)
    for hit in hits:
        hit.folded = connection.person.blocks.get(name_of(town.members[hit.by])) == "block"
    return MessageHits(hits=hits[: command.limit], complete=True, as_of=town.clock.time())


def _enough(query: Query) -> None:
    """Raises QueryError where too little stands before a *. Of scripts that need no more than one character it knows
    only that they are not ASCII."""
    for term in query.terms:
        last = term.text.split()[-1]
        if term.prefix and last.isascii() and len(last) < PREFIX_LEAST:
            raise QueryError(f"At least {PREFIX_LEAST} characters stand before a *.")


def _hits(town: "Town", room: "RoomRow", me: "MemberRow", query: Query) -> list[Hit]:
    found: list[Hit] = []
    for said in town.logs[room.id].known:
        if said.blank:
            continue
        if isinstance(said, MessageSent):
            message = edits.versions(town, said)[-1]
            kind, title, body, edited = "comment" if said.post else "message", "", message.body, message.seq
            mentions, post, reply = _names(town, me, message.mentions), said.post, said.reply_to
            mentions |= {EVERYBODY} if message.mentions_room else set()
        elif isinstance(said, PostPublished):
            last = corners.versions(town, said)[-1]
            kind, title, body, edited, post, reply = "post", last.title, last.body, last.seq, 0, 0
            mentions = _names(town, me, last.mentions)
        else:
            continue
        has = {kind, *(["link"] if "://" in body else []), *(["reply"] if reply else [])}
        has |= {*(["edit"] if edited != said.seq else []), *(["mention"] if mentions else [])}
        told = {"from": _names(town, me, [said.by]), "mentions": mentions, "has": has}
        said_by = query.values("from")
        fits = not said_by or any(value in told["from"] for value in said_by)
        others = [one for one in query.filters if one.name in ("from", "mentions", "has")]
        others = [one for one in others if one.name != "from" or one.without]
        fits &= all((one.value in told[one.name]) != one.without for one in others)
        if not (fits and _when(said.at, said.seq, query) and all(_there(one, title, body) for one in query.terms)):
            continue
        at = next((at for one in query.terms if (at := _fold(body).find(_fold(one.text))) >= 0), 0)
        start = max(0, min(at, len(body) - SNIPPET))
        snippet = " ".join(body[start : start + SNIPPET].split("\n"))
        found.append(
            Hit(
                room=room.id,
                community=room.community,
                slug=room.slug,
                seq=said.seq,
                kind=kind,
                at=said.at,
                by=said.by,
                rev=said.rev,
                post=post,
                edited=edited if edited != said.seq else 0,
                title=title,
                snippet=snippet,
                marks=_marks(snippet, query),
            )
        )
    return found


def _in(town: "Town", room: "RoomRow", query: Query) -> bool:
    community = town.communities.get(room.community)
    slug = community.slug if community else ""
    names = {room.id, room.slug, room.community, slug, f"{slug}/{room.slug}"} - {""}
    if community is None:
        names |= {f"@{row.handle}" for row in town.inside(room.id)}
    wanted, unwanted = query.values("in"), query.values("in", without=True)
    return (not wanted or bool(names & set(wanted))) and not names & set(unwanted)


def _names(town: "Town", me: "MemberRow", members: Iterable[str]) -> set[str]:
    """What they go by in a query."""
    return {town.members[id].handle for id in members} | {"me" for id in members if id == me.id}


def _when(at: str, seq: int, query: Query) -> bool:
    for name in ("before", "after"):
        for bound in map(moment, query.values(name)):
            here = seq if bound < 0 else unix_ms(at)  # a number is told as one below 0
            if name == "before" and here >= abs(bound):
                return False
            if name == "after" and here < abs(bound) + (bound < 0):
                return False
    return True


def _there(term: Term, *texts: str) -> bool:
    """Whether a text has these words in a row, each whole; or not, where it is not to have them."""
    wanted = " ".join(_words(term.text))
    end = "" if term.prefix else " "
    return any(f" {wanted}{end}" in f" {' '.join(_words(text))} " for text in texts) != term.without


def _marks(snippet: str, query: Query) -> list[Mark]:
    folded = [(found.start(), found.end(), _fold(found.group())) for found in re.finditer(r"\w+", snippet)]
    wanted = {word for one in query.terms if not one.without for word in _words(one.text)}
    return [Mark(start=start, end=end) for start, end, word in folded if word in wanted]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _fold(text))


def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))
