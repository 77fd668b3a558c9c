"""Signing up, invites and sessions: registers and secrets, and the first entry of an account's log."""

import asyncio
import time

from among_protocol.accounts import AccountCreated
from among_protocol.codes import HANDLE_LOOKALIKE, HANDLE_TAKEN, INVITE_INVALID, Refuse
from among_protocol.personas import PersonaWish, UpdatePersona
from tests.store.town import Town, refused

SECRET = bytes(range(32))


async def test_an_account_begins_with_its_log(town: Town):
    row = await town.store.create_account("Ann", "Ann of the Mill", "hash")
    assert (row.handle, row.display_name, row.owner) == ("ann", "Ann of the Mill", False)
    (first,) = await town.log(row.id)
    assert isinstance(first, AccountCreated)
    assert [stored.event for stored in town.heard] == [first]
    assert await town.store.account(row.id) == row
    assert await town.store.account_by_handle("ANN") == row
    assert await town.store.password_hash("aNN") == (row.id, "hash")
    assert await town.store.accounts() == 1


async def test_nobody_is_there_whom_nobody_made(town: Town):
    assert await town.store.accounts() == 0
    assert await town.store.account("a_nobody") is None
    assert await town.store.account_by_handle("nobody") is None
    assert await town.store.password_hash("nobody") is None
    assert await town.store.session(SECRET) is None


async def test_a_handle_is_taken_whatever_its_case(town: Town):
    await town.person("ann")
    await refused(HANDLE_TAKEN, town.store.create_account("ANN", "Another", "hash"))
    assert await town.store.accounts() == 1


async def test_cnt_03_no_handle_looks_like_one_that_is_taken(town: Town):
    await town.person("mary.lou")
    for handle in ("rnary.lou", "mary-lou", "marylou", "mary.1ou", "MARY.L0U"):
        await refused(HANDLE_LOOKALIKE, town.store.create_account(handle, "Mary", "hash"))
    await town.store.add_invite(SECRET)
    await refused(HANDLE_LOOKALIKE, town.store.create_account("mary_lou", "Mary", "hash", invite=SECRET))
    await town.store.create_account("mary.ann", "Mary", "hash", invite=SECRET)  # the invite was not used up
    assert await town.store.accounts() == 2


async def test_cnt_03_nobody_signs_up_as_whom_somebody_is_known_in_a_community(town: Town):
    ann = await town.person("ann")
    garden = await ann.founds("garden")
    await ann.do(UpdatePersona, community=garden, persona=PersonaWish(handle="mary.lou"))
    await refused(HANDLE_TAKEN, town.store.create_account("Mary.Lou", "Mary", "hash"))
    await refused(HANDLE_LOOKALIKE, town.store.create_account("rnary.lou", "Mary", "hash"))
    await ann.do(UpdatePersona, community=garden, as_profile=True)
    await town.person("mary.lou")


async def test_cnt_03_two_who_look_alike_at_once_are_one(town: Town):
    answers = await asyncio.gather(
        town.store.create_account("mary", "Mary", "hash"),
        town.store.create_account("rnary", "Mary", "hash"),
        return_exceptions=True,
    )
    assert [isinstance(answer, Refuse) and answer.code for answer in answers] == [False, HANDLE_LOOKALIKE]


async def test_two_at_once_do_not_get_the_same_handle(town: Town):
    answers = await asyncio.gather(
        *(town.store.create_account("ann", str(n), "hash") for n in range(5)), return_exceptions=True
    )
    assert [isinstance(answer, Refuse) for answer in answers] == [False, True, True, True, True]


async def test_an_invite_is_used_up(town: Town):
    await town.store.add_invite(SECRET, uses=2)
    assert not (await town.store.create_account("ann", "Ann", "hash", invite=SECRET)).owner
    await town.store.create_account("bob", "Bob", "hash", invite=SECRET)
    await refused(INVITE_INVALID, town.store.create_account("cat", "Cat", "hash", invite=SECRET))
    await refused(INVITE_INVALID, town.store.create_account("cat", "Cat", "hash", invite=b"unknown"))


async def test_one_invite_for_one_makes_one_account_of_fifty_at_once(town: Town):
    await town.store.add_invite(SECRET, owner=True)
    answers = await asyncio.gather(
        *(town.store.create_account(f"p{n:02}", "P", "hash", invite=SECRET) for n in range(50)), return_exceptions=True
    )
    made = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert [row.owner for row in made] == [True]
    assert await town.store.accounts() == 1


async def test_only_the_newest_link_of_a_start_without_accounts_makes_an_owner(town: Town):
    """Each such start writes one, and an earlier one may lie about anywhere."""
    await town.store.add_invite(b"first", owner=True)
    await town.store.add_invite(b"second", owner=True)
    await refused(INVITE_INVALID, town.store.create_account("eve", "Eve", "hash", invite=b"first"))
    assert (await town.store.create_account("ann", "Ann", "hash", invite=b"second")).owner


async def test_when_an_owner_is_there_no_link_of_the_start_makes_another_but_the_operators_does(town: Town):
    await town.store.add_invite(b"start", owner=True)
    far = 1 << 45
    await town.store.add_invite(b"ann", owner=True, expires_ms=far)
    await town.store.add_invite(b"bob", owner=True, expires_ms=far)
    await town.store.create_account("ann", "Ann", "hash", invite=b"ann")
    await refused(INVITE_INVALID, town.store.create_account("eve", "Eve", "hash", invite=b"start"))
    assert (await town.store.create_account("bob", "Bob", "hash", invite=b"bob")).owner


async def test_an_invite_is_not_used_by_who_could_not_sign_up(town: Town):
    await town.person("ann")
    await town.store.add_invite(SECRET)
    await refused(HANDLE_TAKEN, town.store.create_account("ann", "Ann", "hash", invite=SECRET))
    await town.store.create_account("bob", "Bob", "hash", invite=SECRET)


async def test_an_invite_ends_at_its_time(town: Town):
    now = time.time_ns() // 1_000_000
    await town.store.add_invite(SECRET, expires_ms=now - 1)
    await refused(INVITE_INVALID, town.store.create_account("ann", "Ann", "hash", invite=SECRET))
    await town.store.add_invite(SECRET, expires_ms=now + 3_600_000)
    await town.store.create_account("ann", "Ann", "hash", invite=SECRET)


async def test_a_session_lasts_until_it_is_closed(town: Town):
    ann = await town.person("ann")
    opened = (await town.store.open_session(ann.id, SECRET, "laptop")).opened
    other = (await town.store.open_session(ann.id, b"other", "phone")).opened
    assert await town.store.session(SECRET) == opened
    assert (opened.account, opened.device) == (ann.id, "laptop")
    await town.store.end_sessions(ann.id, only=opened.id)
    await town.store.end_sessions(ann.id, only=opened.id)
    assert await town.store.session(SECRET) is None
    assert await town.store.session(b"other") == other
