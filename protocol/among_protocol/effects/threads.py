"""What commands about threads bring about."""

from .. import codes
from .. import threads as th
from ..base import Command
from .told import STORED, Effects, Told, Where

_DEVICES = (Told(th.ThreadChanged, Where.DEVICES),)

THREADS: dict[type[Command], Effects] = {
    th.FollowThread: Effects((codes.ROOM_GONE, codes.MESSAGE_GONE, *STORED), _DEVICES, ("threads",)),
    th.UnfollowThread: Effects((codes.ROOM_GONE, codes.THREAD_GONE, *STORED), _DEVICES),
    th.MarkThread: Effects((codes.ROOM_GONE, codes.THREAD_GONE, *STORED), _DEVICES),
    th.ListThreads: Effects((codes.ROOM_GONE,), (), ("page_entries",)),
}
