"""Tags and interests. The words are those that communities of this server carry: none comes with it, and none is sensitive
or a synonym."""

from typing import TYPE_CHECKING

from ... import codes
from ...codes import Refuse
from ...fields import tag
from ...interests import AllInterests, Interest, InterestList, ListInterests, SetInterests
from ...tags import SearchTags, Tag, Tags
from ...text import tag_begin
from .standing import present

if TYPE_CHECKING:
    from ..connection import Connection
    from ..town import Town


def known(town: "Town") -> list[str]:
    return sorted({word for community in town.communities.values() for word in community.tags})


def search(connection: "Connection", command: SearchTags) -> Tags:
    begin = tag_begin(command.query)
    first = [word for word in known(connection.town) if word.startswith(begin)]
    later = [word for word in known(connection.town) if f"-{begin}" in word and word not in first] if begin else []
    found = [*first, *later]
    told = [Tag(tag=word, label=word.replace("-", " ")) for word in found[: command.limit]]
    return Tags(tags=told, complete=len(found) <= command.limit)


def list_interests(connection: "Connection", command: ListInterests) -> AllInterests:
    mine = connection.person.interests
    places = [InterestList(interests=mine.get("", []))]
    return AllInterests(
        places=[*places, *(InterestList(community=id, interests=mine[id]) for id in sorted(mine) if id)]
    )


def set_interests(connection: "Connection", command: SetInterests) -> InterestList:
    town, person, place = connection.town, connection.person, ""
    if command.community:
        place = present(town, person, command.community)[0].id
    before = [one.tag for one in person.interests.get(place, [])]
    said: dict[str, Interest] = {}
    for index, wish in enumerate(command.interests):
        if wish.found and wish.shown not in ("", "members"):
            sentence = "Who wants to be found by an interest shows it to members."
            raise Refuse(codes.FIELD_INVALID, sentence, field=f"interests[{index}].shown")
        word = tag(wish.tag, field=f"interests[{index}].tag")
        if word not in known(town) and word not in before:
            raise Refuse(codes.TAG_GONE, f"There is no tag {word}.", field="interests")
        shown = (wish.shown or "members") if place else "nobody"
        found = wish.found and shown == "members"
        said.setdefault(word, Interest(tag=word, shown=shown, chosen=bool(place and wish.shown), found=found))
    person.interests[place] = list(said.values())
    return InterestList(community=place, interests=person.interests[place])
