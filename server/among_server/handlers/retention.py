"""How long a room keeps what is said in it. What it means is in store/rules/retention.py."""

from among_protocol.retention import SetRetention

from ..core.context import Context
from ..store.rows import Appended


async def set_retention(context: Context, command: SetRetention) -> Appended:
    return await context.append(command)
