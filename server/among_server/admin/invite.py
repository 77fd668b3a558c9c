"""`among-server invite` and `owner-link`: links with which people sign up. The secret is shown once and kept as its
SHA-256 alone. Whoever may run these commands on the data may do everything with it, so they may also make an owner."""

import hashlib
import secrets
import shlex
import sys
import time
from pathlib import Path

from ..app import has_data
from ..config import Config
from ..store.api import StoreError
from .control import AddInvite, ask
from .settings import WRITTEN

MOST_USES = 1_000_000
MOST_DAYS = 3_650  # ten years


def make(config: Config, *, uses: int, days: int, owner: bool = False) -> int:
    """Print the link. Exit code: 0, 1 when it could not be made, 2 for wrong use."""
    if not (1 <= uses <= MOST_USES and 1 <= days <= MOST_DAYS):
        print(f"among-server: --uses is from 1 to {MOST_USES:,}, --days from 1 to {MOST_DAYS:,}", file=sys.stderr)
        return 2
    code = secrets.token_urlsafe(24)
    expires = int((time.time() + days * 86_400) * 1000)
    begins, there = not has_data(config), Path(config.data).exists()
    request = AddInvite(secret=hashlib.sha256(code.encode()).digest(), uses=uses, expires_ms=expires, owner=owner)
    try:
        answer = ask(config, request)
    except (StoreError, OSError) as error:
        print(f"among-server: {error}", file=sys.stderr)
        return 1
    if not answer.ok:
        print(f"among-server: {answer.message}", file=sys.stderr)
        return 1
    if begins:  # as before the first start; or the folder was mistyped
        print(f"among-server: {begun(Path(config.data).absolute(), there=there)}", file=sys.stderr)
    print(f"{config.url or answer.url or config.members_url()}#invite={code}")
    return 0


def begun(folder: Path, *, there: bool) -> str:
    """That a server begins here, and how it does not. `there`: the folder was, and may hold what is not ours."""
    made = [folder / name for name in WRITTEN if (folder / name).exists()] if there else [folder]
    undo = f"rm {'' if there else '-r '}{shlex.join(map(str, made))}"
    return f"there were no data in {folder}: a new server begins there. Where another folder was meant, `{undo}` undoes it."
