"""Who is online and with what status, for those who watch. Derived from live sessions and from what their owners chose
(store/status.py); never used to decide a right.

The liveliest session of an account counts: online, then away; invisible ones count as nothing. What was chosen for a place,
or for everywhere, goes before. Whom one may watch is judged again with each change: who left a place hears nothing of it.
Where one of two blocks the other, each is offline and without a status to the other, whatever they are.

What an account is in each of its places is looked at when it comes, when its sessions are livelier or less so than before, and
when it chose otherwise: at once, but for who changes more often than that is worth, with many places. They are seen as they
were last a moment later, in a sweep. Who goes is gone at once.

A status outlives the connection. That of a member who is not here is known as long as somebody watches, and was told to
whom it is told when it ends.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from among_protocol.presence import MemberPresence, PresenceChanged, PresenceState
from among_protocol.status import Status

from ..limits import LOOKS
from ..store.own import Blocks
from ..store.rows import MemberRow
from ..store.status import DAY_MS, Appear, Seen, seen
from .notices import Notices
from .people import Person
from .session import Session

NEVER = 1 << 62  # milliseconds
SWEPT = 2_000  # at all who are put off, in one sweep: five milliseconds
BACK_MS = 60_000  # by which the clock is set back at least, to be worth a look: what is less passes by itself


class Here(NamedTuple):
    """A member whose account has a session, and what others see."""

    person: Person
    member: MemberRow
    state: PresenceState
    status: Status | None


class Absent(NamedTuple):
    """One whose account has none, and who watches them and has been told of the status."""

    member: MemberRow
    status: Status
    told: set[Session]


class Presence:
    """What is to be seen of every member that is here, and who watches whom. `wall`: Unix time in milliseconds."""

    def __init__(self, notices: Notices, wall: Callable[[], int]) -> None:
        self.seen_today: Callable[[Person], None] = lambda person: None  # others can see that this account is here
        self._notices = notices
        self._wall = wall
        self._untold: dict[str, tuple[Person, MemberRow]] = {}  # members whose watchers have not heard the last of them
        self._here: dict[str, Here] = {}  # by member
        self._absent: dict[str, Absent] = {}  # by member: watched ones
        self._watchers: dict[str, set[Session]] = {}
        self._changes: dict[str, int] = {}  # members: when what is seen of them changes by itself, Unix time in ms
        self._next = NEVER  # the earliest of these
        self._caught_up = 0  # when that was done last, Unix time in milliseconds
        self._day = 0  # since 1970
        self._looks: Counter[str] = Counter()  # at members of an account, for what it changed since the last sweep
        self._put_off: dict[Person, None] = {}  # who is looked at in a sweep, oldest first

    def of(self, row: Seen, watcher: Session) -> MemberPresence:
        """What this watcher, who may see the member, is to see. `row`: as the store has them."""
        id, person = row.member.id, watcher.person
        shown = self.look(row, person) if person is not None else MemberPresence(member=id, state="offline")
        if shown.status is not None and id not in self._here and id in watcher.watching:
            absent = self._absent.get(id)
            told = absent.told if absent is not None else set()
            self._absent[id] = Absent(row.member, shown.status, told | {watcher})
            self._changes_at(id, row.changes_at(self._wall()))
        return shown

    def look(self, row: Seen, person: Person) -> MemberPresence:
        """What is to be seen by somebody who looks once."""
        id = row.member.id
        here = self._here.get(id)
        if here is not None:
            if apart(person, here.person, here.member):
                return MemberPresence(member=id, state="offline")
            return MemberPresence(member=id, state=here.state, status=here.status)
        hidden = row.apart or row.member.left
        return MemberPresence(member=id, state="offline", status=None if hidden else row.status(self._wall()))

    def is_hidden(self, member: str) -> bool:
        """Whether somebody who is here looks as if they were not, or was not looked at yet."""
        here = self._here.get(member)
        return here is None or here.state == "offline"

    def says(self, session: Session, person: Person, state: PresenceState) -> None:
        """A session of this account says how lively it is."""
        was = _lively(person)
        session.presence = state
        if _lively(person) != was:
            self.changes(person)

    def changes(self, person: Person) -> None:
        """It has come, its sessions are livelier or less so, or it chose to appear otherwise: which it may do all the time."""
        id = person.account.id
        first = id not in self._looks
        self._looks[id] += len(person.members)
        if person not in self._put_off and (first or self._looks[id] <= LOOKS):
            self.refresh(person)
        else:
            self._put_off[person] = None

    def goes(self, person: Person) -> None:
        """One of its sessions has ended."""
        if person.sessions:
            self.changes(person)
        else:
            self.refresh(person)

    def refresh(self, person: Person) -> None:
        """Something about this account's sessions, places or choices changed: it is looked at, whatever that costs."""
        self._put_off.pop(person, None)
        lively = _lively(person)
        for member in list(person.members.values()):
            self._look(person, member, lively)
        if lively != "offline":
            self.seen_today(person)

    def renamed(self, person: Person, member: MemberRow) -> None:
        """This member goes by another handle now, which decides whom blocks are of, and which words are seen here."""
        before = self._here.get(member.id)
        self._look(person, member, _lively(person))
        if before is None:
            return
        watched = [self._here.get(id) for session in person.sessions for id in session.watching]
        others = {watcher.person for watcher in self._watchers.get(member.id, ())}
        others |= {here.person for here in watched if here is not None and here.member.place == member.place}
        for other in others:
            theirs = other.members.get(member.place) if other is not None and other is not person else None
            if other is not None and theirs is not None:
                was = other.blocked(before.member) or person.blocked(theirs)
                self._turn(person, member, other, theirs, was_apart=was)

    def left(self, person: Person, member: MemberRow) -> None:
        """This member is in its place no longer."""
        self._set(Here(person, member, "offline", None), stays=False)

    def _look(self, person: Person, member: MemberRow, lively: PresenceState) -> None:
        state, status, now = lively, None, self._wall()
        rests, change = person.rest.at(now)
        appear: Appear = "dnd" if rests else "auto"
        if person.statuses:
            row = seen(member, person.account.handle, person.statuses)
            status = row.status(now)
            change = min(filter(None, (change, row.changes_at(now))), default=0)
            appear = row.appear if row.appear != "auto" else appear
        self._changes_at(member.id, change)
        if appear == "invisible":
            state = "offline"
        elif appear != "auto" and state != "offline":
            state = appear
        self._set(Here(person, member, state, status), stays=bool(person.sessions))

    def _set(self, now: Here, *, stays: bool) -> None:
        person, member, state, status = now
        id = member.id
        before = self._here.pop(id, None)
        absent = self._absent.pop(id, None)
        was = (before.state, before.status) if before is not None else ("offline", absent.status if absent else None)
        watchers = self._watchers.get(id, ())
        if stays:
            self._here[id] = now
        elif status is not None and watchers:
            self._absent[id] = Absent(member, status, {one for one in watchers if _may(one, person, member)})
        else:
            self._changes.pop(id, None)
        if was == (state, status):
            return
        if self._notices.may(id, len(watchers)):
            self._untold.pop(id, None)
            self._tell(person, member)
        else:
            self._untold[id] = (person, member)

    def _changes_at(self, member: str, when: int) -> None:
        if when:
            self._changes[member] = when
            self._next = min(self._next, when)
        else:
            self._changes.pop(member, None)

    def catch_up(self) -> None:
        """Tell what there was no time for, and what is over by itself; called once a second."""
        for id, (person, member) in list(self._untold.items()):
            if self._notices.may(id, len(self._watchers.get(id, ()))):
                del self._untold[id]
                here = self._here.get(id)  # who has come back since is another object
                self._tell(here.person if here else person, here.member if here else member)
        self._sweep()
        now = self._wall()
        if now < self._caught_up - BACK_MS:  # the clock was set back, and what was over may hold again
            for here in [one for one in self._here.values() if one.person.statuses or one.person.dnd]:
                self._look(here.person, here.member, _lively(here.person))
        self._caught_up = now
        if now >= self._next:
            for id in [id for id, when in self._changes.items() if when <= now]:
                self._over(id)
            self._next = min(self._changes.values(), default=NEVER)
        if now // DAY_MS != self._day:
            self._day = now // DAY_MS
            for person in {here.person for here in self._here.values()}:
                if _lively(person) != "offline":
                    self.seen_today(person)

    def _sweep(self) -> None:
        """Look at those who were put off, as many as there is time for; the others wait for the next."""
        self._looks.clear()
        left = SWEPT
        for person in list(self._put_off):
            if left <= 0:
                break
            left -= len(person.members)
            self._looks[person.account.id] = len(person.members)
            if person.sessions:
                self.refresh(person)
            else:  # all has been seen to as they went
                del self._put_off[person]

    def _over(self, id: str) -> None:
        """What is seen of this member has changed by itself."""
        self._changes.pop(id, None)
        here = self._here.get(id)
        if here is not None:
            self._look(here.person, here.person.members.get(here.member.place, here.member), _lively(here.person))
            return
        absent = self._absent.pop(id, None)
        for watcher in absent.told if absent is not None else ():
            if id in watcher.watching and not watcher.over:
                watcher.notice(PresenceChanged(member=id, state="offline"))

    def _tell(self, person: Person, member: MemberRow) -> None:
        self._notices.spread(self._telling(person, member))

    def _telling(self, person: Person, member: MemberRow) -> Iterator[None]:
        """Each watcher hears what is true when it is told."""
        for watcher in list(self._watchers.get(member.id, ())):
            if member.id in watcher.watching and _may(watcher, person, member):
                state, status = self._seen(member.id)
                watcher.notice(PresenceChanged(member=member.id, state=state, status=status))
                yield

    def _seen(self, id: str) -> tuple[PresenceState, Status | None]:
        here, absent = self._here.get(id), self._absent.get(id)
        return (here.state, here.status) if here is not None else ("offline", absent.status if absent else None)

    def reveal(self, one: Person, account: str, other: Person | None, before: Blocks) -> None:
        """One account has begun or ceased to block another: each seems to have come or gone to the other."""
        if other is None:
            self._vanish(one, account)
            return
        for place in one.members.keys() & other.members.keys():
            mine, theirs = one.members[place], other.members[place]
            was = before.get((theirs.account, theirs.handle)) == "block" or other.blocked(mine)
            self._turn(one, mine, other, theirs, was_apart=was)

    def _turn(self, one: Person, mine: MemberRow, other: Person, theirs: MemberRow, *, was_apart: bool) -> None:
        """Two who are in one place may be apart now, and were not, or the other way round."""
        if was_apart == (one.blocked(theirs) or other.blocked(mine)):
            return
        seen = [(session, theirs) for session in one.sessions] + [(session, mine) for session in other.sessions]
        for watcher, member in seen:
            state, status = self._seen(member.id)
            if member.id in watcher.watching and (state, status) != ("offline", None):
                shown = (state, status) if was_apart else ("offline", None)
                watcher.notice(PresenceChanged(member=member.id, state=shown[0], status=shown[1]))

    def _vanish(self, one: Person, account: str) -> None:
        """Somebody may block an account that is not here: its status is gone for them. When they cease to, they see it the
        next time that they ask: whether the other blocks them is not known here."""
        for watcher in one.sessions:
            for id in watcher.watching & self._absent.keys():
                absent = self._absent[id]
                if absent.member.account == account and one.blocked(absent.member) and watcher in absent.told:
                    absent.told.discard(watcher)
                    watcher.notice(PresenceChanged(member=id, state="offline"))

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
                    if self._absent.pop(member, None) is not None:
                        self._changes.pop(member, None)
        for member in session.watching & self._absent.keys():
            self._absent[member].told.discard(session)
        for member in members - session.watching:
            self._watchers.setdefault(member, set()).add(session)
        session.watching = members


def _lively(person: Person) -> PresenceState:
    states = {session.presence for session in person.sessions}
    return "online" if "online" in states else "away" if "away" in states else "offline"


def _may(watcher: Session, person: Person, member: MemberRow) -> bool:
    """Whether a session may see this member of somebody."""
    who = watcher.person
    return who is not None and member.place in who.members and not apart(who, person, member)


def apart(watcher: Person, person: Person, member: MemberRow) -> bool:
    """Whether one of the two blocks the other, in the place that this is the person's membership of."""
    if person.blocks and person is not watcher:
        there = watcher.members.get(member.place)
        if there is not None and person.blocked(there):
            return True
    return watcher.blocked(member)
