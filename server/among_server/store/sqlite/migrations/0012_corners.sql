-- Corners: rooms of a new kind, with posts; and drafts.
--
-- SQLite can't change a CHECK, so `rooms` is made anew, as in 0003_stewards.sql. A corner has no short name: it is found by
-- whose it is.

DROP INDEX rooms_community;
DROP INDEX rooms_within;

CREATE TABLE new_rooms (
    key INTEGER PRIMARY KEY REFERENCES logs,
    kind TEXT NOT NULL CHECK (kind IN ('open', 'private', 'direct', 'corner')),
    community INTEGER REFERENCES communities,  -- NULL for a direct
    slug TEXT NOT NULL,                        -- empty for a direct, and for a corner
    topic TEXT NOT NULL,
    within INTEGER REFERENCES communities      -- of a direct: where its people are whom they are in it
) STRICT;

INSERT INTO new_rooms (key, kind, community, slug, topic, within)
SELECT key, kind, community, slug, topic, within FROM rooms ORDER BY key;
DROP TABLE rooms;
ALTER TABLE new_rooms RENAME TO rooms;

CREATE UNIQUE INDEX rooms_community ON rooms (community, slug) WHERE community IS NOT NULL AND kind <> 'corner';
CREATE INDEX rooms_within ON rooms (within) WHERE within IS NOT NULL;

CREATE TABLE corners (
    room INTEGER PRIMARY KEY REFERENCES rooms,
    member TEXT NOT NULL UNIQUE REFERENCES members,
    comments TEXT NOT NULL,  -- who may: members, nobody
    public INTEGER NOT NULL, -- 0 or 1
    opened TEXT NOT NULL,    -- RFC 3339
    changed TEXT NOT NULL    -- RFC 3339: what is public of it
) STRICT;

-- What a list shows of a post that is there. Its words are in the entries of its versions.
CREATE TABLE posts (
    room INTEGER NOT NULL REFERENCES rooms,
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,      -- RFC 3339
    member TEXT NOT NULL REFERENCES members,
    rev INTEGER NOT NULL,
    title TEXT NOT NULL,   -- of the newest version, as the next three
    lead TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    edited TEXT NOT NULL,  -- RFC 3339; empty: it is the first
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

-- The entries that belong to a post: its versions, and the comments on it.
CREATE TABLE post_parts (
    room INTEGER NOT NULL,
    post INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('version', 'comment')),
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,  -- RFC 3339
    PRIMARY KEY (room, post, kind, seq)
) STRICT, WITHOUT ROWID;

-- What an account has begun to write, and where: in a room, or for its corner of a community.
CREATE TABLE drafts (
    account INTEGER NOT NULL REFERENCES accounts,
    place INTEGER NOT NULL REFERENCES logs,
    text TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    at TEXT NOT NULL,  -- RFC 3339
    PRIMARY KEY (account, place)
) STRICT, WITHOUT ROWID;
