"""What is looked for rather than named: the parts of `api.Store` about tags, members who are searched, and suggestions."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from among_protocol.discovery import Suggestion
from among_protocol.finding import Found
from among_protocol.tags import Tag

from ..tags import MyInterest
from . import discovery, finding, tags

T = TypeVar("T")


class SqliteSearching:
    """Whoever inherits it says how a function of a connection is carried out."""

    async def _read(self, read: Callable[..., T], *named: Any, **options: Any) -> T:
        raise NotImplementedError

    async def tags(self, query: str, account: str, limit: int) -> list[Tag]:
        return await self._read(tags.tags, query, account, limit)

    async def tags_of(self, communities: Sequence[str]) -> dict[str, list[str]]:
        return await self._read(tags.tags_of, communities)

    async def interests(self, account: str) -> dict[str, list[MyInterest]]:
        return await self._read(tags.interests, account)

    async def find(self, community: str, account: str, query: str, interest: str, limit: int) -> list[Found]:
        return await self._read(finding.find, community, account, query, interest, limit)

    async def discover(self, account: str, limit: int, chance: str) -> list[Suggestion]:
        return await self._read(discovery.discover, account, limit, chance)
