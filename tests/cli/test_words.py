"""What somebody wrote, laid out: marks as looks, code in its columns, spoilers hidden everywhere."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from among_cli.layout import chop, width
from among_cli.lines import Said, Written
from among_cli.looks import LOOKS, Row, Span, parts_of
from among_cli.plain_text import plain
from among_cli.render import rows
from among_cli.safe_text import Safe
from among_cli.words import glimpse, hides
from tests.protocol.test_markup import PIECES

from .house import House

AT = datetime(2026, 7, 14, 14, 3, tzinfo=UTC)
UNDER = " " * 19


def said(body: str, **more) -> Said:
    return Said("room", 12, AT, "ana", body, number="#12", **more)


def shown(line: Said, columns: int = 60) -> list[str]:
    return ["".join(span.text for span in row).rstrip() for row in rows(line, columns)]


def under(*texts: str) -> list[str]:
    """The rows of a message of ana's."""
    return [f"14:03 ana          {texts[0]}", *(f"{UNDER}{text}".rstrip() for text in texts[1:])]


def looks(body: str, **more) -> dict[str, str]:
    return {str(span.text): span.look for row in rows(said(body, **more), 200, "bob") for span in row}


def test_marks_become_looks_and_those_that_could_get_lost_stay():
    assert shown(said("**so** _so_ ~~so~~ `so`")) == under("so so ~~so~~ `so`  #12")
    found = looks("**a** _b_ ~~c~~ `d` ***e*** https://example.org @bob")
    assert [found[name] for name in ("a", "b", "c", "d", "e")] == [
        "bold", "italic", "strike", LOOKS["code"], "bold italic",
    ]  # fmt: skip
    assert (found["https://example.org"], found["@bob"]) == ("underline", LOOKS["mention"])


def test_a_link_shows_its_address_and_all_of_it():
    address = "https://example.org/" + "long/" * 20
    laid = shown(said(f"[the beans]({address})"), 60)
    assert "the beans (https" in "".join(row.removeprefix(UNDER) for row in laid).replace("beans(", "beans (")
    assert address in "".join(row.removeprefix(UNDER) for row in laid)
    assert shown(said("[a](https://example.org)")) == under("a (https://example.org)  #12")


def test_code_keeps_its_blanks_and_goes_on_behind_a_mark():
    code = "```py\ndef f():\n\n    return 1\n```"
    assert shown(said(code)) == under("╭ py", "┊ def f():", "┊", "┊     return 1", "#12")
    long = "x = " + "1 + " * 20 + "1"
    laid = shown(said(f"see\n```\n{long}\ny\n```\nso"))
    assert laid == [
        "14:03 ana          see",
        f"      ┊ {long[:51]}",
        f"      ┊↳{long[52:]}",
        "      ┊ y",
        f"{UNDER}so  #12",
    ]
    assert shown(said(f"```\n{long}\n```"))[:2] == ["14:03 ana", f"      ┊ {long[:51]}"]


def test_quotes_stand_behind_bars_that_nothing_leaves():
    assert shown(said("> a quote that is longer than all the room that there is\n> > b\nc")) == under(
        "│ a quote that is longer than all the", "│ room that there is", "│ │ b", "c  #12"
    )


def test_lists_hang_behind_their_marks():
    assert shown(said("- one that is longer than all the room that there is\n  - two\n10. ten")) == under(
        "• one that is longer than all the room", "  that there is", "  • two", "10. ten  #12"
    )


def test_a_spoiler_is_hidden_whatever_its_length_and_says_how_to_see_it():
    hidden = "▒▒▒▒▒▒▒▒"
    assert shown(said("It was ||the *gardener*||!")) == under(f"It was {hidden}!  /reveal #12")
    assert shown(said("||a\n\n- b\n```\nc\n```\n||\nd")) == under(hidden, "d  /reveal #12")
    assert shown(said("```\n||a||\n```")) == under("┊ ||a||", "#12")
    assert shown(said("||the *gardener*|| `a`", unveiled=True)) == under("||the gardener|| `a`  #12")
    assert plain(said("It was ||the *gardener*||!")) == ["14:03 ana  It was [spoiler]!  /reveal #12"]


def test_plain_lines_keep_what_was_typed():
    assert plain(said("**so** `so`\n> so")) == ["14:03 ana  **so** `so`", "           > so  #12"]


def test_an_edit_shows_what_has_changed():
    assert shown(said("hello all", was="helo all", edited=True)) == ["14:03 ana        ✎ hello all (edited)  #12"]
    assert shown(said("a\nb\nC\nd", was="a\nb\nc\nd", edited=True)) == [
        "14:03 ana        ✎ …", f"{UNDER}C", f"{UNDER}… (edited)  #12",
    ]  # fmt: skip
    assert shown(said("a\nc", was="a\nb\nc", edited=True)) == ["14:03 ana        ✎ …", f"{UNDER}c (edited)  #12"]
    assert shown(said("a\na", was="a", edited=True)) == ["14:03 ana        ✎ …", f"{UNDER}a (edited)  #12"]
    assert shown(said("new", was="", edited=True)) == ["14:03 ana        ✎ new (edited)  #12"]
    assert plain(said("hello", was="helo", edited=True)) == ["14:03 ana edited #12:  hello"]


def test_a_glimpse_is_a_line_without_marks_or_spoilers():
    assert glimpse("\n**Hi**  `there`\nmore") == "Hi there"
    assert glimpse("> Who?\n\nNobody.") == "Nobody."
    assert glimpse("> Who?\n> When?") == "> Who?"
    assert glimpse("> Who?\nNobody.", whole=True) == "> Who? Nobody."
    assert glimpse("a ||b||") == "a [spoiler]"
    assert glimpse("a ||kestrel", cut=True) == "a [spoiler]"
    assert glimpse("x" * 200) == "x" * 100 + "…"
    assert [hides("||a||"), hides("a || b"), hides("`||a||`")] == [True, False, False]


@pytest.mark.parametrize("columns", [20, 24, 60, 100])
@example(body="||\n||", unveiled=False)
@given(body=st.lists(st.sampled_from(PIECES), max_size=60).map("".join), unveiled=st.booleans())
def test_no_row_is_too_wide_and_only_the_first_begins_at_the_left_edge(columns: int, body: str, unveiled: bool):
    for line in (said(body, unveiled=unveiled), said(body, was=body[: len(body) // 2])):
        first, *more = rows(line, columns, "bob")
        assert all("".join(span.text for span in row).startswith("  ") for row in more)
        for row in [first, *more]:
            assert width("".join(span.text for span in row)) <= max(columns, 24)


@given(st.lists(st.text("ab 漢", max_size=5), max_size=8), st.integers(2, 9))
def test_cutting_a_row_loses_nothing(texts: list[str], columns: int):
    row: Row = [Span(f"look{number}", Safe(text)) for number, text in enumerate(texts)]
    text = Safe("".join(texts))
    cuts = chop(text, columns)
    parts = list(parts_of(row, cuts))
    assert ["".join(span.text for span in part) for part in parts] == [text[cut] for cut in cuts]
    assert "".join(text[cut] for cut in cuts) == text
    assert all(width(text[cut]) <= columns for cut in cuts)
    looked = [(span.look, char) for part in parts for span in part for char in span.text]
    assert looked == [(span.look, char) for span in row for char in span.text]


async def test_a_post_shows_its_marks_and_its_spoilers_to_who_asks(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        ana.paper.written = ["Beans\n**They** grow.\n```\ncode\n```\n||kestrel||"]
        await ana.types("/corner post")
        ana.paper.written = ["Peas\n" + "They climb. " * 8 + "||kestrel" + " and more" * 40 + "||"]
        await ana.types("/corner post")
        listed = await bob.types("/corner @ana")
        assert "   They grow. code [spoiler]" in listed
        assert not any("kestrel" in line for line in listed)
        told = await bob.types("/corner @ana 2")
        assert told[-2:-1] == ["  [spoiler]  /reveal"]
        (part,) = [line for line in bob.paper.lines if isinstance(line, Written)]
        assert ["".join(span.text for span in row) for row in rows(part, 60)] == [
            "  They grow.", "  ┊ code", "  ▒▒▒▒▒▒▒▒  /reveal",
        ]  # fmt: skip
        assert await bob.types("/reveal") == ["  **They** grow.", "  ```", "  code", "  ```", "  ||kestrel||"]
        await ana.types("/comment 2 It was ||kestrel||")
        told = await bob.types("/corner 2")
        assert "kestrel" not in "\n".join([*told, *plain(bob.paper.lines[-1])])
        assert plain(bob.paper.lines[-1])[0].endswith("ana  It was [spoiler]  /reveal")
        await bob.types("/reveal")
        assert plain(bob.paper.lines[-1])[0].endswith("ana  It was ||kestrel||")


async def test_who_looks_in_from_outside_sees_no_spoiler(tmp_path):
    async with House(tmp_path) as house:
        (ana,) = await house.join("garden/hall", "ana")
        await ana.types("**It** was ||kestrel||")
        await ana.sees("was")
        bob = await house.person("bob")
        assert "    ana: It was [spoiler]" in await bob.types("/preview garden")


async def test_a_spoiler_is_shown_to_who_asks(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        assert await bob.types("/reveal") == ["Nothing on this screen hides anything; /reveal #12 names a message."]
        await ana.types("It was ||the gardener||.")
        await bob.sees("It was")
        await bob.types("And no ||spoiler")
        await ana.sees("And no")
        await bob.types("/reveal")
        line = bob.paper.lines[-1]
        assert isinstance(line, Said)
        assert (line.unveiled, line.number) == (True, "#1")
        assert shown(line)[0].endswith("It was ||the gardener||.  #1")
        assert await bob.types("/reveal 2") == ["#2 hides nothing."]
        await bob.types("/reveal 1")
        assert bob.paper.lines[-1] == line
        assert await bob.types("/reveal #99") == ["There is no message #99. The numbers stand behind the messages."]


async def test_a_spoiler_in_what_is_forwarded_is_shown_to_who_asks(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("/room create shed")
        await bob.paper.until(lambda: bool(bob.model.find("garden/shed")))
        await bob.types("/go shed")
        await ana.types("/go hall")
        await ana.types("It was ||the gardener||.")
        await ana.sees("It was")
        await ana.types("/forward #1 shed as I said")
        await bob.sees("as I said")
        for command in ("/reveal 1", "/reveal"):
            line = bob.paper.lines[-1]
            assert isinstance(line, Said)
            assert not any("gardener" in row for row in [*shown(line), *plain(line)])
            assert shown(line)[-1].endswith("as I said  /reveal #1")
            assert await bob.types(command) == []
            revealed = bob.paper.lines.pop()
            assert isinstance(revealed, Said)
            assert "It was ||the gardener||." in "".join(shown(revealed))
        await ana.types("/forward #1 shed")
        await ana.types("/edit #1 It was [spoiler]")
        await ana.types("/forward #1 shed too")
        await bob.sees("too")
        assert await bob.types("/reveal 3") == ["#3 hides nothing."]


async def test_what_is_hidden_is_hidden_in_notices_and_answers_too(tmp_path):
    async with House(tmp_path) as house:
        ana, bob = await house.join("garden/hall", "ana", "bob")
        await ana.types("/room create tools")
        long = "a rather long introduction, " * 3 + f"||{'kestrel ' * 10}||"
        await ana.types(long)
        await ana.types("/dm bob psst ||kestrel|| @bob")
        await bob.sees("ana to you: psst [spoiler] @bob")
        await bob.types("/go tools")
        await bob.types("/reply 1 oh")
        await bob.sees("oh")
        await ana.types("/go tools")
        await ana.sees("oh")
        answers = [one for person in (ana, bob) for one in person.paper.lines if isinstance(one, Said) and one.quote]
        assert len(answers) == 2
        assert all("kestrel" not in one.quote and "[spoiler]" in one.quote for one in answers)
        assert all("kestrel" not in line for line in bob.paper.told)
