"""A post: something longer, in its author's corner. It is an entry of the corner's log, named by its room and its number.

An edit is an entry too: readers see the newest version, and may look at each. A comment is a message in the corner's room
that names the post.
"""

from typing import ClassVar

from .base import Command, Entry, Id, OptionalReason, PageLimit, PostText, Seq, Shape, Time, TitleText, Write
from .moderation import Act
from .reactions import Reaction


class PostPublished(Entry, tag="post.published", kw_only=True):
    """In the corner's log. A post is named by its room and its `seq`. It counts as unread, as a message does.

    Whoever published it has no draft for this corner any more."""

    words: ClassVar[tuple[str, ...]] = ("title", "body")
    hidden: ClassVar[frozenset[str]] = frozenset({"title"})

    title: str
    body: str  # Markdown, as it was typed
    mentions: list[str] = []  # memberships that the body mentions, as the server understood it


class PostEdited(Entry, tag="post.edited", kw_only=True):
    """In the corner's log: a post has a new version, which is this."""

    words: ClassVar[tuple[str, ...]] = ("title", "body")
    hidden: ClassVar[frozenset[str]] = frozenset({"title"})

    post: Seq  # its number
    title: str
    body: str  # Markdown, as it was typed
    mentions: list[str] = []  # memberships that this version mentions; they are not called again


class PostWritten(Shape, kw_only=True):
    entry: PostPublished
    repeat: bool = False


class PublishPost(Write, tag="post.publish", kw_only=True):
    """Publish a post in one's corner of a community, which is made if there is none."""

    Reply: ClassVar[type[Shape]] = PostWritten
    hidden: ClassVar[frozenset[str]] = frozenset({"title"})

    community: Id
    title: TitleText
    body: PostText  # Markdown; `@handle` mentions somebody


class PostEditWritten(Shape, kw_only=True):
    entry: PostEdited
    repeat: bool = False


class EditPost(Write, tag="post.edit", kw_only=True):
    """A new version of a post of one's own. What is left out stays as it is."""

    Reply: ClassVar[type[Shape]] = PostEditWritten
    hidden: ClassVar[frozenset[str]] = frozenset({"title"})

    room: Id
    post: Seq  # its number
    title: TitleText | None = None
    body: PostText | None = None


class PostDeleted(Entry, tag="post.deleted", kw_only=True):
    """In the corner's log: the post is blank from now on, and so are its edits. Without `by` a steward has deleted it."""

    post: Seq  # its number


class PostRemoved(Act, tag="post.removed", kw_only=True):
    """A steward (`by`) has deleted a post of this member. Not what it said."""

    room: str
    post: Seq  # its number in the corner's log


class PostDeleteWritten(Shape, kw_only=True):
    entry: PostDeleted
    repeat: bool = False


class DeletePost(Write, tag="post.delete", kw_only=True):
    """Delete a post of one's own; for stewards, that of somebody of a lower role, with the reason, which the author is told.
    It can't be undone. What others said about it stays theirs, and is paged with it no longer."""

    Reply: ClassVar[type[Shape]] = PostDeleteWritten

    room: Id
    post: Seq  # its number
    reason: OptionalReason = ""  # of a steward: needed


class PostCard(Shape, kw_only=True):
    """A post in a list: how it begins."""

    hidden: ClassVar[frozenset[str]] = frozenset({"title", "lead"})

    seq: Seq  # its number in the corner's log: its name
    at: Time
    by: str  # the author's membership
    rev: int  # revision of the author's persona at that moment
    title: str
    lead: str  # how the body begins: its first lines
    bytes: int  # of the whole body
    edited: Time = ""  # when the newest version was written; empty: it is the first
    comments: int = 0  # how many there are, deleted ones too
    reactions: list[Reaction] = []  # how it is reacted to, the most frequent first


class PostPage(Shape, kw_only=True):
    posts: list[PostCard]  # the newest first
    as_of: Seq  # of the corner's log
    complete: bool  # none is older than the last one


class ReadPosts(Command, tag="post.page", kw_only=True):
    """The posts of a corner, the newest first, a page at a time."""

    Reply: ClassVar[type[Shape]] = PostPage

    room: Id
    before: Seq | None = None  # older than this number
    limit: PageLimit = 30


class PostVersion(Shape, kw_only=True):
    seq: Seq  # number of its entry; the first one's is the post's
    at: Time


class Post(Shape, kw_only=True):
    """A post in one of its versions."""

    hidden: ClassVar[frozenset[str]] = frozenset({"title"})

    seq: Seq  # its number in the corner's log: its name
    at: Time
    by: str  # the author's membership
    rev: int  # revision of the author's persona when this version was written
    title: str
    body: str  # Markdown, as it was typed
    mentions: list[str] = []  # memberships that the body mentions
    version: Seq  # number of the entry that this version is of
    versions: list[PostVersion]  # all of them, oldest first
    comments: int = 0  # how many there are, deleted ones too
    reactions: list[Reaction] = []  # how it is reacted to, the most frequent first


class ReadPost(Command, tag="post.read", kw_only=True):
    """A whole post, as it is now or in a certain version. Its comments: `message.page` with `post`."""

    Reply: ClassVar[type[Shape]] = Post

    room: Id
    post: Seq  # its number
    version: Seq | None = None  # number of the entry of that version; left out: the newest


PostCommand = PublishPost | EditPost | DeletePost | ReadPosts | ReadPost
PostEntry = PostPublished | PostEdited | PostDeleted | PostRemoved
PostWrite = PublishPost | EditPost | DeletePost
