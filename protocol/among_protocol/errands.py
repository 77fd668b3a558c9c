"""What the client asks for by itself, and makes of the reply: the cards of communities, and who is there now."""

from .asking import Ask
from .communities import Membership
from .happenings import Card, Happening
from .presence import PresenceChanged, Presences


def carded(ask: Ask, now: float) -> list[Happening]:
    del now
    return [Card(ask.result)] if isinstance(ask.result, Membership) else []


def said_again(ask: Ask, now: float) -> list[Happening]:
    """What has changed while nobody told us is told now."""
    del now
    members = ask.result.members if isinstance(ask.result, Presences) else []
    return [PresenceChanged(member=one.member, state=one.state, status=one.status) for one in members]
