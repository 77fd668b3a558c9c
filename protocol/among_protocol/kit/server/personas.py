"""Personas: who somebody is in one community, and nowhere else."""

from typing import Any

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer, nonce

HIDDEN = "kit: for stewards alone"


async def _becomes(scene: Scene, peer: Peer, **persona: Any) -> Frame:
    community = scene.ground.community
    written = await peer.result("persona.update", nonce=nonce(), community=community, persona=persona)
    entry: Frame = written["entry"]
    return entry


@checks("personas.one_entry")
async def a_change_is_one_entry(scene: Scene) -> None:
    """Change a persona; look at what was written, and at the next message."""
    bob, cid = await scene.people("bob", "cid")
    room, community = await scene.room(), scene.ground.community
    before = len(await bob.entries(community))
    entry = await _becomes(scene, cid, bio="kit: something else")
    written = (await bob.entries(community))[before:]
    demand(len(written) == 1 and written[0] == entry, f"one entry in the log of the community: {entry}", written)
    demand(entry.get("type") == "member.updated" and entry.get("by") == cid.member, "`member.updated` by them", entry)
    said = await cid.say(room, "kit: as somebody else")
    demand(said.get("rev") == entry.get("rev"), f"`rev` {entry.get('rev')} on what they say next", said)


@checks("personas.heard")
async def what_is_not_for_all_members_is_not_in_the_log(scene: Scene) -> None:
    """Say something for stewards alone; read the log, and the persona, as a member."""
    bob, cid = await scene.people("bob", "cid")
    entry = await _becomes(scene, cid, bio=HIDDEN, shown={"bio": "stewards"})
    log = await bob.entries(scene.ground.community)
    demand(not any(HIDDEN in str(one) for one in log), "nothing of it in the log", log[-1])
    found = (await bob.result("member.resolve", members=[{"member": cid.member, "rev": entry["rev"]}]))["personas"]
    demand(HIDDEN not in str(found), "nothing of it in the persona", found)
    await _becomes(scene, cid, bio="", shown={"bio": "members"})


@checks("personas.nobody_else")
async def nobody_becomes_somebody_else(scene: Scene) -> None:
    """Take the handle, then the name, of somebody else who is there."""
    bob, cid = await scene.people("bob", "cid")
    community = scene.ground.community
    for code, persona in (("handle.taken", {"handle": bob.handle}), ("name.lookalike", {"display_name": bob.handle})):
        await cid.refused(code, "persona.update", nonce=nonce(), community=community, persona=persona)


@checks("personas.former")
async def a_former_handle_leads_to_its_member(scene: Scene) -> None:
    """Take another handle; look for the old one, and mention it; take the old one again."""
    bob, cid = await scene.people("bob", "cid")
    room, community = await scene.room(), scene.ground.community
    await _becomes(scene, cid, handle=f"{cid.handle[:28]}-new")
    try:
        found = await bob.result("member.find", community=community, handle=cid.handle)
        demand(found.get("member", {}).get("member") == cid.member, f"the member {cid.member}", found)
        demand(found.get("former") is True, "`former`", found)
        said = await bob.say(room, f"kit: @{cid.handle}")
        demand(said.get("mentions") == [cid.member], f"`mentions` of {cid.member}", said)
        persona = {"handle": cid.handle}
        await bob.refused("handle.taken", "persona.update", nonce=nonce(), community=community, persona=persona)
    finally:
        await _becomes(scene, cid, handle=cid.handle)


@checks("personas.directs")
async def a_direct_of_personas_is_one_of_its_own(scene: Scene) -> None:
    """Open a direct by membership, and one by handle, with the same person."""
    bob, cid = await scene.people("bob", "cid")
    by_member = (await bob.result("direct.open", nonce=nonce(), members=[cid.member]))["entry"]
    by_handle = (await bob.result("direct.open", nonce=nonce(), handles=[cid.handle]))["entry"]
    demand(by_member.get("room") != by_handle.get("room"), "another direct", by_member)
    demand(by_member.get("within") == scene.ground.community, f"`within` {scene.ground.community}", by_member)
    demand("within" not in by_handle, "no `within` between accounts", by_handle)


@checks("personas.directs_told")
async def a_direct_tells_who_its_people_become(scene: Scene) -> None:
    """Open a direct by membership; change a persona; look at the direct's log, and at the next message."""
    bob, cid = await scene.people("bob", "cid")
    opened = (await bob.result("direct.open", nonce=nonce(), members=[cid.member]))["entry"]
    was = next(one for one in opened["people"] if one["member"] != opened["member"])
    await _becomes(scene, cid, pronouns="kit")
    try:
        told = (await bob.entries(opened["room"]))[-1]
        demand(
            told.get("type") == "member.updated" and told.get("by") == was["member"], "`member.updated` by them", told
        )
        demand(
            told.get("rev", 0) > was["rev"] and told.get("pronouns") == "kit",
            "who they are now, with a new `rev`",
            told,
        )
        said = await cid.say(opened["room"], "kit: as somebody else")
        demand(said.get("rev") == told.get("rev"), f"`rev` {told.get('rev')} on what they say next", said)
    finally:
        await _becomes(scene, cid, pronouns="")
