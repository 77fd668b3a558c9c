"""What people want to write, at random, from what they know; but not how they ask for it (workload.py)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .book import Book, Event, Storm

EMOJI = ("👍", "🎉", "🌱", "🐝", "🌧️")
STORM = 30  # reactions to one message, one after the other
STORMS = 0.008  # chance that a wish begins one
PINNED = 8  # by one person, before the next is taken away
REMEMBERED = 30  # of one's own messages, that may still be edited or taken back
RENAMES = 4  # of one voice: the first, and three mistakes mended
CHANGES = 8  # likewise, that are no renames


class Person(NamedTuple):
    name: str
    token: str
    account: str
    member: str
    corner: str = ""  # id of the room; empty: has none, and does nothing but talk


class Town(NamedTuple):
    """Where everybody is: a community and its rooms."""

    community: str
    rooms: list[str]


@dataclass(slots=True)
class Intent:
    """A write that somebody wants, until it is decided."""

    nonce: str
    type: str
    fields: dict[str, Any]
    log: str
    content: str
    also: tuple[tuple[str, str], ...] = ()  # what it writes beside this: log and content
    empties: int = 0  # what it takes back, by number


class Wishes:
    """Of one person."""

    def __init__(self, person: Person, town: Town, rng: random.Random, *, moves: bool) -> None:
        self.person = person
        self.town = town
        self.rng = rng
        self.moves = moves  # follows and leaves rooms now and then
        self._following = set(town.rooms)
        self._count = 0
        self._said: list[tuple[str, int]] = []  # room and number, of one's own that may be edited
        self._handle, self._bio = person.name, ""  # who one is
        self._changes = 0  # of who one is, so far
        self._reactions: set[tuple[str, int, str]] = set()  # room, message, emoji
        self._pins: list[tuple[str, int]] = []  # room and message

    def done(self, book: Book, intent: Intent, seq: int) -> None:
        """What one knows by it, for what one may wish next."""
        fields, log = intent.fields, intent.log
        match intent.type:
            case "room.follow":
                self._following.add(fields["room"])
            case "room.unfollow":
                self._following.discard(fields["room"])
            case "message.send" | "message.forward":
                self._said = [*self._said[1 - REMEMBERED :], (log, seq)]
                if fields.keys() == {"room", "body"}:
                    book.was_said(log, seq)
            case "message.delete":
                self._said = [said for said in self._said if said != (log, fields["message"])]
                book.said = [said for said in book.said if said != (log, fields["message"])]
            case "post.publish":
                if (log, seq) not in book.posts:  # as it is after a restore, where this is asked for again
                    book.posts.append((log, seq))
            case "post.delete":
                book.posts[:] = [post for post in book.posts if post != (log, fields["post"])]
            case "persona.update":
                self._handle = fields["persona"].get("handle", self._handle)
                self._bio = fields["persona"].get("bio", self._bio)
            case _:
                self._done_beside(intent)

    def _done_beside(self, intent: Intent) -> None:
        message = intent.fields.get("message", 0)
        match intent.type:
            case "reaction.add":
                self._reactions.add((intent.log, message, intent.fields["emoji"]))
            case "reaction.remove":
                self._reactions.discard((intent.log, message, intent.fields["emoji"]))
            case "pin.add":
                self._pins.append((intent.log, message))
            case "pin.remove":
                self._pins = [pin for pin in self._pins if pin != (intent.log, message)]
            case _:
                pass

    def go_on_from(self, logs: dict[str, list[Event]], pending: list[Intent]) -> None:
        """The server holds these logs, of an older moment: one is who one was then, and has said what is there."""
        own = [event for events in logs.values() for event in events if event.get("by") == self.person.member]
        said = {(event["log"], event["seq"]) for event in own if event["type"] == "message.sent"}
        self._said = [one for one in self._said if one in said]
        persona = next((event for event in reversed(own) if event["type"] == "member.updated"), {})
        self._handle, self._bio = persona.get("handle", self.person.name), persona.get("bio", "")
        self._reactions.clear()
        self._pins.clear()
        done = {event.get("nonce") for event in own}
        for intent in pending:
            if intent.type == "persona.update" and intent.nonce not in done:
                changed = {"handle": self._handle, "bio": self._bio} | intent.fields["persona"]
                intent.content = f"is {changed['handle']}: {changed['bio']}"

    def next(self, book: Book, pending: list[Intent]) -> Intent:
        self._count += 1
        nonce = f"{self.person.name}-{self._count}"
        more = self._about(book, nonce) or self._more(book, pending, nonce) if self.person.corner else None
        return more or self._talk(pending, nonce)

    def _about(self, book: Book, nonce: str) -> Intent | None:
        """What hangs from what was said: reactions, now and then of many at once, pins, threads, and what is shown again."""
        kind, storm = self.rng.random(), book.storm
        if storm is not None and storm.left and kind < 0.8:
            storm.left -= 1
            return self._react(nonce, storm.room, storm.message, EMOJI[: self.rng.randint(1, len(EMOJI))])
        if kind >= 0.2 or not book.said:
            return None
        room, seq = self.rng.choice(book.said)
        if kind < STORMS:
            book.storm = Storm(room, seq, STORM)
        if kind < 0.08:
            return self._react(nonce, *self.rng.choice([(room, seq), *book.posts[-1:]]))
        below, where = {"room": room, "thread": seq}, f"below #{seq}"
        if kind < 0.14:
            return Intent(nonce, "message.send", {**below, "body": nonce}, room, f"says {nonce} {where}")
        if kind < 0.17:
            origin, shown = self.rng.choice(book.said)
            fields = {"origin": origin, "message": shown, "comment": nonce}
            if self.rng.random() < 0.3:
                content = f"says {nonce} {where} showing {origin} #{shown}"
                return Intent(nonce, "message.forward", {**below, **fields}, room, content)
            return Intent(
                nonce, "message.forward", {"room": room, **fields}, room, f"says {nonce} showing {origin} #{shown}"
            )
        if not self.moves or kind < 0.175:  # the founder may; the others are refused
            return self._pin(nonce, room, seq)
        return None

    def _react(self, nonce: str, room: str, message: int, among: Sequence[str] = EMOJI) -> Intent:
        emoji = self.rng.choice(among)
        fields = {"room": room, "message": message, "emoji": emoji}
        there = (room, message, emoji) in self._reactions
        if there == (self.rng.random() < 0.95):  # else refused, unless what one wrote before is still under way
            return Intent(nonce, "reaction.remove", fields, room, f"reacts no more to #{message} with {emoji}")
        return Intent(nonce, "reaction.add", fields, room, f"reacts to #{message} with {emoji}")

    def _pin(self, nonce: str, room: str, message: int) -> Intent:
        if len(self._pins) > PINNED or (self._pins and self.rng.random() < 0.4):
            room, message = self.rng.choice(self._pins)
            return Intent(nonce, "pin.remove", {"room": room, "message": message}, room, f"unpins #{message}")
        return Intent(nonce, "pin.add", {"room": room, "message": message}, room, f"pins #{message}")

    def _more(self, book: Book, pending: list[Intent], nonce: str) -> Intent | None:
        """Beside talking: edit and take back, write in corners and about them, be somebody else."""
        kind, corner = self.rng.random(), self.person.corner
        words = f"{nonce} " + "lorem ipsum " * self.rng.choice((0, 1, 4, 400))
        going = {one.fields.get("post") for one in pending if one.type == "post.delete"}
        posts = [post for log, post in book.posts if log == corner and post not in going]
        if kind < 0.08 and self._said:
            room, seq = self.rng.choice(self._said)
            fields = {"room": room, "message": seq, "body": nonce}
            return Intent(nonce, "message.edit", fields, room, f"edits #{seq}: {nonce}")
        if kind < 0.13 and self._said:
            room, seq = self.rng.choice(self._said)
            return Intent(nonce, "message.delete", {"room": room, "message": seq}, room, f"deletes #{seq}", empties=seq)
        if kind < 0.17:
            fields = {"community": self.town.community, "title": nonce, "body": words}
            return Intent(nonce, "post.publish", fields, corner, f"publishes {nonce}: {words}")
        if kind < 0.20 and posts:
            seq = self.rng.choice(posts)
            fields = {"room": corner, "post": seq, "body": words}
            return Intent(nonce, "post.edit", fields, corner, f"edits #{seq}: {words}")
        if kind < 0.22 and posts:
            seq = self.rng.choice(posts)
            return Intent(nonce, "post.delete", {"room": corner, "post": seq}, corner, f"deletes #{seq}", empties=seq)
        if kind < 0.28 and book.posts:
            room, seq = self.rng.choice(book.posts)
            return Intent(nonce, "message.send", {"room": room, "post": seq, "body": words}, room, f"says {words}")
        if (
            kind < 0.32
            and self._changes < RENAMES + CHANGES
            and not any(one.type == "persona.update" for one in pending)
        ):
            return self._somebody_else(nonce)
        return None

    def _somebody_else(self, nonce: str) -> Intent:
        """First by other handles, as often as a mistake may be mended; then with other words about oneself."""
        self._changes += 1
        community = self.town.community
        if self._changes <= RENAMES:
            handle = f"{self.person.name}-{'bdgk'[self._changes - 1]}"
            fields = {"community": community, "persona": {"handle": handle}}
            also = ((self.person.account, f"renamed {handle}"),)
            return Intent(nonce, "persona.update", fields, community, f"is {handle}: {self._bio}", also)
        fields = {"community": community, "persona": {"bio": nonce}}
        return Intent(nonce, "persona.update", fields, community, f"is {self._handle}: {nonce}")

    def _talk(self, pending: list[Intent], nonce: str) -> Intent:
        room = self.rng.choice(self.town.rooms)
        kind = self.rng.random()
        if kind < 0.03 and self.moves and not any(one.type.endswith("follow") for one in pending):
            verb = "room.unfollow" if room in self._following else "room.follow"
            return Intent(nonce, verb, {"room": room}, self.person.account, f"{verb}ed {room}")
        if kind < 0.06:  # the founder may; the others are refused
            return Intent(nonce, "room.set_topic", {"room": room, "topic": nonce}, room, f"topic {nonce}")
        if kind < 0.08:  # refused: too long
            return Intent(nonce, "message.send", {"room": room, "body": "x" * 8001}, room, "says too much")
        body = f"{nonce} " + "lorem ipsum " * self.rng.choice((0, 1, 1, 4, 200))
        return Intent(nonce, "message.send", {"room": room, "body": body}, room, f"says {body}")
