-- The door of a community: how one comes in, its rules by version, and who accepted which.

ALTER TABLE communities ADD COLUMN door TEXT NOT NULL DEFAULT 'open';
ALTER TABLE communities ADD COLUMN listed INTEGER NOT NULL DEFAULT 1;          -- in the directory: 0 or 1
ALTER TABLE communities ADD COLUMN rules INTEGER NOT NULL DEFAULT 0;           -- version that holds; 0: there are none
ALTER TABLE communities ADD COLUMN rules_required INTEGER NOT NULL DEFAULT 1;  -- who joins must accept them: 0 or 1
ALTER TABLE communities ADD COLUMN questions TEXT NOT NULL DEFAULT '[]';       -- a JSON array of texts
ALTER TABLE communities ADD COLUMN members_invite INTEGER NOT NULL DEFAULT 0;  -- 0 or 1

CREATE TABLE house_rules (
    community INTEGER NOT NULL REFERENCES communities,
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    at TEXT NOT NULL,  -- RFC 3339
    PRIMARY KEY (community, version)
) STRICT;

CREATE TABLE accepted_rules (
    account INTEGER NOT NULL REFERENCES accounts,
    community INTEGER NOT NULL REFERENCES communities,
    version INTEGER NOT NULL,
    PRIMARY KEY (account, community)
) STRICT, WITHOUT ROWID;

-- Who asked to be let in and waits for an answer, or was declined lately. What they said is in their entry.
CREATE TABLE requests (
    community INTEGER NOT NULL REFERENCES communities,
    account INTEGER NOT NULL REFERENCES accounts,
    seq INTEGER NOT NULL,    -- of the entry in the stewards' log
    wish BLOB NOT NULL,      -- what they asked, as JSON: as whom they would join
    declined TEXT NOT NULL,  -- RFC 3339: may ask again after that; empty: it waits
    PRIMARY KEY (community, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX requests_account ON requests (account);
CREATE INDEX requests_seq ON requests (community, seq);

-- Invites of communities, known by their SHA-256 alone.
CREATE TABLE door_invites (
    secret BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    community INTEGER NOT NULL REFERENCES communities,
    member TEXT NOT NULL REFERENCES members,  -- who made it
    at TEXT NOT NULL,          -- RFC 3339
    uses INTEGER NOT NULL,     -- that it was made for
    remain INTEGER NOT NULL,   -- of them
    until TEXT NOT NULL,       -- RFC 3339
    note TEXT NOT NULL
) STRICT;

CREATE INDEX door_invites_community ON door_invites (community);

-- Who signed up with one, and has not joined yet.
CREATE TABLE admissions (
    account INTEGER NOT NULL REFERENCES accounts,
    community INTEGER NOT NULL REFERENCES communities,
    invite TEXT NOT NULL,
    PRIMARY KEY (account, community)
) STRICT, WITHOUT ROWID;

CREATE INDEX admissions_invite ON admissions (invite);
