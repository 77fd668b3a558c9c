-- Personas: what one claims to be in a place, as one text (JSON, store/personas.py), in place of the bio alone; former
-- handles; and what names look like, so that nobody in a community looks like somebody else.

ALTER TABLE accounts ADD COLUMN claim TEXT NOT NULL DEFAULT '';  -- the profile, but for handle and name; empty: nothing

UPDATE accounts SET claim = json_object('bio', bio) WHERE bio <> '';

ALTER TABLE accounts DROP COLUMN bio;

ALTER TABLE members ADD COLUMN claim TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN claimed INTEGER NOT NULL DEFAULT 0;  -- 0: goes by the account's profile
ALTER TABLE members ADD COLUMN pace TEXT NOT NULL DEFAULT '';       -- JSON: how it changed lately; empty: not at all
ALTER TABLE members ADD COLUMN since TEXT NOT NULL DEFAULT '';      -- RFC 3339: goes by this handle since then; empty: not known
ALTER TABLE members ADD COLUMN left_at TEXT NOT NULL DEFAULT '';    -- RFC 3339; empty: is there, or when is not known
ALTER TABLE members ADD COLUMN looks TEXT NOT NULL DEFAULT '';      -- what the handle looks like: 0004_skeletons.sql
ALTER TABLE members ADD COLUMN name_looks TEXT NOT NULL DEFAULT ''; -- what the display name looks like

UPDATE members SET claim = json_object('bio', bio) WHERE bio <> '';
UPDATE members SET looks = skeleton(handle), name_looks = skeleton(display_name);

ALTER TABLE members DROP COLUMN bio;

CREATE INDEX members_looks ON members (place, looks);
CREATE INDEX members_name_looks ON members (place, name_looks) WHERE gone = 0;

-- As all members heard it. `seq`: of the entry in the place's log that told it; 0: none did.
ALTER TABLE personas ADD COLUMN pronouns TEXT NOT NULL DEFAULT '';
ALTER TABLE personas ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;

CREATE TEMP TABLE told AS
SELECT json ->> 'by' AS member, json ->> 'rev' AS rev, min(seq) AS seq
FROM log_entries WHERE type IN ('member.joined', 'member.updated') GROUP BY 1, 2;

CREATE UNIQUE INDEX temp.told_persona ON told (member, rev);

UPDATE personas SET seq = coalesce((SELECT t.seq FROM told t WHERE t.member = personas.member AND t.rev = personas.rev), 0);

DROP TABLE temp.told;

-- The handles that members had in a place.
CREATE TABLE lineage (
    member TEXT NOT NULL REFERENCES members,
    until TEXT NOT NULL,   -- RFC 3339
    handle TEXT NOT NULL,
    place INTEGER NOT NULL REFERENCES logs,
    looks TEXT NOT NULL,   -- what the handle looks like
    since TEXT NOT NULL,   -- RFC 3339; empty: not known
    PRIMARY KEY (member, until, handle)
) STRICT, WITHOUT ROWID;

CREATE INDEX lineage_handle ON lineage (place, handle);
CREATE INDEX lineage_looks ON lineage (place, looks);

-- Of a direct: the community whose personas speak there; NULL: the accounts' profiles do.
ALTER TABLE rooms ADD COLUMN within INTEGER REFERENCES communities;

CREATE INDEX rooms_within ON rooms (within) WHERE within IS NOT NULL;

CREATE INDEX blocks_other ON blocks (other, handle);
