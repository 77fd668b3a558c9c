"""What entries make of the card of a community for one of its members, `Membership`: how one stands there. Pure."""

from msgspec.structs import replace

from .communities import CommunityUpdated, Membership
from .house_rules import RulesAccepted
from .moderation import MemberSilenced, MemberUnsilenced, RoleSet
from .personas import PersonaRenamed

# In one's own log.
OfMine = RoleSet | MemberSilenced | MemberUnsilenced | RulesAccepted | PersonaRenamed


def moved(card: Membership, entry: OfMine) -> Membership:
    """I stand there in another way."""
    match entry:
        case RoleSet():
            return replace(card, role=entry.role, stewards=entry.stewards)
        case MemberSilenced():
            return replace(card, silenced_until=entry.until)
        case MemberUnsilenced():
            return replace(card, silenced_until="")
        case RulesAccepted():
            return replace(card, accepted=entry.version)
        case PersonaRenamed():
            return replace(card, handle=entry.handle)


def after(before: Membership | None, card: Membership) -> Membership:
    """The card that has come, after another one. What I have accepted was read before the rest of it, and goes up alone."""
    if before is None or before.member != card.member or before.accepted <= card.accepted:
        return card
    return replace(card, accepted=before.accepted)


def updated(card: Membership, entry: CommunityUpdated) -> Membership:
    """A setting of the community has changed."""
    named = ("name", "about", "tags", "door", "listed")
    changed = {name: value for name in named if (value := getattr(entry, name)) is not None}
    card = replace(card, community=replace(card.community, **changed))
    if entry.rules is not None:
        card = replace(card, rules=entry.rules_version)
    if entry.members_invite is not None:
        card = replace(card, members_invite=entry.members_invite)
    if entry.retention is not None:
        retention = entry.retention if entry.retention.bounded else None
        place = replace(card.community, retention=retention, retention_since=entry.retention_since)
        card = replace(card, community=place)
    return card
