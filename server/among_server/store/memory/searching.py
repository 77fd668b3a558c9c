"""What is looked for rather than named: the parts of `api.Store` about tags, members who are searched, and suggestions;
and what was said."""

from collections.abc import Sequence

from among_protocol.discovery import Suggestion
from among_protocol.finding import Found
from among_protocol.tags import Tag

from ...counts import SearchCounts
from ..search import Asked
from ..search import Found as FoundSaid
from ..tags import MyInterest
from . import discovery, finding, search
from .tx import MemoryTx


class MemorySearching:
    _tx: MemoryTx
    searchable = True
    search_counts = SearchCounts()

    async def search(self, account: str, asked: Asked) -> FoundSaid:
        return search.search(self._tx, account, asked)

    async def indexed(self) -> None:
        """There is no index."""

    async def tags(self, query: str, account: str, limit: int) -> list[Tag]:
        return self._tx.tags(query, account, limit)

    async def tags_of(self, communities: Sequence[str]) -> dict[str, list[str]]:
        return self._tx.all_tags_of(communities)

    async def interests(self, account: str) -> dict[str, list[MyInterest]]:
        return self._tx.all_interests(account)

    async def find(self, community: str, account: str, query: str, interest: str, limit: int) -> list[Found]:
        return finding.find(self._tx, community, account, query, interest, limit)

    async def discover(self, account: str, limit: int, chance: str) -> list[Suggestion]:
        self._tx.begin()  # to know what time it is
        return discovery.discover(self._tx, account, limit, chance)
