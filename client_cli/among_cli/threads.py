"""The commands about threads: opening what is said about a message of the open room, saying more, following it, and which
there are."""

from dataclasses import replace
from functools import partial

from among_protocol.messages import Message, MessagePage, ReadMessages
from among_protocol.text import body
from among_protocol.threads import FollowThread, ListThreads, MarkThread, ThreadCard, UnfollowThread

from . import bell, corner, thread_lines, waiting
from .acquaintances import people_on
from .changes import counted, number_of, seq_of
from .edits import WHERE, here, named, none, numbered
from .kept import no_longer
from .lines import Line, Part, Rule, Said, note, told
from .link import MOST, PAGE, Cannot, Link
from .moment import now as this_moment
from .places import Room
from .visit import NEW, Visit, new_above, new_rule, unread_above
from .words import glimpse

LISTED = 20  # threads that one list shows
TRIES = 3  # pages that are asked for while more is being said


async def thread(link: Link, rest: str) -> None:
    """Open what is said about a message, or say more there; alone it leads back to the room."""
    room, visit = here(link), link.model.visit
    if not rest and visit is not None and visit.thread:
        await close(link)
        link.screen.show([told(("dim", "Back in "), ("place", room.title), ("dim", "."))])
        link.spawn(partial(link.drafting.entered, room), quiet=True)
        return
    number, text = numbered(rest)
    root = root_of(link, number)
    if text.lower() == "older":
        await _show(link, room, root, before=link.model.visit.oldest.get(root) if link.model.visit else None)
    elif text:
        _ = link.voice.say(room, body(text), thread=root)
    else:
        await _show(link, room, root)


async def close(link: Link) -> None:
    """One is in the room again; what was begun in the thread stays with it."""
    visit = link.model.visit
    if visit is not None and visit.thread:
        thread = visit.thread
        visit.closed()
        await link.drafting.left(thread=thread)
        link.screen.refresh()


async def older(link: Link, _: str) -> None:
    """What was said before: in the thread that is opened, else in the room."""
    visit = link.model.visit
    if visit is not None and visit.thread:
        await _show(link, visit.room, visit.thread, before=visit.oldest.get(visit.thread))
    else:
        await link.older()


async def follow(link: Link, rest: str) -> None:
    """Hear of a thread, or of what somebody writes in their corner."""
    number, _ = numbered(rest)
    if not number:
        await corner.follow(link, rest)
        return
    root = _followed(link, number)
    await link.among.ask(FollowThread, room=here(link).id, thread=root)
    link.screen.show([note(f"You follow the thread of {number_of(root)}. /unfollow {number_of(root)} undoes that.")])


async def unfollow(link: Link, rest: str) -> None:
    """Hear of it no longer."""
    number, _ = numbered(rest)
    if not number:
        await corner.unfollow(link, rest)
        return
    root = _followed(link, number)
    await link.among.ask(UnfollowThread, room=here(link).id, thread=root)
    link.screen.show([note(f"You no longer follow the thread of {number_of(root)}.")])


async def holding(link: Link, room: Room, seq: int) -> int:
    """The root of the thread that a message is of: it is said in it, or begins the one that is opened; 0: it is of the room."""
    visit = link.model.visit
    if visit is not None and seq == visit.thread:
        return seq
    if visit is not None and (seq in visit.said or seq in visit.roots):
        root = visit.root_of(seq)
        return root if root != seq else 0
    page = await link.among.ask(ReadMessages, room=room.id, around=seq, limit=1)
    return next((one.thread for one in page.messages if one.seq == seq), 0)


async def unread(link: Link, room: Room, root: int, seq: int) -> None:
    """From this message on the thread is unread again."""
    visit, name = link.model.visit, number_of(root)
    if (room.id, root) not in link.model.threads:
        raise Cannot(
            f"You don't follow the thread of {name}, and nothing counts as unread there: /follow {name} first."
        )
    if visit is not None and visit.thread == root:
        visit.thread_marks = False  # or it would be read again at once
    now = await link.among.ask(MarkThread, room=room.id, thread=root, seq=max(seq - 1, 0), unread=True)
    where = f"Unread in the thread of {name} from {number_of(seq)} on"
    link.screen.show([note(f"{where}: {now.unread} new, until you open it again or say something there.")])


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
    visit, state = link.model.visit, link.model.threads.get((room.id, root))
    hung = await _root(link, room, root)
    limit = PAGE if before is not None or state is None else min(max(PAGE, state.unread + 5), MOST)
    page = await link.among.ask(ReadMessages, room=room.id, thread=root, before=before, limit=limit)
    for _ in range(TRIES):  # what is said meanwhile would be neither on the page nor told of as it comes
        await link.learn(people_on(page), now=True)
        if before is not None or visit is None or not visit.heard_after(root, page.as_of):
            break
        page = await link.among.ask(ReadMessages, room=room.id, thread=root, limit=limit)
    if visit is not None and visit is link.model.visit:  # nobody went elsewhere meanwhile
        if before is not None and visit.thread == root:
            visit.thread_covers(
                _lowest(page, older=not page.complete), before - 1, state.read if state is not None else 0
            )
        await _shown(link, visit, root, hung, page, older=not page.complete, newer=before is not None)


def _lowest(page: MessagePage, *, older: bool) -> int:
    """Number from which on a page of a thread shows all of it."""
    return page.messages[0].seq if page.messages and older else 0


async def further_up(link: Link) -> bool:
    """Show the first that is unread in the opened thread and has not been on the screen, or counts as new again; whether there
    is such."""
    visit = link.model.visit
    state = link.model.threads.get((visit.room.id, visit.thread)) if visit is not None else None
    if visit is None or state is None or not state.unread or not thread_lines.misses(link.model):
        return False
    room, root, since, first = visit.room, visit.thread, visit.thread_read(state.read), visit.thread_first
    if not (visit.thread_marks and since < first):
        return await _first_new(link, room, root, state.read)
    page = await link.among.ask(ReadMessages, room=room.id, thread=root, after=since, before=first, limit=MOST)
    await link.learn(people_on(page), now=True)
    if visit is not link.model.visit or visit.thread != root:
        return True  # gone elsewhere meanwhile
    said = [link.model.said(room, message) for message in page.messages]
    thread_lines.shown(visit, [], said, root)
    visit.thread_covers(since + 1, first - 1 if page.complete or not said else said[-1].seq, state.read)
    end = "what came after it stands above" if page.complete else "more: /jump unread"
    target = said[0].seq if said else 0
    link.screen.show(
        [Rule(f"elsewhere in the thread of {number_of(root)}"), *_by_day(said, target, NEW, []), Rule(end)]
    )
    link.screen.refresh()
    await thread_lines.read(link)
    waiting.keep(link)
    return True


async def _first_new(link: Link, room: Room, root: int, read: int) -> bool:
    """Show it, with what stands around it; whether there is one."""
    new = await link.among.ask(ReadMessages, room=room.id, thread=root, after=read, limit=1)
    if new.messages:
        first = new.messages[0].seq
        page = await link.among.ask(ReadMessages, room=room.id, around=first, limit=PAGE)
        await link.learn(people_on(page), now=True)
        await show_around(link, room, page, first, NEW)
    return bool(new.messages)


async def show_around(link: Link, room: Room, page: MessagePage, target: int, what: str) -> None:
    """A page from the midst of a thread, under its root, with a rule before the target."""
    root, first, last = page.messages[0].thread, page.messages[0].seq, page.messages[-1].seq
    visit, hung = link.model.visit, await _root(link, room, root)
    ends = [True, True] if page.complete else [await _none(link, room, root, before=first), False]
    if not page.complete:
        ends[1] = await _none(link, room, root, after=last)
    if visit is not None and visit is link.model.visit:
        newer = not ends[1] or visit.heard_after(root, page.as_of)
        state = link.model.threads.get((room.id, root))
        if visit.thread == root and state is not None:
            visit.thread_covers(_lowest(page, older=not ends[0]), last, state.read)
        await _shown(link, visit, root, hung, page, older=not ends[0], newer=newer, target=target, what=what)


async def _root(link: Link, room: Room, root: int) -> list[Message]:
    """What the thread hangs from, where that is still there."""
    around = await link.among.ask(ReadMessages, room=room.id, around=root, limit=1)
    await link.learn(people_on(around), now=True)
    return [message for message in around.messages if message.seq == root]


async def _none(link: Link, room: Room, root: int, **where: int) -> bool:
    return not (await link.among.ask(ReadMessages, room=room.id, thread=root, limit=1, **where)).messages


async def _shown(
    link: Link,
    visit: Visit,
    root: int,
    hung: list[Message],
    page: MessagePage,
    *,
    older: bool,
    newer: bool,
    target: int = 0,
    what: str = "",
) -> None:
    """`older`, `newer`: there is more in the thread, before the page and after it. It is opened, unless it is already."""
    room, name = visit.room, number_of(root)
    if not page.messages and not hung:
        raise none(room, root)
    said = [link.model.said(room, message) for message in page.messages]
    begun = [link.model.said(room, message) for message in hung]
    state = link.model.threads.get((room.id, root))
    new = [one.seq for one in said if state is not None and one.seq > state.read and not (one.mine or newer)]
    above = state.unread - len(new) if state is not None and older and not newer else 0
    thread_lines.shown(visit, begun, said, root)
    left = visit.thread
    link.model.answers.drop(room, root)
    if not newer:
        first, seen = (said[0].seq, state.read) if above > 0 and said and state is not None else (0, 0)
        visit.opened(root, page.as_of, marks=True, first=first, seen=seen)
    elif left != root:  # what lies between is not on the screen
        visit.opened(root, 0, marks=state is not None and not state.unread)
    if newer and not target and not said:
        link.screen.show([no_longer() if root <= room.floor else note(f"This is where the thread of {name} begins.")])
        return
    lines: list[Line] = [Rule(f"{'older in ' if newer and not target else ''}the thread of {name}")]
    day = ""
    if target or not newer:
        day = next((_day(one) for one in begun if not one.folded), "")
        lines += [Rule(day)] if day else []
        lines += [replace(one, thread="") for one in begun] or [note("What it began with is no longer kept.")]
    lines += _by_day(said, target, what, new, above, day)
    if not said:
        lines.append(note("Nothing is said about it yet."))
    lines += [note(f"Older answers: /thread {name} older")] if older else []  # here it is in sight
    lines += [unread_above(above)] if above > 0 else []
    lines += [note(f"The newest answers: /thread {name}")] if newer else []
    if not newer and not bell.concerns(link.model, room, root):
        lines.append(bell.what_rings(link.model, room, root, this_moment()))
    link.screen.show([*lines, Rule("you speak in this thread; /thread: back to the room")])
    link.screen.refresh()
    if left != root:
        await link.drafting.left(thread=left)
        link.spawn(partial(link.drafting.entered, room), quiet=True)
    await thread_lines.read(link)
    waiting.keep(link)


def _day(said: Said) -> str:
    return f"{said.at:%A} {said.at.day} {said.at:%B %Y}" if said.at else ""


def _by_day(said: list[Said], target: int, what: str, new: list[int], above: int = 0, day: str = "") -> list[Line]:
    """`new`: the numbers of what is unread of it; `above`: how much is unread further up; `day`: of what stands above."""
    lines: list[Line] = []
    folded, begins = 0, next(iter(new), 0)
    before: Said | None = None
    for one in said:
        last, before = before, one
        rule: list[Line] = [Rule(what, "mention")] if one.seq == target else []
        if one.folded:
            folded += 1
            lines += rule
            continue
        if (today := _day(one)) not in ("", day):
            lines.append(Rule(today))
            day = today
        if begins and one.seq >= begins:
            lines.append(new_above(len(new), above) if above > 0 else new_rule(last, one))
            begins = 0
        lines += [*rule, one]
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
