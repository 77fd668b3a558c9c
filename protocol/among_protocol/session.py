"""A session: one connection, from `hello` to its end. Signing in is a barrier: what follows waits for it.

Behind it stands a stored session, which a token names: it outlives the connection, may have several, and ends when it is
signed out or revoked.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from .accounts import Account
from .base import (
    EXTENSIONS,
    Command,
    Done,
    Event,
    HandleText,
    Id,
    KeyText,
    NameText,
    PasswordText,
    SecretText,
    Shape,
    Time,
)

Durability = str  # full, relaxed, memory; unknown: as memory
SignUpPolicy = str  # open, invite, closed; unknown: as invite


class Limits(Shape, omit_defaults=False, kw_only=True):
    """Every limit that the server enforces; what is advertised here is what is enforced."""

    frame_bytes: int  # of one message, in one frame or in many
    body_bytes: int  # of a message's body, in UTF-8
    name_chars: int  # code points of a display name, or a community's
    about_chars: int  # of a bio, or what a community is about
    topic_chars: int  # code points
    reason_chars: int = 500  # of a reason, or a note about one
    page_entries: int  # rows of one page
    replay_entries: int  # per log, in one sync; more is a `gap`
    in_flight: int  # commands not yet answered, per connection; more wait unread
    malformed_frames: int  # this many and the connection is closed
    mentions: int  # per message; more are not counted as mentions
    reactions: int = 0  # different emoji on one message; 0: not told
    communities: int  # per account
    follows: int  # per account
    rooms: int  # per community
    direct_people: int  # of one direct, oneself included
    status_chars: int = 0  # code points of a status
    reports: int = 0  # that wait for an answer, per account and community; 0: not told
    watched: int  # members whose presence one session watches
    positions: int  # logs named in one sync
    blocks: int = 0  # people whom one account blocks or mutes
    budget: int  # units of one account when full; each command's cost is in the reference
    budget_per_second: int  # units that come back each second
    # Fields with a default came later: 0 means that the server does not tell.
    fragments: int = 0  # frames of one message
    unfinished_ms: int = 0  # from the first byte of a message to its last
    control_frames: int = 0  # pings and pongs a second
    guest_bytes: int = 0  # that one may send before signing in
    guest_frames: int = 0  # likewise
    handle_chars: int = 0  # of handles and slugs
    password_chars: int = 0  # code points
    password_least: int = 0  # code points that a password must have
    key_chars: int = 0  # of ids, nonces, devices, searches
    secret_chars: int = 0  # of tokens and invites
    personas: int = 0  # resolved at once
    cards: int = 0  # read at once
    cards_bytes: int = 0  # of the cards of one answer, about; what does not fit is named
    sync_bytes: int = 0  # of the communities in one sync, about; those that do not fit are named
    extensions: int = 0  # enabled at once
    directs: int = 0  # per account
    sessions: int = 0  # per account; beyond it the oldest that is not connected is signed out
    connections: int = 0  # per account; beyond it the one that was silent longest is closed
    joins: int = 0  # of communities, by one account in a row
    join_seconds: int = 0  # until one more
    post_bytes: int = 0  # of a post's body, or a draft's text, in UTF-8
    title_chars: int = 0  # code points of a post's title
    post_versions: int = 0  # of one post, the first among them
    corners: int = 0  # members whose corners are asked for at once
    drafts: int = 0  # per account
    sealed_ms: int = 0  # that who left, and is forgotten, may come back as the same member
    erase_grace_ms: int = 0  # from `account.erase` to the erasure; 0: at once
    retention_days: int = 0  # of a room's retention, at most; 0: the server knows none
    retention_messages: int = 0  # likewise
    retention_grace_ms: int = 0  # until a retention that takes more than the one before removes something
    brought_back: int = 0  # how often others bring back who left a private room
    passage_bytes: int = 0  # of a section of a portrait, in UTF-8
    milestones: int = 0  # of one portrait
    quote_bytes: int = 0  # of a quote in a portrait, in UTF-8
    quotes: int = 0  # of one member in one portrait, or waiting for it
    quotes_asked: int = 0  # that one account asked others for and were not answered, per community
    welcome_bytes: int = 0  # of a welcome, in UTF-8
    newcomer_days: int = 0  # for how long somebody is new to a community that has greeters
    proposals: int = 0  # changes to one portrait by one account that wait for stewards
    rules_bytes: int = 0  # of the rules of a community, in UTF-8
    questions: int = 0  # at the door of one
    question_chars: int = 0  # of each
    answer_chars: int = 0  # to each of them
    requests: int = 0  # to be let in, of one account, that wait for an answer
    requests_waiting: int = 0  # likewise in one community, of everybody
    declined_seconds: int = 0  # until one may ask again
    invites: int = 0  # to one community, of everybody
    invites_member: int = 0  # likewise, of one member who is no steward
    invite_uses: int = 0  # of one
    preview_rooms: int = 0  # of a community that are shown to who looks in
    preview_messages: int = 0  # of each of them
    preview_bytes: int = 0  # of what all of these say
    address_budget: int = 0  # units of everybody at one address
    address_budget_per_second: int = 0  # units that come back each second
    tag_chars: int = 0  # of a tag
    tags: int = 0  # of one community
    interests: int = 0  # of one person in one place
    found: int = 0  # members that one search finds
    query_chars: int = 0  # code points of a search
    query_terms: int = 0  # words, phrases and filters of a search
    hits: int = 0  # of a search, in one answer
    suggestions: int = 0  # communities suggested at once
    dismissed: int = 0  # communities that one account wants suggested no more
    discoveries: int = 0  # answers with suggestions, or with who is found by an interest, in a row
    discovery_seconds: int = 0  # until one more
    address_connections: int = 0  # at once, of everybody at one address
    edits: int = 0  # of one message
    notify_choices: int = 0  # of one account, on what is worth a bell
    notify_words: int = 0  # that one account waits for
    notify_word_chars: int = 0  # code points of each, folded
    dnd_times: int = 0  # at which one account is not to be disturbed
    inbox: int = 0  # items that are kept; the oldest go first
    pronouns_chars: int = 0  # code points
    place_chars: int = 0  # code points of a persona's place
    why_chars: int = 0  # code points of why one is in a community
    intro_chars: int = 0  # code points of a longer introduction
    links: int = 0  # of one persona
    label_chars: int = 0  # code points of a link's label
    link_chars: int = 0  # of a link's address
    persona_changes: int = 0  # of one persona in a row
    persona_change_seconds: int = 0  # until one more
    threads: int = 0  # that one account follows; beyond it one is let go, first of those to which others brought it
    mend_ms: int = 0  # within which a change that corrects the one before doesn't count
    mends: int = 0  # such corrections of one change
    handle_change_ms: int = 0  # from one handle in a community to the next
    handle_rest_ms: int = 0  # for which nobody else takes a handle that somebody in the community had
    pins: int = 0  # of one room
    bookmarks: int = 0  # per account
    note_chars: int = 0  # code points of a note at a bookmark
    room_mentions: int = 0  # of everybody in one room, `@room`, within `room_mention_ms`
    room_mention_ms: int = 0  # see `room_mentions`
    searches: int = 0  # of what was said, of one account, under way at once
    waiting_writes: int = 0  # of all connections, that wait to be kept
    unpaid_refusals: int = 0  # of one connection a second, that cost it nothing
    account_unpaid_refusals: int = 0  # likewise of one account
    address_unpaid_refusals: int = 0  # likewise of one address, of everybody there
    handshake_bytes: int = 0  # of the request that opens a connection
    handshake_ms: int = 0  # from connecting to its end
    sign_in_ms: int = 0  # from connecting to signed in: `sign_in_ms` of `hello`
    sign_in_wait_ms: int = 0  # for which who signs in waits for the server, and is not late
    address_guests: int = 0  # connections of one address that have not signed in
    guests: int = 0  # likewise of all addresses
    connect_units: int = 0  # of the address's budget, for one handshake
    feed_posts: int = 0  # of one feed, the newest
    feed_bytes: int = 0  # of what all of them say
    feed_units: int = 0  # of the address's budget, for one feed
    handle_tries: int = 0  # wrong passwords for one handle in a row, from everywhere
    handle_try_seconds: int = 0  # until one more
    address_tries: int = 0  # wrong passwords, invites and tokens of one address in a row
    address_try_seconds: int = 0  # until one more
    address_sign_ups: int = 0  # from one address in a row, without an invite
    address_sign_up_seconds: int = 0  # until one more
    waiting_passwords: int = 0  # that wait to be hashed, for each thread that does it
    looks: int = 0  # places of one account, in a second, in which others see at once that it appears otherwise
    replay_pages: int = 0  # of all that one account is brought up to, in a row; then they come more slowly
    replay_pages_per_second: int = 0  # of these
    inbox_of_one: int = 0  # of an inbox's items, those that are kept of what one member said
    directs_from_others: int = 0  # directs of one account up to which others may open more
    community_proposals: int = 0  # changes to one portrait, of everybody, that wait for stewards
    portrait_quotes: int = 0  # quotes in one portrait
    quotes_asked_of: int = 0  # quotes that one account is asked for in one community
    greeters: int = 0  # of one community
    volunteers: int = 0  # likewise, who greet or would
    reaches: int = 0  # communities of which one account said who reaches it
    handle_least: int = 0  # characters that a handle or slug must have
    cursor_chars: int = 0  # of where a page ended
    emoji_chars: int = 0  # code points of one emoji
    prefix_least: int = 0  # characters that must stand before a `*` in a search
    want_communities: int = 0  # named as those that one session wants
    want_notices: int = 0  # likewise
    welcome_rooms: int = 0  # named in a welcome
    silence_ms: int = 0  # of a silence
    silence_least_ms: int = 0  # likewise, at least
    ban_ms: int = 0  # of a ban that ends by itself
    invite_ms: int = 0  # for which an invite holds, where it ends
    invite_least_ms: int = 0  # likewise, at least
    status_ms: int = 0  # of a status that ends by itself
    notify_choice_ms: int = 0  # of a choice on what is worth a bell that ends by itself


class Deprecation(Shape, kw_only=True):
    """Something of the protocol that will go. It works as ever until then, see docs/reference/stability.md."""

    name: str  # of a command or event, `message.send`, or a field of one, `message.send/body`
    since: str  # the day on which it was first told, 2026-01-31
    gone: str  # not before this day is it gone
    instead: str = ""  # what to use, for people


class Hello(Event, tag="hello", omit_defaults=False, kw_only=True):
    """The first frame, from the server, before anything is asked."""

    versions: list[int]  # of the protocol, that the server speaks; this connection speaks the one of its subprotocol
    server: str  # name and version of the software, for people
    extensions: list[str]  # named extensions that may be enabled
    epoch: str  # positions of another epoch are void
    durability: Durability  # full: an `ok` has been flushed to disk; memory: nothing outlives the server
    sign_up: SignUpPolicy
    ping_ms: int  # the server pings a connection that was silent this long
    deadline_ms: int  # and drops it when it stays silent this much longer
    sign_in_ms: int  # time to sign in
    stall_ms: int = 0  # who reads nothing for this long, while something waits for them, is cut; 0: not said
    search: bool = False  # what was said can be searched: `message.search`
    limits: Limits  # every one of them, with its value
    deprecated: list[Deprecation] = []  # what will go, and when
    at: Time  # the server's time


class SignedIn(Shape, kw_only=True):
    """The result of signing in."""

    account: Account  # who one is
    session: str  # id of this session, as listed to its owner
    cut: int = 0  # close code, when the server had to cut this session's last connection without being able to say so
    spared: bool = False  # the account was to be erased, and is not: signing in has undone that
    token: str = ""  # after a password or a sign-up: keep it secret; it signs in again without the password


class SignUp(Command, tag="session.sign_up", kw_only=True):
    """Make an account and sign in as it. The first account made with the owner's invite owns the server."""

    Reply: ClassVar[type[Shape]] = SignedIn

    handle: HandleText  # wished for; nobody else's, and none that looks like it
    password: PasswordText  # at least `limits.password_least` code points
    display_name: NameText | None = None  # left out: the handle
    invite: SecretText | None = None  # where `hello.sign_up` is not `open`; one of a community may do, too
    device: KeyText = ""  # a name for this session, for its owner


class SignIn(Command, tag="session.sign_in", kw_only=True):
    """Sign in with handle and password, or with a token (which never costs a password hash)."""

    Reply: ClassVar[type[Shape]] = SignedIn

    handle: KeyText | None = None  # with `password`
    password: PasswordText | None = None  # with `handle`
    token: SecretText | None = None  # instead of both
    device: KeyText = ""  # a name for this session, for its owner


class SignOut(Command, tag="session.sign_out", kw_only=True):
    """End this session: its token is void, and the server closes the connection after the reply."""

    Reply: ClassVar[type[Shape]] = Done


class SessionCard(Shape, kw_only=True):
    """A stored session, as its owner sees it."""

    id: str  # names it to `session.revoke`
    device: str = ""  # as it was named at sign-in
    opened: Time
    seen: Time  # last sign of life; kept at most once an hour
    live: bool = False  # is connected right now
    current: bool = False  # the one that asks


class Sessions(Shape, kw_only=True):
    sessions: list[SessionCard]  # the one seen last comes first


class ListSessions(Command, tag="session.list", kw_only=True):
    """Where am I signed in?"""

    Reply: ClassVar[type[Shape]] = Sessions


class SessionsEnded(Shape, omit_defaults=False, kw_only=True):
    ended: int  # stored sessions that are void now, connected or not


class RevokeSession(Command, tag="session.revoke", kw_only=True):
    """End one of my sessions: its token is void, and its connections are closed. Of the one that asks it is a sign-out."""

    Reply: ClassVar[type[Shape]] = SessionsEnded

    session: Id  # its id, from `session.list`


class RevokeOthers(Command, tag="session.revoke_others", kw_only=True):
    """Sign out everywhere else: end all my sessions but the one that asks."""

    Reply: ClassVar[type[Shape]] = SessionsEnded


class Restarting(Event, tag="session.restarting", omit_defaults=False, kw_only=True):
    """The server stops, or restarts: this is the last word before it closes the connection, with 4000. Each connection is told
    another time to come back at, over which all of them are spread; who lags is told none."""

    come_back_ms: int  # from the end of the connection; who comes earlier comes with everybody else


class Pong(Shape, kw_only=True):
    at: Time  # the server's time


class Ping(Command, tag="session.ping", kw_only=True):
    """Ask for a sign of life. Also a fence: what was said live before it comes before the reply.

    Replies to other commands, and the replay of a sync that is under way, may come after it."""

    Reply: ClassVar[type[Shape]] = Pong


class Enabled(Shape, kw_only=True):
    extensions: list[str]  # those that are on now


class Enable(Command, tag="session.enable", kw_only=True):
    """Enable named extensions (`x.vendor/name`, `draft/name`). The reply lists those that are now on."""

    Reply: ClassVar[type[Shape]] = Enabled

    extensions: Annotated[list[Id], Meta(max_length=EXTENSIONS)] = []  # names; those that are unknown are left out
