-- Who has left a private room by themselves, and how often: nobody brings them back for ever.

CREATE TABLE departures (
    account INTEGER NOT NULL REFERENCES accounts,
    room INTEGER NOT NULL REFERENCES rooms,
    times INTEGER NOT NULL,
    PRIMARY KEY (account, room)
) STRICT, WITHOUT ROWID;

-- What the short name of each community looks like, as for handles: 0004_skeletons.sql.

ALTER TABLE communities ADD COLUMN skeleton TEXT NOT NULL DEFAULT '';

UPDATE communities SET skeleton = skeleton(slug);

CREATE INDEX communities_skeleton ON communities (skeleton);
