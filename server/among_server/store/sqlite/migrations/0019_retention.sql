-- How long rooms keep what is said in them: as JSON (protocol retention.py); empty: a room says nothing of its own, a
-- community's rooms keep all for ever.

ALTER TABLE communities ADD COLUMN retention TEXT NOT NULL DEFAULT '';
ALTER TABLE communities ADD COLUMN retention_since TEXT NOT NULL DEFAULT '';  -- RFC 3339
ALTER TABLE rooms ADD COLUMN retention TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN retention_since TEXT NOT NULL DEFAULT '';        -- RFC 3339

-- Messages among the entries up to the floor.
ALTER TABLE logs ADD COLUMN floor_ordinal INTEGER NOT NULL DEFAULT 0;

-- Rooms of which something is still kept below their floor.
CREATE TABLE beneath (
    room INTEGER PRIMARY KEY REFERENCES rooms
) STRICT;

-- Whose mentions lie below a floor.
CREATE INDEX mentions_room ON mentions (room, seq);
