-- The portrait of each community: how far it has come, its versions (each of one section), and the changes that wait.

CREATE TABLE portraits (
    community INTEGER PRIMARY KEY REFERENCES communities,
    version INTEGER NOT NULL,   -- the newest; 0: none yet
    proposal INTEGER NOT NULL   -- number of the last proposal
) STRICT;

CREATE TABLE portrait_versions (
    community INTEGER NOT NULL REFERENCES communities,
    version INTEGER NOT NULL,
    at TEXT NOT NULL,           -- RFC 3339
    section TEXT NOT NULL,
    steward TEXT NOT NULL REFERENCES members,
    rev INTEGER NOT NULL,       -- of the steward's persona
    author TEXT NOT NULL REFERENCES members,
    author_rev INTEGER NOT NULL,
    content BLOB NOT NULL,      -- JSON: Content of the protocol
    note TEXT NOT NULL,
    PRIMARY KEY (community, version)
) STRICT;

CREATE INDEX portrait_versions_section ON portrait_versions (community, section, version);

CREATE TABLE portrait_proposals (
    community INTEGER NOT NULL REFERENCES communities,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,           -- RFC 3339
    account INTEGER NOT NULL REFERENCES accounts,  -- who proposes it
    member TEXT NOT NULL REFERENCES members,
    rev INTEGER NOT NULL,
    section TEXT NOT NULL,
    base INTEGER NOT NULL,      -- version that gave the section what its author read; 0: it said nothing
    content BLOB NOT NULL,      -- JSON: Content of the protocol
    note TEXT NOT NULL,
    PRIMARY KEY (community, number)
) STRICT;

CREATE INDEX portrait_proposals_account ON portrait_proposals (account, community);
