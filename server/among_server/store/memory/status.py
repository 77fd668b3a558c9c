"""How accounts appear, as the reference remembers it: the part of `api.Tx` that store/status.py says."""

from ..rows import LogRow
from ..status import Statuses, StatusRow
from .tables import Tables


class MemoryStatus(Tables):
    logs: dict[str, LogRow]

    def __init__(self) -> None:
        super().__init__()
        self.status_rows: dict[tuple[str, str], StatusRow] = {}

    def statuses(self, account: str) -> Statuses:
        rows = self.status_rows
        return {place: rows[account, place] for place in ("", *self.logs) if (account, place) in rows}

    def put_status(self, row: StatusRow) -> None:
        key = (row.account, row.place)
        self._drop(self.status_rows, key)
        if row != StatusRow(*key):
            self._put(self.status_rows, key, row)
