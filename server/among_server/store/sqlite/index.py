"""The index of what was said, in a file of its own: `search.db`. It holds no text, can be deleted at any time, and is in no
backup: what it is made of is all in the database.

Rule 1: everything said has a number, in the order in which it was said. So many of them in a row make a volume, which is
a table of FTS5 of its own: a bounded piece of work to read, and to make anew.
Rule 2: a word stands in the index with its audience before it: the community for what all its members may read, the room
for a private one or a direct. A search reads those of its own audiences, and not one row of anybody else's.
Rule 3: nothing is ever taken out of a volume. What is gone is not found, since the text decides (words.py); and to be rid
of its words, the volume is made anew without them. That works with every SQLite, and leaves nothing behind: of what is
gone not even its number, and of a volume in which nothing is left no table.
Rule 4: what was indexed, and how far that is, are kept in one transaction: whenever a server is killed, nothing is missing
and nothing is there twice.
Rule 5: what is written batch by batch stands in several pieces, and who looks up a word looks into each. A volume that is
full is put into one piece, a step at a time.

Only the index's thread (indexing.py) writes.
"""

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import json

from .. import files
from ..search import Said
from ..words import words_of

FILE = "search.db"
SHAPE = "3"  # of the tables, and of what texts are found by
VOLUME_BITS = 15  # of the numbers in one volume
KEY = re.compile(r"[0-9a-f]{64}")
MERGED = 8  # pages, about, that are put together at once: one or two milliseconds
CHECKPOINT_PAGES = 500  # 2 MiB: a larger flush would hold up those of the messages

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- How far each room's log is indexed. The numbers of logs and places are those of the database.
CREATE TABLE followed (log INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;

CREATE TABLE said (
    n INTEGER PRIMARY KEY,
    pos INTEGER NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL  -- Unix time
) STRICT;

CREATE TABLE volumes (
    volume INTEGER PRIMARY KEY,
    oldest INTEGER NOT NULL,  -- Unix time in milliseconds of what is in it
    newest INTEGER NOT NULL,
    stale INTEGER NOT NULL,   -- 1: holds words of what is gone; 2: was emptied for that, and is to be filled again; 0: neither
    whole INTEGER NOT NULL    -- 1: was put into one piece when it was full
) STRICT;

-- Audiences of which something stands in a volume.
CREATE TABLE heard (audience INTEGER NOT NULL, volume INTEGER NOT NULL, PRIMARY KEY (audience, volume))
STRICT, WITHOUT ROWID;

-- While all is indexed for the first time: what is still to be, in the order in which it was said.
CREATE TABLE todo (at_ms INTEGER NOT NULL, pos INTEGER NOT NULL, PRIMARY KEY (at_ms, pos)) STRICT, WITHOUT ROWID;
"""


class Row(NamedTuple):
    """Something to index."""

    pos: int
    at_ms: int
    audience: int
    terms: str


def available() -> bool:
    """Whether this SQLite can search."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        try:
            db.execute(f"CREATE VIRTUAL TABLE {_volume(0)}")
        except sqlite3.OperationalError:
            return False
    return True


def _volume(volume: int) -> str:
    return f"words_{volume} USING fts5(terms, content='', columnsize=0, detail=none, tokenize='ascii')"


def connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        os.close(files.create(path))
    db = sqlite3.connect(path, isolation_level=None, timeout=2.0)
    try:
        for setting in (
            "mmap_size = 0",
            "journal_mode = WAL",
            "synchronous = NORMAL",  # a power cut loses the end of it, which is indexed again
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
            f"journal_size_limit = {CHECKPOINT_PAGES * 4096 * 2}",
            "cache_size = -16384",
            "temp_store = MEMORY",
            "secure_delete = ON",
        ):
            db.execute(f"PRAGMA {setting}")
    except BaseException:
        db.close()
        raise
    return db


def remove(path: Path) -> None:
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        file.unlink(missing_ok=True)


class Index:
    """The file, for who writes it. Every method that changes something is called inside a transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.last = 0  # the highest number
        self._volumes: dict[int, tuple[int, int]] = {}  # oldest and newest, Unix time in milliseconds
        self._heard: set[tuple[int, int]] = set()  # volume and audience, of the newest volume
        self._moved: set[int] = set()  # volumes of which something is not written yet

    def is_of(self, store: str, epoch: str) -> bool:
        """Whether this index is whole, and of this store in this epoch; then it is read. Also after a transaction was lost."""
        self._moved.clear()
        if not self.db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'about'").fetchone()[0]:
            return False
        about = dict(self.db.execute("SELECT name, value FROM about"))
        if (about.get("shape"), about.get("store"), about.get("epoch")) != (SHAPE, store, epoch):
            return False
        last = about.get("last", "0")
        if not KEY.fullmatch(about.get("key", "")) or not last.isdecimal() or not self._has_all():
            return False
        highest = self.db.execute("SELECT coalesce(max(n), 0) FROM said").fetchone()[0]
        self.last = max(highest, int(last))
        self._volumes = {v: (old, new) for v, old, new in self.db.execute("SELECT volume, oldest, newest FROM volumes")}
        self._heard.clear()
        return True

    def _has_all(self) -> bool:
        """Whether each table is there. One that is not would be an error of the statement, which says nothing of the file."""
        there = {name for (name,) in self.db.execute("SELECT name FROM sqlite_schema")}
        wanted = re.findall(r"CREATE TABLE (\w+)", _TABLES)
        if not there.issuperset(wanted):
            return False
        volumes = self.db.execute("SELECT volume FROM volumes").fetchall()
        return there.issuperset(f"words_{volume}" for (volume,) in volumes)

    def begin(self) -> None:
        """An empty file becomes an index of nothing."""
        self.db.executescript(f"BEGIN IMMEDIATE;{_TABLES}COMMIT;")

    def belongs_to(self, store: str, epoch: str, key: bytes) -> None:
        """All that there was is listed in `todo`: from here on it is whole, whenever it is left. `key`: of its cursors."""
        told = {"shape": SHAPE, "store": store, "epoch": epoch, "key": key.hex()}
        self.db.executemany("REPLACE INTO about (name, value) VALUES (?, ?)", told.items())

    def add(self, rows: Sequence[Row]) -> None:
        """Something new, or something that says something else by now. In the order in which it was said."""
        asked = json.encode([row.pos for row in rows]).decode()
        these = "SELECT pos, n FROM said WHERE pos IN (SELECT value FROM json_each(?))"
        numbers: dict[int, int] = dict(self.db.execute(these, (asked,)))
        new: list[tuple[int, int, int]] = []
        volumes: dict[int, list[tuple[int, str]]] = {}
        for row in rows:
            if row.pos not in numbers:
                self.last += 1
                numbers[row.pos] = self.last
                new.append((self.last, row.pos, row.at_ms))
            number = numbers[row.pos]
            self._note(number >> VOLUME_BITS, row)
            volumes.setdefault(number >> VOLUME_BITS, []).append((number, row.terms))
        # One statement for many rows: each hands the interpreter's lock over, and must win it back from who answers people.
        self.db.execute(
            "INSERT INTO said (n, pos, at_ms) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)",
            (json.encode(new).decode(),),
        )
        for volume, words in volumes.items():
            self.fill(volume, sorted(words))

    def _note(self, volume: int, row: Row) -> None:
        """What stands in a volume, beside its words."""
        oldest, newest = self._volumes.get(volume, (row.at_ms, row.at_ms))
        if volume not in self._volumes:
            self.db.execute(f"CREATE VIRTUAL TABLE {_volume(volume)}")
            self._heard.clear()
        now = min(oldest, row.at_ms), max(newest, row.at_ms)
        if self._volumes.get(volume) != now:
            self._volumes[volume] = now
            self._moved.add(volume)
        if (volume, row.audience) not in self._heard:
            self._heard.add((volume, row.audience))
            self._hear(volume, {row.audience})

    def _hear(self, volume: int, audiences: Iterable[int]) -> None:
        sql = "INSERT OR IGNORE INTO heard (volume, audience) VALUES (?, ?)"
        self.db.executemany(sql, [(volume, audience) for audience in audiences])

    def flush(self) -> None:
        """Last in a transaction: what is told of whole volumes."""
        self.db.executemany(
            "INSERT INTO volumes (volume, oldest, newest, stale, whole) VALUES (?, ?, ?, 0, 0)"
            " ON CONFLICT DO UPDATE SET oldest = excluded.oldest, newest = excluded.newest",
            [(volume, *self._volumes[volume]) for volume in sorted(self._moved)],
        )
        self._moved.clear()

    def forget(self, places: Iterable[int]) -> None:
        """What these said is gone: their words are to go, too."""
        for pos in places:
            self.db.execute(
                f"UPDATE volumes SET stale = max(stale, 1) WHERE volume = (SELECT n >> {VOLUME_BITS} FROM said WHERE pos = ?)",  # noqa: S608  # numbers of ours
                (pos,),
            )

    def stale(self) -> Sequence[int]:
        """Volumes with words of what is gone."""
        return [volume for (volume,) in self.db.execute("SELECT volume FROM volumes WHERE stale ORDER BY volume")]

    def emptied(self) -> Sequence[tuple[int, int]]:
        """Volumes that are to be filled again, and when the oldest text in each was said (Unix time in milliseconds)."""
        return self.db.execute("SELECT volume, oldest FROM volumes WHERE stale = 2 ORDER BY volume DESC").fetchall()

    def places(self, volume: int) -> Sequence[tuple[int, int]]:
        """The numbers in a volume, and their places."""
        span = (volume << VOLUME_BITS, (volume + 1) << VOLUME_BITS)
        return self.db.execute("SELECT n, pos FROM said WHERE n >= ? AND n < ? ORDER BY n", span).fetchall()

    def empty(self, volume: int) -> None:
        """It is to be filled again."""
        self.db.execute("UPDATE volumes SET stale = 2 WHERE volume = ?", (volume,))
        self.db.execute("DELETE FROM heard WHERE volume = ?", (volume,))
        self._heard.clear()
        self.db.execute(f"DROP TABLE words_{volume}")
        self.db.execute(f"CREATE VIRTUAL TABLE {_volume(volume)}")

    def fill(self, volume: int, rows: Sequence[tuple[int, str]]) -> None:
        """Numbers and terms, by number. A number that is there already gets these terms, too."""
        self.db.execute(
            f"INSERT INTO words_{volume} (rowid, terms) SELECT value ->> 0, value ->> 1 FROM json_each(?)",  # noqa: S608  # a number of ours
            (json.encode(rows).decode(),),
        )

    def refill(self, volume: int, numbers: Mapping[int, int], rows: Sequence[Row]) -> None:
        """Some of its numbers, by place, and what these say now. Who says nothing any more never will, and loses its number."""
        left = sorted((numbers[row.pos], row.terms) for row in rows)
        self.fill(volume, left)
        self._hear(volume, {row.audience for row in rows})
        gone = set(numbers.values()) - {number for number, _ in left}
        sql = "DELETE FROM said WHERE n IN (SELECT value FROM json_each(?))"
        self.db.execute(sql, (json.encode(sorted(gone)).decode(),))

    def filled(self, volume: int) -> None:
        self.db.execute("REPLACE INTO about (name, value) VALUES ('last', ?)", (str(self.last),))  # it may be gone
        if self.places(volume):
            self.db.execute("UPDATE volumes SET stale = 0, whole = 0 WHERE volume = ?", (volume,))
            return
        self.db.execute("DELETE FROM volumes WHERE volume = ?", (volume,))
        self.db.execute(f"DROP TABLE words_{volume}")
        del self._volumes[volume]
        self._moved.discard(volume)

    def scattered(self) -> int | None:
        """The newest full volume that is not in one piece, if there is any."""
        sql = "SELECT max(volume) FROM volumes WHERE NOT whole AND NOT stale AND volume < ?"
        found: int | None = self.db.execute(sql, (self.last >> VOLUME_BITS,)).fetchone()[0]
        return found

    def merge(self, volume: int) -> None:
        """A step towards one piece."""
        before = self.db.total_changes
        self.db.execute(f"INSERT INTO words_{volume} (words_{volume}, rank) VALUES ('merge', -{MERGED})")  # noqa: S608  # numbers of ours
        if self.db.total_changes - before < 2:  # which is how FTS5 says that there was nothing to do
            self.db.execute("UPDATE volumes SET whole = 1 WHERE volume = ?", (volume,))

    def expect(self, rows: Iterable[tuple[int, int]]) -> None:
        """Moments (Unix time in milliseconds) and places of what is to be indexed."""
        self.db.executemany("INSERT OR IGNORE INTO todo (at_ms, pos) VALUES (?, ?)", rows)

    def due(self, limit: int) -> Sequence[tuple[int, int]]:
        """The first of what is listed."""
        return self.db.execute("SELECT at_ms, pos FROM todo ORDER BY at_ms, pos LIMIT ?", (limit,)).fetchall()

    def done(self, rows: Sequence[tuple[int, int]]) -> None:
        """These, which were the first, are indexed."""
        if rows:
            self.db.execute("DELETE FROM todo WHERE (at_ms, pos) <= (?, ?)", rows[-1])

    def listed(self) -> int:
        """How many."""
        (count,) = self.db.execute("SELECT count(*) FROM todo").fetchone()
        return int(count)

    def followed(self) -> dict[int, int]:
        return dict(self.db.execute("SELECT log, seq FROM followed"))

    def newest(self) -> int:
        """When the newest that is indexed was said: Unix time in milliseconds."""
        return max((newest for _, newest in self._volumes.values()), default=0)

    def key(self) -> bytes:
        """Of its cursors."""
        (key,) = self.db.execute("SELECT value FROM about WHERE name = 'key'").fetchone()
        return bytes.fromhex(key)

    def follow(self, positions: Iterable[tuple[int, int]]) -> None:
        """How far logs are indexed from now on."""
        self.db.executemany("REPLACE INTO followed (log, seq) VALUES (?, ?)", positions)


def term(audience: int, kind: str, value: str) -> str:
    """A word of the index. The kinds: `w` a word of the text, `f` its author, `m` whom it mentions, `h` what it has, `r` its
    room. FTS5 takes digits, letters and all beyond ASCII as they are."""
    return f"{audience}{kind}{value}"


def member_value(member: str) -> str:
    return "".join(filter(str.isalnum, member))


def terms_of(audience: int, room: int, said: Said) -> str:
    before = term(audience, "w", "")
    found = [before + word for word in words_of(said.title, said.body)]
    found += [term(audience, "f", member_value(said.by)), term(audience, "r", str(room))]
    found += [term(audience, "m", member_value(member)) for member in said.mentions]
    found += [term(audience, "h", what) for what in sorted(said.has())]
    return " ".join(found)
