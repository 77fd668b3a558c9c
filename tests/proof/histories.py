"""Histories that keep every promise, made up at random: what the oracle is tested with (and with lies about them, lies.py).

A made-up server appends, answers, forgets to answer, refuses; made-up readers hear late, are cut, resume, skip with a
notice, and hear of several reactions at once. In the end each is shown every room.
"""

import random
from dataclasses import replace
from itertools import count

from . import shown
from .history import Attempt, Entry, Heard, History, Notice
from .shown import Change, Step

EMOJI = ("👍", "🎉")


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
        for name in self.names:
            self.history.pages[name, name] = {log: shown.page(self.room(log), name) for log in self.logs}
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
        words = f"says {nonce}"
        if self.logs[log] and self.rng.random() < 0.6:
            about = self.rng.randint(max(1, len(self.logs[log]) - 5), len(self.logs[log]))
            kind = self.rng.choice(
                (
                    *("reacts", "reacts", "reacts", "reacts no more", "pins", "unpins", "says below", "edits"),
                    *("publishes", "rewrites", "comments"),
                )
            )
            emoji = self.rng.choice(EMOJI) if kind.startswith("reacts") else ""
            words = f"{kind}/{about}/{emoji}/{nonce}"
        self._ask(Attempt(name, nonce, log, words, next(self._moments)))

    def room(self, log: str) -> shown.Room:
        return shown.room((entry.seq, entry.step) for entry in self.logs[log])[0]

    def step(self, attempt: Attempt) -> tuple[Step | None, bool]:
        """What an attempt comes to, and whether it is refused."""
        kind, *rest = attempt.content.split("/")
        if not rest:
            return None, False
        room, about, emoji, by = self.room(attempt.log), int(rest[0]), rest[1], attempt.client
        who = room.reactions.get((about, emoji), {})
        match kind:
            case "reacts":
                return Step("reacts", about, by, 1, emoji, len(who) + 1, "somebody"), by in who
            case "reacts no more":
                return Step("reacts no more", about, by, 1, emoji, len(who) - 1), by not in who
            case "pins":
                return Step("pins", about, by, 1), about in room.pins
            case "unpins":
                return Step("unpins", about, by, 1), about not in room.pins
            case "edits":
                return Step("edits", about, by, 1), False
            case "publishes":
                return Step("publishes", 0, by, 1, title=rest[2]), False
            case "rewrites":
                return Step("rewrites", about, by, 1, title=rest[2], at=rest[2]), about not in room.posts
            case "comments":
                return Step("comments", about, by, 1), about not in room.posts
            case _:
                return Step("says below", about, by, 1), False

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
        step, refused = self.step(attempt)
        if not seq and (refused or self.rng.random() < 0.05):
            attempt.outcome, attempt.answered = "fail", next(self._moments)
            return
        if not seq:
            seq = len(self.logs[attempt.log]) + 1
            whole = f"{attempt.log}/{seq}/{attempt.nonce}/{attempt.content}"
            entry = Entry(seq, seq, name, attempt.nonce, attempt.content, whole, step=step)
            self.logs[attempt.log].append(entry)
        attempt.seq, attempt.outcome, attempt.answered = seq, "ok", next(self._moments)

    def _kept(self, attempt: Attempt) -> int:
        mine = (attempt.client, attempt.nonce)
        return next((entry.seq for entry in self.logs[attempt.log] if (entry.author, entry.nonce) == mine), 0)

    def hear(self, name: str) -> None:
        log = self.rng.choice(list(self.logs))
        at = self.at[name][log]
        if at < len(self.logs[log]):
            entry = self.flushed(self.logs[log][at : at + self.rng.randint(1, 6)])
            self.history.readers[name][-1].append(Heard(log, entry))
            self.at[name][log] = entry.seq

    def flushed(self, entries: list[Entry]) -> Entry:
        """What a reader is told of the first of these, and with it of all the reactions behind it."""
        changes: tuple[Change, ...] = ()
        while not (changes := shown.storm(entry.step for entry in entries)) and len(entries) > 1:
            entries.pop()
        if len(entries) == 1:
            return entries[0]
        first, last = entries[0].seq, entries[-1].seq
        return Entry(last, first, "", "", "reaction.changed", f"{first}..{last}", changes=changes)

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
