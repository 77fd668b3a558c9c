"""What becomes of everything when somebody goes: each field of each entry, and each table. The one owner of that; the page
docs/reference/erasing.md is made of it, and a test fails for a field or a table without a row.

Two things go apart from each other: the persona (who one was in a place) and the words (what one said there). Leaving
with `words` takes the persona, `erase` takes both; an account that is erased takes the persona everywhere, the words as
its owner says, and all that only the account ever read.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from msgspec.structs import replace

from among_protocol import accounts as a
from among_protocol import communities as c
from among_protocol import corners as co
from among_protocol import edits as ed
from among_protocol import greeters as gr
from among_protocol import house_rules as hr
from among_protocol import invites as iv
from among_protocol import joining as jo
from among_protocol import members as mb
from among_protocol import messages as ms
from among_protocol import moderation as mo
from among_protocol import personas as pn
from among_protocol import pins as pi
from among_protocol import portrait as po
from among_protocol import posts as ps
from among_protocol import quotes as qu
from among_protocol import reactions as rx
from among_protocol import reports as rp
from among_protocol import retention as rn
from among_protocol import rooms as r
from among_protocol import tags as tg
from among_protocol import welcome as we
from among_protocol.base import Entry
from among_protocol.members import nobody


class Fate(Enum):
    """Of a field of an entry."""

    STAYS = "stays: an id, a number, a role or a word of the server's, which tells nothing of who it was"
    PERSONA = "goes with the persona"
    WORDS = "goes with the words"
    PLACE = "stays: it belongs to the place, not to whoever said it"
    RECORD = "stays: what stewards did or were asked, and why; nobody erases that about themselves"
    OTHERS = "stays, without what it says of this one person"
    OWN = "goes with the account: it is in its own log alone"


_STAYS = Fate.STAYS
_PERSONA = dict.fromkeys(("handle", "display_name", "bio", "pronouns"), Fate.PERSONA)
_ACT = {
    "community": _STAYS,
    "member": _STAYS,
    "reason": Fate.RECORD,
    "slug": Fate.PLACE,
    "steward": Fate.OTHERS,
}

# By the types of entries, every field but those that all entries have. The order is that of wire.py.
ENTRIES: dict[type[Entry], dict[str, Fate]] = {
    a.AccountCreated: dict.fromkeys(("handle", "display_name"), Fate.OWN),
    a.AccountUpdated: dict.fromkeys(("handle", "display_name", "bio", "pronouns", "place", "links", "intro"), Fate.OWN),
    c.CommunityCreated: dict.fromkeys(("slug", "name", "about", "tags"), Fate.PLACE),
    c.CommunityUpdated: dict.fromkeys(
        (
            "name",
            "about",
            "door",
            "listed",
            "rules",
            "rules_version",
            "rules_required",
            "questions",
            "members_invite",
            "tags",
            "retention",
            "retention_since",
        ),
        Fate.PLACE,
    ),
    c.CommunityJoined: {
        **dict.fromkeys(("community", "member", "head", "role", "rooms", "rules"), _STAYS),
        **dict.fromkeys(("stewards", "stewards_head", "silenced_until"), _STAYS),
        "handle": Fate.OWN,
    },
    c.CommunityLeft: dict.fromkeys(("community", "keep", "frozen"), _STAYS),
    mb.MemberJoined: {**_PERSONA, "role": _STAYS},
    mb.MemberLeft: {},
    mb.MemberUpdated: _PERSONA,
    mb.MemberForgotten: {"erased": _STAYS},
    mo.RoleSet: {**_ACT, "role": _STAYS, "stewards": _STAYS, "head": _STAYS},
    mo.MemberKicked: _ACT,
    mo.MemberBanned: {**_ACT, "until": _STAYS},
    mo.MemberUnbanned: _ACT,
    mo.MemberSilenced: {**_ACT, "until": _STAYS},
    mo.MemberUnsilenced: _ACT,
    rp.ReportFiled: {
        **dict.fromkeys(("community", "member", "room", "message"), _STAYS),
        "body": Fate.OTHERS,
        "reason": Fate.RECORD,
    },
    rp.ReportResolved: {**dict.fromkeys(("community", "report", "outcome"), _STAYS), "note": Fate.RECORD},
    pn.PersonaRenamed: {**dict.fromkeys(("community", "member"), _STAYS), "handle": Fate.OWN, "was": Fate.OWN},
    hr.RulesAccepted: dict.fromkeys(("community", "version"), _STAYS),
    iv.InviteCreated: {"invite": _STAYS, "uses": _STAYS, "until": _STAYS, "note": Fate.WORDS},
    iv.InviteUsed: {"invite": _STAYS},
    iv.InviteRevoked: {"invite": _STAYS},
    jo.JoinAsked: {
        **dict.fromkeys(("community", "member", "rules"), _STAYS),
        "slug": Fate.PLACE,
        **dict.fromkeys(("handle", "display_name", "answers", "note"), Fate.OTHERS),
    },
    jo.JoinWithdrawn: dict.fromkeys(("community", "request"), _STAYS),
    jo.JoinAnswered: {**dict.fromkeys(("community", "request", "member", "verdict"), _STAYS), "reason": Fate.RECORD},
    jo.JoinDeclined: {"community": _STAYS, "slug": Fate.PLACE, "reason": Fate.RECORD, "until": _STAYS},
    tg.TagUpdated: dict.fromkeys(("tag", "into", "sensitive", "community"), _STAYS),
    po.PortraitProposed: {
        **dict.fromkeys(("community", "proposal", "section", "base", "quote"), _STAYS),
        **dict.fromkeys(("content", "note"), Fate.WORDS),
    },
    po.PortraitMerged: dict.fromkeys(("community", "proposal", "version"), _STAYS),
    po.PortraitDeclined: {"community": _STAYS, "proposal": _STAYS, "reason": Fate.RECORD},
    po.PortraitUpdated: dict.fromkeys(("version", "section", "author", "author_rev"), _STAYS),
    qu.QuoteAsked: dict.fromkeys(("community", "quote", "member", "asker", "room", "message"), _STAYS),
    qu.QuoteAnswered: dict.fromkeys(("community", "quote", "agreed"), _STAYS),
    qu.QuoteWithdrawn: {**dict.fromkeys(("community", "quote"), _STAYS), "reason": Fate.RECORD},
    we.WelcomeSet: {"community": _STAYS, "text": Fate.PLACE, "rooms": Fate.PLACE},
    we.WelcomeGiven: {"community": _STAYS, "text": Fate.PLACE, "rooms": Fate.PLACE},
    gr.GreeterChanged: {**dict.fromkeys(("community", "member", "state"), _STAYS), "reason": Fate.RECORD},
    gr.NewcomerSpoke: dict.fromkeys(("community", "member", "room", "message"), _STAYS),
    gr.NewcomerSettled: dict.fromkeys(("community", "member"), _STAYS),
    r.RoomCreated: {"room": _STAYS, "slug": Fate.PLACE, "topic": Fate.PLACE},
    r.RoomFollowed: {
        **dict.fromkeys(("room", "head", "community", "kind", "owner", "retention", "retention_since"), _STAYS),
        **dict.fromkeys(("slug", "topic"), Fate.PLACE),
    },
    r.RoomUnfollowed: {"room": _STAYS},
    r.TopicSet: {"topic": Fate.PLACE},
    rn.RetentionSet: dict.fromkeys(("retention", "since"), _STAYS),
    rn.RoomTrimmed: {
        **dict.fromkeys(("floor", "left", "bounds", "pins", "retention", "retention_since"), _STAYS),
        "topic": Fate.PLACE,
    },
    r.PersonAdded: {"member": _STAYS},
    r.PersonLeft: {},
    r.PersonRemoved: {"member": _STAYS},
    r.DirectOpened: {
        **dict.fromkeys(("room", "head", "member", "within"), _STAYS),
        "people": Fate.OTHERS,
        "topic": Fate.PLACE,
    },
    ms.MessageSent: {
        **dict.fromkeys(("body", "forwarded"), Fate.WORDS),
        **dict.fromkeys(("mentions", "mentions_room", "post", "reply_to", "answers", "thread", "root_by"), _STAYS),
    },
    pi.PinAdded: dict.fromkeys(("message", "author", "author_rev"), _STAYS),
    pi.PinRemoved: {"message": _STAYS},
    co.CornerUpdated: {"title": Fate.WORDS, "comments": _STAYS, "public": _STAYS},
    ps.PostPublished: {"title": Fate.WORDS, "body": Fate.WORDS, "mentions": _STAYS},
    ps.PostDeleted: {"post": _STAYS},
    ps.PostRemoved: {**_ACT, "room": _STAYS, "post": _STAYS},
    ps.PostEdited: {"post": _STAYS, "title": Fate.WORDS, "body": Fate.WORDS, "mentions": _STAYS},
    ed.MessageEdited: {
        "body": Fate.WORDS,
        **dict.fromkeys(
            ("message", "mentions", "mentions_new", "mentions_room", "mentions_room_new", "thread"), _STAYS
        ),
    },
    ed.MessageDeleted: {"message": _STAYS},
    ed.MessageRemoved: {**_ACT, "room": _STAYS, "message": _STAYS},
    rx.ReactionAdded: {"emoji": Fate.WORDS, **dict.fromkeys(("message", "author", "count"), _STAYS)},
    rx.ReactionRemoved: {"emoji": Fate.WORDS, "message": _STAYS, "count": _STAYS},
}


def goes(entry: Entry, fate: Fate) -> bool:
    """Whether something in this entry has this fate."""
    return fate in ENTRIES[type(entry)].values()


def _without_steward(entry: Any, member: str, *, words: bool) -> Any:
    steward = entry.steward
    return replace(entry, steward=None) if steward is not None and steward.member == member else entry


def _without_body(entry: rp.ReportFiled, member: str, *, words: bool) -> rp.ReportFiled:
    """What was quoted to the stewards is what the member said."""
    return replace(entry, body="") if words and entry.member == member else entry


def _without_person(entry: r.DirectOpened, member: str, *, words: bool) -> r.DirectOpened:
    people = [nobody(one.member, one.rev) if one.member == member else one for one in entry.people]
    return replace(entry, people=people)


def _without_asker(entry: jo.JoinAsked, member: str, *, words: bool) -> jo.JoinAsked:
    """What somebody said at the door is about them, and goes with the persona."""
    return replace(entry, handle="", display_name="", answers=[], note="") if entry.member == member else entry


_ACTS = (
    ps.PostRemoved,
    ed.MessageRemoved,
    mo.RoleSet,
    mo.MemberKicked,
    mo.MemberBanned,
    mo.MemberUnbanned,
    mo.MemberSilenced,
    mo.MemberUnsilenced,
)
WITHOUT: dict[type[Entry], Callable[..., Entry]] = {
    **dict.fromkeys(_ACTS, _without_steward),
    rp.ReportFiled: _without_body,
    jo.JoinAsked: _without_asker,
    r.DirectOpened: _without_person,
}


def without(entry: Entry, member: str, *, words: bool) -> Entry:
    """What is left of somebody else's entry when this member goes; the same one where it says nothing of them."""
    strip = WITHOUT.get(type(entry))
    return entry if strip is None else strip(entry, member, words=words)


def _written(fate: Fate, **fields: str) -> dict[str, Fate]:
    """`noun_verb="field field"`."""
    return {f"{tag.replace('_', '.', 1)}.{name}": fate for tag, names in fields.items() for name in names.split()}


_CLAIM = "persona.handle persona.display_name persona.bio persona.pronouns persona.place.name persona.links.label persona.links.url persona.why persona.intro"  # fmt: skip

# Of each text that somebody may write, by command and field: what becomes of it when they erase their account, their words
# with it. What is no fate of theirs (PLACE, RECORD, STAYS) is still there afterwards, and nothing else is.
WRITTEN: dict[str, Fate] = {
    **_written(
        Fate.OWN,
        session_sign_up="handle display_name device",
        session_sign_in="device",
        account_reset_password="device",  # noqa: S106  # the name of a device
        account_update="display_name bio pronouns place.name links.label links.url intro",
        draft_set="text",
        bookmark_set="note",
        notify_set="word",
    ),
    **_written(
        Fate.PERSONA,
        community_join=_CLAIM,
        persona_update=_CLAIM,
        join_ask=f"answers note {_CLAIM}",
        status_set="status.text",
        quote_ask="text",
        quote_consent="text",
    ),
    **_written(
        Fate.WORDS,
        message_send="body",
        message_edit="body",
        message_forward="comment",
        corner_update="title",
        post_publish="title body",
        post_edit="title body",
        invite_create="note",
    ),
    **_written(
        Fate.PLACE,
        community_create="slug name about tags",
        community_update="name about rules questions tags",
        room_create="slug topic",
        room_set_topic="topic",
        welcome_set="text",
        portrait_propose="text milestones.text note",  # once it is merged
    ),
    **_written(
        Fate.RECORD,
        join_answer="reason",
        member_set_role="reason",
        member_kick="reason",
        member_ban="reason",
        member_unban="reason",
        member_silence="reason",
        member_unsilence="reason",
        report_file="reason",
        report_resolve="note",
        portrait_decline="reason",
        quote_withdraw="reason",
        greeter_set="reason",
        message_delete="reason",
        post_delete="reason",
    ),
}


class Table(NamedTuple):
    """Of a table of the store."""

    erased: str  # what becomes of it when an account is erased
    exported: str  # how it is told in an export of everything; `-` with why where it is not


_INSIDE = "stays: of the server alone, and of nobody in particular"

TABLES: dict[str, Table] = {
    "meta": Table(_INSIDE, "- nothing of a person"),
    "logs": Table("stays: ids of places; the account's own log is emptied", "as the `log` of entries"),
    "heads": Table(_INSIDE, "- numbers of the logs"),
    "entries": Table(
        "keep their numbers; what each field becomes stands below", "`entry`: one's own log, and all that one wrote"
    ),
    "arrivals": Table("as entries: it is where they are at first", "likewise `entry`"),
    "nonces": Table("goes", "as the `nonce` of entries; - digests"),
    "accounts": Table("goes, but for its number, under no name", "`account`"),
    "passwords": Table("goes", "- a secret"),
    "sessions": Table("goes: all are ended", "`session`, without the token"),
    "resets": Table("goes", "- a secret"),
    "invites": Table("stays: it says nothing of who made it", "- a secret, of the server"),
    "communities": Table("stays: it belongs to the place", "with `membership`"),
    "members": Table("becomes a blank persona, sealed from the account", "`membership`"),
    "personas": Table("goes: every revision is a blank one", "`membership`, every revision"),
    "rooms": Table("stays: it belongs to the place", "- of the place; what one wrote of it is an `entry`"),
    "directs": Table("stays for the others: a digest of ids", "as `membership`"),
    "follows": Table("goes", "as `entry`: the account's log tells of it"),
    "markers": Table("goes", "`marker`"),
    "mentions": Table("goes", "- numbers of what others said"),
    "threads": Table("stays: numbers of entries, and memberships", "- numbers"),
    "threaded": Table("stays: numbers of entries", "- numbers"),
    "thread_marks": Table("goes", "`thread`"),
    "thread_mentions": Table("goes", "- numbers of what others said"),
    "blocks": Table("goes, also where others block or mute this account", "`block`; - whether others do"),
    "bans": Table("goes: there is no account that it could keep out", "as `entry`, where one was told"),
    "reports": Table(
        "stays until it is answered: what was reported waits for that, and an answer is told to nobody",
        "as `entry`: those that one filed",
    ),
    "departures": Table("goes", "as `entry`: the account's log tells of it"),
    "portraits": Table("stays: it belongs to the place", "- of the place"),
    "portrait_versions": Table(
        "stays: what was merged belongs to the place, by a membership without a name", "- of the place"
    ),
    "portrait_proposals": Table("goes", "as `entry`: one's own log tells of it"),
    "quotes": Table("goes, with the persona: it leaves every version of the portrait", "`quote`"),
    "welcomes": Table("stays: it belongs to the place", "- of the place"),
    "greeters": Table("goes on leaving", "as `entry`: the account's log tells of it"),
    "newcomers": Table("goes with the persona", "- what the server keeps of who is new"),
    "greetings": Table("goes with the persona", "- who greeted whom, in numbers"),
    "reaches": Table("goes", "`reach`"),
    "corners": Table("stays without its title, which goes with the words", "as `entry`"),
    "posts": Table("goes with the words", "as `entry`"),
    "post_parts": Table("goes with the words; numbers of comments", "- numbers"),
    "drafts": Table("goes", "`draft`"),
    "inbox": Table("goes; of what is blanked, a number is left", "- numbers of what others said, and of one's own log"),
    "inbox_marks": Table("goes", "`attention`"),
    "notify": Table("goes", "`attention`"),
    "dnds": Table("goes", "`attention`"),
    "statuses": Table("goes; that of one place with the persona there", "`appearance`"),
    "tags": Table(_INSIDE, "- words of the server"),
    "local_tags": Table("stays: it belongs to the place", "- of the place"),
    "community_tags": Table("stays: it belongs to the place", "- of the place"),
    "interests": Table("goes; what was said in one place, with the persona there", "`interests`"),
    "dismissals": Table("goes", "`dismissal`"),
    "member_ends": Table("goes with the persona: what finds a member by handle or name", "- made of `members`"),
    "house_rules": Table("stays: it belongs to the place", "- of the place"),
    "accepted_rules": Table("goes", "as `entry`: the account's log tells of it"),
    "requests": Table("goes: one that waits is taken back", "`entry`, with what one answered"),
    "door_invites": Table("goes: what somebody made ends as they leave", "- secrets, of the place"),
    "admissions": Table("goes", "- who invited whom is the stewards'"),
    "edits": Table("stays: numbers of entries", "- numbers"),
    "pins": Table("stays for the others; that of a message goes with the words", "as `entry`, those that one set"),
    "bookmarks": Table("goes", "`bookmark`"),
    "room_mentions": Table("stays: numbers of entries", "- numbers"),
    "uncalled": Table("goes", "- numbers of what others said, and of one's own"),
    "unsaid": Table(
        "goes once the index of searches has forgotten what was blanked, or is no longer kept; at once, and none comes, where"
        " nothing can be searched",
        "- numbers",
    ),
    "reactions": Table("goes with the words", "as `entry`"),
    "reaction_counts": Table("stays, without theirs: numbers", "- numbers"),
    "unreacted": Table(
        _INSIDE,
        "- numbers of what is gone, while something is left of the reactions to it, or of the list of comments on it",
    ),
    "lineage": Table("goes with the persona: former handles", "with `membership`"),
    "resting": Table("stays until its time is over: digests of handles that nobody may have yet", "- names nobody"),
    "beneath": Table(_INSIDE, "- rooms in which retention has something left to do"),
    "erasures": Table("goes when all is done", "- what is under way"),
}
