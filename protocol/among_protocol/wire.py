"""Bytes to structs and back, in both encodings: the only file that lists everything there is.

Rule: whatever the bytes, `decode_command` gives a command or raises `Malformed`, and nothing else.
JSON travels in text frames, MessagePack (maps with the same names) in binary frames.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, get_args

import msgspec

from . import (
    accounts,
    blocks,
    bookmarks,
    cards,
    codes,
    communities,
    corners,
    discovery,
    edits,
    erasure,
    export,
    forwards,
    greeters,
    house_rules,
    interests,
    invites,
    joining,
    logs,
    members,
    messages,
    moderation,
    passwords,
    personas,
    pins,
    portrait,
    posts,
    presence,
    preview,
    quotes,
    reach,
    reactions,
    reading,
    recent,
    reports,
    rooms,
    search,
    session,
    status,
    tags,
    threads,
    welcome,
)
from .base import KEY_CHARS, Budget, Command, Entry, Event, Ok, OkRaw, Refused, Shape, Write, WrittenRaw
from .malformed import Malformed

AnyCommand = (
    session.SignUp
    | session.SignIn
    | session.SignOut
    | session.ListSessions
    | session.RevokeSession
    | session.RevokeOthers
    | session.Ping
    | session.Enable
    | logs.Sync
    | logs.ReadEntries
    | logs.ReadChanged
    | accounts.UpdateAccount
    | accounts.ReadAccount
    | passwords.ChangePassword
    | passwords.ResetPassword
    | erasure.EraseAccount
    | export.ExportAccount
    | blocks.SetBlock
    | communities.CreateCommunity
    | communities.UpdateCommunity
    | communities.JoinCommunity
    | communities.LeaveCommunity
    | communities.BrowseCommunities
    | communities.ReadCommunity
    | discovery.Discover
    | discovery.DismissCommunity
    | preview.PreviewCommunity
    | house_rules.AcceptRules
    | house_rules.ReadRules
    | joining.AskToJoin
    | joining.WithdrawJoin
    | joining.AnswerJoin
    | joining.ListRequests
    | invites.CreateInvite
    | invites.ListInvites
    | invites.RevokeInvite
    | members.ListMembers
    | members.ResolveMembers
    | search.SearchCommand
    | personas.ReadPersona
    | personas.UpdatePersona
    | personas.FindMember
    | moderation.ModerationCommand
    | reports.FileReport
    | reports.ListReports
    | reports.ResolveReport
    | portrait.PortraitCommand
    | interests.ListInterests
    | interests.SetInterests
    | tags.SearchTags
    | tags.UpdateTag
    | quotes.QuoteCommand
    | welcome.ReadWelcome
    | welcome.SetWelcome
    | greeters.ListGreeters
    | greeters.SetGreeter
    | reach.SetReach
    | rooms.RoomCommand
    | recent.RecentRooms
    | rooms.OpenDirect
    | messages.SendMessage
    | messages.ReadMessages
    | edits.EditCommand
    | forwards.ForwardMessage
    | pins.PinCommand
    | bookmarks.BookmarkCommand
    | reactions.ReactionCommand
    | threads.ThreadCommand
    | corners.UpdateCorner
    | corners.ListCorners
    | posts.PostCommand
    | reading.ReadingCommand
    | presence.SetPresence
    | presence.WatchPresence
    | presence.StartTyping
    | status.SetStatus
    | cards.ReadCards
)
AnyEntry = (
    accounts.AccountCreated
    | accounts.AccountUpdated
    | communities.CommunityCreated
    | communities.CommunityUpdated
    | communities.CommunityJoined
    | communities.CommunityLeft
    | house_rules.RulesAccepted
    | joining.JoinAsked
    | joining.JoinWithdrawn
    | joining.JoinAnswered
    | joining.JoinDeclined
    | invites.InviteCreated
    | invites.InviteUsed
    | invites.InviteRevoked
    | members.MemberJoined
    | members.MemberLeft
    | members.MemberUpdated
    | personas.PersonaRenamed
    | members.MemberForgotten
    | moderation.RoleSet
    | moderation.MemberKicked
    | moderation.MemberBanned
    | moderation.MemberUnbanned
    | moderation.MemberSilenced
    | moderation.MemberUnsilenced
    | reports.ReportFiled
    | reports.ReportResolved
    | portrait.PortraitEntry
    | tags.TagUpdated
    | quotes.QuoteEntry
    | welcome.WelcomeSet
    | welcome.WelcomeGiven
    | greeters.GreeterChanged
    | greeters.NewcomerSpoke
    | greeters.NewcomerSettled
    | rooms.RoomEntry
    | messages.MessageSent
    | edits.EditEntry
    | pins.PinEntry
    | reactions.ReactionEntry
    | corners.CornerUpdated
    | posts.PostEntry
)
AnyNotice = (  # events without a number: control, registers, ephemeral
    session.Hello
    | session.Restarting
    | logs.Synced
    | logs.Lagging
    | logs.LogPassed
    | reactions.ReactionsChanged
    | threads.ThreadChanged
    | blocks.BlockChanged
    | reading.ReadingNotice
    | bookmarks.BookmarkChanged
    | reach.ReachChanged
    | presence.PresenceChanged
    | presence.TypingStarted
    | status.AppearanceChanged
)
AnyEvent = AnyEntry | AnyNotice

COMMANDS: tuple[type[Command], ...] = get_args(AnyCommand)
ENTRIES: tuple[type[Entry], ...] = get_args(AnyEntry)
EVENTS: tuple[type[Event], ...] = (*ENTRIES, *get_args(AnyNotice))

VERSION = 1


def tag_of(struct: type[Command] | type[Event]) -> str:
    """The `type` of a command or event on the wire."""
    tag = struct.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


class UnknownEvent(Shape, kw_only=True):
    """An event of a type that this version does not know. With a number it still counts in its log."""

    type: str = ""
    log: str = ""
    seq: int = 0
    first: int = msgspec.field(default=0, name="from")


class _Head(Shape, kw_only=True):
    """Of a frame that is no command: whatever stands there."""

    type: Any = ""
    id: Any = None


_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, MemoryError, ValueError, OverflowError)
_TOO_LONG = "Expected `str` of length <="
_PATH = re.compile(r" - at `\$\.?(.*)`$")
_BOUNDS = (  # what msgspec says of them, and how people do
    (re.compile(r"Expected `str` of length >= 1"), "This must not be empty"),
    (re.compile(r"Expected `str` of length >= (\d+)"), "At least {} characters"),
    (re.compile(r"Expected `str` of length <= (\d+)"), "At most {} characters"),
    (re.compile(r"Expected `array` of length <= (\d+)"), "At most {} of these"),
    (re.compile(r"Expected `int` <= (\d+)"), "At most {}"),
    (re.compile(r"Expected `int` >= (\d+)"), "At least {}"),
)
_MISSING = re.compile(r"Object missing required field `(.*?)`")


class Frame(NamedTuple):
    """What a client understood of a frame: exactly one of these is set."""

    event: AnyEvent | UnknownEvent | None
    ok: Ok | None
    refused: Refused | None


class Encoding:
    """One of the two encodings, named by its WebSocket subprotocol."""

    def __init__(self, subprotocol: str, binary: bool, encoder: Any, decoder_of: Callable[[Any], Any]) -> None:
        self.subprotocol = subprotocol
        self.binary = binary
        self.encode: Callable[[Any], bytes] = encoder.encode
        self._decoder_of = decoder_of
        self._command = decoder_of(AnyCommand).decode
        self._head = decoder_of(_Head).decode
        self._server = decoder_of(AnyEvent | Ok | Refused).decode
        self._unknown = decoder_of(UnknownEvent).decode
        self._entry = decoder_of(AnyEntry).decode
        self._numbered = decoder_of(AnyEntry | logs.LogPassed).decode
        self._results: dict[type[Shape], Callable[[bytes], Any]] = {}

    def decode_command(self, data: bytes) -> AnyCommand:
        """The command in a frame. Raises Malformed for anything else."""
        try:
            return self._command(data)  # type: ignore[no-any-return]  # msgspec's decoder is typed by its argument
        except _UNREADABLE as error:
            raise self._malformed(data, error) from None

    def _malformed(self, data: bytes, error: BaseException) -> Malformed:
        id: str | None = None
        try:
            head = self._head(data)
        except _UNREADABLE:
            return Malformed(codes.MALFORMED, f"This frame is not readable: {_sentence(error)}.")
        if isinstance(head.id, str) and 0 < len(head.id) <= KEY_CHARS:
            id = head.id
        if not isinstance(head.type, str):
            return Malformed(codes.MALFORMED, "The type of a command is a string.", id=id, field="type")
        if head.type not in _COMMAND_TAGS:
            return Malformed(codes.UNKNOWN_COMMAND, f"There is no command {head.type[:64]!r}.", id=id, field="type")
        found, missing = _PATH.search(str(error)), _MISSING.match(str(error))
        field = ".".join([*([found.group(1)] if found else []), *([missing.group(1)] if missing else [])])
        code = codes.FIELD_TOO_LONG if str(error).startswith(_TOO_LONG) else codes.FIELD_INVALID
        return Malformed(code, f"{_sentence(error)}.", id=id, field=field)

    def decode_server(self, data: bytes) -> Frame:
        """A frame from the server, as a client reads it. An event of unknown type comes as UnknownEvent.

        Raises Malformed when it is no frame of the protocol at all."""
        try:
            frame = self._server(data)
        except _UNREADABLE as error:
            try:
                unknown = self._unknown(data)
            except _UNREADABLE:
                raise Malformed(codes.MALFORMED, _sentence(error)) from None
            if unknown.type in ("ok", "refused") or not unknown.type:
                raise Malformed(codes.MALFORMED, _sentence(error)) from None
            return Frame(unknown, None, None)
        if isinstance(frame, Ok):
            return Frame(None, frame, None)
        if isinstance(frame, Refused):
            return Frame(None, None, frame)
        return Frame(frame, None, None)

    def decode_entry(self, data: bytes | msgspec.Raw) -> AnyEntry | UnknownEvent:
        """An entry out of a page. Raises msgspec.DecodeError when it is none at all."""
        try:
            return self._entry(data)  # type: ignore[no-any-return]  # as above
        except msgspec.ValidationError:
            return self._unknown(data)  # type: ignore[no-any-return]  # as above

    def decode_numbered(self, data: bytes | msgspec.Raw) -> AnyEntry | logs.LogPassed | UnknownEvent:
        """What stands in a page of what is wanted: an entry, or what was left out. Raises msgspec.DecodeError."""
        try:
            return self._numbered(data)  # type: ignore[no-any-return]  # as above
        except msgspec.ValidationError:
            return self._unknown(data)  # type: ignore[no-any-return]  # as above

    def decode_result(self, shape: type[Any], data: bytes | msgspec.Raw) -> Any:
        """The result of an `ok`, as the command's `Reply`. Raises msgspec.DecodeError."""
        decode = self._results.get(shape)
        if decode is None:
            decode = self._results[shape] = self._decoder_of(shape).decode
        return decode(data)

    def ok(self, id: str, result: Shape, budget: Budget | None = None) -> bytes:
        """The bytes of an `ok`."""
        return self.encode(Ok(id=id, result=msgspec.Raw(self.encode(result)), budget=budget))

    def ok_written(self, id: str, entry: bytes, repeat: bool, budget: Budget | None = None) -> bytes:
        """The bytes of an `ok` around an entry that is encoded already: the reply to every Write."""
        result = WrittenRaw(entry=msgspec.Raw(entry), repeat=repeat)
        return self.encode(OkRaw(id=id, result=result, budget=budget))


def _sentence(error: BaseException) -> str:
    """What msgspec found, without its path, as the start of a sentence for people."""
    text = _PATH.sub("", str(error)) if isinstance(error, msgspec.DecodeError) else ""
    for found, words in ((bound.fullmatch(text), words) for bound, words in _BOUNDS):
        if found is not None:
            return words.format(*found.groups())
    return text or "it is not well formed"


_COMMAND_TAGS = frozenset(tag_of(command) for command in COMMANDS)

JSON = Encoding("among.v1.json", False, msgspec.json.Encoder(), msgspec.json.Decoder)
MSGPACK = Encoding("among.v1.msgpack", True, msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder)
ENCODINGS: dict[str, Encoding] = {JSON.subprotocol: JSON, MSGPACK.subprotocol: MSGPACK}

AnyWrite = (
    accounts.UpdateAccount
    | communities.CreateCommunity
    | communities.UpdateCommunity
    | communities.JoinCommunity
    | communities.LeaveCommunity
    | house_rules.AcceptRules
    | joining.AskToJoin
    | joining.WithdrawJoin
    | joining.AnswerJoin
    | personas.UpdatePersona
    | moderation.SetRole
    | moderation.KickMember
    | moderation.BanMember
    | moderation.UnbanMember
    | moderation.SilenceMember
    | moderation.UnsilenceMember
    | reports.FileReport
    | reports.ResolveReport
    | portrait.PortraitWrite
    | tags.UpdateTag
    | quotes.QuoteWrite
    | welcome.SetWelcome
    | greeters.SetGreeter
    | rooms.RoomWrite
    | messages.SendMessage
    | edits.EditWrite
    | forwards.ForwardMessage
    | pins.PinWrite
    | reactions.ReactionWrite
    | corners.UpdateCorner
    | posts.PostWrite
)
WRITES: tuple[type[Write], ...] = get_args(AnyWrite)
