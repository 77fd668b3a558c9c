"""Newcomers, greeters and who may be spoken to alone, as the reference remembers them: the part of `api.Tx` that greeting.py
says, but for what needs members and rooms, which is in tx.py."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from among_protocol.reach import Reach
from among_protocol.welcome import Welcome

from ..greeting import GreeterRow, NewcomerRow, Turns
from .tables import Tables

if TYPE_CHECKING:
    from .tx import MemoryTx


class MemoryGreeting(Tables):
    def __init__(self) -> None:
        super().__init__()
        self.welcomes: dict[str, Welcome] = {}
        self.greeting: dict[str, GreeterRow] = {}
        self.newcomers: dict[str, NewcomerRow] = {}
        self.turns_taken: dict[tuple[str, str], Turns] = {}
        self.reached: dict[tuple[str, str], Reach] = {}

    def welcome(self, community: str) -> Welcome:
        return self.welcomes.get(community, Welcome())

    def put_welcome(self, community: str, welcome: Welcome) -> None:
        self._put(self.welcomes, community, welcome)

    def greeter(self, member: str) -> GreeterRow | None:
        return self.greeting.get(member)

    def greeters(self, community: str) -> Sequence[GreeterRow]:
        return [row for row in self.greeting.values() if (row.community, row.state) == (community, "greets")]

    def volunteers(self, community: str) -> int:
        return sum(row.community == community for row in self.greeting.values())

    def put_greeter(self, row: GreeterRow) -> None:
        self._put(self.greeting, row.member, row)

    def remove_greeter(self, member: str) -> None:
        self._drop(self.greeting, member)

    def newcomer(self, member: str) -> NewcomerRow | None:
        return self.newcomers.get(member)

    def put_newcomer(self, row: NewcomerRow) -> None:
        self._put(self.newcomers, row.member, row)

    def forget_greetings(self, member: str) -> None:
        self._drop(self.newcomers, member)
        for pair in [pair for pair in self.turns_taken if member in pair]:
            self._drop(self.turns_taken, pair)

    def turns(self, newcomer: str, greeter: str) -> Turns:
        return self.turns_taken.get((newcomer, greeter), Turns())

    def put_turns(self, newcomer: str, greeter: str, turns: Turns) -> None:
        self._put(self.turns_taken, (newcomer, greeter), turns)

    def reach(self, account: str, community: str) -> Reach:
        return self.reached.get((account, community)) or Reach(community=community, directs="", greetings=True)

    def reaches(self, account: str) -> list[Reach]:
        return [reach for (whose, _), reach in self.reached.items() if whose == account]

    def put_reach(self, account: str, reach: Reach) -> None:
        if (account, reach.community) in self.reached:
            self._drop(self.reached, (account, reach.community))
        if reach.directs or not reach.greetings:
            self._put(self.reached, (account, reach.community), reach)


class GreetingReading:
    """A part of `api.Store`."""

    _tx: "MemoryTx"

    async def welcome(self, community: str) -> Welcome:
        return self._tx.welcome(community)

    async def greeters(self, community: str) -> list[GreeterRow]:
        return [row for row in self._tx.greeting.values() if row.community == community]
