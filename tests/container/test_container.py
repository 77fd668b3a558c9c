"""The image, as it is run: without rights, stopped in order, and honest about its health."""

import asyncio
import os
import resource
import secrets
import shutil
import socket
import subprocess
import time

import pytest

from among_protocol.aio import Among, connect
from among_protocol.communities import CreateCommunity, JoinCommunity
from among_protocol.messages import MessageSent, ReadMessages
from among_protocol.rooms import CreateRoom
from tests.container.docker import PATIENCE, ROOT, Container, built, container, docker, volume, wanted
from tests.proof.peer import Peer

pytestmark = wanted
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module", autouse=True)
def image() -> str:
    return built()


def member(box: Container, handle: str, *command: str) -> Among:
    """Somebody who signs up with the link that a command of the operator prints, from this machine."""
    _, invite = box.link(*command)
    return connect(box.url, handle=handle, password=PASSWORD, sign_up=True, invite=invite)


async def test_con_01_without_any_right_everything_works_and_only_the_data_is_written():
    with volume() as data:
        with container(volume=data) as box:
            box.is_ready()
            url, _ = box.link("owner-link", "--url", "ws://127.0.0.1:1/v1")
            assert url == "ws://127.0.0.1:1/v1"
            async with member(box, "ann", "owner-link") as ann:
                assert '"owner": true' in box.log()
                made = await ann.ask(CreateCommunity, slug="garden", name="Garden")
                room = (await ann.ask(CreateRoom, community=made.entry.log, slug="hall")).entry.room
                async with member(box, "bob", "invite") as bob:
                    await bob.ask(JoinCommunity, community="garden")
                    await ann.send(room, "the kettle is on")
                    async for event in bob:
                        if isinstance(event, MessageSent):
                            assert event.body == "the kettle is on"
                            break
                token = ann.token
            assert box.run("among-server", "doctor", "--json").startswith("[")
            assert docker("diff", box.name) == "", "something but the data was written"
            assert box.run("id", "-u") == "10001"
            assert (
                box.run("python", "-c", "print(open('/proc/1/status').read())").count("CapEff:\t0000000000000000") == 1
            )
            assert box.run("sh", "-c", "command -v gcc cc make git curl", ok=False) == ""
            assert '"level": "error"' not in box.log()
        with container(volume=data) as box:  # another container on the same data
            box.is_ready()
            async with connect(box.url, token=token) as ann:
                page = await ann.ask(ReadMessages, room=room)
                assert [message.body for message in page.messages] == ["the kettle is on"]


def test_con_01_the_image_says_what_it_is_and_holds_no_secret():
    with container() as box:
        config = box.inspect(".Config")
        assert config["User"] == "10001"
        assert config["Entrypoint"] == ["among-server"]
        assert config["StopSignal"] == "SIGTERM"
        assert list(config["Volumes"]) == ["/data"]
        assert config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
        assert not [entry for entry in config["Env"] if "TOKEN" in entry or "PASSWORD" in entry]
        files = box.run("find", "/opt/among", "-name", "*.pem", "-o", "-name", "*.toml", "-o", "-name", "pip.conf")
        ours = ("certifi", "among_protocol/kit/rules.toml")
        assert [file for file in files.splitlines() if not any(known in file for known in ours)] == []


async def test_con_02_stopping_the_container_stops_the_server_in_order():
    with container() as box:
        box.is_ready()
        assert b"among-server" in box.run("cat", "/proc/1/cmdline").encode()
        peer = await Peer.open(box.url)
        began = time.monotonic()
        await asyncio.to_thread(docker, "stop", box.name)
        assert time.monotonic() - began < 8
        assert await peer.ended() == 4000
        assert box.inspect(".State.ExitCode") == 0
        assert "server.stopped" in box.log()


async def test_con_03_its_health_is_the_servers():
    """A disk that is full: not ready, and ready again once there is room."""
    quick = ["--health-interval", "1s", "--health-retries", "2", "--health-start-period", "1s"]
    with container("--tmpfs", "/data:size=8m,uid=10001,mode=700", *quick) as box:
        box.is_ready()
        box.waits_for(lambda: box.health() == "healthy", "it did not become healthy")
        async with member(box, "ann", "owner-link") as ann:
            box.run("sh", "-c", "head -c 20000000 /dev/zero > /data/fill", ok=False)
            writing = asyncio.create_task(found_communities(ann))  # the library asks again until there is room
            await asyncio.to_thread(box.waits_for, lambda: box.health() == "unhealthy", "it did not become unhealthy")
            assert box.run("among-server", "health", ok=False).startswith("not ready: The database can't be written to")
            assert not writing.done()
            box.run("rm", "/data/fill")
            async with asyncio.timeout(PATIENCE):
                await writing
        box.waits_for(lambda: box.health() == "healthy", "it did not become healthy again")


async def test_con_03_short_of_memory_it_sheds_load_and_is_not_killed():
    """Thousands of strangers, who each begin a large frame and never end it: more than the memory would hold."""
    strangers = 8_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < strangers + 1_000:
        pytest.skip("too few open files are allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with container("--env", "AMONG_SIGN_IN_MS=120000", "--env", "AMONG_LOG_LEVEL=warning") as box:
        box.is_ready()
        where = (box.address, 8080)
        socks: list[socket.socket] = []
        try:
            async with member(box, "ann", "owner-link") as ann:
                made = await ann.ask(CreateCommunity, slug="garden", name="Garden")
                await asyncio.to_thread(hoard, where, strangers, socks)
                assert (await ann.ask(CreateRoom, community=made.entry.log, slug="hall")).entry.room
                assert not box.inspect(".State.OOMKilled")
                assert box.inspect(".State.Running")
                assert box.inspect(".RestartCount") == 0
            for sock in socks:
                sock.close()
            box.is_ready()
        finally:
            for sock in socks:
                sock.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def found_communities(ann: Among) -> None:
    for number in range(5):
        await ann.ask(CreateCommunity, slug=f"garden-{number}", name="x" * 60)


def hoard(where: tuple[str, int], strangers: int, socks: list[socket.socket]) -> None:
    """As many handshakes, each with the beginning of a large frame; those that are not taken are closed again."""
    until = time.monotonic() + PATIENCE
    for _ in range(strangers):
        if time.monotonic() > until:
            return
        try:
            sock = socket.create_connection(where, timeout=5)
        except OSError:
            continue
        try:
            sock.sendall(
                b"GET /v1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            sock.sendall(b"\x81\xfe\xff\xf0mask" + b"x" * 60_000)
            socks.append(sock)
        except OSError:
            sock.close()


@pytest.mark.skipif(not (shutil.which("docker-compose") or shutil.which("docker")), reason="there is no docker compose")
async def test_the_plain_compose_file_is_usable_in_a_minute():
    compose = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    project = f"among-test-{secrets.token_hex(4)}"
    environ = {**os.environ, "PORT": str(port)}

    def run(*arguments: str) -> str:
        command = [*compose, "--project-name", project, "--file", str(ROOT / "compose.yaml"), *arguments]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    try:
        await asyncio.to_thread(run, "up", "--detach")
        deadline = time.monotonic() + 60
        link = ""
        while not link:
            try:
                link = run("exec", "-T", "among", "among-server", "owner-link")
            except AssertionError:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.2)
        url, _, invite = link.partition("#invite=")
        assert url == f"ws://127.0.0.1:{port}/v1"
        async with connect(url, handle="ann", password=PASSWORD, sign_up=True, invite=invite) as ann:
            assert (await ann.ask(CreateCommunity, slug="garden", name="Garden")).entry.log
    finally:
        run("down", "--volumes", "--timeout", "10")
