-- Who joins: the welcome they get, who greets them, and by whom an account can be spoken to alone.

CREATE TABLE welcomes (
    community INTEGER PRIMARY KEY REFERENCES communities,
    json BLOB NOT NULL          -- Welcome of the protocol
) STRICT;

CREATE TABLE greeters (
    number INTEGER PRIMARY KEY,  -- the order in which they volunteered
    member TEXT NOT NULL UNIQUE REFERENCES members,
    community INTEGER NOT NULL REFERENCES communities,
    state TEXT NOT NULL CHECK (state IN ('volunteers', 'greets'))
) STRICT;

CREATE INDEX greeters_community ON greeters (community);

-- Who joined for the first time while the community had greeters; older ones mean nothing.
CREATE TABLE newcomers (
    member TEXT PRIMARY KEY REFERENCES members,
    community INTEGER NOT NULL REFERENCES communities,
    joined_ms INTEGER NOT NULL, -- Unix time
    spoken INTEGER NOT NULL     -- in an open room: 0 or 1
) STRICT, WITHOUT ROWID;

-- A greeter and a newcomer who mentioned each other in turn: how often, and which of the two last.
CREATE TABLE greetings (
    newcomer TEXT NOT NULL REFERENCES members,
    greeter TEXT NOT NULL REFERENCES members,
    turns INTEGER NOT NULL,
    last TEXT NOT NULL,
    PRIMARY KEY (newcomer, greeter)
) STRICT, WITHOUT ROWID;

-- By whom an account lets itself be spoken to alone, where it said so.
CREATE TABLE reaches (
    number INTEGER PRIMARY KEY,  -- the order in which it was said
    account INTEGER NOT NULL REFERENCES accounts,
    community TEXT NOT NULL,    -- id; empty: everywhere
    directs TEXT NOT NULL CHECK (directs IN ('', 'anyone', 'known', 'nobody')),
    greetings INTEGER NOT NULL, -- 0 or 1
    UNIQUE (account, community)
) STRICT;
