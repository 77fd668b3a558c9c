"""Keeping a community from the terminal: what stewards type, what they see, and what those concerned are told."""

from pathlib import Path
from typing import Any

import pytest

from among_cli import keeping
from among_cli.complete import candidates
from among_cli.model import Model
from among_cli.moment import span, when
from among_cli.render import rows
from among_protocol.accounts import Account
from among_protocol.communities import Community, Membership
from among_protocol.members import Persona
from among_protocol.moderation import (
    MemberBanned,
    MemberKicked,
    MemberSilenced,
    MemberUnbanned,
    MemberUnsilenced,
    RoleSet,
)
from among_protocol.reports import ReportFiled, ReportResolved

from .corpus import CORPUS, obeyed, on_terminal
from .house import House, Reader


async def kept(house: House) -> tuple[Reader, Reader, Reader]:
    ana, bob, cleo = await house.join("garden/hall", "ana", "bob", "cleo")
    return ana, bob, cleo


async def test_a_role_is_given_and_everybody_hears_of_it(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob, cleo = await kept(house)
        await ana.types("/role @Bob steward he helps everybody")
        await ana.sees("bob is now a steward of garden")
        await bob.sees("You are now a steward of garden, ana decided. The reason: he helps everybody")
        await cleo.sees("bob is now a steward of garden")
        assert not any("helps" in line for line in cleo.paper.told)
        await ana.types("/role bob handover")
        await cleo.sees("bob is now an owner of garden")
        await ana.sees("You are now a steward of garden.")
        assert await ana.types("/role cleo steward") == [
            "Your role does not carry the right to do this. /members shows who is steward or owner."
        ]
        assert await bob.types("/role ana") == await bob.types("/role ana gardener")
        assert "steward, member" in bob.paper.told[-1]


async def test_somebody_is_removed_is_told_why_and_may_come_back(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob, cleo = await kept(house)
        assert await ana.types("/kick bob") == ["Say why, people deserve to be told: /kick bob REASON"]
        assert (await ana.types("/kick bob Three adverts today!"))[-1] == "bob was removed from garden, and told why."
        await bob.sees("ana removed you from garden. The reason: Three adverts today! You may come back: /join garden")
        await cleo.sees("bob left garden")
        await bob.paper.until(lambda: bob.model.room is None)
        await bob.types("/join garden")
        assert bob.model.room is not None
        assert await ana.types("/kick nobody x") == ["There is no nobody in garden. /members lists who is there."]


async def test_somebody_is_kept_out_for_a_time(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob, _ = await kept(house)
        assert await ana.types("/bans") == ["Nobody is banned from garden."]
        told = (await ana.types("/ban bob 7d spam"))[-1]
        assert told.startswith("bob may not be in garden until ")
        await bob.sees("ana asks you to stay away from garden for a time. The reason: spam. You may come back after")
        *_, told = await bob.types("/join garden")
        assert told.startswith("You may join garden again after 2")
        assert told.endswith("UTC. The reason given: spam")
        (told,) = await ana.types("/bans")
        assert "bob" in told
        assert "spam  (ana, " in told
        assert await ana.types("/unban bob") == ["bob may join garden again."]
        await bob.sees("You may join garden again: /join garden")
        await bob.types("/join garden")
        assert (await ana.types("/ban bob a lot of spam"))[-1] == "bob may not be in garden, until /unban."
        await bob.sees("You may no longer be in garden: ana decided so. The reason: a lot of spam")
        assert "for good: a lot of spam" in (await ana.types("/bans"))[0]
        assert await ana.types("/unban cleo") == ["cleo is not banned from garden. /bans lists who is."]
        assert await ana.types("/ban bob 7d") == ["Say why, people deserve to be told: /ban bob [30m|2h|7d|2w] REASON"]


async def test_somebody_only_reads_for_a_time(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob, _ = await kept(house)
        assert "28 days" in (await ana.types("/silence bob loud"))[0]
        assert "28 days" in (await ana.types("/silence bob 5w loud"))[0]
        assert "Say why" in (await ana.types("/silence bob 2h"))[0]
        (told,) = await ana.types("/silence bob 2h All of you, please calm down.")
        assert told.startswith("bob may only read in garden until ")
        await bob.sees("ana asks you to only read in garden until ")
        await bob.types("but")
        await bob.sees("Not sent: You may read here, and speak again after ")
        assert await ana.types("/unsilence bob") == ["bob may speak in garden again."]
        await bob.sees("You may speak in garden again.")
        await bob.types("/retry")
        await ana.sees("but")


async def test_a_report_reaches_the_stewards_as_it_comes_and_is_answered(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob, cleo = await kept(house)
        await ana.types("/role cleo steward")
        await ana.types("/room create shed")
        await bob.types("buy this: example.com")
        await ana.types("/go hall")
        await ana.sees("buy this: example.com")
        dan = await house.person("dan")
        await dan.types("/join garden")
        await dan.types("/go hall")
        (told,) = await dan.types("/report bob An advert.")
        assert told.startswith("The stewards of garden will look at bob, and what was said at ")
        assert "«buy this: example.com»" in told
        await ana.sees("garden, for stewards: dan reports bob in hall: An advert. «buy this: example.com»  /resolve ")
        await cleo.sees("garden, for stewards: dan reports bob in hall: An advert. «buy this: example.com»  /resolve ")
        assert not any("for stewards" in line for line in bob.paper.told)
        (line,) = await cleo.types("/reports")
        number = line.split()[0]
        assert "bob in hall: An advert. «buy this: example.com», from dan" in line
        assert "/reports has the numbers" in (await cleo.types("/resolve x acted"))[0]
        assert await cleo.types(f"/resolve #{number} acted warned him") == [
            f"Report {number} is answered. Whoever filed it hears: acted."
        ]
        await dan.sees("The stewards of garden have looked at your report: they acted on it. Thank you.")
        await ana.sees(f"garden, for stewards: cleo answered report {number}, acted: warned him")
        assert await ana.types("/reports") == ["No report waits for an answer in garden."]


async def test_what_waited_while_a_steward_was_away_is_told_at_the_start(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, _, cleo = await kept(house)
        await keeping.waiting(ana.link)
        assert not any("wait" in line for line in ana.paper.told)
        await cleo.types("/report bob Spam.")
        await keeping.waiting(ana.link)
        assert ana.paper.told[-1] == "garden, for stewards: 1 report waits for an answer. /reports"
        await cleo.types("/report bob More of it.")
        await keeping.waiting(ana.link)
        assert ana.paper.told[-1] == "garden, for stewards: 2 reports wait for an answer. /reports"
        before = len(cleo.paper.told)
        await keeping.waiting(cleo.link)
        assert len(cleo.paper.told) == before


async def test_somebody_who_said_nothing_here_is_reported_too_and_a_direct_has_no_stewards(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob, cleo = await kept(house)
        await cleo.types("/report bob He writes to me and does not stop.")
        await ana.sees("cleo reports bob: He writes to me and does not stop.")
        await bob.types("/dm cleo hello")
        await cleo.types("/dm bob")
        await cleo.sees("hello")
        (told,) = await cleo.types("/report bob There it is.")
        assert told.startswith("A direct has no stewards who could look at it: block ")
        assert "Say why" in (await cleo.types("/report bob"))[0]


async def test_stewards_see_what_other_stewards_did(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob, cleo = await kept(house)
        await ana.types("/role cleo steward")
        await cleo.paper.until(lambda: any("You are now a steward" in line for line in cleo.paper.told))
        await ana.types("/silence bob 2h loud")
        await cleo.sees("garden, for stewards: ana silenced bob until ")
        await ana.types("/unsilence bob sorry")
        await cleo.sees("garden, for stewards: ana let bob speak again (sorry)")
        await ana.types("/kick bob rude")
        await cleo.sees("garden, for stewards: ana removed bob (rude)")
        await ana.types("/ban bob spam")
        await cleo.sees("garden, for stewards: ana banned bob (spam)")
        await ana.types("/unban bob")
        await cleo.sees("garden, for stewards: ana lifted the ban of bob")
        await ana.types("/role cleo member")
        await cleo.sees("You are now a member of garden, ana decided.")
        assert "right" in (await cleo.types("/bans"))[0]
        assert not any("for stewards" in line for line in ana.paper.told), "one was told already"


@pytest.mark.parametrize("nasty", CORPUS, ids=ascii)
def test_cnt_01_what_somebody_writes_as_a_reason_does_nothing_to_a_terminal(nasty: str):
    """Whatever a server lets through."""
    model = Model()
    account = Account(id="a_bob", handle="bob", display_name="Bob")
    garden = Community(id="c_1", slug=nasty, name=nasty)
    model.place(
        account,
        [Membership(community=garden, member="m_bob", rev=1, role="steward", rooms=[], as_of=0, stewards="w_1")],
        [],
    )
    steward = Persona(member="m_ann", rev=1, handle=nasty, display_name=nasty)
    said: dict[str, Any] = {
        "seq": 1,
        "at": nasty,
        "by": "m_ann",
        "community": "c_1",
        "member": "m_bob",
        "reason": nasty,
    }
    mine = {**said, "log": "a_bob", "slug": nasty, "steward": steward}
    theirs = {**said, "log": "w_1"}
    lines = [
        line
        for event in (
            *(
                kind(**log)
                for kind in (MemberKicked, MemberBanned, MemberUnbanned, MemberUnsilenced)
                for log in (mine, theirs)
            ),
            *(kind(**log, until=nasty) for kind in (MemberBanned, MemberSilenced) for log in (mine, theirs)),
            *(RoleSet(**log, role=nasty) for log in (theirs, mine)),
            ReportResolved(log="a_bob", seq=2, at=nasty, community="c_1", report=1, outcome=nasty, note=nasty),
            ReportResolved(
                log="w_1", seq=2, at=nasty, by="m_ann", community="c_1", report=1, outcome=nasty, note=nasty
            ),
            ReportFiled(**theirs, room="r_1", message=1, body=nasty),
        )
        for line in model.apply(event)
    ]
    assert len(lines) > 9
    for line in lines:
        shown = rows(line, 60)
        assert obeyed(on_terminal(shown, 60)) == ""
        assert all("".join(span.text for span in row).startswith("  ") for row in shown[1:]), "only we begin a line"


async def test_tab_completes_people_roles_and_answers(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, _, _ = await kept(house)
        await ana.types("/members")
        for typed, offered in (
            ("/role b", ("b", ["bob"])),
            ("/role bob st", ("st", ["steward"])),
            ("/role bob steward x", ("x", [])),
            ("/kick b", ("b", ["bob"])),
            ("/report cl", ("cl", ["cleo"])),
            ("/resolve 1", ("1", [])),
            ("/resolve 1 ", ("", ["acted", "declined"])),
            ("/sil", ("/sil", ["/silence"])),
        ):
            assert candidates(ana.link, typed) == offered, typed


@pytest.mark.parametrize(
    ("typed", "milliseconds"),
    [("30m", 1_800_000), ("2h", 7_200_000), ("7D", 604_800_000), ("2w", 1_209_600_000), ("0h", None), ("h", None),
     ("2", None), ("2h30", None), ("-2h", None), ("123456d", None), ("²h", None), ("", None)],
)  # fmt: skip
def test_how_long_is_typed_in_one_word(typed: str, milliseconds: int | None):
    assert span(typed) == milliseconds


def test_a_time_that_is_none_is_no_harm():
    assert when("2026-13-01T00:00:00.000Z", None) == "some time"


async def test_a_report_of_another_community_is_answered_there(tmp_path: Path):
    """Its number is another report's where one is."""
    async with House(tmp_path) as house:
        ana, bob, _ = await kept(house)
        await ana.types("/create books")
        await bob.types("buy this")
        await bob.sees("buy this")
        cleo = await house.signs_in("cleo")
        await cleo.types("/go garden")
        await cleo.types("/report bob An advert.")
        await ana.sees("/go garden, then /resolve ")


async def test_a_number_of_another_community_answers_nothing_here(tmp_path: Path):
    """Both number their own; what stood on the screen is meant, and never what has the same number where one has gone."""
    async with House(tmp_path) as house:
        ana, bob, cleo = await kept(house)
        await ana.types("/create books")
        await cleo.types("/join books")
        await bob.types("/join books")
        for place in ("garden", "books"):
            await cleo.types(f"/go {place}")
            await cleo.types(f"/report bob A bother in {place}.")
            await ana.sees(f"A bother in {place}.")
        (line,) = await ana.types("/reports")
        number = line.split()[0]
        await ana.types("/go garden")
        refused = f"The number {number} that you saw is of books: /go books first. /reports lists those of garden."
        assert await ana.types(f"/resolve {number} acted") == [refused]
        assert (await ana.types("/reports"))[0].split()[0] == number
        assert (await ana.types(f"/resolve {number} declined"))[0].startswith(f"Report {number} is answered.")
        await cleo.sees("The stewards of garden have looked at your report: they saw no need to act.")
        await ana.types("/go books")
        assert (await ana.types(f"/resolve {number} acted"))[0].startswith(
            f"The number {number} that you saw is of garden"
        )
        await ana.types("/reports")
        await ana.types(f"/resolve {number} acted")
        await cleo.sees("The stewards of books have looked at your report: they acted on it.")


async def test_a_report_that_comes_is_answered_only_where_it_is_of(tmp_path: Path):
    async with House(tmp_path) as house:
        ana, bob, cleo = await kept(house)
        await ana.types("/create books")
        await bob.types("/join books")
        await cleo.types("/join books")
        await ana.types("/go garden")
        await bob.types("/go garden")
        for reader, place in ((bob, "garden"), (cleo, "books")):
            await reader.types("/report ana A bother.")
            await ana.sees(f"{place}, for stewards: ")
        number = (
            next(line for line in ana.paper.told if "books, for stewards: " in line).split("/resolve ")[1].split()[0]
        )
        assert await ana.types(f"/resolve {number} acted") == [
            f"The number {number} that you saw is of books: /go books first. /reports lists those of garden."
        ]
