"""What a run writes down while it happens: moments, attempts, what each connection hears, the logs at the end.

Everything is noted in the order of the wire, by whoever reads the socket, before anything is mended or sorted.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

import msgspec

from . import shown
from .history import Attempt, Connection, Entry, Heard, History, Notice

Event = dict[str, Any]
WORDS = {  # what each write asks for, as its entry has it
    "message.edited": "edits #{message}: {body}",
    "message.deleted": "deletes #{message}",
    "post.published": "publishes {title}: {body}",
    "post.edited": "edits #{post}: {body}",
    "post.deleted": "deletes #{post}",
    "member.updated": "is {handle}: {bio}",
    "persona.renamed": "renamed {handle}",
    "message.sent": "says {body}",
    "reaction.added": "reacts to #{message} with {emoji}",
    "reaction.removed": "reacts no more to #{message} with {emoji}",
    "pin.added": "pins #{message}",
    "pin.removed": "unpins #{message}",
    "room.topic_set": "topic {topic}",
    "room.followed": "room.followed {room}",
    "room.unfollowed": "room.unfollowed {room}",
}
SAID = 40  # messages that are spoken of
FOR_DAYS = ("persona.", "handle.")  # refusals that no run of ours waits for
AS_THINGS_STAND = ("reaction.added_already", "pin.added_already")  # refusals, beside those of class `gone`


@dataclass(slots=True)
class Storm:
    """Many react to one message, one after the other."""

    room: str
    message: int
    left: int  # so many may still be asked for


class Book:
    """The history of one run, being written."""

    def __init__(self) -> None:
        self.history = History()
        self.people: dict[str, str] = {}  # membership or account -> the client behind it
        self.problems: list[str] = []  # what should not have been answered at all
        self.posts: list[tuple[str, int]] = []  # corner and number, of those that are known to be there
        self.said: list[tuple[str, int]] = []  # room and number, of the newest messages that hang from nothing
        self.storm: Storm | None = None
        self.storms = 0  # that somebody heard of as one
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
        step, changes = shown.step_of(event), shown.changes_of(event)
        return Entry(seq, first, author, nonce, content_of(event), whole, blank, _version_of(event), step, changes)

    def connection(self, reader: str) -> Connection:
        """A new one of this reader."""
        items: Connection = []
        self.history.readers.setdefault(reader, []).append(items)
        return items

    def heard(self, items: Connection, event: Event) -> None:
        entry = self.entry(event)
        items.append(Heard(event["log"], entry))
        self.storms += bool(entry.changes)

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
            attempt.refused = True
            if frame["class"] == "bug":  # then nobody knows
                self.problems.append(f"{attempt.client} {attempt.nonce}: {frame['code']}: {frame['message']}")
                return False
            passing = frame["class"] == "gone" or frame["code"] in AS_THINGS_STAND
            if not (self.history.copied and passing):  # else its copy may have come a moment later, and been accepted
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

    def was_said(self, room: str, message: int) -> None:
        if (room, message) not in self.said:  # as it is after a restore, where this is asked for again
            self.said = [*self.said[1 - SAID :], (room, message)]

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
            f"{connections} connections, {heard} deliveries, {self.storms} of many reactions, {notices} notices"
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
    words = WORDS.get(str(event["type"]), "{type}").format_map(defaultdict(str, event))
    return words + _where(event) if event["type"] == "message.sent" else words


def _where(event: Event) -> str:
    """What a message says beside its words: in which thread it is, and what it shows."""
    origin = event.get("forwarded")
    below = f" below #{event['thread']}" if event.get("thread") else ""
    return below + (f" showing {origin['room']} #{origin['seq']}" if origin else "")
