"""How a client stays whole: positions, doubles, holes. Pure: entries and pages come in, what to tell comes out.

1. A log has one number `at`: everything up to it was given to the user, nothing after it. Entries that end at or
   before it are doubles. One that begins right after it (`from`, or `seq`) is given. One that begins later is held.
2. `wanted` is the highest number known to exist. Where `at` lags behind it, `holes` says what to ask for.
3. Held entries are bounded: more are let go, and come with a page. While `paused` none are kept at all.
4. A page that should have brought the log forward and did not is told as a Reset: never silent, never for ever.
5. What `session.sync` listed is the truth up to the head of the account's log that it stated; entries of that log
   after it open and close logs.
"""

import heapq
from collections.abc import Iterator, Sequence

from .communities import CommunityJoined, CommunityLeft
from .happenings import Closed, Happening, Opened, Positions, Reset
from .logs import LogKind, LogState, SyncStarted
from .rooms import DirectOpened, RoomFollowed, RoomUnfollowed
from .wire import AnyEntry, UnknownEvent

HELD = 500  # entries kept ahead of a hole, per log
FILLS = 4  # pages asked for at once

Numbered = AnyEntry | UnknownEvent


class Log:
    """One log as this client has it."""

    __slots__ = ("at", "due", "filling", "held", "kind", "open", "wanted")

    def __init__(self, kind: LogKind, at: int) -> None:
        self.kind = kind
        self.at = at  # given up to here
        self.wanted = at  # exists up to here, as far as known
        self.due = 0  # the replay under way promises everything up to here
        self.filling: tuple[int, int] | None = None  # the range (after, until) that a page is asked for
        self.open = True  # False: no longer followed; `at` stays, so that late doubles are known as such
        self.held: list[tuple[int, int, int, Numbered]] = []  # heap of (begins, seq, tiebreak, entry)

    def begins(self, after: int) -> None:
        self.at = after
        self.held = [item for item in self.held if item[1] > after]
        heapq.heapify(self.held)

    @property
    def hole_until(self) -> int:
        """The last number of the hole after `at`; `at` itself when there is none."""
        if self.held:
            return max(self.at, self.held[0][0] - 1)
        return max(self.at, self.wanted)


class Whole:
    """All logs of one account."""

    def __init__(self, positions: Positions, *, from_start: bool) -> None:
        self.epoch = positions.epoch
        self.from_start = from_start
        self.paused = False  # the user has enough for now: keep nothing, ask for nothing
        self.account = ""  # id of the account's log
        self.opening: dict[str, LogKind] = {}  # became mine live; where they begin is not known yet
        self._lossy: set[str] = set()  # of those in opening: entries were left out since
        self._account_head = 0  # rule 5
        self._places: dict[str, str] = {}  # room -> community
        self._count = 0
        self.logs = {log: Log("room", at) for log, at in positions.logs.items()}

    @property
    def positions(self) -> Positions:
        """What to name in a sync."""
        return Positions(self.epoch, {id: log.at for id, log in self.logs.items() if log.open})

    # --- sync

    def started(self, sync: SyncStarted) -> list[Happening]:
        """The server says where every log is."""
        told: list[Happening] = []
        moved = self.epoch not in ("", sync.epoch)
        self.epoch = sync.epoch
        self.opening.clear()
        self._lossy.clear()
        states = {state.log: state for state in sync.logs if state.status != "gone"}
        account = next((state for state in states.values() if state.kind == "account"), None)
        resumed = False
        if account is not None:
            self.account, self._account_head = account.log, account.head
            resumed = account.log in self.logs and not moved and account.status != "reset"
        for membership in sync.communities:
            self._places.update((room.id, membership.community.id) for room in membership.rooms)
        if moved:  # what was closed counted in another epoch
            self.logs = {id: log for id, log in self.logs.items() if log.open}
        for id in [id for id, log in self.logs.items() if log.open and id not in states]:
            told += self._close(id)
        for state in states.values():
            told += self._state(state, moved=moved, resumed=resumed)
        return told

    def _state(self, state: LogState, *, moved: bool, resumed: bool) -> list[Happening]:
        log = self.logs.get(state.log)
        if log is None or not log.open:
            if self.from_start:
                after = state.floor
            elif resumed and state.kind == "room":
                # Followed while we were away: following puts the marker at the head of that moment.
                after = min(max(state.read, state.floor), state.head)
            else:
                after = state.head
            return self._open(state.log, state.kind, after, state.head)
        log.kind = state.kind
        log.held.clear()
        log.filling = None
        if moved or state.status == "reset" or state.head < log.at:
            reason = state.reason or ("epoch" if moved else "ahead")
            log.wanted = state.head
            return self._reset(state.log, log, reason, state.floor if self.from_start else state.head)
        if state.status == "gap":
            log.wanted = max(log.wanted, state.head)
        else:
            log.due = state.head
        return []

    def synced(self) -> None:
        """The replay is over: what it did not bring is a hole."""
        for log in self.logs.values():
            log.wanted, log.due = max(log.wanted, log.due), 0

    def cut(self) -> None:
        """The connection went; the next sync tells anew."""
        for log in self.logs.values():
            log.filling = None
            log.due = 0
            log.wanted = log.at
            log.held.clear()

    # --- entries

    def entry(self, entry: Numbered) -> list[Happening]:
        """One entry has come, live or replayed."""
        begins = min(entry.first or entry.seq, entry.seq)
        log = self.logs.get(entry.log)
        if log is None or (not log.open and entry.log in self.opening):
            if log is not None and entry.seq <= log.at:
                return []
            # The first live entry of a new log follows the head at which the server began.
            told = self._open(entry.log, self.opening.get(entry.log, "room"), begins - 1, begins - 1)
            return told + self.entry(entry)
        if not log.open or entry.seq <= log.at:
            return []
        log.wanted = max(log.wanted, entry.seq)
        if self.paused:
            return []
        if begins > log.at + 1:
            if len(log.held) < HELD:
                self._count += 1
                heapq.heappush(log.held, (begins, entry.seq, self._count, entry))
            return []
        return self._give(log, entry)

    def page(self, id: str, entries: Sequence[Numbered], floor: int) -> list[Happening]:
        """A page that was asked for with `holes` has come."""
        log = self.logs.get(id)
        if log is None or not log.open:
            return []
        asked, log.filling = log.filling, None
        if self.paused or asked is None:
            return []
        told: list[Happening] = []
        before = log.at
        if floor > log.at:
            told += self._reset(id, log, "floor", floor)
        for entry in entries:
            if entry.log == id:
                told += self.entry(entry)
        if log.at == before < asked[1]:
            told += self._reset(id, log, "hole", log.hole_until)
        return told

    def lagging(self, heads: dict[str, int]) -> None:
        """Events were left out: live ones go on after these numbers."""
        for id, head in heads.items():
            log = self.logs.get(id)
            if log is not None and log.open:
                log.wanted = max(log.wanted, head)
            else:
                self.opening.setdefault(id, "room")
                self._lossy.add(id)

    def holes(self) -> Iterator[tuple[str, int, int]]:
        """What to ask for now: log, after, until. Each counts as asked for once it is taken."""
        if self.paused:
            return
        free = FILLS - sum(log.filling is not None for log in self.logs.values())
        for id, log in self.logs.items():
            if free <= 0:
                return
            if log.open and log.filling is None and log.hole_until > log.at:
                log.filling = (log.at, log.hole_until)
                free -= 1
                yield id, log.at, log.hole_until

    def unfilled(self, id: str) -> None:
        """The page could not be had; it may be asked for again."""
        log = self.logs.get(id)
        if log is not None:
            log.filling = None

    def gone(self, id: str) -> list[Happening]:
        """The server has no such log for us."""
        return self._close(id)

    # --- logs that become mine while live

    def settle(self, states: Sequence[LogState]) -> list[Happening]:
        """`log.changed` was answered, and so was a ping after it: what is silent until now begins at its head."""
        told: list[Happening] = []
        for state in states:
            if state.log in self.opening and state.status != "gone":
                lossy = state.log in self._lossy and state.kind == "room"
                after = state.floor if self.from_start else min(max(state.read, state.floor), state.head)
                if not lossy and not self.from_start:
                    after = state.head
                told += self._open(state.log, state.kind, after, state.head)
        self.opening.clear()
        self._lossy.clear()
        return told

    def _give(self, log: Log, entry: Numbered) -> list[Happening]:
        told: list[Happening] = []
        self._one(log, entry, told)
        while log.held and log.held[0][0] <= log.at + 1:
            _, seq, _, held = heapq.heappop(log.held)
            if seq > log.at:
                self._one(log, held, told)
        return told

    def _one(self, log: Log, entry: Numbered, told: list[Happening]) -> None:
        log.at = entry.seq
        told.append(entry)
        if entry.log != self.account or entry.seq <= self._account_head:
            return
        if isinstance(entry, CommunityJoined):
            self._becomes_mine(entry.community, "community")
            for room in entry.rooms:
                self._places[room] = entry.community
                self._becomes_mine(room, "room")
        elif isinstance(entry, RoomFollowed):
            self._places[entry.room] = entry.community
            self._becomes_mine(entry.room, "room")
        elif isinstance(entry, DirectOpened):
            self._becomes_mine(entry.room, "room")
        elif isinstance(entry, RoomUnfollowed):
            told += self._close(entry.room)
        elif isinstance(entry, CommunityLeft):
            rooms = [room for room, community in self._places.items() if community == entry.community]
            for id in (*rooms, entry.community):
                told += self._close(id)

    def _becomes_mine(self, id: str, kind: LogKind) -> None:
        log = self.logs.get(id)
        if log is None or not log.open:
            self.opening.setdefault(id, kind)

    def _open(self, id: str, kind: LogKind, after: int, head: int) -> list[Happening]:
        self.opening.pop(id, None)
        before = self.logs.get(id)
        if before is not None:
            after = max(after, before.at)
        log = self.logs[id] = Log(kind, after)
        log.wanted = max(head, after)
        return [Opened(log=id, kind=kind, after=after)]

    def _close(self, id: str) -> list[Happening]:
        self.opening.pop(id, None)
        log = self.logs.get(id)
        if log is None or not log.open:
            return []
        log.open = False
        log.filling = None
        log.held.clear()
        return [Closed(id)]

    def _reset(self, id: str, log: Log, reason: str, after: int) -> list[Happening]:
        had = log.at
        log.begins(after)
        told: list[Happening] = [Reset(log=id, reason=reason, had=had, after=after)]
        while log.held and log.held[0][0] <= log.at + 1:
            _, seq, _, held = heapq.heappop(log.held)
            if seq > log.at:
                self._one(log, held, told)
        return told
