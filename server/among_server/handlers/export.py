"""Everything of mine, a page at a time. A cursor says which part and how far in it: whoever asks with one of their own
making gets their own, or a refusal.

Parts, in this order: the archive's head with the places; the registers; drafts; bookmarks; the account's own log; what the
account wrote in others. A noun that keeps something for an account adds it to `_registers`.
"""

from datetime import date, timedelta

import msgspec

from among_protocol.codes import FIELD_INVALID, Refuse
from among_protocol.export import (
    ExportAccount,
    Exported,
    ExportedAppearance,
    ExportedArchive,
    ExportedAttention,
    ExportedBlock,
    ExportedBookmark,
    ExportedDismissal,
    ExportedDraft,
    ExportedEntry,
    ExportedInterests,
    ExportedMarker,
    ExportedMembership,
    ExportedQuote,
    ExportedReach,
    ExportedSession,
    ExportedThread,
    ExportPage,
)
from among_protocol.interests import ListInterests
from among_protocol.members import Persona

from ..core.context import Context
from ..store.exporting import EXPORTED
from ..store.rows import MemberRow
from ..store.stewards import stewards_of
from .interests import list_interests
from .personas import own
from .session import now, shown, written
from .status import appearance

_encode = msgspec.json.Encoder().encode


async def export(context: Context, command: ExportAccount) -> ExportPage:
    part, _, after = command.after.partition(":")
    account = context.person.account.id
    records: list[bytes]
    if part == "":
        head = ExportedArchive(
            server=context.services.hello.server,
            epoch=context.store.epoch,
            at=now(),
            account=shown(context.person.account),
        )
        log = await context.store.log(account)
        about = await context.store.writings(account) + (log.head if log is not None else 0)
        return ExportPage(records=_raw(context, [_encode(head)]), next="places:0.0", about=about)
    numbers = [int(number) for number in after.split(".") if number.isdecimal() and len(number) < 16]
    if part == "places" and len(numbers) == 2:
        records, next_ = await _places(context, account, *numbers)
    elif part == "registers":
        records, next_ = await _registers(context, account), "drafts:"
    elif part == "drafts":
        place, _, thread = after.partition(".")
        found = await context.store.drafts(
            account, (place, int(thread) if thread.isdecimal() and len(thread) < 16 else 0), EXPORTED
        )
        records = [
            _encode(ExportedDraft(place=row.place, thread=row.thread, text=row.text, at=row.at)) for row in found
        ]
        next_ = f"drafts:{found[-1].place}.{found[-1].thread}" if found else "bookmarks:"
    elif part == "bookmarks":
        records, next_ = await _bookmarks(context, account, numbers)
    elif part == "own" and len(numbers) == 1:
        records, next_ = await _own(context, account, *numbers)
    elif part == "written":
        page = await context.store.written(account, after, EXPORTED)
        records = [_entry(one) for one in page.entries]
        next_ = "" if page.complete else f"written:{page.last}"
    else:
        raise Refuse(FIELD_INVALID, "Ask on with the `next` of the page before.", field="after")
    return ExportPage(records=_raw(context, records), next=next_)


async def _places(context: Context, account: str, at: int, rev: int) -> tuple[list[bytes], str]:
    """Each with its personas; where these are many, in several records."""
    mine = await context.store.all_memberships(account)
    records: list[bytes] = []
    left = EXPORTED
    for index in range(at, len(mine)):
        personas = await context.store.revisions(mine[index].id, rev, left)
        records.append(_encode(await _membership(context, mine[index], personas)))
        left -= max(1, len(personas))
        if left <= 0:
            return records, f"places:{index}.{personas[-1].rev}" if personas else f"places:{index + 1}.0"
        rev = 0
    return records, "registers:"


async def _membership(context: Context, member: MemberRow, personas: list[Persona]) -> ExportedMembership:
    community = await context.store.community(member.place)
    return ExportedMembership(
        place=member.place,
        slug=community.slug if community is not None else "",
        name=community.name if community is not None and not member.left else "",  # what it is called now
        member=member.id,
        role=member.role,
        left=member.left,
        silenced_until=member.silenced,
        personas=personas,
        persona=own(member, await context.store.lineage(member.id)),
    )


async def _registers(context: Context, account: str) -> list[bytes]:
    store = context.store
    standing = await store.standing(account)
    records: list[Exported] = [ExportedMarker(room=room, read=read) for room, read in await store.markers(account)]
    records += [
        ExportedThread(room=one.room, thread=one.thread, read=one.read, level=one.level, until=one.until)
        for one in await store.followed_threads(account)
    ]
    if standing is not None:
        records += [
            ExportedAppearance(appearance=appearance(row), day=_day(row.day)) for row in standing.statuses.values()
        ]
        records += [ExportedBlock(handle=handle, kind=kind) for (_, handle), kind in standing.blocks.items()]
    records += [
        ExportedSession(device=row.device, opened=row.opened, seen=written(row.seen_ms))
        for row in await store.sessions(account)
    ]
    said = await list_interests(context, ListInterests(id="export"))
    records += [ExportedInterests(interests=place) for place in said.places if place.interests]
    records += [ExportedDismissal(community=community) for community in await store.dismissals(account)]
    records += [ExportedReach(reach=reach) for reach in (standing.reach if standing is not None else ())]
    notify, inbox = await store.notify_choices(account), await store.inbox_state(account)
    if standing is not None and (notify or standing.dnd is not None or inbox.read):
        records.append(ExportedAttention(notify=notify, dnd=standing.dnd, inbox=inbox.read))
    for member in await store.all_memberships(account):
        records += [
            ExportedQuote(community=row.community, quote=row.id, text=row.text, state=row.state)
            for row in await store.quotes(account, member.place)
        ]
    told = [_encode(record) for record in records]
    for community, seq in await store.asked(account):  # with what they answered, which their own log does not hold
        page = await store.entries(stewards_of(community), seq - 1, seq, 1)
        told += map(_entry, page.entries)
    return told


async def _bookmarks(context: Context, account: str, numbers: list[int]) -> tuple[list[bytes], str]:
    page = await context.store.bookmarks(account, numbers[0] if numbers else None, EXPORTED)
    mine = [one.bookmark for one in page.found]
    records = [_encode(ExportedBookmark(room=one.room, seq=one.seq, at=one.at, note=one.note)) for one in mine]
    return records, "own:0" if page.complete else f"bookmarks:{mine[-1].number}"


async def _own(context: Context, account: str, after: int) -> tuple[list[bytes], str]:
    page = await context.store.entries(account, after, None, EXPORTED)
    return [_entry(one) for one in page.entries], "written:" if page.complete else f"own:{page.upto}"


def _day(number: int) -> str:
    """A day as its number since 1970."""
    return f"{date(1970, 1, 1) + timedelta(days=number)}" if number else ""


def _entry(kept: bytes) -> bytes:
    return _encode(ExportedEntry(entry=msgspec.Raw(kept)))


def _raw(context: Context, records: list[bytes]) -> list[msgspec.Raw]:
    if context.session.encoding.binary:
        records = [msgspec.msgpack.encode(msgspec.json.decode(record)) for record in records]
    return [msgspec.Raw(record) for record in records]
