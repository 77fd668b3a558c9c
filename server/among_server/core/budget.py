"""Token buckets: how much an account, an address or somebody who guesses may ask. Told in replies before they run out.

All sessions of an account share one bucket, so one look at it is the whole check of a command. What an address may
spend is drawn from its bucket in portions, ahead, and so costs a command one comparison. Time is an argument.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

from among_protocol.base import Budget, BudgetOwner

K = TypeVar("K", bound=Hashable)


class Bucket:
    """`of` units when full, `per_second` units come back each second."""

    __slots__ = ("_at", "_left", "of", "per_second")

    def __init__(self, of: int, per_second: float, now: float) -> None:
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

    def give(self, units: int) -> None:
        """Back what was taken and not used."""
        self._left = min(float(self.of), self._left + units)

    def full(self, now: float) -> bool:
        """Whether it is as new."""
        return self._left + (now - self._at) * self.per_second >= self.of

    def told(self, whose: BudgetOwner = "account") -> Budget | None:
        """What a reply should tell: nothing while more than half is left."""
        if self._left * 2 >= self.of:
            return None
        full_in_ms = int((self.of - self._left) / self.per_second * 1000)
        return Budget(left=int(self._left), of=self.of, full_in_ms=full_in_ms, whose=whose)


class Buckets(Generic[K]):
    """A bucket for each key that spends. One that is full again is as good as none, and is forgotten.

    At most `most` are kept: the keys that come on top of that share one, so nobody can make room by naming many, and
    nobody makes another's bucket forgotten."""

    def __init__(self, of: int, per_second: float, most: int) -> None:
        self.of = of
        self.per_second = per_second
        self.most = most
        self.crowd: Bucket | None = None  # of all who found no place
        self._kept: dict[K, Bucket] = {}
        self._swept = float("-inf")

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K, now: float) -> Bucket:
        found = self._kept.get(key)
        if found is not None:
            return found
        if len(self._kept) >= self.most and now - self._swept >= 1:
            self.sweep(now)
        if len(self._kept) >= self.most:
            if self.crowd is None:
                self.crowd = Bucket(self.of, self.per_second, now)
            return self.crowd
        made = self._kept[key] = Bucket(self.of, self.per_second, now)
        return made

    def keep(self, key: K, bucket: Bucket, now: float) -> None:
        """Its user leaves: what was spent must be known when they come back, though it may have been forgotten here."""
        if bucket is not self.crowd and not bucket.full(now) and (key in self._kept or len(self._kept) < self.most):
            self._kept[key] = bucket

    def sweep(self, now: float) -> None:
        """Forget those that are full."""
        self._swept = now
        self._kept = {key: bucket for key, bucket in self._kept.items() if not bucket.full(now)}


class Portion:
    """What one session has drawn ahead from the bucket of its address. A session without an address draws on nobody."""

    __slots__ = ("_bucket", "left", "news")

    SIZE = 50  # units: ten messages

    def __init__(self, bucket: Bucket | None) -> None:
        self._bucket = bucket
        self.left = 0 if bucket is not None else 1 << 62  # units that need no look at the bucket
        self.news: Budget | None = None  # for the next reply: the bucket is less than half full

    def draw(self, cost: int, now: float) -> int:
        """Have at least `cost` left; 0, or milliseconds until that is possible."""
        bucket = self._bucket
        assert bucket is not None
        lacks = cost - self.left
        if not bucket.take(lacks + self.SIZE, now):
            self.left = cost + self.SIZE
        else:
            wait = bucket.take(lacks, now)
            if wait:
                self.news = bucket.told("address")
                return wait
            self.left = cost
        self.news = bucket.told("address")
        return 0

    def back(self) -> None:
        """The session has ended: what it did not use is the address's again."""
        if self._bucket is not None:
            self._bucket.give(max(0, self.left))
            self._bucket, self.left = None, 1 << 62
