"""Leaving with a choice: what is left of who went, live and in what is read later. Erasing an account, and taking everything
along."""

import asyncio
from typing import Any

from ..checks import Skip, demand
from .ground import PASSWORD, Account, Scene, checks
from .peer import Frame, Peer, nonce

MOMENTS = 40  # a quarter of a second each: until what was to go is gone


async def _comes_and_goes(scene: Scene, keep: str) -> tuple[Peer, Peer, str, str, Frame]:
    """Cid joins, says something and leaves: ann who stays, cid, the community, the membership, and what was said."""
    ann, cid = await scene.people("ann", "cid")
    community, _, room = await scene.elsewhere()
    member = (await cid.result("community.join", community=community))["entry"]["member"]
    said = (await cid.result("message.send", room=room, body=f"goes with {keep}"))["entry"]
    await cid.result("community.leave", community=community, keep=keep)
    return ann, cid, community, member, said


async def _message(peer: Peer, said: Frame) -> Frame:
    page = await peer.result("message.page", room=said["log"], around=said["seq"], limit=1)
    found: Frame = page["messages"][0]
    return found


@checks("leaving.nobody")
async def who_left_nothing_of_themselves_is_named_nowhere(scene: Scene) -> None:
    """Join, say something, leave with `words`; then look for the handle in what is told, resolved and read."""
    handle = scene.ground.accounts["cid"].handle
    ann, _, community, member, said = await _comes_and_goes(scene, "words")
    await ann.hears("member.forgotten", log=community, by=member)
    for rev in (0, said.get("rev", 0)):
        (persona,) = (await ann.result("member.resolve", members=[{"member": member, "rev": rev}]))["personas"]
        demand(not persona["handle"] and not persona["display_name"], f"nobody, for revision {rev}", persona)
    message = await _message(ann, said)
    demand(message["body"] == said["body"], "the words, which stay", message)
    told: list[Frame] = []
    for _ in range(MOMENTS):
        entries = await ann.entries(community)
        told = [entry for entry in entries if entry.get("by") == member and entry.get("handle") == handle]
        if not told:
            break
        await asyncio.sleep(0.25)
    demand(not told, "no handle of theirs in the community's log after ten seconds", told)


@checks("leaving.erased")
async def what_was_to_go_is_blank_and_keeps_its_number(scene: Scene) -> None:
    """Join, say something, leave with `erase`, and read until the words are gone."""
    ann, _, _, _, said = await _comes_and_goes(scene, "erase")
    message: Frame = {}
    for _ in range(MOMENTS):
        message = await _message(ann, said)
        if message.get("blank"):
            break
        await asyncio.sleep(0.25)
    demand(message.get("seq") == said["seq"], "a message of the same number", message)
    demand(message.get("blank") is True and not message["body"], "a blank message within ten seconds", message)


@checks("leaving.same")
async def who_comes_back_is_the_same_member(scene: Scene) -> None:
    """Leave with `words`, join again, and look who said what before."""
    ann, cid, community, member, said = await _comes_and_goes(scene, "words")
    back: dict[str, Any] = (await cid.result("community.join", community=community))["entry"]
    await cid.ask("community.leave", community=community)
    demand(back["member"] == member, "the same membership", back)
    message = await _message(ann, said)
    demand(message["by"] == member, "what they said before, by the same membership", message)


@checks("leaving.persona")
async def who_leaves_stays_as_a_former_member(scene: Scene) -> None:
    """Join, say something and leave: with `persona`, and without a word; then look who said it."""
    ann, cid = await scene.people("ann", "cid")
    community, _, room = await scene.elsewhere()
    for more in ({"keep": "persona"}, {}):
        member = (await cid.result("community.join", community=community))["entry"]["member"]
        said = (await cid.result("message.send", room=room, body="still mine"))["entry"]
        await cid.result("community.leave", community=community, **more)
        refs = [{"member": member, "rev": rev} for rev in (0, said["rev"])]
        for persona in (await ann.result("member.resolve", members=refs))["personas"]:
            demand(persona["handle"] == cid.handle and persona.get("left") is True, "cid, who has left", persona)
        message = await _message(ann, said)
        demand(message["body"] == said["body"] and message["by"] == member, "what was said, by the same", message)


# --- an account


def _erasing(peer: Peer, keep: str = "words", **more: Any) -> dict[str, Any]:
    return {"password": PASSWORD, "handle": peer.handle, "keep": keep, **more}


@checks("leaving.sure")
async def an_account_is_not_erased_by_accident(scene: Scene) -> None:
    """Ask for it with another password, and with another handle; then go on."""
    eli = await scene.newcomer("eli")
    for wrong, code in (
        ({"password": "another password"}, "session.bad_credentials"),
        ({"handle": "kit-nobody"}, "field.invalid"),
    ):
        await eli.refused(code, "account.erase", **_erasing(eli, **wrong))
    await eli.result("account.read", handle=eli.handle)
    again = await scene.guest("eli")
    signed = await again.result("session.sign_in", token=eli.token)
    demand(not signed.get("spared"), "an account that was never to be erased", signed)


@checks("leaving.ended")
async def whoever_erases_their_account_is_signed_out_everywhere(scene: Scene) -> None:
    """Erase an account that has two connections, and come back with its token."""
    gus = await scene.newcomer("gus")
    phone = await scene.again("gus")
    began = await gus.result("account.erase", **_erasing(gus))
    del scene.ground.accounts["gus"]  # there is nobody to sign out any more
    demand(bool(began.get("at")), "`at`, when it is done", began)
    for peer in (gus, phone):
        end = await peer.ends()
        demand(end.code == 4501, "closed with 4501", str(end))
    guest = await scene.guest("gus")
    reply = await guest.ask("session.sign_in", token=gus.token)
    demand(reply["type"] == "refused" and reply["code"] == "session.token_invalid", "`session.token_invalid`", reply)


@checks("leaving.undone")
async def signing_in_again_undoes_it(scene: Scene) -> None:
    """Join, say something, erase the account, sign in again, and look whether all is as it was."""
    if not scene.limits.get("erase_grace_ms"):
        raise Skip("`limits.erase_grace_ms` is 0: it is done at once")
    ann = await scene.person("ann")
    community, _, room = await scene.elsewhere()
    hal = await scene.newcomer("hal")
    member = (await hal.result("community.join", community=community))["entry"]["member"]
    said = (await hal.result("message.send", room=room, body="kept"))["entry"]
    await hal.result("account.erase", **_erasing(hal, "erase"))
    guest = await scene.guest("hal")
    signed = await guest.result("session.sign_in", handle=hal.handle, password=PASSWORD)
    demand(signed.get("spared") is True, "`spared`: it is undone", signed)
    scene.ground.accounts["hal"].token = signed["token"]
    (persona,) = (await ann.result("member.resolve", members=[{"member": member, "rev": 0}]))["personas"]
    demand(persona["handle"] == hal.handle and not persona.get("left"), "a member as ever", persona)
    message = await _message(ann, said)
    demand(message["body"] == "kept", "what was said", message)
    once = await scene.guest("hal")
    signed = await once.result("session.sign_in", handle=hal.handle, password=PASSWORD)
    demand(not signed.get("spared"), "undone once", signed)


@checks("leaving.account")
async def an_account_that_is_erased_is_nobodys_name(scene: Scene) -> None:
    """Join, say something, erase the account with `erase`, and look for it everywhere."""
    if scene.limits.get("erase_grace_ms"):
        raise Skip("`limits.erase_grace_ms` is too long to wait")
    ann = await scene.person("ann")
    community, _, room = await scene.elsewhere()
    ida = await scene.newcomer("ida")
    member = (await ida.result("community.join", community=community))["entry"]["member"]
    said = (await ida.result("message.send", room=room, body="goes"))["entry"]
    await ida.result("account.erase", **_erasing(ida, "erase"))
    del scene.ground.accounts["ida"]
    await ann.hears("member.forgotten", log=community, by=member)
    await ann.refused("account.gone", "account.read", handle=ida.handle)
    refs = [{"member": member, "rev": rev} for rev in (0, said["rev"])]
    for persona in (await ann.result("member.resolve", members=refs))["personas"]:
        demand(not persona["handle"], "nobody", persona)
    reply = await scene.ground.sign_up(scene, Account("ida", ida.handle, PASSWORD))
    demand(reply["type"] == "refused" and reply["code"] == "handle.taken", "`handle.taken`: it rests", reply)
    message: Frame = {}
    for _ in range(MOMENTS):
        message = await _message(ann, said)
        if message.get("blank"):
            break
        await asyncio.sleep(0.25)
    demand(message.get("seq") == said["seq"], "a message of the same number", message)
    demand(message.get("blank") is True and not message["body"], "a blank message within ten seconds", message)


# --- everything along


async def _archive(peer: Peer) -> list[Frame]:
    """All records; each page is asked for twice."""
    records: list[Frame] = []
    after = ""
    while True:
        page = await peer.result("account.export", after=after)
        again = await peer.result("account.export", after=after)
        told = [one for one in again["records"] if one.get("record") != "archive"]  # that says when it was begun
        same = [one for one in page["records"] if one.get("record") != "archive"]
        demand(told == same, "the same page again", again)
        records += page["records"]
        after = page.get("next", "")
        if not after:
            return records


@checks("leaving.export")
async def an_export_has_all_that_one_wrote(scene: Scene) -> None:
    """Say something in a room and in a direct, edit it, and look for it in the export."""
    bob, cid = await scene.people("bob", "cid")
    room = await scene.room()
    direct = (await cid.result("direct.open", handles=[bob.handle]))["entry"]["room"]
    said = [await cid.say(where, f"mine {nonce()}") for where in (room, direct)]
    edited = (await cid.result("message.edit", room=room, message=said[0]["seq"], body="mine, mended"))["entry"]
    records = await _archive(cid)
    first = records[0]
    demand(first.get("record") == "archive" and first["account"]["handle"] == cid.handle, "an `archive` of cid", first)
    entries = [(one["entry"]["log"], one["entry"]["seq"]) for one in records if one.get("record") == "entry"]
    demand(len(set(entries)) == len(entries), "each entry once")
    for entry in (*said, edited):
        kept = [
            one["entry"]
            for one in records
            if one.get("record") == "entry" and one["entry"].get("nonce") == entry["nonce"]
        ]
        demand(entry in kept, "what cid wrote, as it is", kept)


@checks("leaving.others")
async def an_export_has_nothing_of_others(scene: Scene) -> None:
    """Have others answer in a room and in a direct, and look for them and for secrets in the export."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    room = await scene.room()
    direct = (await cid.result("direct.open", handles=[bob.handle]))["entry"]["room"]
    await cid.say(room, "a question")
    theirs = [f"theirs {nonce()}" for _ in range(2)]
    await ann.say(room, theirs[0])
    await bob.say(direct, theirs[1])
    told = str(await _archive(cid))
    for what, word in (
        ("what ann said", theirs[0]),
        ("what bob said to cid", theirs[1]),
        ("the id of ann's account", ann.account),
        ("the id of bob's account", bob.account),
        ("the password", PASSWORD),
        ("the token", cid.token),
    ):
        demand(word not in told, f"an export without {what}", word)
