"""Corners at the terminal: writing, reading, following, and what becomes of what was being written."""

from pathlib import Path

import pytest

from among_cli import composing, corner, corner_writing
from among_cli.address import parse
from among_cli.link import Cannot
from among_cli.render import rows
from among_protocol.edits import DeleteMessage
from among_protocol.forwards import ForwardMessage
from among_protocol.messages import ReadMessages
from among_protocol.session import Ping
from among_protocol.text import TextError, body
from among_server.handlers import logs

from .corpus import CORPUS, obeyed
from .house import House, Reader


async def post(who: Reader, written: str, line: str = "/corner post") -> list[str]:
    who.paper.written.append(written)
    return await who.types(line)


async def test_a_post_is_written_published_found_and_read(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        assert await bob.types("/corners") == ["Nobody in garden has a corner yet. /corner post begins yours."]
        told = await post(ana, "# On beans\n\nThey grow.\nSlowly.\n")
        assert ana.paper.begun == ["# "]
        assert told[0] == "Published: #2 On beans"
        assert told[1].endswith("/garden/@ana/2")
        assert any("@ana" in line for line in await bob.types("/corners"))
        listed = await bob.types("/corner @Ana")
        assert listed[1].startswith("garden/@ana")
        assert any(line.startswith("#2 On beans") for line in listed)
        assert any("They grow. Slowly." in line for line in listed)
        read = await bob.types("/corner 2")
        assert [line for line in read if line.startswith("  ")] == ["  They grow.", "  Slowly."]
        assert read[-1] == "no comments yet: /comment 2 TEXT"


async def test_comments_are_said_and_seen_with_the_post_and_told_to_its_author(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await post(ana, "On beans\nThey grow.")
        await bob.types("/corner @ana")
        assert await bob.types("/comment 2 Like weeds!") == ["Said about #2 in garden/@ana."]
        await ana.sees("bob on #2 in garden/@ana: Like weeds!")
        read = await bob.types("/corner 2")
        assert "1 comment: /comment 2 TEXT" in read
        assert bob.paper.said[-1] == "Like weeds!"
        assert await bob.types("/comment 99 hm") == ["There is no such post."]
        assert "N TEXT" in (await bob.types("/comment 2"))[0]
        await ana.types("/corner comments off")
        assert await bob.types("/comment 2 hm") == ["No comment can be left here."]


async def test_ones_own_corner_is_found_whatever_one_is_called_here(tmp_path: Path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        await ana.types("/me handle moss")
        told = await post(ana, "# # On beans\n\nThey grow.\n")
        assert told[0] == "Published: #2 On beans"
        assert told[1].endswith("/garden/@moss/2")
        assert (await ana.types("/corner"))[1].startswith("garden/@moss")
        assert (await ana.types("/corner title Beans"))[1] == "garden/@moss  Beans"
        assert (await post(ana, "", "/corner post"))[0].startswith("Nothing was written")


async def test_a_link_by_a_former_handle_leads_to_the_corner_until_its_owner_hides_what_they_were_called(
    tmp_path: Path,
):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await post(bob, "On beans\nThey grow.")
        await bob.types("/me handle moss")
        for place in ("@bob", "@bob 2", "garden/@bob", "among://here/garden/@bob/2"):
            told = "\n".join(await ana.types(f"/corner {place}"))
            assert "On beans" in told, place
            assert "garden/@moss" in told, place
        await bob.types("/me show lineage stewards")
        cyd = await house.person("cyd")
        await cyd.types("/join garden")
        for place in ("@bob 2", "garden/@bob/2"):
            assert await cyd.types(f"/corner {place}") == ["There is no bob in garden. /members lists who is there."]
        assert "On beans" in "\n".join(await cyd.types("/corner @moss 2"))


async def test_who_follows_a_corner_is_told_of_posts_and_has_it_among_their_rooms(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await post(ana, "One\nFirst.")
        assert (await bob.types("/follow @ana"))[0].startswith("You follow garden/@ana")
        await bob.paper.until(lambda: any(room.kind == "corner" for room in bob.model.rooms.values()))
        await post(ana, "Two\nSecond.")
        await bob.sees("ana published #3 in garden/@ana: Two")
        assert any("@ana" in line and "1 new" in line and "corner" in line for line in await bob.types("/rooms"))
        assert await bob.types("/go garden/@ana") == ["That is a corner: /corner garden/@ana"]
        assert any(line.startswith("#3 Two") for line in await bob.types("/corner garden/@ana"))
        assert await bob.types("/unread") == ["Nothing is unread."]
        again = await house.person("bob", token=bob.among.token)
        await again.paper.until(lambda: "garden/@ana" in [room.title for room in again.model.rooms.values()])
        await bob.types("/unfollow @ana")
        await bob.paper.until(lambda: not any(room.kind == "corner" for room in bob.model.rooms.values()))


async def test_a_corner_goes_by_what_its_owner_is_called_now(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await post(ana, "One\nFirst.")
        await bob.types("/follow @ana")
        await bob.paper.until(lambda: any(room.kind == "corner" for room in bob.model.rooms.values()))
        await bob.types("/corner @ana")
        await ana.types("/me handle moss")
        await bob.sees("ana is now moss")
        assert await bob.types("/comment 2 Well said") == ["Said about #2 in garden/@moss."]
        await post(ana, "Two\nSecond.")
        await bob.sees("moss published #4 in garden/@moss: Two")
        for listed in ("/rooms", "/unread"):
            (line,) = [line for line in await bob.types(listed) if "1 new" in line]
            assert "@moss" in line
        await bob.types("/unfollow @moss")
        await bob.paper.until(lambda: not any(room.kind == "corner" for room in bob.model.rooms.values()))


async def test_a_corner_of_a_community_whose_card_comes_later_is_named_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await post(ana, "One\nFirst.")
        await bob.types("/follow @ana")
        monkeypatch.setattr(logs, "SYNC_BYTES", -1)
        again = await house.person("bob", token=bob.among.token)
        await again.paper.until(lambda: "garden/@ana" in [room.title for room in again.model.rooms.values()])


async def test_what_was_being_written_is_kept_whatever_goes_wrong(tmp_path: Path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        told = await post(ana, "# Only a title")
        assert "What you wrote is kept" in told[-1]
        assert await post(ana, "", "/corner post") == [
            "Here is the draft that you left.", "Nothing was written, and nothing is published.",
        ]  # fmt: skip
        phone = await house.signs_in("ana")
        await post(phone, "# Only a title\n\nand a text")
        assert phone.paper.begun == ["# Only a title"]
        await post(ana, "Next\none")
        assert ana.paper.begun[-1] == "# ", "it is published, and begun anew"


async def test_a_post_is_changed_and_says_so(tmp_path: Path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        await post(ana, "On baens\nThey grow.")
        assert await post(ana, "# On beans\n\nThey grow.", "/corner edit 2") == ["Changed: #2 On beans"]
        assert ana.paper.begun[-1] == "# On baens\n\nThey grow."
        assert any("edited" in line for line in await ana.types("/corner 2"))
        assert await post(ana, "# On beans\n\nThey grow.", "/corner edit 2") == ["Nothing was changed."]


async def test_a_post_is_taken_back_and_stewards_say_why(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await post(bob, "One\nFirst.")
        await post(bob, "Two\nSecond.")
        await bob.types("/corner")
        assert await bob.types("/corner delete 2") == ["Deleted: #2 in garden/@bob."]
        assert await bob.types("/corner 2") == ["There is no such post."]
        await ana.types("/corner @bob")
        assert "Say why" in (await ana.types("/corner delete 3"))[0]
        await ana.types("/corner delete 3 an advert")
        await bob.sees("ana deleted your post #3 in garden. The reason: an advert")


async def test_what_was_deleted_in_a_corner_is_shown_nowhere_any_more(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await post(ana, "Beans\nThey grow.")
        await ana.types("/comment 2 It was ||kestrel||")
        for follows in (False, True):
            await bob.types("/corner @ana 2")
            if follows:
                await bob.types("/follow @ana")
            (comment,) = await comments(bob)
            await ana.among.ask(DeleteMessage, room=comment[0], message=comment[1])
            await ana.among.ask(Ping)
            if follows:
                await bob.paper.until(lambda: bob.link.corner is not None and bob.link.corner.hiding is None)
            assert not any("kestrel" in line for line in await bob.types("/reveal")), follows
            assert bob.paper.said.count("It was ||kestrel||") == 1 + follows
            await ana.types("/comment 2 It was ||kestrel||")


async def test_a_post_that_was_deleted_or_changed_is_not_read_on(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        long = "\n\n".join(f"||Bean {number}|| grows." + " And grows." * 60 for number in range(9))
        for title in ("One", "Two", "Three"):
            await post(ana, f"{title}\n{long}")
        await bob.types("/corner @ana 2")
        await post(ana, f"One\n{long} Slowly.", "/corner edit 2")
        assert await bob.types("/corner more") == ["It was changed while you read it: /corner 2 begins anew."]
        assert (await bob.types("/corner more"))[0].startswith("There is nothing more of it.")
        await bob.types("/corner 3")
        await ana.types("/corner delete 3")
        assert await bob.types("/reveal") == ["There is no such post."]
        await bob.types("/follow @ana")
        await bob.types("/corner @ana 4")
        await ana.types("/corner delete 4")
        await bob.sees("ana deleted #4 in garden/@ana")
        assert bob.link.corner is not None
        assert (bob.link.corner.post, bob.link.corner.rest, bob.link.corner.hiding) == (None, [], None)


async def test_a_comment_that_was_forwarded_goes_from_the_screen_with_its_deletion(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await post(ana, "Beans\nThey grow.")
        await bob.types("/follow @ana")
        await bob.types("/corner @ana 2")
        await bob.types("/comment 2 kestrel")
        await ana.sees("bob on #2 in garden/@ana: kestrel")
        assert bob.model.room is not None
        assert bob.link.corner is not None
        ((room, seq),) = await comments(bob)
        await bob.among.ask(ForwardMessage, room=bob.model.room.id, origin=room, message=seq)
        visit = bob.model.visit
        assert visit is not None
        await bob.paper.until(lambda: any(one.shown == "kestrel" for one in visit.said.values()))
        await bob.among.ask(DeleteMessage, room=room, message=seq)
        await bob.paper.until(lambda: any(one.shown == "✗ deleted" for one in visit.said.values()))
        await ana.sees("bob deleted a comment in garden/@ana")


async def comments(reader: Reader) -> list[tuple[str, int]]:
    """Of the post that is being read: the room of each, and its number."""
    opened = reader.link.corner
    assert opened is not None
    assert opened.post is not None
    page = await reader.among.ask(ReadMessages, room=opened.corner.room, post=opened.post.seq)
    return [(opened.corner.room, one.seq) for one in page.messages if not one.blank]


async def test_a_corner_is_named_opened_and_closed_and_the_feed_is_told(tmp_path: Path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        assert "garden/@ana  Beans" in await ana.types("/corner title Beans")
        told = await ana.types("/corner public on")
        assert any(line.endswith("/feeds/garden/ana.atom") for line in told)
        assert any("no comments" in line for line in await ana.types("/corner comments off"))
        assert await ana.types("/corner public") == ["Say /corner public on, or /corner public off."]
        assert (await ana.types("/corner what is this"))[0].startswith("Say /corner")


async def test_a_long_post_comes_a_screen_at_a_time_and_older_posts_a_page_at_a_time(tmp_path: Path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        for number in range(11):
            await post(ana, f"Post {number}\n" + "A line of text.\n" * 100)
        told = await ana.types("/corner")
        assert sum(line.startswith("#") for line in told) == 10
        assert "Older posts: /corner older" in told
        assert any(line.startswith("#2 Post 0") for line in await ana.types("/corner older"))
        assert (await ana.types("/corner older"))[0].startswith("These were the oldest")
        read = await ana.types("/corner 2")
        assert read[-1].endswith("characters more: /corner more")
        lines = sum(line == "  A line of text." for line in read)
        while not read[-1].endswith("TEXT"):
            read = await ana.types("/corner more")
            lines += sum(line == "  A line of text." for line in read)
        assert lines == 100
        assert (await ana.types("/corner more"))[0].startswith("There is nothing more")


async def test_links_lead_to_a_post_and_join_nothing(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        told = await post(ana, "On beans\nThey grow.")
        by_name, by_id = told[1], told[3]
        for link in (by_name, by_id, "garden/@ana/2"):
            assert "  They grow." in await bob.types(f"/corner {link}")
            await corner.start(bob.link, parse(link).place if "://" in link else link)
            assert bob.paper.told[-1] == "no comments yet: /comment 2 TEXT"
        assert (parse(by_name).server, parse(by_name).place) == (house.url, "garden/@ana/2")
        (told_,) = await bob.types(f"/corner {by_id[:-1]}x")
        assert "were replaced" in told_
        eve = await house.person("eve")
        with pytest.raises(Cannot, match="/join garden first"):
            await corner.start(eve.link, parse(by_name).place)
        assert not eve.model.communities
        assert (await eve.types(f"/corner {by_id}"))[0] == "There is no such room."


@pytest.mark.parametrize("written", ["", "  \n", "# ", "only a title", "# title\n\n \n"])
def test_a_post_needs_a_title_and_a_text(written: str):
    with pytest.raises(Cannot):
        corner_writing.parted(written)


def test_the_first_line_is_the_title_with_or_without_a_mark():
    assert corner_writing.parted("# One\n\nbody\n# no title\n") == ("One", "body\n# no title")
    assert corner_writing.parted("One\nbody") == ("One", "body")


async def test_cnt_01_nothing_of_a_post_reaches_the_terminal_as_it_came(tmp_path: Path):
    """What the server lets pass, since it is text to others: each is read, and no row begins at the edge as if it were the
    client's own but the first of each line."""
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        hostile = [text for text in CORPUS if posted(text)]
        assert len(hostile) > 15
        for text in hostile:
            await post(ana, f"title\nbody {text}")
        start = len(bob.paper.lines)
        for number in range(2, 2 + len(hostile)):
            await bob.types(f"/corner @ana {number}")
            await bob.types("/corner")
        for line in bob.paper.lines[start:]:
            first, *more = rows(line, 60)
            for row in (first, *more):
                assert not obeyed("".join(span.text for span in row))
            assert all(row[0].text.startswith(" ") for row in more)


def posted(text: str) -> bool:
    try:
        text.encode()
        return body(f"body {text}") == f"body {text}"
    except (TextError, UnicodeEncodeError):
        return False


async def test_an_editor_of_ones_own_writes_it_and_one_that_fails_gives_it_up(tmp_path: Path):
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nprintf "%s and more" "$(cat "$2")" > "$2"\n')
    script.chmod(0o755)
    assert await composing.edited("begun", f"{script} --wait") == "begun and more"
    for wrong in ("false", "/nowhere/editor", "'"):
        with pytest.raises(EOFError):
            await composing.edited("begun", wrong)


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


async def test_what_was_saved_in_an_editor_that_fails_is_left_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nprintf "%s and more" "$(cat "$1")" > "$1"\nexit 1\n')
    script.chmod(0o755)
    with pytest.raises(EOFError) as failed:
        await composing.edited("begun", f"{script}")
    left = only(tmp_path, "among-*/post.md")
    assert str(left) in str(failed.value)
    assert left.read_text() == "begun and more"


async def test_what_can_not_be_kept_as_a_draft_is_left_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")

        async def compose(begin: str) -> str:
            await house.stop()
            monkeypatch.setattr(corner_writing, "WITHIN", 0.05)
            return "Beans\nThey grow."

        ana.paper.compose = compose  # type: ignore[method-assign]  # the network goes while one writes
        told = await ana.types("/corner post")
        left = only(tmp_path, "among-*.md")
        assert f"What you wrote is in {left}, and nowhere else." in told
        assert left.read_text() == "Beans\nThey grow."
        assert left.stat().st_mode & 0o77 == 0


async def test_an_edit_that_came_to_nothing_goes_on_with_its_draft(tmp_path: Path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        await post(ana, "Beans\nThey grow.")
        told = await post(ana, "No body", "/corner edit 2")
        assert told[0].endswith("What you wrote is kept: /corner edit 2")
        ana.paper.answers.append("yes")
        assert await post(ana, "Beans\nThey grew.", "/corner edit 2") == ["Changed: #2 Beans"]
        assert ana.paper.questions[-1] == "Go on with the draft that you left, “No body”? yes/no: "
        assert ana.paper.begun[-1] == "No body"
