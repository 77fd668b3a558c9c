-- Inboxes show nothing of a private room that one has lost: a notice names the room that it tells of.

ALTER TABLE inbox ADD COLUMN about INTEGER NOT NULL DEFAULT 0;  -- of a notice: the room that it tells of; 0: none

UPDATE inbox SET about = coalesce((SELECT l.key FROM logs l WHERE l.id = coalesce(
    (SELECT CAST(json AS TEXT) ->> 'room' FROM entries WHERE pos = inbox.log << 36 | inbox.seq),
    (SELECT CAST(json AS TEXT) ->> 'room' FROM arrivals WHERE pos = inbox.log << 36 | inbox.seq))), 0)
WHERE kind = 'notice';

-- Of what was blanked, nobody's id is kept either.
UPDATE inbox SET member = '' WHERE kind = '' AND member <> '';

-- Who follows a room, and whom its calls to everybody leave out: looked up when what it keeps no longer goes.
CREATE INDEX follows_room ON follows (room, account);
CREATE INDEX uncalled_room ON uncalled (room, seq);
