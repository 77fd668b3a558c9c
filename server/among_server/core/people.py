"""Who is here: each account with a live session on this node, its standing, and its sessions.

A Person is shared by the account's sessions and follows the account's own log, where every change of its standing is
told. It only guards the door early: the store judges again inside the transaction.

As long as anybody reads the standing of an account, its changes are counted, and who has read what may be older reads again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from among_protocol.accounts import AccountUpdated
from among_protocol.base import Entry, Event
from among_protocol.blocks import BlockChanged
from among_protocol.communities import CommunityJoined, CommunityLeft
from among_protocol.dnd import Dnd
from among_protocol.members import MemberJoined
from among_protocol.moderation import MemberSilenced, MemberUnsilenced, RoleSet
from among_protocol.personas import PersonaRenamed
from among_protocol.reach import Reach
from among_protocol.rooms import DirectOpened, RoomFollowed, RoomUnfollowed

from ..rights import RIGHTS, Right
from ..store.api import Store
from ..store.own import Blocks, BlockWish, Name, TakenAlong, block_id
from ..store.personas import Claim
from ..store.rows import AccountRow, MemberRow, RoomRow, Standing, Stored
from ..store.status import Statuses
from ..store.stewards import community_of, stewards_of
from .budget import Bucket, Buckets
from .rest import Rest
from .session import Session


class Person:
    """An account that is here."""

    __slots__ = (
        "account",
        "blocks",
        "bucket",
        "dnd",
        "members",
        "reach",
        "rest",
        "rooms",
        "seq",
        "sessions",
        "statuses",
    )

    def __init__(self, standing: Standing, seq: int, bucket: Bucket) -> None:
        self.seq = seq  # of the account's own log: at least up to here, the standing is as it tells
        self.bucket = bucket  # what all its sessions together may spend
        self.account: AccountRow = standing.account
        self.members: dict[str, MemberRow] = {member.place: member for member in standing.members}
        self.rooms: dict[str, RoomRow] = {room.id: room for room in standing.rooms}  # followed
        self.blocks: Blocks = standing.blocks
        self.reach: Sequence[Reach] = standing.reach  # what it said of who may speak to it alone
        self.statuses: Statuses = standing.statuses
        self.dnd = standing.dnd  # when it is not to be disturbed
        self.rest = Rest(standing.dnd)  # likewise, as others see it
        self.sessions: set[Session] = set()

    def blocked(self, member: MemberRow) -> bool:
        """Whether this account blocks another, under the name that it has there."""
        return bool(self.blocks) and self.blocks.get((member.account, member.handle)) == "block"

    def places(self) -> list[str]:
        """The logs that are this account's: its own, its communities', its stewards', and its rooms'."""
        communities = [place for place in self.members if place not in self.rooms]
        stewards = [id for id in map(stewards_of, communities) if self.stewards(id)]
        return [self.account.id, *communities, *stewards, *self.rooms]

    def hears(self, id: str) -> bool:
        """Whether this log is this account's."""
        return id in self.rooms or id in self.members or id == self.account.id or self.stewards(id)

    def stewards(self, id: str) -> bool:
        """Whether this is a stewards' log that this account may hear."""
        member = self.members.get(community_of(id))
        return member is not None and Right.STEWARDS in RIGHTS[member.role]

    def member_in(self, room: RoomRow) -> MemberRow | None:
        """Who this account is in a room of a community or in a direct."""
        return self.members.get(room.community or room.id)

    def tell(self, register: str, value: Event, *, asking: Session | None = None) -> None:
        """The new value of a register, to all sessions that have synced. The one that asked for it has it in its reply, but
        where older ones are told behind that."""
        for session in self.sessions:
            if session.synced and (session is not asking or session.puts_aside):
                session.register(register, value)


class People:
    """All who are here."""

    def __init__(self, store: Store, budgets: Buckets[str], now: Callable[[], float]) -> None:
        # Told of a session that hears these logs from now on (after these numbers), because of this entry:
        self.arrived: Callable[[Session, Entry, dict[str, int]], None] = lambda session, why, logs: None
        self.departed: Callable[[Session, list[str]], None] = lambda session, logs: None  # hears these no longer
        # For presence: this account is in one more place, or may speak there or no longer; this member is in its place
        # no longer:
        self.entered: Callable[[Person], None] = lambda person: None
        self.left: Callable[[Person, MemberRow], None] = lambda person, member: None
        self.renamed: Callable[[Person, MemberRow], None] = lambda person, member: None  # goes by another handle there
        # For inboxes: these accounts may see more or less in theirs than before, which nothing that they hear says.
        self.stale: Callable[[Iterable[str]], None] = lambda accounts: None
        # For block lists: in that of this account, these handles may mean others than before; or any, since it has come
        # somewhere.
        self.meant: Callable[[str, AbstractSet[str]], None] = lambda account, handles: None
        self.came: Callable[[str], None] = lambda account: None
        self._store = store
        self._budgets = budgets
        self._now = now
        self._people: dict[str, Person] = {}
        self._readers: Counter[str] = Counter()  # who read the standing of an account now; who has none is not in it
        self._loading: dict[str, int] = {}  # account -> how often it changed while anybody does

    def get(self, account: str) -> Person | None:
        return self._people.get(account)

    def __len__(self) -> int:
        return len(self._people)

    async def enter(self, account: str, session: Session) -> Person | None:
        """The session speaks as this account from now on; None when there is no such account, or the session ended."""
        self._readers[account] += 1
        self._loading.setdefault(account, 0)
        try:
            while (person := self._people.get(account)) is None:
                changes = self._loading[account]
                log = await self._store.log(account)  # first: the standing is at least as new
                standing = await self._store.standing(account)
                if account in self._people or self._loading[account] != changes:  # another session came, or it is older
                    continue
                if standing is None or session.over:
                    return None
                seq = log.head if log is not None else 0
                person = self._people[account] = Person(standing, seq, self._budgets.get(account, self._now()))
        finally:
            self._readers[account] -= 1
            if not self._readers[account]:
                del self._readers[account], self._loading[account]
        if session.over:
            return None
        person.sessions.add(session)
        session.person = person
        session.bucket = person.bucket
        return person

    def _changed(self, account: str) -> None:
        """What is being read of it may be older."""
        if account in self._loading:
            self._loading[account] += 1

    def blocking(self, account: str, name: Name, wish: BlockWish) -> Blocks:
        """Whom an account blocks from now on, or no more; gives whom it blocked until now, as far as that is known here. Other
        entries may be newer here than in the answer: one came along with a rename of the same moment."""
        person = self._people.get(account)
        if person is None:
            self._changed(account)
            return {}
        before, now = person.blocks, {other: kind for other, kind in person.blocks.items() if other != name}
        if wish != "none":
            now[name] = wish
        person.blocks = dict(sorted(now.items(), key=lambda block: (block[0][1], block[0][0])))
        return before

    def choosing(self, account: str, statuses: Statuses) -> Person | None:
        """How an account appears from now on; gives who that is, where it is here."""
        person = self._people.get(account)
        if person is not None:
            person.statuses = statuses
        else:
            self._changed(account)
        return person

    def resting(self, account: str, dnd: Dnd) -> Person | None:
        """When an account is not to be disturbed from now on; gives who that is, where it is here."""
        person = self._people.get(account)
        if person is not None:
            person.dnd, person.rest = dnd if dnd.times else None, Rest(dnd)
        else:
            self._changed(account)
        return person

    def reaching(self, account: str, reach: Sequence[Reach]) -> None:
        """What an account says from now on of who may speak to it alone."""
        person = self._people.get(account)
        if person is not None:
            person.reach = reach
        else:
            self._changed(account)

    def erased(self, account: str) -> None:
        """Nobody blocks it any more: it is not there."""
        for person in self._people.values():
            gone = [name for name in person.blocks if name[0] == account]
            if gone:
                self.stale([person.account.id])
                person.blocks = {name: kind for name, kind in person.blocks.items() if name not in gone}
            for name in gone:
                id = block_id(person.account.id, name)
                person.tell(f"block {id}", BlockChanged(id=id, handle=name[1], kind="none"))
            left = {name[1] for name in gone} & {handle for _, handle in person.blocks}
            if left:
                self.meant(person.account.id, left)
        for loading in self._loading:
            self._changed(loading)

    def exit(self, session: Session) -> None:
        person = session.person
        if person is None:
            return
        session.person = None
        person.sessions.discard(session)
        if not person.sessions:
            self._people.pop(person.account.id, None)
            self._changed(person.account.id)  # by what it has been told alone
            self._budgets.keep(person.account.id, person.bucket, self._now())

    def deliver(self, batch: Sequence[Stored]) -> None:
        """Entries were committed: those of the logs of accounts that are here change their standing at once."""
        unsaid: set[Name] = set()  # by whom, and whom: a block that came along without a word
        for stored in batch:  # before anybody is seen to come
            for block in stored.blocks:
                self._take_along(block)
                if isinstance(stored.event, PersonaRenamed):
                    self.meant(block.by, {stored.event.was, stored.event.handle})
                else:
                    unsaid.add((block.by, block.other))
        for stored in batch:
            event = stored.event
            if stored.stale:
                self.stale(stored.stale)
            if isinstance(event, PersonaRenamed):
                self._renamed(event)
            person = self._people.get(event.log)
            if person is not None:
                if event.seq > person.seq:
                    person.seq = event.seq
                    if isinstance(event, PersonaRenamed):
                        self._rename(person, event)
                    else:
                        self._apply(person, event)
            else:
                self._changed(event.log)
        self._meet([stored.event for stored in batch], unsaid)

    def _meet(self, batch: Sequence[Entry], unsaid: AbstractSet[Name]) -> None:
        """Somebody goes by another handle, or has come, for those who see it; but for those who are to be told nothing."""
        whose = {event.member: event.log for event in batch if isinstance(event, CommunityJoined)}
        for event in batch:
            match event:
                case MemberJoined():
                    self._met(event.log, whose.get(event.by, ""), {event.handle}, unsaid)
                    came = self._people.get(whose.get(event.by, ""))
                    if came is not None and came.blocks:
                        self.came(came.account.id)
                case PersonaRenamed():
                    self._met(event.community, event.log, {event.was, event.handle}, unsaid)
                case DirectOpened():  # each who is in it has an entry; of one that is opened again nobody else hears
                    person = self._people.get(event.log)
                    handles = {one.handle for one in event.people}
                    if person is not None and any(handle in handles for _, handle in person.blocks):
                        self.meant(event.log, handles)
                case _:
                    pass

    def _met(self, community: str, account: str, handles: AbstractSet[str], unsaid: AbstractSet[Name]) -> None:
        for id, person in self._people.items():
            if person.blocks and id != account and community in person.members and (id, account) not in unsaid:
                listed = {handle for _, handle in person.blocks if handle in handles}
                if listed:
                    self.meant(id, listed)

    def _take_along(self, block: TakenAlong) -> None:
        person, name = self._people.get(block.by), (block.other, block.handle)
        if person is None:
            self._changed(block.by)
        elif name not in person.blocks:
            person.blocks = {**person.blocks, name: block.kind}

    def _apply(self, person: Person, event: Entry) -> None:
        arrived: dict[str, int] = {}
        departed: list[str] = []
        match event:
            case AccountUpdated():
                claim = Claim(event.bio, event.pronouns, event.place, tuple(event.links), intro=event.intro)
                person.account = msgspec.structs.replace(person.account, display_name=event.display_name, claim=claim)
            case CommunityJoined():
                account = person.account
                person.members[event.community] = MemberRow(
                    id=event.member,
                    account=account.id,
                    place=event.community,
                    rev=0,
                    handle=event.handle or account.handle,
                    display_name=account.display_name,
                    role=event.role,
                    silenced=event.silenced_until,
                )
                arrived = {event.community: event.head, **event.rooms}
                if event.stewards:
                    arrived[event.stewards] = event.stewards_head
                for room in event.rooms:  # told again: one that is known may be private
                    person.rooms.setdefault(room, RoomRow(id=room, kind="open", community=event.community))
            case CommunityLeft():
                departed = self._leave(person, event)
            case RoleSet() if event.community in person.members:
                member = person.members[event.community]
                person.members[event.community] = msgspec.structs.replace(member, role=event.role)
                if event.stewards:
                    arrived = {event.stewards: event.head}
                else:
                    departed = [stewards_of(event.community)]
            case MemberSilenced() | MemberUnsilenced() if event.community in person.members:
                until = event.until if isinstance(event, MemberSilenced) else ""
                member = person.members[event.community]
                person.members[event.community] = msgspec.structs.replace(member, silenced=until)
                self.entered(person)
            case RoomFollowed():
                person.rooms[event.room] = RoomRow(
                    id=event.room,
                    kind=event.kind,
                    community=event.community,
                    slug=event.slug,
                    topic=event.topic,
                    owner=event.owner,
                )
                arrived = {event.room: event.head}
            case RoomUnfollowed():
                person.rooms.pop(event.room, None)
                self._out(person, event.room)  # of a direct
                departed = [event.room]
            case DirectOpened():
                me = next(one for one in event.people if one.member == event.member)
                person.members[event.room] = MemberRow(
                    id=event.member,
                    account=person.account.id,
                    place=event.room,
                    rev=me.rev,
                    handle=me.handle,
                    display_name=me.display_name,
                )
                person.rooms[event.room] = RoomRow(id=event.room, kind="direct", within=event.within)
                arrived = {event.room: event.head}
            case _:
                return
        self._tell(person, event, arrived, departed)

    def _rename(self, person: Person, event: PersonaRenamed) -> None:
        """In the community, and in the directs that were begun from the persona there."""
        for place, member in list(person.members.items()):
            room = person.rooms.get(place)
            if place == event.community or (room is not None and room.within == event.community):
                person.members[place] = msgspec.structs.replace(member, handle=event.handle)
                self.renamed(person, person.members[place])

    def _renamed(self, event: PersonaRenamed) -> None:
        """Whoever blocks or mutes them by the old handle, and sees it, does so by the new one: see `_take_along`."""
        for other in self._loading:
            self._changed(other)
        self.stale([id for id, person in self._people.items() if any(other == event.log for other, _ in person.blocks)])

    def _leave(self, person: Person, event: CommunityLeft) -> list[str]:
        """The logs that go with it."""
        community = event.community
        if event.keep != "persona" and not event.frozen:  # how one appeared there goes with the persona
            person.statuses = {place: row for place, row in person.statuses.items() if place != community}
            for session in person.sessions:
                session.let_go(f"status {community}")
        self._out(person, community)
        rooms = [id for id, room in person.rooms.items() if room.community == community]
        for id in rooms:
            del person.rooms[id]
        return [*rooms, community, stewards_of(community)]

    def _out(self, person: Person, place: str) -> None:
        member = person.members.pop(place, None)
        if member is not None:
            self.left(person, member)

    def _tell(self, person: Person, event: Entry, arrived: dict[str, int], departed: list[str]) -> None:
        if isinstance(event, CommunityJoined | DirectOpened):
            self.entered(person)
        if arrived or departed:
            self.stale([person.account.id])
        for session in person.sessions:
            if departed:
                self.departed(session, departed)
            if arrived and session.synced:
                self.arrived(session, event, arrived)
