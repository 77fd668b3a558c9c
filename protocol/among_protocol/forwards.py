"""Forwarding: a message of one's own that shows another one, with the credit of who said that.

It is a reference, never a copy: whoever reads it sees the other message as it is then, edited or gone, and only if they may
read the room that it comes from. Only what was said to a whole community, in an open room or a corner, is carried on;
what was said in a private room or a direct stays there.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import BODY_BYTES, Id, Seq, Shape, Write
from .messages import SentWritten

CommentText = Annotated[str, Meta(max_length=BODY_BYTES)]  # UTF-8 bytes; code points are only the first check


class ForwardMessage(Write, tag="message.forward", kw_only=True):
    """Show a message of one room in another. It is answered, and heard, as `message.send` is. A message that has no words of
    its own, and shows another, is passed over: that one is shown."""

    Reply: ClassVar[type[Shape]] = SentWritten
    hidden: ClassVar[frozenset[str]] = frozenset({"comment"})

    room: Id  # where it goes
    origin: Id  # the room that it comes from: an open one, or a corner
    message: Seq  # the number of the message there
    post: Seq = 0  # in a corner, and only there: the number of the post that it comments on
    thread: Seq = 0  # where it is said in a thread: the number of its root there, as in `message.send`; 0: to the room
    comment: CommentText = ""  # words of one's own; `@handle` mentions somebody
