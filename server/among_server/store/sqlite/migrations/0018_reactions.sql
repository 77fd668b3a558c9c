-- Who reacts to a message or a post, by the number of the entry that says so; and how many do with each emoji.

CREATE TABLE reactions (
    room INTEGER NOT NULL REFERENCES rooms,
    message INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    member TEXT NOT NULL,
    rev INTEGER NOT NULL,
    PRIMARY KEY (room, message, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX reactions_once ON reactions (room, message, emoji, member);

CREATE TABLE reaction_counts (
    room INTEGER NOT NULL REFERENCES rooms,
    message INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (room, message, emoji)
) STRICT, WITHOUT ROWID;
