"""The commands about what was said in the open room: editing, deleting, and what it said before."""

from among_protocol.edits import DeleteMessage, EditMessage, ReadHistory
from among_protocol.text import body

from .changes import number_of, seq_of
from .lines import Line, note, told
from .link import Cannot, Link
from .moment import when
from .places import Room


async def edit(link: Link, rest: str) -> None:
    """Change what one said: the message named, or one's last one here."""
    room = here(link)
    number, text = _numbered(rest)
    if not text:
        raise Cannot("Say what it should say: /edit TEXT for your last message, or /edit #12 TEXT.")
    await link.among.ask(
        EditMessage, room=room.id, message=named(link, number) if number else _last(link), body=body(text)
    )


async def delete(link: Link, rest: str) -> None:
    """Delete what one said; for stewards, what somebody else said, with the reason."""
    room = here(link)
    number, reason = _numbered(rest)
    if not number:
        raise Cannot("Say which one: /delete #12. The numbers stand behind the messages.")
    await link.among.ask(DeleteMessage, room=room.id, message=named(link, number), reason=reason)


async def history(link: Link, rest: str) -> None:
    """What a message said before it was edited."""
    room = here(link)
    number, _ = _numbered(rest)
    if not number:
        raise Cannot("Say which one: /history #12. The numbers stand behind the messages.")
    seq = named(link, number)
    page = await link.among.ask(ReadHistory, room=room.id, message=seq)
    lines: list[Line] = [
        told(("dim", f"  {when(version.at, link.model.zone)}  "), version.body) for version in page.versions
    ]
    head = f"{number_of(seq)} was never edited:" if len(lines) == 1 else f"What {number_of(seq)} said, oldest first:"
    link.screen.show([note(head), *lines, *([] if page.complete else [note("  … and more.")])])


async def reply(link: Link, rest: str) -> None:
    """Answer a message."""
    room = here(link)
    number, text = _numbered(rest)
    if not number or not text:
        raise Cannot("Say which one, and what: /reply #12 TEXT. The numbers stand behind the messages.")
    _ = link.say(room, body(text), reply_to=named(link, number))


def here(link: Link) -> Room:
    """The open room. Raises Cannot."""
    if link.model.room is None:
        raise Cannot("You are in no room. /rooms has yours.")
    return link.model.room


def named(link: Link, number: str) -> int:
    """The message of this number. Raises Cannot."""
    seq = seq_of(link.model.visit, number)
    if not seq:
        raise Cannot(f"There is no message {number}. The numbers stand behind the messages: #12.")
    return seq


def _numbered(rest: str) -> tuple[str, str]:
    """A number (#12), where one leads, and the rest."""
    first, _, more = rest.partition(" ")
    return (first, more.strip()) if first.startswith("#") and first[1:].isdecimal() else ("", rest)


def _last(link: Link) -> int:
    """One's own newest message on the screen. Raises Cannot."""
    visit = link.model.visit
    mine = [one.seq for one in visit.said.values() if one.mine and not one.blank] if visit is not None else []
    if not mine:
        raise Cannot("You have said nothing here lately; /edit #12 TEXT names a message.")
    return max(mine)
