"""Tries at secrets: whoever guesses is slowed, at each handle and from each address, and nobody is locked out.

A wrong password costs a try of its handle and one of its address; both come back with time, and with the right one at
once. Wrong tokens and invites cost a try of the address. A valid token never passes by here, so who is signed in
anywhere stays so. An address from which the right password or token came has tries of its own at that handle: others
can't use up the owner's.

Handles that do not exist are counted like those that do. What is kept is bounded, see Buckets. Without an address
(the machine itself) only the handle counts.
"""

from among_protocol.codes import TOO_MANY_TRIES, Refuse

from ..limits import (
    ADDRESS_SIGN_UP_SECONDS,
    ADDRESS_SIGN_UPS,
    ADDRESS_TRIES,
    ADDRESS_TRY_SECONDS,
    HANDLE_TRIES,
    HANDLE_TRY_SECONDS,
)
from .budget import Bucket, Buckets

KEPT = 20_000  # handles, addresses and pairs of both that are remembered at once: a few megabytes at most


class Tries:
    """All that were made lately. `now` is monotonic seconds."""

    def __init__(self) -> None:
        self.refused = 0  # tries that were not even judged
        self._handles: Buckets[str] = Buckets(HANDLE_TRIES, 1 / HANDLE_TRY_SECONDS, KEPT)
        self._addresses: Buckets[str] = Buckets(ADDRESS_TRIES, 1 / ADDRESS_TRY_SECONDS, KEPT)
        self._sign_ups: Buckets[str] = Buckets(ADDRESS_SIGN_UPS, 1 / ADDRESS_SIGN_UP_SECONDS, KEPT)
        self._known: dict[tuple[str, str], Bucket] = {}  # by handle and address; the longest unused first

    def password(self, handle: str, address: str, now: float) -> None:
        """Before a password is judged. Raises Refuse `session.too_many_tries`."""
        self.secret(address, now)
        wait = self._of(handle, address, now).take(1, now)
        if wait:
            self.right_secret(address, now)
            self._refuse(wait)

    def right_password(self, handle: str, address: str, now: float) -> None:
        """It was the right one: it cost nothing, and whoever is at this address may be its owner."""
        self.give_back(handle, address, now)
        self.belongs(handle, address, now)

    def give_back(self, handle: str, address: str, now: float) -> None:
        """The password was not judged, or was right."""
        self._of(handle, address, now).give(1)
        self.right_secret(address, now)

    def secret(self, address: str, now: float) -> None:
        """Before an invite is judged, or once a token was wrong. Raises Refuse `session.too_many_tries`."""
        if address:
            self._refuse(self._addresses.get(address, now).take(1, now))

    def right_secret(self, address: str, now: float) -> None:
        if address:
            self._addresses.get(address, now).give(1)

    def sign_up(self, address: str, now: float) -> None:
        """Before an account is made without an invite. Raises Refuse `session.too_many_tries`."""
        if address:
            wait = self._sign_ups.get(address, now).take(1, now)
            self._refuse(wait, "Too many accounts were made from this address; wait a little.")

    def belongs(self, handle: str, address: str, now: float) -> None:
        """The owner of this handle was at this address: strangers' tries don't count against theirs."""
        if address:
            key = (handle, address)
            bucket = self._known.pop(key) if key in self._known else Bucket(HANDLE_TRIES, 1 / HANDLE_TRY_SECONDS, now)
            self._known[key] = bucket
            if len(self._known) > KEPT:
                del self._known[next(iter(self._known))]

    def __len__(self) -> int:
        return len(self._handles) + len(self._addresses) + len(self._sign_ups) + len(self._known)

    def _of(self, handle: str, address: str, now: float) -> Bucket:
        return self._known.get((handle, address)) or self._handles.get(handle, now)

    def _refuse(self, wait: int, message: str = "") -> None:
        if wait:
            self.refused += 1
            raise Refuse(TOO_MANY_TRIES, message, retry_after_ms=wait)
