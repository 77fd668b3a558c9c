"""What is worth a bell, as the reference remembers it: the part of `api.Tx` that notify.py says."""

from among_protocol.dnd import Dnd

from ..notify import NotifyRow
from ..rows import LogRow
from .tables import Tables


class MemoryNotify(Tables):
    logs: dict[str, LogRow]

    def __init__(self) -> None:
        super().__init__()
        self.chosen: dict[tuple[str, str, str], NotifyRow] = {}  # account, place, word
        self.dnds: dict[tuple[str, str], Dnd] = {}  # (account, "")

    def notify_rows(self, account: str) -> list[NotifyRow]:
        mine = [row for (owner, _, _), row in self.chosen.items() if owner == account]
        order = {place: number for number, place in enumerate(("", *self.logs))}
        return sorted(mine, key=lambda row: (order[row.place], row.word))

    def put_notify(self, account: str, row: NotifyRow) -> None:
        key = (account, row.place, row.word)
        self._drop(self.chosen, key)
        if row.level != "inherit":
            self._put(self.chosen, key, row)

    def dnd(self, account: str) -> Dnd | None:
        return self.dnds.get((account, ""))

    def put_dnd(self, account: str, dnd: Dnd) -> None:
        self._drop(self.dnds, (account, ""))
        if dnd.times:
            self._put(self.dnds, (account, ""), dnd)
