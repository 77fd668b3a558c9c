"""Trouble with the disk: what it is, since when, and what nobody can vouch for because of it. Set by the writer's thread.

Rule: nobody is told that a write is not there while it may be. A commit that failed as it was flushed may be on the
disk all the same; whoever asks for it again, under its nonce, hears `storage.uncertain` until that is settled: by a
later commit, which takes its place, or by a restart, which finds what there is.
"""

from collections.abc import Iterable
from time import monotonic

import structlog

from among_protocol.codes import STORAGE_UNCERTAIN, ErrorCode, Refuse

from .disk import is_disks, leaves_doubt, may_pass
from .job import Job, Outcome

RETRY_MS = 1_000  # what a refusal for want of storage asks the client to wait

log = structlog.get_logger(__name__)

Asked = tuple[str, str]  # account, nonce


class Trouble:
    """All is well while `why` is empty."""

    def __init__(self) -> None:
        self.why = ""  # a sentence; read by the loop
        self.over = False  # nothing may be written until a restart
        self.doubt: set[Asked] = set()
        self._since = 0.0  # monotonic seconds

    def begins(self, error: Exception) -> None:
        """What was under way failed with this. Told once, and once more when there is no way back."""
        disks = is_disks(error)
        if not disks:
            again = "what was under way was refused"
        elif may_pass(error):
            again = "it is tried again with the next write, and each second"
        else:
            self.over = True
            again = "nothing more is written until the server is restarted"
        news = not self.why or self.over
        if disks:
            self._since = self._since if self.why else monotonic()
            self.why = f"The database can't be written to ({error}): {again}."
        if news:
            log.error("store.commit_failed", error=str(error), then=again)

    def doubts(self, error: Exception, asked: Iterable[Asked]) -> bool:
        """Whether a commit that ended with this error may be there; then this is what it held."""
        doubtful = is_disks(error) and leaves_doubt(error)
        if doubtful:
            self.doubt.update(asked)
        return doubtful

    def refusals(self, batch: Iterable[Job], code: ErrorCode) -> list[Outcome]:
        """Of all that was asked. Whoever asks again for what is in doubt is told so again."""
        wait = RETRY_MS if code.kind == "wait" else 0
        outcomes: list[Outcome] = []
        for job in batch:
            doubt = bool(job.account) and (job.account, job.command.nonce) in self.doubt
            outcomes.append((job.future, Refuse(STORAGE_UNCERTAIN if doubt else code, retry_after_ms=wait)))
        return outcomes

    def settled(self) -> None:
        """Something was written: what was in doubt is not there."""
        self.doubt.clear()

    def passes(self) -> None:
        self.why = ""
        log.info("store.recovered", seconds=round(monotonic() - self._since, 1))
