"""The commands about threads: what is said about a message of the open room, saying more, following it, and which there are."""

from dataclasses import replace

from among_protocol.base import PAGE_ENTRIES
from among_protocol.messages import MessagePage, ReadMessages
from among_protocol.text import body
from among_protocol.threads import FollowThread, ListThreads, MarkThread, ThreadCard, UnfollowThread

from . import bell, corner, thread_lines
from .acquaintances import people_on
from .changes import counted, number_of, seq_of
from .edits import WHERE, here, named, none, numbered
from .kept import no_longer
from .lines import Line, Part, Rule, Said, note, told
from .link import PAGE, Cannot, Link
from .moment import now as this_moment
from .places import Room
from .words import glimpse

LISTED = 20  # threads that one list shows


async def thread(link: Link, rest: str) -> None:
    """Show what is said about a message, or say more."""
    room = here(link)
    number, text = numbered(rest)
    root = root_of(link, number)
    if text.lower() == "older":
        await _show(link, room, root, before=link.model.visit.oldest.get(root) if link.model.visit else None)
    elif text:
        _ = link.voice.say(room, body(text), thread=root)
    else:
        await _show(link, room, root)


async def follow(link: Link, rest: str) -> None:
    """Hear of a thread, or of what somebody writes in their corner."""
    number, _ = numbered(rest)
    if not number:
        await corner.follow(link, rest)
        return
    root = _followed(link, number)
    link.model.threads.answered(await link.among.ask(FollowThread, room=here(link).id, thread=root), part=True)
    link.screen.show([note(f"You follow the thread of {number_of(root)}. /unfollow {number_of(root)} undoes that.")])


async def unfollow(link: Link, rest: str) -> None:
    """Hear of it no longer."""
    number, _ = numbered(rest)
    if not number:
        await corner.unfollow(link, rest)
        return
    root = _followed(link, number)
    link.model.threads.answered(await link.among.ask(UnfollowThread, room=here(link).id, thread=root))
    link.screen.show([note(f"You no longer follow the thread of {number_of(root)}.")])


async def list_(link: Link, rest: str) -> None:
    """The threads that one follows, or those of the open room: where something was said last comes first."""
    what = rest.lower()
    if what not in ("", "here", "more"):
        raise Cannot("Say /threads for those that you follow, /threads here for those of this room, /threads more.")
    room, after = link.lists.threads if what == "more" else (here(link).id if what == "here" else None, "")
    if what == "more" and not after:
        raise Cannot("There are no more. /threads begins again.")
    page = await link.among.ask(ListThreads, room=room, after=after, limit=LISTED)
    link.lists.threads = (room, page.next)
    await link.learn(((one.root.by, one.root.rev) for one in page.threads if one.root is not None), now=True)
    lines: list[Line] = [_listed(link, card) for card in page.threads]
    if not lines:
        lines = [note("No thread here yet." if room else "You follow no thread. /thread #12 TEXT begins one.")]
    elif page.next:
        lines.append(note("More: /threads more"))
    else:
        lines.append(note("Look at one in its room: /thread and its number."))
    link.screen.show(lines)


def _listed(link: Link, card: ThreadCard) -> Line:
    room = link.model.rooms.get(card.room)
    where = [Part("place", f"{room.title} ")] if room is not None and room is not link.model.room else []
    much = Part("strong" if card.unread or card.mentions else "dim", f"  {counted(card)}")
    mark = "•" if card.unread else " "
    parts = [Part("mention" if card.mentions else "", f"{mark} "), *where, Part("strong", number_of(card.thread))]
    return told(*parts, much, ("dim", f"  {begins(link, card)}"))


def begins(link: Link, card: ThreadCard) -> str:
    """What it hangs from, in a list."""
    root = card.root
    if root is None or root.blank:
        return "✗ deleted" if root is not None else "what it began with is no longer kept"
    who = link.model.who(root.by)
    return f"{who}: {glimpse(root.body, most=60)}" if not link.model.blocks.kind(who, root.by) else ""


async def _show(link: Link, room: Room, root: int, before: int | None = None) -> None:
    """The newest of a thread under its root; or what was said before."""
    page = await link.among.ask(ReadMessages, room=room.id, thread=root, before=before, limit=min(PAGE, PAGE_ENTRIES))
    older = not page.complete
    await _shown(link, room, root, page, older=older, newer=before is not None)


async def show_around(link: Link, room: Room, page: MessagePage, target: int, what: str) -> None:
    """A page from the midst of a thread, under its root, with a rule before the target."""
    root, first, last = page.messages[0].thread, page.messages[0].seq, page.messages[-1].seq
    ends = [True, True] if page.complete else [await _none(link, room, root, before=first), False]
    if not page.complete:
        ends[1] = await _none(link, room, root, after=last)
    await _shown(link, room, root, page, older=not ends[0], newer=not ends[1], target=target, what=what)


async def _none(link: Link, room: Room, root: int, **where: int) -> bool:
    return not (await link.among.ask(ReadMessages, room=room.id, thread=root, limit=1, **where)).messages


async def _shown(
    link: Link, room: Room, root: int, page: MessagePage, *, older: bool, newer: bool, target: int = 0, what: str = ""
) -> None:
    """`older`, `newer`: there is more in the thread, before the page and after it."""
    around = await link.among.ask(ReadMessages, room=room.id, around=root, limit=1)
    hung = [message for message in around.messages if message.seq == root]
    if not page.messages and not hung:
        raise none(room, root)
    await link.learn([*people_on(page), *people_on(around)], now=True)
    said = [link.model.said(room, message) for message in page.messages]
    begun = [link.model.said(room, message) for message in hung]
    thread_lines.shown(link.model, room, begun, said, root)
    name = number_of(root)
    if newer and not target and not said:
        link.screen.show([no_longer() if root <= room.floor else note(f"This is where the thread of {name} begins.")])
        return
    lines: list[Line] = [Rule(f"{'older in ' if newer and not target else ''}the thread of {name}")]
    if target or not newer:
        lines += [replace(one, thread="") for one in begun] or [note("What it began with is no longer kept.")]
    lines += _by_day(said, target, what)
    if not said:
        lines.append(note("Nothing is said about it yet."))
    lines += [note(f"Older answers: /thread {name} older")] if older else []  # here it is in sight
    lines += [note(f"The newest answers: /thread {name}")] if newer else []
    if not newer and not bell.concerns(link.model, room, root):
        lines.append(bell.what_rings(link.model, room, root, this_moment()))
    link.screen.show([*lines, Rule(f"say more: /thread {name} TEXT")])
    link.screen.refresh()
    if not newer and (room.id, root) in link.model.threads:
        marked = await link.among.ask(MarkThread, room=room.id, thread=root, seq=page.as_of)
        link.model.threads.answered(marked)


def _by_day(said: list[Said], target: int, what: str) -> list[Line]:
    lines: list[Line] = []
    folded, day = 0, ""
    for one in said:
        if one.seq == target:
            lines.append(Rule(what, "mention"))
        if one.folded:
            folded += 1
            continue
        if one.at is not None and day != (today := f"{one.at:%A} {one.at.day} {one.at:%B %Y}"):
            lines += [note(today)]
            day = today
        lines.append(one)
    if folded:
        lines.append(note(f"{folded} of people whom you blocked or muted."))
    return lines


def _followed(link: Link, number: str) -> int:
    if not seq_of(number):
        raise Cannot(f"There is no message {number} on the screen. Somebody's corner goes by @: /follow @{number[1:]}")
    return root_of(link, number)


def root_of(link: Link, number: str) -> int:
    """The root that is meant by the number of a message: itself, or that of the thread in which it was said."""
    if not number:
        raise Cannot(f"Say which one: /thread #12 shows what is said about it, /thread #12 TEXT says more. {WHERE}")
    seq = named(link, number)
    return link.model.visit.root_of(seq) if link.model.visit is not None else seq
