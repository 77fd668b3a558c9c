"""Roles, kicks, bans and silences: who may, what ends at once, who is told what, and what leaves a trace."""

import asyncio
import time
from typing import Any

import pytest

from among_protocol import codes
from among_protocol.accounts import UpdateAccount
from among_protocol.base import Entry, Refused
from among_protocol.communities import BrowseCommunities, CommunityLeft, JoinCommunity, LeaveCommunity, ReadCommunity
from among_protocol.logs import ReadEntries, Sync, Synced
from among_protocol.members import ListMembers, MemberJoined, MemberLeft, MemberUpdated
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.moderation import (
    DAY,
    BanMember,
    KickMember,
    ListBans,
    MemberBanned,
    MemberKicked,
    MemberSilenced,
    MemberUnbanned,
    MemberUnsilenced,
    RoleSet,
    SetRole,
    SilenceMember,
    UnbanMember,
    UnsilenceMember,
)
from among_protocol.presence import PresenceChanged, StartTyping, TypingStarted, WatchPresence
from among_protocol.reports import ListReports
from among_protocol.rooms import AddPerson, CreateRoom, ListRooms, PersonLeft, RemovePerson, SetTopic
from among_server.store.stewards import stewards_of
from tests.held import HeldStore
from tests.world import Person, World, world_of


async def kept(world: World, *handles: str) -> list[Person]:
    """People in the garden, of whom the first is a steward; after them who founded it."""
    people = await world.join("garden/hall", *handles)
    await world.promote(people[0], "garden", "steward")
    founder = world.founder("garden")
    for person in (*people, founder):
        await person.settled()
    return [*people, founder]


def garden(world: World, person: Person | None = None, **more: Any) -> dict[str, Any]:
    named = {"community": world.id("garden"), **more}
    return named if person is None else {**named, "member": person.member}


def of(events: list[Any], *kinds: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kinds)]


# --- kicks


async def test_auz_04_who_is_kicked_hears_nothing_later_and_may_nothing_more():
    """From the community, its rooms, its private rooms, and its stewards' log; on every device."""
    async with world_of() as world:
        ann, bob, eve, founder = await kept(world, "ann", "bob", "eve")
        cellar = await world.private_room("garden/cellar", ann, bob)
        await world.promote(bob, "garden", "steward")
        tablet = await bob.device()
        log = stewards_of(world.id("garden"))
        await founder.ask(KickMember, **garden(world, bob, reason="rude"))
        for room in (ann.room, cellar):
            await ann.say("he is gone", room=room)
        await ann.ask(SilenceMember, **garden(world, eve, reason="loud", for_ms=DAY))
        for device in (bob, tablet):
            fresh = await device.settled()
            assert [type(event) for event in of(fresh, MemberKicked, CommunityLeft, MessageSent, MemberLeft)] == [
                MemberKicked,
                CommunityLeft,
            ]
            assert {event.log for event in fresh if isinstance(event, Entry)} == {bob.account}
        for command, fields, code in (
            (SendMessage, {"room": bob.room, "body": "hi"}, codes.ROOM_GONE),
            (ReadMessages, {"room": cellar}, codes.ROOM_GONE),
            (ReadEntries, {"log": log, "after": 0}, codes.LOG_GONE),
            (ReadEntries, {"log": world.id("garden"), "after": 0}, codes.LOG_GONE),
            (KickMember, garden(world, ann, reason="revenge"), codes.COMMUNITY_GONE),
            (StartTyping, {"room": bob.room}, codes.ROOM_GONE),
        ):
            assert (await bob.refused(command, **fields)).code == code.code
        gone = {state.log: state.status for state in (await bob.sync(positions={log: 1, cellar: 0})).logs}
        assert (gone[log], gone[cellar], set(gone)) == ("gone", "gone", {log, cellar, bob.account})


async def test_who_is_kicked_is_told_why_and_the_community_only_that_they_left():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        cellar = await world.private_room("garden/cellar", bob, cyd)
        await cyd.settled()
        await ann.ask(KickMember, **garden(world, bob, reason="Three warnings about  advertising "))
        why = await bob.hears(MemberKicked)
        assert (why.reason, why.slug, why.nonce) == ("Three warnings about  advertising", "garden", "")
        assert why.steward is not None
        assert (why.steward.handle, why.steward.member) == ("ann", ann.member)
        start = len(cyd.frames)
        fresh = await cyd.settled()
        assert [(event.log, event.by) for event in of(fresh, MemberLeft, PersonLeft)] == [
            (cellar, bob.member),
            (world.id("garden"), bob.member),
        ]
        assert b"advertising" not in b"".join(cyd.frames[start - len(fresh) - 3 :])
        seen = await ann.hears(MemberKicked)
        assert (seen.log, seen.by, seen.member, seen.reason) == (
            stewards_of(world.id("garden")),
            ann.member,
            bob.member,
            why.reason,
        )
        assert seen.steward is None
        assert (await founder.hears(MemberKicked)).seq == seen.seq


async def test_who_is_kicked_may_come_back():
    async with world_of() as world:
        ann, bob, _ = await kept(world, "ann", "bob")
        await ann.ask(KickMember, **garden(world, bob, reason="cool down"))
        assert (await world.join_too(bob, "garden")).member == bob.member
        await ann.say("welcome back")
        assert (await bob.hears(MessageSent)).body == "welcome back"


async def test_the_presence_of_who_is_kicked_ends():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        await cyd.ask(WatchPresence, members=[bob.member])
        await ann.ask(KickMember, **garden(world, bob, reason="rude"))
        assert (await cyd.hears(PresenceChanged)).state == "offline"


async def test_a_reason_is_required_and_is_a_line_of_text():
    async with world_of() as world:
        ann, bob, _ = await kept(world, "ann", "bob")
        for reason in ("", "   ", "two\nlines", "\x1b[2J", "x" * 501):
            for command, more in ((KickMember, {}), (BanMember, {}), (SilenceMember, {"for_ms": DAY})):
                refused = await ann.refused(command, **garden(world, bob, reason=reason, **more))
                assert refused.field == "reason"
                assert refused.code in (codes.FIELD_INVALID.code, codes.FIELD_TOO_LONG.code)


# --- bans


async def test_auz_04_who_is_banned_hears_nothing_later_and_does_not_come_back():
    async with world_of() as world:
        ann, bob, _ = await kept(world, "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann, bob)
        await ann.ask(BanMember, **garden(world, bob, reason="spam"))
        for room in (ann.room, cellar):
            await ann.say("he is gone", room=room)
        fresh = await bob.settled()
        assert {event.log for event in fresh if isinstance(event, Entry)} == {bob.account}
        why = of(fresh, MemberBanned)[0]
        assert (why.reason, why.until, why.slug) == ("spam", "", "garden")
        phone = await bob.device()  # the ban is the account's, not the connection's
        for device in (bob, phone):
            for name in ("garden", world.id("garden")):
                refused = await device.refused(JoinCommunity, community=name)
                assert (refused.code, refused.kind, refused.until) == ("community.banned", "auth", "")
                assert "spam" in refused.message
        for command, fields in (
            (SendMessage, {"room": bob.room, "body": "hi"}),
            (ReadMessages, {"room": bob.room}),
            (StartTyping, {"room": bob.room}),
        ):
            assert (await bob.refused(command, **fields)).code == codes.ROOM_GONE.code
        page = await bob.ask(BrowseCommunities, query="garden")
        assert [community.slug for community in page.communities] == ["garden"], "that it is there is no secret"
        refused = await ann.refused(AddPerson, room=cellar, member=bob.member)
        assert refused.code == codes.MEMBER_GONE.code, "nobody lets them in by a side door"


async def test_leaving_first_does_not_help():
    async with world_of() as world:
        ann, bob, _ = await kept(world, "ann", "bob")
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        await ann.ask(BanMember, community=world.id("garden"), handle="Bob", reason="spam")
        assert (await bob.refused(JoinCommunity, community="garden")).code == codes.BANNED.code
        assert of(await bob.settled(), MemberBanned) == [], "who is not there is not written to"
        (ban,) = (await ann.ask(ListBans, **garden(world))).bans
        assert ban.persona.member == bob.member


async def test_somebody_who_was_never_there_can_be_kept_out_and_is_not_written_to():
    """Or a ban would be a way to send words to anybody."""
    async with world_of() as world:
        ann, founder = await kept(world, "ann")
        eve = await world.person("eve")
        before = len(await eve.entries(eve.account))
        await ann.ask(BanMember, community=world.id("garden"), handle="eve", reason="known from elsewhere")
        refused = await eve.refused(JoinCommunity, community="garden")
        assert "known from elsewhere" in refused.message
        (ban,) = (await founder.ask(ListBans, **garden(world))).bans
        assert (ban.persona.handle, ban.by) == ("eve", ann.member)
        assert (await ann.ask(ListMembers, **garden(world))).members == [
            member for member in (await founder.ask(ListMembers, **garden(world))).members if member.handle != "eve"
        ]
        await founder.ask(UnbanMember, community=world.id("garden"), member=ban.persona.member)
        await eve.settled()
        assert len(await eve.entries(eve.account)) == before
        joined = await world.join_too(eve, "garden")
        assert joined.member == ban.persona.member
        assert (await ann.hears(MemberJoined, lambda event: event.handle == "eve")).rev == 2


async def test_a_ban_ends_by_itself_by_the_clock_of_the_store(monkeypatch):
    async with world_of() as world:
        ann, bob, _ = await kept(world, "ann", "bob")
        await ann.ask(BanMember, **garden(world, bob, reason="a week off", for_ms=7 * DAY))
        why = await bob.hears(MemberBanned)
        refused = await bob.refused(JoinCommunity, community="garden")
        assert refused.until == why.until != ""
        assert why.until[:16].replace("T", " ") in refused.message
        now = time.time_ns
        monkeypatch.setattr(time, "time_ns", lambda: now() + (7 * DAY - 60_000) * 1_000_000)
        assert (await bob.refused(JoinCommunity, community="garden")).code == codes.BANNED.code
        assert len((await ann.ask(ListBans, **garden(world))).bans) == 1
        monkeypatch.setattr(time, "time_ns", lambda: now() + 7 * DAY * 1_000_000)
        assert (await ann.ask(ListBans, **garden(world))).bans == []
        refused = await ann.refused(UnbanMember, **garden(world, bob))
        assert refused.code == codes.BAN_GONE.code
        await world.join_too(bob, "garden")


async def test_a_ban_can_be_changed_and_lifted():
    async with world_of() as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        await ann.ask(BanMember, **garden(world, bob, reason="spam", for_ms=DAY))
        await founder.ask(BanMember, **garden(world, bob, reason="a lot of spam"))
        (ban,) = (await ann.ask(ListBans, **garden(world))).bans
        assert (ban.reason, ban.until, ban.by) == ("a lot of spam", "", founder.member)
        await ann.ask(UnbanMember, **garden(world, bob, reason="talked it over"))
        lifted = await bob.hears(MemberUnbanned)
        assert (lifted.reason, lifted.slug) == ("", "garden"), "the words about it are the stewards' own"
        assert (await founder.hears(MemberUnbanned)).reason == "talked it over"
        await world.join_too(bob, "garden")


async def test_bans_are_listed_newest_first_a_page_at_a_time():
    async with world_of() as world:
        ann, *others, founder = await kept(world, "ann", "bob", "cyd", "dan")
        for person in others:
            await ann.ask(BanMember, **garden(world, person, reason=f"as {person.handle}"))
        first = await founder.ask(ListBans, **garden(world), limit=2)
        assert ([ban.persona.handle for ban in first.bans], first.complete) == (["dan", "cyd"], False)
        rest = await founder.ask(ListBans, **garden(world), limit=2, before=first.bans[-1].seq)
        assert ([ban.persona.handle for ban in rest.bans], rest.complete) == (["bob"], True)


async def test_a_ban_names_one_of_member_and_handle():
    async with world_of() as world:
        ann, bob, _ = await kept(world, "ann", "bob")
        for named in ({}, {"member": bob.member, "handle": "bob"}):
            refused = await ann.refused(BanMember, **garden(world), reason="spam", **named)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "member")
        for named, code in (
            ({"handle": "nobody-here"}, codes.ACCOUNT_GONE),
            ({"member": "m_nowhere"}, codes.MEMBER_GONE),
            ({"handle": "no handle"}, codes.FIELD_INVALID),
        ):
            assert (await ann.refused(BanMember, **garden(world), reason="spam", **named)).code == code.code


# --- silences


async def test_who_is_silenced_may_read_and_starts_nothing():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        cellar = await world.private_room("garden/cellar", bob, cyd)
        await world.promote(bob, "garden", "steward")
        await founder.ask(SilenceMember, **garden(world, bob, reason="cool down", for_ms=DAY))
        told = await bob.hears(MemberSilenced, lambda event: event.log == bob.account)
        assert (told.reason, told.slug) == ("cool down", "garden")
        for command, fields in (
            (SendMessage, {"room": bob.room, "body": "hi"}),
            (SendMessage, {"room": cellar, "body": "hi"}),
            (StartTyping, {"room": bob.room}),
            (SetTopic, {"room": bob.room, "topic": "me"}),
            (SetTopic, {"room": cellar, "topic": "me"}),
            (AddPerson, {"room": cellar, "member": ann.member}),
            (RemovePerson, {"room": cellar, "member": cyd.member}),
            (CreateRoom, garden(world, slug="shed")),
            (CreateRoom, garden(world, slug="shed", kind="private")),
            (KickMember, garden(world, cyd, reason="revenge")),
            (SetRole, garden(world, bob, role="member")),
            (UnsilenceMember, garden(world, bob)),
        ):
            refused = await bob.refused(command, **fields)
            assert (refused.code, refused.kind, refused.until) == ("member.silenced", "auth", told.until)
        await cyd.settled()
        await cyd.say("poor bob")
        assert (await bob.hears(MessageSent)).body == "poor bob"
        assert of(cyd.heard, TypingStarted) == []
        await bob.ask(ReadMessages, room=bob.room)
        await bob.ask(ListRooms, community=world.id("garden"))
        assert (await bob.ask(ReadCommunity, community="garden")).silenced_until == told.until
        direct = await world.direct(bob, cyd)
        await bob.say("in a direct nobody is silenced", room=direct)


async def test_leaving_and_coming_back_ends_no_silence():
    async with world_of() as world:
        ann, bob, _ = await kept(world, "ann", "bob")
        await ann.ask(SilenceMember, **garden(world, bob, reason="cool down", for_ms=DAY))
        until = (await bob.hears(MemberSilenced)).until
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        assert (await world.join_too(bob, "garden")).silenced_until == until
        for command, more in ((SendMessage, {"body": "hi"}), (StartTyping, {})):
            assert (await bob.refused(command, room=bob.room, **more)).code == codes.SILENCED.code
        phone = await bob.device()
        assert (await phone.refused(StartTyping, room=bob.room)).code == codes.SILENCED.code


async def test_a_silence_ends_by_itself_or_before(monkeypatch):
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        for person in (bob, cyd):
            await ann.ask(SilenceMember, **garden(world, person, reason="cool down", for_ms=DAY))
        await ann.ask(UnsilenceMember, **garden(world, cyd))
        await cyd.hears(MemberUnsilenced)
        await cyd.say("thank you")
        await cyd.ask(StartTyping, room=cyd.room)
        refused = await ann.refused(UnsilenceMember, **garden(world, cyd))
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "member")
        now = time.time_ns
        monkeypatch.setattr(time, "time_ns", lambda: now() + DAY * 1_000_000)
        await bob.say("I am calm")


async def test_who_is_silenced_says_nothing_by_their_name_either(monkeypatch):
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        (dan,) = await world.join("library/desk", "dan")
        await world.join_too(bob, "library")
        await ann.ask(SilenceMember, **garden(world, bob, reason="cool down", for_ms=DAY))
        await bob.ask(UpdateAccount, display_name="ann is a liar", bio="a liar")
        assert (await dan.hears(MemberUpdated)).display_name == "ann is a liar", "it holds in one place"
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        await world.join_too(bob, "garden")
        assert (await cyd.hears(MemberJoined, lambda event: event.by == bob.member)).display_name == "bob"
        assert of(await cyd.settled(), MemberUpdated) == []
        listed = {row.handle: row for row in (await cyd.ask(ListMembers, community=world.id("garden"))).members}
        assert (listed["bob"].display_name, listed["bob"].bio) == ("bob", "")
        now = time.time_ns
        monkeypatch.setattr(time, "time_ns", lambda: now() + DAY * 1_000_000)
        said = await bob.say("I am calm")
        told = await cyd.hears(MemberUpdated)
        assert (told.by, told.rev, told.display_name) == (bob.member, said.rev, "ann is a liar")
        await bob.say("and go on")
        assert of(await cyd.settled(), MemberUpdated) == []


async def test_whose_silence_is_lifted_has_their_new_name_at_once():
    async with world_of() as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        await ann.ask(SilenceMember, **garden(world, bob, reason="cool down", for_ms=DAY))
        await bob.ask(UpdateAccount, display_name="Bob the Calm")
        await ann.ask(UnsilenceMember, **garden(world, bob))
        assert (await cyd.hears(MemberUpdated)).display_name == "Bob the Calm"


@pytest.mark.parametrize(
    ("for_ms", "ok"), [(0, False), (999, False), (1000, True), (28 * DAY, True), (28 * DAY + 1, False)]
)
async def test_a_silence_has_an_end(for_ms, ok):
    async with world_of() as world:
        ann, bob, _ = await kept(world, "ann", "bob")
        asked = garden(world, bob, reason="cool down", for_ms=for_ms)
        if ok:
            await ann.ask(SilenceMember, **asked)
        else:
            assert (await ann.refused(SilenceMember, **asked)).field == "for_ms"


# --- roles


async def test_an_owner_makes_a_steward_who_hears_the_stewards_log_from_then_on():
    async with world_of() as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        log = stewards_of(world.id("garden"))
        assert (await bob.refused(ReadEntries, log=log, after=0)).code == codes.LOG_GONE.code
        await founder.ask(SetRole, **garden(world, bob, role="steward", reason="he helps everybody"))
        told = await bob.hears(RoleSet, lambda event: event.log == bob.account)
        assert (told.role, told.stewards, told.reason) == ("steward", log, "he helps everybody")
        await ann.settled()
        public = [event for event in ann.heard if isinstance(event, RoleSet) and event.log == world.id("garden")][-1]
        assert (public.member, public.role, public.by, public.reason, public.steward) == (
            bob.member, "steward", "", "", None,
        )  # fmt: skip
        await bob.settled()
        eve = (await world.join("garden/hall", "eve"))[0]
        await bob.ask(KickMember, **garden(world, eve, reason="rude"))
        assert bob.numbers(log) == [told.head + 1]
        assert len(await bob.entries(log)) == told.head + 1, "what came before can be read"
        card = await bob.ask(ReadCommunity, community="garden")
        assert (card.role, card.stewards) == ("steward", log)
        assert (await ann.ask(ReadCommunity, community="garden")).stewards == log
        (cyd,) = await world.join("garden/hall", "cyd")
        assert (await cyd.ask(ReadCommunity, community="garden")).stewards == "", "a member is told of no such log"


async def test_auz_04_whoever_loses_the_role_stops_hearing_the_stewards_at_once():
    """Their own demotion too."""
    async with world_of() as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        log = stewards_of(world.id("garden"))
        phone = await ann.device()
        for device in (ann, phone):
            await device.settled()
        heard = {device: device.numbers(log) for device in (ann, phone)}
        await founder.ask(SetRole, **garden(world, ann, role="member"))
        await founder.ask(KickMember, **garden(world, bob, reason="rude"))
        for device in (ann, phone):
            await device.settled()
            assert device.numbers(log) == heard[device]
        assert (await ann.refused(ReadEntries, log=log, after=0)).code == codes.LOG_GONE.code
        assert (await ann.refused(ListBans, **garden(world))).code == codes.RIGHT_MISSING.code
        assert (await ann.refused(KickMember, **garden(world, bob, reason="x"))).code == codes.RIGHT_MISSING.code
        assert (await ann.ask(ReadCommunity, community="garden")).stewards == ""
        assert log not in {state.log for state in (await ann.sync()).logs}
        await ann.say("still a member")


async def test_the_stewards_log_is_in_sync_and_resumes_like_any_other():
    async with world_of() as world:
        ann, bob, cyd, founder = await kept(world, "ann", "bob", "cyd")
        log = stewards_of(world.id("garden"))
        epoch = world.app.store.epoch
        await founder.ask(KickMember, **garden(world, bob, reason="rude"))
        await ann.settled()
        at = ann.numbers(log)[-1]
        ann.leave()
        await founder.ask(SilenceMember, **garden(world, cyd, reason="loud", for_ms=DAY))
        back = await ann.again()
        state = {state.log: state for state in (await back.sync(epoch=epoch, positions={log: at})).logs}[log]
        assert (state.kind, state.status, state.head) == ("stewards", "caught_up", at + 1)
        await back.settled()
        assert back.numbers(log) == [at + 1]


async def test_ownership_is_handed_over_in_one_step():
    async with world_of() as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        await founder.ask(SetRole, **garden(world, bob, role="owner", hand_over=True))
        roles = {one.handle: one.role for one in (await ann.ask(ListMembers, **garden(world))).members}
        assert roles == {"ann": "steward", "bob": "owner", founder.handle: "steward"}
        assert (await founder.refused(SetRole, **garden(world, ann, role="member"))).code == codes.RIGHT_MISSING.code
        await bob.ask(SetRole, **garden(world, founder, role="member"))
        log = world.id("garden")
        assert [(one.member, one.role) for one in of(await ann.settled(), RoleSet) if one.log == log] == [
            (bob.member, "owner"),
            (founder.member, "steward"),
            (founder.member, "member"),
        ]


async def test_the_last_owner_neither_leaves_nor_lays_the_role_down():
    async with world_of() as world:
        ann, founder = await kept(world, "ann")
        for command, fields in (
            (LeaveCommunity, garden(world)),
            (SetRole, garden(world, founder, role="member")),
        ):
            assert (await founder.refused(command, **fields)).code == codes.LAST_OWNER.code
        await founder.ask(SetRole, **garden(world, ann, role="owner"))
        await founder.ask(SetRole, **garden(world, founder, role="member"))
        assert (await ann.refused(LeaveCommunity, **garden(world))).code == codes.LAST_OWNER.code


async def test_a_steward_may_lay_the_role_down():
    async with world_of() as world:
        ann, _ = await kept(world, "ann")
        await ann.ask(SetRole, **garden(world, ann, role="member"))
        refused = await ann.refused(SetRole, **garden(world, ann, role="steward"))
        assert refused.code == codes.RIGHT_MISSING.code


@pytest.mark.parametrize("command", [KickMember, BanMember, SilenceMember, UnsilenceMember])
async def test_nobody_acts_on_their_own_rank_or_above(command):
    async with world_of() as world:
        ann, bob, cyd, dan, founder = await kept(world, "ann", "bob", "cyd", "dan")
        await world.promote(bob, "garden", "steward")
        await world.promote(cyd, "garden", "owner")
        more: dict[str, Any] = {SilenceMember: {"for_ms": DAY}}.get(command, {})
        before = world.heads()
        for actor, subject in ((ann, bob), (ann, founder), (ann, ann), (founder, cyd), (founder, founder)):
            refused = await actor.refused(command, **garden(world, subject, reason="I can", **more))
            assert (refused.code, refused.field) == (codes.OUTRANKED.code, "member"), (actor.handle, subject.handle)
        assert (await dan.refused(command, **garden(world, ann, reason="x", **more))).code == codes.RIGHT_MISSING.code
        assert world.heads() == before
        if command is UnsilenceMember:
            await founder.ask(SilenceMember, **garden(world, ann, reason="first", for_ms=DAY))
        await founder.ask(command, **garden(world, ann, reason="owners can", **more))


async def test_who_is_elsewhere_is_nobody_here():
    async with world_of() as world:
        ann, _ = await kept(world, "ann")
        (eve,) = await world.join("library/desk", "eve")
        for command, more in (
            (KickMember, {"reason": "x"}), (BanMember, {"reason": "x"}), (SilenceMember, {"reason": "x", "for_ms": DAY}),
            (UnsilenceMember, {}),
        ):  # fmt: skip
            assert (await ann.refused(command, **garden(world, eve), **more)).code == codes.MEMBER_GONE.code
        assert (await ann.refused(UnbanMember, **garden(world, eve))).code == codes.BAN_GONE.code


# --- the trace


async def test_auz_06_every_act_of_a_steward_leaves_a_trace_that_its_subject_cannot_erase():
    async with world_of() as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        log = stewards_of(world.id("garden"))
        since = len(await founder.entries(log))
        acts: list[tuple[type[Any], dict[str, Any]]] = [
            (SilenceMember, {"reason": "loud", "for_ms": DAY}),
            (UnsilenceMember, {"reason": "sorry"}),
            (KickMember, {"reason": "rude"}),
            (BanMember, {"reason": "spam"}),
            (UnbanMember, {"reason": "talked"}),
        ]
        for command, more in acts:
            written = await ann.ask(command, **garden(world, bob), **more)
            assert (written.entry.log, written.entry.by, written.entry.member) == (log, ann.member, bob.member)
        await founder.ask(SetRole, **garden(world, ann, role="member"))
        await ann.ask(LeaveCommunity, **garden(world))
        trace = (await founder.entries(log))[since:]
        assert [(type(entry), entry.by, entry.member, entry.reason) for entry in trace] == [
            (MemberSilenced, ann.member, bob.member, "loud"),
            (MemberUnsilenced, ann.member, bob.member, "sorry"),
            (MemberKicked, ann.member, bob.member, "rude"),
            (MemberBanned, ann.member, bob.member, "spam"),
            (MemberUnbanned, ann.member, bob.member, "talked"),
            (RoleSet, founder.member, ann.member, ""),
        ]


async def test_auz_06_what_was_refused_left_no_trace_and_what_is_asked_again_only_one():
    async with world_of() as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        log = stewards_of(world.id("garden"))
        before = await founder.entries(log)
        await bob.refused(KickMember, **garden(world, ann, reason="no"))
        asked = garden(world, bob, reason="rude", nonce="once")
        first = await ann.ask(KickMember, **asked)
        again = await ann.ask(KickMember, **asked)
        assert (again.repeat, again.entry) == (True, first.entry)
        other = await ann.refused(KickMember, **{**asked, "reason": "other words"})
        assert other.code == codes.NONCE_CONFLICT.code
        assert len(await founder.entries(log)) == len(before) + 1


# --- races: what passed the guard is judged again where it is written


async def asked_at_once(store: HeldStore, *asked: tuple[Person, type[Any], dict[str, Any]]) -> list[str]:
    """All of these pass the guard before the first of them is written; how each was answered."""
    writes = store.hold("writes")
    ids = [(person, person.begin(command, **fields)) for person, command, fields in asked]
    await asyncio.sleep(0)
    writes.let_go()
    answers = []
    for person, id in ids:
        await person.answered(id)
        reply = person.replies.pop(id)
        answers.append(reply.code if isinstance(reply, Refused) else "ok")
    return answers


@pytest.mark.parametrize("first", ["ban", "join"])
async def test_auz_07_a_ban_against_a_join(first):
    """Never a member who is banned."""
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        await bob.ask(LeaveCommunity, **garden(world))
        ban = (ann, BanMember, garden(world, bob, reason="spam"))
        join = (bob, JoinCommunity, {"community": "garden"})
        answers = await asked_at_once(store, *((ban, join) if first == "ban" else (join, ban)))
        assert answers == (["ok", codes.BANNED.code] if first == "ban" else ["ok", "ok"])
        await ann.say("who is here?")
        assert of(await bob.settled(), MessageSent) == []
        assert "bob" not in [one.handle for one in (await founder.ask(ListMembers, **garden(world))).members]
        assert (await bob.refused(JoinCommunity, community="garden")).code == codes.BANNED.code


@pytest.mark.parametrize("first", ["ban", "send"])
async def test_auz_07_a_ban_against_a_message(first):
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob, _ = await kept(world, "ann", "bob")
        ban = (ann, BanMember, garden(world, bob, reason="spam"))
        send = (bob, SendMessage, {"room": bob.room, "body": "buy this"})
        answers = await asked_at_once(store, *((ban, send) if first == "ban" else (send, ban)))
        assert answers == (["ok", codes.ROOM_GONE.code] if first == "ban" else ["ok", "ok"])
        said = [message.body for message in (await ann.ask(ReadMessages, room=ann.room)).messages]
        assert said == ([] if first == "ban" else ["buy this"])


@pytest.mark.parametrize("first", ["silence", "send"])
async def test_auz_07_a_silence_against_a_message(first):
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob, _ = await kept(world, "ann", "bob")
        silence = (ann, SilenceMember, garden(world, bob, reason="loud", for_ms=DAY))
        send = (bob, SendMessage, {"room": bob.room, "body": "aaa"})
        answers = await asked_at_once(store, *((silence, send) if first == "silence" else (send, silence)))
        assert answers == (["ok", codes.SILENCED.code] if first == "silence" else ["ok", "ok"])


@pytest.mark.parametrize("first", ["demote", "act"])
async def test_auz_07_a_demotion_against_an_act(first):
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        demote = (founder, SetRole, garden(world, ann, role="member"))
        act = (ann, KickMember, garden(world, bob, reason="quickly"))
        answers = await asked_at_once(store, *((demote, act) if first == "demote" else (act, demote)))
        assert answers == (["ok", codes.RIGHT_MISSING.code] if first == "demote" else ["ok", "ok"])
        here = [one.handle for one in (await founder.ask(ListMembers, **garden(world))).members]
        assert ("bob" in here) == (first == "demote")


@pytest.mark.parametrize("first", ["hand over", "leave"])
async def test_auz_07_handing_over_against_leaving(first):
    """To somebody who leaves, and by somebody who leaves: there is always an owner."""
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        hand = (founder, SetRole, garden(world, bob, role="owner", hand_over=True))
        leave = (bob, LeaveCommunity, garden(world))
        answers = await asked_at_once(store, *((hand, leave) if first == "hand over" else (leave, hand)))
        assert answers == (["ok", codes.LAST_OWNER.code] if first == "hand over" else ["ok", codes.MEMBER_GONE.code])
        owners = [one.handle for one in (await ann.ask(ListMembers, **garden(world))).members if one.role == "owner"]
        assert owners == (["bob"] if first == "hand over" else [founder.handle])
        if first == "hand over":
            answers = await asked_at_once(
                store,
                (bob, SetRole, garden(world, founder, role="owner", hand_over=True)),
                (bob, LeaveCommunity, garden(world)),
            )
            assert answers == ["ok", "ok"]


async def test_auz_07_two_owners_who_lay_down_at_once_leave_one():
    store = HeldStore()
    async with world_of(store) as world:
        ann, founder = await kept(world, "ann")
        await world.promote(ann, "garden", "owner")
        answers = await asked_at_once(
            store,
            (ann, SetRole, garden(world, ann, role="member")),
            (founder, SetRole, garden(world, founder, role="member")),
        )
        assert answers == ["ok", codes.LAST_OWNER.code]


async def test_auz_07_kicked_in_the_same_breath_as_a_message_to_the_room():
    """Everything in one batch: the kick comes before the message, so the message does not reach the kicked one."""
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob, cyd, _ = await kept(world, "ann", "bob", "cyd")
        assert await asked_at_once(
            store,
            (ann, KickMember, garden(world, bob, reason="rude")),
            (cyd, SendMessage, {"room": cyd.room, "body": "he is gone"}),
        ) == ["ok", "ok"]
        assert of(await bob.settled(), MessageSent) == []
        assert [event.body for event in of(await cyd.settled(), MessageSent)] == ["he is gone"]


@pytest.mark.parametrize(
    ("read", "command", "code"),
    [
        ("messages", ReadMessages, codes.ROOM_GONE),
        ("entries", ReadEntries, codes.LOG_GONE),
        ("members", ListMembers, codes.COMMUNITY_GONE),
        ("bans", ListBans, codes.RIGHT_MISSING),
        ("reports", ListReports, codes.RIGHT_MISSING),
    ],
)
async def test_auz_04_what_was_being_read_when_the_right_went_is_not_handed_out(read, command, code):
    """The store may have read it after the kick, with what was said since."""
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        log = stewards_of(world.id("garden"))
        demoted = command in (ListBans, ListReports)
        named: dict[str, list[dict[str, Any]]] = {
            "messages": [{"room": bob.room}],
            "entries": [{"log": one, "after": 0} for one in (bob.room, world.id("garden"), log)],
        }
        logs = named.get(read, [garden(world)])
        await world.promote(bob, "garden", "steward")
        devices = [bob, *[await bob.again() for _ in logs[1:]]]  # since a session's large answers are made one by one
        reading = store.hold(read)
        asked = [(device, device.begin(command, **fields)) for device, fields in zip(devices, logs, strict=True)]
        await reading.is_asked(len(asked))
        if demoted:
            await founder.ask(SetRole, **garden(world, bob, role="member"))
        else:
            await founder.ask(KickMember, **garden(world, bob, reason="rude"))
        reading.let_go()
        for device, id in asked:
            await device.answered(id)
            assert device.replies.pop(id).code == code.code


async def test_auz_04_whoever_loses_the_role_during_a_replay_hears_no_more_of_it():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob, founder = await kept(world, "ann", "bob")
        log = stewards_of(world.id("garden"))
        for _ in range(3):
            await founder.ask(SilenceMember, **garden(world, bob, reason="loud", for_ms=DAY))
        phone = await ann.again()
        reading = store.hold("entries")
        asked = phone.begin(Sync, epoch=store.epoch, positions={log: 0, ann.account: 1})
        await reading.is_asked(1)
        await founder.ask(SetRole, **garden(world, ann, role="member"))
        reading.let_go()
        await phone.answered(asked)
        await phone.hears(Synced)
        assert phone.numbers(log) == []
        await founder.ask(KickMember, **garden(world, bob, reason="rude"))
        await phone.settled()
        assert phone.numbers(log) == []
        assert (await phone.refused(ReadEntries, log=log, after=0)).code == codes.LOG_GONE.code
