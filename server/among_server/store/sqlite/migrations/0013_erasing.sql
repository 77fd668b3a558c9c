-- Who goes. What names somebody goes at once; what is still to be done is kept here, as JSON (store/erasing.py), and
-- carried on after a restart.

CREATE TABLE erasures (
    name TEXT PRIMARY KEY,
    due_ms INTEGER NOT NULL,  -- Unix time
    state BLOB NOT NULL       -- JSON
) STRICT, WITHOUT ROWID;

CREATE INDEX erasures_due ON erasures (due_ms, name);

-- Handles that nobody may have yet, as the SHA-256 of the place and of what the handle looks like: it tells nobody who
-- had it.
CREATE TABLE resting (
    name BLOB PRIMARY KEY,
    until_ms INTEGER NOT NULL,  -- Unix time
    member TEXT NOT NULL        -- who may have it back; empty: nobody
) STRICT, WITHOUT ROWID;

-- The row of an account that is erased stays, nameless: rows of others refer to its number.
ALTER TABLE accounts ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;  -- 0 or 1

-- What a report is about: it is kept until the report is answered.
ALTER TABLE reports ADD COLUMN member TEXT NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN room TEXT NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN message INTEGER NOT NULL DEFAULT 0;

UPDATE reports SET (member, room, message) = (
    SELECT json_extract(e.json, '$.member'), coalesce(json_extract(e.json, '$.room'), ''),
        coalesce(json_extract(e.json, '$.message'), 0)
    FROM logs c JOIN log_entries e ON e.log = 'w' || substr(c.id, 2) AND e.seq = reports.seq
    WHERE c.key = reports.community
);

CREATE INDEX reports_member ON reports (member);
