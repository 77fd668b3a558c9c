"""What somebody in a story keeps for themselves alone, and how they leave: commands that most of a log never tells of."""

from typing import Any

from among_protocol.base import Command
from among_protocol.blocks import SetBlock
from among_protocol.bookmarks import RemoveBookmark, SetBookmark
from among_protocol.communities import LeaveCommunity
from among_protocol.dnd import DndTime, SetDnd
from among_protocol.drafts import SetDraft
from among_protocol.moderation import DAY
from among_protocol.notify import SetNotify
from among_protocol.reach import SetReach
from among_protocol.status import SetStatus

REGISTERS = (
    "bookmark", "bookmark", "unbookmark", "draft", "draft", "choose", "choose", "wait for", "rest", "block", "appear", "reach",
    "be forgotten",
)  # fmt: skip


def own(
    act: str, community: str, room: str, message: int, word: str, drawn: tuple[int, int]
) -> tuple[type[Command], dict[str, Any]]:
    """The command. `word`: one that nobody else has."""
    one, two = drawn
    match act:
        case "bookmark":
            return SetBookmark, {"room": room, "message": message, "note": word * (one % 2)}
        case "unbookmark":
            return RemoveBookmark, {"room": room, "message": message}
        case "draft":
            place = community if two % 4 == 3 else room
            thread = message * (one % 2)
            return SetDraft, {"place": place, "thread": thread, "text": f"begun in {place}: {word}" * (two % 3 > 0)}
        case "be forgotten":
            return LeaveCommunity, {"community": community, "keep": "words" if two % 2 else "erase"}
        case "block":
            kind = ("block", "mute", "none", "none")[one % 4]
            return SetBlock, {"kind": kind, "handle": ("ann", "bob", "cyd", "dan")[two % 4]}
        case _:
            return _chosen(act, (room, room, community, "")[one % 4], one, two)


def _chosen(act: str, place: str, one: int, two: int) -> tuple[type[Command], dict[str, Any]]:
    """What is worth a bell, when nothing is, who may speak to one alone, and how one appears."""
    where = "" if place.startswith("r_") else place
    match act:
        case "choose":
            level = ("all", "mentions", "nothing", "inherit")[two % 4]
            return SetNotify, {"place": place, "level": level, "for_ms": DAY * (two > 3)}
        case "wait for":
            return SetNotify, {"word": f"word-{one % 3}", "level": "all" if two % 3 else "inherit"}
        case "rest":
            times = [DndTime(begins=f"2{one % 4}:00", ends="07:00")] * (two % 3 > 0)
            return SetDnd, {"times": times, "zone": "Europe/Lisbon", "shown": two % 2 == 0}
        case "reach":
            return SetReach, {"community": where, "directs": ("", "anyone", "known", "nobody")[two % 4]}
        case _:
            return SetStatus, {"community": where, "appear": ("auto", "dnd", "invisible")[two % 3]}
