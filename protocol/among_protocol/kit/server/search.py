"""Searching what was said: by its words, as it is now, and by nobody who may not read it."""

import asyncio
import secrets
from typing import Any

from ..checks import Skip, demand
from .ground import Scene, checks
from .peer import Peer

TRIES = 40  # until what was said is in the index
PAUSE = 0.1  # seconds between two


def _word() -> str:
    """One that nobody has said before."""
    return f"kit{secrets.token_hex(6)}"


async def _can(scene: Scene) -> Peer:
    """Somebody in the community. Raises Skip where the server has no search."""
    ann = await scene.person("ann")
    if (await ann.ask("message.search", query=_word())).get("code") == "search.absent":
        raise Skip("the server does not search")
    return ann


async def _found(peer: Peer, query: str, **fields: Any) -> list[int]:
    """The numbers of what is found."""
    page = await peer.result("message.search", query=query, **fields)
    demand(isinstance(page.get("as_of"), str), "`as_of`, until when everything is found", page)
    return [hit["seq"] for hit in page["hits"]]


async def _finds(peer: Peer, query: str, *numbers: int, **fields: Any) -> None:
    """That these are found, and nothing else, as soon as they are indexed."""
    found: list[int] = []
    for _ in range(TRIES):
        found = await _found(peer, query, **fields)
        if sorted(found) == sorted(numbers):
            return
        await asyncio.sleep(PAUSE)
    demand(False, f"{sorted(numbers)} for {query}", found)


@checks("search.seen")
async def nobody_finds_what_they_may_not_read(scene: Scene) -> None:
    """Say a word in a private room; look for it as one who is there, one who is not, and one who has left."""
    ann = await _can(scene)
    bob, cid = await scene.people("bob", "cid")
    word, room = _word(), await scene.fresh_room("bob", kind="private")
    said = await ann.say(room, f"only here: {word}")
    await _finds(bob, word, said["seq"])
    page = await cid.result("message.search", query=word)
    nothing = await cid.result("message.search", query=_word())
    demand(
        not page["hits"] and page.get("complete") == nothing.get("complete"), "what is found of a word of nobody", page
    )
    demand(not page.get("after"), "no way to a next page", page)
    await cid.refused("room.gone", "message.search", query=word, room=room)
    await bob.result("room.unfollow", room=room)
    demand(not await _found(bob, word), "nothing, once bob has left")


@checks("search.present")
async def what_was_edited_or_deleted_is_found_as_it_is(scene: Scene) -> None:
    """Say a word, edit it into another, and delete that."""
    ann = await _can(scene)
    bob = await scene.person("bob")
    room, before, after = await scene.fresh_room("bob"), _word(), _word()
    said = await ann.say(room, before)
    await _finds(bob, before, said["seq"])
    await ann.result("message.edit", room=room, message=said["seq"], body=f"now {after}")
    demand(not await _found(bob, before), "nothing for what it said before", before)
    await _finds(bob, after, said["seq"])
    await ann.result("message.delete", room=room, message=said["seq"])
    demand(not await _found(bob, after), "nothing for what was deleted", after)


@checks("search.words")
async def words_are_words(scene: Scene) -> None:
    """Look for a text in capitals, by its beginning, in a row, without a word of it, and with what others take for patterns."""
    ann = await _can(scene)
    word, room = _word(), await scene.fresh_room()
    one = (await ann.say(room, f"{word} cr\u00e8me br\u00fbl\u00e9e"))["seq"]
    two = (await ann.say(room, f"br\u00fbl\u00e9e and cr\u00e8me of {word}"))["seq"]
    await _finds(ann, word, one, two, room=room)
    for query, numbers in (
        (f"{word.upper()} CREME BR\u00dbLEE", (one, two)),
        (f"{word[:9]}*", (one, two)),
        (word[:9], ()),
        (f'{word} "creme brulee"', (one,)),
        (f"{word} -and", (one,)),
        (f"{word} from:{ann.handle} -and", (one,)),
        (f"{word} NEAR", ()),
        (f'{word} "and creme" OF', (two,)),
    ):
        found = await _found(ann, query, room=room)
        demand(sorted(found) == sorted(numbers), f"{sorted(numbers)} for {query}", found)
