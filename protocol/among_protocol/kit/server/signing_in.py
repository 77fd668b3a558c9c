"""Signing in: the barrier, passwords and tokens, and how a session ends."""

import asyncio

from msgspec.structs import fields as fields_of

from ..checks import Skip, demand
from .ground import Scene, checks
from .peer import COMMANDS, Frame, Peer, nonce

OPEN = {"session.sign_up", "session.sign_in", "session.enable", "session.ping", "account.reset_password"}
# What every command needs to be a command at all.
FIELDS: dict[str, object] = {
    "room": "r_nowhere", "origin": "r_nowhere", "community": "c_nowhere", "log": "nowhere", "member": "m_nobody", "session": "s_none",
    "after": 0, "seq": 1, "message": 1, "report": 1, "body": "x", "slug": "slug", "name": "Name", "topic": "", "reason": "because",
    "handle": "nobody", "handles": ["nobody"], "members": [{"member": "m_nobody"}], "role": "member", "for_ms": 60_000,
    "section": "about", "base": 0, "proposal": 1, "title": "hello", "post": 1, "place": "r_nowhere", "quote": "q_none", "agree": False, "number": 1, "level": "all", "times": [], "directs": "known", "text": "x", "query": "x", "emoji": "👍", "kind": "block", "state": "online", "outcome": "acted", "old": "password", "new": "another password", "password": "password",
    "interests": [], "tag": "word", "version": 1, "request": 1, "verdict": "declined", "invite": "i_nowhere", "thread": 1,
}  # fmt: skip

EXCEPT: dict[str, Frame] = {
    "presence.watch": {"members": []},
    "greeter.set": {"state": "volunteers"},
    "card.read": {"members": ["m_nobody"]},
}


@checks("signing_in.first")
async def nothing_is_done_for_who_has_not_signed_in(scene: Scene) -> None:
    """Ask every command there is, without signing in."""
    guest = await scene.guest()
    for type, command in COMMANDS.items():
        if type in OPEN:
            continue
        needed = [field.encode_name for field in fields_of(command) if field.required]
        fields = {name: FIELDS[name] for name in needed if name in FIELDS} | EXCEPT.get(type, {})
        reply = await guest.ask(type, **fields)
        demand(
            reply["type"] == "refused" and reply["code"] == "session.sign_in_required",
            f"`{type}` refused with `session.sign_in_required`",
            reply,
        )
    await guest.result("session.ping")


@checks("signing_in.first")
async def what_needs_no_account_is_done_without_one(scene: Scene) -> None:
    """Ping, and enable an extension that there is not, before signing in."""
    guest = await scene.guest()
    pong = await guest.result("session.ping")
    demand(pong.get("at"), "the time in `at`", pong)
    enabled = await guest.result("session.enable", extensions=["x.kit/none"])
    demand("x.kit/none" not in enabled.get("extensions", []), "only extensions that `hello` names", enabled)


@checks("signing_in.barrier")
async def what_is_sent_behind_signing_in_waits_for_it(scene: Scene) -> None:
    """Sign in by password, and send three commands right behind it."""
    guest = await scene.guest("bob")
    bob = scene.ground.accounts["bob"]
    signing = await guest.begin("session.sign_in", handle=bob.handle, password=bob.password)
    behind = [
        await guest.begin("account.read", handle=bob.handle),
        await guest.begin("community.read", community=scene.ground.community),
        await guest.begin("session.list"),
    ]
    signed = await guest.reply(signing)
    if signed.get("class") == "wait":
        raise Skip(f"the server says to wait: {signed['message']}")
    demand(signed["type"] == "ok", "`ok` to `session.sign_in`", signed)
    replies = [await guest.reply(id) for id in behind]
    for reply in replies:
        demand(reply["type"] == "ok", "`ok` to each command behind signing in", reply)
    demand(replies[1]["result"]["member"] == bob.member, "the answer for the one who signed in", replies[1])
    await guest.ask("session.sign_out")


@checks("signing_in.alike")
async def an_unknown_handle_and_a_wrong_password_are_refused_alike(scene: Scene) -> None:
    """Sign in with a wrong password, and with a handle that nobody has."""
    told = []
    for handle in (scene.ground.accounts["eve"].handle, f"kit-{nonce()}"):
        guest = await scene.guest()
        reply = await guest.ask("session.sign_in", handle=handle, password="not the password " + nonce())
        demand(
            reply["type"] == "refused" and reply["code"] == "session.bad_credentials",
            "`session.bad_credentials`",
            reply,
        )
        told.append({key: reply.get(key) for key in ("code", "class", "message", "field")})
    demand(told[0] == told[1], "the same refusal for both", told)


@checks("signing_in.sign_up")
async def signing_up_makes_an_account(scene: Scene) -> None:
    """Sign up, look at who one is, and sign in again with the password, the handle in capitals."""
    new = await scene.newcomer("fay")
    account = scene.ground.accounts["fay"]
    result, _ = await new.sync(cards=True)
    demand(result["account"]["handle"] == account.handle, f"an account with the handle {account.handle}", result)
    entries = await new.entries(new.account)
    demand(
        entries and entries[0]["type"] == "account.created" and entries[0]["seq"] == 1,
        "`account.created` as the first entry of one's own log",
        entries,
    )
    guest = await scene.guest("fay")
    signed = await guest.result("session.sign_in", handle=account.handle.upper(), password=account.password)
    demand(signed["account"]["id"] == new.account, "the same account by password", signed)
    demand(signed.get("token") not in (None, "", account.token), "a token of its own for this sign-in", signed)


@checks("signing_in.sign_up")
async def a_short_password_is_refused(scene: Scene) -> None:
    """Sign up with a password that is one character too short."""
    least = scene.limit("password_least", 100)
    if scene.ground.given:
        raise Skip("signing up may be closed: the accounts were given")
    guest = await scene.guest()
    fields: Frame = {"handle": f"kit-{scene.ground.tag}-gil", "password": "x" * (least - 1)}
    if scene.ground.invite:
        fields["invite"] = scene.ground.invite
    reply = await guest.ask("session.sign_up", **fields)
    demand(reply["type"] == "refused" and reply["class"] == "fix", "a refusal of class `fix`", reply)


@checks("signing_in.once")
async def who_is_signed_in_does_not_sign_in_again(scene: Scene) -> None:
    """Sign in once more on the same connection."""
    ann = await scene.person("ann")
    await ann.refused("session.signed_in_already", "session.sign_in", token=ann.token)
    await ann.result("session.ping")


@checks("signing_in.token")
async def a_token_signs_in_on_any_number_of_connections(scene: Scene) -> None:
    """Sign in three times with the same token."""
    one, two = await scene.again("eve", synced=False), await scene.again("eve", synced=False, binary=True)
    demand(one.account == two.account, "the same account", [one.account, two.account])
    for peer in (one, two):
        await peer.result("account.read", handle=peer.handle)
    guest = await scene.guest()
    signed = await guest.result("session.sign_in", token=one.token)
    demand(not signed.get("token"), "no new token for who signs in with one", signed)
    demand(signed["account"]["handle"] == one.handle, "the same account", signed)


@checks("signing_in.token_gone")
async def a_token_that_was_signed_out_is_refused(scene: Scene) -> None:
    """Sign in by password, sign out, and come back with the token."""
    guest, token, _ = await _by_password(scene, "eve")
    await guest.result("session.sign_out")
    again = await scene.guest()
    reply = await again.ask("session.sign_in", token=token)
    demand(reply["type"] == "refused" and reply["code"] == "session.token_invalid", "`session.token_invalid`", reply)


@checks("signing_in.sign_out")
async def signing_out_closes_the_connection_with_4501(scene: Scene) -> None:
    """Sign in by password, and sign out."""
    guest, _, _ = await _by_password(scene, "eve")
    await guest.result("session.sign_out")
    end = await guest.ends()
    demand(end.code == 4501, "closed with 4501 after the reply", str(end))


@checks("signing_in.revoked")
async def a_session_that_is_revoked_is_closed(scene: Scene) -> None:
    """Sign in by password twice, find the other session in the list, and revoke it."""
    guest, token, session = await _by_password(scene, "eve")
    eve = await scene.again("eve", synced=False)
    listed = (await eve.result("session.list"))["sessions"]
    demand(session in [one["id"] for one in listed], "the other session in `session.list`", listed)
    demand(sum(one.get("current", False) for one in listed) == 1, "one that is `current`", listed)
    await eve.result("session.revoke", session=session)
    end = await guest.ends()
    demand(end.code == 4501, "closed with 4501", str(end))
    again = await scene.guest()
    reply = await again.ask("session.sign_in", token=token)
    demand(reply["type"] == "refused" and reply["code"] == "session.token_invalid", "`session.token_invalid`", reply)


@checks("signing_in.late", aside=True)
async def who_does_not_sign_in_is_closed(scene: Scene) -> None:
    """Connect, and do not sign in."""
    guest = await scene.guest()
    within = guest.hello["sign_in_ms"] / 1000
    if within > 90:
        raise Skip(f"`sign_in_ms` is {within:.0f} seconds: too long to wait")
    began = asyncio.get_running_loop().time()
    end = await guest.ends(within + 10)
    took = asyncio.get_running_loop().time() - began
    demand(end.code == 4003, f"closed with 4003 after {within:.0f} seconds", str(end))
    demand(took > within * 0.8, f"{within:.0f} seconds to sign in, as `hello` says", f"{took:.1f} seconds")


async def _by_password(scene: Scene, name: str) -> tuple[Peer, str, str]:
    """A connection with a stored session of its own: the token and the session's id. Raises Fault."""
    account = scene.ground.accounts[name]
    guest = await scene.guest(name)
    signed = await guest.result("session.sign_in", handle=account.handle, password=account.password, device="kit")
    return guest, signed["token"], signed["session"]
