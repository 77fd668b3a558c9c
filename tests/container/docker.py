"""Docker, as an operator uses it: by its command. Everything that is made here is removed again."""

import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
IMAGE = "among"  # as compose.yaml names it
PATIENCE = 60.0  # seconds for anything at all
HARD = [
    "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "10001",
    "--pids-limit", "200", "--memory", "512m", "--memory-swap", "512m",
]  # fmt: skip

wanted = pytest.mark.skipif(
    not os.environ.get("DOCKER_TEST") or not shutil.which("docker"),
    reason="needs Docker, and a minute to build the image: `make docker-test`",
)


def docker(*arguments: str, ok: bool = True, timeout: float = PATIENCE) -> str:
    """What it printed. Fails the test when it does, unless not `ok`."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0 or not ok, f"docker {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


def built() -> str:
    """The image of the code as it is. The network of the host: a bridge without a way out would do for all but this."""
    docker("build", "--quiet", "--network", "host", "--tag", IMAGE, str(ROOT), timeout=900)
    return IMAGE


class Container:
    """A server in a container."""

    def __init__(self, name: str) -> None:
        self.name = name

    def inspect(self, what: str) -> Any:
        return json.loads(docker("inspect", "--format", f"{{{{json {what}}}}}", self.name))

    def run(self, *command: str, ok: bool = True) -> str:
        return docker("exec", self.name, *command, ok=ok)

    @property
    def url(self) -> str:
        """As this machine reaches it."""
        port = self.inspect(".NetworkSettings.Ports")["8080/tcp"][0]["HostPort"]
        return f"ws://127.0.0.1:{port}/v1"

    @property
    def address(self) -> str:
        """Of the container itself, on its bridge."""
        address: str = self.inspect(".NetworkSettings.IPAddress")
        return address

    def log(self) -> str:
        done = subprocess.run(["docker", "logs", self.name], capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def waits_for(self, true: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, f"{what}\n{self.log()}"
            time.sleep(0.1)

    def is_ready(self) -> None:
        self.waits_for(lambda: self.run("among-server", "health", ok=False) == "ready", "it did not become ready")

    def health(self) -> str:
        """As Docker has it."""
        status: str = self.inspect(".State.Health.Status")
        return status

    def link(self, *command: str) -> tuple[str, str]:
        """The address and the invite of a link that a command prints."""
        url, _, invite = self.run("among-server", *command).partition("#invite=")
        return url, invite


@contextmanager
def container(*options: str, volume: str = "") -> Iterator[Container]:
    """A server with no more rights than it needs, published on loopback, with its data in a volume."""
    name = f"among-test-{secrets.token_hex(4)}"
    gateway = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}")
    mount = ["--volume", f"{volume}:/data"] if volume else []
    docker(
        "run", "--detach", "--name", name, "--publish", "127.0.0.1::8080", "--env", f"AMONG_PRIVATE_NETWORKS={gateway}",
        *HARD, *mount, *options, IMAGE,
    )  # fmt: skip
    try:
        yield Container(name)
    finally:
        docker("rm", "--force", "--volumes", name, ok=False)


@contextmanager
def volume() -> Iterator[str]:
    name = f"among-test-{secrets.token_hex(4)}"
    docker("volume", "create", name)
    try:
        yield name
    finally:
        docker("volume", "rm", "--force", name, ok=False)
