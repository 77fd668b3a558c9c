"""Coming and going: how often others are told of one, and one of others."""

from .table import Section

SECTION = Section("Coming and going")

JOINS = SECTION.limit(
    "joins",
    30,
    "communities that one account joins in a row",
    "who is new looks around; everybody there is told of each",
)
JOIN_SECONDS = SECTION.limit("join_seconds", 30, "seconds for one more", "who leaves and joins in a loop is no show")
LOOKS = SECTION.limit(
    "looks",
    64,
    "places of one account, in a second, in which others see at once that it appears otherwise; of the first change, all do",
    "who changes that all the time is seen as they were last, a second later",
)
DISCOVERIES = SECTION.limit(
    "discoveries",
    40,
    "answers of one account with suggestions, or with who wants to be found by an interest, in a row",
    "who looks around in the evening; who counts with it what is not told, is out of breath soon",
)
DISCOVERY_SECONDS = SECTION.limit(
    "discovery_seconds", 900, "seconds for one more", "under a hundred in a day, beside those in a row"
)
