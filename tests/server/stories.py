"""Random stories: who asks what, drawn by Hypothesis.

A story is a list of numbers. `Town.tell` turns each step into a command with what there is by then: a room, a member, a
handle that somebody has, or now and then an id of nobody. Days pass when a step says so. `make soak` tells ten times as
many, `--hypothesis-profile long` twenty.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from among_protocol import wire
from among_protocol.accounts import UpdateAccount
from among_protocol.base import Command
from among_protocol.communities import CreateCommunity, JoinCommunity, LeaveCommunity, UpdateCommunity
from among_protocol.corners import UpdateCorner
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.erasure import EraseAccount
from among_protocol.forwards import ForwardMessage
from among_protocol.inbox import MarkInbox
from among_protocol.markers import SetMarker
from among_protocol.messages import SendMessage
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
from among_protocol.retention import Retention
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
from among_server.core.retention import LOOK
from tests.server.chronicle import Chronicle
from tests.server.lasting import DAYS, LASTING, QUOTES, TENDING, lasting, quote_at
from tests.server.registers import REGISTERS, own
from tests.stores import new_store
from tests.world import PASSWORD, Person, World, world_of

HANDLES = ("ann", "bob", "cyd", "dan")
KEEPING = ("role", "role", "kick", "ban", "unban", "silence", "unsilence", "report", "resolve")
ACTS = (
    "create", "join", "join", "join", "leave", "open room", "open room", "private room", "private room", "follow", "unfollow",
    "topic", "add", "add", "add", "put out", "put out", "put out", "direct", *8 * ("say",), "profile", "marker", "wait",
    "pin", "pin", "unpin", "forward", "edit", "delete", "delete", "everybody",
    "publish", "publish", "revise", "unpublish", "comment", "comment", "corner", "react", "react", "react", "unreact",
    "answer", "answer", "answer", "edit", "follow thread", "unfollow thread", "mark thread", "choose in thread", "mark inbox",
    "reply", "reply", "trim", "trim", "erase", *REGISTERS, *KEEPING, *LASTING,
)  # fmt: skip

OWN = ("edit", "delete", "revise", "unpublish", *QUOTES)  # which only who said it may, or who keeps the peace

STEP = st.tuples(st.sampled_from(HANDLES), st.sampled_from(ACTS), st.integers(0, 7), st.integers(0, 7))
STORIES = st.lists(STEP, min_size=40, max_size=80)  # shorter ones end before much was said
TOLD = settings().max_examples // 6  # on each store, of each kind of story

Step = tuple[str, str, int, int]


class Wall:
    """The clock on the wall, which a story may put forward."""

    def __init__(self) -> None:
        self.ahead = 0  # nanoseconds
        self._true = time.time_ns

    def __call__(self) -> int:
        return self._true() + self.ahead


class Town:
    """Some people, and the ids that there are so far. One of them speaks MessagePack."""

    def __init__(self, world: World, wall: Wall) -> None:
        self.world = world
        self.wall = wall
        self.chronicle = Chronicle(world.app.store)
        self.people: dict[str, Person] = {}
        self.communities: list[str] = []
        self.rooms: list[str] = []
        self.members: list[str] = []
        self.asked: list[tuple[Person, str, type[Command]]] = []
        self._words = 0

    async def open(self, *, kept: bool = False) -> None:
        """`kept`: there is a community with all of them in it and in its private room, and one of them is a steward."""
        self.world.app.services.retaining.sweep(self.world.clock.now)  # from now on it looks now and then
        for handle in HANDLES:
            encoding = wire.MSGPACK if handle == "dan" else wire.JSON
            self.people[handle] = await self.world.person(handle, encoding)
        if kept:
            ann, *others = self.people.values()
            community = (await ann.ask(CreateCommunity, slug=self._word(), name="Place")).entry.log
            await ann.ask(CreateRoom, community=community, slug=self._word(), topic="first")
            await ann.ask(UpdateCommunity, community=community, retention=Retention(messages=4))  # in three days
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
            if act == "trim":
                self._pass(DAYS[two % 4])
                continue
            may = act in (*KEEPING, *TENDING) and one % 2  # one of those who may, while they have kept their roles
            person = self.people[HANDLES[one // 2 % 2] if may else who]
            if act in OWN and one % 4:
                person = self._author(act, one, two) or person
            asked = self._asked(person, act, one, two)
            if asked is not None:
                command, fields = asked
                self.asked.append((person, person.begin(command, **fields), command))
            if one == 0:
                await asyncio.sleep(0)
        await self.settled()

    def _pass(self, days: int) -> None:
        """So many days pass, and the server looks what rooms keep no longer; it does so while people go on."""
        self.wall.ahead += days * 86_400 * 10**9
        self.world.clock.now += days * 86_400 + LOOK
        self.world.app.services.retaining.sweep(self.world.clock.now)

    def _asked(self, person: Person, act: str, one: int, two: int) -> tuple[type[Command], dict[str, Any]] | None:
        community, room = self._where(one)
        if act in REGISTERS:  # what one keeps for oneself
            return own(act, community, room, self._said(room, two), self._word(), (one, two))
        if act in LASTING:
            return lasting(act, self.chronicle, room, self._said(room, two), self._word(), (one, two))
        return self._keeping(act, one, two) if act in KEEPING else self._command(person, act, one, two)

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
            case "pin" | "unpin" | "forward" | "edit" | "delete" | "everybody" | "topic" | "reply":
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

    def _later(self, act: str, room: str, one: int, two: int) -> tuple[type[Command], dict[str, Any]]:
        """What becomes of a room, of what was said there, and a call to everybody."""
        match act:
            case "pin" | "unpin":
                return (AddPin if act == "pin" else RemovePin), {"room": room, "message": self._said(room, two)}
            case "forward":
                origin = self.rooms[two % len(self.rooms)] if self.rooms else "r_nowhere"
                shown = {"origin": origin, "message": self._said(origin, one), "comment": "look" * (two % 2)}
                return ForwardMessage, {"room": room, "thread": self._root(room, two) * (one % 3 == 2), **shown}
            case "reply":
                seq = self._said(room, two)
                said = self.chronicle.said.get(room, {}).get(seq)
                beside = {"reply_to": seq, "thread": said.thread if said is not None else 0}
                return SendMessage, {"room": room, "body": f"said in {room} to {seq}", **beside}
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
                to = {"room": room, "message": self._said(room, two) if two % 2 else two, "emoji": "👍"}
                return AddReaction if act == "react" else RemoveReaction, to
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
                return SendMessage, {"room": room, "body": body, "thread": self._root(room, two)}
            case "follow thread":
                return FollowThread, {"room": room, "thread": self._root(room, two)}
            case "unfollow thread":
                return UnfollowThread, {"room": room, "thread": self._root(room, two)}
            case "choose in thread":
                return SetNotify, {
                    "place": room,
                    "thread": self._root(room, two),
                    "level": ("all", "nothing", "inherit")[two % 3],
                }
            case "marker":
                return SetMarker, {"room": room, "seq": self._said(room, two), "unread": two % 3 == 0}
            case "mark inbox":
                return MarkInbox, {"number": two, "unread": two % 3 == 0}
            case _:
                return MarkThread, {
                    "room": room,
                    "thread": self._root(room, two),
                    "seq": self._said(room, two),
                    "unread": two % 2 == 0,
                }

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
        """The number of a message that is in the room by now, one of the first or of the last; 7 is none, mostly."""
        said = list(self.chronicle.said.get(room, ()))
        return said[(number if number < 4 else 3 - number) % len(said)] if said and number < 7 else number

    def _root(self, room: str, number: int) -> int:
        """Likewise of one of the first four that were said to the room."""
        roots = [seq for seq, one in self.chronicle.said.get(room, {}).items() if not one.thread]
        return roots[number % 4 % len(roots)] if roots else 1 + number % 4

    def _author(self, act: str, one: int, two: int) -> Person | None:
        """Who wrote what `_asked` would name."""
        if act in QUOTES:
            whose = self.chronicle.quotes.get(quote_at(self.chronicle, two))
            return next(
                (one for one in self.people.values() if whose is not None and one.account == whose.account), None
            )
        if not self.rooms:
            return None
        room = self.rooms[one % len(self.rooms)]
        said = self.chronicle.entries.get((room, self._said(room, two) if act in ("edit", "delete") else two))
        by = self.chronicle.members.get(said.by) if said is not None else None
        return next((one for one in self.people.values() if by is not None and one.account == by.account), None)

    def _place(self, member: int) -> str:
        """Where the member of this number is, as far as `_command` would name one."""
        id = self.members[member % len(self.members)] if self.members else ""
        return self.chronicle.members[id].place if id else "c_nowhere"

    async def settled(self) -> None:
        """Everything is answered; what there is now may be named."""
        for person, id, _ in self.asked:
            await person.answered(id)
        self.asked.clear()
        await self.world.quiet()
        self.communities = list(self.chronicle.communities)
        self.rooms = list(self.chronicle.rooms)
        self.members = list(self.chronicle.members)


@asynccontextmanager
async def town_on(kind: str, *, kept: bool = False) -> AsyncIterator[Town]:
    """A town of which a store of this kind keeps all."""
    wall = Wall()
    with new_store(kind) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", wall)
        async with world_of(store, erase_grace_hours=0) as world:
            town = Town(world, wall)
            await town.open(kept=kept)
            yield town
