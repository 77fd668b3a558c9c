"""Nonces: once, whatever happens."""

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, nonce


@checks("nonces.repeat")
async def a_repeat_gives_the_first_result(scene: Scene) -> None:
    """Say one thing three times with one nonce: twice on one connection, once on another."""
    ann = await scene.person("ann")
    other = await scene.again("ann", binary=True, synced=False)
    room = await scene.fresh_room()
    fields = {"room": room, "body": "said once", "nonce": nonce()}
    first = await ann.result("message.send", **fields)
    demand(not first.get("repeat"), "no `repeat` for the first time", first)
    for peer in (ann, other):
        again = await peer.result("message.send", **fields)
        demand(again.get("repeat") is True, "`repeat` true for the second time", again)
        demand(again["entry"] == first["entry"], "the entry of the first time", again)
    written = await ann.entries(room)
    said = [entry for entry in written if entry.get("nonce") == fields["nonce"]]
    demand(len(said) == 1, "one entry with this nonce in the log", written)


@checks("nonces.repeat")
async def a_repeat_of_any_write_is_recognised(scene: Scene) -> None:
    """Make a room, set its topic, open a direct and change a profile, each twice with its nonce."""
    ann, eve = await scene.people("ann", "eve")
    room = await scene.room()
    slug = f"once-{nonce()[:8]}"
    writes: list[tuple[str, Frame]] = [
        ("room.create", {"community": scene.ground.community, "slug": slug}),
        ("room.set_topic", {"room": room, "topic": f"topic {slug}"}),
        ("direct.open", {"handles": [eve.handle]}),
        ("account.update", {"bio": f"bio {slug}"}),
    ]
    for type, fields in writes:
        used = nonce()
        one = await ann.result(type, **fields, nonce=used)
        other = await ann.result(type, **fields, nonce=used)
        demand(other.get("repeat") is True and one["entry"] == other["entry"], f"a repeat of `{type}`", [one, other])


@checks("nonces.repeat")
async def a_nonce_is_of_one_account(scene: Scene) -> None:
    """Two people use the same nonce."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    used = nonce()
    one = await ann.result("message.send", room=room, body="mine", nonce=used)
    other = await bob.result("message.send", room=room, body="mine", nonce=used)
    demand(not other.get("repeat"), "no repeat: another account has used it", other)
    demand(one["entry"]["seq"] != other["entry"]["seq"], "two entries", [one, other])


@checks("nonces.conflict")
async def other_content_under_a_used_nonce_is_refused(scene: Scene) -> None:
    """Say something, then something else, and then something in another room, with the same nonce."""
    ann = await scene.person("ann")
    room, elsewhere = await scene.room(), await scene.fresh_room()
    used = nonce()
    entry = await ann.say(room, "one thing", nonce=used)
    await ann.refused("nonce.conflict", "message.send", room=room, body="another thing", nonce=used)
    await ann.refused("nonce.conflict", "message.send", room=elsewhere, body="one thing", nonce=used)
    await ann.refused("nonce.conflict", "room.set_topic", room=room, topic="one thing", nonce=used)
    after = [one for one in await ann.entries(room, entry["seq"]) if one.get("nonce") == used]
    demand(not after, "nothing written by what was refused", after)
