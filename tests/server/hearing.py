"""What one connection must have made of what it heard, whatever the story."""

from dataclasses import dataclass, field
from typing import Any

from among_protocol.base import Entry, Span
from among_protocol.communities import CommunityJoined, CommunityLeft
from among_protocol.logs import SyncStarted
from among_protocol.moderation import RoleSet
from among_protocol.rooms import DirectOpened, RoomFollowed, RoomUnfollowed
from among_server.store.stewards import stewards_of


@dataclass
class Place:
    """What an account's log tells of where it is."""

    member: str = ""
    role: str = "member"
    rooms: set[str] = field(default_factory=set)


class Story:
    """What one connection must make of what it hears: every log of the account, each entry once and in order, from the
    position that sync (with cards) or the account's log told."""

    def __init__(self, account: str, started: SyncStarted, positions: dict[str, int]) -> None:
        self.account = account
        self.at = {
            state.log: positions[state.log] if state.status == "caught_up" and state.log in positions else state.head
            for state in started.logs
            if state.status != "gone"
        }
        self.told = next(state.head for state in started.logs if state.log == account)
        self.heard: list[Entry] = []
        self.told_in_short: list[Span] = []
        self._community = {room.id: card.community.id for card in started.communities for room in card.rooms}

    def hear(self, event: Any) -> None:
        if not isinstance(event, Entry | Span):
            return
        assert event.log in self.at, f"heard of {event.log}, which is none of one's logs: {event}"
        begins = event.first or event.seq
        assert begins == self.at[event.log] + 1, f"{event.log}: {begins} came after {self.at[event.log]}"
        self.at[event.log] = event.seq
        if isinstance(event, Span):
            self.told_in_short.append(event)
            return
        self.heard.append(event)
        if event.log == self.account:
            self._moves(event, event.seq > self.told)

    def _moves(self, event: Any, new: bool) -> None:
        """Logs come and go by the account's own; what sync stated already is known."""
        match event:
            case CommunityJoined():
                self._community.update(dict.fromkeys(event.rooms, event.community))
                if new:
                    heads = {event.community: event.head, event.stewards: event.stewards_head, **event.rooms}
                    for log in filter(None, heads):
                        self.at.setdefault(log, heads[log])
            case RoleSet(stewards="") if new:
                self.at.pop(stewards_of(event.community), None)
            case RoleSet() if new:
                self.at.setdefault(event.stewards, event.head)
            case RoomFollowed() | DirectOpened():
                if isinstance(event, RoomFollowed):
                    self._community[event.room] = event.community
                if new:
                    self.at.setdefault(event.room, event.head)
            case RoomUnfollowed() if new:
                self.at.pop(event.room, None)
            case CommunityLeft() if new:
                rooms = [room for room, community in self._community.items() if community == event.community]
                for log in (event.community, stewards_of(event.community), *rooms):
                    self.at.pop(log, None)
            case _:
                pass


def places_of(entries: list[Any]) -> tuple[dict[str, Place], dict[str, str]]:
    """Where the account's log says that it is: communities, and directs with who one is there."""
    places: dict[str, Place] = {}
    directs: dict[str, str] = {}
    for entry in entries:
        match entry:
            case CommunityJoined():
                place = places.setdefault(entry.community, Place())
                place.member, place.role = entry.member, entry.role
                place.rooms |= set(entry.rooms)
            case RoleSet():
                places[entry.community].role = entry.role
            case CommunityLeft():
                places.pop(entry.community, None)  # who has left may still choose what stays of them
            case RoomFollowed():
                if entry.community:
                    places[entry.community].rooms.add(entry.room)
            case RoomUnfollowed():
                directs.pop(entry.room, None)  # it is opened again, or hidden for good
                for place in places.values():
                    place.rooms.discard(entry.room)
            case DirectOpened():
                directs[entry.room] = entry.member
            case _:
                pass
    return places, directs
