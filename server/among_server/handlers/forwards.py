"""Saying something that shows a message of another room, and what is shown of it. What it means is in store/rules/forwards.py."""

from collections.abc import Iterable, Mapping

from among_protocol.fields import body
from among_protocol.forwards import ForwardMessage
from among_protocol.messages import Message

from ..core.context import Context
from ..store.edits import as_shown
from ..store.rows import Appended


async def forward(context: Context, command: ForwardMessage) -> Appended:
    if command.comment:
        body(command.comment, field="comment")
    return await context.append(command)


def still_here(context: Context, messages: Iterable[Message], origins: Mapping[str, str]) -> None:
    """What is shown of rooms whose community was lost while it was read, is not told. `origins`: these rooms' communities."""
    here = context.person.members
    for message in messages:
        shown = message.forwarded
        if shown is not None and not shown.gone and origins[shown.room] not in here:
            message.forwarded = as_shown(shown, None)
