"""What stands in one's own log and is told as it comes: of portraits, quotes and newcomers. Pure."""

from typing import Protocol

from among_protocol.base import Entry
from among_protocol.greeters import GreeterChanged, NewcomerSettled, NewcomerSpoke
from among_protocol.portrait import PortraitDeclined, PortraitMerged
from among_protocol.quotes import QuoteAsked, QuoteWithdrawn

from . import newcomer_lines, portrait_page
from .lines import Line
from .places import Community


class Known(newcomer_lines.Known, Protocol):
    """What the model knows."""

    communities: dict[str, Community]


def told(model: Known, event: Entry) -> list[Line]:
    """With a nonce one did it oneself, and was told by the reply."""
    if event.nonce:
        return []
    match event:
        case PortraitMerged() | PortraitDeclined() | QuoteWithdrawn():
            return [portrait_page.to_me(event, _slug(model, event.community), "")]
        case QuoteAsked():
            return [portrait_page.to_me(event, _slug(model, event.community), model.who(event.asker))]
        case NewcomerSpoke() | NewcomerSettled() | GreeterChanged():
            return [newcomer_lines.to_me(model, event, _slug(model, event.community))]
        case _:
            return []


def _slug(model: Known, community: str) -> str:
    found = model.communities.get(community)
    return found.slug if found else ""
