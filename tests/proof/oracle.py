"""The history checker: what clients asked, what they were told, what they heard and what is stored, against the promises.

Pure: it knows no server, no sockets and no clock. Whoever drives a server writes down a History; `check` finds what
contradicts the promises:

(a) Every acknowledged write is in the final history exactly once, with the acknowledged log, number, content, author.
(b) A refused write is absent; one without an answer is there once or not at all; and nothing is there unasked.
(c) The numbers of each log are dense from 1, and all who read it at the end read the same.
(d) What a reader heard of a log is strictly increasing without a hole, except after an explicit notice, and is what is
    stored. What stands for many reactions (`reaction.changed`) covers their numbers, and says what they come to together.
    Over a reader's connections too: it resumes from what it had. In the end it has everything.
(e) What was acknowledged before something else was asked comes before it, in each log; and the writes of one sender,
    on one connection at a time, are numbered in the order in which they were asked and acknowledged, but for what was
    refused first.
(f) What was taken back has lost its words, with all its versions, and nothing else has. What was heard of it before is
    what was asked for. What one command writes into several logs is in all of them, or in none.
(g) Each reaction says how many there are by then. What the pages show of reactions, pins and threads is what the log says.
    With (d), a reader was last told of each what a fresh page shows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from . import shown
from .history import Attempt, Connection, Entry, History, Notice

Logs = Mapping[str, Mapping[int, Entry]]


class Violation(NamedTuple):
    check: str  # a to g
    text: str

    def __str__(self) -> str:
        return f"({self.check}) {self.text}"


def check(history: History) -> list[Violation]:
    """Everything in this history that contradicts a promise; empty when all is well."""
    found = list(_dense(history))
    logs = _agreed(history)
    found += _writes(history, logs)
    found += _emptied(history, logs)
    found += _shown(history, logs)
    asked = _asked(history)
    for name, connections in history.readers.items():
        found += _heard(name, connections, logs, asked, settled=history.settled)
    found += _orders(history)
    return found


def report(violations: Sequence[object], most: int = 20) -> str:
    """For a failing test."""
    lines = [str(violation) for violation in violations[:most]]
    return "\n".join([f"{len(violations)} violations", *lines])


# --- the final logs: (c)


def _agreed(history: History) -> dict[str, dict[int, Entry]]:
    logs: dict[str, dict[int, Entry]] = defaultdict(dict)
    for final in history.finals.values():
        for log, entries in final.items():
            for entry in entries:
                logs[log].setdefault(entry.seq, entry)
    return logs


def _dense(history: History) -> Iterator[Violation]:
    seen: dict[str, tuple[str, list[Entry]]] = {}
    for reader, final in history.finals.items():
        for log, entries in final.items():
            before = 0
            for entry in entries:
                if entry.first != before + 1 or entry.first > entry.seq:
                    yield Violation("c", f"{reader} read {log}: {entry.first}..{entry.seq} follows {before}")
                before = entry.seq
            other, theirs = seen.setdefault(log, (reader, entries))
            if theirs is not entries and theirs != entries:
                at = next((a.seq for a, b in zip(theirs, entries, strict=False) if a != b), "its end")
                yield Violation("c", f"{other} and {reader} read {log} differently at {at}")


# --- what was asked: (a), (b)


def _writes(history: History, logs: Logs) -> Iterator[Violation]:
    stored: dict[tuple[str, str], list[tuple[str, Entry]]] = defaultdict(list)
    for log, entries in logs.items():
        for entry in entries.values():
            if entry.nonce:
                stored[entry.author, entry.nonce].append((log, entry))
    asked: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for attempt in history.attempts:
        asked[attempt.client, attempt.nonce].append(attempt)
    for key, attempts in asked.items():
        yield from _write(key, attempts, stored.get(key, []))
    for log in history.explained:
        for entry in logs.get(log, {}).values():
            if (entry.author, entry.nonce) not in asked:
                yield Violation("b", f"{log} #{entry.seq} was asked for by nobody: {entry.whole}")


def _write(key: tuple[str, str], attempts: list[Attempt], stored: list[tuple[str, Entry]]) -> Iterator[Violation]:
    """All that was asked under one nonce, and all that is stored under it."""
    name = f"{key[0]} {key[1]}"
    stored, half = _both_halves(attempts, stored)
    if half:
        yield Violation("f", f"{name} is only half there: {half}")
    oks = [attempt for attempt in attempts if attempt.outcome == "ok"]
    if len(stored) > 1:
        places = ", ".join(f"{log} #{entry.seq}" for log, entry in stored)
        yield Violation("a", f"{name} is there {len(stored)} times: {places}")
    for ok in oks:
        if ok.told:
            yield Violation("a", f"{name} was acknowledged as {ok.told}, asked {ok.log} {ok.content!r}")
        if not any((log, entry.seq) == (ok.log, ok.seq) for log, entry in stored):
            yield Violation("a", f"{name} was acknowledged as {ok.log} #{ok.seq} and is not there")
        if ok.empty and not all(entry.blank for _, entry in stored):
            yield Violation("f", f"{name} was acknowledged without its words, and has them")
    fresh = [ok for ok in oks if not ok.repeat]
    if len(fresh) > 1:
        yield Violation("a", f"{name} was acknowledged {len(fresh)} times as new")
    for ok in fresh:
        if any(other.answered < ok.asked for other in oks if other is not ok):
            yield Violation("a", f"{name} was acknowledged as new after it had been acknowledged")
    if len({(ok.log, ok.content) for ok in oks}) > 1:
        yield Violation("a", f"{name} was acknowledged with different contents")
    yield from _as_asked(name, attempts, stored)


def _as_asked(name: str, attempts: list[Attempt], stored: list[tuple[str, Entry]]) -> Iterator[Violation]:
    for log, entry in stored:
        same = [one for one in attempts if one.log == log and (entry.blank or one.content == entry.content)]
        if not same:
            yield Violation("a", f"{name}: {log} #{entry.seq} holds {entry.content!r}, which nobody asked for")
        elif all(attempt.outcome == "fail" for attempt in same):
            yield Violation("b", f"{name} was refused and is there: {log} #{entry.seq}")


def _both_halves(attempts: list[Attempt], stored: list[tuple[str, Entry]]) -> tuple[list[tuple[str, Entry]], str]:
    """What is stored beside the entries that are written with it; and what is wrong where these are not all, or alone."""
    also = sorted({other for attempt in attempts for other in attempt.also})
    beside = [(log, entry) for log, entry in stored if (log, entry.content) in also]
    first = [(log, entry) for log, entry in stored if (log, entry.content) not in also]
    whole = sorted((log, entry.content) for log, entry in beside) == (also if first else [])
    there = ", ".join(f"{log} #{entry.seq}" for log, entry in stored)
    return first, "" if whole else f"{there}, and not all of {also}"


# --- what was taken back: (f)


def _emptied(history: History, logs: Logs) -> Iterator[Violation]:
    asked = {(one.log, one.empties) for one in history.attempts if one.empties and one.outcome != "fail"}
    done = {(one.log, one.empties) for one in history.attempts if one.empties and one.outcome == "ok"}
    for log, entries in logs.items():
        for entry in entries.values():
            about = (log, entry.of or entry.seq)
            if entry.blank and about not in asked:
                yield Violation("f", f"{log} #{entry.seq} has lost its words, and nobody took it back")
            elif not entry.blank and about in done:
                yield Violation("f", f"{log} #{entry.seq} was taken back and is there: {entry.whole}")


# --- what is shown: (g)


def _shown(history: History, logs: Logs) -> Iterator[Violation]:
    rooms: dict[str, shown.Room] = {}
    for log in {*logs, *(log for pages in history.pages.values() for log in pages)}:
        entries = logs.get(log, {})
        rooms[log], wrong = shown.room((seq, entries[seq].step) for seq in sorted(entries))
        yield from (Violation("g", f"{log} {text}") for text in wrong)
    for (reader, member), pages in history.pages.items():
        for log, page in pages.items():
            for text in shown.unlike(page, shown.page(rooms[log], member)):
                yield Violation("g", f"{reader} is shown {log} with {text}")


# --- what was heard: (d)


Asked = Mapping[tuple[str, str], set[tuple[str, str]]]  # author and nonce -> log and content


def _asked(history: History) -> Asked:
    asked: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for attempt in history.attempts:
        asked[attempt.client, attempt.nonce].add((attempt.log, attempt.content))
    return asked


def _once(entry: Entry, kept: Entry, log: str, asked: Asked) -> bool:
    """Whether what was heard is what an entry said before it lost its words."""
    if entry.blank or not kept.blank or _wordless(entry) != _wordless(kept):
        return False
    return (log, entry.content) in asked.get((entry.author, entry.nonce), ())


def _wordless(entry: Entry) -> Entry:
    step = entry.step._replace(title="") if entry.step is not None else None
    return entry._replace(whole="", blank=False, content="", step=step)


class _Ear:
    """One reader, over all its connections."""

    def __init__(self, name: str, logs: Logs, asked: Asked) -> None:
        self.name = name
        self.logs = logs
        self.asked = asked
        self.had: dict[str, int] = {}  # over all connections
        self.at: dict[str, int] = {}  # on this one
        self.owed: dict[str, Violation] = {}  # called whole and not so; forgiven when the log turns out to be left

    def connected(self, number: int) -> None:
        self.who = f"{self.name}, connection {number}"
        self.at = {}

    def noticed(self, notice: Notice) -> Iterator[Violation]:
        kind, log, after = notice
        if kind == "closed":
            for known in (self.at, self.had, self.owed):
                known.pop(log, None)
            return
        if kind == "whole":
            if self.at.get(log, after) < after:  # one that was left meanwhile is not there
                text = f"{self.who} was told that {log} is whole up to {after}, and has {self.at[log]}"
                self.owed[log] = Violation("d", text)
            return
        yield from self.due(log)
        if kind == "resumed" and self.had.get(log, after) != after:
            yield Violation("d", f"{self.who} resumed {log} from {after}, and had {self.had[log]}")
        self.at[log] = self.had[log] = after

    def heard(self, log: str, entry: Entry) -> Iterator[Violation]:
        at = self.at.get(log)
        yield from self.due(log)
        if at is None:
            yield Violation("d", f"{self.who} heard {log} #{entry.seq}, which it does not follow")
            return
        if entry.seq <= at:
            yield Violation("d", f"{self.who} heard {log} #{entry.seq} after {at}")
        elif entry.first != at + 1:
            yield Violation("d", f"{self.who} heard {log} #{entry.first} after {at}: a hole")
        self.at[log] = self.had[log] = max(at, entry.seq)
        yield from self.told(log, entry) if entry.changes else self.read(log, entry)

    def told(self, log: str, entry: Entry) -> Iterator[Violation]:
        """Many reactions as one."""
        kept = [self.logs.get(log, {}).get(seq) for seq in range(entry.first, entry.seq + 1)]
        changes = shown.storm(one and one.step for one in kept)
        if changes != entry.changes:
            covered = f"{log} #{entry.first}..{entry.seq}"
            yield Violation("d", f"{self.who} heard {covered} as {entry.changes}, what is stored comes to {changes}")

    def read(self, log: str, entry: Entry) -> Iterator[Violation]:
        kept = self.logs.get(log, {}).get(entry.seq)
        if kept is None:
            yield Violation("d", f"{self.who} heard {log} #{entry.seq}, which is not stored: {entry.whole}")
        elif kept != entry and not _once(entry, kept, log, self.asked):
            yield Violation("d", f"{self.who} heard {log} #{entry.seq} as {entry}, stored is {kept}")

    def due(self, log: str) -> Iterator[Violation]:
        if log in self.owed:
            yield self.owed.pop(log)

    def ended(self) -> Iterator[Violation]:
        """The last connection has heard everything."""
        for log, position in self.at.items():
            head = max(self.logs.get(log, {0: None}))
            if position != head:
                yield Violation("d", f"{self.who} ended at {log} #{position}, its head is {head}")


def _heard(
    name: str, connections: Sequence[Connection], logs: Logs, asked: Asked, *, settled: bool
) -> Iterator[Violation]:
    ear = _Ear(name, logs, asked)
    for number, connection in enumerate(connections, 1):
        ear.connected(number)
        for item in connection:
            yield from ear.noticed(item) if isinstance(item, Notice) else ear.heard(*item)
    yield from ear.owed.values()
    if settled:
        yield from ear.ended()


# --- orders: (e)


def _orders(history: History) -> Iterator[Violation]:
    by_log: dict[str, list[list[Attempt]]] = defaultdict(list)
    tries: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for attempt in history.attempts:
        tries[attempt.client, attempt.nonce].append(attempt)
    for attempts in tries.values():
        ok = next((attempt for attempt in attempts if attempt.outcome == "ok"), None)
        if ok is not None:
            same = [attempt for attempt in attempts if (attempt.log, attempt.content) == (ok.log, ok.content)]
            by_log[ok.log].append(same)
    for log, writes in by_log.items():
        yield from _real_time(log, writes)
        if history.in_order:
            yield from _per_sender(log, writes, copied=history.copied)


def _real_time(log: str, writes: Iterable[list[Attempt]]) -> Iterator[Violation]:
    """What was acknowledged before something else was first asked has the smaller number."""
    spans = []
    for attempts in writes:
        ok = min((attempt for attempt in attempts if attempt.outcome == "ok"), key=lambda one: one.answered)
        spans.append((min(attempt.asked for attempt in attempts), ok.answered, ok))
    answers = sorted(spans, key=lambda span: span[1])
    index, highest = 0, None
    for asked, _, ok in sorted(spans, key=lambda span: span[0]):
        while index < len(answers) and answers[index][1] < asked:
            if highest is None or answers[index][2].seq > highest.seq:
                highest = answers[index][2]
            index += 1
        if highest is not None and highest.seq >= ok.seq:
            early = f"{highest.client} {highest.nonce} (#{highest.seq})"
            yield Violation("e", f"{log}: {early} was acknowledged before {ok.client} {ok.nonce} (#{ok.seq}) was asked")


def _per_sender(log: str, writes: Iterable[list[Attempt]], *, copied: bool) -> Iterator[Violation]:
    """The try that was carried out counts: where the answer is no repeat, the one that it answers. Where it is, one of those
    before that nobody has heard of; of several the last, and then it may come before what was asked sooner. A copy that the
    network made is one as well, and may come after what was asked later, on the next connection."""
    senders: dict[str, list[tuple[int, int, bool, bool]]] = defaultdict(list)
    asked: dict[str, list[tuple[int, int, bool, bool]]] = defaultdict(list)
    for attempts in writes:
        oks = [attempt for attempt in attempts if attempt.outcome == "ok"]
        done = next((ok for ok in oks if not ok.repeat), None)
        unheard = [one.asked for one in attempts if one.asked < oks[0].asked and not one.refused]
        if done is not None or not unheard:
            done = done or oks[0]
            asked[done.client].append((done.asked, done.seq, done.repeat and copied, False))
        else:
            asked[oks[0].client].append((max(unheard), oks[0].seq, copied or len(unheard) > 1, copied))
        for ok in oks:
            if not ok.repeat:
                senders[ok.client].append((ok.answered, ok.seq, False, False))
    for how, rows in (("acknowledged", senders), ("asked", asked)):
        for client, moments in rows.items():
            highest = 0
            for _, seq, early, late in sorted(moments):
                if seq <= highest and not early:
                    yield Violation("e", f"{client} in {log}: #{highest} was {how} before #{seq}")
                if not late:
                    highest = max(highest, seq)
