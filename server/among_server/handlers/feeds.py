"""What of a corner is public: its newest posts, for whoever asks, without an account.

Only a corner whose owner made it public, and is still a member, of a community that lists itself. Of all others nothing is
said, not even that they are there. Of the author there is the handle and the name that members see, and nothing else.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from among_protocol.base import Time

from ..core.context import Services
from ..limits import FEED_BYTES, FEED_POSTS
from ..store.corners import PublicCorner


class FeedPost(NamedTuple):
    seq: int
    title: str
    body: str
    whole: bool  # the body is all there is, not only how it begins
    published: Time
    updated: Time


class Feed(NamedTuple):
    """What there is of a corner, without its posts."""

    corner: PublicCorner
    tag: str  # changes with whatever may be in it

    @property
    def updated(self) -> Time:
        return self.corner.changed


async def find(services: Services, community: str, handle: str) -> Feed | None:
    """By the short name of the community and the handle of the corner's owner."""
    found = await services.store.public_corner(community.lower(), handle.lower())
    if found is None or not found.community.listed:
        return None
    said = (services.store.epoch, found, services.config.members_url())
    return Feed(found, hashlib.blake2b(repr(said).encode(), digest_size=12).hexdigest())


async def moved(services: Services, community: str, handle: str) -> Feed | None:
    """The feed of who went by this handle there, and goes by another now. Nothing where somebody goes by it today, and
    nothing where they hide what they were called: not from members alone, but from whoever asks."""
    place = await services.store.community(community.lower())
    if place is None or place.slug != community.lower():
        return None
    found = await services.store.named(place.id, handle.lower())
    if any(row.handle == handle.lower() and not row.left for row in found):
        return None
    row = next((row for row in found if not row.left and row.claim.shown.lineage == "members"), None)
    return None if row is None else await find(services, place.slug, row.handle)


async def posts(services: Services, feed: Feed) -> Sequence[FeedPost]:
    """The newest. Bodies are whole as long as all of them together are not too much."""
    room = feed.corner.corner.room
    found: list[FeedPost] = []
    left = FEED_BYTES
    for card in (await services.store.posts(room, None, FEED_POSTS)).posts:
        post = await services.store.post(room, card.seq, None) if card.bytes <= left else None
        left -= card.bytes if post is not None else len(card.lead.encode())
        body = post.body if post is not None else card.lead
        found.append(FeedPost(card.seq, card.title, body, post is not None, card.at, card.edited or card.at))
    return found
