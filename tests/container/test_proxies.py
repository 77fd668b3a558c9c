"""The files for the proxies do what the how-to says, with the real proxies, where they are installed."""

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from among_protocol.aio import connect
from among_protocol.communities import CreateCommunity
from among_protocol.corners import UpdateCorner
from tests.container.docker import ROOT
from tests.wire.house import serving

PASSWORD = "correct horse battery"
NAME = "localhost"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*command: str, port: int, environ: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(300):
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            with socket.socket() as probe:
                probe.settimeout(0.1)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
        yield
    finally:
        process.terminate()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def certify(folder: Path) -> None:
    """A certificate for a day."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={NAME}",
         "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip


async def fetched(port: int, path: str, trust: ssl.SSLContext) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname=NAME)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


async def works(port: int, trust: ssl.SSLContext) -> None:
    """Members come in over TLS, the world reads what they made public, and nobody sees the numbers."""
    url = f"wss://{NAME}:{port}/v1"
    async with connect(url, handle="ann", password=PASSWORD, sign_up=True, ssl=trust) as ann:
        garden = (await ann.ask(CreateCommunity, slug="garden", name="Garden")).entry.log
        await ann.ask(UpdateCorner, community=garden, public=True)
    for path in ("/healthz", "/readyz", "/feeds/garden/ann.atom"):
        assert await fetched(port, path, trust) == 200, path
    for path in ("/metrics", "/metrics/", "//metrics", "/v1/../metrics", "/%6detrics"):
        assert await fetched(port, path, trust) in (400, 404), path


@pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not installed")
async def test_caddy_carries_members_and_nothing_else(tmp_path: Path):
    port, plain = free_port(), free_port()
    config = tmp_path / "Caddyfile"
    config.write_text(
        f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {port}\n\tlocal_certs\n\tskip_install_trust\n}}\n"
        f"import {ROOT / 'deploy/Caddyfile'}\n"
    )
    async with serving(tmp_path / "data") as house:
        environ = {
            "HOME": str(tmp_path),
            "XDG_DATA_HOME": str(tmp_path / "caddy"),
            "UPSTREAM": f"127.0.0.1:{house.port}",
            "DOMAIN": NAME,
        }
        caddy = shutil.which("caddy") or ""
        with running(caddy, "run", "--config", str(config), "--adapter", "caddyfile", port=port, environ=environ):
            root = tmp_path / "caddy/caddy/pki/authorities/local/root.crt"
            await works(port, ssl.create_default_context(cafile=str(root)))


@pytest.mark.skipif(not (shutil.which("nginx") and shutil.which("openssl")), reason="nginx or openssl is not installed")
async def test_nginx_carries_members_and_nothing_else(tmp_path: Path):
    port = free_port()
    certify(tmp_path)
    async with serving(tmp_path / "data") as house:
        block = (ROOT / "deploy/nginx.conf").read_text("utf-8")
        for ours, here in (
            ("/etc/letsencrypt/live/chat.example.org/fullchain.pem", str(tmp_path / "cert.pem")),
            ("/etc/letsencrypt/live/chat.example.org/privkey.pem", str(tmp_path / "key.pem")),
            ("listen [::]:443 ssl;", ""),
            ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
            ("chat.example.org", NAME),
            ("127.0.0.1:8080", f"127.0.0.1:{house.port}"),
        ):
            assert ours in block
            block = block.replace(ours, here)
        temporary = "".join(
            f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config = tmp_path / "nginx.conf"
        config.write_text(
            f"daemon off; pid {tmp_path}/pid; error_log stderr warn; events {{}}\n"
            f"http {{ access_log off;\n{temporary}{block} }}\n"
        )
        nginx = shutil.which("nginx") or ""
        with running(nginx, "-p", str(tmp_path), "-c", str(config), port=port, environ={}):
            await works(port, ssl.create_default_context(cafile=str(tmp_path / "cert.pem")))
