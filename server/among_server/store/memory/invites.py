"""The invites of communities, as the reference remembers them: the part of `api.Tx` that invites.py says."""

from msgspec.structs import replace

from ..invites import DoorInvite
from .own import MemoryOwn


class MemoryInvites(MemoryOwn):
    def __init__(self) -> None:
        super().__init__()
        self.door_invite_rows: dict[bytes, DoorInvite] = {}
        self.admissions: dict[tuple[str, str], str] = {}  # (account, community) -> invite

    def door_invite(self, secret: bytes) -> DoorInvite | None:
        return self.door_invite_rows.get(secret)

    def door_invites(self, community: str) -> list[DoorInvite]:
        return [row for row in self.door_invite_rows.values() if row.community == community]

    def add_door_invite(self, secret: bytes, row: DoorInvite) -> None:
        self._put(self.door_invite_rows, secret, row)

    def use_door_invite(self, id: str) -> None:
        for secret, row in list(self.door_invite_rows.items()):
            if row.id == id:
                self._put(self.door_invite_rows, secret, replace(row, left=row.left - 1))
                if row.left <= 1:
                    self._forget(secret)

    def end_door_invites(self, ids: list[str]) -> None:
        for secret, row in list(self.door_invite_rows.items()):
            if row.id in ids:
                self._forget(secret)
        for key, invite in list(self.admissions.items()):
            if invite in ids:
                self._drop(self.admissions, key)

    def _forget(self, secret: bytes) -> None:
        self._drop(self.door_invite_rows, secret)
        self.note_revoked("invite", secret.hex())

    def admission(self, account: str, community: str) -> str:
        return self.admissions.get((account, community), "")

    def add_admission(self, account: str, community: str, invite: str) -> None:
        self._put(self.admissions, (account, community), invite)

    def remove_admission(self, account: str, community: str) -> None:
        self._drop(self.admissions, (account, community))
