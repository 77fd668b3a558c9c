"""Reports. What they mean is in store/rules/reports.py."""

from msgspec.structs import replace

from among_protocol.fields import line
from among_protocol.reports import FileReport, ListReports, ReportPage, ResolveReport

from ..core.context import Context
from ..rights import Right
from ..store.rows import Appended


async def file(context: Context, command: FileReport) -> Appended:
    return await context.append(replace(command, reason=line(command.reason, field="reason", longest=500)))


async def list_reports(context: Context, command: ListReports) -> ReportPage:
    context.member_of(command.community, Right.STEWARDS)
    found = await context.store.reports(command.community, command.after, command.limit + 1)
    me = context.member_of(command.community, Right.STEWARDS)  # still
    found = [
        replace(one, by="") if one.member == me.id else one for one in found
    ]  # who was reported before they were one
    return ReportPage(reports=found[: command.limit], complete=len(found) <= command.limit)


async def resolve(context: Context, command: ResolveReport) -> Appended:
    note = line(command.note, field="note", longest=500, empty=True)
    resolved = await context.append(replace(command, note=note))
    context.services.erasing.wake()  # it may have waited for this
    return resolved
