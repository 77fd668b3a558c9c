"""What one has begun to write; every other device of the account is told. See store/rules/drafts.py."""

from among_protocol.base import Time
from among_protocol.drafts import Draft, DraftChanged, Drafts, DraftState, ListDrafts, SetDraft
from among_protocol.fields import post

from ..core.context import Context
from ..limits import DRAFTS_PER_ACCOUNT


async def set_draft(context: Context, command: SetDraft) -> DraftState:
    """Blank is as good as empty: who has only typed a space has begun nothing."""
    text = "" if command.text.isspace() else post(command.text, field="text", empty=True)
    account = context.person.account.id
    context.admit()
    state = await context.store.set_draft(account, command.place, text, thread=command.thread)
    told = DraftChanged(place=state.place, thread=state.thread, fingerprint=state.fingerprint, at=state.at)
    context.tell_devices(account, f"draft {state.place} {state.thread}", told)
    return state


def published(context: Context, account: str, community: str, at: Time) -> None:
    """Where a post was published, there is no draft of it any more: the store has cleared it."""
    context.tell_devices(account, f"draft {community} 0", DraftChanged(place=community, fingerprint="", at=at))


async def list_drafts(context: Context, command: ListDrafts) -> Drafts:
    wanted = DRAFTS_PER_ACCOUNT + 1
    after = (command.after, command.after_thread)
    rows = await context.store.drafts(context.person.account.id, after, wanted, places=command.places)
    last = (rows[-1].place, rows[-1].thread) if rows else after
    states = await context.store.draft_states(context.person.account.id)
    left = [one for one in states if (one.place, one.thread) > last and one.place in (command.places or (one.place,))]
    drafts = [
        Draft(place=row.place, thread=row.thread, text=row.text, fingerprint=row.fingerprint, at=row.at) for row in rows
    ]
    return Drafts(drafts=drafts, complete=not left)
