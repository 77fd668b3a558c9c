"""What a run writes down while it happens: moments, attempts, what each connection hears, the logs at the end.

Everything is noted in the order of the wire, by whoever reads the socket, before anything is mended or sorted.
"""

from collections.abc import Iterable
from itertools import count
from typing import Any

import msgspec

from .oracle import Attempt, Connection, Entry, Heard, History, Notice

Event = dict[str, Any]


class Book:
    """The history of one run, being written."""

    def __init__(self) -> None:
        self.history = History()
        self.people: dict[str, str] = {}  # membership or account -> the client behind it
        self.problems: list[str] = []  # what should not have been answered at all
        self._moments = count(1)
        self._encode = msgspec.json.Encoder(order="deterministic").encode
        self._kept: dict[bytes, str] = {}  # the whole of an entry, once for all who hear it

    def moment(self) -> int:
        return next(self._moments)

    def entry(self, event: Event) -> Entry:
        data = self._encode(event)
        whole = self._kept.get(data)
        if whole is None:
            whole = self._kept[data] = data.decode()
        seq: int = event["seq"]
        author = self.people.get(event.get("by") or event["log"], "")
        return Entry(seq, event.get("from") or seq, author, event.get("nonce", ""), content_of(event), whole)

    def connection(self, reader: str) -> Connection:
        """A new one of this reader."""
        items: Connection = []
        self.history.readers.setdefault(reader, []).append(items)
        return items

    def heard(self, items: Connection, event: Event) -> None:
        items.append(Heard(event["log"], self.entry(event)))

    def asked(self, client: str, nonce: str, log: str, content: str) -> Attempt:
        attempt = Attempt(client, nonce, log, content, self.moment())
        self.history.attempts.append(attempt)
        return attempt

    def answered(self, attempt: Attempt, frame: Event | None) -> bool:
        """Note a reply. Whether it decides: another try would be of no use."""
        if frame is None:
            return False
        attempt.answered = self.moment()
        if frame["type"] == "refused":
            if frame["class"] == "bug":  # then nobody knows
                self.problems.append(f"{attempt.client} {attempt.nonce}: {frame['code']}: {frame['message']}")
                return False
            attempt.outcome = "fail"
            return bool(frame["class"] != "wait")
        result = frame["result"]
        self.acknowledged(attempt, result["entry"], repeat=result.get("repeat", False))
        return True

    def acknowledged(self, attempt: Attempt, event: Event, *, repeat: bool) -> None:
        attempt.answered = attempt.answered or self.moment()
        attempt.outcome, attempt.seq, attempt.repeat = "ok", event["seq"], repeat
        told = (event["log"], event.get("nonce", ""), content_of(event))
        if told != (attempt.log, attempt.nonce, attempt.content):
            attempt.told = " ".join(told)

    def final(self, reader: str, log: str, events: Iterable[Event]) -> None:
        """What somebody reads in a log at the end."""
        self.history.finals.setdefault(reader, {})[log] = [self.entry(event) for event in events]

    def summary(self) -> str:
        history = self.history
        oks = sum(attempt.outcome == "ok" for attempt in history.attempts)
        infos = sum(attempt.outcome == "info" for attempt in history.attempts)
        repeats = sum(attempt.repeat for attempt in history.attempts)
        connections = sum(map(len, history.readers.values()))
        items = [item for every in history.readers.values() for one in every for item in one]
        heard = sum(isinstance(item, Heard) for item in items)
        notices = sum(isinstance(item, Notice) and item.kind != "whole" for item in items)
        return (
            f"{len(history.attempts)} sendings, {oks} acks ({repeats} repeats), {infos} without an answer, "
            f"{connections} connections, {heard} deliveries, {notices} notices"
        )


def content_of(event: Event) -> str:
    """What its author asked for, of the writes that the workload makes."""
    match event["type"]:
        case "message.sent":
            return f"says {event['body']}"
        case "room.topic_set":
            return f"topic {event['topic']}"
        case "room.followed" | "room.unfollowed":
            return f"{event['type']} {event['room']}"
        case other:
            return str(other)
