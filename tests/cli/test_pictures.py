"""The pictures in the documents show what the client shows, and no text of people gets out of its place in them."""

from pathlib import Path
from xml.etree import ElementTree as ET

from among_cli.lines import told

from .pictures import IMAGES, drawn, pictures

TEXT = "{http://www.w3.org/2000/svg}text"


def words(picture: str) -> str:
    return " ".join("".join(one.itertext()) for one in ET.fromstring(picture).iter(TEXT))


async def test_the_pictures_of_today_say_what_those_in_the_documents_say(tmp_path: Path):
    for name, picture in (await pictures(tmp_path)).items():
        kept = words((IMAGES / name).read_text("utf-8"))
        labels = [word for word in words(picture).split() if word.isalpha() and word.islower()]
        assert len(labels) > 30
        assert [word for word in labels if word not in kept] == [], "draw them anew: python -m tests.cli.pictures"


def test_what_people_write_is_text_in_a_picture_and_nothing_else():
    picture = drawn([told("</text><script>alert(1)</script> & \x1b[31m")], "<b>")
    assert "script" not in [one.tag.rpartition("}")[2] for one in ET.fromstring(picture).iter()]
    assert "<script>alert(1)</script> &" in words(picture)
