"""The stage of the client's own tests: among_protocol.testing with names that can be read in a failure.

Pages and replays are tiny, so that gaps and second pages are common. Nothing goes wrong in here; what goes wrong is
between it and the client (faults.py).
"""

import itertools
from typing import Literal

from among_protocol import codes
from among_protocol.base import Command, Entry
from among_protocol.communities import CommunityCreated, JoinCommunity, LeaveCommunity
from among_protocol.logs import LogKind, ReadEntries
from among_protocol.messages import MessageSent
from among_protocol.rooms import FollowRoom, UnfollowRoom
from among_protocol.testing import Novelty, TestServer, Town
from among_protocol.testing.answers import WRITES
from among_protocol.testing.state import CommunityRow, MemberRow, Person, RoomRow, SessionRow
from among_protocol.testing.town import Refusal, Thing

__all__ = ["AT", "PAGE", "REPLAY", "Harbour", "Mood", "Novelty", "Server"]

AT = "2026-01-31T09:00:00.000Z"
REPLAY = 6  # entries of a log in one sync
Mood = Literal["wait", "bug", "fix", "unsure", "unsure, but it was"]
PAGE = 3  # entries in one page, however many are asked for


class Server(Town):
    """`ann` is in the community `c1` and follows `r1` and `r2`, not `r3`; `zoe` writes what ann reads."""

    def __init__(self) -> None:
        super().__init__()
        self.limits.page_entries, self.limits.replay_entries, self.limits.in_flight = PAGE, REPLAY, 8
        self.signed_in_by_password = 0  # or by signing up
        self.bugs = 0  # commands that met one
        self.said_so_far = itertools.count(1)
        self.communities["c1"] = CommunityRow("c1", "garden", "Garden")
        self.log("c1", "community")
        self.write(CommunityCreated(log="c1", seq=1, at=AT, slug="garden", name="Garden"))
        for room in ("r1", "r2", "r3"):
            self.rooms[room] = RoomRow(room, room, "open", "c1")
            self.log(room, "room")
        for handle in ("ann", "zoe"):
            person = self.sign_up(handle)
            person.logs.update(c1="community", r1="room", r2="room")
            self.bring(handle)

    def new_id(self, kind: Thing, name: str) -> str:
        if kind == "session":
            return super().new_id(kind, name)
        return name if kind == "room" else f"{kind[0]}-{name.replace(' ', '-')}"

    @property
    def mine(self) -> dict[str, dict[str, LogKind]]:
        """The logs of each account."""
        return {id: person.logs for id, person in self.people.items()}

    def open_session(self, person: Person, device: str = "") -> SessionRow:
        self.signed_in_by_password += 1
        return super().open_session(person, device)

    def bring(self, *handles: str) -> None:
        """They are members of `c1`."""
        for handle in handles:
            self.members[f"m-{handle}"] = MemberRow(f"m-{handle}", f"a-{handle}", "c1", handle, handle)

    def is_online(self, handle: str) -> None:
        connection = self.connect()
        connection.account, connection.presence = self.person(handle).id, "online"
        self.refresh(connection.account)

    def hand_out(self, token: str, handle: str) -> None:
        """A token that signs in as this person."""
        self.sessions[token] = SessionRow(f"s-{handle}", self.person(handle).id, token, "", AT)

    def in_a_mood(self, mood: Mood, times: int = 1) -> None:
        """What so many of the next commands meet."""
        for _ in range(times):
            if mood == "wait":
                self.refuse(codes.BUSY)
            elif mood == "bug":
                self.refuse(codes.INTERNAL)
            elif mood == "fix":
                self.refuse(codes.FIELD_INVALID)
            else:
                self.refuse(codes.STORAGE_UNCERTAIN, retry_after_ms=1000, carried_out=mood == "unsure, but it was")

    def refusal(self, account: str, command: Command) -> Refusal | None:
        refusal = super().refusal(account, command)
        if refusal is not None and isinstance(command, ReadEntries) and refusal.code is codes.FIELD_INVALID:
            self.bugs += 3  # refused for good: the client does not try three times
        self.bugs += refusal is not None and refusal.code is codes.INTERNAL
        return refusal

    def zoe_says(self, room: str, body: str = "") -> MessageSent:
        body = body or f"hello {next(self.said_so_far)}"  # no two alike: another epoch has said something else
        zoe = self.person("zoe")
        return self.say(zoe.id, self.rooms[room], self.members["m-zoe"], body)

    def gilded(self, log: str) -> Entry:
        return self.novelty(log)

    def coalesced(self, room: str, count: int) -> Entry:
        """So many numbers, told as one entry."""
        first = self.next(room)
        body = f"{count} at once, {next(self.said_so_far)}"
        return self.write(
            MessageSent(log=room, seq=first + count - 1, first=first, at=AT, by="m-zoe", rev=1, body=body)
        )

    def joined(self, account: str, id: str) -> Entry:
        """A log becomes somebody's, live, from its head on."""
        nonce = f"joined {next(self.said_so_far)}"
        if id in self.communities:
            return WRITES[JoinCommunity](self, self.people[account], JoinCommunity(id="", nonce=nonce, community=id))
        return WRITES[FollowRoom](self, self.people[account], FollowRoom(id="", nonce=nonce, room=id))

    def left(self, account: str, id: str) -> Entry:
        """A log is somebody's no longer."""
        nonce = f"left {next(self.said_so_far)}"
        if id in self.communities:
            return WRITES[LeaveCommunity](self, self.people[account], LeaveCommunity(id="", nonce=nonce, community=id))
        return WRITES[UnfollowRoom](self, self.people[account], UnfollowRoom(id="", nonce=nonce, room=id))


class Harbour(TestServer):
    """This stage on a real socket."""

    __test__ = False

    def __init__(self, server: Server) -> None:
        super().__init__(town=server)
        self.server = server
