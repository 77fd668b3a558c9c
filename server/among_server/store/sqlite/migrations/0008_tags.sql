-- Tags, who carries them, and what finds a member.
--
-- A tag is kept once; what carries it names it by its key. `into_tag` is what is meant by it everywhere, and is never
-- merged itself: one look-up resolves any tag. What the server brings is filled in when it opens (starter.py).

CREATE TABLE tags (
    key INTEGER PRIMARY KEY,
    tag TEXT NOT NULL UNIQUE,
    skeleton TEXT NOT NULL,  -- what it looks like, as for handles: 0004_skeletons.sql
    label TEXT NOT NULL,
    sensitive INTEGER NOT NULL,  -- 0 or 1
    into_tag INTEGER REFERENCES tags,  -- NULL: itself
    shipped INTEGER NOT NULL  -- came with the server: 0 or 1
) STRICT;

CREATE INDEX tags_skeleton ON tags (skeleton);
CREATE INDEX tags_into ON tags (into_tag) WHERE into_tag IS NOT NULL;

-- What a community's stewards say of a tag in the interests of its members.
CREATE TABLE local_tags (
    community INTEGER NOT NULL REFERENCES communities,
    tag INTEGER NOT NULL REFERENCES tags,
    into_tag INTEGER REFERENCES tags,  -- NULL: what is meant everywhere
    sensitive INTEGER NOT NULL,        -- here as well: 0 or 1
    PRIMARY KEY (community, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX local_tags_tag ON local_tags (tag);
CREATE INDEX local_tags_into ON local_tags (into_tag) WHERE into_tag IS NOT NULL;

CREATE TABLE community_tags (
    community INTEGER NOT NULL REFERENCES communities,
    nth INTEGER NOT NULL,  -- in the order in which they were given
    tag INTEGER NOT NULL REFERENCES tags,
    PRIMARY KEY (community, nth)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX community_tags_tag ON community_tags (tag, community);

-- What a person says of themselves, in a community or (then `place` is the account) for themselves alone.
CREATE TABLE interests (
    account INTEGER NOT NULL REFERENCES accounts,
    place INTEGER NOT NULL REFERENCES logs,
    nth INTEGER NOT NULL,  -- in the order in which they were given
    tag INTEGER NOT NULL REFERENCES tags,
    shown TEXT NOT NULL CHECK (shown IN ('', 'members', 'stewards', 'nobody')),  -- empty: goes by the tag
    found INTEGER NOT NULL,  -- others may find one by it: 0 or 1
    PRIMARY KEY (account, place, nth)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX interests_place ON interests (place, tag, account);
CREATE INDEX interests_tag ON interests (tag);

-- Communities that are not to be suggested to an account again.
CREATE TABLE dismissals (
    account INTEGER NOT NULL REFERENCES accounts,
    community INTEGER NOT NULL REFERENCES communities,
    PRIMARY KEY (account, community)
) STRICT, WITHOUT ROWID;

-- By what a member of a community is found: every end of handle, name and former handles, folded, up to some characters
-- (finding.py). A search is one range of it: who has these characters anywhere has an end that begins with them. Made
-- anew from `members` with every change; it carries no foreign keys, since each row of it would cost two look-ups.
CREATE TABLE member_ends (
    place INTEGER NOT NULL,
    inside INTEGER NOT NULL,  -- 0: begins where a word does; 1: within one
    piece TEXT NOT NULL,
    account INTEGER NOT NULL,
    PRIMARY KEY (place, inside, piece, account)
) STRICT, WITHOUT ROWID;

INSERT INTO member_ends (place, inside, piece, account)
SELECT m.place, e.value ->> 0, e.value ->> 1, m.account
FROM members m JOIN communities c ON c.key = m.place, json_each(ends(m.handle, m.display_name)) e
WHERE m.gone = 0;

-- What a search for communities looks through is folded further: without accents, as for members.
UPDATE communities SET words = folded(slug || char(10) || name || char(10) || about);
