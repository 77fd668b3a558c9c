"""Searching what was said, as plainly as can be said: everything that somebody may read is looked through."""

import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from among_protocol import codes
from among_protocol.codes import Refuse
from among_protocol.messages import MessageSent
from among_protocol.posts import PostEdited, PostPublished

from ..rows import RoomRow
from ..search import Asked, Cursor, Found, Looked, Said, Seal, choose, hit, mentioned, narrow, refusal
from ..words import spaced
from .messages import as_it_is
from .tx import MemoryTx

_SEAL = Seal(Seal.new_key())


def search(tx: MemoryTx, account: str, asked: Asked) -> Found:
    digest = asked.digest(account)
    cursor = _SEAL.open(digest, asked.after) if asked.after else Cursor()
    rooms = _wanted(tx, account, asked)
    named = asked.query.values("in", without=True)
    narrowed = narrow(
        asked,
        lambda handle: _called(tx, account, handle),
        {room for value in named for room in _in(tx, account, asked, value)},
        one_room=len(rooms) == 1 and _is_named(tx, account, asked),
    )

    def proposed(at: Cursor) -> Iterator[Looked]:
        for number in range(min(at.top, len(tx.entries)), at.low - 1 if at.low else 0, -1):
            said = _said(tx, *keys[number - 1]) if keys[number - 1][0] in rooms else None
            if said is not None and narrowed.fits(said, _ms(said.at)):
                words = spaced(said.title, said.body)
                if asked.sought.fits(words):
                    yield Looked(number, said, words)

    keys = list(tx.entries)
    found, after = choose(asked, cursor, proposed, lambda _: False, lambda: False)
    blocks = tx.blocks(account)
    who = {one.said.by: tx.members[one.said.by] for one in found}
    hits = [
        hit(
            one,
            tx.room_rows[one.said.room],
            folded=blocks.get((who[one.said.by].account, who[one.said.by].handle)) == "block",
        )
        for one in found
    ]
    now = datetime.fromtimestamp(int(time.time()), UTC)
    return Found(hits, _SEAL.close(digest, after) if after is not None else "", f"{now:%Y-%m-%dT%H:%M:%S}.000Z")


def _is_named(tx: MemoryTx, account: str, asked: Asked) -> bool:
    """Whether it is said which room that is, and not only of which community, or there is nothing but directs."""
    named = asked.query.values("in")
    here = [tx.communities[row.place] for row in tx.standing_in(account) if row.place in tx.communities]
    return bool(asked.room) or not (any(one.id in named or one.slug in named for one in here) if named else here)


def _readable(tx: MemoryTx, account: str) -> list[RoomRow]:
    mine = {row.place for row in tx.standing_in(account)}
    return [
        row
        for row in tx.room_rows.values()
        if (row.community or row.id) in mine and (row.for_all or tx.follows(account, row.id))
    ]


def _wanted(tx: MemoryTx, account: str, asked: Asked) -> set[str]:
    rooms = _readable(tx, account)
    if asked.room:
        if asked.room not in {row.id for row in rooms}:
            raise Refuse(codes.ROOM_GONE, field="room")
        return {asked.room}
    if asked.community and tx.membership(account, asked.community) not in tx.standing_in(account):
        raise Refuse(codes.COMMUNITY_GONE, field="community")
    named = asked.query.values("in")
    wanted = {room for value in named for room in _in(tx, account, asked, value)} if named else {r.id for r in rooms}
    return {row.id for row in rooms if row.id in wanted and asked.community in ("", row.community)}


def _in(tx: MemoryTx, account: str, asked: Asked, value: str) -> set[str]:
    rooms = _readable(tx, account)
    if value.startswith("@"):
        whose = {tx.members[member].place for member in _called(tx, account, value[1:])}
        found = {row.id for row in rooms if row.id in whose}
    elif not (found := {row.id for row in rooms if value in (row.id, row.community)}):
        slug, _, name = value.partition("/")
        here = {row.place for row in tx.standing_in(account) if row.place in tx.communities}
        named = {id for id in here if tx.communities[id].slug == slug}
        if name:
            found = {row.id for row in rooms if row.slug == name and row.community in named}
        else:
            there = {asked.community} if asked.community in here else here
            rows = [row for row in rooms if "/" not in value and row.slug == slug and row.community in there]
            found = {row.id for row in rows} | {row.id for row in rooms if row.community in named}
    if not found:
        raise refusal("room", value)
    return found


def _called(tx: MemoryTx, account: str, handle: str) -> AbstractSet[str]:
    mine = tx.standing_in(account)
    if handle == "me":
        return {row.id for row in mine}
    there = {row.place for row in mine if row.place in tx.communities or tx.follows(account, row.place)}
    found = {row.id for row in tx.members.values() if row.place in there and row.handle == handle and not row.left}
    if not found:
        raise refusal("member", handle)
    return found


def _said(tx: MemoryTx, room: str, seq: int) -> Said | None:
    event = tx.entries[room, seq].stored.event
    if event.blank or not tx.given(room, seq):
        return None
    if isinstance(event, MessageSent):
        now = as_it_is(tx, room, seq)
        kind = "comment" if event.post else "message"
        return Said(
            room,
            seq,
            event.at,
            event.by,
            event.rev,
            kind,
            "",
            now.body,
            mentioned(now.mentions, room=now.mentions_room),
            event.post,
            now.edited,
            event.reply_to,
        )
    post = tx.post(room, seq) if isinstance(event, PostPublished) else None
    if post is None:
        return None
    newest = tx.entries[room, post.newest].stored.event
    assert isinstance(newest, PostPublished | PostEdited)
    edited = newest.seq if newest is not event else 0
    return Said(
        room, seq, event.at, event.by, event.rev, "post", newest.title, newest.body, newest.mentions, edited=edited
    )


def _ms(at: str) -> int:
    return int(datetime.fromisoformat(f"{at[:-1]}+00:00").timestamp() * 1000)
