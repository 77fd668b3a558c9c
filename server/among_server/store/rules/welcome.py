"""The welcome of a community: written by stewards, given to whoever joins for the first time."""

from among_protocol.base import Entry
from among_protocol.codes import ROOM_GONE, Refuse
from among_protocol.welcome import SetWelcome, Welcome, WelcomeSet

from ...rights import Right
from ..api import Tx
from ..stewards import stewards_of
from .standing import may, present


def set_welcome(tx: Tx, account: str, command: SetWelcome) -> Entry:
    community, steward = present(tx, account, command.community)
    may(tx, steward, Right.PORTRAIT)
    for index, id in enumerate(command.rooms):
        room = tx.room(id)
        if room is None or room.kind != "open" or room.community != community.id:
            raise Refuse(ROOM_GONE, field=f"rooms[{index}]")
    welcome = Welcome(text=command.text, rooms=list(dict.fromkeys(command.rooms)))
    tx.put_welcome(community.id, welcome)
    log = stewards_of(community.id)
    entry = WelcomeSet(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        by=steward.id,
        rev=steward.rev,
        nonce=command.nonce,
        community=community.id,
        text=welcome.text,
        rooms=welcome.rooms,
    )
    tx.add(entry)
    return entry
