"""Presence and typing: best effort, beside the log, without numbers; may be late or lost, and never decides a right.
The server derives presence from live sessions and from what their owner chose (status.py), so it cannot be forged."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import WATCHED, Command, Done, Event, Id, Shape
from .status import Status

PresenceState = str  # online, away, dnd (here, and not to be disturbed), offline; unknown: as online


class MemberPresence(Shape, kw_only=True):
    member: str
    state: PresenceState
    status: Status | None = None  # null: none; a `presence.changed` tells when it is over


class PresenceChanged(Event, tag="presence.changed", kw_only=True):
    """Somebody whom this session watches is here, away, or no longer here; or their status is another, or over."""

    member: str
    state: PresenceState
    status: Status | None = None  # null: none


class Presences(Shape, kw_only=True):
    members: list[MemberPresence]  # of those that may be watched


class SetPresence(Command, tag="presence.set", kw_only=True):
    """What others may see of this session while it lives; the liveliest session of an account counts.

    What holds for all sessions, and lasts, is chosen with `status.set`."""

    Reply: ClassVar[type[Shape]] = Done

    state: Literal["online", "away", "invisible"]  # invisible: this session counts as none


class WatchPresence(Command, tag="presence.watch", kw_only=True):
    """Hear of these members' presence from now on; replaces what this session watched. Unknown members are left out."""

    Reply: ClassVar[type[Shape]] = Presences

    members: Annotated[list[Id], Meta(max_length=WATCHED)]  # memberships; none: watch nobody


class TypingStarted(Event, tag="typing.started", omit_defaults=False, kw_only=True):
    """Somebody writes in a room one follows. Forget it after six seconds, or when a message by them arrives."""

    room: str
    by: str  # membership of the one who writes


class StartTyping(Command, tag="typing.start", kw_only=True):
    """Say that one is writing; at most every three seconds, and not needed to stop."""

    Reply: ClassVar[type[Shape]] = Done

    room: Id
