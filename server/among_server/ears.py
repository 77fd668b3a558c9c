"""How much of a log somebody hears: all of it, or the part that was asked for. The one place that says what belongs to
which part; the live fan-out, the replay and the store all ask here, so they can't differ."""

from among_protocol.base import Entry
from among_protocol.edits import MessageDeleted, MessageEdited
from among_protocol.messages import MessageSent
from among_protocol.posts import PostDeleted, PostPublished
from among_protocol.retention import RoomTrimmed
from among_protocol.wire import ENTRIES, tag_of

Ear = str  # WHOLE, TALK, or the id of a membership: the messages that mention or answer it
WHOLE: Ear = ""
TALK: Ear = "talk"  # no membership is called that

GONE = (MessageDeleted, PostDeleted, RoomTrimmed)  # who hears any part hears them
MESSAGES = tuple(entry for entry in ENTRIES if tag_of(entry).startswith(("message.", "post.")))


def ears_of(event: Entry) -> tuple[Ear, ...]:
    """Who hears this entry, beside those who hear the whole log."""
    if not isinstance(event, (*MESSAGES, *GONE)):
        return ()
    if isinstance(event, PostPublished):
        return (TALK, *event.mentions)
    if isinstance(event, MessageSent):
        answers = (event.answers,) if event.answers and event.answers not in event.mentions else ()
        return (TALK, *event.mentions, *answers)  # each once: it is one write for each
    return (TALK, *event.mentions_new) if isinstance(event, MessageEdited) else (TALK,)


def all_hear(event: Entry) -> bool:
    """Whether whoever hears any part hears this: that something is gone, deleted or no longer kept, is told to all who may
    have it, and what mentions everybody calls everybody."""
    if isinstance(event, MessageSent):
        return event.mentions_room
    return isinstance(event, GONE) or (isinstance(event, MessageEdited) and event.mentions_room_new)


def wants(ear: Ear, event: Entry) -> bool:
    return not ear or ear in ears_of(event) or all_hear(event)
