"""Everything that one person can write, each with a word of its own, so that it is told wherever it turns up.

    traces = Traces()
    scene = await everything(world, traces)     # wren writes all that the protocol takes, the others are there
    traces.found_in(data)                       # {"message.send.body", …}

What can be written is read off the protocol itself: `texts` gives every text field of every command, but for those that
name something there is (`NAMING`), look something up (`ASKING`) or are secrets (`SECRET`). A field that is added and that
nobody writes here fails `test_wren_writes_all_that_can_be_written`.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from msgspec import inspect, to_builtins

from among_protocol import wire
from among_protocol.accounts import UpdateAccount
from among_protocol.base import Command
from among_protocol.blocks import SetBlock
from among_protocol.bookmarks import SetBookmark
from among_protocol.communities import CreateCommunity, JoinCommunity, LeaveCommunity, UpdateCommunity
from among_protocol.corners import UpdateCorner
from among_protocol.drafts import SetDraft
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.forwards import ForwardMessage
from among_protocol.greeters import SetGreeter
from among_protocol.interests import SetInterests
from among_protocol.invites import CreateInvite
from among_protocol.joining import AnswerJoin, AskToJoin
from among_protocol.lookalikes import skeleton
from among_protocol.messages import SendMessage
from among_protocol.moderation import DAY, BanMember, KickMember, SetRole, SilenceMember, UnbanMember, UnsilenceMember
from among_protocol.notify import SetNotify
from among_protocol.passwords import ResetPassword
from among_protocol.personas import UpdatePersona
from among_protocol.portrait import DeclineProposal, ListProposals, MergeProposal, ProposePortrait
from among_protocol.posts import DeletePost, EditPost, PublishPost
from among_protocol.quotes import AskQuote, ConsentToQuote, WithdrawQuote
from among_protocol.reports import FileReport, ResolveReport
from among_protocol.rooms import AddPerson, CreateRoom, OpenDirect, SetTopic
from among_protocol.session import SignIn, SignUp
from among_protocol.status import SetStatus
from among_protocol.tags import UpdateTag
from among_protocol.welcome import SetWelcome
from tests.world import PASSWORD, Person, World

NAMING = {
    "id", "nonce", "community", "communities", "room", "rooms", "member", "members", "handles", "session", "log", "epoch",
    "place", "places", "quote", "block", "extensions", "key", "notices", "profile", "after", "date", "emoji", "origin",
}  # fmt: skip
NAMING_THERE = {  # likewise, but not in every command
    "account.read.handle", "account.erase.handle", "session.sign_in.handle", "block.set.handle", "member.find.handle",
    "member.ban.handle", "invite.revoke.invite", "interest.set.interests.tag", "tag.update.tag", "tag.update.into",
    "dnd.set.times.begins", "dnd.set.times.ends", "dnd.set.zone",
}  # fmt: skip
ASKING = {"query", "interest", "community.browse.tags", "message.page.at"}
SECRET = {"password", "token", "code", "old", "new", "invite"}  # test_ops_07_secrets.py looks for them


def texts(told: inspect.Type, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of the text fields of a type."""
    match told:
        case inspect.StrType():
            yield path
        case inspect.UnionType():
            for one in told.types:
                yield from texts(one, path)
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType():
            yield from texts(told.item_type, path)
        case inspect.DictType():
            yield from texts(told.key_type, (*path, "key"))
            yield from texts(told.value_type, (*path, "value"))
        case inspect.StructType():
            for part in told.fields:
                yield from texts(part.type, (*path, part.encode_name))
        case inspect.Metadata():
            yield from texts(told.type, path)
        case _:
            pass


def writable() -> set[str]:
    """`command.field` of all that somebody can say in words of their own."""
    found = set()
    for command in wire.COMMANDS:
        for path in texts(inspect.type_info(command)):
            name = f"{wire.tag_of(command)}.{'.'.join(path)}"
            if path[-1] not in NAMING | ASKING | SECRET and name not in NAMING_THERE | ASKING:
                found.add(name)
    return found


class Traces:
    """A word for each thing that is written, which is nowhere else. After an `@` stands which of several it was."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._fresh = ("canary" + "".join(letters) for letters in product("bdghkptvxz", repeat=3))

    def __getitem__(self, what: str) -> str:
        if what not in self._words:
            self._words[what] = next(self._fresh)
        return self._words[what]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def found_in(self, data: bytes | str, among: Collection[str] = ()) -> set[str]:
        """What of it is in there, as it was written, or as what looks like it."""
        told = (data if isinstance(data, bytes) else data.encode()).lower()
        if b"canary" not in told:
            return set()
        return {
            what for what, word in self._words.items() if word.encode() in told or skeleton(word).encode() in told
        } & set(among or self._words)


class Wren(Person):
    """Who writes; it is noted which fields of which commands they were."""

    def __init__(self, world: World, traces: Traces) -> None:
        super().__init__(world)
        self.traces = traces
        self.wrote: set[str] = set()

    def begin(self, command: type[Command], **fields: Any) -> str:
        for path, words in leaves(to_builtins(fields)):
            if "canary" in words:
                self.wrote.add(f"{wire.tag_of(command)}.{path}")
        return super().begin(command, **fields)

    async def writes(self, command: type[Command], *, which: str = "", **fields: Any) -> Any:
        """`fields` in which `...` stands for a word of its own, as in `body=...`."""
        tag, mark = wire.tag_of(command), f"@{which}" if which else ""

        def filled(value: Any, path: str) -> Any:
            if value is ...:
                word = self.traces[f"{tag}{path}{mark}"]
                return f"https://{word}.example/" if path.endswith(".url") else word
            if isinstance(value, dict):
                return {key: filled(part, f"{path}.{key}") for key, part in value.items()}
            return [filled(part, path) for part in value] if isinstance(value, list) else value

        return await self.ask(command, **{name: filled(value, f".{name}") for name, value in fields.items()})


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case dict():
            for key, part in value.items():
                yield from leaves(part, f"{path}.{key}".removeprefix("."))
        case list():
            for part in value:
                yield from leaves(part, path)
        case _:
            pass


@dataclass
class Scene:
    """Who is there, and the ids of what there is. `garden` stands apart: by invite alone, and out of the directory."""

    world: World
    traces: Traces
    wren: Wren
    people: dict[str, Person]
    ids: dict[str, Any] = field(default_factory=dict)


CLAIM: dict[str, Any] = {
    "handle": ..., "display_name": ..., "bio": ..., "pronouns": ..., "place": {"name": ..., "grain": "city"},
    "links": [{"label": ..., "url": ...}], "why": ..., "intro": ...,
}  # fmt: skip
SHOWN = {
    "bio": "members", "pronouns": "stewards", "place": "members", "links": "nobody", "why": "stewards",
    "intro": "members", "lineage": "stewards", "common": "nobody", "elsewhere": "nobody",
}  # fmt: skip


async def everything(world: World, traces: Traces) -> Scene:
    """Wren, owner of the garden beside Ana, writes all that can be written. Mia and Bob are members, and Bob is blocked by
    Wren; Fay was one, Ben is banned, Otto is only in the library, where Wren goes by their profile; Pat is in Wren's
    confidence; Tim is who stewards have to do with; Lou keeps the lodge, whose door Wren knocks at."""
    people = {
        name: await world.person(name)
        for name in ("ana", "mia", "bob", "fay", "ben", "otto", "pat", "tim", "lou", "quin")
    }
    ana, pat, lou = people["ana"], people["pat"], people["lou"]
    garden = (await ana.ask(CreateCommunity, slug="garden", name="Garden")).entry.log
    hall = (await ana.ask(CreateRoom, community=garden, slug="hall")).entry.room
    for name in ("mia", "bob", "fay", "ben", "pat", "tim"):
        people[name].member = (await people[name].ask(JoinCommunity, community=garden)).entry.member
        people[name].room = hall
    ana.member, ana.room = (await ana.entries(garden))[1].by, hall
    library = (await people["otto"].ask(CreateCommunity, slug="library", name="Library")).entry.log
    await people["otto"].ask(CreateRoom, community=library, slug="desk")
    lodge = (await lou.ask(CreateCommunity, slug="lodge", name="Lodge")).entry.log
    await lou.ask(
        UpdateCommunity, community=lodge, door="ask", questions=["Why?"], rules="Be kind.", rules_required=False
    )
    await people["fay"].ask(LeaveCommunity, community=garden)
    await ana.ask(BanMember, community=garden, member=people["ben"].member, reason="rude")

    first, wren = Wren(world, traces), Wren(world, traces)
    signed = await first.writes(SignUp, handle=..., display_name=..., password=PASSWORD, device=...)
    code = "the operator's"
    await world.app.store.add_reset(signed.account.handle, hashlib.sha256(code.encode()).digest(), 2**52)
    signed = await wren.writes(ResetPassword, code=code, password=PASSWORD, device=...)
    wren.wrote |= first.wrote
    wren.handle, wren.token, wren.account = signed.account.handle, signed.token, signed.account.id
    await wren.sync()
    scene = Scene(world, traces, wren, people, {"garden": garden, "hall": hall, "library": library, "lodge": lodge})
    joined = (await wren.writes(JoinCommunity, community=garden, persona={**CLAIM, "shown": SHOWN})).entry
    wren.member, wren.room = joined.member, hall
    await ana.ask(SetRole, community=garden, member=wren.member, role="owner")
    await wren.settled()
    scene.ids["elsewhere"] = (await wren.ask(JoinCommunity, community=library)).entry.member
    await a_community(scene)
    await who_they_are(scene)
    await at_the_door(scene)
    await words(scene)
    await a_corner(scene)
    await a_portrait(scene, pat)
    await stewardship(scene)
    await wren.ask(UpdateCommunity, community=garden, door="invite", listed=False)
    await wren.ask(SetBlock, kind="block", member=people["bob"].member)
    await world.quiet()
    return scene


async def who_they_are(scene: Scene) -> None:
    wren, garden = scene.wren, scene.ids["garden"]
    said = {name: value for name, value in CLAIM.items() if name not in ("handle", "why")}
    await wren.writes(UpdateAccount, **said)
    await wren.writes(UpdatePersona, community=garden, persona=CLAIM)
    phone = Wren(scene.world, scene.traces)
    await phone.writes(SignIn, token=wren.token, device=...)
    phone.leave()
    desk = Wren(scene.world, scene.traces)
    await desk.writes(SignIn, handle=wren.handle, password=PASSWORD, device=..., which="desk")
    wren.wrote |= phone.wrote | desk.wrote
    desk.leave()
    await wren.writes(SetStatus, community=garden, status={"text": ...})
    await wren.writes(SetInterests, community=garden, interests=[{"tag": ..., "shown": "stewards"}])
    await wren.writes(SetInterests, interests=[{"tag": ...}], which="alone")


async def a_community(scene: Scene) -> None:
    wren, garden = scene.wren, scene.ids["garden"]
    theirs = [scene.traces[f"interest.set.interests.tag{which}"] for which in ("", "@alone")]
    made = await wren.writes(CreateCommunity, slug=..., name=..., about=..., tags=[..., *theirs])
    own = scene.ids["own"] = made.entry.log
    await wren.ask(UpdateCommunity, community=own, door="invite", listed=False)
    await wren.writes(
        UpdateCommunity, community=garden, name=..., about=..., rules=..., rules_required=False, questions=[...], tags=[...], door="ask"
    )  # fmt: skip
    made = await wren.writes(CreateRoom, community=garden, slug=..., topic=...)
    scene.ids["shed"] = made.entry.room
    await wren.writes(SetTopic, room=scene.ids["shed"], topic=...)
    cellar = scene.ids["cellar"] = (
        await wren.writes(CreateRoom, community=garden, slug=..., topic=..., kind="private", which="private")
    ).entry.room
    await wren.ask(AddPerson, room=cellar, member=scene.people["pat"].member)
    tags = [scene.traces[f"community.{how}.tags"] for how in ("create", "update")]
    await wren.writes(UpdateTag, community=garden, tag=tags[1], into=tags[0])
    await wren.writes(SetWelcome, community=garden, text=..., rooms=[scene.ids["hall"]])


async def at_the_door(scene: Scene) -> None:
    wren, garden = scene.wren, scene.ids["garden"]
    scene.ids["invite"] = (await wren.writes(CreateInvite, community=garden, note=..., uses=3)).invite.invite
    quin = scene.people["quin"]
    asked = (await quin.ask(AskToJoin, community=garden, answers=["Beans"])).entry
    assert asked.log == quin.account
    await scene.world.quiet()
    requests = [one for one in await wren.entries(f"w{garden[1:]}") if wire.tag_of(type(one)) == "join.asked"]
    await wren.writes(AnswerJoin, community=garden, request=requests[-1].seq, verdict="declined", reason=...)
    await wren.writes(
        AskToJoin, community=scene.ids["lodge"], answers=[...], note=..., persona={**CLAIM, "shown": SHOWN}
    )


async def words(scene: Scene) -> None:
    wren, ids, pat = scene.wren, scene.ids, scene.people["pat"]
    ids["direct"] = (await wren.ask(OpenDirect, members=[pat.member])).entry.room
    ids["said"] = (await wren.writes(SendMessage, room=ids["hall"], body=...)).entry.seq
    for which, room in (("private", "cellar"), ("direct", "direct")):
        ids[f"said in {room}"] = (await wren.writes(SendMessage, room=ids[room], body=..., which=which)).entry.seq
    edited = (await wren.writes(SendMessage, room=ids["hall"], body=..., which="edited")).entry
    await wren.writes(EditMessage, room=ids["hall"], message=edited.seq, body=...)
    for room in ("hall", "cellar"):
        gone = (await wren.writes(SendMessage, room=ids[room], body=..., which="deleted")).entry
        await wren.writes(EditMessage, room=ids[room], message=gone.seq, body=..., which="deleted")
        await wren.ask(DeleteMessage, room=ids[room], message=gone.seq)
    theirs = await pat.say("nonsense")
    await wren.writes(DeleteMessage, room=ids["hall"], message=theirs.seq, reason=...)
    await wren.writes(ForwardMessage, room=ids["hall"], origin=ids["hall"], message=edited.seq, comment=...)
    await wren.writes(SetBookmark, room=ids["hall"], message=edited.seq, note=...)
    await wren.writes(SetDraft, place=ids["hall"], text=...)
    await wren.writes(SetDraft, place=ids["garden"], text=..., which="post")
    await wren.writes(SetNotify, word=..., level="all")
    await threads(scene)


async def threads(scene: Scene) -> None:
    """In the hall, and where not everybody is."""
    wren, ids = scene.wren, scene.ids
    for which, room, root in (
        ("thread", "hall", ids["said"]),
        ("private thread", "cellar", ids["said in cellar"]),
        ("direct thread", "direct", ids["said in direct"]),
    ):
        await wren.writes(SendMessage, room=ids[room], thread=root, body=..., which=which)
    gone = (
        await wren.writes(SendMessage, room=ids["hall"], thread=ids["said"], body=..., which="deleted thread")
    ).entry
    await wren.ask(DeleteMessage, room=ids["hall"], message=gone.seq)


async def a_corner(scene: Scene) -> None:
    wren, ids, pat = scene.wren, scene.ids, scene.people["pat"]
    await wren.writes(UpdateCorner, community=ids["garden"], title=...)
    post = (await wren.writes(PublishPost, community=ids["garden"], title=..., body=...)).entry
    ids["corner"], ids["post"] = post.log, post.seq
    await wren.writes(EditPost, room=post.log, post=post.seq, title=..., body=...)
    await wren.writes(SendMessage, room=post.log, post=post.seq, body=..., which="comment")
    gone = (await wren.writes(PublishPost, community=ids["garden"], title=..., body=..., which="deleted")).entry
    await wren.ask(DeletePost, room=gone.log, post=gone.seq)
    theirs = (await pat.ask(PublishPost, community=ids["garden"], title="Buy beans", body="Cheap!")).entry
    await wren.writes(DeletePost, room=theirs.log, post=theirs.seq, reason=...)


async def a_portrait(scene: Scene, pat: Person) -> None:
    wren, ids, ana = scene.wren, scene.ids, scene.people["ana"]
    garden = ids["garden"]
    await wren.writes(ProposePortrait, community=garden, section="about", base=0, text=..., note=..., merge=True)
    await wren.writes(
        ProposePortrait,
        community=garden,
        section="milestones",
        base=0,
        milestones=[{"date": "2019", "text": ...}],
        merge=True,
    )
    await wren.writes(ProposePortrait, community=garden, section="story", base=0, text=..., note=..., which="waiting")
    theirs = (await pat.ask(ProposePortrait, community=garden, section="story", base=0, text="Once.")).entry
    await wren.writes(DeclineProposal, community=garden, proposal=theirs.proposal, reason=...)
    await wren.writes(AskQuote, community=garden, text=...)
    await merge_the_quote(scene, ana)
    said = (await wren.writes(SendMessage, room=ids["hall"], body=..., which="quoted")).entry
    asked = (await pat.ask(AskQuote, community=garden, room=said.log, message=said.seq, text=said.body)).entry
    ids["quote"] = asked.quote
    await wren.writes(ConsentToQuote, community=garden, quote=asked.quote, agree=True, text=...)
    await merge_the_quote(scene, ana)
    await pat.ask(AskQuote, community=garden, text="I like it here.")
    quote = await merge_the_quote(scene, ana)
    await wren.writes(WithdrawQuote, quote=quote, reason=...)


async def merge_the_quote(scene: Scene, ana: Person) -> str:
    waiting = (await ana.ask(ListProposals, community=scene.ids["garden"])).proposals
    newest = next(one for one in reversed(waiting) if one.section == "quotes")
    await ana.ask(MergeProposal, community=scene.ids["garden"], proposal=newest.proposal)
    quote: str = newest.quote.quote
    return quote


async def stewardship(scene: Scene) -> None:
    """What is done about Tim, and about Pat as a greeter."""
    wren, ids, pat, tim = scene.wren, scene.ids, scene.people["pat"], scene.people["tim"]
    him: dict[str, Any] = {"community": ids["garden"], "member": tim.member}
    bad = await tim.say("buy my beans")
    await wren.writes(FileReport, room=bad.log, message=bad.seq, reason=...)
    reports = [one for one in await wren.entries(f"w{ids['garden'][1:]}") if wire.tag_of(type(one)) == "report.filed"]
    await wren.writes(ResolveReport, community=ids["garden"], report=reports[-1].seq, outcome="acted", note=...)
    await wren.writes(SilenceMember, **him, reason=..., for_ms=DAY)
    await wren.writes(UnsilenceMember, **him, reason=...)
    await wren.writes(SetRole, **him, role="steward", reason=...)
    await wren.ask(SetRole, **him, role="member")
    await wren.writes(KickMember, **him, reason=...)
    await wren.writes(BanMember, **him, reason=...)
    await wren.writes(UnbanMember, **him, reason=...)
    her: dict[str, Any] = {"community": ids["garden"], "member": pat.member}
    await pat.ask(SetGreeter, community=ids["garden"], state="volunteers")
    await wren.ask(SetGreeter, **her, state="greets")
    await wren.writes(SetGreeter, **her, state="none", reason=...)
