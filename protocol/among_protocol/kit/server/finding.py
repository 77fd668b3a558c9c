"""Finding: communities by what they are about, people by what they want to be found by, and what is told of nobody."""

from typing import Any

from ..checks import Skip, demand
from .ground import Scene, checks
from .peer import Peer


def _tags(scene: Scene) -> list[str]:
    """What the second community carries, as tags are named."""
    return [word.replace(" ", "-") for word in scene.ground.words]


async def _found(peer: Peer, scene: Scene, **fields: Any) -> list[str]:
    """Memberships that a search in the first community finds."""
    found = (await peer.result("member.search", community=scene.ground.community, **fields))["found"]
    return [one["member"]["member"] for one in found]


async def _says(peer: Peer, community: str, *wishes: dict[str, Any]) -> list[dict[str, Any]]:
    said = await peer.result("interest.set", community=community, interests=list(wishes))
    interests: list[dict[str, Any]] = said["interests"]
    return interests


async def _a_tag(peer: Peer, *, sensitive: bool) -> str:
    """One that the server has. Raises Skip where it has none."""
    for tag in (await peer.result("tag.search", limit=200))["tags"]:
        if bool(tag.get("sensitive")) == sensitive:
            return str(tag["tag"])
    raise Skip(f"the server shows no {'sensitive ' if sensitive else ''}tag")


@checks("finding.folded")
async def a_search_folds_and_takes_characters_as_they_are(scene: Scene) -> None:
    """Search for members and communities in capitals and with accents, and with what other languages take for patterns."""
    ann, bob = await scene.people("ann", "bob")
    name = ann.handle.upper().replace("A", "\u00c1")
    demand(ann.member in await _found(bob, scene, query=name), f"ann for {name}")
    slug = scene.ground.slug
    wanted = slug.upper().replace("I", "\u00cd")
    page = await bob.result("community.browse", query=wanted)
    demand(slug in [one["slug"] for one in page["communities"]], f"{slug} for {wanted}", page)
    for query in ("%", "_", "*", "[a-z]", f"{ann.handle[:3]}%"):
        demand(not await _found(bob, scene, query=query), f"nobody for {query}")


@checks("finding.tags")
async def communities_are_found_by_their_tags(scene: Scene) -> None:
    """Browse by one tag, by both, and by one that the community does not carry."""
    bob = await scene.person("bob")
    community, _, _ = await scene.elsewhere()
    one, two = _tags(scene)
    for tags, there in (([one], True), ([one, two], True), ([one.upper()], True), ([one, f"{two}-more"], False)):
        page = await bob.result("community.browse", tags=tags)
        expected = [community] if there else []
        demand([found["id"] for found in page["communities"]] == expected, f"{expected} for {tags}", page)


@checks("finding.synonyms")
async def a_merged_tag_means_the_other(scene: Scene) -> None:
    """As a steward, merge a tag into another, have somebody say it, and take that back."""
    ann = await scene.person("ann")
    community, _, _ = await scene.elsewhere()
    one, two = _tags(scene)
    await ann.result("tag.update", community=community, tag=one, into=two)
    try:
        said = await _says(ann, community, {"tag": one, "found": True})
        demand([interest["tag"] for interest in said] == [two], f"{two} for {one}", said)
        for interest in (one, two):
            found = await ann.result("member.search", community=community, interest=interest)
            demand(len(found["found"]) == 1, f"one who cares for {interest}", found)
    finally:
        await ann.result("tag.update", community=community, tag=one, into="")
    kept = (await ann.result("interest.list"))["places"]
    tags = [interest["tag"] for place in kept if place.get("community") == community for interest in place["interests"]]
    demand(tags == [one], f"{one} again, once it means itself", kept)


@checks("finding.opted_in")
async def an_interest_finds_who_wants_to_be_found(scene: Scene) -> None:
    """Three people say the same; one wants to be found by it, one does not, one shows it to nobody."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    tag, community = await _a_tag(ann, sensitive=False), scene.ground.community
    try:
        await _says(bob, community, {"tag": tag, "found": True})
        await _says(cid, community, {"tag": tag})
        await _says(ann, community, {"tag": tag, "shown": "nobody"})
        found = await _found(ann, scene, interest=tag)
        demand(found == [bob.member], f"{[bob.member]} alone", found)
        await _says(bob, community, {"tag": tag})
        demand(not await _found(ann, scene, interest=tag), "nobody, once bob does not want it any more")
    finally:
        for peer in (ann, bob, cid):
            await _says(peer, community)


@checks("finding.sensitive")
async def a_sensitive_interest_is_shown_to_nobody(scene: Scene) -> None:
    """Say a sensitive interest without choosing who sees it, and look for whoever has it."""
    ann, bob = await scene.people("ann", "bob")
    tag, community = await _a_tag(ann, sensitive=True), scene.ground.community
    try:
        (said,) = await _says(bob, community, {"tag": tag, "found": True})
        demand(said["shown"] == "nobody" and not said.get("found"), "`shown` to `nobody`, and not `found`", said)
        demand(not await _found(ann, scene, interest=tag), f"nobody for {tag}")
        (said,) = await _says(bob, community, {"tag": tag, "shown": "members", "found": True})
        demand(said["shown"] == "members", "what was chosen", said)
        demand(await _found(ann, scene, interest=tag) == [bob.member], "bob, who chose it")
    finally:
        await _says(bob, community)


@checks("finding.silent")
async def nobody_hears_of_interests(scene: Scene) -> None:
    """Change interests, and look what others and the logs have heard."""
    ann, bob = await scene.people("ann", "bob")
    phone = await scene.again("bob")
    tag, community = await _a_tag(ann, sensitive=False), scene.ground.community
    await bob.fence()
    before = (await bob.result("log.entries", log=bob.account, after=0, limit=1))["head"]
    known = {peer: len(peer.events) for peer in (ann, phone)}
    await _says(bob, community, {"tag": tag})
    await _says(bob, community)
    after = (await bob.result("log.entries", log=bob.account, after=0, limit=1))["head"]
    demand(after == before, "no entry in one's own log", after)
    for peer, count in known.items():
        await peer.fence()
        told = [event for event in peer.events[count:] if event.get("type") != "presence.changed"]
        demand(not told, f"nothing told to {peer.name}", told)


@checks("finding.suggestions")
async def suggestions_have_reasons_and_can_be_dismissed(scene: Scene) -> None:
    """Say what a community is about, look for it among the suggestions, dismiss it, and join it."""
    bob = await scene.person("bob")
    community, _, _ = await scene.elsewhere()
    one, two = _tags(scene)
    await _says(bob, "", {"tag": one}, {"tag": two})

    async def suggested() -> list[dict[str, Any]]:
        found = (await bob.result("community.discover", limit=25))["suggestions"]
        for suggestion in found:
            demand(bool(suggestion["reasons"]), "at least one reason", suggestion)
            for reason in suggestion["reasons"]:
                known = {"kind", "tag", "people", "more"}
                demand(set(reason) <= known, "a reason that says its kind, a tag or how many people", reason)
        return [suggestion for suggestion in found if suggestion["community"]["id"] == community]

    try:
        found = await suggested()
        tags = sorted(reason.get("tag", "") for suggestion in found for reason in suggestion["reasons"])
        demand(tags == [one, two], f"the community that carries both, with {one} and {two}", found)
        await bob.result("community.dismiss", community=community)
        demand(not await suggested(), "nothing that was dismissed")
        await bob.result("community.dismiss", community=community, again=True)
        await bob.result("community.join", community=community)
        demand(not await suggested(), "nothing that one is in")
    finally:
        await bob.ask("community.leave", community=community)
        await _says(bob, "")


@checks("finding.enough")
async def suggestions_come_to_an_end(scene: Scene) -> None:
    """Ask for suggestions until they are refused."""
    most = scene.limit("discoveries", 100)
    who = await scene.newcomer("curious")
    left = most
    for _ in range(most):
        found = await who.result("community.discover", limit=1)
        left -= 1
        if left * 2 < most:
            told = found.get("budget") or {}
            demand(0 <= told.get("left", -1) <= left + 1 and told.get("of") == most, "what is left", found)
    await who.rest()
    reply = await who.reply(await who.begin("community.discover"))
    demand(reply.get("code") == "budget.exhausted", "`budget.exhausted` after that", reply)
    demand(reply.get("class") == "wait" and reply.get("retry_after_ms", 0) > 0, "when to come back", reply)
