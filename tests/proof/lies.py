"""Small lies about histories that keep every promise.

Each lie in LIES changes one thing, as one kind of bug would, and gives the letters of the checks of which at least one
must see it; or None when this history holds nothing to lie about in that way.
"""

import random
from collections.abc import Callable
from typing import Any

from .history import Attempt, Connection, Entry, Heard, History, Notice
from .shown import Change

Lie = Callable[[random.Random, History], str | None]


def _heard(rng: random.Random, history: History, *, many: bool = False) -> tuple[Connection, int, Heard] | None:
    """A connection, and the index of something heard on it; `many`: of many reactions heard as one."""
    found = [
        (connection, index, item)
        for connections in history.readers.values()
        for connection in connections
        for index, item in enumerate(connection)
        if isinstance(item, Heard) and (item.entry.changes or not many)
    ]
    return rng.choice(found) if found else None


def drop(rng: random.Random, history: History) -> str | None:
    """A delivery was lost; not where the log goes on with a notice anyway, which is allowed to cover it."""
    found = _heard(rng, history)
    if found is None:
        return None
    connection, index, item = found
    del connection[index]
    after = next((later for later in connection[index:] if later.log == item.log), None)
    return None if isinstance(after, Notice) and after.kind != "whole" else "d"


def double(rng: random.Random, history: History) -> str | None:
    """A delivery came twice."""
    found = _heard(rng, history)
    if found is None:
        return None
    connection, index, item = found
    connection.insert(index, item)
    return "d"


def swap(rng: random.Random, history: History) -> str | None:
    """Two deliveries of a log came in the wrong order."""
    pairs = []
    for connection in [connection for connections in history.readers.values() for connection in connections]:
        last: dict[str, int] = {}
        for index, item in enumerate(connection):
            if isinstance(item, Notice):
                last.pop(item.log, None)
                continue
            if item.log in last:
                pairs.append((connection, last[item.log], index))
            last[item.log] = index
    if not pairs:
        return None
    connection, one, other = rng.choice(pairs)
    connection[one], connection[other] = connection[other], connection[one]
    return "d"


def garble(rng: random.Random, history: History) -> str | None:
    """One reader was given something else than is stored."""
    found = _heard(rng, history)
    if found is None:
        return None
    connection, index, item = found
    entry = item.entry
    lies = (
        entry._replace(content="?"),
        entry._replace(author="?"),
        entry._replace(nonce="?"),
        entry._replace(whole="?"),
    )
    lie = entry._replace(changes=_other(rng, entry.changes)) if entry.changes else rng.choice(lies)
    connection[index] = Heard(item.log, lie)
    return "d"


def _acked(rng: random.Random, history: History) -> Attempt | None:
    acked = [attempt for attempt in history.attempts if attempt.outcome == "ok"]
    return rng.choice(acked) if acked else None


def _everywhere(history: History, log: str, change: Callable[[list[Entry]], list[Entry]]) -> None:
    for final in history.finals.values():
        final[log] = change(final[log])


def lose(rng: random.Random, history: History) -> str | None:
    """An acknowledged write is gone, and those after it moved up: as after a lost commit, nobody heard it."""
    attempt = _acked(rng, history)
    if attempt is None:
        return None
    seq = attempt.seq
    _everywhere(
        history,
        attempt.log,
        lambda entries: [_moved(entry, seq) for entry in entries if entry.seq != seq],
    )
    for connections in history.readers.values():
        for connection in connections:
            connection[:] = [
                Heard(item.log, _moved(item.entry, seq))
                if isinstance(item, Heard) and item.log == attempt.log
                else item
                for item in connection
                if not (isinstance(item, Heard) and item.log == attempt.log and item.entry.seq == seq)
            ]
    return "a"


def _moved(entry: Entry, after: int) -> Entry:
    return entry if entry.seq <= after else entry._replace(seq=entry.seq - 1, first=entry.first - 1)


def keep_refused(rng: random.Random, history: History) -> str | None:
    """A refused write is there all the same."""
    open_nonces = {one.nonce for one in history.attempts if one.outcome != "fail"}
    refused = [one for one in history.attempts if one.nonce not in open_nonces]
    if not refused:
        return None
    attempt = rng.choice(refused)
    _append(history, attempt.log, attempt)
    return "b"


def twice(rng: random.Random, history: History) -> str | None:
    """A write was carried out twice: its nonce was forgotten."""
    attempt = _acked(rng, history)
    if attempt is None:
        return None
    _append(history, attempt.log, attempt)
    return "a"


def invent(rng: random.Random, history: History) -> str | None:
    """Something is stored that nobody asked for."""
    log = rng.choice(list(next(iter(history.finals.values()))))
    _append(history, log, Attempt(rng.choice(list(history.readers)), "made-up", log, "?", 0))
    return "b"


def _append(history: History, log: str, attempt: Attempt) -> None:
    """To the finals, and to all who were whole."""
    seq = len(next(iter(history.finals.values()))[log]) + 1
    entry = Entry(seq, seq, attempt.client, attempt.nonce, attempt.content, f"{log}/{seq} again")
    _everywhere(history, log, lambda entries: [*entries, entry])
    for connections in history.readers.values():
        connections[-1].append(Heard(log, entry))


def hole(rng: random.Random, history: History) -> str | None:
    """A number is missing in a log."""
    found = [log for log, entries in next(iter(history.finals.values())).items() if entries]
    if not found:
        return None
    log = rng.choice(found)
    seq = rng.randint(1, len(next(iter(history.finals.values()))[log]))
    _everywhere(history, log, lambda entries: [entry for entry in entries if entry.seq != seq])
    return "acd"


def two_orders(rng: random.Random, history: History) -> str | None:
    """Two who read a log at the end read two entries in different orders."""
    found = [log for log, entries in history.finals["disk"].items() if len(entries) > 1]
    if not found:
        return None
    log = rng.choice(found)
    entries = history.finals["disk"][log]
    at = rng.randrange(len(entries) - 1)
    one, other = entries[at], entries[at + 1]
    entries[at] = other._replace(seq=one.seq, first=one.first)
    entries[at + 1] = one._replace(seq=other.seq, first=other.first)
    return "c"


def other_number(rng: random.Random, history: History) -> str | None:
    """The answer told another number than the entry has."""
    attempt = _acked(rng, history)
    if attempt is None:
        return None
    attempt.seq += 1
    return "a"


def _swapped(
    rng: random.Random, history: History, wrong: Callable[[Attempt, Attempt], bool]
) -> tuple[Attempt, Attempt] | None:
    """Two writes of one sender in one log, each of which was given the number of the other."""
    acked = [attempt for attempt in history.attempts if attempt.outcome == "ok"]
    pairs = [
        (one, other)
        for one in acked
        for other in acked
        if (one.client, one.log) == (other.client, other.log) and wrong(one, other)
    ]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    one.seq, other.seq = other.seq, one.seq
    for final in history.finals.values():
        entries = final[one.log]
        a, b = entries[one.seq - 1], entries[other.seq - 1]
        entries[one.seq - 1], entries[other.seq - 1] = (
            b._replace(seq=a.seq, first=a.first),
            a._replace(seq=b.seq, first=b.first),
        )
    history.readers.clear()
    return one, other


def answers_out_of_order(rng: random.Random, history: History) -> str | None:
    """A later write of the same sender in the same log was numbered before an earlier one."""
    return "e" if _swapped(rng, history, lambda one, other: one.answered < other.asked) else None


def overtaken(rng: random.Random, history: History) -> str | None:
    """So was one that was asked before the earlier one was answered: on one connection none overtakes another. A copy of what
    was cut may."""
    history.copied = rng.random() < 0.5

    def wrong(one: Attempt, other: Attempt) -> bool:
        return one.asked < other.asked < one.answered and not (other.repeat or (history.copied and one.repeat))

    return "e" if _swapped(rng, history, wrong) else None


def partial(rng: random.Random, history: History) -> str | None:
    """`whole` was said before everything had come."""
    found = _heard(rng, history)
    if found is None:
        return None
    connection, index, item = found
    connection.insert(index, Notice("whole", item.log, item.entry.seq))
    return "d"


def _other(rng: random.Random, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """A storm as it was not: a change is left out, is there twice, or tells who added theirs as who removed it; or else
    counts wrongly."""
    index = rng.randrange(len(changes))
    one = changes[index]
    return rng.choice(
        (
            (*changes[:index], *changes[index + 1 :]),
            (*changes[:index], one, *changes[index:]),
            (*changes[:index], one._replace(added=one.removed, removed=one.added), *changes[index + 1 :]),
            (*changes[:index], one._replace(many=one.many + 1), *changes[index + 1 :]),
        )
    )


def storm_garbled(rng: random.Random, history: History) -> str | None:
    """Many reactions were told as what they don't come to."""
    found = _heard(rng, history, many=True)
    if found is None:
        return None
    connection, index, item = found
    connection[index] = Heard(item.log, item.entry._replace(changes=_other(rng, item.entry.changes)))
    return "d"


def storm_cut(rng: random.Random, history: History) -> str | None:
    """Many reactions were told, and stand for fewer, or for more, than they are of."""
    found = _heard(rng, history, many=True)
    if found is None:
        return None
    connection, index, item = found
    first, last = item.entry.first, item.entry.seq
    lies = (
        item.entry._replace(first=first + 1),
        item.entry._replace(first=first - 1),
        item.entry._replace(seq=last - 1),
    )
    connection[index] = Heard(item.log, rng.choice(lies))
    return "d"


def miscounted(rng: random.Random, history: History) -> str | None:
    """A reaction that is stored says another number than there were, and everybody heard it so."""
    disk = history.finals["disk"]
    found = [(log, entry) for log, entries in disk.items() for entry in entries if entry.step and entry.step.emoji]
    if not found:
        return None
    log, entry = rng.choice(found)
    assert entry.step is not None
    other = entry._replace(step=entry.step._replace(many=entry.step.many + rng.choice((-1, 1))))
    _everywhere(history, log, lambda entries: [other if one.seq == entry.seq else one for one in entries])
    history.readers.clear()
    return "g"


def _shown(rng: random.Random, history: History, what: str) -> dict[Any, Any] | None:
    """A part of a page on which there is something."""
    found = [part for pages in history.pages.values() for page in pages.values() if (part := getattr(page, what))]
    return rng.choice(found) if found else None


def page_lacks(rng: random.Random, history: History) -> str | None:
    """A reaction, a pin, a thread, an edit or a post is in the log, and nobody is shown it: the row went with the kill."""
    part = _shown(rng, history, rng.choice(("reactions", "pins", "threads", "edits", "posts")))
    if part is None:
        return None
    del part[rng.choice(list(part))]
    return "g"


def page_counts_twice(rng: random.Random, history: History) -> str | None:
    """A reaction was counted again as the server came back."""
    part = _shown(rng, history, "reactions")
    if part is None:
        return None
    key = rng.choice(list(part))
    part[key] = (part[key][0] + 1, part[key][1])
    return "g"


def page_is_old(rng: random.Random, history: History) -> str | None:
    """Of a post that was rewritten the version before is shown, or a comment is not counted."""
    part = _shown(rng, history, "posts")
    if part is None:
        return None
    about, post = rng.choice(list(part.items()))
    part[about] = (
        post._replace(edited=f"{post.edited}?") if rng.random() < 0.5 else post._replace(comments=post.comments + 1)
    )
    return "g"


def page_swaps(rng: random.Random, history: History) -> str | None:
    """A reader is shown somebody else's reaction as their own."""
    part = _shown(rng, history, "reactions")
    if part is None:
        return None
    key = rng.choice(list(part))
    part[key] = (part[key][0], not part[key][1])
    return "g"


LIES: dict[str, Lie] = {
    lie.__name__: lie
    for lie in (
        drop,
        double,
        swap,
        garble,
        lose,
        keep_refused,
        twice,
        invent,
        hole,
        two_orders,
        other_number,
        answers_out_of_order,
        overtaken,
        partial,
        storm_garbled,
        storm_cut,
        miscounted,
        page_lacks,
        page_counts_twice,
        page_is_old,
        page_swaps,
    )
}
