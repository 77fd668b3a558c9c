"""The door of a community, as the reference remembers it: the part of `api.Tx` that door.py says."""

from msgspec.structs import replace

from ..door import RulesRow
from ..rows import CommunityRow
from .tables import Tables


class MemoryDoor(Tables):
    communities: dict[str, CommunityRow]  # of tx.py

    def __init__(self) -> None:
        super().__init__()
        self.house_rules: dict[tuple[str, int], RulesRow] = {}
        self.accepted: dict[tuple[str, str], int] = {}  # (account, community) -> version

    def put_community(self, row: CommunityRow) -> None:
        self._put(self.communities, row.id, replace(row, members=self.communities[row.id].members))

    def rules(self, community: str, version: int) -> RulesRow | None:
        return self.house_rules.get((community, version))

    def rules_written(self, community: str) -> int:
        return max((version for place, version in self.house_rules if place == community), default=0)

    def add_rules(self, community: str, row: RulesRow) -> None:
        self._put(self.house_rules, (community, row.version), row)

    def accept(self, account: str, community: str, version: int) -> None:
        self._put(self.accepted, (account, community), version)
