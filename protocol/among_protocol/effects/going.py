"""What is told when somebody goes, for the table of effects: it is much, and from two commands."""

from ..communities import CommunityLeft
from ..joining import JoinWithdrawn
from ..members import MemberForgotten, MemberLeft
from ..moderation import RoleSet
from ..rooms import PersonLeft, RoomUnfollowed
from .told import Told, Where

FORGOTTEN = (
    Told(MemberForgotten, Where.COMMUNITY, "when `keep` is not `persona`, and it was not chosen before"),
    Told(JoinWithdrawn, Where.STEWARDS, "when you had asked to be let in again, and `keep` is not `persona`"),
    Told(JoinWithdrawn, Where.OWN, "likewise"),
)
ERASED = (
    Told(MemberForgotten, Where.COMMUNITY, "of each that you are in, or were"),
    Told(MemberForgotten, Where.ROOM, "of each direct"),
    Told(MemberLeft, Where.COMMUNITY, "of each that you are in"),
    Told(PersonLeft, Where.ROOM, "of each private room that you are in"),
    Told(JoinWithdrawn, Where.STEWARDS, "of each place where you ask to be let in"),
    Told(CommunityLeft, Where.OWN),
    Told(RoomUnfollowed, Where.OWN, "of each direct"),
    Told(RoleSet, Where.COMMUNITY, "when meanwhile nobody else owns it: somebody does then"),
)
