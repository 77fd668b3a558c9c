-- Stewards: each community has a second log, of kind `stewards`, with its audit and its reports; bans, open reports, and
-- who may not speak are kept beside.
--
-- SQLite can't change a CHECK, so `logs` is made anew, as https://sqlite.org/lang_altertable.html tells (section 7). The
-- id of a stewards' log is its community's with another first letter (`stewards_of` in store/api.py).

DROP VIEW log_entries;

CREATE TABLE new_logs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('room', 'community', 'account', 'stewards')),
    floor INTEGER NOT NULL DEFAULT 0  -- entries up to here are no longer kept
) STRICT;

INSERT INTO new_logs (key, id, kind, floor) SELECT key, id, kind, floor FROM logs ORDER BY key;
DROP TABLE logs;
ALTER TABLE new_logs RENAME TO logs;

CREATE VIEW log_entries AS
SELECT logs.id AS log, pos & 68719476735 AS seq, type, ordinal, author.id AS author, CAST(json AS TEXT) AS json
FROM (
    SELECT pos, type, ordinal, author, json FROM entries
    UNION ALL
    SELECT pos, type, ordinal, author, json FROM arrivals
    WHERE NOT EXISTS (SELECT 1 FROM entries WHERE entries.pos = arrivals.pos)  -- it may be on its way
) AS kept JOIN logs ON logs.key = pos >> 36 JOIN logs AS author ON author.key = kept.author;

INSERT INTO logs (id, kind) SELECT 'w' || substr(id, 2), 'stewards' FROM logs WHERE kind = 'community' ORDER BY key;
INSERT INTO heads (log, head, ordinal) SELECT key, 0, 0 FROM logs WHERE kind = 'stewards';

ALTER TABLE members ADD COLUMN silenced TEXT NOT NULL DEFAULT '';  -- RFC 3339: may not speak until then

-- Accounts that may not join. One whose time is over means nothing, and stays until it is replaced or lifted.
CREATE TABLE bans (
    community INTEGER NOT NULL REFERENCES communities,
    account INTEGER NOT NULL REFERENCES accounts,
    member TEXT NOT NULL REFERENCES members,
    seq INTEGER NOT NULL,   -- of the entry in the stewards' log
    at TEXT NOT NULL,       -- RFC 3339
    steward TEXT NOT NULL REFERENCES members,
    reason TEXT NOT NULL,
    until TEXT NOT NULL,    -- RFC 3339; empty: it does not end by itself
    told INTEGER NOT NULL,  -- the account heard of it: 0 or 1
    PRIMARY KEY (community, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX bans_seq ON bans (community, seq);

-- Reports that wait for an answer. What they say is in their entry.
CREATE TABLE reports (
    community INTEGER NOT NULL REFERENCES communities,
    seq INTEGER NOT NULL,      -- of the entry in the stewards' log
    account INTEGER NOT NULL REFERENCES accounts,  -- who filed it
    filed INTEGER NOT NULL,    -- number of the entry in that account's log
    PRIMARY KEY (community, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX reports_account ON reports (account, community);
