"""A community's portrait: read, and written by its stewards. What members propose waits on a real server alone."""

from typing import TYPE_CHECKING

from ... import codes
from ...base import REASON_CHARS, TOPIC_CHARS
from ...codes import Refuse
from ...fields import line, passage
from ...portrait import (
    PASSAGE_BYTES,
    Content,
    ListVersions,
    Milestone,
    Portrait,
    PortraitHistory,
    PortraitSection,
    PortraitUpdated,
    PortraitVersion,
    ProposePortrait,
    ReadPortrait,
)
from .standing import chief, present

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Person
    from ..town import Town

SECTIONS = ("about", "story", "milestones")


def propose(town: "Town", person: "Person", command: ProposePortrait) -> PortraitUpdated:
    """With `merge` alone: the rest is refused as what a server in memory does not know."""
    community, member = present(town, person, command.community)
    if not command.merge:
        sentence = "In a server in memory no proposal waits: ask a real one, or as a steward with merge."
        raise Refuse(codes.FIELD_INVALID, sentence, field="merge")
    chief(town, member)
    now = {one.section: one for one in community.sections}
    before = now.get(command.section)
    if command.base != (before.version if before is not None else 0):
        raise Refuse(codes.PORTRAIT_CHANGED, field="base")
    version = len(community.versions) + 1
    content = Content(
        text=passage(command.text, field="text", longest=PASSAGE_BYTES),
        milestones=[
            Milestone(date=one.date, text=line(one.text, field="milestones", longest=TOPIC_CHARS))
            for one in sorted(command.milestones, key=lambda one: one.date)
        ],
    )
    now[command.section] = PortraitSection(section=command.section, version=version, content=content)
    community.sections = [now[name] for name in SECTIONS if name in now]
    at, rev = town.clock.time(), member.rev
    community.versions.append(
        PortraitVersion(
            version=version,
            at=at,
            section=command.section,
            by=member.id,
            rev=rev,
            author=member.id,
            author_rev=rev,
            note=line(command.note, field="note", longest=REASON_CHARS, empty=True),
        )
    )
    community.portraits.append(community.sections)
    return town.write(
        PortraitUpdated(
            log=community.id,
            seq=town.next(community.id),
            at=at,
            by=member.id,
            rev=rev,
            nonce=command.nonce,
            version=version,
            section=command.section,
            author=member.id,
            author_rev=rev,
        )
    )


def read(connection: "Connection", command: ReadPortrait) -> Portrait:
    row, _ = present(connection.town, connection.person, command.community)
    newest = len(row.versions)
    version = newest if command.version is None else command.version
    if version > newest:
        raise Refuse(codes.VERSION_GONE, field="version")
    sections = row.portraits[version - 1] if version else []
    return Portrait(
        community=row.id,
        slug=row.slug,
        name=row.name,
        version=version,
        newest=newest,
        at=row.versions[version - 1].at if version else "",
        sections=[one for one in sections if one.content.text or one.content.milestones],
        interests=row.tags,
    )


def history(connection: "Connection", command: ListVersions) -> PortraitHistory:
    row, _ = present(connection.town, connection.person, command.community)
    found = [one for one in row.versions if command.before is None or one.version < command.before][::-1]
    return PortraitHistory(versions=found[: command.limit], complete=len(found) <= command.limit)
