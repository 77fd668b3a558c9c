"""Quotes in the portrait of a community. What asking, agreeing and taking back mean is in store/rules/quotes.py."""

from msgspec.structs import replace

from among_protocol.fields import line, passage
from among_protocol.members import PersonaRef
from among_protocol.quotes import (
    AskedQuote,
    AskQuote,
    ConsentToQuote,
    ListQuotes,
    OwnQuote,
    QuoteList,
    WithdrawQuote,
)

from ..core.context import Context
from ..limits import QUOTE_BYTES
from ..store.quotes import QuoteRow
from ..store.rows import Appended

SHOWN = 3  # asked for at once, each with long messages around it: as much as a page of messages
AROUND = 5  # messages: the one that is quoted, and those next to it


async def ask(context: Context, command: AskQuote) -> Appended:
    return await context.append(
        replace(command, text=passage(command.text, field="text", longest=QUOTE_BYTES, empty=False))
    )


async def consent(context: Context, command: ConsentToQuote) -> Appended:
    return await context.append(replace(command, text=passage(command.text, field="text", longest=QUOTE_BYTES)))


async def withdraw(context: Context, command: WithdrawQuote) -> Appended:
    return await context.append(replace(command, reason=line(command.reason, field="reason", longest=500, empty=True)))


async def list_quotes(context: Context, command: ListQuotes) -> QuoteList:
    context.member_of(command.community)
    account = context.person.account.id
    rows = await context.store.quotes(account, command.community)
    waiting = [row for row in rows if row.state == "asked"]
    asked = [await _asked(context, row) for row in waiting[:SHOWN]]
    mine = [
        OwnQuote(quote=row.id, text=row.text, version=row.version) for row in rows if row.state in ("agreed", "merged")
    ]
    people = await context.store.personas(account, [PersonaRef(member=one.asker) for one in asked])
    context.member_of(command.community)  # still
    return QuoteList(asked=asked, mine=mine, people=people, complete=len(waiting) <= SHOWN)


async def _asked(context: Context, row: QuoteRow) -> AskedQuote:
    around = await context.store.messages(row.room, before=None, after=None, around=row.message, limit=AROUND)
    return AskedQuote(
        quote=row.id,
        at=row.asked,
        asker=row.asker_member,
        text=row.text,
        room=row.room,
        message=row.message,
        around=around.messages,
    )
