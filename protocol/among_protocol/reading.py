"""What belongs to reading: how far one has read and what one has begun to write, what was meant for one, and what is worth a
bell. The unions of it, for wire.py; each noun is in its own file.
"""

from .dnd import DndChanged, SetDnd
from .drafts import DraftChanged, ListDrafts, SetDraft
from .inbox import InboxMoved, MarkInbox, ReadInbox
from .markers import MarkerMoved, SetMarker
from .notify import NotifyChanged, SetNotify

ReadingCommand = SetDraft | ListDrafts | SetMarker | ReadInbox | MarkInbox | SetNotify | SetDnd
ReadingNotice = MarkerMoved | DraftChanged | NotifyChanged | DndChanged | InboxMoved
