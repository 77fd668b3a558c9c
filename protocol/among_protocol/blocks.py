"""Whom I block and whom I mute. A register of the account: the last value wins, it has no number, it is in every sync,
and every other device of the account is told. Nobody else ever is.

One blocks a person under a name: wherever the same account goes by that handle. Of another persona of theirs, with
another handle, a block says and changes nothing, so nobody learns from it who is who.

`block`: no directs between the two, no presence in either direction, no mention counts in either direction. `mute`: a
mention of me by them does not count. Rooms have one log for all: what they say there arrives, and clients fold it.
"""

from typing import ClassVar, Literal

from .base import Command, Event, HandleText, Id, Shape

BlockKind = str  # block, mute; unknown: as block


class Block(Shape, omit_defaults=False, kw_only=True):
    handle: str  # as it was when it was blocked
    kind: BlockKind  # none: neither blocked nor muted


class BlockChanged(Event, tag="block.changed", omit_defaults=False, kw_only=True):
    """To every other session of the account that has synced."""

    handle: str
    kind: BlockKind  # none: neither blocked nor muted any longer


class SetBlock(Command, tag="block.set", kw_only=True):
    """Block or mute somebody, or neither any more: by `handle`, or by a membership that I may see."""

    Reply: ClassVar[type[Shape]] = Block

    kind: Literal["block", "mute", "none"]  # none: neither any more
    handle: HandleText | None = None
    member: Id | None = None  # who goes by this membership
