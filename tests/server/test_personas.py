"""Who one is in a community: claimed on joining or later, seen by whom one likes, and nobody else's."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from among_protocol import codes
from among_protocol.accounts import AccountUpdated, ReadAccount, UpdateAccount
from among_protocol.base import LINKS
from among_protocol.blocks import BlockChanged, SetBlock
from among_protocol.communities import JoinCommunity, LeaveCommunity, ReadCommunity
from among_protocol.members import ListMembers, MemberJoined, MemberUpdated, PersonaRef, ResolveMembers
from among_protocol.messages import MessageSent
from among_protocol.moderation import BanMember, SilenceMember
from among_protocol.personas import FindMember, PersonaRenamed, ReadPersona, UpdatePersona
from among_protocol.presence import PresenceChanged, WatchPresence
from among_protocol.rooms import OpenDirect
from among_protocol.session import SignUp
from among_server import limits
from among_server.store.memory import tables
from among_server.store.rules import personas as rules
from tests.world import PASSWORD, Person, World, world_of

MINUTE = 60_000
FULL = {
    "handle": "fern",
    "display_name": "Fern",
    "bio": "All about moss",
    "pronouns": "she/her",
    "place": {"name": "Lisbon", "grain": "city"},
    "links": [{"label": "My garden", "url": "https://example.org/fern"}],
    "why": "To learn how to graft",
    "intro": "Two balconies.\nOne is a jungle.",
}


class Calendar:
    """The time of the store, which a test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def time_ns(self) -> int:
        return self.now * 1_000_000

    def passes(self, ms: int) -> None:
        self.now += ms


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    made = Calendar()
    monkeypatch.setattr(tables, "time", made)
    return made


async def joins(world: World, account: str, slug: str, /, **wish: Any) -> Person:
    """Somebody who is somebody in particular there."""
    person = await world.person(account)
    entry = (await person.ask(JoinCommunity, community=slug, persona=wish or None)).entry
    person.member = entry.member
    person.room = next(iter(entry.rooms), "")
    await person.settled()
    return person


async def becomes(person: Person, community: str, /, **wish: Any) -> MemberUpdated:
    entry: MemberUpdated = (await person.ask(UpdatePersona, community=community, persona=wish)).entry
    return entry


async def read(person: Person, community: str) -> Any:
    return await person.ask(ReadPersona, community=community)


async def seen(person: Person, community: str) -> dict[str, Any]:
    """The members as somebody sees them in the list, by handle."""
    return {one.handle: one for one in (await person.ask(ListMembers, community=community)).members}


# --- claiming


async def test_who_joins_is_who_they_want_to_be_there_and_stays_who_they_are_elsewhere():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        ann = await joins(world, "ann", "garden", **FULL)
        told = await bob.hears(MemberJoined)
        assert (told.handle, told.display_name, told.bio, told.pronouns) == (
            "fern",
            "Fern",
            "All about moss",
            "she/her",
        )
        mine = await read(ann, world.id("garden"))
        assert {name: msgspec.to_builtins(getattr(mine, name)) for name in FULL} == FULL
        assert mine.claimed
        assert (await seen(bob, world.id("garden")))["fern"].member == ann.member
        await world.join("library")
        elsewhere = await world.join_too(ann, "library")
        assert elsewhere.handle == "ann"
        profile = await bob.ask(ReadAccount, handle="ann")
        assert (profile.display_name, profile.bio) == ("ann", "")


async def test_who_reuses_the_profile_follows_it_and_who_claimed_a_persona_does_not():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        await world.join("library")
        ann = await joins(world, "ann", "garden", **FULL)
        library = (await world.join_too(ann, "library")).community
        written = await ann.ask(
            UpdateAccount,
            display_name="Ann",
            pronouns="they",
            place={"name": "Porto"},
            links=FULL["links"],
            intro="Hi!",
        )
        assert (written.entry.pronouns, written.entry.place.name, written.entry.intro) == ("they", "Porto", "Hi!")
        told = [event for event in await bob.settled() if isinstance(event, MemberUpdated)]
        assert told == [], "in the garden she is somebody else"
        follows, claimed = await read(ann, library), await read(ann, world.id("garden"))
        assert (follows.display_name, follows.pronouns, follows.place.name, follows.claimed) == (
            "Ann",
            "they",
            "Porto",
            False,
        )
        assert (claimed.display_name, claimed.pronouns, claimed.place.name) == ("Fern", "she/her", "Lisbon")


async def test_one_change_is_one_entry_and_one_revision_however_many_rooms_there_are():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.join("garden/shed")
        for number in range(20):
            await world.join(f"garden/bed-{number}")
        garden = world.id("garden")
        for person in (ann, bob):
            await person.settled()
        commits = world.app.store.counts.batches
        heads, frames, before = world.heads(), len(bob.frames), commits.buckets()[-1][1]
        entry = await becomes(ann, garden, why="The beans", bio="Digs")
        await world.quiet()
        assert (len(bob.frames) - frames, commits.buckets()[-1][1] - before) == (1, 1), "a commit, and a frame"
        assert {log: head for log, head in world.heads().items() if head != heads[log]} == {garden: heads[garden] + 1}
        told = await bob.hears(MemberUpdated)
        assert (told.by, told.rev, told.bio) == (ann.member, entry.rev, "Digs") == (ann.member, 2, "Digs")
        assert (await ann.say("hi")).rev == 2


async def test_what_is_left_out_stays_and_what_is_emptied_goes():
    async with world_of() as world:
        await world.join("garden/hall")
        ann = await joins(world, "ann", "garden", **FULL)
        garden = world.id("garden")
        await becomes(ann, garden, bio="", place={"name": ""}, links=[])
        mine = await read(ann, garden)
        assert (mine.bio, mine.place, mine.links) == ("", None, [])
        assert (mine.why, mine.intro, mine.handle) == (FULL["why"], FULL["intro"], "fern")


async def test_all_is_given_back_to_the_profile():
    async with world_of() as world:
        await world.join("garden/hall")
        ann = await joins(world, "ann", "garden", **FULL, shown={"place": "nobody"})
        garden = world.id("garden")
        entry = (await ann.ask(UpdatePersona, community=garden, as_profile=True)).entry
        assert (entry.handle, entry.display_name, entry.bio) == ("ann", "ann", "")
        await ann.ask(UpdateAccount, display_name="Ann", place={"name": "Porto"})
        mine = await read(ann, garden)
        assert (mine.display_name, mine.place.name, mine.claimed, mine.shown.place) == ("Ann", "Porto", False, "nobody")


@pytest.mark.parametrize(
    ("asked", "field"), [({}, "persona"), ({"persona": {"bio": "x"}, "as_profile": True}, "persona")]
)
async def test_a_change_says_what_it_changes(asked, field):
    async with world_of() as world:
        (ann,) = await world.join("garden", "ann")
        refused = await ann.refused(UpdatePersona, community=world.id("garden"), **asked)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, field)


async def test_who_is_a_member_already_does_not_become_somebody_else_by_joining():
    async with world_of() as world:
        (ann,) = await world.join("garden", "ann")
        refused = await ann.refused(JoinCommunity, community="garden", persona={"bio": "x"})
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "persona")


async def test_who_is_silenced_changes_nothing():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        garden = world.id("garden")
        await world.founder("garden").ask(
            SilenceMember, community=garden, member=ann.member, reason="spam", for_ms=10 * MINUTE
        )
        await ann.settled()
        for asked in ({"persona": {"display_name": "You all stink"}}, {"as_profile": True}):
            assert (await ann.refused(UpdatePersona, community=garden, **asked)).code == codes.SILENCED.code
        await ann.ask(LeaveCommunity, community=garden)
        back = await ann.ask(JoinCommunity, community=garden, persona={"display_name": "You all stink"})
        assert back.entry.silenced_until
        assert (await seen(world.founder("garden"), garden))["ann"].display_name == "ann"


async def test_who_comes_back_is_who_they_were():
    async with world_of() as world:
        await world.join("garden/hall")
        ann = await joins(world, "ann", "garden", **FULL)
        await ann.ask(LeaveCommunity, community=world.id("garden"))
        back = (await ann.ask(JoinCommunity, community="garden")).entry
        assert (back.member, back.handle) == (ann.member, "fern")
        assert (await read(ann, world.id("garden"))).why == FULL["why"]


# --- what is shown to whom


async def test_what_is_not_for_all_members_never_enters_the_log():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        garden = world.id("garden")
        ann = await joins(
            world, "ann", "garden", bio="canary-bio", pronouns="canary-p", place={"name": "canary-place"}, why="canary-why",
            shown={"bio": "stewards", "pronouns": "nobody"},
        )  # fmt: skip
        await becomes(ann, garden, intro="canary-intro", display_name="Anna")
        await bob.ask(ListMembers, community=garden)
        await bob.ask(ResolveMembers, members=[PersonaRef(member=ann.member, rev=rev) for rev in (0, 1, 2)])
        await bob.ask(FindMember, community=garden, handle="ann")
        await bob.entries(garden)
        await bob.settled()
        assert not any(b"canary" in frame for frame in bob.frames)


async def test_what_is_hidden_later_is_hidden_in_older_revisions_too():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        garden = world.id("garden")
        ann = await joins(world, "ann", "garden", bio="Digs", pronouns="she")
        await becomes(ann, garden, shown={"bio": "nobody"})
        found = await bob.ask(ResolveMembers, members=[PersonaRef(member=ann.member, rev=1)])
        assert [(one.rev, one.bio, one.pronouns) for one in found.personas] == [(1, "", "she")]
        assert (await read(ann, garden)).bio == "Digs"


async def test_who_sees_what_is_no_claim():
    async with world_of() as world:
        (ann,) = await world.join("garden", "ann")
        await becomes(ann, world.id("garden"), shown={"links": "stewards"})
        mine = await read(ann, world.id("garden"))
        assert (mine.claimed, mine.shown.links, mine.shown.bio) == (False, "stewards", "members")


# --- whose a handle and a name are


async def test_cnt_03_nobody_in_a_community_looks_like_somebody_else():
    async with world_of() as world:
        await world.join("garden/hall")
        await joins(world, "ann", "garden", handle="fern.miller", display_name="Fern Miller")
        await world.person("marian")  # of another account, and not here
        refused = {}
        bob = await world.person("bob")
        for wish in (
            {"handle": "fern.miller"}, {"handle": "fern-miller"}, {"handle": "fem.rniller"}, {"handle": "marian"},
            {"handle": "rnarian"}, {"handle": "moderator"}, {"handle": "rn0derat0r"}, {"display_name": "Fern Miller"},
            {"display_name": "F\u0435rn Miller"}, {"display_name": "fern.miller"}, {"display_name": "FERN  MILLER\u200d"},
        ):  # fmt: skip
            heads = world.heads()
            why = await bob.refused(JoinCommunity, community="garden", persona=wish)
            assert world.heads() == heads
            refused[next(iter(wish.values()))] = (why.code, why.field)
        at_handle, at_name = "persona.handle", "persona.display_name"
        assert refused == {
            "fern.miller": (codes.NAME_LOOKALIKE.code, at_name),
            "fern-miller": (codes.HANDLE_LOOKALIKE.code, at_handle),
            "fem.rniller": (codes.HANDLE_LOOKALIKE.code, at_handle),
            "marian": (codes.HANDLE_TAKEN.code, at_handle),
            "rnarian": (codes.HANDLE_LOOKALIKE.code, at_handle),
            "moderator": (codes.HANDLE_RESERVED.code, at_handle),
            "rn0derat0r": (codes.HANDLE_RESERVED.code, at_handle),
            "Fern Miller": (codes.NAME_LOOKALIKE.code, at_name),
            "F\u0435rn Miller": (codes.NAME_LOOKALIKE.code, at_name),
            "FERN  MILLER\u200d": (codes.NAME_LOOKALIKE.code, at_name),
        }


async def test_cnt_03_a_profile_does_not_become_somebody_else_in_a_community_either():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        await joins(world, "ann", "garden", display_name="The Gardener")
        refused = await bob.refused(UpdateAccount, display_name="the  gardener")
        assert (refused.code, refused.field) == (codes.NAME_LOOKALIKE.code, "display_name")
        assert "garden" in refused.message
        assert (await bob.refused(UpdateAccount, display_name="ann")).code == codes.NAME_LOOKALIKE.code


async def test_nobody_signs_up_as_whom_somebody_is_known_in_a_community():
    async with world_of() as world:
        await world.join("garden/hall")
        await joins(world, "ann", "garden", handle="fern")
        guest = Person(world)
        for handle, code in (("Fern", codes.HANDLE_TAKEN), ("f.ern", codes.HANDLE_LOOKALIKE)):
            refused = await guest.refused(SignUp, handle=handle, password=PASSWORD, display_name="Fern")
            assert (refused.code, refused.field) == (code.code, "handle")


# --- how often


async def test_another_handle_is_taken_every_seven_days_and_a_mistake_mended_at_once(calendar):
    async with world_of() as world:
        assert world.app.services.hello.limits.handle_change_ms == limits.HANDLE_CHANGE_MS
        assert world.app.services.hello.limits.mend_ms == limits.MEND_MS
        (ann,) = await world.join("garden/hall", "ann")
        garden = world.id("garden")
        await becomes(ann, garden, handle="frn")
        calendar.passes(limits.MEND_MS - 1)
        await becomes(ann, garden, handle="fern")
        calendar.passes(1)
        refused = await ann.refused(UpdatePersona, community=garden, persona={"handle": "moss"})
        assert (refused.code, refused.kind) == (codes.HANDLE_CHANGED_LATELY.code, "wait")
        assert refused.retry_after_ms == limits.HANDLE_CHANGE_MS - limits.MEND_MS
        assert refused.until == (await read(ann, garden)).rename_after
        await ann.ask(LeaveCommunity, community=garden)  # and coming back is no way around
        again = await ann.refused(JoinCommunity, community=garden, persona={"handle": "moss"})
        assert again.code == codes.HANDLE_CHANGED_LATELY.code
        calendar.passes(refused.retry_after_ms)
        back = await ann.ask(JoinCommunity, community=garden, persona={"handle": "moss"})
        assert back.entry.handle == "moss"
        found = await ann.ask(FindMember, community=garden, handle="fern")
        assert [one.handle for one in found.lineage] == ["fern", "ann"], "what was mended never was"


async def test_so_many_other_changes_a_day_and_no_more(calendar, monkeypatch):
    async with world_of() as world:
        told = world.app.services.hello.limits
        assert (told.persona_changes, told.persona_change_seconds) == (20, 4_320)
        monkeypatch.setattr(rules, "MENDS", 0)
        (ann,) = await world.join("garden/hall", "ann")
        garden = world.id("garden")
        for number in range(told.persona_changes):
            await becomes(ann, garden, bio=f"Version {number}")
        for asked in ({"persona": {"why": "one more"}}, {"as_profile": True}):
            refused = await ann.refused(UpdatePersona, community=garden, **asked)
            assert (refused.code, refused.kind) == (codes.PERSONA_CHANGED_OFTEN.code, "wait")
            assert refused.retry_after_ms == told.persona_change_seconds * 1_000
        calendar.passes(told.persona_change_seconds * 1_000)
        await becomes(ann, garden, bio="one more")
        assert (await ann.refused(UpdatePersona, community=garden, persona={"bio": ""})).kind == "wait"


async def test_a_profile_changes_as_often_as_a_persona_where_people_are_told_of_it(calendar, monkeypatch):
    async with world_of() as world:
        monkeypatch.setattr(rules, "MENDS", 0)
        (ann,) = await world.join("garden/hall", "ann")
        await world.join("library/desk")
        (eve,) = await world.join("garden/hall", "eve")
        for number in range(limits.PERSONA_CHANGES):
            await ann.ask(UpdateAccount, bio=f"Version {number}")
        await world.join_too(ann, "library")  # which has heard of nothing yet, and hears of no more
        refused = await ann.refused(UpdateAccount, bio="one more")
        assert (refused.code, refused.kind) == (codes.PERSONA_CHANGED_OFTEN.code, "wait")
        assert refused.retry_after_ms == limits.PERSONA_CHANGE_SECONDS * 1_000
        assert refused.until
        assert (await ann.ask(ReadAccount, handle="ann")).bio == f"Version {limits.PERSONA_CHANGES - 1}"
        assert [one for one in await ann.entries(ann.account) if isinstance(one, AccountUpdated)][-1].bio != "one more"
        again = await ann.refused(UpdatePersona, community=world.id("garden"), persona={"bio": "by another way"})
        assert again.code == codes.PERSONA_CHANGED_OFTEN.code
        calendar.passes(refused.retry_after_ms)
        await ann.ask(UpdateAccount, bio="one more")
        assert (await ann.refused(UpdateAccount, bio="and one")).kind == "wait"
        for number in range(limits.PERSONA_CHANGES):  # everybody has their own
            await eve.ask(UpdateAccount, bio=f"Version {number}")


async def test_a_profile_that_nobody_goes_by_changes_as_one_likes(calendar, monkeypatch):
    async with world_of() as world:
        monkeypatch.setattr(rules, "MENDS", 0)
        (ann,) = await world.join("garden/hall", "ann")
        await becomes(ann, world.id("garden"), bio="in the garden")
        for number in range(limits.PERSONA_CHANGES + 1):
            await ann.ask(UpdateAccount, bio=f"Version {number}")
        before = len(ann.heard)
        await ann.settled()
        assert not [one for one in ann.heard[before:] if isinstance(one, MemberUpdated)]


async def test_a_profile_changes_so_often_too_where_only_directs_are_told_of_it(calendar, monkeypatch):
    async with world_of() as world:
        monkeypatch.setattr(rules, "MENDS", 0)
        ann, bob, cyd = [await world.person(name) for name in ("ann", "bob", "cyd")]
        room = (await ann.ask(OpenDirect, handles=["bob"])).entry.room
        for number in range(limits.PERSONA_CHANGES):
            await ann.ask(UpdateAccount, bio=f"Version {number}")
        await ann.ask(OpenDirect, handles=["cyd"])  # which has heard of nothing yet, and hears of no more
        refused = await ann.refused(UpdateAccount, bio="one more")
        assert (refused.code, refused.kind) == (codes.PERSONA_CHANGED_OFTEN.code, "wait")
        told = [one.bio for one in await bob.entries(room) if isinstance(one, MemberUpdated)]
        assert told == [f"Version {number}" for number in range(limits.PERSONA_CHANGES)]
        calendar.passes(refused.retry_after_ms)
        await ann.ask(UpdateAccount, bio="one more")
        assert (await bob.hears(MemberUpdated, lambda one: one.bio == "one more")).log == room
        assert (await cyd.hears(MemberUpdated)).bio == "one more"


async def test_who_hides_what_they_were_called_hides_it_in_their_directs_too():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        room = (await ann.ask(OpenDirect, members=[bob.member])).entry.room
        garden = world.id("garden")
        await becomes(ann, garden, bio="digs")
        await becomes(ann, garden, bio="rests", shown={"lineage": "stewards"})
        older, newer = [one for one in await bob.entries(room) if isinstance(one, MemberUpdated)]
        assert (older.blank, older.bio, newer.bio) == (True, "", "rests")


async def test_a_change_is_corrected_so_often_for_nothing(calendar):
    async with world_of() as world:
        assert world.app.services.hello.limits.mends == limits.MENDS
        (ann,) = await world.join("garden/hall", "ann")
        garden = world.id("garden")
        for number in range(limits.PERSONA_CHANGES * (1 + limits.MENDS)):
            await becomes(ann, garden, bio=f"Version {number}")
        refused = await ann.refused(UpdatePersona, community=garden, persona={"bio": "one more"})
        assert refused.code == codes.PERSONA_CHANGED_OFTEN.code


async def test_stewards_see_how_often_a_persona_changed():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        for bio in "abc":
            await becomes(ann, garden, bio=bio)
        assert (await world.founder("garden").ask(FindMember, community=garden, handle="ann")).changes == 3
        assert (await bob.ask(FindMember, community=garden, handle="ann")).changes == 0


# --- former handles


async def test_a_former_handle_leads_to_who_had_it(calendar):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        await becomes(ann, garden, handle="fern")
        found = await bob.ask(FindMember, community=garden, handle="ann")
        assert (found.member.handle, found.former) == ("fern", True)
        assert [(one.handle, bool(one.since), bool(one.until)) for one in found.lineage] == [("ann", True, True)]
        sent = await bob.say("hello @ann and @fern")
        assert sent.mentions == [ann.member]
        assert not (await bob.ask(FindMember, community=garden, handle="fern")).former
        assert (await bob.refused(FindMember, community=garden, handle="nobody-here")).code == codes.MEMBER_GONE.code


async def test_a_freed_handle_rests_for_all_but_who_had_it(calendar):
    async with world_of() as world:
        assert world.app.services.hello.limits.handle_rest_ms == limits.HANDLE_REST_MS
        (bob,) = await world.join("garden/hall", "bob")
        garden = world.id("garden")
        ann = await joins(world, "ann", "garden", handle="fern")
        await becomes(ann, garden, handle="moss")
        for wish in ("fern", "f.ern", "moss"):
            refused = await bob.refused(UpdatePersona, community=garden, persona={"handle": wish})
            assert refused.code in (codes.HANDLE_TAKEN.code, codes.HANDLE_LOOKALIKE.code)
        await ann.ask(LeaveCommunity, community=garden)  # what she is called then rests as well
        calendar.passes(limits.HANDLE_REST_MS - 1)
        assert (
            await bob.refused(UpdatePersona, community=garden, persona={"handle": "moss"})
        ).code == codes.HANDLE_TAKEN.code
        calendar.passes(1)
        assert (await becomes(bob, garden, handle="moss")).handle == "moss"
        refused = await ann.refused(JoinCommunity, community=garden)
        assert refused.code == codes.HANDLE_TAKEN.code
        assert (await ann.ask(JoinCommunity, community=garden, persona={"handle": "fern"})).entry.handle == "fern"


async def test_who_hides_their_lineage_is_found_by_it_no_longer_but_by_stewards():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden, founder = world.id("garden"), world.founder("garden")
        await becomes(ann, garden, handle="fern", display_name="Fern", shown={"lineage": "stewards"})
        assert (await bob.refused(FindMember, community=garden, handle="ann")).code == codes.MEMBER_GONE.code
        assert (await bob.ask(FindMember, community=garden, handle="fern")).lineage == []
        assert (await bob.say("hello @ann")).mentions == []
        (resolved,) = (await bob.ask(ResolveMembers, members=[PersonaRef(member=ann.member, rev=1)])).personas
        assert (resolved.handle, resolved.rev) == ("fern", 2), "as it is now"
        found = await founder.ask(FindMember, community=garden, handle="ann")
        assert (found.member.handle, [one.handle for one in found.lineage]) == ("fern", ["ann"])
        (resolved,) = (await founder.ask(ResolveMembers, members=[PersonaRef(member=ann.member, rev=1)])).personas
        assert resolved.handle == "ann"


async def test_auz_03_what_a_member_was_called_before_they_hid_it_is_in_no_log_any_more():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        garden = world.id("garden")
        ann = await joins(world, "ann", "garden", handle="canary-handle", display_name="Canary", bio="canary-bio")
        await becomes(ann, garden, bio="canary-bio, still")
        await becomes(ann, garden, handle="moss", display_name="Moss", bio="")
        await ann.say("hi")
        await becomes(ann, garden, shown={"lineage": "stewards"})
        newcomer = await joins(world, "cyd", "garden")
        for person in (newcomer, await bob.again()):
            since = len(person.frames)
            await person.sync(cards=True, epoch=world.app.store.epoch, positions={garden: 0})
            await person.entries(garden)
            await person.settled()
            await person.ask(ResolveMembers, members=[PersonaRef(member=ann.member, rev=rev) for rev in range(5)])
            assert not any(b"anary" in frame for frame in person.frames[since:])
        await becomes(ann, garden, display_name="Mossy")
        entries = [one for one in await bob.entries(garden) if one.by == ann.member]
        assert [(one.blank, one.handle) for one in entries] == [(True, "")] * 4 + [(False, "moss")]


# --- bans


async def test_a_ban_binds_the_account_behind_the_persona():
    async with world_of() as world:
        await world.join("garden/hall")
        garden, founder = world.id("garden"), world.founder("garden")
        ann = await joins(world, "ann", "garden", handle="fern")
        banned = await founder.ask(BanMember, community=garden, handle="fern", reason="spam")
        assert banned.entry.member == ann.member
        for persona in (None, {"handle": "moss", "display_name": "Moss"}):
            assert (await ann.refused(JoinCommunity, community=garden, persona=persona)).code == codes.BANNED.code


async def test_who_left_is_banned_by_the_handle_they_had_here():
    async with world_of() as world:
        await world.join("garden/hall")
        garden, founder = world.id("garden"), world.founder("garden")
        ann = await joins(world, "ann", "garden", handle="fern")
        await becomes(ann, garden, handle="moss")
        await ann.ask(LeaveCommunity, community=garden)
        for handle in ("moss", "fern"):
            banned = await founder.ask(BanMember, community=garden, handle=handle, reason="spam")
            assert banned.entry.member == ann.member


async def test_auz_03_a_ban_does_not_tell_whose_persona_is_whose():
    async with world_of() as world:
        await world.join("garden/hall")
        founder = world.founder("garden")
        await joins(world, "ann", "garden", handle="fern")
        since = len(founder.frames)
        refused = await founder.refused(BanMember, community=world.id("garden"), handle="ann", reason="spam")
        assert refused.code == codes.ACCOUNT_GONE.code
        assert not any(b"fern" in frame for frame in founder.frames[since:])


# --- directs


async def test_a_direct_begun_from_a_persona_speaks_as_that_persona():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        ann = await joins(world, "ann", "garden", handle="fern", display_name="Fern")
        since = len(bob.frames)
        opened = (await ann.ask(OpenDirect, members=[bob.member])).entry
        await bob.settled()
        assert {one.handle for one in opened.people} == {"fern", "bob"}
        assert opened.within == world.id("garden")
        await ann.say("psst", room=opened.room)
        said = await bob.hears(MessageSent)
        (who,) = (await bob.ask(ResolveMembers, members=[PersonaRef(member=said.by, rev=said.rev)])).personas
        assert who.handle == "fern"
        assert not any(b'"ann"' in frame or ann.account.encode() in frame for frame in bob.frames[since:])
        again = (await bob.ask(OpenDirect, members=[ann.member])).entry
        assert again.room == opened.room
        by_account = (await ann.ask(OpenDirect, handles=["bob"])).entry
        assert by_account.room != opened.room
        assert {one.handle for one in by_account.people} == {"ann", "bob"}


async def test_a_direct_of_personas_goes_along_with_another_handle():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        ann = await joins(world, "ann", "garden", handle="fern")
        room = (await ann.ask(OpenDirect, members=[bob.member])).entry.room
        await becomes(ann, world.id("garden"), handle="moss")
        said = await ann.say("psst", room=room)
        (who,) = (await bob.ask(ResolveMembers, members=[PersonaRef(member=said.by, rev=said.rev)])).personas
        assert who.handle == "moss"
        card = next(one for one in (await bob.sync(cards=True)).directs if one.id == room)
        assert {one.handle for one in card.people} == {"moss", "bob"}
        assert card.within == world.id("garden")


async def test_a_direct_goes_along_with_the_profile_where_one_speaks_as_that():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        among_accounts = (await ann.ask(OpenDirect, handles=["bob"])).entry.room
        among_members = (await ann.ask(OpenDirect, members=[bob.member])).entry.room
        await ann.ask(UpdateAccount, display_name="Ann of the Hills")
        heard = [one for one in await bob.settled() if isinstance(one, MemberUpdated)]
        for room in (among_accounts, among_members):
            (told,) = [one for one in heard if one.log == room]
            assert (told.handle, told.display_name, told.rev) == ("ann", "Ann of the Hills", 2)
            said = await ann.say("psst", room=room)
            (who,) = (await bob.ask(ResolveMembers, members=[PersonaRef(member=said.by, rev=said.rev)])).personas
            assert (who.handle, who.display_name) == ("ann", "Ann of the Hills")
            card = next(one for one in (await bob.sync(cards=True)).directs if one.id == room)
            assert {one.display_name for one in card.people if one.handle == "ann"} == {"Ann of the Hills"}


async def test_a_direct_needs_one_community_and_who_may_speak_there():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (cyd,) = await world.join("library/desk", "cyd")
        library = (await world.join_too(ann, "library")).member
        assert library
        for members, why, field in (
            ([bob.member, cyd.member], codes.FIELD_INVALID, "members[1]"),
            ([ann.member], codes.FIELD_INVALID, "members"),
            (["m_nobody"], codes.MEMBER_GONE, "members[0]"),
        ):
            refused = await ann.refused(OpenDirect, members=members)
            assert (refused.code, refused.field) == (why.code, field)
        assert (await bob.refused(OpenDirect, members=[cyd.member])).code == codes.MEMBER_GONE.code
        for asked in ({}, {"handles": ["bob"], "members": [bob.member]}):
            assert (await ann.refused(OpenDirect, **asked)).code == codes.FIELD_INVALID.code
        garden = world.id("garden")
        await world.founder("garden").ask(
            SilenceMember, community=garden, member=ann.member, reason="spam", for_ms=10 * MINUTE
        )
        assert (await ann.refused(OpenDirect, members=[bob.member])).code == codes.SILENCED.code


# --- blocks


async def test_a_block_of_a_persona_is_of_that_persona_alone():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        ann = await joins(world, "ann", "garden", handle="fern")
        assert (await bob.ask(SetBlock, kind="block", member=ann.member)).handle == "fern"
        assert (await ann.refused(OpenDirect, members=[bob.member])).code == codes.DIRECT_REFUSED.code
        await ann.ask(OpenDirect, handles=["bob"])  # he can't know that she is the same, and is not told so


async def test_a_block_goes_along_with_another_handle():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        garden = world.id("garden")
        ann = await joins(world, "ann", "garden", handle="fern")
        stranger = await world.person("stranger")
        phone = await bob.device()
        await bob.ask(SetBlock, kind="block", member=ann.member)
        await bob.ask(WatchPresence, members=[ann.member])
        await becomes(ann, garden, handle="moss")
        told = [(one.handle, one.kind) for one in await phone.settled() if isinstance(one, BlockChanged)]
        assert ("moss", "block") in told
        assert (await ann.refused(OpenDirect, members=[bob.member])).code == codes.DIRECT_REFUSED.code
        sent = await ann.say("hello @bob")
        state = next(one for one in (await bob.sync()).logs if one.log == sent.log)
        assert state.mentions == 0
        ann.leave()
        assert not [event for event in await bob.settled() if isinstance(event, PresenceChanged)]
        assert {one.handle for one in (await bob.sync()).blocks} == {"fern", "moss"}
        assert (await stranger.sync()).blocks == []


async def test_who_is_not_in_the_community_does_not_learn_of_the_new_handle_by_their_block():
    async with world_of() as world:
        await world.join("garden/hall")
        ann = await joins(world, "ann", "garden")
        (bob,) = await world.join("library/desk", "bob")
        await bob.ask(SetBlock, kind="block", handle="ann")
        await becomes(ann, world.id("garden"), handle="fern")
        assert [one.handle for one in (await bob.sync()).blocks] == ["ann"]
        await bob.settled()
        assert not any(b"fern" in frame for frame in bob.frames)


# --- what one's own devices hear


async def test_ones_own_devices_hear_of_another_handle():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        phone = await ann.device()
        garden = world.id("garden")
        await becomes(ann, garden, handle="fern")
        told = await phone.hears(PersonaRenamed)
        assert (told.community, told.member, told.handle, told.was) == (garden, ann.member, "fern", "ann")
        card = await phone.ask(ReadCommunity, community=garden)
        assert (card.handle, card.display_name, card.rev) == ("fern", "ann", 2)


# --- texts


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"place": {"name": "38.7223, -9.1393"}}, "persona.place.name"),
        ({"place": {"name": "41.1, -8.6"}}, "persona.place.name"),
        ({"place": {"name": "41 N / 8 W"}}, "persona.place.name"),
        ({"place": {"name": "38° 43' N"}}, "persona.place.name"),
        ({"place": {"name": "home: 8CCGPVC5+2V"}}, "persona.place.name"),
        ({"place": {"name": "geo:38.7,-9.1"}}, "persona.place.name"),
        ({"place": {"name": "\uff13\uff18.7223 \uff0d9.1393"}}, "persona.place.name"),
        ({"place": {"name": "///filled.count.soap"}}, "persona.place.name"),
        ({"links": [{"label": "x", "url": "http://example.org"}]}, "persona.links[0].url"),
        ({"links": [{"label": "x", "url": "https://bank.example@evil.example/"}]}, "persona.links[0].url"),
        ({"links": [{"label": "x", "url": "javascript:alert(1)"}]}, "persona.links[0].url"),
        ({"links": [{"label": "x", "url": "https://exam\u200bple.org"}]}, "persona.links[0].url"),
        ({"links": [{"label": "https://bank.example", "url": "https://evil.example"}]}, "persona.links[0].label"),
        ({"bio": "a\u202eb"}, "persona.bio"),
        ({"pronouns": "a\nb"}, "persona.pronouns"),
        ({"intro": "a\x1b[2J"}, "persona.intro"),
        ({"intro": "a\u202eb"}, "persona.intro"),
    ],
)
async def test_texts_that_are_not_taken(wish, field):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        refused = await ann.refused(UpdatePersona, community=world.id("garden"), persona=wish)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, field)


@pytest.mark.parametrize(
    "name",
    ["Lisbon", "near the river", "Baixa, Lisboa", "75011 Paris", "Route 66", "1.5 hours from Rome", "Łódź", "東京"],
)
async def test_a_place_is_named_as_one_likes(name):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        await becomes(ann, world.id("garden"), place={"name": name})
        assert (await read(ann, world.id("garden"))).place.name == name


@pytest.mark.parametrize(
    ("limit", "wish"),
    [
        ("pronouns_chars", lambda size: {"pronouns": "x" * size}),
        ("place_chars", lambda size: {"place": {"name": "x" * size}}),
        ("why_chars", lambda size: {"why": "é" * size}),
        ("intro_chars", lambda size: {"intro": "😀" * size}),
        ("label_chars", lambda size: {"links": [{"label": "x" * size, "url": "https://example.org"}]}),
        ("link_chars", lambda size: {"links": [{"label": "x", "url": f"https://example.org/{'x' * (size - 20)}"}]}),
    ],
)
async def test_inp_05_texts_of_a_persona(limit: str, wish: Callable[[int], dict[str, Any]]):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        most = getattr(world.app.services.hello.limits, limit)
        await becomes(ann, world.id("garden"), **wish(most))
        refused = await ann.refused(UpdatePersona, community=world.id("garden"), persona=wish(most + 1))
        assert refused.code == codes.FIELD_TOO_LONG.code


async def test_inp_05_links_of_a_persona():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        link = {"label": "x", "url": "https://example.org"}
        assert world.app.services.hello.limits.links == LINKS
        await becomes(ann, world.id("garden"), links=[link] * LINKS)
        refused = await ann.refused(
            UpdatePersona, community=world.id("garden"), persona={"links": [link] * (LINKS + 1)}
        )
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "persona.links")
