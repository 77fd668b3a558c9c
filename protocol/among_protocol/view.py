"""What is known now: communities, rooms, unread counts, who is who. Pure; it follows the happenings of a client.

It is as new as what has arrived, which can be ahead of the event in one's hand. Counts are the server's, moved on by
each message that arrives; `sync`, `marker.moved` and `inbox.moved` set them right. A count of a room says itself which
entries it holds (counting.py). One of the inbox holds all that was said to exist when it came: what is still to be
fetched of that, after a time in which this client did not keep up, counts no more.
"""

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from msgspec.structs import replace

from . import standing
from .accounts import Account, AccountUpdated
from .attention import Attention
from .base import Command, Entry, Shape
from .blocks import Block, BlockChanged, BlockList
from .communities import CommunityJoined, CommunityLeft, CommunityUpdated, Membership
from .corners import CornerUpdated
from .counting import Counting, Heard
from .dnd import DndChanged
from .edits import MessageEdited
from .following import Following
from .happenings import Card, Closed, Happening, Opened, Reset, Up
from .house_rules import RulesAccepted
from .inbox import InboxMoved, InboxState, is_notice
from .logs import LogPassed, LogState
from .markers import Marker, MarkerMoved
from .members import MemberForgotten, MemberJoined, MemberUpdated, Persona, nobody, persona_of
from .messages import MessageSent
from .moderation import MemberSilenced, MemberUnsilenced, RoleSet
from .newer import Newer
from .notify import NotifyChanged
from .personas import PersonaRenamed
from .posts import PostPublished
from .reactions import ReactionsChanged
from .retention import RetentionSet, RoomTrimmed
from .rooms import DirectOpened, Room, RoomCreated, RoomFollowed, RoomUnfollowed, TopicSet, room_of
from .status import Appearance, AppearanceChanged
from .tallies import Tallies
from .threads import FollowThread, ThreadChanged, ThreadState

PROFILE = ("display_name", "bio", "pronouns", "place", "links", "intro")
PERSONAS = 20_000  # kept at most; the oldest go first


class NoSuchRoom(LookupError):
    """No community or room of this name is known to us."""


class View:
    def __init__(self, ahead: Callable[[], Mapping[str, int]] = dict) -> None:
        """`ahead`: of the logs that have a hole, up to which number they are known to exist."""
        self._ahead = ahead
        self.account: Account | None = None
        self.communities: dict[str, Membership] = {}  # by id; their `rooms` are of the card: see `rooms` for the newest
        self.rooms: dict[str, Room] = {}  # by id: every room one may see, directs too
        self.logs: dict[str, LogState] = {}  # by id of the place: head, and for rooms read, unread, mentions
        self.threads = Following()  # by room and root: the threads that I follow
        self.blocks = BlockList()  # whom I block or mute
        self.appearances: dict[str, Appearance] = {}  # by community (empty: everywhere): what I chose
        self.attention = Attention()  # what is worth a bell, by my choices
        self.inbox = InboxState(read=0, unread=0)  # what was meant for me
        self._in_inbox: Mapping[str, int] = {}  # by log: up to this number its count holds what is still to come
        self._counting = Counting()
        # By room: where it begins for who comes to follow it, and all before is read; and the number of the entry that says so.
        self._begins: dict[str, tuple[int, int]] = {}
        self._joined: dict[str, str] = {}  # by community and room: who I am there, until its card tells
        self._as_of = 0  # number in the account's log that the newest sync was of
        self._appeared: dict[str, int] = {}  # by community: how far my own log was known to go when this was told
        self.personas: dict[tuple[str, int], Persona] = {}  # by membership and revision
        self._newer = Newer()  # than a card that is still to come
        self.tallies = Tallies()  # how messages are reacted to, of those that were shown

    def room(self, name: str) -> Room:
        """By `community/room`, by id, or `@handle` for the direct with that one person, sooner the account of this handle
        than a persona. Raises NoSuchRoom."""
        if name in self.rooms:
            return self.rooms[name]
        if name.startswith("@"):
            for room in sorted(self.rooms.values(), key=lambda room: bool(room.within)):
                others = [person.handle for person in room.people if person.member != room.member]
                if room.kind == "direct" and others == [name[1:].lower()]:
                    return room
        community, _, slug = name.lower().partition("/")
        for room in self.rooms.values():
            card = self.communities.get(room.community)
            if slug and room.slug == slug and card is not None and card.community.slug == community:
                return room
        raise NoSuchRoom(name)

    def me(self, place: str) -> str:
        """Who I am there: my membership in a community, a room or a direct; empty when I am not."""
        room = self.rooms.get(place)
        if room is not None and room.kind == "direct":
            return room.member
        membership = self.communities.get(room.community if room is not None else place)
        if membership is not None:
            return membership.member
        return self._joined.get(room.community if room is not None else place, "")

    def _direct(self, log: str) -> Room | None:
        room = self.rooms.get(log)
        return room if room is not None and room.kind == "direct" else None

    def learn(self, persona: Persona) -> None:
        self.personas[persona.member, persona.rev] = persona
        while len(self.personas) > PERSONAS:
            self.personas.pop(next(iter(self.personas)))

    def apply(self, happening: Happening) -> None:
        """Follow what has arrived."""
        self.tallies.apply(happening, self.me)
        if isinstance(happening, Entry):
            self._newer.hear(happening, self.me(happening.log), direct=self._direct(happening.log) is not None)
            self._entry(happening)
            return
        match happening:
            case Up():
                self._up(happening)
            case Card():
                self._card(happening.community)
            case Opened() | Reset():
                state = self._state(happening.log)
                state.head = max(state.head, happening.after)
                if isinstance(happening, Opened) and happening.log in self._begins:
                    at, by = self._begins.pop(happening.log)
                    self._counting.begins(state, happening.log, at, by)
                    self.threads.begins(happening.log, at)
            case LogPassed() | ReactionsChanged():
                state = self._state(happening.log)
                state.head = max(state.head, happening.seq)
            case Closed():
                self.logs.pop(happening.log, None)
                self._counting.forget(happening.log)
                self._begins.pop(happening.log, None)
            case _:
                self._register(happening)

    def _register(self, happening: Happening) -> None:
        """What has only a last value."""
        match happening:
            case MarkerMoved():
                self._counting.told(self._state(happening.room), happening, self._since)
            case ThreadChanged():
                self.threads.changed(happening, self._since)
            case BlockChanged():
                self.blocks.apply(happening)
            case AppearanceChanged():
                self._appeared[happening.community] = self._since
                self.appearances[happening.community] = Appearance(
                    community=happening.community,
                    appear=happening.appear,
                    last_seen=happening.last_seen,
                    status=happening.status,
                )
            case NotifyChanged() | DndChanged():
                self.attention.apply(happening)
            case InboxMoved():
                self._inbox_is(InboxState(read=happening.read, unread=happening.unread))
            case _:
                pass

    def answered(self, command: Command, reply: Shape) -> None:
        """What I asked myself was answered, before what comes after it."""
        match reply:
            case Marker():
                self._counting.told(self._state(reply.room), reply, self._since)
            case ThreadState():
                self.threads.answered(reply, part=isinstance(command, FollowThread), since=self._since)
            case InboxState():
                self._inbox_is(reply)
            case Block():
                self.blocks.apply(reply)
            case Membership():
                self._card(reply)
            case _:
                pass

    def _inbox_is(self, state: InboxState) -> None:
        self.inbox, self._in_inbox = copy(state), self._ahead()

    def _up(self, up: Up) -> None:
        still = {self.me(id) for id in up.sync.later} - {""}  # whose cards come after the replay
        places = (*self.communities, *self.rooms, *self._joined)
        self._joined = {place: me for place in places if (me := self.me(place)) in still}
        self.account = up.account
        self.logs = {state.log: copy(state) for state in up.sync.logs if state.status != "gone"}
        self._counting.stated(self.logs.values())
        self._as_of = self.logs[up.account.id].head if up.account.id in self.logs else 0
        self.blocks.stated(up.sync.blocks)
        self.appearances = {one.community: one for one in up.sync.appearances}
        self.attention.stated(up.sync.notify, up.sync.dnd)
        self.inbox = copy(up.sync.inbox) if up.sync.inbox is not None else InboxState(read=0, unread=0)
        self._in_inbox = {}
        self._begins.clear()
        self._appeared.clear()
        self._newer.clear()
        self.threads.stated(up.sync.threads)
        self.communities.clear()
        self.rooms = {room.id: room for room in up.sync.directs}
        for persona in [persona for room in up.sync.directs for persona in room.people]:
            self.learn(persona)
        for membership in up.sync.communities:
            self._card(membership)

    def _card(self, membership: Membership) -> None:
        id = membership.community.id
        self.communities[id] = standing.after(self.communities.get(id), membership)
        for room in membership.rooms:
            before = self.rooms.get(room.id)
            following = room.following or (before is not None and before.following)
            self.rooms[room.id] = replace(room, following=following)
        for entry in self._newer.than(membership):
            if entry.log in self.logs:  # still mine
                self._entry(entry)

    def _state(self, log: str) -> LogState:
        return self.logs.setdefault(log, LogState(log=log))

    @property
    def _since(self) -> int:
        """How far my own log is known to go. What has only a last value is told at once, and is of that number at least: what
        I missed of the log comes later, and undoes nothing of it."""
        mine = self.account.id if self.account is not None else ""
        return max(self.logs[mine].head if mine in self.logs else 0, self._ahead().get(mine, 0))

    def _entry(self, entry: Entry) -> None:
        match entry:
            case MessageSent() | PostPublished():
                self._message(entry)
            case MessageEdited():
                self._edited(entry)
            case TopicSet() | CornerUpdated() | RetentionSet() | RoomTrimmed():
                self._in_room(entry)
            case RoomCreated():
                room = Room(id=entry.room, slug=entry.slug, kind="open", community=entry.log, topic=entry.topic)
                self.rooms.setdefault(room.id, room)
            case CommunityUpdated() if (card := self.communities.get(entry.log)) and entry.seq > card.as_of:
                self.communities[entry.log] = standing.updated(card, entry)
            case MemberJoined() | MemberUpdated():
                self._become(entry)
            case MemberForgotten():
                self._forget(entry)
            case _ if self.account is not None and entry.log == self.account.id and entry.seq > self._as_of:
                self._own(entry)
                self._mine(entry)
            case _:
                pass
        state = self._state(entry.log)
        state.head = max(state.head, entry.seq)

    def _in_room(self, entry: TopicSet | CornerUpdated | RetentionSet | RoomTrimmed) -> None:
        """Something is said of a room."""
        state = self._state(entry.log)
        told: dict[str, Any] = {}
        match entry:
            case TopicSet():
                told = {"topic": entry.topic}
            case CornerUpdated():
                told = {"topic": entry.title}
            case RetentionSet():
                told = {"retention": entry.retention, "retention_since": entry.since}
            case RoomTrimmed():  # what was said of the room up to there is said again
                told = {name: getattr(entry, name) for name in ("topic", "retention", "retention_since")}
                state.floor = max(state.floor, entry.floor)
                if entry.seq > state.head:
                    self._counting.heard(state, Heard(entry.log, entry.seq, floor=entry.floor, left=entry.left))
                    self.threads.trimmed(entry.log, entry.floor, entry.pins)
        room = self.rooms.get(entry.log)
        if told and room is not None and entry.seq > room.head:
            self.rooms[room.id] = replace(room, head=entry.seq, **told)

    def _become(self, entry: MemberJoined | MemberUpdated) -> None:
        """Somebody is called so from here on, in a community or in a direct."""
        persona = persona_of(entry)
        self.learn(persona)
        card = self.communities.get(entry.log)
        if card is not None and card.member == entry.by and entry.rev >= card.rev:
            self.communities[entry.log] = replace(
                card, rev=entry.rev, handle=entry.handle, display_name=entry.display_name
            )
        room = self.rooms.get(entry.log)
        if room is not None and any(one.member == entry.by and one.rev < entry.rev for one in room.people):
            people = [persona if one.member == entry.by else one for one in room.people]
            self.rooms[room.id] = replace(room, people=sorted(people, key=lambda one: one.handle))

    def _forget(self, entry: MemberForgotten) -> None:
        """Nothing is kept of who they were, here neither."""
        for key in [key for key in self.personas if key[0] == entry.by and key[1] <= entry.rev]:
            self.personas[key] = nobody(*key)
        if (room := self._direct(entry.log)) is not None:
            people = [nobody(one.member, one.rev) if one.member == entry.by else one for one in room.people]
            self.rooms[room.id] = replace(room, people=people)

    def _mine(self, entry: Entry) -> None:
        """What it makes of what is known."""
        match entry:
            case RoomFollowed() if entry.kind != "direct":  # of which one knows more than this tells
                self.rooms[entry.room] = room_of(entry)
            case RoomUnfollowed():
                self.threads.ended([entry.room], entry.seq)
                room = self.rooms.pop(entry.room, None)
                if room is not None and room.kind == "open":
                    self.rooms[room.id] = replace(room, following=False)
            case DirectOpened():
                self.rooms[entry.room] = room_of(entry)
                for persona in entry.people:
                    self.learn(persona)
                for newer in self._newer.since(entry.room, entry.head):
                    self._entry(newer)
            case CommunityLeft():
                self.communities.pop(entry.community, None)
                member = self._joined.get(entry.community)
                self._joined = {place: me for place, me in self._joined.items() if me != member}
                inside = [id for id, room in self.rooms.items() if room.community == entry.community]
                self.threads.ended(inside, entry.seq)
                self.rooms = {id: room for id, room in self.rooms.items() if room.community != entry.community}
                self._unseen(entry)
            case RoleSet() | MemberSilenced() | MemberUnsilenced() | RulesAccepted() | PersonaRenamed():
                if (card := self.communities.get(entry.community)) is not None:
                    self.communities[entry.community] = standing.moved(card, entry)
            case AccountUpdated() if self.account is not None:
                self.account = replace(self.account, **{name: getattr(entry, name) for name in PROFILE})
            case _:
                pass

    def _own(self, entry: Entry) -> None:
        """In the account's own log; the cards of the sync hold what came before it. It may tell again where one is already."""
        if is_notice(entry):
            self._item(entry)
        match entry:
            case CommunityJoined():
                self._joined[entry.community] = entry.member
                self._joined |= dict.fromkeys(entry.rooms, entry.member)
                self._begins |= {room: (head, entry.seq) for room, head in entry.rooms.items()}
            case RoomFollowed() | DirectOpened():
                self._begins[entry.room] = (entry.head, entry.seq)
            case _:
                pass

    def _unseen(self, left: CommunityLeft) -> None:
        """How I appeared there goes with my persona."""
        told = self._appeared.get(left.community, 0) >= left.seq  # since then
        if left.keep != "persona" and not left.frozen and not told:
            self.appearances.pop(left.community, None)

    def _message(self, sent: MessageSent | PostPublished) -> None:
        """Counts move with what is new; the sync has counted the rest."""
        state = self._state(sent.log)
        if sent.seq <= state.head:
            return
        me = self.me(sent.log)
        said, called = sent if isinstance(sent, MessageSent) else None, self._called_by(sent)
        mentioned = called and me in sent.mentions
        in_room, everybody = said is None or not said.thread, said is not None and said.mentions_room
        counts = mentioned or (in_room and called and everybody)
        mine = in_room and sent.by == me
        self._counting.heard(state, Heard(sent.log, sent.seq, unread=in_room, mentions=counts, mine=mine))
        if said is not None and not in_room:
            self.threads.said(said, me, mentioned=mentioned, shunned=not called)
        if called and (mentioned or (said is not None and bool(me) and said.answers == me)):
            self._item(sent)

    def _edited(self, edit: MessageEdited) -> None:
        """It counts as a mention for who was not mentioned before."""
        state, mine = self._state(edit.log), self.me(edit.log) in edit.mentions_new
        if edit.seq > state.head and (mine or edit.mentions_room_new) and self._called_by(edit):
            self._counting.heard(state, Heard(edit.log, edit.seq, mentions=True))
            if mine:
                self._item(edit)
            if edit.thread and mine:
                self.threads.edited(edit)

    def _item(self, entry: Entry) -> None:
        """One more in the inbox, unless its count holds it already."""
        self.inbox.unread += entry.seq > self._in_inbox.get(entry.log, 0)

    def _called_by(self, entry: Entry) -> bool:
        """Whether a mention of me counts: not when I said it myself, or block or mute the author."""
        author = self.personas.get((entry.by, entry.rev)) if self.blocks else None
        kind = self.blocks.of(entry.by) if author is None else self.blocks.kind(author.handle, entry.by)
        return entry.by != self.me(entry.log) and not kind
