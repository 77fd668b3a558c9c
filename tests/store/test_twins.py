"""Whatever is asked, in whatever order: SQLite answers as the reference in memory does, and both are what their logs say.

Ids and times differ between the two, so what they say is compared with ids numbered in the order in which they appear.
SQLite has little memory, and now and then forgets all that it mirrors, or is closed and opened.
"""

import asyncio
import hashlib
import re
import tempfile
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from among_protocol.accounts import UpdateAccount
from among_protocol.base import HITS, Write
from among_protocol.codes import INTERNAL, STORAGE_UNAVAILABLE, Refuse
from among_protocol.communities import CreateCommunity, JoinCommunity, LeaveCommunity, UpdateCommunity
from among_protocol.corners import UpdateCorner
from among_protocol.dnd import Dnd, DndTime
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.forwards import ForwardMessage
from among_protocol.greeters import SetGreeter
from among_protocol.house_rules import AcceptRules
from among_protocol.invites import CreateInvite
from among_protocol.joining import AnswerJoin, AskToJoin, WithdrawJoin
from among_protocol.members import Keep, PersonaRef
from among_protocol.messages import SendMessage
from among_protocol.moderation import (
    DAY,
    LONGEST_SILENCE,
    BanMember,
    KickMember,
    SetRole,
    SilenceMember,
    UnbanMember,
    UnsilenceMember,
)
from among_protocol.personas import PersonaWish, PlaceWish, ShownWish, UpdatePersona
from among_protocol.pins import AddPin, RemovePin
from among_protocol.portrait import DeclineProposal, MergeProposal, Milestone, ProposePortrait
from among_protocol.posts import DeletePost, EditPost, PublishPost
from among_protocol.query import parse
from among_protocol.quotes import AskQuote, ConsentToQuote, WithdrawQuote
from among_protocol.reactions import AddReaction, RemoveReaction
from among_protocol.reports import FileReport, ResolveReport
from among_protocol.retention import Retention, SetRetention
from among_protocol.rooms import AddPerson, CreateRoom, FollowRoom, OpenDirect, RemovePerson, SetTopic, UnfollowRoom
from among_protocol.tags import UpdateTag
from among_protocol.welcome import SetWelcome
from among_protocol.wire import AnyWrite
from among_server.ears import TALK
from among_server.store.api import Store, Tx
from among_server.store.cards import CardRow
from among_server.store.memory import MemoryStore
from among_server.store.rows import Appended
from among_server.store.rules import personas, retention
from among_server.store.rules.edits import wipe
from among_server.store.search import Asked
from among_server.store.sqlite import SqliteStore
from among_server.store.sqlite.tx import SqliteTx
from among_server.store.status import StatusWish
from among_server.store.tags import InterestRow
from among_server.store.words import sought
from tests.store.replay import live, replayed
from tests.store.town import Person, Town
from tests.stores import little_memory

HANDLES = ("ann", "bob", "cat", "dan")
ID = re.compile(r"\b([acimqrsw])_[a-z2-7]{16}\b")
TIME = re.compile(
    r'("(at|asked|said|edited_at|opened|until|silenced|silenced_until|since|retention_since|left_at|changed)":"|after )\d{4}-[^"U]*("| UTC)|"(seen|edit|full|handle|until)_ms":\d+'
)


def _plain(value: Any) -> Any:
    """Rows and events as what they hold; an entry's kept bytes as their text."""
    match value:
        case bytes():
            return value.decode()
        case CardRow():  # times differ
            return [
                _plain(value.seen),
                _plain(value.former),
                _plain(value.common),
                _plain(value.interests),
                value.shared,
                bool(value.opened),
                bool(value.joined),
            ]
        case list() | tuple():
            return [_plain(item) for item in value]
        case Appended(entry=entry, repeat=repeat):
            return [_plain(entry.event), _plain(entry.json), repeat]
        case msgspec.Struct():
            return msgspec.json.encode(value).decode()
        case _:
            return value


class Twin:
    """One of the two stores; its ids have short names that both twins share: a_0, c_0, r_0 …"""

    def __init__(self, store: Store) -> None:
        self.town = Town(store)
        self.names: dict[str, str] = {}
        self.ids: dict[str, str] = {}

    def told(self, value: Any) -> str:
        """What was said, without what differs."""
        if isinstance(value, BaseException):
            assert isinstance(value, Refuse), value
            assert value.code not in (INTERNAL, STORAGE_UNAVAILABLE)
            return str(value)
        return ID.sub(self._name, TIME.sub("", str(_plain(value))))

    def _name(self, found: re.Match[str]) -> str:
        id = found.group()
        if id not in self.names:
            count = sum(name.startswith(f"{found.group(1)}_") for name in self.ids)
            self.names[id] = f"{found.group(1)}_{count}"
            self.ids[self.names[id]] = id
        return self.names[id]

    def find(self, kind: str, choice: int) -> str:
        """One of those that there are by now; sometimes one that there is not."""
        there = [id for name, id in self.ids.items() if name.startswith(kind)]
        return there[choice % len(there)] if there and choice < 40 else f"{kind}_none"

    def logs(self) -> list[str]:
        return [id for name, id in self.ids.items() if name[0] in "acrw"]


REACHES = ("", "anyone", "known", "nobody")
KINDS = ("block", "mute", "none")
SECRETS = ("open", "open", "end", "end others", "change", "offer", "reset", "disable", "enable", "enable")
LATER = 2**52  # Unix time in ms
LONG_AFTER = "2999-01-01T00:00:00.000Z"

small = st.integers(0, 42)
slug = st.sampled_from(["hall", "barn", "mill"])
text = st.sampled_from(["hello", "@ann", "@fern", "@bob @cat", "@dan, look", "@nobody", "@room"])
tag = st.sampled_from(["tea", "films", "cinema", "moss", "depression", "brandnew", "newer"])
ends = st.sampled_from([0, DAY])  # in any case after the test
merging = st.booleans()
versions = st.integers(0, 4)
milestones = st.lists(st.builds(lambda text: Milestone(date="2019", text=text), text), max_size=2)
number = st.integers(1, 6)  # of a post, or not
emoji = st.sampled_from(["👍", "🎉"])
nonce = st.one_of(st.none(), st.none(), st.none(), st.sampled_from(["n0", "n1", "n2"]))


def place(command: type[Write], **named: str) -> st.SearchStrategy[tuple[Any, ...]]:
    """A command that needs ids of these kinds and nothing else."""
    return st.tuples(st.just(command), st.fixed_dictionaries(dict.fromkeys(named, small)), st.just(named), st.just({}))


def free(command: type[Write], fields: dict[str, st.SearchStrategy[Any]], **named: str) -> st.SearchStrategy[Any]:
    ids = st.fixed_dictionaries(dict.fromkeys(named, small))
    return st.tuples(st.just(command), ids, st.just(named), st.fixed_dictionaries(fields))


wish = st.builds(
    PersonaWish,
    handle=st.sampled_from([None, *HANDLES, "fern", "f.ern", "moss"]),
    display_name=st.sampled_from([None, "ann", "Fern", "Moss"]),
    bio=st.one_of(st.none(), text),
    why=st.one_of(st.none(), text),
    place=st.sampled_from([None, PlaceWish(name=""), PlaceWish(name="Lisbon", grain="city")]),
    shown=st.sampled_from([None, ShownWish(bio="nobody"), ShownWish(lineage="stewards"), ShownWish(lineage="members")]),
)

say = free(SendMessage, {"body": text}, room="r")
asked = st.one_of(
    say,
    say,
    free(CreateCommunity, {"slug": slug, "name": text}),
    free(SendMessage, {"body": text, "reply_to": st.integers(0, 6)}, room="r"),
    free(SendMessage, {"body": text, "thread": st.integers(0, 6)}, room="r"),
    free(SendMessage, {"body": text, "thread": st.integers(1, 3), "reply_to": st.integers(0, 6)}, room="r"),
    free(EditMessage, {"message": st.integers(0, 9), "body": text}, room="r"),
    free(ForwardMessage, {"message": st.integers(0, 6), "comment": st.one_of(st.just(""), text)}, room="r", origin="r"),
    free(ForwardMessage, {"message": st.integers(0, 6), "thread": st.integers(0, 6)}, room="r", origin="r"),
    free(AddPin, {"message": st.integers(0, 9)}, room="r"),
    free(RemovePin, {"message": st.integers(0, 9)}, room="r"),
    free(AddReaction, {"message": st.integers(0, 9), "emoji": emoji}, room="r"),
    free(AddReaction, {"message": st.integers(0, 9), "emoji": emoji}, room="r"),
    free(RemoveReaction, {"message": st.integers(0, 9), "emoji": emoji}, room="r"),
    free(DeleteMessage, {"message": st.integers(0, 9), "reason": st.sampled_from(["", "rude"])}, room="r"),
    free(CreateCommunity, {"slug": slug, "name": text, "tags": st.lists(tag, max_size=3)}),
    free(UpdateCommunity, {"tags": st.lists(tag, max_size=3)}, community="c"),
    free(
        UpdateTag,  # everywhere, by the owner of the server
        {"tag": tag, "into": st.one_of(st.none(), st.just(""), tag), "sensitive": st.one_of(st.none(), st.booleans())},
    ),
    free(
        UpdateTag,
        {"tag": tag, "into": st.one_of(st.none(), st.just(""), tag), "sensitive": st.one_of(st.none(), st.booleans())},
        community="c",
    ),
    place(JoinCommunity, community="c"),
    free(JoinCommunity, {"rules": st.integers(0, 2)}, community="c"),
    free(
        UpdateCommunity,
        {
            "about": st.one_of(st.none(), text),
            "door": st.sampled_from([None, "open", "open", "ask", "invite"]),
            "listed": st.sampled_from([None, None, True, False]),
            "rules": st.sampled_from([None, None, "", "Be kind.", "Be brief."]),
            "rules_required": st.sampled_from([None, False]),
        },
        community="c",
    ),
    free(AcceptRules, {"version": st.integers(0, 2)}, community="c"),
    free(AskToJoin, {"rules": st.integers(0, 2), "note": text}, community="c"),
    free(AskToJoin, {"rules": st.integers(0, 2), "note": text}, community="c"),
    free(AskToJoin, {"rules": st.integers(0, 2), "note": text, "persona": wish}, community="c"),
    place(WithdrawJoin, community="c"),
    free(
        AnswerJoin,
        {"request": st.integers(0, 6), "verdict": st.sampled_from(["accepted", "declined"]), "reason": text},
        community="c",
    ),
    place(JoinCommunity, community="c"),
    free(JoinCommunity, {"persona": wish}, community="c"),
    free(UpdatePersona, {"persona": wish}, community="c"),
    free(UpdatePersona, {"persona": wish}, community="c"),
    free(UpdatePersona, {"as_profile": st.just(True)}, community="c"),
    place(LeaveCommunity, community="c"),
    free(LeaveCommunity, {"keep": st.sampled_from(["persona", "words", "erase"])}, community="c"),
    free(CreateRoom, {"slug": slug, "kind": st.sampled_from(["open", "private"]), "topic": text}, community="c"),
    place(FollowRoom, room="r"),
    place(UnfollowRoom, room="r"),
    free(SetTopic, {"topic": text}, room="r"),
    place(AddPerson, room="r", member="m"),
    place(RemovePerson, room="r", member="m"),
    free(OpenDirect, {"handles": st.lists(st.sampled_from(HANDLES), min_size=1, max_size=3)}),
    place(OpenDirect, members="m"),
    free(
        SetRole,
        {"role": st.sampled_from(["owner", "steward", "steward", "member"]), "hand_over": st.booleans()},
        community="c",
        member="m",
    ),
    free(KickMember, {"reason": text}, community="c", member="m"),
    free(BanMember, {"reason": text, "for_ms": ends}, community="c", member="m"),
    free(BanMember, {"reason": text, "for_ms": ends, "handle": st.sampled_from(HANDLES)}, community="c"),
    place(UnbanMember, community="c", member="m"),
    free(SilenceMember, {"reason": text, "for_ms": st.sampled_from([DAY, LONGEST_SILENCE])}, community="c", member="m"),
    place(UnsilenceMember, community="c", member="m"),
    free(FileReport, {"reason": text}, community="c", member="m"),
    free(FileReport, {"reason": text, "message": st.integers(0, 4)}, room="r"),
    free(
        ResolveReport, {"report": st.integers(0, 6), "outcome": st.sampled_from(["acted", "declined"])}, community="c"
    ),
    free(
        ProposePortrait,
        {"section": st.sampled_from(["about", "story"]), "base": versions, "text": text, "merge": merging},
        community="c",
    ),
    free(
        ProposePortrait,
        {"section": st.just("milestones"), "base": versions, "milestones": milestones, "note": text},
        community="c",
    ),
    free(MergeProposal, {"proposal": versions, "base": st.one_of(st.none(), versions)}, community="c"),
    free(DeclineProposal, {"proposal": versions, "reason": text}, community="c"),
    free(SendMessage, {"body": text, "post": number}, room="r"),
    free(
        UpdateCorner,
        {
            "title": st.one_of(st.none(), text),
            "comments": st.sampled_from([None, "members", "nobody"]),
            "public": st.sampled_from([None, True, False]),
        },
        community="c",
    ),
    free(PublishPost, {"title": text, "body": text}, community="c"),
    free(PublishPost, {"title": text, "body": text}, community="c"),
    free(DeletePost, {"post": number, "reason": text}, room="r"),
    free(EditPost, {"post": number, "title": st.one_of(st.none(), text), "body": text}, room="r"),
    free(SetWelcome, {"text": text}, community="c"),
    free(SetGreeter, {"state": st.just("volunteers")}, community="c"),
    free(
        SetGreeter, {"state": st.sampled_from(["greets", "greets", "none"]), "reason": text}, community="c", member="m"
    ),
    free(AskQuote, {"text": text}, community="c"),
    free(AskQuote, {"text": text, "message": st.integers(1, 5)}, community="c", room="r"),
    free(ConsentToQuote, {"agree": st.booleans(), "text": st.sampled_from(["", "better"])}, community="c", quote="q"),
    free(WithdrawQuote, {"reason": text}, quote="q"),
    free(UpdateAccount, {"display_name": text, "bio": st.one_of(st.none(), text)}),
)


class Twins(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.patch = pytest.MonkeyPatch()
        little_memory(self.patch)
        self.patch.setattr(personas, "HANDLE_CHANGE_MS", 0)
        self.patch.setattr(retention, "RETENTION_GRACE_MS", 0)
        self.folder = tempfile.TemporaryDirectory()
        self.fresh = 0
        self.codes: list[str] = []  # of invites
        self.erased = False  # an account is
        self.sqlite = self._sqlite()
        self.twins = [Twin(MemoryStore()), Twin(self.sqlite)]
        self.runner.run(self._begin())

    def _sqlite(self) -> SqliteStore:
        return SqliteStore(Path(self.folder.name), synchronous="off")

    async def _begin(self) -> None:
        for twin in self.twins:
            await twin.town.store.open()
            await twin.town.store.add_invite(b"owner", owner=True)
            for handle in HANDLES:
                invite = b"owner" if handle == "ann" else None
                twin.told(await twin.town.store.create_account(handle, handle, "hash", invite=invite))
            ann, *others = [Person(twin.town, twin.ids[f"a_{who}"], handle) for who, handle in enumerate(HANDLES)]
            made = await ann.do(CreateCommunity, nonce="b0", slug="kept", name="Kept")
            place = {"community": made.log}
            twin.told(
                [
                    await ann.member_in(made.log),
                    made,
                    await ann.do(CreateRoom, nonce="b1", **place, slug="porch", kind="open"),
                ]
            )
            joined = [await one.do(JoinCommunity, nonce=f"b{who}", **place) for who, one in enumerate(others, 2)]
            twin.told([*joined, await ann.do(SetRole, nonce="b9", **place, member=joined[0].member, role="steward")])

    def _both(self, ask: Any) -> None:
        """Ask both the same, and hear the same."""
        answers = [self.runner.run(self._told(twin, ask)) for twin in self.twins]
        assert answers[0] == answers[1]

    @staticmethod
    async def _told(twin: Twin, ask: Any) -> list[str]:
        return [twin.told(answer) for answer in await asyncio.gather(*ask(twin), return_exceptions=True)]

    @rule(asked=st.lists(st.tuples(st.integers(0, 3), asked, nonce), min_size=1, max_size=6))
    def write(self, asked: list[tuple[int, Any, str | None]]) -> None:
        commands = []
        for who, what, nonce in asked:
            self.fresh += 1
            commands.append((who, what, nonce or f"f{self.fresh}"))

        def ask(twin: Twin) -> list[Any]:
            return [
                twin.town.store.append(twin.ids[f"a_{who}"], self._command(twin, what, nonce))
                for who, what, nonce in commands
            ]

        self._both(ask)

    @staticmethod
    def _command(twin: Twin, what: Any, nonce: str) -> AnyWrite:
        command, choices, kinds, fields = what
        ids: dict[str, Any] = {name: twin.find(kind, choices[name]) for name, kind in kinds.items()}
        if "members" in ids:
            ids["members"] = [ids["members"]]
        made: AnyWrite = command(id="1", nonce=nonce, **ids, **fields)
        return made

    @rule(who=st.integers(0, 3), room=small, seq=st.integers(0, 12), back=st.booleans())
    def mark(self, who: int, room: int, seq: int, back: bool) -> None:
        self._both(
            lambda twin: [
                twin.town.store.set_marker(twin.ids[f"a_{who}"], twin.find("r", room), seq, back=back),
            ]
        )

    @rule(who=st.integers(0, 3), room=small, seq=st.integers(0, 9), note=text, gone=st.booleans())
    def bookmark(self, who: int, room: int, seq: int, note: str, gone: bool) -> None:
        def ask(twin: Twin) -> list[Any]:
            store, account, id = twin.town.store, twin.ids[f"a_{who}"], twin.find("r", room)
            done = store.remove_bookmark(account, id, seq) if gone else store.set_bookmark(account, id, seq, note)
            return [done, store.bookmarks(account, 3, 2)]

        self._both(ask)

    @rule(who=st.integers(0, 3), other=st.sampled_from(HANDLES), member=small, kind=st.sampled_from(KINDS))
    def block(self, who: int, other: str, member: int, kind: Literal["block", "mute", "none"]) -> None:
        self._both(
            lambda twin: [
                twin.town.store.set_block(twin.ids[f"a_{who}"], kind, handle=other),
                twin.town.store.set_block(twin.ids[f"a_{who}"], kind, member=twin.find("m", member)),
            ]
        )

    @rule(
        who=st.integers(0, 3),
        place=st.one_of(st.none(), small),
        appear=st.one_of(st.none(), st.sampled_from(["auto", "dnd", "invisible", "invisible", "inherit"])),
        last_seen=st.one_of(st.none(), st.sampled_from(["shown", "hidden", "inherit"])),
        status=st.one_of(st.none(), st.tuples(st.sampled_from(["", "🙂"]), text, st.just(0))),
    )
    def appear(self, who: int, place: int | None, appear: Any, last_seen: Any, status: Any) -> None:
        def ask(twin: Twin) -> list[Any]:
            store, account = twin.town.store, twin.ids[f"a_{who}"]
            where = "" if place is None else twin.find("c", place)
            wish = StatusWish(where, appear, last_seen, status)
            return [store.set_status(account, wish), store.note_day(account)]

        self._both(ask)

    @rule(
        who=st.integers(0, 3),
        place=small,
        directs=st.sampled_from([None, *REACHES]),
        greetings=st.sampled_from([None, True, False]),
    )
    def reach(self, who: int, place: int, directs: str | None, greetings: bool | None) -> None:
        """`place`: a community, or everywhere."""

        def ask(twin: Twin) -> list[Any]:
            community = "" if place > 35 else twin.find("c", place)
            account = twin.ids[f"a_{who}"]
            return [twin.town.store.set_reach(account, community, directs=directs, greetings=greetings)]

        self._both(ask)

    @rule(
        who=st.integers(0, 3),
        place=small,
        kind=st.sampled_from("cr"),
        level=st.sampled_from(["all", "mentions", "nothing", "inherit"]),
        words=st.sampled_from(["", "", "beans", "peas"]),
        for_ms=ends,
    )
    def choose(self, who: int, place: int, kind: str, level: str, words: str, for_ms: int) -> None:
        """What is worth a bell, and when nothing is."""
        dnd = Dnd(times=[DndTime(begins="22:00", ends="07:00")] if level == "nothing" else [], zone="UTC", shown=True)

        def ask(twin: Twin) -> list[Any]:
            store, account = twin.town.store, twin.ids[f"a_{who}"]
            where = "" if words or place > 35 else twin.find(kind, place)
            said = ("all" if level != "inherit" else level) if words else level
            return [
                store.set_notify(account, where, words, said, for_ms),
                store.set_dnd(account, dnd),
            ]

        self._both(ask)

    @rule(who=st.integers(0, 3), number=st.integers(0, 5), back=st.booleans(), before=st.one_of(st.none(), number))
    def open_inbox(self, who: int, number: int, back: bool, before: int | None) -> None:
        def ask(twin: Twin) -> list[Any]:
            store, account = twin.town.store, twin.ids[f"a_{who}"]
            return [store.mark_inbox(account, number, back=back), store.inbox(account, before, 2)]

        self._both(ask)

    @rule(
        who=st.integers(0, 3),
        place=small,
        own=st.booleans(),
        said=st.lists(st.tuples(tag, st.sampled_from(["", "members", "nobody"]), st.booleans()), max_size=3),
    )
    def care(self, who: int, place: int, own: bool, said: list[tuple[str, str, bool]]) -> None:
        rows = [InterestRow(*one) for one in said]
        self._both(
            lambda twin: [
                twin.town.store.set_interests(twin.ids[f"a_{who}"], "" if own else twin.find("c", place), rows),
                twin.town.store.dismiss(twin.ids[f"a_{who}"], twin.find("c", place), dismissed=own),
            ]
        )

    @rule(who=st.integers(0, 3), place=small, tag=tag, query=st.sampled_from(["", "a", "an", "hello", "b"]))
    def look_around(self, who: int, place: int, tag: str, query: str) -> None:
        def ask(twin: Twin) -> list[Any]:
            store, me, community = twin.town.store, twin.ids[f"a_{who}"], twin.find("c", place)
            return [
                store.find(community, me, query, tag, 3),
                *([store.find(community, me, query, "", 3)] if query else []),
                store.tags(query, me, 300),
                store.tags(tag, me, 2),
                store.communities(query, "", 9, tags=[tag], newest=bool(query)),
                self._in_no_order(store.discover(me, 9, "")),
                self._in_no_order(store.interests(me)),
            ]

        self._both(ask)

    @staticmethod
    async def _in_no_order(answer: Any) -> Any:
        """Chance decides by ids, which differ."""
        found = await answer
        if isinstance(found, dict):
            return [found[place] for place in sorted(found, key=lambda place: str(found[place]))]
        return sorted(found, key=lambda one: one.community.slug)

    @rule(who=st.integers(0, 3), what=st.sampled_from(SECRETS), session=small)
    def own(self, who: int, what: str, session: int) -> None:
        """Sessions, passwords, codes to set one, and accounts that are disabled for a while."""
        self.fresh += 1
        secret, handle = f"{self.fresh}".encode(), HANDLES[who]

        def ask(twin: Twin) -> list[Any]:
            store, account, mine = twin.town.store, twin.ids[f"a_{who}"], twin.find("s", session)
            match what:
                case "open":
                    return [store.open_session(account, secret, handle)]
                case "end":
                    return [store.end_sessions(account, only=mine)]
                case "end others":
                    return [self._sorted(store.end_sessions(account, but=mine))]
                case "change":
                    return [self._changed(twin, handle, mine, f"hash {secret!r}")]
                case "offer":
                    return [store.add_reset(handle, handle.encode(), LATER)]
                case "reset":
                    return [self._sorted(store.use_reset(handle.encode(), f"hash {secret!r}", secret, ""))]
                case _:
                    return [self._sorted(store.disable(handle, disabled=what == "disable"))]

        self._both(ask)

    @staticmethod
    async def _changed(twin: Twin, handle: str, session: str, new: str) -> Any:
        account, old = await twin.town.store.password_hash(handle) or ("", "")
        return await Twins._sorted(twin.town.store.change_password(account, session, old=old, new=new))

    @staticmethod
    async def _sorted(answer: Any) -> str:
        """Sessions that were opened in one millisecond have no order; how many ended is the same."""
        found = await answer
        return f"{len(found.sessions)} ended"

    @rule(room=small, page=st.tuples(*[st.one_of(st.none(), st.integers(0, 12))] * 3), limit=st.integers(1, 5))
    def read(self, room: int, page: tuple[int | None, int | None, int | None], limit: int) -> None:
        before, after, around = page
        self._both(
            lambda twin: [
                twin.town.store.messages(
                    twin.find("r", room),
                    before=before,
                    after=after,
                    around=around,
                    limit=limit,
                    reader=twin.find("m", limit),
                ),
                twin.town.store.reactors(
                    twin.find("r", room), around or 1, "", after or 0, limit, reader=twin.find("a", limit)
                ),
                twin.town.store.posts(twin.find("r", room), before, limit, reader=twin.find("m", limit)),
                self._shown(twin, twin.find("r", room), before=before, after=after, around=around, limit=limit),
                twin.town.store.pins(twin.find("r", room), before, limit),
                self._page_of(twin, room, before=before, after=after, around=around, limit=limit, thread=1 + limit % 4),
                twin.town.store.history(twin.find("r", room), before or 1, after or 0, limit),
                twin.town.store.entries(twin.find("r", room), after or 0, before, limit),
                twin.town.store.wanted(twin.find("r", room), TALK, after or 0, before, limit),
                twin.town.store.wanted(twin.find("r", room), twin.find("m", room), after or 0, before, limit),
            ]
        )

    @staticmethod
    async def _shown(twin: Twin, room: str, **page: Any) -> Any:
        """With what is shown of the rooms of one community."""
        found = await twin.town.store.messages(room, **page, places=[twin.ids["c_0"]])
        return [found.messages, found.as_of, found.complete, sorted(found.origins.values())]

    @staticmethod
    def _page_of(twin: Twin, room: int, **asked: Any) -> Any:
        return twin.town.store.messages(twin.find("r", room), **asked)

    @rule(who=st.integers(0, 3), room=small, root=st.integers(0, 6), seq=st.integers(0, 12), back=st.booleans())
    def follow_threads(self, who: int, room: int, root: int, seq: int, back: bool) -> None:
        def ask(twin: Twin) -> list[Any]:
            store, account, place = twin.town.store, twin.ids[f"a_{who}"], twin.find("r", room)
            if seq > 10:
                return [store.unfollow_thread(account, place, root)]
            return [
                store.mark_thread(account, place, root, seq, back=back),
                *([store.follow_thread(account, place, root)] if back else []),
                store.mark_thread(account, place, root, seq // 2, back=back),
                store.choose_in_thread(account, place, root, ("all", "nothing", "inherit")[seq % 3], 0),
            ]

        self._both(ask)

    @staticmethod
    async def _threads(store: Store, account: str, room: str | None) -> Any:
        """When something was said differs, and so does the order."""
        found = await store.threads(account, room, None, 100)
        return sorted(found, key=lambda card: (card.thread, card.messages, card.head, str(card.root)))

    @rule(room=small, seq=st.integers(1, 6))
    def blank(self, room: int, seq: int) -> None:
        """A message, which no command asks for; nonces of what is blank are used again by `write`."""

        def ask(twin: Twin) -> list[Any]:
            id = twin.find("r", room)

            def job(tx: Tx) -> None:
                if tx.room(id) is not None and tx.message(id, seq) is not None:
                    wipe(tx, id, seq)

            return [twin.town.carry_out(job)]

        self._both(ask)

    @rule()
    def erase(self) -> None:
        """What is left to do of those who left and are to be forgotten."""

        async def done(twin: Twin) -> None:
            while await twin.town.store.erase_more() is not None:
                pass

        self._both(lambda twin: [done(twin)])

    @precondition(lambda self: self.fresh > 5)
    @rule(keep=st.sampled_from(["words", "erase"]), place=small, behind=st.sampled_from(["words", "erase"]))
    def erase_account(self, keep: Keep, place: int, behind: Keep) -> None:
        """Of the last, who may be an owner; and what another device of theirs asked meanwhile."""
        self.fresh += 1
        nonce, self.erased = f"f{self.fresh}", True
        fields: dict[str, Any] = {"keep": behind}

        def ask(twin: Twin) -> list[Any]:
            store, account = twin.town.store, twin.ids["a_3"]
            left = LeaveCommunity(id="1", nonce=nonce, community=twin.find("c", place), **fields)
            return [
                self._sorted(store.erase_by_force(HANDLES[3], keep)),
                store.append(account, left),
                store.set_status(account, StatusWish("", status=("", "behind", 0))),
                store.set_block(account, "mute", handle=HANDLES[0]),
            ]

        self._both(ask)

    @rule(who=st.integers(0, 3), place=small, earlier=st.integers(0, 3), invite=small)
    def invite(self, who: int, place: int, earlier: int, invite: int) -> None:
        """Somebody makes one, the next comes in with it or with one from before, and one is taken back."""
        self.fresh += 1
        self.codes.append(f"code {self.fresh}")
        nonce, code = f"f{self.fresh}", self.codes[-1 - earlier % len(self.codes)]
        made, used = (hashlib.sha256(one.encode()).digest() for one in (self.codes[-1], code))

        def ask(twin: Twin) -> list[Any]:
            store, community, account = twin.town.store, twin.find("c", place), twin.ids[f"a_{who}"]
            join = JoinCommunity(id="1", nonce=nonce, community=community, invite=code)
            return [
                store.create_invite(account, CreateInvite(id="1", community=community, uses=1 + invite % 2), made),
                store.append(twin.ids[f"a_{(who + 1) % 4}"], join),
                store.invited(account, community, used),
                store.invites(account, community),
                store.revoke_invite(account, community, twin.find("i", invite)),
            ]

        self._both(ask)

    @rule(who=st.integers(1, 3), answered=st.booleans(), reason=text)
    def report(self, who: int, answered: bool, reason: str) -> None:
        """Somebody of the first community reports its owner; the oldest report is answered, or waits on."""
        self.fresh += 2
        first, second = f"f{self.fresh - 1}", f"f{self.fresh}"

        def file(twin: Twin) -> list[Any]:
            about: dict[str, Any] = {"community": twin.ids["c_0"], "member": twin.ids["m_0"]}
            command = FileReport(id="1", nonce=first, reason=reason, **about)
            return [twin.town.store.append(twin.ids[f"a_{who}"], command)]

        async def answer(twin: Twin) -> Any:
            community = twin.ids["c_0"]
            waiting = await twin.town.store.reports(community, 0, 1)
            report = waiting[0].seq if waiting else 0
            command = ResolveReport(id="1", nonce=second, community=community, report=report, outcome="acted")
            return await twin.town.store.append(twin.ids["a_1"], command)

        self._both(file)
        if answered:
            self._both(lambda twin: [answer(twin)])

    @rule(room=small, messages=st.integers(0, 3), own=st.booleans(), aged=st.booleans())
    def retain(self, room: int, messages: int, own: bool, aged: bool) -> None:
        """How long a room, or a community, keeps what is said there; and what is due is removed, by age or by count."""
        self.fresh += 1
        nonce = f"f{self.fresh}"
        wish = Retention(days=int(aged), messages=messages)

        def say(twin: Twin) -> list[Any]:
            command: Any = UpdateCommunity(id="1", nonce=nonce, community=twin.ids["c_0"], retention=wish)
            if own:
                retention = wish if messages < 3 else None
                command = SetRetention(id="1", nonce=nonce, room=twin.find("r", room), retention=retention)
            return [twin.town.store.append(twin.ids["a_0"], command)]

        self._both(say)
        self._both(lambda twin: [self._removed(twin, LONG_AFTER if aged else "")])

    @staticmethod
    async def _removed(twin: Twin, now: str) -> list[Any]:
        store = twin.town.store
        now, after, found = now or await store.trusted(1000), "", []
        while True:
            page = await store.held(after, 1)
            for held in page.rooms:
                due = await store.due(held, now)
                trimmed = await store.trim(held, due.upto) if due.upto else None
                found.append([held, *due, *((trimmed.entry, len(trimmed.counted)) if trimmed else ())])
            after = page.after
            if not after:
                break
        while (step := await store.carry_away(after)) is not None:
            after = step.room if step.done else after
        return found

    @rule()
    def forget(self) -> None:
        """The mirrors hold nothing that the tables do not."""

        def job(tx: SqliteTx) -> None:
            tx.flush()
            tx.clear()

        self.runner.run(self.sqlite._writer.call(job))

    @precondition(lambda self: self.fresh > 5)
    @rule()
    def restart(self) -> None:
        self.runner.run(self.sqlite.close())
        epoch, self.sqlite = self.sqlite.epoch, self._sqlite()
        self.twins[1].town.store = self.sqlite
        self.runner.run(self.sqlite.open())
        assert self.sqlite.epoch == epoch

    def _look(self) -> None:
        """All that can be read is the same, and what the logs say."""

        def ask(twin: Twin) -> list[Any]:
            store, logs = twin.town.store, twin.logs()
            refs = [PersonaRef(member=id, rev=1) for name, id in twin.ids.items() if name[0] == "m"]
            accounts = [twin.ids[f"a_{who}"] for who in range(len(HANDLES))]
            return [
                store.communities("", "", 100),
                *(store.entries(log, 0, None, 1000) for log in logs),
                *(store.log(log) for log in logs),
                *(store.room(log) for log in logs),
                *(store.rooms(log) for log in logs),
                store.directs(logs),
                *(store.named(log, handle) for log in logs for handle in (*HANDLES, "fern", "moss")),
                *(store.member_in(account, log) for account in accounts for log in logs),
                *(store.lineage(id) for name, id in twin.ids.items() if name[0] == "m"),
                *(store.members(log, "", 100) for log in logs),
                *(store.bans(log, None, 100) for log in logs),
                *(store.reports(log, 0, 100) for log in logs),
                *(store.portrait(log, version) for log in logs for version in (None, 0, 1, 2)),
                *(store.welcome(log) for log in logs),
                *(store.greeters(log) for log in logs),
                *(store.quotes(account, log) for log in logs for account in accounts),
                *(store.portrait_versions(log, 3, 100) for log in logs),
                *(store.portrait_proposals(log, account, 1, 2) for log in logs for account in ("", accounts[0])),
                *(store.requests(log, 0, 100) for log in logs),
                *(store.community(log) for log in logs),
                *(store.rules(log, 1) for log in logs),
                *(store.authors(log, refs) for log in logs),
                *(store.banned(account, log) for account in accounts for log in logs),
                store.accepted([ref.member for ref in refs]),
                *(store.standing(account) for account in accounts),
                *(store.unread(account, logs) for account in accounts),
                *(store.pins(log, None, 100) for log in logs),
                *(store.bookmarks(account, None, 100) for account in accounts),
                *(store.inbox(account, None, 100) for account in accounts),
                *(store.inbox_state(account) for account in accounts),
                *(store.notify_choices(account) for account in accounts),
                *(self._recent(store, account, logs) for account in accounts),
                *(store.first_at(log, "2999") for log in logs),
                *(store.followed_threads(account) for account in accounts),
                *(self._threads(store, account, log) for account in accounts for log in logs if log[0] == "r"),
                *(store.personas(account, refs) for account in accounts),
                *(store.seen(account, [ref.member for ref in refs]) for account in accounts),
                *(store.cards(account, [ref.member for ref in refs]) for account in accounts),
                *(store.password_hash(handle) for handle in HANDLES),
                *(self._devices(store, account) for account in accounts),
                *(self._searched(store, account) for account in accounts),
                *(store.reset(handle.encode()) for handle in HANDLES),
                store.account_states("", 100),
            ]

        self._both(ask)
        for twin in () if self.erased else self.twins:  # the log of who is erased tells nothing any more
            told = self.runner.run(replayed(twin.town, twin.logs()))
            assert told == self.runner.run(live(twin.town.store, twin.logs()))

    @staticmethod
    async def _recent(store: Store, account: str, logs: list[str]) -> list[Any]:
        """Times differ, and so may the order."""
        rows = await store.recent(account, None, 100)
        rows.sort(key=lambda row: logs.index(row.room.id))
        return [[row.room, row.people, row.said, row.unread] for row in rows]

    @staticmethod
    async def _devices(store: Store, account: str) -> list[tuple[str, bool]]:
        return sorted((row.device, row.disabled) for row in await store.sessions(account))

    @staticmethod
    async def _searched(store: Store, account: str) -> list[Any]:
        """What they find, wherever it is; of one moment in no certain order."""
        await store.indexed()
        found: list[Any] = []
        for line in (
            "hello",
            "look -bob",
            "has:mention -from:bob",
            "hello from:ann",
            "an* mentions:me",
            "has:post -hello",
        ):
            query = parse(line)
            try:
                page = await store.search(account, Asked(query, sought(query), newest=True, limit=HITS))
            except Refuse as why:
                found.append(why.code.code)
            else:
                rows = [row.hit for row in page.hits]
                found.append(sorted((one.seq, one.kind, one.title, one.snippet, one.slug, one.folded) for one in rows))
        return found

    def teardown(self) -> None:
        try:
            self._look()
        finally:
            for twin in self.twins:
                self.runner.run(twin.town.store.close())
            self.runner.close()
            self.folder.cleanup()
            self.patch.undo()


TestTwins = Twins.TestCase
TestTwins.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
