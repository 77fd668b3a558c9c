"""What a store keeps for the stewards of a community, beside its log: bans, and reports that wait for an answer."""

from msgspec import Struct
from msgspec.structs import replace

from among_protocol.base import Entry, Time
from among_protocol.reports import ReportFiled


class BanRow(Struct):
    """An account that may not join a community. One that has ended by itself may still be there."""

    community: str
    account: str
    member: str  # its membership
    seq: int  # of the entry in the stewards' log
    at: Time
    by: str  # the steward's membership
    reason: str
    until: Time = ""  # empty: it does not end by itself
    told: bool = False  # the account heard of it

    def holds(self, now: Time) -> bool:
        return not self.until or self.until > now


class ReportRow(Struct):
    """A report that waits for an answer."""

    community: str
    seq: int  # of the entry in the stewards' log
    account: str  # who filed it
    filed: int  # of the entry in that account's log
    member: str = ""  # whom it concerns
    room: str = ""  # with a message
    message: int = 0  # its number in the room


def stewards_of(community: str) -> str:
    """The id of a community's stewards' log."""
    return f"w{community[1:]}"


def community_of(stewards: str) -> str:
    """The id of the community whose stewards' log this would be."""
    return f"c{stewards[1:]}" if stewards[:1] == "w" else ""


def unsigned(entry: Entry, member: str) -> Entry:
    """A report about this member, without who filed it; any other entry as it is."""
    if isinstance(entry, ReportFiled) and entry.member == member and entry.by:
        return replace(entry, by="", rev=0)
    return entry
