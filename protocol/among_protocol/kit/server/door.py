"""The door of a community: what one accepts, whom one asks, what an invite is worth, and what is told outside. In the second
community, whose door is open again behind each check."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer

OPEN: dict[str, Any] = {"door": "open", "listed": True, "rules": "", "questions": []}


@asynccontextmanager
async def _door(scene: Scene, **settings: Any) -> AsyncIterator[tuple[str, str]]:
    """The second community with these settings: its id, and its slug."""
    community, slug, _ = await scene.elsewhere()
    ann = await scene.person("ann")
    await ann.result("community.update", community=community, **settings)
    try:
        yield community, slug
    finally:
        await ann.result("community.update", community=community, **OPEN)


async def _out(peer: Peer, community: str) -> None:
    """Out of it again, where one is in."""
    await peer.ask("community.leave", community=community)


@checks("door.rules")
async def who_joins_accepts_the_rules_that_hold(scene: Scene) -> None:
    """Join without accepting the rules, with another version, and with the one that holds; change them, and read the old."""
    ann, cid = await scene.people("ann", "cid")
    async with _door(scene, rules="Be kind.") as (community, slug):
        seen = await cid.result("community.preview", community=slug)
        version = seen["rules_version"]
        demand(seen.get("rules") == "Be kind.", "the rules in the preview", seen)
        for other in ({}, {"rules": version + 1}):
            await cid.refused("rules.unaccepted", "community.join", community=slug, **other)
        joined = (await cid.result("community.join", community=slug, rules=version))["entry"]
        try:
            demand(joined.get("rules") == version, f"`rules` {version}, which was accepted", joined)
            told = await ann.result("community.update", community=community, rules="Be very kind.")
            demand(told["entry"]["rules_version"] == version + 1, f"version {version + 1}", told)
            old = await cid.result("rules.read", community=community, version=version)
            demand(old["text"] == "Be kind.", "the version that was accepted, as it was", old)
        finally:
            await _out(cid, community)


@checks("door.ask")
async def whoever_asks_is_let_in_by_a_steward(scene: Scene) -> None:
    """Join where one has to ask, ask with an answer, and have a steward say yes."""
    ann, cid = await scene.people("ann", "cid")
    async with _door(scene, door="ask", questions=["Why?"]) as (community, slug):
        await cid.refused("community.asks", "community.join", community=slug)
        await cid.refused("field.invalid", "join.ask", community=slug)
        asked = (await cid.result("join.ask", community=slug, answers=["Because"]))["entry"]
        demand(asked["type"] == "join.asked" and asked["log"] == cid.account, "it in one's own log", asked)
        await cid.refused("join.asked_already", "join.ask", community=slug, answers=["Because"])
        heard = await ann.hears("join.asked", community=community)
        said = [one["answer"] for one in heard.get("answers", [])]
        demand(said == ["Because"] and heard.get("handle") == cid.handle, "who asks, and what they answer", heard)
        answer = {"community": community, "request": heard["seq"], "verdict": "accepted"}
        await ann.result("join.answer", **answer)
        try:
            joined = await cid.hears("community.joined", community=community)
            demand(joined["log"] == cid.account, "it in one's own log", joined)
            await cid.result("community.read", community=community)
            await ann.refused("join.gone", "join.answer", **answer)
        finally:
            await _out(cid, community)


@checks("door.quiet")
async def who_asks_is_told_to_stewards_alone(scene: Scene) -> None:
    """Ask to be let in, and look for it as somebody else."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    async with _door(scene, door="ask", questions=[]) as (community, slug):
        known, words = len(bob.events), f"not for everybody {scene.ground.slug}"
        await cid.result("join.ask", community=slug, note=words)
        try:
            heard = await ann.hears("join.asked", community=community)
            demand(heard.get("note") == words, "the note, for stewards", heard)
            await bob.refused("community.gone", "join.list", community=community)
            await bob.fence()
            leaked = [event for event in bob.events[known:] if words in str(event)]
            demand(not leaked, "no word of it to others", leaked)
        finally:
            await cid.result("join.withdraw", community=slug)


@checks("door.invite")
async def an_invite_lets_in_as_many_as_it_says(scene: Scene) -> None:
    """Use an invite of one use twice, and one that was revoked."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    async with _door(scene, door="invite") as (community, slug):
        await bob.refused("community.invite_needed", "community.join", community=slug)
        made = await ann.result("invite.create", community=community)
        await bob.result("community.join", community=slug, invite=made["code"])
        try:
            await cid.refused("account.invite_invalid", "community.join", community=slug, invite=made["code"])
            made = await ann.result("invite.create", community=community, uses=5)
            listed = (await ann.result("invite.list", community=community))["invites"]
            demand(made["code"] not in str(listed), "no code in the list", listed)
            await ann.result("invite.revoke", community=community, invite=made["invite"]["invite"])
            await cid.refused("account.invite_invalid", "community.join", community=slug, invite=made["code"])
        finally:
            await _out(bob, community)


@checks("door.unlisted")
async def what_is_not_listed_is_not_there_for_others(scene: Scene) -> None:
    """Take a community out of the directory, and look for it by its id and by its name, as one who is no member."""
    bob = await scene.person("bob")
    async with _door(scene, door="invite", listed=False) as (community, slug):
        for type in ("community.preview", "community.join", "rules.read", "community.read"):
            answers: list[Frame] = []
            for name in (community, slug, f"{slug}-none"):
                reply = await bob.ask(type, community=name)
                answers.append({key: value for key, value in reply.items() if key not in ("id", "budget")})
            demand(answers[0] == answers[1] == answers[2], f"one answer to `{type}`, there or not", answers)
            demand(answers[0].get("code") == "community.gone", "`community.gone`", answers[0])
        page = await bob.result("community.browse", query=slug)
        demand(community not in str(page), "nothing of it in the directory", page)


@checks("door.preview")
async def a_preview_shows_rooms_where_the_door_is_open(scene: Scene) -> None:
    """Say something, and look in from outside, with the door open and with it closed."""
    ann, bob = await scene.people("ann", "bob")
    community, slug, room = await scene.elsewhere()
    words = f"said for the preview {scene.ground.slug}"
    await ann.result("message.send", room=room, body=words)
    seen = await bob.result("community.preview", community=slug)
    demand(words in str(seen.get("rooms")), "what was said last", seen)
    demand(ann.handle in [one["handle"] for one in seen.get("people", [])], "who said it", seen)
    async with _door(scene, door="ask"):
        seen = await bob.result("community.preview", community=community)
        demand(not seen.get("rooms") and words not in str(seen), "no room and no word", seen)
