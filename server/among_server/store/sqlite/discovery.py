"""What suggestions are made of, read from tables: see discovery.py. Each step is bounded, so that an answer costs about
the same whatever the server holds."""

import zlib
from sqlite3 import Connection

from msgspec import json

from among_protocol.discovery import Suggestion

from ..discovery import (
    COMMUNITIES_OF_TAG,
    LAST_SAID,
    MY_ROOMS,
    MY_TAGS,
    PEOPLE,
    Facts,
    chosen,
    suggested,
)
from .directory import cards
from .rows import SEQ_BITS
from .tags import HERE, LISTED, MEANT

# Whether a member m lets people elsewhere be told that somebody they talk with is there.
SHOWS = "m.claim != '' AND m.claim ->> '$.shown.elsewhere' = 'members'"

_MINE = f"SELECT DISTINCT m.key{MEANT} WHERE i.account = ? AND {HERE} ORDER BY m.key LIMIT {MY_TAGS}"
# Whether a community, `{}`, may be suggested to the account :me.
_OPEN = f"""(SELECT {LISTED} AND c.door != 'invite' FROM communities c WHERE c.key = {{0}})
    AND NOT EXISTS (SELECT 1 FROM members h WHERE h.account = :me AND h.place = {{0}} AND h.gone = 0)
    AND NOT EXISTS (SELECT 1 FROM dismissals d WHERE d.account = :me AND d.community = {{0}})
    AND NOT EXISTS (SELECT 1 FROM bans b WHERE b.account = :me AND b.community = {{0}}
        AND (b.until = '' OR b.until > strftime('%Y-%m-%dT%H:%M:%fZ')))"""  # noqa: S608  # ours
_CARRIED = f"""
    SELECT ct.community FROM community_tags ct JOIN tags t ON t.key = ct.tag
    WHERE ct.tag = :tag AND ct.community >= :from AND ct.community < :to AND {_OPEN.format("ct.community")}
    ORDER BY ct.community LIMIT :limit"""  # noqa: S608  # ours
_KEPT = f"pos > (r.key << {SEQ_BITS} | max(h.head - {LAST_SAID}, 0)) AND pos <= (r.key << {SEQ_BITS} | h.head)"
# Of whom a message is: by the member, since an entry's author leads to the account of one who is sealed, too.
_BY = "JOIN members m ON m.id = CAST(e.json AS TEXT) ->> '$.by'"
_TALKED = f"""
    WITH near AS (
        SELECT r.key, h.head FROM follows f JOIN rooms r ON r.key = f.room JOIN heads h ON h.log = r.key
        WHERE f.account = :me ORDER BY r.kind = 'direct' DESC, r.key DESC LIMIT {MY_ROOMS}),
    wrote(room, account) AS (
        SELECT r.key, m.account FROM near r JOIN heads h ON h.log = r.key JOIN entries e
            ON {_KEPT.replace("pos", "e.pos")} {_BY} WHERE +e.type = 'message.sent'
        UNION
        SELECT r.key, m.account FROM near r JOIN heads h ON h.log = r.key JOIN arrivals e
            ON {_KEPT.replace("pos", "e.pos")} {_BY} WHERE +e.type = 'message.sent')
    SELECT DISTINCT them.account FROM wrote me JOIN wrote them ON them.room = me.room
    WHERE me.account = :me AND them.account != :me ORDER BY them.account DESC LIMIT {PEOPLE}"""  # noqa: S608  # ours
_THERE = f"""
    SELECT m.place, count(*) FROM json_each(:people) p JOIN members m ON m.account = p.value AND m.gone = 0
    JOIN communities c ON c.key = m.place WHERE {SHOWS} AND {_OPEN.format("m.place")} GROUP BY m.place"""  # noqa: S608  # ours
_SENSITIVE = """
    SELECT DISTINCT ct.community FROM json_each(?) p JOIN community_tags ct ON ct.community = p.value
    JOIN tags t ON t.key = ct.tag LEFT JOIN tags m ON m.key = t.into_tag WHERE t.sensitive OR m.sensitive"""


def discover(db: Connection, account: str, limit: int, chance: str) -> list[Suggestion]:
    db.execute("BEGIN")
    try:
        found = db.execute("SELECT key FROM logs WHERE id = ?", (account,)).fetchone()
        if found is None:
            return []
        (me,) = found
        tags = _by_tag(db, me, chance)
        people = _by_people(db, me)
        keys = json.encode(list(people)).decode()
        sensitive = {key for (key,) in db.execute(_SENSITIVE, (keys,))}
        reasons = chosen(Facts(tags, people, sensitive), limit, chance)
        return suggested(reasons, cards(db, list(reasons)))
    finally:
        db.execute("COMMIT")


def _by_tag(db: Connection, me: int, chance: str) -> dict[int, list[str]]:
    """Communities that carry what the account said, and what of it. Of a tag that very many carry, another part each day."""
    (last,) = db.execute("SELECT coalesce(max(key), 0) FROM communities").fetchone()
    start = zlib.crc32(chance.encode()) % (last + 1)
    found: dict[int, list[str]] = {}
    for (mine,) in db.execute(_MINE, (me,)).fetchall():
        (name,) = db.execute("SELECT tag FROM tags WHERE key = ?", (mine,)).fetchone()
        given = db.execute("SELECT key FROM tags WHERE key = ?1 OR into_tag = ?1", (mine,)).fetchall()
        for (tag,) in given:
            left = COMMUNITIES_OF_TAG
            for low, high in ((start, last + 1), (0, start)):
                span = {"tag": tag, "from": low, "to": high, "me": me, "limit": left}
                for (community,) in db.execute(_CARRIED, span).fetchall():
                    left -= 1
                    carried = found.setdefault(community, [])
                    if name not in carried:
                        carried.append(name)
    return found


def _by_people(db: Connection, me: int) -> dict[int, int]:
    """Communities in which people whom the account talks with show that they are, and how many of them."""
    talked = [author for (author,) in db.execute(_TALKED, {"me": me})]
    return dict(db.execute(_THERE, {"people": json.encode(talked).decode(), "me": me}).fetchall())
