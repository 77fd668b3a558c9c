// The Among protocol, version 1. Made by `make schema` from the structs of among_protocol: not to be edited.
//
// A field marked `?` may be left out, and then has the default that stands beside it. Unknown fields are ignored.

/**
 * Accept the rules of a community that one is a member of: the version that holds, and no other. Stewards see which
 * version each member accepted last (`member.list`).
 */
export interface AcceptRules {
  type: "rules.accept";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  version: number;
}

export interface AcceptWritten {
  /** what was written, as everybody reads it */
  entry: RulesAccepted;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** One's own account. The id names the account's own log and is told to nobody else. */
export interface Account {
  /** also of the account's own log */
  id: string;
  /** their handle */
  handle: string;
  /** the name that people are shown */
  display_name: string;
  /**
   * what they say about themselves
   * @default ""
   */
  bio?: string;
  /**
   * of the server
   * @default false
   */
  owner?: boolean;
  /**
   * how to speak of them
   * @default ""
   */
  pronouns?: string;
  /**
   * where they are, as closely as they say; left out: not told
   * @default null
   */
  place?: PersonaPlace | null;
  /**
   * addresses of theirs
   * @default []
   */
  links?: PersonaLink[];
  /**
   * a longer introduction; may have several lines
   * @default ""
   */
  intro?: string;
}

/** The first entry of the account's own log. */
export interface AccountCreated {
  type: "account.created";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** their handle */
  handle: string;
  /** the name that people are shown */
  display_name: string;
}

/** In the account's own log: the profile as it is now. */
export interface AccountUpdated {
  type: "account.updated";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** their handle */
  handle: string;
  /** the name that people are shown */
  display_name: string;
  /**
   * what they say about themselves
   * @default ""
   */
  bio?: string;
  /**
   * how to speak of them
   * @default ""
   */
  pronouns?: string;
  /**
   * where they are, as closely as they say; left out: not told
   * @default null
   */
  place?: PersonaPlace | null;
  /**
   * addresses of theirs
   * @default []
   */
  links?: PersonaLink[];
  /**
   * a longer introduction; may have several lines
   * @default ""
   */
  intro?: string;
}

export interface AccountWritten {
  /** what was written, as everybody reads it */
  entry: AccountUpdated;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/**
 * Bring a member of the community into a private room that one is in. `room.add_refused`, for whichever reason: one of
 * the two blocks the other, or they left this room more often than `limits.brought_back`, or follow as many rooms as they
 * may.
 */
export interface AddPerson {
  type: "room.add";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** of the room's community */
  member: string;
}

/** Pin a message. In open rooms stewards do, in private rooms and directs whoever is there, in a corner its owner. */
export interface AddPin {
  type: "pin.add";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** the number of the message */
  message: number;
}

/**
 * React to a message, or to a post of a corner, with one emoji: each member once with each. Whoever may not speak there
 * may not react either.
 */
export interface AddReaction {
  type: "reaction.add";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** the number of the message, or of the post */
  message: number;
  /** any one emoji, and no other text */
  emoji: string;
}

export interface AddWritten {
  /** what was written, as everybody reads it */
  entry: PersonAdded;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

export interface AllInterests {
  /** first what is for oneself alone, then each community that one is in and said any */
  places: InterestList[];
}

export interface Answer {
  /** as it was asked */
  question: string;
  /** in their words */
  answer: string;
}

/** Let somebody in, or don't: for stewards. Who is declined is told the reason, and may ask again after a while. */
export interface AnswerJoin {
  type: "join.answer";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** its number in the stewards' log */
  request: number;
  /** let them in, or not */
  verdict: "accepted" | "declined";
  /**
   * told to whoever is declined
   * @default ""
   */
  reason?: string;
}

export interface AnsweredWritten {
  /** of the stewards' log */
  entry: JoinAnswered;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** What I chose; for others see `presence.watch`. */
export interface Appearance {
  /** where; empty: everywhere where nothing else was chosen */
  community: string;
  /** words: auto, away, dnd, invisible, inherit (in a community: as everywhere); unknown: as auto */
  appear: string;
  /** whether others may see on which day I was here last. Words: shown, hidden, inherit (in a community: as everywhere); unknown: as hidden */
  last_seen: string;
  /** null: none, or in a community none of its own; one whose time is over may still be here */
  status: Status | null;
}

/** To every other session of the account that has synced: what it chose for one place. */
export interface AppearanceChanged {
  type: "status.changed";
  /** empty: everywhere */
  community: string;
  /** words: auto, away, dnd, invisible, inherit (in a community: as everywhere); unknown: as auto */
  appear: string;
  /** words: shown, hidden, inherit (in a community: as everywhere); unknown: as hidden */
  last_seen: string;
  /** null: none, or in a community none of its own */
  status: Status | null;
}

/**
 * Ask whoever said something in an open room whether it may be quoted in the portrait; of one's own words, that is one's
 * consent. `quote.refused`, for whichever reason: they are not there any more, one of the two blocks the other, they said
 * no to this before, or are asked for much already.
 */
export interface AskQuote {
  type: "quote.ask";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /**
   * where it was said; without one: words of one's own
   * @default ""
   */
  room?: string;
  /**
   * its number there
   * @default 0
   */
  message?: number;
  /** the words: a part of the message, to the letter */
  text: string;
}

/** Ask the stewards of a community to be let in. What it takes is told by `community.preview`. */
export interface AskToJoin {
  type: "join.ask";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** its id or slug */
  community: string;
  /**
   * version of the rules that I have read and accept, where there are some
   * @default 0
   */
  rules?: number;
  /**
   * one for each of its questions, in their order
   * @default []
   */
  answers?: string[];
  /**
   * for the stewards, of whatever one likes
   * @default ""
   */
  note?: string;
  /**
   * who I want to be there; left out: as in my profile
   * @default null
   */
  persona?: PersonaWish | null;
}

export interface AskWritten {
  /** of one's own log */
  entry: JoinAsked;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** A quote that its author was asked to agree to, with what stood around it. */
export interface AskedQuote {
  /** its id */
  quote: string;
  /** when it was asked for */
  at: string;
  /** membership of who asks */
  asker: string;
  /** the words, out of the message */
  text: string;
  /** where they were said */
  room: string;
  /** number of the message */
  message: number;
  /**
   * the message, and those next to it
   * @default []
   */
  around?: Message[];
}

/** A ban that holds. */
export interface Ban {
  /** of its entry in the stewards' log */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /** the steward's membership */
  by: string;
  /** who is banned, as they were when they were last there */
  persona: Persona;
  /** why, for those whom it concerns */
  reason: string;
  /**
   * empty: it does not end by itself
   * @default ""
   */
  until?: string;
}

/**
 * Keep an account out, named by its membership or, member or not, by its handle. Who is a member is removed. A ban
 * that there is already is replaced.
 */
export interface BanMember {
  type: "member.ban";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /**
   * id of the membership
   * @default ""
   */
  member?: string;
  /**
   * whoever goes by it, member or not
   * @default ""
   */
  handle?: string;
  /** why, for those whom it concerns */
  reason: string;
  /**
   * how long, in milliseconds; 0: until somebody ends it
   * @default 0
   */
  for_ms?: number;
}

export interface BanPage {
  /** newest first */
  bans: Ban[];
  /** none is older than the last one */
  complete: boolean;
}

export interface BanWritten {
  /** what was written, as everybody reads it */
  entry: MemberBanned;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

export interface Block {
  /**
   * of this entry of my list
   * @default ""
   */
  id?: string;
  /** as it was when it was blocked */
  handle: string;
  /** none: neither blocked nor muted. Words: block, mute; unknown: as block */
  kind: string;
  /**
   * memberships, where I am, under which whom it is about goes by this handle
   * @default []
   */
  members?: string[];
  /**
   * memberships, where I am, of people who go by this handle and are not in my list
   * @default []
   */
  others?: string[];
}

/**
 * To every other session of the account that has synced. To every session, when somebody comes under this handle to a
 * community where I am, or takes another there, or I come to where somebody goes by it; and when the account that it is
 * about is erased: then it is blocked by nobody.
 */
export interface BlockChanged {
  type: "block.changed";
  /**
   * of the entry
   * @default ""
   */
  id?: string;
  /** their handle */
  handle: string;
  /** none: neither blocked nor muted any longer. Words: block, mute; unknown: as block */
  kind: string;
  /**
   * memberships, where I am, under which whom it is about goes by this handle
   * @default []
   */
  members?: string[];
  /**
   * memberships, where I am, of people who go by this handle and are not in my list
   * @default []
   */
  others?: string[];
}

export interface Bookmark {
  /** of one's own bookmarks; a later one has a higher one */
  number: number;
  /** id of the room */
  room: string;
  /** the message's number in the room */
  seq: number;
  /** when it was set */
  at: string;
  /**
   * to oneself
   * @default ""
   */
  note?: string;
  /**
   * as it is now; null: it is gone, or not for you any more
   * @default null
   */
  message?: Message | null;
}

/**
 * To every other session of the account that has synced. Of several changes one that lagged is told the last alone:
 * where `bookmarks` is not what one has then, the list is asked for anew.
 */
export interface BookmarkChanged {
  type: "bookmark.changed";
  /** id of the room */
  room: string;
  /** its number in the room */
  message: number;
  /** when it was set; empty: it is gone */
  at: string;
  /** to oneself */
  note: string;
  /** all of them, from now on */
  bookmarks: Bookmarked;
}

export interface BookmarkPage {
  /** what was bookmarked last comes first */
  bookmarks: Bookmark[];
  /** all of them, when the page was read */
  of: Bookmarked;
  /** there are none before the last one */
  complete: boolean;
}

export interface BookmarkSet {
  /** without its message */
  bookmark: Bookmark;
  /** all of them, from now on */
  bookmarks: Bookmarked;
}

/** All bookmarks of an account, as of a moment: two states that are alike are of the same list. */
export interface Bookmarked {
  /** how many there are */
  count: number;
  /** when the youngest of them was set; empty: there are none */
  changed: string;
}

/**
 * The communities of this server, a page at a time: those in whose slug, name or about the query occurs, whatever its
 * case and accents, and that carry all of these tags.
 */
export interface BrowseCommunities {
  type: "community.browse";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * empty: all of them
   * @default ""
   */
  query?: string;
  /**
   * one that is none finds nothing
   * @default []
   */
  tags?: string[];
  /**
   * newest: the one that was founded last first
   * @default "slug"
   */
  order?: "newest" | "slug";
  /**
   * the last slug of the page before
   * @default ""
   */
  after?: string;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** How much one may still ask. Told when less than half is left, and in every refusal for rate. */
export interface Budget {
  /** units that may be spent now */
  left: number;
  /** units when full */
  of: number;
  /** until it is full again, when nothing more is asked */
  full_in_ms: number;
  /**
   * words: account (before signing in: of this connection), address; unknown: as account
   * @default "account"
   */
  whose?: string;
}

export interface Cards {
  /** in the order asked, of those that may be seen */
  cards: MemberCard[];
  /**
   * members whose cards did not fit: ask for these again
   * @default []
   */
  later?: string[];
}

/** A new password. All other sessions of the account end; the reply tells how many that were. */
export interface ChangePassword {
  type: "account.change_password";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** the one that holds */
  old: string;
  /** the one that shall hold */
  new: string;
}

export interface ChangedLogs {
  /** of the server */
  epoch: string;
  /** only those that are not where the client has them */
  logs: LogState[];
}

/** What a client sends. */
export type Command =
  | SignUp
  | SignIn
  | SignOut
  | ListSessions
  | RevokeSession
  | RevokeOthers
  | Ping
  | Enable
  | Sync
  | ReadEntries
  | ReadChanged
  | UpdateAccount
  | ReadAccount
  | ChangePassword
  | ResetPassword
  | EraseAccount
  | ExportAccount
  | SetBlock
  | CreateCommunity
  | UpdateCommunity
  | JoinCommunity
  | LeaveCommunity
  | BrowseCommunities
  | ReadCommunity
  | Discover
  | DismissCommunity
  | PreviewCommunity
  | AcceptRules
  | ReadRules
  | AskToJoin
  | WithdrawJoin
  | AnswerJoin
  | ListRequests
  | CreateInvite
  | ListInvites
  | RevokeInvite
  | ListMembers
  | ResolveMembers
  | SearchMembers
  | SearchMessages
  | ReadPersona
  | UpdatePersona
  | FindMember
  | SetRole
  | KickMember
  | BanMember
  | UnbanMember
  | SilenceMember
  | UnsilenceMember
  | ListBans
  | FileReport
  | ListReports
  | ResolveReport
  | ReadPortrait
  | ListVersions
  | ExportPortrait
  | ListProposals
  | ProposePortrait
  | MergeProposal
  | DeclineProposal
  | ListInterests
  | SetInterests
  | SearchTags
  | UpdateTag
  | ListQuotes
  | AskQuote
  | ConsentToQuote
  | WithdrawQuote
  | ReadWelcome
  | SetWelcome
  | ListGreeters
  | SetGreeter
  | SetReach
  | CreateRoom
  | ListRooms
  | FollowRoom
  | UnfollowRoom
  | SetTopic
  | SetRetention
  | AddPerson
  | RemovePerson
  | RecentRooms
  | OpenDirect
  | SendMessage
  | ReadMessages
  | EditMessage
  | DeleteMessage
  | ReadHistory
  | ForwardMessage
  | AddPin
  | RemovePin
  | ListPins
  | SetBookmark
  | RemoveBookmark
  | ListBookmarks
  | AddReaction
  | RemoveReaction
  | ReadReactions
  | FollowThread
  | UnfollowThread
  | MarkThread
  | ListThreads
  | UpdateCorner
  | ListCorners
  | PublishPost
  | EditPost
  | DeletePost
  | ReadPosts
  | ReadPost
  | SetDraft
  | ListDrafts
  | SetMarker
  | ReadInbox
  | MarkInbox
  | SetNotify
  | SetDnd
  | SetPresence
  | WatchPresence
  | StartTyping
  | SetStatus
  | ReadCards;

/** A community that both are members of, and both let be named to each other. */
export interface CommonPlace {
  /** id of the community */
  community: string;
  /** short name, which stands in addresses: unique, and made like a handle */
  slug: string;
  /** for people */
  name: string;
}

/** A community as anybody on the server sees it. */
export interface Community {
  /** also of its log */
  id: string;
  /** short name, which stands in addresses: unique, and made like a handle */
  slug: string;
  /** for people */
  name: string;
  /**
   * what the community is about
   * @default ""
   */
  about?: string;
  /**
   * how many there are
   * @default 0
   */
  members?: number;
  /**
   * what it is about
   * @default []
   */
  tags?: string[];
  /**
   * how one comes in: by joining, by asking the stewards (`join.ask`), or with an invite alone. Words: open, ask, invite; unknown: as invite
   * @default "open"
   */
  door?: string;
  /**
   * stands in the directory; one that does not is not there for whoever is no member
   * @default true
   */
  listed?: boolean;
  /**
   * how long rooms that say nothing else keep what is said; null: for ever
   * @default null
   */
  retention?: Retention | null;
  /**
   * nothing is removed by it before this
   * @default ""
   */
  retention_since?: string;
}

/** The first entry of a community's log. */
export interface CommunityCreated {
  type: "community.created";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** short name, which stands in addresses: unique, and made like a handle */
  slug: string;
  /** for people */
  name: string;
  /**
   * what the community is about
   * @default ""
   */
  about?: string;
  /**
   * what it is about
   * @default []
   */
  tags?: string[];
}

/**
 * In the account's own log: this account joined, and follows these rooms from now on.
 *
 * Live entries of the community begin after `head`, those of a room after the number given with it, and those of the
 * stewards' log (where the role lets one hear it) after `stewards_head`.
 */
export interface CommunityJoined {
  type: "community.joined";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** who I am there */
  member: string;
  /**
   * by which I go there
   * @default ""
   */
  handle?: string;
  /** of the community's log */
  head: number;
  /**
   * the rank in the community. Words: owner, steward, member, from the highest rank to the lowest; unknown: as member
   * @default "member"
   */
  role?: string;
  /**
   * rooms followed from now on, each with its head
   * @default {}
   */
  rooms?: { [key: string]: number };
  /**
   * id of the stewards' log
   * @default ""
   */
  stewards?: string;
  /**
   * of the stewards' log
   * @default 0
   */
  stewards_head?: number;
  /**
   * I may not speak there until then
   * @default ""
   */
  silenced_until?: string;
  /**
   * version of the rules that was accepted with it; 0: none
   * @default 0
   */
  rules?: number;
}

/** In the account's own log; once more where one left before, and chose afterwards what is kept. */
export interface CommunityLeft {
  type: "community.left";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /**
   * of who one was there. Words: persona (a former member), words (under nobody's name), erase (nothing stays); unknown: as persona
   * @default "persona"
   */
  keep?: string;
  /**
   * what was reported waits until the report is answered
   * @default false
   */
  frozen?: boolean;
}

export interface CommunityMade {
  /** what was written, as everybody reads it */
  entry: CommunityCreated;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

export interface CommunityPage {
  /** in the order that was asked for */
  communities: Community[];
  /** none comes after the last one */
  complete: boolean;
}

/** In the community's log: what holds from now on. What is left out is as it was. */
export interface CommunityUpdated {
  type: "community.updated";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /**
   * for people
   * @default null
   */
  name?: string | null;
  /**
   * what the community is about
   * @default null
   */
  about?: string | null;
  /**
   * what it is about
   * @default null
   */
  tags?: string[] | null;
  /**
   * how one comes in. Words: open, ask, invite; unknown: as invite
   * @default null
   */
  door?: string | null;
  /**
   * in the directory
   * @default null
   */
  listed?: boolean | null;
  /**
   * empty: there are none any more
   * @default null
   */
  rules?: string | null;
  /**
   * with `rules`: the version that this is
   * @default 0
   */
  rules_version?: number;
  /**
   * who joins must accept them
   * @default null
   */
  rules_required?: boolean | null;
  /**
   * for who asks to be let in
   * @default null
   */
  questions?: string[] | null;
  /**
   * every member may make invites
   * @default null
   */
  members_invite?: boolean | null;
  /**
   * how long its rooms keep what is said there; without bounds: for ever
   * @default null
   */
  retention?: Retention | null;
  /**
   * with `retention`: nothing is removed by it before this; empty: it may be at once
   * @default ""
   */
  retention_since?: string;
}

/** Agree to be quoted, or not. `text`: in other words of one's own. */
export interface ConsentToQuote {
  type: "quote.consent";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** its id */
  quote: string;
  /** no: nobody is told why, and this message is not asked for again */
  agree: boolean;
  /**
   * empty: as it was asked for
   * @default ""
   */
  text?: string;
}

export interface ConsentWritten {
  /** what was written, as everybody reads it */
  entry: QuoteAnswered;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** What a section says: a text, or milestones by date. */
export interface Content {
  /**
   * of `about` and `story`; may have several lines
   * @default ""
   */
  text?: string;
  /**
   * of `milestones`, by date
   * @default []
   */
  milestones?: Milestone[];
}

/** A corner as a member of its community sees it. */
export interface Corner {
  /** id of the room */
  room: string;
  /** whose it is */
  member: string;
  /** revision of their persona now */
  rev: number;
  /** theirs now */
  handle: string;
  /** the name that people are shown */
  display_name: string;
  /**
   * what it is called
   * @default ""
   */
  title?: string;
  /**
   * who may comment. Words: members, nobody; unknown: as nobody
   * @default "members"
   */
  comments?: string;
  /**
   * anybody may read it, without an account
   * @default false
   */
  public?: boolean;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  opened: string;
  /**
   * when its newest post was published; empty: there is none
   * @default ""
   */
  latest?: string;
  /**
   * its entries come live, and its posts and comments count as unread
   * @default false
   */
  following?: boolean;
  /**
   * newest entry of its log
   * @default 0
   */
  head?: number;
}

export interface CornerPage {
  /** by handle */
  corners: Corner[];
  /** none comes after the last one */
  complete: boolean;
}

/** In the corner's log, and its first entry: how it is from now on. `by` is its owner. */
export interface CornerUpdated {
  type: "corner.updated";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /**
   * what it is called
   * @default ""
   */
  title?: string;
  /**
   * who may comment. Words: members, nobody; unknown: as nobody
   * @default "members"
   */
  comments?: string;
  /**
   * anybody may read it, without an account
   * @default false
   */
  public?: boolean;
}

export interface CornerWritten {
  /** what was written, as everybody reads it */
  entry: CornerUpdated;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** Found a community: one becomes its owner. It starts without rooms. */
export interface CreateCommunity {
  type: "community.create";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** short name, which stands in addresses: unique, and made like a handle */
  slug: string;
  /** for people */
  name: string;
  /**
   * what the community is about
   * @default ""
   */
  about?: string;
  /**
   * what it is about; a word that is no tag yet becomes one
   * @default []
   */
  tags?: string[];
}

/** Make an invite. */
export interface CreateInvite {
  type: "invite.create";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
  /**
   * how many it lets in
   * @default 1
   */
  uses?: number;
  /**
   * how long, in milliseconds
   * @default 604800000
   */
  for_ms?: number;
  /**
   * for whom it is; stewards read it
   * @default ""
   */
  note?: string;
}

/** Make a room in a community. One follows it from the start; members hear of an open one. */
export interface CreateRoom {
  type: "room.create";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** short name, which stands in addresses: unique, and made like a handle */
  slug: string;
  /**
   * what the room is about
   * @default ""
   */
  topic?: string;
  /**
   * private: for those who are added
   * @default "open"
   */
  kind?: "open" | "private";
}

/** Decline a proposal, and say why; or take back one's own. */
export interface DeclineProposal {
  type: "portrait.decline";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** its number */
  proposal: number;
  /**
   * needed, but for one's own
   * @default ""
   */
  reason?: string;
}

export interface DeclineWritten {
  /** what was written, as everybody reads it */
  entry: PortraitDeclined;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/**
 * Delete what one said; for stewards, what somebody of a lower role said in a room of theirs, with the reason, which
 * the author is told. It can't be undone.
 */
export interface DeleteMessage {
  type: "message.delete";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** the number of the message */
  message: number;
  /**
   * of a steward: needed
   * @default ""
   */
  reason?: string;
}

/**
 * Delete a post of one's own; for stewards, that of somebody of a lower role, with the reason, which the author is told.
 * It can't be undone. What others said about it stays theirs, and is paged with it no longer.
 */
export interface DeletePost {
  type: "post.delete";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** its number */
  post: number;
  /**
   * of a steward: needed
   * @default ""
   */
  reason?: string;
}

export interface DeleteWritten {
  /** what was written, as everybody reads it */
  entry: MessageDeleted;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** Something of the protocol that will go. It works as ever until then, see docs/reference/stability.md. */
export interface Deprecation {
  /** of a command or event, `message.send`, or a field of one, `message.send/body` */
  name: string;
  /** the day on which it was first told, 2026-01-31 */
  since: string;
  /** not before this day is it gone */
  gone: string;
  /**
   * what to use, for people
   * @default ""
   */
  instead?: string;
}

/** In the account's own log: a direct with these people. Live entries of the room begin after `head`. */
export interface DirectOpened {
  type: "direct.opened";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the room */
  room: string;
  /**
   * live entries of the room begin after this number
   * @default 0
   */
  head?: number;
  /** who I am there */
  member: string;
  /** all of them, oneself included */
  people: Persona[];
  /**
   * the community whose personas speak there; empty: the accounts' profiles do
   * @default ""
   */
  within?: string;
  /**
   * what the room is about
   * @default ""
   */
  topic?: string;
}

export interface DirectWritten {
  /** what was written, as everybody reads it */
  entry: DirectOpened;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/**
 * Communities that one is not in, for what one said to be interested in and for whom one talks with. So often in a day,
 * and no more: `limits.discoveries`.
 */
export interface Discover {
  type: "community.discover";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * communities, at most
   * @default 10
   */
  limit?: number;
}

/** Have a community suggested no more, or again. A register; nobody is told. */
export interface DismissCommunity {
  type: "community.dismiss";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** its id or slug */
  community: string;
  /**
   * it may be suggested again
   * @default false
   */
  again?: boolean;
}

export interface Dnd {
  /** none: never */
  times: DndTime[];
  /** a name of the IANA's database: Europe/Lisbon */
  zone: string;
  /** whether others see it */
  shown: boolean;
}

/** To every other session of the account that has synced. */
export interface DndChanged {
  type: "dnd.changed";
  /** none: never */
  times: DndTime[];
  /** a name of the IANA's database */
  zone: string;
  /** whether others see it */
  shown: boolean;
}

/** From `begins` to `ends`; where that is not later, to `ends` on the next day. The days are those on which it begins. */
export interface DndTime {
  /** 22:00, of the clock on the wall there */
  begins: string;
  /** 07:00 */
  ends: string;
  /**
   * 1 is Monday; none named: every day
   * @default []
   */
  days?: number[];
}

/** The result of a command with nothing to tell. */
export interface Done {
}

export interface Draft {
  /** id of the room; or of the community, for a post in one's corner there */
  place: string;
  /**
   * number of the root of the thread in that room, in which it is written; 0: in none
   * @default 0
   */
  thread?: number;
  /** what was written so far */
  text: string;
  /** changes with the text */
  fingerprint: string;
  /** when it was set */
  at: string;
}

/** To every other session of the account that has synced. Publishing a post sets it empty for that community. */
export interface DraftChanged {
  type: "draft.changed";
  /** id of the room; or of the community, for a post in one's corner there */
  place: string;
  /**
   * number of the root of the thread in that room, in which it is written; 0: in none
   * @default 0
   */
  thread?: number;
  /** changes with the text; empty: there is no draft any more */
  fingerprint: string;
  /** when it was set */
  at: string;
}

export interface DraftState {
  /** id of the room; or of the community, for a post in one's corner there */
  place: string;
  /**
   * number of the root of the thread in that room, in which it is written; 0: in none
   * @default 0
   */
  thread?: number;
  /** changes with the text; empty: there is no draft any more */
  fingerprint: string;
  /** when it was set */
  at: string;
}

export interface Drafts {
  /** by place, and in a room by thread */
  drafts: Draft[];
  /** none comes after the last one */
  complete: boolean;
}

/**
 * Change what one said. Mentions are found anew, and whoever may not speak may not edit either: in a corner, who may not
 * comment there.
 */
export interface EditMessage {
  type: "message.edit";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** the number of one's own message */
  message: number;
  /** the text; `@handle` mentions somebody */
  body: string;
}

/** A new version of a post of one's own. What is left out stays as it is. */
export interface EditPost {
  type: "post.edit";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** its number */
  post: number;
  /**
   * what it is called
   * @default null
   */
  title?: string | null;
  /**
   * UTF-8 bytes; code points are only the first check
   * @default null
   */
  body?: string | null;
}

export interface EditWritten {
  /** what was written, as everybody reads it */
  entry: MessageEdited;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** Enable named extensions (`x.vendor/name`, `draft/name`). The reply lists those that are now on. */
export interface Enable {
  type: "session.enable";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * names; those that are unknown are left out
   * @default []
   */
  extensions?: string[];
}

export interface Enabled {
  /** those that are on now */
  extensions: string[];
}

export interface EntryPage {
  /** events, oldest first; each as it came live, a `log.passed` among those of `wanted` */
  entries: (AccountCreated | AccountUpdated | CommunityCreated | CommunityUpdated | CommunityJoined | CommunityLeft | RulesAccepted | JoinAsked | JoinWithdrawn | JoinAnswered | JoinDeclined | InviteCreated | InviteUsed | InviteRevoked | MemberJoined | MemberLeft | MemberUpdated | PersonaRenamed | MemberForgotten | RoleSet | MemberKicked | MemberBanned | MemberUnbanned | MemberSilenced | MemberUnsilenced | ReportFiled | ReportResolved | PortraitProposed | PortraitMerged | PortraitDeclined | PortraitUpdated | TagUpdated | QuoteAsked | QuoteAnswered | QuoteWithdrawn | WelcomeSet | WelcomeGiven | GreeterChanged | NewcomerSpoke | NewcomerSettled | RoomCreated | RoomFollowed | RoomUnfollowed | TopicSet | RetentionSet | RoomTrimmed | PersonAdded | PersonLeft | PersonRemoved | DirectOpened | MessageSent | MessageEdited | MessageDeleted | MessageRemoved | PinAdded | PinRemoved | ReactionAdded | ReactionRemoved | CornerUpdated | PostPublished | PostEdited | PostDeleted | PostRemoved | UnknownEvent)[];
  /** newest entry */
  head: number;
  /** entries up to this number are no longer kept */
  floor: number;
  /** nothing is left up to `until` (or up to `head`) */
  complete: boolean;
}

/**
 * Erase one's own account: everywhere the persona becomes a blank one, and its handles rest before anybody may have
 * them. Directs and rooms stay for the others.
 *
 * The last owner of a community in which others are hands it over first: `community.last_owner` names it.
 */
export interface EraseAccount {
  type: "account.erase";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** the one that holds */
  password: string;
  /** one's own, typed once more */
  handle: string;
  /**
   * words: what one said stays, under nobody's name; erase: it goes too
   * @default "words"
   */
  keep?: "erase" | "words";
}

/** All sessions have ended, this one too: the server closes the connection after the reply. */
export interface ErasureBegun {
  /** when it is done, or later by as long as the server stands still: until then signing in undoes it; in the past, or now: it is done */
  at: string;
  /**
   * what was reported waits until the report is answered
   * @default false
   */
  frozen?: boolean;
}

/** What the server says without being asked. One of another type is to be skipped; when it has `log` and `seq`, it still counts in its log. */
export type Event =
  | AccountCreated
  | AccountUpdated
  | CommunityCreated
  | CommunityUpdated
  | CommunityJoined
  | CommunityLeft
  | RulesAccepted
  | JoinAsked
  | JoinWithdrawn
  | JoinAnswered
  | JoinDeclined
  | InviteCreated
  | InviteUsed
  | InviteRevoked
  | MemberJoined
  | MemberLeft
  | MemberUpdated
  | PersonaRenamed
  | MemberForgotten
  | RoleSet
  | MemberKicked
  | MemberBanned
  | MemberUnbanned
  | MemberSilenced
  | MemberUnsilenced
  | ReportFiled
  | ReportResolved
  | PortraitProposed
  | PortraitMerged
  | PortraitDeclined
  | PortraitUpdated
  | TagUpdated
  | QuoteAsked
  | QuoteAnswered
  | QuoteWithdrawn
  | WelcomeSet
  | WelcomeGiven
  | GreeterChanged
  | NewcomerSpoke
  | NewcomerSettled
  | RoomCreated
  | RoomFollowed
  | RoomUnfollowed
  | TopicSet
  | RetentionSet
  | RoomTrimmed
  | PersonAdded
  | PersonLeft
  | PersonRemoved
  | DirectOpened
  | MessageSent
  | MessageEdited
  | MessageDeleted
  | MessageRemoved
  | PinAdded
  | PinRemoved
  | ReactionAdded
  | ReactionRemoved
  | CornerUpdated
  | PostPublished
  | PostEdited
  | PostDeleted
  | PostRemoved
  | Hello
  | Restarting
  | Synced
  | Lagging
  | LogPassed
  | ReactionsChanged
  | ThreadChanged
  | BlockChanged
  | MarkerMoved
  | DraftChanged
  | NotifyChanged
  | DndChanged
  | InboxMoved
  | BookmarkChanged
  | ReachChanged
  | PresenceChanged
  | TypingStarted
  | AppearanceChanged
  | UnknownEvent;

/** Everything of mine, a page at a time. */
export interface ExportAccount {
  type: "account.export";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * `next` of the page before; empty: from the start
   * @default ""
   */
  after?: string;
}

export interface ExportPage {
  /** each an `Exported` */
  records: Exported[];
  /**
   * to ask on with; empty: that is all
   * @default ""
   */
  next?: string;
  /**
   * how many records there will be, more or less; told with the first page
   * @default 0
   */
  about?: number;
}

/**
 * The portrait as one document, to be kept or shown elsewhere. What people wrote is escaped: it can't be markup. The
 * HTML has its style inside, runs nothing and fetches nothing.
 */
export interface ExportPortrait {
  type: "portrait.export";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** its id or slug */
  community: string;
  /**
   * left out: the newest
   * @default null
   */
  version?: number | null;
  /**
   * of the document
   * @default "markdown"
   */
  format?: "html" | "markdown";
}

/** A line of an archive (`account.export`). One of another `record` is to be kept. */
export type Exported =
  | ExportedArchive
  | ExportedMembership
  | ExportedEntry
  | ExportedMarker
  | ExportedThread
  | ExportedBlock
  | ExportedSession
  | ExportedAppearance
  | ExportedInterests
  | ExportedDismissal
  | ExportedDraft
  | ExportedBookmark
  | ExportedReach
  | ExportedAttention
  | ExportedQuote;

/** How one appears somewhere, and what one says one is up to. */
export interface ExportedAppearance {
  record: "appearance";
  appearance: Appearance;
  /**
   * the last one on which others could see one there, where that is kept: 2026-01-31
   * @default ""
   */
  day?: string;
}

/** The first record: what this is an archive of. */
export interface ExportedArchive {
  record: "archive";
  /**
   * version of this form
   * @default 1
   */
  form?: number;
  /** name and version of the software, for people */
  server: string;
  /** that the numbers are of */
  epoch: string;
  /** when it was begun */
  at: string;
  account: Account;
}

/** What one wants to be called for, when one is not to be disturbed, and how far one has read one's inbox. */
export interface ExportedAttention {
  record: "attention";
  notify: NotifyChoice[];
  /** @default null */
  dnd?: Dnd | null;
  /**
   * everything up to this number is read
   * @default 0
   */
  inbox?: number;
}

export interface ExportedBlock {
  record: "block";
  /** their handle */
  handle: string;
  /** block, mute */
  kind: string;
}

/** A message that one wanted to find again, and the note to oneself. Not what it says: that is another's. */
export interface ExportedBookmark {
  record: "bookmark";
  /** id of the room */
  room: string;
  /** the message's number in the room */
  seq: number;
  /** when it was set */
  at: string;
  /** @default "" */
  note?: string;
}

/** A community that is not to be suggested again. */
export interface ExportedDismissal {
  record: "dismissal";
  /** id of the community */
  community: string;
}

/** What one has begun to write. */
export interface ExportedDraft {
  record: "draft";
  /** id of the room; or of the community, for a post in one's corner there */
  place: string;
  /**
   * number of the root of the thread in that room, in which it is written; 0: in none
   * @default 0
   */
  thread?: number;
  text: string;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
}

/** An entry of one's own log, or one that one caused elsewhere: what one said, above all. */
export interface ExportedEntry {
  record: "entry";
  entry: AccountCreated | AccountUpdated | CommunityCreated | CommunityUpdated | CommunityJoined | CommunityLeft | RulesAccepted | JoinAsked | JoinWithdrawn | JoinAnswered | JoinDeclined | InviteCreated | InviteUsed | InviteRevoked | MemberJoined | MemberLeft | MemberUpdated | PersonaRenamed | MemberForgotten | RoleSet | MemberKicked | MemberBanned | MemberUnbanned | MemberSilenced | MemberUnsilenced | ReportFiled | ReportResolved | PortraitProposed | PortraitMerged | PortraitDeclined | PortraitUpdated | TagUpdated | QuoteAsked | QuoteAnswered | QuoteWithdrawn | WelcomeSet | WelcomeGiven | GreeterChanged | NewcomerSpoke | NewcomerSettled | RoomCreated | RoomFollowed | RoomUnfollowed | TopicSet | RetentionSet | RoomTrimmed | PersonAdded | PersonLeft | PersonRemoved | DirectOpened | MessageSent | MessageEdited | MessageDeleted | MessageRemoved | PinAdded | PinRemoved | ReactionAdded | ReactionRemoved | CornerUpdated | PostPublished | PostEdited | PostDeleted | PostRemoved | UnknownEvent;
}

/** What one cares for, in one place or for oneself alone. */
export interface ExportedInterests {
  record: "interests";
  interests: InterestList;
}

export interface ExportedMarker {
  record: "marker";
  /** id of the room */
  room: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  read: number;
}

/** A place one is in, or was: a community, or a direct. */
export interface ExportedMembership {
  record: "membership";
  /** id, also of its log */
  place: string;
  /**
   * of the community; empty for a direct
   * @default ""
   */
  slug?: string;
  /**
   * of the community, for people; empty where one has left
   * @default ""
   */
  name?: string;
  /** who one is there */
  member: string;
  /**
   * the rank in the community. Words: owner, steward, member, from the highest rank to the lowest; unknown: as member
   * @default "member"
   */
  role?: string;
  /** @default false */
  left?: boolean;
  /**
   * RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers
   * @default ""
   */
  silenced_until?: string;
  /** as it is now, with what others don't see, and one's former handles */
  persona: OwnPersona;
  /** every revision that is kept, the oldest first; of very many the next record goes on */
  personas: Persona[];
}

export interface ExportedPortrait {
  /** for the file */
  name: string;
  /** text/markdown or text/html */
  media_type: string;
  /** the whole document */
  text: string;
}

/** Words of one's own that somebody wants in a portrait, or has there. */
export interface ExportedQuote {
  record: "quote";
  /** id of the community */
  community: string;
  quote: string;
  text: string;
  /** asked, refused, agreed, merged */
  state: string;
}

/** By whom one lets oneself be spoken to alone. */
export interface ExportedReach {
  record: "reach";
  reach: Reach;
}

/** A device that is signed in, without what signs it in. */
export interface ExportedSession {
  record: "session";
  /** @default "" */
  device?: string;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  opened: string;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  seen: string;
}

/** A thread that one follows. */
export interface ExportedThread {
  record: "thread";
  /** id of the room */
  room: string;
  /** number of its root */
  thread: number;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  read: number;
  /**
   * what one chose as worth a bell there; inherit: nothing. Words: all, mentions, nothing, inherit (nothing was chosen); unknown: as inherit
   * @default "inherit"
   */
  level?: string;
  /**
   * that choice ends by itself then; empty: it does not
   * @default ""
   */
  until?: string;
}

/** Report a message (`room` and its number), or a member (`community` and `member`). Who is silenced may, too. */
export interface FileReport {
  type: "report.file";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /**
   * with `member`
   * @default ""
   */
  community?: string;
  /**
   * whom it concerns
   * @default ""
   */
  member?: string;
  /**
   * with `message`
   * @default ""
   */
  room?: string;
  /**
   * its number in the room
   * @default 0
   */
  message?: number;
  /** why, for those whom it concerns */
  reason: string;
}

/** Who goes by this handle in a community, or did. Stewards also find who has left. */
export interface FindMember {
  type: "member.find";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
  /** their handle */
  handle: string;
}

/** Follow an open room or a corner; from this moment its entries come live to every session of the account that has synced. */
export interface FollowRoom {
  type: "room.follow";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
}

/**
 * Follow the thread of a message, whether or not anything is said in it yet, in a room that one follows. What is there is
 * read.
 */
export interface FollowThread {
  type: "thread.follow";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /** number of its root */
  thread: number;
}

export interface FollowWritten {
  /** what was written, as everybody reads it */
  entry: RoomFollowed;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

export interface FormerHandle {
  /** by which somebody went here */
  handle: string;
  /**
   * empty: not known
   * @default ""
   */
  since?: string;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  until: string;
}

/**
 * Show a message of one room in another. It is answered, and heard, as `message.send` is. A message that has no words of
 * its own, and shows another, is passed over: that one is shown.
 */
export interface ForwardMessage {
  type: "message.forward";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** where it goes */
  room: string;
  /** the room that it comes from: an open one, or a corner */
  origin: string;
  /** the number of the message there */
  message: number;
  /**
   * in a corner, and only there: the number of the post that it comments on
   * @default 0
   */
  post?: number;
  /**
   * where it is said in a thread: the number of its root there, as in `message.send`; 0: to the room
   * @default 0
   */
  thread?: number;
  /**
   * words of one's own; `@handle` mentions somebody
   * @default ""
   */
  comment?: string;
}

/** A message that another one shows, as it is now: it is looked up for each page and reader, and kept with nothing. */
export interface Forwarded {
  /** where it was said */
  room: string;
  /** its number in that room's log */
  seq: number;
  /** the author's membership, in the place that the room belongs to */
  by: string;
  /** revision of the author's persona when they said it */
  rev: number;
  /**
   * when it was said
   * @default ""
   */
  at?: string;
  /**
   * its text by now
   * @default ""
   */
  body?: string;
  /**
   * number of its newest edit in its room's log; 0: never
   * @default 0
   */
  edited?: number;
  /**
   * what it said was deleted
   * @default false
   */
  blank?: boolean;
  /**
   * it is not there for whoever asks: nothing of it is told
   * @default false
   */
  gone?: boolean;
}

export interface Found {
  /** id of the membership */
  member: Member;
  /**
   * the handle that they once had here, where it is that which was found
   * @default ""
   */
  former?: string;
}

export interface FoundMember {
  /** id of the membership */
  member: Member;
  /**
   * goes by this handle no longer
   * @default false
   */
  former?: boolean;
  /**
   * their handles here before, newest first, where I may see them
   * @default []
   */
  lineage?: FormerHandle[];
  /**
   * how often the persona has changed; for stewards
   * @default 0
   */
  changes?: number;
}

export interface FoundMembers {
  /** those first in whom a word begins with the query */
  found: Found[];
  /** these are all; otherwise a longer query finds the others */
  complete: boolean;
}

/** Something that was said, as it is now, in a list of such things: a message, or a post by its title. */
export interface Glimpse {
  /** its number in the room's log */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /** the author's membership */
  by: string;
  /** revision of the author's persona at that moment */
  rev: number;
  /** how its text begins: at most 280 code points */
  body: string;
  /**
   * what it said was deleted
   * @default false
   */
  blank?: boolean;
}

export interface Greeter {
  /** who it is */
  persona: Persona;
  /** words: volunteers, greets, none; unknown: as none */
  state: string;
}

/**
 * In the stewards' log, and without `by` in the own log of the one concerned. Who begins or ceases to greet is told in
 * the community's log, too, without who decided it and why.
 */
export interface GreeterChanged {
  type: "greeter.changed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** whom it concerns */
  member: string;
  /** words: volunteers, greets, none; unknown: as none */
  state: string;
  /**
   * of a steward
   * @default ""
   */
  reason?: string;
}

export interface GreeterWritten {
  /** of the stewards' log; of one's own, where one does not hear that */
  entry: GreeterChanged;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

export interface Greeters {
  /** by handle */
  greeters: Greeter[];
}

/** The first frame, from the server, before anything is asked. */
export interface Hello {
  type: "hello";
  /** of the protocol, that the server speaks; this connection speaks the one of its subprotocol */
  versions: number[];
  /** name and version of the software, for people */
  server: string;
  /** named extensions that may be enabled */
  extensions: string[];
  /** positions of another epoch are void */
  epoch: string;
  /** full: an `ok` has been flushed to disk; memory: nothing outlives the server. Words: full, relaxed, memory; unknown: as memory */
  durability: string;
  /** words: open, invite, closed; unknown: as invite */
  sign_up: string;
  /** the server pings a connection that was silent this long */
  ping_ms: number;
  /** and drops it when it stays silent this much longer */
  deadline_ms: number;
  /** time to sign in */
  sign_in_ms: number;
  /**
   * who reads nothing for this long, while something waits for them, is cut; 0: not said
   * @default 0
   */
  stall_ms?: number;
  /**
   * what was said can be searched: `message.search`
   * @default false
   */
  search?: boolean;
  /** every one of them, with its value */
  limits: Limits;
  /**
   * what will go, and when
   * @default []
   */
  deprecated?: Deprecation[];
  /** the server's time */
  at: string;
}

/** Something that was said, as it is now. `message.page` with `around` shows what stands about it. */
export interface Hit {
  /** id of the room */
  room: string;
  /**
   * empty for a direct
   * @default ""
   */
  community?: string;
  /**
   * of the room; empty for a direct, and for a corner
   * @default ""
   */
  slug?: string;
  /** its number in the room's log: its name */
  seq: number;
  /** words: message, comment, post; unknown: as message */
  kind: string;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /** the author's membership */
  by: string;
  /** revision of the author's persona at that moment */
  rev: number;
  /**
   * of a comment: the number of the post
   * @default 0
   */
  post?: number;
  /**
   * number of its newest edit; 0: never
   * @default 0
   */
  edited?: number;
  /**
   * of a post
   * @default ""
   */
  title?: string;
  /**
   * what was looked for in the title, in its order
   * @default []
   */
  title_marks?: Mark[];
  /** a part of the text, in one line, with what was looked for in it where there is such a thing */
  snippet: string;
  /**
   * what was looked for in the snippet, in its order
   * @default []
   */
  marks?: Mark[];
  /**
   * by somebody whom one blocks: it is shown when one asks for it
   * @default false
   */
  folded?: boolean;
}

export interface InboxItem {
  /** in this inbox: newer ones have higher numbers, with holes */
  number: number;
  /** words: mention, reply, notice; unknown: as notice */
  kind: string;
  /** the room; of a notice one's own account's */
  log: string;
  /** the message, post or entry in it */
  seq: number;
  /**
   * of mentions and replies: what was said, as it is now
   * @default null
   */
  said?: Glimpse | null;
}

/**
 * To every other session of the account that has synced, when the inbox is marked. And to every session, when something
 * else than what it hears changes the count: what an item is about was deleted or is no longer kept, or somebody blocks or
 * mutes, enters or leaves; or an edit mentions whom the message answers, who has it already. It is of all that the session has been given, and of nothing later; what `session.lagging` told of
 * as left out counts as given. Where a mark was told with another count, it is told once more, also to who marked.
 */
export interface InboxMoved {
  type: "inbox.moved";
  /** everything up to this number is read */
  read: number;
  /** items after it */
  unread: number;
}

export interface InboxPage {
  /** newest first */
  items: InboxItem[];
  /**
   * entries of one's own log that the items name
   * @default []
   */
  notices?: unknown[];
  /**
   * everything up to this number is read
   * @default 0
   */
  read?: number;
  /**
   * items after it
   * @default 0
   */
  unread?: number;
  /** none is older than the last one */
  complete: boolean;
}

export interface InboxState {
  /** everything up to this number is read */
  read: number;
  /** items after it */
  unread: number;
}

export interface Interest {
  /** what is meant by now */
  tag: string;
  /** who may see it. Words: members, stewards, nobody, each with oneself; unknown: as nobody */
  shown: string;
  /**
   * one has said so oneself; otherwise it goes by whether the tag is sensitive
   * @default false
   */
  chosen?: boolean;
  /**
   * others may find one by it
   * @default false
   */
  found?: boolean;
  /**
   * its tag is
   * @default false
   */
  sensitive?: boolean;
}

export interface InterestList {
  /**
   * id; empty: for oneself alone
   * @default ""
   */
  community?: string;
  /** as one gave them */
  interests: Interest[];
}

export interface InterestWish {
  /** or a synonym of one */
  tag: string;
  /**
   * empty: members, or nobody where the tag is sensitive
   * @default ""
   */
  shown?: "" | "members" | "nobody" | "stewards";
  /**
   * others may find one by it; it must be shown to members
   * @default false
   */
  found?: boolean;
}

/** One that is valid, without its code. */
export interface Invite {
  /** its id */
  invite: string;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /** the membership of who made it */
  by: string;
  /** how many it still lets in */
  left: number;
  /** how many it was made for */
  uses: number;
  /** when it ends by itself */
  until: string;
  /**
   * for whom it is
   * @default ""
   */
  note?: string;
}

/** In the stewards' log. `by` made it. */
export interface InviteCreated {
  type: "invite.created";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** its id */
  invite: string;
  /** how many it lets in */
  uses: number;
  /** when it ends by itself */
  until: string;
  /**
   * for whom it is
   * @default ""
   */
  note?: string;
}

export interface InviteList {
  /** oldest first; all of them */
  invites: Invite[];
}

export interface InviteMade {
  /** as it is listed */
  invite: Invite;
  /** told this once; in a link to the server it stands as `#community=SLUG&invite=CODE` */
  code: string;
}

/** In the stewards' log. `by` revoked it. */
export interface InviteRevoked {
  type: "invite.revoked";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** its id */
  invite: string;
}

/** In the stewards' log. `by` came in with it. */
export interface InviteUsed {
  type: "invite.used";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** its id */
  invite: string;
}

/** In the stewards' log. `by` answered. */
export interface JoinAnswered {
  type: "join.answered";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** its number in this log */
  request: number;
  /** id of the membership */
  member: string;
  /** words: accepted, declined; unknown: as declined */
  verdict: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
}

/** In the stewards' log, with who would join, and in the own log of the account that asks, without. */
export interface JoinAsked {
  type: "join.asked";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /**
   * in one's own log
   * @default ""
   */
  slug?: string;
  /**
   * in the stewards' log: who they would be; they are no member yet
   * @default ""
   */
  member?: string;
  /**
   * likewise
   * @default ""
   */
  handle?: string;
  /**
   * likewise
   * @default ""
   */
  display_name?: string;
  /**
   * likewise
   * @default []
   */
  answers?: Answer[];
  /**
   * likewise: of who asks
   * @default ""
   */
  note?: string;
  /**
   * version of the rules that was accepted with it
   * @default 0
   */
  rules?: number;
}

/**
 * Join a community, named by id or slug; its open rooms are followed. Joining again changes nothing.
 *
 * What it takes is told by `community.preview`. Who was there before comes back as the member they were, with the persona that they had claimed.
 */
export interface JoinCommunity {
  type: "community.join";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** its id or slug */
  community: string;
  /**
   * version of the rules that I have read and accept, where there are some
   * @default 0
   */
  rules?: number;
  /**
   * code of one to this community: lets one in whatever its door
   * @default ""
   */
  invite?: string;
  /**
   * who I want to be there; left out: as in my profile
   * @default null
   */
  persona?: PersonaWish | null;
}

/**
 * In the own log of the account that asked; who of the stewards it was is not told. Who is let in hears
 * `community.joined`.
 */
export interface JoinDeclined {
  type: "join.declined";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** short name, which stands in addresses: unique, and made like a handle */
  slug: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
  /**
   * they may ask again after that
   * @default ""
   */
  until?: string;
}

/** Somebody who waits for an answer. */
export interface JoinRequest {
  /** of its entry in the stewards' log */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /** id of the membership */
  member: string;
  /**
   * empty, as all that follows, where the entry was blanked
   * @default ""
   */
  handle?: string;
  /**
   * the name that people are shown
   * @default ""
   */
  display_name?: string;
  /**
   * in the order of the questions
   * @default []
   */
  answers?: Answer[];
  /**
   * whatever else they say
   * @default ""
   */
  note?: string;
  /**
   * version of the rules that was accepted with it
   * @default 0
   */
  rules?: number;
}

/**
 * In the own log of the account, and in the stewards' log: nobody has to answer any more. The account took it back,
 * came in another way, or was banned.
 */
export interface JoinWithdrawn {
  type: "join.withdrawn";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /**
   * in the stewards' log: its number there
   * @default 0
   */
  request?: number;
}

export interface JoinWritten {
  /** what was written, as everybody reads it */
  entry: CommunityJoined;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** Remove a member, who may join again. */
export interface KickMember {
  type: "member.kick";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** id of the membership */
  member: string;
  /** why, for those whom it concerns */
  reason: string;
}

export interface KickWritten {
  /** what was written, as everybody reads it */
  entry: MemberKicked;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/**
 * This connection read too slowly, and events were left out. For each log, live events go on after the number
 * given here: fill in from the position you have up to it with `log.entries`.
 */
export interface Lagging {
  type: "session.lagging";
  /** id of the log -> number after which live entries go on */
  logs: { [key: string]: number };
}

/**
 * Leave a community, by id or slug, and all its rooms. The last owner stays while others are there.
 *
 * `keep` says what stays of oneself there. Who has left already, or had to, may still choose `words` or `erase`. Whoever
 * joins again until `limits.sealed_days` are over is the same member; what was erased does not come back.
 */
export interface LeaveCommunity {
  type: "community.leave";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** its id or slug */
  community: string;
  /**
   * what stays of oneself there
   * @default "persona"
   */
  keep?: "erase" | "persona" | "words";
}

export interface LeaveWritten {
  /** what was written, as everybody reads it */
  entry: CommunityLeft;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** Every limit that the server enforces; what is advertised here is what is enforced. */
export interface Limits {
  /** of one message, in one frame or in many */
  frame_bytes: number;
  /** of a message's body, in UTF-8 */
  body_bytes: number;
  /** code points of a display name, or a community's */
  name_chars: number;
  /** of a bio, or what a community is about */
  about_chars: number;
  /** code points */
  topic_chars: number;
  /**
   * of a reason, or a note about one
   * @default 500
   */
  reason_chars?: number;
  /** rows of one page */
  page_entries: number;
  /** per log, in one sync; more is a `gap` */
  replay_entries: number;
  /** commands not yet answered, per connection; more wait unread */
  in_flight: number;
  /** this many and the connection is closed */
  malformed_frames: number;
  /** per message; more are not counted as mentions */
  mentions: number;
  /**
   * different emoji on one message; 0: not told
   * @default 0
   */
  reactions?: number;
  /** per account */
  communities: number;
  /** per account */
  follows: number;
  /** per community */
  rooms: number;
  /** of one direct, oneself included */
  direct_people: number;
  /**
   * code points of a status
   * @default 0
   */
  status_chars?: number;
  /**
   * that wait for an answer, per account and community; 0: not told
   * @default 0
   */
  reports?: number;
  /** members whose presence one session watches */
  watched: number;
  /** logs named in one sync */
  positions: number;
  /**
   * people whom one account blocks or mutes
   * @default 0
   */
  blocks?: number;
  /** units of one account when full; each command's cost is in the reference */
  budget: number;
  /** units that come back each second */
  budget_per_second: number;
  /**
   * frames of one message
   * @default 0
   */
  fragments?: number;
  /**
   * from the first byte of a message to its last
   * @default 0
   */
  unfinished_ms?: number;
  /**
   * pings and pongs a second
   * @default 0
   */
  control_frames?: number;
  /**
   * that one may send before signing in
   * @default 0
   */
  guest_bytes?: number;
  /**
   * likewise
   * @default 0
   */
  guest_frames?: number;
  /**
   * of handles and slugs
   * @default 0
   */
  handle_chars?: number;
  /**
   * code points
   * @default 0
   */
  password_chars?: number;
  /**
   * code points that a password must have
   * @default 0
   */
  password_least?: number;
  /**
   * of ids, nonces, devices, searches
   * @default 0
   */
  key_chars?: number;
  /**
   * of tokens and invites
   * @default 0
   */
  secret_chars?: number;
  /**
   * resolved at once
   * @default 0
   */
  personas?: number;
  /**
   * read at once
   * @default 0
   */
  cards?: number;
  /**
   * of the cards of one answer, about; what does not fit is named
   * @default 0
   */
  cards_bytes?: number;
  /**
   * of the communities in one sync, about; those that do not fit are named
   * @default 0
   */
  sync_bytes?: number;
  /**
   * enabled at once
   * @default 0
   */
  extensions?: number;
  /**
   * per account
   * @default 0
   */
  directs?: number;
  /**
   * per account; beyond it the oldest that is not connected is signed out
   * @default 0
   */
  sessions?: number;
  /**
   * per account; beyond it the one that was silent longest is closed
   * @default 0
   */
  connections?: number;
  /**
   * of communities, by one account in a row
   * @default 0
   */
  joins?: number;
  /**
   * until one more
   * @default 0
   */
  join_seconds?: number;
  /**
   * of a post's body, or a draft's text, in UTF-8
   * @default 0
   */
  post_bytes?: number;
  /**
   * code points of a post's title
   * @default 0
   */
  title_chars?: number;
  /**
   * of one post, the first among them
   * @default 0
   */
  post_versions?: number;
  /**
   * members whose corners are asked for at once
   * @default 0
   */
  corners?: number;
  /**
   * per account
   * @default 0
   */
  drafts?: number;
  /**
   * that who left, and is forgotten, may come back as the same member
   * @default 0
   */
  sealed_ms?: number;
  /**
   * from `account.erase` to the erasure; 0: at once
   * @default 0
   */
  erase_grace_ms?: number;
  /**
   * of a room's retention, at most; 0: the server knows none
   * @default 0
   */
  retention_days?: number;
  /**
   * likewise
   * @default 0
   */
  retention_messages?: number;
  /**
   * until a retention that takes more than the one before removes something
   * @default 0
   */
  retention_grace_ms?: number;
  /**
   * how often others bring back who left a private room
   * @default 0
   */
  brought_back?: number;
  /**
   * of a section of a portrait, in UTF-8
   * @default 0
   */
  passage_bytes?: number;
  /**
   * of one portrait
   * @default 0
   */
  milestones?: number;
  /**
   * of a quote in a portrait, in UTF-8
   * @default 0
   */
  quote_bytes?: number;
  /**
   * of one member in one portrait, or waiting for it
   * @default 0
   */
  quotes?: number;
  /**
   * that one account asked others for and were not answered, per community
   * @default 0
   */
  quotes_asked?: number;
  /**
   * of a welcome, in UTF-8
   * @default 0
   */
  welcome_bytes?: number;
  /**
   * for how long somebody is new to a community that has greeters
   * @default 0
   */
  newcomer_days?: number;
  /**
   * changes to one portrait by one account that wait for stewards
   * @default 0
   */
  proposals?: number;
  /**
   * of the rules of a community, in UTF-8
   * @default 0
   */
  rules_bytes?: number;
  /**
   * at the door of one
   * @default 0
   */
  questions?: number;
  /**
   * of each
   * @default 0
   */
  question_chars?: number;
  /**
   * to each of them
   * @default 0
   */
  answer_chars?: number;
  /**
   * to be let in, of one account, that wait for an answer
   * @default 0
   */
  requests?: number;
  /**
   * likewise in one community, of everybody
   * @default 0
   */
  requests_waiting?: number;
  /**
   * until one may ask again
   * @default 0
   */
  declined_seconds?: number;
  /**
   * to one community, of everybody
   * @default 0
   */
  invites?: number;
  /**
   * likewise, of one member who is no steward
   * @default 0
   */
  invites_member?: number;
  /**
   * of one
   * @default 0
   */
  invite_uses?: number;
  /**
   * of a community that are shown to who looks in
   * @default 0
   */
  preview_rooms?: number;
  /**
   * of each of them
   * @default 0
   */
  preview_messages?: number;
  /**
   * of what all of these say
   * @default 0
   */
  preview_bytes?: number;
  /**
   * units of everybody at one address
   * @default 0
   */
  address_budget?: number;
  /**
   * units that come back each second
   * @default 0
   */
  address_budget_per_second?: number;
  /**
   * of a tag
   * @default 0
   */
  tag_chars?: number;
  /**
   * of one community
   * @default 0
   */
  tags?: number;
  /**
   * of one person in one place
   * @default 0
   */
  interests?: number;
  /**
   * members that one search finds
   * @default 0
   */
  found?: number;
  /**
   * code points of a search
   * @default 0
   */
  query_chars?: number;
  /**
   * words, phrases and filters of a search
   * @default 0
   */
  query_terms?: number;
  /**
   * of a search, in one answer
   * @default 0
   */
  hits?: number;
  /**
   * communities suggested at once
   * @default 0
   */
  suggestions?: number;
  /**
   * communities that one account wants suggested no more
   * @default 0
   */
  dismissed?: number;
  /**
   * answers with suggestions, or with who is found by an interest, in a row
   * @default 0
   */
  discoveries?: number;
  /**
   * until one more
   * @default 0
   */
  discovery_seconds?: number;
  /**
   * at once, of everybody at one address
   * @default 0
   */
  address_connections?: number;
  /**
   * of one message
   * @default 0
   */
  edits?: number;
  /**
   * of one account, on what is worth a bell
   * @default 0
   */
  notify_choices?: number;
  /**
   * that one account waits for
   * @default 0
   */
  notify_words?: number;
  /**
   * code points of each, folded
   * @default 0
   */
  notify_word_chars?: number;
  /**
   * at which one account is not to be disturbed
   * @default 0
   */
  dnd_times?: number;
  /**
   * items that are kept; the oldest go first
   * @default 0
   */
  inbox?: number;
  /**
   * code points
   * @default 0
   */
  pronouns_chars?: number;
  /**
   * code points of a persona's place
   * @default 0
   */
  place_chars?: number;
  /**
   * code points of why one is in a community
   * @default 0
   */
  why_chars?: number;
  /**
   * code points of a longer introduction
   * @default 0
   */
  intro_chars?: number;
  /**
   * of one persona
   * @default 0
   */
  links?: number;
  /**
   * code points of a link's label
   * @default 0
   */
  label_chars?: number;
  /**
   * of a link's address
   * @default 0
   */
  link_chars?: number;
  /**
   * of one persona in a row
   * @default 0
   */
  persona_changes?: number;
  /**
   * until one more
   * @default 0
   */
  persona_change_seconds?: number;
  /**
   * that one account follows; beyond it one is let go, first of those to which others brought it
   * @default 0
   */
  threads?: number;
  /**
   * within which a change that corrects the one before doesn't count
   * @default 0
   */
  mend_ms?: number;
  /**
   * such corrections of one change
   * @default 0
   */
  mends?: number;
  /**
   * from one handle in a community to the next
   * @default 0
   */
  handle_change_ms?: number;
  /**
   * for which nobody else takes a handle that somebody in the community had
   * @default 0
   */
  handle_rest_ms?: number;
  /**
   * of one room
   * @default 0
   */
  pins?: number;
  /**
   * per account
   * @default 0
   */
  bookmarks?: number;
  /**
   * code points of a note at a bookmark
   * @default 0
   */
  note_chars?: number;
  /**
   * of everybody in one room, `@room`, within `room_mention_ms`
   * @default 0
   */
  room_mentions?: number;
  /**
   * see `room_mentions`
   * @default 0
   */
  room_mention_ms?: number;
  /**
   * of what was said, of one account, under way at once
   * @default 0
   */
  searches?: number;
  /**
   * of all connections, that wait to be kept
   * @default 0
   */
  waiting_writes?: number;
  /**
   * of one connection a second, that cost it nothing
   * @default 0
   */
  unpaid_refusals?: number;
  /**
   * likewise of one account
   * @default 0
   */
  account_unpaid_refusals?: number;
  /**
   * likewise of one address, of everybody there
   * @default 0
   */
  address_unpaid_refusals?: number;
  /**
   * of the request that opens a connection
   * @default 0
   */
  handshake_bytes?: number;
  /**
   * from connecting to its end
   * @default 0
   */
  handshake_ms?: number;
  /**
   * from connecting to signed in: `sign_in_ms` of `hello`
   * @default 0
   */
  sign_in_ms?: number;
  /**
   * for which who signs in waits for the server, and is not late
   * @default 0
   */
  sign_in_wait_ms?: number;
  /**
   * connections of one address that have not signed in
   * @default 0
   */
  address_guests?: number;
  /**
   * likewise of all addresses
   * @default 0
   */
  guests?: number;
  /**
   * of the address's budget, for one handshake
   * @default 0
   */
  connect_units?: number;
  /**
   * of one feed, the newest
   * @default 0
   */
  feed_posts?: number;
  /**
   * of what all of them say
   * @default 0
   */
  feed_bytes?: number;
  /**
   * of the address's budget, for one feed
   * @default 0
   */
  feed_units?: number;
  /**
   * wrong passwords for one handle in a row, from everywhere
   * @default 0
   */
  handle_tries?: number;
  /**
   * until one more
   * @default 0
   */
  handle_try_seconds?: number;
  /**
   * wrong passwords, invites and tokens of one address in a row
   * @default 0
   */
  address_tries?: number;
  /**
   * until one more
   * @default 0
   */
  address_try_seconds?: number;
  /**
   * from one address in a row, without an invite
   * @default 0
   */
  address_sign_ups?: number;
  /**
   * until one more
   * @default 0
   */
  address_sign_up_seconds?: number;
  /**
   * that wait to be hashed, for each thread that does it
   * @default 0
   */
  waiting_passwords?: number;
  /**
   * places of one account, in a second, in which others see at once that it appears otherwise
   * @default 0
   */
  looks?: number;
  /**
   * of all that one account is brought up to, in a row; then they come more slowly
   * @default 0
   */
  replay_pages?: number;
  /**
   * of these
   * @default 0
   */
  replay_pages_per_second?: number;
  /**
   * of an inbox's items, those that are kept of what one member said
   * @default 0
   */
  inbox_of_one?: number;
  /**
   * directs of one account up to which others may open more
   * @default 0
   */
  directs_from_others?: number;
  /**
   * changes to one portrait, of everybody, that wait for stewards
   * @default 0
   */
  community_proposals?: number;
  /**
   * quotes in one portrait
   * @default 0
   */
  portrait_quotes?: number;
  /**
   * quotes that one account is asked for in one community
   * @default 0
   */
  quotes_asked_of?: number;
  /**
   * of one community
   * @default 0
   */
  greeters?: number;
  /**
   * likewise, who greet or would
   * @default 0
   */
  volunteers?: number;
  /**
   * communities of which one account said who reaches it
   * @default 0
   */
  reaches?: number;
  /**
   * characters that a handle or slug must have
   * @default 0
   */
  handle_least?: number;
  /**
   * of where a page ended
   * @default 0
   */
  cursor_chars?: number;
  /**
   * code points of one emoji
   * @default 0
   */
  emoji_chars?: number;
  /**
   * characters that must stand before a `*` in a search
   * @default 0
   */
  prefix_least?: number;
  /**
   * named as those that one session wants
   * @default 0
   */
  want_communities?: number;
  /**
   * likewise
   * @default 0
   */
  want_notices?: number;
  /**
   * named in a welcome
   * @default 0
   */
  welcome_rooms?: number;
  /**
   * of a silence
   * @default 0
   */
  silence_ms?: number;
  /**
   * likewise, at least
   * @default 0
   */
  silence_least_ms?: number;
  /**
   * of a ban that ends by itself
   * @default 0
   */
  ban_ms?: number;
  /**
   * for which an invite holds, where it ends
   * @default 0
   */
  invite_ms?: number;
  /**
   * likewise, at least
   * @default 0
   */
  invite_least_ms?: number;
  /**
   * of a status that ends by itself
   * @default 0
   */
  status_ms?: number;
  /**
   * of a choice on what is worth a bell that ends by itself
   * @default 0
   */
  notify_choice_ms?: number;
}

/** Who may not join: for stewards, a page at a time. */
export interface ListBans {
  type: "ban.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
  /**
   * the `seq` of the last one of the page before
   * @default null
   */
  before?: number | null;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** My bookmarks, a page at a time. A page of long messages holds fewer than asked for. */
export interface ListBookmarks {
  type: "bookmark.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * the `number` of the last one of the page before
   * @default null
   */
  before?: number | null;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** The corners of a community's members, by handle, a page at a time; or those of certain members. */
export interface ListCorners {
  type: "corner.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
  /**
   * only theirs; empty: of all
   * @default []
   */
  members?: string[];
  /**
   * the last handle of the page before
   * @default ""
   */
  after?: string;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** My drafts with their texts, by place and thread, as many as fit a page; or those of certain places, and the threads in them. */
export interface ListDrafts {
  type: "draft.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * only of these; empty: all
   * @default []
   */
  places?: string[];
  /**
   * the last place of the page before
   * @default ""
   */
  after?: string;
  /**
   * and the thread there
   * @default 0
   */
  after_thread?: number;
}

/** Who greets in a community; for stewards also who volunteers, and for everybody themselves. */
export interface ListGreeters {
  type: "greeter.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
}

/** One's own interests, in every place. */
export interface ListInterests {
  type: "interest.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
}

/** The invites that are valid: for stewards all of the community, for members their own. */
export interface ListInvites {
  type: "invite.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
}

/** The members of a community, by handle, a page at a time. */
export interface ListMembers {
  type: "member.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
  /**
   * the last handle of the page before
   * @default ""
   */
  after?: string;
  /**
   * rows of the page, at most
   * @default 100
   */
  limit?: number;
}

/** What is pinned in a room, a page at a time. A page of long messages holds fewer than asked for. */
export interface ListPins {
  type: "pin.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /**
   * the `seq` of the last pin of the page before
   * @default null
   */
  before?: number | null;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** The changes that wait, a page at a time: for stewards all of them, for others their own. */
export interface ListProposals {
  type: "portrait.proposals";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
  /**
   * the `proposal` of the last one of the page before
   * @default 0
   */
  after?: number;
  /**
   * rows of the page, at most
   * @default 10
   */
  limit?: number;
}

/** The quotes of mine in a community: those that I am asked for, and those that I agreed to. */
export interface ListQuotes {
  type: "quote.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
}

/** What waits for an answer: for stewards, a page at a time. */
export interface ListReports {
  type: "report.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
  /**
   * the `seq` of the last one of the page before
   * @default 0
   */
  after?: number;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** Who waits to be let in: for stewards, a page at a time. */
export interface ListRequests {
  type: "join.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
  /**
   * the `seq` of the last one of the page before
   * @default 0
   */
  after?: number;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** The rooms of a community that one may see; of its corners, those that one follows. */
export interface ListRooms {
  type: "room.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
}

/** Where am I signed in? */
export interface ListSessions {
  type: "session.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
}

/**
 * The threads of a room; or those that I follow, wherever they are, and in which something was said.
 *
 * One in which something is said while one pages moves to the front: it may be on no page or on two.
 */
export interface ListThreads {
  type: "thread.list";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * left out: those that I follow
   * @default null
   */
  room?: string | null;
  /**
   * `next` of the page before; empty: from the newest
   * @default ""
   */
  after?: string;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** Who changed what of the portrait, and when, a page at a time. Two versions are compared by reading both. */
export interface ListVersions {
  type: "portrait.history";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
  /**
   * the `version` of the last one of the page before
   * @default null
   */
  before?: number | null;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/**
 * A log has come as far as `seq`, and from `from` on there was nothing that this session wants, or that is still kept.
 * It is no entry, but counts like one: a client's position goes on to `seq`.
 */
export interface LogPassed {
  type: "log.passed";
  /** id of the log, which is that of its place */
  log: string;
  /** the last number that it covers */
  seq: number;
  /**
   * the first one; 0: `seq` alone
   * @default 0
   */
  from?: number;
}

/**
 * Where a log is, and what sync does about it.
 *
 * `caught_up`: everything after the client's position comes before `session.synced`. `gap`: it is too much, or the
 * client named no position: take a page, or fill in with `log.entries`; live events start after `head`. `reset`: the
 * position means nothing here (`reason`: `epoch`, `ahead` of the head, or below the `floor`): forget what you have of
 * this log and begin as with a gap. `gone`: not there, or not for you. `unwanted`: the session does not want it, and
 * nothing of it comes; what is told here is true all the same.
 */
export interface LogState {
  /** id of the log, which is that of its place */
  log: string;
  /**
   * words: room, community, stewards, account; unknown: a log like any other
   * @default "room"
   */
  kind?: string;
  /**
   * words: caught_up, gap, reset, gone, unwanted; unknown: as gap
   * @default "caught_up"
   */
  status?: string;
  /**
   * newest entry
   * @default 0
   */
  head?: number;
  /**
   * entries up to this number are no longer kept
   * @default 0
   */
  floor?: number;
  /**
   * one's read marker (rooms)
   * @default 0
   */
  read?: number;
  /**
   * messages after the read marker (rooms)
   * @default 0
   */
  unread?: number;
  /**
   * of them, those that mention one (rooms)
   * @default 0
   */
  mentions?: number;
  /**
   * of a reset. Words: epoch, ahead (of the head), floor (below it); unknown: as epoch
   * @default ""
   */
  reason?: string;
}

/** A part of a text that was looked for, in code points: it begins at `start` and ends before `end`. */
export interface Mark {
  /** of the first code point */
  start: number;
  /** of the one behind it */
  end: number;
}

/** Everything up to `number` is read. Going back needs `unread: true`. The reply tells what is unread now. */
export interface MarkInbox {
  type: "inbox.mark";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** of an item; more than the newest means the newest */
  number: number;
  /**
   * allows going back
   * @default false
   */
  unread?: boolean;
}

/** Everything in a thread up to `seq` is read. Going back needs `unread: true`. The reply tells where the marker is now. */
export interface MarkThread {
  type: "thread.mark";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /** number of its root */
  thread: number;
  /** everything in it up to this number is read; more than the room's head means that */
  seq: number;
  /**
   * allows going back
   * @default false
   */
  unread?: boolean;
}

export interface Marker {
  /** id of the room */
  room: string;
  /** everything up to this number is read */
  read: number;
  /** messages after it */
  unread: number;
  /** of them, those that mention me */
  mentions: number;
  /**
   * number in the room's log up to which all this holds
   * @default 0
   */
  as_of?: number;
}

/** To every session of the account that has synced. */
export interface MarkerMoved {
  type: "marker.moved";
  /** id of the room */
  room: string;
  /** everything up to this number is read */
  read: number;
  /** messages after the read marker */
  unread: number;
  /** of them, those that mention one */
  mentions: number;
  /**
   * number in the room's log up to which all this holds: what comes after it may have come before this
   * @default 0
   */
  as_of?: number;
}

export interface Member {
  /** id of the membership */
  member: string;
  /** revision of the persona */
  rev: number;
  /** their handle */
  handle: string;
  /** the name that people are shown */
  display_name: string;
  /**
   * what they say about themselves
   * @default ""
   */
  bio?: string;
  /**
   * how to speak of them
   * @default ""
   */
  pronouns?: string;
  /**
   * the rank in the community. Words: owner, steward, member, from the highest rank to the lowest; unknown: as member
   * @default "member"
   */
  role?: string;
  /**
   * is a member no longer
   * @default false
   */
  left?: boolean;
  /**
   * version of the rules accepted last; told to stewards alone
   * @default 0
   */
  rules?: number;
}

/** Was removed, or had left, and may not join until then. */
export interface MemberBanned {
  type: "member.banned";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** whom it concerns */
  member: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
  /**
   * of the community; in the account's own log
   * @default ""
   */
  slug?: string;
  /**
   * who did it, as they were then; in the account's own log
   * @default null
   */
  steward?: Persona | null;
  /**
   * empty: it does not end by itself
   * @default ""
   */
  until?: string;
}

export interface MemberCard {
  /** id of the membership */
  member: string;
  /** revision of the persona */
  rev: number;
  /** the community, or the room of the direct */
  place: string;
  /** their handle */
  handle: string;
  /** the name that people are shown */
  display_name: string;
  /**
   * the rank in the community. Words: owner, steward, member, from the highest rank to the lowest; unknown: as member
   * @default "member"
   */
  role?: string;
  /**
   * is a member no longer
   * @default false
   */
  left?: boolean;
  /**
   * how to speak of them
   * @default ""
   */
  pronouns?: string;
  /**
   * what they say about themselves
   * @default ""
   */
  bio?: string;
  /**
   * where they are, as closely as they say
   * @default null
   */
  at?: PersonaPlace | null;
  /**
   * addresses of theirs
   * @default []
   */
  links?: PersonaLink[];
  /**
   * why they are here
   * @default ""
   */
  why?: string;
  /**
   * may have several lines
   * @default ""
   */
  intro?: string;
  /**
   * tags, in the order they gave them
   * @default []
   */
  interests?: string[];
  /**
   * the month, 2026-01, in UTC; empty: not known
   * @default ""
   */
  joined?: string;
  /**
   * new: for two weeks; founding: came in the first four weeks of the community. Words: new, founding; unknown: leave it out
   * @default []
   */
  marks?: string[];
  /**
   * whole ones since they joined
   * @default 0
   */
  years?: number;
  /**
   * their handles here before, newest first
   * @default []
   */
  former?: FormerHandle[];
  /**
   * as told to whoever watches. Words: online, away, dnd (here, and not to be disturbed), offline; unknown: as online
   * @default "offline"
   */
  state?: string;
  /**
   * likewise
   * @default null
   */
  status?: Status | null;
  /**
   * the day on which they were last seen to be here, in UTC; empty: not told. Words: today, week, month, longer; unknown: as longer
   * @default ""
   */
  last_seen?: string;
  /**
   * by slug
   * @default []
   */
  common?: CommonPlace[];
  /**
   * interests that both have and both show
   * @default []
   */
  shared?: string[];
  /**
   * how often the persona has changed; for stewards
   * @default 0
   */
  changes?: number;
}

/**
 * In the community's log, or that of a direct: of who `by` was here nothing is kept. Every revision of the persona
 * resolves to a blank one, until `by` joins again; with `erased`, what they said goes, too.
 */
export interface MemberForgotten {
  type: "member.forgotten";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /**
   * what they said under this revision or an older one is blank now, or will be in a moment
   * @default false
   */
  erased?: boolean;
}

/**
 * In the community's log. `by` is the one who joined. It is blank where they hide what they were called
 * before.
 */
export interface MemberJoined {
  type: "member.joined";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** their handle */
  handle: string;
  /** the name that people are shown */
  display_name: string;
  /**
   * what they say about themselves
   * @default ""
   */
  bio?: string;
  /**
   * how to speak of them
   * @default ""
   */
  pronouns?: string;
  /**
   * the rank in the community. Words: owner, steward, member, from the highest rank to the lowest; unknown: as member
   * @default "member"
   */
  role?: string;
}

/** Was removed, and may join again. */
export interface MemberKicked {
  type: "member.kicked";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** whom it concerns */
  member: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
  /**
   * of the community; in the account's own log
   * @default ""
   */
  slug?: string;
  /**
   * who did it, as they were then; in the account's own log
   * @default null
   */
  steward?: Persona | null;
}

/** In the community's log. `by` is the one who left. */
export interface MemberLeft {
  type: "member.left";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
}

export interface MemberPage {
  /** by handle */
  members: Member[];
  /** of the community's log */
  as_of: number;
  /** nobody comes after the last one */
  complete: boolean;
}

export interface MemberPresence {
  /** id of the membership */
  member: string;
  /** words: online, away, dnd (here, and not to be disturbed), offline; unknown: as online */
  state: string;
  /**
   * null: none; a `presence.changed` tells when it is over
   * @default null
   */
  status?: Status | null;
}

/** May read, and not speak, write or start anything, until then. */
export interface MemberSilenced {
  type: "member.silenced";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** whom it concerns */
  member: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
  /**
   * of the community; in the account's own log
   * @default ""
   */
  slug?: string;
  /**
   * who did it, as they were then; in the account's own log
   * @default null
   */
  steward?: Persona | null;
  /** when it ends by itself */
  until: string;
}

/** May join again. */
export interface MemberUnbanned {
  type: "member.unbanned";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** whom it concerns */
  member: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
  /**
   * of the community; in the account's own log
   * @default ""
   */
  slug?: string;
  /**
   * who did it, as they were then; in the account's own log
   * @default null
   */
  steward?: Persona | null;
}

/** May speak again, before the time. */
export interface MemberUnsilenced {
  type: "member.unsilenced";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** whom it concerns */
  member: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
  /**
   * of the community; in the account's own log
   * @default ""
   */
  slug?: string;
  /**
   * who did it, as they were then; in the account's own log
   * @default null
   */
  steward?: Persona | null;
}

/**
 * In the community's log, and in that of each direct that was begun as who they are there (or, between accounts, by their
 * profile). `by` changed who they are; `rev` is the new revision. What is not for all members is not in it: what is left out
 * here may still be on the card of those who may see it, and be another by now. An older one is blank where they hide what
 * they were called before.
 */
export interface MemberUpdated {
  type: "member.updated";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** their handle */
  handle: string;
  /** the name that people are shown */
  display_name: string;
  /**
   * what they say about themselves
   * @default ""
   */
  bio?: string;
  /**
   * how to speak of them
   * @default ""
   */
  pronouns?: string;
}

/** A community as one of its members sees it, with the rooms that this member may see. */
export interface Membership {
  /** id of the community */
  community: Community;
  /** who I am here */
  member: string;
  /** revision of my persona here */
  rev: number;
  /**
   * by which I go here
   * @default ""
   */
  handle?: string;
  /**
   * likewise
   * @default ""
   */
  display_name?: string;
  /** the rank in the community. Words: owner, steward, member, from the highest rank to the lowest; unknown: as member */
  role: string;
  /** open ones, the private ones that I am in, and the corners that I follow */
  rooms: Room[];
  /** of the community's log */
  as_of: number;
  /**
   * id of the stewards' log, for who may hear it
   * @default ""
   */
  stewards?: string;
  /**
   * I may not speak here until then
   * @default ""
   */
  silenced_until?: string;
  /**
   * version of the rules that hold, see `rules.read`; 0: there are none
   * @default 0
   */
  rules?: number;
  /**
   * version of them that I accepted last
   * @default 0
   */
  accepted?: number;
  /**
   * every member may make invites
   * @default false
   */
  members_invite?: boolean;
}

/**
 * Put a proposal in. `portrait.changed` where its section changed since it was written: whoever has read both, and
 * wants it all the same, names the version of the section that it replaces.
 */
export interface MergeProposal {
  type: "portrait.merge";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** its number */
  proposal: number;
  /**
   * version of the section that it replaces; left out: the one that it was written against
   * @default null
   */
  base?: number | null;
}

export interface MergeWritten {
  /** what was written, as everybody reads it */
  entry: PortraitUpdated;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** A message as it is now. */
export interface Message {
  /** its number in the room's log: its name */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /** the author's membership */
  by: string;
  /** revision of the author's persona at that moment */
  rev: number;
  /** the text, as it was sent or last edited */
  body: string;
  /**
   * of the author's command
   * @default ""
   */
  nonce?: string;
  /**
   * memberships that the body mentions
   * @default []
   */
  mentions?: string[];
  /**
   * it mentions everybody who is there
   * @default false
   */
  mentions_room?: boolean;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /**
   * number of its newest edit in the room's log; 0: never
   * @default 0
   */
  edited?: number;
  /**
   * when that was
   * @default ""
   */
  edited_at?: string;
  /**
   * in a corner: the number of the post that it comments on
   * @default 0
   */
  post?: number;
  /**
   * number of the message that it answers; 0: none
   * @default 0
   */
  reply_to?: number;
  /**
   * with `reply_to`: that message; null: it is no longer kept
   * @default null
   */
  quote?: Quoted | null;
  /**
   * the message that it shows, of another room
   * @default null
   */
  forwarded?: Forwarded | null;
  /**
   * how it is reacted to, the most frequent first; of a blank one nothing
   * @default []
   */
  reactions?: Reaction[];
  /**
   * number of the message whose thread it is said in; 0: none
   * @default 0
   */
  thread?: number;
  /**
   * the thread that hangs from it; null: there is none
   * @default null
   */
  below?: Thread | null;
}

/** In the room's log: the message is blank from now on, and so are its edits. Without `by` a steward has deleted it. */
export interface MessageDeleted {
  type: "message.deleted";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** the number of the message */
  message: number;
}

/** In the room's log: `by` has changed what they said. It counts as no message, and is read with the one it changes. */
export interface MessageEdited {
  type: "message.edited";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** the number of the message */
  message: number;
  /** the text from now on */
  body: string;
  /**
   * memberships that it mentions from now on
   * @default []
   */
  mentions?: string[];
  /**
   * of them, those that no version mentioned before: it counts for them as a mention
   * @default []
   */
  mentions_new?: string[];
  /**
   * it mentions everybody who is there from now on
   * @default false
   */
  mentions_room?: boolean;
  /**
   * and no version did before: it counts for them as a mention
   * @default false
   */
  mentions_room_new?: boolean;
  /**
   * number of the message whose thread it is said in; 0: none
   * @default 0
   */
  thread?: number;
}

export interface MessageHistory {
  /** oldest first: what was said, then each edit */
  versions: Version[];
  /** nothing comes after the last one */
  complete: boolean;
}

export interface MessageHits {
  /** in the order that was asked for */
  hits: Hit[];
  /** nothing more is found; otherwise `after` goes on, also where this page is not full */
  complete: boolean;
  /**
   * the way to the next page
   * @default ""
   */
  after?: string;
  /** what was said until then is found; what is newer may not be, yet */
  as_of: string;
}

export interface MessagePage {
  /** oldest first */
  messages: Message[];
  /** the room's head when the page was read */
  as_of: number;
  /** nothing is left in the direction asked for (for `around` and `between`: in either) */
  complete: boolean;
  /**
   * what was said up to this number is no longer kept: retention.py
   * @default 0
   */
  floor?: number;
}

/** A steward (`by`) has deleted a message of this member. Not what it said. */
export interface MessageRemoved {
  type: "message.removed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** whom it concerns */
  member: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
  /**
   * of the community; in the account's own log
   * @default ""
   */
  slug?: string;
  /**
   * who did it, as they were then; in the account's own log
   * @default null
   */
  steward?: Persona | null;
  /** id of the room */
  room: string;
  /** its number in the room */
  message: number;
}

/** In the room's log: `by` said this. A message is named by its room and its `seq`. */
export interface MessageSent {
  type: "message.sent";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** the text, as it was sent; may be empty where it shows another message */
  body: string;
  /**
   * memberships that the body mentions, as the server understood it
   * @default []
   */
  mentions?: string[];
  /**
   * it mentions everybody who is there: `@room`, by somebody who may
   * @default false
   */
  mentions_room?: boolean;
  /**
   * in a corner: the number of the post that it comments on
   * @default 0
   */
  post?: number;
  /**
   * number of the message in this room that it answers; 0: none
   * @default 0
   */
  reply_to?: number;
  /**
   * the message that it shows, of another room
   * @default null
   */
  forwarded?: Origin | null;
  /**
   * membership of who said what it answers, or wrote the post; empty: nobody else who may read it
   * @default ""
   */
  answers?: string;
  /**
   * number of the message whose thread it is said in, and then it is not unread in the room; 0: none
   * @default 0
   */
  thread?: number;
  /**
   * of the first one in a thread: the membership of who said its root, and follows it from now on
   * @default ""
   */
  root_by?: string;
}

export interface Milestone {
  /** as exact as one knows it: 2019, 2019-05 or 2019-05-17 */
  date: string;
  /** what happened then, in a sentence */
  text: string;
}

/** With neither emoji nor text there is none; in a community, none of its own. */
export interface NewStatus {
  /**
   * exactly one
   * @default ""
   */
  emoji?: string;
  /**
   * code points after NFC, one line
   * @default ""
   */
  text?: string;
  /**
   * how long, in milliseconds; 0: until it is changed
   * @default 0
   */
  for_ms?: number;
}

/** In the own log of a greeter: they and a newcomer have mentioned each other three times in turn. It worked. */
export interface NewcomerSettled {
  type: "newcomer.settled";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** the newcomer */
  member: string;
}

/** In the own log of each greeter of the community: somebody new has spoken for the first time, in an open room. */
export interface NewcomerSpoke {
  type: "newcomer.spoke";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** the newcomer */
  member: string;
  /** where */
  room: string;
  /** its number there */
  message: number;
}

/** To every other session of the account that has synced: what it chose for one place, or one word. */
export interface NotifyChanged {
  type: "notify.changed";
  /** empty: everywhere */
  place: string;
  /** folded; empty: none */
  word: string;
  /** inherit: nothing is chosen any more. Words: all, mentions, nothing, inherit (nothing was chosen); unknown: as inherit */
  level: string;
  /** it ends by itself then; empty: it does not */
  until: string;
}

/** What I chose for a place, or that I wait for a word. */
export interface NotifyChoice {
  /** id of a room or a community; empty: everywhere */
  place: string;
  /** folded; empty: none. One waits for words everywhere, so that `place` is empty then */
  word: string;
  /** words: all, mentions, nothing, inherit (nothing was chosen); unknown: as inherit */
  level: string;
  /** it ends by itself then, and is as if it had not been chosen; empty: it does not */
  until: string;
  /**
   * number of the root of a thread in that room, for which it is; 0: for none
   * @default 0
   */
  thread?: number;
}

/** The reply to a command that was carried out. `result` is what this command answers with. */
export interface Ok {
  type: "ok";
  /** of the command */
  id: string;
  /** What belongs to the command, see `commands`. */
  result: AcceptWritten | AccountWritten | AddWritten | AllInterests | AnsweredWritten | Appearance | AskWritten | BanPage | BanWritten | Block | BookmarkPage | BookmarkSet | Bookmarked | Cards | ChangedLogs | CommunityMade | CommunityPage | ConsentWritten | CornerPage | CornerWritten | DeclineWritten | DeleteWritten | DirectWritten | Dnd | Done | DraftState | Drafts | EditWritten | Enabled | EntryPage | ErasureBegun | ExportPage | ExportedPortrait | FollowWritten | FoundMember | FoundMembers | GreeterWritten | Greeters | InboxPage | InboxState | InterestList | InviteList | InviteMade | JoinWritten | KickWritten | LeaveWritten | Marker | MemberPage | Membership | MergeWritten | MessageHistory | MessageHits | MessagePage | NotifyChoice | OwnPersona | PersonaWritten | Personas | PinPage | PinWritten | Pong | Portrait | PortraitHistory | Post | PostDeleteWritten | PostEditWritten | PostPage | PostWritten | Presences | Preview | Profile | ProposalPage | ProposalWritten | QuoteAskWritten | QuoteList | QuoteWithdrawWritten | Reach | ReactionAddWritten | ReactionRemoveWritten | Reactors | RecentPage | RemoveWritten | ReportPage | ReportWritten | RequestPage | ResolveWritten | RetentionWritten | RoleWritten | RoomMade | Rooms | Rules | SentWritten | Sessions | SessionsEnded | SignedIn | SilenceWritten | Suggestions | SyncStarted | TagWritten | Tags | ThreadPage | ThreadState | TopicWritten | UnbanWritten | UnfollowWritten | UnpinWritten | UnsilenceWritten | UpdateWritten | Welcome | WelcomeWritten | WithdrawWritten;
  /**
   * told when less than half of it is left
   * @default null
   */
  budget?: Budget | null;
}

/**
 * A direct with these people; the same people always give the same direct, which never changes.
 *
 * Named by `handles` of their accounts, one speaks there as one's profile; by `members` of one community that one is in,
 * as one's persona there, under its handle and name, whatever these become. These are two directs: who has the one does
 * not learn that the other would be with the same person.
 */
export interface OpenDirect {
  type: "direct.open";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /**
   * of the others' accounts
   * @default []
   */
  handles?: string[];
  /**
   * or their memberships, of one community
   * @default []
   */
  members?: string[];
}

/** A message that another one shows: where it is, and whose. */
export interface Origin {
  /** where it was said */
  room: string;
  /** its number in that room's log */
  seq: number;
  /** the author's membership, in the place that the room belongs to */
  by: string;
  /** revision of the author's persona when they said it */
  rev: number;
}

/** My persona in a community, all of it. */
export interface OwnPersona {
  /** id of the membership */
  member: string;
  /** its revision */
  rev: number;
  /** their handle */
  handle: string;
  /** the name that people are shown */
  display_name: string;
  /**
   * false: it follows the profile of my account
   * @default false
   */
  claimed?: boolean;
  /**
   * what they say about themselves
   * @default ""
   */
  bio?: string;
  /**
   * how to speak of them
   * @default ""
   */
  pronouns?: string;
  /**
   * where they are, as closely as they say; left out: not told
   * @default null
   */
  place?: PersonaPlace | null;
  /**
   * addresses of theirs
   * @default []
   */
  links?: PersonaLink[];
  /**
   * why they are there
   * @default ""
   */
  why?: string;
  /**
   * a longer introduction; may have several lines
   * @default ""
   */
  intro?: string;
  /** who sees what */
  shown: Shown;
  /**
   * my handles here before, newest first
   * @default []
   */
  former?: FormerHandle[];
  /**
   * another handle may be taken from then on; empty: now
   * @default ""
   */
  rename_after?: string;
  /**
   * what I left here before, and wanted erased, empty: nothing; coming back does not call that off. Words: going (it is under way), held (a report keeps some of it until it is answered); unknown: as going
   * @default ""
   */
  going?: string;
}

/** A quote of mine. */
export interface OwnQuote {
  /** its id */
  quote: string;
  /** what I agreed to */
  text: string;
  /**
   * of the portrait, that took it in; 0: it waits for the stewards
   * @default 0
   */
  version?: number;
}

/** In a private room's log: `by` added this member. */
export interface PersonAdded {
  type: "room.person_added";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** who was added */
  member: string;
}

/** In a private room's log: `by` has left it. */
export interface PersonLeft {
  type: "room.person_left";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
}

/** In a private room's log: `by` took this member out of it. */
export interface PersonRemoved {
  type: "room.person_removed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** who was taken out */
  member: string;
}

/**
 * Who a member is there, as all members hear it. The rest of a persona is read with the card. Of one who left and wished so
 * nothing is kept: the handle is empty, whatever the revision.
 */
export interface Persona {
  /** id of the membership */
  member: string;
  /** its revision; the first is 1 */
  rev: number;
  /** empty: a former member, of whom nothing is kept */
  handle: string;
  /** the name that people are shown */
  display_name: string;
  /**
   * what they say about themselves
   * @default ""
   */
  bio?: string;
  /**
   * how to speak of them
   * @default ""
   */
  pronouns?: string;
  /**
   * is a member no longer
   * @default false
   */
  left?: boolean;
}

/** An address of theirs. The server never looks at it. */
export interface PersonaLink {
  /** what it leads to, for people */
  label: string;
  /** begins with https:// */
  url: string;
}

/** Where somebody is, as closely as they like to say. */
export interface PersonaPlace {
  /** a line for people */
  name: string;
  /**
   * what the name is of. Words: country, region, city, phrase; unknown: as phrase
   * @default "phrase"
   */
  grain?: string;
}

export interface PersonaRef {
  /** id of the membership */
  member: string;
  /**
   * 0: as it is now
   * @default 0
   */
  rev?: number;
}

/** In the account's own log: it goes by another handle in this community. All members hear `member.updated`. */
export interface PersonaRenamed {
  type: "persona.renamed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** who I am there */
  member: string;
  /** the new one */
  handle: string;
  /** the former one */
  was: string;
}

/** Who one wants to be in a community. What is left out stays as it is: at first, as in the profile. */
export interface PersonaWish {
  /**
   * nobody else's here, nor of another account, nor alike
   * @default null
   */
  handle?: string | null;
  /**
   * likewise nobody else's here
   * @default null
   */
  display_name?: string | null;
  /**
   * what they say about themselves
   * @default null
   */
  bio?: string | null;
  /**
   * how to speak of them
   * @default null
   */
  pronouns?: string | null;
  /**
   * where I am, at the grain I choose
   * @default null
   */
  place?: PlaceWish | null;
  /**
   * addresses of mine
   * @default null
   */
  links?: PersonaLink[] | null;
  /**
   * why I am here
   * @default null
   */
  why?: string | null;
  /**
   * a longer introduction; may have several lines
   * @default null
   */
  intro?: string | null;
  /**
   * who sees what; that alone claims nothing
   * @default null
   */
  shown?: ShownWish | null;
}

export interface PersonaWritten {
  /** what was written, as everybody reads it */
  entry: MemberUpdated;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** One for each that was asked for and may be seen; a revision that is no longer kept resolves to the present. */
export interface Personas {
  /** in no order */
  personas: Persona[];
}

export interface Pin {
  /** number of its `pin.added` in the room's log */
  seq: number;
  /** when it was pinned */
  at: string;
  /** who pinned it, a membership */
  by: string;
  /** revision of their persona at that moment */
  rev: number;
  /** as it is now; `by` and `rev` in it are the credit */
  message: Message;
}

/** In the room's log: `by` has pinned a message. */
export interface PinAdded {
  type: "pin.added";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** the number of the message */
  message: number;
  /** whose message it is, a membership */
  author: string;
  /** revision of the author's persona when they said it */
  author_rev: number;
}

export interface PinPage {
  /** what was pinned last comes first */
  pins: Pin[];
  /** the room's head when the page was read */
  as_of: number;
  /** nothing was pinned before the last one */
  complete: boolean;
}

/** In the room's log: `by` has taken a pin away. The message stays. */
export interface PinRemoved {
  type: "pin.removed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** the number of the message */
  message: number;
}

export interface PinWritten {
  /** what was written, as everybody reads it */
  entry: PinAdded;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/**
 * Ask for a sign of life. Also a fence: what was said live before it comes before the reply.
 *
 * Replies to other commands, and the replay of a sync that is under way, may come after it.
 */
export interface Ping {
  type: "session.ping";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
}

/** Never coordinates: what looks like them is refused. */
export interface PlaceWish {
  /** a line for people; empty: none */
  name: string;
  /**
   * what the name is of
   * @default "phrase"
   */
  grain?: "city" | "country" | "phrase" | "region";
}

export interface Pong {
  /** the server's time */
  at: string;
}

/** A community's portrait, as of one of its versions. */
export interface Portrait {
  /** its id */
  community: string;
  /** of the community */
  slug: string;
  /** of the community, for people */
  name: string;
  /**
   * that this is; 0: nothing was ever merged
   * @default 0
   */
  version?: number;
  /**
   * version that there is
   * @default 0
   */
  newest?: number;
  /**
   * when this version was made
   * @default ""
   */
  at?: string;
  /**
   * those that say something
   * @default []
   */
  sections?: PortraitSection[];
  /**
   * of members who agreed, in the order in which they came in
   * @default []
   */
  quotes?: Quote[];
  /**
   * whom the quotes are by, as they were then
   * @default []
   */
  people?: Persona[];
  /**
   * what the community is about, in the words of its tags
   * @default []
   */
  interests?: string[];
}

/**
 * In the stewards' log (`by` a steward, or whoever had proposed it and takes it back), and without `by` in the own
 * log of whoever had proposed it.
 */
export interface PortraitDeclined {
  type: "portrait.declined";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** that is not to be */
  proposal: number;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
}

export interface PortraitHistory {
  /** newest first */
  versions: PortraitVersion[];
  /** none is older than the last one */
  complete: boolean;
}

/** In the stewards' log (`by` a steward), and without `by` in the own log of whoever had proposed it. */
export interface PortraitMerged {
  type: "portrait.merged";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** that was merged */
  proposal: number;
  /** of the portrait, that it made */
  version: number;
}

/** In the stewards' log, and without `by` in the own log of the account that proposed it. */
export interface PortraitProposed {
  type: "portrait.proposed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** its number in this community */
  proposal: number;
  /** words: about, story, milestones, quotes; unknown: as one that is not shown */
  section: string;
  /** version of the portrait that gave the section what the author read */
  base: number;
  /**
   * what the section is to say
   * @default null
   */
  content?: Content | null;
  /**
   * instead: id of what is to come in among the quotes
   * @default ""
   */
  quote?: string;
  /**
   * why
   * @default ""
   */
  note?: string;
}

export interface PortraitSection {
  /** which one. Words: about, story, milestones, quotes; unknown: as one that is not shown */
  section: string;
  /** of the portrait, that gave this section what it says */
  version: number;
  /** what it says */
  content: Content;
}

/** In the community's log: `by` merged a change. What it says now, `portrait.read` tells. */
export interface PortraitUpdated {
  type: "portrait.updated";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** of the portrait, that there is now */
  version: number;
  /** that says something else. Words: about, story, milestones, quotes; unknown: as one that is not shown */
  section: string;
  /** membership of whoever proposed it */
  author: string;
  /** revision of that member's persona */
  author_rev: number;
}

/** What one version changed. */
export interface PortraitVersion {
  /** its number */
  version: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /** that it changed. Words: about, story, milestones, quotes; unknown: as one that is not shown */
  section: string;
  /** the steward who merged it */
  by: string;
  /** revision of that steward's persona */
  rev: number;
  /** who proposed it */
  author: string;
  /** revision of that member's persona */
  author_rev: number;
  /**
   * why, in the words of who proposed it
   * @default ""
   */
  note?: string;
}

/** A post in one of its versions. */
export interface Post {
  /** its number in the corner's log: its name */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /** the author's membership */
  by: string;
  /** revision of the author's persona when this version was written */
  rev: number;
  /** what it is called */
  title: string;
  /** Markdown, as it was typed */
  body: string;
  /**
   * memberships that the body mentions
   * @default []
   */
  mentions?: string[];
  /** number of the entry that this version is of */
  version: number;
  /** all of them, oldest first */
  versions: PostVersion[];
  /**
   * how many there are, deleted ones too
   * @default 0
   */
  comments?: number;
  /**
   * how it is reacted to, the most frequent first
   * @default []
   */
  reactions?: Reaction[];
}

/** A post in a list: how it begins. */
export interface PostCard {
  /** its number in the corner's log: its name */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /** the author's membership */
  by: string;
  /** revision of the author's persona at that moment */
  rev: number;
  /** what it is called */
  title: string;
  /** how the body begins: its first lines */
  lead: string;
  /** of the whole body */
  bytes: number;
  /**
   * when the newest version was written; empty: it is the first
   * @default ""
   */
  edited?: string;
  /**
   * how many there are, deleted ones too
   * @default 0
   */
  comments?: number;
  /**
   * how it is reacted to, the most frequent first
   * @default []
   */
  reactions?: Reaction[];
}

export interface PostDeleteWritten {
  /** what was written, as everybody reads it */
  entry: PostDeleted;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** In the corner's log: the post is blank from now on, and so are its edits. Without `by` a steward has deleted it. */
export interface PostDeleted {
  type: "post.deleted";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** its number */
  post: number;
}

export interface PostEditWritten {
  /** what was written, as everybody reads it */
  entry: PostEdited;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** In the corner's log: a post has a new version, which is this. */
export interface PostEdited {
  type: "post.edited";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** its number */
  post: number;
  /** what it is called */
  title: string;
  /** Markdown, as it was typed */
  body: string;
  /**
   * memberships that this version mentions; they are not called again
   * @default []
   */
  mentions?: string[];
}

export interface PostPage {
  /** the newest first */
  posts: PostCard[];
  /** of the corner's log */
  as_of: number;
  /** none is older than the last one */
  complete: boolean;
}

/**
 * In the corner's log. A post is named by its room and its `seq`. It counts as unread, as a message does.
 *
 * Whoever published it has no draft for this corner any more.
 */
export interface PostPublished {
  type: "post.published";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** what it is called */
  title: string;
  /** Markdown, as it was typed */
  body: string;
  /**
   * memberships that the body mentions, as the server understood it
   * @default []
   */
  mentions?: string[];
}

/** A steward (`by`) has deleted a post of this member. Not what it said. */
export interface PostRemoved {
  type: "post.removed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** whom it concerns */
  member: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
  /**
   * of the community; in the account's own log
   * @default ""
   */
  slug?: string;
  /**
   * who did it, as they were then; in the account's own log
   * @default null
   */
  steward?: Persona | null;
  /** id of the room */
  room: string;
  /** its number in the corner's log */
  post: number;
}

export interface PostVersion {
  /** number of its entry; the first one's is the post's */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
}

export interface PostWritten {
  /** what was written, as everybody reads it */
  entry: PostPublished;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** Somebody whom this session watches is here, away, or no longer here; or their status is another, or over. */
export interface PresenceChanged {
  type: "presence.changed";
  /** id of the membership */
  member: string;
  /** words: online, away, dnd (here, and not to be disturbed), offline; unknown: as online */
  state: string;
  /**
   * null: none
   * @default null
   */
  status?: Status | null;
}

export interface Presences {
  /** of those that may be watched */
  members: MemberPresence[];
}

export interface Preview {
  /** id of the community */
  community: Community;
  /**
   * I am in it already
   * @default false
   */
  member?: boolean;
  /**
   * that hold
   * @default ""
   */
  rules?: string;
  /**
   * 0: there are none
   * @default 0
   */
  rules_version?: number;
  /**
   * who joins must accept this version
   * @default false
   */
  rules_required?: boolean;
  /**
   * each is to be answered by who asks to be let in; members see them whatever the door
   * @default []
   */
  questions?: string[];
  /**
   * the invite that I gave, or signed up with, lets me in
   * @default false
   */
  invited?: boolean;
  /**
   * I have asked to be let in, and am not answered yet
   * @default false
   */
  waiting?: boolean;
  /**
   * I was declined, and may ask again after that
   * @default ""
   */
  again?: string;
  /**
   * of one with an open door, the first few; private ones are never here
   * @default []
   */
  rooms?: PreviewRoom[];
  /**
   * who wrote these messages: handle and name
   * @default []
   */
  people?: Persona[];
  /**
   * what it says of itself, of one with an open door; quotes are for members
   * @default []
   */
  portrait?: PortraitSection[];
}

/**
 * Look at a community before joining it. Rooms and what was said there are shown of one with an open door, and not
 * to whoever is banned from it.
 */
export interface PreviewCommunity {
  type: "community.preview";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** its id or slug */
  community: string;
  /**
   * code of one to it: shows also what is not in the directory
   * @default ""
   */
  invite?: string;
}

/** An open room, from outside. */
export interface PreviewRoom {
  /** short name, which stands in addresses: unique, and made like a handle */
  slug: string;
  /**
   * what the room is about
   * @default ""
   */
  topic?: string;
  /**
   * how long it keeps what is said in it; null: as the community says
   * @default null
   */
  retention?: Retention | null;
  /**
   * nothing is removed before this
   * @default ""
   */
  retention_since?: string;
  /**
   * the newest few, oldest first
   * @default []
   */
  messages?: Message[];
}

/** An account as others see it. */
export interface Profile {
  /** their handle */
  handle: string;
  /** the name that people are shown */
  display_name: string;
  /**
   * what they say about themselves
   * @default ""
   */
  bio?: string;
  /**
   * how to speak of them
   * @default ""
   */
  pronouns?: string;
  /**
   * where they are, as closely as they say; left out: not told
   * @default null
   */
  place?: PersonaPlace | null;
  /**
   * addresses of theirs
   * @default []
   */
  links?: PersonaLink[];
  /**
   * a longer introduction; may have several lines
   * @default ""
   */
  intro?: string;
}

/** A change that waits for the stewards. */
export interface Proposal {
  /** its number in this community */
  proposal: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /** who proposes it */
  by: string;
  /** revision of a persona; the first is 1 */
  rev: number;
  /** words: about, story, milestones, quotes; unknown: as one that is not shown */
  section: string;
  /** version of the portrait that gave the section what the author read */
  base: number;
  /**
   * the section has changed since
   * @default false
   */
  stale?: boolean;
  /** what the section is to say */
  content: Content;
  /**
   * instead: what is to come in among the quotes
   * @default null
   */
  quote?: Quote | null;
  /**
   * why
   * @default ""
   */
  note?: string;
}

export interface ProposalPage {
  /** oldest first */
  proposals: Proposal[];
  /** who proposed them, as they were then */
  people: Persona[];
  /** none is newer than the last one */
  complete: boolean;
}

export interface ProposalWritten {
  /** in one's own log; or, merged at once, in the community's */
  entry: PortraitProposed | PortraitUpdated;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/**
 * Propose what a section is to say, in place of what it says now. `portrait.changed` where that is no longer what
 * `base` says: read it again, and propose your text against it. With `merge` stewards put it in at once; so does who
 * goes back to an old version, with the text of it.
 */
export interface ProposePortrait {
  type: "portrait.propose";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** which one */
  section: "about" | "milestones" | "story";
  /** `version` of the section as one read it; 0: it said nothing */
  base: number;
  /**
   * of `about` and `story`; empty: nothing any more
   * @default ""
   */
  text?: string;
  /**
   * of `milestones`, all of them
   * @default []
   */
  milestones?: Milestone[];
  /**
   * why
   * @default ""
   */
  note?: string;
  /**
   * stewards: put it in at once
   * @default false
   */
  merge?: boolean;
}

/** Publish a post in one's corner of a community, which is made if there is none. */
export interface PublishPost {
  type: "post.publish";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** what it is called */
  title: string;
  /** Markdown; `@handle` mentions somebody */
  body: string;
}

/** Something that a member said, and agreed to have quoted. */
export interface Quote {
  /** its id */
  quote: string;
  /** who said it */
  member: string;
  /** revision of their persona at that moment */
  rev: number;
  /** when they said it */
  at: string;
  /** their words */
  text: string;
  /**
   * with a message
   * @default ""
   */
  room?: string;
  /**
   * its number in the room; 0: they said it for the portrait
   * @default 0
   */
  message?: number;
  /**
   * of the portrait, that took it in; 0: it waits for the stewards
   * @default 0
   */
  version?: number;
}

/** In the own log of the account whose words they are, and in that of whoever had asked. */
export interface QuoteAnswered {
  type: "quote.answered";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** its id */
  quote: string;
  /**
   * it waits for the stewards now
   * @default false
   */
  agreed?: boolean;
}

export interface QuoteAskWritten {
  /** in one's own log; of one's own words, at once what waits for the stewards */
  entry: QuoteAsked | PortraitProposed;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** In the own log of the account whose words they are, and in that of whoever asks. `quote.list` has the words. */
export interface QuoteAsked {
  type: "quote.asked";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** its id */
  quote: string;
  /** whose words they are */
  member: string;
  /** membership of who asks */
  asker: string;
  /** where they were said */
  room: string;
  /** number of the message */
  message: number;
}

export interface QuoteList {
  /** that wait for my answer; oldest first, a few at a time */
  asked: AskedQuote[];
  /** that I agreed to; oldest first */
  mine: OwnQuote[];
  /** who asks */
  people: Persona[];
  /** none waits beside those */
  complete: boolean;
}

export interface QuoteWithdrawWritten {
  /** what was written, as everybody reads it */
  entry: QuoteWithdrawn;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/**
 * In the own logs of whoever took it back and of the account whose words they were; and, where it had been merged, in
 * the stewards' log (`by` whoever did it).
 */
export interface QuoteWithdrawn {
  type: "quote.withdrawn";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** its id */
  quote: string;
  /**
   * of a steward
   * @default ""
   */
  reason?: string;
}

/** A message that another one answers, as it is now: it is looked up for each page, and kept with nothing. */
export interface Quoted {
  /** its number in the room's log */
  seq: number;
  /** the author's membership */
  by: string;
  /** revision of the author's persona at that moment */
  rev: number;
  /** how its text begins: at most 120 code points */
  body: string;
  /**
   * what it said was deleted
   * @default false
   */
  blank?: boolean;
}

export interface Reach {
  /** its id; empty: everywhere */
  community: string;
  /** who may open a direct with me; empty: nothing is said. Words: anyone, known, nobody; unknown: as nobody */
  directs: string;
  /** greeters are told when I speak for the first time; always true for everywhere */
  greetings: boolean;
}

/** To every other session of the account that has synced. */
export interface ReachChanged {
  type: "reach.changed";
  /** as it is now */
  reach: Reach;
}

/** How a message is reacted to with one emoji. */
export interface Reaction {
  /** exactly one */
  emoji: string;
  /** how many members react with it */
  count: number;
  /**
   * I am one of them
   * @default false
   */
  mine?: boolean;
}

export interface ReactionAddWritten {
  /** what was written, as everybody reads it */
  entry: ReactionAdded;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** In the room's log: `by` reacts to a message. It counts as no message. */
export interface ReactionAdded {
  type: "reaction.added";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** the number of the message, or of the post */
  message: number;
  /** exactly one */
  emoji: string;
  /** membership of who said the message */
  author: string;
  /** how many react with this emoji from now on */
  count: number;
}

/** What became of one emoji at one message. Who both added and removed theirs is where it ended. */
export interface ReactionChange {
  /** the number of the message, or of the post */
  message: number;
  /** exactly one */
  emoji: string;
  /** how many react with this emoji after all of it */
  count: number;
  /**
   * membership of who said the message, where one of these entries added a reaction
   * @default ""
   */
  author?: string;
  /**
   * who changed something, and reacts with it now
   * @default []
   */
  added?: PersonaRef[];
  /**
   * who changed something, and does not
   * @default []
   */
  removed?: PersonaRef[];
}

export interface ReactionRemoveWritten {
  /** what was written, as everybody reads it */
  entry: ReactionRemoved;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** In the room's log: `by` reacts with this no longer. Without `by` it is somebody of whom nothing is kept. */
export interface ReactionRemoved {
  type: "reaction.removed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** the number of the message, or of the post */
  message: number;
  /** exactly one */
  emoji: string;
  /** how many react with this emoji from now on; 0: nobody */
  count: number;
}

/**
 * Many reactions at once, live alone: it stands for the entries `from` to `seq`, each `reaction.added` or
 * `reaction.removed`, which `log.entries` and a replay give one by one. It is no entry, but counts like one: a client's
 * position goes on to `seq`.
 */
export interface ReactionsChanged {
  type: "reaction.changed";
  /** id of the log, which is that of its place */
  log: string;
  /** the last number that it covers */
  seq: number;
  /**
   * the first one; 0: `seq` alone
   * @default 0
   */
  from?: number;
  /** in the order in which they were first touched */
  changes: ReactionChange[];
}

/** Somebody who reacts to a message. */
export interface Reactor {
  /** the number of the entry that added it */
  seq: number;
  /** the membership */
  by: string;
  /** revision of their persona at that moment */
  rev: number;
  /** with which they do */
  emoji: string;
}

export interface Reactors {
  /** the oldest first */
  reactors: Reactor[];
  /** the room's head when they were read */
  as_of: number;
  /** nobody comes after the last one */
  complete: boolean;
}

/** The profile behind a handle. */
export interface ReadAccount {
  type: "account.read";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** whose */
  handle: string;
}

/**
 * The cards of up to 100 members of places one is in, each once; others are left out as if they did not exist.
 *
 * With `as` of members of one's own alone: exactly what such a one gets who has nothing in common with me.
 */
export interface ReadCards {
  type: "card.read";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** memberships */
  members: string[];
  /**
   * preview; empty: as who I am
   * @default ""
   */
  as?: "" | "members" | "stewards";
}

/** Which of my logs are not where I have them? Nothing is replayed. */
export interface ReadChanged {
  type: "log.changed";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * that the positions are of
   * @default ""
   */
  epoch?: string;
  /**
   * log id -> number of the last entry one has; 0: all
   * @default {}
   */
  positions?: { [key: string]: number };
}

/** A community that one is a member of, by id or slug, with its rooms, as of a stated position. */
export interface ReadCommunity {
  type: "community.read";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** its id or slug */
  community: string;
}

/**
 * Entries of a log after a position, oldest first, up to and including `until` where given.
 *
 * With `wanted` only what this session wants, with ranges as they come live; where the end of what was looked through
 * holds nothing wanted, a `log.passed` says how far that was.
 */
export interface ReadEntries {
  type: "log.entries";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the log, which is that of its place */
  log: string;
  /** 0: from the start */
  after: number;
  /**
   * left out: up to the head
   * @default null
   */
  until?: number | null;
  /**
   * rows of the page, at most
   * @default 200
   */
  limit?: number;
  /**
   * leave out what this session does not want
   * @default false
   */
  wanted?: boolean;
}

/** What a message said before it was edited, a page at a time. */
export interface ReadHistory {
  type: "message.history";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /** the number of the message */
  message: number;
  /**
   * the `seq` of the last one of the page before
   * @default 0
   */
  after?: number;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** What was meant for me, a page at a time. */
export interface ReadInbox {
  type: "inbox.read";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * older than this number
   * @default null
   */
  before?: number | null;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/**
 * A page of messages: the newest, or those `before`, `after`, between the two, or `around` a number or a moment. What is
 * said in a thread is on the pages of that `thread` alone; those of the room tell of each thread in short, with its root. Around a number that was said in a thread is a page of it.
 *
 * `before` and `after` exclude the number itself; `around` includes it and takes about half from each side, and so does
 * `at`, around the first that was said then or later. A page of long messages holds fewer than asked for; `complete`
 * alone tells whether there are more. What is kept below the floor for its pin is on the page `around` its own number alone.
 */
export interface ReadMessages {
  type: "message.page";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /**
   * older than this number
   * @default null
   */
  before?: number | null;
  /**
   * newer than this number
   * @default null
   */
  after?: number | null;
  /**
   * this one, and those next to it
   * @default null
   */
  around?: number | null;
  /**
   * likewise, of the first one at this moment or after it: RFC 3339, with its offset
   * @default null
   */
  at?: string | null;
  /**
   * only the comments on this post of a corner
   * @default null
   */
  post?: number | null;
  /**
   * only what is said in the thread of this message
   * @default null
   */
  thread?: number | null;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** My own persona in a community that I am a member of, with what others don't see. */
export interface ReadPersona {
  type: "persona.read";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
}

/** The portrait of a community, as it is now or as it was in one of its versions. */
export interface ReadPortrait {
  type: "portrait.read";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** its id or slug */
  community: string;
  /**
   * left out: the newest
   * @default null
   */
  version?: number | null;
}

/** A whole post, as it is now or in a certain version. Its comments: `message.page` with `post`. */
export interface ReadPost {
  type: "post.read";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /** its number */
  post: number;
  /**
   * number of the entry of that version; left out: the newest
   * @default null
   */
  version?: number | null;
}

/** The posts of a corner, the newest first, a page at a time. */
export interface ReadPosts {
  type: "post.page";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /**
   * older than this number
   * @default null
   */
  before?: number | null;
  /**
   * rows of the page, at most
   * @default 30
   */
  limit?: number;
}

/**
 * Who reacts to a message, with which emoji, a page at a time. Whom one blocks or mutes is left out; the counts that come
 * with a message are everybody's, and count them.
 */
export interface ReadReactions {
  type: "reaction.read";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /** the number of the message, or of the post */
  message: number;
  /**
   * only these; empty: all
   * @default ""
   */
  emoji?: string;
  /**
   * the `seq` of the last one of the page before
   * @default 0
   */
  after?: number;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** The rules of a community: of any version. Whoever may join may read them, and members may. */
export interface ReadRules {
  type: "rules.read";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** its id or slug */
  community: string;
  /**
   * 0: the newest
   * @default 0
   */
  version?: number;
}

/** The welcome of a community, as those get it who join now. */
export interface ReadWelcome {
  type: "welcome.read";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
}

export interface Reason {
  /** words: interest, people; unknown: a reason one does not understand */
  kind: string;
  /**
   * interest: which one that one said oneself is a tag of this community
   * @default ""
   */
  tag?: string;
  /**
   * people: so many one talks with show that they are there, or more
   * @default 0
   */
  people?: number;
  /**
   * people: there may be more than so many
   * @default false
   */
  more?: boolean;
}

/** A room that one follows, in which something was said. */
export interface Recent {
  /** id of the room */
  room: Room;
  /** the last that was said there, as it is now */
  said: Glimpse;
  /**
   * one's read marker
   * @default 0
   */
  read?: number;
  /**
   * messages after the read marker
   * @default 0
   */
  unread?: number;
  /**
   * of them, those that mention one
   * @default 0
   */
  mentions?: number;
}

export interface RecentPage {
  /** where something was said last comes first */
  rooms: Recent[];
  /**
   * to ask on with; empty: that is all
   * @default ""
   */
  next?: string;
}

/**
 * Where something was said lately, a page at a time. Rooms in which nobody has said anything are left out.
 *
 * A room in which something is said between two pages is then among the first: nothing is lost, and it may be on both.
 */
export interface RecentRooms {
  type: "room.recent";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * `next` of the page before; empty: from the newest
   * @default ""
   */
  after?: string;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/** The reply to a command that was not carried out; nothing has changed. */
export interface Refused {
  type: "refused";
  /** null when the frame was too broken to tell */
  id: string | null;
  /** stable: see the error codes */
  code: string;
  /** what to do next. Words: fix, auth, wait, gone, bug; unknown: as fix */
  class: string;
  /** a sentence for people */
  message: string;
  /**
   * path of the offending field, where there is one
   * @default ""
   */
  field?: string;
  /**
   * class `wait` only
   * @default 0
   */
  retry_after_ms?: number;
  /**
   * when what stands in the way ends by itself, where it does
   * @default ""
   */
  until?: string;
  /**
   * told when less than half of it is left
   * @default null
   */
  budget?: Budget | null;
}

/** Whatever became of the message. */
export interface RemoveBookmark {
  type: "bookmark.remove";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /** the number of the message */
  message: number;
}

/**
 * Take somebody out of a private room that one is in. A steward's right, over those of a lower role: who is taken out
 * hears and reads nothing more of the room, and may be brought in again by `room.add`. Oneself leaves by
 * `room.unfollow`. The people of a direct never change.
 */
export interface RemovePerson {
  type: "room.remove";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** of the room's community; who is not in the room is `member.gone` */
  member: string;
}

/** Take a pin away; whoever may pin may. */
export interface RemovePin {
  type: "pin.remove";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** the number of the message */
  message: number;
}

/** Take back one's own reaction. Whoever may not speak may do that too. */
export interface RemoveReaction {
  type: "reaction.remove";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** the number of the message, or of the post */
  message: number;
  /** the one to take back */
  emoji: string;
}

export interface RemoveWritten {
  /** what was written, as everybody reads it */
  entry: PersonRemoved;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** A report that waits for an answer. */
export interface Report {
  /** of its entry in the stewards' log */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * who filed it; empty where it concerns one of those who read it
   * @default ""
   */
  by?: string;
  /** whom it concerns */
  member: string;
  /**
   * with a message
   * @default ""
   */
  room?: string;
  /**
   * its number in the room
   * @default 0
   */
  message?: number;
  /**
   * what it said
   * @default ""
   */
  body?: string;
  /** why, for those whom it concerns */
  reason: string;
}

/** In the stewards' log, and without `by` in the own log of the account that filed it. */
export interface ReportFiled {
  type: "report.filed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** whom it concerns */
  member: string;
  /**
   * with a message
   * @default ""
   */
  room?: string;
  /**
   * its number in the room
   * @default 0
   */
  message?: number;
  /**
   * in the stewards' log: what it said then, since it may be gone when they look
   * @default ""
   */
  body?: string;
  /** why, for those whom it concerns */
  reason: string;
}

export interface ReportPage {
  /** oldest first */
  reports: Report[];
  /** none is newer than the last one */
  complete: boolean;
}

/** In the stewards' log (`by` a steward, with their note), and in the own log of the account that filed it. */
export interface ReportResolved {
  type: "report.resolved";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** number of the report in this log */
  report: number;
  /** words: acted, declined; unknown: as declined */
  outcome: string;
  /**
   * of the steward; in the stewards' log alone
   * @default ""
   */
  note?: string;
}

export interface ReportWritten {
  /** of one's own log */
  entry: ReportFiled;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

export interface RequestPage {
  /** oldest first */
  requests: JoinRequest[];
  /** none is newer than the last one */
  complete: boolean;
}

/**
 * Set a password with a code (the fragment of the link that the operator hands out: `#reset=CODE`), and sign in.
 *
 * The code is used up, and every session that the account had ends.
 */
export interface ResetPassword {
  type: "account.reset_password";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** from the operator; works once */
  code: string;
  /** the new one */
  password: string;
  /**
   * a name for this session, for its owner
   * @default ""
   */
  device?: string;
}

/** Who wrote this? Up to 200 personas in one batch, of any places one is in. */
export interface ResolveMembers {
  type: "member.resolve";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** of any places that one is in */
  members: PersonaRef[];
}

/** Answer a report. Whoever filed it hears the outcome; the note, and who wrote it, stay among stewards. */
export interface ResolveReport {
  type: "report.resolve";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** its number in the stewards' log */
  report: number;
  /** what whoever filed it is told */
  outcome: "acted" | "declined";
  /**
   * for the other stewards
   * @default ""
   */
  note?: string;
}

export interface ResolveWritten {
  /** of the stewards' log */
  entry: ReportResolved;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/**
 * The server stops, or restarts: this is the last word before it closes the connection, with 4000. Each connection is told
 * another time to come back at, over which all of them are spread; who lags is told none.
 */
export interface Restarting {
  type: "session.restarting";
  /** from the end of the connection; who comes earlier comes with everybody else */
  come_back_ms: number;
}

/** What is removed from a room: what is over either bound. Without bounds: nothing. */
export interface Retention {
  /**
   * what was said longer ago than so many days; 0: no bound
   * @default 0
   */
  days?: number;
  /**
   * all but the newest so many; 0: no bound
   * @default 0
   */
  messages?: number;
  /**
   * what is pinned stays, among the pins and `around` its number; false: it goes with the rest
   * @default true
   */
  pinned?: boolean;
}

/** In the room's log: how long it keeps what is said in it, from now on. */
export interface RetentionSet {
  type: "room.retention_set";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /**
   * null: as the community says
   * @default null
   */
  retention?: Retention | null;
  /**
   * nothing is removed by it before this; empty: it may be at once
   * @default ""
   */
  since?: string;
}

export interface RetentionWritten {
  /** what was written, as everybody reads it */
  entry: RetentionSet;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** End an invite: one's own, or as a steward any. It never comes back, not even with an older backup. */
export interface RevokeInvite {
  type: "invite.revoke";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
  /** its id, from `invite.list` */
  invite: string;
}

/** Sign out everywhere else: end all my sessions but the one that asks. */
export interface RevokeOthers {
  type: "session.revoke_others";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
}

/** End one of my sessions: its token is void, and its connections are closed. Of the one that asks it is a sign-out. */
export interface RevokeSession {
  type: "session.revoke";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** its id, from `session.list` */
  session: string;
}

/**
 * Also in the community's log, without who did it and why.
 *
 * Whoever may hear the stewards' log by this role finds its id in their own log; its live entries begin after `head`.
 * Without one, the stewards' log is heard no longer.
 */
export interface RoleSet {
  type: "member.role_set";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** whom it concerns */
  member: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
  /**
   * of the community; in the account's own log
   * @default ""
   */
  slug?: string;
  /**
   * who did it, as they were then; in the account's own log
   * @default null
   */
  steward?: Persona | null;
  /** the new one. Words: owner, steward, member, from the highest rank to the lowest; unknown: as member */
  role: string;
  /**
   * id of the stewards' log, in the own log of who may hear it
   * @default ""
   */
  stewards?: string;
  /**
   * live entries of that log begin after this number
   * @default 0
   */
  head?: number;
}

export interface RoleWritten {
  /** what was written, as everybody reads it */
  entry: RoleSet;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

export interface Room {
  /** also of its log */
  id: string;
  /** empty for a direct, and for a corner */
  slug: string;
  /** words: open, private, direct, corner; unknown: as private */
  kind: string;
  /**
   * empty for a direct
   * @default ""
   */
  community?: string;
  /**
   * what the room is about
   * @default ""
   */
  topic?: string;
  /**
   * its entries come live, and its unread messages count
   * @default false
   */
  following?: boolean;
  /**
   * directs only: who I am there
   * @default ""
   */
  member?: string;
  /**
   * directs only: the community whose personas speak there; empty: the accounts' profiles do
   * @default ""
   */
  within?: string;
  /**
   * directs only: all of them, oneself included; `member.updated` in its log tells of a change
   * @default []
   */
  people?: Persona[];
  /**
   * corners only: the membership whose it is
   * @default ""
   */
  owner?: string;
  /**
   * the state is of this position of the room's log
   * @default 0
   */
  head?: number;
  /**
   * how long it keeps what is said in it; null: as its community says
   * @default null
   */
  retention?: Retention | null;
  /**
   * nothing is removed before this
   * @default ""
   */
  retention_since?: string;
}

/** An open room, in the community's log. */
export interface RoomCreated {
  type: "room.created";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the room */
  room: string;
  /** short name, which stands in addresses: unique, and made like a handle */
  slug: string;
  /**
   * what the room is about
   * @default ""
   */
  topic?: string;
}

/**
 * In the account's own log: follows this room from now on (also: was added to this private room).
 *
 * Live entries of the room begin after `head`.
 */
export interface RoomFollowed {
  type: "room.followed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the room */
  room: string;
  /**
   * live entries of the room begin after this number
   * @default 0
   */
  head?: number;
  /**
   * empty for a direct
   * @default ""
   */
  community?: string;
  /**
   * short name, which stands in addresses: unique, and made like a handle
   * @default ""
   */
  slug?: string;
  /**
   * words: open, private, direct, corner; unknown: as private
   * @default "open"
   */
  kind?: string;
  /**
   * what the room is about
   * @default ""
   */
  topic?: string;
  /**
   * of a corner: the membership whose it is
   * @default ""
   */
  owner?: string;
  /**
   * how long it keeps what is said in it; null: as its community says
   * @default null
   */
  retention?: Retention | null;
  /**
   * nothing is removed before this
   * @default ""
   */
  retention_since?: string;
}

export interface RoomMade {
  /** an open room's, or the private room's in one's own log */
  entry: RoomCreated | RoomFollowed;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/**
 * In the room's log: the server removed what was due. Everything up to `floor` is no longer there, messages with
 * their edits; unread counts go down with it. What those entries told of the room itself stands here. It has no author.
 */
export interface RoomTrimmed {
  type: "room.trimmed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** entries up to this number are no longer kept */
  floor: number;
  /**
   * messages between the floor and this entry: nobody has more unread there
   * @default 0
   */
  left?: number;
  /** by which that was */
  bounds: Retention;
  /**
   * messages up to the floor that stay, since they are pinned: `pin.list`
   * @default []
   */
  pins?: number[];
  /**
   * of the room, at this moment, as the next two
   * @default ""
   */
  topic?: string;
  /**
   * its own; null: as its community says
   * @default null
   */
  retention?: Retention | null;
  /**
   * nothing is removed before this
   * @default ""
   */
  retention_since?: string;
}

/** In the account's own log: follows no longer (also: has left this private room, or with `by` was taken out of it). */
export interface RoomUnfollowed {
  type: "room.unfollowed";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the room */
  room: string;
}

export interface Rooms {
  /** in no order */
  rooms: Room[];
  /** of the community's log */
  as_of: number;
}

export interface Rules {
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  version: number;
  /** lines are broken with line feeds */
  text: string;
  /** when they were written */
  at: string;
  /** the version that holds */
  newest: number;
  /**
   * that I accepted last
   * @default 0
   */
  accepted?: number;
}

/** In the account's own log. Those accepted with joining are told by `community.joined`. */
export interface RulesAccepted {
  type: "rules.accepted";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  version: number;
}

/**
 * Who in a community has these characters in handle, name or former handle, or wants to be found by this interest; or
 * both. Case and accents don't count. A query of one character is looked for where a word begins.
 */
export interface SearchMembers {
  type: "member.search";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the community */
  community: string;
  /**
   * empty: anybody with this interest
   * @default ""
   */
  query?: string;
  /**
   * a tag
   * @default ""
   */
  interest?: string;
  /**
   * members, at most
   * @default 25
   */
  limit?: number;
}

/**
 * What was said with these words in it, in all that one may read: words, "words in a row", begin*, -without, and
 * from: in: mentions: has: before: after:. See the grammar above.
 *
 * By `rank` the best of the newest that match come first, then those before them. So much work is done for one page and no
 * more: a page may be short, and says in `complete` whether there is more.
 */
export interface SearchMessages {
  type: "message.search";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** code points */
  query: string;
  /**
   * only here
   * @default ""
   */
  community?: string;
  /**
   * only here
   * @default ""
   */
  room?: string;
  /**
   * the best first, or the newest
   * @default "rank"
   */
  order?: "newest" | "rank";
  /**
   * hits, at most
   * @default 20
   */
  limit?: number;
  /**
   * of the page before, for the same query and order
   * @default ""
   */
  after?: string;
}

/** Tags by the beginning of one of their words. A word that was merged into another finds that one. */
export interface SearchTags {
  type: "tag.search";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * empty: all of them
   * @default ""
   */
  query?: string;
  /**
   * rows of the page, at most
   * @default 50
   */
  limit?: number;
}

/**
 * Say something in a room, in a thread of it, or about a post of a corner. The `ok` comes after the message is on disk,
 * and after one's own live copy of it.
 */
export interface SendMessage {
  type: "message.send";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** the text; `@handle` mentions somebody */
  body: string;
  /**
   * in a corner, and only there: the number of the post that it comments on
   * @default 0
   */
  post?: number;
  /**
   * number of the message in this room that it answers; 0: none
   * @default 0
   */
  reply_to?: number;
  /**
   * number of the message in whose thread to say it; 0: to the room
   * @default 0
   */
  thread?: number;
}

export interface SentWritten {
  /** what was written, as everybody reads it */
  entry: MessageSent;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** What a server sends. */
export type ServerFrame = Event | Ok | Refused;

/** A stored session, as its owner sees it. */
export interface SessionCard {
  /** names it to `session.revoke` */
  id: string;
  /**
   * as it was named at sign-in
   * @default ""
   */
  device?: string;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  opened: string;
  /** last sign of life; kept at most once an hour */
  seen: string;
  /**
   * is connected right now
   * @default false
   */
  live?: boolean;
  /**
   * the one that asks
   * @default false
   */
  current?: boolean;
}

export interface Sessions {
  /** the one seen last comes first */
  sessions: SessionCard[];
}

export interface SessionsEnded {
  /** stored sessions that are void now, connected or not */
  ended: number;
}

/** Block or mute somebody, or neither any more: by `handle`, by a membership that I may see, or by an entry of my list. */
export interface SetBlock {
  type: "block.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** none: neither any more */
  kind: "block" | "mute" | "none";
  /**
   * their handle
   * @default null
   */
  handle?: string | null;
  /**
   * who goes by this membership
   * @default null
   */
  member?: string | null;
  /**
   * whom this entry of my list is about
   * @default null
   */
  block?: string | null;
}

/** Bookmark a message that one may see; of one that has a bookmark, change the note. */
export interface SetBookmark {
  type: "bookmark.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /** the number of the message */
  message: number;
  /**
   * to oneself
   * @default ""
   */
  note?: string;
}

/** When I am not to be disturbed; in place of what held until now. What I choose with `status.set` goes before. */
export interface SetDnd {
  type: "dnd.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** none: never */
  times: DndTime[];
  /**
   * a name of the IANA's database: Europe/Lisbon
   * @default "UTC"
   */
  zone?: string;
  /**
   * whether others see it; left out: they do
   * @default null
   */
  shown?: boolean | null;
}

/** This is what one has written there so far. An empty text: nothing any more. */
export interface SetDraft {
  type: "draft.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** a room that one may see; or a community that one is in, for a post in one's corner there */
  place: string;
  /**
   * only in a thread of that room: the number of its root; 0: no thread
   * @default 0
   */
  thread?: number;
  /** what was written so far */
  text: string;
}

/**
 * Volunteer to greet (`volunteers`), or cease to (`none`). Stewards agree to somebody who volunteers (`greets`), or take
 * it from somebody (`none`), and say why.
 */
export interface SetGreeter {
  type: "greeter.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /**
   * empty: oneself
   * @default ""
   */
  member?: string;
  /** the new one */
  state: "greets" | "none" | "volunteers";
  /**
   * needed to take it from somebody
   * @default ""
   */
  reason?: string;
}

/** One's own interests in a community, or for oneself alone; they replace those that were there. */
export interface SetInterests {
  type: "interest.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** of one person in one place */
  interests: InterestWish[];
  /**
   * its id; empty: for oneself alone, where nothing is shown or found
   * @default ""
   */
  community?: string;
}

/** Everything up to `seq` is read. Going back needs `unread: true`. The reply tells where the marker is now. */
export interface SetMarker {
  type: "marker.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /** everything up to this number is read; more than the head means the head */
  seq: number;
  /**
   * allows going back
   * @default false
   */
  unread?: boolean;
}

/**
 * Choose what is worth a bell: everywhere, in a community, a room or a thread that one follows; or wait for a word, whoever
 * says it.
 *
 * A word is matched whole, whatever its case, by the client: a few words in a row may be one. With `all` one waits for
 * it, with `inherit` no longer. The reply says what is chosen now.
 */
export interface SetNotify {
  type: "notify.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * a room that one may see, or a community that one is in; empty: everywhere
   * @default ""
   */
  place?: string;
  /**
   * only for a thread of that room, which one follows: the number of its root; 0: no thread
   * @default 0
   */
  thread?: number;
  /**
   * a word that one waits for, everywhere; empty: none
   * @default ""
   */
  word?: string;
  /** inherit: take back what was chosen */
  level: "all" | "inherit" | "mentions" | "nothing";
  /**
   * how long, in milliseconds; 0: until it is changed
   * @default 0
   */
  for_ms?: number;
}

/**
 * What others may see of this session while it lives; the liveliest session of an account counts.
 *
 * What holds for all sessions, and lasts, is chosen with `status.set`.
 */
export interface SetPresence {
  type: "presence.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** invisible: this session counts as none */
  state: "away" | "invisible" | "online";
}

/**
 * Say who may open a direct with me, everywhere or for whom I know from one community; and there, whether I want to be
 * greeted. What is left out stays as it is.
 */
export interface SetReach {
  type: "reach.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * one that I am in, or join next, by its id; empty: everywhere
   * @default ""
   */
  community?: string;
  /**
   * empty: as if nothing had been said
   * @default null
   */
  directs?: "" | "anyone" | "known" | "nobody" | null;
  /**
   * of a community
   * @default null
   */
  greetings?: boolean | null;
}

/**
 * Say how long an open or private room keeps what is said in it: a steward's right. What removes more than before
 * removes nothing for `limits.retention_grace_ms`: everybody there has that time to take something along, or to object.
 * For all rooms of a community that say nothing of their own: `community.update`.
 */
export interface SetRetention {
  type: "room.set_retention";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /**
   * null: as the community says; without bounds: for ever
   * @default null
   */
  retention?: Retention | null;
}

/**
 * Give a member another role: owners only. Anybody may lay their own role down; the last owner may not.
 *
 * `hand_over`, with the role of an owner: the one who asks is a steward from the same moment on.
 */
export interface SetRole {
  type: "member.set_role";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** id of the membership */
  member: string;
  /** the new one */
  role: "member" | "owner" | "steward";
  /**
   * and become a steward oneself
   * @default false
   */
  hand_over?: boolean;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
}

/**
 * Choose how I appear, and my status, everywhere or in one community. What is left out stays.
 *
 * Who is invisible and stays so changes no status there: whoever saw it change would know. Who is silenced in a community
 * sets none there, and the one that they have is not shown until they may speak.
 */
export interface SetStatus {
  type: "status.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * empty: everywhere where nothing else was chosen
   * @default ""
   */
  community?: string;
  /**
   * inherit: only in a community
   * @default null
   */
  appear?: "auto" | "away" | "dnd" | "inherit" | "invisible" | null;
  /**
   * likewise; at first it is hidden
   * @default null
   */
  last_seen?: "hidden" | "inherit" | "shown" | null;
  /**
   * left out: as it is
   * @default null
   */
  status?: NewStatus | null;
}

/**
 * Say what a room is about. In open rooms that is a steward's right; in the others, everybody's who is there. The
 * title of a corner is its owner's: `corner.update`.
 */
export interface SetTopic {
  type: "room.set_topic";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
  /** what the room is about */
  topic: string;
}

/**
 * Write the welcome for those who join from now on. A room that is not open, or not of this community, is refused as
 * not there.
 */
export interface SetWelcome {
  type: "welcome.set";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /**
   * empty, and no rooms: none any more
   * @default ""
   */
  text?: string;
  /**
   * to start in
   * @default []
   */
  rooms?: string[];
}

/** Who sees what of a persona. */
export interface Shown {
  /**
   * what they say about themselves. Words: members, stewards, nobody, each with oneself; unknown: as nobody
   * @default "members"
   */
  bio?: string;
  /**
   * how to speak of them. Words: members, stewards, nobody, each with oneself; unknown: as nobody
   * @default "members"
   */
  pronouns?: string;
  /**
   * where they are, as closely as they say; left out: not told. Words: members, stewards, nobody, each with oneself; unknown: as nobody
   * @default "members"
   */
  place?: string;
  /**
   * addresses of theirs. Words: members, stewards, nobody, each with oneself; unknown: as nobody
   * @default "members"
   */
  links?: string;
  /**
   * why they are there. Words: members, stewards, nobody, each with oneself; unknown: as nobody
   * @default "members"
   */
  why?: string;
  /**
   * a longer introduction; may have several lines. Words: members, stewards, nobody, each with oneself; unknown: as nobody
   * @default "members"
   */
  intro?: string;
  /**
   * former handles here; stewards always see them. Words: members, stewards, nobody, each with oneself; unknown: as nobody
   * @default "members"
   */
  lineage?: string;
  /**
   * words: members, stewards, nobody, each with oneself; unknown: as nobody
   * @default "nobody"
   */
  common?: string;
  /**
   * words: members, stewards, nobody, each with oneself; unknown: as nobody
   * @default "nobody"
   */
  elsewhere?: string;
}

/** What is left out stays. */
export interface ShownWish {
  /**
   * what they say about themselves
   * @default null
   */
  bio?: "members" | "nobody" | "stewards" | null;
  /**
   * how to speak of them
   * @default null
   */
  pronouns?: "members" | "nobody" | "stewards" | null;
  /**
   * where they are, as closely as they say; left out: not told
   * @default null
   */
  place?: "members" | "nobody" | "stewards" | null;
  /**
   * addresses of theirs
   * @default null
   */
  links?: "members" | "nobody" | "stewards" | null;
  /**
   * why they are there
   * @default null
   */
  why?: "members" | "nobody" | "stewards" | null;
  /**
   * a longer introduction; may have several lines
   * @default null
   */
  intro?: "members" | "nobody" | "stewards" | null;
  /**
   * former handles here
   * @default null
   */
  lineage?: "members" | "stewards" | null;
  /**
   * that I am here, beside where else I meet somebody
   * @default null
   */
  common?: "members" | "nobody" | null;
  /**
   * that I am here, as one of those people talk with elsewhere
   * @default null
   */
  elsewhere?: "members" | "nobody" | null;
}

/** Sign in with handle and password, or with a token (which never costs a password hash). */
export interface SignIn {
  type: "session.sign_in";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * with `password`
   * @default null
   */
  handle?: string | null;
  /**
   * with `handle`
   * @default null
   */
  password?: string | null;
  /**
   * instead of both
   * @default null
   */
  token?: string | null;
  /**
   * a name for this session, for its owner
   * @default ""
   */
  device?: string;
}

/** End this session: its token is void, and the server closes the connection after the reply. */
export interface SignOut {
  type: "session.sign_out";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
}

/** Make an account and sign in as it. The first account made with the owner's invite owns the server. */
export interface SignUp {
  type: "session.sign_up";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** wished for; nobody else's, and none that looks like it */
  handle: string;
  /** at least `limits.password_least` code points */
  password: string;
  /**
   * left out: the handle
   * @default null
   */
  display_name?: string | null;
  /**
   * where `hello.sign_up` is not `open`; one of a community may do, too
   * @default null
   */
  invite?: string | null;
  /**
   * a name for this session, for its owner
   * @default ""
   */
  device?: string;
}

/** The result of signing in. */
export interface SignedIn {
  /** who one is */
  account: Account;
  /** id of this session, as listed to its owner */
  session: string;
  /**
   * close code, when the server had to cut this session's last connection without being able to say so
   * @default 0
   */
  cut?: number;
  /**
   * the account was to be erased, and is not: signing in has undone that
   * @default false
   */
  spared?: boolean;
  /**
   * after a password or a sign-up: keep it secret; it signs in again without the password
   * @default ""
   */
  token?: string;
}

/**
 * A time-out: the member may read, and nothing else, in this community and its private rooms. Leaving and joining
 * again does not end it. One that there is already is replaced.
 */
export interface SilenceMember {
  type: "member.silence";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** id of the membership */
  member: string;
  /** why, for those whom it concerns */
  reason: string;
  /** how long, in milliseconds */
  for_ms: number;
}

export interface SilenceWritten {
  /** what was written, as everybody reads it */
  entry: MemberSilenced;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** Say that one is writing; at most every three seconds, and not needed to stop. */
export interface StartTyping {
  type: "typing.start";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
}

export interface Status {
  /**
   * one; empty: none
   * @default ""
   */
  emoji?: string;
  /**
   * one line
   * @default ""
   */
  text?: string;
  /**
   * it ends by itself then; empty: it does not
   * @default ""
   */
  until?: string;
}

export interface Suggestion {
  /** id of the community */
  community: Community;
  /** at least one */
  reasons: Reason[];
}

export interface Suggestions {
  /** the best first */
  suggestions: Suggestion[];
  /**
   * how often one may still ask; told when less than half of it is left
   * @default null
   */
  budget?: Budget | null;
}

/**
 * Become whole, then live: the account's log, its communities' logs and the logs of the rooms it follows.
 *
 * `epoch` and `positions` are what the client has (a number per log id; 0 asks for everything from the start); both
 * are left out on a first start. `want` says which events are to come; without it, all. Again later: the same as on a
 * new connection.
 */
export interface Sync {
  type: "session.sync";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /**
   * that the positions are of
   * @default ""
   */
  epoch?: string;
  /**
   * log id -> number of the last entry one has; 0: all
   * @default {}
   */
  positions?: { [key: string]: number };
  /**
   * also tell who and where I am: account, communities with rooms, directs
   * @default false
   */
  cards?: boolean;
  /**
   * null: everything
   * @default null
   */
  want?: Want | null;
}

/** The result of `session.sync`. Replayed entries follow as events, then `session.synced`, then live ones. */
export interface SyncStarted {
  /** of the server: positions are of this one from now on */
  epoch: string;
  /** every log of this account, and each that was named */
  logs: LogState[];
  /**
   * what the session gets from now on; null: everything
   * @default null
   */
  want?: Want | null;
  /**
   * all of them, by handle
   * @default []
   */
  blocks?: Block[];
  /**
   * what I said of who may speak to me alone, where I said something
   * @default []
   */
  reach?: Reach[];
  /**
   * what I chose for how I appear; everywhere comes first
   * @default []
   */
  appearances?: Appearance[];
  /**
   * all of them, by place
   * @default []
   */
  drafts?: DraftState[];
  /**
   * all of mine, in short; null: there are none
   * @default null
   */
  bookmarks?: Bookmarked | null;
  /**
   * what I chose as worth a bell, by place and word; one may be over
   * @default []
   */
  notify?: NotifyChoice[];
  /**
   * when I am not to be disturbed; null: never
   * @default null
   */
  dnd?: Dnd | null;
  /**
   * what was meant for me; null: the server keeps none
   * @default null
   */
  inbox?: InboxState | null;
  /**
   * that I follow; the one in which I had no part for longest comes first
   * @default []
   */
  threads?: ThreadState[];
  /**
   * these four when `cards` was asked for
   * @default null
   */
  account?: Account | null;
  /**
   * where I am a member
   * @default []
   */
  communities?: Membership[];
  /**
   * ids of further ones that did not fit: ask for each with `community.read`
   * @default []
   */
  later?: string[];
  /**
   * mine
   * @default []
   */
  directs?: Room[];
}

/** The end of the replay that the command with this id began: the client is whole up to the stated heads. */
export interface Synced {
  type: "session.synced";
  /** of the sync */
  id: string;
}

export interface Tag {
  /** as it is named: folded, its words joined by - */
  tag: string;
  /** for people */
  label: string;
  /**
   * it may hurt a person when it is known of them
   * @default false
   */
  sensitive?: boolean;
}

/**
 * A tag is a synonym or sensitive from now on, or no longer. In a community's stewards' log, where it holds there; in
 * the own log of the server's owner, where it holds everywhere.
 */
export interface TagUpdated {
  type: "tag.updated";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** which */
  tag: string;
  /** the tag that is meant by it; empty: itself */
  into: string;
  /** who carries it is shown to nobody, unless they have chosen who may see it */
  sensitive: boolean;
  /**
   * where it holds; empty: everywhere
   * @default ""
   */
  community?: string;
}

export interface TagWritten {
  /** what was written, as everybody reads it */
  entry: TagUpdated;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

export interface Tags {
  /** those that begin with the query first */
  tags: Tag[];
  /** these are all */
  complete: boolean;
}

/** What was said in the thread of a message, in short, for whoever asks. */
export interface Thread {
  /** how many there are, deleted ones too */
  messages: number;
  /** number of the newest of them in the room's log */
  head: number;
  /** when that was said */
  at: string;
  /**
   * memberships of the first who spoke in it, at most 5
   * @default []
   */
  speakers?: string[];
  /**
   * I follow it; with that:
   * @default false
   */
  following?: boolean;
  /**
   * everything in it up to this number is read
   * @default 0
   */
  read?: number;
  /**
   * messages in it after that
   * @default 0
   */
  unread?: number;
  /**
   * of what was said in it after that, how much mentions me
   * @default 0
   */
  mentions?: number;
}

/** A thread in a list. */
export interface ThreadCard {
  /** how many there are, deleted ones too */
  messages: number;
  /** number of the newest of them in the room's log */
  head: number;
  /** when that was said */
  at: string;
  /**
   * memberships of the first who spoke in it, at most 5
   * @default []
   */
  speakers?: string[];
  /**
   * I follow it; with that:
   * @default false
   */
  following?: boolean;
  /**
   * everything in it up to this number is read
   * @default 0
   */
  read?: number;
  /**
   * messages in it after that
   * @default 0
   */
  unread?: number;
  /**
   * of what was said in it after that, how much mentions me
   * @default 0
   */
  mentions?: number;
  /** id of the room */
  room: string;
  /** number of its root */
  thread: number;
  /**
   * what it hangs from, as it is now; null: that is no longer kept
   * @default null
   */
  root?: Quoted | null;
}

/**
 * To every other session of the account that has synced: one follows a thread from now on, or no longer, has read it
 * so far, or has chosen what is worth a bell there.
 */
export interface ThreadChanged {
  type: "thread.changed";
  /** id of the room */
  room: string;
  /** number of its root */
  thread: number;
  /**
   * with that:
   * @default false
   */
  following?: boolean;
  /**
   * by this one has a part in it: of one's threads it comes last from now on
   * @default false
   */
  part?: boolean;
  /**
   * number of the newest message in it; 0: nothing was said in it yet
   * @default 0
   */
  head?: number;
  /**
   * everything in it up to this number is read
   * @default 0
   */
  read?: number;
  /**
   * messages in it after that
   * @default 0
   */
  unread?: number;
  /**
   * of what was said in it after that, how much mentions one
   * @default 0
   */
  mentions?: number;
  /**
   * number in the room's log up to which all this holds: what comes after it may have come before this
   * @default 0
   */
  as_of?: number;
  /**
   * what one chose as worth a bell there; inherit: nothing, and the room decides. Words: all, mentions, nothing, inherit (nothing was chosen); unknown: as inherit
   * @default "inherit"
   */
  level?: string;
  /**
   * that choice ends by itself then; empty: it does not
   * @default ""
   */
  until?: string;
  /**
   * by one's own doing: one spoke in it, asked to follow it, or chose something there; of too many it goes last
   * @default false
   */
  own?: boolean;
}

export interface ThreadPage {
  /** the one in which something was said last comes first */
  threads: ThreadCard[];
  /**
   * for `after`, to ask on; empty: these were the last
   * @default ""
   */
  next?: string;
}

/** A thread as I follow it. */
export interface ThreadState {
  /** id of the room */
  room: string;
  /** number of its root */
  thread: number;
  /**
   * with that:
   * @default false
   */
  following?: boolean;
  /**
   * number of the newest message in it; 0: nothing was said in it yet
   * @default 0
   */
  head?: number;
  /**
   * everything in it up to this number is read
   * @default 0
   */
  read?: number;
  /**
   * messages in it after that
   * @default 0
   */
  unread?: number;
  /**
   * of what was said in it after that, how much mentions me
   * @default 0
   */
  mentions?: number;
  /**
   * number in the room's log up to which all this holds
   * @default 0
   */
  as_of?: number;
  /**
   * what I chose as worth a bell there; inherit: nothing, and the room decides. Words: all, mentions, nothing, inherit (nothing was chosen); unknown: as inherit
   * @default "inherit"
   */
  level?: string;
  /**
   * that choice ends by itself then; empty: it does not
   * @default ""
   */
  until?: string;
  /**
   * by my own doing: I spoke in it, followed it, or chose something there; of too many it goes last
   * @default false
   */
  own?: boolean;
}

/** In the room's log. */
export interface TopicSet {
  type: "room.topic_set";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** what the room is about */
  topic: string;
}

export interface TopicWritten {
  /** what was written, as everybody reads it */
  entry: TopicSet;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** Somebody writes in a room one follows. Forget it after six seconds, or when a message by them arrives. */
export interface TypingStarted {
  type: "typing.started";
  /** id of the room */
  room: string;
  /** membership of the one who writes */
  by: string;
}

/** Let an account join again. */
export interface UnbanMember {
  type: "member.unban";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** id of the membership */
  member: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
}

export interface UnbanWritten {
  /** what was written, as everybody reads it */
  entry: MemberUnbanned;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/**
 * Stop following a room. A private room is left: who does that again is brought back by nobody. A direct stays as it
 * is for the others, and comes back with `direct.open`.
 */
export interface UnfollowRoom {
  type: "room.unfollow";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the room */
  room: string;
}

/** No longer follow a thread. Speaking or being mentioned in it later means following it anew. */
export interface UnfollowThread {
  type: "thread.unfollow";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** id of the room */
  room: string;
  /** number of its root */
  thread: number;
}

export interface UnfollowWritten {
  /** what was written, as everybody reads it */
  entry: RoomUnfollowed;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** An event of a type that this version does not know. With a number it still counts in its log. */
export interface UnknownEvent {
  type: string;
  /** @default "" */
  log?: string;
  /** @default 0 */
  seq?: number;
  /** @default 0 */
  from?: number;
}

export interface UnpinWritten {
  /** what was written, as everybody reads it */
  entry: PinRemoved;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** End a time-out before its time. */
export interface UnsilenceMember {
  type: "member.unsilence";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /** id of the membership */
  member: string;
  /**
   * why, for those whom it concerns
   * @default ""
   */
  reason?: string;
}

export interface UnsilenceWritten {
  /** what was written, as everybody reads it */
  entry: MemberUnsilenced;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/**
 * Change one's profile; what is left out stays. Every community where the account goes by it hears `member.updated`:
 * not those where it has claimed a persona; and one where it is silenced hears it when the silence is over and it speaks
 * again. Each that hears it counts it as a change of who one is there (`limits.persona_changes`).
 */
export interface UpdateAccount {
  type: "account.update";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /**
   * left out: as it is
   * @default null
   */
  display_name?: string | null;
  /**
   * left out: as it is
   * @default null
   */
  bio?: string | null;
  /**
   * left out: as they are
   * @default null
   */
  pronouns?: string | null;
  /**
   * left out: as it is; an empty name: none
   * @default null
   */
  place?: PlaceWish | null;
  /**
   * left out: as they are
   * @default null
   */
  links?: PersonaLink[] | null;
  /**
   * left out: as it is
   * @default null
   */
  intro?: string | null;
}

/**
 * Change a community; what is left out stays as it is. Stewards write about it, its tags, its rules and its questions, and may
 * make its door narrower (from `open` to `ask` to `invite`); the rest, and making it wider, is for owners. Rules that
 * differ are a new version, and those before stay to be read.
 */
export interface UpdateCommunity {
  type: "community.update";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** its id or slug */
  community: string;
  /**
   * for people; owners
   * @default null
   */
  name?: string | null;
  /**
   * what the community is about
   * @default null
   */
  about?: string | null;
  /**
   * what it is about; new words become tags
   * @default null
   */
  tags?: string[] | null;
  /**
   * how one comes in
   * @default null
   */
  door?: "ask" | "invite" | "open" | null;
  /**
   * in the directory: only one with the door `invite` may stand apart; owners
   * @default null
   */
  listed?: boolean | null;
  /**
   * empty: none
   * @default null
   */
  rules?: string | null;
  /**
   * who joins must accept them
   * @default null
   */
  rules_required?: boolean | null;
  /**
   * for who asks to be let in
   * @default null
   */
  questions?: string[] | null;
  /**
   * every member may make invites; owners
   * @default null
   */
  members_invite?: boolean | null;
  /**
   * how long its rooms keep what is said; without bounds: for ever; owners
   * @default null
   */
  retention?: Retention | null;
}

/**
 * Make one's corner of a community, or change it. What is left out stays as it is; a new one has no title, lets members
 * comment, and is not public.
 */
export interface UpdateCorner {
  type: "corner.update";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /**
   * what it is called
   * @default null
   */
  title?: string | null;
  /**
   * who may comment
   * @default null
   */
  comments?: "members" | "nobody" | null;
  /**
   * anybody may read it, without an account: as an Atom feed
   * @default null
   */
  public?: boolean | null;
}

/**
 * Be somebody else in a community: one entry in its log, however many rooms it has. Naming anything but `shown` claims
 * the persona: it follows the profile no longer.
 *
 * Another handle may be taken every `limits.handle_change_ms`, and so many other changes made a day as
 * `limits.persona_changes`; a mistake mended within `limits.mend_ms` doesn't count.
 */
export interface UpdatePersona {
  type: "persona.update";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** id of the community */
  community: string;
  /**
   * what is to be another
   * @default null
   */
  persona?: PersonaWish | null;
  /**
   * instead: all but `shown` as in my profile again, which it follows from now on
   * @default false
   */
  as_profile?: boolean;
}

/**
 * Say that a tag means another, or is sensitive: in a community, for its stewards to say of the interests of its
 * members; everywhere, for the owner of the server. Nothing is lost: a tag that means itself again is as it was.
 */
export interface UpdateTag {
  type: "tag.update";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** which */
  tag: string;
  /**
   * empty: everywhere
   * @default ""
   */
  community?: string;
  /**
   * left out: as it is; empty: itself again
   * @default null
   */
  into?: string | null;
  /**
   * left out: as it is
   * @default null
   */
  sensitive?: boolean | null;
}

export interface UpdateWritten {
  /** what was written, as everybody reads it */
  entry: CommunityUpdated;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** What a message said, from a moment on. */
export interface Version {
  /** of the message, or of the edit, in the room's log */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /** the text */
  body: string;
  /**
   * memberships that it mentions
   * @default []
   */
  mentions?: string[];
}

/**
 * Which events a session wants. It never hears more for it, and what is left out of a log is told as a range.
 *
 * `everything`: every entry. `talk`: the messages of rooms. `calls`: the messages that mention me, or answer me. Under all three
 * come what says that something is gone (`message.deleted`, `post.deleted`, `room.trimmed`), and one's
 * own account's log and one's directs come whole. A post of a corner counts as a message. Under `talk` and `calls` the logs of communities and stewards do not
 * come at all.
 */
export interface Want {
  /**
   * everything, talk, calls; another one is refused
   * @default "everything"
   */
  profile?: string;
  /**
   * ids: only these; null: all of mine
   * @default null
   */
  communities?: string[] | null;
  /**
   * typing, presence, markers: only these; null: all
   * @default null
   */
  notices?: string[] | null;
}

/** Hear of these members' presence from now on; replaces what this session watched. Unknown members are left out. */
export interface WatchPresence {
  type: "presence.watch";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** memberships; none: watch nobody */
  members: string[];
}

export interface Welcome {
  /**
   * may have several lines; empty: there is none
   * @default ""
   */
  text?: string;
  /**
   * open ones, to start in
   * @default []
   */
  rooms?: string[];
}

/** In the own log of who has just joined for the first time, behind `community.joined`. */
export interface WelcomeGiven {
  type: "welcome.given";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /**
   * may have several lines
   * @default ""
   */
  text?: string;
  /**
   * to start in
   * @default []
   */
  rooms?: string[];
}

/** In the stewards' log: `by` wrote the welcome anew. */
export interface WelcomeSet {
  type: "welcome.updated";
  /** id of the log, which is that of its place */
  log: string;
  /** number of an entry in its log; the first entry is 1, 0 is "before it" */
  seq: number;
  /** RFC 3339, UTC, milliseconds: 2026-01-31T09:00:00.000Z. For display only: order comes from numbers */
  at: string;
  /**
   * the author's membership; empty when the place itself or its owner speaks
   * @default ""
   */
  by?: string;
  /**
   * revision of the author's persona at that moment
   * @default 0
   */
  rev?: number;
  /**
   * of the author's command: lets every device of the author know its own
   * @default ""
   */
  nonce?: string;
  /**
   * 0: covers itself alone
   * @default 0
   */
  from?: number;
  /**
   * what it said was deleted: its text is empty, and its number stays
   * @default false
   */
  blank?: boolean;
  /** id of the community */
  community: string;
  /**
   * as it is from now on
   * @default ""
   */
  text?: string;
  /**
   * to start in
   * @default []
   */
  rooms?: string[];
}

export interface WelcomeWritten {
  /** what was written, as everybody reads it */
  entry: WelcomeSet;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** Take back what one asked, before it is answered. */
export interface WithdrawJoin {
  type: "join.withdraw";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** its id or slug */
  community: string;
}

/**
 * Take back a quote that one agreed to, at any time, also after having left; or, as a steward, take one out and say
 * why. It is gone from every version of the portrait. Who took it back is not asked for it again.
 */
export interface WithdrawQuote {
  type: "quote.withdraw";
  /** of the client's choosing: the reply carries it back, and then it is free again */
  id: string;
  /** printable ASCII: of the client's choosing, new for each write */
  nonce: string;
  /** its id */
  quote: string;
  /**
   * of a steward: needed
   * @default ""
   */
  reason?: string;
}

export interface WithdrawWritten {
  /** of one's own log */
  entry: JoinWithdrawn;
  /**
   * this nonce was carried out before, and nothing happened again
   * @default false
   */
  repeat?: boolean;
}

/** Each command by its `type`, and the `result` of its `ok`. */
export interface Commands {
  "session.sign_up": { command: SignUp; result: SignedIn };
  "session.sign_in": { command: SignIn; result: SignedIn };
  "session.sign_out": { command: SignOut; result: Done };
  "session.list": { command: ListSessions; result: Sessions };
  "session.revoke": { command: RevokeSession; result: SessionsEnded };
  "session.revoke_others": { command: RevokeOthers; result: SessionsEnded };
  "session.ping": { command: Ping; result: Pong };
  "session.enable": { command: Enable; result: Enabled };
  "session.sync": { command: Sync; result: SyncStarted };
  "log.entries": { command: ReadEntries; result: EntryPage };
  "log.changed": { command: ReadChanged; result: ChangedLogs };
  "account.update": { command: UpdateAccount; result: AccountWritten };
  "account.read": { command: ReadAccount; result: Profile };
  "account.change_password": { command: ChangePassword; result: SessionsEnded };
  "account.reset_password": { command: ResetPassword; result: SignedIn };
  "account.erase": { command: EraseAccount; result: ErasureBegun };
  "account.export": { command: ExportAccount; result: ExportPage };
  "block.set": { command: SetBlock; result: Block };
  "community.create": { command: CreateCommunity; result: CommunityMade };
  "community.update": { command: UpdateCommunity; result: UpdateWritten };
  "community.join": { command: JoinCommunity; result: JoinWritten };
  "community.leave": { command: LeaveCommunity; result: LeaveWritten };
  "community.browse": { command: BrowseCommunities; result: CommunityPage };
  "community.read": { command: ReadCommunity; result: Membership };
  "community.discover": { command: Discover; result: Suggestions };
  "community.dismiss": { command: DismissCommunity; result: Done };
  "community.preview": { command: PreviewCommunity; result: Preview };
  "rules.accept": { command: AcceptRules; result: AcceptWritten };
  "rules.read": { command: ReadRules; result: Rules };
  "join.ask": { command: AskToJoin; result: AskWritten };
  "join.withdraw": { command: WithdrawJoin; result: WithdrawWritten };
  "join.answer": { command: AnswerJoin; result: AnsweredWritten };
  "join.list": { command: ListRequests; result: RequestPage };
  "invite.create": { command: CreateInvite; result: InviteMade };
  "invite.list": { command: ListInvites; result: InviteList };
  "invite.revoke": { command: RevokeInvite; result: Done };
  "member.list": { command: ListMembers; result: MemberPage };
  "member.resolve": { command: ResolveMembers; result: Personas };
  "member.search": { command: SearchMembers; result: FoundMembers };
  "message.search": { command: SearchMessages; result: MessageHits };
  "persona.read": { command: ReadPersona; result: OwnPersona };
  "persona.update": { command: UpdatePersona; result: PersonaWritten };
  "member.find": { command: FindMember; result: FoundMember };
  "member.set_role": { command: SetRole; result: RoleWritten };
  "member.kick": { command: KickMember; result: KickWritten };
  "member.ban": { command: BanMember; result: BanWritten };
  "member.unban": { command: UnbanMember; result: UnbanWritten };
  "member.silence": { command: SilenceMember; result: SilenceWritten };
  "member.unsilence": { command: UnsilenceMember; result: UnsilenceWritten };
  "ban.list": { command: ListBans; result: BanPage };
  "report.file": { command: FileReport; result: ReportWritten };
  "report.list": { command: ListReports; result: ReportPage };
  "report.resolve": { command: ResolveReport; result: ResolveWritten };
  "portrait.read": { command: ReadPortrait; result: Portrait };
  "portrait.history": { command: ListVersions; result: PortraitHistory };
  "portrait.export": { command: ExportPortrait; result: ExportedPortrait };
  "portrait.proposals": { command: ListProposals; result: ProposalPage };
  "portrait.propose": { command: ProposePortrait; result: ProposalWritten };
  "portrait.merge": { command: MergeProposal; result: MergeWritten };
  "portrait.decline": { command: DeclineProposal; result: DeclineWritten };
  "interest.list": { command: ListInterests; result: AllInterests };
  "interest.set": { command: SetInterests; result: InterestList };
  "tag.search": { command: SearchTags; result: Tags };
  "tag.update": { command: UpdateTag; result: TagWritten };
  "quote.list": { command: ListQuotes; result: QuoteList };
  "quote.ask": { command: AskQuote; result: QuoteAskWritten };
  "quote.consent": { command: ConsentToQuote; result: ConsentWritten };
  "quote.withdraw": { command: WithdrawQuote; result: QuoteWithdrawWritten };
  "welcome.read": { command: ReadWelcome; result: Welcome };
  "welcome.set": { command: SetWelcome; result: WelcomeWritten };
  "greeter.list": { command: ListGreeters; result: Greeters };
  "greeter.set": { command: SetGreeter; result: GreeterWritten };
  "reach.set": { command: SetReach; result: Reach };
  "room.create": { command: CreateRoom; result: RoomMade };
  "room.list": { command: ListRooms; result: Rooms };
  "room.follow": { command: FollowRoom; result: FollowWritten };
  "room.unfollow": { command: UnfollowRoom; result: UnfollowWritten };
  "room.set_topic": { command: SetTopic; result: TopicWritten };
  "room.set_retention": { command: SetRetention; result: RetentionWritten };
  "room.add": { command: AddPerson; result: AddWritten };
  "room.remove": { command: RemovePerson; result: RemoveWritten };
  "room.recent": { command: RecentRooms; result: RecentPage };
  "direct.open": { command: OpenDirect; result: DirectWritten };
  "message.send": { command: SendMessage; result: SentWritten };
  "message.page": { command: ReadMessages; result: MessagePage };
  "message.edit": { command: EditMessage; result: EditWritten };
  "message.delete": { command: DeleteMessage; result: DeleteWritten };
  "message.history": { command: ReadHistory; result: MessageHistory };
  "message.forward": { command: ForwardMessage; result: SentWritten };
  "pin.add": { command: AddPin; result: PinWritten };
  "pin.remove": { command: RemovePin; result: UnpinWritten };
  "pin.list": { command: ListPins; result: PinPage };
  "bookmark.set": { command: SetBookmark; result: BookmarkSet };
  "bookmark.remove": { command: RemoveBookmark; result: Bookmarked };
  "bookmark.list": { command: ListBookmarks; result: BookmarkPage };
  "reaction.add": { command: AddReaction; result: ReactionAddWritten };
  "reaction.remove": { command: RemoveReaction; result: ReactionRemoveWritten };
  "reaction.read": { command: ReadReactions; result: Reactors };
  "thread.follow": { command: FollowThread; result: ThreadState };
  "thread.unfollow": { command: UnfollowThread; result: ThreadState };
  "thread.mark": { command: MarkThread; result: ThreadState };
  "thread.list": { command: ListThreads; result: ThreadPage };
  "corner.update": { command: UpdateCorner; result: CornerWritten };
  "corner.list": { command: ListCorners; result: CornerPage };
  "post.publish": { command: PublishPost; result: PostWritten };
  "post.edit": { command: EditPost; result: PostEditWritten };
  "post.delete": { command: DeletePost; result: PostDeleteWritten };
  "post.page": { command: ReadPosts; result: PostPage };
  "post.read": { command: ReadPost; result: Post };
  "draft.set": { command: SetDraft; result: DraftState };
  "draft.list": { command: ListDrafts; result: Drafts };
  "marker.set": { command: SetMarker; result: Marker };
  "inbox.read": { command: ReadInbox; result: InboxPage };
  "inbox.mark": { command: MarkInbox; result: InboxState };
  "notify.set": { command: SetNotify; result: NotifyChoice };
  "dnd.set": { command: SetDnd; result: Dnd };
  "presence.set": { command: SetPresence; result: Done };
  "presence.watch": { command: WatchPresence; result: Presences };
  "typing.start": { command: StartTyping; result: Done };
  "status.set": { command: SetStatus; result: Appearance };
  "card.read": { command: ReadCards; result: Cards };
}

/** Each event by its `type`. */
export interface Events {
  "account.created": AccountCreated;
  "account.updated": AccountUpdated;
  "community.created": CommunityCreated;
  "community.updated": CommunityUpdated;
  "community.joined": CommunityJoined;
  "community.left": CommunityLeft;
  "rules.accepted": RulesAccepted;
  "join.asked": JoinAsked;
  "join.withdrawn": JoinWithdrawn;
  "join.answered": JoinAnswered;
  "join.declined": JoinDeclined;
  "invite.created": InviteCreated;
  "invite.used": InviteUsed;
  "invite.revoked": InviteRevoked;
  "member.joined": MemberJoined;
  "member.left": MemberLeft;
  "member.updated": MemberUpdated;
  "persona.renamed": PersonaRenamed;
  "member.forgotten": MemberForgotten;
  "member.role_set": RoleSet;
  "member.kicked": MemberKicked;
  "member.banned": MemberBanned;
  "member.unbanned": MemberUnbanned;
  "member.silenced": MemberSilenced;
  "member.unsilenced": MemberUnsilenced;
  "report.filed": ReportFiled;
  "report.resolved": ReportResolved;
  "portrait.proposed": PortraitProposed;
  "portrait.merged": PortraitMerged;
  "portrait.declined": PortraitDeclined;
  "portrait.updated": PortraitUpdated;
  "tag.updated": TagUpdated;
  "quote.asked": QuoteAsked;
  "quote.answered": QuoteAnswered;
  "quote.withdrawn": QuoteWithdrawn;
  "welcome.updated": WelcomeSet;
  "welcome.given": WelcomeGiven;
  "greeter.changed": GreeterChanged;
  "newcomer.spoke": NewcomerSpoke;
  "newcomer.settled": NewcomerSettled;
  "room.created": RoomCreated;
  "room.followed": RoomFollowed;
  "room.unfollowed": RoomUnfollowed;
  "room.topic_set": TopicSet;
  "room.retention_set": RetentionSet;
  "room.trimmed": RoomTrimmed;
  "room.person_added": PersonAdded;
  "room.person_left": PersonLeft;
  "room.person_removed": PersonRemoved;
  "direct.opened": DirectOpened;
  "message.sent": MessageSent;
  "message.edited": MessageEdited;
  "message.deleted": MessageDeleted;
  "message.removed": MessageRemoved;
  "pin.added": PinAdded;
  "pin.removed": PinRemoved;
  "reaction.added": ReactionAdded;
  "reaction.removed": ReactionRemoved;
  "corner.updated": CornerUpdated;
  "post.published": PostPublished;
  "post.edited": PostEdited;
  "post.deleted": PostDeleted;
  "post.removed": PostRemoved;
  "hello": Hello;
  "session.restarting": Restarting;
  "session.synced": Synced;
  "session.lagging": Lagging;
  "log.passed": LogPassed;
  "reaction.changed": ReactionsChanged;
  "thread.changed": ThreadChanged;
  "block.changed": BlockChanged;
  "marker.moved": MarkerMoved;
  "draft.changed": DraftChanged;
  "notify.changed": NotifyChanged;
  "dnd.changed": DndChanged;
  "inbox.moved": InboxMoved;
  "bookmark.changed": BookmarkChanged;
  "reach.changed": ReachChanged;
  "presence.changed": PresenceChanged;
  "typing.started": TypingStarted;
  "status.changed": AppearanceChanged;
}

/** What has a place in a log. */
export type Entry =
  | AccountCreated
  | AccountUpdated
  | CommunityCreated
  | CommunityUpdated
  | CommunityJoined
  | CommunityLeft
  | RulesAccepted
  | JoinAsked
  | JoinWithdrawn
  | JoinAnswered
  | JoinDeclined
  | InviteCreated
  | InviteUsed
  | InviteRevoked
  | MemberJoined
  | MemberLeft
  | MemberUpdated
  | PersonaRenamed
  | MemberForgotten
  | RoleSet
  | MemberKicked
  | MemberBanned
  | MemberUnbanned
  | MemberSilenced
  | MemberUnsilenced
  | ReportFiled
  | ReportResolved
  | PortraitProposed
  | PortraitMerged
  | PortraitDeclined
  | PortraitUpdated
  | TagUpdated
  | QuoteAsked
  | QuoteAnswered
  | QuoteWithdrawn
  | WelcomeSet
  | WelcomeGiven
  | GreeterChanged
  | NewcomerSpoke
  | NewcomerSettled
  | RoomCreated
  | RoomFollowed
  | RoomUnfollowed
  | TopicSet
  | RetentionSet
  | RoomTrimmed
  | PersonAdded
  | PersonLeft
  | PersonRemoved
  | DirectOpened
  | MessageSent
  | MessageEdited
  | MessageDeleted
  | MessageRemoved
  | PinAdded
  | PinRemoved
  | ReactionAdded
  | ReactionRemoved
  | CornerUpdated
  | PostPublished
  | PostEdited
  | PostDeleted
  | PostRemoved;

/** `type` of the commands that write entries, each with a nonce. */
export type Write =
  | "account.update"
  | "community.create"
  | "community.update"
  | "community.join"
  | "community.leave"
  | "rules.accept"
  | "join.ask"
  | "join.withdraw"
  | "join.answer"
  | "persona.update"
  | "member.set_role"
  | "member.kick"
  | "member.ban"
  | "member.unban"
  | "member.silence"
  | "member.unsilence"
  | "report.file"
  | "report.resolve"
  | "portrait.propose"
  | "portrait.merge"
  | "portrait.decline"
  | "tag.update"
  | "quote.ask"
  | "quote.consent"
  | "quote.withdraw"
  | "welcome.set"
  | "greeter.set"
  | "room.create"
  | "room.follow"
  | "room.unfollow"
  | "room.set_topic"
  | "room.set_retention"
  | "room.add"
  | "room.remove"
  | "direct.open"
  | "message.send"
  | "message.edit"
  | "message.delete"
  | "message.forward"
  | "pin.add"
  | "pin.remove"
  | "reaction.add"
  | "reaction.remove"
  | "corner.update"
  | "post.publish"
  | "post.edit"
  | "post.delete";

/** `code` of a refusal. */
export type ErrorCode =
  | "frame.malformed"
  | "frame.unknown_command"
  | "field.invalid"
  | "field.too_long"
  | "session.sign_in_required"
  | "session.signed_in_already"
  | "session.bad_credentials"
  | "session.token_invalid"
  | "session.gone"
  | "session.insecure"
  | "account.sign_up_closed"
  | "account.invite_invalid"
  | "invite.gone"
  | "account.reset_invalid"
  | "account.disabled"
  | "handle.taken"
  | "handle.lookalike"
  | "handle.changed_lately"
  | "name.lookalike"
  | "persona.changed_often"
  | "handle.reserved"
  | "slug.taken"
  | "slug.lookalike"
  | "session.too_many_tries"
  | "right.missing"
  | "account.gone"
  | "community.gone"
  | "room.gone"
  | "log.gone"
  | "member.gone"
  | "direct.refused"
  | "room.add_refused"
  | "community.last_owner"
  | "community.banned"
  | "community.asks"
  | "community.open"
  | "join.asked_already"
  | "join.declined_lately"
  | "join.gone"
  | "community.invite_needed"
  | "rules.unaccepted"
  | "rules.gone"
  | "member.silenced"
  | "status.invisible"
  | "member.outranked"
  | "ban.gone"
  | "report.gone"
  | "portrait.changed"
  | "version.gone"
  | "proposal.gone"
  | "quote.gone"
  | "quote.refused"
  | "greeter.gone"
  | "message.gone"
  | "pin.added_already"
  | "pin.gone"
  | "bookmark.gone"
  | "forward.refused"
  | "room.mentioned_often"
  | "reaction.added_already"
  | "reaction.gone"
  | "tag.gone"
  | "thread.gone"
  | "post.gone"
  | "comment.refused"
  | "report.no_stewards"
  | "limit.reached"
  | "nonce.conflict"
  | "budget.exhausted"
  | "server.busy"
  | "server.stopping"
  | "storage.unavailable"
  | "storage.uncertain"
  | "search.absent"
  | "search.unavailable"
  | "server.internal"
  | (string & {});

/** What to do after a refusal; one that is unknown is as `fix`. */
export type ErrorClass = "fix" | "auth" | "gone" | "wait" | "bug" | (string & {});
