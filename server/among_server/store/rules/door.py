"""What a community says of itself, and how one comes in. One change is one entry in its log.

A steward may make the door narrower, since that is what a raid needs at once; only an owner makes it wider again.
"""

from typing import Any

from msgspec.structs import replace

from among_protocol.base import Entry
from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.communities import CommunityUpdated, Door, UpdateCommunity

from ...rights import Right
from ..api import Tx
from ..door import RulesRow
from ..rows import CommunityRow
from .retention import of_community
from .standing import may, present
from .tags import give

WIDTH: dict[Door, int] = {"open": 2, "ask": 1, "invite": 0}
PLAIN = ("name", "about", "door", "listed", "rules_required", "questions", "members_invite")  # kept as they are said
OWNERS = ("name", "listed", "members_invite", "retention")


def update(tx: Tx, account: str, command: UpdateCommunity) -> Entry:
    community, actor = present(tx, account, command.community)
    may(tx, actor, Right.EDIT)
    wider = command.door is not None and WIDTH[command.door] > WIDTH[community.door]
    if wider or any(getattr(command, field) is not None for field in OWNERS):
        may(tx, actor, Right.DOOR)
    said: dict[str, Any] = {name: value for name in PLAIN if (value := getattr(command, name)) is not None}
    after = replace(community, **said)
    if not after.listed and after.door != "invite":
        field = "door" if command.listed is None else "listed"
        raise Refuse(FIELD_INVALID, "Only a community with the door `invite` may be out of the directory.", field=field)
    if command.tags is not None:
        said["tags"] = give(tx, community.id, command.tags)
    if command.rules is not None:
        version = _write_rules(tx, community, command.rules)
        after = replace(after, rules=version)
        said |= {"rules": command.rules, "rules_version": version}
    if command.retention is not None:
        after, told = of_community(tx, after, command.retention)
        said |= told
    tx.put_community(after)
    log = community.id
    entry = CommunityUpdated(
        log=log, seq=tx.next(log), at=tx.now, by=actor.id, rev=actor.rev, nonce=command.nonce, **said
    )
    tx.add(entry)
    return entry


def _write_rules(tx: Tx, community: CommunityRow, text: str) -> int:
    """The version that holds from now on: a new one only where the text differs."""
    if not text:
        return 0
    now = tx.rules(community.id, community.rules) if community.rules else None
    if now is not None and now.text == text:
        return now.version
    row = RulesRow(tx.rules_written(community.id) + 1, text, tx.now)
    tx.add_rules(community.id, row)
    return row.version
