"""Servers that break one rule each: what the kit must catch."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from tests.kit.relay import CLOSE, PING, PONG, TEXT, Frame, Mutant, Wire

MUTANTS: list[Mutant] = []


def mutant(rule: str, hook: str = "down") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function the hook of a mutant of this rule, named for the function."""

    def take(change: Callable[..., Any]) -> Callable[..., Any]:
        hooks: dict[str, Any] = {hook: change}
        MUTANTS.append(Mutant(rule, change.__name__, **hooks))
        return change

    return take


# --- connection


@mutant("connection.default", "request")
def takes_msgpack_for_the_default(wire: Wire, head: str) -> str:
    if "Sec-WebSocket-Protocol" in head:
        return head
    return head.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: among.v1.msgpack\r\n\r\n")


@mutant("connection.default", "response")
def serves_nobody_without_a_subprotocol(wire: Wire, head: str) -> str:
    if "Sec-WebSocket-Protocol" in head or "101" not in head.splitlines()[0]:
        return head
    return "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"


@mutant("connection.subprotocol", "request")
def serves_json_where_both_are_named(wire: Wire, head: str) -> str:
    return head.replace("among.v1.msgpack, among.v1.json", "among.v1.json")


@mutant("connection.unknown_subprotocol", "request")
def serves_unknown_subprotocols(wire: Wire, head: str) -> str:
    lines = [line for line in head.split("\r\n") if not ("Protocol:" in line and "among.v1." not in line)]
    return "\r\n".join(lines)


@mutant("connection.unknown_subprotocol", "response")
def does_not_name_what_it_speaks(wire: Wire, head: str) -> str:
    return head if " 400 " not in head else "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno"


@mutant("connection.hello")
def says_no_hello(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "hello" else frame


@mutant("connection.hello")
def speaks_no_known_version(wire: Wire, frame: Frame) -> Any:
    return {**frame, "versions": [2]} if frame["type"] == "hello" else frame


@mutant("connection.same_names")
def says_it_otherwise_in_msgpack(wire: Wire, frame: Frame) -> Any:
    if wire.binary and "entries" in frame.get("result", {}):
        frame["result"]["entries"][0]["slug"] = "other"
    return frame


# --- frames


@mutant("frames.one_reply")
def answers_a_ping_twice(wire: Wire, frame: Frame) -> Any:
    return [frame, frame] if wire.command(frame).get("type") == "session.ping" else frame


@mutant("frames.one_reply")
def answers_no_marker(wire: Wire, frame: Frame) -> Any:
    return None if wire.command(frame).get("type") == "marker.set" else frame


@mutant("frames.shape")
def tells_no_head(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).pop("head", None)
    return frame


@mutant("frames.shape")
def tells_numbers_as_text(wire: Wire, frame: Frame) -> Any:
    if "as_of" in frame.get("result", {}):
        frame["result"]["as_of"] = str(frame["result"]["as_of"])
    return frame


@mutant("frames.id")
def cuts_ids(wire: Wire, frame: Frame) -> Any:
    return {**frame, "id": str(frame["id"])[:32]} if frame.get("id") else frame


@mutant("frames.id", "up")
def takes_any_id(wire: Wire, frame: Frame) -> Any:
    return {**frame, "id": str(frame.get("id") or "none")[:60]}


@mutant("frames.unknown_fields", "up")
def dislikes_unknown_fields(wire: Wire, frame: Frame) -> Any:
    return {**frame, "type": "x.none"} if "x_future" in frame else frame


@mutant("frames.unknown_command")
def calls_unknown_commands_malformed(wire: Wire, frame: Frame) -> Any:
    return {**frame, "code": "frame.malformed"} if frame.get("code") == "frame.unknown_command" else frame


@mutant("frames.unknown_command")
def hangs_up_on_unknown_commands(wire: Wire, frame: Frame) -> Any:
    if frame.get("code") == "frame.unknown_command":
        wire.close(4500)
        return None
    return frame


@mutant("frames.malformed")
def is_silent_about_malformed_frames(wire: Wire, frame: Frame) -> Any:
    return None if frame.get("code") == "frame.malformed" else frame


@mutant("frames.malformed")
def hangs_up_on_malformed_frames(wire: Wire, frame: Frame) -> Any:
    if frame.get("code") == "frame.malformed":
        wire.close(4500)
    return frame


@mutant("frames.too_many_malformed", "raw_down")
def closes_with_a_protocol_error(wire: Wire, opcode: int, payload: bytes) -> Any:
    return (opcode, (1002).to_bytes(2, "big")) if opcode == CLOSE else (opcode, payload)


@mutant("frames.wrong_type")
def does_not_say_which_field(wire: Wire, frame: Frame) -> Any:
    return {key: value for key, value in frame.items() if key != "field"}


@mutant("frames.wrong_type", "up")
def takes_numbers_for_texts(wire: Wire, frame: Frame) -> Any:
    return {**frame, "body": "7"} if frame.get("body") == 7 else frame


@mutant("frames.in_flight", "up")
def loses_what_is_too_much(wire: Wire, frame: Frame) -> Any:
    wire.notes["pings"] = wire.notes.get("pings", 0) + (frame["type"] == "session.ping")
    return None if wire.notes["pings"] == 70 else frame


@mutant("frames.order", "up")
def swaps_two_writes(wire: Wire, frame: Frame) -> Any:
    if frame.get("body", "").startswith("number 5 "):
        wire.notes["late"] = frame
        return None
    late = wire.notes.pop("late", None)
    return [frame, late] if late else frame


# --- refusals


@mutant("refusals.shape")
def has_one_class_for_all(wire: Wire, frame: Frame) -> Any:
    return {**frame, "class": "fix"} if "class" in frame else frame


@mutant("refusals.shape")
def speaks_in_numbers(wire: Wire, frame: Frame) -> Any:
    return {**frame, "code": "E42"} if "code" in frame else frame


@mutant("refusals.nothing_changed")
def stores_what_it_refuses(wire: Wire, frame: Frame) -> Any:
    if frame.get("code") == "field.invalid" and "wrote" not in wire.notes:
        wire.notes["wrote"] = wire.command(frame)["room"]
        wire.ask({**wire.command(frame), "id": "mutant-secretly", "nonce": "secretly", "body": "all the same"})
    return frame


@mutant("refusals.gone")
def says_that_it_is_forbidden(wire: Wire, frame: Frame) -> Any:
    secret = wire.relay.notes.setdefault("secret", set())
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("kind") == "private":
        secret.add(entry["room"])
    if wire.command(frame).get("room") in secret and frame.get("code") == "room.gone":
        return {**frame, "code": "right.missing", "class": "auth"}
    return frame


@mutant("refusals.gone")
def gives_it_away_in_the_sentence(wire: Wire, frame: Frame) -> Any:
    command = wire.command(frame)
    if frame["type"] == "ok" and "community" in command:
        wire.relay.notes["real"] = command["community"]
    if frame.get("class") == "gone" and command.get("community") == wire.relay.notes.get("real"):
        return {**frame, "message": "This community is not for you."}
    return frame


@mutant("refusals.retry_after")
def does_not_say_how_long(wire: Wire, frame: Frame) -> Any:
    return {**frame, "retry_after_ms": 0} if frame.get("class") == "wait" else frame


@mutant("refusals.retry_after")
def asks_for_less_than_it_needs(wire: Wire, frame: Frame) -> Any:
    return {**frame, "retry_after_ms": 1} if frame.get("class") == "wait" else frame


@mutant("refusals.budget")
def tells_no_budget(wire: Wire, frame: Frame) -> Any:
    return {key: value for key, value in frame.items() if key != "budget"}


@mutant("refusals.budget")
def hangs_up_when_it_is_too_much(wire: Wire, frame: Frame) -> Any:
    if frame.get("code") == "budget.exhausted":
        wire.close(4504)
        return None
    return frame


# --- signing in


@mutant("signing_in.first")
def lets_guests_browse(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "community.browse":
        return {"type": "ok", "id": frame["id"], "result": {"communities": [], "complete": True}}
    return frame


@mutant("signing_in.first")
def does_nothing_for_guests(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "session.ping":
        refusal = {"code": "session.sign_in_required", "class": "auth", "message": "No."}
        return {"type": "refused", "id": frame["id"], **refusal}
    return frame


@mutant("signing_in.barrier", "up")
def does_not_wait_for_signing_in(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "session.sign_in" and "password" in frame:
        wire.notes["late"] = frame
        return None
    if frame["type"] == "session.list":
        return [frame, wire.notes.pop("late")]
    return frame


@mutant("signing_in.alike")
def tells_who_has_an_account(wire: Wire, frame: Frame) -> Any:
    if frame.get("code") == "session.bad_credentials" and wire.command(frame)["handle"].endswith("-eve"):
        return {**frame, "message": "The password is wrong."}
    return frame


@mutant("signing_in.sign_up")
def minds_capitals(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("handle", "x").isupper():
        return {"type": "refused", "id": frame["id"], "code": "x.y", "class": "auth", "message": "No."}
    return frame


@mutant("signing_in.sign_up", "up")
def takes_short_passwords(wire: Wire, frame: Frame) -> Any:
    if len(frame.get("password", "long enough")) < 8:
        return {**frame, "password": "x" * 8}
    return frame


@mutant("signing_in.once")
def signs_in_again(wire: Wire, frame: Frame) -> Any:
    if frame.get("code") == "session.signed_in_already":
        account = {"id": "a_x", "handle": "ann", "display_name": "ann"}
        return {"type": "ok", "id": frame["id"], "result": {"account": account, "session": "s_x"}}
    return frame


@mutant("signing_in.token", "up")
def takes_a_token_once(wire: Wire, frame: Frame) -> Any:
    used = wire.relay.notes.setdefault("used", set())
    if frame.get("token") in used:
        return {**frame, "token": "among_used"}
    used.add(frame.get("token") or frame["id"])
    return frame


@mutant("signing_in.token_gone", "up")
def signs_out_in_words_only(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "session.sign_out":
        wire.tell({"type": "ok", "id": frame["id"], "result": {}})
        return None
    return frame


@mutant("signing_in.sign_out", "raw_down")
def invites_back_who_signed_out(wire: Wire, opcode: int, payload: bytes) -> Any:
    return (opcode, (4000).to_bytes(2, "big")) if opcode == CLOSE else (opcode, payload)


@mutant("signing_in.revoked", "up")
def revokes_nothing(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "session.revoke":
        wire.tell({"type": "ok", "id": frame["id"], "result": {"ended": 1}})
        return None
    return frame


@mutant("signing_in.revoked")
def lists_the_own_session_only(wire: Wire, frame: Frame) -> Any:
    if "sessions" in frame.get("result", {}):
        frame["result"]["sessions"] = [one for one in frame["result"]["sessions"] if one.get("current")]
    return frame


@mutant("signing_in.late", "raw_down")
def hangs_up_on_the_late_for_good(wire: Wire, opcode: int, payload: bytes) -> Any:
    return (opcode, (4500).to_bytes(2, "big")) if opcode == CLOSE else (opcode, payload)


@mutant("signing_in.late")
def is_impatient(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "hello":
        wire.later(0.05, lambda: wire.close(4003))
    return frame


# --- nonces


@mutant("nonces.repeat")
def forgets_repeat(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).pop("repeat", None)
    return frame


@mutant("nonces.repeat", "up")
def keeps_nonces_for_a_connection_only(wire: Wire, frame: Frame) -> Any:
    return {**frame, "nonce": f"{frame['nonce']}{id(wire)}"[:64]} if "nonce" in frame else frame


@mutant("nonces.repeat", "up")
def writes_directs_twice(wire: Wire, frame: Frame) -> Any:
    return {**frame, "nonce": frame["id"] + frame["nonce"]} if frame["type"] == "direct.open" else frame


@mutant("nonces.repeat")
def has_one_nonce_for_all(wire: Wire, frame: Frame) -> Any:
    first = wire.relay.notes.setdefault("first", {})
    used = wire.command(frame).get("nonce")
    if frame["type"] == "ok" and used:
        entry = first.setdefault(used, frame["result"]["entry"])
        if entry != frame["result"]["entry"]:
            return {**frame, "result": {"entry": entry, "repeat": True}}
    return frame


@mutant("nonces.conflict", "up")
def takes_other_content_for_a_repeat(wire: Wire, frame: Frame) -> Any:
    first = wire.notes.setdefault("first", {})
    if frame.get("nonce") and frame["type"] == "message.send":
        return {**first.setdefault(frame["nonce"], frame), "id": frame["id"]}
    return frame


@mutant("nonces.conflict", "up")
def writes_under_a_used_nonce(wire: Wire, frame: Frame) -> Any:
    return {**frame, "nonce": frame["id"] + frame["nonce"]} if frame["type"] == "room.set_topic" else frame


# --- logs


@mutant("logs.dense")
def leaves_out_topics(wire: Wire, frame: Frame) -> Any:
    if "entries" in frame.get("result", {}):
        frame["result"]["entries"] = [one for one in frame["result"]["entries"] if one["type"] != "room.topic_set"]
    return frame


@mutant("logs.dense")
def claims_too_much_with_from(wire: Wire, frame: Frame) -> Any:
    for one in frame.get("result", {}).get("entries", []):
        if one["seq"] == 3:
            one["from"] = 2
    return frame


@mutant("logs.live")
def loses_an_event(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "message.sent" and frame["body"] == "7" and wire.binary else frame


@mutant("logs.live")
def doubles_an_event(wire: Wire, frame: Frame) -> Any:
    return [frame, frame] if frame["type"] == "message.sent" and frame["body"] == "7" else frame


@mutant("logs.live")
def swaps_two_events(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "message.sent" and frame["body"] == "7" and "late" not in wire.notes:
        wire.notes["late"] = frame
        return None
    late = wire.notes.get("late")
    if late and frame["type"] == "message.sent":
        wire.notes["late"] = None
        return [frame, late]
    return frame


@mutant("logs.live")
def tells_only_the_first_device(wire: Wire, frame: Frame) -> Any:
    if frame["type"] != "message.sent":
        return frame
    told = wire.relay.notes.setdefault("told", {})
    account = wire.notes.setdefault("account", next((c["token"] for c in wire.sent.values() if "token" in c), ""))
    return frame if told.setdefault((account, frame["log"], frame["seq"]), wire) is wire else None


@mutant("logs.same_for_all")
def replays_without_mentions(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "session.synced":
        wire.notes["synced"] = True
    if not wire.notes.get("synced"):
        frame.pop("mentions", None)
    return frame


@mutant("logs.same_for_all")
def reads_out_another_text(wire: Wire, frame: Frame) -> Any:
    for one in frame.get("result", {}).get("entries", []):
        if "body" in one:
            one["body"] = one["body"].upper()
    return frame


@mutant("logs.own_first")
def says_ok_too_early(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "message.sent" and frame.get("nonce") in {c.get("nonce") for c in wire.sent.values()}:
        wire.notes["late"] = frame
        return None
    late = wire.notes.pop("late", None)
    return [frame, late] if late else frame


@mutant("logs.authors")
def says_by_account(wire: Wire, frame: Frame) -> Any:
    account = frame.get("result", {}).get("account", {}).get("id")
    wire.notes.setdefault("account", account) if account else None
    entry = frame.get("result", {}).get("entry", {})
    if "by" in entry:
        entry["by"] = wire.notes["account"]
    return frame


@mutant("logs.authors")
def leaks_the_account_in_a_community(wire: Wire, frame: Frame) -> Any:
    accounts = wire.relay.notes.setdefault("accounts", [])
    account = frame.get("result", {}).get("account", {}).get("id")
    if account:
        accounts.append(account)
    for one in frame.get("result", {}).get("entries", []):
        if one["type"] == "member.joined":
            one["account"] = accounts[0]
    return frame


@mutant("logs.authors")
def keeps_the_old_revision(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("rev"):
        entry["rev"] = 1
    return frame


@mutant("logs.time")
def tells_local_time(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if "at" in entry:
        entry["at"] = entry["at"].replace("Z", "+01:00")
    return frame


@mutant("logs.time")
def tells_seconds(wire: Wire, frame: Frame) -> Any:
    for one in frame.get("result", {}).get("sessions", []):
        one["opened"] = one["opened"][:19] + "Z"
    return frame


# --- sync


def states(frame: Frame, **where: Any) -> list[Frame]:
    """The states of logs in the answer to a sync, those of rooms unless asked otherwise."""
    found: list[Frame] = frame.get("result", {}).get("logs", [])
    where = {"kind": "room", **where}
    return [one for one in found if all(one.get(key, DEFAULTS.get(key)) == value for key, value in where.items())]


DEFAULTS = {"kind": "room", "status": "caught_up"}


@mutant("sync.lists")
def does_not_list_the_account(wire: Wire, frame: Frame) -> Any:
    if "logs" in frame.get("result", {}):
        frame["result"]["logs"] = [one for one in frame["result"]["logs"] if one.get("kind") != "account"]
    return frame


@mutant("sync.lists")
def counts_no_mentions(wire: Wire, frame: Frame) -> Any:
    for state in states(frame):
        state.pop("mentions", None)
    return frame


@mutant("sync.caught_up")
def replays_nothing(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "session.synced":
        wire.notes["synced"] = True
    return None if frame.get("log") and "synced" not in wire.notes else frame


@mutant("sync.caught_up")
def cuts_the_replay(wire: Wire, frame: Frame) -> Any:
    return None if frame.get("body") == "you missed 3" and wire.notes.get("syncing") else _syncing(wire, frame)


def _syncing(wire: Wire, frame: Frame) -> Frame:
    if "logs" in frame.get("result", {}):
        wire.notes["syncing"] = True
    return frame


@mutant("sync.caught_up")
def replays_from_one_after_zero(wire: Wire, frame: Frame) -> Any:
    return None if frame.get("seq") == 1 and wire.notes.get("syncing") else _syncing(wire, frame)


@mutant("sync.gap")
def calls_a_gap_caught_up(wire: Wire, frame: Frame) -> Any:
    for state in states(frame, status="gap"):
        state.pop("status")
    return frame


@mutant("sync.gap")
def begins_after_another_number(wire: Wire, frame: Frame) -> Any:
    for state in states(frame, status="gap"):
        state["head"] = state["head"] + 1
    return frame


@mutant("sync.reset")
def takes_any_epoch(wire: Wire, frame: Frame) -> Any:
    for state in states(frame, status="reset", reason="epoch"):
        state.pop("status"), state.pop("reason")
    return frame


@mutant("sync.reset")
def does_not_say_why(wire: Wire, frame: Frame) -> Any:
    for state in states(frame, status="reset", reason="ahead"):
        state.pop("reason")
    return frame


@mutant("sync.gone")
def does_not_list_what_is_gone(wire: Wire, frame: Frame) -> Any:
    if "logs" in frame.get("result", {}):
        frame["result"]["logs"] = [one for one in frame["result"]["logs"] if one.get("status") != "gone"]
    return frame


@mutant("sync.gone")
def tells_the_head_of_what_is_gone(wire: Wire, frame: Frame) -> Any:
    for state in states(frame, status="gone"):
        state["head"] = 1
    return frame


@mutant("sync.end")
def ends_the_replay_too_early(wire: Wire, frame: Frame) -> Any:
    if "logs" in frame.get("result", {}):
        return [frame, {"type": "session.synced", "id": frame["id"]}]
    return frame


@mutant("sync.end")
def lets_live_entries_in_before_the_end(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "session.synced":
        wire.notes["end"] = frame
        return None
    end = wire.notes.get("end")
    if end and frame["type"] == "message.sent":
        return [frame, wire.notes.pop("end")]
    return frame


@mutant("sync.end")
def does_not_say_which_sync_has_ended(wire: Wire, frame: Frame) -> Any:
    return {**frame, "id": "other"} if frame["type"] == "session.synced" else frame


@mutant("sync.again")
def replays_again_what_was_named(wire: Wire, frame: Frame) -> Any:
    wire.notes["syncs"] = wire.notes.get("syncs", 0) + ("logs" in frame.get("result", {}))
    if frame.get("body") == "live":
        wire.notes["live"] = frame
    return [wire.notes["live"], frame] if frame["type"] == "session.synced" and wire.notes["syncs"] == 2 else frame


@mutant("sync.again")
def is_deaf_after_a_second_sync(wire: Wire, frame: Frame) -> Any:
    return None if frame.get("body") == "live again" else frame


# --- threads


def _threads(frame: Frame) -> list[Any]:
    """What a sync tells of threads."""
    found: list[Any] = frame.get("result", {}).get("threads", [])
    return found if "logs" in frame.get("result", {}) else []


@mutant("threads.said")
def counts_a_thread_in_the_room(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "marker.set" and frame["type"] == "ok":
        frame["result"]["unread"] += 1
    return frame


@mutant("threads.said")
def says_not_in_which_thread(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).get("entry", {}).pop("thread", None)
    return frame


@mutant("threads.pages", "up")
def shows_threads_among_the_rest(wire: Wire, frame: Frame) -> Any:
    if frame.get("type") == "message.page":
        frame.pop("thread", None)
    return frame


@mutant("threads.pages")
def tells_of_no_thread(wire: Wire, frame: Frame) -> Any:
    for message in frame.get("result", {}).get("messages", []):
        message.pop("below", None)
    return frame


@mutant("threads.root")
def lets_a_thread_go_deeper(wire: Wire, frame: Frame) -> Any:
    if frame.get("code") == "field.invalid" and frame.get("field") == "thread":
        frame["code"] = "message.gone"
    return frame


@mutant("threads.root")
def ends_a_thread_with_its_root(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("thread") and "messages" in frame.get("result", {}):
        frame["result"]["messages"] = frame["result"]["messages"][:1]
    return frame


@mutant("threads.followed")
def lets_nobody_follow(wire: Wire, frame: Frame) -> Any:
    _threads(frame).clear()
    return frame


@mutant("threads.followed")
def names_no_root_by(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).get("entry", {}).pop("root_by", None)
    return frame


@mutant("threads.followed")
def counts_everything_in_a_thread_as_unread(wire: Wire, frame: Frame) -> Any:
    for state in _threads(frame):
        state["unread"] = state.get("unread", 0) + 1
    return frame


@mutant("threads.left", "up")
def unfollows_no_thread(wire: Wire, frame: Frame) -> Any:
    return {**frame, "type": "thread.follow"} if frame.get("type") == "thread.unfollow" else frame


@mutant("threads.marked", "up")
def marks_no_thread_back(wire: Wire, frame: Frame) -> Any:
    return {**frame, "unread": False} if frame.get("type") == "thread.mark" else frame


@mutant("threads.marked", "up")
def marks_a_thread_back_unasked(wire: Wire, frame: Frame) -> Any:
    return {**frame, "unread": True} if frame.get("type") == "thread.mark" else frame


@mutant("threads.marked")
def tells_no_device_of_a_thread(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "thread.changed" else frame


@mutant("threads.mentions")
def counts_no_mention_in_a_thread(wire: Wire, frame: Frame) -> Any:
    for state in _threads(frame):
        state.pop("mentions", None)
    return frame


@mutant("threads.mentions")
def counts_no_mention_of_a_thread_in_the_room(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "marker.set" and frame["type"] == "ok":
        frame["result"]["mentions"] = 0
    return frame


@mutant("threads.listed")
def lists_threads_the_other_way_round(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "thread.list" and frame["type"] == "ok":
        for card in frame["result"]["threads"]:
            card["thread"] += 1
    return frame


@mutant("threads.listed")
def lists_threads_on_one_page(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "thread.list":
        frame.get("result", {}).pop("next", None)
    return frame


# --- reading


@mutant("reading.entries")
def is_never_complete(wire: Wire, frame: Frame) -> Any:
    if "entries" in frame.get("result", {}):
        frame["result"]["complete"] = False
    return frame


@mutant("reading.entries")
def gives_the_newest_first(wire: Wire, frame: Frame) -> Any:
    if "entries" in frame.get("result", {}):
        frame["result"]["entries"].reverse()
    return frame


@mutant("reading.entries", "up")
def does_not_mind_until(wire: Wire, frame: Frame) -> Any:
    frame.pop("until", None)
    return frame


@mutant("reading.messages", "up")
def takes_before_to_include(wire: Wire, frame: Frame) -> Any:
    if "before" in frame:
        frame["before"] += 1
    return frame


@mutant("reading.messages")
def does_not_know_as_of_when(wire: Wire, frame: Frame) -> Any:
    if "messages" in frame.get("result", {}):
        frame["result"]["as_of"] = 0
    return frame


@mutant("reading.replies")
def quotes_nothing(wire: Wire, frame: Frame) -> Any:
    for message in frame.get("result", {}).get("messages", []):
        message.pop("quote", None)
    return frame


@mutant("reading.replies", "up")
def answers_what_is_gone(wire: Wire, frame: Frame) -> Any:
    if frame.get("type") == "message.edit":
        return {**frame, "type": "session.ping"}
    return frame


@mutant("edits.newest")
def shows_what_was_said_first(wire: Wire, frame: Frame) -> Any:
    for message in frame.get("result", {}).get("messages", []):
        message.pop("edited", None)
    return frame


@mutant("edits.newest")
def edits_what_came_before(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "message.edited":
        frame["message"] -= 1
    return frame


@mutant("edits.history")
def tells_the_newest_version_first(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).get("versions", []).reverse()
    return frame


@mutant("edits.history")
def keeps_one_version(wire: Wire, frame: Frame) -> Any:
    if "versions" in frame.get("result", {}):
        frame["result"]["complete"] = True
    return frame


@mutant("edits.author")
def says_of_what_others_said_that_it_is_not_there(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "message.edit" and frame.get("code") == "right.missing":
        frame["code"] = "message.gone"
    return frame


@mutant("edits.mentions")
def mentions_everybody_again(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("type") == "message.edited" and "mentions" in entry:
        entry["mentions_new"] = entry["mentions"]
    return frame


@mutant("edits.blank")
def hides_what_was_deleted(wire: Wire, frame: Frame) -> Any:
    result = frame.get("result", {})
    if "messages" in result:
        result["messages"] = [message for message in result["messages"] if not message.get("blank")]
    return frame


@mutant("edits.blank")
def does_not_mark_what_was_deleted(wire: Wire, frame: Frame) -> Any:
    for entry in frame.get("result", {}).get("entries", []):
        entry.pop("blank", None)
    return frame


@mutant("edits.told")
def tells_no_deletion(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "message.deleted" else frame


@mutant("edits.told")
def tells_what_was_deleted(wire: Wire, frame: Frame) -> Any:
    return {**frame, "was": "a word"} if frame["type"] == "message.deleted" else frame


@mutant("edits.stewards", "up")
def needs_no_reason(wire: Wire, frame: Frame) -> Any:
    return {**frame, "reason": frame.get("reason", "none")} if frame.get("type") == "message.delete" else frame


@mutant("edits.stewards")
def tells_who_deleted_it(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("type") == "message.deleted":
        entry.setdefault("by", "m_steward")
    return frame


@mutant("pins.credit")
def credits_who_pinned_it(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", frame)
    if entry.get("type") == "pin.added":
        entry["author"] = entry["by"]
    return frame


@mutant("pins.credit")
def tells_no_pin(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "pin.added" else frame


@mutant("pins.once")
def pins_again_without_a_word(wire: Wire, frame: Frame) -> Any:
    if frame.get("code") == "pin.added_already":
        frame["code"] = "message.gone"
    return frame


@mutant("pins.right")
def lets_nobody_pin(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "pin.add" and frame["type"] == "ok":
        return {"type": "refused", "id": frame["id"], "code": "right.missing", "class": "auth", "message": "No."}
    return frame


@mutant("pins.deleted")
def still_lists_what_was_deleted(wire: Wire, frame: Frame) -> Any:
    if "pins" in frame.get("result", {}):
        frame["result"]["pins"].append({"seq": 1, "at": "", "by": "m_x", "rev": 1, "message": {"blank": True}})
    return frame


@mutant("forwards.reference")
def copies_what_is_forwarded(wire: Wire, frame: Frame) -> Any:
    if frame.get("forwarded"):
        frame["forwarded"]["body"] = "frist"
    return frame


@mutant("forwards.reference")
def shows_no_words_of_a_forward(wire: Wire, frame: Frame) -> Any:
    for message in frame.get("result", {}).get("messages", []):
        message.get("forwarded", {}).pop("body", None)
    return frame


@mutant("forwards.rights")
def does_not_say_that_it_is_gone(wire: Wire, frame: Frame) -> Any:
    for message in frame.get("result", {}).get("messages", []):
        message.get("forwarded", {}).pop("gone", None)
    return frame


@mutant("forwards.private")
def calls_what_is_private_gone(wire: Wire, frame: Frame) -> Any:
    if frame.get("code") == "forward.refused":
        frame["code"] = "room.gone"
    return frame


@mutant("bookmarks.devices")
def tells_no_other_device_of_a_bookmark(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "bookmark.changed" else frame


@mutant("bookmarks.devices")
def counts_bookmarks_in_no_sync(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "session.sync" and frame["type"] == "ok":
        frame["result"].pop("bookmarks", None)
    return frame


@mutant("bookmarks.gone")
def forgets_bookmarks_of_what_is_gone(wire: Wire, frame: Frame) -> Any:
    if "bookmarks" in frame.get("result", {}) and wire.command(frame).get("type") == "bookmark.list":
        frame["result"]["bookmarks"] = [one for one in frame["result"]["bookmarks"] if one.get("message")]
    return frame


@mutant("everybody.counted")
def counts_who_is_named_besides_twice(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "marker.set" and frame.get("result", {}).get("mentions"):
        frame["result"]["mentions"] += 1
    return frame


@mutant("everybody.right")
def lets_everybody_mention_everybody(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if "@room" in entry.get("body", ""):
        entry["mentions_room"] = True
    return frame


@mutant("everybody.calls")
def calls_who_is_named_alone(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "message.sent" and frame.get("from"):
        return {"type": "log.passed", "log": frame["log"], "seq": frame["seq"], "from": frame["from"]}
    return frame


@mutant("everybody.edits")
def says_of_every_edit_that_it_is_new(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("type") == "message.edited" and entry.get("mentions_room"):
        entry["mentions_room_new"] = True
    return frame


@mutant("reading.changed")
def lists_every_log(wire: Wire, frame: Frame) -> Any:
    command = wire.command(frame)
    if command.get("type") == "log.changed" and "result" in frame:
        frame["result"]["logs"] = [{"log": log, "head": head} for log, head in command["positions"].items()]
    return frame


@mutant("reading.changed", "up")
def changes_nothing(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "log.changed":
        wire.tell({"type": "ok", "id": frame["id"], "result": {"epoch": "e", "logs": []}})
        return None
    return frame


# --- registers, presence


@mutant("reactions.entries")
def counts_reactions_from_nothing(wire: Wire, frame: Frame) -> Any:
    for entry in (frame, frame.get("result", {}).get("entry", {})):
        if entry.get("type") == "reaction.added":
            entry["count"] -= 1
    return frame


@mutant("reactions.entries")
def tells_nobody_of_reactions(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "reaction.removed" else frame


@mutant("reactions.page")
def says_of_every_reaction_that_it_is_mine(wire: Wire, frame: Frame) -> Any:
    for message in frame.get("result", {}).get("messages", []):
        for one in message.get("reactions", []):
            one["mine"] = True
    return frame


@mutant("reactions.page")
def lists_who_reacts_the_newest_first(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).get("reactors", []).reverse()
    return frame


@mutant("reactions.once", "up")
def takes_any_text_for_an_emoji(wire: Wire, frame: Frame) -> Any:
    return {**frame, "emoji": "🙈"} if frame.get("type") == "reaction.add" and frame["emoji"] == "ok" else frame


@mutant("reactions.once")
def says_that_what_is_there_is_gone(wire: Wire, frame: Frame) -> Any:
    return {**frame, "code": "reaction.gone"} if frame.get("code") == "reaction.added_already" else frame


@mutant("reactions.limit")
def says_that_one_too_many_is_wrong(wire: Wire, frame: Frame) -> Any:
    return {**frame, "code": "field.invalid"} if frame.get("code") == "limit.reached" else frame


@mutant("reactions.gone")
def shows_reactions_to_nothing(wire: Wire, frame: Frame) -> Any:
    for message in frame.get("result", {}).get("messages", []):
        if message.get("blank"):
            message["reactions"] = [{"emoji": "👍", "count": 1}]
    return frame


@mutant("reactions.uncounted")
def counts_a_reaction_as_unread(wire: Wire, frame: Frame) -> Any:
    wire.notes["reacted"] = wire.notes.get("reacted", 0) + (frame["type"] == "reaction.added")
    if "unread" in frame.get("result", {}):
        frame["result"]["unread"] += wire.notes["reacted"]
    return frame


@mutant("reactions.short")
def loses_numbers_of_a_storm(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "reaction.changed":
        frame["from"] += 1
    return None if frame["type"] == "reaction.added" else frame


@mutant("reactions.short")
def forgets_who_took_back(wire: Wire, frame: Frame) -> Any:
    for change in frame.get("changes", []):
        change.pop("removed", None)
    return None if frame["type"] == "reaction.removed" else frame


@mutant("registers.forward")
def moves_markers_back(wire: Wire, frame: Frame) -> Any:
    command = wire.command(frame)
    if command.get("type") == "marker.set" and "result" in frame:
        frame["result"]["read"] = command["seq"]
    return frame


@mutant("registers.forward", "up")
def never_goes_back(wire: Wire, frame: Frame) -> Any:
    frame.pop("unread", None)
    return frame


@mutant("registers.devices")
def tells_no_other_device(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "marker.moved" else frame


@mutant("registers.as_of")
def says_not_what_a_marker_is_of(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "marker.set":
        frame.get("result", {}).pop("as_of", None)
    return frame


@mutant("registers.as_of")
def says_that_a_marker_is_of_what_was_before(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "marker.set" and frame.get("result", {}).get("as_of"):
        frame["result"]["as_of"] -= 1
    return frame


@mutant("registers.as_of")
def tells_other_devices_not_what_a_marker_is_of(wire: Wire, frame: Frame) -> Any:
    return {**frame, "as_of": 0} if frame["type"] == "marker.moved" else frame


@mutant("registers.as_of")
def counts_one_that_comes_later(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "marker.set" and "result" in frame:
        frame["result"]["unread"] += 1
    return frame


@mutant("registers.own_message")
def counts_what_one_said(wire: Wire, frame: Frame) -> Any:
    for state in states(frame):
        state["unread"] = state.get("unread", 0) + 1
    return frame


@mutant("registers.mentions")
def mentions_by_handle(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if "mentions" in entry:
        entry["mentions"] = ["bob"]
    return frame


@mutant("registers.mentions")
def counts_a_mention_for_all(wire: Wire, frame: Frame) -> Any:
    for state in states(frame):
        state["mentions"] = 1
    return frame


@mutant("registers.blocks")
def tells_who_is_blocked(wire: Wire, frame: Frame) -> Any:
    wires = wire.relay.notes.setdefault("wires", {})
    wires[id(wire)] = wire
    if wire.command(frame).get("type") == "block.set" and frame["type"] == "ok":
        for other in wires.values():
            other.tell({"type": "block.changed", "handle": "somebody", "kind": "block"})
    return frame


@mutant("registers.blocks")
def forgets_blocks_in_sync(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).pop("blocks", None)
    return frame


@mutant("registers.meant")
def names_nobody_of_a_block(wire: Wire, frame: Frame) -> Any:
    for block in (frame, frame.get("result", {})):
        block.pop("members", None) if "others" in block else None
    return frame


@mutant("registers.meant")
def forgets_whom_a_block_means_in_sync(wire: Wire, frame: Frame) -> Any:
    for block in frame.get("result", {}).get("blocks", []):
        block["members"] = []
    return frame


@mutant("registers.meant")
def takes_a_namesake_for_who_is_meant(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "block.changed":
        frame["members"], frame["others"] = frame["members"] + frame["others"], []
    return frame


@mutant("registers.meant")
def tells_of_no_rename_what_it_makes_of_a_block(wire: Wire, frame: Frame) -> Any:
    told = wire.relay.notes.setdefault("told", set())
    if frame["type"] == "block.changed" and wire not in told:
        told.add(wire)
        return frame
    return None if frame["type"] == "block.changed" else frame


@mutant("presence.watched", "up")
def tells_presence_of_all(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "presence.set" and frame["state"] == "away" and not wire.binary:
        for other in wire.relay.notes.get("watching", []):
            other.tell({"type": "presence.changed", "member": "m_cid", "state": "away"})
    if frame["type"] == "presence.watch":
        wire.relay.notes.setdefault("watching", []).append(wire)
    return frame


@mutant("presence.watched")
def tells_no_change(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "presence.changed" else frame


@mutant("presence.status")
def tells_no_status(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "presence.changed":
        frame.pop("status", None)
    return frame


@mutant("presence.status")
def forgets_statuses_in_sync(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).pop("appearances", None)
    return frame


@mutant("presence.status")
def never_tells_the_end_of_a_status(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "presence.changed" and "status" not in frame else frame


@mutant("presence.blocked", "up")
def blocks_as_if_one_muted(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "block.set" and frame["kind"] == "block":
        frame["kind"] = "mute"
    return frame


@mutant("presence.blocked")
def lets_who_is_blocked_be_there_until_they_change(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "presence.changed" and frame["state"] == "offline" else frame


@mutant("presence.blocked")
def never_tells_that_a_block_is_over(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "presence.changed" and frame["state"] == "away" else frame


@mutant("presence.invisible", "up")
def forgets_who_is_invisible(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "status.set" and frame.get("appear") == "invisible":
        frame = {"type": "presence.set", "id": frame["id"], "state": "invisible"}
    return frame


@mutant("personas.one_entry")
def keeps_the_revision(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("type") == "member.updated":
        entry["rev"] -= 1
    return frame


@mutant("personas.heard", "up")
def shows_all_to_all(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "persona.update":
        frame["persona"].pop("shown", None)
    return frame


@mutant("personas.nobody_else", "up")
def lets_anybody_be_anybody(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "persona.update":
        frame["persona"] = {"bio": "kit"}
    return frame


@mutant("personas.former")
def forgets_that_it_was_another_handle(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).pop("former", None) if "member" in frame.get("result", {}) else None
    return frame


@mutant("personas.directs")
def does_not_say_whose_personas_speak(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).get("entry", {}).pop("within", None)
    return frame


@mutant("personas.directs_told")
def tells_of_who_they_were(wire: Wire, frame: Frame) -> Any:
    for entry in frame.get("result", {}).get("entries", []):
        if entry["type"] == "member.updated":
            entry["pronouns"] = "of old"
    return frame


@mutant("cards.audience")
def shows_the_intro_to_all(wire: Wire, frame: Frame) -> Any:
    for card in frame.get("result", {}).get("cards", []):
        card["intro"] = "for stewards"
    return frame


@mutant("cards.audience")
def hides_from_the_owner(wire: Wire, frame: Frame) -> Any:
    for card in frame.get("result", {}).get("cards", []):
        card.pop("pronouns", None)
    return frame


@mutant("cards.preview", "up")
def previews_nothing(wire: Wire, frame: Frame) -> Any:
    frame.pop("as", None)
    return frame


@mutant("cards.gone")
def names_who_was_left_out(wire: Wire, frame: Frame) -> Any:
    if frame.get("result") == {"cards": []}:
        frame["result"]["later"] = wire.command(frame)["members"]
    return frame


@mutant("presence.typing")
def tells_no_typing(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "typing.started" else frame


@mutant("presence.typing")
def numbers_typing(wire: Wire, frame: Frame) -> Any:
    return {**frame, "seq": 7} if frame["type"] == "typing.started" else frame


@mutant("presence.typing", "up")
def tells_who_types_of_it(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "typing.start":
        wire.tell({"type": "typing.started", "room": frame["room"], "by": "m_x"})
    return frame


# --- rooms


@mutant("rooms.join")
def follows_no_rooms(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).get("entry", {}).pop("rooms", None)
    return frame


@mutant("rooms.join")
def tells_nobody_who_joined(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "member.joined" else frame


@mutant("rooms.lists")
def lists_a_member_twice(wire: Wire, frame: Frame) -> Any:
    members = frame.get("result", {}).get("members")
    if members and wire.command(frame).get("after"):
        wire.command(frame)
        members.insert(0, {**members[0], "handle": wire.command(frame)["after"], "member": "m_again"})
    return frame


@mutant("rooms.lists")
def lists_rooms_of_another_time(wire: Wire, frame: Frame) -> Any:
    if "rooms" in frame.get("result", {}) and "as_of" in frame["result"]:
        frame["result"]["as_of"] -= 1
    return frame


@mutant("rooms.follow")
def begins_a_number_late(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("type") == "room.followed":
        entry["head"] = entry.get("head", 0) + 1
    return frame


@mutant("rooms.follow")
def follows_in_words_only(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("type") == "room.followed":
        wire.notes["deaf"] = entry["room"]
    return None if frame.get("log") and frame["log"] == wire.notes.get("deaf") else frame


@mutant("rooms.left", "up")
def leaves_in_words_only(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "room.unfollow":
        entry = {"log": "a_x", "seq": 9, "at": "2026-01-31T09:00:00.000Z", "type": "room.unfollowed"}
        wire.tell({"type": "ok", "id": frame["id"], "result": {"entry": {**entry, "room": frame["room"]}}})
        return None
    return frame


@mutant("rooms.left")
def lets_read_who_left(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "refused" and wire.command(frame).get("log", "").startswith("c_"):
        return {"type": "ok", "id": frame["id"], "result": {"entries": [], "head": 0, "floor": 0, "complete": True}}
    return frame


@mutant("rooms.private")
def lists_private_rooms(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("kind") == "private":
        wire.relay.notes["secret"] = entry["room"]
    if wire.command(frame).get("type") == "room.list" and wire.relay.notes.get("secret"):
        frame["result"]["rooms"].append({"id": wire.relay.notes["secret"], "slug": "x", "kind": "private"})
    return frame


@mutant("rooms.private")
def tells_the_community_of_private_rooms(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("kind") == "private":
        wire.relay.notes["secret"] = entry["room"]
    for one in frame.get("result", {}).get("entries", []):
        if one["type"] == "member.joined" and wire.relay.notes.get("secret"):
            one["bio"] = wire.relay.notes["secret"]
    return frame


@mutant("rooms.direct")
def makes_a_direct_each_time(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("type") == "direct.opened":
        entry["room"] = f"r_{frame['id']}"
    return frame


@mutant("rooms.direct", "down")
def is_deaf_in_directs(wire: Wire, frame: Frame) -> Any:
    return None if frame.get("body") == "to you alone" else frame


@mutant("rooms.personas")
def resolves_the_first_only(wire: Wire, frame: Frame) -> Any:
    if "personas" in frame.get("result", {}):
        frame["result"]["personas"] = frame["result"]["personas"][:1]
    return frame


@mutant("rooms.personas")
def tells_outsiders_who_is_who(wire: Wire, frame: Frame) -> Any:
    command = wire.command(frame)
    if command.get("type") == "member.resolve" and not frame.get("result", {}).get("personas"):
        persona = {"member": command["members"][0]["member"], "rev": 1, "handle": "ann", "display_name": "Ann"}
        frame["result"]["personas"] = [persona]
    return frame


# --- keeping


def granted(wire: Wire, frame: Frame, code: str, entry: Frame) -> Frame:
    """An `ok` with this entry in place of the refusal."""
    if frame.get("code") != code:
        return frame
    base = {"log": "s_x", "seq": 1, "at": "2026-01-31T09:00:00.000Z"}
    return {"type": "ok", "id": frame["id"], "result": {"entry": {**base, **entry}}}


@mutant("keeping.rights")
def lets_members_make_rooms(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") != "room.create":
        return frame
    return granted(wire, frame, "right.missing", {"type": "room.created", "room": "r_x", "slug": "not-mine"})


@mutant("keeping.rights")
def has_a_reason_of_its_own(wire: Wire, frame: Frame) -> Any:
    return {**frame, "code": "right.no"} if frame.get("code") == "right.missing" else frame


@mutant("keeping.roles")
def lets_stewards_kick_owners(wire: Wire, frame: Frame) -> Any:
    entry = {"type": "member.kicked", "community": "c_x", "member": "m_x", "reason": "x"}
    return granted(wire, frame, "member.outranked", entry)


@mutant("keeping.roles")
def lets_the_last_owner_go(wire: Wire, frame: Frame) -> Any:
    return granted(wire, frame, "community.last_owner", {"type": "community.left", "community": "c_x"})


def _instead(rule: str, asked: str, done: str, said: str, **more: Any) -> None:
    """A server that does one thing for another, and says that it did what was asked."""

    def up(wire: Wire, frame: Frame) -> Any:
        if frame["type"] != asked:
            return frame
        wire.notes["instead"] = frame["id"]
        return {**frame, "type": done, **more}

    def down(wire: Wire, frame: Frame) -> Any:
        if frame.get("id") == wire.notes.get("instead") and "result" in frame:
            frame["result"]["entry"]["type"] = said
        return frame

    MUTANTS.append(Mutant(rule, f"does_{done.replace('.', '_')}_for_{asked.replace('.', '_')}", up=up, down=down))


_instead("keeping.kicked", "member.kick", "member.silence", "member.kicked", for_ms=1_000)
_instead("keeping.banned", "member.ban", "member.kick", "member.banned")


@mutant("keeping.kicked")
def does_not_tell_why(wire: Wire, frame: Frame) -> Any:
    return {**frame, "reason": ""} if frame["type"] == "member.kicked" else frame


@mutant("keeping.banned")
def hides_that_it_is_a_ban(wire: Wire, frame: Frame) -> Any:
    return {**frame, "code": "community.gone", "class": "gone"} if frame.get("code") == "community.banned" else frame


@mutant("keeping.silenced", "up")
def silences_for_a_moment(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "message.send" and frame["body"] == "let me speak":
        end = {"type": "member.unsilence", "id": "mutant-end", "nonce": "end"}
        wire.relay.notes["ann"].ask({**end, **wire.relay.notes["silenced"]})
    if frame["type"] == "member.silence":
        wire.relay.notes["ann"] = wire
        wire.relay.notes["silenced"] = {key: frame[key] for key in ("community", "member")}
    return frame


@mutant("keeping.silenced")
def does_not_say_until_when(wire: Wire, frame: Frame) -> Any:
    return {key: value for key, value in frame.items() if key != "until"}


@mutant("keeping.audience")
def tells_all_why(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "member.kicked":
        wire.relay.notes["why"] = frame["reason"]
    for one in frame.get("result", {}).get("entries", []):
        if one["type"] == "member.left":
            one["reason"] = wire.relay.notes.get("why", "")
    return frame


@mutant("keeping.audience")
def lets_members_read_the_stewards_log(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "community.read" and "result" in frame:
        stewards = wire.relay.notes.setdefault("stewards", frame["result"].get("stewards", ""))
        frame["result"]["stewards"] = stewards
    return frame


@mutant("keeping.reports", "up")
def loses_reports(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "report.file":
        return {**frame, "reason": "lost"}
    return frame


@mutant("keeping.reports")
def tells_the_note_to_who_reported(wire: Wire, frame: Frame) -> Any:
    return {**frame, "note": "only a test"} if frame["type"] == "report.resolved" else frame


# --- portraits


@mutant("portraits.changed")
def calls_what_was_overtaken_wrong(wire: Wire, frame: Frame) -> Any:
    return {**frame, "code": "field.invalid"} if frame.get("code") == "portrait.changed" else frame


@mutant("portraits.changed")
def loses_what_was_overtaken(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "portrait.proposals":
        frame["result"]["proposals"] = []
    return frame


@mutant("portraits.versions")
def forgets_what_was_said_before(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "portrait.read" and "version" in wire.command(frame):
        frame["result"]["sections"] = []
    return frame


@mutant("portraits.versions")
def keeps_new_versions_to_itself(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "portrait.updated" else frame


@mutant("portraits.audience")
def tells_everybody_what_waits(wire: Wire, frame: Frame) -> Any:
    asked = wire.command(frame)
    if asked.get("type") == "portrait.propose" and "entry" in frame.get("result", {}):
        wire.relay.notes["proposal"] = frame["result"]["entry"]
    elif asked.get("type") == "portrait.proposals" and "result" in frame:
        frame["result"]["proposals"] = [wire.relay.notes["proposal"]]
    return frame


@mutant("portraits.consent", "up")
def takes_any_words_for_said(wire: Wire, frame: Frame) -> Any:
    return {**frame, "text": "nobody speaks"} if frame["type"] == "quote.ask" else frame


@mutant("portraits.consent")
def lets_anybody_agree(wire: Wire, frame: Frame) -> Any:
    if frame.get("code") == "quote.gone":
        return {"type": "ok", "id": frame["id"], "result": {"entry": {}}}
    return frame


@mutant("portraits.withdrawn", "up")
def keeps_what_was_taken_back(wire: Wire, frame: Frame) -> Any:
    return {**frame, "type": "session.ping"} if frame["type"] == "quote.withdraw" else frame


@mutant("portraits.export")
def shows_markup_of_others(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "portrait.export":
        frame["result"]["text"] = frame["result"]["text"].replace("&lt;", "<").replace("&gt;", ">")
    return frame


# --- finding


@mutant("finding.folded", "up")
def searches_to_the_letter(wire: Wire, frame: Frame) -> Any:
    return {**frame, "query": "nobody"} if not frame.get("query", "").isascii() else frame


@mutant("finding.folded", "up")
def takes_patterns(wire: Wire, frame: Frame) -> Any:
    query = frame.get("query", "")
    return {**frame, "query": "kit"} if frame["type"] == "member.search" and query in ("%", "*") else frame


@mutant("finding.tags", "up")
def takes_the_first_tag_alone(wire: Wire, frame: Frame) -> Any:
    return {**frame, "tags": frame["tags"][:1]} if frame["type"] == "community.browse" and frame.get("tags") else frame


@mutant("finding.tags", "up")
def looks_at_no_tags(wire: Wire, frame: Frame) -> Any:
    return {**frame, "tags": []} if frame["type"] == "community.browse" else frame


@mutant("finding.synonyms")
def merges_nothing(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "interest.set":
        for interest, wish in zip(frame["result"]["interests"], wire.command(frame)["interests"], strict=False):
            interest["tag"] = wish["tag"]
    return frame


@mutant("finding.synonyms", "up")
def merges_for_good(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "tag.update" and frame["into"] == "":
        return {key: value for key, value in frame.items() if key != "into"}
    return frame


@mutant("finding.opted_in", "up")
def lets_everybody_be_found(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "interest.set":
        for wish in frame["interests"]:
            if not wish.get("shown"):
                wish["found"] = True
    return frame


@mutant("finding.opted_in", "up")
def finds_by_what_was(wire: Wire, frame: Frame) -> Any:
    kept = wire.notes.setdefault("kept", {})
    if frame["type"] == "interest.set":
        for wish in frame["interests"]:
            kept[wish["tag"]] = wish["found"] = wish.get("found", False) or kept.get(wish["tag"], False)
    return frame


@mutant("finding.sensitive", "up")
def shows_what_is_sensitive(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "interest.set":
        for wish in frame["interests"]:
            wish.setdefault("shown", "members")
    return frame


@mutant("finding.silent")
def tells_the_own_devices(wire: Wire, frame: Frame) -> Any:
    wires = wire.relay.notes.setdefault("wires", {})
    wires[id(wire)] = wire
    if wire.command(frame).get("type") == "interest.set" and frame["type"] == "ok":
        for other in wires.values():
            other.tell({"type": "interest.changed"})
    return frame


@mutant("finding.silent", "up")
def writes_an_entry(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "interest.set":
        wire.ask({"type": "account.update", "id": "mutant-1", "nonce": f"mutant-{frame['id']}", "bio": "changed"})
    return frame


@mutant("finding.suggestions")
def gives_no_reasons(wire: Wire, frame: Frame) -> Any:
    for suggestion in frame.get("result", {}).get("suggestions", []):
        suggestion["reasons"] = []
    return frame


@mutant("finding.suggestions")
def names_people(wire: Wire, frame: Frame) -> Any:
    for suggestion in frame.get("result", {}).get("suggestions", []):
        suggestion["reasons"].append({"kind": "people", "people": 1, "names": ["ann"]})
    return frame


@mutant("finding.suggestions", "up")
def dismisses_nothing(wire: Wire, frame: Frame) -> Any:
    return {**frame, "again": True} if frame["type"] == "community.dismiss" else frame


@mutant("finding.enough")
def tells_no_end(wire: Wire, frame: Frame) -> Any:
    if "suggestions" in frame.get("result", {}):
        frame["result"].pop("budget", None)
    return frame


@mutant("finding.enough")
def suggests_for_ever(wire: Wire, frame: Frame) -> Any:
    if frame.get("code") == "budget.exhausted" and wire.command(frame).get("type") == "community.discover":
        return {"type": "ok", "id": frame["id"], "result": {"suggestions": []}}
    return frame


# --- newcomers


@mutant("newcomers.welcome")
def welcomes_nobody(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "welcome.given" else frame


@mutant("newcomers.told")
def tells_no_greeter(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "newcomer.spoke" else frame


@mutant("newcomers.told", "up")
def greets_whoever_does_not_want_it(wire: Wire, frame: Frame) -> Any:
    return {**frame, "greetings": True} if frame["type"] == "reach.set" and "greetings" in frame else frame


@mutant("newcomers.closed", "up")
def opens_directs_with_anybody(wire: Wire, frame: Frame) -> Any:
    return {**frame, "type": "session.ping"} if frame["type"] == "direct.open" else frame


@mutant("newcomers.reach")
def keeps_reach_from_other_devices(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "reach.changed" else frame


@mutant("newcomers.reach")
def leaves_reach_out_of_sync(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).pop("reach", None)
    return frame


# --- text


@mutant("text.kept")
def trims_what_is_said(wire: Wire, frame: Frame) -> Any:
    return {**frame, "body": frame["body"].strip()} if frame["type"] == "message.sent" else frame


@mutant("text.kept", "up")
def normalises_what_is_said(wire: Wire, frame: Frame) -> Any:
    return {**frame, "body": unicodedata.normalize("NFC", frame["body"])} if "body" in frame else frame


@mutant("text.controls", "up")
def cuts_control_characters(wire: Wire, frame: Frame) -> Any:
    return {**frame, "body": frame["body"].replace("\x1b", "")} if "body" in frame else frame


@mutant("text.controls", "up")
def cuts_them_in_names(wire: Wire, frame: Frame) -> Any:
    return {**frame, "topic": frame["topic"].replace("\t", " ")} if "topic" in frame else frame


@mutant("text.bytes", "up")
def counts_characters(wire: Wire, frame: Frame) -> Any:
    return {**frame, "body": frame["body"][:4000]} if len(frame.get("body", "")) > 4000 else frame


@mutant("text.bytes")
def calls_it_only_invalid(wire: Wire, frame: Frame) -> Any:
    return {**frame, "code": "field.invalid"} if frame.get("code") == "field.too_long" else frame


@mutant("text.handles", "up")
def tells_capitals_apart(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "session.sign_up" and frame["handle"].isupper():
        return {**frame, "handle": f"other-{frame['handle'][-9:-4]}"}
    return frame


@mutant("text.handles", "up")
def takes_any_handle(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "session.sign_up" and " " in frame["handle"]:
        return {**frame, "handle": frame["handle"].replace(" ", "-")}
    return frame


# --- limits


def _other_limit(limit: str, more: int) -> None:
    """A server that tells another limit than it enforces."""

    def down(wire: Wire, frame: Frame) -> Any:
        if frame["type"] == "hello":
            frame["limits"][limit] += more
        return frame

    MUTANTS.append(Mutant("connection.limits", f"tells_{limit}_{'too_high' if more > 0 else 'too_low'}", down=down))


for _limit, _more in {
    "frame_bytes": 1, "fragments": -1, "name_chars": 1, "about_chars": -1, "topic_chars": 1, "reason_chars": -1,
    "key_chars": 1, "handle_chars": -1, "page_entries": 1, "personas": -1, "watched": 1, "extensions": -1,
    "positions": 1, "direct_people": 1, "secret_chars": -1, "password_chars": -1,
}.items():  # fmt: skip
    _other_limit(_limit, _more)


# --- more of connection


@mutant("connection.text_and_binary", "raw_down")
def sends_everything_as_text(wire: Wire, opcode: int, payload: bytes) -> Any:
    return (TEXT, b"{}") if wire.binary and opcode not in (TEXT, CLOSE, PING, PONG) else (opcode, payload)


@mutant("connection.ping", "raw_down")
def loses_pongs(wire: Wire, opcode: int, payload: bytes) -> Any:
    return None if opcode == PONG else (opcode, payload)


@mutant("connection.ping", "raw_down")
def answers_pings_with_nothing(wire: Wire, opcode: int, payload: bytes) -> Any:
    return (opcode, b"") if opcode == PONG else (opcode, payload)


@mutant("connection.ping", "raw_down")
def never_pings(wire: Wire, opcode: int, payload: bytes) -> Any:
    return None if opcode == PING else (opcode, payload)


@mutant("connection.ping", "raw_down")
def drops_who_is_there(wire: Wire, opcode: int, payload: bytes) -> Any:
    if opcode == PING:
        wire.later(0.2, lambda: wire.close(4002))
    return opcode, payload


@mutant("connection.ping")
def drops_too_early(wire: Wire, frame: Frame) -> Any:
    return {**frame, "deadline_ms": 4_000} if frame["type"] == "hello" else frame


@mutant("connection.no_token_in_url", "request")
def takes_tokens_in_the_address(wire: Wire, head: str) -> str:
    found = re.search(r"\?token=([^& ]+)[^ ]*", head)
    if found:
        wire.notes["token"] = found.group(1)
        return head.replace(found.group(0), "")
    return head


def _enters(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "hello" and "token" in wire.notes:
        wire.ask({"type": "session.sign_in", "id": "mutant-in", "token": wire.notes["token"]})
    return frame


MUTANTS[-1] = MUTANTS[-1]._replace(down=_enters)


# --- lagging, closing


@mutant("lagging.told")
def leaves_out_in_silence(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "session.lagging" else frame


@mutant("lagging.told")
def tells_another_number(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "session.lagging":
        frame["logs"] = {log: seq - 1 for log, seq in frame["logs"].items()}
    return frame


@mutant("closing.codes", "raw_down")
def closes_without_a_code(wire: Wire, opcode: int, payload: bytes) -> Any:
    return (opcode, b"") if opcode == CLOSE else (opcode, payload)


@mutant("closing.codes", "raw_down")
def invites_back_who_was_malformed(wire: Wire, opcode: int, payload: bytes) -> Any:
    return (opcode, (4400).to_bytes(2, "big") + payload[2:]) if opcode == CLOSE else (opcode, payload)


# --- interest


def _does_not_mind_wants(rule: str) -> None:
    def up(wire: Wire, frame: Frame) -> Any:
        wire.notes[frame["id"]] = frame.pop("want", None)
        frame.pop("wanted", None)
        return frame

    def down(wire: Wire, frame: Frame) -> Any:
        if "logs" in frame.get("result", {}) and wire.notes.get(frame["id"]):
            frame["result"]["want"] = {"profile": "everything", "communities": None, "notices": None}
            frame["result"]["want"] |= wire.notes[frame["id"]]
        return frame

    MUTANTS.append(Mutant(rule, "does_not_mind_wants", up=up, down=down))


for _rule in ("taken", "unknown", "talk", "calls", "unwanted", "notices", "passed_told"):
    _does_not_mind_wants(f"interest.{_rule}")


@mutant("interest.taken")
def does_not_say_what_it_took(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).pop("want", None)
    return frame


@mutant("interest.unknown")
def names_no_profiles(wire: Wire, frame: Frame) -> Any:
    return {**frame, "message": "This is not known."} if frame["type"] == "refused" else frame


@mutant("interest.own")
def leaves_out_directs(wire: Wire, frame: Frame) -> Any:
    return None if frame.get("body") == "to you alone, without a name" else frame


@mutant("interest.own")
def leaves_out_the_account(wire: Wire, frame: Frame) -> Any:
    wanting = any(command.get("want") for command in wire.sent.values())
    return None if wanting and frame["type"] == "room.followed" else frame


@mutant("interest.talk")
def tells_no_range(wire: Wire, frame: Frame) -> Any:
    frame.pop("from", None)
    return frame


@mutant("interest.ranges")
def tells_no_ranges(wire: Wire, frame: Frame) -> Any:
    frame.pop("from", None)
    return frame


@mutant("interest.ranges")
def tells_a_range_too_short(wire: Wire, frame: Frame) -> Any:
    if frame.get("from"):
        frame["from"] = frame["seq"] - 1
    return frame


@mutant("interest.passed_told")
def never_tells_what_has_passed(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "log.passed" else frame


@mutant("interest.unwanted")
def calls_the_unwanted_a_gap(wire: Wire, frame: Frame) -> Any:
    for state in [*states(frame, status="unwanted"), *states(frame, status="unwanted", kind="community")]:
        state["status"] = "gap"
    return frame


@mutant("interest.notices")
def tells_no_markers_either(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "marker.moved" else frame


@mutant("interest.less")
def still_calls_who_left(wire: Wire, frame: Frame) -> Any:
    left = wire.relay.notes.setdefault("left", [])
    if frame["type"] == "room.unfollowed":
        left.append(frame["room"])
    if frame["type"] == "message.sent" and "for all" in frame["body"] and left:
        return [{**frame, "log": left[0], "seq": 9}, frame]
    return frame


# --- leaving


@mutant("leaving.nobody")
def forgets_in_silence(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "member.forgotten" else frame


@mutant("leaving.nobody")
def resolves_who_they_were(wire: Wire, frame: Frame) -> Any:
    for persona in frame.get("result", {}).get("personas", []):
        persona["handle"] = persona["handle"] or "cid"
    return frame


@mutant("leaving.nobody", "up")
def keeps_whoever_leaves_as_they_were(wire: Wire, frame: Frame) -> Any:
    return {**frame, "keep": "persona"} if frame["type"] == "community.leave" else frame


@mutant("leaving.erased", "up")
def keeps_words_that_were_to_go(wire: Wire, frame: Frame) -> Any:
    return {**frame, "keep": "words"} if frame.get("keep") == "erase" else frame


@mutant("leaving.erased")
def blanks_and_moves(wire: Wire, frame: Frame) -> Any:
    for message in frame.get("result", {}).get("messages", []):
        message["seq"] += bool(message.get("blank"))
    return frame


@mutant("leaving.same")
def takes_who_comes_back_for_somebody_new(wire: Wire, frame: Frame) -> Any:
    left = wire.relay.notes.setdefault("left", [])
    command = wire.command(frame).get("type")
    if command == "community.leave":
        left.append(wire)
    if command == "community.join" and wire in left:
        frame["result"]["entry"]["member"] = "m_new"
    return frame


@mutant("leaving.persona")
def takes_whoever_left_for_still_there(wire: Wire, frame: Frame) -> Any:
    for persona in frame.get("result", {}).get("personas", []):
        persona.pop("left", None)
    return frame


@mutant("leaving.persona", "up")
def forgets_whoever_says_nothing(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "community.leave" and frame.get("keep", "persona") == "persona":
        return {**frame, "keep": "words"}
    return frame


@mutant("leaving.sure")
def erases_whatever_is_typed(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "refused" and wire.command(frame).get("type") == "account.erase":
        return {"type": "ok", "id": frame["id"], "result": {"at": "2026-01-31T09:00:00.000Z"}}
    return frame


@mutant("leaving.ended", "up")
def only_says_that_it_erases(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "account.erase":
        wire.tell({"type": "ok", "id": frame["id"], "result": {"at": "2026-01-31T09:00:00.000Z"}})
        return None
    return frame


@mutant("leaving.undone")
def does_not_tell_that_it_is_undone(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).pop("spared", None)
    return frame


@mutant("leaving.undone")
def tells_so_for_ever(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "ok" and wire.command(frame).get("type") == "session.sign_in":
        frame["result"]["spared"] = True
    return frame


@mutant("leaving.account")
def still_knows_whom_it_erased(wire: Wire, frame: Frame) -> Any:
    for persona in frame.get("result", {}).get("personas", []):
        persona["handle"] = persona["handle"] or "ida"
    return frame


@mutant("leaving.account")
def frees_the_handle_at_once(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "refused" and frame["code"] == "handle.taken":
        frame["code"] = "handle.reserved"
    return frame


@mutant("leaving.account", "up")
def keeps_what_an_account_said(wire: Wire, frame: Frame) -> Any:
    return {**frame, "keep": "words"} if frame["type"] == "account.erase" else frame


@mutant("leaving.export")
def leaves_edits_out(wire: Wire, frame: Frame) -> Any:
    result = frame.get("result", {})
    if "records" in result:
        result["records"] = [one for one in result["records"] if one.get("entry", {}).get("type") != "message.edited"]
    return frame


@mutant("leaving.export")
def tells_every_entry_twice(wire: Wire, frame: Frame) -> Any:
    result = frame.get("result", {})
    if "records" in result:
        result["records"] = [one for one in result["records"] for _ in range(1 + ("entry" in one))]
    return frame


@mutant("leaving.others")
def takes_the_token_along(wire: Wire, frame: Frame) -> Any:
    command = wire.command(frame)
    if command.get("type") == "session.sign_in":
        wire.notes["token"] = command.get("token", "")
    for record in frame.get("result", {}).get("records", []):
        if record.get("record") == "session":
            record["device"] = wire.notes.get("token", "")
    return frame


@mutant("leaving.others")
def takes_what_was_heard_along(wire: Wire, frame: Frame) -> Any:
    heard = wire.notes.setdefault("heard", [])
    if frame["type"] == "message.sent":
        heard.append({"record": "entry", "entry": frame})
    if "records" in frame.get("result", {}):
        frame["result"]["records"] += heard
    return frame


# --- what came later


@mutant("rooms.direct_unfollowed", "up")
def unfollows_no_directs(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "room.unfollow":
        entry = {"log": "a_x", "seq": 9, "at": "2026-01-31T09:00:00.000Z", "type": "room.unfollowed"}
        wire.tell({"type": "ok", "id": frame["id"], "result": {"entry": {**entry, "room": frame["room"]}}})
        return None
    return frame


@mutant("rooms.direct_unfollowed")
def lets_read_a_direct_that_was_left(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "refused" and wire.command(frame).get("type") == "log.entries":
        return {"type": "ok", "id": frame["id"], "result": {"entries": [], "head": 0, "floor": 0, "complete": True}}
    return frame


@mutant("rooms.brought_back")
def brings_back_for_ever(wire: Wire, frame: Frame) -> Any:
    entry = {"type": "room.person_added", "member": "m_x"}
    return granted(wire, frame, "room.add_refused", entry)


@mutant("rooms.removed", "up")
def takes_out_in_words_only(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "room.remove":
        entry = {"log": frame["room"], "seq": 9, "at": "2026-01-31T09:00:00.000Z", "type": "room.person_removed"}
        wire.tell({"type": "ok", "id": frame["id"], "result": {"entry": {**entry, "member": frame["member"]}}})
        return None
    return frame


@mutant("rooms.removed")
def lets_members_take_out(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") != "room.remove":
        return frame
    return granted(wire, frame, "right.missing", {"type": "room.person_removed", "member": "m_x"})


@mutant("rooms.removed")
def hides_who_took_one_out(wire: Wire, frame: Frame) -> Any:
    return {**frame, "by": ""} if frame["type"] == "room.unfollowed" else frame


@mutant("rooms.removed")
def lets_read_who_was_taken_out(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "refused" and wire.command(frame).get("type") == "log.entries":
        return {"type": "ok", "id": frame["id"], "result": {"entries": [], "head": 0, "floor": 0, "complete": True}}
    return frame


@mutant("text.shows", "up")
def takes_names_that_show_nothing(wire: Wire, frame: Frame) -> Any:
    return {**frame, "display_name": "x"} if frame.get("display_name") == "\u3164" else frame


# --- the door


@mutant("door.rules", "up")
def lets_in_without_the_rules(wire: Wire, frame: Frame) -> Any:
    return {**frame, "rules": 1} if frame["type"] == "community.join" and frame.get("rules", 0) != 1 else frame


@mutant("door.rules")
def forgets_the_rules_before(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "rules.read" and "result" in frame:
        frame["result"]["text"] = "Be very kind."
    return frame


@mutant("door.ask")
def asks_nobody(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "join.asked" and "handle" in frame else frame


@mutant("door.ask")
def lets_in_without_a_word(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "community.joined" and not frame.get("nonce") else frame


@mutant("door.quiet")
def lets_everybody_see_who_asks(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "join.list":
        return {"type": "ok", "id": frame["id"], "result": {"requests": [], "complete": True}}
    return frame


@mutant("door.invite", "up")
def takes_any_code(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "invite.create":
        return {**frame, "uses": 50}
    return frame


@mutant("door.invite")
def lists_codes(wire: Wire, frame: Frame) -> Any:
    asked = wire.command(frame).get("type")
    if asked == "invite.create":
        wire.relay.notes["code"] = frame["result"]["code"]
    elif asked == "invite.list":
        for one in frame["result"]["invites"]:
            one["note"] = wire.relay.notes["code"]
    return frame


@mutant("door.unlisted")
def says_that_it_is_closed(wire: Wire, frame: Frame) -> Any:
    asked = wire.command(frame)
    hidden = frame.get("code") == "community.gone" and not str(asked.get("community")).endswith("-none")
    return {**frame, "code": "community.invite_needed", "class": "auth"} if hidden else frame


@mutant("door.preview")
def shows_what_is_behind_a_closed_door(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "community.preview" and "result" in frame:
        if frame["result"].get("rooms"):
            wire.relay.notes["rooms"] = frame["result"]["rooms"]
        frame["result"]["rooms"] = wire.relay.notes.get("rooms", [])
    return frame


# --- corners and drafts


@mutant("corners.quiet")
def lists_corners_among_the_rooms(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "room.list" and frame["type"] == "ok":
        frame["result"]["rooms"].append({"id": "r_x", "slug": "", "kind": "corner"})
    return frame


@mutant("corners.owner")
def lets_anybody_edit_a_post(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "post.edit" and frame["type"] == "refused":
        return {"type": "ok", "id": frame["id"], "result": {}}
    return frame


@mutant("corners.comments")
def pages_the_comments_of_all_posts(wire: Wire, frame: Frame) -> Any:
    command = wire.command(frame)
    if command.get("type") == "message.page" and "post" in command and frame["type"] == "ok":
        messages = frame["result"]["messages"]
        frame["result"]["messages"] = [{**messages[0], "seq": messages[0]["seq"] - 1}, *messages]
    return frame


@mutant("corners.counted")
def counts_edits_as_unread(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "session.sync" and frame["type"] == "ok":
        for state in frame["result"]["logs"]:
            state["unread"] = state.get("unread", 0) + 1
    return frame


@mutant("corners.versions")
def forgets_the_versions_before(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "post.read" and frame["type"] == "ok":
        frame["result"]["versions"] = frame["result"]["versions"][-1:]
    return frame


@mutant("drafts.devices")
def tells_no_other_device_of_a_draft(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "draft.changed" else frame


@mutant("drafts.threads")
def does_not_say_in_which_thread_a_draft_is(wire: Wire, frame: Frame) -> Any:
    return {**frame, "thread": 0} if frame["type"] == "draft.changed" else frame


@mutant("drafts.threads")
def keeps_one_draft_for_a_room_and_its_threads(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "draft.list" and frame["type"] == "ok":
        frame["result"]["drafts"] = frame["result"]["drafts"][-1:]
    return frame


@mutant("drafts.published")
def tells_no_other_device_that_a_draft_is_published(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "draft.changed" and not frame["fingerprint"] else frame


@mutant("drafts.published")
def keeps_the_draft_of_what_is_published(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "draft.list" and frame["type"] == "ok":
        frame["result"]["drafts"].append({"place": "c_x", "text": "x", "fingerprint": "x", "at": ""})
    return frame


@mutant("attention.recent")
def lists_the_oldest_first(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "room.recent" and frame["type"] == "ok":
        frame["result"]["rooms"].reverse()
    return frame


@mutant("attention.recent")
def goes_on_after_one_more(wire: Wire, frame: Frame) -> Any:
    command = wire.command(frame)
    if command.get("type") == "room.recent" and command.get("after") and frame["type"] == "ok":
        frame["result"]["rooms"] = []
    return frame


@mutant("attention.moment")
def takes_every_moment_for_the_last(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("at") and "messages" in frame.get("result", {}):
        frame["result"]["messages"] = []
    return frame


@mutant("attention.answers")
def answers_nobody(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).get("entry", {}).pop("answers", None)
    return frame


@mutant("attention.inbox")
def keeps_what_was_deleted(wire: Wire, frame: Frame) -> Any:
    kept = wire.relay.notes.setdefault("items", [])
    if wire.command(frame).get("type") == "inbox.read" and frame["type"] == "ok":
        items = frame["result"]["items"]
        missing = [one for one in kept if one["number"] not in [item["number"] for item in items]]
        frame["result"]["items"] = sorted([*items, *missing], key=lambda one: -one["number"])
        kept[:] = [*kept, *items]
    return frame


@mutant("attention.inbox")
def counts_one_too_many(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "inbox.read" and frame["type"] == "ok":
        frame["result"]["unread"] = frame["result"].get("unread", 0) + 1
    return frame


@mutant("attention.inbox")
def lists_an_answer_as_a_mention_too(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "inbox.read" and frame["type"] == "ok":
        items = frame["result"]["items"]
        again = [{**one, "kind": "mention", "number": one["number"] + 1} for one in items[:1] if one["kind"] == "reply"]
        frame["result"] |= {"items": [*again, *items], "unread": frame["result"].get("unread", 0) + len(again)}
    return frame


@mutant("attention.inbox_mark")
def moves_the_mark_of_the_inbox_back(wire: Wire, frame: Frame) -> Any:
    command = wire.command(frame)
    if command.get("type") == "inbox.mark" and frame["type"] == "ok":
        frame["result"]["read"] = command["number"]
    return frame


@mutant("attention.inbox_mark")
def tells_no_other_device_of_the_inbox(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "inbox.moved" else frame


@mutant("attention.inbox_moved")
def tells_of_the_inbox_what_was(wire: Wire, frame: Frame) -> Any:
    return {**frame, "unread": frame["unread"] + 1} if frame["type"] == "inbox.moved" else frame


@mutant("attention.choices")
def tells_no_other_device_of_a_choice(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "notify.changed" else frame


@mutant("attention.choices")
def keeps_no_choice_for_the_next_sync(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).pop("notify", None)
    return frame


@mutant("attention.thread")
def tells_no_other_device_of_a_choice_for_a_thread(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "thread.changed":
        frame.pop("level", None)
    return frame


@mutant("attention.thread")
def takes_a_choice_for_a_thread_for_one_for_its_room(wire: Wire, frame: Frame) -> Any:
    command, chosen = wire.command(frame), wire.relay.notes.setdefault("chosen", [])
    if command.get("type") == "notify.set" and command.get("thread") and frame["type"] == "ok":
        chosen.append({"place": command["place"], "word": "", "level": command["level"], "until": ""})
    if "threads" in frame.get("result", {}) and "logs" in frame["result"]:
        frame["result"]["notify"] = [*frame["result"].get("notify", []), *chosen]
    return frame


@mutant("attention.dnd")
def shows_nobody_that_it_is_time_to_rest(wire: Wire, frame: Frame) -> Any:
    return {**frame, "state": "online"} if frame.get("state") == "dnd" else frame


@mutant("attention.dnd")
def keeps_no_times_for_the_next_sync(wire: Wire, frame: Frame) -> Any:
    frame.get("result", {}).pop("dnd", None)
    return frame


@mutant("corners.deleted")
def keeps_the_words_of_a_deleted_post(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "log.entries" and frame["type"] == "ok":
        for entry in frame["result"]["entries"]:
            if entry.get("blank"):
                entry["body"] = "still there"
    return frame


# --- searching


@mutant("search.seen")
def tells_everybody_what_somebody_found(wire: Wire, frame: Frame) -> Any:
    asked = wire.command(frame)
    if asked.get("type") == "message.search" and frame["type"] == "ok":
        known = wire.relay.notes.setdefault("found", {})
        known.setdefault(asked["query"], frame["result"]["hits"] or None)
        frame["result"]["hits"] = frame["result"]["hits"] or known[asked["query"]] or []
        if not frame["result"]["hits"]:
            del known[asked["query"]]
    return frame


@mutant("search.seen", "up")
def looks_everywhere_where_one_may_not(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "message.search":
        return {key: value for key, value in frame.items() if key != "room"}
    return frame


@mutant("search.present")
def finds_what_was_there_once(wire: Wire, frame: Frame) -> Any:
    asked = wire.command(frame)
    if asked.get("type") == "message.search" and frame["type"] == "ok":
        known = wire.notes.setdefault("found", {})
        known[asked["query"]] = frame["result"]["hits"] or known.get(asked["query"], [])
        frame["result"]["hits"] = known[asked["query"]]
    return frame


@mutant("search.words", "up")
def takes_parts_of_words(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "message.search":
        return {**frame, "query": " ".join(f"{word}*" if word.isalnum() else word for word in frame["query"].split())}
    return frame


@mutant("search.words", "up")
def knows_no_phrases(wire: Wire, frame: Frame) -> Any:
    return {**frame, "query": frame["query"].replace('"', "")} if frame["type"] == "message.search" else frame


@mutant("search.words", "up")
def leaves_nothing_out(wire: Wire, frame: Frame) -> Any:
    return {**frame, "query": frame["query"].replace(" -", " ")} if frame["type"] == "message.search" else frame


# --- retention


@mutant("retention.told")
def tells_nobody_how_long(wire: Wire, frame: Frame) -> Any:
    return None if frame["type"] == "room.retention_set" else frame


@mutant("retention.told")
def forgets_how_long(wire: Wire, frame: Frame) -> Any:
    for room in frame.get("result", {}).get("rooms", []) if wire.command(frame).get("type") == "room.list" else []:
        room.pop("retention", None)
    return frame


@mutant("retention.rights")
def lets_everybody_say_how_long(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "room.set_retention" and frame.get("code") == "right.missing":
        return {"type": "ok", "id": frame["id"], "result": {}}
    return frame


@mutant("retention.grace")
def removes_at_once(wire: Wire, frame: Frame) -> Any:
    entry = frame.get("result", {}).get("entry", {})
    if entry.get("type") == "room.retention_set" and "since" in entry:
        entry["since"] = entry["at"]
    return frame


@mutant("retention.community")
def says_it_for_no_room(wire: Wire, frame: Frame) -> Any:
    if frame["type"] == "community.updated":
        frame.pop("retention", None)
    return frame


@mutant("retention.community")
def does_not_show_it_in_the_card(wire: Wire, frame: Frame) -> Any:
    if wire.command(frame).get("type") == "community.read" and frame["type"] == "ok":
        frame["result"]["community"].pop("retention", None)
    return frame
