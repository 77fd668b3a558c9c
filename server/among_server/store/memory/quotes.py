"""Quotes, as the reference remembers them: the part of `api.Tx` that quotes.py says."""

from ..quotes import QuoteRow
from .tables import Tables


class MemoryQuotes(Tables):
    def __init__(self) -> None:
        super().__init__()
        self.quote_rows: dict[str, QuoteRow] = {}

    def quote(self, id: str) -> QuoteRow | None:
        return self.quote_rows.get(id)

    def quotes_of(self, account: str, community: str) -> list[QuoteRow]:
        return [row for row in self.quote_rows.values() if (row.account, row.community) == (account, community)]

    def quotes_asked_by(self, account: str, community: str) -> int:
        here = [row for row in self.quote_rows.values() if (row.asker, row.community) == (account, community)]
        return sum(row.state == "asked" for row in here)

    def quotes_merged(self, community: str) -> list[QuoteRow]:
        here = [row for row in self.quote_rows.values() if (row.community, row.state) == (community, "merged")]
        return sorted(here, key=lambda row: row.version)

    def quotes_from(self, room: str, message: int) -> list[QuoteRow]:
        return [row for row in self.quote_rows.values() if (row.room, row.message) == (room, message)]

    def put_quote(self, row: QuoteRow) -> None:
        self._put(self.quote_rows, row.id, row)

    def remove_quote(self, id: str) -> None:
        self._drop(self.quote_rows, id)
