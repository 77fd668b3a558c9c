"""The addresses that connections come from: how many each has, how many of them are guests, and what they spend.

The name of an address is what is counted as one: an IPv4 address, or a /64 of IPv6, which is what one household is
given. Connections of the machine itself, and of a trusted proxy that names nobody, have no address: they are not
counted. Only addresses with connections are kept here, and the budgets of those that spent lately.
"""

from ..limits import CONNECT_UNITS
from .budget import Bucket, Buckets

KEPT = 20_000  # budgets of addresses that left


class Address:
    """One that has connections."""

    __slots__ = ("bucket", "connections", "guests", "name")

    def __init__(self, name: str, bucket: Bucket) -> None:
        self.name = name
        self.bucket = bucket
        self.connections = 0
        self.guests = 0  # of these, not signed in


class Addresses:
    """All that have connections."""

    def __init__(self, *, budget: int, budget_per_second: int, connections: int, guests: int) -> None:
        self.refused = 0  # connections that were one too many
        self._connections = connections
        self._guests = guests
        self._budgets: Buckets[str] = Buckets(budget, budget_per_second, KEPT)
        self._here: dict[str, Address] = {}

    def __len__(self) -> int:
        return len(self._here)

    def enter(self, name: str, now: float) -> Address | None:
        """One more connection, of a guest so far; None when it is one too many."""
        found = self._here.get(name)
        if found is None:
            found = self._here[name] = Address(name, self._budgets.get(name, now))
        if found.connections >= self._connections or found.guests >= self._guests:
            self.refused += 1
            return None
        found.connections += 1
        found.guests += 1
        return found

    def leave(self, address: Address, now: float, *, guest: bool) -> None:
        """One less."""
        address.connections -= 1
        address.guests -= guest
        if not address.connections:
            del self._here[address.name]
            self._budgets.keep(address.name, address.bucket, now)

    def shake(self, address: Address, now: float) -> int:
        """A handshake is asked for: 0, or milliseconds until this address may have another."""
        return address.bucket.take(CONNECT_UNITS, now)
