"""The inbox: who mentioned me, who answered me, what others did that concerns me; of many rooms one list."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from among_protocol.blocks import SetBlock
from among_protocol.communities import JoinCommunity, LeaveCommunity, UpdateCommunity
from among_protocol.edits import DeleteMessage, EditMessage
from among_protocol.happenings import Up
from among_protocol.inbox import NOTICES, InboxMoved, InboxPage, MarkInbox, ReadInbox
from among_protocol.joining import AnswerJoin, AskToJoin
from among_protocol.logs import Sync, Synced, SyncStarted
from among_protocol.markers import SetMarker
from among_protocol.members import Persona
from among_protocol.messages import MessageSent, ReadMessages, SendMessage
from among_protocol.moderation import DAY, BanMember, KickMember, SetRole, SilenceMember
from among_protocol.quotes import AskQuote
from among_protocol.retention import Retention, SetRetention
from among_protocol.rooms import FollowRoom, RemovePerson, UnfollowRoom
from among_protocol.view import View
from among_server.handlers import ROUTES
from among_server.limits import INBOX
from among_server.store.memory import inbox as memory_inbox
from tests.held import HeldStore
from tests.server.test_corners import publish
from tests.world import Person, World, world_of


async def inbox(person: Person, **fields: object) -> InboxPage:
    page: InboxPage = await person.ask(ReadInbox, **fields)
    return page


async def texts(person: Person) -> list[tuple[str, str]]:
    """Newest first."""
    return [(item.kind, item.said.body if item.said else "") for item in (await inbox(person)).items]


async def unread(person: Person) -> int:
    """The same in a sync, in a page, and as a recount of the list."""
    started = await person.sync()
    await person.settled()
    page = await inbox(person, limit=200)
    recount = sum(item.number > page.read for item in page.items)
    assert started.inbox.unread == page.unread == recount
    assert started.inbox.read == page.read
    return recount


async def reply(person: Person, body: str, to: int, room: str = "") -> Any:
    return (await person.ask(SendMessage, room=room or person.room, body=body, reply_to=to)).entry


async def test_mentions_and_answers_of_all_places_are_one_list_newest_first():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        await world.join_too(bob, "library")
        said = await bob.say("who has beans?")
        await ann.say("hello @bob")
        await eve.say("@bob: the book is here")
        answer = await reply(ann, "I have", said.seq)
        assert answer.answers == bob.member
        await ann.say("nobody in particular")
        assert await texts(bob) == [
            ("reply", "I have"),
            ("mention", "@bob: the book is here"),
            ("mention", "hello @bob"),
        ]
        page = await inbox(bob)
        assert [(item.log, item.seq) for item in page.items][::2] == [(ann.room, answer.seq), (ann.room, 2)]
        assert await unread(bob) == 3
        assert await texts(ann) == []


async def test_who_is_mentioned_in_an_answer_has_one_item_and_nobody_answers_themselves():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await bob.say("who has beans?")
        await reply(ann, "@bob, I have", said.seq)
        own = await reply(bob, "still looking", said.seq)
        assert own.answers == ""
        assert await texts(bob) == [("mention", "@bob, I have")]


async def test_a_comment_on_ones_post_is_an_answer():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        post = await publish(world, ann)
        said = (await bob.ask(SendMessage, room=post.log, post=post.seq, body="like weeds")).entry
        assert said.answers == ann.member
        assert await texts(ann) == [("reply", "like weeds")]
        answer = (await ann.ask(SendMessage, room=post.log, post=post.seq, body="yes", reply_to=said.seq)).entry
        assert answer.answers == bob.member
        assert await texts(bob) == [("reply", "yes")]


async def test_an_edit_that_mentions_somebody_anew_is_an_item_about_the_message():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("hello")
        await ann.ask(EditMessage, room=ann.room, message=said.seq, body="hello @bob")
        (item,) = (await inbox(bob)).items
        assert item.said is not None
        assert (item.kind, item.seq, item.said.body) == ("mention", said.seq, "hello @bob")
        await ann.ask(EditMessage, room=ann.room, message=said.seq, body="hello @bob!")
        assert await texts(bob) == [("mention", "hello @bob!")]


async def test_an_answer_that_mentions_whom_it_answers_by_an_edit_is_one_item_and_counted_once():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        asked = await bob.say("who has beans?")
        phone, start, view = await followed(world, await bob.device())
        answer = await reply(ann, "I have", asked.seq)
        await ann.ask(EditMessage, room=ann.room, message=answer.seq, body="I have, @bob")
        assert (await phone.hears(InboxMoved)).unread == 1
        for event in phone.heard[start:]:
            view.apply(event)
        assert view.inbox.unread == await unread(bob) == 1
        assert await texts(bob) == [("reply", "I have, @bob")]


async def test_an_answer_that_was_not_heard_is_an_item_when_an_edit_mentions_whom_it_answers():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        asked = await bob.say("who has beans?")
        await bob.ask(SetBlock, handle="ann", kind="mute")
        answer = await reply(ann, "I have", asked.seq)
        await bob.ask(SetBlock, handle="ann", kind="none")
        await ann.ask(EditMessage, room=ann.room, message=answer.seq, body="I have, @bob")
        assert await texts(bob) == [("mention", "I have, @bob")]
        assert await unread(bob) == 1


async def test_what_is_deleted_is_gone_from_the_list_and_from_the_count():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = [await ann.say(f"number {number} @bob") for number in range(3)]
        assert await unread(bob) == 3
        await ann.ask(DeleteMessage, room=ann.room, message=said[1].seq)
        assert await texts(bob) == [("mention", "number 2 @bob"), ("mention", "number 0 @bob")]
        assert await unread(bob) == 2


async def test_every_session_is_told_what_is_left_when_something_is_deleted():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = [await ann.say(f"number {number} @bob") for number in range(3)]
        phone = await bob.device()
        await bob.settled()
        before = len(ann.heard)
        await ann.ask(DeleteMessage, room=ann.room, message=said[1].seq)
        for device in (bob, phone):
            assert (await device.hears(InboxMoved)).unread == 2
        await ann.settled()
        assert not [event for event in ann.heard[before:] if isinstance(event, InboxMoved)], "it is nobody else's"
        await bob.ask(SetBlock, handle="ann", kind="block")
        for device in (bob, phone):
            assert (await device.hears(InboxMoved)).unread == 0
        await ann.settled()
        assert not [event for event in ann.heard[before:] if isinstance(event, InboxMoved)], "nobody is told of a block"


async def test_many_changes_at_once_are_counted_once():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = [await ann.say(f"number {number} @bob") for number in range(20)]
        await bob.settled()
        before = len(bob.heard)
        ids = [ann.begin(DeleteMessage, room=ann.room, message=one.seq) for one in said]
        for id in ids:
            await ann.answered(id)
        await bob.settled()
        told = [event for event in bob.heard[before:] if isinstance(event, InboxMoved)]
        assert told[-1].unread == 0
        assert len(told) < len(said)


async def test_it_is_counted_again_only_when_something_calls_its_owner_meanwhile():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        said = [await ann.say(f"number {number} @bob") for number in range(3)]
        for call, times in (("@cyd, or whoever", 1), ("@bob", 2)):
            await bob.settled()
            hold = store.hold("recount_inbox")
            await ann.ask(DeleteMessage, room=ann.room, message=said.pop().seq)
            await hold.is_asked(1)
            await ann.say(call)
            await cyd.say("hi")
            hold.let_one_go()
            if times == 2:
                await hold.is_asked(2)
                hold.let_one_go()
            moved = await bob.hears(InboxMoved)
            assert hold.asked == times
            hold.let_go()
            assert moved.unread == await unread(bob)


async def test_what_comes_into_an_empty_inbox_while_it_is_counted_is_told():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await bob.settled()
        assert await unread(bob) == 0
        hold = store.hold("recount_inbox")
        await bob.ask(UnfollowRoom, room=bob.room)
        await hold.is_asked(1)
        await ann.say("where are you, @bob?")
        hold.let_go()
        assert (await bob.hears(InboxMoved)).unread == 1


async def test_what_comes_while_a_sync_is_read_is_counted_once():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await bob.again()
        hold = store.hold("unread")
        asked = phone.begin(Sync, cards=True)
        await hold.is_asked(1)
        await ann.say("tea, @bob?")
        hold.let_go()
        started = await phone.reply(asked, Sync.Reply)
        await phone.settled()
        view = seen(world, started, phone.heard)
        assert view.inbox == (await phone.sync()).inbox


async def test_a_device_in_the_middle_of_a_sync_is_told_what_is_left_once_it_has_all():
    store = HeldStore()
    async with world_of(store) as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        said = await ann.say("tea, @bob?")
        await bob.settled()
        phone = await bob.again()
        hold = store.hold("entries")
        phone.begin(Sync, epoch=store.epoch, positions={bob.room: 0})
        await hold.is_asked(1)
        await ann.ask(DeleteMessage, room=ann.room, message=said.seq)
        await bob.hears(InboxMoved)
        assert not phone.heard
        hold.let_go()
        await phone.hears(Synced)
        assert (await phone.hears(InboxMoved)).unread == 0


WHOM = ("ann", "cyd")  # blocked or muted
WORDS = ("hello", "@bob", "@bob @cyd", "@cyd", "@ann")
ACT = st.tuples(
    st.sampled_from(("ann", "bob", "cyd")),
    st.sampled_from(
        ("say", "say", "say", "answer", "answer", "answer", "edit", "delete", "delete", "block", "mute", "none",
         "quit", "enter", "mark", "unmark", "trim")
    ),
    st.integers(0, 7),
)  # fmt: skip


@given(story=st.lists(ACT, min_size=5, max_size=40))
@settings(max_examples=30)
async def test_what_a_session_counts_is_a_recount_whatever_is_said_deleted_blocked_left_or_kept_no_longer(story):
    async with world_of() as world:
        people = dict(zip(("ann", "bob", "cyd"), await world.join("garden/hall", "ann", "bob", "cyd"), strict=True))
        await world.founder("garden").ask(SetRetention, room=people["ann"].room, retention=Retention(messages=3))
        views = [await followed(world, device) for one in people.values() for device in [await one.device()]]
        for who, act, number in story:
            await take(world, people[who], act, number)
        blocked = {WHOM[number % 2] for who, act, number in story if (who, act) == ("bob", "block")}
        for device, start, view in views:
            if device.handle in blocked:  # who is blocked is told nothing of it, and so counts what they hear
                continue
            await device.settled()
            for event in device.heard[start:]:
                if isinstance(event, MessageSent):
                    handle = next(one.handle for one in people.values() if one.member == event.by)
                    view.learn(Persona(member=event.by, rev=event.rev, handle=handle, display_name=handle))
                view.apply(event)
            assert view.inbox == (await device.sync(cards=True)).inbox, device.handle


async def followed(world: World, device: Person) -> tuple[Person, int, View]:
    started = await device.sync(cards=True)
    await device.settled()
    return device, len(device.heard), seen(world, started)


def seen(world: World, started: SyncStarted, heard: Iterable[Any] = ()) -> View:
    """What a client makes of it, and of what it hears then."""
    assert started.account is not None
    view, hello = View(), world.app.services.hello
    view.apply(Up(hello=hello, account=started.account, session="s", cut=0, sync=started, resumed=False))
    for event in heard:
        view.apply(event)
    return view


async def take(world: World, person: Person, act: str, number: int) -> None:
    """Only bob blocks and mutes."""
    room, store = person.room, world.app.store
    body = WORDS[number % 5]
    if act in ("edit", "delete"):  # of their own, one of the newest
        page = await person.ask(ReadMessages, room=room)
        own = [one.seq for one in page.messages if one.by == person.member and not one.blank]
        number = own[-1 - number % min(len(own), 3)] if own else 0
    asks: dict[str, tuple[Any, dict[str, Any]]] = {
        "say": (SendMessage, {"room": room, "body": body}),
        "answer": (SendMessage, {"room": room, "body": "so", "reply_to": number}),
        "edit": (EditMessage, {"room": room, "message": number, "body": body}),
        "delete": (DeleteMessage, {"room": room, "message": number}),
        "quit": (UnfollowRoom, {"room": room}),
        "enter": (FollowRoom, {"room": room}),
        "mark": (MarkInbox, {"number": number}),
        "unmark": (MarkInbox, {"number": number, "unread": True}),
    }
    if act in ("block", "mute", "none"):
        if person.handle == "bob":
            await person.answered(person.begin(SetBlock, handle=WHOM[number % 2], kind=act))
    elif act == "trim":
        held = next(one for one in (await store.held("", 9))[0] if one.room == room)
        await world.app.services.retaining._trim(held, "9999")
    else:
        await person.answered(person.begin(asks[act][0], **asks[act][1]))
    await person.settled()


async def test_auz_03_what_one_may_not_see_any_more_is_not_there_until_one_may_again():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        cellar = await world.private_room("garden/cellar", ann, bob)
        await ann.say("canary-hall @bob")
        await ann.say("canary-cellar @bob", room=cellar)
        notices = await unread(bob) - 3  # without having been brought into the cellar
        await bob.ask(UnfollowRoom, room=cellar)
        assert [text for _, text in await texts(bob) if text] == ["canary-hall @bob"]
        assert await unread(bob) == notices + 1
        await bob.ask(UnfollowRoom, room=bob.room)  # open: it is there all the same
        assert await unread(bob) == notices + 1
        await bob.ask(LeaveCommunity, community=world.id("garden"))
        known = len(bob.frames)
        assert [text for _, text in await texts(bob) if text] == []
        assert await unread(bob) == notices
        assert not [frame for frame in bob.frames[known:] if b"canary" in frame]
        await bob.ask(JoinCommunity, community="garden")
        assert [text for _, text in await texts(bob) if text] == ["canary-hall @bob"]


async def lose(world: World, person: Person, cellar: str, how: str) -> None:
    founder, garden = world.founder("garden"), world.id("garden")
    match how:
        case "left":
            await person.ask(UnfollowRoom, room=cellar)
        case "kicked":
            await founder.ask(KickMember, community=garden, member=person.member, reason="rude")
        case "taken out":
            await founder.ask(RemovePerson, room=cellar, member=person.member)
        case _:
            await founder.ask(BanMember, community=garden, member=person.member, reason="rude")


@pytest.mark.parametrize("how", ["left", "taken out", "kicked", "banned"])
async def test_auz_03_of_a_private_room_that_one_lost_an_inbox_tells_nothing(how: str):
    """No words, no count, and not that it is there."""
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        before = await unread(bob)
        cellar = await world.private_room("garden/cellar", ann, bob)
        said = await bob.say("who has beans?", room=cellar)
        await ann.say("canary @bob", room=cellar)
        await reply(ann, "canary", said.seq, room=cellar)
        assert await unread(bob) == before + 3  # and that he was brought there
        await lose(world, bob, cellar, how)
        await bob.settled()
        start = len(bob.frames)
        page = await inbox(bob)
        assert cellar.encode() not in b"".join(bob.frames[start:])
        assert b"cellar" not in b"".join(bob.frames[start:])
        assert [item.kind for item in page.items] == ["notice"] * len(page.items)
        assert page.unread == before + (how in ("kicked", "banned"))  # why one is no longer in the garden
        assert await unread(bob) == page.unread


@pytest.mark.parametrize("read", ["inbox", "inbox_state"])
@pytest.mark.parametrize("how", ["left", "taken out", "kicked"])
async def test_auz_04_what_is_lost_while_an_inbox_is_read_is_not_in_it(
    how: str, read: str, monkeypatch: pytest.MonkeyPatch
):
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        before = await unread(bob)
        cellar = await world.private_room("garden/cellar", ann, bob)
        await ann.say("canary @bob", room=cellar)
        right, phone = getattr(world.app.store, read), await bob.again()

        async def slow(*asked: Any) -> Any:
            found = await right(*asked)
            monkeypatch.undo()
            await lose(world, phone, cellar, how)
            return found

        phone.member = bob.member
        monkeypatch.setattr(world.app.store, read, slow)
        page, told = await inbox(bob), bob.frames[-1]
        assert [item.kind for item in page.items] == ["notice"] * len(page.items)
        assert cellar.encode() not in told
        assert page.unread == before + (how == "kicked")


async def test_whom_one_blocks_or_mutes_or_is_blocked_by_is_not_in_it():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("before @bob")
        for kind in ("block", "mute"):
            await bob.ask(SetBlock, handle="ann", kind=kind)
            assert await texts(bob) == []
            await ann.say(f"during {kind} @bob")
            await bob.ask(SetBlock, handle="ann", kind="none")
            assert await texts(bob) == [("mention", "before @bob")], "what was never told is not told later"
        await ann.ask(SetBlock, handle="bob", kind="block")
        assert (await texts(bob), await unread(bob)) == ([], 0)
        await ann.ask(SetBlock, handle="bob", kind="mute")
        assert await texts(bob) == [("mention", "before @bob")]


async def test_what_others_did_that_concerns_one_is_in_it_and_what_one_did_oneself_is_not():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        founder, garden = world.founder("garden"), world.id("garden")
        await world.private_room("garden/cellar", ann)
        await world.direct(bob, ann)
        await bob.ask(AskQuote, community=garden, room=ann.room, message=(await ann.say("beans")).seq, text="beans")
        await world.promote(ann, "garden", "steward")
        await ann.ask(SetRole, community=garden, member=ann.member, role="member")  # laid down by herself
        await founder.ask(SilenceMember, community=garden, member=ann.member, reason="rude", for_ms=DAY)
        told = [ann.encoding.decode_entry(raw) for raw in (await inbox(ann)).notices]
        assert type(told[-1]).__name__ == "RoomFollowed"  # into the cellar, which goes with the community
        await founder.ask(KickMember, community=garden, member=ann.member, reason="rude")
        page = await inbox(ann)
        told = [ann.encoding.decode_entry(raw) for raw in page.notices]
        assert [type(entry).__name__ for entry in told] == [
            "MemberKicked",
            "MemberSilenced",
            "RoleSet",
            "QuoteAsked",
            "DirectOpened",
        ]
        assert [(item.kind, item.log, item.seq) for item in page.items] == [
            ("notice", ann.account, entry.seq) for entry in told
        ]
        assert all(isinstance(entry, NOTICES) for entry in told)
        assert await unread(ann) == 5
        assert (await inbox(bob)).items == []


async def test_being_let_in_or_not_is_in_it():
    async with world_of() as world:
        await world.join("lodge")
        founder, lodge = world.founder("lodge"), world.id("lodge")
        await founder.ask(UpdateCommunity, community=lodge, door="ask")
        ann, bob = await world.person("ann"), await world.person("bob")
        for number, (person, verdict) in enumerate(((ann, "accepted"), (bob, "declined")), 1):
            await person.ask(AskToJoin, community=lodge)
            (request,) = [row.seq for row in await world.app.store.requests(lodge, 0, 10)]
            await founder.ask(AnswerJoin, community=lodge, request=request, verdict=verdict, reason="because")
            (raw,) = (await inbox(person)).notices
            kind = type(person.encoding.decode_entry(raw)).__name__
            assert kind == ("CommunityJoined" if number == 1 else "JoinDeclined")


async def test_the_read_mark_goes_forward_and_back_on_request_and_every_other_device_is_told():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        phone = await bob.device()
        for number in range(4):
            await ann.say(f"number {number} @bob")
        numbers = [item.number for item in (await inbox(bob)).items]
        state = await bob.ask(MarkInbox, number=numbers[1])
        assert (state.read, state.unread) == (numbers[1], 1)
        told = await phone.hears(InboxMoved)
        assert (told.read, told.unread) == (state.read, state.unread)
        assert (await bob.ask(MarkInbox, number=numbers[3])).read == numbers[1], "forward only"
        back = await bob.ask(MarkInbox, number=numbers[3], unread=True)
        assert (back.read, back.unread) == (numbers[3], 3)
        end = await bob.ask(MarkInbox, number=2**50)
        assert (end.read, end.unread) == (numbers[0], 0)
        assert [event for event in await bob.settled() if isinstance(event, InboxMoved)] == []
        assert [event for event in await ann.settled() if isinstance(event, InboxMoved)] == []
        await ann.say("one more @bob")
        assert await unread(bob) == 1


def test_marking_the_inbox_costs_more_than_marking_a_room():
    """It counts what is seen of up to 500 items."""
    assert ROUTES[MarkInbox].cost == 2 * ROUTES[SetMarker].cost


async def test_reading_the_room_leaves_the_inbox_alone():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.say("hello @bob")
        await bob.say("hello @ann")
        assert await unread(bob) == 1


async def test_pages_go_back_to_the_oldest():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for number in range(5):
            await ann.say(f"number {number} @bob")
        found, before, complete = [], None, False
        while not complete:
            page = await inbox(bob, before=before, limit=2)
            found += [item.number for item in page.items]
            before, complete = page.items[-1].number, page.complete
        assert found == sorted(found, reverse=True)
        assert len(found) == 5


async def test_inp_05_an_inbox_keeps_so_many_and_the_oldest_go(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.inbox == INBOX
        monkeypatch.setattr(memory_inbox, "INBOX", 3)
        ann, bob = await world.join("garden/hall", "ann", "bob")
        for number in range(5):
            await ann.say(f"number {number} @bob")
        assert await texts(bob) == [("mention", f"number {number} @bob") for number in (4, 3, 2)]
        assert await unread(bob) == 3


async def test_what_a_client_counts_as_it_comes_is_what_the_next_sync_tells():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        founder, garden = world.founder("garden"), world.id("garden")
        view, heard = View(), len(bob.heard)
        started = await bob.sync(cards=True)
        hello, account = world.app.services.hello, started.account
        view.apply(Up(hello=hello, account=account, session="s", cut=0, sync=started, resumed=False))
        said = await bob.say("who has beans?")
        await ann.say("@bob and @bob")
        edited = await ann.say("nobody")
        await ann.ask(EditMessage, room=ann.room, message=edited.seq, body="somebody: @bob")
        await reply(ann, "I have", said.seq)
        await reply(ann, "I have, @bob", said.seq)
        await reply(bob, "thanks", said.seq)
        post = await publish(world, ann)
        await bob.ask(FollowRoom, room=post.log)
        await ann.ask(SendMessage, room=post.log, post=post.seq, body="and here, @bob")
        await bob.ask(SetBlock, handle="ann", kind="mute")
        await ann.say("not heard, @bob")
        await bob.ask(SetBlock, handle="ann", kind="none")
        await world.direct(ann, bob)
        await world.private_room("garden/cellar", bob)
        await founder.ask(SetRole, community=garden, member=bob.member, role="steward")
        await bob.ask(SetRole, community=garden, member=bob.member, role="member")
        phone = await bob.again()
        await phone.ask(MarkInbox, number=1)
        await founder.ask(SilenceMember, community=garden, member=bob.member, reason="rude", for_ms=DAY)
        await bob.settled()
        for event in bob.heard[heard:]:
            view.apply(event)
        fresh = (await bob.sync()).inbox
        assert (view.inbox.read, view.inbox.unread) == (fresh.read, fresh.unread)
        assert fresh.unread == await unread(bob)
