"""The open room on the screen: which of its messages stand there, and what goes between them. Pure.

Rules: a message gives a line once, whichever way it arrives; its number decides. What comes while the page is on its
way waits behind it, so that lines never stand out of order; what becomes of a message meanwhile holds for the page. What
people say whom the reader blocks or mutes is folded: a line says that there is something, and it is kept for who asks.
"""

from collections.abc import Iterable
from dataclasses import replace

from .kept import no_longer
from .lines import Line, Rule, Said, note
from .places import Room

SAID = 500  # messages whose text is at hand; the newest
RECALLED = 100  # messages that were looked up whose text is at hand; the newest
IN_ROOM = "in the room"  # above what is said to it while a thread is open
NEW = "unread from here on"  # above the first that is unread
NOWHERE = (0, "")  # one came for no message
FOLDED = 200  # messages that are kept for who asks what was folded; the newest


class Visit:
    """From going to a room until going elsewhere."""

    def __init__(self, room: Room, target: tuple[int, str] = NOWHERE) -> None:
        self.room = room
        self._target = target  # number of the message that one came for, and what a rule before it says
        self.loading = True  # the page is on its way
        self.marks = True  # what is on the screen counts as read
        self.first = 0  # number of the oldest message on the screen; 0: none
        self.shown = 0  # entries up to this number are on the screen, or older than what is
        self.complete = False  # nothing is older than what is on the screen
        self.seen = 0  # all that was unread up to this number has been on the screen, from the first of it on
        # Number behind which the new began, when one came or went away; None: nothing was new.
        self.since: int | None = None
        self.folded: list[Said] = []  # since the reader last asked
        self.deleting: set[int] = set()  # messages that one deletes oneself: the entry does not say which steward did
        self.newest: dict[str, Said] = {}  # what somebody (by handle) said last, of what is on the screen
        self.said: dict[int, Said] = {}  # what stands on the screen, by number
        self.thread = 0  # number of the root of the thread that is opened; 0: one is in the room
        self.thread_shown = 0  # what was said in it up to this number was on the page that opened it
        self.thread_marks = False  # what comes in it counts as read
        self.thread_first = 0  # number of the oldest from which on all of it is on the screen; 0: all that counts is
        self.thread_seen = 0  # all that was unread in it up to this number has been on the screen
        self.spoke = 0  # number of the root of the thread in which one spoke last; 0: to the room
        self.roots: dict[int, int] = {}  # of what is said in threads and not on the screen, by number: that of the root
        self.oldest: dict[int, int] = {}  # by root: the oldest message of a thread that was shown
        self._recalled: dict[int, Said] = {}  # what does not stand there and was looked up, by number
        self._waiting: list[Said] = []
        self._heard = 0  # while the page was on its way: the newest entry that gives no line of its own
        self._edits: dict[
            int, tuple[int, str]
        ] = {}  # heard of: by message, the number of the edit and what it says now
        self._gone: dict[tuple[str, int], bool] = {}  # messages of any room that were deleted, oldest first
        self._quiet = False  # the newest line of the room says that something is folded
        self._day = ""  # of the newest message on the screen

    def page(self, said: list[Said], as_of: int, *, complete: bool) -> list[Line]:
        """The newest messages, with a rule where the unread ones begin."""
        live = {one.seq: one for one in self._waiting}  # these have just come, and may ring
        said = [
            replace(one, alert=live[one.seq].alert, mention=live[one.seq].mention) if one.seq in live else one
            for one in said
        ]
        lines: list[Line] = [] if complete or not said else [note("Older messages: /older")]
        lines = [no_longer()] if complete and self.room.floor else lines
        new = sum(one.seq > self.room.read for one in said)
        above = 0 if complete or not said else self._unread_by(as_of) - new
        before: Said | None = None
        marked = False
        rules: dict[int, list[Line]] = {}
        for one in said:
            rules[one.seq] = self._day_before(one)
            if one.seq > self.room.read and not one.mine and not marked:
                marked = True
                rules[one.seq].append(new_above(new, above) if above > 0 else new_rule(before, one))
            if one.seq == self._target[0]:
                rules[one.seq].append(Rule(self._target[1], "mention"))
            before = one
        lines += self._laid(said, rules)
        if not said:
            yet = "" if self.room.floor else "Nothing has been said here yet. "
            lines.append(note(f"{yet}Type a line and press Enter."))
        if above > 0:
            lines.append(unread_above(above))
        self.first, self.complete = (said[0].seq if said else 0), complete
        self.seen = self.room.read if above > 0 else self.first - 1
        self.since = self.room.read if marked else None
        self.shown, self.loading = as_of, False
        return lines + self._waited()

    def _unread_by(self, as_of: int) -> int:
        """How many messages of the room were unread when the page was read."""
        return self.room.unread - sum(not (one.root or one.mine) and one.seq > as_of for one in self._waiting)

    @property
    def read(self) -> int:
        """Number up to which what was unread has been on the screen: all of it, or without a gap from the first on."""
        seen = max(self.seen, self.room.read, self.room.floor)
        return self.shown if self.complete or self.first <= seen + 1 else seen

    def covers(self, low: int, high: int) -> None:
        """All between these two numbers has been on the screen, both included."""
        if low <= max(self.seen, self.room.read) + 1:
            self.seen = max(self.seen, high)

    def without_page(self) -> list[Line]:
        """What waits, and what comes from now on: the page can't be had. Nothing of it counts as read."""
        self.marks = self.loading = False
        self.shown = self._waiting[0].seq - 1 if self._waiting else self.room.head
        self.first = self.shown + 1
        return [note("What was said before can't be shown now: /older tries again."), *self._waited()]

    def _waited(self) -> list[Line]:
        """What came while the page was on its way, and is not on it: what is said in threads never is."""
        waiting, self._waiting = self._waiting, []
        lines = [line for one in waiting if self.passes(one.seq) or one.root for line in self._live(one)]
        self.shown = max(self.shown, self._heard)
        return lines

    def older(self, said: list[Said], *, complete: bool) -> list[Line]:
        """Messages before the oldest on the screen, as a block of their own."""
        self.complete = complete or not said
        if not said:
            return [self.beginning()]
        self.first = said[0].seq
        day, self._day = self._day, ""
        lines: list[Line] = [Rule(f"older in {self.room.title}")]
        quiet = self._quiet
        lines += self._laid(said, {one.seq: self._day_before(one) for one in said})
        self._day, self._quiet = day, quiet
        end: Line = Rule("end of the older ones; more: /older")
        if self.complete:
            end = no_longer() if self.room.floor else Rule("the room begins here")
        return [*lines, end]

    def beginning(self) -> Line:
        """Says that nothing older is there."""
        return no_longer() if self.room.floor else note("This is where the room begins.")

    def around(self, said: list[Said], target: int, what: str) -> list[Line]:
        """Messages from elsewhere in the room, as a block of their own; a rule stands before the first that is not older than
        the target."""
        day, self._day, quiet = self._day, "", self._quiet
        rules: dict[int, list[Line]] = {}
        marked = False
        for one in said:
            rules[one.seq] = self._day_before(one)
            if one.seq >= target and not marked:
                marked = True
                rules[one.seq].append(Rule(what, "mention"))
        lines = self._laid(said, rules)
        self._day, self._quiet = day, quiet
        return [Rule(f"elsewhere in {self.room.title}"), *lines]

    def show(self, said: Said, *, first_missed: bool = False) -> list[Line]:
        """A message that came live, unless it is there already; one of a thread beside those of the room. `first_missed`: the
        first while one was away."""
        if self.loading:
            self._waiting.append(said)
            return []
        return self._live(said, first_missed=first_missed) if self.passes(said.seq) else []

    def _live(self, said: Said, *, first_missed: bool = False) -> list[Line]:
        if said.root and said.root != self.thread:
            self.beside(said)
            return [said]
        self.roots.pop(said.seq, None)
        self.first = self.first or said.seq
        if said.folded and self._quiet:  # it has been said that there is something
            self._keep([said])
            self._last_said(said)
            return []
        self.since = said.seq - 1 if first_missed else self.since
        rule = [Rule("new since you went away", "mention")] if first_missed else []
        lines = self._laid([said], {said.seq: [*self._day_before(said), *rule]})
        aside = IN_ROOM if self.thread and not said.root else ""  # what bears no such row is of the thread
        return [replace(one, inside=aside) if isinstance(one, Said) else one for one in lines]

    def beside(self, said: Said) -> None:
        """A message of a thread is on the screen, beside those of the room."""
        self.roots.pop(said.seq, None)
        self._last_said(said)

    def unseen(self, seq: int, root: int) -> None:
        """Something was said in a thread, and is not shown."""
        self.roots[seq] = root
        if len(self.roots) > SAID:
            del self.roots[next(iter(self.roots))]

    def at_hand(self, seq: int) -> Said | None:
        """The message of this number: as it stands on the screen, or was looked up."""
        return self.said.get(seq) or self._recalled.get(seq)

    def recall(self, said: Said) -> None:
        """A message was looked up that does not stand on the screen."""
        self._recalled[said.seq] = said
        if len(self._recalled) > RECALLED:
            del self._recalled[next(iter(self._recalled))]

    def heard_after(self, root: int, seq: int) -> bool:
        """Whether something was said in this thread after that number, and is not shown."""
        return any(one > seq and there == root for one, there in self.roots.items())

    def root_of(self, seq: int) -> int:
        """The number of the message in whose thread this one is said, as far as that is known; else its own."""
        said = self.said.get(seq)
        return (said.root if said is not None else self.roots.get(seq, 0)) or seq

    def opened(self, root: int, shown: int, *, marks: bool, first: int = 0, seen: int = 0) -> None:
        """A thread is opened: what is said in it stands on the screen from now on. `shown`: number up to which it does. `first`:
        from which on, where something is unread further up; `seen`: all up to there was read before."""
        self.thread = self.spoke = root
        self.thread_shown, self.thread_marks = shown, marks
        self.thread_first, self.thread_seen = first, seen

    def thread_covers(self, low: int, high: int, read: int) -> None:
        """All of the opened thread between these two numbers has been on the screen, both included. `read`: up to which it is."""
        if low <= max(self.thread_seen, read) + 1:
            self.thread_seen = max(self.thread_seen, high)
        if high + 1 >= self.thread_first:
            self.thread_first = min(self.thread_first, low)

    def thread_read(self, read: int) -> int:
        """Number up to which what was unread in the opened thread has been on the screen, as `read` is for the room."""
        seen = max(self.thread_seen, read)
        return max(self.shown, self.thread_shown) if self.thread_first <= seen + 1 else seen

    def closed(self) -> None:
        """One is in the room again."""
        self.thread = self.spoke = 0

    def in_view(self) -> list[Said]:
        """What stands on the screen of where one is: of the room, or of the thread that is opened and what it hangs from."""
        return self._of(self.thread)

    def mine(self) -> list[Said]:
        """What one said oneself, of where one spoke last."""
        return [one for one in self._of(self.spoke) if one.mine]

    def _of(self, root: int) -> list[Said]:
        if root:
            return [one for one in self.said.values() if root in (one.root, one.seq)]
        return [one for one in self.said.values() if not one.root]

    def unfold(self) -> list[Line]:
        """What was folded since the reader last asked."""
        folded, self.folded = self.folded, []
        self._quiet = False
        if not folded:
            return [note("Nothing is folded here.")]
        return [Rule("folded"), *folded, Rule("end of what was folded")]

    def _laid(self, said: Iterable[Said], rules: dict[int, list[Line]]) -> list[Line]:
        """The messages with the rules before them (by number); those to be folded as one line for each run of them."""
        lines: list[Line] = []
        run: list[Said] = []
        for one in said:
            self._last_said(one)
            before = rules.get(one.seq, [])
            if run and (before or not one.folded):
                lines.append(_folded(run))
                run = []
            lines += before
            self._quiet = bool(one.folded)
            if one.folded:
                run.append(one)
                self._keep([one])
            else:
                lines.append(one)
        return [*lines, _folded(run)] if run else lines

    def _keep(self, folded: list[Said]) -> None:
        self.folded = [*self.folded, *folded][-FOLDED:]

    def edited(self, seq: int, body: str, edit: int) -> None:
        """A message says something else from now on. `edit`: number of the edit."""
        self._edits[seq] = (edit, body)
        if len(self._edits) > SAID:
            del self._edits[next(iter(self._edits))]
        self._recalled.pop(seq, None)
        if seq in self.said:
            self._changed(replace(self.said[seq], body=body, edited=True))
        self._waiting = [replace(one, body=body, edited=True) if one.seq == seq else one for one in self._waiting]

    def deleted(self, room: str, seq: int) -> None:
        """A message of any room was deleted: neither what it said is kept, nor what others show of it."""
        self._gone[room, seq] = True
        if len(self._gone) > SAID:
            del self._gone[next(iter(self._gone))]
        for one in [*self.said.values()]:
            if (now := _without(one, room, seq)) is not one:
                self._changed(now)
        self._waiting = [_without(one, room, seq) for one in self._waiting]
        if room == self.room.id:
            self._edits.pop(seq, None)
            self._recalled.pop(seq, None)
            self.folded = [one for one in self.folded if one.seq != seq]
            self.newest = {who: one for who, one in self.newest.items() if one.seq != seq}

    def now(self, said: Said, edit: int) -> Said:
        """A message of a page, with what became of it while that was on its way. `edit`: number of its newest edit there; 0:
        never."""
        later, body = self._edits.get(said.seq, (0, "")) if said.room == self.room.id else (0, "")
        said = replace(said, body=body, edited=True) if later > edit and not said.blank else said
        for room, seq in ((said.room, said.seq), (said.room, said.answers), said.shows):
            said = _without(said, room, seq) if (room, seq) in self._gone else said
        return said

    def trim(self, floor: int) -> None:
        """What was said up to this number is no longer kept, here neither."""
        self.said = {seq: one for seq, one in self.said.items() if seq > floor}
        self._recalled = {seq: one for seq, one in self._recalled.items() if seq > floor}
        for one in [one for one in self.said.values() if 0 < one.answers <= floor]:
            self._changed(replace(one, quote=one.quote.partition(": ")[0]))
        self.folded = [one for one in self.folded if one.seq > floor]
        self.newest = {who: one for who, one in self.newest.items() if one.seq > floor}
        self._waiting = [one for one in self._waiting if one.seq > floor]
        self._edits = {seq: one for seq, one in self._edits.items() if seq > floor}
        if self.first and self.first <= floor:
            self.first, self.complete = min(self.said, default=0), True

    def _changed(self, now: Said) -> None:
        self.said[now.seq] = now
        self.folded = [now if one.seq == now.seq else one for one in self.folded]
        if now.who in self.newest and self.newest[now.who].seq == now.seq:
            self.newest[now.who] = now

    def _last_said(self, one: Said) -> None:
        self.said[one.seq] = one
        if len(self.said) > SAID:
            own = max((seq for seq, said in self.said.items() if said.mine and not said.blank), default=0)
            del self.said[next(seq for seq in self.said if seq != own)]  # one's own last is what /edit is about
        if one.blank:
            return
        if one.who not in self.newest or self.newest[one.who].seq < one.seq:
            self.newest[one.who] = one

    def passes(self, seq: int) -> bool:
        """Whether this entry is next on the screen; from now on it counts as being there."""
        if self.loading:
            self._heard = seq
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


def _without(one: Said, room: str, seq: int) -> Said:
    """What is left of a message after this one was deleted."""
    if (one.room, one.seq) == (room, seq):
        return replace(one, body="", blank=True, quote="", credit="", shown="", reactions="", alert=False)
    if (one.room, one.answers) == (room, seq) and one.quote:
        return replace(one, quote=f"{one.quote.partition(': ')[0]}: ✗ deleted")
    return replace(one, shown="✗ deleted") if one.shows == (room, seq) else one


def new_rule(last_read: Said | None, first_new: Said) -> Rule:
    """Says since when there is something new: since the last message that was read, where that one is in sight."""
    if last_read is None or last_read.at is None or first_new.at is None:
        return Rule("new", "mention")
    day = "" if last_read.at.date() == first_new.at.date() else f"{last_read.at.day} {last_read.at:%B} "
    return Rule(f"new since {day}{last_read.at:%H:%M}", "mention")


def new_above(new: int, above: int) -> Rule:
    """Says that the first of what is new is not in sight."""
    return Rule(f"{new + above} new, {above} of them further up: /jump unread", "mention")


def unread_above(count: int) -> Line:
    """So much is unread and not in sight, and how one comes there."""
    what = f"{count} unread messages are" if count > 1 else "1 unread message is"
    return note(f"{what} further up: /jump unread, or /read")


def _folded(run: list[Said]) -> Line:
    """Says that something is not shown, and whose choice that was; never by whom, which would be a mention of its own."""
    kinds = {one.folded for one in run}
    how = "you muted" if kinds == {"mute"} else "you blocked" if "mute" not in kinds else "you blocked or muted"
    who = "someone" if len({one.who for one in run}) == 1 else "people"
    return note(f"{len(run)} message{'s' if len(run) > 1 else ''} from {who} {how}; /show")
