"""What the commands about newcomers may bring about, and what others bring about for their sake: a part of the table."""

from .. import codes
from .. import greeters as g
from .. import reach as re
from .. import welcome as w
from ..base import Command
from .told import ACT, STORED, Effects, Told, Where

WELCOMED_TOO = Told(w.WelcomeGiven, Where.THEIRS, "whom you let in, where they were never there")
WELCOMED = Told(w.WelcomeGiven, Where.OWN, "when you were never there, and there is a welcome")
TOLD_OF_NEWCOMERS = (
    Told(g.NewcomerSpoke, Where.THEIRS, "who greets, where you speak in an open room for the first time"),
    Told(g.NewcomerSettled, Where.THEIRS, "who greeted, where you have mentioned each other often enough"),
    Told(g.NewcomerSettled, Where.OWN, "where it is you who greeted"),
)

NEWCOMERS: dict[type[Command], Effects] = {
    w.ReadWelcome: Effects((codes.COMMUNITY_GONE,)),
    w.SetWelcome: Effects((*ACT, codes.ROOM_GONE), (Told(w.WelcomeSet, Where.STEWARDS),), ("welcome_bytes", "welcome_rooms")),
    g.ListGreeters: Effects((codes.COMMUNITY_GONE,)),
    g.SetGreeter: Effects(
        (*ACT, codes.GREETER_GONE, codes.LIMIT_REACHED),
        (
            Told(g.GreeterChanged, Where.STEWARDS),
            Told(g.GreeterChanged, Where.THEIRS, "whom it concerns"),
            Told(g.GreeterChanged, Where.OWN, "where it is you"),
            Told(g.GreeterChanged, Where.COMMUNITY, "where somebody begins or ceases to greet"),
        ),
        ("reason_chars", "newcomer_days", "greeters", "volunteers"),
    ),
    re.SetReach: Effects((codes.COMMUNITY_GONE, codes.LIMIT_REACHED, *STORED), (Told(re.ReachChanged, Where.DEVICES),), ("reaches",)),
}  # fmt: skip
