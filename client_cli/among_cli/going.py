"""The commands of who goes: leaving a community and what stays there, erasing one's account, taking everything along, or
a room.

Rules: nothing here is done by one keystroke too many. What is lost is said before it is asked for, and a script says it
in the command itself: `/leave garden words`.
"""

import asyncio
from pathlib import Path

from among_protocol.communities import LeaveCommunity
from among_protocol.erasure import EraseAccount

from . import room_file
from .archive import named, write
from .lines import Line, note, told
from .link import WITHIN, Cannot, Link
from .transcript import FORMATS

LONG = 2_000  # records, from which on one is told how far it is
KEPT = {
    "persona": "you stay as a former member: name, card and words",
    "words": "your words stay, under nobody's name",
    "erase": "nothing stays: your words go, too, and never come back",
}
WORDS = tuple(KEPT)
_KEYS = {"1": "persona", "2": "words", "3": "erase", "": "persona", **{word: word for word in KEPT}}


async def leave(link: Link, rest: str) -> None:
    """Leave a community; asks what stays, unless it is said."""
    name, _, keep = rest.lower().partition(" ")
    keep = keep.strip()
    if keep not in ("", *KEPT):
        raise Cannot(f"Say what stays, or nothing to be asked: /leave {name} {'|'.join(KEPT)}")
    here = next((one for one in link.model.communities.values() if one.slug == name), None)
    if here is None and keep in ("", "persona"):
        raise Cannot(f"You are in no community {name}. If you were: /leave {name} words, or erase.")
    if not keep:
        keep = await _what_stays(link, name)
    async with asyncio.timeout(WITHIN):
        left = (await link.among.ask(LeaveCommunity, community=here.id if here else name, keep=keep)).entry
    lines: list[Line] = [note(f"You have left {name}: {KEPT[keep]}.")]
    if keep != "erase":
        lines.append(note(f"/join {name} brings you back."))
    if left.frozen:
        lines.append(note("What was reported stays until the stewards have answered; it goes then."))
    link.screen.show(lines)


async def _what_stays(link: Link, name: str) -> str:
    choices: list[Line] = [told("What shall stay of you in ", ("place", name), "?")]
    for number, (keep, means) in enumerate(KEPT.items(), 1):
        choices.append(told(("strong", f"  {number} {keep:<8}"), f" {means}"))
    link.screen.show(choices)
    try:
        answer = (await link.screen.ask("1, 2 or 3 (Enter: 1; Ctrl-C: stay): ")).strip().lower()
    except EOFError:
        raise Cannot(f"You are still in {name}.") from None
    if answer not in _KEYS:
        raise Cannot(f"That is none of them: you are still in {name}.")
    keep = _KEYS[answer]
    if keep == "erase" and not await _sure(link, f"Erase what you said in {name}? Type its name: ", name):
        raise Cannot(f"You are still in {name}.")
    return keep


async def _sure(link: Link, question: str, word: str) -> bool:
    try:
        return (await link.screen.ask(question)).strip().lower().removeprefix("@") == word
    except EOFError:
        return False


async def erase(link: Link, rest: str) -> None:
    """Erase my account: /me erase, or /me erase words to say at once that the words go, too."""
    handle = link.among.account.handle
    grace_ms = link.among.hello.limits.erase_grace_ms
    link.screen.show(
        [
            told(("problem", "This erases your account "), ("who", handle), ("problem", ", everywhere.")),
            note("  Every persona of yours becomes a former member without a name, and your"),
            note("  settings, blocks and sessions go. Directs stay for the others."),
            note(f"  {_when(grace_ms)}"),
            note("  /me export takes everything of yours along first."),
        ]
    )
    try:
        answer = rest or await link.screen.ask(
            "And what you said? words: it stays, unnamed; erase: it goes (Ctrl-C: stop): "
        )
        keep = answer.strip().lower()
        if keep not in ("words", "erase"):
            raise Cannot("That is neither: nothing was erased.")
        if not await _sure(link, f"Type your handle, {handle}, to go on: ", handle):
            raise Cannot("That is another one: nothing was erased.")
        password = await link.screen.secret("Your password (Enter alone stops): ")
    except EOFError:
        raise Cannot("Nothing was erased.") from None
    async with asyncio.timeout(WITHIN):
        begun = await link.among.ask(EraseAccount, password=password, handle=handle, keep=keep)
    lines: list[Line] = [note("Your account is erased.")]
    if grace_ms:
        at = begun.at[:16].replace("T", " ")
        lines = [note(f"Your account will be erased at {at} UTC. Signing in until then keeps it.")]
    if begun.frozen:
        lines.append(note("What was reported stays until that is answered; it goes then."))
    link.screen.show(lines)
    link.quit.set()


def _when(grace_ms: int) -> str:
    if not grace_ms:
        return "It is done at once, and nobody can undo it."
    return f"It is done in {grace_ms // 3_600_000} hours; until then, signing in undoes it."


async def export(link: Link, rest: str) -> None:
    """Write everything of mine to a file."""
    a_file(rest, "among export -")
    path = named(link.among.account.handle, rest)
    shown = 0

    def progress(done: int, about: int) -> None:
        nonlocal shown
        part = min(99, done * 100 // max(1, about))
        if about > LONG and part >= shown + 25:
            shown = part
            link.screen.show([note(f"  {part} %, {done:,} records")])

    try:
        count = await write(link.among, path, progress)
    except OSError as error:
        raise Cannot(_trouble(path, error)) from None
    link.screen.show([told("Everything of yours: ", ("strong", str(path)), ("dim", f", {count:,} records."))])


async def export_room(link: Link, rest: str) -> None:
    """Write the open room to a file."""
    here = link.model.room
    if here is None:
        raise Cannot("Go to the room first; /rooms lists yours.")
    word, _, more = rest.removeprefix("room ").strip().partition(" ")
    if word.lower() not in FORMATS:
        word, more = "", f"{word} {more}"
    a_file(more.strip(), f"among export {here.title} --out -")
    form = room_file.form_of(word.lower(), more.strip())
    path = room_file.named(here.title, form, more.strip())
    shown = 0

    def progress(done: int, at: int, of: int) -> None:
        nonlocal shown
        part = min(99, at * 100 // max(1, of))
        if of > LONG and part >= shown + 25:
            shown = part
            link.screen.show([note(f"  {part} %, {done:,} messages")])

    try:
        count = await room_file.write(
            link.among, link.among.room(here.id), path, form, progress, lambda said: link.screen.show([note(said)])
        )
    except OSError as error:
        raise Cannot(_trouble(path, error, "/export")) from None
    link.screen.show(
        [told(("place", here.title), ": ", ("strong", str(path)), ("dim", f", {room_file.so_many(count)}."))]
    )


def a_file(name: str, instead: str) -> None:
    """Raises Cannot where standard output is meant, which is the screen here."""
    if name == "-":
        raise Cannot(f"Here it goes to a file: name one. In a script `{instead}` writes to standard output.")


def _trouble(path: Path, error: OSError, how: str = "/me export") -> str:
    return f"{path} can't be written: {error.strerror}. Name another file: {how} FILE"
