"""The law of a store, the part about newcomers: the welcome they get, who greets them, and by whom they can be spoken to
alone.

Who joins a community that has greeters is a newcomer there for a time; who joins another one never was. So nothing is
kept of anybody, and nothing is looked at when somebody speaks, where nobody greets.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

from among_protocol.reach import DirectsFrom, Reach
from among_protocol.welcome import Welcome


class GreeterRow(Struct):
    member: str
    community: str
    account: str
    state: Literal["volunteers", "greets"]


class NewcomerRow(Struct):
    member: str
    community: str
    joined_ms: int  # Unix time
    spoken: bool = False  # in an open room


class Turns(NamedTuple):
    """How often a greeter and a newcomer have mentioned each other in turn."""

    turns: int = 0
    last: str = ""  # which of the two was it last; empty: nobody


class ReachSet(NamedTuple):
    """What was said, and all that the account has said now."""

    reach: Reach
    all: Sequence[Reach]


class GreetingTx(Protocol):
    """The part of `api.Tx`."""

    def welcome(self, community: str) -> Welcome: ...
    def put_welcome(self, community: str, welcome: Welcome) -> None: ...
    def greeter(self, member: str) -> GreeterRow | None: ...
    def greeters(self, community: str) -> Sequence[GreeterRow]:
        """Those who greet; asked for with every message in an open room."""
        ...

    def volunteers(self, community: str) -> int:
        """How many greet, or would."""
        ...

    def put_greeter(self, row: GreeterRow) -> None: ...
    def remove_greeter(self, member: str) -> None: ...
    def newcomer(self, member: str) -> NewcomerRow | None: ...
    def put_newcomer(self, row: NewcomerRow) -> None: ...
    def forget_greetings(self, member: str) -> None:
        """That this member was new, or greeted anybody."""
        ...

    def turns(self, newcomer: str, greeter: str) -> Turns: ...
    def put_turns(self, newcomer: str, greeter: str, turns: Turns) -> None: ...

    def reach(self, account: str, community: str) -> Reach:
        """What this account said, for a community or (empty) for everywhere."""
        ...

    def reaches(self, account: str) -> Sequence[Reach]:
        """All that this account said, where it is not what holds anyway; the newest last."""
        ...

    def put_reach(self, account: str, reach: Reach) -> None: ...
    def share_direct(self, account: str, other: str, within: str) -> bool:
        """Whether the two are in a direct, within this community, or (empty) outside of any."""
        ...

    def met(self, account: str, other: str) -> Sequence[tuple[str, str]]:
        """Communities that this account is in by its own handle, and the other is or was: each with the membership of this
        account."""
        ...


class GreetingStore(Protocol):
    """The part of `api.Store`."""

    async def welcome(self, community: str) -> Welcome: ...
    async def greeters(self, community: str) -> list[GreeterRow]:
        """Who greets or would."""
        ...

    async def set_reach(
        self, account: str, community: str, *, directs: DirectsFrom | None = None, greetings: bool | None = None
    ) -> ReachSet:
        """What is None stays as it was. Raises Refuse: `community.gone`, `limit.reached`."""
        ...
