"""All that was committed, whoever was told: what a story may name, and what nobody but a test knows."""

from collections.abc import Sequence
from typing import NamedTuple

from among_protocol.base import Entry
from among_protocol.communities import CommunityCreated, CommunityJoined
from among_protocol.messages import MessageSent
from among_protocol.portrait import PortraitProposed
from among_protocol.quotes import QuoteAsked
from among_protocol.retention import RoomTrimmed
from among_protocol.rooms import DirectOpened, RoomCreated, RoomFollowed
from among_server.store.api import Store
from among_server.store.rows import Stored


class Belongs(NamedTuple):
    """Somebody's, in a community or a direct."""

    account: str
    place: str


class Chronicle:
    """Of one store, from now on."""

    def __init__(self, store: Store) -> None:
        self.entries: dict[tuple[str, int], Entry] = {}  # by log and number, each as it was at first
        self.communities: dict[str, None] = {}
        self.rooms: dict[str, str] = {}  # and the community of each; empty: a direct
        self.members: dict[str, Belongs] = {}  # who ever was somewhere
        self.said: dict[str, dict[int, MessageSent]] = {}  # by room and number; what is kept no longer is not in it
        self.quotes: dict[str, Belongs] = {}  # that somebody was asked for, or gave: whose words
        self.proposals: dict[tuple[str, int], None] = {}  # community and number
        self._tell = store.committed
        store.committed = self._hear

    def _hear(self, batch: Sequence[Stored]) -> None:
        for stored in batch:
            event = stored.event
            if (event.log, event.seq) not in self.entries:  # else it is told again, as it was blanked
                self.entries[event.log, event.seq] = event
                self._note(event)
        self._tell(batch)

    def _note(self, event: Entry) -> None:
        match event:
            case CommunityCreated():
                self.communities[event.log] = None
            case CommunityJoined():
                self.members.setdefault(event.member, Belongs(event.log, event.community))
            case RoomCreated():
                self.rooms[event.room] = event.log
            case RoomFollowed():
                self.rooms.setdefault(event.room, event.community)
            case DirectOpened():
                self.rooms.setdefault(event.room, "")
                self.members.setdefault(event.member, Belongs(event.log, event.room))
            case MessageSent():
                self.said.setdefault(event.log, {})[event.seq] = event
            case RoomTrimmed():
                said = self.said.get(event.log, {})
                self.said[event.log] = {seq: one for seq, one in said.items() if seq > event.floor or seq in event.pins}
            case QuoteAsked() if event.log == self.members[event.member].account:
                self.quotes[event.quote] = Belongs(event.log, event.community)
            case PortraitProposed():
                self.proposals[event.community, event.proposal] = None
                if event.quote and event.log.startswith("a_"):
                    self.quotes.setdefault(event.quote, Belongs(event.log, event.community))
            case _:
                pass
