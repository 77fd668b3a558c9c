"""Drafts: what an account has begun to write, told to its other connections and to nobody else."""

import hashlib
from typing import TYPE_CHECKING

from ... import codes
from ...base import DRAFTS
from ...codes import Refuse
from ...drafts import Draft, DraftChanged, Drafts, DraftState, ListDrafts, SetDraft
from ...fields import post
from ...posts import PostPublished

if TYPE_CHECKING:
    from ..connection import Connection


def set_draft(connection: "Connection", command: SetDraft) -> DraftState:
    town, person, place = connection.town, connection.person, command.place
    text = "" if command.text.isspace() else post(command.text, field="text", empty=True)
    if text or place not in person.drafts:
        _may_write(connection, place)
    if text and place not in person.drafts and len(person.drafts) >= DRAFTS:
        raise Refuse(codes.LIMIT_REACHED, f"An account has at most {DRAFTS} drafts.")
    fingerprint = hashlib.blake2b(text.encode(), digest_size=8).hexdigest() if text else ""
    state = DraftState(place=place, fingerprint=fingerprint, at=town.clock.time())
    person.drafts.pop(place, None)
    if text:
        person.drafts[place] = Draft(place=place, text=text, fingerprint=fingerprint, at=state.at)
    town.tell_others(connection, DraftChanged(place=place, fingerprint=fingerprint, at=state.at))
    return state


def published(connection: "Connection", entry: PostPublished) -> None:
    """There is no draft of it any more."""
    place = connection.town.rooms[entry.log].community
    connection.town.tell_others(connection, DraftChanged(place=place, fingerprint="", at=entry.at))


def _may_write(connection: "Connection", place: str) -> None:
    """A room that this account may see, or a community that it is in."""
    town = connection.town
    if place in town.communities:
        member = town.member(connection.account, place)
        if member is None or member.left:
            raise Refuse(codes.ROOM_GONE, field="place")
        return
    town.visible(connection.account, place, "place")


def list_drafts(connection: "Connection", command: ListDrafts) -> Drafts:
    mine = connection.person.drafts
    places = [place for place in sorted(mine) if place > command.after and place in (command.places or mine)]
    return Drafts(drafts=[mine[place] for place in places], complete=True)
