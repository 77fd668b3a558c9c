-- Messages and posts that are gone, of whose reactions some rows are left: there were more than are removed at once.

CREATE TABLE unreacted (
    room INTEGER NOT NULL REFERENCES rooms,
    message INTEGER NOT NULL,
    PRIMARY KEY (room, message)
) STRICT, WITHOUT ROWID;
