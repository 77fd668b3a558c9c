-- How an account appears, and its status: for everywhere, and for each community where something else was chosen.

CREATE TABLE statuses (
    account INTEGER NOT NULL REFERENCES accounts,
    place INTEGER NOT NULL,      -- of a community; 0: everywhere
    appear TEXT NOT NULL CHECK (appear IN ('', 'auto', 'away', 'dnd', 'invisible')),
    last_seen TEXT NOT NULL CHECK (last_seen IN ('', 'shown', 'hidden')),
    emoji TEXT NOT NULL,
    text TEXT NOT NULL,
    until_ms INTEGER NOT NULL,   -- Unix time; 0: it does not end by itself
    kept TEXT NOT NULL CHECK (kept IN ('', 'copy', 'own')),  -- see StatusRow in store/status.py
    day INTEGER NOT NULL,        -- since 1970, UTC, on which others could see the account here last; 0: none is kept
    PRIMARY KEY (account, place)
) STRICT, WITHOUT ROWID;
