"""The profile: one's own to change, everybody's to read."""

from msgspec.structs import replace

from among_protocol import fields
from among_protocol.accounts import Profile, ReadAccount, UpdateAccount
from among_protocol.base import ABOUT_CHARS, NAME_CHARS
from among_protocol.codes import ACCOUNT_GONE, Refuse
from among_protocol.fields import line

from ..core.context import Context
from ..store.rows import Appended


async def update(context: Context, command: UpdateAccount) -> Appended:
    given = command
    name, bio, intro = given.display_name, given.bio, given.intro
    return await context.append(
        replace(
            given,
            display_name=None if name is None else line(name, field="display_name", longest=NAME_CHARS),
            bio=None if bio is None else line(bio, field="bio", longest=ABOUT_CHARS, empty=True),
            pronouns=None if given.pronouns is None else fields.pronouns(given.pronouns, field="pronouns"),
            place=None if given.place is None else fields.place(given.place, field="place"),
            links=None if given.links is None else fields.links(given.links, field="links"),
            intro=None if intro is None else fields.intro(intro, field="intro"),
        )
    )


async def read(context: Context, command: ReadAccount) -> Profile:
    row = await context.store.account_by_handle(command.handle.lower())
    if row is None:
        raise Refuse(ACCOUNT_GONE, field="handle")
    claim = row.claim
    return Profile(
        handle=row.handle,
        display_name=row.display_name,
        bio=claim.bio,
        pronouns=claim.pronouns,
        place=claim.place,
        links=list(claim.links),
        intro=claim.intro,
    )
