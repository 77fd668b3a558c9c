"""The rules of a community: accepted by version, with joining or when they have changed."""

from among_protocol.base import Entry
from among_protocol.codes import RULES_GONE, RULES_UNACCEPTED, Refuse
from among_protocol.house_rules import AcceptRules, RulesAccepted

from ..api import Tx
from ..rows import CommunityRow
from .standing import present


def accept(tx: Tx, account: str, command: AcceptRules) -> Entry:
    """Whoever is silenced may: it is no word of theirs."""
    community, _ = present(tx, account, command.community)
    if not community.rules or command.version != community.rules:
        now = f"The rules that hold are version {community.rules}." if community.rules else ""
        raise Refuse(RULES_GONE, now, field="version")
    tx.accept(account, community.id, community.rules)
    log = account
    entry = RulesAccepted(
        log=log, seq=tx.next(log), at=tx.now, nonce=command.nonce, community=community.id, version=community.rules
    )
    tx.add(entry)
    return entry


def accepts(community: CommunityRow, version: int) -> int:
    """The version that somebody accepts who names this one when they join; 0: none. Raises Refuse `rules.unaccepted`
    where they must, with the version that holds."""
    if version and version == community.rules:
        return version
    if community.rules and community.rules_required:
        sentence = (
            f"Read the rules of {community.slug} (they are in its preview) and join with their version, "
            f"{community.rules}."
        )
        raise Refuse(RULES_UNACCEPTED, sentence, field="rules")
    return 0
