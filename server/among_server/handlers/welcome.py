"""The welcome of a community. What setting it means is in store/rules/welcome.py."""

from msgspec.structs import replace

from among_protocol.fields import passage
from among_protocol.welcome import WELCOME_BYTES, ReadWelcome, SetWelcome, Welcome

from ..core.context import Context
from ..store.rows import Appended


async def set_welcome(context: Context, command: SetWelcome) -> Appended:
    return await context.append(replace(command, text=passage(command.text, field="text", longest=WELCOME_BYTES)))


async def read(context: Context, command: ReadWelcome) -> Welcome:
    context.member_of(command.community)
    welcome = await context.store.welcome(command.community)
    context.member_of(command.community)  # still
    return welcome
