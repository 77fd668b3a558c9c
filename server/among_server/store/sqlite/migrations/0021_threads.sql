-- Threads: what is said about one message of a room, its root. A thread is known by the position of its root in `entries`.

CREATE TABLE threads (
    root INTEGER PRIMARY KEY,
    room INTEGER NOT NULL REFERENCES rooms,
    messages INTEGER NOT NULL,  -- the ordinal of the newest
    head INTEGER NOT NULL,      -- its number in the room's log
    at TEXT NOT NULL,           -- when it was said, RFC 3339
    speakers TEXT NOT NULL      -- JSON: the first memberships that spoke in it
) STRICT;

CREATE INDEX threads_room ON threads (room, at, root);

-- The messages of threads, by position: where a thread's pages are, and what the pages of a room leave out.
CREATE TABLE threaded (
    pos INTEGER PRIMARY KEY,
    root INTEGER NOT NULL,
    ordinal INTEGER NOT NULL  -- messages of the thread up to this one
) STRICT;

CREATE INDEX threaded_root ON threaded (root, pos);

-- Who follows a thread, and how far they have read it.
CREATE TABLE thread_marks (
    account INTEGER NOT NULL,
    root INTEGER NOT NULL,
    part INTEGER NOT NULL,     -- goes up, of one account, each time it has a part in one
    seq INTEGER NOT NULL,      -- everything up to here is read
    ordinal INTEGER NOT NULL,  -- messages of the thread up to there
    PRIMARY KEY (account, root)
) STRICT, WITHOUT ROWID;

CREATE INDEX thread_marks_root ON thread_marks (root);

-- What mentions somebody in a thread; it is in `mentions` too.
CREATE TABLE thread_mentions (
    account INTEGER NOT NULL,
    root INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (account, root, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX thread_mentions_root ON thread_mentions (root);
