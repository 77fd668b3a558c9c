"""The law of a store, the part about what an account has for itself alone: sessions, its password, whom it blocks.

Registers and secrets: nothing here has a number or a nonce. Tokens and codes are known by their SHA-256 alone. Whatever
depends on a password, a session or an account still being good is judged in the transaction that writes.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

# (account, handle it goes by) -> how. Whoever goes by another handle there is another person as far as one knows.
Name = tuple[str, str]  # an account, and the handle that it goes by
Blocks = Mapping[Name, Literal["block", "mute"]]
BlockWish = Literal["block", "mute", "none"]


class TakenAlong(NamedTuple):
    """A block that holds of another name, too, without its account's doing."""

    by: str  # account
    other: str  # account
    handle: str  # the name that it holds of from now on
    kind: Literal["block", "mute"]


def block_id(account: str, name: tuple[str, str]) -> str:
    """Of an entry of this account's list. Nobody finds out by it which account is meant, since they are told of none."""
    digest = hashlib.sha256(f"{account} {name[0]} {name[1]}".encode()).digest()
    return f"b_{base64.b32encode(digest[:10]).decode().lower()}"


class SessionRow(Struct):
    id: str
    account: str
    device: str = ""
    opened: str = ""  # RFC 3339
    seen_ms: int = 0  # Unix time of the last sign of life, kept at most once an hour
    disabled: bool = False  # its account is, so that it may not be used for now


class ResetRow(Struct):
    """A code with which a person sets a new password; an account has one at most."""

    account: str
    expires_ms: int  # Unix time


class AccountState(Struct):
    """An account as its operator sees it."""

    handle: str
    opened: str  # RFC 3339
    seen_ms: int = 0  # Unix time of the last sign of life of any session, ended ones too; 0: none
    owner: bool = False  # of the server
    disabled: bool = False


class Ended(Struct):
    """Sessions, by id, that have ended, or may not be used for now."""

    sessions: list[str]


class Entered(Ended):
    """And one that was opened in their place."""

    opened: SessionRow
    spared: bool = False  # the account was to be erased, and is not: somebody has signed in


class Meant(NamedTuple):
    """Who goes by the handles in an account's list, in places where it is itself. Memberships, sorted."""

    listed: Mapping[Name, Sequence[str]]  # whom an entry is about
    others: Mapping[str, Sequence[str]]  # by handle: somebody else, who is not in the list

    def by(self, name: Name) -> tuple[list[str], list[str]]:
        """Of one entry: who is meant, and who only goes by its handle."""
        return list(self.listed.get(name, ())), list(self.others.get(name[1], ()))


class BlockSet(NamedTuple):
    """Whom it was about, and all that the account blocks and mutes now."""

    account: str
    handle: str
    blocks: Blocks


class OwnTx(Protocol):
    """The part of `api.Tx`."""

    def password(self, account: str) -> str:
        """Its hash."""
        ...

    def sessions(self, account: str) -> list[SessionRow]:
        """The oldest first."""
        ...

    def see_session(self, id: str) -> None:
        """A sign of life at this moment, of the session and its account; nothing when it has ended."""
        ...

    def session_row(self, id: str) -> SessionRow | None: ...

    def revoke(self, account: str, sessions: Sequence[str], *, password: str = "") -> None:
        """The one way in which credentials end: these sessions of the account; and with the hash of a new password the
        old one and the reset code that is open."""
        ...

    def disable(self, account: str, disabled: bool) -> None: ...

    def reset(self, secret: bytes) -> ResetRow | None: ...
    def put_reset(self, secret: bytes, row: ResetRow) -> None:
        """In place of any other of this account."""
        ...

    def blocks(self, account: str) -> Blocks: ...
    def put_block(self, account: str, other: str, handle: str, wish: BlockWish) -> None: ...
    def taken_along(self, blocks: Sequence[TakenAlong]) -> None:
        """Name these with the newest entry of the batch, as `Stored.blocks`."""
        ...

    def departures(self, account: str, room: str) -> int:
        """How often this account left this private room by itself."""
        ...

    def add_departure(self, account: str, room: str) -> None: ...


class OwnStore(Protocol):
    """The part of `api.Store`."""

    # Set once. Called on the loop with the sessions that ended in a batch, before `committed` is with its entries: who
    # is out hears nothing that was committed later, even before whoever saw to it has been answered.
    ended: Callable[[Sequence[str]], None]

    async def open_session(
        self, account: str, secret: bytes, device: str, *, password: str = "", keep: AbstractSet[str] = frozenset()
    ) -> Entered:
        """`password`: the hash that a password was checked against; nothing where none was. Where there would be more than
        limits.SESSIONS_PER_ACCOUNT, the oldest end; those in `keep` do not.

        Raises Refuse: `session.bad_credentials` (it is another by now), `account.disabled`."""
        ...

    async def session(self, secret: bytes) -> SessionRow | None: ...
    async def sessions(self, account: str) -> list[SessionRow]:
        """The oldest first."""
        ...

    async def see_sessions(self, ids: Sequence[str]) -> None:
        """These live; writes nothing for those that were seen within the hour."""
        ...

    async def end_sessions(self, account: str, *, only: str = "", but: str = "") -> Ended:
        """End all sessions of an account, only one, or all but one."""
        ...

    async def change_password(self, account: str, session: str, *, old: str, new: str) -> Ended:
        """From the hash that was checked to a new one; all sessions but this one end.

        Raises Refuse: `session.bad_credentials` (the password is another by now), `session.sign_in_required`."""
        ...

    async def add_reset(self, handle: str, secret: bytes, expires_ms: int) -> None:
        """Raises Refuse: `account.gone`."""
        ...

    async def reset(self, secret: bytes) -> ResetRow | None: ...
    async def use_reset(self, secret: bytes, password: str, token: bytes, device: str) -> Entered:
        """A new password (its hash) for a code: the code is used up, every session ends, and one is opened.

        Raises Refuse: `account.reset_invalid`, `account.disabled`."""
        ...

    async def disable(self, handle: str, *, disabled: bool) -> Ended:
        """Disable an account, whose sessions stay but may not be used; or enable it. Raises Refuse: `account.gone`."""
        ...

    async def account_states(self, after: str, limit: int) -> list[AccountState]:
        """By handle, after a handle."""
        ...

    async def meant(self, account: str, handles: AbstractSet[str] = frozenset()) -> Meant:
        """Who is meant by the list of an account, and who only goes by a handle in it; of these handles, or of all."""
        ...

    async def set_block(
        self, account: str, wish: BlockWish, *, handle: str = "", member: str = "", block: str = ""
    ) -> BlockSet:
        """By handle, by a membership in a place that the account has not left, or by an entry of its list (`block_id`).

        Raises Refuse: `account.gone`, `member.gone`, `field.invalid` (oneself), `limit.reached`."""
        ...
