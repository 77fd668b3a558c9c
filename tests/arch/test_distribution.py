"""What is installed: one version per distribution, one lock for pip and uv, and a licence beside each."""

import json
import re
import tomllib
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

import among_protocol
import among_server

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def project(path: str) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / path).read_text("utf-8"))["project"]
    return table


def name_of(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_the_server_asks_for_the_protocol_of_its_own_version():
    assert version("among") == among_server.__version__
    assert version("among-protocol") == among_protocol.__version__
    assert f"among-protocol[client]=={among_protocol.__version__}" in (requires("among") or [])


def test_the_changelog_knows_the_version():
    assert f"## [{among_server.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_dependency_is_locked():
    wanted: set[str] = set()
    for path in ("pyproject.toml", "protocol/pyproject.toml"):
        declared = project(path)
        wanted.update(map(name_of, declared["dependencies"]))
        for extra in declared["optional-dependencies"].values():
            wanted.update(map(name_of, extra))
    locked = set(re.findall(r"^([\w.-]+)==", LOCK, re.MULTILINE))
    assert wanted - locked == {"among-protocol"}, "run `make lock`"


def test_every_locked_package_has_a_hash_and_no_address():
    assert LOCK.count("--hash=sha256:") >= len(re.findall(r"^[\w.-]+==", LOCK, re.MULTILINE))
    unpinned = [line for line in LOCK.splitlines() if re.match(r"^[\w.-]+==[^\\]*$", line)]
    assert unpinned == []
    assert not re.search(r"https?://|file:|index-url|find-links", LOCK)


def test_every_npm_package_has_a_hash_and_no_address():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    fetched = {path: package for path, package in lock["packages"].items() if "/" in path and not package.get("link")}
    fetched.pop("protocol/js")
    assert fetched
    assert [path for path, package in fetched.items() if not package.get("integrity", "").startswith("sha512-")] == []
    assert [path for path, package in fetched.items() if "resolved" in package] == [], "run `make npm-lock`"


def test_the_npm_package_is_of_the_same_version_and_needs_nothing():
    package = json.loads((ROOT / "protocol/js/package.json").read_text("utf-8"))
    assert package["version"] == among_protocol.__version__
    assert not any(kind.lower().endswith("dependencies") for kind in package)


def test_both_distributions_carry_the_licence():
    assert (ROOT / "protocol/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
