"""The portrait of a community: who proposes, who merges, what becomes of a text that others overtook, and what it looks
like as a document."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from typing import Any, NamedTuple

import pytest

from among_protocol import codes
from among_protocol.communities import LeaveCommunity
from among_protocol.logs import ReadEntries
from among_protocol.moderation import KickMember
from among_protocol.portrait import (
    DeclineProposal,
    ExportPortrait,
    ListProposals,
    ListVersions,
    MergeProposal,
    Milestone,
    Portrait,
    PortraitDeclined,
    PortraitMerged,
    PortraitProposed,
    PortraitUpdated,
    ProposePortrait,
    ReadPortrait,
)
from among_server.store.stewards import stewards_of
from tests.world import Person, World, world_of

EVIL = "<script>alert(1)</script> [x](javascript:1) ![i](http://e) `c` *b* & # \\ |"


class Garden(NamedTuple):
    world: World
    id: str
    ann: Person  # a steward
    bob: Person  # members
    cyd: Person

    async def propose(self, who: Person, section: str = "about", **fields: Any) -> Any:
        fields.setdefault("base", 0)
        return (await who.ask(ProposePortrait, community=self.id, section=section, **fields)).entry

    async def merge(self, proposal: int, **fields: Any) -> Any:
        return (await self.ann.ask(MergeProposal, community=self.id, proposal=proposal, **fields)).entry

    async def read(self, who: Person, **fields: Any) -> Portrait:
        portrait: Portrait = await who.ask(ReadPortrait, community=self.id, **fields)
        return portrait

    async def says(self, section: str = "about", **fields: Any) -> Any:
        """What a section says, and the version that gave it that; nothing where it says nothing."""
        portrait = await self.read(self.bob, **fields)
        return next(((one.content.text, one.version) for one in portrait.sections if one.section == section), None)


@asynccontextmanager
async def garden() -> AsyncIterator[Garden]:
    async with world_of() as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        await world.promote(ann, "garden", "steward")
        yield Garden(world, world.id("garden"), ann, bob, cyd)


async def test_a_member_proposes_a_steward_merges_and_everybody_reads_it():
    async with garden() as place:
        assert await place.says() is None
        proposed = await place.propose(place.bob, text="Beans, mostly.\n\nAnd talk.", note="We should say it")
        assert await place.says() is None, "nothing is said before a steward has agreed"
        (waiting,) = (await place.ann.ask(ListProposals, community=place.id)).proposals
        assert (waiting.by, waiting.content.text, waiting.note) == (
            place.bob.member, "Beans, mostly.\n\nAnd talk.", "We should say it",
        )  # fmt: skip
        merged = await place.merge(waiting.proposal)
        assert await place.says() == ("Beans, mostly.\n\nAnd talk.", 1)
        heard = await place.cyd.hears(PortraitUpdated)
        assert heard == merged
        assert (heard.by, heard.author, heard.section) == (place.ann.member, place.bob.member, "about")
        told = await place.bob.hears(PortraitMerged)
        assert (told.proposal, told.version, told.by) == (proposed.proposal, 1, "")
        assert (await place.ann.ask(ListProposals, community=place.id)).proposals == []
        (version,) = (await place.cyd.ask(ListVersions, community=place.id)).versions
        assert (version.by, version.author, version.note) == (place.ann.member, place.bob.member, "We should say it")


async def test_what_waits_is_seen_by_its_author_and_by_stewards_alone():
    async with garden() as place:
        canary = "a draft that is not ready"
        start = len(place.cyd.frames)
        entry = await place.propose(place.bob, text=canary, note=canary)
        assert (entry.log, entry.by) == (place.bob.account, "")
        seen = await place.ann.hears(PortraitProposed)
        assert seen.content is not None
        assert (seen.log, seen.by, seen.content.text) == (stewards_of(place.id), place.bob.member, canary)
        assert [one.content.text for one in (await place.bob.ask(ListProposals, community=place.id)).proposals] == [
            canary
        ]
        await place.cyd.sync(cards=True)
        assert (await place.cyd.ask(ListProposals, community=place.id)).proposals == []
        await place.read(place.cyd)
        await place.cyd.ask(ListVersions, community=place.id)
        await place.cyd.ask(ExportPortrait, community=place.id)
        for log in (place.id, place.cyd.account, place.cyd.room):
            await place.cyd.entries(log)
        assert (await place.cyd.refused(ReadEntries, log=seen.log, after=0)).code == codes.LOG_GONE.code
        refused = await place.cyd.refused(DeclineProposal, community=place.id, proposal=entry.proposal)
        assert refused.code == codes.PROPOSAL_GONE.code
        await place.cyd.settled()
        assert canary not in b"".join(place.cyd.frames[start:]).decode()


async def test_a_text_that_others_overtook_is_not_lost_and_overwrites_nothing_unseen():
    async with garden() as place:
        first, second = [await place.propose(who, text=f"by {who.handle}") for who in (place.bob, place.cyd)]
        await place.merge(first.proposal)
        refused = await place.ann.refused(MergeProposal, community=place.id, proposal=second.proposal)
        assert (refused.code, refused.field) == (codes.PORTRAIT_CHANGED.code, "base")
        (waiting,) = (await place.cyd.ask(ListProposals, community=place.id)).proposals
        assert (waiting.stale, waiting.content.text) == (True, "by cyd")
        late = await place.bob.refused(ProposePortrait, community=place.id, section="about", base=0, text="late")
        assert late.code == codes.PORTRAIT_CHANGED.code
        await place.propose(place.cyd, "story", text="Other sections are not in the way.")
        refused = await place.ann.refused(MergeProposal, community=place.id, proposal=second.proposal, base=7)
        assert refused.code == codes.PORTRAIT_CHANGED.code
        await place.merge(second.proposal, base=1)  # who has read both may say so
        assert await place.says() == ("by cyd", 2)


async def test_every_version_stays_readable_and_an_old_text_can_come_back():
    async with garden() as place:
        await place.propose(place.ann, text="first", merge=True)
        await place.propose(place.ann, "story", text="It grew.", merge=True)
        await place.propose(place.ann, text="VANDALISED", base=1, merge=True)
        old = await place.read(place.bob, version=2)
        assert [(one.section, one.content.text) for one in old.sections] == [("about", "first"), ("story", "It grew.")]
        assert (old.version, old.newest) == (2, 3)
        await place.propose(place.ann, text="first", base=3, note="back to version 1", merge=True)
        assert await place.says() == ("first", 4)
        assert await place.says(version=3) == ("VANDALISED", 3)
        assert await place.says(version=0) is None
        refused = await place.bob.refused(ReadPortrait, community=place.id, version=5)
        assert (refused.code, refused.field) == (codes.VERSION_GONE.code, "version")
        page = await place.bob.ask(ListVersions, community=place.id, limit=3)
        assert ([one.version for one in page.versions], page.complete) == ([4, 3, 2], False)
        rest = await place.bob.ask(ListVersions, community=place.id, limit=3, before=2)
        assert ([one.version for one in rest.versions], rest.complete) == ([1], True)


async def test_a_steward_declines_and_says_why():
    async with garden() as place:
        entry = await place.propose(place.bob, text="Only beans.")
        silent = await place.ann.refused(DeclineProposal, community=place.id, proposal=entry.proposal)
        assert (silent.code, silent.field) == (codes.FIELD_INVALID.code, "reason")
        await place.ann.ask(DeclineProposal, community=place.id, proposal=entry.proposal, reason="And tomatoes?")
        told = await place.bob.hears(PortraitDeclined)
        assert (told.log, told.by, told.reason) == (place.bob.account, "", "And tomatoes?")
        for command in (MergeProposal, DeclineProposal):
            again = await place.ann.refused(command, community=place.id, proposal=entry.proposal)
            assert again.code == codes.PROPOSAL_GONE.code
        assert await place.says() is None


async def test_who_proposed_takes_it_back_without_a_word():
    async with garden() as place:
        entry = await place.propose(place.bob, text="Not yet.")
        taken = (await place.bob.ask(DeclineProposal, community=place.id, proposal=entry.proposal)).entry
        assert taken.log == place.bob.account
        heard = await place.ann.hears(PortraitDeclined)
        assert heard.by == place.bob.member


async def test_a_steward_writes_by_the_same_path_and_a_member_cannot():
    async with garden() as place:
        written = await place.propose(place.ann, text="Beans.", merge=True)
        assert (written.log, written.author, written.by) == (place.id, place.ann.member, place.ann.member)
        log = await place.ann.entries(stewards_of(place.id))
        assert [type(entry) for entry in log[-2:]] == [PortraitProposed, PortraitMerged]
        refused = await place.bob.refused(
            ProposePortrait, community=place.id, section="about", base=1, text="Mine.", merge=True
        )
        assert refused.code == codes.RIGHT_MISSING.code
        refused = await place.bob.refused(ProposePortrait, community=place.id, section="about", base=1, text="Beans.")
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "text"), "nothing would change"


async def test_whoever_proposed_and_went_still_hears_what_became_of_it():
    async with garden() as place:
        one, two = await place.propose(place.bob, text="one"), await place.propose(place.cyd, "story", text="two")
        await place.bob.ask(LeaveCommunity, community=place.id)
        await place.ann.ask(KickMember, community=place.id, member=place.cyd.member, reason="rude")
        await place.merge(one.proposal)
        await place.ann.ask(DeclineProposal, community=place.id, proposal=two.proposal, reason="no")
        assert (await place.bob.hears(PortraitMerged)).version == 1
        assert (await place.cyd.hears(PortraitDeclined)).reason == "no"
        gone = await place.bob.refused(ReadPortrait, community=place.id)
        assert gone.code == codes.COMMUNITY_GONE.code


async def test_milestones_have_dates_as_exact_as_one_knows_them_and_stand_in_their_order():
    async with garden() as place:
        given = [("2019-05-17", "The first bean."), ("2018", "A bare field."), ("2019-05", "Seeds came.")]
        dated = [Milestone(date=date, text=text) for date, text in given]
        await place.propose(place.ann, "milestones", milestones=dated, merge=True)
        (section,) = (await place.read(place.bob)).sections
        assert [one.date for one in section.content.milestones] == ["2018", "2019-05", "2019-05-17"]
        for date in ("2019-13", "2019-02-30", "19-5", "2019-5", "0000", "2019-05-", "soon", "２０１９"):
            refused = await place.bob.refused(
                ProposePortrait,
                community=place.id,
                section="milestones",
                base=1,
                milestones=[Milestone(date=date, text="x")],
            )
            assert refused.field in ("milestones[0].date", "milestones.[...].date", "milestones[...].date"), date
        for section_, fields, field in (
            ("about", {"milestones": dated}, "milestones"),
            ("milestones", {"text": "x"}, "text"),
        ):
            refused = await place.bob.refused(ProposePortrait, community=place.id, section=section_, base=1, **fields)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, field)


@pytest.mark.parametrize("text", ["a\u202eb", "a\x1b[2Jb", "\u200b", "a\u2028b", "a\x00"])
async def test_what_hides_or_steers_a_terminal_is_refused(text):
    async with garden() as place:
        refused = await place.bob.refused(ProposePortrait, community=place.id, section="about", base=0, text=text)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "text")


async def test_sent_twice_it_is_one_proposal():
    async with garden() as place:
        asked: dict[str, Any] = {"community": place.id, "section": "about", "base": 0, "text": "x", "nonce": "once"}
        first = await place.bob.ask(ProposePortrait, **asked)
        again = await place.bob.ask(ProposePortrait, **asked)
        assert (again.entry, again.repeat) == (first.entry, True)
        assert len((await place.ann.ask(ListProposals, community=place.id)).proposals) == 1


async def test_proposals_come_a_page_at_a_time_and_a_page_of_long_ones_ends_earlier():
    async with garden() as place:
        others = await place.world.join("garden/hall", *[f"member-{number}" for number in range(6)])
        for who in others:
            for section in ("about", "story", "about"):
                await place.propose(who, section, text=f"{who.handle} {section} " + "é" * 3900)
        found: list[int] = []
        complete = False
        while not complete:
            page = await place.ann.ask(ListProposals, community=place.id, after=found[-1] if found else 0, limit=200)
            assert 0 < len(page.proposals) < 18
            found += [one.proposal for one in page.proposals]
            complete = page.complete
        assert found == list(range(1, 19))


class Seen(HTMLParser):
    """The elements of a document with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_the_html_shows_what_people_wrote_as_text_runs_nothing_and_fetches_nothing():
    async with garden() as place:
        await place.propose(place.ann, text=EVIL + "\nsecond line\n\n" + EVIL, merge=True)
        dated = [Milestone(date="2019", text=EVIL)]
        await place.propose(place.ann, "milestones", milestones=dated, merge=True)
        document = await place.bob.ask(ExportPortrait, community="garden", format="html")
        assert (document.name, document.media_type) == ("garden-portrait.html", "text/html")
        seen = Seen(document.text)
        tags = {tag for tag, _ in seen.tags}
        assert not tags & {"script", "img", "a", "link", "iframe", "object", "base", "form", "svg"}
        assert not [
            name
            for _, names in seen.tags
            for name in names
            if name.startswith("on") or name in ("src", "href", "style")
        ]
        assert seen.text.count(EVIL) == 3
        assert "http" not in re.sub(re.escape("http://e"), "", document.text).replace("http-equiv", "")
        (policy,) = [names["content"] for _, names in seen.tags if names.get("http-equiv") == "Content-Security-Policy"]
        assert policy is not None
        assert policy.startswith("default-src 'none'; style-src 'sha256-")


async def test_the_markdown_lets_no_text_out_of_its_place():
    async with garden() as place:
        lines = ["# not a heading", "- no list", "1. no list", "===", "---", "> no quote", "    no code", "~~~", EVIL]
        await place.propose(place.ann, text="\n".join(lines), merge=True)
        document = await place.bob.ask(ExportPortrait, community=place.id)
        assert (document.name, document.media_type) == ("garden-portrait.md", "text/markdown")
        head, _, body = document.text.partition("## What we are about\n\n")
        assert head.startswith("# garden\n")
        written = body.rstrip("\n").split("  \n")
        assert len(written) == len(lines)
        for line in written:
            assert not re.match(r"\s|#|-|=|>|~|\d+[.)]|\+", line), line
            assert not re.search(r"(?<!\\)[`*_\[\]{}#|~<>]", line), line
            assert not re.search(r"(?<!\\):(?=//)", line), line


async def test_an_old_version_is_exported_as_it_was():
    async with garden() as place:
        await place.propose(place.ann, text="then", merge=True)
        await place.propose(place.ann, text="now", base=1, merge=True)
        for version, text in ((1, "then"), (None, "now")):
            document = await place.bob.ask(ExportPortrait, community=place.id, version=version, format="html")
            assert f">{text}<" in document.text
