"""What is left in tables of messages and posts that are gone: who reacted, what was said on them. Nobody is given these rows any
more. There may be a hundred thousand, so a few go at once, and the others later, a few at a time, while nobody asks for
something; where the server is killed before, the next one goes on."""

from sqlite3 import Connection

from .ledger import Ledger
from .present import Ref

STEP = 256  # rows that are removed at once: about a millisecond of the writer

REACTIONS = """
    DELETE FROM reactions WHERE room = ?1 AND message = ?2 AND seq IN (
        SELECT seq FROM reactions WHERE room = ?1 AND message = ?2 LIMIT ?3)"""
COMMENTS = """
    DELETE FROM post_parts WHERE room = ?1 AND post = ?2 AND kind = 'comment' AND seq IN (
        SELECT seq FROM post_parts WHERE room = ?1 AND post = ?2 AND kind = 'comment' LIMIT ?3)"""


class SqliteLeftovers(Ledger):
    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self._left_over: bool | None = None  # whether there are any; None: look

    def clear(self) -> None:
        super().clear()
        self._left_over = None

    def remove_rows(self, statement: str, of: Ref) -> None:
        """Of what is gone: a few of them, and those that are left are noted. `statement`: one of the above."""
        if self._db.execute(statement, (*of, STEP)).rowcount == STEP:
            self._db.execute("INSERT OR IGNORE INTO unreacted (room, message) VALUES (?, ?)", of)
            self._left_over = True

    def leftovers(self) -> bool:
        """Whether rows are left of what is gone."""
        if self._left_over is None:
            self._left_over = bool(self._db.execute("SELECT EXISTS (SELECT 1 FROM unreacted)").fetchone()[0])
        return self._left_over

    def carry_leftovers_away(self) -> None:
        """A few of them, inside a transaction."""
        of = self._db.execute("SELECT room, message FROM unreacted LIMIT 1").fetchone()
        if of is None:
            self._left_over = False
            return
        gone = 0
        for statement in (REACTIONS, COMMENTS):
            if gone < STEP:
                gone += self._db.execute(statement, (*of, STEP - gone)).rowcount
        if gone < STEP:
            self._db.execute("DELETE FROM unreacted WHERE room = ? AND message = ?", of)
