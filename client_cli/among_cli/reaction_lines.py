"""What is told of reactions as they come.

Rules: what stands on the screen can't be taken back, so a line says who reacted, and to what; who took it back in the same
breath is not told of at all. However many come, there is a line at most for each message and emoji every few seconds.
"""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from among_protocol.members import PersonaRef
from among_protocol.reactions import ReactionAdded, ReactionRemoved, ReactionsChanged

from .acquaintances import NAMED_AT_ONCE
from .changes import number_of
from .lines import Line, Part, Told, joined
from .places import Room
from .words import glimpse

if TYPE_CHECKING:
    from .link import Link
    from .model import Model

EVERY = 3.0  # seconds between two times that something is told
GLIMPSE = 32  # characters of what was reacted to
KEPT = 200  # messages and emoji that are gathered; of a storm that is larger the oldest are not told

Event = ReactionAdded | ReactionRemoved | ReactionsChanged


@dataclass
class Change:
    """What came of one emoji at one message since it was told last."""

    room: Room
    count: int = 0
    mine: bool = False  # the message is
    who: dict[str, int] = field(default_factory=dict)  # by membership, who reacts now and did not: revision


class Gathered:
    """What was heard and is not told yet."""

    def __init__(self) -> None:
        self.telling = False  # something was told just now
        self._changes: dict[tuple[str, int, str], Change] = {}

    def __bool__(self) -> bool:
        return bool(self._changes)

    def take(self, room: Room, event: Event) -> None:
        if not isinstance(event, ReactionsChanged):
            ref = PersonaRef(member=event.by, rev=event.rev)
            added = isinstance(event, ReactionAdded)
            author = event.author if isinstance(event, ReactionAdded) else ""
            self._take(room, event.message, event.emoji, event.count, author, [ref] * added, [ref] * (not added))
            return
        for one in event.changes:
            self._take(room, one.message, one.emoji, one.count, one.author, one.added, one.removed)

    def _take(
        self,
        room: Room,
        message: int,
        emoji: str,
        count: int,
        author: str,
        added: list[PersonaRef],
        removed: list[PersonaRef],
    ) -> None:
        key = (room.id, message, emoji)
        change = self._changes.get(key)
        if change is None:
            if not added:
                return
            change = self._changes[key] = Change(room)
        change.count, change.mine = count, change.mine or author == room.me
        for ref in removed:
            change.who.pop(ref.member, None)
        change.who |= {ref.member: ref.rev for ref in added}
        while len(self._changes) > KEPT:
            del self._changes[next(iter(self._changes))]

    def messages(self, room: Room | None) -> list[int]:
        """Those of this room."""
        return [message for (_, message, _), change in self._changes.items() if change.room is room]

    def told(self, model: "Model") -> list[Line]:
        """Lines about all of it."""
        changes, self._changes = self._changes, {}
        lines = [_line(model, change, message, emoji) for (_, message, emoji), change in changes.items()]
        return [line for line in lines if line is not None]


def heard(model: "Model", event: object) -> bool:
    """Reactions in the open room are told, and those to one's own messages anywhere. Whether this is such an event."""
    if not isinstance(event, ReactionAdded | ReactionRemoved | ReactionsChanged):
        return False
    room = model.rooms.get(event.log)
    if room is not None:
        room.head = max(room.head, event.seq)
        if model.visit is None or room is not model.room or model.visit.passes(event.seq):
            model.gathered.take(room, event)
    return True


def tell(link: "Link") -> None:
    """At once; and what comes soon after, together."""
    gathered = link.model.gathered
    if gathered and not gathered.telling:
        gathered.telling = True
        link.spawn(partial(_tell, link), quiet=True)


async def _tell(link: "Link") -> None:
    gathered = link.model.gathered
    try:
        while gathered:
            if (room := link.model.room) is not None:
                await link.recalling.messages(room.id, gathered.messages(room))
            link.screen.show(gathered.told(link.model))
            await asyncio.sleep(EVERY)
    finally:
        gathered.telling = False


def _line(model: "Model", change: Change, message: int, emoji: str) -> Told | None:
    room = change.room
    here = room is model.room
    if not here and not change.mine:
        return None
    others = {member: rev for member, rev in change.who.items() if member != room.me or here}
    named = [(model.who(member, rev), member) for member, rev in others.items() if model.knows(member, rev)]
    names = [name for name, member in named if not model.blocks.kind(name, member)]
    heard_of = names[:NAMED_AT_ONCE]
    if not heard_of:
        return None
    more = len(others) - (len(named) - len(names)) - len(heard_of)
    people = [*heard_of, f"{more} more"] if more else heard_of
    which = number_of(message) if here else f"{number_of(message)} in {room.title}"
    said = model.visit.at_hand(message) if model.visit is not None and here else None
    what = glimpse(said.body, most=GLIMPSE) if said is not None and not said.folded else ""
    quoted = f" “{what}”" if what else ""
    now = f", {change.count} now" if change.count > len(people) else ""
    start = [] if here else [Part("mention", "» ")]
    who = Part("who", heard_of[0]) if len(people) == 1 else Part("", joined(people))
    whose = " your" if change.mine and not here else ""
    return Told(
        (*start, who, Part("dim", " reacted "), Part("", emoji), Part("dim", f" to{whose} {which}{quoted}{now}"))
    )
