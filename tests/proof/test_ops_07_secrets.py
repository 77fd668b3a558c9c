"""OPS-07: no secret reaches a log, a metric, a process list or what a crash leaves, whatever fails and however it fails.

A server at log level `debug` is asked everything with canaries in its hands, and made to fail in its handlers, in the
store's transaction, on the loop and in a thread (clumsy.py). Then it is killed by a signal that leaves a core.
"""

import asyncio
import secrets
import signal
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from among_protocol import wire
from among_protocol.base import Write
from among_protocol.session import SignIn, SignOut, SignUp
from tests.anything import Pool, anything
from tests.proof.clumsy import FAILURES
from tests.proof.peer import Lost, Peer, Refused
from tests.proof.process import Server, server_in

WAYS = (*FAILURES, "store", "loop", "thread")


def canary(what: str) -> str:
    return f"{what}-{secrets.token_hex(12)}"


class Secrets:
    """What must be found nowhere, by what it is."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {what: canary(what) for what in ("password", "wrong", "invite", "body", "nobody")}

    def found_in(self, text: str) -> list[str]:
        """A part is as bad as the whole: a log that cuts a secret still tells most of it."""
        return [what for what, secret in self.known.items() if secret[-16:] in text]


async def ask(peer: Peer, type: str, id: str, **fields: Any) -> dict[str, Any]:
    """A command under an id of our choosing; its result, or nothing when it failed as it should."""
    reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    peer._waiting[id] = reply.set_result
    await peer.send(peer._encode({"type": type, "id": id, **fields}))
    async with asyncio.timeout(20):
        frame = await reply
    if frame is None:
        raise Lost
    if frame["type"] == "refused" and not id.startswith("fail-"):
        raise Refused(frame)
    result: dict[str, Any] = frame.get("result", {})
    return result


async def use(server: Server, known: dict[str, str], form: str) -> None:
    """Sign up, in and wrongly, talk, and fail at each, with all that is secret in the commands."""
    link = (server.data / "owner-invite").read_text().strip()
    known["owner's invite"] = link.partition("#invite=")[2]
    ann = await Peer.open(server.url)
    me = {"handle": f"ann-{form}", "password": known["password"]}
    for way in WAYS:
        other = {"handle": f"{way}-{form}", "password": known["password"], "invite": known["invite"]}
        asked: list[tuple[str, dict[str, str]]] = [
            ("session.sign_up", other),
            ("session.sign_in", {"token": known["nobody"]}),
            ("session.sign_in", me),
        ]
        for number, (command, fields) in enumerate(asked):
            guest = await Peer.open(server.url)
            await ask(guest, command, f"fail-{way}-{number}", **fields)
            await guest.cut()
    signed = await ask(ann, "session.sign_up", "1", **me, invite=known["owner's invite"], device="phone")
    known["token"] = signed["token"]
    guest = await Peer.open(server.url)
    for fields in ({"token": known["nobody"]}, {"handle": me["handle"], "password": known["wrong"]}):
        with pytest.raises(Refused):
            await ask(guest, "session.sign_in", "2", **fields)
    await ask(guest, "session.sign_in", "3", token=known["token"])
    made = await ask(ann, "community.create", "4", nonce="c", slug=f"garden-{form}", name="Garden")
    room = await ask(ann, "room.create", "5", nonce="r", community=made["entry"]["log"], slug="hall")
    hall = room["entry"]["room"]
    await ask(ann, "message.send", "6", nonce="m", room=hall, body=known["body"])
    with pytest.raises(Refused):
        await ask(guest, "message.send", "7", nonce="7", room=7, body=known["body"])
    for number, way in enumerate(WAYS):
        await ask(ann, "message.send", f"fail-{way}-4", nonce=f"f{number}", room=hall, body=known["body"])
        await ask(ann, "session.sign_in", f"fail-{way}-5", token=known["token"], password=known["password"])
    await everything(ann, known)
    await set_anew(server, me["handle"], known)  # last: where it fails after the store has done it, ann is signed out
    for peer in (ann, guest):
        await peer.cut()


async def set_anew(server: Server, handle: str, known: dict[str, str]) -> None:
    """A link from the operator sets a password, after handlers and store have failed over it."""
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "among_server.admin.main", "reset", handle, "--data", str(server.data),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    link, _ = await made.communicate()
    known["reset code"] = link.decode().strip().partition("#reset=")[2]
    assert len(known["reset code"]) > 20
    guest = await Peer.open(server.url)
    fields = {"code": known["reset code"], "password": known["password"]}
    for way in WAYS:
        await ask(guest, "account.reset_password", f"fail-{way}-6", **fields)
    with pytest.raises(Refused):
        await ask(guest, "account.reset_password", "8", **{**fields, "code": known["nobody"]})
    await guest.cut()


async def everything(peer: Peer, known: dict[str, str]) -> None:
    """Every command that there is, failing, with a secret wherever a text fits."""
    random = Random(3)
    for number, command in enumerate(wire.COMMANDS):
        if command in (SignUp, SignIn, SignOut):
            continue
        secret = list(known.values())[number % len(known)]
        _, fields = anything(random, Pool(), command)
        fields = {
            name: secret if isinstance(value, str) and name != "type" else value for name, value in fields.items()
        }
        fields |= {"nonce": f"e{number}"} if issubclass(command, Write) else {}
        for way in WAYS:
            if way != "runtime":  # which shows structs: a password in the place of a handle is shown as a handle is
                await ask(peer, id=f"fail-{way}-e{number}", **fields)


async def fetched(server: Server, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    told = (await reader.read()).decode("utf-8", "replace")
    writer.close()
    await writer.wait_closed()
    return told


def of_process(pid: int, what: str) -> str:
    """What everybody on the machine may read of a process; nothing where there is no /proc."""
    path = Path(f"/proc/{pid}/{what}")
    return path.read_text("utf-8", "replace") if path.exists() else ""


@pytest.mark.parametrize("form", ["json", "pretty"])
async def test_ops_07_no_secret_is_told_whatever_fails(tmp_path: Path, form: str):
    hidden = Secrets()
    async with server_in(tmp_path, module="tests.proof.clumsy", log_level="debug", log_format=form) as server:
        await use(server, hidden.known, form)
        seen = {
            "what health tells": "".join(
                [await fetched(server, path) for path in ("/healthz", "/readyz", "/metrics", "/")]
            ),
            "the process list": of_process(server.pid, "cmdline"),
            "the environment": of_process(server.pid, "environ"),
        }
        server.signal(signal.SIGABRT)
        await server.ended()
        log = server.log.read_text("utf-8")
    seen["the log"] = log
    assert {where: found for where, text in seen.items() if (found := hidden.found_in(text))} == {}
    for word in (
        "command.failed",
        "store.write_failed",
        "loop.failed",
        "thread.crashed",
        "KeyError",
        "session.refused",
    ):
        assert word in log, f"the server was to fail, and {word} is not in its log"
    assert "Traceback" not in log
    assert any(name in log for name in ("clumsy.py",)), "the log does not say where it failed"
