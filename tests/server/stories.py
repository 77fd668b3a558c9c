"""Random stories: who asks what, drawn by Hypothesis.

A story is a list of numbers. `Town.tell` turns each step into a command with what there is by then: a room, a member, a
handle that somebody has, or now and then an id of nobody.
"""

import asyncio
from typing import Any

from hypothesis import strategies as st

from among_protocol import wire
from among_protocol.accounts import UpdateAccount
from among_protocol.base import Command
from among_protocol.communities import CreateCommunity, JoinCommunity, LeaveCommunity
from among_protocol.corners import UpdateCorner
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.erasure import EraseAccount
from among_protocol.forwards import ForwardMessage
from among_protocol.inbox import MarkInbox
from among_protocol.markers import SetMarker
from among_protocol.messages import MessageSent, SendMessage
from among_protocol.moderation import (
    DAY,
    BanMember,
    KickMember,
    SetRole,
    SilenceMember,
    UnbanMember,
    UnsilenceMember,
)
from among_protocol.notify import SetNotify
from among_protocol.pins import AddPin, RemovePin
from among_protocol.posts import DeletePost, EditPost, PublishPost
from among_protocol.reactions import AddReaction, RemoveReaction
from among_protocol.reports import FileReport, ResolveReport
from among_protocol.rooms import (
    AddPerson,
    CreateRoom,
    FollowRoom,
    OpenDirect,
    RemovePerson,
    SetTopic,
    UnfollowRoom,
)
from among_protocol.threads import FollowThread, MarkThread, UnfollowThread
from tests.server.registers import REGISTERS, own
from tests.world import PASSWORD, Person, World

HANDLES = ("ann", "bob", "cyd", "dan")
KEEPING = ("role", "role", "kick", "ban", "unban", "silence", "unsilence", "report", "resolve")
ACTS = (
    "create", "join", "join", "join", "leave", "open room", "open room", "private room", "private room", "follow", "unfollow",
    "topic", "add", "add", "add", "put out", "put out", "put out", "direct", "say", "say", "say", "say", "say", "profile", "marker", "wait",
    "pin", "pin", "unpin", "forward", "edit", "delete", "delete", "everybody",
    "publish", "publish", "revise", "unpublish", "comment", "comment", "corner", "react", "react", "react", "unreact",
    "answer", "answer", "answer", "edit", "follow thread", "unfollow thread", "mark thread", "choose in thread", "mark inbox",
    "erase", *REGISTERS, *KEEPING,
)  # fmt: skip

OWN = ("edit", "delete", "revise", "unpublish")  # which only who said it may, or who keeps the peace

STEP = st.tuples(st.sampled_from(HANDLES), st.sampled_from(ACTS), st.integers(0, 7), st.integers(0, 7))
STORIES = st.lists(STEP, min_size=40, max_size=80)  # shorter ones end before much was said

Step = tuple[str, str, int, int]


class Town:
    """Some people, and the ids that there are so far. One of them speaks MessagePack."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people: dict[str, Person] = {}
        self.communities: list[str] = []
        self.rooms: list[str] = []
        self.members: list[str] = []
        self.asked: list[tuple[Person, str, type[Command]]] = []
        self._words = 0

    async def open(self, *, kept: bool = False) -> None:
        """`kept`: there is a community with all of them in it and in its private room, and one of them is a steward."""
        for handle in HANDLES:
            encoding = wire.MSGPACK if handle == "dan" else wire.JSON
            self.people[handle] = await self.world.person(handle, encoding)
        if kept:
            ann, *others = self.people.values()
            community = (await ann.ask(CreateCommunity, slug=self._word(), name="Place")).entry.log
            await ann.ask(CreateRoom, community=community, slug=self._word(), topic="first")
            members = [(await one.ask(JoinCommunity, community=community)).entry.member for one in others]
            await ann.ask(SetRole, community=community, member=members[0], role="steward")
            private = (
                await ann.ask(CreateRoom, community=community, slug=self._word(), topic="first", kind="private")
            ).entry.room
            for member in members:
                await ann.ask(AddPerson, room=private, member=member)
            await self.settled()

    def _word(self) -> str:
        self._words += 1
        return f"word-{self._words}"

    async def tell(self, story: list[Step]) -> None:
        """Ask without waiting for answers, so that many are in one batch; at `wait` all is answered."""
        for who, act, one, two in story:
            if act == "wait":
                await self.settled()
                continue
            if act == "erase":
                await self._erased(who, one, two)
                continue
            if act == "put out":
                await self._in_and_out(one, two)
                continue
            may = act in KEEPING and one % 2  # one of those who may, while they have kept their roles
            person = self.people[HANDLES[one // 2 % 2] if may else who]
            if act in OWN and one % 4:
                person = self._author(act, one, two) or person
            if act in REGISTERS:
                asked: tuple[type[Command], dict[str, Any]] | None = self._own(act, one, two)
            else:
                asked = self._keeping(act, one, two) if act in KEEPING else self._command(person, act, one, two)
            if asked is not None:
                command, fields = asked
                self.asked.append((person, person.begin(command, **fields), command))
            if one == 0:
                await asyncio.sleep(0)
        await self.settled()

    def _command(self, person: Person, act: str, one: int, two: int) -> tuple[type[Command], dict[str, Any]] | None:
        community, room = self._where(one)
        member = self.members[two % len(self.members)] if self.members else "m_nobody"
        match act:
            case "create":
                return (CreateCommunity, {"slug": self._word(), "name": "Place"}) if len(self.communities) < 3 else None
            case "join":
                return JoinCommunity, {"community": community}
            case "leave":
                return LeaveCommunity, {"community": community}
            case "open room" | "private room":
                kind = act.partition(" ")[0]
                return CreateRoom, {"community": community, "slug": self._word(), "topic": "first", "kind": kind}
            case "follow" | "unfollow":
                return (FollowRoom if act == "follow" else UnfollowRoom), {"room": room}
            case "add":
                return AddPerson, {"room": room, "member": member}
            case "direct":
                return OpenDirect, {"handles": [HANDLES[one % 4], HANDLES[two % 4]]}
            case "profile":
                return UpdateAccount, {"display_name": self._word(), "bio": "" if two % 2 else "new"}
            case "corner" | "publish" | "revise" | "unpublish" | "comment" | "react" | "unreact":
                return self._writing(act, community, room, two)
            case "pin" | "unpin" | "forward" | "edit" | "delete" | "everybody" | "topic":
                return self._later(act, room, one, two)
            case (
                "answer"
                | "follow thread"
                | "unfollow thread"
                | "mark thread"
                | "choose in thread"
                | "marker"
                | "mark inbox"
            ):
                return self._threads(act, room, two)
            case _:
                body = f"said in {room} @{HANDLES[two % 4]}"
                return SendMessage, {"room": room, "body": body * (1 + 400 * (two == 7))}

    async def _in_and_out(self, one: int, two: int) -> None:
        """A steward who is in a private room brings somebody in, or takes somebody out."""
        standings = [(person, await self.world.app.store.standing(person.account)) for person in self.people.values()]
        there = [(person, standing) for person, standing in standings if standing is not None]
        members = {(row.place, person.handle): row for person, standing in there for row in standing.members}
        inside = [
            (person, row)
            for person, standing in there
            for row in standing.rooms
            if row.kind == "private" and members[row.community, person.handle].role != "member"
        ]
        if inside:
            person, room = inside[one % len(inside)]
            other = members.get((room.community, HANDLES[two % 4]))
            command = AddPerson if one % 2 else RemovePerson
            fields = {"room": room.id, "member": other.id if other is not None else "m_nobody"}
            self.asked.append((person, person.begin(command, **fields), command))

    def _where(self, one: int) -> tuple[str, str]:
        """A community, and a room of this or another one."""
        community = self.communities[one % len(self.communities)] if self.communities else "c_nowhere"
        return community, self.rooms[one % len(self.rooms)] if self.rooms else "r_nowhere"

    def _own(self, act: str, one: int, two: int) -> tuple[type[Command], dict[str, Any]]:
        """What one keeps for oneself."""
        community, room = self._where(one)
        return own(act, community, room, self._said(room, two), self._word(), (one, two))

    def _later(self, act: str, room: str, one: int, two: int) -> tuple[type[Command], dict[str, Any]]:
        """What becomes of a room, of what was said there, and a call to everybody."""
        match act:
            case "pin" | "unpin":
                return (AddPin if act == "pin" else RemovePin), {"room": room, "message": self._said(room, two)}
            case "forward":
                origin = self.rooms[two % len(self.rooms)] if self.rooms else "r_nowhere"
                return ForwardMessage, {"room": room, "origin": origin, "message": one, "comment": "look" * (two % 2)}
            case "topic":
                return SetTopic, {"room": room, "topic": f"topic of {room}"}
            case "edit":
                return EditMessage, {"room": room, "message": self._said(room, two), "body": f"edited in {room} @room"}
            case "delete":
                reason = f"reason-{self._word()[5:]}"
                return DeleteMessage, {"room": room, "message": self._said(room, two), "reason": reason}
            case _:
                return SendMessage, {"room": room, "body": f"said in {room}, @room"}

    def _writing(self, act: str, community: str, room: str, two: int) -> tuple[type[Command], dict[str, Any]]:
        """What is done in corners; and reactions, there and elsewhere."""
        match act:
            case "corner":
                return UpdateCorner, {"community": community, "comments": "nobody" if two == 7 else "members"}
            case "publish":
                body = f"published in {community} @{HANDLES[two % 4]}\n"
                return PublishPost, {
                    "community": community,
                    "title": self._word(),
                    "body": body * (1 + 400 * (two == 7)),
                }
            case "react" | "unreact":
                return AddReaction if act == "react" else RemoveReaction, {"room": room, "message": two, "emoji": "👍"}
            case "unpublish":
                return DeletePost, {"room": room, "post": two, "reason": f"reason-{self._word()[5:]}"}
            case "revise":
                return EditPost, {"room": room, "post": two, "body": f"revised in {room}"}
            case _:
                return SendMessage, {"room": room, "body": f"about it, @{HANDLES[two % 4]}", "post": two}

    def _threads(self, act: str, room: str, two: int) -> tuple[type[Command], dict[str, Any]]:
        """What is said in threads, and how far one has read."""
        body = f"in {room}, @{HANDLES[two % 4]}"
        match act:
            case "answer":
                return SendMessage, {"room": room, "body": body, "thread": 1 + two % 4}
            case "follow thread":
                return FollowThread, {"room": room, "thread": 1 + two % 4}
            case "unfollow thread":
                return UnfollowThread, {"room": room, "thread": 1 + two % 4}
            case "choose in thread":
                return SetNotify, {
                    "place": room,
                    "thread": 1 + two % 4,
                    "level": ("all", "nothing", "inherit")[two % 3],
                }
            case "marker":
                return SetMarker, {"room": room, "seq": two, "unread": two % 3 == 0}
            case "mark inbox":
                return MarkInbox, {"number": two, "unread": two % 3 == 0}
            case _:
                return MarkThread, {"room": room, "thread": 1 + two % 4, "seq": two, "unread": two % 2 == 0}

    def _keeping(self, act: str, one: int, two: int) -> tuple[type[Command], dict[str, Any]]:
        """What is done about a member, where that member is."""
        member = self.members[two % len(self.members)] if self.members else "m_nobody"
        named = {"community": self._place(two), "member": member}
        because = {**named, "reason": f"reason-{self._word()[5:]}"}
        match act:
            case "role":
                role = ("steward", "steward", "member", "owner")[one % 4]
                return SetRole, {**named, "role": role, "hand_over": one == 7}
            case "kick":
                return KickMember, because
            case "ban":
                return BanMember, because
            case "unban":
                return UnbanMember, named
            case "silence":
                return SilenceMember, {**because, "for_ms": DAY}
            case "unsilence":
                return UnsilenceMember, named
            case "report":
                return FileReport, because
            case _:
                return ResolveReport, {"community": self._place(two), "report": one, "outcome": "acted"}

    async def _erased(self, handle: str, one: int, two: int) -> None:
        """Now and then an account goes for good, and somebody new comes in its place."""
        if one or handle == HANDLES[0]:  # seldom, and never who founded the place
            return
        await self.settled()
        person = self.people[handle]
        keep = "words" if two % 2 else "erase"
        id = person.begin(EraseAccount, password=PASSWORD, handle=person.handle, keep=keep)
        await person.answered(id)
        await self.settled()
        if person.closed is not None:
            self.people[handle] = await self.world.person(f"{handle}-{self._word()}", person.encoding)
            await self.settled()

    def _said(self, room: str, number: int) -> int:
        """The number of a message that is in the room by now; 7 is none, mostly."""
        tx = self.world.app.store._tx  # type: ignore[attr-defined]  # names even what nobody would tell
        said = [
            seq for (log, seq), kept in tx.entries.items() if log == room and isinstance(kept.stored.event, MessageSent)
        ]
        return said[number % len(said)] if said and number < 7 else number

    def _author(self, act: str, one: int, two: int) -> Person | None:
        """Who wrote what `_command` would name."""
        if not self.rooms:
            return None
        room = self.rooms[one % len(self.rooms)]
        tx = self.world.app.store._tx  # type: ignore[attr-defined]  # names even what nobody would tell
        kept = tx.entries.get((room, self._said(room, two) if act in ("edit", "delete") else two))
        by = tx.members.get(kept.stored.event.by) if kept is not None else None
        return next((one for one in self.people.values() if by is not None and one.account == by.account), None)

    def _place(self, member: int) -> str:
        """Where the member of this number is, as far as `_command` would name one."""
        id = self.members[member % len(self.members)] if self.members else ""
        tx = self.world.app.store._tx  # type: ignore[attr-defined]  # names even what nobody would tell
        return tx.members[id].place if id else "c_nowhere"

    async def settled(self) -> None:
        """Everything is answered; what there is now may be named."""
        for person, id, _ in self.asked:
            await person.answered(id)
        self.asked.clear()
        await self.world.quiet()
        tx = self.world.app.store._tx  # type: ignore[attr-defined]  # names even what nobody would tell
        self.communities = list(tx.communities)
        self.rooms = list(tx.room_rows)
        self.members = list(tx.members)
