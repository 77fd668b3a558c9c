"""The commands about quotes: asking somebody for one, and answering who asks. Whoever agrees has seen the very words, with
what stood around them."""

from among_protocol.messages import Message
from among_protocol.quotes import AskedQuote, AskQuote, ConsentToQuote, ListQuotes, WithdrawQuote

from .keeping import this_community
from .lines import Line, Style, note, told
from .link import Cannot, Link
from .lists import is_one
from .words import FOLDED, discreet

ANSWERS = ("yes", "no", "withdraw")
LONGEST = 160  # characters of a message around that are shown


async def quote(link: Link, rest: str) -> None:
    """Ask whether something may be quoted: what somebody said here last, or a part of it; or offer words of one's own."""
    handle, _, words = rest.partition(" ")
    handle, words = handle.removeprefix("@").lower(), words.strip()
    place = this_community(link)
    if handle == "me" and words:
        await link.among.ask(AskQuote, community=place.id, text=words)
        link.screen.show([note("The stewards look at it next. /quotes withdraw takes it back, also later.")])
        return
    visit, room = link.model.visit, link.model.room
    last = visit.newest.get(handle) if visit else None
    if last is None or room is None:
        raise Cannot(f"{handle} has said nothing on this screen: go to where they did. Or say /quote me WORDS.")
    await link.among.ask(AskQuote, community=place.id, room=room.id, message=last.seq, text=words or last.body)
    link.screen.show([told(("who", handle), " is asked. It is in once they agree, and a steward does.")])


async def quotes(link: Link, rest: str) -> None:
    """What one is asked for, and what one agreed to; or an answer."""
    word, _, more = rest.partition(" ")
    place = this_community(link)
    found = await link.among.ask(ListQuotes, community=place.id)
    if word.lower() in ANSWERS:
        number, _, words = more.strip().partition(" ")
        await _answer(link, place.id, word.lower(), number, words.strip())
        return
    if word:
        raise Cannot("Say /quotes, or /quotes yes|no|withdraw NUMBER.")
    asks = {one.member: one.handle for one in found.people}
    await link.learn((message.by, message.rev) for one in found.asked for message in one.around)
    link.lists.quotes = [*(one.quote for one in found.asked), *(one.quote for one in found.mine)]
    lines: list[Line] = []
    for index, one in enumerate(found.asked, 1):
        lines += _asked(link, index, one, asks.get(one.asker, "somebody"))
    for index, mine in enumerate(found.mine, 1 + len(found.asked)):
        state = "in the portrait" if mine.version else "waits for the stewards"
        lines += [
            told(("strong", f"{index:>3}  "), f"“{mine.text}”"),
            note(f"  {state}; /quotes withdraw {index} takes it back"),
        ]
    if not lines:
        lines = [note("You are asked for nothing, and nothing of yours is quoted. /quote me WORDS offers something.")]
    elif not found.complete:
        lines.append(note("There are more, once these are answered."))
    link.screen.show(lines)


async def _answer(link: Link, community: str, answer: str, number: str, words: str) -> None:
    if not is_one(number, link.lists.quotes):
        raise Cannot(f"Look at them first: /quotes numbers them. Then say /quotes {answer} NUMBER.")
    id = link.lists.quotes[int(number) - 1]
    if answer == "withdraw":
        await link.among.ask(WithdrawQuote, quote=id)
        link.screen.show(
            [note("Taken back: it is gone from every version of the portrait, and nobody asks for it again.")]
        )
        return
    agree = answer == "yes"
    await link.among.ask(ConsentToQuote, community=community, quote=id, agree=agree, text=words if agree else "")
    done = (
        "Thank you. A steward looks at it next."
        if agree
        else "It is not to be. Nobody is told why, and nobody asks again."
    )
    link.screen.show([note(done)])


def _asked(link: Link, number: int, one: AskedQuote, who: str) -> list[Line]:
    lines: list[Line] = [
        told(("strong", f"{number:>3}  "), ("who", who), " would like to quote you:"),
        told(f"     “{one.text}”"),
        note("  It stood between:"),
    ]
    lines += [_around(link, message, one) for message in one.around]
    return [*lines, note(f"  /quotes yes {number} [IN OTHER WORDS], or /quotes no {number}")]


def _around(link: Link, message: Message, one: AskedQuote) -> Line:
    asked = message.seq == one.message  # one's own, which stands there as it was said
    line = " ".join((message.body if asked else discreet(message.body)).split())
    line = FOLDED if not asked and link.model.folds(message.by, message.rev) else line
    body = line if asked else f"{line[:LONGEST]}{'…' if len(line) > LONGEST else ''}"
    mark: tuple[Style, str] = ("strong", "  » ") if asked else ("dim", "    ")
    return told(mark, ("who", link.model.who(message.by, message.rev)), ("dim", f"  {body}"))
