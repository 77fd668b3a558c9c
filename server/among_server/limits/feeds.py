"""Feeds, which are read without signing in."""

from .table import Section

SECTION = Section("Feeds")

FEED_POSTS = SECTION.limit(
    "feed_posts", 20, "posts of one feed, the newest", "readers come back; older posts are read in the corner"
)
FEED_BYTES = SECTION.limit(
    "feed_bytes",
    131_072,
    "bytes of all bodies in one feed",
    "six of the longest posts; of what is beyond them a feed has the first lines",
)
FEED_UNITS = SECTION.limit(
    "feed_units", 50, "units of the address for one feed", "as much as the dearest command: a dozen a second, for ever"
)
