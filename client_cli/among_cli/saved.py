"""What the client keeps between two starts: per server the accounts one has signed in as, each with its token.

Rules: a token is written only to a file that nobody else may read (0600, in a directory 0700), which is replaced as a
whole, and is never printed. One file per account, so that two clients never overwrite each other's.
`$XDG_STATE_HOME/among/accounts/SERVER/HANDLE.json`; `last` beside them names the account last signed in as.
"""

import contextlib
import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from among_protocol import text

from .settings import base


class Account(NamedTuple):
    server: str
    handle: str
    token: str

    def __repr__(self) -> str:
        """Without the token: what is printed by mistake must not give it away."""
        return f"Account({self.server!r}, {self.handle!r})"


class Saved:
    """The accounts saved on this machine."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._void: set[Account] = set()  # forgotten, also where the file can't be removed

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Saved":
        """The place that the XDG base directories name. Raises SettingsError."""
        return cls(base(environ, "XDG_STATE_HOME", ".local/state") / "among" / "accounts")

    def handles(self, server: str) -> list[str]:
        """Who may be chosen on this server, the one last signed in as first."""
        place = self._place(server)
        last = self._last(server)
        handles = [path.stem for path in place.glob("*.json")]
        return sorted(handles, key=lambda handle: (handle != last, handle))

    def get(self, server: str, handle: str = "") -> Account | None:
        """The account of this handle, or the one last signed in as; None where there is none."""
        if not handle:
            handles = self.handles(server)
            if not handles:
                return None
            handle = handles[0]
        try:
            path = self._file(server, text.handle(handle))
            with contextlib.suppress(OSError):  # not ours, or on a disk that is only read: it is as it is
                _only_mine(path, 0o600)  # whatever a copy or an editor made of it
            kept = json.loads(path.read_text("utf-8"))
            account = Account(server, str(kept["handle"]), str(kept["token"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None  # not there, or not readable as what we wrote: sign in again
        return None if account in self._void else account

    def keep(self, account: Account) -> None:
        """Save the account and make it the one last signed in as. Raises OSError."""
        place = self._place(account.server)
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for directory in (place, self._directory, self._directory.parent):
            _only_mine(directory, 0o700)
        content = {"server": account.server, "handle": account.handle, "token": account.token}
        _replace(self._file(account.server, account.handle), json.dumps(content) + "\n")
        self.choose(account)

    def choose(self, account: Account) -> None:
        """Make this the account last signed in as. Raises OSError."""
        if self._last(account.server) != account.handle:
            _replace(self._place(account.server) / "last", account.handle + "\n")

    def forget(self, account: Account) -> None:
        """Remove this token of the account; one that was saved since stays. Raises OSError."""
        kept = self.get(account.server, account.handle)
        self._void.add(account)
        if kept is None or kept.token == account.token:
            self._file(account.server, account.handle).unlink(missing_ok=True)

    def _last(self, server: str) -> str:
        """Who one last signed in as; empty where that is not known."""
        with contextlib.suppress(OSError, ValueError):
            return (self._place(server) / "last").read_text("utf-8").strip()
        return ""

    def _place(self, server: str) -> Path:
        # Readable for whoever looks, and different for every server though some characters were replaced.
        name = re.sub(r"[^A-Za-z0-9.-]+", "_", server.partition("://")[2])[:80].strip("._")
        return self._directory / f"{name}-{hashlib.sha256(server.encode()).hexdigest()[:8]}"

    def _file(self, server: str, handle: str) -> Path:
        return self._place(server) / f"{handle}.json"


def _only_mine(path: Path, mode: int) -> None:
    """Let nobody else read it. Raises OSError."""
    if stat.S_IMODE(path.stat().st_mode) != mode:
        path.chmod(mode)


def _replace(path: Path, content: str) -> None:
    """Write the file as a whole or not at all; mkstemp makes it 0600 from the start."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
