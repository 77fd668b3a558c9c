"""The portrait of a community in the terminal: reading it, proposing, deciding, and taking it along."""

import stat
from pathlib import Path

import pytest

from among_cli import portrait_page
from among_cli.lines import Line, Told
from among_cli.plain_text import plain
from among_cli.portrait_file import FileError, file_name, write
from among_cli.render import rows
from among_protocol.portrait import Content, ExportedPortrait, Milestone, Portrait, PortraitSection, Proposal

from .corpus import CORPUS, obeyed, on_terminal
from .house import House


async def test_a_portrait_is_proposed_decided_on_and_read(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob, cleo = await house.join("garden/hall", "ana", "bob", "cleo")
        assert any("has not said yet" in line for line in await bob.types("/portrait"))
        assert (await bob.types("/portrait propose about Beans, mostly."))[-1].startswith("Proposed, thank you.")
        await ana.sees("garden, for stewards: bob proposes a change: What we are about  /portrait proposals")
        told = await ana.types("/portrait proposals")
        assert "  + Beans, mostly." in told
        await ana.types("/portrait merge 1")
        await bob.sees("What you proposed is in the portrait of garden: thank you.")
        await cleo.sees("What we are about of the portrait was written anew, by bob: /portrait")
        assert "  Beans, mostly." in await cleo.types("/portrait")
        await cleo.types("/portrait propose milestones 2019-05-17 The first bean.")
        await ana.sees("cleo proposes a change: Milestones")
        assert await ana.types("/portrait decline 2") == ["Say why: somebody took the trouble to write it."]
        await ana.types("/portrait decline 2 It was in June.")
        await cleo.sees("What you proposed for the portrait of garden is not to be. The reason: It was in June.")
        assert await cleo.types("/portrait merge 1") == [
            "Your role does not carry the right to do this. /members shows who is steward or owner."
        ]


async def test_a_proposal_of_another_community_is_decided_on_there(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("/portrait propose about Beans.")
        await ana.types("/create books")
        await bob.types("/join books")
        await bob.types("/portrait propose about Novels.")
        await ana.types("/portrait proposals")
        await ana.types("/go garden")
        refused = "The number 1 that you saw is of books: /go books first. /portrait proposals lists those of garden."
        assert await ana.types("/portrait merge 1") == [refused]
        assert await ana.types("/portrait decline 1 No.") == [refused]
        assert "  + Beans." in await ana.types("/portrait proposals")
        await ana.types("/portrait merge 1")
        assert "  Beans." in await ana.types("/portrait about")


async def test_what_others_overtook_is_shown_again_and_can_be_merged_all_the_same(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await bob.types("/portrait")
        await ana.types("/portrait write about By Ana.")
        told = await bob.types("/portrait propose about By Bob.")
        assert told == [
            "What we are about has changed since you read it: look at /portrait about, and say it again: By Bob."
        ]
        await bob.types("/portrait about")
        await bob.types("/portrait propose about By Bob.")
        await ana.types("/portrait write about By Ana, again.")
        assert "The section has changed since this was written." in (await ana.types("/portrait merge 2"))[0]
        told = await ana.types("/portrait proposals")
        assert "  − By Ana, again." in told
        assert "  + By Bob." in told
        await ana.types("/portrait merge 2 anyway")
        assert "  By Bob." in await bob.types("/portrait about")


async def test_versions_are_listed_compared_and_brought_back(tmp_path: Path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        for text in ("One.", "Two."):
            await ana.types(f"/portrait write about {text}")
        await ana.types("/portrait write milestones 2019 A seed.")
        await ana.types("/portrait write milestones 2018 A field.")
        assert [line for line in await ana.types("/portrait milestones") if "20" in line][:2] == [
            "  2018        A field.",
            "  2019        A seed.",
        ]
        await ana.types("/portrait write milestones drop 2019")
        assert [line for line in await ana.types("/portrait milestones") if "A seed" in line] == []
        told = await ana.types("/portrait history")
        assert "  5  Milestones, by ana" in told[0]
        told = await ana.types("/portrait compare 1 2")
        assert told == ["What we are about", "  − One.", "  + Two."]
        await ana.types("/portrait back 1 about")
        assert "  One." in await ana.types("/portrait about")
        assert "  Two." in await ana.types("/portrait 2")
        assert "as in version 1" in (await ana.types("/portrait history"))[0]


async def test_what_is_typed_wrong_is_told(tmp_path: Path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        for line in (
            "/portrait nonsense", "/portrait propose", "/portrait propose about", "/portrait merge", "/portrait merge x",
            "/portrait compare 1", "/portrait back 1", "/portrait write milestones 2019", "/portrait write milestones drop 7",
        ):  # fmt: skip
            assert len(await ana.types(line)) == 1, line
        assert "no such version" in (await ana.types("/portrait 7"))[0]
        assert "2019-05-17" in (await ana.types("/portrait write milestones soon Beans."))[0]


async def test_the_portrait_is_written_to_a_file_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        await ana.types("/portrait write about <b>Beans</b>")
        assert await ana.types("/portrait export") == [f"Written to {tmp_path / 'garden-portrait.md'}"]
        await ana.types("/portrait export html")
        page = tmp_path / "garden-portrait.html"
        assert "&lt;b&gt;Beans" in page.read_text()
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        (told,) = await ana.types("/portrait export page.html")
        assert "<!DOCTYPE html>" in (tmp_path / "page.html").read_text()
        await ana.types("/portrait write about Tomatoes.")
        (told,) = await ana.types("/portrait export html")
        assert "there already" in told
        assert "Tomatoes" not in page.read_text()
        await ana.types("/portrait export html --force")
        assert "Tomatoes" in page.read_text()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", ".bashrc", "", "a b", "x\x1b[2J"])
def test_a_server_does_not_say_where_a_file_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    document = ExportedPortrait(name=name, media_type="text/html", text="x")
    assert file_name(document) == "portrait.html"


def test_a_link_in_the_way_is_not_followed(tmp_path: Path):
    (tmp_path / "target").write_text("mine")
    (tmp_path / "page.md").symlink_to(tmp_path / "target")
    document = ExportedPortrait(name="x.md", media_type="text/markdown", text="theirs")
    for force in (True, False):
        with pytest.raises(FileError):
            write(document, tmp_path / "page.md", force=force)
    assert (tmp_path / "target").read_text() == "mine"


def everything(text: str) -> list[Line]:
    """All that shows what others wrote."""
    content = Content(text=text, milestones=[Milestone(date=text, text=text)])
    sections = [PortraitSection(section=name, version=1, content=content) for name in portrait_page.SECTIONS]
    portrait = Portrait(community="c", slug=text, name=text, version=1, at=text, sections=sections, interests=[text])
    waiting = Proposal(proposal=1, at=text, by="m", rev=1, section=text, base=0, content=content, note=text, stale=True)
    return [
        *portrait_page.page(portrait, None),
        *portrait_page.section(portrait, "story", None),
        *portrait_page.proposal(waiting, text, Content(), None, steward=True),
    ]


@pytest.mark.parametrize("text", CORPUS)
def test_nothing_in_a_portrait_steers_the_terminal_or_poses_as_a_line_of_the_client(text: str):
    for line in everything(text):
        assert not obeyed(on_terminal(rows(line, 60)))


@pytest.mark.parametrize("columns", [60, 100])
def test_a_portrait_fits_the_window(columns: int):
    for line in everything("Beans, mostly. " * 60):
        assert all(sum(len(span.text) for span in row) <= columns for row in rows(line, columns))
        assert all(len(row) <= columns for row in plain(line, columns))


def test_a_long_text_of_short_lines_is_compared_in_no_time():
    before, after = (Content(text=f"{word}\n" * 4_000) for word in ("a", "b"))
    assert len(portrait_page.difference(before, after)) == 8_002


def test_what_is_the_same_is_left_out_of_a_difference():
    before = [f"line {number}" for number in range(40)]
    after = [*before[:20], "new", *before[20:]]
    shown = portrait_page.difference(Content(text="\n".join(before)), Content(text="\n".join(after)))
    assert ["".join(part.text for part in line.parts) for line in shown if isinstance(line, Told)] == [
        "    …", "    line 19", "  + new", "    line 20", "    …",
    ]  # fmt: skip
