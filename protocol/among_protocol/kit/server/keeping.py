"""Keeping a community: who may do what about whom, and who hears of it."""

from typing import Any

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer
from .rooms import gone, hears_no_more

REASON = "part of a conformance test"


async def _joined(cid: Peer, community: str) -> str:
    """A membership there."""
    entry = (await cid.result("community.join", community=community))["entry"]
    return str(entry["member"])


@checks("keeping.rights")
async def who_lacks_the_right_is_refused(scene: Scene) -> None:
    """As a plain member, try what stewards and owners do, also to somebody above."""
    bob = await scene.person("bob")
    ann, cid = scene.ground.accounts["ann"], scene.ground.accounts["cid"]
    room = await scene.room()
    place: dict[str, Any] = {"community": scene.ground.community}
    for type, fields in (
        ("room.create", {**place, "slug": "not-mine"}),
        ("room.set_topic", {"room": room, "topic": "mine"}),
        ("member.kick", {**place, "member": cid.member, "reason": REASON}),
        ("member.ban", {**place, "member": cid.member, "reason": REASON}),
        ("member.silence", {**place, "member": ann.member, "reason": REASON, "for_ms": 60_000}),
        ("member.set_role", {**place, "member": cid.member, "role": "steward"}),
        ("ban.list", place),
        ("report.list", place),
    ):
        await bob.refused("right.missing", type, **fields)
    listed = (await bob.result("member.list", **place))["members"]
    roles = {one["member"]: one.get("role", "member") for one in listed}
    demand(roles.get(ann.member) == "owner" and roles.get(cid.member) == "member", "roles as they were", roles)


@checks("keeping.roles")
async def a_role_gives_rights_and_nobody_acts_on_their_like(scene: Scene) -> None:
    """Make somebody a steward, let them act on their owner and on a member, and take the role back."""
    ann, bob = await scene.people("ann", "bob")
    cid = scene.ground.accounts["cid"]
    place: dict[str, Any] = {"community": scene.ground.community}
    await ann.result("member.set_role", **place, member=bob.member, role="steward")
    try:
        told = await bob.hears("member.role_set", log=bob.account)
        demand(told["role"] == "steward", "the role in one's own log", told)
        await bob.result("ban.list", **place)
        await bob.refused("member.outranked", "member.kick", **place, member=ann.member, reason=REASON)
        await bob.refused("right.missing", "member.set_role", **place, member=cid.member, role="steward")
    finally:
        await ann.ask("member.set_role", **place, member=bob.member, role="member")
    await bob.refused("right.missing", "ban.list", **place)
    await ann.refused("community.last_owner", "community.leave", **place)


@checks("keeping.kicked")
async def who_is_kicked_is_out_and_may_come_back(scene: Scene) -> None:
    """Kick somebody, talk, and let them join again."""
    ann, cid = await scene.people("ann", "cid")
    community, _, room = await scene.elsewhere()
    member = await _joined(cid, community)
    await ann.result("member.kick", community=community, member=member, reason=REASON)
    told = await cid.hears("member.kicked", log=cid.account)
    demand(told["reason"] == REASON, "the reason in the own log of who was kicked", told)
    await hears_no_more(scene, ann, cid, room)
    await gone(cid, community, room)
    await cid.result("community.join", community=community)
    await cid.ask("community.leave", community=community)


@checks("keeping.banned")
async def who_is_banned_stays_out_until_unbanned(scene: Scene) -> None:
    """Ban somebody, let them try to come back, and end the ban."""
    ann, cid = await scene.people("ann", "cid")
    community, _, room = await scene.elsewhere()
    member = await _joined(cid, community)
    await ann.result("member.ban", community=community, member=member, reason=REASON)
    try:
        await hears_no_more(scene, ann, cid, room)
        await gone(cid, community, room)
        reply = await cid.refused("community.banned", "community.join", community=community)
        demand(reply["class"] == "auth", "the class `auth`", reply)
        bans = (await ann.result("ban.list", community=community))["bans"]
        demand(member in [ban["persona"]["member"] for ban in bans], "the ban in `ban.list`", bans)
    finally:
        await ann.ask("member.unban", community=community, member=member)
    await cid.result("community.join", community=community)
    await cid.ask("community.leave", community=community)


@checks("keeping.silenced")
async def who_is_silenced_reads_on(scene: Scene) -> None:
    """Silence somebody, let them speak, listen, and speak again when it has ended."""
    ann, cid = await scene.people("ann", "cid")
    place: dict[str, Any] = {"community": scene.ground.community, "member": cid.member}
    room = await scene.room()
    await ann.result("member.silence", **place, reason=REASON, for_ms=600_000)
    try:
        reply = await cid.refused("member.silenced", "message.send", room=room, body="let me speak")
        demand(reply.get("until"), "`until`, when it ends by itself", reply)
        said = await ann.say(room, "you may listen")
        await cid.hears("message.sent", log=room, seq=said["seq"])
    finally:
        await ann.ask("member.unsilence", **place)
    await cid.say(room, "I may speak")


@checks("keeping.audience")
async def who_did_it_and_why_is_for_stewards(scene: Scene) -> None:
    """Kick somebody, and look in the logs of the stewards, of the community, and of the account for why."""
    ann, cid = await scene.people("ann", "cid")
    community, _, room = await scene.elsewhere()
    member = await _joined(cid, community)
    stewards = (await ann.result("community.read", community=community)).get("stewards", "")
    demand(stewards, "the id of the stewards' log, for an owner", stewards)
    reason = f"{REASON} {member}"
    await ann.result("member.kick", community=community, member=member, reason=reason)
    heard = await ann.hears("member.kicked", log=stewards)
    demand(heard["reason"] == reason and heard["member"] == member, "it in the stewards' log", heard)
    for log in (community, room):
        found = [entry for entry in await ann.entries(log) if reason in str(entry)]
        demand(not found, "no word of why in a log of all", found)
    await cid.result("community.join", community=community)
    card = await cid.result("community.read", community=community)
    demand(not card.get("stewards"), "no stewards' log for a plain member", card)
    await cid.refused("log.gone", "log.entries", log=stewards, after=0)
    await cid.ask("community.leave", community=community)


@checks("keeping.reports")
async def a_report_goes_to_the_stewards(scene: Scene) -> None:
    """Report a message, find the report as an owner, and answer it."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.room()
    said = await bob.say(room, "something to report")
    reason = f"{REASON} {said['seq']}"
    known = len(bob.events)
    filed = (await cid.result("report.file", room=room, message=said["seq"], reason=reason))["entry"]
    demand(filed["log"] == cid.account and not filed.get("by"), "it in one's own log, without `by`", filed)
    place: dict[str, Any] = {"community": scene.ground.community}
    report = _the(reason, (await ann.result("report.list", **place))["reports"])
    demand(report["member"] == bob.member and report.get("message") == said["seq"], "what was reported", report)
    await ann.result("report.resolve", **place, report=report["seq"], outcome="declined", note="only a test")
    told = await cid.hears("report.resolved", log=cid.account)
    demand(told["outcome"] == "declined" and not told.get("note"), "the outcome, without the note", told)
    left = [one for one in (await ann.result("report.list", **place))["reports"] if one["reason"] == reason]
    demand(not left, "no report that was answered", left)
    await bob.fence()
    leaked = [event for event in bob.events[known:] if reason in str(event)]
    demand(not leaked, "no word of it to who was reported", leaked)


def _the(reason: str, reports: list[Frame]) -> Frame:
    found = [one for one in reports if one["reason"] == reason]
    demand(len(found) == 1, "the report, once", reports)
    return found[0]
