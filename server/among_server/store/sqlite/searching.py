"""What is looked for rather than named: the parts of `api.Store` about tags, members who are searched, and suggestions; and
what was said, with the index that finds it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from among_protocol.discovery import Suggestion
from among_protocol.finding import Found
from among_protocol.tags import Tag

from ...counts import SearchCounts
from ..rows import Stored
from ..search import Asked
from ..search import Found as FoundSaid
from ..tags import MyInterest
from . import discovery, finding, tags
from .indexing import Indexer
from .readers import Readers
from .search import Searches
from .writer import Writer


class SqliteSearching(Readers):
    """The part of the store."""

    def __init__(self, folder: Path, writer: Writer) -> None:
        def forgotten(upto: int) -> None:
            writer.ask("", lambda tx: tx.drop_unsaid(upto)).add_done_callback(lambda done: done.exception())

        self._writer = writer
        self._indexer = Indexer(folder, forgotten)
        self._searches = Searches(folder, self._indexer, writer.blankings)
        self.searchable = self._indexer.searchable
        self.committed = writer.committed

    @property
    def search_counts(self) -> SearchCounts:
        return self._indexer.counts

    @property
    def committed(self) -> Callable[[Sequence[Stored]], None]:
        return self._writer.committed

    @committed.setter
    def committed(self, hear: Callable[[Sequence[Stored]], None]) -> None:
        def both(batch: Sequence[Stored]) -> None:
            self._indexer.hear(batch)
            hear(batch)

        self._writer.committed = both

    async def _stop_searching(self) -> None:
        try:
            await self._searches.close()
        finally:
            await self._indexer.close()

    async def search(self, account: str, asked: Asked) -> FoundSaid:
        return await self._searches.search(account, asked)

    async def indexed(self) -> None:
        await self._indexer.indexed()

    async def purge(self) -> bool:
        done = await self._writer.purge()
        return await self._indexer.purge() and done

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
