"""The portrait of a community. What proposing, merging and declining mean is in store/rules/portrait.py."""

import re
from datetime import date

from msgspec.structs import replace

from among_protocol.base import TOPIC_CHARS
from among_protocol.codes import COMMUNITY_GONE, FIELD_INVALID, VERSION_GONE, Refuse
from among_protocol.fields import line, passage
from among_protocol.members import PersonaRef
from among_protocol.portrait import (
    PASSAGE_BYTES,
    DeclineProposal,
    ExportedPortrait,
    ExportPortrait,
    ListProposals,
    ListVersions,
    MergeProposal,
    Milestone,
    Portrait,
    PortraitHistory,
    ProposalPage,
    ProposePortrait,
    ReadPortrait,
)

from ..core import document
from ..core.context import Context
from ..rights import RIGHTS, Right
from ..store.rows import Appended

_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


async def read(context: Context, command: ReadPortrait) -> Portrait:
    return await _as_member(context, command.community, command.version)


async def export(context: Context, command: ExportPortrait) -> ExportedPortrait:
    portrait = await _as_member(context, command.community, command.version)
    name, suffix = f"{portrait.slug}-portrait", "md" if command.format == "markdown" else "html"
    text = document.markdown(portrait) if command.format == "markdown" else document.html(portrait)
    return ExportedPortrait(name=f"{name}.{suffix}", media_type=f"text/{command.format}", text=text)


async def _as_member(context: Context, community: str, version: int | None) -> Portrait:
    row = await context.store.community(community.lower())
    if row is None:
        raise Refuse(COMMUNITY_GONE, field="community")
    context.member_of(row.id)
    portrait = await context.store.portrait(row.id, version)
    if portrait is None:
        raise Refuse(VERSION_GONE, field="version")
    portrait.interests = (await context.store.tags_of([row.id])).get(row.id, [])
    quoted = [PersonaRef(member=one.member, rev=one.rev) for one in portrait.quotes]
    portrait.people = await context.store.personas(context.person.account.id, quoted)
    context.member_of(row.id)  # still
    return portrait


async def history(context: Context, command: ListVersions) -> PortraitHistory:
    context.member_of(command.community)
    found = await context.store.portrait_versions(command.community, command.before, command.limit + 1)
    context.member_of(command.community)  # still
    return PortraitHistory(versions=found[: command.limit], complete=len(found) <= command.limit)


async def list_proposals(context: Context, command: ListProposals) -> ProposalPage:
    member = context.member_of(command.community)
    account = context.person.account.id
    whose = "" if Right.PORTRAIT in RIGHTS[member.role] else account
    found = await context.store.portrait_proposals(command.community, whose, command.after, command.limit)
    people = await context.store.personas(account, [PersonaRef(member=one.by, rev=one.rev) for one in found.proposals])
    context.member_of(command.community, None if whose else Right.PORTRAIT)  # still
    return ProposalPage(proposals=found.proposals, people=people, complete=found.complete)


async def propose(context: Context, command: ProposePortrait) -> Appended:
    if command.section == "milestones" and command.text:
        raise Refuse(FIELD_INVALID, "Milestones have no text beside them.", field="text")
    if command.section != "milestones" and command.milestones:
        raise Refuse(FIELD_INVALID, f"The section {command.section} is a text.", field="milestones")
    milestones = [_milestone(index, one) for index, one in enumerate(command.milestones)]
    return await context.append(
        replace(
            command,
            text=passage(command.text, field="text", longest=PASSAGE_BYTES),
            milestones=sorted(milestones, key=lambda one: one.date),
            note=line(command.note, field="note", longest=500, empty=True),
        )
    )


async def merge(context: Context, command: MergeProposal) -> Appended:
    return await context.append(command)


async def decline(context: Context, command: DeclineProposal) -> Appended:
    return await context.append(replace(command, reason=line(command.reason, field="reason", longest=500, empty=True)))


def _milestone(index: int, given: Milestone) -> Milestone:
    field = f"milestones[{index}]"
    return Milestone(
        date=_date(given.date, f"{field}.date"), text=line(given.text, field=f"{field}.text", longest=TOPIC_CHARS)
    )


def _date(given: str, field: str) -> str:
    found = _DATE.fullmatch(given)
    try:
        if found is None or not given.isascii():
            raise ValueError
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        raise Refuse(FIELD_INVALID, "A date is 2019, 2019-05 or 2019-05-17.", field=field) from None
    return given
