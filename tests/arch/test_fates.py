"""What becomes of everything when somebody goes is written down: `among_server/store/fates.py` has a row for each field of
each entry, and for each table."""

import re
from importlib.resources import files

import pytest
from msgspec.structs import fields

from among_protocol.base import Entry
from among_protocol.wire import ENTRIES, tag_of
from among_server.store import fates
from among_server.store.fates import Fate

ALL_HAVE = {field.name for field in fields(Entry)}
HOW = "When somebody leaves, or erases their account, what becomes of it? Say so in server/among_server/store/fates.py:"


@pytest.mark.parametrize("entry", ENTRIES, ids=tag_of)
def test_every_field_of_an_entry_has_a_fate(entry):
    own = {field.name for field in fields(entry)} - ALL_HAVE
    known = set(fates.ENTRIES.get(entry, {}))
    name = f"{entry.__module__.rpartition('.')[2]}.{entry.__name__}"
    assert entry in fates.ENTRIES, f"{HOW} ENTRIES[{name}] needs a `Fate` for each of {sorted(own)}"
    assert own - known == set(), f"{HOW} ENTRIES[{name}] lacks a `Fate` for {sorted(own - known)}"
    assert known - own == set(), f"ENTRIES[{name}] speaks of what is not there: {sorted(known - own)}"


@pytest.mark.parametrize("entry", ENTRIES, ids=tag_of)
def test_what_goes_can_be_emptied(entry):
    going = {name for name, fate in fates.ENTRIES[entry].items() if fate in (Fate.PERSONA, Fate.WORDS)}
    assert going <= set(entry.words), f"{entry.__name__}.words must name {sorted(going - set(entry.words))}: blank.py"
    staying = {name for name in entry.words if fates.ENTRIES[entry][name] not in (Fate.PERSONA, Fate.WORDS)}
    assert not (going and staying), f"blanking a {entry.__name__} would empty {sorted(staying)}, which stays"
    others = {name for name, fate in fates.ENTRIES[entry].items() if fate is Fate.OTHERS}
    assert not others or entry in fates.WITHOUT, (
        f"how a {entry.__name__} is told without one person: fates.WITHOUT needs a function for {sorted(others)}"
    )


def test_every_table_has_a_fate():
    folder = files("among_server.store.sqlite") / "migrations"
    steps = "\n".join(step.read_text("utf-8") for step in folder.iterdir() if step.name.endswith(".sql"))
    made = set(re.findall(r"^CREATE (?:VIRTUAL )?TABLE (\w+)", steps, re.MULTILINE))
    gone = set(re.findall(r"^DROP TABLE (\w+)", steps, re.MULTILINE))
    renamed = dict(re.findall(r"^ALTER TABLE (\w+) RENAME TO (\w+)", steps, re.MULTILINE))
    tables = {renamed.get(name, name) for name in made} - (gone - set(renamed.values()))
    missing = sorted(tables - set(fates.TABLES))
    assert missing == [], f"{HOW} TABLES lacks {missing}: what an erasure does to it, and how an export tells it"
    assert sorted(set(fates.TABLES) - tables) == [], "TABLES speaks of tables that there are not"


def test_a_row_says_what_is_left_out_and_why():
    for name, row in fates.TABLES.items():
        assert row.erased, name
        assert row.exported.removeprefix("-").strip(), f"{name}: say how it is exported, or after a dash why it is not"
