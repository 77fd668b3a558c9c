-- What each handle looks like (protocol lookalikes.py). Not unique: accounts that look alike already stay as they are.
-- `skeleton()` is the function itself: a step that follows a change of it fills the column anew with the same statement.

ALTER TABLE accounts ADD COLUMN skeleton TEXT NOT NULL DEFAULT '';

UPDATE accounts SET skeleton = skeleton(handle);

CREATE INDEX accounts_skeleton ON accounts (skeleton);
