"""Asking to be let in, and answering. What it means is in store/rules/joining.py."""

from msgspec.structs import replace

from among_protocol.base import ANSWER_CHARS, REASON_CHARS
from among_protocol.fields import line
from among_protocol.joining import AnswerJoin, AskToJoin, ListRequests, RequestPage, WithdrawJoin

from ..core.context import Context
from ..rights import Right
from ..store.rows import Appended
from .personas import kept


async def ask(context: Context, command: AskToJoin) -> Appended:
    answers = [line(one, field=f"answers[{index}]", longest=ANSWER_CHARS) for index, one in enumerate(command.answers)]
    note = line(command.note, field="note", longest=REASON_CHARS, empty=True)
    named = command.community.lower()
    wish = kept(command.persona)
    return await context.append(replace(command, community=named, answers=answers, note=note, persona=wish))


async def withdraw(context: Context, command: WithdrawJoin) -> Appended:
    return await context.append(replace(command, community=command.community.lower()))


async def answer(context: Context, command: AnswerJoin) -> Appended:
    reason = line(command.reason, field="reason", longest=REASON_CHARS, empty=True)
    return await context.append(replace(command, reason=reason))


async def list_requests(context: Context, command: ListRequests) -> RequestPage:
    context.member_of(command.community, Right.ADMIT)
    found = await context.store.requests(command.community, command.after, command.limit + 1)
    context.member_of(command.community, Right.ADMIT)  # still
    return RequestPage(requests=found[: command.limit], complete=len(found) <= command.limit)
