"""Histories that keep every promise, made up at random, and small lies about them: what the oracle is tested with.

A made-up server appends, answers, forgets to answer, refuses; made-up readers hear late, are cut, resume, skip with a
notice. Each lie in LIES changes one thing, as one kind of bug would, and gives the letters of the checks of which at
least one must see it; or None when this history holds nothing to lie about in that way.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from .oracle import Attempt, Entry, Heard, History, Notice


class Made:
    """A made-up run."""

    def __init__(self, rng: random.Random, *, clients: int, rooms: int) -> None:
        self.rng = rng
        self.logs: dict[str, list[Entry]] = {f"room{number}": [] for number in range(rooms)}
        self.names = [f"client{number}" for number in range(clients)]
        self.history = History(explained=set(self.logs))
        self.at: dict[str, dict[str, int]] = {}
        self.undecided: dict[str, list[Attempt]] = {name: [] for name in self.names}  # sent, unanswered, in order
        self.waiting: dict[str, list[Attempt]] = {name: [] for name in self.names}  # cut before an answer, in order
        self._moments = count(1)
        self._nonces = count(1)
        for name in self.names:
            self.history.readers[name] = []
            self.connect(name)

    def run(self, steps: int) -> History:
        acts = (self.send, self.send, self.answer, self.hear, self.hear, self.cut, self.skip)
        weights = (20, 20, 30, 30, 30, 2, 1)
        for _ in range(steps):
            self.rng.choices(acts, weights)[0](self.rng.choice(self.names))
        for name in self.names:
            while self.undecided[name]:
                self.answer(name)
        for name in self.names:
            self.catch_up(name)
        self.history.finals = {
            reader: {log: list(entries) for log, entries in self.logs.items()} for reader in ("disk", "wire")
        }
        return self.history

    def connect(self, name: str) -> None:
        had = self.at.get(name)
        self.at[name] = dict.fromkeys(self.logs, 0) if had is None else had
        kind: Notice = Notice("opened" if had is None else "resumed", "")
        self.history.readers[name].append([Notice(kind.kind, log, at) for log, at in self.at[name].items()])
        if had is not None:
            self.catch_up(name)
            self.history.readers[name][-1] += [Notice("whole", log, len(kept)) for log, kept in self.logs.items()]
        again, self.waiting[name] = self.waiting[name], []
        for old in again:
            self._ask(replace(old, asked=next(self._moments)))

    def send(self, name: str) -> None:
        nonce, log = f"n{next(self._nonces)}", self.rng.choice(list(self.logs))
        self._ask(Attempt(name, nonce, log, f"says {nonce}", next(self._moments)))

    def _ask(self, attempt: Attempt) -> None:
        self.history.attempts.append(attempt)
        self.undecided[attempt.client].append(attempt)

    def answer(self, name: str) -> None:
        """The oldest undecided attempt reaches the store, and mostly its answer the client."""
        if not self.undecided[name]:
            return
        attempt = self.undecided[name].pop(0)
        seq = self._kept(attempt)
        attempt.repeat = seq > 0
        if not seq and self.rng.random() < 0.05:
            attempt.outcome, attempt.answered = "fail", next(self._moments)
            return
        if not seq:
            seq = len(self.logs[attempt.log]) + 1
            whole = f"{attempt.log}/{seq}/{attempt.nonce}/{attempt.content}"
            self.logs[attempt.log].append(Entry(seq, seq, name, attempt.nonce, attempt.content, whole))
        attempt.seq, attempt.outcome, attempt.answered = seq, "ok", next(self._moments)

    def _kept(self, attempt: Attempt) -> int:
        mine = (attempt.client, attempt.nonce)
        return next((entry.seq for entry in self.logs[attempt.log] if (entry.author, entry.nonce) == mine), 0)

    def hear(self, name: str) -> None:
        log = self.rng.choice(list(self.logs))
        at = self.at[name][log]
        if at < len(self.logs[log]):
            self.history.readers[name][-1].append(Heard(log, self.logs[log][at]))
            self.at[name][log] = at + 1

    def catch_up(self, name: str) -> None:
        for log, entries in self.logs.items():
            self.history.readers[name][-1] += [Heard(log, entry) for entry in entries[self.at[name][log] :]]
            self.at[name][log] = len(entries)

    def cut(self, name: str) -> None:
        """The connection goes: what was sent may or may not have been stored; all of it is asked again."""
        sent, self.undecided[name] = self.undecided[name], []
        reached = self.rng.randint(0, len(sent))
        for attempt in sent[:reached]:
            if not self._kept(attempt):
                self.undecided[name] = [attempt]
                self.answer(name)
            if attempt.outcome != "fail":
                attempt.outcome, attempt.answered, attempt.seq, attempt.repeat = "info", 0, 0, False
        self.waiting[name] += [attempt for attempt in sent if attempt.outcome == "info"]
        self.connect(name)

    def skip(self, name: str) -> None:
        """A notice, after which entries go on later."""
        log = self.rng.choice(list(self.logs))
        after = self.rng.randint(self.at[name][log], len(self.logs[log]))
        kind: Notice = Notice(self.rng.choice(("gap", "reset", "lagging")), log, after)
        self.history.readers[name][-1].append(kind)
        self.at[name][log] = after


def make(rng: random.Random, *, clients: int = 3, rooms: int = 2, steps: int = 200) -> History:
    return Made(rng, clients=clients, rooms=rooms).run(steps)


Lie = Callable[[random.Random, History], str | None]


def _heard(rng: random.Random, history: History) -> tuple[list[Heard | Notice], int] | None:
    """A connection, and the index of something heard on it."""
    found = [
        (connection, index)
        for connections in history.readers.values()
        for connection in connections
        for index, item in enumerate(connection)
        if isinstance(item, Heard)
    ]
    return rng.choice(found) if found else None


def drop(rng: random.Random, history: History) -> str | None:
    """A delivery was lost; not where the log goes on with a notice anyway, which is allowed to cover it."""
    found = _heard(rng, history)
    if found is None:
        return None
    connection, index = found
    item = connection.pop(index)
    after = next((later for later in connection[index:] if later.log == item.log), None)
    return None if isinstance(after, Notice) and after.kind != "whole" else "d"


def double(rng: random.Random, history: History) -> str | None:
    """A delivery came twice."""
    found = _heard(rng, history)
    if found is None:
        return None
    found[0].insert(found[1], found[0][found[1]])
    return "d"


def swap(rng: random.Random, history: History) -> str | None:
    """Two deliveries of a log came in the wrong order."""
    pairs = []
    for connection in [connection for connections in history.readers.values() for connection in connections]:
        last: dict[str, int] = {}
        for index, item in enumerate(connection):
            if isinstance(item, Notice):
                last.pop(item.log, None)
                continue
            if item.log in last:
                pairs.append((connection, last[item.log], index))
            last[item.log] = index
    if not pairs:
        return None
    connection, one, other = rng.choice(pairs)
    connection[one], connection[other] = connection[other], connection[one]
    return "d"


def garble(rng: random.Random, history: History) -> str | None:
    """One reader was given something else than is stored."""
    found = _heard(rng, history)
    if found is None:
        return None
    connection, index = found
    item = connection[index]
    assert isinstance(item, Heard)
    entry = item.entry
    lies = (
        entry._replace(content="?"),
        entry._replace(author="?"),
        entry._replace(nonce="?"),
        entry._replace(whole="?"),
    )
    connection[index] = Heard(item.log, rng.choice(lies))
    return "d"


def _acked(rng: random.Random, history: History) -> Attempt | None:
    acked = [attempt for attempt in history.attempts if attempt.outcome == "ok"]
    return rng.choice(acked) if acked else None


def _everywhere(history: History, log: str, change: Callable[[list[Entry]], list[Entry]]) -> None:
    for final in history.finals.values():
        final[log] = change(final[log])


def lose(rng: random.Random, history: History) -> str | None:
    """An acknowledged write is gone, and those after it moved up: as after a lost commit, nobody heard it."""
    attempt = _acked(rng, history)
    if attempt is None:
        return None
    seq = attempt.seq
    _everywhere(
        history,
        attempt.log,
        lambda entries: [_moved(entry, seq) for entry in entries if entry.seq != seq],
    )
    for connections in history.readers.values():
        for connection in connections:
            connection[:] = [
                Heard(item.log, _moved(item.entry, seq))
                if isinstance(item, Heard) and item.log == attempt.log
                else item
                for item in connection
                if not (isinstance(item, Heard) and item.log == attempt.log and item.entry.seq == seq)
            ]
    return "a"


def _moved(entry: Entry, after: int) -> Entry:
    return entry if entry.seq <= after else entry._replace(seq=entry.seq - 1, first=entry.first - 1)


def keep_refused(rng: random.Random, history: History) -> str | None:
    """A refused write is there all the same."""
    open_nonces = {one.nonce for one in history.attempts if one.outcome != "fail"}
    refused = [one for one in history.attempts if one.nonce not in open_nonces]
    if not refused:
        return None
    attempt = rng.choice(refused)
    _append(history, attempt.log, attempt)
    return "b"


def twice(rng: random.Random, history: History) -> str | None:
    """A write was carried out twice: its nonce was forgotten."""
    attempt = _acked(rng, history)
    if attempt is None:
        return None
    _append(history, attempt.log, attempt)
    return "a"


def invent(rng: random.Random, history: History) -> str | None:
    """Something is stored that nobody asked for."""
    log = rng.choice(list(next(iter(history.finals.values()))))
    _append(history, log, Attempt(rng.choice(list(history.readers)), "made-up", log, "?", 0))
    return "b"


def _append(history: History, log: str, attempt: Attempt) -> None:
    """To the finals, and to all who were whole."""
    seq = len(next(iter(history.finals.values()))[log]) + 1
    entry = Entry(seq, seq, attempt.client, attempt.nonce, attempt.content, f"{log}/{seq} again")
    _everywhere(history, log, lambda entries: [*entries, entry])
    for connections in history.readers.values():
        connections[-1].append(Heard(log, entry))


def hole(rng: random.Random, history: History) -> str | None:
    """A number is missing in a log."""
    found = [log for log, entries in next(iter(history.finals.values())).items() if entries]
    if not found:
        return None
    log = rng.choice(found)
    seq = rng.randint(1, len(next(iter(history.finals.values()))[log]))
    _everywhere(history, log, lambda entries: [entry for entry in entries if entry.seq != seq])
    return "acd"


def two_orders(rng: random.Random, history: History) -> str | None:
    """Two who read a log at the end read two entries in different orders."""
    found = [log for log, entries in history.finals["disk"].items() if len(entries) > 1]
    if not found:
        return None
    log = rng.choice(found)
    entries = history.finals["disk"][log]
    at = rng.randrange(len(entries) - 1)
    one, other = entries[at], entries[at + 1]
    entries[at] = other._replace(seq=one.seq, first=one.first)
    entries[at + 1] = one._replace(seq=other.seq, first=other.first)
    return "c"


def other_number(rng: random.Random, history: History) -> str | None:
    """The answer told another number than the entry has."""
    attempt = _acked(rng, history)
    if attempt is None:
        return None
    attempt.seq += 1
    return "a"


def answers_out_of_order(rng: random.Random, history: History) -> str | None:
    """A later write of the same sender in the same log was numbered before an earlier one."""
    pairs = [
        (one, other)
        for one in history.attempts
        for other in history.attempts
        if one.outcome == other.outcome == "ok"
        and (one.client, one.log) == (other.client, other.log)
        and one.answered < other.asked
    ]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    one.seq, other.seq = other.seq, one.seq
    for final in history.finals.values():
        entries = final[one.log]
        a, b = entries[one.seq - 1], entries[other.seq - 1]
        entries[one.seq - 1], entries[other.seq - 1] = (
            b._replace(seq=a.seq, first=a.first),
            a._replace(seq=b.seq, first=b.first),
        )
    history.readers.clear()
    return "e"


def partial(rng: random.Random, history: History) -> str | None:
    """`whole` was said before everything had come."""
    found = _heard(rng, history)
    if found is None:
        return None
    connection, index = found
    item = connection[index]
    assert isinstance(item, Heard)
    connection.insert(index, Notice("whole", item.log, item.entry.seq))
    return "d"


LIES: dict[str, Lie] = {
    lie.__name__: lie
    for lie in (
        drop,
        double,
        swap,
        garble,
        lose,
        keep_refused,
        twice,
        invent,
        hole,
        two_orders,
        other_number,
        answers_out_of_order,
        partial,
    )
}
