"""What a run writes down while it happens: moments, attempts, what each connection hears, the logs at the end.

Everything is noted in the order of the wire, by whoever reads the socket, before anything is mended or sorted.
"""

from collections.abc import Iterable
from itertools import count
from typing import Any

import msgspec

from .oracle import Attempt, Connection, Entry, Heard, History, Notice

Event = dict[str, Any]
FOR_DAYS = ("persona.", "handle.")  # refusals that no run of ours waits for


class Book:
    """The history of one run, being written."""

    def __init__(self) -> None:
        self.history = History()
        self.people: dict[str, str] = {}  # membership or account -> the client behind it
        self.problems: list[str] = []  # what should not have been answered at all
        self.posts: list[tuple[str, int]] = []  # corner and number, of those that are known to be there
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
        first, nonce, blank = event.get("from") or seq, event.get("nonce", ""), bool(event.get("blank"))
        return Entry(seq, first, author, nonce, content_of(event), whole, blank, _version_of(event))

    def connection(self, reader: str) -> Connection:
        """A new one of this reader."""
        items: Connection = []
        self.history.readers.setdefault(reader, []).append(items)
        return items

    def heard(self, items: Connection, event: Event) -> None:
        items.append(Heard(event["log"], self.entry(event)))

    def asked(self, client: str, nonce: str, log: str, content: str, **more: Any) -> Attempt:
        """`more`: what it writes beside this, or empties; see Attempt."""
        attempt = Attempt(client, nonce, log, content, self.moment(), **more)
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
            return bool(frame["class"] != "wait") or frame["code"].startswith(FOR_DAYS)
        result = frame["result"]
        self.acknowledged(attempt, result["entry"], repeat=result.get("repeat", False))
        return True

    def acknowledged(self, attempt: Attempt, event: Event, *, repeat: bool) -> None:
        attempt.answered = attempt.answered or self.moment()
        attempt.outcome, attempt.seq, attempt.repeat = "ok", event["seq"], repeat
        attempt.empty = bool(event.get("blank"))
        content = attempt.content if attempt.empty else content_of(event)
        told = (event["log"], event.get("nonce", ""), content)
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


def _version_of(event: Event) -> int:
    """What this is a version of, by its number; 0: of itself."""
    about = {"message.edited": "message", "post.edited": "post"}.get(event["type"])
    number: int = event[about] if about else 0
    return number


def content_of(event: Event) -> str:
    """What its author asked for, of the writes that the workload makes."""
    if event.get("blank"):
        return ""
    match event["type"]:
        case "message.edited":
            return f"edits #{event['message']}: {event['body']}"
        case "message.deleted":
            return f"deletes #{event['message']}"
        case "post.published":
            return f"publishes {event['title']}: {event['body']}"
        case "post.edited":
            return f"edits #{event['post']}: {event['body']}"
        case "post.deleted":
            return f"deletes #{event['post']}"
        case "member.updated":
            return f"is {event['handle']}: {event.get('bio', '')}"
        case "persona.renamed":
            return f"renamed {event['handle']}"
        case "message.sent":
            return f"says {event['body']}"
        case "room.topic_set":
            return f"topic {event['topic']}"
        case "room.followed" | "room.unfollowed":
            return f"{event['type']} {event['room']}"
        case other:
            return str(other)
