"""Drafts: what an account has begun to write, told to its other connections and to nobody else."""

import hashlib
from typing import TYPE_CHECKING

from msgspec.structs import asdict

from ... import codes
from ...base import DRAFTS
from ...codes import Refuse
from ...drafts import Draft, DraftChanged, Drafts, DraftState, ListDrafts, SetDraft
from ...fields import post
from ...posts import PostPublished
from .threads import begins

if TYPE_CHECKING:
    from ..connection import Connection


def set_draft(connection: "Connection", command: SetDraft) -> DraftState:
    town, person = connection.town, connection.person
    key = command.place, command.thread
    text = "" if command.text.isspace() else post(command.text, field="text", empty=True)
    if text or key not in person.drafts:
        _may_write(connection, *key)
    if text and key not in person.drafts and len(person.drafts) >= DRAFTS:
        raise Refuse(codes.LIMIT_REACHED, f"An account has at most {DRAFTS} drafts.")
    fingerprint = hashlib.blake2b(text.encode(), digest_size=8).hexdigest() if text else ""
    state = DraftState(place=command.place, thread=command.thread, fingerprint=fingerprint, at=town.clock.time())
    person.drafts.pop(key, None)
    if text:
        person.drafts[key] = Draft(**asdict(state), text=text)
    town.tell_others(connection, DraftChanged(**asdict(state)))
    return state


def published(connection: "Connection", entry: PostPublished) -> None:
    """There is no draft of it any more."""
    place = connection.town.rooms[entry.log].community
    connection.town.tell_others(connection, DraftChanged(place=place, fingerprint="", at=entry.at))


def _may_write(connection: "Connection", place: str, thread: int) -> None:
    """In a room that this account may see, or in a thread there; or for a community that it is in."""
    town = connection.town
    if place not in town.communities:
        room, _ = town.visible(connection.account, place, "place")
        if thread:
            begins(town, room, thread)
        return
    member = town.member(connection.account, place)
    if member is None or member.left:
        raise Refuse(codes.ROOM_GONE, field="place")
    if thread:
        raise Refuse(codes.FIELD_INVALID, "A post is written in no thread.", field="thread")


def list_drafts(connection: "Connection", command: ListDrafts) -> Drafts:
    mine, after = connection.person.drafts, (command.after, command.after_thread)
    wanted = [key for key in sorted(mine) if key > after and (not command.places or key[0] in command.places)]
    return Drafts(drafts=[mine[key] for key in wanted], complete=True)
