-- What an account has begun to write in a thread waits there, beside what it has begun in the room.

CREATE TABLE new_drafts (
    account INTEGER NOT NULL REFERENCES accounts,
    place INTEGER NOT NULL REFERENCES logs,
    thread INTEGER NOT NULL,  -- number of its root; 0: it is in none
    text TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    at TEXT NOT NULL,  -- RFC 3339
    PRIMARY KEY (account, place, thread)
) STRICT, WITHOUT ROWID;

INSERT INTO new_drafts (account, place, thread, text, fingerprint, at)
SELECT account, place, 0, text, fingerprint, at FROM drafts;

DROP TABLE drafts;
ALTER TABLE new_drafts RENAME TO drafts;
