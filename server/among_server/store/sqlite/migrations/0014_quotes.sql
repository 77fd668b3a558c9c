-- Quotes of members in the portraits of communities: who is asked, who agreed. Their words are here alone.

CREATE TABLE quotes (
    number INTEGER PRIMARY KEY,  -- the order in which they were asked for
    id TEXT NOT NULL UNIQUE,
    community INTEGER NOT NULL REFERENCES communities,
    account INTEGER NOT NULL REFERENCES accounts,  -- whose words they are
    member TEXT NOT NULL REFERENCES members,
    rev INTEGER NOT NULL,       -- of their persona, when they said it
    asker INTEGER NOT NULL REFERENCES accounts,
    asker_member TEXT NOT NULL REFERENCES members,
    asked TEXT NOT NULL,        -- RFC 3339
    said TEXT NOT NULL,         -- RFC 3339
    text TEXT NOT NULL,         -- empty once its author said no
    room INTEGER REFERENCES rooms,  -- with a message
    message INTEGER NOT NULL,   -- its number; 0: words of one's own
    state TEXT NOT NULL CHECK (state IN ('asked', 'refused', 'agreed', 'merged')),
    proposal INTEGER NOT NULL,  -- in portrait_proposals, once it was agreed to
    version INTEGER NOT NULL    -- of the portrait, that took it in
) STRICT;

CREATE INDEX quotes_account ON quotes (account, community);
CREATE INDEX quotes_asker ON quotes (asker, community);
CREATE INDEX quotes_community ON quotes (community, state);
CREATE INDEX quotes_message ON quotes (room, message);

ALTER TABLE portrait_proposals ADD COLUMN quote TEXT NOT NULL DEFAULT '';  -- instead of a content
