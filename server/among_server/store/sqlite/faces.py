"""What is read of the face that a community shows, to its members and to who is new: a part of `api.Store`."""

from collections.abc import Sequence

from among_protocol.portrait import Portrait, PortraitVersion
from among_protocol.welcome import Welcome

from ..greeting import GreeterRow
from ..portrait import Proposals
from ..quotes import QuoteRow
from . import greeting
from . import portrait as portraits
from . import quotes as quoted
from .readers import Readers


class FaceReads(Readers):
    async def portrait(self, community: str, version: int | None) -> Portrait | None:
        return await self._read(portraits.portrait, community, version)

    async def portrait_versions(self, community: str, before: int | None, limit: int) -> list[PortraitVersion]:
        return await self._read(portraits.versions, community, before, limit)

    async def portrait_proposals(self, community: str, account: str, after: int, limit: int) -> Proposals:
        return await self._read(portraits.proposals, community, account, after, limit)

    async def quotes(self, account: str, community: str) -> Sequence[QuoteRow]:
        return await self._read(quoted.of, account, community)

    async def welcome(self, community: str) -> Welcome:
        return await self._read(greeting.welcome, community)

    async def greeters(self, community: str) -> list[GreeterRow]:
        return await self._read(greeting.greeters, community)
