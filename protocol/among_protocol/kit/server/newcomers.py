"""Newcomers: the welcome, who is told of them, and who may speak to them alone. Each check has a community and an account of
its own, since one is new only once."""

from typing import Any

from ..checks import demand
from .ground import Scene, checks
from .peer import Peer


async def _place(scene: Scene, ann: Peer, name: str) -> tuple[dict[str, Any], str, str]:
    """A community of ann's with an open room: how commands name it, its slug, and the room."""
    slug = f"{scene.ground.slug}-{name}"
    made = await ann.result("community.create", slug=slug, name="Conformance kit", about="Made by a test run.")
    place = {"community": made["entry"]["log"]}
    room = (await ann.result("room.create", **place, slug="hall"))["entry"]["room"]
    scene.ground.more.append(slug)
    return place, slug, str(room)


async def _greets(ann: Peer, bob: Peer, place: dict[str, Any], slug: str) -> None:
    """bob greets there from now on."""
    member = (await bob.result("community.join", community=slug))["entry"]["member"]
    await bob.result("greeter.set", **place, state="volunteers")
    await ann.result("greeter.set", **place, member=member, state="greets")


def _gave_no_welcome(peer: Peer, known: int) -> None:
    found = [one for one in peer.events[known:] if one["type"] == "welcome.given"]
    demand(not found, "no welcome where there is none, or for who comes back", found)


@checks("newcomers.welcome")
async def a_newcomer_gets_the_welcome_once(scene: Scene) -> None:
    """Join a community before and after it has a welcome, and come back."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    place, slug, room = await _place(scene, ann, "welcome")
    known = len(bob.events)
    await bob.result("community.join", community=slug)
    await bob.fence()
    _gave_no_welcome(bob, known)
    await ann.result("welcome.set", **place, text="Hello from the kit.", rooms=[room])
    await cid.result("community.join", community=slug)
    given = await cid.hears("welcome.given", log=cid.account)
    demand((given["text"], given["rooms"]) == ("Hello from the kit.", [room]), "the welcome as it is", given)
    await cid.result("community.leave", community=slug)
    known = len(cid.events)
    await cid.result("community.join", community=slug)
    await cid.fence()
    _gave_no_welcome(cid, known)


@checks("newcomers.told")
async def the_first_words_of_a_newcomer_are_told_to_greeters(scene: Scene) -> None:
    """Let somebody new speak twice, and somebody who wants no greeting."""
    ann, bob, cid, eve = await scene.people("ann", "bob", "cid", "eve")
    place, slug, room = await _place(scene, ann, "told")
    await _greets(ann, bob, place, slug)
    member = (await cid.result("community.join", community=slug))["entry"]["member"]
    seen, unseen = len(bob.events), len(ann.events)
    said = await cid.say(room, "hello, I am new")
    flag = await bob.hears("newcomer.spoke", log=bob.account)
    demand((flag["member"], flag["room"], flag["message"]) == (member, room, said["seq"]), "who, where, and what", flag)
    await cid.say(room, "once more")
    await eve.result("reach.set", **place, greetings=False)
    await eve.result("community.join", community=slug)
    await eve.say(room, "please don't mind me")
    for peer, since, told in ((bob, seen, 1), (ann, unseen, 0)):
        await peer.fence()
        found = [one for one in peer.events[since:] if one["type"] == "newcomer.spoke"]
        demand(len(found) == told, "it told once, and to greeters alone", found)
    await eve.ask("community.leave", community=slug)


@checks("newcomers.closed")
async def a_newcomer_is_not_spoken_to_alone(scene: Scene) -> None:
    """Open a direct with a newcomer; then let them say that anybody may."""
    ann, bob = await scene.people("ann", "bob")
    place, slug, _ = await _place(scene, ann, "closed")
    await _greets(ann, bob, place, slug)
    new = await scene.newcomer("newcomer")
    await new.result("community.join", community=slug)
    handle = scene.ground.accounts["newcomer"].handle
    await bob.refused("direct.refused", "direct.open", handles=[handle])
    await new.result("reach.set", **place, directs="anyone")
    await bob.result("direct.open", handles=[handle])


@checks("newcomers.reach")
async def what_one_says_is_a_register(scene: Scene) -> None:
    """Say that nobody may write alone; look at another device, at others, and at a sync."""
    eve, bob = await scene.people("eve", "bob")
    other = await scene.again("eve")
    known = len(bob.events)
    try:
        said = await eve.result("reach.set", directs="nobody")
        demand((said["community"], said["directs"]) == ("", "nobody"), "what was said", said)
        told = await other.hears("reach.changed")
        demand(told["reach"] == said, "the same on another device", told)
        synced = await eve.result("session.sync")
        demand(said in synced.get("reach", []), "it in the sync", synced.get("reach"))
        await bob.refused("direct.refused", "direct.open", handles=[scene.ground.accounts["eve"].handle])
        await bob.fence()
        leaked = [one for one in bob.events[known:] if one["type"] == "reach.changed"]
        demand(not leaked, "no word of it to others", leaked)
    finally:
        await eve.ask("reach.set", directs="")
