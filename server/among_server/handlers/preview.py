"""A community from outside. What may be shown is judged again once all of it was read: the door may have closed."""

from among_protocol.codes import COMMUNITY_GONE, Refuse
from among_protocol.members import PersonaRef
from among_protocol.preview import Preview, PreviewCommunity, PreviewRoom

from ..core.context import Context
from ..limits import PREVIEW_BYTES, PREVIEW_MESSAGES, PREVIEW_ROOMS
from ..store.rows import CommunityRow
from .invites import kept
from .session import now


async def preview(context: Context, command: PreviewCommunity) -> Preview:
    row, invited = await _found(context, command)
    rules = await context.store.rules(row.id, row.rules) if row.rules else None
    asked = await context.store.request(context.person.account.id, row.id)
    member = row.id in context.person.members
    found = Preview(
        community=row.shown((await context.store.tags_of([row.id])).get(row.id, [])),
        member=member,
        rules=rules.text if rules is not None else "",
        rules_version=row.rules,
        rules_required=bool(row.rules) and row.rules_required,
        questions=row.questions if member or row.door == "ask" else [],
        invited=invited,
        waiting=asked is not None and asked.waits(),
        again=asked.declined if asked is not None and asked.declined > now() else "",
    )
    if await _is_open(context, row):
        await _look_in(context, row, found)
        if not await _is_open(context, await visible(context, row.id)):
            found.rooms, found.people, found.portrait = [], [], []
    return found


async def _found(context: Context, command: PreviewCommunity) -> tuple[CommunityRow, bool]:
    """And whether an invite lets one in. Raises Refuse: `community.gone`, `session.too_many_tries`."""
    store, account = context.store, context.person.account.id
    row = await store.community(command.community.lower())
    invited = False
    if command.invite:
        tries, address = context.services.tries, context.session.address
        tries.secret(address, context.now())
        invited = await store.invited(account, row.id if row is not None else "", kept(command.invite))
        if invited:
            tries.right_secret(address, context.now())
    elif row is not None:
        invited = bool(await store.admission(account, row.id))
    if row is None or not (row.listed or invited or row.id in context.person.members):
        raise Refuse(COMMUNITY_GONE, field="community")
    return row, invited


async def visible(context: Context, community: str) -> CommunityRow:
    """By id or slug: one in the directory, or of one's own. Raises Refuse `community.gone`."""
    row = await context.store.community(community.lower())
    if row is None or not (row.listed or row.id in context.person.members):
        raise Refuse(COMMUNITY_GONE, field="community")
    return row


async def _is_open(context: Context, row: CommunityRow) -> bool:
    return row.door == "open" and not await context.store.banned(context.person.account.id, row.id)


async def _look_in(context: Context, row: CommunityRow, found: Preview) -> None:
    """The first open rooms, and of each the newest messages, as long as there is room for them."""
    left = PREVIEW_BYTES
    rooms = [room for room in await context.store.rooms(row.id) if room.kind == "open"][:PREVIEW_ROOMS]
    for room in rooms:
        shown = PreviewRoom(
            slug=room.slug, topic=room.topic, retention=room.retention, retention_since=room.retention_since
        )
        found.rooms.append(shown)
        page = await context.store.messages(room.id, before=None, after=None, around=None, limit=PREVIEW_MESSAGES)
        for message in [one for one in reversed(page.messages) if not one.blank]:
            left -= len(message.body.encode())
            if left < 0:
                break
            shown.messages.insert(0, message)
    wrote = {(one.by, one.rev): None for shown in found.rooms for one in shown.messages}
    portrait = await context.store.portrait(row.id, None)
    found.portrait = portrait.sections if portrait is not None else []
    found.people = await context.store.authors(row.id, [PersonaRef(member=by, rev=rev) for by, rev in wrote])
