"""What a room shows of what was said in it, as its log has it: who reacts, what is pinned, what hangs below, which words
are the newest. Pure.

A Step is what one entry does to that. `storm` is what many reactions, one behind the other, are told as (`reaction.changed`);
`room` is what all the steps of a log come to; `page` is that as one member is shown it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

Event = dict[str, Any]
SPEAKERS = 5  # of a thread, that are named


class Step(NamedTuple):
    kind: Literal[
        "reacts",
        "reacts no more",
        "pins",
        "unpins",
        "says below",
        "edits",
        "takes back",
        "publishes",
        "rewrites",
        "comments",
    ]
    message: int  # the number of what it is about; 0: the entry itself
    by: str = ""  # membership
    rev: int = 0
    emoji: str = ""
    many: int = 0  # react with it from then on, as the entry says
    author: str = ""  # of what is reacted to, a membership
    title: str = ""  # of the version of a post
    at: str = ""  # when that was written


class Change(NamedTuple):
    """What became of one emoji at one message, as a storm tells it."""

    message: int
    emoji: str
    many: int  # react with it after all of it
    author: str
    added: frozenset[tuple[str, int]]  # membership and revision
    removed: frozenset[tuple[str, int]]


class Below(NamedTuple):
    """A thread, in short."""

    messages: int
    head: int
    speakers: tuple[str, ...]


class Posted(NamedTuple):
    """A post, in short."""

    title: str
    edited: str  # when its newest version was written; empty: it is the first
    comments: int


class Room(NamedTuple):
    reactions: dict[tuple[int, str], dict[str, int]]  # message and emoji -> membership -> number of the entry
    pins: dict[int, int]  # message -> number of the entry
    threads: dict[int, Below]  # by the number of the root
    edits: dict[int, int]  # message -> number of its newest edit
    posts: dict[int, Posted]


class Page(NamedTuple):
    """What somebody is shown of a room."""

    reactions: dict[tuple[int, str], tuple[int, bool]]  # message and emoji -> how many, and whether they do
    pins: dict[int, int]
    threads: dict[int, Below]
    edits: dict[int, int]
    posts: dict[int, Posted]


def step_of(event: Event) -> Step | None:
    """What an entry does, as it is on the wire or on the disk; None: nothing that is shown with something else."""
    by, rev = event.get("by", ""), event.get("rev", 0)
    match event["type"]:
        case "reaction.added":
            return Step("reacts", event["message"], by, rev, event["emoji"], event["count"], event["author"])
        case "reaction.removed":
            return Step("reacts no more", event["message"], by, rev, event["emoji"], event["count"])
        case "pin.added":
            return Step("pins", event["message"], by, rev)
        case "pin.removed":
            return Step("unpins", event["message"], by, rev)
        case "message.sent" if event.get("thread"):
            return Step("says below", event["thread"], by, rev)
        case "message.edited":
            return Step("edits", event["message"], by, rev)
        case "message.sent" if event.get("post"):
            return Step("comments", event["post"], by, rev)
        case "post.published":
            return Step("publishes", 0, by, rev, title=event.get("title", ""))
        case "post.edited":
            return Step("rewrites", event["post"], by, rev, title=event.get("title", ""), at=event["at"])
        case "message.deleted":
            return Step("takes back", event["message"])
        case "post.deleted":
            return Step("takes back", event["post"])
        case _:
            return None


def changes_of(event: Event) -> tuple[Change, ...]:
    """What an event tells of many reactions at once."""
    if event["type"] != "reaction.changed":
        return ()
    return tuple(
        Change(
            told["message"],
            told["emoji"],
            told["count"],
            told.get("author", ""),
            frozenset((who["member"], who["rev"]) for who in told.get("added", [])),
            frozenset((who["member"], who["rev"]) for who in told.get("removed", [])),
        )
        for told in event["changes"]
    )


def storm(steps: Iterable[Step | None]) -> tuple[Change, ...]:
    """What is told of these reactions at once. Empty: one of them is none."""
    found: dict[tuple[int, str], Change] = {}
    for step in steps:
        if step is None or step.kind not in ("reacts", "reacts no more"):
            return ()
        message, emoji = step.message, step.emoji
        before = found.get((message, emoji), Change(message, emoji, 0, "", frozenset(), frozenset()))
        others = (
            {who for who in before.added if who[0] != step.by},
            {who for who in before.removed if who[0] != step.by},
        )
        added, removed = map(frozenset, others)
        who = {(step.by, step.rev)}
        if step.kind == "reacts":
            now = Change(message, emoji, step.many, step.author, added | who, removed)
        else:
            now = Change(message, emoji, step.many, before.author, added, removed | who)
        found[message, emoji] = now
    return tuple(found.values())


def room(steps: Iterable[tuple[int, Step | None]]) -> tuple[Room, list[str]]:
    """What all of a log's steps, with their numbers, come to; and what no server that counts right would have written."""
    shown = Room(defaultdict(dict), {}, {}, {}, {})
    wrong = [text for seq, step in steps if step is not None for text in _taken(shown, seq, step)]
    for key in [key for key, who in shown.reactions.items() if not who]:
        del shown.reactions[key]
    return shown, wrong


def _taken(shown: Room, seq: int, step: Step) -> Iterator[str]:
    if step.emoji:
        yield from _reacted(shown.reactions[step.message, step.emoji], seq, step)
        return
    about = step.message
    match step.kind:
        case "pins":
            if shown.pins.setdefault(about, seq) != seq:
                yield f"#{seq}: #{about} is pinned a second time"
        case "unpins":
            if shown.pins.pop(about, None) is None:
                yield f"#{seq}: #{about} is pinned no more, and was not"
        case "says below":
            before = shown.threads.get(about, Below(0, 0, ()))
            new = () if step.by in before.speakers else (step.by,)
            shown.threads[about] = Below(before.messages + 1, seq, (*before.speakers, *new)[:SPEAKERS])
        case "edits":
            shown.edits[about] = seq
        case "publishes" | "rewrites" | "comments":
            yield from _written(shown.posts, seq, step)
        case _:  # takes back
            shown.posts.pop(about, None)
            shown.pins.pop(about, None)
            shown.edits.pop(about, None)
            for key in [key for key in shown.reactions if key[0] == about]:
                del shown.reactions[key]


def _written(posts: dict[int, Posted], seq: int, step: Step) -> Iterator[str]:
    if step.kind == "publishes":
        posts[seq] = Posted(step.title, "", 0)
        return
    post = posts.get(step.message)
    if post is None:
        yield f"#{seq} is about the post #{step.message}, which is not there"
    elif step.kind == "rewrites":
        posts[step.message] = post._replace(title=step.title, edited=step.at)
    else:
        posts[step.message] = post._replace(comments=post.comments + 1)


def _reacted(who: dict[str, int], seq: int, step: Step) -> Iterator[str]:
    about = f"{step.emoji} at #{step.message}"
    if step.kind == "reacts":
        if step.by in who:
            yield f"#{seq}: {step.by} adds {about} a second time"
        who[step.by] = seq
    elif who.pop(step.by, None) is None:
        yield f"#{seq}: {step.by} takes back {about}, which is not there"
    if step.many != len(who):
        yield f"#{seq} says that there are {step.many} of {about}; there are {len(who)}"


def page(shown: Room, member: str) -> Page:
    reactions = {key: (len(who), member in who) for key, who in shown.reactions.items()}
    return Page(reactions, shown.pins, shown.threads, shown.edits, shown.posts)


def unlike(read: Page, told: Page) -> Iterator[str]:
    """What a page that somebody read has, and the log does not tell, or the other way round."""
    parts: tuple[tuple[str, Mapping[Any, Any], Mapping[Any, Any]], ...] = (
        ("reactions", read.reactions, told.reactions),
        ("pins", read.pins, told.pins),
        ("threads", read.threads, told.threads),
        ("edits", read.edits, told.edits),
        ("posts", read.posts, told.posts),
    )
    for what, one, other in parts:
        for key in sorted(one.keys() | other.keys()):
            if one.get(key) != other.get(key):
                yield f"{what} {key}: {one.get(key)}, and its log tells {other.get(key)}"


def page_of(messages: Sequence[Event], pins: Sequence[Event]) -> Page:
    """Of the messages and posts, and the pins, of a room as one reads them, all pages together."""
    return Page(
        {
            (one["seq"], told["emoji"]): (told["count"], told.get("mine", False))
            for one in messages
            for told in one.get("reactions", [])
        },
        {pin["message"]["seq"]: pin["seq"] for pin in pins},
        {
            one["seq"]: Below(one["below"]["messages"], one["below"]["head"], tuple(one["below"].get("speakers", [])))
            for one in messages
            if one.get("below")
        },
        {one["seq"]: one["edited"] for one in messages if isinstance(one.get("edited"), int)},  # of a post a time
        {
            one["seq"]: Posted(one["title"], one.get("edited", ""), one.get("comments", 0))
            for one in messages
            if "title" in one
        },
    )
