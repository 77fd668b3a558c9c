-- What an account has for itself: when it was last seen, codes to set a password, whom it blocks; and whether it may be
-- used at all.

ALTER TABLE accounts ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;  -- by the operator: 0 or 1
ALTER TABLE accounts ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0;   -- Unix time of the last sign of life; 0: none yet

ALTER TABLE sessions ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0;   -- likewise, kept at most once an hour

UPDATE sessions SET seen_ms = coalesce(CAST(round((julianday(opened) - 2440587.5) * 86400000) AS INTEGER), 0);
UPDATE accounts SET seen_ms = coalesce((SELECT max(seen_ms) FROM sessions WHERE account = accounts.key), 0);

-- A one-time code with which somebody sets a new password, known by its SHA-256 alone. An account has one at most.
CREATE TABLE resets (
    secret BLOB PRIMARY KEY,
    account INTEGER NOT NULL UNIQUE REFERENCES accounts,
    expires_ms INTEGER NOT NULL  -- Unix time
) STRICT, WITHOUT ROWID;

-- Whom an account blocks or mutes: another one, wherever it goes by this handle.
CREATE TABLE blocks (
    account INTEGER NOT NULL REFERENCES accounts,
    other INTEGER NOT NULL REFERENCES accounts,
    handle TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('block', 'mute')),
    PRIMARY KEY (account, other, handle)
) STRICT, WITHOUT ROWID;
