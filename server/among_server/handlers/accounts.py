"""The profile: one's own to change, everybody's to read."""

import msgspec

from among_protocol.accounts import Profile, ReadAccount, UpdateAccount
from among_protocol.base import ABOUT_CHARS, NAME_CHARS
from among_protocol.codes import ACCOUNT_GONE, Refuse
from among_protocol.fields import line

from ..core.context import Context
from ..store.rows import Appended


async def update(context: Context, command: UpdateAccount) -> Appended:
    name = (
        None if command.display_name is None else line(command.display_name, field="display_name", longest=NAME_CHARS)
    )
    bio = None if command.bio is None else line(command.bio, field="bio", longest=ABOUT_CHARS, empty=True)
    return await context.append(msgspec.structs.replace(command, display_name=name, bio=bio))


async def read(context: Context, command: ReadAccount) -> Profile:
    row = await context.store.account_by_handle(command.handle.lower())
    if row is None:
        raise Refuse(ACCOUNT_GONE, field="handle")
    return Profile(handle=row.handle, display_name=row.display_name, bio=row.bio)
