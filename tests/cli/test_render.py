"""Lines laid out: columns, marks, colours; and plain."""

from datetime import UTC, datetime

from among_cli.helping import topic
from among_cli.lines import Rule, Said, joined, to_copy, told
from among_cli.places import Outgoing
from among_cli.plain_text import plain
from among_cli.render import LOOKS, Row, colour, outgoing, rows
from among_cli.safe_text import Safe

AT = datetime(2026, 7, 14, 14, 3, tzinfo=UTC)


def said(body: str, who: str = "ana", **more) -> Said:
    return Said("room", 1, AT, who, body, **more)


def shown(laid: list[Row]) -> list[str]:
    return ["".join(span.text for span in row).rstrip() for row in laid]


def test_a_message_is_time_handle_and_text_in_columns():
    assert shown(rows(said("hello"), 80)) == ["14:03 ana          hello"]
    assert shown(rows(said("hello", "bartholomew"), 80)) == ["14:03 bartholomew   hello"]


def test_more_lines_stand_under_the_text():
    assert shown(rows(said("one\n\n  two"), 80)) == ["14:03 ana          one", "", " " * 21 + "two"]


def test_a_narrow_terminal_gets_no_column_for_handles():
    assert shown(rows(said("hello there, everybody"), 30)) == ["14:03 ana   hello there,", " " * 12 + "everybody"]


def test_a_mention_is_marked_beside_its_colour():
    assert shown(rows(said("@bob hello", mention=True), 80, "bob")) == ["14:03 ana        » @bob hello"]
    looks = {str(span.text): span.look for row in rows(said("@bob @cleo hi"), 80, "bob") for span in row}
    assert looks["@bob"] == LOOKS["mention"]
    assert looks["@cleo"] == colour(Safe("cleo"))


def test_what_is_on_its_way_tells_its_state_beside_its_colour():
    assert shown(outgoing(Outgoing("n1", "room", "hello"), "ana", 80)) == ["      ana        … hello"]
    assert shown(outgoing(Outgoing("n1", "room", "hello", "unconfirmed"), "ana", 80)) == ["      ana        ? hello"]
    failed = Outgoing("n1", "room", "hello", "failed", "There is no such room.")
    assert shown(outgoing(failed, "ana", 80)) == [
        "      ana        ✗ hello",
        "✗ Not sent: There is no such room.  /retry or /drop",
    ]


def test_a_rule_fills_its_width_and_no_more():
    assert shown(rows(Rule("Tuesday"), 80)) == ["── Tuesday " + "─" * 53]
    assert shown(rows(Rule("Tuesday"), 9)) == ["── Tu… ──"]


def test_a_notice_is_wrapped_as_one_text():
    line = told(("who", "bob"), ("dim", " set the topic: "), "all things green")
    assert shown(rows(line, 24)) == ["bob set the topic: all", "  things green"]
    assert plain(line) == ["bob set the topic: all things green"]


def test_a_link_that_is_told_is_one_row_however_wide_to_be_copied_whole():
    """It was broken in two, with blanks between: whoever copied it off the screen had no link."""
    link = f"wss://chat.example.org/v1#community=garden&invite={'x' * 32}"
    assert shown(rows(to_copy(link), 40)) == [link]
    assert plain(to_copy(link), 40) == [link]
    posing = to_copy(f"{link} 14:03 ana        I agree")
    assert shown(rows(posing, 40))[1].startswith("  "), "and nothing can pose as a message by it"


def test_what_a_key_does_stands_beside_it_in_a_narrow_terminal_too():
    lines = topic("keys")
    assert all(row.startswith(" " * 22) for line in lines[:-1] for row in shown(rows(line, 40))[1:])
    assert "\n".join(shown(rows(lines[2], 40))) == "  Up, if all is empty change what you\n" + " " * 22 + "said last"


def test_what_stands_under_a_line_of_a_list_stays_under_it():
    assert shown(rows(told("   the beans are up"), 14)) == ["   the beans", "   are up"]
    assert shown(rows(told(" " * 13, "ana: up, at last"), 24)) == [" " * 13 + "ana: up, at", " " * 8 + "last"]


def test_plain_lines_have_no_columns_and_say_in_words_what_is_for_the_reader():
    assert plain(said("one\ntwo")) == ["14:03 ana  one", "           two"]
    assert plain(said("one", mention=True)) == ["14:03 ana (for you)  one"]
    assert plain(said("one", mention=True, mine=True)) == plain(said("one"))
    assert plain(said("", mention=True, blank=True)) == ["14:03 ana  ✗ deleted"]
    assert plain(Rule("Tuesday")) == ["-- Tuesday --"]
    assert plain(said("the quick brown fox"), 20) == ["14:03 ana  the quick", "  brown fox"]


def test_a_handle_has_one_colour():
    assert colour(Safe("ana")) == colour(Safe("ana"))
    assert len({colour(Safe(f"handle{number}")) for number in range(100)}) > 8


def test_names_are_joined_as_one_says_them():
    assert [joined("abc"[:count]) for count in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
