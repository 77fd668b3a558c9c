"""Before signing in: what is given to who has shown nothing yet."""

from .table import Section

SECTION = Section("Before signing in")

HANDSHAKE_BYTES = SECTION.limit(
    "handshake_bytes", 8_192, "bytes of the request", "four times what browsers and proxies send"
)
SECTION.setting(
    "handshake_ms",
    "milliseconds from connecting to the end of the request",
    "a request is one packet: who dribbles is no client",
)
SECTION.setting(
    "sign_in_ms", "milliseconds from connecting to signed in", "a password costs a few round trips and a hash"
)
SIGN_IN_WAIT_MS = SECTION.limit(
    "sign_in_wait_ms",
    60_000,
    "milliseconds in which a sign-in waits for the server, which do not count as the peer's",
    "as long as a disk may hang; who is a guest for longer comes back",
)
GUEST_BYTES = SECTION.limit(
    "guest_bytes", 131_072, "bytes after the handshake", "signing in, and right behind it the longest sync"
)
GUEST_FRAMES = SECTION.limit(
    "guest_frames", 200, "frames", "signing in, and as many commands behind it as may be in flight"
)
SECTION.setting(
    "address_guests", "connections of one address that have not signed in", "an office that comes back at once"
)
SECTION.setting(
    "guests", "connections of all addresses that have not signed in", "beyond this the oldest makes room for the newest"
)
