"""Holds whatever any test provokes to what the protocol declares (among_protocol.effects): refusals, and entries with the
log that they are in. Nothing has to ask for it: tests/world.py does."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from among_protocol import effects
from among_protocol.base import Command, Entry, Refused
from among_protocol.effects import EFFECTS
from among_protocol.effects.told import Where
from among_protocol.moderation import SetRole
from among_protocol.reports import ReportFiled
from among_server.core.policy import POLICY, Who
from among_server.store.rules import RULES

GUESTS = {command for command, rule in POLICY.items() if rule.who in (Who.ANYONE, Who.GUEST)}
AGAIN: dict[type[Command], type[Entry]] = {SetRole: ReportFiled}  # what is told again, with less in it
PLACES = {"r": Where.ROOM, "c": Where.COMMUNITY, "w": Where.STEWARDS}


def refusal_is_declared(command: type[Command], reply: Refused) -> None:
    declared = {code.code for code in effects.refusals(command, guest=command in GUESTS)}
    assert reply.code in declared, f"{command.__name__} is never said to be refused with {reply.code}"


def entry_is_declared(command: type[Command], account: str, entry: Entry) -> None:
    where = PLACES.get(entry.log[0], Where.OWN if entry.log == account else Where.THEIRS)
    declared = [(told.event, told.where) for told in EFFECTS[command].events]
    if where is Where.OWN and (type(entry), Where.THEIRS) in declared:
        return  # it concerned oneself: a steward answers a report of their own
    assert (type(entry), where) in declared, (
        f"{command.__name__} is never said to cause {type(entry).__name__} in {where}"
    )


def watch_rules() -> None:
    """Every rule of the store, in either backend, is watched from now on."""
    for command, rule in RULES.items():
        RULES[command] = _watched(command, rule)


def _watched(command: type[Any], rule: Callable[..., Entry]) -> Callable[..., Entry]:
    @wraps(rule)
    def watched(tx: Any, account: str, asked: Any) -> Entry:
        before = len(tx.stored)
        entry = rule(tx, account, asked)
        for stored in tx.stored[before:]:
            again = stored.event.blank or type(stored.event) is AGAIN.get(command)  # one that was there before
            if not again:
                entry_is_declared(command, account, stored.event)
        return entry

    return watched
