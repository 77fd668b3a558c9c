"""What stands on the screen, fed with what a server says: pure, no terminal, no clock."""

from datetime import UTC, timedelta, timezone

import pytest

from among_cli.lines import Line, Rule, Said, Told
from among_cli.model import Model
from among_cli.places import Room
from among_cli.visit import Visit
from among_protocol.accounts import Account, AccountUpdated
from among_protocol.communities import Community, CommunityLeft, Membership
from among_protocol.edits import MessageEdited
from among_protocol.logs import LogState
from among_protocol.markers import MarkerMoved
from among_protocol.members import MemberJoined, MemberLeft, MemberUpdated, Persona
from among_protocol.messages import Message, MessagePage, MessageSent
from among_protocol.presence import PresenceChanged, TypingStarted
from among_protocol.retention import Retention, RoomTrimmed
from among_protocol.rooms import DirectOpened, PersonAdded, RoomCreated, RoomFollowed, RoomUnfollowed, TopicSet
from among_protocol.rooms import Room as RoomCard
from among_protocol.wire import UnknownEvent

ANA, BOB, CLEO = "m-ana", "m-bob", "m-cleo"  # ana is the reader
HALL, TOOLS, GARDEN, ACCOUNT = "r-hall", "r-tools", "c-garden", "a-ana"


def at(minute: int, day: int = 14) -> str:
    return f"2026-07-{day:02}T14:{minute:02}:00.000Z"


def sent(seq: int, body: str = "hello", by: str = BOB, room: str = HALL, **more) -> MessageSent:
    return MessageSent(log=room, seq=seq, at=more.pop("at", at(seq % 60)), by=by, rev=1, body=body, **more)


def edited(seq: int, message: int, **more) -> MessageEdited:
    return MessageEdited(log=TOOLS, seq=seq, at=at(seq), by=BOB, rev=1, message=message, body="hello!", **more)


def page(*seqs: int, complete: bool = True, as_of: int = 0, by: str = BOB, **more) -> MessagePage:
    messages = [Message(seq=seq, at=more.get("at", at(seq % 60)), by=by, rev=1, body=f"line {seq}") for seq in seqs]
    return MessagePage(messages=messages, as_of=as_of or max(seqs, default=0), complete=complete)


def garden() -> Membership:
    return Membership(
        community=Community(id=GARDEN, slug="garden", name="Garden"),
        member=ANA,
        rev=1,
        role="member",
        rooms=[
            RoomCard(id=HALL, slug="hall", kind="open", community=GARDEN, following=True, topic="All things green"),
            RoomCard(id=TOOLS, slug="tools", kind="open", community=GARDEN, following=True),
        ],
        as_of=1,
    )


@pytest.fixture
def model() -> Model:
    model = Model(UTC)
    for handle, member in [("ana", ANA), ("bob", BOB), ("cleo", CLEO)]:
        model.know(Persona(member=member, rev=1, handle=handle, display_name=handle.title()))
    model.place(Account(id=ACCOUNT, handle="ana", display_name="Ana"), [garden()], [])
    return model


def enter(model: Model, room: str = HALL, loaded: MessagePage | None = None) -> list[Line]:
    model.open(model.rooms[room])
    return model.page(visit(model), loaded or page())


def visit(model: Model) -> Visit:
    assert model.visit is not None
    return model.visit


def bodies(lines: list[Line]) -> list[str]:
    return [line.body for line in lines if isinstance(line, Said)]


def texts(lines: list[Line]) -> list[str]:
    """What is told beside messages, as text."""
    return [
        line.text if isinstance(line, Rule) else "".join(part.text for part in line.parts)
        for line in lines
        if isinstance(line, Rule | Told)
    ]


def room_of(model: Model, id: str = HALL) -> Room:
    return model.rooms[id]


# ---- exactly once


def test_a_live_message_of_the_open_room_gives_its_line_once(model):
    enter(model)
    assert bodies(model.apply(sent(1))) == ["hello"]
    assert bodies(model.apply(sent(1))) == []


def test_what_is_in_the_page_and_comes_live_too_stands_there_once(model):
    model.open(room_of(model))
    assert model.apply(sent(2)) == []
    assert model.apply(sent(3)) == []
    assert bodies(model.page(visit(model), page(1, 2))) == ["line 1", "line 2", "hello"]
    assert bodies(model.apply(sent(2))) == []


def test_a_page_that_comes_after_one_has_gone_elsewhere_is_not_shown(model):
    model.open(room_of(model))
    late = visit(model)
    model.open(room_of(model, TOOLS))
    assert model.page(late, page(1, 2)) == []


def test_what_was_missed_comes_once_after_a_cut(model):
    enter(model, loaded=page(1, 2))
    model.place(None, [garden()], [])
    model.counted([LogState(log=HALL, head=4, read=2, unread=2)])
    assert bodies([*model.apply(sent(3)), *model.apply(sent(4)), *model.apply(sent(4))]) == ["hello", "hello"]
    assert room_of(model).unread == 2, "the server had counted them; marking read is what takes them off"


def test_entering_again_shows_the_page_again(model):
    enter(model, loaded=page(1, 2))
    enter(model, TOOLS)
    assert bodies(enter(model, loaded=page(1, 2))) == ["line 1", "line 2"]


def test_older_messages_come_as_a_block_and_end_somewhere(model):
    enter(model, loaded=page(31, 32, complete=False))
    assert visit(model).first == 31
    lines = model.older(visit(model), page(29, 30, complete=True))
    assert bodies(lines) == ["line 29", "line 30"]
    assert visit(model).first == 29
    assert visit(model).complete
    assert texts(lines)[-1] == "the room begins here"
    assert bodies(model.apply(sent(33))) == ["hello"]


# ---- days, and what is new


def test_a_rule_stands_where_a_day_begins(model):
    lines = enter(model, loaded=page(1, at=at(0, day=14)))
    lines += model.apply(sent(2, at=at(0, day=14)))
    lines += model.apply(sent(3, at=at(0, day=15)))
    assert [line.text for line in lines if isinstance(line, Rule) and line.style == "dim"] == [
        "Tuesday 14 July 2026",
        "Wednesday 15 July 2026",
    ]


def test_days_and_times_are_the_readers():
    model = Model(timezone(timedelta(hours=10)))
    model.place(None, [garden()], [])
    lines = enter(model, loaded=page(1, at=at(3)))
    assert texts(lines)[0] == "Wednesday 15 July 2026"
    assert [f"{line.at:%H:%M}" for line in lines if isinstance(line, Said)] == ["00:03"]


def test_a_time_that_is_none_does_no_harm(model):
    assert [line.at for line in enter(model, loaded=page(1, at="never")) if isinstance(line, Said)] == [None]


def test_a_rule_says_since_when_there_is_something_new(model):
    model.counted([LogState(log=HALL, head=4, read=2, unread=2)])
    lines = enter(model, loaded=page(1, 2, 3, 4))
    news = [number for number, line in enumerate(lines) if isinstance(line, Rule) and line.style == "mention"]
    assert [texts([lines[number]]) for number in news] == [["new since 14:02"]]
    assert bodies(lines[news[0] :]) == ["line 3", "line 4"]


def test_one_own_lines_are_never_new(model):
    assert "mention" not in [line.style for line in enter(model, loaded=page(1, 2, by=ANA)) if isinstance(line, Rule)]


def test_what_comes_while_one_is_away_is_marked_as_new(model):
    enter(model, loaded=page(1))
    model.counted([LogState(log=HALL, head=1, read=1)])
    model.away = True
    assert "new since you went away" in texts(model.apply(sent(2)))
    assert "new since you went away" not in texts(model.apply(sent(3)))
    assert room_of(model).unread == 2


# ---- unread and markers


def test_unread_counts_messages_of_other_rooms_and_mentions_of_me(model):
    enter(model)
    model.apply(sent(1, room=TOOLS))
    model.apply(sent(2, room=TOOLS, mentions=[ANA]))
    model.apply(sent(3, room=TOOLS, mentions=[CLEO]))
    model.apply(sent(1))
    assert (room_of(model, TOOLS).unread, room_of(model, TOOLS).mentions) == (3, 1)
    assert model.unread() == (1, 1)
    assert room_of(model).unread == 0


def test_what_the_server_counted_already_is_not_counted_again(model):
    model.counted([LogState(log=TOOLS, head=5, read=3, unread=2, mentions=1)])
    model.apply(sent(4, room=TOOLS))
    model.apply(sent(5, room=TOOLS, mentions=[ANA]))
    model.apply(sent(6, room=TOOLS))
    assert (room_of(model, TOOLS).unread, room_of(model, TOOLS).mentions) == (3, 1)


def test_what_one_says_on_another_device_is_read_up_to_there(model):
    model.apply(sent(1, room=TOOLS))
    model.apply(sent(2, room=TOOLS, by=ANA))
    model.apply(sent(3, room=TOOLS))
    assert (room_of(model, TOOLS).read, room_of(model, TOOLS).unread) == (2, 1)


def test_a_marker_says_what_it_has_counted_whatever_comes_before_it_or_after(model):
    room = room_of(model, TOOLS)
    for seq in (1, 2, 3):
        model.apply(sent(seq, room=TOOLS, mentions=[ANA] * (seq == 3)))
    model.apply(MarkerMoved(room=TOOLS, read=1, unread=1, mentions=0, as_of=2))
    assert (room.read, room.unread, room.mentions) == (1, 2, 1), "the third was said after it was counted"
    model.apply(MarkerMoved(room=TOOLS, read=3, unread=2, mentions=1, as_of=5))
    model.apply(sent(4, room=TOOLS))
    model.apply(sent(5, room=TOOLS, mentions=[ANA]))
    assert (room.read, room.unread, room.mentions) == (3, 2, 1), "both were counted before they came"
    model.apply(sent(6, room=TOOLS))
    model.apply(MarkerMoved(room=TOOLS, read=2, unread=1, mentions=1, as_of=3))
    assert (room.read, room.unread, room.mentions) == (3, 3, 1), "it is older than the one before"


def test_an_edit_that_calls_one_counts_as_a_mention(model):
    model.apply(sent(1, room=TOOLS))
    model.apply(edited(2, 1, mentions=[ANA], mentions_new=[ANA]))
    model.apply(edited(3, 1, mentions=[ANA]))
    assert (room_of(model, TOOLS).unread, room_of(model, TOOLS).mentions) == (1, 1)


def test_a_marker_moved_elsewhere_takes_the_count_off(model):
    model.apply(sent(1, room=TOOLS))
    model.apply(MarkerMoved(room=TOOLS, read=1, unread=0, mentions=0))
    assert model.unread() == (0, 0)


def test_the_open_room_is_read_up_to_what_is_shown(model):
    assert model.marker() is None
    model.open(room_of(model))
    assert model.marker() is None, "nothing is read before it is shown"
    model.page(visit(model), page(1, 2))
    assert model.marker() == (HALL, 2)
    model.apply(MarkerMoved(room=HALL, read=2, unread=0, mentions=0))
    assert model.marker() is None
    model.apply(sent(3))
    model.away = True
    assert model.marker() is None, "who is away reads nothing"


def test_what_comes_while_the_page_does_is_not_further_up(model):
    model.counted([LogState(log=HALL, head=10, read=0, unread=10)])
    model.open(room_of(model))
    model.apply(sent(11))
    lines = model.page(visit(model), page(8, 9, 10, complete=False))
    assert "10 new, 7 of them further up: /jump unread" in texts(lines)
    assert model.marker() is None


def test_nothing_is_further_up_once_it_is_no_longer_kept(model):
    model.counted([LogState(log=HALL, head=10, read=0, unread=10)])
    enter(model, loaded=page(8, 9, 10, complete=False))
    assert model.marker() is None
    model.apply(RoomTrimmed(log=HALL, seq=11, at=at(11), floor=7, left=3, bounds=Retention()))
    assert model.marker() == (HALL, 11)


# ---- mentions


def test_a_mention_in_the_open_room_rings(model):
    enter(model)
    (_, said) = model.apply(sent(1, mentions=[ANA]))
    assert said.alert
    assert said.mention
    (said,) = model.apply(sent(2, mentions=[CLEO]))
    assert not said.alert
    (said,) = model.apply(sent(3, by=ANA, mentions=[ANA]))
    assert not said.alert, "one's own words don't ring"


def test_a_mention_in_another_room_is_told_and_rings(model):
    enter(model)
    (line,) = model.apply(sent(1, "@ana look\nat this", room=TOOLS, mentions=[ANA]))
    assert line.alert
    assert texts([line]) == ["» bob in garden/tools: @ana look"]


def test_old_mentions_in_a_page_do_not_ring(model):
    loaded = page(1)
    loaded.messages[0].mentions = [ANA]
    assert [(line.mention, line.alert) for line in enter(model, loaded=loaded) if isinstance(line, Said)] == [
        (True, False)
    ]


# ---- rooms, people, topics


def test_rooms_are_found_by_title_and_slug(model):
    assert [room.title for room in model.numbered()] == ["garden/hall", "garden/tools"]
    for name in ("garden/tools", "tools", "TOOLS"):
        assert [room.id for room in model.find(name)] == [TOOLS]
    for name in ("attic", "0", "2", ""):
        assert model.find(name) == []


def test_a_slug_means_the_room_of_the_community_one_is_in(model):
    other = Membership(
        community=Community(id="c-bikes", slug="bikes", name="Bikes"),
        member="m-ana-2",
        rev=1,
        role="owner",
        rooms=[RoomCard(id="r-bikes-hall", slug="hall", kind="open", community="c-bikes")],
        as_of=1,
    )
    model.joined(other)
    assert [room.title for room in model.find("hall")] == ["bikes/hall", "garden/hall"]
    enter(model, TOOLS)
    assert [room.title for room in model.find("hall")] == ["garden/hall"]


def test_a_direct_is_named_by_the_others_and_rings(model):
    people = [
        Persona(member="d-ana", rev=1, handle="ana", display_name="Ana"),
        Persona(member="d-bob", rev=1, handle="bob", display_name="Bob"),
    ]
    model.apply(DirectOpened(log=ACCOUNT, seq=3, at=at(0), room="r-direct", member="d-ana", people=people))
    assert [room.id for room in model.find("@bob")] == ["r-direct"]
    (line,) = model.apply(sent(1, "psst", room="r-direct", by="d-bob"))
    assert line.alert
    assert texts([line]) == ["» bob to you: psst"]


def test_topics_people_and_rooms_are_told_where_one_looks(model):
    enter(model)
    assert texts(model.apply(TopicSet(log=HALL, seq=1, at=at(0), by=BOB, rev=1, topic="Compost"))) == [
        "bob set the topic: Compost"
    ]
    assert room_of(model).topic == "Compost"
    assert model.apply(TopicSet(log=HALL, seq=1, at=at(0), by=BOB, rev=1, topic="Compost")) == []
    assert model.apply(PersonAdded(log=TOOLS, seq=1, at=at(0), by=BOB, member=CLEO)) == [], "not the room one looks at"
    joined = MemberJoined(log=GARDEN, seq=2, at=at(0), by="m-dan", rev=1, handle="dan", display_name="Dan")
    assert texts(model.apply(joined)) == ["dan joined garden"]
    renamed = MemberUpdated(log=GARDEN, seq=3, at=at(0), by="m-dan", rev=2, handle="daniel", display_name="Dan")
    assert texts(model.apply(renamed)) == ["dan is now daniel"]
    assert texts(model.apply(MemberLeft(log=GARDEN, seq=4, at=at(0), by="m-dan"))) == ["daniel left garden"]
    created = RoomCreated(log=GARDEN, seq=5, at=at(0), by=BOB, room="r-pond", slug="pond")
    assert texts(model.apply(created)) == ["bob made the room pond: /go pond"]
    assert not room_of(model, "r-pond").following


def test_messages_say_who_wrote_them_and_what_they_were_called_then(model):
    enter(model)
    model.know(Persona(member=BOB, rev=2, handle="robert", display_name="Bob"))
    assert [(line.who, line.then) for line in model.apply(sent(1)) if isinstance(line, Said)] == [("robert", "bob")]
    assert model.who(BOB) == "robert"
    assert model.who("m-nobody") == "somebody"


def test_following_and_leaving(model):
    enter(model)
    model.apply(RoomUnfollowed(log=ACCOUNT, seq=2, at=at(0), room=HALL))
    assert model.room is None
    model.apply(RoomFollowed(log=ACCOUNT, seq=3, at=at(0), room=HALL, community=GARDEN, slug="hall", head=7))
    assert room_of(model).following
    secret = RoomFollowed(log=ACCOUNT, seq=4, at=at(0), room="r-s", community=GARDEN, slug="shed", kind="private")
    model.apply(secret)
    assert room_of(model, "r-s").title == "garden/shed"
    model.apply(RoomUnfollowed(log=ACCOUNT, seq=5, at=at(0), room="r-s"))
    assert "r-s" not in model.rooms
    enter(model)
    model.apply(CommunityLeft(log=ACCOUNT, seq=6, at=at(0), community=GARDEN))
    assert model.rooms == {}
    assert model.room is None


def test_a_room_that_went_while_one_was_away_is_no_longer_open(model):
    enter(model)
    model.place(None, [], [])
    assert model.room is None


def test_a_community_whose_card_comes_later_stays_as_it_was(model):
    enter(model)
    model.place(None, [], [], [GARDEN])
    assert room_of(model).title == "garden/hall"
    assert model.room is not None


def test_the_profile_follows_its_changes(model):
    model.apply(AccountUpdated(log=ACCOUNT, seq=2, at=at(0), handle="ana", display_name="Ana B.", bio="Roses"))
    assert model.account is not None
    assert (model.account.display_name, model.account.bio) == ("Ana B.", "Roses")


# ---- typing, presence, the unknown


def test_who_writes_is_forgotten_after_six_seconds_or_a_message(model):
    enter(model)
    model.apply(TypingStarted(room=HALL, by=BOB), now=100.0)
    model.apply(TypingStarted(room=HALL, by=CLEO), now=101.0)
    model.apply(TypingStarted(room=HALL, by=ANA), now=101.0)
    model.apply(TypingStarted(room=TOOLS, by=BOB), now=101.0)
    assert model.writing(105.0) == ["bob", "cleo"]
    assert model.writing(106.5) == ["cleo"]
    model.apply(sent(1, by=CLEO))
    assert model.writing(106.5) == []


def test_presence_is_kept(model):
    model.apply(PresenceChanged(member=BOB, state="away"))
    assert model.presence == {BOB: "away"}


def test_what_is_unknown_is_passed_over(model):
    enter(model)
    assert model.apply(UnknownEvent(type="message.sung", log=HALL, seq=9)) == []
    assert model.apply(sent(1, room="r-elsewhere")) == []
    assert model.apply(MarkerMoved(room="r-elsewhere", read=1, unread=0, mentions=0)) == []
