"""Corners and posts as the reference remembers them: the part of `api.Tx` that corners.py says."""

from collections.abc import Mapping, Sequence

from among_protocol.corners import Corner
from among_protocol.posts import Post, PostCard, PostEdited, PostPublished, PostVersion
from among_protocol.reactions import Reaction

from ..api import PAGE_BYTES
from ..corners import CornerRow, PostRow, Posts, PublicCorner, page_of
from ..rows import CommunityRow, LogRow, MemberRow, RoomRow
from .tables import Kept, Tables


class MemoryCorners(Tables):
    logs: dict[str, LogRow]
    entries: dict[tuple[str, int], Kept]
    communities: dict[str, CommunityRow]
    members: dict[str, MemberRow]
    room_rows: dict[str, RoomRow]

    def __init__(self) -> None:
        super().__init__()
        self.corner_rows: dict[str, CornerRow] = {}
        self.post_rows: dict[tuple[str, int], PostRow] = {}
        self.version_rows: dict[tuple[str, int, int], bool] = {}  # (room, post, number of the entry)
        self.comment_rows: dict[tuple[str, int, int], bool] = {}  # likewise

    def followed(self, account: str) -> list[str]:
        raise NotImplementedError

    def reactions_for(self, reader: str, room: str, message: int) -> list[Reaction]:
        raise NotImplementedError

    def corner(self, room: str) -> CornerRow | None:
        return self.corner_rows.get(room)

    def corner_of(self, member: str) -> CornerRow | None:
        return next((row for row in self.corner_rows.values() if row.member == member), None)

    def put_corner(self, row: CornerRow) -> None:
        self._put(self.corner_rows, row.room, row)

    def followed_in(self, account: str, community: str) -> list[RoomRow]:
        return [row for row in map(self.room_rows.__getitem__, self.followed(account)) if row.community == community]

    def post(self, room: str, seq: int) -> PostRow | None:
        return self.post_rows.get((room, seq))

    def put_post(self, row: PostRow) -> None:
        self._put(self.post_rows, (row.room, row.seq), row)
        self._put(self.version_rows, (row.room, row.seq, row.newest), True)

    def remove_post(self, room: str, seq: int) -> None:
        self._drop(self.post_rows, (room, seq))
        for rows in (self.version_rows, self.comment_rows):
            for part in [part for part in rows if part[:2] == (room, seq)]:
                self._drop(rows, part)

    def post_versions(self, room: str, post: int) -> list[int]:
        return _parts(self.version_rows, room, post)

    def post_version(self, room: str, seq: int) -> PostPublished | PostEdited | None:
        kept = self.entries.get((room, seq))
        event = None if kept is None else kept.stored.event
        return event if isinstance(event, PostPublished | PostEdited) else None

    def add_comment(self, room: str, post: int, seq: int) -> None:
        self._put(self.comment_rows, (room, post, seq), True)

    def comments(self, room: str, post: int) -> list[int]:
        return _parts(self.comment_rows, room, post)

    # --- reading

    def read_corners(self, community: str, after: str, limit: int, members: Sequence[str], handle: str) -> list[Corner]:
        found = []
        for row in self.corner_rows.values():
            owner = self.members[row.member]
            wanted = (not members or owner.id in members) and handle in ("", owner.handle)
            if row.community == community and not owner.left and owner.handle > after and wanted:
                found.append(self._corner(row, owner))
        return sorted(found, key=lambda one: one.handle)[:limit]

    def _corner(self, row: CornerRow, owner: MemberRow) -> Corner:
        posts = [post.at for (room, _), post in sorted(self.post_rows.items()) if room == row.room]
        return Corner(
            room=row.room,
            member=owner.id,
            rev=owner.rev,
            handle=owner.handle,
            display_name=owner.display_name,
            title=self.room_rows[row.room].topic,
            comments=row.comments,
            public=row.public,
            opened=row.opened,
            latest=posts[-1] if posts else "",
        )

    def read_public(self, community: str, handle: str) -> PublicCorner | None:
        place = next((row for row in self.communities.values() if row.slug == community), None)
        corner = None if place is None else next(iter(self.read_corners(place.id, "", 1, (), handle)), None)
        if place is None or corner is None or not corner.public:
            return None
        return PublicCorner(place, corner, self.corner_rows[corner.room].changed, self.logs[corner.room].head)

    def read_posts(self, room: str, before: int | None, limit: int, reader: str) -> Posts:
        if room not in self.logs:
            return Posts([], 0, complete=True)
        found = [
            row for (at, seq), row in sorted(self.post_rows.items()) if at == room and (before is None or seq < before)
        ]
        return page_of([self._card(row, reader) for row in found[::-1]], self.logs[room].head, limit, PAGE_BYTES)

    def _card(self, row: PostRow, reader: str) -> PostCard:
        return PostCard(
            seq=row.seq,
            at=row.at,
            by=row.by,
            rev=row.rev,
            title=row.title,
            lead=row.lead,
            bytes=row.bytes,
            edited=row.edited,
            comments=len(self.comments(row.room, row.seq)),
            reactions=self.reactions_for(reader, row.room, row.seq),
        )

    def read_post(self, room: str, seq: int, version: int | None, reader: str) -> Post | None:
        row = self.post(room, seq)
        numbers = self.post_versions(room, seq)
        wanted = version if version is not None else row.newest if row is not None else 0
        said = self.post_version(room, wanted)
        if row is None or said is None or wanted not in numbers:
            return None
        versions = [PostVersion(seq=at, at=self.entries[room, at].stored.event.at) for at in numbers]
        return Post(
            seq=seq,
            at=row.at,
            by=said.by,
            rev=said.rev,
            title=said.title,
            body=said.body,
            mentions=said.mentions,
            version=wanted,
            versions=versions,
            comments=len(self.comments(room, seq)),
            reactions=self.reactions_for(reader, room, seq),
        )


def _parts(rows: Mapping[tuple[str, int, int], bool], room: str, post: int) -> list[int]:
    return sorted(seq for where, about, seq in rows if (where, about) == (room, post))
