"""Saying something that shows a message of another room. What it means is in store/rules/forwards.py."""

from among_protocol.fields import body
from among_protocol.forwards import ForwardMessage

from ..core.context import Context
from ..store.rows import Appended


async def forward(context: Context, command: ForwardMessage) -> Appended:
    if command.comment:
        body(command.comment, field="comment")
    return await context.append(command)
