-- What said something and does not any more: whoever keeps an index of it is to forget it. A row goes when that is done.

CREATE TABLE unsaid (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pos INTEGER NOT NULL  -- of the entry that was blanked
) STRICT;
