"""Personas: how often they change."""

from .table import Section

SECTION = Section("Personas")

PERSONA_CHANGES = SECTION.limit(
    "persona_changes", 20, "changes of one persona in a row", "who finds their words; all members are told of each"
)
PERSONA_CHANGE_SECONDS = SECTION.limit("persona_change_seconds", 4_320, "seconds for one more", "twenty a day")
MEND_MS = SECTION.limit(
    "mend_ms",
    600_000,
    "milliseconds in which a change that corrects the one before is free",
    "one sees the mistake at once",
)
MENDS = SECTION.limit("mends", 3, "such corrections of one change", "or nothing would bound them")
HANDLE_CHANGE_MS = SECTION.limit(
    "handle_change_ms",
    7 * 86_400_000,
    "milliseconds from one handle in a community to the next",
    "people are known by it",
)
HANDLE_REST_MS = SECTION.limit(
    "handle_rest_ms",
    90 * 86_400_000,
    "milliseconds for which nobody else takes a handle that somebody in the community had",
    "by then nobody looks for them under it",
)
