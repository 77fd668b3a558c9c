"""A report: a member asks the stewards of their community to look at a message, or at somebody.

A report is named by the number of its entry: stewards name it by that in the stewards' log, whoever filed it by that in
their own. Those who hear the stewards' log read it, with who filed it; but where it concerns one of them, it does not
say who filed it.
"""

from typing import ClassVar, Literal

from .base import Command, Entry, Id, OptionalId, OptionalReason, PageLimit, ReasonText, Seq, Shape, Time, Write

Outcome = str  # acted, declined; unknown: as declined


class ReportFiled(Entry, tag="report.filed", kw_only=True):
    """In the stewards' log, and without `by` in the own log of the account that filed it."""

    words: ClassVar[tuple[str, ...]] = ("body", "reason")

    community: str
    member: str  # whom it concerns
    room: str = ""  # with a message
    message: Seq = 0  # its number in the room
    body: str = ""  # in the stewards' log: what it said then, since it may be gone when they look
    reason: str


class ReportResolved(Entry, tag="report.resolved", kw_only=True):
    """In the stewards' log (`by` a steward, with their note), and in the own log of the account that filed it."""

    words: ClassVar[tuple[str, ...]] = ("note",)

    community: str
    report: Seq  # number of the report in this log
    outcome: Outcome
    note: str = ""  # of the steward; in the stewards' log alone


class ReportWritten(Shape, kw_only=True):
    entry: ReportFiled  # of one's own log
    repeat: bool = False


class FileReport(Write, tag="report.file", kw_only=True):
    """Report a message (`room` and its number), or a member (`community` and `member`). Who is silenced may, too."""

    Reply: ClassVar[type[Shape]] = ReportWritten

    community: OptionalId = ""  # with `member`
    member: OptionalId = ""  # whom it concerns
    room: OptionalId = ""  # with `message`
    message: Seq = 0  # its number in the room
    reason: ReasonText


class Report(Shape, kw_only=True):
    """A report that waits for an answer."""

    seq: Seq  # of its entry in the stewards' log
    at: Time
    by: str = ""  # who filed it; empty where it concerns one of those who read it
    member: str  # whom it concerns
    room: str = ""  # with a message
    message: Seq = 0  # its number in the room
    body: str = ""  # what it said
    reason: str


class ReportPage(Shape, kw_only=True):
    reports: list[Report]  # oldest first
    complete: bool  # none is newer than the last one


class ListReports(Command, tag="report.list", kw_only=True):
    """What waits for an answer: for stewards, a page at a time."""

    Reply: ClassVar[type[Shape]] = ReportPage

    community: Id
    after: Seq = 0  # the `seq` of the last one of the page before
    limit: PageLimit = 50


class ResolveWritten(Shape, kw_only=True):
    entry: ReportResolved  # of the stewards' log
    repeat: bool = False


class ResolveReport(Write, tag="report.resolve", kw_only=True):
    """Answer a report. Whoever filed it hears the outcome; the note, and who wrote it, stay among stewards."""

    Reply: ClassVar[type[Shape]] = ResolveWritten

    community: Id
    report: Seq  # its number in the stewards' log
    outcome: Literal["acted", "declined"]  # what whoever filed it is told
    note: OptionalReason = ""  # for the other stewards
