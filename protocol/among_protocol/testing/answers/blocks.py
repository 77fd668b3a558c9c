"""Whom one blocks and mutes: people, each under a handle that they go by; and whom that means where one is."""

from typing import TYPE_CHECKING

from ... import codes
from ...blocks import Block, BlockChanged, SetBlock
from ...codes import Refuse
from ...presence import PresenceChanged
from ..names import apart
from . import attention

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import MemberRow, Name, Person
    from ..town import Town


def set_block(connection: "Connection", command: SetBlock) -> Block:
    town, person = connection.town, connection.person
    name = _whom(town, person, command)
    if name[0] == person.id:
        raise Refuse(codes.FIELD_INVALID, "You can't block or mute yourself.", field="handle")
    other = town.people[name[0]]
    before = [(mine, theirs, apart(town, mine, theirs)) for mine, theirs in _together(town, person, other)]
    if command.kind == "none":
        person.blocks.pop(name, None)
    else:
        person.blocks[name] = command.kind
    for mine, theirs, were in before:
        if apart(town, mine, theirs) != were:
            _turn(town, mine, theirs)
            _turn(town, theirs, mine)
    id, (members, others) = block_id(name), _meant(town, person, name)
    if command.kind == "none":
        members = []
    told = BlockChanged(id=id, handle=name[1], kind=command.kind, members=members, others=others)
    town.tell_others(connection, told)
    attention.recount(town)
    return Block(id=id, handle=name[1], kind=command.kind, members=members, others=others)


def _whom(town: "Town", person: "Person", command: SetBlock) -> "Name":
    if [command.handle, command.member, command.block].count(None) != 2:  # of three, one is named
        raise Refuse(codes.FIELD_INVALID, "Name either a handle, a member, or an entry of your list.", field="handle")
    if command.member is not None:
        row = town.members.get(command.member)
        mine = None if row is None else town.member(person.id, row.place)
        if row is None or mine is None or mine.left:
            raise Refuse(codes.MEMBER_GONE, field="member")
        return row.account, row.handle
    if command.block is not None:
        listed = next((name for name in person.blocks if block_id(name) == command.block), None)
        if listed is None:
            raise Refuse(codes.ACCOUNT_GONE, "There is no such entry in your list.", field="block")
        return listed
    handle = (command.handle or "").lower()
    named = next((name for name in person.blocks if name[1] == handle), None)
    if named is not None:
        return named
    other = town.person(handle)
    return other.id, other.handle


def listed(town: "Town", person: "Person") -> list[Block]:
    """All of them, as a sync tells them."""
    found = []
    for name, kind in sorted(person.blocks.items(), key=lambda block: (block[0][1], block_id(block[0]))):
        members, others = _meant(town, person, name)
        found.append(Block(id=block_id(name), handle=name[1], kind=kind, members=members, others=others))
    return found


def renamed(town: "Town", row: "MemberRow", was: str) -> None:
    """Whoever blocks them by the handle before does so by this one, too, where they see it."""
    places = {row.place, *(room.id for room in town.rooms.values() if room.within == row.place)}
    for one in [one for one in town.members.values() if one.account == row.account and one.place in places]:
        for person in _there(town, one):
            kind = person.blocks.get((row.account, was))
            if kind is not None:
                person.blocks.setdefault((row.account, row.handle), kind)
            _tell(town, person, {was, row.handle})


def met(town: "Town", row: "MemberRow") -> None:
    """Somebody has come to this place."""
    for person in _there(town, row):
        _tell(town, person, {row.handle})
    came(town, row)


def came(town: "Town", row: "MemberRow") -> None:
    """To this place, where others may go by handles of their list."""
    person = town.people[row.account]
    _tell(town, person, {name[1] for name in person.blocks if any(_meant(town, person, name))})


def _there(town: "Town", row: "MemberRow") -> "list[Person]":
    """The others."""
    return [town.people[one.account] for one in town.inside(row.place) if one.account != row.account]


def _tell(town: "Town", person: "Person", handles: set[str]) -> None:
    for name, kind in person.blocks.items():
        if name[1] in handles:
            members, others = _meant(town, person, name)
            told = BlockChanged(id=block_id(name), handle=name[1], kind=kind, members=members, others=others)
            town.tell(person.id, told)


def _meant(town: "Town", person: "Person", name: "Name") -> tuple[list[str], list[str]]:
    """Memberships, where one is, of whom an entry is about, and of others by the same handle who are not in the list."""
    rows = [row for row in town.members.values() if row.handle == name[1] and not row.left and row.account != person.id]
    there = [row for row in rows if (mine := town.member(person.id, row.place)) is not None and not mine.left]
    members = sorted(row.id for row in there if row.account == name[0])
    return members, sorted(row.id for row in there if (row.account, row.handle) not in person.blocks)


def _together(town: "Town", one: "Person", other: "Person") -> "list[tuple[MemberRow, MemberRow]]":
    """Where both are."""
    theirs = [row for row in town.members.values() if row.account == other.id and not row.left]
    return [(mine, row) for row in theirs if (mine := town.member(one.id, row.place)) is not None and not mine.left]


def _turn(town: "Town", watcher: "MemberRow", other: "MemberRow") -> None:
    """One of the two has begun or ceased to block the other, who seems to have gone, or to have come."""
    state, status = town.seen(other)
    if (state, status) == ("offline", None):
        return
    if apart(town, watcher, other):
        state, status = "offline", None
    for connection in town.connections:
        if connection.account == watcher.account and other.id in connection.watching:
            connection.notice(PresenceChanged(member=other.id, state=state, status=status))


def block_id(name: "Name") -> str:
    """Of an entry of a list."""
    return f"b_{name[1]}_{name[0]}"
