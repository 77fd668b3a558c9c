"""One command of an account, under its nonce, inside the writer's transaction: the first time its rule judges it and writes; again,
what came of it then is given."""

from collections.abc import Mapping

from among_protocol.base import Entry, Write
from among_protocol.codes import ACCOUNT_GONE, NONCE_CONFLICT, Refuse
from among_protocol.wire import JSON

from ..rows import Appended, Stored
from ..rules import RULES, answers, digest
from .arrivals import Key, Result
from .job import Job
from .tx import SqliteTx


def append(tx: SqliteTx, job: Job, key: Key, known: Mapping[Key, Result]) -> Appended:
    """`known`: what earlier batches left under its nonce. Raises Refuse."""
    command: Write = job.command
    if tx.account(job.account) is None:  # as mirrored as its key; that stays when the account is erased
        raise Refuse(ACCOUNT_GONE)
    tx.author = key[0]
    content = digest(command)
    first = known.get(key) or tx.arrivals.get(key)
    if first is None:
        event = RULES[type(command)](tx, job.account, command)
        tx.arrivals.add_nonce(key, content, tx.position(event))
        stored = tx.stored[-1]
        return Appended(stored if stored.event is event else tx.stored_as(event), repeat=False)
    json = tx.entry(first[1])
    entry = JSON.decode_entry(json)
    assert isinstance(entry, Entry), "the log holds what the protocol does not know"
    if (first[0] and first[0] != content) or not answers(command, entry):
        raise Refuse(NONCE_CONFLICT, field="nonce")
    return Appended(Stored(entry, json), repeat=True)
