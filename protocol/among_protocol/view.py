"""What is known now: communities, rooms, unread counts, who is who. Pure; it follows the happenings of a client.

It is as new as what has arrived, which can be ahead of the event in one's hand. Counts are the server's, moved on by
each message that arrives; `sync` and `marker.moved` set them right.
"""

import msgspec

from .accounts import Account, AccountUpdated
from .communities import CommunityLeft, Membership
from .happenings import Card, Closed, Happening, Opened, Reset, Up
from .logs import LogState
from .markers import MarkerMoved
from .members import MemberJoined, MemberUpdated, Persona
from .messages import MessageSent
from .rooms import DirectOpened, Room, RoomCreated, RoomFollowed, RoomUnfollowed, TopicSet

PERSONAS = 20_000  # kept at most; the oldest go first


class NoSuchRoom(LookupError):
    """No community or room of this name is known to us."""


class View:
    def __init__(self) -> None:
        self.account: Account | None = None
        self.communities: dict[str, Membership] = {}  # by id; their `rooms` are of the card: see `rooms` for the newest
        self.rooms: dict[str, Room] = {}  # by id: every room one may see, directs too
        self.logs: dict[str, LogState] = {}  # by id of the place: head, and for rooms read, unread, mentions
        self.personas: dict[tuple[str, int], Persona] = {}  # by membership and revision

    def room(self, name: str) -> Room:
        """By `community/room`, by id, or `@handle` for the direct with that one person. Raises NoSuchRoom."""
        if name in self.rooms:
            return self.rooms[name]
        if name.startswith("@"):
            for room in self.rooms.values():
                others = [person.handle for person in room.people if person.member != room.member]
                if room.kind == "direct" and others == [name[1:].lower()]:
                    return room
        community, _, slug = name.lower().partition("/")
        for room in self.rooms.values():
            if room.slug == slug and slug and room.community in self.communities:
                if self.communities[room.community].community.slug == community:
                    return room
        raise NoSuchRoom(name)

    def me(self, place: str) -> str:
        """Who I am there: my membership in a community, a room or a direct; empty when I am not."""
        room = self.rooms.get(place)
        if room is not None and room.kind == "direct":
            return room.member
        membership = self.communities.get(room.community if room is not None else place)
        return "" if membership is None else membership.member

    def learn(self, persona: Persona) -> None:
        self.personas[persona.member, persona.rev] = persona
        while len(self.personas) > PERSONAS:
            self.personas.pop(next(iter(self.personas)))

    def apply(self, happening: Happening) -> None:
        match happening:
            case Up():
                self._up(happening)
            case Card():
                self._card(happening.community)
            case Opened():
                self.logs.setdefault(happening.log, LogState(log=happening.log, kind=happening.kind)).head = max(
                    happening.after, self.logs[happening.log].head
                )
            case Reset():
                state = self.logs.setdefault(happening.log, LogState(log=happening.log))
                state.head = max(state.head, happening.after)
            case Closed():
                self.logs.pop(happening.log, None)
            case MarkerMoved():
                state = self.logs.setdefault(happening.room, LogState(log=happening.room))
                state.read, state.unread, state.mentions = happening.read, happening.unread, happening.mentions
            case MessageSent():
                self._message(happening)
            case TopicSet():
                if happening.log in self.rooms:
                    self._put(happening.log, topic=happening.topic)
            case RoomCreated():
                if happening.room not in self.rooms:
                    self.rooms[happening.room] = Room(
                        id=happening.room,
                        slug=happening.slug,
                        kind="open",
                        community=happening.log,
                        topic=happening.topic,
                    )
            case RoomFollowed():
                self.rooms[happening.room] = Room(
                    id=happening.room,
                    slug=happening.slug,
                    kind=happening.kind,
                    community=happening.community,
                    topic=happening.topic,
                    following=True,
                )
            case _:
                self._people(happening)

    def _people(self, happening: Happening) -> None:
        match happening:
            case RoomUnfollowed():
                room = self.rooms.get(happening.room)
                if room is not None and room.kind == "open":
                    self._put(room.id, following=False)
                else:
                    self.rooms.pop(happening.room, None)
            case DirectOpened():
                self.rooms[happening.room] = Room(
                    id=happening.room,
                    slug="",
                    kind="direct",
                    following=True,
                    member=happening.member,
                    people=happening.people,
                )
                for persona in happening.people:
                    self.learn(persona)
            case CommunityLeft():
                self.communities.pop(happening.community, None)
                for id in [id for id, room in self.rooms.items() if room.community == happening.community]:
                    del self.rooms[id]
            case MemberJoined() | MemberUpdated():
                self.learn(
                    Persona(
                        member=happening.by,
                        rev=happening.rev,
                        handle=happening.handle,
                        display_name=happening.display_name,
                        bio=happening.bio,
                    )
                )
            case AccountUpdated():
                if self.account is not None:
                    self.account = msgspec.structs.replace(
                        self.account, display_name=happening.display_name, bio=happening.bio
                    )
            case _:
                pass

    def _up(self, up: Up) -> None:
        self.account = up.account
        self.logs = {state.log: state for state in up.sync.logs if state.status != "gone"}
        self.communities.clear()
        self.rooms = {room.id: room for room in up.sync.directs}
        for room in up.sync.directs:
            for persona in room.people:
                self.learn(persona)
        for membership in up.sync.communities:
            self._card(membership)

    def _card(self, membership: Membership) -> None:
        self.communities[membership.community.id] = membership
        self.rooms.update((room.id, room) for room in membership.rooms)

    def _put(self, id: str, **changes: object) -> None:
        self.rooms[id] = msgspec.structs.replace(self.rooms[id], **changes)

    def _message(self, sent: MessageSent) -> None:
        state = self.logs.setdefault(sent.log, LogState(log=sent.log))
        if sent.seq <= state.head:
            return  # replayed: the counts of the sync hold it already
        state.head = sent.seq
        me = self.me(sent.log)
        if sent.by == me:
            state.read, state.unread, state.mentions = sent.seq, 0, 0
        else:
            state.unread += 1
            state.mentions += me in sent.mentions
