"""`among-server invite`: a link with which people sign up. The secret is shown once and kept as its SHA-256 alone."""

import asyncio
import hashlib
import secrets
import sys
import time
from pathlib import Path

from ..config import Config
from ..store.api import StoreError
from ..store.sqlite.store import SqliteStore


def make(config: Config, *, uses: int, days: int, url: str) -> int:
    """Print the link. Exit code: 0, or 1 when the store can't be opened."""
    if uses < 1 or days < 1:
        print("among-server: --uses and --days are at least 1", file=sys.stderr)
        return 2
    code = secrets.token_urlsafe(24)
    try:
        asyncio.run(_add(Path(config.data), code, uses, days))
    except StoreError as error:
        print(f"among-server: {error}", file=sys.stderr)
        return 1
    print(f"{url}#invite={code}")
    return 0


async def _add(data: Path, code: str, uses: int, days: int) -> None:
    store = SqliteStore(data)
    await store.open()
    try:
        expires = int((time.time() + days * 86_400) * 1000)
        await store.add_invite(hashlib.sha256(code.encode()).digest(), uses=uses, expires_ms=expires)
    finally:
        await store.close()
