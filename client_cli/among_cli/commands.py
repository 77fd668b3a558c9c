"""What can be typed: one table of commands, what is wrong with a line before it is sent, and doing what it says.

Rules: the table is all there is; help, completion and checks read it. A line that begins with a slash is a command
(two slashes say one), everything else is said in the open room, or in the thread of it that is opened. What `check` objects to is not done, and the user gets
it back: nobody's text is lost.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from among_protocol.text import TextError, body

from . import (
    account,
    cards,
    corner,
    discovery,
    door,
    doorkeeping,
    drafts,
    edits,
    going,
    helping,
    inbox,
    keeping,
    keepsakes,
    leading,
    newcomers,
    notify,
    people,
    personas,
    portrait,
    quotes,
    reactions,
    reading,
    revealing,
    rooms,
    search,
    status,
    threads,
)
from .behind import BEHIND
from .lines import Usage, note, problem, sentence
from .link import WITHIN, Link
from .typed import NO_TEXT, is_command, is_text, split, spoken

Action = Callable[[Link, str], Awaitable[None]]


class Command(NamedTuple):
    name: str
    usage: str  # of what follows the name; in capitals what one fills in
    about: str
    action: Action
    needs: bool = False  # whether something must follow the name
    takes: str = ""  # what completes what follows: rooms, handles, blocked, communities, or words
    asks: bool = False  # whether it waits for the user, who has all the time in the world


async def help_(link: Link, rest: str) -> None:
    """What one needs first; or a subject, a command, how one writes, the keys."""
    name = rest.lower().removeprefix("/").partition(" ")[0]
    if not name or name in helping.TOPICS:
        link.screen.show(helping.topic(name) if name else helping.first(keys=link.screen.drafts))
        return
    chosen = [command for command in COMMANDS if command.name in helping.SUBJECTS.get(name, (name,))]
    if not chosen:
        meant = helping.near(name, WORDS["help"], "/help ")
        link.screen.show([problem(f"There is nothing to say about {name}. {meant or '/help lists what there is.'}")])
        return
    usages = [(f"/{command.name} {command.usage}".rstrip(), command.about) for command in chosen]
    wide = max(len(usage) for usage, _ in usages)
    link.screen.show([Usage(usage, about, wide) for usage, about in usages])


async def quit_(link: Link, _: str) -> None:
    """Leave."""
    link.quit.set()


COMMANDS = (
    Command("discover", "[not NUMBER]", "communities you may like, and why", discovery.discover, takes="words"),
    Command("communities", "[new] [WORD] [#TAG]", "what there is on this server", discovery.communities, takes="tags"),
    Command("interests", "[here] [+TAG -TAG]", "what you care for, and who knows", discovery.interests, takes="tags"),
    Command("preview", "COMMUNITY", "look at a community from outside", door.preview, needs=True),
    Command(
        "join",
        "COMMUNITY|NUMBER|LINK",
        "join a community, or ask to",
        rooms.join,
        needs=True,
        takes="communities",
        asks=True,
    ),
    Command("withdraw", "COMMUNITY", "no longer ask to be let in", door.withdraw, needs=True),
    Command("rules", "[VERSION|accept]", "the rules of this community", door.rules, takes="words"),
    Command(
        "leave",
        "COMMUNITY [persona|words|erase]",
        "leave a community; asks what stays of you",
        going.leave,
        needs=True,
        takes="communities",
        asks=True,
    ),
    Command("create", "NAME [TITLE]", "found a community, with a first room", rooms.create, needs=True),
    Command("rooms", "", "your rooms, numbered, with what is unread", rooms.list_rooms),
    Command("unread", "[#12]", "where something is new; or mark this room unread from there", reading.unread),
    Command("recent", "[more]", "where something was said lately, everywhere", reading.recent, takes="words"),
    Command("inbox", "[more]", "who mentioned or answered you, wherever it was", inbox.inbox, takes="words"),
    Command(
        "go", "[ROOM[#12]|LINK]", "go to a room (or just /2), or a thread; the next unread", leading.go, takes="rooms"
    ),
    Command("go", "hit|bookmark|inbox|draft NUMBER", "to what stands in that list", leading.go, takes="rooms"),
    Command("room", "create|private NAME [TOPIC]", "make a room", rooms.room, needs=True, takes="words"),
    Command("room", "topic TEXT", "set the topic of this room", rooms.room, needs=True, takes="words"),
    Command("room", "add HANDLE", "bring somebody into this private room", rooms.room, needs=True, takes="words"),
    Command("room", "remove HANDLE", "stewards: take somebody out of this room", rooms.room, needs=True, takes="words"),
    Command("room", "info [ROOM]", "about a room, how long it keeps what is said", rooms.room, takes="words"),
    Command("room", "keep 30d|500|forever", "stewards: for how long", rooms.room, needs=True, takes="words"),
    Command("room", "follow|unfollow [ROOM]", "follow a room, or no longer", rooms.room, needs=True, takes="words"),
    Command("older", "", "what was said before", threads.older),
    Command("export", "[html|md|json] [FILE]", "this room as a file", going.export_room, takes="words", asks=True),
    Command("jump", "unread|#12|DATE|more", "another place in this room", reading.jump, needs=True, takes="words"),
    Command("reply", "#12 TEXT", "answer a message: yours shows how it began", edits.reply, needs=True),
    Command("thread", "[#12] [TEXT|older]", "open a thread, or say more in it; alone: leave it", threads.thread),
    Command(
        "threads", "[here|more]", "the threads that you follow; or those of this room", threads.list_, takes="words"
    ),
    Command("react", "[-] [#12] :EMOJI:", "react to a message; #12 alone: who does", reactions.react, needs=True),
    Command("edit", "[#12|#last] [TEXT]", "change your last message here, or that of a number", edits.edit),
    Command("delete", "#12", "take back what you said (stewards: what others said, and why)", edits.delete, needs=True),
    Command("history", "#12", "what a message said before it was edited", edits.history, needs=True),
    Command("reveal", "[#12]", "what a message hides", revealing.reveal),
    Command("pin", "#12", "stewards: pin a message, with the credit of who said it", keepsakes.pin, needs=True),
    Command("unpin", "#12", "take a pin away", keepsakes.unpin, needs=True),
    Command("pins", "[more]", "what is pinned in this room", keepsakes.pins, takes="words"),
    Command("bookmark", "#12 [NOTE]", "find a message again; only you see it", keepsakes.bookmark, needs=True),
    Command("bookmarks", "[more|drop NUMBER]", "your bookmarks, in all rooms", keepsakes.bookmarks, takes="words"),
    Command("drafts", "[drop NUMBER]", "what you began to write and did not say", drafts.drafts, takes="words"),
    Command("forward", "#12 ROOM[#5]|@HANDLE [COMMENT]", "show a message elsewhere", keepsakes.forward, needs=True),
    Command("link", "#12|LINK", "the permalink of a message; or what one leads to", keepsakes.link_, needs=True),
    Command("read", "[all]", "count this room, or all, with their threads, as read", reading.read),
    Command(
        "portrait",
        "[SECTION|NUMBER]",
        "the face of this community, or a version of it",
        portrait.portrait,
        takes="words",
    ),
    Command("portrait", "propose SECTION TEXT", "propose what a section is to say", portrait.portrait, takes="words"),
    Command("portrait", "proposals|history", "what waits; who changed what", portrait.portrait, takes="words"),
    Command("portrait", "compare NUMBER NUMBER", "what changed between two versions", portrait.portrait, takes="words"),
    Command("portrait", "export [html] [FILE]", "the whole as a file of your own", portrait.portrait, takes="words"),
    Command("portrait", "write SECTION TEXT", "stewards: change a section at once", portrait.portrait, takes="words"),
    Command("portrait", "merge NUMBER", "stewards: put a proposal in", portrait.portrait, takes="words"),
    Command(
        "portrait",
        "decline NUMBER REASON",
        "stewards: or not (or take back your own)",
        portrait.portrait,
        takes="words",
    ),
    Command("portrait", "takeout NUMBER REASON", "stewards: take a quote out", portrait.portrait, takes="words"),
    Command("portrait", "back NUMBER SECTION", "stewards: what it said before", portrait.portrait, takes="words"),
    Command(
        "quote",
        "HANDLE [WORDS]",
        "ask whether what somebody said last may be quoted",
        quotes.quote,
        needs=True,
        takes="handles",
    ),
    Command("quote", "me WORDS", "offer words of your own", quotes.quote, needs=True, takes="handles"),
    Command(
        "quotes", "[yes|no|withdraw NUMBER]", "what you are asked for, and agreed to", quotes.quotes, takes="words"
    ),
    Command(
        "welcome",
        "[write TEXT|rooms NAMES]",
        "what newcomers are told; stewards write it",
        newcomers.welcome,
        takes="words",
    ),
    Command("greet", "[volunteer|stop]", "who greets newcomers here; do it, too", newcomers.greet, takes="words"),
    Command("greet", "yes|no HANDLE [REASON]", "stewards: who may greet", newcomers.greet, takes="words"),
    Command(
        "directs", "[anyone|known|nobody] [here]", "who may open a direct with you", newcomers.directs, takes="words"
    ),
    Command("greetings", "on|off", "whether greeters hear of you here", newcomers.greetings, needs=True, takes="words"),
    Command("members", "", "who is in this community", people.list_members),
    Command("find", "NAME|#TAG", "people here, rooms and communities", discovery.find, needs=True, takes="tags"),
    Command("search", "[new] WORDS [from:ana]", "what was said, wherever you read", search.search, needs=True),
    Command("more", "", "more of what you searched", search.more),
    Command("hit", "NUMBER", "what was said around what was found", search.hit, needs=True, takes="words"),
    Command("whois", "HANDLE", "who somebody is", cards.whois, needs=True, takes="handles"),
    Command(
        "dm", "HANDLE [TEXT]", "talk to somebody alone (or some: ana,bob)", people.direct, needs=True, takes="handles"
    ),
    Command(
        "corner", "[@HANDLE] [N]", "a corner and its posts, or a post in it", corner.corner, takes="handles", asks=True
    ),
    Command("corner", "post [TITLE]", "write something long in your own corner", corner.corner, asks=True),
    Command("corner", "edit N", "write a post of yours anew", corner.corner, asks=True),
    Command("corner", "delete N [REASON]", "take a post back; stewards say why", corner.corner, asks=True),
    Command("corner", "title TEXT", "what your corner is called", corner.corner, asks=True),
    Command("corner", "comments|public on|off", "who may comment; who may read", corner.corner, asks=True),
    Command("corners", "[all]", "who has a corner in this community", corner.corners),
    Command("comment", "N TEXT", "say something about a post", corner.comment, needs=True),
    Command(
        "follow",
        "@HANDLE|#12",
        "hear of somebody's corner, or of a thread",
        threads.follow,
        needs=True,
        takes="handles",
    ),
    Command("unfollow", "@HANDLE|#12", "hear of it no longer", threads.unfollow, needs=True, takes="handles"),
    Command(
        "report", "HANDLE REASON", "ask stewards to look at what they said", keeping.report, needs=True, takes="handles"
    ),
    Command(
        "silence",
        "HANDLE 2h|7d REASON",
        "stewards: let somebody only read for a time",
        keeping.silence,
        needs=True,
        takes="handles",
    ),
    Command(
        "unsilence", "HANDLE", "stewards: let somebody speak again", keeping.unsilence, needs=True, takes="handles"
    ),
    Command(
        "kick",
        "HANDLE REASON",
        "stewards: remove somebody, who may come back",
        keeping.kick,
        needs=True,
        takes="handles",
    ),
    Command(
        "ban",
        "HANDLE [2h|7d] REASON",
        "stewards: keep somebody out, for a time or for good",
        keeping.ban,
        needs=True,
        takes="handles",
    ),
    Command("unban", "HANDLE", "stewards: let somebody join again", keeping.unban, needs=True, takes="handles"),
    Command("bans", "", "stewards: who may not join", keeping.bans),
    Command("reports", "", "stewards: what waits for an answer", keeping.reports),
    Command(
        "resolve",
        "NUMBER acted|declined",
        "stewards: answer a report (a note may follow)",
        keeping.resolve,
        needs=True,
        takes="words",
    ),
    Command(
        "role",
        "HANDLE steward|member|owner",
        "owners: another role (or handover: it is theirs)",
        keeping.role,
        needs=True,
        takes="words",
    ),
    Command("requests", "", "stewards: who asks to be let in", doorkeeping.requests),
    Command("accept", "HANDLE", "stewards: let somebody in", doorkeeping.accept, needs=True),
    Command("decline", "HANDLE [REASON]", "stewards: don't let somebody in", doorkeeping.decline, needs=True),
    Command("invite", "[USES] [7d] [NOTE]", "a link that lets people in", doorkeeping.invite, takes="words"),
    Command("invites", "", "the links that there are, numbered", doorkeeping.invites),
    Command(
        "tag", "NAME means OTHER|sensitive", "stewards: what a tag means here", discovery.tag, needs=True, takes="tags"
    ),
    Command("community", "[SETTING VALUE]", "this community, or change it", doorkeeping.community, takes="words"),
    Command("me", "[FIELD TEXT]", "who you are in this community, or change it", personas.me, takes="words", asks=True),
    Command("me", "show FIELD members|stewards|nobody", "who sees it", personas.me, takes="words"),
    Command("me", "as-others|as-stewards", "your card as they see it", personas.me, takes="words"),
    Command("me", "profile [FIELD TEXT]", "who you are wherever you chose nothing else", personas.me, takes="words"),
    Command("me", "export [FILE]", "write everything of yours to a file", personas.me, takes="words"),
    Command("me", "erase", "erase your account, everywhere; asks twice", personas.me, takes="words"),
    Command(
        "status", "[here] [:EMOJI:] TEXT [for 2h]", "say what you are up to; none ends it", status.status, takes="words"
    ),
    Command("away", "", "be away: nothing counts as read", status.away),
    Command("dnd", "[here]", "do not disturb: nothing rings, and others see it", status.dnd, takes="words"),
    Command(
        "dnd", "22:00-07:00 [mon-fri] [in ZONE]", "the same, by the clock; none ends it", status.dnd, takes="words"
    ),
    Command(
        "notify",
        "[WHERE|#12] [LEVEL] [for 2h]",
        "what rings: all, mentions, nothing, usual",
        notify.notify,
        takes="words",
    ),
    Command("notify", "word [-]WORD", "wait for a word, or no longer", notify.notify, takes="words"),
    Command("invisible", "[here]", "look offline, everywhere or in this community", status.invisible, takes="words"),
    Command("back", "[here]", "be here again, for all to see", status.back, takes="words"),
    Command("online", "", "the same", status.back),
    Command(
        "seen",
        "shown|hidden [here]",
        "whether others see when you were here last",
        status.last_seen,
        needs=True,
        takes="words",
    ),
    Command(
        "block",
        "HANDLE",
        "no directs, mentions or presence; fold what they say",
        account.block,
        needs=True,
        takes="handles",
    ),
    Command("unblock", "HANDLE|NUMBER", "undo that", account.unblock, needs=True, takes="blocked"),
    Command("mute", "HANDLE", "fold what they say; they notice nothing", account.mute, needs=True, takes="handles"),
    Command("unmute", "HANDLE|NUMBER", "undo that", account.unblock, needs=True, takes="blocked"),
    Command("blocked", "", "whom you block and mute, numbered", account.blocked),
    Command("show", "", "what was folded in this room", account.show),
    Command("sessions", "", "where you are signed in", account.sessions),
    Command("revoke", "NUMBER|others", "end a session, or all others", account.revoke, needs=True, takes="words"),
    Command("password", "", "change your password", account.password, asks=True),
    Command("retry", "", "send again what was refused", rooms.retry),
    Command("drop", "", "give up what was refused", rooms.drop),
    Command("help", "[SUBJECT|COMMAND]", "what can be typed", help_, takes="words"),
    Command("quit", "", "leave (Ctrl-D does too)", quit_),
)
NAMED = {command.name: command for command in reversed(COMMANDS)}
WORDS = {**BEHIND, "help": (*NAMED, *helping.TOPICS, *helping.SUBJECTS)}


def check(link: Link, line: str) -> str:
    """What is wrong with the line, as a sentence; nothing when it may be accepted. Of what would be said it has one row of sixty
    columns, and no more."""
    line = line.strip()
    if not line:
        return ""
    if not is_text(line):
        return sentence(NO_TEXT)
    if is_command(line):
        name, rest = split(line)
        command = NAMED.get(name)
        if name.isdecimal():
            return rooms.no_room(link, name)
        if command is None:
            return helping.unknown(name, NAMED)
        if command.needs and not rest:
            return f"Say more: /{name} {command.usage}"
        return _unsayable(link, edits.words_of(rest)) if name in ("edit", "reply", "thread") else ""
    return _unsayable(link, spoken(line)) or (
        "" if link.model.room else "You are in no room. /rooms has yours, /communities others."
    )


def _unsayable(link: Link, words: str) -> str:
    """Why this can't be a message; empty, where there is no text."""
    most, size = link.among.hello.limits.body_bytes, len(words.encode())
    if size > most:
        return f"Too long: {size:,} of at most {most:,} bytes. Say it in parts."
    try:
        if words:
            body(words)
    except TextError as error:
        return f"A message {error}."
    return ""


async def take(link: Link, line: str) -> bool:
    """Do what the line says, or say it; whether that was possible."""
    line = line.strip()
    wrong = check(link, line)
    if wrong:
        link.screen.show([problem(wrong)] if is_command(line) else [problem(wrong), note(line)])  # it is given back
        return False
    if is_command(line):
        name, rest = split(line)
        if name.isdecimal():
            return await link.attempt(partial(rooms.go, link, name))
        command = NAMED[name]
        return await link.attempt(partial(command.action, link, rest), within=None if command.asks else WITHIN)
    if line and link.model.visit:
        visit = link.model.visit
        _ = link.voice.say(visit.room, spoken(line), thread=visit.thread)  # what becomes of it is seen on the screen
    return True


def typed(link: Link, line: str) -> None:
    """Something is being typed: others see it, or completion learns what it may become."""
    if not is_command(line):
        link.voice.typing()
    elif (command := NAMED.get(split(line)[0])) is not None and command.takes == "tags":
        discovery.typed(link, line)
