"""Who is online, for those who watch. Derived from live sessions alone; never stored, never used to decide a right.

The liveliest session of an account counts: online, then away; invisible ones count as nothing. Whom one may watch is
judged again with each change: who left a place hears nothing of it.
"""

from among_protocol.presence import PresenceChanged, PresenceState

from ..store.api import MemberRow
from .people import Person
from .session import Session


class Presence:
    """State of every member that is here, and who watches whom."""

    def __init__(self) -> None:
        self._states: dict[str, PresenceState] = {}  # member -> online or away
        self._watchers: dict[str, set[Session]] = {}

    def of(self, member: str) -> PresenceState:
        return self._states.get(member, "offline")

    def refresh(self, person: Person) -> None:
        """Something about this account's sessions or places changed."""
        states = {session.presence for session in person.sessions}
        state: PresenceState = "online" if "online" in states else "away" if "away" in states else "offline"
        for member in person.members.values():
            self._set(member, state)

    def left(self, member: MemberRow) -> None:
        """This member is in its place no longer."""
        self._set(member, "offline")

    def _set(self, member: MemberRow, state: PresenceState) -> None:
        if self.of(member.id) == state:
            return
        if state == "offline":
            del self._states[member.id]
        else:
            self._states[member.id] = state
        event = PresenceChanged(member=member.id, state=state)
        for watcher in self._watchers.get(member.id, ()):
            if watcher.person is not None and member.place in watcher.person.members:
                watcher.notice(event)

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
