"""Writing a room to a file of one's own: a page at a time, at the pace that the server allows.

Rules: a new file that nobody else may read; nothing is overwritten. It has its name once it is whole, and what is not
whole is gone when the writing ends, however it ends.
"""

import contextlib
import datetime as dt
import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from among_protocol.aio import Among
from among_protocol.communities import Community
from among_protocol.export import Transcript
from among_protocol.members import Persona, PersonaRef, ResolveMembers
from among_protocol.messages import Message, MessagePage, ReadMessages
from among_protocol.rooms import Room

from .archive import begun
from .transcript import FORMATS, Format, asked_of, writing

PAGE = 200  # messages at once, by the protocol
KNOWN = 5_000  # personas that are kept in mind

Progress = Callable[
    [int, int, int], None
]  # messages written, the number of the last one, and of the last there will be


def named(title: str, form: Format, wished: str = "") -> Path:
    """The file that is wished for, or one that says of which room and day it is."""
    if wished:
        return Path(wished).expanduser()
    plain = "".join(char if (char.isascii() and char.isalnum()) or char in "._-" else "-" for char in title)
    plain = plain.strip("-.")
    return Path(f"among-{plain or 'room'}-{dt.datetime.now(dt.UTC):%Y-%m-%d}.{form}")


def form_of(word: str, path: str) -> Format:
    """What is asked for; else what the name of the file says; else a page to read."""
    ending = path.rpartition(".")[2].lower()
    ending = {"htm": "html", "markdown": "md"}.get(ending, ending)
    return next((form for form in FORMATS if form == (word or ending)), "html")


async def write(among: Among, room: Room, title: str, path: Path, form: Format, progress: Progress) -> int:
    """All that may be read there now; gives how many messages. Raises OSError, Refuse."""
    part = begun(path)
    newest: MessagePage = await among.ask(ReadMessages, room=room.id, limit=1)
    card = among.communities.get(room.community)
    file = writing(form, _about(among, room, card.community if card else None, newest), title)
    people = _People(among)
    count, at = 0, newest.floor
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w", encoding="utf-8", newline="\n") as out:  # fmt: skip
            out.write(file.begin())
            while True:
                page: MessagePage = await among.ask(
                    ReadMessages, room=room.id, after=at, before=newest.as_of + 1, limit=PAGE
                )
                async for messages in _with_threads(among, room, page.messages):
                    out.write(file.page(messages, await people.of(messages)))
                    count += len(messages)
                at = page.messages[-1].seq if page.messages else at
                progress(count, at, newest.as_of)
                if page.complete or not page.messages:
                    break
            out.write(file.end())
            out.flush()
            os.fsync(out.fileno())
        part.rename(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return count


async def _with_threads(among: Among, room: Room, messages: Sequence[Message]) -> AsyncIterator[list[Message]]:
    """What was not deleted of these, a part at a time; what was said in a thread comes behind its root."""
    part: list[Message] = []
    for message in messages:
        part += [message] if not message.blank else []
        at = 0 if message.below is not None else None
        while at is not None:
            page: MessagePage = await among.ask(ReadMessages, room=room.id, thread=message.seq, after=at, limit=PAGE)
            yield [*part, *(one for one in page.messages if not one.blank)]
            part = []
            at = page.messages[-1].seq if page.messages and not page.complete else None
    yield part


def _about(among: Among, room: Room, community: Community | None, newest: MessagePage) -> Transcript:
    now = dt.datetime.now(dt.UTC)
    return Transcript(
        epoch=among.hello.epoch,
        at=f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
        community=community,
        room=room,
        as_of=newest.as_of,
        floor=newest.floor,
    )


class _People:
    """Who somebody was at some revision, as far as one may know."""

    def __init__(self, among: Among) -> None:
        self._among = among
        self._known: dict[tuple[str, int], Persona] = {}

    async def of(self, messages: Sequence[Message]) -> dict[tuple[str, int], Persona]:
        wanted = sorted(asked_of(messages))
        missing = [one for one in wanted if one not in self._known]
        most = self._among.hello.limits.personas
        for at in range(0, len(missing), most):
            asked = missing[at : at + most]
            refs = [PersonaRef(member=member, rev=rev) for member, rev in asked]
            found = (await self._among.ask(ResolveMembers, members=refs)).personas
            by_member = {(one.member, one.rev): one for one in found} | {(one.member, 0): one for one in found}
            for member, rev in asked:  # of an unknown revision the newest is told
                who = by_member.get((member, rev)) or by_member.get((member, 0))
                if who is not None:
                    self._known[member, rev] = who
        told = {one: self._known[one] for one in wanted if one in self._known}
        while len(self._known) > KNOWN:
            del self._known[next(iter(self._known))]
        return told
