"""Tags: what a community calls itself, what a person says of themselves, what a word means.

A word that looks like a tag is that tag, and a synonym is what it was merged into, so nobody brings in a second one for
the same. What came with a community goes with the last who carries it.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from among_protocol import text
from among_protocol.base import Entry
from among_protocol.codes import (
    ACCOUNT_GONE,
    COMMUNITY_GONE,
    FIELD_INVALID,
    LIMIT_REACHED,
    RIGHT_MISSING,
    TAG_GONE,
    Refuse,
)
from among_protocol.tags import TagUpdated, UpdateTag

from ...limits import DISMISSED_PER_ACCOUNT
from ...rights import Right
from ..api import Tx
from ..starter import is_sensitive
from ..stewards import stewards_of
from ..tags import InterestRow, LocalTag, MyInterest, TagRow
from .standing import may, present


def give(tx: Tx, community: str, words: Sequence[str]) -> list[str]:
    """A community carries these from now on; a word that is no tag yet becomes one. Gives the tags that are meant."""
    before = tx.tags_of(community)
    tags = list(dict.fromkeys(_given(tx, word) for word in words))
    tx.set_tags(community, tags)
    _forget(tx, [tag for tag in before if tag not in tags])
    return tags


def set_interests(tx: Tx, account: str, community: str, rows: Sequence[InterestRow]) -> list[MyInterest]:
    place = present(tx, account, community)[0].id if community else account
    before = [row.tag for row in tx.interests(account, place)]
    kept: dict[str, InterestRow] = {}
    for row in rows:
        found = _known(tx, account, row.tag, "interests", before)
        tag = found.into or found.tag
        kept.setdefault(tag, InterestRow(tag, "nobody", False) if not community else replace(row, tag=tag))
    tx.set_interests(account, place, list(kept.values()))
    _forget(tx, [tag for tag in before if tag not in kept])
    return tx.my_interests(account, place)


def update(tx: Tx, account: str, command: UpdateTag) -> Entry:
    """What is asked of a community is its stewards' to say, the rest the owner's of the server."""
    community = log = ""
    by = None
    if command.community:
        row, by = present(tx, account, command.community)
        may(tx, by, Right.TAGS)
        community, log = row.id, stewards_of(row.id)
    else:
        me = tx.account(account)
        if me is None:
            raise Refuse(ACCOUNT_GONE)
        if not me.owner:
            raise Refuse(RIGHT_MISSING, "What holds everywhere is said by the owner of the server: name a community.")
        log = account
    tag = _known(tx, account, command.tag, "tag")
    into = None if command.into is None else _target(tx, account, tag, command.into)
    if community:
        here = _everywhere(tx, tag)
        if into == here.tag:
            raise Refuse(FIELD_INVALID, "A tag can't be merged into itself.", field="into")
        said = tx.local_tag(community, here.tag) or LocalTag(community, here.tag)
        into = said.into if into is None else into
        sensitive = said.sensitive if command.sensitive is None else command.sensitive
        tx.put_local_tag(LocalTag(community, here.tag, into, sensitive))
        tag = here
    else:
        into = tag.into if into is None else into
        sensitive = tag.sensitive if command.sensitive is None else command.sensitive
        for other in tx.merged_into(tag.tag) if into else ():
            tx.put_tag(replace(other, into=into))
        tx.put_tag(replace(tag, into=into, sensitive=sensitive))
    entry = TagUpdated(
        log=log,
        seq=tx.next(log),
        at=tx.now,
        by=by.id if by else "",
        rev=by.rev if by else 0,
        nonce=command.nonce,
        tag=tag.tag,
        into=into,
        sensitive=sensitive,
        community=community,
    )
    tx.add(entry)
    return entry


def dismiss(tx: Tx, account: str, community: str, dismissed: bool) -> None:
    row = tx.community(community)
    member = None if row is None else tx.membership(account, row.id)
    if row is None or not (row.listed or (member is not None and not member.left)):
        raise Refuse(COMMUNITY_GONE, field="community")
    before = tx.dismissals(account)
    if dismissed and row.id not in before and len(before) >= DISMISSED_PER_ACCOUNT:
        raise Refuse(LIMIT_REACHED, f"An account dismisses at most {DISMISSED_PER_ACCOUNT} communities.")
    if dismissed != (row.id in before):
        tx.put_dismissal(account, row.id, dismissed)


def _find(tx: Tx, word: str) -> TagRow | None:
    return tx.tag(word) or tx.tag_like(word)


def _known(tx: Tx, account: str, word: str, field: str, before: Sequence[str] = ()) -> TagRow:
    """The tag that is meant by a word, as it is named. One that the account may not know of is not there."""
    row = _find(tx, word)
    if row is None or (row.tag not in before and not tx.tag_seen(row.tag, account)):
        raise Refuse(TAG_GONE, f"There is no tag {word}.", field=field)
    return row


def _everywhere(tx: Tx, row: TagRow) -> TagRow:
    return (tx.tag(row.into) or row) if row.into else row


def _target(tx: Tx, account: str, tag: TagRow, into: str) -> str:
    """What a tag is to mean; empty: itself."""
    if not into:
        return ""
    target = _everywhere(tx, _known(tx, account, into, "into"))
    if target.tag == tag.tag:
        raise Refuse(FIELD_INVALID, "A tag can't be merged into itself.", field="into")
    return target.tag


def _given(tx: Tx, word: str) -> str:
    tag = text.tag(word)
    row = _find(tx, tag)
    if row is None:
        row = TagRow(tag, word, is_sensitive(tag))
        tx.put_tag(row)
    return row.into or row.tag


def _forget(tx: Tx, tags: Sequence[str]) -> None:
    """What came with a community, and nobody carries any longer."""
    for tag in tags:
        row = tx.tag(tag)
        if row is not None and not (row.shipped or row.into or tx.tag_used(tag)):
            tx.drop_tag(tag)
