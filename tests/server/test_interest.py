"""A session gets what it wants, is told of what it does not get as ranges, and never more than its rights allow."""

import asyncio
from typing import Any

import pytest

from among_protocol import codes, wire
from among_protocol.base import Entry
from among_protocol.communities import CommunityJoined, LeaveCommunity
from among_protocol.edits import DeleteMessage, MessageDeleted
from among_protocol.logs import Lagging, LogPassed, ReadEntries, Sync, Synced, Want
from among_protocol.markers import MarkerMoved, SetMarker
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.moderation import BanMember, KickMember, RoleSet
from among_protocol.posts import DeletePost, PostDeleted
from among_protocol.presence import PresenceChanged, SetPresence, StartTyping, TypingStarted, WatchPresence
from among_protocol.retention import Retention, RoomTrimmed, SetRetention
from among_protocol.rooms import FollowRoom, RoomFollowed, SetTopic, UnfollowRoom
from among_protocol.session import RevokeSession
from among_server.core.interest import Interest
from among_server.core.logs import CHUNK, SHARED_CHUNK
from among_server.store.rules import retention as retention_rules
from among_server.store.stewards import stewards_of
from tests.held import HeldStore
from tests.server.test_corners import publish
from tests.world import FULL, Person, until, world_of

ENCODINGS = pytest.mark.parametrize("encoding", [wire.JSON, wire.MSGPACK], ids=["json", "msgpack"])
PROFILES = pytest.mark.parametrize("profile", ["everything", "talk", "calls"])


async def wanting(
    person: Person, profile: str = "calls", *, positions: dict[str, int] | None = None, **want: Any
) -> Person:
    """Another device of somebody, which wants this."""
    device = await person.again()
    epoch = person.world.app.store.epoch if positions else ""
    await device.sync(want=Want(profile=profile, **want), epoch=epoch, positions=positions or {})
    await device.settled()
    return device


def followed(person: Person, log: str, at: int, until: int | None = None) -> list[int]:
    """The numbers of the entries that came of a log, after it has been seen that nothing was left out in silence."""
    seqs = []
    for event in person.heard[:until]:
        if isinstance(event, Entry | LogPassed) and event.log == log:
            assert (event.first or event.seq) <= at + 1, f"{event} leaves a hole after {at}"
            if isinstance(event, Entry):
                assert event.seq > at, f"{event} came twice"
                seqs.append(event.seq)
            at = max(at, event.seq)  # of a range one may be told twice
    return seqs


def heard(person: Person, kind: type[Any] | tuple[type[Any], ...]) -> list[Any]:
    return [event for event in person.heard if isinstance(event, kind)]


# --- what is asked for and taken


async def test_the_reply_says_what_was_taken():
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        want = Want(profile="calls", communities=[world.id("garden")], notices=["typing"])
        assert (await bob.sync(want=want)).want == want
        assert (await bob.sync()).want is None


@pytest.mark.parametrize(
    ("want", "field", "known"),
    [
        (Want(profile="gossip"), "want.profile", "everything, talk, calls"),
        (Want(notices=["typing", "weather"]), "want.notices", "typing, presence, markers"),
    ],
)
async def test_what_there_is_not_is_refused_with_what_there_is_and_nothing_changes(want: Want, field: str, known: str):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        refused = await bob.refused(Sync, want=want)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, field)
        assert known in refused.message
        await ann.say("still heard")
        assert (await bob.hears(MessageSent)).body == "still heard"


# --- profiles


@ENCODINGS
async def test_calls_are_the_messages_that_mention_me(encoding: wire.Encoding):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await bob.again(encoding)
        await bot.sync(want=Want(profile="calls"))
        for body in ("one", "two @bob", "three @ann", "four", "five @bob", "six @bob @ann"):
            await ann.say(body)
        await bot.settled()
        assert [(event.seq, event.first, event.body) for event in heard(bot, MessageSent)] == [
            (2, 1, "two @bob"),
            (5, 3, "five @bob"),
            (6, 0, "six @bob @ann"),
        ]
        assert heard(bot, MessageSent)[2] == (await bob.entries(bob.room))[5]


async def test_an_answer_calls_as_a_mention_does_and_once():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        asked = {person.handle: await person.say("Who has beans?") for person in (ann, bob)}
        bot = await wanting(bob, "calls")

        async def answer(person: Person, whom: str, body: str) -> int:
            sent = await person.ask(SendMessage, room=ann.room, reply_to=asked[whom].seq, body=body)
            return int(sent.entry.seq)

        await answer(ann, "ann", "my own")
        answered = await answer(ann, "bob", "I have")
        await answer(bob, "bob", "still looking")
        both = await answer(ann, "bob", "@bob, I have")
        await bot.settled()
        assert [event.seq for event in heard(bot, MessageSent)] == [answered, both]
        late = await bob.again()
        positions = {ann.room: asked["bob"].seq}
        await late.sync(want=Want(profile="calls"), epoch=world.app.store.epoch, positions=positions)
        await late.settled()
        assert [event.seq for event in heard(late, MessageSent)] == [answered, both], "and so it is replayed"


async def test_talk_is_the_messages_of_rooms():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await wanting(bob, "talk")
        await ann.say("one")
        await world.founder("garden").ask(SetTopic, room=ann.room, topic="tea")
        await world.join("garden/hall", "cyd")
        await ann.say("two")
        await bot.settled()
        assert [event.seq for event in heard(bot, Entry)] == followed(bot, ann.room, 0) == [1, 3]
        assert heard(bot, MessageSent)[1].first == 2


@PROFILES
async def test_what_is_gone_is_told_under_every_profile(profile: str, monkeypatch: pytest.MonkeyPatch):
    """A message, a post, and what a room keeps no longer: live, replayed and by range."""
    monkeypatch.setattr(retention_rules, "RETENTION_GRACE_MS", 0)
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post = await publish(world, ann)
        await bob.ask(FollowRoom, room=post.log)
        bot = await wanting(bob, profile)
        said = await ann.say("one")
        await ann.say("two")
        await ann.ask(DeleteMessage, room=ann.room, message=said.seq)
        await ann.ask(DeletePost, room=post.log, post=post.seq)
        await world.founder("garden").ask(SetRetention, room=ann.room, retention=Retention(messages=1))
        await world.app.services.retaining.look(3_600.0)
        await world.quiet()
        await bot.settled()
        gone = (MessageDeleted, PostDeleted, RoomTrimmed)
        assert [type(event) for event in heard(bot, gone)] == list(gone)
        late = await wanting(bob, profile, positions={ann.room: 2, post.log: post.seq})
        assert {type(event) for event in heard(late, gone)} == set(gone)
        page = await late.ask(ReadEntries, log=ann.room, after=2, wanted=True)
        told = [late.encoding.decode_entry(raw) for raw in page.entries]
        assert [type(event) for event in told if isinstance(event, gone)] == [MessageDeleted, RoomTrimmed]


@PROFILES
async def test_ones_account_and_ones_directs_come_whole(profile: str):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        old = await world.direct(ann, bob)
        bot = await wanting(bob, profile, communities=[])
        new = await world.direct(bob, world.founder("garden"))
        await ann.say("psst", room=old)
        await world.founder("garden").say("hush", room=new)
        await world.promote(bob, "garden", "steward")
        await bot.settled()
        assert [event.log for event in heard(bot, MessageSent)] == [old, new]
        assert followed(bot, bob.account, heard(bot, Entry)[0].seq - 1) == bob.numbers(bob.account)[-2:]
        assert len(heard(bot, RoleSet)) == 1


async def test_what_is_not_wanted_is_listed_as_such_with_its_counts():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        shed = (await world.join("library/shed", "cyd"))[0].room
        await world.join_too(bob, "library")
        await world.promote(bob, "garden", "steward")
        await ann.say("psst @bob")
        other = await bob.again()
        for want, unwanted in (
            (Want(profile="everything"), set()),
            (Want(communities=[world.id("library")]), {"garden", "stewards", "hall"}),
            (Want(profile="calls"), {"garden", "library", "stewards"}),
            (Want(profile="talk", communities=[world.id("garden")]), {"garden", "library", "stewards", "shed"}),
            (Want(communities=[]), {"garden", "library", "stewards", "hall", "shed"}),
        ):
            states = {state.log: state for state in (await other.sync(want=want, positions={bob.room: 9})).logs}
            names = {
                "garden": world.id("garden"),
                "library": world.id("library"),
                "stewards": stewards_of(world.id("garden")),
                "hall": bob.room,
                "shed": shed,
            }
            assert {name for name, id in names.items() if states[id].status == "unwanted"} == unwanted
            hall = states[bob.room]
            assert (hall.head, hall.unread, hall.mentions) == (1, 1, 1)


async def test_of_what_nobody_wants_to_hear_any_more_nothing_is_kept():
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        await bob.say("hello")
        world.founder("garden").leave()
        await bob.sync(want=Want(communities=[]))
        await bob.settled()
        assert [log.id for log in world.app.services.logs] == [bob.account]
        await bob.sync()
        await bob.say("here again")
        assert [event.body for event in await bob.settled() if isinstance(event, MessageSent)] == ["here again"]


async def test_of_what_is_left_while_one_syncs_nothing_is_kept():
    store = HeldStore()
    async with world_of(store) as world:
        (bob,) = await world.join("garden/hall", "bob")
        phone, tablet = await bob.again(), await bob.again()
        for other in (bob, world.founder("garden")):
            other.leave()
        hold = store.hold("unread")
        asked = phone.begin(Sync)
        await hold.is_asked(1)
        hold.let_one_go()
        await hold.is_asked(2)  # it opens what it is to hear
        await tablet.ask(LeaveCommunity, community=world.id("garden"))
        hold.let_go()
        await phone.reply(asked, Sync.Reply)
        await phone.settled()
        assert [log.id for log in world.app.services.logs] == [bob.account]


async def test_what_one_joins_later_follows_the_same_interest():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (cyd,) = await world.join("library/shed", "cyd")
        (dan,) = await world.join("attic/box", "dan")
        bot = await wanting(bob, "calls", communities=[world.id("garden"), world.id("library")])
        for slug in ("library", "attic"):
            await world.join_too(bob, slug)
        for person in (cyd, dan):
            await person.say("not for you")
            await person.say("hi @bob")
        await world.founder("library").ask(SetTopic, room=cyd.room, topic="books")
        await bot.settled()
        assert [(event.log, event.seq) for event in heard(bot, MessageSent)] == [(cyd.room, 2)]
        assert {event.log for event in heard(bot, Entry)} == {bob.account, cyd.room}
        joined = heard(bot, CommunityJoined)[0]
        assert followed(bot, cyd.room, joined.rooms[cyd.room]) == [2]
        assert {log.id for log in world.app.services.logs if log.hears(bot.session)} == set(bot.session.logs)


async def test_a_room_that_is_followed_later_begins_where_one_is_told():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.ask(UnfollowRoom, room=bob.room)
        bot = await wanting(bob)
        await ann.say("unheard @bob")
        await bob.ask(FollowRoom, room=bob.room)
        await ann.say("one")
        await ann.say("two @bob")
        await bot.settled()
        assert followed(bot, bob.room, heard(bot, RoomFollowed)[0].head) == [3]


async def test_the_next_sync_may_want_something_else():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await wanting(bob)
        await ann.say("1")
        for want, body in ((Want(profile="talk"), "2"), (None, "3"), (Want(communities=[]), "4"), (Want(), "5")):
            await bot.sync(want=want)
            await ann.say(body)
        await bot.settled()
        assert [event.body for event in heard(bot, MessageSent)] == ["2", "3", "5"]


async def test_notices_are_families():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        kinds = {"typing": TypingStarted, "presence": PresenceChanged, "markers": MarkerMoved}
        bots = {
            wanted: await wanting(bob, "calls", notices=list(wanted)) for wanted in ((), *((one,) for one in kinds))
        }
        every = await wanting(bob, "talk")
        for bot in (*bots.values(), every):
            await bot.ask(WatchPresence, members=[ann.member])
        await ann.ask(StartTyping, room=ann.room)
        await ann.ask(SetPresence, state="away")
        await ann.say("hi")
        await bob.ask(SetMarker, room=bob.room, seq=1)
        for wanted, bot in {**bots, tuple(kinds): every}.items():
            told = [type(event) for event in await bot.settled() if isinstance(event, tuple(kinds.values()))]
            assert told == [kinds[family] for family in wanted]


async def test_a_marker_that_is_not_wanted_is_not_told_after_lagging_either():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await wanting(bob, notices=[])
        await ann.say("hi")
        bot.lags()
        await bob.ask(SetMarker, room=bob.room, seq=1)
        bot.reads_again()
        assert heard(bot, MarkerMoved) == []


# --- one's own words


async def test_an_author_who_does_not_want_a_copy_gets_the_reply():
    async with world_of() as world:
        _, bob = await world.join("garden/hall", "ann", "bob")
        bot = await wanting(bob)
        assert (await bot.say("for others")).seq == 1
        id = bot.begin(SendMessage, room=bob.room, body="for me, @bob")
        await bot.answered(id)
        frames = [bot.encoding.decode_server(frame) for frame in bot.frames[-2:]]
        assert frames[0].event == heard(bot, MessageSent)[0]
        assert frames[1].ok is not None
        assert frames[1].ok.id == id


# --- replays and ranges


@ENCODINGS
@pytest.mark.parametrize("position", range(9))
async def test_from_any_position_what_is_wanted_comes_and_the_rest_is_told_of(position: int, encoding: wire.Encoding):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for body in ("1", "2 @bob", "3", "4", "5 @bob", "6", "7", "8"):
            await ann.say(body)
        bot = await bob.again(encoding)
        await bot.sync(want=Want(profile="calls"), epoch=world.app.store.epoch, positions={bob.room: position})
        await bot.settled()
        end = next(index for index, event in enumerate(bot.heard) if isinstance(event, Synced))
        seqs = followed(bot, bob.room, position, end)
        assert seqs == [seq for seq in (2, 5) if seq > position]
        numbered = [
            event.seq for event in bot.heard[:end] if isinstance(event, Entry | LogPassed) and event.log == bob.room
        ]
        assert numbered[-1:] == ([8] if position < 8 else [])
        await ann.say("9 @bob")
        await bot.settled()
        assert followed(bot, bob.room, position) == [*seqs, 9]


async def test_devices_that_come_at_different_numbers_are_each_told_of_everything():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bots: list[tuple[int, Person]] = []
        for number in range(12):
            bots.append((number, await wanting(bob, positions={bob.room: number})))
            if number == 7:
                await world.app.services.logs.catch_up()
            await ann.say(f"{number + 1}" + " @bob" * (number % 3 == 1))
        for position, bot in bots:
            await bot.settled()
            assert followed(bot, bob.room, position) == [seq for seq in (2, 5, 8, 11) if seq > position]


async def test_who_wants_nothing_of_what_happens_is_told_now_and_then_how_far_it_has_come():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await wanting(bob)
        for number in range(5):
            await ann.say(f"{number}")
        assert await bot.settled() == []
        for _ in range(2):
            await world.app.services.logs.catch_up()
        assert await bot.settled() == [LogPassed(log=bob.room, seq=5, first=1)]
        assert await bob.settled()
        await ann.say("6")
        await world.app.services.logs.catch_up()
        await ann.say("7 @bob")
        assert [(event.seq, event.first) for event in await bot.settled()] == [(6, 0), (7, 0)]


async def test_the_first_of_another_encoding_may_come_while_the_others_are_told_how_far_it_has_come():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        late = await bob.again(wire.MSGPACK)
        await late.sync(want=Want(profile="calls"))
        late.lags()  # it hears nothing before it reads again
        bots = [await wanting(bob) for _ in range(SHARED_CHUNK)]
        await ann.say("to nobody")
        await ann.settled()
        asyncio.get_running_loop().call_soon(late.reads_again)  # in the turn that others get
        await world.app.services.logs.catch_up()
        await ann.say("2 @bob")
        for bot in (*bots, late):
            await bot.settled()
        assert [lagging.logs for lagging in heard(late, Lagging)] == [{bob.room: 1}]
        assert followed(late, bob.room, 1) == [2]
        assert [followed(bot, bob.room, 0) for bot in bots] == [[2]] * len(bots)


async def test_who_stops_reading_while_others_are_told_how_far_it_has_come_has_no_hole():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bots = [await wanting(bob) for _ in range(SHARED_CHUNK)]
        other = await bob.again(wire.MSGPACK)
        await other.sync(want=Want(profile="calls"))
        await ann.say("to nobody")
        await ann.settled()
        asyncio.get_running_loop().call_soon(other.lags)  # in the turn that others get
        await world.app.services.logs.catch_up()
        other.reads_again()
        await ann.say("2 @bob")
        for bot in (*bots, other):
            await bot.settled()
            assert followed(bot, bob.room, 0) == [2]


async def test_a_range_of_what_is_wanted_by_log_entries():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for number in range(1, 21):
            await ann.say(f"{number}" + " @bob" * (number % 5 == 0))
        bot = await wanting(bob)

        async def page(person: Person, **asked: Any) -> tuple[list[tuple[str, int, int]], bool]:
            page = await person.ask(ReadEntries, log=bob.room, wanted=True, **asked)
            read = [person.encoding.decode_numbered(raw) for raw in page.entries]
            return [(type(event).__name__, event.first, event.seq) for event in read], page.complete

        sent, passed = "MessageSent", "LogPassed"
        assert await page(bot, after=0) == ([(sent, 1, 5), (sent, 6, 10), (sent, 11, 15), (sent, 16, 20)], True)
        assert await page(bot, after=4, until=12) == ([(sent, 0, 5), (sent, 6, 10), (passed, 11, 12)], True)
        assert await page(bot, after=0, limit=2) == ([(sent, 1, 5), (sent, 6, 10), (passed, 11, 14)], False)
        assert await page(bot, after=20) == ([], True)
        assert len((await page(bob, after=0))[0]) == 20
        none = await wanting(bob, communities=[])
        assert await page(none, after=3, until=9) == ([(passed, 4, 9)], True)
        assert len((await bot.ask(ReadEntries, log=bob.room, after=0)).entries) == 20


# --- lagging


@PROFILES
async def test_who_lags_is_told_only_where_something_wanted_was_left_out(profile: str):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await wanting(bob, profile)
        await ann.say("1 @bob")
        await bot.settled()
        for call, wanted in (("", profile != "calls"), (" @bob", True)):
            bot.lags()
            for number in range(3):
                await ann.say(f"{number}{call}")
            head = world.heads()[bob.room]
            bot.reads_again()
            fresh = await bot.settled()
            assert fresh == ([Lagging(logs={bob.room: head})] if wanted else [])
        page = await bot.ask(ReadEntries, log=bob.room, after=4, until=7, wanted=True)
        assert [bot.encoding.decode_numbered(raw).seq for raw in page.entries] == [5, 6, 7]
        await ann.say("last @bob")
        (last,) = await bot.settled()
        assert (last.first or last.seq) <= 8 == last.seq


async def test_who_lagged_through_what_nobody_wanted_is_told_of_it_by_the_next_that_is():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await wanting(bob)
        twin = await wanting(bob)
        await ann.say("1 @bob")
        await bot.settled()
        bot.lags()
        await ann.say("2")
        bot.reads_again()
        await ann.say("3 @bob")
        bot.lags()
        await ann.say("4")
        await world.app.services.logs.catch_up()
        bot.reads_again()
        await ann.say("5 @bob")
        await bot.settled()
        (lagging,) = heard(bot, Lagging)  # since the group was told of 4 meanwhile
        assert lagging.logs == {bob.room: 4}
        assert [(event.seq, event.first) for event in heard(bot, MessageSent)] == [(1, 0), (3, 2), (5, 0)]
        await twin.settled()
        assert followed(twin, bob.room, 0) == [1, 3, 5]


async def test_a_slow_reader_costs_no_more_memory_under_any_profile():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await wanting(bob)
        bot.stops_reading()
        for _ in range(40):
            await ann.say("long @bob " * 700)
        assert bot.session.lagging
        assert FULL < bot.buffered < FULL + 32_768
        bot.reads_again()
        await bot.settled()
        (lagging,) = heard(bot, Lagging)
        assert lagging.logs == {bob.room: 40}
        seqs = followed(bot, bob.room, 0)
        page = await bot.ask(ReadEntries, log=bob.room, after=seqs[-1], until=40, wanted=True)
        assert len(seqs) + len(page.entries) >= 1 + len(seqs)
        assert bot.encoding.decode_numbered(page.entries[0]).seq == seqs[-1] + 1


# --- rights


@PROFILES
@pytest.mark.parametrize("act", [KickMember, BanMember, UnfollowRoom, RevokeSession])
async def test_auz_04_who_loses_a_place_hears_nothing_later_under_any_profile(profile: str, act: Any):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await wanting(bob, profile)
        stays = await wanting(ann, profile)
        await ann.say("before @bob @ann")
        fields: dict[str, Any] = {"room": bob.room}
        asker = bob
        if act in (KickMember, BanMember):
            fields = {"community": world.id("garden"), "member": bob.member, "reason": "rude"}
            asker = world.founder("garden")
        elif act is RevokeSession:
            fields = {"session": bot.session.id}
            asker = bot
        await asker.ask(act, **fields)
        await ann.say("after @bob @ann")
        await world.quiet()
        await world.app.services.logs.catch_up()
        assert [event.body for event in heard(bot, MessageSent)] == ["before @bob @ann"]
        assert [event.body for event in heard(stays, MessageSent)] == ["before @bob @ann", "after @bob @ann"]
        assert heard(bot, LogPassed) == []
        assert not any(log.hears(bot.session) for log in world.app.services.logs if log.id == bob.room)


async def test_auz_04_wanting_gives_no_right():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann)
        (eve,) = await world.join("library/shed", "eve")
        bot = await wanting(eve, "everything", communities=[world.id("garden")])
        refused = await bot.refused(ReadEntries, log=bob.room, after=0, wanted=True)
        assert refused.code == codes.LOG_GONE.code
        for room in (bob.room, cellar):
            await ann.say("hi @eve @bob", room=room)
        await bot.settled()
        assert heard(bot, MessageSent) == []


# --- many


@ENCODINGS
async def test_a_large_room_of_bots_and_talkers_is_one_flush(encoding: wire.Encoding):
    """More than go out in one turn: all of them in chunks, one who lags and one who leaves among them."""
    async with world_of(account_connections=1_000) as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        talkers = [await bob.again(encoding) for _ in range(CHUNK + 40)]
        for talker in talkers:
            await talker.sync(want=Want(profile="talk"))
        callers = [await wanting(cyd) for _ in range(5)]
        await bob.settled()
        await ann.say("1")
        await world.quiet()
        asked = ann.begin(SendMessage, room=ann.room, body="2 @cyd")
        await until(lambda: (log := world.app.services.logs.get(ann.room)) is not None and log.flush is not None)
        talkers[0].lags()
        talkers[1].leave()
        await ann.answered(asked)
        await world.quiet()
        talkers[0].reads_again()
        for number, talker in enumerate(talkers):
            if number > 1:
                await talker.settled()
                assert followed(talker, ann.room, 0) == [1, 2]
        await talkers[0].settled()
        told = [event.logs[ann.room] for event in heard(talkers[0], Lagging)]
        assert followed(talkers[0], ann.room, 0) + told == [1, 2]
        for caller in callers:
            await caller.settled()
            assert followed(caller, ann.room, 0) == [2]


async def test_a_room_of_bots_costs_a_message_without_mentions_nothing():
    async with world_of() as world:
        ann, *bots = await world.join("garden/hall", "ann", *(f"bot{number}" for number in range(20)))
        for bot in bots:
            await bot.sync(want=Want(profile="calls", notices=[]))
        await world.founder("garden").ask(UnfollowRoom, room=ann.room)
        logs = world.app.services.logs
        before = logs.writes
        await ann.say("to nobody")
        assert logs.writes - before == 1
        await ann.say("to @bot7")
        assert logs.writes - before == 3


async def test_a_bot_that_is_gone_leaves_nothing_behind():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        bot = await wanting(bob)
        bot.leave()
        log = world.app.services.logs.get(bob.room)
        assert log is not None
        assert log.apart is None
        for person in (ann, bob, world.founder("garden")):
            person.leave()
        await world.quiet()
        assert list(world.app.services.logs) == []


async def test_what_comes_during_a_sync_of_a_bot_comes_once():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("1 @bob")
        bot = await bob.again()
        hold = store.hold("wanted")
        bot.begin(Sync, epoch=store.epoch, positions={bob.room: 0}, want=Want(profile="calls"))
        await hold.is_asked(1)
        for body in ("2", "3 @bob", "4"):
            await ann.say(body)
        hold.let_go()
        await bot.settled()
        assert followed(bot, bob.room, 0) == [1, 3]
        await ann.say("5 @bob")
        await bot.settled()
        assert followed(bot, bob.room, 0) == [1, 3, 5]


async def test_who_begins_to_listen_behind_a_group_is_told_of_the_rest():
    """As it is when a tail is joined after the others were told how far the log has come."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await wanting(bob)
        for body in ("1", "2 @bob", "3", "4"):
            await ann.say(body)
        await world.app.services.logs.catch_up()
        late = await bob.again()
        late.session.interest = Interest(Want(profile="calls"))
        log = world.app.services.logs.get(bob.room)
        assert log is not None
        assert late.session.hear(log, 1)
        assert [(event.seq, event.first) for event in await late.settled()] == [(2, 0), (4, 3)]
        await ann.say("5 @bob")
        await late.settled()
        assert followed(late, bob.room, 1) == [2, 5]
