"""What may still be asked of a test server: a budget for each account, or for a connection that has none yet."""

from ..base import Budget
from ..session import Limits
from .clock import Clock


class Budgets:
    """They fill up again as the clock goes. A purse is named for whose it is."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits, self._clock = limits, clock
        self._spent: dict[str, tuple[float, float]] = {}  # by purse: units, and when that was noted

    def spend(self, purse: str, cost: int) -> int:
        """0 when it was allowed, otherwise milliseconds until it would be."""
        spent = self._left_to_pay(purse)
        over = spent + cost - self._limits.budget
        if over <= 0:
            spent += cost
        self._spent[purse] = (spent, self._clock.now())
        return 0 if over <= 0 else int(over / self._limits.budget_per_second * 1000) + 1

    def told(self, purse: str) -> Budget | None:
        """What a reply tells: nothing while more than half is left."""
        spent, of = self._left_to_pay(purse), self._limits.budget
        if spent * 2 <= of:
            return None
        return Budget(left=int(of - spent), of=of, full_in_ms=int(spent / self._limits.budget_per_second * 1000))

    def _left_to_pay(self, purse: str) -> float:
        spent, at = self._spent.get(purse, (0.0, 0.0))
        return max(0.0, spent - (self._clock.now() - at) * self._limits.budget_per_second)
