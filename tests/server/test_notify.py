"""What is worth a bell: choices for places and words, on all of one's devices, and nobody else's business."""

import msgspec
import pytest

from among_protocol import codes
from among_protocol.communities import LeaveCommunity
from among_protocol.messages import SendMessage
from among_protocol.notify import NotifyChanged, SetNotify
from among_protocol.threads import ThreadChanged
from among_server.limits import NOTIFY_CHOICES, NOTIFY_WORDS
from among_server.store.notify import NotifyRow
from among_server.store.rules import notify as rules
from tests.world import Person, world_of


async def choices(person: Person) -> list[tuple[str, str, str]]:
    """As every sync tells."""
    started = await person.sync()
    await person.settled()
    return [(one.place, one.word, one.level) for one in started.notify]


async def test_a_choice_is_in_every_sync_and_told_to_every_other_device():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        phone = await ann.device()
        for place, level in (("", "mentions"), (garden, "nothing"), (ann.room, "all")):
            chosen = await ann.ask(SetNotify, place=place, level=level)
            assert (chosen.place, chosen.word, chosen.level, chosen.until) == (place, "", level, "")
            told = await phone.hears(NotifyChanged)
            assert (told.place, told.level) == (place, level)
        assert await choices(ann) == [("", "", "mentions"), (garden, "", "nothing"), (ann.room, "", "all")]
        await phone.ask(SetNotify, place=garden, level="all")
        assert (await ann.hears(NotifyChanged)).level == "all", "the last one wins"
        await phone.ask(SetNotify, place=garden, level="inherit")
        assert (await ann.hears(NotifyChanged)).level == "inherit"
        assert await choices(ann) == [("", "", "mentions"), (ann.room, "", "all")]
        assert await choices(bob) == []
        assert [event for event in bob.heard if isinstance(event, NotifyChanged)] == []


async def test_a_choice_for_a_thread_is_told_with_the_thread_and_no_choice_for_its_room():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        root = await ann.say("Who has beans?")
        asked = {"place": ann.room, "thread": root.seq, "level": "nothing"}
        assert (await ann.refused(SetNotify, **asked)).code == codes.THREAD_GONE.code, "one follows none yet"
        await bob.ask(SendMessage, room=bob.room, thread=root.seq, body="I have")
        phone = await ann.device()
        chosen = await ann.ask(SetNotify, **asked)
        assert (chosen.place, chosen.thread, chosen.level) == (ann.room, root.seq, "nothing")
        told = await phone.hears(ThreadChanged)
        assert (told.thread, told.level, told.unread, told.part) == (root.seq, "nothing", 1, False)
        started = await ann.sync()
        assert [(one.thread, one.level) for one in started.threads] == [(root.seq, "nothing")]
        assert started.notify == []
        assert [event for event in (*bob.heard, *phone.heard) if isinstance(event, NotifyChanged)] == []
        for fields, code in (
            ({"thread": root.seq, "level": "all"}, codes.ROOM_GONE),
            ({"place": world.id("garden"), "thread": root.seq, "level": "all"}, codes.ROOM_GONE),
            ({"thread": root.seq, "word": "beans", "level": "all"}, codes.FIELD_INVALID),
        ):
            assert (await ann.refused(SetNotify, **fields)).code == code.code


async def test_a_choice_may_end_by_itself():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        chosen = await ann.ask(SetNotify, place=ann.room, level="nothing", for_ms=2 * 60 * 60 * 1000)
        assert chosen.until
        started = await ann.sync()
        assert [one.until for one in started.notify] == [chosen.until]
        assert (await ann.ask(SetNotify, place=ann.room, level="inherit", for_ms=1000)).until == ""


async def test_what_is_over_makes_room(monkeypatch):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        monkeypatch.setattr(rules, "NOTIFY_CHOICES", 1)
        over = NotifyRow(ann.room, "", "nothing", until_ms=1)
        await world.app.store._call(lambda tx: tx.put_notify(ann.account, over))  # type: ignore[attr-defined]  # long ago
        await ann.ask(SetNotify, place=world.id("garden"), level="nothing")
        assert await choices(ann) == [(world.id("garden"), "", "nothing")]


async def test_one_waits_for_a_word_whatever_its_case():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        phone = await ann.device()
        chosen = await ann.ask(SetNotify, word="  Runner   BEANS ", level="all")
        assert chosen.word == "runner beans"
        assert (await phone.hears(NotifyChanged)).word == "runner beans"
        await ann.ask(SetNotify, word="ẞträucher", level="all")
        assert await choices(ann) == [("", "runner beans", "all"), ("", "ssträucher", "all")]
        await ann.ask(SetNotify, word="RUNNER beans", level="inherit")
        assert await choices(ann) == [("", "ssträucher", "all")]
        assert "beans" not in repr(chosen), "what one waits for is not for a log"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"word": "beans", "level": "nothing"}, "level"),
        ({"word": "beans", "level": "mentions"}, "level"),
        ({"word": "beans", "place": "ROOM", "level": "all"}, "place"),
        ({"word": "…", "level": "all"}, "word"),
        ({"word": "  ", "level": "all"}, "word"),
        ({"word": "a\x00b", "level": "all"}, "word"),
        ({"level": "loud"}, "level"),
        ({"level": "all", "for_ms": -1}, "for_ms"),
    ],
)
async def test_what_can_be_chosen_for_a_word(fields, field):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        fields = {name: ann.room if value == "ROOM" else value for name, value in fields.items()}
        frame = {"type": "notify.set", "id": "odd", **fields}
        ann.send(msgspec.json.encode(frame))
        await ann.answered("odd")
        assert (ann.replies["odd"].code, ann.replies["odd"].field) == (codes.FIELD_INVALID.code, field)


async def test_inp_05_a_word_is_so_long_and_is_a_word():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        most = world.app.services.hello.limits.notify_word_chars
        await ann.ask(SetNotify, word="é" * most, level="all")
        refused = await ann.refused(SetNotify, word="é" * (most + 1), level="all")
        assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, "word")
        grows = await ann.refused(SetNotify, word="\ufdfa" * most, level="all")  # folded it is eighteen times as long
        assert (grows.code, grows.field) == (codes.FIELD_TOO_LONG.code, "word")


async def test_inp_05_so_many_choices_and_so_many_words(monkeypatch):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        told = world.app.services.hello.limits
        assert (told.notify_choices, told.notify_words) == (NOTIFY_CHOICES, NOTIFY_WORDS)
        monkeypatch.setattr(rules, "NOTIFY_CHOICES", 1)
        monkeypatch.setattr(rules, "NOTIFY_WORDS", 1)
        await ann.ask(SetNotify, place=ann.room, level="nothing")
        refused = await ann.refused(SetNotify, place=world.id("garden"), level="nothing")
        assert refused.code == codes.LIMIT_REACHED.code
        await ann.ask(SetNotify, place=ann.room, level="all")  # the same place: no more than before
        await ann.ask(SetNotify, word="beans", level="all")
        assert (await ann.refused(SetNotify, word="peas", level="all")).code == codes.LIMIT_REACHED.code
        await ann.ask(SetNotify, word="beans", level="inherit")
        await ann.ask(SetNotify, word="peas", level="all")


async def test_a_choice_is_for_places_that_one_may_see_and_may_always_be_taken_back():
    async with world_of() as world:
        ann, bob = await world.join("garden/hall", "ann", "bob")
        (eve,) = await world.join("library/desk", "eve")
        direct, garden = await world.direct(ann, bob), world.id("garden")
        for place in (direct, ann.room, garden, "garden", "r_nowhere", ann.account):
            for level in ("nothing", "inherit"):
                refused = await eve.refused(SetNotify, place=place, level=level)
                assert (refused.code, refused.field) == (codes.ROOM_GONE.code, "place")
        await ann.ask(SetNotify, place=garden, level="nothing")
        await ann.ask(LeaveCommunity, community=garden)
        assert (await ann.refused(SetNotify, place=garden, level="all")).code == codes.ROOM_GONE.code
        await ann.ask(SetNotify, place=garden, level="inherit")
        assert await choices(ann) == []


async def test_who_lags_is_told_the_last_choice_alone():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        phone = await ann.device()
        phone.lags()
        for level in ("all", "nothing", "mentions"):
            await ann.ask(SetNotify, place=ann.room, level=level)
        phone.reads_again()
        heard = [event for event in await phone.settled() if isinstance(event, NotifyChanged)]
        assert [event.level for event in heard] == ["mentions"]
