"""The commands about reactions: to a message of the open room, and to a post of a corner."""

from among_protocol.codes import REACTED_ALREADY, Refuse
from among_protocol.reactions import AddReaction, ReadReactions, RemoveReaction

from .changes import number_of, seq_of
from .edits import LAST, asked_about, here
from .emoji_names import named
from .lines import Line, note, told
from .link import Cannot, Link
from .places import Room


async def react(link: Link, rest: str) -> None:
    """React to a message of the open room, take it back, or see who reacts."""
    back, number, typed = parsed(rest)
    room, seq = here(link), _message(link, number)
    if not typed:
        await asked_about(link, room, seq, _who(link, room, seq))
        return
    await asked_about(link, room, seq, _put(link, room.id, seq, typed, back=back))


async def to_post(link: Link, room: str, rest: str) -> None:
    """The same to a post of a corner, which is named by its number."""
    back, number, typed = parsed(rest)
    if not number.removeprefix("#").isdecimal() or not typed:
        raise Cannot("Say to which, and with what: /corner react 7 👍; /corner react - 7 👍 takes it back.")
    seq = int(number.removeprefix("#"))
    if await _put(link, room, seq, typed, back=back):
        link.screen.show([note(f"You react to {number_of(seq)}: /corner {seq} shows how others do.")])


async def _put(link: Link, room: str, seq: int, typed: str, *, back: bool) -> bool:
    """React with what was typed, or take it back; the same again takes it back, too. Whether one reacts now."""
    emoji = named(typed)
    if emoji is None and len(typed) > 2 and typed[0] == typed[-1] == ":":
        raise Cannot(f"There is no emoji {typed}. Names are as Unicode has them, or shorter: :thumbsup:, :seedling:")
    if emoji is None:
        raise Cannot("One reacts with one emoji: /react 👍, or by its name: /react :thumbsup:")
    about = {"room": room, "message": seq, "emoji": emoji}
    try:
        if not back:
            await link.among.ask(AddReaction, **about)
            return True
    except Refuse as refused:
        if refused.code.code != REACTED_ALREADY.code:
            raise
    await link.among.ask(RemoveReaction, **about)
    link.screen.show([note(f"You took back {emoji} from {number_of(seq)}.")])
    return False


def parsed(rest: str) -> tuple[bool, str, str]:
    """Whether it is taken back, the number of the message (empty: the last), and the emoji as it was typed (empty: who reacts
    is asked). Raises Cannot."""
    words = rest.split()
    back = words[:1] == ["-"]
    words = words[back:]
    number = (
        words.pop(0) if words and (words[0].lower() in ("last", LAST) or words[0].removeprefix("#").isdecimal()) else ""
    )
    if len(words) > 1 or not (words or (number and not back)):
        raise Cannot("Say with what: /react 👍 to the last message, /react #12 👍 to another; /react #12 shows who.")
    return back, number if number.lower() not in ("last", LAST) else "", words[0] if words else ""


async def _who(link: Link, room: Room, seq: int) -> None:
    page = await link.among.ask(ReadReactions, room=room.id, message=seq)
    await link.learn(((one.by, one.rev) for one in page.reactors), now=True)
    who: dict[str, list[str]] = {}
    for one in page.reactors:
        who.setdefault(one.emoji, []).append(link.model.who(one.by))
    lines: list[Line] = [told(f"  {emoji} ", ("dim", ", ".join(names))) for emoji, names in who.items()]
    if not lines:
        lines = [note(f"Nobody reacts to {number_of(seq)}.")]
    link.screen.show([*lines, *([] if page.complete else [note("  … and more.")])])


def _message(link: Link, number: str) -> int:
    """Of this number; or the last that somebody else said where one looks, in the room or in a thread. Raises Cannot."""
    visit = link.model.visit
    if number:
        seq = seq_of(number)
    else:
        there = [one for one in visit.in_view() if not one.blank] if visit is not None else []
        seq = max([one.seq for one in there if not one.mine] or [one.seq for one in there], default=0)
    if not seq:
        raise Cannot("There is no such message. The numbers stand behind the messages: #12.")
    return seq
