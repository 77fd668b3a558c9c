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


async def _quoted(ann: Peer, bob: Peer, cid: Peer, room: str, place: dict[str, Any], words: str) -> str:
    """Something that bob said, cid asked for, and bob agreed to; the id of the quote, which waits for ann."""
    said = await bob.say(room, f"so to say, {words}.")
    asked = {**place, "room": room, "message": said["seq"]}
    quote = str((await cid.result("quote.ask", **asked, text=words))["entry"]["quote"])
    await bob.result("quote.consent", **place, quote=quote, agree=True)
    return quote


async def _merge_quote(ann: Peer, place: dict[str, Any], quote: str) -> None:
    waiting = (await ann.result("portrait.proposals", **place))["proposals"]
    found = [one for one in waiting if (one.get("quote") or {}).get("quote") == quote]
    demand(len(found) == 1, "the quote among what waits", waiting)
    await ann.result("portrait.merge", **place, proposal=found[0]["proposal"])


@checks("portraits.consent")
async def nobody_is_quoted_without_their_consent(scene: Scene) -> None:
    """Ask for words that somebody said, and for others; let others answer, then the author."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.room()
    place: dict[str, Any] = {"community": scene.ground.community}
    said = await bob.say(room, "nobody speaks for me")
    asked = {**place, "room": room, "message": said["seq"]}
    await cid.refused("field.invalid", "quote.ask", **asked, text="somebody speaks for me")
    quote = (await cid.result("quote.ask", **asked, text="nobody speaks"))["entry"]["quote"]
    for peer in (ann, cid):
        await peer.refused("quote.gone", "quote.consent", **place, quote=quote, agree=True)
    shown = (await ann.result("portrait.read", **place)).get("quotes", [])
    waiting = (await ann.result("portrait.proposals", **place))["proposals"]
    demand("nobody speaks" not in str(shown) + str(waiting), "nothing of it before its author agreed", waiting)
    listed = (await bob.result("quote.list", **place))["asked"]
    mine = [one for one in listed if one["quote"] == quote]
    demand(mine and mine[0]["text"] == "nobody speaks", "its author asked for these words", listed)
    await bob.result("quote.consent", **place, quote=quote, agree=True, text="I speak for myself")
    await _merge_quote(ann, place, quote)
    texts = [one["text"] for one in (await cid.result("portrait.read", **place)).get("quotes", [])]
    demand("I speak for myself" in texts, "what the author put in its place", texts)
    await bob.ask("quote.withdraw", quote=quote)


@checks("portraits.withdrawn")
async def who_agreed_may_take_it_back(scene: Scene) -> None:
    """Put a quote in, take it back, and look for it everywhere."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.room()
    place: dict[str, Any] = {"community": scene.ground.community}
    words = f"words of a test {scene.ground.tag}"
    quote = await _quoted(ann, bob, cid, room, place, words)
    await _merge_quote(ann, place, quote)
    version = (await cid.result("portrait.read", **place))["version"]
    await bob.result("quote.withdraw", quote=quote)
    for asked in (place, {**place, "version": version}):
        portrait = await cid.result("portrait.read", **asked)
        demand(words not in str(portrait), "no version with what was taken back", portrait)
    stewards = (await ann.result("community.read", **place)).get("stewards", "")
    for peer, log in ((ann, stewards), (cid, place["community"]), (bob, bob.account), (cid, cid.account)):
        found = [entry for entry in await peer.entries(log) if words in str(entry)]
        demand(not found, "no word of it in a log", found)


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
