"""Texts: how long they are."""

from among_protocol import base, bookmarks, portrait, status

from .table import Section

SECTION = Section("Texts")

SECTION.limit("body_bytes", base.BODY_BYTES, "bytes of UTF-8", "four pages; more is a file")
POST_BYTES = SECTION.limit(
    "post_bytes",
    base.POST_BYTES,
    "bytes of UTF-8",
    "an essay of ten pages; with every character escaped it still fits a frame",
)
SECTION.limit(
    "title_chars", base.TITLE_CHARS, "code points after NFC", "titles of posts: three lines of a small screen"
)
SECTION.limit(
    "name_chars", base.NAME_CHARS, "code points after NFC", "display names and names of communities fit a line"
)
SECTION.limit("about_chars", base.ABOUT_CHARS, "code points after NFC", "profiles and descriptions: a paragraph")
SECTION.limit("topic_chars", base.TOPIC_CHARS, "code points after NFC", "topics: two lines")
SECTION.limit(
    "passage_bytes", portrait.PASSAGE_BYTES, "bytes of UTF-8", "a section of a community's portrait: four pages"
)
SECTION.limit(
    "reason_chars", base.REASON_CHARS, "code points after NFC", "why a steward acted, or somebody reports: a paragraph"
)
SECTION.limit("status_chars", status.STATUS_CHARS, "code points after NFC", "of a status: what fits beside a name")
SECTION.limit("tag_chars", base.TAG_CHARS, "characters of a tag", "a word or three; more is a sentence")
SECTION.limit("rules_bytes", base.RULES_BYTES, "bytes of UTF-8", "rules of a community: four pages")
SECTION.limit("question_chars", base.QUESTION_CHARS, "code points after NFC", "a question at the door: two lines")
SECTION.limit("answer_chars", base.ANSWER_CHARS, "code points after NFC", "an answer at the door: a paragraph")
SECTION.limit("note_chars", bookmarks.NOTE_CHARS, "code points after NFC", "a note at a bookmark: a paragraph")
SECTION.limit(
    "handle_chars", base.HANDLE_CHARS, "characters, of a-z 0-9 . _ -", "handles and short names of places are typed"
)
SECTION.limit("handle_least", base.HANDLE_LEAST, "characters, at least", "there are too few shorter ones")
SECTION.limit("pronouns_chars", base.PRONOUNS_CHARS, "code points after NFC", "three or four words")
SECTION.limit("place_chars", base.PLACE_CHARS, "code points after NFC", "the longest names of places there are")
SECTION.limit("why_chars", base.WHY_CHARS, "code points after NFC", "why one is in a community: two lines")
SECTION.limit("intro_chars", base.INTRO_CHARS, "code points after NFC", "an introduction: a page on a small screen")
SECTION.limit("label_chars", base.LABEL_CHARS, "code points after NFC", "what a link leads to, in a few words")
SECTION.limit("link_chars", base.LINK_CHARS, "characters", "an address that somebody could type")
SECTION.limit("password_chars", base.PASSWORD_CHARS, "code points", "any sentence; its hash costs the same")
PASSWORD_LEAST = SECTION.limit("password_least", 8, "code points, at least", "shorter ones are guessed")
SECTION.limit(
    "key_chars",
    base.KEY_CHARS,
    "code points",
    "ids, nonces, devices, searches and other words that only name something",
)
SECTION.limit("secret_chars", base.SECRET_CHARS, "code points", "tokens and invites, five times as long as ours")
SECTION.limit(
    "cursor_chars", base.CURSOR_CHARS, "characters of where a page ended", "all that a server needs to go on from there"
)
SECTION.limit("emoji_chars", status.EMOJI_CHARS, "code points of one emoji", "the longest has eleven")
