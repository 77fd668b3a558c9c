"""Which reply belongs to which command, for type checkers. A test holds it against the structs.

A command is given as a struct, or as its type and its fields; the id, and the nonce of a write, may be left out.
"""

from collections.abc import Coroutine
from typing import Any, Protocol, TypeAlias, TypeVar, overload

from . import bookmarks as bm
from . import communities as c
from . import greeters as g
from . import joining as jo
from . import moderation as mo
from . import pins as pi
from . import portrait as po
from . import posts as ps
from . import quotes as q
from . import reach as re
from . import reports as rp
from . import rooms as ro
from . import session as se
from . import welcome as w
from .accounts import AccountWritten, Profile, ReadAccount, UpdateAccount
from .base import Command, Done
from .blocks import Block, SetBlock
from .cards import Cards, ReadCards
from .corners import CornerPage, CornerWritten, ListCorners, UpdateCorner
from .discovery import Discover, DismissCommunity, Suggestions
from .drafts import Drafts, DraftState, ListDrafts, SetDraft
from .edits import DeleteMessage, DeleteWritten, EditMessage, EditWritten, MessageHistory, ReadHistory
from .erasure import EraseAccount, ErasureBegun
from .export import ExportAccount, ExportPage
from .finding import FoundMembers, SearchMembers
from .forwards import ForwardMessage
from .house_rules import AcceptRules, AcceptWritten, ReadRules, Rules
from .interests import AllInterests, InterestList, ListInterests, SetInterests
from .invites import CreateInvite, InviteList, InviteMade, ListInvites, RevokeInvite
from .logs import ChangedLogs, EntryPage, ReadChanged, ReadEntries
from .markers import Marker, SetMarker
from .members import ListMembers, MemberPage, Personas, ResolveMembers
from .messages import MessagePage, ReadMessages, SendMessage, SentWritten
from .passwords import ChangePassword
from .personas import FindMember, FoundMember, OwnPersona, PersonaWritten, ReadPersona, UpdatePersona
from .presence import Presences, SetPresence, StartTyping, WatchPresence
from .preview import Preview, PreviewCommunity
from .search import MessageHits, SearchMessages
from .status import Appearance, SetStatus
from .tags import SearchTags, Tags, TagWritten, UpdateTag

C = TypeVar("C", bound=Command)
T = TypeVar("T")

Of: TypeAlias = C | type[C]
Answer: TypeAlias = Coroutine[Any, Any, T]


class Asking(Protocol):
    """Asks, and gives the result of the `ok`. Raises codes.Refuse when it was refused."""

    @overload
    def __call__(self, command: se.SignOut | type[se.SignOut], /, **fields: Any) -> Coroutine[Any, Any, Done]: ...
    @overload
    def __call__(
        self, command: se.ListSessions | type[se.ListSessions], /, **fields: Any
    ) -> Coroutine[Any, Any, se.Sessions]: ...
    @overload
    def __call__(
        self, command: se.RevokeSession | type[se.RevokeSession], /, **fields: Any
    ) -> Coroutine[Any, Any, se.SessionsEnded]: ...
    @overload
    def __call__(
        self, command: se.RevokeOthers | type[se.RevokeOthers], /, **fields: Any
    ) -> Coroutine[Any, Any, se.SessionsEnded]: ...
    @overload
    def __call__(
        self, command: ChangePassword | type[ChangePassword], /, **fields: Any
    ) -> Coroutine[Any, Any, se.SessionsEnded]: ...
    @overload
    def __call__(
        self, command: EraseAccount | type[EraseAccount], /, **fields: Any
    ) -> Coroutine[Any, Any, ErasureBegun]: ...
    @overload
    def __call__(
        self, command: ExportAccount | type[ExportAccount], /, **fields: Any
    ) -> Coroutine[Any, Any, ExportPage]: ...
    @overload
    def __call__(self, command: SetBlock | type[SetBlock], /, **fields: Any) -> Coroutine[Any, Any, Block]: ...
    @overload
    def __call__(self, command: se.Ping | type[se.Ping], /, **fields: Any) -> Coroutine[Any, Any, se.Pong]: ...
    @overload
    def __call__(self, command: se.Enable | type[se.Enable], /, **fields: Any) -> Coroutine[Any, Any, se.Enabled]: ...
    @overload
    def __call__(
        self, command: ReadEntries | type[ReadEntries], /, **fields: Any
    ) -> Coroutine[Any, Any, EntryPage]: ...
    @overload
    def __call__(
        self, command: ReadChanged | type[ReadChanged], /, **fields: Any
    ) -> Coroutine[Any, Any, ChangedLogs]: ...
    @overload
    def __call__(
        self, command: UpdateAccount | type[UpdateAccount], /, **fields: Any
    ) -> Coroutine[Any, Any, AccountWritten]: ...
    @overload
    def __call__(self, command: ReadAccount | type[ReadAccount], /, **fields: Any) -> Coroutine[Any, Any, Profile]: ...
    @overload
    def __call__(
        self, command: c.CreateCommunity | type[c.CreateCommunity], /, **fields: Any
    ) -> Coroutine[Any, Any, c.CommunityMade]: ...
    @overload
    def __call__(
        self, command: c.UpdateCommunity | type[c.UpdateCommunity], /, **fields: Any
    ) -> Coroutine[Any, Any, c.UpdateWritten]: ...
    @overload
    def __call__(
        self, command: c.JoinCommunity | type[c.JoinCommunity], /, **fields: Any
    ) -> Coroutine[Any, Any, c.JoinWritten]: ...
    @overload
    def __call__(
        self, command: c.LeaveCommunity | type[c.LeaveCommunity], /, **fields: Any
    ) -> Coroutine[Any, Any, c.LeaveWritten]: ...
    @overload
    def __call__(
        self, command: c.BrowseCommunities | type[c.BrowseCommunities], /, **fields: Any
    ) -> Coroutine[Any, Any, c.CommunityPage]: ...
    @overload
    def __call__(
        self, command: c.ReadCommunity | type[c.ReadCommunity], /, **fields: Any
    ) -> Coroutine[Any, Any, c.Membership]: ...
    @overload
    def __call__(self, command: Discover | type[Discover], /, **fields: Any) -> Coroutine[Any, Any, Suggestions]: ...
    @overload
    def __call__(
        self, command: DismissCommunity | type[DismissCommunity], /, **fields: Any
    ) -> Coroutine[Any, Any, Done]: ...
    @overload
    def __call__(
        self, command: PreviewCommunity | type[PreviewCommunity], /, **fields: Any
    ) -> Coroutine[Any, Any, Preview]: ...
    @overload
    def __call__(
        self, command: AcceptRules | type[AcceptRules], /, **fields: Any
    ) -> Coroutine[Any, Any, AcceptWritten]: ...
    @overload
    def __call__(self, command: ReadRules | type[ReadRules], /, **fields: Any) -> Coroutine[Any, Any, Rules]: ...
    @overload
    def __call__(
        self, command: jo.AskToJoin | type[jo.AskToJoin], /, **fields: Any
    ) -> Coroutine[Any, Any, jo.AskWritten]: ...
    @overload
    def __call__(
        self, command: jo.WithdrawJoin | type[jo.WithdrawJoin], /, **fields: Any
    ) -> Coroutine[Any, Any, jo.WithdrawWritten]: ...
    @overload
    def __call__(
        self, command: jo.AnswerJoin | type[jo.AnswerJoin], /, **fields: Any
    ) -> Coroutine[Any, Any, jo.AnsweredWritten]: ...
    @overload
    def __call__(
        self, command: jo.ListRequests | type[jo.ListRequests], /, **fields: Any
    ) -> Coroutine[Any, Any, jo.RequestPage]: ...
    @overload
    def __call__(
        self, command: CreateInvite | type[CreateInvite], /, **fields: Any
    ) -> Coroutine[Any, Any, InviteMade]: ...
    @overload
    def __call__(
        self, command: ListInvites | type[ListInvites], /, **fields: Any
    ) -> Coroutine[Any, Any, InviteList]: ...
    @overload
    def __call__(self, command: RevokeInvite | type[RevokeInvite], /, **fields: Any) -> Coroutine[Any, Any, Done]: ...
    @overload
    def __call__(
        self, command: ListMembers | type[ListMembers], /, **fields: Any
    ) -> Coroutine[Any, Any, MemberPage]: ...
    @overload
    def __call__(
        self, command: ResolveMembers | type[ResolveMembers], /, **fields: Any
    ) -> Coroutine[Any, Any, Personas]: ...
    @overload
    def __call__(
        self, command: SearchMembers | type[SearchMembers], /, **fields: Any
    ) -> Coroutine[Any, Any, FoundMembers]: ...
    @overload
    def __call__(
        self, command: FindMember | type[FindMember], /, **fields: Any
    ) -> Coroutine[Any, Any, FoundMember]: ...
    @overload
    def __call__(
        self, command: ReadPersona | type[ReadPersona], /, **fields: Any
    ) -> Coroutine[Any, Any, OwnPersona]: ...
    @overload
    def __call__(
        self, command: UpdatePersona | type[UpdatePersona], /, **fields: Any
    ) -> Coroutine[Any, Any, PersonaWritten]: ...
    @overload
    def __call__(
        self, command: mo.SetRole | type[mo.SetRole], /, **fields: Any
    ) -> Coroutine[Any, Any, mo.RoleWritten]: ...
    @overload
    def __call__(
        self, command: mo.KickMember | type[mo.KickMember], /, **fields: Any
    ) -> Coroutine[Any, Any, mo.KickWritten]: ...
    @overload
    def __call__(
        self, command: mo.BanMember | type[mo.BanMember], /, **fields: Any
    ) -> Coroutine[Any, Any, mo.BanWritten]: ...
    @overload
    def __call__(
        self, command: mo.UnbanMember | type[mo.UnbanMember], /, **fields: Any
    ) -> Coroutine[Any, Any, mo.UnbanWritten]: ...
    @overload
    def __call__(
        self, command: mo.SilenceMember | type[mo.SilenceMember], /, **fields: Any
    ) -> Coroutine[Any, Any, mo.SilenceWritten]: ...
    @overload
    def __call__(
        self, command: mo.UnsilenceMember | type[mo.UnsilenceMember], /, **fields: Any
    ) -> Coroutine[Any, Any, mo.UnsilenceWritten]: ...
    @overload
    def __call__(
        self, command: mo.ListBans | type[mo.ListBans], /, **fields: Any
    ) -> Coroutine[Any, Any, mo.BanPage]: ...
    @overload
    def __call__(
        self, command: rp.FileReport | type[rp.FileReport], /, **fields: Any
    ) -> Coroutine[Any, Any, rp.ReportWritten]: ...
    @overload
    def __call__(
        self, command: rp.ListReports | type[rp.ListReports], /, **fields: Any
    ) -> Coroutine[Any, Any, rp.ReportPage]: ...
    @overload
    def __call__(
        self, command: rp.ResolveReport | type[rp.ResolveReport], /, **fields: Any
    ) -> Coroutine[Any, Any, rp.ResolveWritten]: ...
    @overload
    def __call__(
        self, command: po.ReadPortrait | type[po.ReadPortrait], /, **fields: Any
    ) -> Coroutine[Any, Any, po.Portrait]: ...
    @overload
    def __call__(
        self, command: po.ListVersions | type[po.ListVersions], /, **fields: Any
    ) -> Coroutine[Any, Any, po.PortraitHistory]: ...
    @overload
    def __call__(
        self, command: po.ExportPortrait | type[po.ExportPortrait], /, **fields: Any
    ) -> Coroutine[Any, Any, po.ExportedPortrait]: ...
    @overload
    def __call__(
        self, command: po.ListProposals | type[po.ListProposals], /, **fields: Any
    ) -> Coroutine[Any, Any, po.ProposalPage]: ...
    @overload
    def __call__(
        self, command: po.ProposePortrait | type[po.ProposePortrait], /, **fields: Any
    ) -> Coroutine[Any, Any, po.ProposalWritten]: ...
    @overload
    def __call__(
        self, command: po.MergeProposal | type[po.MergeProposal], /, **fields: Any
    ) -> Coroutine[Any, Any, po.MergeWritten]: ...
    @overload
    def __call__(
        self, command: po.DeclineProposal | type[po.DeclineProposal], /, **fields: Any
    ) -> Coroutine[Any, Any, po.DeclineWritten]: ...
    @overload
    def __call__(
        self, command: ListInterests | type[ListInterests], /, **fields: Any
    ) -> Coroutine[Any, Any, AllInterests]: ...
    @overload
    def __call__(
        self, command: SetInterests | type[SetInterests], /, **fields: Any
    ) -> Coroutine[Any, Any, InterestList]: ...
    @overload
    def __call__(self, command: SearchTags | type[SearchTags], /, **fields: Any) -> Coroutine[Any, Any, Tags]: ...
    @overload
    def __call__(self, command: UpdateTag | type[UpdateTag], /, **fields: Any) -> Coroutine[Any, Any, TagWritten]: ...
    @overload
    def __call__(
        self, command: q.ListQuotes | type[q.ListQuotes], /, **fields: Any
    ) -> Coroutine[Any, Any, q.QuoteList]: ...
    @overload
    def __call__(
        self, command: q.AskQuote | type[q.AskQuote], /, **fields: Any
    ) -> Coroutine[Any, Any, q.QuoteAskWritten]: ...
    @overload
    def __call__(
        self, command: q.ConsentToQuote | type[q.ConsentToQuote], /, **fields: Any
    ) -> Coroutine[Any, Any, q.ConsentWritten]: ...
    @overload
    def __call__(
        self, command: q.WithdrawQuote | type[q.WithdrawQuote], /, **fields: Any
    ) -> Coroutine[Any, Any, q.QuoteWithdrawWritten]: ...
    @overload
    def __call__(
        self, command: w.ReadWelcome | type[w.ReadWelcome], /, **fields: Any
    ) -> Coroutine[Any, Any, w.Welcome]: ...
    @overload
    def __call__(
        self, command: w.SetWelcome | type[w.SetWelcome], /, **fields: Any
    ) -> Coroutine[Any, Any, w.WelcomeWritten]: ...
    @overload
    def __call__(
        self, command: g.ListGreeters | type[g.ListGreeters], /, **fields: Any
    ) -> Coroutine[Any, Any, g.Greeters]: ...
    @overload
    def __call__(
        self, command: g.SetGreeter | type[g.SetGreeter], /, **fields: Any
    ) -> Coroutine[Any, Any, g.GreeterWritten]: ...
    @overload
    def __call__(self, command: re.SetReach | type[re.SetReach], /, **fields: Any) -> Coroutine[Any, Any, re.Reach]: ...
    @overload
    def __call__(
        self, command: ro.CreateRoom | type[ro.CreateRoom], /, **fields: Any
    ) -> Coroutine[Any, Any, ro.RoomMade]: ...
    @overload
    def __call__(
        self, command: ro.ListRooms | type[ro.ListRooms], /, **fields: Any
    ) -> Coroutine[Any, Any, ro.Rooms]: ...
    @overload
    def __call__(
        self, command: ro.FollowRoom | type[ro.FollowRoom], /, **fields: Any
    ) -> Coroutine[Any, Any, ro.FollowWritten]: ...
    @overload
    def __call__(
        self, command: ro.UnfollowRoom | type[ro.UnfollowRoom], /, **fields: Any
    ) -> Coroutine[Any, Any, ro.UnfollowWritten]: ...
    @overload
    def __call__(
        self, command: ro.SetTopic | type[ro.SetTopic], /, **fields: Any
    ) -> Coroutine[Any, Any, ro.TopicWritten]: ...
    @overload
    def __call__(
        self, command: ro.AddPerson | type[ro.AddPerson], /, **fields: Any
    ) -> Coroutine[Any, Any, ro.AddWritten]: ...
    @overload
    def __call__(
        self, command: ro.OpenDirect | type[ro.OpenDirect], /, **fields: Any
    ) -> Coroutine[Any, Any, ro.DirectWritten]: ...
    @overload
    def __call__(self, command: Of[SendMessage], /, **fields: Any) -> Answer[SentWritten]: ...
    @overload
    def __call__(self, command: Of[ReadMessages], /, **fields: Any) -> Answer[MessagePage]: ...
    @overload
    def __call__(self, command: Of[ForwardMessage], /, **fields: Any) -> Answer[SentWritten]: ...
    @overload
    def __call__(self, command: Of[SearchMessages], /, **fields: Any) -> Answer[MessageHits]: ...
    @overload
    def __call__(self, command: Of[EditMessage], /, **fields: Any) -> Answer[EditWritten]: ...
    @overload
    def __call__(self, command: Of[DeleteMessage], /, **fields: Any) -> Answer[DeleteWritten]: ...
    @overload
    def __call__(self, command: Of[ReadHistory], /, **fields: Any) -> Answer[MessageHistory]: ...
    @overload
    def __call__(self, command: Of[pi.AddPin], /, **fields: Any) -> Answer[pi.PinWritten]: ...
    @overload
    def __call__(self, command: Of[pi.RemovePin], /, **fields: Any) -> Answer[pi.UnpinWritten]: ...
    @overload
    def __call__(self, command: Of[pi.ListPins], /, **fields: Any) -> Answer[pi.PinPage]: ...
    @overload
    def __call__(self, command: Of[bm.SetBookmark], /, **fields: Any) -> Answer[bm.BookmarkSet]: ...
    @overload
    def __call__(self, command: Of[bm.RemoveBookmark], /, **fields: Any) -> Answer[bm.Bookmarked]: ...
    @overload
    def __call__(self, command: Of[bm.ListBookmarks], /, **fields: Any) -> Answer[bm.BookmarkPage]: ...
    @overload
    def __call__(self, command: Of[UpdateCorner], /, **fields: Any) -> Answer[CornerWritten]: ...
    @overload
    def __call__(self, command: Of[ListCorners], /, **fields: Any) -> Answer[CornerPage]: ...
    @overload
    def __call__(self, command: Of[ps.PublishPost], /, **fields: Any) -> Answer[ps.PostWritten]: ...
    @overload
    def __call__(self, command: Of[ps.EditPost], /, **fields: Any) -> Answer[ps.PostEditWritten]: ...
    @overload
    def __call__(self, command: Of[ps.DeletePost], /, **fields: Any) -> Answer[ps.PostDeleteWritten]: ...
    @overload
    def __call__(self, command: Of[ps.ReadPosts], /, **fields: Any) -> Answer[ps.PostPage]: ...
    @overload
    def __call__(self, command: Of[ps.ReadPost], /, **fields: Any) -> Answer[ps.Post]: ...
    @overload
    def __call__(self, command: Of[SetDraft], /, **fields: Any) -> Answer[DraftState]: ...
    @overload
    def __call__(self, command: Of[ListDrafts], /, **fields: Any) -> Answer[Drafts]: ...
    @overload
    def __call__(self, command: SetMarker | type[SetMarker], /, **fields: Any) -> Coroutine[Any, Any, Marker]: ...
    @overload
    def __call__(self, command: SetPresence | type[SetPresence], /, **fields: Any) -> Coroutine[Any, Any, Done]: ...
    @overload
    def __call__(
        self, command: WatchPresence | type[WatchPresence], /, **fields: Any
    ) -> Coroutine[Any, Any, Presences]: ...
    @overload
    def __call__(self, command: StartTyping | type[StartTyping], /, **fields: Any) -> Coroutine[Any, Any, Done]: ...
    @overload
    def __call__(self, command: SetStatus | type[SetStatus], /, **fields: Any) -> Coroutine[Any, Any, Appearance]: ...
    @overload
    def __call__(self, command: ReadCards | type[ReadCards], /, **fields: Any) -> Coroutine[Any, Any, Cards]: ...
