"""What `/help` says beside the commands: how one writes, and which keys there are."""

from .lines import Line, note, told

KEYS = (
    ("Enter", "say it; in open code: a new line"),
    ("Alt-Enter, Ctrl-J", "a new line"),
    ("Up, if all is empty", "change what you said last"),
    ("Alt-R", "answer; again: the message before"),
    ("Ctrl-X Ctrl-E", "write on in your editor"),
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
TOPICS = ("keys", "writing")
BEGIN: list[Line] = [
    told("Type a line and press Enter to say it. Alt-Enter begins a new line."),
    note("/help keys has the keys, /help writing what gives **strong**, `code` and ||spoilers||."),
]
END: list[Line] = [note("  //text says a line that begins with a slash. Tab completes commands, @handles, rooms.")]


def topic(name: str) -> list[Line]:
    """What there is to say about it."""
    if name == "keys":
        return [*_rows(KEYS), note("  With --plain a line that ends in \\ goes on in the next.")]
    return [*_rows(WRITING), note("  A link shows its address: [words](https://example.org)")]


def _rows(rows: tuple[tuple[str, str], ...]) -> list[Line]:
    return [told(("strong", f"  {key:<19} "), ("dim", about)) for key, about in rows]
