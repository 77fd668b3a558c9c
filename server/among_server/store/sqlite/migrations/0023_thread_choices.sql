-- What is worth a bell in a thread is chosen for as long as one follows it.

ALTER TABLE thread_marks ADD COLUMN level TEXT NOT NULL DEFAULT 'inherit'
    CHECK (level IN ('all', 'mentions', 'nothing', 'inherit'));
ALTER TABLE thread_marks ADD COLUMN until_ms INTEGER NOT NULL DEFAULT 0;  -- Unix time; 0: it does not end by itself
