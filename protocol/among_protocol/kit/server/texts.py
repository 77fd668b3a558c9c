"""Text: what may be said, and that it comes back as it was."""

from ..checks import Skip, demand
from .ground import Account, Scene, checks
from .peer import Frame, nonce

KEPT = (
    "  space before and after  ",
    "line\nfeed and\ttab\n",
    "e\u0301 is not \u00e9, and neither is changed",
    "مرحبا שלום नमस्ते 你好 こんにちは 👩‍👩‍👧‍👦 🏳️‍🌈",
    "\u202eturned round\u202c",
    '"quotes" \\backslash\\ </script> {{braces}} %s %00 &amp;',
    "\ufeffa mark, \u200bno width, \u2028 a line separator",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \U0010fffd",
)
CONTROLS = "\x00\x01\x07\x08\x0b\x0c\r\x1b\x1f\x7f\x85\x9f"


@checks("text.kept")
async def a_body_comes_back_to_the_byte(scene: Scene) -> None:
    """Say things in many scripts, and read them in the reply, live, as a page, and in the other encoding."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    for body in KEPT:
        entry = await ann.say(room, body)
        heard = await bob.hears("message.sent", log=room, seq=entry["seq"])
        page = await bob.result("message.page", room=room, limit=1)
        for came in (entry["body"], heard["body"], page["messages"][0]["body"]):
            demand(came == body, f"{body!r}", came)


@checks("text.controls")
async def control_characters_are_refused(scene: Scene) -> None:
    """Say each control character, and put some into names and topics."""
    ann, bob = await scene.people("ann", "bob")
    room = await scene.room()
    for char in CONTROLS:
        reply = await ann.ask("message.send", room=room, body=f"a{char}b")
        demand(reply["type"] == "refused" and reply["code"] == "field.invalid", f"U+{ord(char):04X} refused", reply)
    for char in "\x00\x1b\n\t\x85":
        for peer, type, fields in (
            (ann, "room.set_topic", {"room": room, "topic": f"a{char}b"}),
            (bob, "account.update", {"display_name": f"a{char}b"}),
        ):
            reply = await peer.ask(type, **fields)
            demand(reply["type"] == "refused" and reply["class"] == "fix", f"U+{ord(char):04X} refused", reply)


@checks("text.shows")
async def a_name_that_shows_nothing_is_refused(scene: Scene) -> None:
    """Take names of blanks, and of marks without a letter; then a name of several scripts."""
    bob = await scene.person("bob")
    for name in ("   ", "\u2800\u2800", "\u3164", "\u0301\u0301", "\u200d", "\u00a0\u2003"):
        reply = await bob.ask("account.update", display_name=name)
        told = f"the name {name.encode('unicode_escape').decode()} refused with `field.invalid`"
        demand(reply["type"] == "refused" and reply["code"] == "field.invalid", told, reply)
    name = "Bob Ünïcode Боб 鮑勃"
    entry = (await bob.result("account.update", display_name=name))["entry"]
    demand(entry["display_name"] == name, f"the name {name}", entry)


@checks("text.bytes")
async def a_body_may_have_so_many_bytes(scene: Scene) -> None:
    """Say as many bytes as `limits.body_bytes`, of one, two and four bytes a character, and one more of each."""
    ann = await scene.person("ann")
    room = await scene.fresh_room()
    most = scene.limit("body_bytes", 100_000)
    for char in ("x", "é", "🙂"):
        width = len(char.encode())
        body = char * (most // width) + "x" * (most % width)
        entry = await ann.say(room, body)
        demand(entry["body"] == body, f"a body of {most:,} bytes, as it was sent", f"{len(entry['body'])} characters")
        reply = await ann.ask("message.send", room=room, body=body + "x")
        demand(reply["type"] == "refused" and reply["code"] == "field.too_long", "`field.too_long` for one more", reply)


@checks("text.handles")
async def a_handle_is_the_same_in_any_case(scene: Scene) -> None:
    """Ask for a handle in capitals, and sign up with one that is somebody's."""
    ann = await scene.person("ann")
    bob = scene.ground.accounts["bob"]
    found = await ann.result("account.read", handle=bob.handle.upper())
    demand(found["handle"] == bob.handle, f"the handle {bob.handle}", found)
    if scene.ground.given:
        return
    for handle in (bob.handle, bob.handle.upper()):
        account = Account("guest", handle, "somebody else's " + nonce())
        reply = await scene.ground.sign_up(scene, account)
        demand(reply["type"] == "refused" and reply["code"] == "handle.taken", f"`handle.taken` for {handle}", reply)


@checks("text.handles")
async def what_is_no_handle_is_refused(scene: Scene) -> None:
    """Sign up with handles that are too short, too long, or hold what no handle may."""
    if scene.ground.given:
        raise Skip("signing up may be closed: the accounts were given")
    for handle in ("ab", "x" * 33, "-kit-x", "kit-x-", "kit x", "kït-x", "kit/x", "кит", ""):
        guest = await scene.guest()
        fields: Frame = {"handle": handle, "password": "a good password"}
        if scene.ground.invite:
            fields["invite"] = scene.ground.invite
        reply = await guest.ask("session.sign_up", **fields)
        demand(reply["type"] == "refused" and reply["class"] == "fix", f"{handle!r} refused", reply)
        demand(reply.get("field") == "handle", "the field `handle`", reply)
