"""Times that somebody chooses: how long something may hold that ends by itself."""

from among_protocol import invites, moderation, notify, status

from .table import Section

SECTION = Section("Times that somebody chooses")

SECTION.limit("silence_ms", moderation.LONGEST_SILENCE, "milliseconds of a silence", "four weeks; more is a ban")
SECTION.limit(
    "silence_least_ms", moderation.SHORTEST_SILENCE, "milliseconds of a silence, at least", "a shorter one is not felt"
)
SECTION.limit("ban_ms", moderation.LONGEST_BAN, "milliseconds of a ban that ends by itself", "ten years")
SECTION.limit("invite_ms", invites.LONGEST_INVITE, "milliseconds for which an invite holds, where it ends", "a year")
SECTION.limit(
    "invite_least_ms", invites.SHORTEST_INVITE, "likewise, at least", "a shorter one has ended when it is read"
)
SECTION.limit("status_ms", status.LONGEST_STATUS, "milliseconds of a status that ends by itself", "a year")
SECTION.limit(
    "notify_choice_ms",
    notify.LONGEST_CHOICE,
    "milliseconds of a choice on what is worth a bell that ends by itself",
    "a year",
)
