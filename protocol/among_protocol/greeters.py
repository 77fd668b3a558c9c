"""Greeters: members who volunteer to say hello, and whom a steward has agreed to.

A newcomer's first message in an open room is told to the greeters of the community, in their own logs; they greet where
everybody reads it. Who does not want to be greeted says so with `reach.set`, and nobody is told. Nothing is counted but
this: when a greeter and a newcomer have mentioned each other three times in turn, the greeter is told once that it worked.
"""

from typing import ClassVar, Literal

from .base import Command, Entry, Id, OptionalId, OptionalReason, Seq, Shape, Write
from .members import Persona

GreeterState = str  # volunteers, greets, none; unknown: as none


class GreeterChanged(Entry, tag="greeter.changed", kw_only=True):
    """In the stewards' log, and without `by` in the own log of the one concerned. Who begins or ceases to greet is told in
    the community's log, too, without who decided it and why."""

    words: ClassVar[tuple[str, ...]] = ("reason",)

    community: str
    member: str  # whom it concerns
    state: GreeterState
    reason: str = ""  # of a steward


class NewcomerSpoke(Entry, tag="newcomer.spoke", kw_only=True):
    """In the own log of each greeter of the community: somebody new has spoken for the first time, in an open room."""

    community: str
    member: str  # the newcomer
    room: str  # where
    message: Seq  # its number there


class NewcomerSettled(Entry, tag="newcomer.settled", kw_only=True):
    """In the own log of a greeter: they and a newcomer have mentioned each other three times in turn. It worked."""

    community: str
    member: str  # the newcomer


class Greeter(Shape, kw_only=True):
    persona: Persona  # who it is
    state: GreeterState


class Greeters(Shape, kw_only=True):
    greeters: list[Greeter]  # by handle


class ListGreeters(Command, tag="greeter.list", kw_only=True):
    """Who greets in a community; for stewards also who volunteers, and for everybody themselves."""

    Reply: ClassVar[type[Shape]] = Greeters

    community: Id


class GreeterWritten(Shape, kw_only=True):
    entry: GreeterChanged  # of the stewards' log; of one's own, where one does not hear that
    repeat: bool = False


class SetGreeter(Write, tag="greeter.set", kw_only=True):
    """Volunteer to greet (`volunteers`), or cease to (`none`). Stewards agree to somebody who volunteers (`greets`), or take
    it from somebody (`none`), and say why."""

    Reply: ClassVar[type[Shape]] = GreeterWritten

    community: Id
    member: OptionalId = ""  # empty: oneself
    state: Literal["volunteers", "greets", "none"]  # the new one
    reason: OptionalReason = ""  # needed to take it from somebody
