"""`among-server invite`: a link with which people sign up. The secret is shown once and kept as its SHA-256 alone."""

import hashlib
import secrets
import sys
import time

from ..config import Config
from ..store.api import StoreError
from .control import AddInvite, ask


def make(config: Config, *, uses: int, days: int, url: str) -> int:
    """Print the link. Exit code: 0, 1 when it could not be made, 2 for wrong use."""
    if uses < 1 or days < 1:
        print("among-server: --uses and --days are at least 1", file=sys.stderr)
        return 2
    code = secrets.token_urlsafe(24)
    expires = int((time.time() + days * 86_400) * 1000)
    request = AddInvite(secret=hashlib.sha256(code.encode()).digest(), uses=uses, expires_ms=expires)
    try:
        answer = ask(config, request)
    except (StoreError, OSError) as error:
        print(f"among-server: {error}", file=sys.stderr)
        return 1
    if not answer.ok:
        print(f"among-server: {answer.message}", file=sys.stderr)
        return 1
    print(f"{url}#invite={code}")
    return 0
