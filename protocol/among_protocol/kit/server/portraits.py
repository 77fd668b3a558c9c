"""Portraits: what is proposed, what becomes of it, and who hears of that. In a community of its own each time the kit
asks, since a portrait stays."""

from typing import Any

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer

MARKUP = '<script>kit()</script> <img src="https://example.invalid/">'


def _section(portrait: Frame, name: str) -> Frame:
    """A section, as one who proposes a change needs it."""
    nothing: Frame = {"section": name, "version": 0, "content": {}}
    return next((one for one in portrait.get("sections", []) if one["section"] == name), nothing)


async def _says(peer: Peer, place: dict[str, Any], name: str) -> Frame:
    return _section(await peer.result("portrait.read", **place), name)


@checks("portraits.changed")
async def what_was_overtaken_is_not_written_over_and_waits(scene: Scene) -> None:
    """Propose two texts against one version, and merge both."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    place: dict[str, Any] = {"community": scene.ground.community}
    base = (await _says(bob, place, "about"))["version"]
    asked = {**place, "section": "about", "base": base}
    first = (await bob.result("portrait.propose", **asked, text=f"by bob, after {base}"))["entry"]["proposal"]
    second = (await cid.result("portrait.propose", **asked, text=f"by cid, after {base}"))["entry"]["proposal"]
    await ann.result("portrait.merge", **place, proposal=first)
    await ann.refused("portrait.changed", "portrait.merge", **place, proposal=second)
    await bob.refused("portrait.changed", "portrait.propose", **asked, text="too late")
    said = await _says(cid, place, "about")
    demand(said["content"].get("text") == f"by bob, after {base}", "what was merged first", said)
    waiting = (await cid.result("portrait.proposals", **place))["proposals"]
    demand([one for one in waiting if one["proposal"] == second], "the second one, which waits on", waiting)
    await cid.result("portrait.decline", **place, proposal=second)


@checks("portraits.versions")
async def each_merge_is_a_version_that_stays(scene: Scene) -> None:
    """Merge two texts one after the other, and read the first again."""
    ann, bob = await scene.people("ann", "bob")
    place: dict[str, Any] = {"community": scene.ground.community}
    texts = ("as it was", "as it is")
    versions = []
    for text in texts:
        base = (await _says(ann, place, "story"))["version"]
        made = await ann.result("portrait.propose", **place, section="story", base=base, text=text, merge=True)
        told = await bob.hears("portrait.updated", log=scene.ground.community, seq=made["entry"]["seq"])
        versions.append(told["version"])
    demand(versions[1] == versions[0] + 1, "versions without a hole", versions)
    for version, text in zip(versions, texts, strict=True):
        said = _section(await bob.result("portrait.read", **place, version=version), "story")
        demand(said["content"].get("text") == text, f"version {version} as it was", said)
    listed = (await bob.result("portrait.history", **place))["versions"]
    demand(sorted(versions, reverse=True) == [one["version"] for one in listed[:2]], "both, newest first", listed)


@checks("portraits.audience")
async def what_waits_is_between_its_author_and_the_stewards(scene: Scene) -> None:
    """Propose a text as one member, and look for it as another, and as an owner."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    place: dict[str, Any] = {"community": scene.ground.community}
    known = len(cid.events)
    base = (await _says(bob, place, "about"))["version"]
    text = f"not for everybody yet, after {base}"
    made = (await bob.result("portrait.propose", **place, section="about", base=base, text=text))["entry"]
    demand(made["log"] == bob.account and not made.get("by"), "it in one's own log, without `by`", made)
    try:
        for peer, sees in ((ann, True), (bob, True), (cid, False)):
            waiting = (await peer.result("portrait.proposals", **place))["proposals"]
            demand((text in str(waiting)) == sees, "it for its author and stewards alone", waiting)
        await cid.refused("proposal.gone", "portrait.decline", **place, proposal=made["proposal"], reason="not mine")
        await cid.fence()
        leaked = [event for event in cid.events[known:] if text in str(event)]
        demand(not leaked, "no word of it to others", leaked)
    finally:
        await bob.ask("portrait.decline", **place, proposal=made["proposal"])


@checks("portraits.export")
async def what_people_wrote_is_text_in_a_document(scene: Scene) -> None:
    """Put markup into a section, and export the portrait as HTML."""
    ann, bob = await scene.people("ann", "bob")
    place: dict[str, Any] = {"community": scene.ground.community}
    base = (await _says(ann, place, "about"))["version"]
    text = f"{MARKUP} {base}"
    await ann.result("portrait.propose", **place, section="about", base=base, text=text, merge=True)
    document = await bob.result("portrait.export", **place, format="html")
    demand("kit()" in document["text"], "what was written, in the document", document)
    demand("<script>kit" not in document["text"] and "<img" not in document["text"], "no markup of it", document)
