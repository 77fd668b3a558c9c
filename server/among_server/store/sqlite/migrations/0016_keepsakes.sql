-- What is kept of what was said: pins of a room, bookmarks of an account, and mentions of everybody in a room.

-- Numbers of entries in the room's log: who pinned, and whose message it is, they tell.
CREATE TABLE pins (
    room INTEGER NOT NULL REFERENCES rooms,
    message INTEGER NOT NULL,
    seq INTEGER NOT NULL,       -- of its pin.added
    PRIMARY KEY (room, message)
) STRICT, WITHOUT ROWID;

CREATE TABLE bookmarks (
    account INTEGER NOT NULL REFERENCES accounts,
    room INTEGER NOT NULL REFERENCES rooms,
    message INTEGER NOT NULL,
    number INTEGER NOT NULL,    -- of the account's bookmarks; a later one has a higher one
    at TEXT NOT NULL,           -- RFC 3339: when it was set
    note TEXT NOT NULL,
    PRIMARY KEY (account, room, message)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX bookmarks_number ON bookmarks (account, number);

-- A message, or an edit, that mentions everybody in its room; once, whoever is there.
CREATE TABLE room_mentions (
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,     -- Unix time
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

-- Whom one of these does not call: its author, and who had a block or a mute between them.
CREATE TABLE uncalled (
    account INTEGER NOT NULL,
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (account, room, seq)
) STRICT, WITHOUT ROWID;
