"""All that a client may ask, and who answers: reading this table is reading the server.

The cost is in units of the session's budget (config.py): 1 for what memory answers, 5 for what is written to disk or
told to many, more for what costs a password hash, a large answer or
somebody's attention.
"""

from among_protocol import accounts as a
from among_protocol import blocks as b
from among_protocol import bookmarks as bm
from among_protocol import cards as ca
from among_protocol import communities as c
from among_protocol import corners as co
from among_protocol import discovery as d
from among_protocol import dnd as dn
from among_protocol import drafts as dr
from among_protocol import edits as ed
from among_protocol import erasure as er
from among_protocol import export as ex
from among_protocol import finding as f
from among_protocol import forwards as fw
from among_protocol import greeters as g
from among_protocol import house_rules as hr
from among_protocol import inbox as ib
from among_protocol import interests as i
from among_protocol import invites as iv
from among_protocol import joining as jn
from among_protocol import logs as l_
from among_protocol import markers as mk
from among_protocol import members as mb
from among_protocol import messages as ms
from among_protocol import moderation as mo
from among_protocol import notify as n
from among_protocol import passwords as pw
from among_protocol import personas as pe
from among_protocol import pins as pn
from among_protocol import portrait as po
from among_protocol import posts as ps
from among_protocol import presence as p
from among_protocol import preview as pv
from among_protocol import quotes as q
from among_protocol import reach as re
from among_protocol import reactions as rx
from among_protocol import recent as rec
from among_protocol import reports as rp
from among_protocol import retention as rn
from among_protocol import rooms as r
from among_protocol import search as se
from among_protocol import session as s
from among_protocol import status as st
from among_protocol import tags as t
from among_protocol import threads as th
from among_protocol import welcome as w
from among_protocol.base import Command

from ..core.dispatch import Route, on
from . import (
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

ROUTES: dict[type[Command], Route] = dict(
    [
        on(s.SignUp, session.sign_up, cost=50),
        on(s.SignIn, session.sign_in, cost=25),
        on(s.SignOut, session.sign_out, cost=5),
        on(s.ListSessions, session.list_sessions, cost=5),
        on(s.RevokeSession, session.revoke, cost=5),
        on(s.RevokeOthers, session.revoke_others, cost=5),
        on(s.Ping, session.ping, cost=1),
        on(s.Enable, session.enable, cost=1),
        on(l_.Sync, logs.sync, cost=25, large=False),  # it answers in pieces, and takes its own turns
        on(l_.ReadEntries, logs.entries, cost=2),
        on(l_.ReadChanged, logs.changed, cost=5),
        on(a.UpdateAccount, accounts.update, cost=25),
        on(a.ReadAccount, accounts.read, cost=2),
        on(pw.ChangePassword, passwords.change, cost=50),
        on(pw.ResetPassword, passwords.reset, cost=50),
        on(er.EraseAccount, erasure.erase, cost=50),
        on(ex.ExportAccount, export.export, cost=25),
        on(b.SetBlock, blocks.set_block, cost=5),
        on(c.CreateCommunity, communities.create, cost=25),
        on(c.UpdateCommunity, communities.update, cost=25),
        on(c.JoinCommunity, communities.join, cost=10),
        on(c.LeaveCommunity, communities.leave, cost=10),
        on(c.BrowseCommunities, communities.browse, cost=5),
        on(c.ReadCommunity, communities.read, cost=5),
        on(d.Discover, discovery.discover, cost=10),
        on(d.DismissCommunity, discovery.dismiss, cost=5),
        on(pv.PreviewCommunity, preview.preview, cost=25),
        on(hr.AcceptRules, house_rules.accept, cost=5),
        on(hr.ReadRules, house_rules.read, cost=2),
        on(jn.AskToJoin, joining.ask, cost=50),
        on(jn.WithdrawJoin, joining.withdraw, cost=10),
        on(jn.AnswerJoin, joining.answer, cost=10),
        on(jn.ListRequests, joining.list_requests, cost=5),
        on(iv.CreateInvite, invites.create, cost=10),
        on(iv.ListInvites, invites.list_invites, cost=5),
        on(iv.RevokeInvite, invites.revoke, cost=5),
        on(mb.ListMembers, members.list_members, cost=2),
        on(mb.ResolveMembers, members.resolve, cost=2),
        on(f.SearchMembers, finding.search, cost=5),
        on(pe.ReadPersona, personas.read, cost=2),
        on(pe.UpdatePersona, personas.update, cost=25),
        on(pe.FindMember, personas.find, cost=5),
        on(mo.SetRole, moderation.set_role, cost=25),
        on(mo.KickMember, moderation.kick, cost=25),
        on(mo.BanMember, moderation.ban, cost=25),
        on(mo.UnbanMember, moderation.unban, cost=10),
        on(mo.SilenceMember, moderation.silence, cost=10),
        on(mo.UnsilenceMember, moderation.unsilence, cost=10),
        on(mo.ListBans, moderation.list_bans, cost=5),
        on(rp.FileReport, reports.file, cost=50),
        on(rp.ListReports, reports.list_reports, cost=5),
        on(rp.ResolveReport, reports.resolve, cost=10),
        on(po.ReadPortrait, portrait.read, cost=5),
        on(po.ListVersions, portrait.history, cost=5),
        on(po.ExportPortrait, portrait.export, cost=25),
        on(po.ListProposals, portrait.list_proposals, cost=5),
        on(po.ProposePortrait, portrait.propose, cost=25),
        on(po.MergeProposal, portrait.merge, cost=10),
        on(po.DeclineProposal, portrait.decline, cost=10),
        on(i.ListInterests, interests.list_interests, cost=2),
        on(i.SetInterests, interests.set_interests, cost=10),
        on(t.SearchTags, tags.search, cost=2),
        on(t.UpdateTag, tags.update, cost=10),
        on(q.ListQuotes, quotes.list_quotes, cost=5),
        on(q.AskQuote, quotes.ask, cost=50),
        on(q.ConsentToQuote, quotes.consent, cost=10),
        on(q.WithdrawQuote, quotes.withdraw, cost=10),
        on(w.ReadWelcome, welcome.read, cost=2),
        on(w.SetWelcome, welcome.set_welcome, cost=10),
        on(g.ListGreeters, greeters.list_greeters, cost=2),
        on(g.SetGreeter, greeters.set_greeter, cost=25),
        on(re.SetReach, reach.set_reach, cost=5),
        on(r.CreateRoom, rooms.create, cost=10),
        on(r.ListRooms, rooms.list_rooms, cost=2),
        on(r.FollowRoom, rooms.follow, cost=5),
        on(r.UnfollowRoom, rooms.unfollow, cost=5),
        on(r.SetTopic, rooms.set_topic, cost=5),
        on(rn.SetRetention, retention.set_retention, cost=10),
        on(r.AddPerson, rooms.add, cost=5),
        on(r.RemovePerson, rooms.remove, cost=5),
        on(rec.RecentRooms, recent.recent, cost=5),
        on(r.OpenDirect, rooms.open_direct, cost=10),
        on(ms.SendMessage, messages.send, cost=5),
        on(ms.ReadMessages, messages.page, cost=2),
        on(fw.ForwardMessage, forwards.forward, cost=5),
        on(se.SearchMessages, search.search, cost=10),
        on(ed.EditMessage, edits.edit, cost=5),
        on(ed.DeleteMessage, edits.delete, cost=5),
        on(ed.ReadHistory, edits.history, cost=2),
        on(pn.AddPin, pins.add, cost=5),
        on(pn.RemovePin, pins.remove, cost=5),
        on(pn.ListPins, pins.list_pins, cost=2),
        on(bm.SetBookmark, bookmarks.set_bookmark, cost=5),
        on(bm.RemoveBookmark, bookmarks.remove, cost=5),
        on(bm.ListBookmarks, bookmarks.list_bookmarks, cost=5),
        on(rx.AddReaction, reactions.add, cost=5),
        on(rx.RemoveReaction, reactions.remove, cost=5),
        on(rx.ReadReactions, reactions.read, cost=2),
        on(th.FollowThread, threads.follow, cost=2),
        on(th.UnfollowThread, threads.unfollow, cost=2),
        on(th.MarkThread, threads.mark, cost=1),
        on(th.ListThreads, threads.list_threads, cost=5),
        on(co.UpdateCorner, corners.update, cost=10),
        on(co.ListCorners, corners.list_corners, cost=5),
        on(ps.PublishPost, posts.publish, cost=25),
        on(ps.EditPost, posts.edit, cost=15),
        on(ps.DeletePost, posts.delete, cost=10),
        on(ps.ReadPosts, posts.page, cost=2),
        on(ps.ReadPost, posts.read, cost=2),
        on(dr.SetDraft, drafts.set_draft, cost=5),
        on(dr.ListDrafts, drafts.list_drafts, cost=5),
        on(mk.SetMarker, markers.set_marker, cost=1),
        on(ib.ReadInbox, inbox.read, cost=5),
        on(ib.MarkInbox, inbox.mark, cost=2),
        on(n.SetNotify, notify.set_notify, cost=5),
        on(dn.SetDnd, dnd.set_dnd, cost=5),
        on(p.SetPresence, presence.set_presence, cost=2),
        on(p.WatchPresence, presence.watch, cost=2),
        on(p.StartTyping, presence.typing, cost=1),
        on(st.SetStatus, status.set_status, cost=5),
        on(ca.ReadCards, cards.read, cost=5),
    ]
)
