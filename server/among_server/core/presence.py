"""Who is online, for those who watch. Derived from live sessions alone; never stored, never used to decide a right.

The liveliest session of an account counts: online, then away; invisible ones count as nothing. Whom one may watch is
judged again with each change: who left a place hears nothing of it. Where one of two blocks the other, each is offline to
the other, whatever they are.
"""

from collections.abc import Iterator

from among_protocol.presence import PresenceChanged, PresenceState

from ..store.own import Blocks
from ..store.rows import MemberRow
from .notices import Notices
from .people import Person
from .session import Session


class Presence:
    """State of every member that is here, and who watches whom."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._untold: dict[str, tuple[Person, MemberRow]] = {}  # members whose watchers have not heard the last of them
        self._states: dict[str, PresenceState] = {}  # member -> online or away
        self._here: dict[str, tuple[Person, MemberRow]] = {}  # those members -> who that is
        self._watchers: dict[str, set[Session]] = {}

    def of(self, member: str, watcher: Person) -> PresenceState:
        """What this watcher, who may see the member, is to see."""
        here = self._here.get(member)
        return "offline" if here is None or apart(watcher, *here) else self._states[member]

    def refresh(self, person: Person) -> None:
        """Something about this account's sessions or places changed."""
        states = {session.presence for session in person.sessions}
        state: PresenceState = "online" if "online" in states else "away" if "away" in states else "offline"
        for member in person.members.values():
            self._set(person, member, state)

    def left(self, person: Person, member: MemberRow) -> None:
        """This member is in its place no longer."""
        self._set(person, member, "offline")

    def _set(self, person: Person, member: MemberRow, state: PresenceState) -> None:
        if self._states.get(member.id, "offline") == state:
            return
        if state == "offline":
            del self._states[member.id], self._here[member.id]
        else:
            self._states[member.id], self._here[member.id] = state, (person, member)
        if self._notices.may(member.id, len(self._watchers.get(member.id, ()))):
            self._untold.pop(member.id, None)
            self._tell(person, member)
        else:
            self._untold[member.id] = (person, member)

    def catch_up(self) -> None:
        """Tell what there was no time for; called once a second."""
        for id, (person, member) in list(self._untold.items()):
            if self._notices.may(id, len(self._watchers.get(id, ()))):
                del self._untold[id]
                self._tell(*self._here.get(id, (person, member)))  # who has come back since is another object

    def _tell(self, person: Person, member: MemberRow) -> None:
        self._notices.spread(self._telling(person, member))

    def _telling(self, person: Person, member: MemberRow) -> Iterator[None]:
        """Each watcher hears what is true when it is told."""
        for watcher in list(self._watchers.get(member.id, ())):
            who = watcher.person
            if member.id not in watcher.watching or who is None:
                continue  # meanwhile
            if member.place in who.members and not apart(who, person, member):
                watcher.notice(PresenceChanged(member=member.id, state=self._states.get(member.id, "offline")))
                yield

    def reveal(self, one: Person, other: Person | None, before: Blocks) -> None:
        """One account has begun or ceased to block another: each seems to have come or gone to the other."""
        if other is None:
            return
        for place in one.members.keys() & other.members.keys():
            mine, theirs = one.members[place], other.members[place]
            was = before.get((theirs.account, theirs.handle)) == "block" or other.blocked(mine)
            if was != (one.blocked(theirs) or other.blocked(mine)):
                for watcher, member in [(session, theirs) for session in one.sessions] + [
                    (session, mine) for session in other.sessions
                ]:
                    state = self._states.get(member.id, "offline")
                    if member.id in watcher.watching and state != "offline":
                        watcher.notice(PresenceChanged(member=member.id, state=state if was else "offline"))

    def watch(self, session: Session, members: frozenset[str]) -> None:
        """Replaces what the session watched; one that is over watches nobody."""
        if session.over:
            members = frozenset()
        for member in session.watching - members:
            watchers = self._watchers.get(member)
            if watchers is not None:
                watchers.discard(session)
                if not watchers:
                    del self._watchers[member]
        for member in members - session.watching:
            self._watchers.setdefault(member, set()).add(session)
        session.watching = members


def apart(watcher: Person, person: Person, member: MemberRow) -> bool:
    """Whether one of the two blocks the other, in the place that this is the person's membership of."""
    if person.blocks and person is not watcher:
        there = watcher.members.get(member.place)
        if there is not None and person.blocked(there):
            return True
    return watcher.blocked(member)
