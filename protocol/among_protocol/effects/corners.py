"""What commands about corners, posts and drafts bring about."""

from .. import codes
from .. import corners as co
from .. import drafts as dr
from .. import posts as ps
from .. import rooms as r
from ..base import Command
from .told import NAMED, STORED, Effects, Told, Where

CORNERS: dict[type[Command], Effects] = {
    co.UpdateCorner: Effects(
        (codes.COMMUNITY_GONE, codes.SILENCED, codes.LIMIT_REACHED),
        (
            Told(co.CornerUpdated, Where.ROOM),
            Told(r.RoomFollowed, Where.OWN, "when you did not follow it, and so when it is new"),
        ),
        ("follows", "topic_chars"),
    ),
    co.ListCorners: Effects((codes.COMMUNITY_GONE,), (), ("page_entries", "corners")),
    ps.PublishPost: Effects(
        (codes.COMMUNITY_GONE, codes.SILENCED, codes.LIMIT_REACHED),
        (
            Told(ps.PostPublished, Where.ROOM),
            Told(co.CornerUpdated, Where.ROOM, "when the corner is new"),
            Told(r.RoomFollowed, Where.OWN, "when you did not follow it, and so when it is new"),
            Told(dr.DraftChanged, Where.DEVICES, "there is no draft for that corner any more"),
            *NAMED,
        ),
        ("follows", "post_bytes", "title_chars", "mentions"),
    ),
    ps.EditPost: Effects(
        (codes.ROOM_GONE, codes.POST_GONE, codes.RIGHT_MISSING, codes.SILENCED, codes.LIMIT_REACHED),
        (Told(ps.PostEdited, Where.ROOM),),
        ("post_bytes", "title_chars", "post_versions", "mentions"),
    ),
    ps.DeletePost: Effects(
        (
            codes.ROOM_GONE,
            codes.POST_GONE,
            codes.RIGHT_MISSING,
            codes.SILENCED,
            codes.OUTRANKED,
        ),
        (
            Told(ps.PostDeleted, Where.ROOM),
            Told(ps.PostRemoved, Where.STEWARDS, "when a steward did it"),
            Told(ps.PostRemoved, Where.THEIRS, "when a steward did it, and they are still there"),
        ),
        ("reason_chars",),
    ),
    ps.ReadPosts: Effects((codes.ROOM_GONE,), (), ("page_entries",)),
    ps.ReadPost: Effects((codes.ROOM_GONE, codes.POST_GONE), (), ("post_versions",)),
    dr.SetDraft: Effects(
        (codes.ROOM_GONE, codes.MESSAGE_GONE, codes.LIMIT_REACHED, *STORED),
        (Told(dr.DraftChanged, Where.DEVICES),),
        ("drafts", "post_bytes"),
    ),
    dr.ListDrafts: Effects((), (), ("drafts",)),
}
