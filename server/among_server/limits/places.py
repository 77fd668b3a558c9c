"""Places and accounts: how much one of them has."""

from among_protocol import base, invites, portrait, quotes, retention, welcome

from .table import Section

SECTION = Section("Places and accounts")

COMMUNITIES_PER_ACCOUNT = SECTION.limit("communities", 100, "communities of one account", "each is a log to sync")
FOLLOWS_PER_ACCOUNT = SECTION.limit("follows", 500, "rooms of communities that one account follows", "likewise")
DIRECTS_PER_ACCOUNT = SECTION.limit(
    "directs", 300, "directs of one account", "likewise; apart, so that strangers use up no room that one follows"
)
DIRECTS_FROM_OTHERS = SECTION.limit(
    "directs_from_others",
    200,
    "directs of one account up to which others may open more",
    "so that strangers never use up those that one opens oneself",
)
ROOMS_PER_COMMUNITY = SECTION.limit("rooms", 500, "rooms of one community", "more is a list that nobody reads")
DIRECT_PEOPLE = SECTION.limit(
    "direct_people", base.DIRECT_PEOPLE, "people of one direct, oneself included", "more is a community"
)
BROUGHT_BACK = SECTION.limit(
    "brought_back",
    1,
    "times that others bring back who left a private room",
    "leaving once may be a mistake; twice is a wish",
)
SECTION.limit(
    "retention_days",
    retention.RETENTION_DAYS,
    "days that a room keeps what is said in it, where it has a bound",
    "ten years",
)
SECTION.limit(
    "retention_messages",
    retention.RETENTION_MESSAGES,
    "messages that a room keeps, where it has a bound",
    "more is no bound that anybody feels",
)
RETENTION_GRACE_MS = SECTION.limit(
    "retention_grace_ms",
    3 * 86_400_000,
    "milliseconds in which a room's retention that takes more than the one before removes nothing",
    "a weekend, to take something along or to object: nobody can bring it back",
)
POST_VERSIONS = SECTION.limit(
    "post_versions", 100, "versions of one post, the first among them", "all of them are kept, and listed with the post"
)
SECTION.limit("corners", base.CORNERS, "members whose corners are asked for at once", "the members on a page")
DRAFTS_PER_ACCOUNT = SECTION.limit(
    "drafts", base.DRAFTS, "drafts of one account", "all of them are in every sync, by their fingerprints"
)
PINS = SECTION.limit("pins", 50, "messages that are pinned in one room", "what one looks through to find something")
BOOKMARKS_PER_ACCOUNT = SECTION.limit(
    "bookmarks", 1_000, "bookmarks of one account", "each is a row to keep; who wants more wants a search"
)
THREADS_PER_ACCOUNT = SECTION.limit(
    "threads",
    base.THREADS,
    "threads that one account follows",
    "all of them are in every sync; those to which others brought it go first",
)
REPORTS_PER_ACCOUNT = SECTION.limit(
    "reports", 20, "reports of one account in one community that wait for an answer", "a steward reads each"
)
PROPOSALS_PER_MEMBER = SECTION.limit(
    "proposals",
    3,
    "changes to one portrait by one account that wait for stewards",
    "a steward reads each against what there is",
)
PROPOSALS_PER_COMMUNITY = SECTION.limit(
    "community_proposals",
    100,
    "changes to one portrait that wait for stewards",
    "more is a crowd that nobody reads; let them answer some",
)
QUOTE_BYTES = SECTION.limit(
    "quote_bytes", quotes.QUOTE_BYTES, "bytes of UTF-8", "some sentences of a member in a portrait"
)
QUOTES_PER_MEMBER = SECTION.limit(
    "quotes", 10, "quotes of one account in one portrait, or waiting for it", "a portrait of many, and not of one"
)
QUOTES_PER_PORTRAIT = SECTION.limit("portrait_quotes", 60, "quotes in one portrait", "what one reads to its end")
QUOTES_ASKED_BY_MEMBER = SECTION.limit(
    "quotes_asked",
    5,
    "quotes that one account asked others for in one community and were not answered",
    "each asks for somebody's attention",
)
QUOTES_ASKED_OF_MEMBER = SECTION.limit(
    "quotes_asked_of",
    20,
    "quotes that one account is asked for in one community",
    "whoever does not answer is left in peace",
)
SECTION.limit("welcome_bytes", welcome.WELCOME_BYTES, "bytes of UTF-8", "the welcome of a community: half a page")
SECTION.limit(
    "welcome_rooms", welcome.WELCOME_ROOMS, "rooms that a welcome names", "where to start, and no list of all"
)
NEWCOMER_DAYS = SECTION.limit(
    "newcomer_days",
    14,
    "days after somebody joined a community that has greeters",
    "by then one knows whom one talks with",
)
GREETERS_PER_COMMUNITY = SECTION.limit(
    "greeters", 20, "greeters of one community", "each is told of each newcomer, by an entry of their own"
)
VOLUNTEERS_PER_COMMUNITY = SECTION.limit(
    "volunteers", 100, "who greet in one community, or would", "stewards look at each"
)
REACHES_PER_ACCOUNT = SECTION.limit(
    "reaches", 200, "communities that one account said something of, about directs", "all of them are in every sync"
)
SECTION.limit("milestones", portrait.MILESTONES, "milestones of one community", "a story that one reads to its end")
REQUESTS_PER_ACCOUNT = SECTION.limit(
    "requests", 20, "requests of one account to be let in that wait", "who asks everywhere means nowhere"
)
REQUESTS_PER_COMMUNITY = SECTION.limit(
    "requests_waiting", 500, "requests to be let into one community that wait", "a steward reads each"
)
DECLINED_SECONDS = SECTION.limit(
    "declined_seconds", 86_400, "seconds until who was declined may ask again", "a no is not to be argued with all day"
)
INVITES_PER_COMMUNITY = SECTION.limit("invites", 100, "invites to one community", "all of them are one list")
INVITES_PER_MEMBER = SECTION.limit(
    "invites_member", 5, "invites to one community of a member who is no steward", "for friends, not for a crowd"
)
SECTION.limit(
    "invite_uses", invites.INVITE_USES, "people whom one invite lets in", "a conference; more is an open door"
)
SEALED_MS = SECTION.limit(
    "sealed_ms",
    30 * 86_400_000,
    "milliseconds until nothing leads from a forgotten member to their account",
    "longer than the longest silence, which leaving does not end",
)
BLOCKS_PER_ACCOUNT = SECTION.limit(
    "blocks", 500, "people whom one account blocks or mutes", "all of them are in every sync"
)
SECTION.limit("tags", base.TAGS, "tags of one community", "who is about everything is found by nothing")
SECTION.limit("interests", base.INTERESTS, "interests of one person in one place", "likewise")
DISMISSED_PER_ACCOUNT = SECTION.limit(
    "dismissed", 1_000, "communities that one account wants suggested no more", "each is a row to keep"
)
SESSIONS_PER_ACCOUNT = SECTION.limit(
    "sessions", 50, "signed-in devices of one account", "beyond this the oldest that is not connected is signed out"
)
SECTION.setting(
    "erase_grace_ms",
    "milliseconds from asking to erase an account to its erasure",
    "a stolen device, or a bad evening: signing in undoes it",
)
SECTION.setting(
    "connections",
    "connections of one account at once",
    "beyond this the one that was silent longest is closed",
    field="account_connections",
)
