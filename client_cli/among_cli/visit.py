"""The open room on the screen: which of its messages stand there, and what goes between them. Pure.

Rules: a message gives a line once, whichever way it arrives; its number decides. What comes while the page is on its
way waits behind it, so that lines never stand out of order.
"""

from .lines import Line, Rule, Said, note
from .places import Room


class Visit:
    """From going to a room until going elsewhere."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.loading = True  # the page is on its way
        self.first = 0  # number of the oldest message on the screen; 0: none
        self.shown = 0  # entries up to this number are on the screen, or older than what is
        self.complete = False  # nothing is older than what is on the screen
        self.newest: dict[str, Said] = {}  # what somebody (by handle) said last, of what is on the screen
        self._waiting: list[Said] = []
        self._day = ""  # of the newest message on the screen

    def page(self, said: list[Said], as_of: int, *, complete: bool) -> list[Line]:
        """The newest messages, with a rule where the unread ones begin."""
        lines: list[Line] = [] if complete or not said else [note("Older messages: /older")]
        before: Said | None = None
        marked = False
        for one in said:
            lines += self._day_before(one)
            if one.seq > self.room.read and not one.mine and not marked:
                marked = True
                lines.append(_new_rule(before, one))
            lines.append(one)
            self.newest[one.who] = one
            before = one
        if not said:
            lines.append(note("Nothing has been said here yet. Type a line and press Enter."))
        self.first, self.complete = (said[0].seq if said else 0), complete
        self.shown, self.loading = as_of, False
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            lines += self.show(one)
        return lines

    def older(self, said: list[Said], *, complete: bool) -> list[Line]:
        """Messages before the oldest on the screen, as a block of their own."""
        self.complete = complete or not said
        if not said:
            return [note("This is where the room begins.")]
        self.first = said[0].seq
        day, self._day = self._day, ""
        lines: list[Line] = [Rule(f"older in {self.room.title}")]
        for one in said:
            lines += [*self._day_before(one), one]
            if one.who not in self.newest or self.newest[one.who].seq < one.seq:
                self.newest[one.who] = one
        self._day = day
        return [*lines, Rule("the room begins here" if self.complete else "end of the older ones; more: /older")]

    def show(self, said: Said, *, first_missed: bool = False) -> list[Line]:
        """A message that came live, unless it is there already. `first_missed`: the first while one was away."""
        if self.loading:
            self._waiting.append(said)
            return []
        if not self.passes(said.seq):
            return []
        self.first = self.first or said.seq
        self.newest[said.who] = said
        rule = [Rule("new since you went away", "mention")] if first_missed else []
        return [*self._day_before(said), *rule, said]

    def passes(self, seq: int) -> bool:
        """Whether this entry is next on the screen; from now on it counts as being there."""
        if self.loading or seq <= self.shown:
            return False
        self.shown = seq
        return True

    def _day_before(self, said: Said) -> list[Line]:
        """A rule where a new day begins."""
        if said.at is None or (day := f"{said.at:%Y-%m-%d}") == self._day:
            return []
        self._day = day
        return [Rule(f"{said.at:%A} {said.at.day} {said.at:%B %Y}")]


def _new_rule(last_read: Said | None, first_new: Said) -> Rule:
    """Says since when there is something new: since the last message that was read, where that one is in sight."""
    if last_read is None or last_read.at is None or first_new.at is None:
        return Rule("new", "mention")
    day = "" if last_read.at.date() == first_new.at.date() else f"{last_read.at.day} {last_read.at:%B} "
    return Rule(f"new since {day}{last_read.at:%H:%M}", "mention")
