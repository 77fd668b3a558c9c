"""The table of all limits. What is in it is enforced, and nothing else is: `hello.limits` is made of it, enforcement
imports its values, docs/reference/limits.md is printed from it, and tests/server/test_limits.py walks it.

A limit is one call in the module of its section: its name, its value, what one unit is, and the reason for just so much.
Texts whose bound is a part of the protocol's types take the value from there. Those that an operator may set name the
setting instead.
"""

from among_protocol.session import Limits

from . import budgets, feeds, frames, going, guests, lists, personas, places, texts, times, tries
from .budgets import *
from .feeds import *
from .frames import *
from .going import *
from .guests import *
from .lists import *
from .personas import *
from .places import *
from .table import Limit
from .texts import *
from .tries import *

SECTIONS = tuple(
    module.SECTION for module in (frames, guests, budgets, feeds, tries, going, personas, texts, lists, places, times)
)
TABLE: dict[str, Limit] = {limit.name: limit for section in SECTIONS for limit in section.limits}
assert len(TABLE) == sum(len(section.limits) for section in SECTIONS), "two limits of one name"


def value(limit: Limit, config: object) -> int:
    """What holds under a configuration."""
    found: int = getattr(config, limit.setting) if limit.setting else limit.value
    return found


def told(config: object) -> Limits:
    """What `hello` tells: all of them."""
    return Limits(**{name: value(limit, config) for name, limit in TABLE.items()})
