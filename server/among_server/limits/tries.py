"""Tries at secrets: how often one may be wrong."""

from .table import Section

SECTION = Section("Tries at secrets")

HANDLE_TRIES = SECTION.limit(
    "handle_tries",
    10,
    "wrong passwords for one handle, from everywhere",
    "who has forgotten theirs has tried all by then",
)
HANDLE_TRY_SECONDS = SECTION.limit(
    "handle_try_seconds", 30, "seconds for one more", "under three thousand guesses a day against one handle"
)
ADDRESS_TRIES = SECTION.limit(
    "address_tries", 20, "wrong passwords, invites and tokens of one address", "two people who have forgotten theirs"
)
ADDRESS_TRY_SECONDS = SECTION.limit(
    "address_try_seconds", 10, "seconds for one more", "under nine thousand a day from one address"
)
ADDRESS_SIGN_UPS = SECTION.limit(
    "address_sign_ups", 30, "accounts made from one address without an invite", "a class that signs up together"
)
ADDRESS_SIGN_UP_SECONDS = SECTION.limit(
    "address_sign_up_seconds", 60, "seconds for one more", "nobody founds a crowd overnight"
)
WAITING_PASSWORDS = SECTION.limit(
    "waiting_passwords",
    64,
    "passwords that wait for each thread that hashes",
    "a second and a half of work; beyond it one is told to wait",
)
