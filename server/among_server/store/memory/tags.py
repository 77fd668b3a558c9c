"""Tags, interests and dismissals, as the reference remembers them."""

from collections.abc import Sequence

from among_protocol.lookalikes import skeleton
from among_protocol.tags import Tag

from ..rows import CommunityRow
from ..starter import starter
from ..tags import InterestRow, LocalTag, MyInterest, TagRow
from .tables import Tables


class MemoryTags(Tables):
    communities: dict[str, CommunityRow]  # of tx.py

    def __init__(self) -> None:
        super().__init__()
        self.tag_rows: dict[str, TagRow] = {row.tag: row for row in starter().tags}  # in the order in which they came
        self.local: dict[tuple[str, str], LocalTag] = {}
        self.carried: dict[str, tuple[str, ...]] = {}  # community -> tags
        self.said: dict[tuple[str, str], tuple[InterestRow, ...]] = {}  # (account, place)
        self.dismissed: dict[tuple[str, str], bool] = {}  # (account, community)

    def here(self, account: str, place: str) -> bool:
        """Whether this account is in this community now."""
        raise NotImplementedError

    def tag(self, tag: str) -> TagRow | None:
        return self.tag_rows.get(tag)

    def tag_like(self, tag: str) -> TagRow | None:
        looks = skeleton(tag)
        return next((row for row in self.tag_rows.values() if skeleton(row.tag) == looks), None)

    def put_tag(self, row: TagRow) -> None:
        self._put(self.tag_rows, row.tag, row)

    def drop_tag(self, tag: str) -> None:
        self._drop(self.tag_rows, tag)

    def tag_used(self, tag: str) -> bool:
        return (
            any(tag in tags for tags in self.carried.values())
            or any(row.tag == tag for rows in self.said.values() for row in rows)
            or any(row.into == tag for row in self.tag_rows.values())
            or any(tag in (row.tag, row.into) for row in self.local.values())
        )

    def tag_seen(self, tag: str, account: str) -> bool:
        return self.tag_rows[tag].shipped or any(
            self.listed(community) or self.here(account, community)
            for community, tags in self.carried.items()
            if tag in tags
        )

    def listed(self, community: str) -> bool:
        """Whether anybody may see it."""
        return self.communities[community].listed

    def merged_into(self, tag: str) -> list[TagRow]:
        return sorted((row for row in self.tag_rows.values() if row.into == tag), key=lambda row: row.tag)

    def local_tag(self, community: str, tag: str) -> LocalTag | None:
        return self.local.get((community, tag))

    def local_tags(self, community: str) -> list[LocalTag]:
        return sorted((row for row in self.local.values() if row.community == community), key=lambda row: row.tag)

    def put_local_tag(self, row: LocalTag) -> None:
        self._drop(self.local, (row.community, row.tag))
        if row.into or row.sensitive:
            self._put(self.local, (row.community, row.tag), row)

    def tags_of(self, community: str) -> list[str]:
        return list(self.carried.get(community, ()))

    def set_tags(self, community: str, tags: Sequence[str]) -> None:
        self._put(self.carried, community, tuple(tags))

    def interests(self, account: str, place: str) -> list[InterestRow]:
        return list(self.said.get((account, place), ()))

    def set_interests(self, account: str, place: str, rows: Sequence[InterestRow]) -> None:
        self._put(self.said, (account, place), tuple(rows))

    def my_interests(self, account: str, place: str) -> list[MyInterest]:
        return [self._meant(place, row) for row in self.interests(account, place)]

    def dismissals(self, account: str) -> list[str]:
        return [community for community in self.communities if (account, community) in self.dismissed]

    def put_dismissal(self, account: str, community: str, dismissed: bool) -> None:
        self._drop(self.dismissed, (account, community))
        if dismissed:
            self._put(self.dismissed, (account, community), True)

    # --- what they mean
    def everywhere(self, tag: str) -> TagRow:
        """What is meant by a tag where no community says otherwise."""
        row = self.tag_rows[tag]
        return self.tag_rows[row.into] if row.into else row

    def meant(self, place: str, tag: str) -> str:
        """What is meant by a tag in the interests of a community's members."""
        row = self.everywhere(tag)
        here = self.local.get((place, row.tag))
        return self.everywhere(here.into).tag if here is not None and here.into else row.tag

    def _meant(self, place: str, said: InterestRow) -> MyInterest:
        given, meant = self.tag_rows[said.tag], self.everywhere(said.tag)
        here, last = self.local.get((place, meant.tag)), self.tag_rows[self.meant(place, said.tag)]
        there = self.local.get((place, last.tag))
        marked = any(row is not None and row.sensitive for row in (here, there))
        return MyInterest(last.tag, said, given.sensitive or meant.sensitive or last.sensitive or marked)

    def tags(self, query: str, account: str, limit: int) -> list[Tag]:
        found: dict[str, Tag] = {}
        rows = sorted(self.tag_rows.values(), key=lambda row: row.tag)
        begin = [row for row in rows if row.tag.startswith(query)]
        within = [row for row in rows if f"-{query}" in row.tag] if query else []
        for row in (*begin, *within):
            meant = self.everywhere(row.tag)
            if len(found) < limit and self.tag_seen(row.tag, account):
                sensitive = row.sensitive or meant.sensitive
                found.setdefault(meant.tag, Tag(tag=meant.tag, label=meant.label, sensitive=sensitive))
        return list(found.values())

    def all_tags_of(self, communities: Sequence[str]) -> dict[str, list[str]]:
        carried = {
            one: list(dict.fromkeys(self.everywhere(tag).tag for tag in self.tags_of(one))) for one in communities
        }
        return {one: tags for one, tags in carried.items() if tags}

    def all_interests(self, account: str) -> dict[str, list[MyInterest]]:
        places = [
            place for who, place in self.said if who == account and (place == account or self.here(account, place))
        ]
        found = {place: self.my_interests(account, place) for place in places}
        return {place: mine for place, mine in found.items() if mine}
