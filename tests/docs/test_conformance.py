"""The programs that the documents show keep the protocol: the conformance kit finds nothing wrong with them.

A run of the kit is some ten seconds, most of them waiting: so all of them are started at once."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.programs import command, missing

CLIENTS = ["tiny_client.py", "tiny_client.mjs", "perl/client.pl"]
PATIENCE = 240.0  # seconds for a whole run of the kit, on a machine that is busy

Runs = dict[str, tuple[subprocess.Popen[bytes], Path]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """A run of the kit for each client whose language is there, and the file of what it says."""
    folder = tmp_path_factory.mktemp("kit")
    started: Runs = {}
    for client in CLIENTS:
        if not missing(client):
            said = folder / client.replace("/", "-")
            kit = [sys.executable, "-m", "among_protocol.kit", "client", "--quiet", "--", *command(client)]
            with said.open("wb") as file:
                started[client] = subprocess.Popen(kit, stdout=file, stderr=subprocess.STDOUT), said
    yield started
    for process, _ in started.values():
        process.kill()
        process.wait()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_of_the_documents_is_conform(client: str, runs: Runs):
    command(client)
    process, said = runs[client]
    assert process.wait(PATIENCE) == 0, said.read_text("utf-8")
    assert "\nCONFORM." in said.read_text("utf-8")
