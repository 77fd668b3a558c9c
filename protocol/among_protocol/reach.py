"""Reach: by whom one may be spoken to alone, and whether one wants to be greeted. A register of the account, for
everywhere and for each community: the last value wins, it has no number, it is in every sync, and every other device of
the account is told. Nobody else ever is.

`directs`: who may open a direct with me. `anyone`; `known`: who is in a direct with me already, beside whom I open one
with myself; `nobody`. What is said for everywhere holds always. What is said for a community holds for those whom I know
from communities alone where it is said: who shares another one with me that is not closed to them is not kept out.

Where nothing is said for a community, it is `known` for the first `limits.newcomer_days` after one joined it for the first
time, and `anyone` after that.
"""

from typing import ClassVar, Literal

from .base import Command, Event, OptionalId, Shape

DirectsFrom = str  # anyone, known, nobody; unknown: as nobody


class Reach(Shape, omit_defaults=False, kw_only=True):
    community: str  # its id; empty: everywhere
    directs: DirectsFrom  # who may open a direct with me; empty: nothing is said
    greetings: bool  # greeters are told when I speak for the first time; always true for everywhere


class ReachChanged(Event, tag="reach.changed", omit_defaults=False, kw_only=True):
    """To every other session of the account that has synced."""

    reach: Reach  # as it is now


class SetReach(Command, tag="reach.set", kw_only=True):
    """Say who may open a direct with me, everywhere or for whom I know from one community; and there, whether I want to be
    greeted. What is left out stays as it is."""

    Reply: ClassVar[type[Shape]] = Reach

    community: OptionalId = ""  # one that I am in, or join next, by its id; empty: everywhere
    directs: Literal["", "anyone", "known", "nobody"] | None = None  # empty: as if nothing had been said
    greetings: bool | None = None  # of a community
