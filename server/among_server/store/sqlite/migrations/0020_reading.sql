-- Reading: what was said last in each room, what was meant for somebody, what is worth a bell, and when nothing is.

ALTER TABLE heads ADD COLUMN said INTEGER NOT NULL DEFAULT 0;     -- number of the newest message or post; 0: none
ALTER TABLE heads ADD COLUMN said_ms INTEGER NOT NULL DEFAULT 0;  -- when that was, in Unix time

UPDATE heads SET said = coalesce(max(
    coalesce((SELECT pos & 68719476735 FROM entries WHERE pos BETWEEN log << 36 AND log << 36 | 68719476735
        AND type IN ('message.sent', 'post.published') ORDER BY pos DESC LIMIT 1), 0),
    coalesce((SELECT pos & 68719476735 FROM arrivals WHERE pos BETWEEN log << 36 AND log << 36 | 68719476735
        AND type IN ('message.sent', 'post.published') ORDER BY pos DESC LIMIT 1), 0)
), 0) WHERE ordinal > 0;
UPDATE heads SET said_ms = coalesce((
    SELECT CAST(strftime('%s', at) AS INTEGER) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) FROM (
        SELECT json_extract(CAST(json AS TEXT), '$.at') AS at FROM (
            SELECT json FROM entries WHERE pos = log << 36 | said
            UNION ALL SELECT json FROM arrivals WHERE pos = log << 36 | said
        ) LIMIT 1
    )
), 0) WHERE said > 0;

-- Items of inboxes. The newest of an account stays, so that no number is used again.
CREATE TABLE inbox (
    account INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('', 'mention', 'reply', 'notice')),  -- empty: what it is about was blanked
    log INTEGER NOT NULL,
    seq INTEGER NOT NULL,  -- of the message or post; of a notice, of the entry
    member TEXT NOT NULL,  -- who said it; empty for a notice
    PRIMARY KEY (account, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX inbox_entry ON inbox (log, seq);

CREATE TABLE inbox_marks (
    account INTEGER PRIMARY KEY,
    number INTEGER NOT NULL  -- everything up to here is read
) STRICT;

CREATE TABLE notify (
    account INTEGER NOT NULL REFERENCES accounts,
    place INTEGER NOT NULL,  -- a room or a community; 0: everywhere
    word TEXT NOT NULL,      -- folded; empty: none
    level TEXT NOT NULL CHECK (level IN ('all', 'mentions', 'nothing')),
    until_ms INTEGER NOT NULL,  -- Unix time; 0: it does not end by itself
    PRIMARY KEY (account, place, word)
) STRICT, WITHOUT ROWID;

CREATE TABLE dnds (
    account INTEGER PRIMARY KEY REFERENCES accounts,
    json BLOB NOT NULL  -- Dnd of the protocol
) STRICT;
