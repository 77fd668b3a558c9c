"""The documents make a site that is whole: every link leads somewhere, everything is found, nothing comes from elsewhere."""

import json
import re
from pathlib import Path

import pytest

from scripts import site

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    assert site.build(folder) == 0, "see stderr"
    return folder / "site"


def test_every_document_is_a_page_that_the_navigation_leads_to(built: Path):
    home = (built / "index.html").read_text("utf-8")
    settings = (built.parent / "zensical.toml").read_text("utf-8")
    for path in sorted((ROOT / "docs").rglob("*.md")):
        page = path.relative_to(ROOT / "docs").as_posix()
        assert (built / page).with_suffix(".html").exists()
        assert f'"{page}"' in settings, f"{page} is not in the navigation"
    for heading, _ in site.SECTIONS.values():
        assert heading in home


def test_everything_is_found_by_searching(built: Path):
    found = json.loads((built / "search.json").read_text("utf-8"))["items"]
    places = {item["location"] for item in found}
    assert {"reference/protocol.html", "reference/stability.html", "howto/run-a-server.html"} <= places
    assert any("Nobody acts on somebody of their own rank" in item["text"] for item in found)


def test_files_of_the_project_are_shown_and_those_for_programs_are_there_as_they_are(built: Path):
    assert "reverse_proxy" in (built / "files/deploy/Caddyfile.html").read_text("utf-8")
    for name in site.RAW:
        assert (built / name.removeprefix("protocol/")).read_bytes() == (ROOT / name).read_bytes()


def test_light_and_dark(built: Path):
    home = (built / "index.html").read_text("utf-8")
    assert set(re.findall(r'data-md-color-scheme="(\w+)"', home)) >= {"default", "slate"}


@pytest.mark.parametrize(
    "mistakes",
    [
        {  # the generator finds
            "[a](nowhere.md)": "page does not exist",
            "[a](reference/protocol.md#nowhere)": "anchor does not exist",
        },
        {  # and leaves to us
            "[a](../nowhere.txt)": "index.html: ../nowhere.txt is not there",
            '<a href="reference/protocol.html#nowhere">a</a>': "#nowhere: no such place in the page",
            '<img src="https://example.org/a.png" alt="a">': "fetches https://example.org/a.png",
        },
    ],
    ids=["generator", "own"],
)
def test_a_mistake_is_told(
    mistakes: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    docs = tmp_path / "docs"
    (docs / "reference").mkdir(parents=True)
    (docs / "index.md").write_text("# Home\n\n" + "\n\n".join(mistakes) + "\n")
    (docs / "reference/protocol.md").write_text("# The protocol\n")
    (docs / "images").symlink_to(ROOT / "docs/images")
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    monkeypatch.setattr(site, "ROOT", tmp_path)
    monkeypatch.setattr(site, "TOP", {})
    monkeypatch.setattr(site, "RAW", ())
    assert site.build(tmp_path / "build") == 1
    said = capsys.readouterr().err
    assert [mistake for mistake, told in mistakes.items() if told not in said] == []
    assert "\x1b" not in said
