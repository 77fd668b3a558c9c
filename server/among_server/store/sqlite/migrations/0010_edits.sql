-- Where the versions of an edited message are: numbers of entries in the room's log.

CREATE TABLE edits (
    room INTEGER NOT NULL REFERENCES rooms,
    message INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (room, message, seq)
) STRICT, WITHOUT ROWID;
