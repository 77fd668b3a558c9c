"""A community as one sees it from its door: what it is about, what is asked of whoever comes in and, where it is open,
what goes on in it."""

from typing import ClassVar

from .base import Command, Id, SecretText, Seq, Shape, Time
from .communities import Community
from .members import Persona
from .messages import Message
from .portrait import PortraitSection
from .retention import Retention


class PreviewRoom(Shape, kw_only=True):
    """An open room, from outside."""

    slug: str
    topic: str = ""
    retention: Retention | None = None  # how long it keeps what is said in it; null: as the community says
    retention_since: Time = ""  # nothing is removed before this
    messages: list[Message] = []  # the newest few, oldest first


class Preview(Shape, kw_only=True):
    community: Community
    member: bool = False  # I am in it already
    rules: str = ""  # that hold
    rules_version: Seq = 0  # 0: there are none
    rules_required: bool = False  # who joins must accept this version
    questions: list[str] = []  # each is to be answered by who asks to be let in; members see them whatever the door
    invited: bool = False  # the invite that I gave, or signed up with, lets me in
    waiting: bool = False  # I have asked to be let in, and am not answered yet
    again: Time = ""  # I was declined, and may ask again after that
    rooms: list[PreviewRoom] = []  # of one with an open door, the first few; private ones are never here
    people: list[Persona] = []  # who wrote these messages: handle and name
    portrait: list[PortraitSection] = []  # what it says of itself, of one with an open door; quotes are for members


class PreviewCommunity(Command, tag="community.preview", kw_only=True):
    """Look at a community before joining it. Rooms and what was said there are shown of one with an open door, and not
    to whoever is banned from it."""

    Reply: ClassVar[type[Shape]] = Preview

    community: Id  # its id or slug
    invite: SecretText = ""  # code of one to it: shows also what is not in the directory
