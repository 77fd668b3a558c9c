"""Suggestions of communities. What they are made of, and what they never tell, is in store/discovery.py."""

import datetime as dt

from among_protocol import codes
from among_protocol.base import Budget, Done
from among_protocol.codes import Refuse
from among_protocol.discovery import Discover, DismissCommunity, Suggestions

from ..core.context import Context

WHOSE = "discovery"  # the budget that is told


async def discover(context: Context, command: Discover) -> Suggestions:
    left = spend(context)
    account = context.person.account.id
    chance = f"{account}/{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    with context.logs.headway.made():
        found = await context.store.discover(account, command.limit, chance)
    return Suggestions(suggestions=found, budget=left)


async def dismiss(context: Context, command: DismissCommunity) -> Done:
    context.admit()
    await context.store.dismiss(context.person.account.id, command.community.lower(), dismissed=not command.again)
    return Done()


def spend(context: Context) -> Budget | None:
    """One answer that tells of what others care for. Gives what is left, when that is less than half. Raises Refuse."""
    at = context.now()
    bucket = context.services.discoveries.get(context.person.account.id, at)
    wait = bucket.take(1, at)
    if wait:
        sentence = "You have looked around very much today; go on a little later."
        raise Refuse(codes.RATE_LIMITED, sentence, retry_after_ms=wait)
    return bucket.told(WHOSE)
