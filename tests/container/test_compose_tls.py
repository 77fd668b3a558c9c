"""compose.tls.yaml is started as it is, and members come in over TLS.

Where Docker has no image of Caddy and can't get one, one is made around the Caddy of this machine."""

import os
import secrets
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from among_protocol.aio import connect
from among_protocol.communities import CreateCommunity
from among_protocol.messages import ReadMessages
from among_protocol.rooms import CreateRoom
from tests.container.docker import PATIENCE, ROOT, built, docker, wanted
from tests.container.test_proxies import fetched

pytestmark = [
    wanted,
    pytest.mark.skipif(not shutil.which("docker-compose"), reason="docker-compose is not installed"),
]
CADDY = "caddy:2"
STAND_IN = """FROM python:3.13-slim
COPY caddy /usr/bin/caddy
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
CMD ["/usr/bin/caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
"""


class Composed:
    """The services of the file, for a name of this machine."""

    def __init__(self) -> None:
        self.environ = os.environ | {"DOMAIN": "localhost", "COMPOSE_PROJECT_NAME": f"among-{secrets.token_hex(4)}"}

    def __call__(self, *command: str, within: float = PATIENCE) -> str:
        compose = ["docker-compose", "-f", str(ROOT / "compose.tls.yaml"), *command]
        done = subprocess.run(
            compose, env=self.environ, capture_output=True, text=True, timeout=within, check=False, cwd=ROOT
        )
        assert done.returncode == 0, f"{' '.join(compose)}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def inside(self, service: str, *command: str) -> str:
        return self("exec", "-T", service, *command)

    def is_ready(self) -> None:
        tries = 'until [ "$(among-server health)" = ready ]; do sleep 0.2; done'
        self.inside("among", "sh", "-c", tries)

    def trust(self) -> ssl.SSLContext:
        """The authority that Caddy made for this name."""
        root = "/data/caddy/pki/authorities/local/root.crt"
        tries = f"until [ -s {root} ]; do sleep 0.2; done; cat {root}"
        return ssl.create_default_context(cadata=self.inside("caddy", "sh", "-c", tries))


@pytest.fixture
def composed(tmp_path: Path) -> Iterator[Composed]:
    built()
    if not docker("images", "--quiet", CADDY) and (caddy := shutil.which("caddy")):
        shutil.copy(caddy, tmp_path / "caddy")
        (tmp_path / "Dockerfile").write_text(STAND_IN, "utf-8")
        docker("build", "--quiet", "--tag", CADDY, str(tmp_path))
    services = Composed()
    try:
        services("up", "--detach", "--no-build", within=2 * PATIENCE)
        yield services
    finally:
        services("down", "--volumes", "--timeout", "15")


async def test_members_come_in_over_tls_and_find_everything_again_after_an_upgrade(composed: Composed):
    composed.is_ready()
    trust = composed.trust()
    url, _, invite = composed.inside("among", "among-server", "owner-link").partition("#invite=")
    assert url == "wss://localhost/v1"
    secret = "correct horse battery"
    async with connect(url, handle="ann", password=secret, sign_up=True, invite=invite, ssl=trust) as ann:
        made = await ann.ask(CreateCommunity, slug="garden", name="Garden")
        room = (await ann.ask(CreateRoom, community=made.entry.log, slug="hall")).entry.room
        await ann.send(room, "behind TLS")
        token = ann.token
    assert await fetched(443, "/readyz", trust) == 200
    assert await fetched(443, "/metrics", trust) == 404
    composed("up", "--detach", "--no-build", "--force-recreate", within=2 * PATIENCE)  # as an upgrade does
    composed.is_ready()
    async with connect(url, token=token, ssl=trust) as ann:
        page = await ann.ask(ReadMessages, room=room)
        assert [message.body for message in page.messages] == ["behind TLS"]
