"""The tags that a server has from the start, and which words make a new one sensitive: tags.txt. Pure.

A later version may bring more: what is missing is added when the store opens. What was merged or marked since stays so.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from among_protocol import text

from .tags import TagRow


class Starter(NamedTuple):
    tags: tuple[TagRow, ...]  # a synonym comes after what it means
    words: tuple[str, ...]  # beginnings of words that make a tag sensitive


@cache
def starter() -> Starter:
    """What is shipped."""
    tags: dict[str, TagRow] = {}
    words: list[str] = []
    section = ""
    for raw in (files(__package__) / "tags.txt").read_text("utf-8").splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
        elif section == "sensitive words":
            words.append(line)
        else:
            label, _, synonyms = line.partition(" = ")
            row = TagRow(text.tag(label), label, section == "sensitive", shipped=True)
            others = [synonym.strip() for synonym in synonyms.split(",") if synonym.strip()]
            for one in (
                row,
                *(TagRow(text.tag(other), other, row.sensitive, row.tag, shipped=True) for other in others),
            ):
                assert one.tag not in tags, f"{one.tag} is there twice"
                tags[one.tag] = one
    return Starter(tuple(tags.values()), tuple(words))


def is_sensitive(tag: str) -> bool:
    """Whether a tag that somebody brings in is sensitive, by the words in it."""
    parts = tag.split("-")
    tails = ["-".join(parts[at:]) for at in range(len(parts))]  # each word, with what follows it
    return any(tail.startswith(word) for tail in tails for word in starter().words)
