"""What an account has for itself alone, as the reference remembers it: the part of `api.Tx` that own.py says."""

from collections.abc import Sequence

from msgspec.structs import replace

from ..api import Revocable
from ..own import AccountState, Blocks, BlockWish, ResetRow, SessionRow
from ..revocations import Revoked, name_of_password
from ..rows import AccountRow
from .tables import Tables


class MemoryOwn(Tables):
    def __init__(self) -> None:
        super().__init__()
        self.account_rows: dict[str, AccountRow] = {}
        self.passwords: dict[str, str] = {}
        self.sessions_by_secret: dict[bytes, SessionRow] = {}
        self.seen: dict[str, int] = {}  # account -> Unix time in ms
        self.resets: dict[bytes, ResetRow] = {}
        self.revoked: dict[Revoked, bool] = {}
        self.blocking: dict[str, Blocks] = {}

    def password(self, account: str) -> str:
        return self.passwords[account]

    def session(self, secret: bytes) -> SessionRow | None:
        row = self.sessions_by_secret.get(secret)
        return row and replace(row, disabled=self.account_rows[row.account].disabled)

    def sessions(self, account: str) -> list[SessionRow]:
        mine = [self.session(secret) for secret, row in self.sessions_by_secret.items() if row.account == account]
        return sorted(filter(None, mine), key=lambda row: (row.opened, row.id))

    def session_row(self, id: str) -> SessionRow | None:
        return next((row for row in self.sessions_by_secret.values() if row.id == id), None)

    def add_session(self, row: SessionRow, secret: bytes) -> None:
        self._put(self.sessions_by_secret, secret, row)
        self._put(self.seen, row.account, row.seen_ms)

    def see_session(self, id: str) -> None:
        for secret, row in list(self.sessions_by_secret.items()):
            if row.id == id:
                self._put(self.sessions_by_secret, secret, replace(row, seen_ms=self.now_ms))
                self._put(self.seen, row.account, self.now_ms)

    def note_revoked(self, kind: Revocable, name: str) -> None:
        self._put(self.revoked, Revoked(kind, name), True)

    def revoke(self, account: str, sessions: Sequence[str], *, password: str = "") -> None:
        for secret, row in list(self.sessions_by_secret.items()):
            if row.id in sessions:
                self._drop(self.sessions_by_secret, secret)
                self.note_revoked("session", row.id)
        if password:
            self.note_revoked("password", name_of_password(self.passwords[account]))
            self._put(self.passwords, account, password)
            self._drop_reset(account)

    def disable(self, account: str, disabled: bool) -> None:
        self._put(self.account_rows, account, replace(self.account_rows[account], disabled=disabled))

    def reset(self, secret: bytes) -> ResetRow | None:
        return self.resets.get(secret)

    def put_reset(self, secret: bytes, row: ResetRow) -> None:
        self._drop_reset(row.account)
        self._put(self.resets, secret, row)

    def _drop_reset(self, account: str) -> None:
        for secret, row in list(self.resets.items()):
            if row.account == account:
                self._drop(self.resets, secret)
                self.note_revoked("reset", secret.hex())

    def blocks(self, account: str) -> Blocks:
        return self.blocking.get(account, {})

    def put_block(self, account: str, other: str, handle: str, wish: BlockWish) -> None:
        now = {key: kind for key, kind in self.blocks(account).items() if key != (other, handle)}
        if wish != "none":
            now[other, handle] = wish
        order = {id: at for at, id in enumerate(self.account_rows)}  # of two who go by one handle the elder comes first
        self._put(
            self.blocking, account, dict(sorted(now.items(), key=lambda one: (one[0][1], order.get(one[0][0], 0))))
        )

    def state(self, row: AccountRow, opened: str) -> AccountState:
        return AccountState(row.handle, opened, self.seen.get(row.id, 0), row.owner, row.disabled)
