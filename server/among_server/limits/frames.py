"""Frames: what one connection may send, and how fast."""

from .table import Section

SECTION = Section("Frames")

FRAME_BYTES = SECTION.limit(
    "frame_bytes",
    65_536,
    "bytes of a message, in one frame or in many",
    "eight times the longest body, and a sync with a thousand positions",
)
FRAGMENTS = SECTION.limit("fragments", 128, "frames of one message", "the longest message in pieces of 512 bytes")
UNFINISHED_MS = SECTION.limit(
    "unfinished_ms",
    30_000,
    "milliseconds from the first byte of a message to its last",
    "the longest message over the slowest of links, two kilobytes a second",
)
CONTROL_FRAMES = SECTION.limit(
    "control_frames",
    100,
    "pings and pongs of one connection a second",
    "a hundred times what a client with a heartbeat needs",
)
IN_FLIGHT = SECTION.limit(
    "in_flight",
    64,
    "commands of one connection without a reply",
    "more stay unread in the socket: nothing is lost, and a slow disk fills no memory",
)
WAITING_WRITES = SECTION.limit(
    "waiting_writes",
    4_096,
    "writes of all connections that wait for the store",
    "a quarter of a second of work; beyond it a write is refused as server.busy",
)
UNPAID_REFUSALS = SECTION.limit(
    "unpaid_refusals",
    64,
    "refusals of one connection a second that cost it nothing",
    "all that may be in flight; what comes on top of that stays unread until the next second, or others would wait",
)
ACCOUNT_REFUSALS = SECTION.limit(
    "account_unpaid_refusals",
    256,
    "likewise of one account, on all its connections",
    "four connections that are wrong all the time; of each one more is answered in a second",
)
ADDRESS_REFUSALS = SECTION.limit(
    "address_unpaid_refusals",
    1_024,
    "likewise of one address, of everybody there",
    "a fortieth of a second of work; as many as four accounts",
)
MALFORMED_FRAMES = SECTION.limit(
    "malformed_frames", 10, "frames of one connection", "a peer that is wrong this often is no client"
)
