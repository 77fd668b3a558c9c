"""Who may ask what: one row for each command; one without a row fails the tests.

The guard answers early from memory: is somebody signed in, and do they hold the right where the place is known. What
a place allows is judged again where it counts: by the store's rules inside the transaction, by reads on what they read.
"""

from enum import Enum
from typing import NamedTuple

from among_protocol import (
    accounts,
    blocks,
    bookmarks,
    cards,
    communities,
    corners,
    discovery,
    dnd,
    drafts,
    edits,
    erasure,
    export,
    finding,
    forwards,
    greeters,
    house_rules,
    inbox,
    interests,
    invites,
    joining,
    logs,
    markers,
    members,
    messages,
    moderation,
    notify,
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
    recent,
    reports,
    retention,
    rooms,
    search,
    session,
    status,
    tags,
    threads,
    welcome,
)
from among_protocol.base import Command
from among_protocol.codes import RIGHT_MISSING, SIGN_IN_REQUIRED, SIGNED_IN_ALREADY, Refuse

from ..rights import RIGHTS, Right
from .session import Session


class Who(Enum):
    ANYONE = "anyone"  # before and after signing in
    GUEST = "guest"  # before signing in
    ACCOUNT = "account"  # anybody signed in
    MEMBER = "member"  # of the community that is named
    AUDIENCE = "audience"  # of the room that is named: a member, and for private rooms and directs one of its people
    OWNER_OF_LOG = "owner_of_log"  # whoever may hear that log


class Rule(NamedTuple):
    who: Who
    right: Right | None = None  # in the community (open rooms of it included)


POLICY: dict[type[Command], Rule] = {
    session.SignUp: Rule(Who.GUEST),
    session.SignIn: Rule(Who.GUEST),
    session.SignOut: Rule(Who.ACCOUNT),
    session.ListSessions: Rule(Who.ACCOUNT),
    session.RevokeSession: Rule(Who.ACCOUNT),
    session.RevokeOthers: Rule(Who.ACCOUNT),
    session.Ping: Rule(Who.ANYONE),
    session.Enable: Rule(Who.ANYONE),
    logs.Sync: Rule(Who.ACCOUNT),
    logs.ReadEntries: Rule(Who.OWNER_OF_LOG),
    logs.ReadChanged: Rule(Who.ACCOUNT),
    accounts.UpdateAccount: Rule(Who.ACCOUNT),
    accounts.ReadAccount: Rule(Who.ACCOUNT),
    passwords.ChangePassword: Rule(Who.ACCOUNT),
    passwords.ResetPassword: Rule(Who.GUEST),
    erasure.EraseAccount: Rule(Who.ACCOUNT),
    export.ExportAccount: Rule(Who.ACCOUNT),
    blocks.SetBlock: Rule(Who.ACCOUNT),
    communities.CreateCommunity: Rule(Who.ACCOUNT),
    communities.UpdateCommunity: Rule(Who.MEMBER, Right.EDIT),  # some of it DOOR
    communities.JoinCommunity: Rule(Who.ACCOUNT),
    communities.LeaveCommunity: Rule(Who.MEMBER),  # to choose what is kept: who was one, too
    communities.BrowseCommunities: Rule(Who.ACCOUNT),
    communities.ReadCommunity: Rule(Who.MEMBER),
    discovery.Discover: Rule(Who.ACCOUNT),
    discovery.DismissCommunity: Rule(Who.ACCOUNT),
    preview.PreviewCommunity: Rule(Who.ACCOUNT),
    house_rules.AcceptRules: Rule(Who.MEMBER),
    house_rules.ReadRules: Rule(Who.ACCOUNT),
    joining.AskToJoin: Rule(Who.ACCOUNT),
    joining.WithdrawJoin: Rule(Who.ACCOUNT),
    joining.AnswerJoin: Rule(Who.MEMBER, Right.ADMIT),
    joining.ListRequests: Rule(Who.MEMBER, Right.ADMIT),
    invites.CreateInvite: Rule(Who.MEMBER),  # INVITE, or every member where the community says so
    invites.ListInvites: Rule(Who.MEMBER),
    invites.RevokeInvite: Rule(Who.MEMBER),
    members.ListMembers: Rule(Who.MEMBER),
    members.ResolveMembers: Rule(Who.ACCOUNT),
    finding.SearchMembers: Rule(Who.MEMBER),
    personas.FindMember: Rule(Who.MEMBER),
    personas.ReadPersona: Rule(Who.MEMBER),
    personas.UpdatePersona: Rule(Who.MEMBER),
    moderation.SetRole: Rule(Who.MEMBER),  # SET_ROLE for another's; one's own may be laid down
    moderation.KickMember: Rule(Who.MEMBER, Right.KICK),
    moderation.BanMember: Rule(Who.MEMBER, Right.BAN),
    moderation.UnbanMember: Rule(Who.MEMBER, Right.BAN),
    moderation.SilenceMember: Rule(Who.MEMBER, Right.SILENCE),
    moderation.UnsilenceMember: Rule(Who.MEMBER, Right.SILENCE),
    moderation.ListBans: Rule(Who.MEMBER, Right.STEWARDS),
    reports.FileReport: Rule(Who.MEMBER),  # with a room: of its audience
    reports.ListReports: Rule(Who.MEMBER, Right.STEWARDS),
    reports.ResolveReport: Rule(Who.MEMBER, Right.STEWARDS),
    portrait.ReadPortrait: Rule(Who.MEMBER),
    portrait.ListVersions: Rule(Who.MEMBER),
    portrait.ExportPortrait: Rule(Who.MEMBER),
    portrait.ListProposals: Rule(Who.MEMBER),  # stewards all of them, others their own
    portrait.ProposePortrait: Rule(Who.MEMBER),  # with `merge`: PORTRAIT
    portrait.MergeProposal: Rule(Who.MEMBER, Right.PORTRAIT),
    portrait.DeclineProposal: Rule(Who.MEMBER),  # PORTRAIT for another's; one's own may be taken back
    interests.ListInterests: Rule(Who.ACCOUNT),
    interests.SetInterests: Rule(Who.MEMBER),  # without a community: one's own
    tags.SearchTags: Rule(Who.ACCOUNT),
    tags.UpdateTag: Rule(Who.MEMBER, Right.TAGS),  # without a community: who owns the server
    quotes.ListQuotes: Rule(Who.MEMBER),
    quotes.AskQuote: Rule(Who.MEMBER),  # with a room: of its audience
    quotes.ConsentToQuote: Rule(Who.MEMBER),  # whose words they are
    quotes.WithdrawQuote: Rule(Who.ACCOUNT),  # whose words they are, member or not; for others PORTRAIT
    welcome.ReadWelcome: Rule(Who.MEMBER),
    welcome.SetWelcome: Rule(Who.MEMBER, Right.PORTRAIT),
    greeters.ListGreeters: Rule(Who.MEMBER),  # stewards also who volunteers
    greeters.SetGreeter: Rule(Who.MEMBER),  # PORTRAIT but for volunteering, and ceasing to
    reach.SetReach: Rule(Who.ACCOUNT),
    rooms.CreateRoom: Rule(Who.MEMBER, Right.CREATE_ROOM),
    rooms.ListRooms: Rule(Who.MEMBER),
    rooms.FollowRoom: Rule(Who.AUDIENCE),
    rooms.UnfollowRoom: Rule(Who.AUDIENCE),
    rooms.SetTopic: Rule(Who.AUDIENCE, Right.SET_TOPIC),
    retention.SetRetention: Rule(Who.AUDIENCE, Right.RETENTION),
    rooms.AddPerson: Rule(Who.AUDIENCE, Right.ADD_PERSON),
    rooms.RemovePerson: Rule(Who.AUDIENCE, Right.REMOVE_PERSON),
    recent.RecentRooms: Rule(Who.ACCOUNT),
    rooms.OpenDirect: Rule(Who.ACCOUNT),
    messages.SendMessage: Rule(Who.AUDIENCE, Right.SPEAK),
    messages.ReadMessages: Rule(Who.AUDIENCE),
    forwards.ForwardMessage: Rule(Who.AUDIENCE, Right.SPEAK),  # and of the audience of where it comes from
    search.SearchMessages: Rule(Who.MEMBER),  # with a room: of its audience; without either: anybody signed in
    edits.EditMessage: Rule(Who.AUDIENCE, Right.SPEAK),
    edits.DeleteMessage: Rule(Who.AUDIENCE),  # DELETE_MESSAGE for another's
    edits.ReadHistory: Rule(Who.AUDIENCE),
    pins.AddPin: Rule(Who.AUDIENCE, Right.PIN),  # in a corner its owner
    pins.RemovePin: Rule(Who.AUDIENCE, Right.PIN),  # likewise
    pins.ListPins: Rule(Who.AUDIENCE),
    bookmarks.SetBookmark: Rule(Who.AUDIENCE),
    bookmarks.RemoveBookmark: Rule(Who.ACCOUNT),
    bookmarks.ListBookmarks: Rule(Who.ACCOUNT),
    reactions.AddReaction: Rule(Who.AUDIENCE, Right.SPEAK),
    reactions.RemoveReaction: Rule(Who.AUDIENCE),
    reactions.ReadReactions: Rule(Who.AUDIENCE),
    threads.FollowThread: Rule(Who.AUDIENCE),
    threads.UnfollowThread: Rule(Who.AUDIENCE),
    threads.MarkThread: Rule(Who.AUDIENCE),
    threads.ListThreads: Rule(Who.AUDIENCE),  # without a room: anybody signed in
    corners.UpdateCorner: Rule(Who.MEMBER, Right.SPEAK),
    corners.ListCorners: Rule(Who.MEMBER),
    posts.PublishPost: Rule(Who.MEMBER, Right.SPEAK),
    posts.EditPost: Rule(Who.AUDIENCE),  # and its author
    posts.DeletePost: Rule(Who.AUDIENCE),  # and its author; or DELETE_MESSAGE
    posts.ReadPosts: Rule(Who.AUDIENCE),
    posts.ReadPost: Rule(Who.AUDIENCE),
    drafts.SetDraft: Rule(Who.AUDIENCE),  # or a member of the community that is named
    drafts.ListDrafts: Rule(Who.ACCOUNT),
    markers.SetMarker: Rule(Who.AUDIENCE),
    inbox.ReadInbox: Rule(Who.ACCOUNT),
    inbox.MarkInbox: Rule(Who.ACCOUNT),
    notify.SetNotify: Rule(Who.AUDIENCE),  # or a member of the community that is named; without a place: anybody
    dnd.SetDnd: Rule(Who.ACCOUNT),
    presence.SetPresence: Rule(Who.ACCOUNT),
    presence.WatchPresence: Rule(Who.ACCOUNT),
    presence.StartTyping: Rule(Who.AUDIENCE),
    status.SetStatus: Rule(Who.MEMBER),  # without a community: anybody signed in
    cards.ReadCards: Rule(Who.ACCOUNT),
}


# Rights that every role holds need no look at the role.
_EVERYBODYS = frozenset.intersection(*RIGHTS.values())


def guard(session: Session, command: Command) -> None:
    """Raises Refuse when the session may certainly not ask this."""
    who, right = POLICY[type(command)]
    person = session.person
    if person is None:
        if who is not Who.ANYONE and who is not Who.GUEST:
            raise Refuse(SIGN_IN_REQUIRED)
        return
    if right is None or right in _EVERYBODYS:
        if who is Who.GUEST:
            raise Refuse(SIGNED_IN_ALREADY)
        return
    id: str = getattr(command, "room", "") or getattr(command, "community", "")
    room = person.rooms.get(id)
    if room is not None and room.kind != "open":
        return  # in private rooms and directs all who are there have the same say; the rule decides what there is
    member = person.members.get(room.community if room is not None else id)
    if member is not None and right not in RIGHTS[member.role]:
        raise Refuse(RIGHT_MISSING)
