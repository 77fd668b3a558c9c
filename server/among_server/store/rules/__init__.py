"""What a write means: one function for each, over the `Tx` of any backend.

A rule judges standing, writes entries and projections, and returns the entry to reply with. It checks first and
writes after: one that raises `Refuse` has written nothing. What one may not see is `gone`.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec

from among_protocol.accounts import UpdateAccount
from among_protocol.base import Entry, Write
from among_protocol.communities import CreateCommunity, JoinCommunity, LeaveCommunity, UpdateCommunity
from among_protocol.corners import UpdateCorner
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.forwards import ForwardMessage
from among_protocol.greeters import SetGreeter
from among_protocol.house_rules import AcceptRules
from among_protocol.joining import AnswerJoin, AskToJoin, WithdrawJoin
from among_protocol.messages import SendMessage
from among_protocol.moderation import (
    BanMember,
    KickMember,
    SetRole,
    SilenceMember,
    UnbanMember,
    UnsilenceMember,
)
from among_protocol.personas import UpdatePersona
from among_protocol.pins import AddPin, RemovePin
from among_protocol.portrait import DeclineProposal, MergeProposal, ProposePortrait
from among_protocol.posts import DeletePost, EditPost, PublishPost
from among_protocol.quotes import AskQuote, ConsentToQuote, WithdrawQuote
from among_protocol.reactions import AddReaction, RemoveReaction
from among_protocol.reports import FileReport, ResolveReport
from among_protocol.retention import SetRetention
from among_protocol.rooms import AddPerson, CreateRoom, FollowRoom, OpenDirect, RemovePerson, SetTopic, UnfollowRoom
from among_protocol.tags import UpdateTag
from among_protocol.welcome import SetWelcome

from ..api import Tx
from . import (
    accounts,
    communities,
    corners,
    door,
    edits,
    forwards,
    greeters,
    house_rules,
    joining,
    messages,
    moderation,
    personas,
    pins,
    portrait,
    posts,
    quotes,
    reactions,
    reports,
    retention,
    rooms,
    tags,
    welcome,
)

Rule = Callable[[Tx, str, Any], Entry]  # (tx, account, command) -> the entry to reply with

RULES: dict[type[Write], Rule] = {
    UpdateAccount: accounts.update,
    CreateCommunity: communities.create,
    UpdateCommunity: door.update,
    JoinCommunity: communities.join,
    LeaveCommunity: communities.leave,
    AcceptRules: house_rules.accept,
    AskToJoin: joining.ask,
    WithdrawJoin: joining.withdraw,
    AnswerJoin: joining.answer,
    UpdatePersona: personas.update,
    SetRole: moderation.set_role,
    KickMember: moderation.kick,
    BanMember: moderation.ban,
    UnbanMember: moderation.unban,
    SilenceMember: moderation.silence,
    UnsilenceMember: moderation.unsilence,
    FileReport: reports.file,
    ResolveReport: reports.resolve,
    ProposePortrait: portrait.propose,
    MergeProposal: portrait.merge,
    DeclineProposal: portrait.decline,
    UpdateTag: tags.update,
    AskQuote: quotes.ask,
    ConsentToQuote: quotes.consent,
    WithdrawQuote: quotes.withdraw,
    SetWelcome: welcome.set_welcome,
    SetGreeter: greeters.set_greeter,
    CreateRoom: rooms.create,
    FollowRoom: rooms.follow,
    UnfollowRoom: rooms.unfollow,
    SetTopic: rooms.set_topic,
    SetRetention: retention.set_retention,
    AddPerson: rooms.add,
    RemovePerson: rooms.remove,
    OpenDirect: rooms.open_direct,
    SendMessage: messages.send,
    EditMessage: edits.edit,
    DeleteMessage: edits.delete,
    ForwardMessage: forwards.forward,
    AddPin: pins.add,
    RemovePin: pins.remove,
    AddReaction: reactions.add,
    RemoveReaction: reactions.remove,
    UpdateCorner: corners.update,
    PublishPost: posts.publish,
    EditPost: posts.edit,
    DeletePost: posts.delete,
}

_encode = msgspec.json.Encoder().encode


def digest(command: Write) -> bytes:
    """What makes two commands under one nonce the same: everything but the id that the reply carries (16 bytes)."""
    return hashlib.blake2b(_encode(msgspec.structs.replace(command, id="")), digest_size=16).digest()


def answers(command: Write, entry: Entry) -> bool:
    """Whether this entry can be the reply to such a command. Of what was deleted nobody keeps what was asked; but a client
    that gets an entry of another kind could not even read it."""
    return isinstance(entry, _kinds(type(command)))


@cache
def _kinds(command: type[Write]) -> tuple[type[Entry], ...]:
    """The entries that the reply to such a command may hold."""
    kind = get_type_hints(command.Reply)["entry"]
    return get_args(kind) or (kind,)
