"""Drafts as the reference remembers them: the part of `api.Tx` that drafts.py says."""

from collections.abc import Sequence

from ..api import PAGE_BYTES
from ..drafts import DraftRow
from .tables import Tables


class MemoryDrafts(Tables):
    def __init__(self) -> None:
        super().__init__()
        self.draft_rows: dict[tuple[str, str, int], DraftRow] = {}  # (account, place, thread)

    def draft(self, account: str, place: str, thread: int) -> DraftRow | None:
        return self.draft_rows.get((account, place, thread))

    def drafts(self, account: str) -> int:
        return len(self.drafts_of(account))

    def drafts_of(self, account: str) -> list[DraftRow]:
        """By place and thread."""
        return [row for (owner, *_), row in sorted(self.draft_rows.items()) if owner == account]

    def put_draft(self, account: str, row: DraftRow) -> None:
        if row.text:
            self._put(self.draft_rows, (account, row.place, row.thread), row)
        else:
            self._drop(self.draft_rows, (account, row.place, row.thread))

    def read_drafts(self, account: str, after: tuple[str, int], limit: int, places: Sequence[str]) -> list[DraftRow]:
        mine = [row for row in self.drafts_of(account) if not places or row.place in places]
        found = [row for row in mine if (row.place, row.thread) > after]
        page: list[DraftRow] = []
        size = 0
        for row in found[:limit]:
            size += len(row.text.encode())
            if page and size > PAGE_BYTES:
                break
            page.append(row)
        return page
