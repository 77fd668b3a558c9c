"""What the commands about portraits and quotes may bring about: a part of the table."""

from .. import codes
from .. import portrait as po
from .. import quotes as q
from ..base import Command
from .told import ACT, Effects, Told, Where

TAKEN_ALONG = (  # with a message that is deleted
    Told(q.QuoteWithdrawn, Where.OWN, "of each quote out of it, where it is your own"),
    Told(q.QuoteWithdrawn, Where.THEIRS, "of each quote out of it"),
    Told(q.QuoteWithdrawn, Where.STEWARDS, "of each quote out of it that was in the portrait"),
    Told(po.PortraitUpdated, Where.COMMUNITY, "likewise"),
    Told(po.PortraitDeclined, Where.STEWARDS, "of each quote out of it that waited for them"),
)

TAKEN_BACK = (  # with whoever goes, where nothing is kept of who they were
    Told(q.QuoteWithdrawn, Where.OWN, "of each quote of yours, and each that you asked for"),
    Told(q.QuoteWithdrawn, Where.THEIRS, "who asked for a quote of yours"),
    Told(q.QuoteWithdrawn, Where.STEWARDS, "of each quote of yours that was in the portrait"),
    Told(po.PortraitUpdated, Where.COMMUNITY, "likewise"),
    Told(po.PortraitDeclined, Where.STEWARDS, "of each quote of yours that waited for them, and what you proposed"),
)

PORTRAITS: dict[type[Command], Effects] = {
    po.ReadPortrait: Effects((codes.COMMUNITY_GONE, codes.VERSION_GONE), (), ("key_chars",)),
    po.ListVersions: Effects((codes.COMMUNITY_GONE,), (), ("page_entries",)),
    po.ExportPortrait: Effects((codes.COMMUNITY_GONE, codes.VERSION_GONE), (), ("key_chars",)),
    po.ListProposals: Effects((codes.COMMUNITY_GONE, codes.RIGHT_MISSING), (), ("page_entries",)),
    po.ProposePortrait: Effects(
        (*ACT, codes.PORTRAIT_CHANGED, codes.LIMIT_REACHED),
        (
            Told(po.PortraitProposed, Where.STEWARDS),
            Told(po.PortraitProposed, Where.OWN, "where it waits for the stewards"),
            Told(po.PortraitMerged, Where.STEWARDS, "with `merge`"),
            Told(po.PortraitUpdated, Where.COMMUNITY, "with `merge`"),
        ),
        ("passage_bytes", "milestones", "topic_chars", "reason_chars", "proposals", "community_proposals", "portrait_quotes"),
    ),
    po.MergeProposal: Effects(
        (*ACT, codes.PROPOSAL_GONE, codes.PORTRAIT_CHANGED, codes.LIMIT_REACHED),
        (
            Told(po.PortraitMerged, Where.STEWARDS),
            Told(po.PortraitMerged, Where.THEIRS, "who had proposed it"),
            Told(po.PortraitUpdated, Where.COMMUNITY),
        ),
        ("portrait_quotes",),
    ),
    po.DeclineProposal: Effects(
        (*ACT, codes.PROPOSAL_GONE),
        (
            Told(po.PortraitDeclined, Where.STEWARDS),
            Told(po.PortraitDeclined, Where.THEIRS, "who had proposed it"),
            Told(po.PortraitDeclined, Where.OWN, "when you take back your own"),
        ),
        ("reason_chars",),
    ),
}  # fmt: skip

QUOTES: dict[type[Command], Effects] = {
    q.ListQuotes: Effects((codes.COMMUNITY_GONE,)),
    q.AskQuote: Effects(
        (
            codes.COMMUNITY_GONE, codes.SILENCED, codes.ROOM_GONE, codes.MESSAGE_GONE, codes.QUOTE_REFUSED,
            codes.LIMIT_REACHED,
        ),
        (
            Told(q.QuoteAsked, Where.OWN, "where they are somebody else's words"),
            Told(q.QuoteAsked, Where.THEIRS, "who is asked"),
            Told(po.PortraitProposed, Where.OWN, "where they are your own"),
            Told(po.PortraitProposed, Where.STEWARDS, "where they are your own"),
        ),
        ("quote_bytes", "quotes", "quotes_asked", "quotes_asked_of"),
    ),
    q.ConsentToQuote: Effects(
        (codes.COMMUNITY_GONE, codes.SILENCED, codes.QUOTE_GONE, codes.LIMIT_REACHED),
        (
            Told(q.QuoteAnswered, Where.OWN),
            Told(q.QuoteAnswered, Where.THEIRS, "who had asked"),
            Told(po.PortraitProposed, Where.OWN, "where you agree"),
            Told(po.PortraitProposed, Where.STEWARDS, "where you agree"),
        ),
        ("quote_bytes", "quotes"),
    ),
    q.WithdrawQuote: Effects(
        (codes.QUOTE_GONE, codes.SILENCED),
        (
            Told(q.QuoteWithdrawn, Where.OWN),
            Told(q.QuoteWithdrawn, Where.THEIRS, "whose words they were"),
            Told(q.QuoteWithdrawn, Where.STEWARDS, "where it was in the portrait"),
            Told(po.PortraitUpdated, Where.COMMUNITY, "where it was in the portrait"),
            Told(po.PortraitDeclined, Where.STEWARDS, "where it waited for them"),
        ),
        ("reason_chars", "key_chars"),
    ),
}  # fmt: skip
