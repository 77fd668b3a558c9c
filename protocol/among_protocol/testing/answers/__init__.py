"""What a test server answers: a table of the writes, a table of the rest, and what each command costs.

A write gets the town and who asks, checks first, writes after, and gives the entry to reply with. The rest get the
connection, and give the result, or nothing when they have replied themselves.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...accounts import ReadAccount, UpdateAccount
from ...base import Command, Entry, Shape, Write
from ...blocks import SetBlock
from ...bookmarks import ListBookmarks, RemoveBookmark, SetBookmark
from ...cards import ReadCards
from ...communities import (
    BrowseCommunities,
    CreateCommunity,
    JoinCommunity,
    LeaveCommunity,
    ReadCommunity,
    UpdateCommunity,
)
from ...corners import ListCorners, UpdateCorner
from ...discovery import Discover, DismissCommunity
from ...dnd import SetDnd
from ...drafts import ListDrafts, SetDraft
from ...edits import DeleteMessage, EditMessage, ReadHistory
from ...erasure import EraseAccount
from ...export import ExportAccount
from ...finding import SearchMembers
from ...forwards import ForwardMessage
from ...greeters import ListGreeters, SetGreeter
from ...house_rules import AcceptRules, ReadRules
from ...inbox import MarkInbox, ReadInbox
from ...interests import ListInterests, SetInterests
from ...invites import CreateInvite, ListInvites, RevokeInvite
from ...joining import AnswerJoin, AskToJoin, ListRequests, WithdrawJoin
from ...logs import ReadChanged, ReadEntries, Sync
from ...markers import SetMarker
from ...members import ListMembers, ResolveMembers
from ...messages import ReadMessages, SendMessage
from ...moderation import BanMember, KickMember, ListBans, SetRole, SilenceMember, UnbanMember, UnsilenceMember
from ...notify import SetNotify
from ...passwords import ChangePassword, ResetPassword
from ...personas import FindMember, ReadPersona, UpdatePersona
from ...pins import AddPin, ListPins, RemovePin
from ...portrait import (
    DeclineProposal,
    ExportPortrait,
    ListProposals,
    ListVersions,
    MergeProposal,
    ProposePortrait,
    ReadPortrait,
)
from ...posts import DeletePost, EditPost, PublishPost, ReadPost, ReadPosts
from ...presence import SetPresence, StartTyping, WatchPresence
from ...preview import PreviewCommunity
from ...quotes import AskQuote, ConsentToQuote, ListQuotes, WithdrawQuote
from ...reach import SetReach
from ...reactions import AddReaction, ReadReactions, RemoveReaction
from ...recent import RecentRooms
from ...reports import FileReport, ListReports, ResolveReport
from ...retention import SetRetention
from ...rooms import AddPerson, CreateRoom, FollowRoom, ListRooms, OpenDirect, RemovePerson, SetTopic, UnfollowRoom
from ...search import SearchMessages
from ...session import Enable, ListSessions, Ping, RevokeOthers, RevokeSession, SignIn, SignOut, SignUp
from ...status import SetStatus
from ...tags import SearchTags, UpdateTag
from ...threads import FollowThread, ListThreads, MarkThread, UnfollowThread
from ...welcome import ReadWelcome, SetWelcome
from . import (
    accounts,
    attention,
    blocks,
    bookmarks,
    cards,
    corners,
    drafts,
    edits,
    keeping,
    members,
    personas,
    pins,
    places,
    portrait,
    reactions,
    reading,
    recent,
    retention,
    search,
    status,
    tags,
    threads,
)

if TYPE_CHECKING:
    from ..connection import Connection
    from ..state import Person
    from ..town import Town

WRITES: "dict[type[Write], Callable[[Town, Person, Any], Entry]]" = {
    UpdateAccount: accounts.update,
    CreateCommunity: places.found,
    JoinCommunity: places.join,
    LeaveCommunity: places.leave,
    CreateRoom: places.make_room,
    FollowRoom: places.follow,
    UnfollowRoom: places.unfollow,
    SetTopic: places.set_topic,
    SetRetention: retention.set_retention,
    AddPerson: places.add,
    RemovePerson: places.remove,
    OpenDirect: places.open_direct,
    SendMessage: edits.send,
    EditMessage: edits.edit,
    DeleteMessage: edits.delete,
    ForwardMessage: pins.forward,
    AddPin: pins.add,
    RemovePin: pins.remove,
    AddReaction: reactions.add,
    RemoveReaction: reactions.remove,
    UpdatePersona: personas.update,
    UpdateCorner: corners.update,
    PublishPost: corners.publish,
    EditPost: corners.edit,
    DeletePost: corners.delete,
    ProposePortrait: portrait.propose,
    SetRole: keeping.set_role,
    KickMember: keeping.kick,
    BanMember: keeping.ban,
    UnbanMember: keeping.unban,
    SilenceMember: keeping.silence,
    UnsilenceMember: keeping.unsilence,
    FileReport: keeping.file,
    ResolveReport: keeping.resolve,
}

READS: "dict[type[Command], Callable[[Connection, Any], Shape | None]]" = {
    SignUp: accounts.sign_up,
    SignIn: accounts.sign_in,
    SignOut: accounts.sign_out,
    ResetPassword: accounts.reset_password,
    ChangePassword: accounts.change_password,
    ListSessions: accounts.list_sessions,
    RevokeSession: accounts.revoke,
    RevokeOthers: accounts.revoke_others,
    Ping: accounts.ping,
    Enable: accounts.enable,
    ReadAccount: accounts.read,
    SetBlock: blocks.set_block,
    BrowseCommunities: members.browse,
    ReadCommunity: members.read,
    ListRooms: members.list_rooms,
    ListMembers: members.list_members,
    ResolveMembers: members.resolve,
    FindMember: personas.find,
    ReadPersona: personas.read,
    ReadCards: cards.read,
    ListCorners: corners.list_corners,
    ReadPosts: corners.page,
    ReadPost: corners.read,
    SetDraft: drafts.set_draft,
    ListDrafts: drafts.list_drafts,
    ReadPortrait: portrait.read,
    ListVersions: portrait.history,
    SearchTags: tags.search,
    ListInterests: tags.list_interests,
    SetInterests: tags.set_interests,
    SetPresence: members.set_presence,
    WatchPresence: members.watch,
    StartTyping: members.typing,
    SetStatus: status.set_status,
    Sync: reading.sync,
    ReadChanged: reading.changed,
    ReadEntries: reading.entries,
    ReadMessages: reading.page,
    ReadHistory: edits.history,
    ListPins: pins.list_pins,
    ReadReactions: reactions.read,
    SetMarker: reading.set_marker,
    FollowThread: threads.follow,
    UnfollowThread: threads.unfollow,
    MarkThread: threads.mark,
    ListThreads: reading.list_threads,
    RecentRooms: recent.recent,
    SetBookmark: bookmarks.set_bookmark,
    RemoveBookmark: bookmarks.remove,
    ListBookmarks: bookmarks.list_bookmarks,
    ReadInbox: attention.read_inbox,
    MarkInbox: attention.mark_inbox,
    SetNotify: attention.set_notify,
    SetDnd: attention.set_dnd,
    SearchMessages: search.search,
    ListBans: keeping.list_bans,
    ListReports: keeping.list_reports,
}

# What serves people's screens, their stewards and their leaving, and no bot. It is refused, and says so; the page
# docs/howto/test-your-bot.md lists it.
ABSENT: frozenset[type[Command]] = frozenset({
    EraseAccount, ExportAccount,
    Discover, DismissCommunity, SearchMembers, UpdateTag,
    UpdateCommunity, PreviewCommunity, AcceptRules, ReadRules, AskToJoin, WithdrawJoin, AnswerJoin, ListRequests,
    CreateInvite, ListInvites, RevokeInvite,
    ExportPortrait, ListProposals, MergeProposal, DeclineProposal,
    ListQuotes, AskQuote, ConsentToQuote, WithdrawQuote,
    ReadWelcome, SetWelcome, ListGreeters, SetGreeter, SetReach,
})  # fmt: skip

COSTS: dict[type[Command], int] = {  # as a real server charges them; what is not here costs 5
    SignUp: 50,
    SignIn: 25,
    ChangePassword: 50,
    ResetPassword: 50,
    Sync: 25,
    UpdateAccount: 25,
    CreateCommunity: 25,
    JoinCommunity: 10,
    LeaveCommunity: 10,
    SetRole: 25,
    KickMember: 25,
    BanMember: 25,
    UnbanMember: 10,
    SilenceMember: 10,
    UnsilenceMember: 10,
    FileReport: 50,
    ResolveReport: 10,
    CreateRoom: 10,
    OpenDirect: 10,
    SetRetention: 10,
    ReadEntries: 2,
    ReadMessages: 2,
    ReadHistory: 2,
    ListPins: 2,
    ReadReactions: 2,
    ReadAccount: 2,
    ListMembers: 2,
    ListRooms: 2,
    ResolveMembers: 2,
    ReadPersona: 2,
    UpdatePersona: 25,
    UpdateCorner: 10,
    PublishPost: 25,
    EditPost: 15,
    DeletePost: 10,
    ReadPosts: 2,
    ReadPost: 2,
    SearchMessages: 10,
    MarkInbox: 2,
    ProposePortrait: 25,
    SearchTags: 2,
    ListInterests: 2,
    SetInterests: 10,
    SetPresence: 2,
    WatchPresence: 2,
    Ping: 1,
    Enable: 1,
    SetMarker: 1,
    MarkThread: 1,
    FollowThread: 2,
    UnfollowThread: 2,
    StartTyping: 1,
}
