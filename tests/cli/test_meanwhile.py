"""What happens to messages while the page that they are on is on its way to the screen. Pure, as test_model.py."""

from among_cli.lines import Said
from among_cli.visit import SAID
from among_protocol.edits import MessageDeleted
from among_protocol.messages import Forwarded, Message, MessagePage

from .test_model import ANA, BOB, HALL, TOOLS, at, bodies, edited, enter, model, page, room_of, sent, texts, visit

__all__ = ["model"]  # the fixture


def deleted(seq: int, message: int, room: str = TOOLS) -> MessageDeleted:
    return MessageDeleted(log=room, seq=seq, at=at(seq), by=BOB, rev=1, message=message)


def test_what_is_deleted_while_its_page_comes_is_not_shown(model):
    model.open(room_of(model, TOOLS))
    model.apply(deleted(3, 1))
    first, second = [line for line in model.page(visit(model), page(1, 2)) if isinstance(line, Said)]
    assert (first.body, first.blank, second.body) == ("", True, "line 2")


def test_what_is_edited_while_its_page_comes_stands_there_as_it_is_now(model):
    model.open(room_of(model, TOOLS))
    model.apply(sent(3, room=TOOLS))
    model.apply(edited(4, 1))
    model.apply(edited(5, 3))
    assert bodies(model.page(visit(model), page(1, 2))) == ["hello!", "line 2", "hello!"]


def test_an_edit_that_the_page_knows_a_later_one_of_changes_nothing(model):
    model.open(room_of(model, TOOLS))
    model.apply(edited(4, 1))
    newer = Message(seq=1, at=at(1), by=BOB, rev=1, body="hello again", edited=5)
    assert bodies(model.page(visit(model), MessagePage(messages=[newer], as_of=5, complete=True))) == ["hello again"]


def test_older_messages_are_as_they_are_now_too(model):
    enter(model, TOOLS, page(8, 9, complete=False))
    model.apply(deleted(10, 2))
    model.apply(edited(11, 3))
    assert bodies(model.older(visit(model), page(2, 3))) == ["", "hello!"]


def test_of_a_forward_that_is_deleted_nothing_is_kept_or_shown(model):
    origin = Forwarded(room=HALL, seq=7, by=BOB, rev=1, body="kestrel", at=at(0))
    enter(model, TOOLS)
    model.apply(sent(1, "look", room=TOOLS, forwarded=origin))
    model.apply(deleted(2, 1))
    assert "kestrel" not in str(vars(visit(model)))
    model.open(room_of(model, TOOLS))
    model.apply(sent(3, "look", room=TOOLS, forwarded=origin))
    model.apply(deleted(4, 3))
    lines = [line for line in model.page(visit(model), page()) if isinstance(line, Said)]
    assert [(one.blank, one.credit, one.shown) for one in lines] == [(True, "", "")]


def test_older_messages_that_were_asked_for_twice_stand_there_once(model):
    enter(model, TOOLS, page(8, 9, complete=False))
    assert bodies(model.older(visit(model), page(6, 7, complete=False))) == ["line 6", "line 7"]
    assert model.older(visit(model), page(6, 7, complete=False)) == []
    assert bodies(model.older(visit(model), page(4, 5))) == ["line 4", "line 5"]


def test_ones_own_last_message_stays_at_hand_however_far_one_looks_back(model):
    enter(model, TOOLS, page(1001, complete=False, by=ANA))
    for first in range(901, 0, -100):
        model.older(visit(model), page(*range(first, first + 100), complete=False))
    assert len(visit(model).said) == SAID
    assert visit(model).said[1001].mine


def test_what_calls_one_in_a_thread_while_the_page_comes_stands_behind_it_once_and_rings_once(model):
    """Whether the page is older or not: it holds nothing of what is said in threads."""
    for as_of in (2, 5):
        model.open(room_of(model))
        assert model.apply(sent(3, "ana?", thread=1, mentions=[ANA])) == []
        assert model.apply(sent(4, "to all")) == []
        lines = model.page(visit(model), page(1, 2, as_of=as_of))
        said = [line for line in lines if isinstance(line, Said)]
        assert [one.body for one in said if one.inside] == ["ana?"]
        assert [one.body for one in said if one.alert] == ["ana?"]
        assert bodies(lines) == ["line 1", "line 2", "ana?", *(["to all"] if as_of == 2 else [])]
        assert model.apply(sent(3, "ana?", thread=1, mentions=[ANA])) == []
        assert visit(model).root_of(3) == 1


def test_what_one_says_in_a_thread_while_the_page_comes_stands_behind_it(model):
    model.open(room_of(model))
    model.apply(sent(3, "mine", by=ANA, thread=1))
    model.apply(deleted(4, 3, HALL))
    last = model.page(visit(model), page(1, 2, as_of=4))[-1]
    assert isinstance(last, Said)
    assert (last.seq, last.blank, last.inside) == (3, True, "in the thread of #1")


def test_other_answers_are_told_of_behind_the_page(model):
    model.open(room_of(model))
    model.apply(sent(3, "so do I", thread=1))
    assert model.answers.told(model) == []
    model.page(visit(model), page(1, 2))
    assert texts(model.answers.told(model)) == ["bob answered in the thread of #1 “line 1” · /thread 1"]
    assert not model.answers


def test_what_calls_one_is_counted_where_one_goes_on_before_the_page_comes(model):
    model.open(room_of(model))
    model.apply(sent(1, "ana?", mentions=[ANA]))
    model.apply(sent(2, "ana?", thread=1, mentions=[ANA]))
    model.open(room_of(model, TOOLS))
    assert (room_of(model).unread, room_of(model).mentions) == (1, 2)


def test_what_calls_one_rings_also_where_it_is_on_the_page_that_comes_after_it(model):
    model.open(room_of(model))
    model.apply(sent(2, "ana?", mentions=[ANA]))
    said = [line for line in model.page(visit(model), page(1, 2)) if isinstance(line, Said)]
    assert [(one.seq, one.alert) for one in said] == [(1, False), (2, True)]


def test_what_became_of_a_message_while_its_page_came_is_read_with_it(model):
    """Also what came after the page was read: it would stay unread on every device."""
    model.open(room_of(model, TOOLS))
    model.apply(edited(3, 1, mentions=[ANA], mentions_new=[ANA]))
    assert room_of(model, TOOLS).mentions == 1
    assert bodies(model.page(visit(model), page(1, 2))) == ["hello!", "line 2"]
    assert model.marker() == (TOOLS, 3)
