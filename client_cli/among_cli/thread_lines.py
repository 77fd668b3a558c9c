"""What is told of threads as something is said in them.

Rules: what is said in the thread that is opened stands there as what is said to a room does, and is read. What is said in
another does not stand among the rest. A dim line says how much there is, and how to look at it: at most one for each thread
every few seconds; elsewhere only of threads that the reader follows. One's own, and what the reader wants to be told of
(bell.py), is told at once: in the room as a message under what it is about. What people say whom the reader blocks or mutes
is not told of.
"""

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from among_protocol.counting import Heard
from among_protocol.messages import MessageSent
from among_protocol.threads import MarkThread

from . import bell
from .changes import number_of
from .lines import Line, Said, Style, Told, told
from .places import Outgoing, Room
from .visit import IN_ROOM, Visit
from .words import glimpse

if TYPE_CHECKING:
    from .link import Link
    from .model import Model

EVERY = 3.0  # seconds between two times that something is told
MARK_EVERY = 1.0  # seconds between two times that the opened thread is marked as read
GLIMPSE = 32  # characters of what a thread is about
KEPT = 200  # threads that are gathered; of more the oldest are not told


@dataclass
class Answers:
    """What was said in a thread since it was told last."""

    room: Room
    who: str  # the last one who did
    count: int = 0


class Gathered:
    """What was heard and is not told yet."""

    def __init__(self) -> None:
        self.telling = False  # something was told just now
        self.marking = False  # the opened thread is being marked as read
        self._answers: dict[tuple[str, int], Answers] = {}

    def __bool__(self) -> bool:
        return bool(self._answers)

    def take(self, room: Room, root: int, who: str) -> None:
        answers = self._answers.setdefault((room.id, root), Answers(room, who))
        answers.who, answers.count = who, answers.count + 1
        while len(self._answers) > KEPT:
            del self._answers[next(iter(self._answers))]

    def drop(self, room: Room, root: int) -> None:
        """It is shown now."""
        self._answers.pop((room.id, root), None)

    def told(self, model: "Model") -> list[Line]:
        """Lines about all of it, as far as one is still there, or follows it; those about a room behind its page."""
        coming = model.room if model.visit is not None and model.visit.loading else None
        answers = self._answers
        self._answers = {key: one for key, one in answers.items() if one.room is coming}
        return [
            _line(model, one, root)
            for (id, root), one in answers.items()
            if one.room is not coming
            and (one.room is model.room or (one.room is model.rooms.get(id) and (id, root) in model.threads))
        ]


def heard(model: "Model", room: Room, event: MessageSent) -> list[Line]:
    """Something was said in a thread. The room counts no more than whom it mentions."""
    room.typing.pop(event.by, None)
    room.head = max(room.head, event.seq)
    said = model.said(room, event)
    visit = model.visit if room is model.room else None
    if said.mine:
        model.outgoing.pop(event.nonce, None)
    called = said.mention and not said.mine and model.misses(room)
    model.counting.heard(room, Heard(room.id, event.seq, mentions=called))
    opened = visit is not None and visit.thread == event.thread
    missed = not opened or misses(model)  # what another thread says is not on the screen
    heeded = bell.heed(model, room, event, said, missed=missed)
    if visit is None:
        if heeded.wanted:
            return [bell.elsewhere(room, event, said.who, rings=heeded.rings)]
        followed = (room.id, event.thread) in model.threads and not (said.mine or said.folded)
        if followed and bell.holds(model, room, event.thread, event.at).level != "nothing":
            model.answers.take(room, event.thread, said.who)
        return []
    marked = replace(said, alert=heeded.rings, mention=said.mention or heeded.meant)
    if opened:
        if event.seq <= visit.thread_shown and not visit.loading:  # it was on the page already
            visit.passes(event.seq)
            return []
        visit.thread_marks |= said.mine  # whoever speaks has read
        state = model.threads.get((room.id, event.thread))
        return visit.show(marked, first_missed=missed and state is not None and state.unread == 1)
    if said.mine or said.mention or heeded.wanted:
        return visit.show(replace(marked, inside=about(model, event.thread)))
    if not visit.passes(event.seq) and not visit.loading:
        return []
    visit.unseen(event.seq, event.thread)
    if not said.folded:
        model.answers.take(room, event.thread, said.who)
    return []


def misses(model: "Model") -> bool:
    """Whether what comes now in the thread that is opened is not read at once: also where something is unread further up."""
    visit = model.visit
    if model.away or visit is None or visit.loading or not visit.thread_marks:
        return True
    state = model.threads.get((visit.room.id, visit.thread))
    return state is not None and visit.thread_read(state.read) < max(visit.shown, visit.thread_shown)


def marker(model: "Model") -> tuple[str, int, int] | None:
    """The room, the root, and the number up to which the opened thread is read now, where the server doesn't know yet."""
    visit = model.visit
    if visit is None or not visit.thread or model.away or visit.loading or not visit.thread_marks:
        return None
    state = model.threads.get((visit.room.id, visit.thread))
    if state is None or not (state.unread or state.mentions) or (seq := visit.thread_read(state.read)) <= state.read:
        return None
    return visit.room.id, visit.thread, seq


def about(model: "Model", root: int) -> str:
    """What a thread hangs from, above something that is said in it."""
    return f"{which(root)}{_begins(model, root)}"


def placed(model: "Model", line: Line, root: int) -> Line:
    """What became of something that was said, under where that is, where one is not there. `root`: 0 for the room."""
    visit = model.visit
    if not isinstance(line, Said) or visit is None or visit.thread in (root, line.seq):
        return line
    return replace(line, inside=about(model, root) if root else IN_ROOM)


def which(root: int) -> str:
    return f"in the thread of {number_of(root)}"


def elsewhere(model: "Model", one: Outgoing) -> str:
    """To which place this is said, where one is not there; as it follows a verb."""
    visit, room = model.visit, model.rooms.get(one.room)
    here = visit is not None and visit.room is room
    if room is None or (here and visit is not None and visit.thread == one.thread):
        return ""
    thread = f" {which(one.thread)}" if one.thread else ""
    return f"{thread}{' of' if thread else ' in'} {room.title}" if not here else thread or " in the room"


def _begins(model: "Model", root: int) -> str:
    """How the root begins, where that is at hand and not folded."""
    said = model.visit.at_hand(root) if model.visit is not None else None
    if said is None or said.folded or said.blank:
        return ""
    return f" “{glimpse(said.body, most=GLIMPSE)}”"


def tell(link: "Link") -> None:
    """At once; and what comes soon after, together."""
    answers = link.model.answers
    if answers and not answers.telling:
        answers.telling = True
        link.spawn(partial(_tell, link), quiet=True)


async def _tell(link: "Link") -> None:
    answers = link.model.answers
    try:
        while answers:
            link.screen.show(answers.told(link.model))
            await asyncio.sleep(EVERY)
    finally:
        answers.telling = False


def _line(model: "Model", answers: Answers, root: int) -> Told:
    """One follows it: then it stands out."""
    style: Style = "" if (answers.room.id, root) in model.threads else "dim"
    if answers.room is model.room:
        mark = ""
        where = (
            f" in the thread of {number_of(root)}{_begins(model, root)} · /thread {number_of(root).removeprefix('#')}"
        )
    else:
        mark, where = "» ", f" in the thread of {number_of(root)} in {answers.room.title} · /threads"
    if answers.count == 1:
        return told(("mention", mark), ("who", answers.who), (style, f" answered{where}"))
    return told(("mention", mark), (style, f"{answers.count} answers{where}"))


async def read(link: "Link") -> None:
    """Tell the server how far the opened thread is read."""
    if due := marker(link.model):
        room, thread, seq = due
        await link.among.ask(MarkThread, room=room, thread=thread, seq=seq)


def mark(link: "Link") -> None:
    """At once, but at most once in a while."""
    answers = link.model.answers
    if not (answers.marking or link.down) and marker(link.model) is not None:
        answers.marking = True
        link.spawn(partial(_mark, link), quiet=True)


async def _mark(link: "Link") -> None:
    answers = link.model.answers
    try:
        while marker(link.model) is not None:
            await read(link)
            await asyncio.sleep(MARK_EVERY)
    finally:
        answers.marking = False


def shown(visit: Visit, hung: list[Said], said: list[Said], root: int) -> None:
    """These messages of a thread are on the screen now, and what it hangs from."""
    for one in [*hung, *said]:
        visit.beside(one)
    if said:
        visit.oldest[root] = said[0].seq
