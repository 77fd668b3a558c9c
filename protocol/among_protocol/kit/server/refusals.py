"""Refusals: what they look like, what they change, and what they give away."""

import asyncio
import re

from ...codes import CLASSES
from ..checks import Skip, demand
from .ground import Scene, checks
from .peer import Frame, Peer, nonce

CODE = re.compile(r"[a-z_]+(\.[a-z_]+)+")
TOO_RICH = 3_000  # units: a budget that nobody can use up in a test
BURST = 10  # commands at once


@checks("refusals.shape")
async def refusals_have_code_class_and_sentence(scene: Scene) -> None:
    """Earn refusals of several kinds, signed in and not."""
    guest, ann = await scene.guest(), await scene.person("ann")
    room = await scene.room()
    for peer, type, fields, kind in (
        (guest, "session.sync", {}, "auth"),
        (guest, "session.sign_in", {"token": "among_nonsense"}, "auth"),
        (guest, "x.unknown", {}, "fix"),
        (ann, "message.send", {"room": room, "body": 7}, "fix"),
        (ann, "log.entries", {"log": "nowhere", "after": 0}, "gone"),
        (ann, "session.sign_in", {"token": ann.token}, "fix"),
    ):
        reply = await peer.ask(type, **fields)
        demand(reply["type"] == "refused", f"`{type}` refused", reply)
        demand(CODE.fullmatch(reply["code"]), "a code of words and dots", reply)
        demand(reply["class"] in CLASSES, f"a class out of {', '.join(CLASSES)}", reply)
        demand(reply["class"] == kind, f"the class `{kind}`", reply)
        demand(reply["message"].strip().endswith((".", "!", "?")), "a sentence for people in `message`", reply)


@checks("refusals.nothing_changed")
async def a_refused_command_has_changed_nothing(scene: Scene) -> None:
    """Have writes refused, and look whether an entry came, or a nonce was used up."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.fresh_room("bob")
    before = (await ann.say(room, "before"))["seq"]
    used = nonce()
    await ann.refused("field.invalid", "message.send", room=room, body="a\x00b", nonce=used)
    await ann.refused("field.invalid", "message.send", room=room, body="  ", nonce=nonce())
    await bob.refused("right.missing", "room.create", community=scene.ground.community, slug=f"no-{nonce()[:8]}")
    after = await ann.say(room, "after", nonce=used)
    demand(after["seq"] == before + 1, f"the next entry at number {before + 1}", after)
    rooms = (await bob.result("room.list", community=scene.ground.community))["rooms"]
    demand(all(not one["slug"].startswith("no-") for one in rooms), "no room that was refused", rooms)


@checks("refusals.gone")
async def what_one_may_not_see_is_answered_as_what_is_not_there(scene: Scene) -> None:
    """As somebody outside, ask for a private room, a member's account, a community's rooms; then for what never was."""
    ann, cid, eve = await scene.people("ann", "cid", "eve")
    private = await scene.fresh_room(kind="private")
    await ann.say(private, "nobody else hears this")
    community = scene.ground.community
    for peer, type, secret, nothing in (
        (cid, "log.entries", {"log": private, "after": 0}, {"log": _like(private), "after": 0}),
        (cid, "message.page", {"room": private}, {"room": _like(private)}),
        (cid, "message.send", {"room": private, "body": "x"}, {"room": _like(private), "body": "x"}),
        (cid, "marker.set", {"room": private, "seq": 1}, {"room": _like(private), "seq": 1}),
        (cid, "typing.start", {"room": private}, {"room": _like(private)}),
        (cid, "room.follow", {"room": private}, {"room": _like(private)}),
        (cid, "room.unfollow", {"room": private}, {"room": _like(private)}),
        (cid, "room.set_topic", {"room": private, "topic": "x"}, {"room": _like(private), "topic": "x"}),
        (cid, "log.entries", {"log": ann.account, "after": 0}, {"log": _like(ann.account), "after": 0}),
        (eve, "community.read", {"community": community}, {"community": _like(community)}),
        (eve, "room.list", {"community": community}, {"community": _like(community)}),
        (eve, "member.list", {"community": community}, {"community": _like(community)}),
        (eve, "log.entries", {"log": community, "after": 0}, {"log": _like(community), "after": 0}),
    ):
        one, other = await peer.ask(type, **secret), await peer.ask(type, **nothing)
        demand(one["type"] == "refused" and one["class"] == "gone", f"`{type}` refused with class `gone`", one)
        told = [{key: reply.get(key) for key in ("code", "class", "message", "field")} for reply in (one, other)]
        demand(told[0] == told[1], f"the same refusal of `{type}`, whether it is there or not", told)


def _like(id: str) -> str:
    """An id of the same kind, of nothing."""
    head, sep, tail = id.rpartition("_")
    turned = tail.translate(str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "bcdefghijklmnopqrstuvwxyz234567a"))
    return f"{head}{sep}{turned}" if turned != tail else f"{id[:-1]}{'1' if id[-1] != '1' else '2'}"


@checks("refusals.retry_after")
async def a_refusal_to_wait_says_how_long(scene: Scene) -> None:
    """Use up a budget, wait as told, and ask again."""
    eve, _, refusal = await _spend(scene)

    async def browse() -> Frame:
        return await eve.reply(await eve.begin("community.browse", query=scene.ground.slug, limit=1))

    for _ in range(BURST):  # what was told at the end of a burst may be over by now
        if (reply := await browse())["type"] == "refused":
            refusal = reply
            break
    demand(refusal["class"] == "wait", "the class `wait`", refusal)
    pause = refusal.get("retry_after_ms", 0)
    demand(0 < pause <= 60_000, "`retry_after_ms` of a minute at most", refusal)
    await asyncio.sleep(pause / 1000)
    reply = await browse()
    demand(reply["type"] == "ok", "`ok` to the same command, once that time has passed", reply)


@checks("refusals.budget")
async def the_budget_is_told_before_it_runs_out(scene: Scene) -> None:
    """Use up a budget, and look at what the replies before it told."""
    eve, replies, refusal = await _spend(scene)
    told = [reply["budget"] for reply in replies if "budget" in reply]
    demand(told, "`budget` in the replies once less than half is left", replies[-1])
    for budget in told:
        demand(budget["left"] * 2 <= budget["of"], "`budget` only when less than half is left", budget)
        demand(budget["full_in_ms"] > 0, "`full_in_ms`, the time until it is full", budget)
    demand(told[0]["left"] > told[-1]["left"], "`left` going down", told)
    demand(refusal["code"] == "budget.exhausted", "the code `budget.exhausted`", refusal)
    await eve.result("session.ping")


async def _spend(scene: Scene) -> tuple[Peer, list[Frame], Frame]:
    """Ask until the budget is used up: who asked, the replies before it, and the refusal. Raises Skip."""
    if scene.limits["budget"] > TOO_RICH or scene.limits["budget_per_second"] > TOO_RICH:
        raise Skip(f"a budget of {scene.limits['budget']:,} units cannot be used up by a test that hammers nobody")
    eve = await scene.again("eve", synced=False)
    await eve.rest()
    replies: list[Frame] = []
    for _ in range(scene.limits["budget"] // 5 // BURST + 2):
        ids = [await eve.begin("community.browse", query=scene.ground.slug, limit=1) for _ in range(BURST)]
        replies += [await eve.reply(id) for id in ids]
        over = [reply for reply in replies if reply["type"] == "refused"]
        if over:
            return eve, [reply for reply in replies if reply["type"] == "ok"], over[0]
    raise Skip("the budget could not be used up with a burst of reading")
