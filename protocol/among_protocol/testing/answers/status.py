"""How one appears, and one's status. A real server goes on showing what it showed of who is invisible in one community,
when their status of everywhere changes; this one shows the new one there too."""

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import asdict, replace

from ... import codes
from ...codes import Refuse
from ...fields import line, one_emoji
from ...status import STATUS_CHARS, Appearance, AppearanceChanged, NewStatus, SetStatus, Status
from .standing import may_act, present

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Person
    from ..town import Town


def set_status(connection: "Connection", command: SetStatus) -> Appearance:
    town, person, place = connection.town, connection.person, command.community
    if place:
        _, member = present(town, person, place)
        if command.status is not None and (command.status.emoji or command.status.text):
            may_act(town, member)
    for field, asked in (("appear", command.appear), ("last_seen", command.last_seen)):
        if asked == "inherit" and not place:
            raise Refuse(codes.FIELD_INVALID, "There is nothing to inherit from: name a community.", field=field)
    unsaid = ("inherit", "inherit") if place else ("auto", "hidden")
    before = person.appearances.get(place) or Appearance(
        community=place, appear=unsaid[0], last_seen=unsaid[1], status=None
    )
    now = replace(before, appear=command.appear or before.appear, last_seen=command.last_seen or before.last_seen)
    if command.status is not None:
        everywhere = person.appearances.get("")
        if all(
            "invisible" in (one.appear, everywhere.appear if one.appear == "inherit" and everywhere else "")
            for one in (before, now)
        ):
            raise Refuse(codes.INVISIBLE, field="status")
        now = replace(now, status=_status(town, command.status))
    person.appearances[place] = now
    if now.status is not None and command.status is not None and command.status.for_ms:
        end = command.status.for_ms / 1000  # of real time, whatever a test makes of its clock
        town.later(end, partial(_over, town, person, place, now.status))
    town.refresh(person.id)
    town.tell_others(connection, AppearanceChanged(**asdict(now)))
    return now


def _over(town: "Town", person: "Person", place: str, status: Status) -> None:
    """A status ends by itself, unless it was changed."""
    now = person.appearances[place]
    if now.status is status:
        person.appearances[place] = replace(now, status=None)
        town.refresh(person.id)


def _status(town: "Town", asked: NewStatus) -> Status | None:
    emoji = one_emoji(asked.emoji, field="status.emoji") if asked.emoji else ""
    text = line(asked.text, field="status.text", longest=STATUS_CHARS, empty=True)
    if not (emoji or text):
        return None
    return Status(emoji=emoji, text=text, until=town.clock.time(asked.for_ms / 1000) if asked.for_ms else "")
