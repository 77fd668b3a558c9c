"""Leaving with a choice: what is left of who went, live and in what is read later."""

import asyncio
from typing import Any

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer

MOMENTS = 40  # a quarter of a second each: until words are blank that were to go


async def _comes_and_goes(scene: Scene, keep: str) -> tuple[Peer, Peer, str, str, Frame]:
    """Cid joins, says something and leaves: ann who stays, cid, the community, the membership, and what was said."""
    ann, cid = await scene.people("ann", "cid")
    community, _, room = await scene.elsewhere()
    member = (await cid.result("community.join", community=community))["entry"]["member"]
    said = (await cid.result("message.send", room=room, body=f"goes with {keep}"))["entry"]
    await cid.result("community.leave", community=community, keep=keep)
    return ann, cid, community, member, said


async def _message(peer: Peer, said: Frame) -> Frame:
    page = await peer.result("message.page", room=said["log"], around=said["seq"], limit=1)
    found: Frame = page["messages"][0]
    return found


@checks("leaving.nobody")
async def who_left_nothing_of_themselves_is_named_nowhere(scene: Scene) -> None:
    """Join, say something, leave with `words`; then look for the handle in what is told, resolved and read."""
    handle = scene.ground.accounts["cid"].handle
    ann, _, community, member, said = await _comes_and_goes(scene, "words")
    await ann.hears("member.forgotten", log=community, by=member)
    for rev in (0, said.get("rev", 0)):
        (persona,) = (await ann.result("member.resolve", members=[{"member": member, "rev": rev}]))["personas"]
        demand(not persona["handle"] and not persona["display_name"], f"nobody, for revision {rev}", persona)
    message = await _message(ann, said)
    demand(message["body"] == said["body"], "the words, which stay", message)
    after, told = 0, []
    while True:
        page = await ann.result("log.entries", log=community, after=after)
        told += [entry for entry in page["entries"] if entry.get("by") == member and entry.get("handle") == handle]
        if page["complete"] or not page["entries"]:
            break
        after = page["entries"][-1]["seq"]
    demand(not told, "no handle of theirs in the community's log", told)


@checks("leaving.erased")
async def what_was_to_go_is_blank_and_keeps_its_number(scene: Scene) -> None:
    """Join, say something, leave with `erase`, and read until the words are gone."""
    ann, _, _, _, said = await _comes_and_goes(scene, "erase")
    message: Frame = {}
    for _ in range(MOMENTS):
        message = await _message(ann, said)
        if message.get("blank"):
            break
        await asyncio.sleep(0.25)
    demand(message.get("seq") == said["seq"], "a message of the same number", message)
    demand(message.get("blank") is True and not message["body"], "a blank message within ten seconds", message)


@checks("leaving.same")
async def who_comes_back_is_the_same_member(scene: Scene) -> None:
    """Leave with `words`, join again, and look who said what before."""
    ann, cid, community, member, said = await _comes_and_goes(scene, "words")
    back: dict[str, Any] = (await cid.result("community.join", community=community))["entry"]
    await cid.ask("community.leave", community=community)
    demand(back["member"] == member, "the same membership", back)
    message = await _message(ann, said)
    demand(message["by"] == member, "what they said before, by the same membership", message)
