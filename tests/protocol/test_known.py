"""What an account knows: rooms and counts that follow the entries, personas, and what it has yet to read."""

import random
from typing import Any

import msgspec
import pytest

from among_protocol import view
from among_protocol.accounts import Account, AccountUpdated
from among_protocol.client import Client
from among_protocol.communities import Community, CommunityLeft, Membership
from among_protocol.happenings import Card, Closed, Down, Happening, Opened, Positions, Reset, Up
from among_protocol.known import Known
from among_protocol.logs import LogState, SyncStarted
from among_protocol.markers import MarkerMoved
from among_protocol.members import MemberJoined, MemberUpdated, Persona
from among_protocol.messages import MessageSent
from among_protocol.moderation import Act, MemberKicked, MemberSilenced, MemberUnsilenced, RoleSet
from among_protocol.presence import TypingStarted
from among_protocol.rooms import DirectOpened, Room, RoomCreated, RoomFollowed, RoomUnfollowed, TopicSet
from among_protocol.signing import Credentials
from among_protocol.view import NoSuchRoom
from among_protocol.wire import JSON, UnknownEvent

from .faults import Wire
from .model import AT, Server

HELLO = Server().connect().out[0]


def up(**changes: Any) -> Up:
    """Ann is in the garden, follows the hall, sees the shed, and has a direct with Bob."""
    hall = Room(id="r1", slug="hall", kind="open", community="c1", topic="roses", following=True, head=7)
    shed = Room(id="r2", slug="shed", kind="open", community="c1")
    bob = Persona(member="m-bob", rev=1, handle="bob", display_name="Bob")
    ann = Persona(member="m-ann-there", rev=1, handle="ann", display_name="Ann")
    direct = Room(id="d1", slug="", kind="direct", following=True, member="m-ann-there", people=[ann, bob])
    garden = Membership(
        community=Community(id="c1", slug="garden", name="Garden"), member="m-ann", rev=3, role="member",
        rooms=[hall, shed], as_of=4,
    )  # fmt: skip
    sync = SyncStarted(
        epoch="e1",
        logs=[
            LogState(log="a-ann", kind="account", head=5),
            LogState(log="c1", kind="community", head=4),
            LogState(log="r1", head=7, read=5, unread=2, mentions=1),
            LogState(log="d1"),
            LogState(log="r9", status="gone"),
        ],
        communities=[garden],
        directs=[direct],
    )
    hello = JSON.decode_server(HELLO).event
    account = Account(id="a-ann", handle="ann", display_name="Ann")
    happening = Up(hello=hello, account=account, session="s", cut=0, sync=sync, resumed=False)  # type: ignore[arg-type]  # it is one
    return msgspec.structs.replace(happening, **changes)


def known(*happenings: Happening, queue: int = 100) -> Known:
    one = Known(Client(Credentials(token="t"), rng=random.Random(1)), queue)
    one._put([up(), *happenings])
    return one


def said(seq: int, by: str = "m-bob", **more: Any) -> MessageSent:
    return MessageSent(log="r1", seq=seq, at=AT, by=by, rev=1, body="hello", **more)


# --- rooms


def test_rooms_have_names():
    one = known()
    assert one.room("garden/hall").id == one.room("Garden/HALL").id == one.room("r1").id == "r1"
    assert one.room("@bob").id == one.room("@Bob").id == "d1"


@pytest.mark.parametrize(
    "name", ["", "/", "hall", "garden/", "/hall", "garden/attic", "attic/hall", "@", "@zoe", "@ann"]
)
def test_what_is_no_room(name: str):
    with pytest.raises(NoSuchRoom):
        known().room(name)


def test_who_one_is():
    one = known()
    assert [one.me(place) for place in ("c1", "r1", "r2", "d1", "r9", "c9")] == [
        "m-ann", "m-ann", "m-ann", "m-ann-there", "", "",
    ]  # fmt: skip
    assert one.mine(said(8, by="m-ann"))
    assert not one.mine(said(8))
    assert not one.mine(RoomUnfollowed(log="r9", seq=1, at=AT, room="r9"))


def test_who_one_is_where_the_card_did_not_fit_the_sync():
    """It comes after the replay, in which one's own messages are."""
    again = up()
    again.sync.communities, again.sync.later = [], ["c1"]
    one = known(again)
    assert [one.me(place) for place in ("c1", "r1", "r2", "d1", "r9")] == ["m-ann", "m-ann", "m-ann", "m-ann-there", ""]
    assert one.mine(said(8, by="m-ann"))
    again.sync.later = []
    one._put([again, again])
    assert one.me("r1") == "", "no longer a member"


@pytest.mark.parametrize("seq", [6, 99])
def test_rooms_follow_ones_own_log(seq: int):
    one = known(RoomFollowed(log="a-ann", seq=seq, at=AT, room="r2", community="c1", slug="shed"))
    following = [one.rooms["r2"].following]
    one._put([RoomUnfollowed(log="a-ann", seq=seq + 1, at=AT, room="r2")])
    assert [*following, one.rooms["r2"].following] == [True, False]
    followed = RoomFollowed(log="a-ann", seq=seq + 2, at=AT, room="p1", community="c1", slug="den", kind="private")
    one._put([followed])
    assert one.room("garden/den").kind == "private"
    one._put([RoomUnfollowed(log="a-ann", seq=seq + 3, at=AT, room="p1")])
    assert "p1" not in one.rooms
    one._put([CommunityLeft(log="a-ann", seq=seq + 4, at=AT, community="c1")])
    assert set(one.rooms) == {"d1"}
    assert one.communities == {}


def test_what_the_sync_knew_already_changes_nothing():
    one = known(
        RoomUnfollowed(log="a-ann", seq=5, at=AT, room="r1"),
        CommunityLeft(log="a-ann", seq=4, at=AT, community="c1"),
        TopicSet(log="r1", seq=7, at=AT, topic="weeds"),
        RoomCreated(log="c1", seq=4, at=AT, room="r1", slug="hall"),
    )
    assert one.rooms["r1"].following
    assert one.rooms["r1"].topic == "roses"


def test_topics_and_new_rooms():
    one = known(
        TopicSet(log="r1", seq=8, at=AT, topic="weeds"),
        RoomCreated(log="c1", seq=5, at=AT, room="r3", slug="attic", topic="dust"),
        TopicSet(log="elsewhere", seq=1, at=AT, topic="?"),
    )
    assert one.rooms["r1"].topic == "weeds"
    assert one.room("garden/attic").topic == "dust"


def test_a_direct():
    zoe = Persona(member="m-zoe", rev=1, handle="zoe", display_name="Zoe")
    me = Persona(member="m-me", rev=1, handle="ann", display_name="Ann")
    one = known(DirectOpened(log="a-ann", seq=6, at=AT, room="d2", member="m-me", people=[me, zoe]))
    assert one.room("@zoe").id == "d2"
    assert one.personas["m-zoe", 1] == zoe
    one._put([RoomFollowed(log="a-ann", seq=7, at=AT, room="d2", kind="direct", head=3)])
    assert one.room("@zoe").id == "d2", "who follows it again is still who they are there"
    assert one.rooms["d2"].member == "m-me"


def test_a_card_is_as_things_are():
    one = known()
    card = one.communities["c1"]
    shed = Room(id="r2", slug="barn", kind="open", community="c1")
    hall = msgspec.structs.replace(card.rooms[0], following=False)  # read before one followed it
    one._put([Card(msgspec.structs.replace(card, rooms=[hall, shed], role="steward"))])
    assert one.communities["c1"].role == "steward"
    assert one.room("garden/barn").id == "r2"
    assert one.rooms["r1"].following


def test_ones_role_and_whether_one_may_speak():
    def mine(kind: type[Act], seq: int, **more: Any) -> Any:
        return kind(log="a-ann", seq=seq, at=AT, community="c1", member="m-ann", **more)

    one = known(mine(RoleSet, 6, role="steward", stewards="w1", head=3))
    garden = one.communities["c1"]
    assert (garden.role, garden.stewards, garden.silenced_until) == ("steward", "w1", "")
    one._put([mine(RoleSet, 7, role="member"), mine(MemberSilenced, 8, until="2027-01-01T00:00:00.000Z")])
    garden = one.communities["c1"]
    assert (garden.role, garden.stewards, garden.silenced_until) == ("member", "", "2027-01-01T00:00:00.000Z")
    one._put([mine(MemberUnsilenced, 9), mine(MemberKicked, 10, reason="rude")])
    assert one.communities["c1"].silenced_until == ""
    one._put([CommunityLeft(log="a-ann", seq=11, at=AT, community="c1")])
    one._put([mine(RoleSet, 12, role="steward", stewards="w1")])
    assert "c1" not in one.communities


def test_ones_own_profile():
    one = known(AccountUpdated(log="a-ann", seq=6, at=AT, handle="ann", display_name="Anna", bio="weeds"))
    assert (one.account.display_name, one.account.bio) == ("Anna", "weeds")


def test_people_are_learnt_from_what_they_do():
    one = known(
        MemberJoined(log="c1", seq=5, at=AT, by="m-zoe", rev=1, handle="zoe", display_name="Zoe"),
        MemberUpdated(log="c1", seq=6, at=AT, by="m-zoe", rev=2, handle="zoe", display_name="Zoë"),
    )
    assert [one.personas["m-zoe", rev].display_name for rev in (1, 2)] == ["Zoe", "Zoë"]


def test_the_people_of_a_direct_are_who_they_have_become():
    older = MemberUpdated(log="d1", seq=8, at=AT, by="m-bob", rev=1, handle="rob", display_name="Rob")
    moss = MemberUpdated(log="d1", seq=9, at=AT, by="m-bob", rev=2, handle="aloe", display_name="Aloe", bio="leaves")
    one = known(older, moss)
    assert [person.handle for person in one.rooms["d1"].people] == ["aloe", "ann"], "by handle, as in a sync"
    assert one.rooms["d1"].people[0].bio == "leaves"
    assert one.room("@aloe").id == "d1"


def test_personas_are_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(view, "PERSONAS", 3)
    one = known()
    for rev in range(1, 9):
        one.view.learn(Persona(member="m", rev=rev, handle="h", display_name="H"))
    assert list(one.personas) == [("m", 6), ("m", 7), ("m", 8)]


# --- counts


def test_counts_follow_what_arrives():
    one = known(said(7), said(8), said(9, mentions=["m-ann"]))
    state = one.logs["r1"]
    assert (state.head, state.read, state.unread, state.mentions) == (9, 5, 4, 2)
    one._put([MarkerMoved(room="r1", read=8, unread=1, mentions=1)])
    assert (state.read, state.unread, state.mentions) == (8, 1, 1)
    one._put([said(10, by="m-ann")])
    assert (state.read, state.unread, state.mentions) == (10, 0, 0)
    one._put([TopicSet(log="r1", seq=11, at=AT, topic="?")])
    assert (state.head, state.unread) == (11, 0)


def test_counts_are_not_those_of_the_event():
    first = up()
    one = known()
    one._put([first, said(8)])
    assert first.sync.logs[2].unread == 2


def test_logs_come_and_go():
    one = known(Opened(log="r2", kind="room", after=4))
    assert one.logs["r2"].head == 4
    assert "r9" not in one.logs
    one._put([Reset(log="r2", reason="hole", had=4, after=9)])
    assert one.logs["r2"].head == 9
    one._put([Closed("r2")])
    assert "r2" not in one.logs


def test_another_epoch_begins_anew():
    one = known(said(8), up(sync=SyncStarted(epoch="e2", logs=[LogState(log="r1", head=2)])))
    assert set(one.logs) == {"r1"}
    assert one.logs["r1"].head == 2
    assert one.rooms == {}
    assert one.communities == {}


# --- what is yet to be read


def taken(one: Known) -> list[Happening]:
    events: list[Happening] = []
    while (event := one._take()) is not None:
        events.append(event)
    return events


def test_positions_follow_what_was_taken():
    one = known(
        Opened(log="r1", kind="room", after=7),
        said(8),
        UnknownEvent(type="room.gilded", log="r1", seq=9),
        UnknownEvent(type="weather.changed"),
        Reset(log="r1", reason="epoch", had=9, after=3),
        Closed("r1"),
    )
    seen = []
    while one._take() is not None:
        seen.append(one.positions.logs.get("r1"))
    seen.append(one.positions.logs.get("r1"))
    assert seen == [None, 7, 7, 8, 9, 9, 3, None]
    assert one.positions == Positions("e1", {})


def test_logs_count_with_what_opened_them():
    """A program that stops right after joining comes back to what it joined, from where it joined."""
    followed = RoomFollowed(log="a-ann", seq=6, at=AT, room="r2", head=4)
    one = known(
        Reset(log="r1", reason="floor", had=0, after=3),
        Opened(log="a-ann", kind="account", after=5),
        followed,
        Opened(log="r2", kind="room", after=4),
        Closed("r1"),
        Opened(log="r3", kind="room", after=0),
        said(4),
        Opened(log="r4", kind="room", after=0),
    )
    one._take()
    one.done(up())
    assert one.positions.logs == {}, "that is not the event in hand"
    one._take()
    assert one.positions.logs == {"a-ann": 5}, "a Reset is told again to who has not seen it"
    for _ in range(2):
        one._take()
    one.done(followed)
    assert one.positions.logs == {"r1": 3, "a-ann": 6, "r2": 4, "r3": 0}


def test_positions_of_another_epoch_count_for_nothing():
    one = known(Opened(log="r1", kind="room", after=7), up(sync=SyncStarted(epoch="e2", logs=[])), said(8))
    for _ in range(4):
        one._take()
    assert one.positions == Positions("e2", {})


def test_who_stops_in_the_middle_of_another_epoch_is_told_all_of_it_again():
    resets = [Reset(log=log, reason="epoch", had=5, after=2) for log in ("a-ann", "r1", "r2")]
    one = known(
        Opened(log="a-ann", kind="account", after=5),
        Opened(log="r1", kind="room", after=7),
        up(sync=SyncStarted(epoch="e2", logs=[])),
        *resets,
        said(3),
    )
    before = Positions("e1", {"a-ann": 5, "r1": 7})
    for _ in range(3):
        one._take()
    for _ in range(4):
        one._take()
        assert one.positions == before
    one.done(resets[-1])
    assert one.positions == Positions("e2", {"a-ann": 2, "r1": 2, "r2": 2})


def test_who_is_late_keeps_to_the_epoch_of_each_position():
    e2 = up(sync=SyncStarted(epoch="e2", logs=[]))
    moved = Reset(log="r1", reason="epoch", had=8, after=2)
    one = known(Opened(log="r1", kind="room", after=7), said(8), up(), e2, moved, said(3), e2, queue=2)
    seen = []
    while one._take() is not None:
        seen.append(one.positions)
    e1 = [Positions("e1", {"r1": 7}), Positions("e1", {"r1": 8})]
    assert [seen[0].epoch, *seen[2:4]] == ["", *e1]
    assert seen[4:7] == [e1[1], Positions("e2", {"r1": 2}), Positions("e2", {"r1": 3})]


def test_positions_are_a_copy():
    one = known(Opened(log="r1", kind="room", after=7))
    taken(one)
    before = one.positions
    before.logs["r1"] = 0
    assert one.positions.logs == {"r1": 7}


def test_who_works_on_several_events_at_once_saves_the_copy_of_the_oldest():
    one = known(Opened(log="r1", kind="room", after=7), said(8), said(9), said(10))
    copies = []
    while (event := one._take()) is not None:
        copies.append((event, one.positions))
    unfinished = [positions for event, positions in copies if event == said(9)]
    assert unfinished == [Positions("e1", {"r1": 8})], "9 comes again, and all after it"


def test_positions_are_plain_data():
    kept = msgspec.json.encode(Positions("e1", {"r1": 7}))
    assert kept == b'{"epoch":"e1","logs":{"r1":7}}'
    assert msgspec.json.decode(kept, type=Positions) == Positions("e1", {"r1": 7})


def test_one_try_after_the_other_is_told_once():
    downs = [Down(code=1006, reason="", retry_in=float(number)) for number in range(3)]
    assert taken(known(*downs))[1:] == downs[-1:]


def test_who_is_late_loses_notices_and_no_entry():
    typing = TypingStarted(room="r1", by="m-bob")
    moved = MarkerMoved(room="r1", read=8, unread=0, mentions=0)
    one = known(said(8), typing, said(9), typing, moved, Down(code=1006, reason="", retry_in=0.0), said(10), queue=4)
    assert [type(event) for event in taken(one)] == [Up, MessageSent, TypingStarted, MessageSent, MessageSent]
    assert one.logs["r1"].read == 8, "what it said is known all the same"


def test_who_is_late_loses_what_nobody_knows_and_has_no_number():
    """Of a newer server: it may say so as often as it likes."""
    gilded = UnknownEvent(type="room.gilded", log="r1", seq=9)
    one = known(said(8), *[UnknownEvent(type="weather.changed")] * 9, gilded, queue=4)
    assert [type(event) for event in taken(one)] == [Up, MessageSent, UnknownEvent, UnknownEvent, UnknownEvent]


def test_who_is_late_gets_the_newest_up_alone():
    one = known(*[up() for _ in range(9)], said(8), queue=2)
    assert [type(event) for event in taken(one)].count(Up) <= 2


def test_before_anything_is_known():
    wire = Wire(Server(), Client(Credentials(token="t")))
    one = Known(wire.client, 10)
    assert (one.epoch, one.live, one.token) == ("", False, "t")
    assert one.positions == Positions()
