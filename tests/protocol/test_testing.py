"""The server in memory does what authors of bots and clients rely on, and what a real one does."""

from typing import Any, cast

import pytest
from msgspec.structs import replace

from among_protocol import codes
from among_protocol.accounts import UpdateAccount
from among_protocol.aio import Down, Refuse, Reset, Stopped, connect
from among_protocol.blocks import BlockChanged, SetBlock
from among_protocol.cards import ReadCards
from among_protocol.communities import BrowseCommunities, CreateCommunity, JoinCommunity, LeaveCommunity, ReadCommunity
from among_protocol.corners import ListCorners, UpdateCorner
from among_protocol.drafts import DraftChanged, ListDrafts, SetDraft
from among_protocol.inbox import MarkInbox
from among_protocol.interests import InterestWish, SetInterests
from among_protocol.logs import ReadChanged, ReadEntries
from among_protocol.markers import MarkerMoved, SetMarker
from among_protocol.members import ListMembers, MemberUpdated
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.moderation import (
    BanMember,
    ListBans,
    MemberBanned,
    MemberSilenced,
    RoleSet,
    SetRole,
    SilenceMember,
    UnbanMember,
)
from among_protocol.personas import PersonaWish, ShownWish, UpdatePersona
from among_protocol.portrait import PortraitUpdated, ProposePortrait, ReadPortrait
from among_protocol.posts import DeletePost, EditPost, PostEdited, PublishPost, ReadPost, ReadPosts
from among_protocol.presence import PresenceChanged, SetPresence, StartTyping, TypingStarted, WatchPresence
from among_protocol.reports import FileReport, ListReports, ResolveReport
from among_protocol.rooms import (
    AddPerson,
    CreateRoom,
    FollowRoom,
    PersonRemoved,
    RemovePerson,
    RoomFollowed,
    RoomUnfollowed,
    SetTopic,
    UnfollowRoom,
)
from among_protocol.session import ListSessions, Ping, RevokeOthers
from among_protocol.status import NewStatus, SetStatus
from among_protocol.tags import SearchTags
from among_protocol.testing import FOUNDER, LIMITS, PASSWORD, Clock, TestServer, Town
from among_protocol.testing.answers import ABSENT, READS, WRITES
from among_protocol.wire import COMMANDS, MSGPACK, UnknownEvent

from .memory import HALL, as_, until


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_people_talk(server: TestServer, encoding: Any):
    async with as_(server, "ann", encoding) as ann, as_(server, "bob") as bob:
        await server.here("ann", "bob")
        said = await ann.send(server.id_of(HALL), "hi @bob")
        assert await until(bob, MessageSent) == said
        assert said.mentions == [bob.me(said.log)]
        assert [message.body for message in server.messages(HALL, by="ann")] == ["hi @bob"]
        assert (await bob.ask(ReadChanged, epoch=bob.epoch, positions={said.log: 0})).logs[-1].mentions == 1
        marker = await bob.ask(SetMarker, room=said.log, seq=said.seq)
        assert (marker.read, marker.unread, marker.mentions, marker.as_of) == (said.seq, 0, 0, said.seq)


async def test_what_a_test_says_arrives(server: TestServer):
    async with as_(server, "bob") as bob:
        await server.here("bob")
        said = await server.says("ann", HALL, "hello")
        assert await until(bob, MessageSent) == said
        room = await server.direct("ann", "bob")
        said = await server.says("ann", room, "psst")
        assert await until(bob, MessageSent) == said
        with pytest.raises(Refuse):
            await server.says("zoe", HALL, "I am not in there")


async def test_everything_has_the_same_names_in_every_run():
    def ids() -> list[str]:
        town = Town()
        return [town.sign_up("ann").id, town.open_session(town.person("ann")).token, town.clock.time()]

    assert ids() == ids()
    assert ids()[-1] == "2026-01-31T09:00:00.000Z"


async def test_places_are_made_and_left(server: TestServer):
    async with as_(server, "ann") as ann:
        made = (await ann.ask(CreateCommunity, slug="orchard", name="Orchard")).entry
        private = (await ann.ask(CreateRoom, community=made.log, slug="shed", kind="private")).entry
        assert isinstance(private, RoomFollowed)
        with pytest.raises(Refuse) as why:
            await ann.ask(CreateRoom, community=made.log, slug="shed")
        assert why.value.code == codes.SLUG_TAKEN
        await server.join("orchard", "bob")
        async with as_(server, "bob") as bob:
            shown = await bob.ask(ReadCommunity, community="orchard")
            assert (shown.role, shown.rooms) == ("member", [])
            for command in (ReadMessages, SendMessage):
                extra = {"body": "let me in"} if command is SendMessage else {}
                with pytest.raises(Refuse) as why:
                    await cast("Any", bob.ask)(command, room=private.room, **extra)
                assert why.value.code == codes.ROOM_GONE
            await ann.ask(AddPerson, room=private.room, member=shown.member)
            assert (await until(bob, RoomFollowed)).room == private.room
            await bob.ask(SetTopic, room=private.room, topic="tools")
            await bob.ask(UnfollowRoom, room=private.room)
            assert bob.rooms.get(private.room) is None
            with pytest.raises(Refuse) as why:
                await bob.ask(ReadEntries, log=private.room, after=0)
            assert why.value.code == codes.LOG_GONE
            await bob.ask(LeaveCommunity, community=made.log)
        page = await ann.ask(ReadEntries, log=private.room, after=0)
        assert (page.head, page.complete) == (4, True)
        found = await ann.ask(BrowseCommunities, query="orch")
        assert [(one.slug, one.members) for one in found.communities] == [("orchard", 1)]
        with pytest.raises(Refuse) as why:
            await ann.ask(CreateRoom, community=server.town.rooms[server.id_of(HALL)].community, slug="attic")
        assert why.value.code == codes.RIGHT_MISSING


async def test_somebody_is_taken_out_of_a_private_room_and_brought_in_again(server: TestServer):
    async with as_(server, "ann") as ann, as_(server, "bob") as bob, as_(server, "bob") as phone:
        made = (await ann.ask(CreateCommunity, slug="orchard", name="Orchard")).entry
        room = (await ann.ask(CreateRoom, community=made.log, slug="shed", kind="private")).entry.room
        member = (await bob.ask(JoinCommunity, community="orchard")).entry.member
        await ann.ask(AddPerson, room=room, member=member)
        for device in (bob, phone):
            await until(device, RoomFollowed)
        await ann.ask(SendMessage, room=room, body="beans, @bob?")
        for device in (bob, phone):
            assert (await until(device, MessageSent)).log == room
            assert device.logs[room].unread == 1
        me = ann.me(made.log)
        with pytest.raises(Refuse) as why:
            await bob.ask(RemovePerson, room=room, member=me)
        assert why.value.code == codes.RIGHT_MISSING
        with pytest.raises(Refuse) as why:
            await ann.ask(RemovePerson, room=room, member=me)
        assert why.value.code == codes.FIELD_INVALID
        done = (await ann.ask(RemovePerson, room=room, member=member)).entry
        assert isinstance(done, PersonRemoved)
        for device in (bob, phone):
            assert (await until(device, RoomUnfollowed)).by == me
            assert room not in device.rooms
            assert room not in device.logs
            assert device.inbox.unread == 0
        with pytest.raises(Refuse) as why:
            await ann.ask(RemovePerson, room=room, member=member)
        assert why.value.code == codes.MEMBER_GONE
        with pytest.raises(Refuse) as why:
            await bob.ask(ReadMessages, room=room)
        assert why.value.code == codes.ROOM_GONE
        await ann.ask(AddPerson, room=room, member=member)
        assert (await until(phone, RoomFollowed)).room == room
        assert phone.rooms[room].following


async def test_pages_from_every_side(server: TestServer):
    said = [await server.says("ann", HALL, f"{number}") for number in range(1, 8)]
    room = server.id_of(HALL)
    async with as_(server, "bob") as bob:
        for where, bodies, complete in (
            ({}, "567", False),
            ({"before": said[2].seq}, "12", True),
            ({"after": said[2].seq}, "456", False),
            ({"around": said[3].seq}, "345", False),
            ({"after": said[1].seq, "before": said[4].seq}, "34", True),
        ):
            page = await bob.ask(ReadMessages, room=room, limit=3, **where)
            assert ("".join(message.body for message in page.messages), page.complete) == (bodies, complete), where
            assert page.as_of == said[-1].seq


async def test_registers_presence_and_typing(server: TestServer):
    async with as_(server, "bob") as bob, as_(server, "bob") as phone, as_(server, "ann") as ann:
        await server.here("bob", "ann")
        await phone.ask(Ping)
        room = server.id_of(HALL)
        said = await server.says("ann", HALL, "hello")
        await bob.ask(SetMarker, room=room, seq=said.seq)
        assert (await until(phone, MarkerMoved)).read == said.seq
        back = await bob.ask(SetMarker, room=room, seq=0)
        assert back.read == said.seq
        back = await bob.ask(SetMarker, room=room, seq=0, unread=True)
        assert (back.read, back.unread) == (0, 1)
        (members,) = [(await bob.ask(ListMembers, community=server.town.rooms[room].community)).members]
        them = {member.handle: member.member for member in members}
        seen = await bob.ask(WatchPresence, members=[them["ann"], "nobody"])
        assert [(one.member, one.state) for one in seen.members] == [(them["ann"], "online")]
        await ann.ask(SetPresence, state="away")
        assert await until(bob, PresenceChanged) == PresenceChanged(member=them["ann"], state="away")
        await ann.ask(StartTyping, room=room)
        assert await until(bob, TypingStarted) == TypingStarted(room=room, by=them["ann"])
        await bob.ask(SetBlock, handle="ann", kind="block")
        told = await until(phone, BlockChanged)
        assert (told.handle, told.kind) == ("ann", "block")
        with pytest.raises(Refuse) as why:
            await ann.direct("bob")
        assert why.value.code == codes.DIRECT_REFUSED
        assert (await bob.ask(WatchPresence, members=[them["ann"]])).members[0].state == "offline"
        changed = await ann.ask(UpdateAccount, display_name="Ann B.")
        assert changed.entry.display_name == "Ann B."
        assert (await until(bob, MemberUpdated)).rev == 2


async def test_sessions_end(server: TestServer):
    async with connect(server.url, handle="ann", password=PASSWORD) as ann, as_(server, "ann") as phone:
        assert [card.current for card in (await ann.ask(ListSessions)).sessions] == [True, False]
        assert (await ann.ask(RevokeOthers)).ended == 1
        with pytest.raises(Stopped) as over:
            await until(phone, Reset)
        assert over.value.code == codes.CloseCode.SIGNED_OUT
    with pytest.raises(Refuse) as why:
        async with connect(server.url, token=phone.token):
            pass
    assert why.value.code == codes.TOKEN_INVALID


async def test_people_write_in_their_corners_and_others_about_it(server: TestServer):
    community = server.town.rooms[server.id_of(HALL)].community
    async with as_(server, "ann") as ann, as_(server, "ann") as phone, as_(server, "bob") as bob:
        await server.here("ann", "bob")
        await ann.ask(SetDraft, place=community, text="# On beans")
        told = await until(phone, DraftChanged)
        assert [one.fingerprint for one in (await phone.ask(ListDrafts)).drafts] == [told.fingerprint]
        post = (await ann.ask(PublishPost, community=community, title="On beans", body="They grow, @bob.")).entry
        assert post.mentions == [bob.me(community)]
        assert (await phone.ask(ListDrafts)).drafts == [], "publishing clears it"
        (corner,) = (await bob.ask(ListCorners, community=community)).corners
        assert (corner.room, corner.handle, corner.following) == (post.log, "ann", False)
        await bob.ask(FollowRoom, room=corner.room)
        assert (await until(bob, RoomFollowed)).owner == corner.member
        await bob.ask(SendMessage, room=corner.room, post=post.seq, body="Like weeds!")
        await ann.ask(EditPost, room=post.log, post=post.seq, body="They grow and grow.")
        assert (await until(bob, PostEdited)).body == "They grow and grow."
        read = await bob.ask(ReadPost, room=post.log, post=post.seq)
        assert (read.title, read.body, len(read.versions), read.comments) == ("On beans", "They grow and grow.", 2, 1)
        with pytest.raises(Refuse) as why:
            await bob.ask(SendMessage, room=corner.room, body="about what?")
        assert why.value.field == "post"
        await ann.ask(UpdateCorner, community=community, comments="nobody")
        with pytest.raises(Refuse) as why:
            await bob.ask(SendMessage, room=corner.room, post=post.seq, body="one more")
        assert why.value.code == codes.COMMENT_REFUSED
        await ann.ask(DeletePost, room=post.log, post=post.seq)
        assert (await bob.ask(ReadPosts, room=post.log)).posts == []


async def test_cards_interests_and_a_portrait_are_read_as_on_a_real_server(server: TestServer):
    community = server.town.rooms[server.id_of(HALL)].community
    async with as_(server, FOUNDER) as founder, as_(server, "ann") as ann, as_(server, "bob") as bob:
        made = (await ann.ask(CreateCommunity, slug="library", name="Library", tags=["seed-saving"])).entry
        assert [one.tag for one in (await bob.ask(SearchTags, query="sav")).tags] == ["seed-saving"]
        await ann.ask(SetInterests, community=community, interests=[InterestWish(tag="seed saving", shown="stewards")])
        wish = PersonaWish(why="To learn", intro="For stewards.", shown=ShownWish(intro="stewards"))
        await ann.ask(UpdatePersona, community=community, persona=wish)
        await ann.ask(SetStatus, status=NewStatus(text="digging"))
        (seen,) = (await bob.ask(ReadCards, members=[ann.me(community), made.log])).cards
        assert (seen.why, seen.intro, seen.interests, seen.marks) == ("To learn", "", [], ["new", "founding"])
        assert seen.status is not None
        assert seen.status.text == "digging"
        (all_,) = (await founder.ask(ReadCards, members=[ann.me(community)])).cards
        assert (all_.intro, all_.interests, all_.changes) == ("For stewards.", ["seed-saving"], 1)
        (preview,) = (await ann.ask(ReadCards, members=[ann.me(community)], as_="members")).cards
        assert preview == seen
        with pytest.raises(Refuse):
            await ann.ask(ProposePortrait, community=community, section="about", base=0, text="Beans", merge=True)
        await founder.ask(ProposePortrait, community=community, section="about", base=0, text="Beans", merge=True)
        assert (await until(bob, PortraitUpdated)).version == 1
        portrait = await bob.ask(ReadPortrait, community=community)
        assert [(one.section, one.content.text) for one in portrait.sections] == [("about", "Beans")]
        assert (await bob.ask(ReadPortrait, community=community, version=0)).sections == []


def test_it_answers_every_command_there_is():
    assert {*WRITES, *READS, *ABSENT} == set(COMMANDS)
    assert not ABSENT & {*WRITES, *READS}


async def test_stewards_keep_a_community(server: TestServer):
    town = server.town
    community = town.rooms[server.id_of(HALL)].community
    ann, bob = (town.member(server.person(who).id, community) for who in ("ann", "bob"))
    assert ann is not None
    assert bob is not None
    async with as_(server, "ann") as steward, as_(server, "bob") as member:
        await server.here("ann", "bob")
        with pytest.raises(Refuse) as why:
            await steward.ask(ListBans, community=community)
        assert why.value.code == codes.RIGHT_MISSING
        await server.do(FOUNDER, SetRole, community=community, member=ann.id, role="steward")
        told = [await until(steward, RoleSet) for _ in range(2)]  # the community's log, and then one's own
        assert [one.stewards for one in told] == ["", town.stewards_of(community)]
        await steward.ask(SilenceMember, community=community, member=bob.id, reason="shouting", for_ms=60_000)
        assert (await until(member, MemberSilenced)).slug == "garden"
        with pytest.raises(Refuse) as why:
            await member.send(server.id_of(HALL), "but")
        assert (why.value.code, why.value.until) == (codes.SILENCED, "2026-01-31T09:01:00.000Z")
        town.clock.advance(61)
        said = await member.send(server.id_of(HALL), "sorry")
        filed = (await steward.ask(FileReport, room=said.log, message=said.seq, reason="not sorry at all")).entry
        (report,) = (await steward.ask(ListReports, community=community)).reports
        assert (report.member, report.by) == (bob.id, ann.id)
        answer = (await steward.ask(ResolveReport, community=community, report=report.seq, outcome="declined")).entry
        assert answer.report != filed.seq or answer.log != filed.log
        await steward.ask(BanMember, community=community, member=bob.id, reason="enough")
        assert (await until(member, MemberBanned)).reason == "enough"
        with pytest.raises(Refuse) as why:
            await member.join("garden")
        assert why.value.code == codes.BANNED
        (ban,) = (await steward.ask(ListBans, community=community)).bans
        assert ban.persona.handle == "bob"
        await steward.ask(UnbanMember, community=community, member=bob.id)
        assert (await member.join("garden")).member == bob.id


async def test_who_wants_less_hears_less(server: TestServer):
    room = server.id_of(HALL)
    async with connect(server.url, token=server.token("bob"), want="calls", notices=[]) as bob:
        await server.here("bob")
        for number in range(12):
            await server.says("ann", HALL, f"{number}")
        called = await server.says("ann", HALL, "hi @bob")
        heard = await until(bob, MessageSent)
        assert (heard.body, heard.seq, heard.first) == ("hi @bob", called.seq, called.seq - 2)
        await server.says("ann", HALL, "bye")
        page = await bob.ask(ReadEntries, log=room, after=0, wanted=True)
        assert len(page.entries) == 2
    with pytest.raises(Refuse):
        async with connect(server.url, token=server.token("bob"), want="nothing"):
            pass


def test_a_budget_comes_back_with_time():
    clock = Clock()
    town = Town(limits=replace(LIMITS, budget=10, budget_per_second=2), clock=clock)
    connection = town.connect(MSGPACK)
    for _ in range(11):
        connection.received(MSGPACK.encode(Ping(id="1")))
    frames = [MSGPACK.decode_server(frame) for frame in connection.out]
    assert [frame.refused.code for frame in frames if frame.refused] == ["budget.exhausted"]
    assert [frame.ok.budget.left for frame in frames if frame.ok and frame.ok.budget] == [4, 3, 2, 1, 0]
    clock.advance(frames[-1].refused.retry_after_ms / 1000 if frames[-1].refused else 0)
    connection.received(MSGPACK.encode(Ping(id="1")))
    assert MSGPACK.decode_server(connection.out[-1]).ok
    assert Clock(running=True).now() >= 0
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)


# --- levers


async def test_a_cut_a_restart_and_another_epoch(server: TestServer):
    async with as_(server, "bob") as bob:
        await server.here("bob")
        server.cut()
        await until(bob, Down)
        said = await server.says("ann", HALL, "meanwhile")
        assert await until(bob, MessageSent) == said
        await server.stop()
        said = await server.says("ann", HALL, "while nobody was there")
        await server.start()
        assert await until(bob, MessageSent) == said
        await server.restart()
        assert (await until(bob, Down)).code == codes.CloseCode.RESTARTING
        await server.here("bob")
        await server.restore(0.5)
        assert (await until(bob, Reset)).reason == "epoch"
        assert bob.epoch == "e2"
        assert len(server.messages(HALL)) == 1


async def test_a_restart_tells_when_to_come_back(server: TestServer):
    async with as_(server, "bob") as bob:
        await server.here("bob")
        await server.restart(come_back_ms=700)
        down = await until(bob, Down)
        assert (down.code, down.retry_in) == (codes.CloseCode.RESTARTING, 0.7)
        await server.here("bob")


async def test_refusing_and_holding_back(server: TestServer):
    async with as_(server, "bob") as bob:
        await server.here("bob")
        room = server.id_of(HALL)
        server.town.refuse(codes.RATE_LIMITED, SendMessage, retry_after_ms=60)
        await bob.ask(Ping)
        await bob.send(room, "twice, and stored once")
        assert [type(command) for command in server.asked("bob")].count(SendMessage) == 2
        server.town.refuse(codes.RIGHT_MISSING, SendMessage)
        with pytest.raises(Refuse):
            await bob.send(room, "no")
        server.hold()
        sending = bob.sending(room, "held")
        await server.heard(HALL, by="bob", count=2)
        assert sending.state == "sending"
        await server.release()
        await sending
        server.hold(lambda connection, frame: b"second" in frame)
        for body in ("first", "second", "third"):
            await server.says("ann", HALL, body)
        (connection,) = server.connections
        assert len(connection.out) == 2
        connection.out.reverse()
        await server.release()
        assert [(await until(bob, MessageSent)).body for _ in range(5)][2:] == ["first", "second", "third"]


async def test_entries_that_no_client_knows_ranges_and_lagging(server: TestServer):
    server.fragments = 3
    async with as_(server, "bob") as bob:
        await server.here("bob")
        (connection,) = server.connections
        server.town.novelty(server.id_of(HALL))
        assert (await until(bob, UnknownEvent)).type == "room.gilded"
        connection.lag()
        said = [await server.says("ann", HALL, body) for body in ("one", "two")]
        connection.catch_up()
        assert [await until(bob, MessageSent) for _ in said] == said
    server.town.forget(said[0].log, said[0].seq)
    assert server.messages(HALL) == said[1:]


async def test_what_is_unread_is_counted_once_by_who_lagged(server: TestServer):
    """A marker tells what it has counted, and comes while what it has counted is still to be fetched; so does the inbox."""
    room = server.id_of(HALL)
    async with as_(server, "bob") as bob, as_(server, "bob") as phone:
        await server.here("bob", "bob")
        for number in range(3):
            await server.says("ann", HALL, f"number {number}, @bob")
        for connection in server.connections:
            connection.lag()
        said = [await server.says("ann", HALL, f"meanwhile {number}, @bob") for number in range(2)]
        await bob.ask(SetMarker, room=room, seq=said[0].seq)
        await bob.ask(MarkInbox, number=4)
        said.append(await server.says("ann", HALL, "once more, @bob"))
        for connection in server.connections:
            connection.catch_up()
        for among in (bob, phone):
            while await until(among, MessageSent) != said[-1]:
                pass
            state = among.logs[room]
            assert (state.read, state.unread, state.mentions) == (said[0].seq, 2, 2)
            assert among.inbox.unread == 2


async def test_waiting_for_what_does_not_come_ends(server: TestServer):
    with pytest.raises(TimeoutError):
        await server.heard(HALL, by="bob", within=0.01)
    with pytest.raises(LookupError):
        server.id_of("garden/attic")
