"""Limits that are part of what the server is, each with its reason. Advertised in `hello`; those that an operator may
set are in config.py."""

FRAME_BYTES = 65_536  # eight times the longest message: room for a sync with a thousand positions
PAGE_ENTRIES = 200  # of short messages; a page of long ones ends earlier, see store/api.py
REPLAY_ENTRIES = 1_000  # per log in one sync; more is cheaper as pages, and can be skipped by who only wants the newest
WAITING_WRITES = 4_096  # of all connections together: a quarter of a second of work; more are refused as `server.busy`
IN_FLIGHT = 64  # commands of one connection that wait for their reply; more stay unread in the socket
MALFORMED_FRAMES = 10  # a peer that is wrong this often is no client
MENTIONS = 20  # per message: a mention costs a row and rings a bell
COMMUNITIES_PER_ACCOUNT = 100  # each is a log to sync
FOLLOWS_PER_ACCOUNT = 500  # likewise
ROOMS_PER_COMMUNITY = 500
DIRECT_PEOPLE = 10  # with oneself
REPORTS_PER_ACCOUNT = 20  # that wait for an answer, in one community: a steward reads each
WATCHED = 200  # members whose presence one session watches
BLOCKS_PER_ACCOUNT = 500  # all of them are in every sync
POSITIONS = 1_000  # logs in one sync: all that an account can have, and some that it left
