"""Cards: who somebody is, as the one who asks may see it."""

from typing import Any

from ..checks import demand
from .ground import Scene, checks
from .peer import Frame, Peer, nonce

WORDS = {"why": "for all members", "intro": "for stewards", "pronouns": "for nobody"}
SHOWN = {"why": "members", "intro": "stewards", "pronouns": "nobody"}


async def _card(peer: Peer, member: str, **more: Any) -> Frame:
    cards: list[Frame] = (await peer.result("card.read", members=[member], **more))["cards"]
    demand(len(cards) == 1 and cards[0].get("member") == member, f"the card of {member}", cards)
    return cards[0]


async def _claim(scene: Scene, peer: Peer) -> None:
    persona = {**WORDS, "shown": SHOWN}
    await peer.result("persona.update", nonce=nonce(), community=scene.ground.community, persona=persona)


def _of(card: Frame) -> Frame:
    return {name: card[name] for name in WORDS if name in card}


@checks("cards.audience")
async def a_field_is_on_the_card_of_those_for_whom_it_is(scene: Scene) -> None:
    """Say something for members, for stewards and for nobody; read the card as each."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    await _claim(scene, cid)
    for peer, who, kept in (
        (bob, "a member", ("why",)),
        (ann, "a steward", ("why", "intro")),
        (cid, "its owner", ("why", "intro", "pronouns")),
    ):
        card = await _card(peer, cid.member)
        expected = {name: WORDS[name] for name in kept}
        demand(_of(card) == expected, f"{expected} for {who}, and nothing of the rest", card)
        demand(card.get("handle") == cid.handle, f"`handle` {cid.handle}", card)


@checks("cards.preview")
async def a_preview_is_what_others_get(scene: Scene) -> None:
    """Read one's own card as others see it, and theirs of it; and somebody else's."""
    ann, bob, cid = await scene.people("ann", "bob", "cid")
    await _claim(scene, cid)
    for peer, as_ in ((bob, "members"), (ann, "stewards")):
        theirs, preview = await _card(peer, cid.member), await _card(cid, cid.member, **{"as": as_})
        for card in (theirs, preview):
            card.pop("common", None)
            card.pop("shared", None)
        demand(preview == theirs, "the card that they get", preview)
    await bob.refused("field.invalid", "card.read", members=[cid.member], **{"as": "members"})


@checks("cards.gone")
async def a_card_of_elsewhere_is_not_there(scene: Scene) -> None:
    """Ask for somebody of a community that one is not in, and for nobody."""
    bob, eve = await scene.people("bob", "eve")
    for member in (bob.member, "m_nobody"):
        result = await eve.result("card.read", members=[member])
        demand(result == {"cards": []}, "no cards", result)
