"""What can be typed: every command, what is refused before it is sent, what Tab offers, what the bar says."""

import pytest

from among_cli.commands import COMMANDS, NAMED, check
from among_cli.complete import candidates
from among_cli.helping import FIRST, SUBJECTS
from among_cli.layout import width
from among_cli.render import rows
from among_cli.toolbar import toolbar
from among_protocol.communities import CreateCommunity
from among_protocol.presence import TypingStarted

from .house import House, Reader


@pytest.fixture
async def house(tmp_path):
    async with House(tmp_path) as house:
        yield house


@pytest.fixture
async def ana(house: House) -> Reader:
    (ana,) = await house.join("garden/hall", "ana")
    return ana


def bar(reader: Reader, columns: int = 80) -> str:
    spans = toolbar(reader.link, columns)
    text = "".join(span.text for span in spans)
    assert width(text) == columns
    return text


async def test_where_one_is_and_whether_there_is_a_link_are_not_cut_for_what_is_new_elsewhere(ana, house):
    bob = await house.person("bob")
    await bob.types("/create bikes Bikes")
    for name in ("one", "two"):
        await bob.types(f"/room create bikes/{name}")
    await ana.types("/join bikes")
    for name in ("one", "two"):
        await bob.types(f"/go bikes/{name}")
        await bob.types("hello @ana")
    await ana.types("/go garden/hall")
    await ana.paper.until(lambda: "new in 2 rooms, 2 for you" in bar(ana, 100))
    house.cut()
    await ana.paper.until(lambda: "○ offline" in bar(ana, 100))
    for columns, place in ((60, "garden/hall"), (40, "garden/")):
        assert "○ offline" in bar(ana, columns)
        assert place in bar(ana, columns)


# ---- every command


async def test_help_is_one_screen_and_leads_to_every_command(ana):
    before = len(ana.paper.lines)
    told = "\n".join(await ana.types("/help"))
    assert sum(len(rows(line, 59)) for line in ana.paper.lines[before:]) <= 22
    assert {typed.split()[0][1:] for typed, _ in FIRST} <= set(NAMED)
    assert all(subject in told for subject in SUBJECTS)
    subjects = "\n".join([line for subject in SUBJECTS for line in await ana.types(f"/help {subject}")])
    listed = [command for command in COMMANDS if command.name not in ("help", "quit")]
    assert [one.name for one in listed if f"/{one.name} {one.usage}".strip() not in subjects] == []
    assert {line.split()[0] for line in await ana.types("/help threads")} == {
        "/thread",
        "/threads",
        "/follow",
        "/unfollow",
    }
    assert len(await ana.types("/help room")) == 7
    for name in ("go", "threads", "keys", "account"):
        assert await ana.types(f"/help /{name.upper()}") == await ana.types(f"/help {name}"), name
    assert await ana.types("/help room create") == await ana.types("/help room")
    assert await ana.types("/help thraeds") == ["There is nothing to say about thraeds. Did you mean /help threads?"]
    assert await ana.types("/help 12") == ["There is nothing to say about 12. /help lists what there is."]
    assert any("Alt-Enter" in line for line in await ana.types("/help"))
    ana.paper.drafts = False  # as with --plain, where there are no keys but Enter
    assert not any(key in line for line in await ana.types("/help") for key in ("Alt-Enter", "Page-Up", "or Up"))
    (offered,) = [line for line in await ana.types("/help") if line.startswith("  account,")]
    for subject in offered.strip().split(", "):
        assert "nothing to say" not in (await ana.types(f"/help {subject}"))[0], subject
    assert candidates(ana.link, "/help /gre") == ("gre", ["greetings", "greet"])


async def test_communities_are_found_joined_and_left(ana, house):
    await ana.types("/create bikes Bikes and tools")
    bob = await house.person("bob")
    told = await bob.types("/communities")
    assert " 1 bikes            Bikes and tools, 1 member" in told
    assert " 2 garden           Garden, 1 member" in told
    assert (await bob.types("/communities attic")) == ["None has 'attic' in it."]
    await bob.types("/join Bikes")
    assert bob.model.room is not None
    assert bob.model.room.title == "bikes/hall"
    assert "you too" in (await bob.types("/communities bikes"))[0]
    assert (await bob.types("/leave attic"))[0].startswith("You are in no community attic.")
    await bob.types("/leave bikes persona")
    await bob.paper.until(lambda: bob.model.room is None)
    assert await bob.types("/join attic") == ["There is no such community."]


async def test_rooms_are_made_listed_and_entered(ana):
    await ana.types("/room create tools Who has the ladder?")
    assert ana.model.room is not None
    assert (ana.model.room.title, ana.model.room.topic) == ("garden/tools", "Who has the ladder?")
    await ana.types("/room private shed")
    told = await ana.types("/rooms")
    assert told == [
        "garden  Garden",
        "  1 hall          ",
        "› 2 shed            private",
        "  3 tools           Who has the ladder?",
    ]
    await ana.types("/1")
    assert ana.model.room.title == "garden/hall"
    await ana.types("/go garden/tools")
    assert ana.model.room.title == "garden/tools"
    assert await ana.types("/go attic") == ["There is no room attic for you. /rooms lists yours."]
    assert await ana.types("/go") == ["Nothing is unread elsewhere. /rooms lists your rooms."]


async def test_a_community_without_rooms_gets_its_first(ana, house):
    bob = await house.person("bob")
    await bob.among.ask(CreateCommunity, slug="empty", name="Empty")
    assert await ana.types("/join empty") == ["You are in empty. It has no rooms yet: /room create empty/NAME"]
    await bob.paper.until(lambda: bool(bob.model.communities))
    await bob.types("/room create empty/hall First of all")
    assert bob.model.room is not None
    assert (bob.model.room.title, bob.model.room.topic) == ("empty/hall", "First of all")
    await bob.types("/room create attic/hall")
    assert bob.paper.told[-1].startswith("A room is in a community")
    await bob.types("/room unfollow")
    await bob.types("/go empty")
    assert bob.model.room.title == "empty/hall"


async def test_what_counts_as_read_is_this_room_or_all_and_nothing_else(ana):
    assert await ana.types("/read hall") == ["Say /read for this room, or /read all for every room."]
    for line in ("/read", "/read All"):
        assert await ana.types(line) == ["Nothing was unread."]


async def test_a_topic_is_set_and_seen(ana):
    await ana.types("/room topic Compost")
    await ana.sees("ana set the topic: Compost")
    assert "Compost" in bar(ana)
    assert "Say /room create" in (await ana.types("/room paint it"))[0]


async def test_somebody_is_brought_into_a_private_room(ana, house):
    bob = await house.person("bob")
    await bob.types("/join garden")
    await ana.types("/room private shed")
    assert await ana.types("/room add nobody") == ["There is no nobody in this community."]
    await ana.types("/room add @bob")
    await ana.sees("ana brought in bob")
    await bob.paper.until(lambda: any(room.title == "garden/shed" for room in bob.model.numbered()))
    await bob.types("/go shed")
    await bob.types("thank you")
    await ana.sees("thank you")


async def test_somebody_is_taken_out_of_a_private_room(ana, house):
    bob, cleo = await house.person("bob"), await house.person("cleo")
    for other in (bob, cleo):
        await other.types("/join garden")
    await ana.types("/room private shed")
    for handle in ("bob", "cleo"):
        await ana.types(f"/room add {handle}")
    await bob.paper.until(lambda: any(room.title == "garden/shed" for room in bob.model.numbered()))
    await bob.types("/go shed")
    assert "garden/shed" in bar(bob)
    await cleo.types("/go shed")
    assert (await ana.types("/room remove"))[0].startswith("Say /room create NAME")
    assert await ana.types("/room remove nobody") == ["There is no nobody in this community."]
    assert await ana.types("/room remove ana") == ["You leave a room yourself by /room unfollow."]
    assert await cleo.types("/room remove bob") == [
        "Your role does not carry the right to do this. /members shows who is steward or owner."
    ]
    await ana.types("/room remove @bob")
    for other in (ana, cleo):
        await other.sees("ana removed bob from the room")
    await bob.sees("ana removed you from garden/shed.")
    assert bob.model.room is None
    assert all(room.title != "garden/shed" for room in bob.model.numbered())
    assert await ana.types("/room remove bob") == ["bob is not in this room."]
    assert await bob.types("/go shed") == ["There is no room shed for you. /rooms lists yours."]
    await ana.types("/room add bob")
    await bob.paper.until(lambda: any(room.title == "garden/shed" for room in bob.model.numbered()))


async def test_a_room_is_unfollowed_and_followed_again(ana):
    await ana.types("/room unfollow")
    await ana.paper.until(lambda: ana.model.room is None)
    assert await ana.types("/rooms") == ["garden  Garden", "  1 hall            not followed"]
    assert await ana.types("/room follow hall") == ["You follow garden/hall."]
    await ana.types("/go hall")
    await ana.types("again")
    await ana.sees("again")


async def test_people_are_listed_and_looked_up(ana, house):
    bob = await house.person("bob")
    await bob.types("/join garden")
    await bob.types("/me name Bob the Builder")
    await bob.types("/me bio I mend things.")
    assert (await bob.types("/me"))[:3] == [
        "@bob  Bob the Builder",
        "  ● online · you · in garden",
        "  I mend things.",
    ]
    await ana.sees("bob joined garden")
    told = await ana.types("/members")
    assert told[0] == "garden  2 members"
    assert any(line.split() == ["ana", "you", "owner"] for line in told)
    assert any(line.split()[0] == "bob" and line.endswith("Bob the Builder") for line in told)
    assert (await ana.types("/whois @bob"))[0] == "@bob  Bob the Builder"
    await house.person("cleo")
    assert await ana.types("/whois cleo") == ["@cleo  not in garden"]
    assert await ana.types("/whois nobody") == ["There is no such account."]
    assert await ana.types("/whois a b") == ["3 to 32 of a-z 0-9 . _ -, beginning and ending with a letter or a digit."]


async def test_one_talks_to_somebody_alone(ana, house):
    bob = await house.person("bob")
    await ana.types("/dm bob psst")
    await bob.sees("ana to you: psst")
    await bob.types("/go @ana")
    assert bob.paper.said == ["psst"]
    await bob.types("what is it?")
    await ana.sees("what is it?")
    assert bar(ana).startswith(" @bob ")
    await house.person("cleo")
    await ana.types("/dm bob,@cleo")
    assert ana.model.room is not None
    assert ana.model.room.title == "@bob,cleo"
    assert await ana.types("/members") == ["ana, bob, cleo"]


async def test_while_one_is_away_nothing_counts_as_read(ana, house):
    bob = await house.person("bob")
    await bob.types("/join garden")
    await ana.types("/away")
    assert "away" in bar(ana)
    await bob.types("are you there?")
    await ana.sees("are you there?")
    assert ana.model.numbered()[0].unread == 1
    await ana.types("/online")
    await ana.paper.until(lambda: ana.model.numbered()[0].unread == 0)


async def test_unread_rooms_are_listed_and_marked_read(ana, house):
    await ana.types("/room create tools")
    bob = await house.person("bob")
    await bob.types("/join garden")
    await bob.types("/go tools")
    await ana.types("/go hall")
    await bob.types("where is the ladder, @ana?")
    await ana.sees("where is the ladder")
    assert await ana.types("/unread") == ["  2 garden/tools    1 new, 1 for you"]
    assert "new in 1 room, 1 for you" in bar(ana)
    assert await ana.types("/read all") == ["Read: garden/tools."]
    assert await ana.types("/unread") == ["Nothing is unread."]
    assert await ana.types("/read") == ["Nothing was unread."]
    assert "new in" not in bar(ana)


async def test_leaving(ana):
    await ana.types("/quit")
    assert ana.link.quit.is_set()


# ---- what is refused before it is sent


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/jion garden", "There is no command /jion. Did you mean /join?"),
        ("/xyzzy", "There is no command /xyzzy. /help lists them."),
        ("/join", "Say more: /join COMMUNITY"),
        ("/9", "There is no room 9; /rooms numbers them."),
        ("x" * 8001, "Too long: 8,001 of at most 8,000 bytes. Say it in parts."),
        ("ä" * 4001, "Too long: 8,002 of"),
        ("a\x1bb", "A message must not contain the character U+001B."),
    ],
)
async def test_what_cannot_be_sent_is_not_accepted(ana, line, sentence):
    assert check(ana.link, line).startswith(sentence)
    told, *given_back = await ana.types(line)
    assert told.startswith(sentence)
    assert given_back == ([] if line.startswith("/") else [line])
    assert ana.model.outgoing == {}


@pytest.mark.parametrize("line", ["", "  ", "hello", "//etc", "/1", "/rooms", "x" * 8000, "two\nlines"])
async def test_what_can_be_sent_is(ana, line):
    assert check(ana.link, line) == ""


async def test_why_a_name_is_none_is_told_as_it_is_written(ana):
    assert await ana.types("/create nook a\u202eb") == ["Must not contain the character U+202E."]


async def test_two_slashes_say_one(ana):
    await ana.types("//etc/hosts")
    await ana.sees("/etc/hosts")
    assert ana.paper.said == ["/etc/hosts"]


async def test_why_something_cannot_be_said_has_one_row_of_sixty_columns(ana):
    reasons = [check(ana.link, line) for line in ("x" * 100_000, "a\x1bb")]
    ana.model.visit = None
    reasons.append(check(ana.link, "hello"))
    assert [reason for reason in reasons if not 0 < len(reason) < 60] == []


async def test_in_no_room_nothing_is_said(house):
    bob = await house.person("bob")
    assert check(bob.link, "hello").startswith("You are in no room.")


# ---- Tab


async def test_tab_completes_commands_handles_and_rooms(ana, house):
    bob = await house.person("bob")
    await bob.types("/join garden")
    await ana.sees("bob joined garden")
    await ana.types("/room create tools")
    assert candidates(ana.link, "/me") == ("/me", ["/members", "/me"])
    assert candidates(ana.link, "/go t") == ("t", ["tools"])
    assert candidates(ana.link, "/go garden/") == ("garden/", ["garden/hall", "garden/tools"])
    assert candidates(ana.link, "/room ") == (
        "",
        ["create", "private", "topic", "info", "keep", "add", "remove", "follow", "unfollow"],
    )
    for what in ("add", "remove"):
        assert candidates(ana.link, f"/room {what} b") == ("b", ["bob"])
    assert candidates(ana.link, "/room follow h") == ("h", ["hall"])
    assert candidates(ana.link, "/leave g") == ("g", ["garden"])
    assert candidates(ana.link, "/whois B") == ("B", ["bob"])
    assert candidates(ana.link, "/dm bob t") == ("", [])
    assert candidates(ana.link, "hello @b") == ("@b", ["@bob"])
    assert candidates(ana.link, "mail@b") == ("", [])
    assert candidates(ana.link, "hello b") == ("", [])
    assert candidates(ana.link, "/nonsense b") == ("", [])


# ---- the bar


async def test_the_bar_says_where_one_is_and_whether_there_is_a_connection(ana, house):
    assert bar(ana).startswith(" garden/hall ")
    assert bar(ana).endswith(f"● 127.0.0.1:{house.url.split(':')[2].removesuffix('/v1')} ")
    await ana.types("/room topic " + "long " * 40)
    await ana.sees("set the topic")
    assert "…" in bar(ana)
    assert "garden" in bar(ana, 40)
    (room,) = ana.model.numbered()
    ana.model.apply(TypingStarted(room=room.id, by="m-1"), ana.among.now())
    assert "somebody writes …" in bar(ana)
    ana.model.apply(TypingStarted(room=room.id, by="m-2"), ana.among.now())
    ana.model.apply(TypingStarted(room=room.id, by="m-3"), ana.among.now())
    assert "several write …" in bar(ana)
    await house.stop()
    await ana.sees("Connection lost")
    assert "○ offline, " in bar(ana)


async def test_without_a_room_the_bar_says_what_to_do(house):
    bob = await house.person("bob")
    assert bar(bob).startswith(" no room   /rooms  /communities  /help")
