"""Who asked to be let in, as the reference remembers it: the part of `api.Tx` that joining.py says."""

from ..joining import RequestRow
from .tables import Tables


class MemoryJoining(Tables):
    def __init__(self) -> None:
        super().__init__()
        self.request_rows: dict[tuple[str, str], RequestRow] = {}  # by community and account

    def request(self, account: str, community: str) -> RequestRow | None:
        return self.request_rows.get((community, account))

    def request_of(self, community: str, seq: int) -> RequestRow | None:
        rows = (row for row in self.request_rows.values() if (row.community, row.seq) == (community, seq))
        return next((row for row in rows if row.waits()), None)

    def requests_of(self, account: str) -> int:
        return sum(row.account == account and row.waits() for row in self.request_rows.values())

    def requests_in(self, community: str) -> int:
        return sum(row.community == community and row.waits() for row in self.request_rows.values())

    def put_request(self, row: RequestRow) -> None:
        self._put(self.request_rows, (row.community, row.account), row)

    def remove_request(self, account: str, community: str) -> None:
        self._drop(self.request_rows, (community, account))
