"""Lists: how many of something at once."""

from among_protocol import base, logs, query

from .table import Section

SECTION = Section("Lists")

PAGE_ENTRIES = SECTION.limit(
    "page_entries", base.PAGE_ENTRIES, "rows of one page", "of short rows; a page of long ones ends earlier"
)
REPLAY_ENTRIES = SECTION.limit(
    "replay_entries",
    1_000,
    "entries of each log in one sync",
    "more is cheaper as pages, and can be skipped by who only wants the newest",
)
REPLAY_PAGES = SECTION.limit(
    "replay_pages",
    1_000,
    "pages of all that one account is brought up to, in a row",
    "one for each log that it may have; what comes on top of that waits",
)
REPLAY_PAGES_PER_SECOND = SECTION.limit(
    "replay_pages_per_second",
    50,
    "more of these pages a second",
    "ten thousand entries; who syncs without end slows down nobody else",
)
MENTIONS = SECTION.limit(
    "mentions", 20, "people of one message", "a mention costs a row and rings a bell; more are not counted"
)
WATCHED = SECTION.limit(
    "watched", base.WATCHED, "members whose presence one session watches", "what fits a screen, ten times over"
)
SECTION.limit("personas", base.PERSONAS, "personas resolved at once", "the authors of a page")
SECTION.limit("links", base.LINKS, "links of one persona", "a card is no directory")
POSITIONS = SECTION.limit(
    "positions", base.POSITIONS, "logs named in one sync", "all that an account can have, and some that it left"
)
SECTION.limit(
    "want_communities",
    logs.WANT_COMMUNITIES,
    "communities that one session names as those it wants",
    "all that one is in",
)
SECTION.limit(
    "want_notices",
    logs.WANT_NOTICES,
    "kinds of notices that one session names as those it wants",
    "more than there are",
)
SECTION.limit("found", base.FOUND, "members that one search finds", "who is not among them is found by one more letter")
SECTION.limit(
    "query_chars", base.QUERY_CHARS, "code points of a search", "a sentence that one remembers, and some filters"
)
SECTION.limit("query_terms", base.QUERY_TERMS, "words, phrases and filters of one search", "each is looked up")
SECTION.limit(
    "prefix_least", query.PREFIX_LEAST, "characters before a `*` in a search, at least", "one begins too many words"
)
SECTION.limit("hits", base.HITS, "hits of one search, in one answer", "what one reads before the next page")
SEARCHES = SECTION.limit(
    "searches",
    4,
    "searches of what was said that one account has under way",
    "somebody types in four windows; all accounts have turns at one thread",
)
SECTION.limit(
    "suggestions", base.SUGGESTIONS, "communities suggested at once", "what one reads before the next question"
)
SECTION.limit("questions", base.QUESTIONS, "questions at the door of one community", "more is an examination")
PREVIEW_ROOMS = SECTION.limit("preview_rooms", 10, "rooms in a preview", "what a glance takes in")
PREVIEW_MESSAGES = SECTION.limit("preview_messages", 5, "messages of each room in a preview", "likewise")
PREVIEW_BYTES = SECTION.limit(
    "preview_bytes", 32_768, "bytes of UTF-8 of all messages in a preview", "likewise: a few of the longest"
)
SECTION.limit("cards", base.CARDS, "cards read at once", "the people of a screen, and more")
CARDS_BYTES = SECTION.limit(
    "cards_bytes",
    131_072,
    "bytes of the cards of one answer, about",
    "a page; one who says a lot of themselves takes 15,000",
)
SYNC_BYTES = SECTION.limit(
    "sync_bytes",
    1_048_576,
    "bytes of the communities in one sync, about",
    "most people's all at once; the rest is asked for, each by itself",
)
SECTION.limit("extensions", base.EXTENSIONS, "extensions enabled at once", "more than there are")
ROOM_MENTIONS = SECTION.limit(
    "room_mentions",
    3,
    "mentions of everybody in one room, `@room`, within `room_mention_ms`",
    "it rings everywhere; who calls more often is heard by nobody",
)
ROOM_MENTION_MS = SECTION.limit(
    "room_mention_ms", 3_600_000, "milliseconds", "an hour: what is urgent is said three times in it"
)
EDITS = SECTION.limit("edits", 100, "edits of one message", "each is kept, and is read with the message")
REACTIONS = SECTION.limit(
    "reactions",
    20,
    "different emoji on one message, each by any number of members",
    "two lines of a small screen; all of them are read with the message",
)
NOTIFY_CHOICES = SECTION.limit(
    "notify_choices",
    base.NOTIFY_CHOICES,
    "choices of one account on what is worth a bell",
    "one for each room that one may follow; all of them are in every sync",
)
NOTIFY_WORDS = SECTION.limit(
    "notify_words", base.NOTIFY_WORDS, "words that one account waits for", "each is looked for in every text that comes"
)
SECTION.limit("notify_word_chars", base.NOTIFY_WORD_CHARS, "code points of such a word, folded", "a word or three")
SECTION.limit(
    "dnd_times", base.DND_TIMES, "times at which one account is not to be disturbed", "one for each day of the week"
)
INBOX = SECTION.limit(
    "inbox", 500, "items of one inbox that are kept, the newest", "older ones are history: the rooms have what was said"
)
INBOX_OF_ONE = SECTION.limit(
    "inbox_of_one",
    100,
    "of them what one member said, the newest",
    "who mentions somebody without end pushes out nobody else's",
)
