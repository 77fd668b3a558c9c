"""Budgets: what asking costs, and how it comes back."""

from .table import Section

SECTION = Section("Budgets")

SECTION.setting("budget", "units of an account, on all its connections", "a burst of sixty messages")
SECTION.setting("budget_per_second", "units of an account that come back", "six messages a second, for ever")
SECTION.setting(
    "address_budget", "units of an address, of everybody there", "a hundred people of one office come back at once"
)
SECTION.setting("address_budget_per_second", "units of an address that come back", "twenty accounts that never stop")
CONNECT_UNITS = SECTION.limit(
    "connect_units",
    5,
    "units of the address for one handshake",
    "a hundred and twenty a second from one address, for ever",
)
SECTION.setting(
    "address_connections", "connections of one address", "a school behind one address; raise it for a larger one"
)
