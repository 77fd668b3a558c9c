"""What is on the screen, and why: fed with what the server says, gives the lines to print.

Rules: no I/O, no clock, no terminal; times and events come in as arguments, lines go out as data.
Who wrote is known before an event comes in here (`know`); link.py sees to that. Unread counts are the server's; the
client only adds what came live after the number that they are of (`counting`), and is not on the screen.
"""

from collections.abc import Collection, Iterable
from datetime import tzinfo

from among_protocol import communities, logs, markers, members, messages, presence, rooms
from among_protocol.accounts import Account
from among_protocol.attention import Attention
from among_protocol.base import Entry
from among_protocol.counting import Counting, Heard
from among_protocol.dnd import DndChanged
from among_protocol.edits import MessageEdited
from among_protocol.following import Following
from among_protocol.notify import NotifyChanged
from among_protocol.retention import RoomTrimmed
from among_protocol.status import AppearanceChanged
from among_protocol.threads import ThreadState
from among_protocol.wire import AnyEvent, UnknownEvent

from . import (
    account_news,
    bell,
    care,
    changes,
    community_news,
    corner_news,
    portrait_page,
    reaction_lines,
    thread_lines,
)
from .acquaintances import Acquaintances
from .appearances import Appearances
from .lines import Line, Part, Said, told
from .moment import moment
from .places import NOBODY, Community, Outgoing, Room, direct_title, new_in
from .visit import NOWHERE, Visit
from .waiting import Waiting

TYPING_SECONDS = 6.0  # how long somebody counts as writing, by the protocol


class Model(Acquaintances):
    """All that the client shows."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        super().__init__()
        self.zone = zone  # of the reader; None is the machine's
        self.account: Account | None = None
        self.communities: dict[str, Community] = {}
        self.rooms: dict[str, Room] = {}
        self.counting = Counting()  # what is unread in rooms
        self.visit: Visit | None = None  # the open room
        self.away = False  # the reader is: nothing counts as read
        self.appearances = Appearances()
        self.attention = Attention()  # what is worth a bell
        self.outgoing: dict[str, Outgoing] = {}  # by nonce, oldest first
        self.threads = Following()  # those that the reader follows; link.py says which
        self.answers = thread_lines.Gathered()
        self.waiting = Waiting()  # of the inbox
        self.gathered = reaction_lines.Gathered()

    # ---- who and where

    @property
    def presence(self) -> dict[str, presence.PresenceState]:
        """Of the members that are watched."""
        return self.appearances.presence

    @property
    def room(self) -> Room | None:
        """The open room."""
        return self.visit.room if self.visit else None

    def here(self) -> Community | None:
        """The community of the open room, or the only one that one is in."""
        if self.room is not None and self.room.community:
            return self.communities[self.room.community]
        return next(iter(self.communities.values())) if len(self.communities) == 1 else None

    def place(
        self,
        account: Account | None,
        cards: Iterable[communities.Membership],
        directs: Iterable[rooms.Room],
        later: Collection[str] = (),
    ) -> None:
        """Where one is, as the server states it: what is not in here is no more, but for the communities whose cards
        come `later`: those stay as they were."""
        self.account = account or self.account
        before = self.rooms
        self.communities = {id: here for id, here in self.communities.items() if id in later}
        self.rooms = {id: room for id, room in before.items() if room.community in later}
        for card in cards:
            self._card(card, before)
        self.rooms.update((room.id, before[room.id]) for room in directs if room.id in before)
        for room in directs:
            self.direct(room)
        if self.room and self.room.id not in self.rooms:
            self.visit = None

    def joined(self, card: communities.Membership) -> None:
        """A community as it is now: it was joined, or may have changed unheard."""
        self._card(card, self.rooms)

    def direct(self, card: rooms.Room) -> Room:
        """A direct as it is now."""
        for persona in card.people:
            self.know(persona)
        self._put(card, direct_title(card.people, card.member), card.member, self.rooms)
        return self.rooms[card.id]

    def _card(self, card: communities.Membership, before: dict[str, Room]) -> None:
        place = card.community
        self.communities[place.id] = Community.of(card)
        for room in card.rooms:
            name = f"@{self.who(room.owner)}" if room.kind == "corner" else room.slug
            self._put(room, f"{place.slug}/{name}", card.member, before)

    def _put(self, card: rooms.Room, title: str, me: str, before: dict[str, Room]) -> None:
        room = before.get(card.id)
        if room is None:  # following one begins at its head: what was said before is not new
            room = Room(card.id, title, card.kind, card.community, me)
            self.counting.begins(room, card.id, card.head)
        room.title, room.topic, room.following = title, card.topic, card.following or card.kind == "direct"
        room.people, room.owner, room.head = card.people, card.owner, max(room.head, card.head)
        room.retention, room.retention_since = card.retention, card.retention_since
        self.rooms[card.id] = room

    def know(self, persona: members.Persona) -> None:
        """Likewise; corners and directs go by what their people are called now."""
        before = self.who(persona.member)
        super().know(persona)
        if (handle := self.who(persona.member)) == before:
            return
        latest = self._latest[persona.member]
        for room in self.rooms.values():
            if room.owner == persona.member:
                room.title = f"{room.title.partition('/')[0]}/@{handle}"
            elif any(one.member == persona.member for one in room.people):
                room.people = [latest if one.member == persona.member else one for one in room.people]
                room.title = direct_title(room.people, room.me)

    def counted(self, states: Iterable[logs.LogState]) -> None:
        """What the server counted as unread, up to the head that it states."""
        known = [state for state in states if state.log in self.rooms and state.status != "gone"]
        self.counting.stated(known)
        for state in known:
            room = self.rooms[state.log]
            room.head, room.floor = state.head, state.floor
            room.read, room.unread, room.mentions = state.read, state.unread, state.mentions

    def numbered(self) -> list[Room]:
        """The rooms in the order in which /rooms numbers them: by community, its corners last; then directs."""
        return sorted(self.rooms.values(), key=lambda room: room.order)

    def find(self, name: str) -> list[Room]:
        """The rooms that may be meant: community/room, a slug, @handle. One is an answer."""
        name = name.strip().lower()
        exact = [room for room in self.rooms.values() if room.title == name]
        near = [room for room in self.numbered() if room.community and not room.owner and room.short == name]
        here = [room for room in near if self.room and room.community == self.room.community]
        return exact or here or near

    def unread(self) -> tuple[int, int]:
        """Rooms other than the open one with something new, and the mentions of me in them."""
        others = [room for room in self.rooms.values() if room.has_news and room is not self.room]
        return len(others), sum(room.mentions for room in others)

    def thread_news(self) -> list[ThreadState]:
        """The threads that I follow with something new, in the order of their rooms, the newest first."""
        news = [one for one in self.threads.values() if new_in(one) and one.room in self.rooms]
        return sorted(news, key=lambda one: (self.rooms[one.room].order, -one.head))

    def writing(self, now: float) -> list[str]:
        """Who writes in the open room. `now` in seconds, of the clock that `apply` is told of."""
        if self.room is None:
            return []
        live = {member: at for member, at in self.room.typing.items() if now - at < TYPING_SECONDS}
        self.room.typing = live
        names = [(self.who(member), member) for member in live]
        return sorted(who for who, member in names if not self.blocks.kind(who, member))

    # ---- the open room

    def open(self, room: Room, target: tuple[int, str] = NOWHERE) -> list[Line]:
        """Go to a room. Its messages follow with `page`; what comes until then waits."""
        self.visit = Visit(room, target)
        topic = [Part("dim", f"  {room.topic}")] if room.topic else []
        return [told(""), told(("place", room.title), *topic)]

    def page(self, visit: Visit, page: messages.MessagePage) -> list[Line]:
        """The newest messages of the room just opened."""
        if visit is not self.visit or not visit.loading:
            return []  # gone elsewhere meanwhile
        visit.room.floor = max(visit.room.floor, page.floor)
        said = [self.said(visit.room, message) for message in page.messages]
        return visit.page(said, page.as_of, complete=page.complete)

    def older(self, visit: Visit, page: messages.MessagePage) -> list[Line]:
        """Messages before the oldest on the screen."""
        if visit is not self.visit or (page.messages and page.messages[-1].seq >= visit.first):
            return []  # gone elsewhere meanwhile, or asked twice before the first answer came
        said = [self.said(visit.room, message) for message in page.messages]
        return visit.older(said, complete=page.complete)

    def marker(self) -> tuple[str, int] | None:
        """The room and the number up to which the reader has read now, where the server doesn't know yet."""
        visit = self.visit
        if visit is None or visit.loading or self.away or not visit.marks:
            return None
        if not visit.room.following or visit.read <= visit.room.read:
            return None
        return visit.room.id, visit.read

    def folds(self, member: str, rev: int) -> str:
        """What the reader does about who said something at this revision, wherever it is shown: "block", "mute" or nothing."""
        return self.blocks.kind(self.who(member), member) or self.blocks.kind(self.who(member, rev), member)

    def said(self, room: Room, message: messages.Message | messages.MessageSent) -> Said:
        """A message as it stands on the screen."""
        then, who, mine = self.who(message.by, message.rev), self.who(message.by), message.by == room.me
        folded = "" if mine else self.folds(message.by, message.rev)
        quote = message.quote if isinstance(message, messages.Message) else None  # live, bell.py says it
        called = room.me in message.mentions or (quote is not None and bool(room.me) and quote.by == room.me)
        said = Said(
            room=room.id,
            seq=message.seq,
            at=moment(message.at, self.zone),
            who=who,
            body=message.body,
            mine=mine,
            mention=(called or message.mentions_room) and not (mine or folded),
            folded=folded,
            then=then if then != who else "",
            root=message.thread,
            answers=message.reply_to,
        )
        return changes.marked(self, message, said)

    # ---- one's own words

    def sending(self, one: Outgoing) -> None:
        """Something of one's own is on its way."""
        self.outgoing[one.nonce] = one

    def stored(self, one: Outgoing, seq: int) -> None:
        """The server has it. It stays in sight until its line comes in its turn; where none comes, it goes now."""
        room = self.rooms.get(one.room)
        if room is None or not room.following or seq <= room.head:
            self.outgoing.pop(one.nonce, None)

    def failed(self) -> list[Outgoing]:
        """What the server refused, oldest first."""
        return [one for one in self.outgoing.values() if one.state == "failed"]

    # ---- what happens

    def apply(self, event: AnyEvent | UnknownEvent, now: float = 0.0) -> list[Line]:
        """Something happened: the lines that it puts on the screen. `now` in seconds, of any steady clock."""
        match event:
            case _ if reaction_lines.heard(self, event):
                pass  # they are told together, by and by
            case messages.MessageSent() if event.thread and event.log in self.rooms:
                return thread_lines.heard(self, self.rooms[event.log], event)
            case Entry():
                return self._entry(event)
            case markers.MarkerMoved():
                self._moved(event)
            case presence.PresenceChanged():
                self.appearances.see(event)
            case AppearanceChanged():
                self.appearances.chosen(event)
            case NotifyChanged() | DndChanged():
                self.attention.apply(event)
            case presence.TypingStarted():
                if (place := self.rooms.get(event.room)) and event.by != place.me:
                    place.typing[event.by] = now
            case _:
                pass
        return []

    def _moved(self, event: markers.MarkerMoved) -> None:
        """One has read so far, here or on another device; also back, and then no screen reads it again at once."""
        room = self.rooms.get(event.room)
        if room is None:
            return
        before = room.read
        self.counting.told(room, event)
        if room.read < before and self.visit is not None and self.visit.room is room:
            self.visit.marks = False

    def _entry(self, event: Entry) -> list[Line]:
        if isinstance(event, members.MemberForgotten):
            self.forget(event)
        if room := self.rooms.get(event.log):
            if room.owner:
                return corner_news.told_of(self, room, event)
            return self._message(room, event) if isinstance(event, messages.MessageSent) else self._in_room(room, event)
        if community := self.communities.get(event.log):
            lines = community_news.told_of(self, community, event)
            return lines if self.room and self.room.community == community.id else []
        if self.account and event.log == self.account.id:
            return account_news.told_of(self, event)
        for community in self.communities.values():
            if event.log == community.stewards:
                line = care.to_stewards(self, community, event)
                line = line or portrait_page.to_stewards(community, event, self.who(event.by, event.rev))
                return [line] if line else []
        return []

    def _message(self, room: Room, event: messages.MessageSent) -> list[Line]:
        room.typing.pop(event.by, None)
        room.head = max(room.head, event.seq)
        said = self.said(room, event)
        if said.mine:
            self.outgoing.pop(event.nonce, None)
        if said.mine and self.visit and room is self.room:
            self.visit.marks = True  # whoever speaks has read
        missed = not said.mine and self.misses(room)
        heard = Heard(room.id, event.seq, unread=missed, mentions=missed and said.mention, mine=said.mine)
        self.counting.heard(room, heard)
        return bell.told_of(self, room, event, said, missed=missed)

    def misses(self, room: Room) -> bool:
        """Whether what comes there now is not read at once."""
        visit = self.visit
        if self.away or visit is None or visit.room is not room or visit.loading or not visit.marks:
            return True
        return visit.read < visit.shown

    def _in_room(self, room: Room, event: Entry) -> list[Line]:
        room.head = max(room.head, event.seq)
        if isinstance(event, RoomTrimmed):
            self.counting.heard(room, Heard(room.id, event.seq, floor=event.floor, left=event.left))
        called = isinstance(event, MessageEdited) and self._calls(room, event)
        if called and self.misses(room):
            self.counting.heard(room, Heard(room.id, event.seq, mentions=True))
        passes = self.visit is not None and room is self.room and self.visit.passes(event.seq)
        by: Part = Part("who", self.who(event.by, event.rev))
        lines: list[Line] = []
        match event:
            case rooms.TopicSet():
                room.topic = event.topic
                lines = [told(by, ("dim", " set the topic: "), event.topic)]
            case rooms.PersonAdded():
                lines = [told(by, ("dim", " brought in "), ("who", self.who(event.member)))]
            case rooms.PersonRemoved():
                lines = [told(by, ("dim", " removed "), ("who", self.who(event.member)), ("dim", " from the room"))]
            case rooms.PersonLeft():
                lines = [told(by, ("dim", " left the room"))]
            case members.MemberUpdated():
                lines = community_news.renamed(self, event, room.me)
            case members.MemberForgotten():
                room.people = [
                    members.nobody(one.member, one.rev) if one.member == event.by else one for one in room.people
                ]
                room.title = direct_title(room.people, room.me)
                lines = [told(("who", NOBODY), ("dim", ": the account was erased"))]
            case _:
                lines = changes.told_of(self, room, event)
        lines = lines if passes else []
        if isinstance(event, MessageEdited):
            lines = [thread_lines.placed(self, line, event.thread) for line in lines]
        return bell.told_of_edit(self, room, event, lines) if isinstance(event, MessageEdited) and called else lines

    def _calls(self, room: Room, edit: MessageEdited) -> bool:
        """Whether it mentions me from now on, and that counts."""
        new = room.me in edit.mentions_new or edit.mentions_room_new
        return new and edit.by != room.me and not self.blocks.kind(self.who(edit.by, edit.rev), edit.by)

    def made(self, community: Community, id: str, slug: str, kind: rooms.RoomKind, topic: str) -> Room:
        """A room that is new."""
        title = f"{community.slug}/{slug}"
        self.rooms[id] = Room(id, title, kind, community.id, community.me, topic)
        return self.rooms[id]
