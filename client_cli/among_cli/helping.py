"""What `/help` says beside the commands: how one writes, and which keys there are."""

import difflib
from collections.abc import Iterable

from .lines import Line, Usage, note, told

KEYS = (
    ("Enter", "say it; in open code: a new line"),
    ("Alt-Enter, Ctrl-J", "a new line"),
    ("Up, if all is empty", "change what you said last"),
    ("Alt-R", "answer; again: the message before"),
    ("Ctrl-X Ctrl-E", "write on in your editor"),
    ("Alt-Q", "put the line aside, for another"),
    ("Tab", "complete commands, @handles, rooms"),
    ("Page-Up", "what was said before"),
    ("Ctrl-C", "give up what is typed"),
    ("Ctrl-R", "look for what you typed before"),
    ("Ctrl-D, if empty", "leave"),
)
WRITING = (
    ("*so* or _so_", "emphasis"),
    ("**so**", "strong"),
    ("~~so~~", "struck"),
    ("`so`", "code; ``` above and below: a block"),
    ("> so", "a quote"),
    ("- so, or 1. so", "a list"),
    ("||so||", "hidden until asked for: /reveal #12"),
    ("\\*so\\*", "no mark: a star"),
)
KEY = 19  # columns of what one types or presses
TOPICS = ("keys", "writing")
FIRST = (
    ("/rooms", "yours, numbered: /2 goes to the second"),
    ("/go", "where you are wanted; /go hall"),
    ("/communities", "what there is here: /join garden"),
    ("/members", "who is here; /whois bob, and /me"),
    ("/dm bob", "talk to somebody alone"),
    ("/inbox", "who mentioned or answered you"),
    ("/older", "what was said before; or Page-Up"),
    ("/reply #12 TEXT", "answer the message of that number"),
    ("/react #12 :tea:", "react; /thread #12 talks about it"),
    ("/edit", "change what you said last; or Up"),
    ("/search WORDS", "find what was said"),
    ("/dnd", "nothing rings, until /back"),
    ("/quit", "leave; or Ctrl-D"),
)
SUBJECTS: dict[str, tuple[str, ...]] = {  # of commands, by name
    "account": ("sessions", "revoke", "password", "leave"),
    "communities": (
        *("discover", "communities", "interests", "preview", "join", "withdraw", "rules", "leave", "create", "find"),
        *("community",),
    ),
    "corners": ("corner", "corners", "comment", "follow", "unfollow"),
    "keeping": ("pin", "unpin", "pins", "bookmark", "bookmarks", "forward", "link", "export"),
    "messages": ("reply", "react", "edit", "delete", "history", "reveal", "drafts", "retry", "drop"),
    "newcomers": ("welcome", "greet", "greetings", "directs", "invite", "invites"),
    "people": (
        *("members", "find", "whois", "dm", "directs", "block", "unblock", "mute", "unmute", "blocked", "show"),
        *("report",),
    ),
    "portrait": ("portrait", "quote", "quotes"),
    "reading": ("unread", "recent", "inbox", "go", "jump", "older", "read"),
    "ringing": ("notify", "dnd", "away", "back", "seen"),
    "rooms": ("rooms", "go", "room", "read", "export"),
    "search": ("search", "more", "hit", "go", "find"),
    "stewards": (
        *("silence", "unsilence", "kick", "ban", "unban", "bans", "reports", "resolve", "role", "requests"),
        *("accept", "decline", "invite", "invites", "tag", "community"),
    ),
    "threads": ("thread", "threads", "follow", "unfollow"),
    "you": ("me", "status", "away", "invisible", "back", "online", "seen", "interests"),
}


def first(*, keys: bool) -> list[Line]:
    """What one needs first, and what else there is to ask for: one screen. `keys`: the prompt knows more than Enter."""
    rows = FIRST if keys else tuple((typed, about.partition("; or ")[0]) for typed, about in FIRST)
    more = "Alt-Enter begins a new one in it." if keys else "One that ends in \\ goes on in the next."
    subjects = ", ".join(sorted([*SUBJECTS, *TOPICS]))
    return [
        told(f"Enter says the line. {more}"),
        *_rows(rows),
        told("More by command, as /help edit, or by subject:"),
        note(f"  {subjects}"),
        note("//text says a line that begins with a slash. Tab completes."),
    ]


def topic(name: str) -> list[Line]:
    """What there is to say about it."""
    if name == "keys":
        return [*_rows(KEYS), note("  With --plain a line that ends in \\ goes on in the next.")]
    return [*_rows(WRITING), note("  A link shows its address: [words](https://example.org)")]


def near(name: str, known: Iterable[str], before: str) -> str:
    """What may have been meant, as it is typed, as a question; nothing where none of these is like it."""
    found = difflib.get_close_matches(name, known, 1, 0.6)
    return f"Did you mean {before}{found[0]}?" if found else ""


def unknown(name: str, known: Iterable[str]) -> str:
    """What to say of a command that there is not."""
    meant = near(name, known, "/") or "/help lists them."
    return f"There is no command /{name}. {meant} To say a line that begins with a slash, type two."


def _rows(rows: tuple[tuple[str, str], ...]) -> list[Line]:
    return [Usage(key, about, KEY) for key, about in rows]
