"""What each command may bring about: how it may be refused, who hears what of it, and which limits bear on it.

For documents, and for whoever tests a server. A test holds it to what the server does: nothing else is ever seen, and
all that is listed can happen. What the table is made of is in told.py.
"""

from .. import accounts as a
from .. import blocks as b
from .. import cards as ca
from .. import codes
from .. import communities as c
from .. import discovery as d
from .. import erasure as er
from .. import export as ex
from .. import finding as f
from .. import house_rules as hr
from .. import interests as i
from .. import invites as iv
from .. import joining as jn
from .. import logs as l_
from .. import members as mb
from .. import moderation as mo
from .. import passwords as pw
from .. import personas as pe
from .. import presence as p
from .. import preview as pv
from .. import recent as rec
from .. import reports as rp
from .. import retention as rn
from .. import rooms as r
from .. import search as sr
from .. import status as st
from .. import tags as t
from ..base import Command, Write
from ..codes import ErrorCode
from .corners import CORNERS
from .going import ERASED, FORGOTTEN
from .keepsakes import KEEPSAKES
from .messages import MESSAGES
from .newcomers import NEWCOMERS, WELCOMED, WELCOMED_TOO
from .portraits import PORTRAITS, QUOTES, TAKEN_BACK
from .reactions import REACTIONS
from .reading import READING
from .sessions import SESSIONS
from .threads import THREADS
from .told import (
    ACT,
    ALWAYS,
    CLAIM,
    GUESSES,
    HERE_NOW,
    IN_DIRECTS,
    NAMED,
    NAMING,
    PACE,
    PASSWORDS,
    SECRET,
    SIGNED_IN,
    STORED,
    WRITTEN,
    Effects,
    Told,
    Where,
)

__all__ = ["ALWAYS", "EFFECTS", "SIGNED_IN", "STORED", "WRITTEN", "Effects", "Told", "Where", "refusals"]

_ON_MEMBER = (*ACT, codes.MEMBER_GONE, codes.OUTRANKED)
_DEPARTED = (
    Told(mb.MemberLeft, Where.COMMUNITY, "when they were there"),
    Told(r.PersonLeft, Where.ROOM, "of each private room they were in"),
    Told(c.CommunityLeft, Where.THEIRS, "when they were there"),
    Told(p.PresenceChanged, Where.WATCHERS, "when they were online"),
)
_WITHDRAWN = (
    Told(jn.JoinWithdrawn, Where.STEWARDS, "when they had asked to be let in"),
    Told(jn.JoinWithdrawn, Where.THEIRS, "likewise"),
)

EFFECTS: dict[type[Command], Effects] = {
    **SESSIONS,
    l_.Sync: Effects((), (Told(l_.Synced, Where.HERE),), ("positions", "replay_entries", "replay_pages", "replay_pages_per_second", "frame_bytes", "sync_bytes", "want_communities", "want_notices")),
    l_.ReadEntries: Effects((codes.LOG_GONE,), (), ("page_entries", "key_chars")),
    l_.ReadChanged: Effects((), (), ("positions", "replay_entries", "frame_bytes")),
    a.UpdateAccount: Effects(
        (codes.NAME_LOOKALIKE, codes.PERSONA_CHANGED_OFTEN),
        (
            Told(a.AccountUpdated, Where.OWN),
            Told(mb.MemberUpdated, Where.COMMUNITY, "of each where you go by your profile and are not silenced"),
            IN_DIRECTS,
        ),
        (
            *("name_chars", "about_chars", "pronouns_chars", "place_chars", "intro_chars", "links", "label_chars"),
            *("link_chars", "persona_changes", "persona_change_seconds", "mend_ms", "mends"),
        ),
    ),
    a.ReadAccount: Effects((codes.ACCOUNT_GONE,), (), ("handle_chars", "handle_least")),
    pw.ChangePassword: Effects(
        (*SECRET, codes.BAD_CREDENTIALS, *STORED), HERE_NOW, ("password_chars", "password_least", *PASSWORDS)
    ),
    pw.ResetPassword: Effects(
        (codes.SIGNED_IN_ALREADY, *SECRET, codes.RESET_INVALID, codes.ACCOUNT_DISABLED, *STORED),
        HERE_NOW,
        ("password_chars", "password_least", "secret_chars", "key_chars", *GUESSES, "waiting_passwords"),
    ),
    er.EraseAccount: Effects(
        (*SECRET, codes.BAD_CREDENTIALS, codes.LAST_OWNER, *STORED), (*ERASED, *TAKEN_BACK, Told(p.PresenceChanged, Where.WATCHERS)),
        ("password_chars", "handle_chars", "handle_least", "handle_rest_ms", "sealed_ms", "erase_grace_ms", *PASSWORDS),
    ),
    ex.ExportAccount: Effects((), (), ("handle_change_ms", "cursor_chars")),
    b.SetBlock: Effects(
        (codes.ACCOUNT_GONE, codes.MEMBER_GONE, codes.LIMIT_REACHED, *STORED),
        (
            Told(b.BlockChanged, Where.DEVICES),
            Told(p.PresenceChanged, Where.WATCHERS, "and is one of the two: they vanish, or are there again"),
        ),
        ("blocks", "handle_chars", "handle_least"),
    ),
    c.CreateCommunity: Effects(
        (codes.HANDLE_RESERVED, codes.SLUG_TAKEN, codes.SLUG_LOOKALIKE, codes.LIMIT_REACHED),
        (
            Told(c.CommunityCreated, Where.COMMUNITY),
            Told(mb.MemberJoined, Where.COMMUNITY),
            Told(c.CommunityJoined, Where.OWN),
        ),
        ("communities", "handle_chars", "handle_least", "name_chars", "about_chars", "tags", "tag_chars"),
    ),
    c.UpdateCommunity: Effects(
        ACT,
        (Told(c.CommunityUpdated, Where.COMMUNITY),),
        (
            "name_chars", "about_chars", "tags", "tag_chars", "rules_bytes", "questions", "question_chars", "retention_days",
            "retention_messages", "retention_grace_ms",
        ),
    ),
    c.JoinCommunity: Effects(
        (
            codes.COMMUNITY_GONE, codes.BANNED, codes.ENTRY_ASKS, codes.INVITE_NEEDED, codes.INVITE_INVALID,
            codes.TOO_MANY_TRIES, codes.RULES_UNACCEPTED, *NAMING, codes.LIMIT_REACHED,
        ),
        (
            Told(mb.MemberJoined, Where.COMMUNITY, "when you were not there yet"),
            Told(c.CommunityJoined, Where.OWN),
            WELCOMED,
            Told(pe.PersonaRenamed, Where.OWN, "when you were there before, under another handle"),
            Told(mb.MemberUpdated, Where.ROOM, "when you were there before as somebody else, of each direct where you speak as that"),
            Told(b.BlockChanged, Where.LISTED, "of the handles that you go by and went by"),
            Told(b.BlockChanged, Where.SESSIONS, "of whom you block or mute, where somebody there goes by that handle"),
            Told(p.PresenceChanged, Where.WATCHERS, "from when you were there before"),
            Told(jn.JoinWithdrawn, Where.STEWARDS, "when you had asked to be let in"),
            Told(jn.JoinWithdrawn, Where.OWN, "likewise"),
            Told(iv.InviteUsed, Where.STEWARDS, "when you came in with an invite"),
        ),
        ("communities", "follows", "joins", "join_seconds", "secret_chars", *GUESSES, *CLAIM),
    ),
    c.LeaveCommunity: Effects(
        (codes.COMMUNITY_GONE, codes.LAST_OWNER),
        (
            Told(mb.MemberLeft, Where.COMMUNITY, "when you were there"),
            Told(r.PersonLeft, Where.ROOM, "of each private room you were in"),
            Told(c.CommunityLeft, Where.OWN),
            *FORGOTTEN,
            *TAKEN_BACK,
            Told(p.PresenceChanged, Where.WATCHERS),
        ),
        ("handle_rest_ms", "sealed_ms"),
    ),
    c.BrowseCommunities: Effects((), (), ("page_entries", "key_chars", "tags", "tag_chars")),
    c.ReadCommunity: Effects((codes.COMMUNITY_GONE,), (), ("rooms",)),
    d.Discover: Effects((), (), ("suggestions", "discoveries", "discovery_seconds")),
    d.DismissCommunity: Effects((codes.COMMUNITY_GONE, codes.LIMIT_REACHED, *STORED), (), ("dismissed",)),
    pv.PreviewCommunity: Effects(
        (codes.COMMUNITY_GONE, codes.TOO_MANY_TRIES, *STORED),
        (),
        ("preview_rooms", "preview_messages", "preview_bytes", "secret_chars", *GUESSES),
    ),
    hr.AcceptRules: Effects((codes.COMMUNITY_GONE, codes.RULES_GONE), (Told(hr.RulesAccepted, Where.OWN),)),
    hr.ReadRules: Effects((codes.COMMUNITY_GONE, codes.RULES_GONE)),
    jn.AskToJoin: Effects(
        (
            codes.COMMUNITY_GONE, codes.BANNED, codes.ENTRY_OPEN, codes.INVITE_NEEDED, codes.ASKED_ALREADY,
            codes.DECLINED_LATELY, codes.RULES_UNACCEPTED, *NAMING, codes.LIMIT_REACHED,
        ),
        (Told(jn.JoinAsked, Where.STEWARDS), Told(jn.JoinAsked, Where.OWN)),
        (
            "requests", "requests_waiting", "communities", "declined_seconds", "answer_chars", "reason_chars", "questions",
            *CLAIM,
        ),
    ),
    jn.WithdrawJoin: Effects(
        (codes.REQUEST_GONE,), (Told(jn.JoinWithdrawn, Where.STEWARDS), Told(jn.JoinWithdrawn, Where.OWN))
    ),
    jn.AnswerJoin: Effects(
        (
            *ACT, codes.REQUEST_GONE, codes.BANNED, *(code for code in NAMING if code is not codes.HANDLE_RESERVED),
            codes.LIMIT_REACHED,
        ),
        (
            Told(jn.JoinAnswered, Where.STEWARDS),
            Told(mb.MemberJoined, Where.COMMUNITY, "when they are let in"),
            Told(c.CommunityJoined, Where.THEIRS, "likewise"),
            WELCOMED_TOO,
            Told(pe.PersonaRenamed, Where.THEIRS, "likewise, when they were there before under another handle"),
            Told(mb.MemberUpdated, Where.ROOM, "likewise, when they were there before as somebody else, of each direct where they speak as that"),
            Told(b.BlockChanged, Where.LISTED, "likewise, with the handle of who is let in"),
            Told(p.PresenceChanged, Where.WATCHERS, "likewise, from when they were there before"),
            Told(jn.JoinDeclined, Where.THEIRS, "when they are not"),
        ),
        ("reason_chars", "communities", "follows", "declined_seconds", *PACE),
    ),
    jn.ListRequests: Effects((codes.COMMUNITY_GONE, codes.RIGHT_MISSING), (), ("page_entries",)),
    iv.CreateInvite: Effects(
        (*ACT, codes.LIMIT_REACHED, *STORED),
        (Told(iv.InviteCreated, Where.STEWARDS),),
        ("invites", "invites_member", "invite_uses", "invite_ms", "invite_least_ms", "reason_chars"),
    ),
    iv.ListInvites: Effects((codes.COMMUNITY_GONE, *STORED), (), ("invites",)),
    iv.RevokeInvite: Effects(
        (codes.COMMUNITY_GONE, codes.INVITE_GONE, *STORED), (Told(iv.InviteRevoked, Where.STEWARDS),)
    ),
    mb.ListMembers: Effects((codes.COMMUNITY_GONE,), (), ("page_entries",)),
    mb.ResolveMembers: Effects((), (), ("personas",)),
    f.SearchMembers: Effects(
        (codes.COMMUNITY_GONE,), (), ("found", "key_chars", "tag_chars", "discoveries", "discovery_seconds")
    ),
    sr.SearchMessages: Effects(
        (codes.COMMUNITY_GONE, codes.ROOM_GONE, codes.MEMBER_GONE, codes.SEARCH_ABSENT, codes.SEARCH_UNAVAILABLE),
        (), ("query_chars", "query_terms", "prefix_least", "searches", "hits", "cursor_chars")),
    pe.ReadPersona: Effects((codes.COMMUNITY_GONE,), (), ("handle_change_ms",)),
    pe.UpdatePersona: Effects(
        (codes.COMMUNITY_GONE, codes.SILENCED, *NAMING),
        (
            Told(mb.MemberUpdated, Where.COMMUNITY),
            IN_DIRECTS,
            Told(pe.PersonaRenamed, Where.OWN, "when the handle is another"),
            Told(b.BlockChanged, Where.LISTED, "when the handle is another, of both: who blocks you blocks the new one too"),
        ),
        CLAIM,
    ),
    pe.FindMember: Effects((codes.COMMUNITY_GONE, codes.MEMBER_GONE), (), ("handle_chars", "handle_least", "handle_rest_ms")),
    mo.SetRole: Effects(
        (*_ON_MEMBER, codes.LAST_OWNER),
        (
            Told(mo.RoleSet, Where.STEWARDS),
            Told(mo.RoleSet, Where.COMMUNITY),
            Told(mo.RoleSet, Where.THEIRS),
            Told(mo.RoleSet, Where.OWN, "when it is your own role, or you hand over"),
        ),
        ("reason_chars",),
    ),
    mo.KickMember: Effects(
        _ON_MEMBER,
        (Told(mo.MemberKicked, Where.STEWARDS), Told(mo.MemberKicked, Where.THEIRS), *_DEPARTED),
        ("reason_chars",),
    ),
    mo.BanMember: Effects(
        (*_ON_MEMBER, codes.ACCOUNT_GONE),
        (
            Told(mo.MemberBanned, Where.STEWARDS),
            Told(mo.MemberBanned, Where.THEIRS, "when they were there"),
            *_DEPARTED,
            *_WITHDRAWN,
        ),
        ("reason_chars", "handle_chars", "ban_ms"),
    ),
    mo.UnbanMember: Effects(
        (*ACT, codes.BAN_GONE),
        (
            Told(mo.MemberUnbanned, Where.STEWARDS),
            Told(mo.MemberUnbanned, Where.THEIRS, "without a reason, and when they had been told of the ban"),
        ),
        ("reason_chars",),
    ),
    mo.SilenceMember: Effects(
        _ON_MEMBER,
        (Told(mo.MemberSilenced, Where.STEWARDS), Told(mo.MemberSilenced, Where.THEIRS)),
        ("reason_chars", "silence_ms", "silence_least_ms"),
    ),
    mo.UnsilenceMember: Effects(
        _ON_MEMBER,
        (Told(mo.MemberUnsilenced, Where.STEWARDS), Told(mo.MemberUnsilenced, Where.THEIRS), *NAMED),
        ("reason_chars",),
    ),
    mo.ListBans: Effects((codes.COMMUNITY_GONE, codes.RIGHT_MISSING), (), ("page_entries",)),
    rp.FileReport: Effects(
        (
            codes.COMMUNITY_GONE, codes.ROOM_GONE, codes.MEMBER_GONE, codes.MESSAGE_GONE, codes.NO_STEWARDS,
            codes.LIMIT_REACHED,
        ),
        (
            Told(rp.ReportFiled, Where.STEWARDS, "without `by`, where it concerns one of them"),
            Told(rp.ReportFiled, Where.OWN),
        ),
        ("reports", "reason_chars"),
    ),
    rp.ListReports: Effects((codes.COMMUNITY_GONE, codes.RIGHT_MISSING), (), ("page_entries",)),
    rp.ResolveReport: Effects(
        (*ACT, codes.REPORT_GONE),
        (
            Told(rp.ReportResolved, Where.STEWARDS),
            Told(rp.ReportResolved, Where.THEIRS, "who filed it: without the note, and without who wrote it"),
        ),
        ("reason_chars",),
    ),
    **PORTRAITS,
    i.ListInterests: Effects((), (), ("interests",)),
    i.SetInterests: Effects((codes.COMMUNITY_GONE, codes.TAG_GONE, *STORED), (), ("interests", "tag_chars")),
    t.SearchTags: Effects((), (), ("page_entries", "key_chars")),
    t.UpdateTag: Effects(
        (codes.COMMUNITY_GONE, codes.RIGHT_MISSING, codes.SILENCED, codes.TAG_GONE),
        (
            Told(t.TagUpdated, Where.STEWARDS, "with a community"),
            Told(t.TagUpdated, Where.OWN, "without one"),
        ),
        ("tag_chars",),
    ),
    **QUOTES,
    **NEWCOMERS,
    r.CreateRoom: Effects(
        (*ACT, codes.SLUG_TAKEN, codes.SLUG_LOOKALIKE, codes.LIMIT_REACHED),
        (
            Told(r.RoomCreated, Where.COMMUNITY, "for an open room"),
            Told(r.PersonAdded, Where.ROOM, "for a private one: its first entry, with you"),
            Told(r.RoomFollowed, Where.OWN),
        ),
        ("rooms", "follows", "handle_chars", "handle_least", "topic_chars"),
    ),
    r.ListRooms: Effects((codes.COMMUNITY_GONE,), (), ("rooms",)),
    r.FollowRoom: Effects((codes.ROOM_GONE, codes.LIMIT_REACHED), (Told(r.RoomFollowed, Where.OWN),), ("follows",)),
    r.UnfollowRoom: Effects(
        (codes.ROOM_GONE,),
        (Told(r.RoomUnfollowed, Where.OWN), Told(r.PersonLeft, Where.ROOM, "of a private room")),
    ),
    r.SetTopic: Effects(
        (codes.ROOM_GONE, codes.RIGHT_MISSING, codes.SILENCED, codes.DIRECT_REFUSED),
        (Told(r.TopicSet, Where.ROOM),),
        ("topic_chars",),
    ),
    rn.SetRetention: Effects(
        (codes.ROOM_GONE, codes.RIGHT_MISSING, codes.SILENCED),
        (Told(rn.RetentionSet, Where.ROOM),),
        ("retention_days", "retention_messages", "retention_grace_ms"),
    ),
    r.AddPerson: Effects(
        (codes.ROOM_GONE, codes.SILENCED, codes.MEMBER_GONE, codes.ADD_REFUSED),
        (
            Told(r.PersonAdded, Where.ROOM),
            Told(r.RoomFollowed, Where.THEIRS, "when they were not there yet"),
        ),
        ("follows", "brought_back"),
    ),
    r.RemovePerson: Effects(
        (codes.ROOM_GONE, codes.RIGHT_MISSING, codes.SILENCED, codes.MEMBER_GONE, codes.OUTRANKED),
        (
            Told(r.PersonRemoved, Where.ROOM),
            Told(r.RoomUnfollowed, Where.THEIRS),
        ),
    ),
    rec.RecentRooms: Effects((), (), ("page_entries", "cursor_chars")),
    r.OpenDirect: Effects(
        (codes.ACCOUNT_GONE, codes.MEMBER_GONE, codes.SILENCED, codes.DIRECT_REFUSED, codes.LIMIT_REACHED),
        (
            Told(r.DirectOpened, Where.OWN),
            Told(r.DirectOpened, Where.THEIRS, "when the direct is new"),
            Told(b.BlockChanged, Where.SESSIONS, "of whom you block or mute, where somebody in it goes by that handle"),
        ),
        ("directs", "directs_from_others", "direct_people", "handle_chars", "handle_least", "newcomer_days"),
    ),
    **MESSAGES,
    **KEEPSAKES,
    **REACTIONS,
    **THREADS,
    **CORNERS,
    **READING,
    p.SetPresence: Effects((), HERE_NOW, ("looks",)),
    p.WatchPresence: Effects((), (), ("watched",)),
    p.StartTyping: Effects((codes.ROOM_GONE, codes.SILENCED), (Told(p.TypingStarted, Where.FOLLOWERS, "unless you are invisible there"),)),
    st.SetStatus: Effects(
        (codes.COMMUNITY_GONE, codes.SILENCED, codes.INVISIBLE, *STORED),
        (
            Told(st.AppearanceChanged, Where.DEVICES),
            Told(p.PresenceChanged, Where.WATCHERS, "where they see you as another than before"),
        ),
        ("status_chars", "status_ms", "emoji_chars", "looks"),
    ),
    ca.ReadCards: Effects((), (), ("cards", "cards_bytes")),
}  # fmt: skip


def refusals(command: type[Command], *, guest: bool) -> tuple[ErrorCode, ...]:
    """Every code that may answer a command that is well formed, those of its own first. `guest`: needs no account."""
    own = EFFECTS[command].refusals
    shared = (*(WRITTEN if issubclass(command, Write) else ()), *(() if guest else SIGNED_IN), *ALWAYS[2:])
    return tuple(dict.fromkeys((*own, *shared)))
