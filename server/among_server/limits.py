"""The table of all limits. What is in it is enforced, and nothing else is: `hello.limits` is made of it, enforcement
imports its values, docs/reference/limits.md is printed from it, and tests/server/test_limits.py walks it.

A limit is one line here: its name, its value, what one unit is, and the reason for just so much. Texts whose bound is
a part of the protocol's types take the value from there. Those that an operator may set name the setting instead.
"""

from typing import NamedTuple

from among_protocol import base, bookmarks, invites, portrait, quotes, retention, text, welcome
from among_protocol.session import Limits
from among_protocol.status import STATUS_CHARS


class Limit(NamedTuple):
    name: str
    value: int  # 0 where it is a setting
    unit: str
    reason: str
    group: str
    setting: str = ""  # the field of Config that says it


TABLE: dict[str, Limit] = {}
_group = ""


def _section(title: str) -> None:
    global _group  # noqa: PLW0603  # only while this module is read
    _group = title


def _limit(name: str, value: int, unit: str, reason: str) -> int:
    assert name not in TABLE
    TABLE[name] = Limit(name, value, unit, reason, _group)
    return value


def _setting(name: str, unit: str, reason: str, *, field: str = "") -> None:
    assert name not in TABLE
    TABLE[name] = Limit(name, 0, unit, reason, _group, field or name)


_section("Frames")
FRAME_BYTES = _limit(
    "frame_bytes", 65_536, "bytes of a message, in one frame or in many", "eight times the longest body, and a sync with a thousand positions"
)  # fmt: skip
FRAGMENTS = _limit("fragments", 128, "frames of one message", "the longest message in pieces of 512 bytes")
UNFINISHED_MS = _limit(
    "unfinished_ms", 30_000, "milliseconds from the first byte of a message to its last", "the longest message over the slowest of links, two kilobytes a second"
)  # fmt: skip
CONTROL_FRAMES = _limit(
    "control_frames", 100, "pings and pongs of one connection a second", "a hundred times what a client with a heartbeat needs"
)  # fmt: skip
IN_FLIGHT = _limit(
    "in_flight", 64, "commands of one connection without a reply", "more stay unread in the socket: nothing is lost, and a slow disk fills no memory"
)  # fmt: skip
WAITING_WRITES = _limit(
    "waiting_writes", 4_096, "writes of all connections that wait for the store", "a quarter of a second of work; beyond it a write is refused as server.busy"
)  # fmt: skip
UNPAID_REFUSALS = _limit(
    "unpaid_refusals", 64, "refusals of one connection a second that cost it nothing", "all that may be in flight; what comes on top of that stays unread until the next second, or others would wait"
)  # fmt: skip
ACCOUNT_REFUSALS = _limit(
    "account_unpaid_refusals", 256, "likewise of one account, on all its connections", "four connections that are wrong all the time; of each one more is answered in a second"
)  # fmt: skip
ADDRESS_REFUSALS = _limit(
    "address_unpaid_refusals", 1_024, "likewise of one address, of everybody there", "a fortieth of a second of work; as many as four accounts"
)  # fmt: skip
MALFORMED_FRAMES = _limit(
    "malformed_frames", 10, "frames of one connection", "a peer that is wrong this often is no client"
)

_section("Before signing in")
HANDSHAKE_BYTES = _limit("handshake_bytes", 8_192, "bytes of the request", "four times what browsers and proxies send")
_setting(
    "handshake_ms",
    "milliseconds from connecting to the end of the request",
    "a request is one packet: who dribbles is no client",
)
_setting("sign_in_ms", "milliseconds from connecting to signed in", "a password costs a few round trips and a hash")
SIGN_IN_WAIT_MS = _limit(
    "sign_in_wait_ms", 60_000, "milliseconds in which a sign-in waits for the server, which do not count as the peer's", "as long as a disk may hang; who is a guest for longer comes back"
)  # fmt: skip
GUEST_BYTES = _limit(
    "guest_bytes", 131_072, "bytes after the handshake", "signing in, and right behind it the longest sync"
)
GUEST_FRAMES = _limit("guest_frames", 200, "frames", "signing in, and as many commands behind it as may be in flight")
_setting("address_guests", "connections of one address that have not signed in", "an office that comes back at once")
_setting(
    "guests", "connections of all addresses that have not signed in", "beyond this the oldest makes room for the newest"
)

_section("Budgets")
_setting("budget", "units of an account, on all its connections", "a burst of sixty messages")
_setting("budget_per_second", "units of an account that come back", "six messages a second, for ever")
_setting(
    "address_budget", "units of an address, of everybody there", "a hundred people of one office come back at once"
)
_setting("address_budget_per_second", "units of an address that come back", "twenty accounts that never stop")
CONNECT_UNITS = _limit(
    "connect_units", 5, "units of the address for one handshake", "a hundred and twenty a second from one address, for ever"
)  # fmt: skip
_setting("address_connections", "connections of one address", "a school behind one address; raise it for a larger one")

_section("Feeds")
FEED_POSTS = _limit(
    "feed_posts", 20, "posts of one feed, the newest", "readers come back; older posts are read in the corner"
)
FEED_BYTES = _limit(
    "feed_bytes", 131_072, "bytes of all bodies in one feed", "six of the longest posts; of what is beyond them a feed has the first lines"
)  # fmt: skip
FEED_UNITS = _limit(
    "feed_units", 50, "units of the address for one feed", "as much as the dearest command: a dozen a second, for ever"
)

_section("Tries at secrets")
HANDLE_TRIES = _limit(
    "handle_tries", 10, "wrong passwords for one handle, from everywhere", "who has forgotten theirs has tried all by then"
)  # fmt: skip
HANDLE_TRY_SECONDS = _limit(
    "handle_try_seconds", 30, "seconds for one more", "under three thousand guesses a day against one handle"
)
ADDRESS_TRIES = _limit(
    "address_tries", 20, "wrong passwords, invites and tokens of one address", "two people who have forgotten theirs"
)
ADDRESS_TRY_SECONDS = _limit(
    "address_try_seconds", 10, "seconds for one more", "under nine thousand a day from one address"
)
ADDRESS_SIGN_UPS = _limit(
    "address_sign_ups", 30, "accounts made from one address without an invite", "a class that signs up together"
)
ADDRESS_SIGN_UP_SECONDS = _limit(
    "address_sign_up_seconds", 60, "seconds for one more", "nobody founds a crowd overnight"
)
WAITING_PASSWORDS = _limit(
    "waiting_passwords", 64, "passwords that wait for each thread that hashes", "a second and a half of work; beyond it one is told to wait"
)  # fmt: skip

_section("Coming and going")
JOINS = _limit(
    "joins", 30, "communities that one account joins in a row", "who is new looks around; everybody there is told of each"
)  # fmt: skip
JOIN_SECONDS = _limit("join_seconds", 30, "seconds for one more", "who leaves and joins in a loop is no show")
LOOKS = _limit(
    "looks", 64, "places of one account, in a second, in which others see at once that it appears otherwise; of the first change, all do", "who changes that all the time is seen as they were last, a second later"
)  # fmt: skip
DISCOVERIES = _limit(
    "discoveries", 40, "answers of one account with suggestions, or with who wants to be found by an interest, in a row", "who looks around in the evening; who counts with it what is not told, is out of breath soon"
)  # fmt: skip
DISCOVERY_SECONDS = _limit(
    "discovery_seconds", 900, "seconds for one more", "under a hundred in a day, beside those in a row"
)

_section("Personas")
PERSONA_CHANGES = _limit(
    "persona_changes", 20, "changes of one persona in a row", "who finds their words; all members are told of each"
)
PERSONA_CHANGE_SECONDS = _limit("persona_change_seconds", 4_320, "seconds for one more", "twenty a day")
MEND_MS = _limit(
    "mend_ms", 600_000, "milliseconds in which a change that corrects the one before is free", "one sees the mistake at once"
)  # fmt: skip
MENDS = _limit("mends", 3, "such corrections of one change", "or nothing would bound them")
HANDLE_CHANGE_MS = _limit(
    "handle_change_ms", 7 * 86_400_000, "milliseconds from one handle in a community to the next", "people are known by it"
)  # fmt: skip
HANDLE_REST_MS = _limit(
    "handle_rest_ms", 90 * 86_400_000, "milliseconds for which nobody else takes a handle that somebody in the community had", "by then nobody looks for them under it"
)  # fmt: skip

_section("Texts")
_limit("body_bytes", text.MAX_BODY_BYTES, "bytes of UTF-8", "four pages; more is a file")
POST_BYTES = _limit(
    "post_bytes", base.POST_BYTES, "bytes of UTF-8", "an essay of ten pages; with every character escaped it still fits a frame"
)  # fmt: skip
_limit("title_chars", base.TITLE_CHARS, "code points after NFC", "titles of posts: three lines of a small screen")
_limit("name_chars", base.NAME_CHARS, "code points after NFC", "display names and names of communities fit a line")
_limit("about_chars", base.ABOUT_CHARS, "code points after NFC", "profiles and descriptions: a paragraph")
_limit("topic_chars", base.TOPIC_CHARS, "code points after NFC", "topics: two lines")
_limit("passage_bytes", portrait.PASSAGE_BYTES, "bytes of UTF-8", "a section of a community's portrait: four pages")
_limit(
    "reason_chars", base.REASON_CHARS, "code points after NFC", "why a steward acted, or somebody reports: a paragraph"
)
_limit("status_chars", STATUS_CHARS, "code points after NFC", "of a status: what fits beside a name")
_limit("tag_chars", base.TAG_CHARS, "characters of a tag", "a word or three; more is a sentence")
_limit("rules_bytes", base.RULES_BYTES, "bytes of UTF-8", "rules of a community: four pages")
_limit("question_chars", base.QUESTION_CHARS, "code points after NFC", "a question at the door: two lines")
_limit("answer_chars", base.ANSWER_CHARS, "code points after NFC", "an answer at the door: a paragraph")
_limit("note_chars", bookmarks.NOTE_CHARS, "code points after NFC", "a note at a bookmark: a paragraph")
_limit("handle_chars", base.HANDLE_CHARS, "characters, of a-z 0-9 . _ -", "handles and short names of places are typed")
_limit("pronouns_chars", base.PRONOUNS_CHARS, "code points after NFC", "three or four words")
_limit("place_chars", base.PLACE_CHARS, "code points after NFC", "the longest names of places there are")
_limit("why_chars", base.WHY_CHARS, "code points after NFC", "why one is in a community: two lines")
_limit("intro_chars", base.INTRO_CHARS, "code points after NFC", "an introduction: a page on a small screen")
_limit("label_chars", base.LABEL_CHARS, "code points after NFC", "what a link leads to, in a few words")
_limit("link_chars", base.LINK_CHARS, "characters", "an address that somebody could type")
_limit("password_chars", base.PASSWORD_CHARS, "code points", "any sentence; its hash costs the same")
PASSWORD_LEAST = _limit("password_least", 8, "code points, at least", "shorter ones are guessed")
_limit(
    "key_chars",
    base.KEY_CHARS,
    "code points",
    "ids, nonces, devices, searches and other words that only name something",
)
_limit("secret_chars", base.SECRET_CHARS, "code points", "tokens and invites, five times as long as ours")

_section("Lists")
PAGE_ENTRIES = _limit(
    "page_entries", base.PAGE_ENTRIES, "rows of one page", "of short rows; a page of long ones ends earlier"
)
REPLAY_ENTRIES = _limit(
    "replay_entries", 1_000, "entries of each log in one sync", "more is cheaper as pages, and can be skipped by who only wants the newest"
)  # fmt: skip
REPLAY_PAGES = _limit(
    "replay_pages", 1_000, "pages of all that one account is brought up to, in a row", "one for each log that it may have; what comes on top of that waits"
)  # fmt: skip
REPLAY_PAGES_PER_SECOND = _limit(
    "replay_pages_per_second", 50, "more of these pages a second", "ten thousand entries; who syncs without end slows down nobody else"
)  # fmt: skip
MENTIONS = _limit(
    "mentions", 20, "people of one message", "a mention costs a row and rings a bell; more are not counted"
)
WATCHED = _limit(
    "watched", base.WATCHED, "members whose presence one session watches", "what fits a screen, ten times over"
)
_limit("personas", base.PERSONAS, "personas resolved at once", "the authors of a page")
_limit("links", base.LINKS, "links of one persona", "a card is no directory")
POSITIONS = _limit(
    "positions", base.POSITIONS, "logs named in one sync", "all that an account can have, and some that it left"
)
_limit("found", base.FOUND, "members that one search finds", "who is not among them is found by one more letter")
_limit("query_chars", base.QUERY_CHARS, "code points of a search", "a sentence that one remembers, and some filters")
_limit("query_terms", base.QUERY_TERMS, "words, phrases and filters of one search", "each is looked up")
_limit("hits", base.HITS, "hits of one search, in one answer", "what one reads before the next page")
SEARCHES = _limit(
    "searches", 4, "searches of what was said that one account has under way", "somebody types in four windows; all accounts have turns at one thread"
)  # fmt: skip
_limit("suggestions", base.SUGGESTIONS, "communities suggested at once", "what one reads before the next question")
_limit("questions", base.QUESTIONS, "questions at the door of one community", "more is an examination")
PREVIEW_ROOMS = _limit("preview_rooms", 10, "rooms in a preview", "what a glance takes in")
PREVIEW_MESSAGES = _limit("preview_messages", 5, "messages of each room in a preview", "likewise")
PREVIEW_BYTES = _limit(
    "preview_bytes", 32_768, "bytes of UTF-8 of all messages in a preview", "likewise: a few of the longest"
)
_limit("cards", base.CARDS, "cards read at once", "the people of a screen, and more")
CARDS_BYTES = _limit(
    "cards_bytes", 131_072, "bytes of the cards of one answer, about", "a page; one who says a lot of themselves takes 15,000"
)  # fmt: skip
SYNC_BYTES = _limit(
    "sync_bytes",
    1_048_576,
    "bytes of the communities in one sync, about",
    "most people's all at once; the rest is asked for, each by itself",
)
_limit("extensions", base.EXTENSIONS, "extensions enabled at once", "more than there are")
ROOM_MENTIONS = _limit(
    "room_mentions", 3, "mentions of everybody in one room, `@room`, within `room_mention_ms`", "it rings everywhere; who calls more often is heard by nobody"
)  # fmt: skip
ROOM_MENTION_MS = _limit(
    "room_mention_ms", 3_600_000, "milliseconds", "an hour: what is urgent is said three times in it"
)
EDITS = _limit("edits", 100, "edits of one message", "each is kept, and is read with the message")
REACTIONS = _limit(
    "reactions", 20, "different emoji on one message, each by any number of members", "two lines of a small screen; all of them are read with the message"
)  # fmt: skip
NOTIFY_CHOICES = _limit(
    "notify_choices", base.NOTIFY_CHOICES, "choices of one account on what is worth a bell", "one for each room that one may follow; all of them are in every sync"
)  # fmt: skip
NOTIFY_WORDS = _limit(
    "notify_words", base.NOTIFY_WORDS, "words that one account waits for", "each is looked for in every text that comes"
)
_limit("notify_word_chars", base.NOTIFY_WORD_CHARS, "code points of such a word, folded", "a word or three")
_limit("dnd_times", base.DND_TIMES, "times at which one account is not to be disturbed", "one for each day of the week")
INBOX = _limit(
    "inbox", 500, "items of one inbox that are kept, the newest", "older ones are history: the rooms have what was said"
)
INBOX_OF_ONE = _limit(
    "inbox_of_one", 100, "of them what one member said, the newest", "who mentions somebody without end pushes out nobody else's"
)  # fmt: skip

_section("Places and accounts")
COMMUNITIES_PER_ACCOUNT = _limit("communities", 100, "communities of one account", "each is a log to sync")
FOLLOWS_PER_ACCOUNT = _limit("follows", 500, "rooms of communities that one account follows", "likewise")
DIRECTS_PER_ACCOUNT = _limit(
    "directs", 300, "directs of one account", "likewise; apart, so that strangers use up no room that one follows"
)
DIRECTS_FROM_OTHERS = _limit(
    "directs_from_others", 200, "directs of one account up to which others may open more", "so that strangers never use up those that one opens oneself"
)  # fmt: skip
ROOMS_PER_COMMUNITY = _limit("rooms", 500, "rooms of one community", "more is a list that nobody reads")
DIRECT_PEOPLE = _limit(
    "direct_people", base.DIRECT_PEOPLE, "people of one direct, oneself included", "more is a community"
)
BROUGHT_BACK = _limit(
    "brought_back", 1, "times that others bring back who left a private room", "leaving once may be a mistake; twice is a wish"
)  # fmt: skip
_limit(
    "retention_days", retention.RETENTION_DAYS, "days that a room keeps what is said in it, where it has a bound", "ten years"
)  # fmt: skip
_limit(
    "retention_messages", retention.RETENTION_MESSAGES, "messages that a room keeps, where it has a bound", "more is no bound that anybody feels"
)  # fmt: skip
RETENTION_GRACE_MS = _limit(
    "retention_grace_ms", 3 * 86_400_000, "milliseconds in which a room's retention that takes more than the one before removes nothing", "a weekend, to take something along or to object: nobody can bring it back"
)  # fmt: skip
POST_VERSIONS = _limit(
    "post_versions", 100, "versions of one post, the first among them", "all of them are kept, and listed with the post"
)
_limit("corners", base.CORNERS, "members whose corners are asked for at once", "the members on a page")
DRAFTS_PER_ACCOUNT = _limit(
    "drafts", base.DRAFTS, "drafts of one account", "all of them are in every sync, by their fingerprints"
)
PINS = _limit("pins", 50, "messages that are pinned in one room", "what one looks through to find something")
BOOKMARKS_PER_ACCOUNT = _limit(
    "bookmarks", 1_000, "bookmarks of one account", "each is a row to keep; who wants more wants a search"
)
THREADS_PER_ACCOUNT = _limit(
    "threads", base.THREADS, "threads that one account follows", "all of them are in every sync; those to which others brought it go first"
)  # fmt: skip
REPORTS_PER_ACCOUNT = _limit(
    "reports", 20, "reports of one account in one community that wait for an answer", "a steward reads each"
)
PROPOSALS_PER_MEMBER = _limit(
    "proposals", 3, "changes to one portrait by one account that wait for stewards", "a steward reads each against what there is"
)  # fmt: skip
PROPOSALS_PER_COMMUNITY = _limit(
    "community_proposals", 100, "changes to one portrait that wait for stewards", "more is a crowd that nobody reads; let them answer some"
)  # fmt: skip
QUOTE_BYTES = _limit("quote_bytes", quotes.QUOTE_BYTES, "bytes of UTF-8", "some sentences of a member in a portrait")
QUOTES_PER_MEMBER = _limit(
    "quotes", 10, "quotes of one account in one portrait, or waiting for it", "a portrait of many, and not of one"
)
QUOTES_PER_PORTRAIT = _limit("portrait_quotes", 60, "quotes in one portrait", "what one reads to its end")
QUOTES_ASKED_BY_MEMBER = _limit(
    "quotes_asked", 5, "quotes that one account asked others for in one community and were not answered", "each asks for somebody's attention"
)  # fmt: skip
QUOTES_ASKED_OF_MEMBER = _limit(
    "quotes_asked_of", 20, "quotes that one account is asked for in one community", "whoever does not answer is left in peace"
)  # fmt: skip
_limit("welcome_bytes", welcome.WELCOME_BYTES, "bytes of UTF-8", "the welcome of a community: half a page")
NEWCOMER_DAYS = _limit(
    "newcomer_days", 14, "days after somebody joined a community that has greeters", "by then one knows whom one talks with"
)  # fmt: skip
GREETERS_PER_COMMUNITY = _limit(
    "greeters", 20, "greeters of one community", "each is told of each newcomer, by an entry of their own"
)
VOLUNTEERS_PER_COMMUNITY = _limit("volunteers", 100, "who greet in one community, or would", "stewards look at each")
REACHES_PER_ACCOUNT = _limit(
    "reaches", 200, "communities that one account said something of, about directs", "all of them are in every sync"
)
_limit("milestones", portrait.MILESTONES, "milestones of one community", "a story that one reads to its end")
REQUESTS_PER_ACCOUNT = _limit(
    "requests", 20, "requests of one account to be let in that wait", "who asks everywhere means nowhere"
)
REQUESTS_PER_COMMUNITY = _limit(
    "requests_waiting", 500, "requests to be let into one community that wait", "a steward reads each"
)
DECLINED_SECONDS = _limit(
    "declined_seconds", 86_400, "seconds until who was declined may ask again", "a no is not to be argued with all day"
)
INVITES_PER_COMMUNITY = _limit("invites", 100, "invites to one community", "all of them are one list")
INVITES_PER_MEMBER = _limit(
    "invites_member", 5, "invites to one community of a member who is no steward", "for friends, not for a crowd"
)
_limit("invite_uses", invites.INVITE_USES, "people whom one invite lets in", "a conference; more is an open door")
SEALED_MS = _limit(
    "sealed_ms", 30 * 86_400_000, "milliseconds until nothing leads from a forgotten member to their account", "longer than the longest silence, which leaving does not end"
)  # fmt: skip
BLOCKS_PER_ACCOUNT = _limit("blocks", 500, "people whom one account blocks or mutes", "all of them are in every sync")
_limit("tags", base.TAGS, "tags of one community", "who is about everything is found by nothing")
_limit("interests", base.INTERESTS, "interests of one person in one place", "likewise")
DISMISSED_PER_ACCOUNT = _limit(
    "dismissed", 1_000, "communities that one account wants suggested no more", "each is a row to keep"
)
SESSIONS_PER_ACCOUNT = _limit(
    "sessions", 50, "signed-in devices of one account", "beyond this the oldest that is not connected is signed out"
)
_setting(
    "erase_grace_ms",
    "milliseconds from asking to erase an account to its erasure",
    "a stolen device, or a bad evening: signing in undoes it",
)
_setting(
    "connections",
    "connections of one account at once",
    "beyond this the one that was silent longest is closed",
    field="account_connections",
)


def value(limit: Limit, config: object) -> int:
    """What holds under a configuration."""
    found: int = getattr(config, limit.setting) if limit.setting else limit.value
    return found


def told(config: object) -> Limits:
    """What `hello` advertises: the rows that the protocol has a field for."""
    return Limits(**{name: value(TABLE[name], config) for name in Limits.__struct_fields__})
