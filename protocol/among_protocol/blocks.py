"""Whom I block and whom I mute. A register of the account: the last value wins, it has no number, it is in every sync,
and every other device of the account is told. Nobody else ever is.

One blocks a person under a name: wherever the same account goes by that handle. Of another persona of theirs, with
another handle, a block says and changes nothing, so nobody learns from it who is who. Two people may go by one handle,
each in a community of their own: the list has them as two, told apart by `id`.

`block`: no directs between the two, no presence in either direction, no mention counts in either direction. `mute`: a
mention of me by them does not count. Rooms have one log for all: what they say there arrives, and clients fold it
(`BlockList.kind`).
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from .base import Command, Event, HandleText, Id, Shape

BlockKind = str  # block, mute; unknown: as block


class Block(Shape, omit_defaults=False, kw_only=True):
    id: str = ""  # of this entry of my list
    handle: str  # as it was when it was blocked
    kind: BlockKind  # none: neither blocked nor muted
    members: list[str] = []  # memberships, where I am, under which whom it is about goes by this handle
    others: list[str] = []  # memberships, where I am, of people who go by this handle and are not in my list


class BlockChanged(Event, tag="block.changed", omit_defaults=False, kw_only=True):
    """To every other session of the account that has synced. To every session, when somebody comes under this handle to a
    community where I am, or takes another there, or I come to where somebody goes by it; and when the account that it is
    about is erased: then it is blocked by nobody."""

    id: str = ""  # of the entry
    handle: str
    kind: BlockKind  # none: neither blocked nor muted any longer
    members: list[str] = []  # memberships, where I am, under which whom it is about goes by this handle
    others: list[str] = []  # memberships, where I am, of people who go by this handle and are not in my list


class SetBlock(Command, tag="block.set", kw_only=True):
    """Block or mute somebody, or neither any more: by `handle`, by a membership that I may see, or by an entry of my list."""

    Reply: ClassVar[type[Shape]] = Block

    kind: Literal["block", "mute", "none"]  # none: neither any more
    handle: HandleText | None = None
    member: Id | None = None  # who goes by this membership
    block: Id | None = None  # whom this entry of my list is about


Entry = Block | BlockChanged


class BlockList:
    """The list, followed. Pure."""

    def __init__(self, blocks: Iterable[Entry] = ()) -> None:
        self._named: dict[str, dict[str, Entry]] = {}  # by handle, then by id
        self._others: dict[str, frozenset[str]] = {}  # by handle, as told last
        self._members: dict[str, Entry] = {}  # by membership
        self.stated(blocks)

    def stated(self, blocks: Iterable[Entry]) -> None:
        """As a sync states all of it."""
        for known in (self._named, self._others, self._members):
            known.clear()
        for block in blocks:
            self.apply(block)

    def __iter__(self) -> Iterator[Entry]:
        """By handle."""
        return iter([block for handle in sorted(self._named) for block in self.named(handle)])

    def __bool__(self) -> bool:
        return bool(self._named)

    def apply(self, block: Entry) -> None:
        """An entry as it is now."""
        named = self._named.setdefault(block.handle, {})
        before = named.pop(block.id, None)
        if before is not None:
            for member in before.members:
                if self._members.get(member) is before:
                    del self._members[member]
        if block.kind != "none":
            named[block.id] = block
            self._members |= dict.fromkeys(block.members, block)
        self._others[block.handle] = frozenset(block.others)
        if not named:
            del self._named[block.handle], self._others[block.handle]

    def named(self, handle: str) -> list[Entry]:
        """The entries of this handle: more than one where several people go or went by it."""
        named = self._named.get(handle, {})
        return [named[id] for id in sorted(named)]

    def kind(self, handle: str, member: str = "") -> BlockKind:
        """What I do about whom I know by this handle, and by this membership where it is known; empty: nothing. Whoever is
        not known to be somebody else is meant."""
        named = self._named.get(handle)
        if named is None or member in self._others[handle]:
            return ""
        return "mute" if all(block.kind == "mute" for block in named.values()) else "block"

    def of(self, member: str) -> BlockKind:
        """What I do about this membership, where no more is known of it; empty: nothing."""
        entry = self._members.get(member)
        if entry is None:
            return ""
        return "mute" if entry.kind == "mute" else "block"

    def others(self, handle: str) -> frozenset[str]:
        """Memberships of who goes by it, as far as is known, and is not in the list."""
        return self._others.get(handle, frozenset())

    def shared(self, handle: str) -> bool:
        """Whether somebody else goes by it too, as far as is known: by the handle alone nobody tells who is meant."""
        return len(self._named.get(handle, ())) > 1 or bool(self.others(handle))

    def kinds(self) -> dict[str, BlockKind]:
        """By handle."""
        return {handle: self.kind(handle) for handle in sorted(self._named)}
