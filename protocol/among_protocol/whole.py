"""How a client stays whole: positions, doubles, holes. Pure: entries and pages come in, what to tell comes out.

1. A log has one number `at`: everything up to it was given to the user, nothing after it. Entries that end at or
   before it are doubles. One that begins right after it (`from`, or `seq`) is given. One that begins later is held.
2. `wanted` is the highest number known to exist. Where `at` lags behind it, `holes` says what to ask for.
3. Held entries are bounded: more are let go, and come with a page. While `paused` none are kept at all.
4. A page that should have brought the log forward and did not is told as a Reset: never silent, never for ever.
5. Which logs are mine is what `session.sync` listed, as of the head of the account's log that it stated; entries of
   that log after it open and close logs, and say where those begin. Logs that sync lists and that were not mine when
   we left wait for that entry, which is part of the replay. What such a log sends before it is open comes with a page.
6. What one does not want is never open, and what is left out of a log, or told in short, moves `at` as entries do (`Span`).
"""

import heapq
from collections.abc import Callable, Iterator

import msgspec

from .communities import CommunityJoined, CommunityLeft
from .happenings import Closed, Happening, Opened, Positions, Reset
from .logs import EntryPage, LogKind, LogPassed, LogState, ReadEntries, Sync, SyncStarted, Want
from .moderation import RoleSet
from .reactions import ReactionsChanged
from .rooms import DirectOpened, RoomFollowed, RoomUnfollowed
from .wire import AnyEntry, UnknownEvent

HELD = 500  # entries kept ahead of a hole, per log
FILLS = 4  # pages asked for at once

Numbered = AnyEntry | LogPassed | ReactionsChanged | UnknownEvent


class Log:
    """One log as this client has it."""

    __slots__ = ("at", "due", "filling", "held", "kind", "open", "told", "wanted")

    def __init__(self, kind: LogKind, at: int) -> None:
        self.kind = kind
        self.at = at  # given up to here
        self.wanted = at  # exists up to here, as far as known
        self.due = 0  # the replay under way promises everything up to here
        self.filling: ReadEntries | None = None  # the page that is asked for
        self.open = True  # False: no longer followed; `at` stays, so that late doubles are known as such
        self.told = False  # the user knows of it in this run of the program
        self.held: list[tuple[int, int, int, Numbered]] = []  # heap of (begins, seq, tiebreak, entry)

    @property
    def until(self) -> int:
        """The last number of the hole after `at`; `at` itself when there is none."""
        return max(self.at, self.held[0][0] - 1 if self.held else self.wanted)

    def let_go(self) -> None:
        """Forget what was under way."""
        self.filling = None
        self.due = 0
        self.held.clear()


class Whole:
    """All logs of one account."""

    def __init__(self, positions: Positions, *, from_start: bool, want: Want | None = None) -> None:
        self.want = want  # to be asked for; None: everything
        self._taken: Want | None = None  # as the newest sync has taken it
        self.epoch = positions.epoch
        self.from_start = from_start
        self.paused = False  # the user has enough for now: keep nothing, ask for nothing
        self.account = ""  # id of the account's log
        self.logs = {log: Log("room", at) for log, at in positions.logs.items()}
        self.account_head = 0  # rule 5: of the newest sync
        self._listed: dict[str, LogState] = {}  # rule 5: wait for their entry in the account's log
        self._heard: dict[str, int] = {}  # highest number heard of logs that are not open
        self._left: dict[str, int] = {}  # highest number known of logs that were closed, should they open again
        self._behind: set[str] = set()  # logs that may have a hole: all that do, and soon no others
        self._places: dict[str, str] = {}  # room, or stewards' log -> community
        self._count = 0

    @property
    def positions(self) -> Positions:
        """What to name in a sync."""
        return Positions(self.epoch, {id: log.at for id, log in self.logs.items() if log.open})

    # --- sync

    def sync(self, most: int) -> Sync:
        """The command that makes whole what is known; at most so many positions, the account's among them."""
        named = sorted(self.positions.logs.items(), key=lambda item: item[0] != self.account)[:most]
        return Sync(id="", epoch=self.epoch, positions=dict(named), cards=True, want=self.want)

    def started(self, sync: SyncStarted) -> list[Happening]:
        """The server says where every log is."""
        moved = self.epoch not in ("", sync.epoch)
        self.epoch = sync.epoch
        self._taken = sync.want
        self._listed.clear()
        for membership in sync.communities:
            self._places.update((room.id, membership.community.id) for room in membership.rooms)
            if membership.stewards:
                self._places[membership.stewards] = membership.community.id
        states = {state.log: state for state in sync.logs if state.status not in ("gone", "unwanted")}
        told: list[Happening] = []
        for id in [id for id in self.logs if id not in states]:
            told += self._close(id)
        self._heard.clear()
        self._left.clear()
        if moved:  # what was closed counted in another epoch
            self.logs = {id: log for id, log in self.logs.items() if log.open}
            self._behind &= set(self.logs)
        account = next((state for state in states.values() if state.kind == "account"), None)
        resumed = False
        if account is not None:
            self.account, self.account_head = account.log, account.head
            resumed = account.log in self.logs and not moved and account.status != "reset"
        for state in states.values():
            log = self.logs.get(state.log)
            if log is not None and log.open:
                told += self._listed_again(log, state, moved=moved)
            elif self.from_start:
                told += self._open(state.log, state.kind, state.floor, state.head)
            elif resumed:
                self._listed[state.log] = state
            else:
                told += self._open(state.log, state.kind, state.head, state.head)
        return told + self._unlisted()

    def _listed_again(self, log: Log, state: LogState, *, moved: bool) -> list[Happening]:
        log.kind = state.kind
        log.let_go()
        self._behind.add(state.log)
        log.wanted = max(log.at, state.head)
        if moved or state.status == "reset" or state.head < log.at:
            reason = state.reason or ("epoch" if moved else "ahead")
            log.wanted = state.head
            log.told = True
            return self._reset(state.log, log, reason, state.floor if self.from_start else state.head)
        if state.status == "caught_up":  # it comes without being asked for; `synced` sees whether it did
            log.due, log.wanted = state.head, log.at
        return [] if log.told else self._tell(state.log, log)

    def synced(self) -> None:
        """The replay is over: what it did not bring is a hole."""
        for id, log in self.logs.items():
            log.wanted, log.due = max(log.wanted, log.due), 0
            self._behind.add(id)

    # --- entries

    def entry(self, entry: Numbered) -> list[Happening]:
        """One entry has come, live or replayed."""
        log = self.logs.get(entry.log)
        if log is None or not log.open:
            self._heard[entry.log] = max(self._heard.get(entry.log, 0), entry.seq)
            return []
        if entry.seq <= log.at:
            return []
        log.wanted = max(log.wanted, entry.seq)
        begins = min(entry.first or entry.seq, entry.seq)
        if self.paused or begins > log.at + 1:
            self._behind.add(entry.log)
            if not self.paused and len(log.held) < HELD:
                self._count += 1
                heapq.heappush(log.held, (begins, entry.seq, self._count, entry))
            return []
        told: list[Happening] = []
        self._give(log, entry, told)
        return told + self._release(log)

    def page(
        self, command: ReadEntries, page: EntryPage | None, decode: Callable[[msgspec.Raw], Numbered]
    ) -> list[Happening]:
        """What `holes` asked for has come; None when the server would not give it."""
        log = self.logs.get(command.log)
        if log is None or log.filling is not command:
            return []  # closed, or synced anew meanwhile: what is missing now is asked for anew
        log.filling = None
        if self.paused:
            return []
        told: list[Happening] = []
        before = log.at
        if page is not None:
            if page.floor > log.at:
                told += self._reset(command.log, log, "floor", page.floor)
            for raw in page.entries:
                try:
                    entry = decode(raw)
                except msgspec.DecodeError:
                    continue  # a hole like any other
                if entry.log == command.log:
                    told += self.entry(entry)
        if log.at == before and (command.until or 0) > before:
            told += self._reset(command.log, log, "hole", log.until)
        return told

    def lagging(self, heads: dict[str, int]) -> None:
        """Events were left out: live ones go on after these numbers."""
        for id, head in heads.items():
            log = self.logs.get(id)
            if log is not None and log.open:
                log.wanted = max(log.wanted, head)
                self._behind.add(id)
            else:
                self._heard[id] = max(self._heard.get(id, 0), head)

    def ahead(self) -> dict[str, int]:
        """Of the logs of which not all was given: the highest number known to exist."""
        behind = {id: log.wanted for id in self._behind if (log := self.logs[id]).open and log.wanted > log.at}
        return {**self._heard, **behind}

    def holes(self) -> Iterator[ReadEntries]:
        """What to ask for now; the ids are still missing. Each counts as asked for once it is taken."""
        if self.paused or not self._behind:
            return
        free = FILLS - sum(self.logs[id].filling is not None for id in self._behind)
        for id in sorted(self._behind):
            log = self.logs[id]
            if log.filling is not None:
                continue
            if not log.open or log.until <= log.at:
                self._behind.discard(id)
            elif free > 0:
                free -= 1
                wanted = self._taken is not None
                log.filling = ReadEntries(id="", log=id, after=log.at, until=log.until, wanted=wanted)
                yield log.filling

    def gone(self, command: ReadEntries) -> list[Happening]:
        """The server has no such log for us; or had, when it was asked for what is not missing any more."""
        log = self.logs.get(command.log)
        return self._close(command.log) if log is not None and log.filling is command else []

    def _give(self, log: Log, entry: Numbered, told: list[Happening]) -> None:
        log.at = entry.seq
        told.append(entry)
        if entry.log != self.account:
            return
        new = entry.seq > self.account_head  # rule 5: what is older may say where a listed log begins, no more
        match entry:
            case CommunityJoined():
                told += self._becomes_mine(entry.community, "community", entry.head, new=new)
                for room, head in entry.rooms.items():
                    self._places[room] = entry.community
                    told += self._becomes_mine(room, "room", head, new=new)
                told += self._stewards(entry.community, entry.stewards, entry.stewards_head, new=new)
            case RoleSet():
                told += self._stewards(entry.community, entry.stewards, entry.head, new=new)
            case RoomFollowed():
                self._places[entry.room] = entry.community
                told += self._becomes_mine(entry.room, "room", entry.head, new=new)
            case DirectOpened():
                told += self._becomes_mine(entry.room, "room", entry.head, new=new)
            case RoomUnfollowed() if new:
                told += self._close(entry.room)
            case CommunityLeft() if new:
                inside = [id for id, community in self._places.items() if community == entry.community]
                for id in (*inside, entry.community):
                    told += self._close(id)
            case _:
                pass
        told += self._unlisted()

    def _release(self, log: Log) -> list[Happening]:
        """What was held and follows now."""
        told: list[Happening] = []
        while log.held and log.held[0][0] <= log.at + 1:
            _, seq, _, entry = heapq.heappop(log.held)
            if seq > log.at:
                self._give(log, entry, told)
        return told

    # --- opening, closing

    def _becomes_mine(self, id: str, kind: LogKind, head: int, *, new: bool) -> list[Happening]:
        """The account's log says that this log is mine from here on."""
        log = self.logs.get(id)
        if self._unwanted(id, kind):
            return []
        if (log is not None and log.open) or not (new or id in self._listed):
            return []
        state = self._listed.pop(id, None)
        heard = max(self._heard.pop(id, 0), self._left.pop(id, 0))
        return self._open(id, kind, 0 if self.from_start else head, max(head, heard, state.head if state else 0))

    def _unwanted(self, id: str, kind: LogKind) -> bool:
        """Rule 6: whether the server sends nothing of this log, as it is not wanted."""
        if self._taken is None:
            return False
        community = id if kind == "community" else self._places.get(id, "")
        if community and self._taken.communities is not None and community not in self._taken.communities:
            return True
        return kind in ("community", "stewards") and self._taken.profile != "everything"

    def _stewards(self, community: str, id: str, head: int, *, new: bool) -> list[Happening]:
        """What the account's log says of the stewards' log of a community: mine from here on, or (without id) not."""
        if id:
            self._places[id] = community
            return self._becomes_mine(id, "stewards", head, new=new)
        if not new:
            return []
        mine = [id for id, place in self._places.items() if place == community and self._is_stewards(id)]
        return [happening for id in mine for happening in self._close(id)]

    def _is_stewards(self, id: str) -> bool:
        log = self.logs.get(id)
        return log is not None and log.kind == "stewards"

    def _unlisted(self) -> list[Happening]:
        """The account's log has come as far as sync stated, and does not tell of these: they begin where one has read,
        since following puts the marker at the head."""
        account = self.logs.get(self.account)
        if not self._listed or account is None or account.at < self.account_head:
            return []
        told: list[Happening] = []
        for id, state in list(self._listed.items()):
            after = min(max(state.read, state.floor), state.head) if state.kind == "room" else state.head
            told += self._open(id, state.kind, after, max(state.head, self._heard.pop(id, 0), self._left.pop(id, 0)))
        self._listed.clear()
        return told

    def _open(self, id: str, kind: LogKind, after: int, wanted: int) -> list[Happening]:
        before = self.logs.get(id)
        if before is not None:  # closed since; never give twice
            after = max(after, before.at)
        log = self.logs[id] = Log(kind, after)
        log.wanted = max(wanted, after)
        self._behind.add(id)
        return self._tell(id, log)

    def _tell(self, id: str, log: Log) -> list[Happening]:
        log.told = True
        return [Opened(log=id, kind=log.kind, after=log.at)]

    def _close(self, id: str) -> list[Happening]:
        log = self.logs.get(id)
        if log is None or not log.open:
            return []
        log.open = False
        if log.wanted > log.at:  # should it be opened again, that exists all the same
            self._left[id] = log.wanted
        log.let_go()
        return [Closed(id)]

    def _reset(self, id: str, log: Log, reason: str, after: int) -> list[Happening]:
        had, log.at = log.at, after
        told: list[Happening] = [Reset(log=id, reason=reason, had=had, after=after)]
        return told + self._release(log)
