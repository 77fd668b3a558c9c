-- The first schema.
--
-- Every community, room and account is a place with a log, so each has a row in `logs`. The key of that row, a small
-- integer, stands for the place everywhere in the database; the text ids that travel live in `logs` and `members` alone.
--
-- An entry's position is its log's key and its number in one integer: pos = log << 36 | seq. All entries are thus one
-- clustered b-tree with integer keys, in which a log is a range and its newest entries lie together. 27 bits are left
-- for logs, 36 for numbers: 134 million logs of 68 thousand million entries each. What arrived lately is not there yet
-- but in `arrivals`, in the order in which it came: see arrivals.py. The view `log_entries` shows both.
--
-- Tables that every message touches (arrivals, entries, nonces, heads, markers) carry no foreign keys: the writer's rules see to
-- what these would check, and a check would cost a look-up per row.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE logs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('room', 'community', 'account')),
    floor INTEGER NOT NULL DEFAULT 0  -- entries up to here are no longer kept
) STRICT;

-- Beside `logs`, not in it: rewritten with every message, so the rows are as small as can be.
CREATE TABLE heads (
    log INTEGER PRIMARY KEY,
    head INTEGER NOT NULL,     -- number of the newest entry
    ordinal INTEGER NOT NULL   -- messages among the entries
) STRICT;

CREATE TABLE entries (
    pos INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    ordinal INTEGER NOT NULL,  -- messages in the log up to and including this entry
    author INTEGER NOT NULL,   -- key of the account that asked for it
    json BLOB NOT NULL         -- the event as it goes to clients, live and replayed
) STRICT;

-- What was asked under a nonce, and the entry that was its result. Also the way from an account to what it wrote.
CREATE TABLE nonces (
    account INTEGER NOT NULL,
    nonce TEXT NOT NULL,
    digest BLOB NOT NULL,
    pos INTEGER NOT NULL,
    PRIMARY KEY (account, nonce)
) STRICT, WITHOUT ROWID;

-- The newest of both; a few thousand rows.
CREATE TABLE arrivals (
    arrival INTEGER PRIMARY KEY,
    pos INTEGER NOT NULL UNIQUE,
    type TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    author INTEGER NOT NULL,
    json BLOB NOT NULL,
    nonce TEXT,  -- with the entry that is the result of its command
    digest BLOB
) STRICT;

CREATE VIEW log_entries AS
SELECT logs.id AS log, pos & 68719476735 AS seq, type, ordinal, author.id AS author, CAST(json AS TEXT) AS json
FROM (
    SELECT pos, type, ordinal, author, json FROM entries
    UNION ALL
    SELECT pos, type, ordinal, author, json FROM arrivals
) AS kept JOIN logs ON logs.key = pos >> 36 JOIN logs AS author ON author.key = kept.author;

CREATE TABLE accounts (
    key INTEGER PRIMARY KEY REFERENCES logs,
    handle TEXT NOT NULL UNIQUE,  -- folded
    display_name TEXT NOT NULL,
    bio TEXT NOT NULL,
    owner INTEGER NOT NULL        -- of the server: 0 or 1
) STRICT;

CREATE TABLE passwords (
    account INTEGER PRIMARY KEY REFERENCES accounts,
    hash TEXT NOT NULL
) STRICT;

-- Tokens and invites are known by their SHA-256 alone.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    secret BLOB NOT NULL UNIQUE,
    account INTEGER NOT NULL REFERENCES accounts,
    device TEXT NOT NULL,
    opened TEXT NOT NULL  -- RFC 3339
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_account ON sessions (account);

CREATE TABLE invites (
    secret BLOB PRIMARY KEY,
    owner INTEGER NOT NULL,      -- whoever uses it owns the server: 0 or 1
    uses INTEGER NOT NULL,       -- that are left
    expires_ms INTEGER NOT NULL  -- Unix time in milliseconds; 0: never
) STRICT, WITHOUT ROWID;

CREATE TABLE communities (
    key INTEGER PRIMARY KEY REFERENCES logs,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    about TEXT NOT NULL,
    members INTEGER NOT NULL,  -- who have not left
    words TEXT NOT NULL        -- what a search looks through, folded
) STRICT;

-- An account in a place: a community, or a direct (then the place is the room).
CREATE TABLE members (
    id TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts,
    place INTEGER NOT NULL REFERENCES logs,
    rev INTEGER NOT NULL,
    handle TEXT NOT NULL,
    display_name TEXT NOT NULL,
    bio TEXT NOT NULL,
    role TEXT NOT NULL,
    gone INTEGER NOT NULL,  -- has left: 0 or 1
    UNIQUE (account, place)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX members_place ON members (place, handle) WHERE gone = 0;

CREATE TABLE personas (
    member TEXT NOT NULL REFERENCES members,
    rev INTEGER NOT NULL,
    handle TEXT NOT NULL,
    display_name TEXT NOT NULL,
    bio TEXT NOT NULL,
    PRIMARY KEY (member, rev)
) STRICT, WITHOUT ROWID;

CREATE TABLE rooms (
    key INTEGER PRIMARY KEY REFERENCES logs,
    kind TEXT NOT NULL CHECK (kind IN ('open', 'private', 'direct')),
    community INTEGER REFERENCES communities,  -- NULL for a direct
    slug TEXT NOT NULL,                        -- empty for a direct
    topic TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX rooms_community ON rooms (community, slug) WHERE community IS NOT NULL;

CREATE TABLE directs (
    people TEXT PRIMARY KEY,  -- digest of the accounts
    room INTEGER NOT NULL REFERENCES rooms
) STRICT, WITHOUT ROWID;

CREATE TABLE follows (
    account INTEGER NOT NULL REFERENCES accounts,
    room INTEGER NOT NULL REFERENCES rooms,
    PRIMARY KEY (account, room)
) STRICT, WITHOUT ROWID;

CREATE TABLE markers (
    account INTEGER NOT NULL,
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,      -- everything up to here is read
    ordinal INTEGER NOT NULL,  -- messages up to there
    PRIMARY KEY (account, room)
) STRICT, WITHOUT ROWID;

CREATE TABLE mentions (
    account INTEGER NOT NULL,
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (account, room, seq)
) STRICT, WITHOUT ROWID;
