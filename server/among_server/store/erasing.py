"""The law of a store, the part about who goes: what stays of a member, and an account that is erased.

1. What names somebody goes in the transaction that answers: the persona in all its revisions, the account with its
   secrets. What is long goes after it, in steps of bounded length, by an `Erasure` that is kept until it is done: a
   server that is killed at any point goes on with it.
2. What was reported stays until the report is answered; the erasure waits for that, and for nothing else.
3. A name that is freed so rests: it is kept as a digest, which tells nobody who had it.
4. An erasure is also noted outside of the database, before it is answered: a backup that is restored is erased again.

What becomes of each table, and of each field of an entry, is in fates.py.
"""

from typing import NamedTuple, Protocol

from msgspec import Struct

from among_protocol.base import Entry
from among_protocol.members import Keep

from .own import Ended
from .rows import MemberRow

STEP = 100  # entries that one step blanks: some milliseconds of the writer
LOOKED = 2_000  # entries that one step looks through
WAIT_MS = 60_000  # until an erasure that waits for a report looks again
GRACE = "close "  # what the name of an account's grace begins with


class Work(Struct, array_like=True):
    """A part of an erasure: of which log (or account), and how far it has come."""

    what: str  # words: all that an account wrote; told: what a log says of the member; own: the account's own
    where: str
    after: str = ""  # a nonce, or a number


class Erasure(Struct, omit_defaults=True):
    """What is still to be done about somebody who goes. Kept as JSON, so that a field more costs no migration."""

    # Of a membership or an account, by id; `seal ID`: its membership is to be sealed; `close ID`: an account's grace;
    # `ID REV`: the words up to that revision of a member who came back and has left again, with less to go.
    name: str
    account: str
    due_ms: int  # Unix time: not before; of an account's grace by `ErasingTx.served`
    keep: Keep = "words"
    place: str = ""  # of a membership; empty: everywhere
    member: str = ""
    rev: int = 0  # the newest revision that is forgotten: who has joined again meanwhile is not touched
    persona: bool = False  # the persona itself is still to go
    todo: list[Work] = []
    frozen: list[tuple[str, int]] = []  # entries that a report keeps

    @property
    def held(self) -> bool:
        """Whether it waits for nothing but the answer to a report."""
        return all(one.what == "told" and self.persona for one in self.todo)


class Written(NamedTuple):
    """What an account wrote under a nonce."""

    nonce: str
    log: str
    seq: int


class Told(NamedTuple):
    """A page of what a log says of somebody."""

    entries: list[tuple[Entry, str]]  # and the account that caused it
    upto: int
    complete: bool


class Begun(Ended):
    """An account that is to be erased: its sessions, which have ended, and when it is done."""

    account: str
    due_ms: int
    frozen: bool = False


class ErasingTx(Protocol):
    """The part of `api.Tx`."""

    def speak_as(self, account: str) -> None:
        """What is added from here on is this account's doing: for what no command asks for."""
        ...

    def all_memberships(self, account: str) -> list[MemberRow]:
        """Of this account, in communities and directs, left or not, the oldest places first."""
        ...

    def forget_member(self, member: str, rev: int) -> None:
        """Every revision up to this one resolves to a blank persona from now on."""
        ...

    def seal_member(self, member: str) -> None:
        """From now on nothing leads from this membership to its account."""
        ...

    def close_account(self, account: str) -> None:
        """The account is there no longer: its handle, name, secrets and registers are gone, and what others keep about it
        for themselves. Its memberships, its log, and what it wrote are still there."""
        ...

    def drop_waiting(self, account: str, place: str) -> None:
        """What this account asked of the stewards of a place in words of its own, and still waits: it goes with the words."""
        ...

    def drop_own(self, account: str, limit: int) -> bool:
        """So many rows of what only this account ever read: the entries of its log, markers, mentions, nonces. Whether there
        are more."""
        ...

    def rest(self, place: str, handle: str, until_ms: int, member: str = "") -> None:
        """Nobody but this member may have the handle, or one that looks like it, until then. An empty place: the server."""
        ...

    def rests(self, place: str, handle: str, member: str = "") -> bool: ...

    def reported(self, member: str) -> set[tuple[str, int]]:
        """What reports that wait for an answer are about: messages of this member, by room and number, and ("", 0) for the
        member."""
        ...

    def heir(self, community: str, but: str) -> MemberRow | None:
        """Of those who are there, other than this one, the highest in rank; of these the first by handle."""
        ...

    def entry_at(self, log: str, seq: int) -> Entry | None:
        """As it is kept, below the floor too: retention may leave it there."""
        ...

    def written(self, account: str, after: str, limit: int) -> list[Written]:
        """What this account wrote, by nonce, after a nonce."""
        ...

    def told_of(self, log: str, word: str, after: int, limit: int) -> Told:
        """Entries of a log after a number in which this id occurs; looks through so many."""
        ...

    def erasure(self, name: str) -> Erasure | None: ...
    def unfinished(self, member: str) -> list[Erasure]:
        """What is left to do of this membership, also of when it was left before; not that it is to be sealed."""
        ...

    def put_erasure(self, row: Erasure) -> None: ...
    def drop_erasure(self, name: str) -> None: ...
    def next_erasure(self) -> Erasure | None:
        """The first that is due: an account's grace by `served`, all else by the clock."""
        ...

    def served(self) -> int:
        """The time by which a grace goes, in Unix milliseconds: what the clock said when this was first asked for, and from
        then on only what passed, by a steady clock, while the data were open."""
        ...

    def keep_served(self) -> None:
        """Where an account is in its grace. What passes until a kill is lost if it is not kept: that grace is longer."""
        ...


class ErasingStore(Protocol):
    """The part of `api.Store`."""

    async def begin_erasure(self, account: str, keep: Keep, *, password: str, grace_ms: int) -> Begun:
        """`password`: the hash that was checked. Raises Refuse: `account.gone`, `session.bad_credentials` (the password is
        another by now), `community.last_owner`."""
        ...

    async def erase_by_force(self, handle: str, keep: Keep) -> Begun:
        """By the operator: at once, and where the account is the last owner somebody else becomes one. Raises Refuse:
        `account.gone`."""
        ...

    async def erase_more(self) -> Erasure | None:
        """One step of the first that is due; None when nothing is."""
        ...

    async def unfinished(self, member: str) -> list[Erasure]:
        """What is left to do of this membership, also of when it was left before; not that it is to be sealed."""
        ...

    async def erasures(self) -> list[Erasure]:
        """All that are not done, those that are due first at the front."""
        ...


def blank_member(row: MemberRow) -> MemberRow:
    """A former member of whom nothing is kept."""
    return MemberRow(
        id=row.id,
        account=row.account,
        place=row.place,
        rev=row.rev,
        handle="",
        display_name="",
        left=True,
        silenced=row.silenced,
        pace=row.pace,
        left_at=row.left_at,
    )
