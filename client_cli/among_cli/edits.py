"""The commands about what was said in the open room: answering, editing, deleting, what it said before.

A message goes by the number behind it, #12 or 12.
"""

import re
from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

from among_protocol.codes import MESSAGE_GONE, Refuse
from among_protocol.edits import DeleteMessage, EditMessage, ReadHistory
from among_protocol.messages import ReadMessages
from among_protocol.text import body

from .changes import number_of, seq_of
from .kept import gone
from .lines import Line, Rule, Said, note
from .link import Cannot, Link
from .moment import moment
from .places import Room

T = TypeVar("T")

_NUMBERED = re.compile(r"#?([0-9]{1,15})(?:\s+(.*)|$)", re.DOTALL)
LAST = "#last"  # in place of a number
WHERE = "The numbers stand behind the messages."


async def reply(link: Link, rest: str) -> None:
    """Answer a message: in the thread that is opened, else in the room."""
    room = here(link)
    thread = link.model.visit.thread if link.model.visit is not None else 0
    number, text = numbered(rest)
    if not number or not text:
        raise Cannot(f"Say which one, and what: /reply #12 TEXT. {WHERE}")
    seq = named(link, number)
    said = link.model.visit.at_hand(seq) if link.model.visit is not None else None
    if said is not None and said.blank:
        raise deleted(seq)
    _ = link.voice.say(room, body(text), reply_to=seq, thread=thread)


async def edit(link: Link, rest: str) -> None:
    """Change what one said: the message named, or one's last one here. Without a text it is given back to be changed."""
    room = here(link)
    number, text = edited(rest)
    seq = named(link, number) if number else _last(link)
    if text:
        try:
            await asked_about(link, room, seq, link.among.ask(EditMessage, room=room.id, message=seq, body=body(text)))
        except (Refuse, Cannot) as error:
            if not number or rest.startswith("#"):
                raise
            why = error.message if isinstance(error, Refuse) else str(error)
            raise Cannot(f"{why} If {number[1:]} begins the text: /edit {LAST} {rest}") from None
        return
    said = await said_of(link, room, seq)
    if not said.mine or said.blank:
        raise deleted(seq) if said.blank else Cannot("Only who said it may edit it.")
    link.screen.offer(again(said))


async def delete(link: Link, rest: str) -> None:
    """Delete what one said; for stewards, what somebody else said, with the reason."""
    room = here(link)
    number, reason = numbered(rest)
    if not number:
        raise Cannot(f"Say which one: /delete #12. {WHERE}")
    seq = named(link, number)
    if link.model.visit is not None:
        link.model.visit.deleting.add(seq)
    try:
        await asked_about(link, room, seq, link.among.ask(DeleteMessage, room=room.id, message=seq, reason=reason))
    except (Refuse, Cannot) as refused:
        if link.model.visit is not None:
            link.model.visit.deleting.discard(seq)
        if isinstance(refused, Cannot) or refused.field != "reason" or reason:
            raise
        raise Cannot(f"{refused.message} /delete {number} REASON") from None


async def history(link: Link, rest: str) -> None:
    """What a message said before it was edited: each version as it would stand on the screen."""
    room = here(link)
    number, _ = numbered(rest)
    if not number:
        raise Cannot(f"Say which one: /history #12. {WHERE}")
    seq = named(link, number)
    page = await asked_about(link, room, seq, link.among.ask(ReadHistory, room=room.id, message=seq))
    now = await said_of(link, room, seq)
    if len(page.versions) == 1:
        link.screen.show([note(f"{number_of(seq)} was never edited.")])
        return
    lines: list[Line] = [Rule(f"what {number_of(seq)} said, oldest first")]
    day = ""
    for version in page.versions:
        at = moment(version.at, link.model.zone)
        if at is not None and f"{at:%Y-%m-%d}" != day:
            day = f"{at:%Y-%m-%d}"
            lines.append(Rule(f"{at:%A} {at.day} {at:%B %Y}"))
        lines.append(replace(now, at=at, body=version.body, edited=False, mention=False, alert=False, quote=""))
    link.screen.show([*lines, Rule("end of what it said" if page.complete else "and more")])


def here(link: Link) -> Room:
    """The open room. Raises Cannot."""
    if link.model.room is None:
        raise Cannot("You are in no room. /rooms has yours.")
    return link.model.room


def named(link: Link, number: str) -> int:
    """The message of this number. Raises Cannot."""
    seq = seq_of(number)
    if not seq:
        raise Cannot(f"There is no message {number}. The numbers stand behind the messages: #12.")
    return seq


def numbered(rest: str) -> tuple[str, str]:
    """A number (#12, or 12), where one leads, and the rest."""
    found = _NUMBERED.fullmatch(rest)
    return (f"#{found[1]}", (found[2] or "").strip()) if found is not None else ("", rest)


def edited(rest: str) -> tuple[str, str]:
    """The number of what is edited, empty for one's last; and what it says from now on. A text that itself begins with a number
    stands behind `#last`."""
    first, *more = rest.split(maxsplit=1)[:2] or [""]
    return ("", more[0] if more else "") if first.lower() == LAST else numbered(rest)


def words_of(rest: str) -> str:
    """What would be said, of what follows /edit, /reply or /thread."""
    return edited(rest)[1]


def mine(link: Link) -> Said | None:
    """One's own newest message where one spoke last."""
    visit = link.model.visit
    own = [one for one in visit.mine() if not one.blank] if visit is not None else []
    return max(own, key=lambda one: one.seq) if own else None


def answerable(link: Link, before: str = "") -> Said | None:
    """The newest message of somebody else on the screen; with a number, the newest before that one, or none."""
    seq = seq_of(before)
    visit = link.model.visit
    there = visit.in_view() if visit is not None else []
    theirs = [one for one in there if not (one.mine or one.blank or one.folded)]
    older = [one for one in theirs if not seq or one.seq < seq]
    return max(older, key=lambda one: one.seq) if older else None


def again(said: Said) -> str:
    """The line that would say it anew."""
    return f"/edit {number_of(said.seq)} {said.body}"


def _last(link: Link) -> int:
    """One's own newest message where one spoke last. Raises Cannot, also where it has not come back yet: the one before is not meant."""
    room = here(link)
    if any(one.room == room.id and one.state != "failed" for one in link.model.outgoing.values()):
        raise Cannot("What you said last is still on its way. Try again once it stands there.")
    said = mine(link)
    if said is None:
        raise Cannot("You have said nothing here lately; /edit #12 TEXT names a message.")
    return said.seq


async def said_of(link: Link, room: Room, seq: int) -> Said:
    """A message as it is now. Raises Cannot."""
    visit = link.model.visit
    if visit is not None and visit.room is room and seq in visit.said:
        return visit.said[seq]
    page = await link.among.ask(ReadMessages, room=room.id, around=seq, limit=1)
    found = [message for message in page.messages if message.seq == seq]
    if not found:
        raise none(room, seq)
    await link.learn([(found[0].by, found[0].rev)], now=True)
    return link.model.said(room, found[0])


async def asked_about(link: Link, room: Room, seq: int, asked: Awaitable[T]) -> T:
    """The answer to what is asked of a message. Raises Cannot with its number where there is none, or it was deleted."""
    try:
        return await asked
    except Refuse as refused:
        if refused.code != MESSAGE_GONE or refused.field != "message" or not (await said_of(link, room, seq)).blank:
            raise
        raise deleted(seq) from None


def deleted(seq: int) -> Cannot:
    """Says that nothing is left of it."""
    return Cannot(f"{number_of(seq)} was deleted.")


def none(room: Room, seq: int, rest: str = f". {WHERE}") -> Cannot:
    """Says that nothing is to be read there by this number, and whether the room keeps it no longer."""
    return Cannot(gone(number_of(seq)) if seq <= room.floor else f"There is no message {number_of(seq)}{rest}")
