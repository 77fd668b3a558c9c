"""AUZ-03: what one person writes, in every place where the protocol takes words, is seen by nobody who may not.

The others ask everything that can be asked, about everything that there is: the commands and their fields are read off the
protocol, so that a command that is added is walked by itself, and one with a field that nobody knows here how to fill
fails the test. Beside their frames, live ones too, it looks at what the server answers over HTTP, takes along in an
export, and writes to its log at level `debug`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect
from structlog.testing import capture_logs

from among_protocol import wire
from among_protocol.base import Command, Refused, Write
from among_protocol.communities import LeaveCommunity
from among_protocol.export import ExportAccount
from among_protocol.session import SignOut, SignUp
from among_server.handlers import ROUTES
from among_server.store.stewards import stewards_of
from tests.traces import SHOWN, Scene, Traces, everything, writable
from tests.wire.house import House, serving
from tests.world import PASSWORD, Clock, Person, World

INSIDE = {"bob", "mia", "ana"}  # all members of the garden
MEMBERS = {"mia", "ana"}  # but not whom the author blocks
STEWARDS = {"ana"}
NOBODY: set[str] = set()
ANYBODY = {"otto", "fay", "ben", "stranger", *INSIDE}  # who knows the handle of the account, and has one

_AUDIENCES = {"members": MEMBERS, "stewards": STEWARDS, "nobody": NOBODY}
_LOGGED = {"bio", "pronouns"}  # every member hears them with the log, where all may see them


def persona(command: str, *, past: bool = False) -> dict[str, set[str]]:
    """Of a persona in the garden: by what its owner chose. What it was before is not for all: its lineage is hidden."""
    fields = {
        "place": "place.name",
        "links": "links.label",
        "why": "why",
        "intro": "intro",
        "bio": "bio",
        "pronouns": "pronouns",
    }
    found = {}
    for shown, name in fields.items():
        audience = INSIDE if shown in _LOGGED and SHOWN[shown] == "members" else _AUDIENCES[SHOWN[shown]]
        kept = STEWARDS if shown in _LOGGED and audience == INSIDE else NOBODY  # of the log alone: the rest is replaced
        found[f"{command}.persona.{name}"] = kept if past else audience
    found[f"{command}.persona.links.url"] = found[f"{command}.persona.links.label"]
    for name in ("handle", "display_name"):
        found[f"{command}.persona.{name}"] = STEWARDS if past else INSIDE
    return found


# Who may see it: what is not here is by its command and field, then by its command.
SEEN: dict[str, set[str]] = {
    # an account is known by its handle to whoever has one, and its profile stands where it is nobody in particular
    "session.sign_up.device": NOBODY,
    "session.sign_in.device": NOBODY,
    "account.reset_password.device": NOBODY,
    "session.sign_up": ANYBODY,
    "account.update": ANYBODY,
    "account.update.display_name": ANYBODY,
    **persona("community.join", past=True),
    **persona("persona.update"),
    "join.ask": NOBODY,  # the stewards of the lodge
    "interest.set": STEWARDS,
    "interest.set.interests.tag@alone": NOBODY,
    "community.create.tags": STEWARDS,  # what a tag of the garden means, by a word that only the author's own place has
    "status.set": MEMBERS,
    "community.create": NOBODY,  # a place of the author's own, which is not listed
    "community.update": INSIDE,
    "room.create": INSIDE,
    "room.create.slug@private": NOBODY,
    "room.create.topic@private": NOBODY,
    "room.set_topic": INSIDE,
    "welcome.set": INSIDE,
    "message.send": INSIDE,
    "message.send.body@private": NOBODY,
    "message.send.body@direct": NOBODY,
    "message.send.body@deleted": NOBODY,
    "message.send.body@private thread": NOBODY,
    "message.send.body@direct thread": NOBODY,
    "message.send.body@deleted thread": NOBODY,
    "message.edit": INSIDE,
    "message.edit.body@deleted": NOBODY,
    "message.delete.reason": STEWARDS,
    "draft.set": NOBODY,
    "bookmark.set": NOBODY,
    "notify.set": NOBODY,
    "message.forward": INSIDE,
    "corner.update": INSIDE,
    "post.publish": INSIDE,
    "post.publish.title@deleted": NOBODY,
    "post.publish.body@deleted": NOBODY,
    "post.edit": INSIDE,
    "post.delete.reason": STEWARDS,
    "portrait.propose": INSIDE,
    "portrait.propose.text@waiting": STEWARDS,
    "portrait.propose.note@waiting": STEWARDS,
    "portrait.decline": STEWARDS,
    "quote": INSIDE,
    "quote.withdraw": STEWARDS,
    "invite.create": STEWARDS,
    "join.answer": STEWARDS,
    "member": STEWARDS,
    "report": STEWARDS,
    "greeter.set": STEWARDS,
}


def may_see(trace: str) -> set[str]:
    name = trace.partition("@")[0]
    ways = [trace, *(".".join(name.split(".")[:length]) for length in range(len(name.split(".")), 0, -1))]
    return next(SEEN[way] for way in ways if way in SEEN)


# --- asking everything

LIKELY: dict[str, Any] = {  # what a field is filled with that names nothing: by `command.field`, or by field
    "slug": ["a-new-place"],
    "name": ["A place"],
    "display_name": ["Somebody"],
    "about": ["about"],
    "tags": [["moss"]],
    "community.browse.tags": [["moss"]],
    "password": ["wrong horse"],
    "session.sign_up.password": [PASSWORD],
    "session.sign_up.handle": ["somebody-new"],
    "old": ["wrong horse"],
    "new": ["another horse"],
    "code": ["a code that there is not"],
    "token": ["a token that there is not"],
    "device": ["a device"],
    "extensions": [["draft/nothing"]],
    "query": ["canary", "", "an"],
    "interest": ["", "moss"],
    "body": ["hello"],
    "emoji": ["👍"],
    "comment": ["hello"],
    "text": ["hello"],
    "title": ["hello"],
    "topic": ["hello"],
    "reason": ["because"],
    "note": ["because"],
    "rules": [None],
    "rules_required": [None],
    "questions": [None],
    "answers": [[]],
    "persona": [None],
    "bio": ["a bio"],
    "pronouns": ["they"],
    "place": [None],
    "links": [[]],
    "intro": [""],
    "interests": [[{"tag": "moss"}]],
    "tag": ["moss"],
    "into": [None],
    "status": [{"text": "here", "emoji": ""}],
    "milestones": [[]],
    "section": ["about"],
    "proposal": [1, 2, 3],
    "report": [1],
    "request": [1],
    "base": [0],
    "merge": [False],
    "agree": [False],
    "want": [None],
    "positions": [{}],
    "epoch": [""],
    "cards": [True],
    "directs": [None],
    "greetings": [None],
    "role": ["member"],
    "hand_over": [False],
    "as_profile": [False],
    "as": ["", "members", "stewards"],
    "format": ["markdown", "html"],
    "state": ["online"],
    "greeter.set.state": ["volunteers"],
    "kind": ["open"],
    "block.set.kind": ["mute"],
    "verdict": ["declined"],
    "outcome": ["declined"],
    "keep": ["persona"],
    "door": [None],
    "listed": [None],
    "members_invite": [None],
    "order": ["newest"],
    "again": [False],
    "uses": [1],
    "for_ms": [86_400_000],
    "limit": [200, 10],
    "after": [None],
    "log.entries.after": [0],
    "rules.accept.version": [1, 2],
    "before": [None],
    "until": [None],
    "reply_to": [None],
    "rooms": [None],
    "wanted": [None],
    "around": [None],
    "at": [None, "2000-01-01T00:00:00Z"],
    "version": [None, 1, 2],
    "unread": [False],
    "seq": [1],
    "number": [1],
    "retention": [None],
    "level": ["all"],
    "times": [[{"begins": "22:00", "ends": "07:00"}]],
    "zone": ["Europe/Lisbon"],
    "word": ["", "moss"],
    "shown": [None],
    "comments": [None],
    "public": [None],
    "appear": [None],
    "last_seen": [None],
    "sensitive": [None],
    "invite": [""],
    "rev": [0, 1],
}


def names_of(scene: Scene, mine: Person) -> dict[str, list[Any]]:
    """What a field may name, by its name: everything that there is, and above all what is not for everybody."""
    ids, wren, people = scene.ids, scene.wren, scene.people
    rooms = [ids[name] for name in ("hall", "shed", "cellar", "direct", "corner")]
    members = [wren.member, ids["elsewhere"], people["pat"].member, people["tim"].member]
    traces = scene.traces
    handles = [
        traces["persona.update.persona.handle"], traces["community.join.persona.handle"], "ana", traces["session.sign_up.handle"],
    ]  # fmt: skip
    messages = [1, ids["said"], ids["said"] + 1, ids["said"] + 3, 2, 3]
    return {
        "community": [
            ids["garden"],
            "garden",
            ids["own"],
            ids["lodge"],
            *([ids["library"]] if mine is people["otto"] else []),
        ],
        "room": rooms,
        "log": [
            *rooms,
            ids["garden"],
            stewards_of(ids["garden"]),
            wren.account,
            ids["own"],
            mine.account or "a_nobody",
        ],
        "member": members,
        "members": [[one] for one in members],
        "handle": handles,
        "handles": [[one] for one in handles],
        "message": messages,
        "post": [0, ids["post"], ids["post"] + 1],
        "quote": [ids["quote"]],
        "invite.revoke.invite": [ids["invite"]],
        "thread": [ids["said"], *{ids["said in cellar"], ids["said in direct"]} - {ids["said"]}],
        "draft.set.place": [*rooms, ids["garden"]],
        "notify.set.place": [*rooms, ids["garden"]],
        "origin": rooms,
        "message.search.query": [
            traces[f"message.send.body@{which}"]
            for which in ("private", "direct", "deleted", "edited", "private thread", "direct thread", "deleted thread")
        ],
        "places": [[ids["garden"], ids["hall"]]],
        "session": [wren.session.id],
        "block": ["b_aaaaaaaaaaaaaaaa"],
        "account.erase.handle": [mine.handle or "nobody"],
        "session.sign_in.handle": [wren.handle],
        "corner.list.members": [[], [wren.member]],
        "card.read.members": [[one] for one in members],
    }


MOST = 300  # ways to ask one command


def ways_to_ask(command: type[Command], named: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Its fields, filled in all ways; a field that may be left out is left out, too, where it names something."""
    told = inspect.type_info(command)
    assert isinstance(told, inspect.StructType)
    tag = wire.tag_of(command)
    choices: dict[str, list[Any]] = {}
    for field in told.fields:
        if field.name in ("id", "nonce"):
            continue
        names = (f"{tag}.{field.encode_name}", field.encode_name)
        found = next((table[name] for name in names for table in (named, LIKELY) if name in table), None)
        if found is None and not field.required:
            continue  # left out
        assert found is not None, f"what is {tag}.{field.encode_name} asked with? Say so in LIKELY or names_of"
        assert not field.required or None not in found, f"{tag}.{field.encode_name} can't be left out: see LIKELY"
        if field.encode_name == "members" and tag == "member.resolve":
            found = [[{"member": one[0], "rev": rev} for rev in (0, 1, 2, 3)] for one in named["members"]]
        if not field.required and any(name in named for name in names):
            found = [None, *found]
        choices[field.encode_name] = found
    ways = list(product(*choices.values()))
    step = max(1, len(ways) // MOST)
    for way in ways[::step]:
        yield {name: value for name, value in zip(choices, way, strict=True) if value is not None}


LAST = (LeaveCommunity, SignOut)  # after which one is somebody else
COMMANDS: list[type[Command]] = [*(command for command in ROUTES if command not in (*LAST, SignUp)), *LAST]


async def asks_everything(scene: Scene, person: Person, commands: list[type[Command]]) -> int:
    """How much of it was carried out."""
    named, done = names_of(scene, person), 0
    for command in commands:
        for number, fields in enumerate(ways_to_ask(command, named)):
            done += await ask(scene, person, command, fields)
            if number % 50 == 49:
                await asyncio.sleep(0)
    return done


async def ask(scene: Scene, person: Person, command: type[Command], fields: dict[str, Any]) -> bool:
    """Whether it was carried out. An export is asked for to its end."""
    if person.closed is not None:
        return False
    id = f"{len(person.raw)}-{wire.tag_of(command)}"
    person.asked[id] = command
    said = {"type": wire.tag_of(command), "id": id, **fields}
    if issubclass(command, Write):
        said["nonce"] = scene.world.nonce()
    person.send(msgspec.json.encode(said))
    await person.answered(id)
    reply = person.replies.pop(id)
    if isinstance(reply, Refused):
        assert reply.kind != "bug", reply
        assert (reply.code, reply.field) != ("field.invalid", ""), f"{said}: {reply.message}"
        return False
    if command is ExportAccount:
        after = person.encoding.decode_result(ExportAccount.Reply, reply.result).next
        if after and fields.get("after") != after:
            await ask(scene, person, command, {**fields, "after": after})
    return True


# --- the test


@asynccontextmanager
async def garden(folder: Path) -> AsyncIterator[tuple[House, Scene]]:
    wide = {"address_budget": 10**7, "address_budget_per_second": 10**7, "budget": 10**7, "budget_per_second": 10**7}
    async with serving(folder, log_level="debug", **wide) as house:
        world = World(house.app, Clock())
        world.clock = house.app.services.now  # type: ignore[assignment]  # its own: nobody moves it
        scene = await everything(world, Traces())
        for name in INSIDE:  # who heard live what was taken back later, or was called otherwise then
            del scene.people[name].frames[:]
        yield house, scene
        assert world.mistakes == []


def told(person: Person) -> bytes:
    return b"\n".join(person.frames)


def test_of_all_that_can_be_written_it_is_said_who_may_see_it():
    for name in writable():
        assert may_see(name) <= ANYBODY
    known = writable() | {"interest.set.interests.tag"}
    assert not [way for way in SEEN if not any(name.startswith(way.partition("@")[0]) for name in known)]


async def test_auz_03_what_is_not_for_somebody_reaches_them_in_no_way(tmp_path: Path):
    with capture_logs() as logged:
        async with garden(tmp_path) as (house, scene):
            everybody = {
                **{name: scene.people[name] for name in ("otto", "fay", "ben", "bob")},
                "guest": Person(scene.world),
            }
            carried_out = {}
            for name, person in everybody.items():
                if name != "guest":
                    await person.sync(cards=True)
                carried_out[name] = await asks_everything(scene, person, COMMANDS)
            everybody["stranger"] = Person(scene.world)
            await everybody["stranger"].ask(SignUp, handle="somebody-new", password=PASSWORD)
            carried_out["stranger"] = await asks_everything(scene, everybody["stranger"], COMMANDS)
            await scene.world.quiet()
            for name, person in everybody.items():
                hidden = {trace for trace in scene.traces if name not in may_see(trace)}
                seen = {frame for frame in person.frames if scene.traces.found_in(frame, hidden)}
                assert sorted(seen)[:3] == [], f"{name} has seen {scene.traces.found_in(told(person), hidden)}"
                assert scene.wren.account.encode() not in told(person), f"{name} knows whose account it is"
                foreign = scene.ids["elsewhere"] if name == "bob" else scene.wren.member
                assert foreign.encode() not in told(person), f"{name} knows who Wren is somewhere else"
                assert carried_out[name] > (30 if name != "guest" else 1), "what is refused tells nothing anyway"
            for path in ("/metrics", "/healthz", "/readyz", "/", "/feeds/garden/ana.atom"):
                assert scene.traces.found_in(await page(house, path)) == set(), path
            for handle in ("persona.update.persona.handle", "community.join.persona.handle", "session.sign_up.handle"):
                body = await page(house, f"/feeds/garden/{scene.traces[handle]}.atom")
                assert scene.traces.found_in(body) == set(), handle
    assert logged
    assert [line for line in logged if scene.traces.found_in(str(line)) - LOGGED] == [], "the log tells of it"


LOGGED = {"session.sign_up.handle"}  # an operator knows accounts by their handles: docs/reference/log-events.md


async def page(house: House, path: str) -> bytes:
    peer = await house.connect()
    await peer.request(f"GET {path} HTTP/1.1\nHost: localhost\n\n")
    body = await peer.rest()
    assert peer.status in (200, 404), path
    assert path != "/metrics" or b"among_" in body
    return body + repr(peer.headers).encode()


UNMET = {"session.sign_up.display_name"}  # another one has taken its place


async def test_auz_03_who_may_see_it_finds_it_by_the_same_ways(tmp_path: Path):
    """Else the walk would prove nothing: what may be seen is met on it, but for what nobody can read any more."""
    reads = [command for command in COMMANDS if not issubclass(command, Write) and command is not SignOut]
    async with garden(tmp_path) as (_, scene):
        for name in ("mia", "ana"):
            person = scene.people[name]
            await person.sync(cards=True)
            await asks_everything(scene, person, reads)
            met = scene.traces.found_in(told(person))
            may = {trace for trace in scene.traces if name in may_see(trace)}
            assert met - may == set(), f"{name} has seen what is not for them"
            assert may - met - UNMET == set(), f"{name} may see it, and did not"
