"""The portraits of communities, as the reference remembers them: the part of `api.Tx` that portrait.py says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import json

from among_protocol.portrait import Portrait, PortraitSection, PortraitVersion, Proposal, Section

from ..api import PAGE_BYTES
from ..portrait import PortraitRow, ProposalRow, Proposals, VersionRow
from ..quotes import QuoteRow
from .quotes import MemoryQuotes

if TYPE_CHECKING:
    from .tx import MemoryTx


class MemoryPortrait(MemoryQuotes):
    def __init__(self) -> None:
        super().__init__()
        self.portraits: dict[str, PortraitRow] = {}
        self.versions: dict[tuple[str, int], VersionRow] = {}
        self.proposed: dict[tuple[str, int], ProposalRow] = {}

    def portrait(self, community: str) -> PortraitRow:
        return self.portraits.get(community, PortraitRow())

    def portrait_section(self, community: str, section: Section) -> VersionRow | None:
        mine = [row for row in self.versions.values() if (row.community, row.section) == (community, section)]
        return max(mine, key=lambda row: row.version, default=None)

    def add_version(self, row: VersionRow) -> None:
        self._put(self.versions, (row.community, row.version), row)
        self._put(self.portraits, row.community, self.portrait(row.community)._replace(version=row.version))

    def proposal(self, community: str, number: int) -> ProposalRow | None:
        return self.proposed.get((community, number))

    def proposals(self, community: str, account: str = "") -> int:
        return sum(row.community == community and account in ("", row.account) for row in self.proposed.values())

    def proposals_by(self, account: str, community: str) -> list[int]:
        mine = [row for row in self.proposed.values() if (row.account, row.community) == (account, community)]
        return sorted(row.number for row in mine)

    def add_proposal(self, row: ProposalRow) -> None:
        self._put(self.proposed, (row.community, row.number), row)
        self._put(self.portraits, row.community, self.portrait(row.community)._replace(proposal=row.number))

    def remove_proposal(self, community: str, number: int) -> None:
        self._drop(self.proposed, (community, number))

    # --- reading
    def read_portrait(self, card: Portrait, version: int | None) -> Portrait | None:
        """`card`: what is known without it."""
        newest = self.portrait(card.community).version
        wanted = newest if version is None else version
        if wanted > newest:
            return None
        said: dict[Section, VersionRow] = {}
        for row in self._versions(card.community):
            if row.version <= wanted:
                said[row.section] = row
        card.version, card.newest = wanted, newest
        card.at = self.versions[card.community, wanted].at if wanted else ""
        card.sections = [
            PortraitSection(section=row.section, version=row.version, content=row.content)
            for row in said.values()
            if row.section != "quotes"
        ]
        card.quotes = [row.shown() for row in self.quotes_merged(card.community) if row.version <= wanted]
        card.sections.sort(key=lambda section: section.section)
        return card

    def read_versions(self, community: str, before: int | None, limit: int) -> list[PortraitVersion]:
        found = [row for row in reversed(self._versions(community)) if before is None or row.version < before]
        return [
            PortraitVersion(
                version=row.version,
                at=row.at,
                section=row.section,
                by=row.by,
                rev=row.rev,
                author=row.author,
                author_rev=row.author_rev,
                note=row.note,
            )
            for row in found[:limit]
        ]

    def read_proposals(self, community: str, account: str, after: int, limit: int) -> Proposals:
        page: list[Proposal] = []
        size = 0
        waiting = [row for row in self.proposed.values() if row.community == community and row.number > after]
        mine = [row for row in waiting if account in ("", row.account)]
        for row in sorted(mine, key=lambda row: row.number):
            size += len(json.encode(row.content))
            if len(page) == limit or (page and size > PAGE_BYTES):
                break
            now = self.portrait_section(community, row.section)
            asked = self.quote(row.quote) if row.quote else None
            page.append(
                Proposal(
                    proposal=row.number,
                    at=row.at,
                    by=row.by,
                    rev=row.rev,
                    section=row.section,
                    base=row.base,
                    stale=not row.quote and (now.version if now else 0) != row.base,
                    content=row.content,
                    quote=asked.shown() if asked else None,
                    note=row.note,
                )
            )
        return Proposals(page, len(page) == len(mine))

    def _versions(self, community: str) -> list[VersionRow]:
        return [row for row in self.versions.values() if row.community == community]


class PortraitReading:
    """A part of `api.Store`."""

    _tx: "MemoryTx"

    async def portrait(self, community: str, version: int | None) -> Portrait | None:
        row = self._tx.communities.get(community)
        card = Portrait(community=community, slug=row.slug, name=row.name) if row else None
        return self._tx.read_portrait(card, version) if card else None

    async def portrait_versions(self, community: str, before: int | None, limit: int) -> list[PortraitVersion]:
        return self._tx.read_versions(community, before, limit)

    async def portrait_proposals(self, community: str, account: str, after: int, limit: int) -> Proposals:
        return self._tx.read_proposals(community, account, after, limit)

    async def quotes(self, account: str, community: str) -> Sequence[QuoteRow]:
        return self._tx.quotes_of(account, community)
