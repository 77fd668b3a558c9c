"""How long a room keeps what is said in it, in words: as one types it, as it is told. Pure."""

from datetime import tzinfo

from among_protocol.retention import FOR_EVER, Retention, RetentionSet, RoomTrimmed

from .lines import Line, Part, note, told
from .moment import UNITS, span, when

USAGE = "30d (days), 500 (the newest so many messages), both, or forever"
WITH_PINS = " pins too"  # what is pinned goes with the rest
DAY_MS = UNITS["d"]


def asked(words: str) -> Retention | None:
    """What somebody types; None where it is nothing of the kind."""
    days = messages = 0
    words = words.lower()
    pinned = not words.endswith(WITH_PINS)
    given = (
        words.removesuffix(WITH_PINS)
        .replace(",", " ")
        .replace(" messages", "")
        .replace(" days", "d")
        .replace(" day", "d")
        .split()
    )
    if given in (["forever"], ["for", "ever"]):
        return FOR_EVER
    for word in given:
        for_ms = span(word)
        if word.isdecimal() and len(word) < 16 and int(word) and not messages:
            messages = int(word)
        elif for_ms is not None and not for_ms % DAY_MS and not days:
            days = for_ms // DAY_MS
        else:
            return None
    return Retention(days=days, messages=messages, pinned=pinned) if given else None


def said(retention: Retention | None) -> str:
    """What is kept: `30 days`, `the newest 500 messages`, `for ever`."""
    if retention is None or not retention.bounded:
        return "for ever"
    days = f"{retention.days} day{'s' if retention.days != 1 else ''}" if retention.days else ""
    newest = f"the newest {retention.messages:,} messages" if retention.messages > 1 else "the newest message alone"
    pins = "" if retention.pinned else ", pins too"
    if not retention.messages:
        return days + pins
    return (f"{days}, and no more than {newest}" if days else newest) + pins


def lasting(retention: Retention | None) -> str:
    """The same as a part of a sentence: `for 30 days`."""
    how = said(retention)
    return f"for {how}" if retention is not None and retention.days else how


def since(holds: Retention | None, at: str, now: str, zone: tzinfo | None) -> str:
    """From when on something is removed, where anything is and that is yet to come."""
    some = holds is not None and holds.bounded
    return f"; nothing is removed before {when(at, zone)}" if some and at > now else ""


def set_to(event: RetentionSet, default: Retention | None, who: str, zone: tzinfo | None) -> Line:
    if event.retention is None:
        how = "as the community says"
    else:
        how = said(event.retention)
    later = since(event.retention or default, event.since, event.at, zone)
    return told(("who", who), ("dim", " set how long this room keeps what is said: "), how, ("dim", later))


def removed(event: RoomTrimmed) -> Line:
    bounds = event.bounds
    if bounds.days and not bounds.messages:
        return note(f"What was said more than {bounds.days} day{'s' if bounds.days != 1 else ''} ago was removed.")
    return note(f"Older messages were removed: this room keeps {said(bounds)}.")


def no_longer() -> Line:
    """Where the room begins on the screen, when something was said before."""
    return note("What was said before is no longer kept. /room info says for how long it is.")


def gone(what: str) -> str:
    """Of a message that is on no page of its room, as it is below the floor, unless a pin keeps it."""
    return f"{what} is no longer kept."


def parts(own: Retention | None, default: Retention | None, community: str) -> list[Part]:
    """What holds in a room, and who says so."""
    holds = default if own is None else own
    where = f" (as {community} says)" if own is None and community else ""
    return [Part("", said(holds)), Part("dim", where)]
