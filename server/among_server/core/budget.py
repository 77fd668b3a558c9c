"""A token bucket: how much one session may ask. Told in replies before it runs out."""

from among_protocol.base import Budget


class Bucket:
    """`of` units when full, `per_second` units come back each second. Time is an argument."""

    __slots__ = ("_at", "_left", "of", "per_second")

    def __init__(self, of: int, per_second: int, now: float) -> None:
        self.of = of
        self.per_second = per_second
        self._left = float(of)
        self._at = now

    def take(self, cost: int, now: float) -> int:
        """Spend; 0 when it was allowed, otherwise milliseconds until it would be."""
        left = min(float(self.of), self._left + (now - self._at) * self.per_second)
        self._at = now
        if cost > left:
            self._left = left
            return max(1, int((cost - left) / self.per_second * 1000) + 1)
        self._left = left - cost
        return 0

    def told(self) -> Budget | None:
        """What a reply should tell: nothing while more than half is left."""
        if self._left * 2 >= self.of:
            return None
        return Budget(left=int(self._left), of=self.of, full_in_ms=int((self.of - self._left) / self.per_second * 1000))
