"""What is said of newcomers: to them, and to who greets them. Pure."""

from typing import Protocol

from among_protocol.greeters import GreeterChanged, NewcomerSettled, NewcomerSpoke
from among_protocol.reach import Reach
from among_protocol.welcome import Welcome

from .lines import Line, Rule, Style, note, told
from .places import Room

ToMe = GreeterChanged | NewcomerSpoke | NewcomerSettled  # in one's own log
MEANS = {
    "anyone": "anybody may open a direct with you",
    "known": "only who is in a direct with you already, or whom you write to yourself",
    "nobody": "nobody may open a direct with you; you still may",
    "": "anybody may, but while you are new where there are greeters",
}


class Known(Protocol):
    """What the model knows."""

    rooms: dict[str, Room]

    def who(self, member: str, rev: int = 0) -> str:
        """The handle of a member."""


def welcome(model: Known, slug: str, given: Welcome) -> list[Line]:
    """Nothing where there is none."""
    if not given.text and not given.rooms:
        return []
    lines: list[Line] = [Rule(f"Welcome to {slug}", "place"), *(told(f"  {row}") for row in given.text.split("\n"))]
    names = [model.rooms[id].short for id in given.rooms if id in model.rooms]
    if names:
        lines.append(told(("dim", "  Start in "), ("place", ", ".join(names)), ("dim", f": /go {names[0]}")))
    return lines


def to_me(model: Known, event: ToMe, slug: str) -> Line:
    """In one's own log."""
    place: tuple[Style, str] = ("place", slug or "a community")
    if isinstance(event, NewcomerSpoke):
        room = model.rooms.get(event.room)
        where = room.short if room else "a room"
        return told(
            ("who", model.who(event.member)), " is new in ", place, " and has spoken for the first time, in ",
            ("place", where), ("dim", f": /go {where}, and say hello"), alert=True,
        )  # fmt: skip
    if isinstance(event, NewcomerSettled):
        return told("You and ", ("who", model.who(event.member)), " talk with each other: your greeting worked.")
    because = f" The reason: {event.reason}" if event.reason else ""
    if event.state == "greets":
        return told("You greet newcomers in ", place, " from now on: you are told of their first words.", alert=True)
    return told("You no longer greet newcomers in ", place, f".{because}", alert=True)


def directs(now: Reach, slug: str) -> Line:
    """Who may open a direct with me."""
    where = f"For who knows you from {slug} alone: " if slug else "Everywhere: "
    return note(f"{where}{MEANS.get(now.directs, MEANS['nobody'])}.")
