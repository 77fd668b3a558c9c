"""A room: where a community talks. Open rooms are for every member, private ones for those who were added; a direct
is a room of a few people outside any community; a corner is one member's own (corners.py). Following a room brings its entries live, and its unread counts."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import DIRECT_PEOPLE, Command, Entry, HandleText, Id, Seq, Shape, Time, TopicText, Write
from .members import Persona
from .retention import Retention, RetentionSet, RoomTrimmed, SetRetention

RoomKind = str  # open, private, direct, corner; unknown: as private


class Room(Shape, kw_only=True):
    id: str  # also of its log
    slug: str  # empty for a direct, and for a corner
    kind: RoomKind
    community: str = ""  # empty for a direct
    topic: str = ""
    following: bool = False  # its entries come live, and its unread messages count
    member: str = ""  # directs only: who I am there
    within: str = ""  # directs only: the community whose personas speak there; empty: the accounts' profiles do
    people: list[
        Persona
    ] = []  # directs only: all of them, oneself included; `member.updated` in its log tells of a change
    owner: str = ""  # corners only: the membership whose it is
    head: Seq = 0  # the state is of this position of the room's log
    retention: Retention | None = None  # how long it keeps what is said in it; null: as its community says
    retention_since: Time = ""  # nothing is removed before this


class RoomCreated(Entry, tag="room.created", kw_only=True):
    """An open room, in the community's log."""

    words: ClassVar[tuple[str, ...]] = ("topic",)

    room: str
    slug: str
    topic: str = ""


class RoomFollowed(Entry, tag="room.followed", kw_only=True):
    """In the account's own log: follows this room from now on (also: was added to this private room).

    Live entries of the room begin after `head`."""

    words: ClassVar[tuple[str, ...]] = ("topic",)

    room: str
    head: Seq = 0  # live entries of the room begin after this number
    community: str = ""  # empty for a direct
    slug: str = ""
    kind: RoomKind = "open"
    topic: str = ""
    owner: str = ""  # of a corner: the membership whose it is
    retention: Retention | None = None  # how long it keeps what is said in it; null: as its community says
    retention_since: Time = ""  # nothing is removed before this


class RoomUnfollowed(Entry, tag="room.unfollowed", kw_only=True):
    """In the account's own log: follows no longer (also: has left this private room, or with `by` was taken out of it)."""

    room: str


class TopicSet(Entry, tag="room.topic_set", kw_only=True):
    """In the room's log."""

    words: ClassVar[tuple[str, ...]] = ("topic",)

    topic: str


class PersonAdded(Entry, tag="room.person_added", kw_only=True):
    """In a private room's log: `by` added this member."""

    member: str  # who was added


class PersonLeft(Entry, tag="room.person_left", kw_only=True):
    """In a private room's log: `by` has left it."""


class PersonRemoved(Entry, tag="room.person_removed", kw_only=True):
    """In a private room's log: `by` took this member out of it."""

    member: str  # who was taken out


class DirectOpened(Entry, tag="direct.opened", kw_only=True):
    """In the account's own log: a direct with these people. Live entries of the room begin after `head`."""

    words: ClassVar[tuple[str, ...]] = ("people", "topic")

    room: str
    head: Seq = 0  # live entries of the room begin after this number
    member: str  # who I am there
    people: list[Persona]  # all of them, oneself included
    within: str = ""  # the community whose personas speak there; empty: the accounts' profiles do
    topic: str = ""


def room_of(entry: RoomFollowed | DirectOpened) -> Room:
    """The room that one follows from this entry on, as it was then."""
    if isinstance(entry, DirectOpened):
        return Room(
            id=entry.room,
            slug="",
            kind="direct",
            following=True,
            member=entry.member,
            within=entry.within,
            people=entry.people,
            topic=entry.topic,
            head=entry.head,
        )
    return Room(
        id=entry.room,
        slug=entry.slug,
        kind=entry.kind,
        community=entry.community,
        topic=entry.topic,
        following=True,
        owner=entry.owner,
        head=entry.head,
        retention=entry.retention,
        retention_since=entry.retention_since,
    )


class RoomMade(Shape, kw_only=True):
    entry: RoomCreated | RoomFollowed  # an open room's, or the private room's in one's own log
    repeat: bool = False


class CreateRoom(Write, tag="room.create", kw_only=True):
    """Make a room in a community. One follows it from the start; members hear of an open one."""

    Reply: ClassVar[type[Shape]] = RoomMade

    community: Id
    slug: HandleText
    topic: TopicText = ""
    kind: Literal["open", "private"] = "open"  # private: for those who are added


class Rooms(Shape, kw_only=True):
    rooms: list[Room]  # in no order
    as_of: Seq  # of the community's log


class ListRooms(Command, tag="room.list", kw_only=True):
    """The rooms of a community that one may see; of its corners, those that one follows."""

    Reply: ClassVar[type[Shape]] = Rooms

    community: Id


class FollowWritten(Shape, kw_only=True):
    entry: RoomFollowed
    repeat: bool = False


class FollowRoom(Write, tag="room.follow", kw_only=True):
    """Follow an open room or a corner; from this moment its entries come live to every session of the account that has synced."""

    Reply: ClassVar[type[Shape]] = FollowWritten

    room: Id


class UnfollowWritten(Shape, kw_only=True):
    entry: RoomUnfollowed
    repeat: bool = False


class UnfollowRoom(Write, tag="room.unfollow", kw_only=True):
    """Stop following a room. A private room is left: who does that again is brought back by nobody. A direct stays as it
    is for the others, and comes back with `direct.open`."""

    Reply: ClassVar[type[Shape]] = UnfollowWritten

    room: Id


class TopicWritten(Shape, kw_only=True):
    entry: TopicSet
    repeat: bool = False


class SetTopic(Write, tag="room.set_topic", kw_only=True):
    """Say what a room is about. In open rooms that is a steward's right; in the others, everybody's who is there. The
    title of a corner is its owner's: `corner.update`."""

    Reply: ClassVar[type[Shape]] = TopicWritten

    room: Id
    topic: TopicText


class AddWritten(Shape, kw_only=True):
    entry: PersonAdded
    repeat: bool = False


class AddPerson(Write, tag="room.add", kw_only=True):
    """Bring a member of the community into a private room that one is in. `room.add_refused`, for whichever reason: one of
    the two blocks the other, or they left this room more often than `limits.brought_back`, or follow as many rooms as they
    may."""

    Reply: ClassVar[type[Shape]] = AddWritten

    room: Id
    member: Id  # of the room's community


class RemoveWritten(Shape, kw_only=True):
    entry: PersonRemoved
    repeat: bool = False


class RemovePerson(Write, tag="room.remove", kw_only=True):
    """Take somebody out of a private room that one is in. A steward's right, over those of a lower role: who is taken out
    hears and reads nothing more of the room, and may be brought in again by `room.add`. Oneself leaves by
    `room.unfollow`. The people of a direct never change."""

    Reply: ClassVar[type[Shape]] = RemoveWritten

    room: Id
    member: Id  # of the room's community; who is not in the room is `member.gone`


class DirectWritten(Shape, kw_only=True):
    entry: DirectOpened
    repeat: bool = False


class OpenDirect(Write, tag="direct.open", kw_only=True):
    """A direct with these people; the same people always give the same direct, which never changes.

    Named by `handles` of their accounts, one speaks there as one's profile; by `members` of one community that one is in,
    as one's persona there, under its handle and name, whatever these become. These are two directs: who has the one does
    not learn that the other would be with the same person."""

    Reply: ClassVar[type[Shape]] = DirectWritten

    handles: Annotated[list[HandleText], Meta(max_length=DIRECT_PEOPLE - 1)] = []  # of the others' accounts
    members: Annotated[list[Id], Meta(max_length=DIRECT_PEOPLE - 1)] = []  # or their memberships, of one community


RoomWrite = CreateRoom | FollowRoom | UnfollowRoom | SetTopic | SetRetention | AddPerson | RemovePerson | OpenDirect
RoomCommand = CreateRoom | ListRooms | FollowRoom | UnfollowRoom | SetTopic | SetRetention | AddPerson | RemovePerson
RoomEntry = (
    RoomCreated
    | RoomFollowed
    | RoomUnfollowed
    | TopicSet
    | RetentionSet
    | RoomTrimmed
    | PersonAdded
    | PersonLeft
    | PersonRemoved
    | DirectOpened
)
