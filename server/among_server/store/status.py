"""The law of a store, the part about how an account appears: a register for everywhere, and one for each community where
something else was chosen; and what others see of it, which is decided here for whoever shows it.

1. Words chosen for everywhere are seen only where the account goes by its own handle: elsewhere they would tell who it is.
2. Of who is invisible somewhere, others see there what they saw before, until its time is over: nothing that the account
   does meanwhile changes it.
3. The last day is kept only while it is shown somewhere, and of days on which the account could be seen to be here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from msgspec import Struct

from among_protocol.status import Status

from .moments import moment
from .own import Blocks

if TYPE_CHECKING:
    from .rows import MemberRow

Appear = Literal["", "auto", "away", "dnd", "invisible"]  # empty: as everywhere, which is auto at first
Shown = Literal["", "shown", "hidden"]  # empty: as everywhere, which is hidden at first
DAY_MS = 86_400_000


class StatusRow(Struct, frozen=True):
    """What an account chose for one place."""

    account: str
    place: str = ""  # a community; empty: everywhere
    appear: Appear = ""
    last_seen: Shown = ""
    emoji: str = ""
    text: str = ""
    until_ms: int = 0  # Unix time when the status ends by itself; 0: it does not
    # That of everywhere has changed while the account was invisible here, and is not seen. `copy`: the status is what that
    # of everywhere was before; `own`: it was chosen for this place.
    kept: Literal["", "copy", "own"] = ""
    day: int = 0  # the last one (since 1970, UTC) on which others could see it here; 0: none is kept

    def speaks(self, now_ms: int) -> bool:
        """Whether there is a status that is not over."""
        return bool(self.emoji or self.text) and not 0 < self.until_ms <= now_ms


Statuses = Mapping[str, StatusRow]  # by place


class StatusWish(NamedTuple):
    """What is to be changed; None stays as it is."""

    place: str
    appear: Literal["auto", "away", "dnd", "invisible", "inherit"] | None = None
    last_seen: Literal["shown", "hidden", "inherit"] | None = None
    status: tuple[str, str, int] | None = None  # emoji, text, for so many milliseconds (0: for good)


class Seen(NamedTuple):
    """A member as the choices of its account show it, to who may see it."""

    member: "MemberRow"
    own_name: bool  # goes by the account's handle there
    everywhere: StatusRow
    here: StatusRow
    apart: bool = False  # who looks and the member block each other, one or the other
    shuts_out: bool = False  # the member blocks who looks

    @property
    def appear(self) -> Appear:
        return self.here.appear or self.everywhere.appear or "auto"

    def status(self, now_ms: int) -> Status | None:
        """The words that others see."""
        if self.member.silenced and self.member.silenced > moment(now_ms):
            return None  # a status is words, too
        row = self.here if self.here.speaks(now_ms) or self.here.kept else self.everywhere
        if not row.speaks(now_ms) or (not self.own_name and (row is self.everywhere or row.kept == "copy")):
            return None
        return Status(emoji=row.emoji, text=row.text, until=moment(row.until_ms) if row.until_ms else "")

    def changes_at(self, now_ms: int) -> int:
        """When `status` may next give something else by itself, in Unix time; 0: never."""
        times = [row.until_ms for row in (self.here, self.everywhere) if row.speaks(now_ms)]
        if self.member.silenced:
            times.append(int(datetime.fromisoformat(self.member.silenced).timestamp() * 1000))
        return min((time for time in times if time > now_ms), default=0)

    def last_seen(self, now_ms: int) -> str:
        """`today`, `week`, `month`, `longer`; empty where it is not shown."""
        if (self.here.last_seen or self.everywhere.last_seen) != "shown":
            return ""
        day = self.here.day if self.here.appear else self.everywhere.day
        ago = now_ms // DAY_MS - day
        if not day:
            return ""
        return "today" if ago < 1 else "week" if ago < 7 else "month" if ago < 31 else "longer"


def seen(member: "MemberRow", handle: str, rows: Statuses, who: "Looker | None" = None) -> Seen:
    """A member of an account that goes by this handle, and has these rows, as somebody sees them."""
    everywhere, here = rows.get(""), rows.get(member.place)
    return Seen(
        member,
        member.handle == handle != "",  # whoever has no name any more goes by none
        everywhere if everywhere is not None else StatusRow(member.account),
        here if here is not None else StatusRow(member.account, member.place),
        who is not None and who.apart(member),
        who is not None and who.shut_out(member),
    )


class Looker(NamedTuple):
    """Who looks at others: what decides whom they see."""

    account: str
    names: Mapping[str, str]  # the places that they have not left: the handle that they go by there
    blocks: Blocks
    blocked: Sequence[tuple[str, str]]  # (account, which blocks them; the handle under which)

    def apart(self, member: "MemberRow") -> bool:
        return self.blocks.get((member.account, member.handle)) == "block" or self.shut_out(member)

    def shut_out(self, member: "MemberRow") -> bool:
        """Whether this member blocks who looks."""
        return (member.account, self.names.get(member.place, "")) in self.blocked


def is_due(rows: Statuses, today: int) -> bool:
    """Whether it is to be written down that the account can be seen today."""
    if not any(row.last_seen == "shown" for row in rows.values()):
        return False
    return "" not in rows or any(is_behind(row, today) for row in rows.values())


def is_behind(row: StatusRow, today: int) -> bool:
    """Whether others can see the account in this row's place today, and its last day is another."""
    return (not row.place or row.appear != "") and row.appear != "invisible" and row.day != today


class StatusTx(Protocol):
    """The part of `api.Tx`."""

    def statuses(self, account: str) -> Statuses:
        """Everywhere comes first."""
        ...

    def put_status(self, row: StatusRow) -> None:
        """Add or replace; one that says nothing is dropped."""
        ...


class StatusStore(Protocol):
    """The part of `api.Store`."""

    async def set_status(self, account: str, wish: StatusWish) -> Statuses:
        """All that the account chose, now. Raises Refuse: `community.gone`, `member.silenced`, `status.invisible`,
        `field.invalid`."""
        ...

    async def note_day(self, account: str) -> Statuses:
        """The account can be seen to be here today: written down where that is shown, once a day."""
        ...

    async def seen(self, account: str, members: Sequence[str]) -> list[Seen]:
        """Members of places that this account has not left, in the order asked, each once; also those who have left."""
        ...
