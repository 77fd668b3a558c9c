"""Feeds: what a corner's owner made public, as Atom, for whoever asks; and nothing else of anybody's."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from among_server.handlers import feeds
from among_server.limits import CONNECT_UNITS, FEED_BYTES, FEED_POSTS, FEED_UNITS
from tests.wire.house import House, Peer, serving

ATOM = "{http://www.w3.org/2005/Atom}"
PATH = "/feeds/garden/bob.atom"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


async def get(house: House, path: str = PATH, method: str = "GET", **headers: str) -> tuple[Peer, bytes]:
    peer = await house.connect()
    lines = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    await peer.request(f"{method} {path} HTTP/1.1\nHost: localhost\n{lines}\n")
    return peer, await peer.rest()


class Author:
    """Bob, and his corner of the garden."""

    def __init__(self, peer: Peer, community: str) -> None:
        self.peer = peer
        self.community = community
        self._nonces = 0

    async def asks(self, type_: str, **fields: Any) -> Any:
        self._nonces += 1
        return (await self.peer.result(type_, nonce=f"f{self._nonces}", **fields))["entry"]

    async def posts(self, title: str, body: str) -> Any:
        return await self.asks("post.publish", community=self.community, title=title, body=body)

    async def updates(self, **fields: Any) -> Any:
        return await self.asks("corner.update", community=self.community, **fields)


async def author(house: House) -> Author:
    await house.person("ann")
    bob = await house.person("bob")
    community = (await bob.result("community.read", community="garden"))["community"]["id"]
    return Author(bob, community)


def parsed(body: bytes) -> ET.Element:
    """Held to what RFC 4287 demands of a feed and its entries."""
    feed = ET.fromstring(body)
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert len(feed.findall(ATOM + name)) == 1
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    (self_,) = [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert self_.get("href", "").startswith(("http://", "https://"))
    ids = [feed.findtext(f"{ATOM}id")]
    for entry in feed.findall(f"{ATOM}entry"):
        for name in ("id", "title", "updated"):
            assert len(entry.findall(ATOM + name)) == 1
        assert len(entry.findall(f"{ATOM}content")) + len(entry.findall(f"{ATOM}summary")) == 1
        assert [link.get("rel") for link in entry.findall(f"{ATOM}link")] == ["alternate"]
        ids.append(entry.findtext(f"{ATOM}id"))
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"tag:[^,]+,\d{4}-\d\d-\d\d:\S+", id or "") for id in ids)
    for time in [*feed.iter(f"{ATOM}updated"), *feed.iter(f"{ATOM}published")]:
        assert RFC_3339.fullmatch(time.text or "")
    return feed


async def test_a_public_corner_is_a_feed_that_readers_understand(tmp_path):
    async with serving(tmp_path, url="wss://chat.example/v1") as house:
        bob = await author(house)
        await bob.updates(title="Beans & more", public=True)
        first = await bob.posts("One <b>", "First.\nLine two.\n\nNew & <script>alert(1)</script> paragraph.")
        await bob.asks("post.edit", room=first["log"], post=first["seq"], title="Uno <b>")
        await bob.posts("Two", "Second.")
        peer, body = await get(house)
        assert (peer.status, peer.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
        assert peer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in peer.headers["content-security-policy"]
        feed = parsed(body)
        assert feed.findtext(f"{ATOM}title") == "Beans & more"
        assert feed.findtext(f"{ATOM}author/{ATOM}name") == "@bob"
        assert [link.get("href") for link in feed.findall(f"{ATOM}link")] == [
            "https://chat.example/feeds/garden/bob.atom", "among://chat.example/garden/@bob",
        ]  # fmt: skip
        newest, oldest = feed.findall(f"{ATOM}entry")
        assert newest.findtext(f"{ATOM}title") == "Two"
        assert oldest.findtext(f"{ATOM}title") == "Uno <b>"
        assert oldest.findtext(f"{ATOM}published") == first["at"]
        assert oldest.findtext(f"{ATOM}updated", "") > first["at"]
        content = oldest.find(f"{ATOM}content")
        assert content is not None
        assert (content.get("type"), content.text) == (
            "html",
            "<p>First.<br>Line two.</p><p>New &amp; &lt;script&gt;alert(1)&lt;/script&gt; paragraph.</p>",
        )


async def test_auz_03_what_is_not_public_is_like_what_is_not_there(tmp_path):
    """To the byte, whatever is asked for."""
    canary = "canary-of-the-corner"
    async with serving(tmp_path) as house:
        bob = await author(house)
        post = await bob.posts(canary, canary)
        await bob.updates(title=canary)
        answers = set()

        async def asks(path: str) -> None:
            peer, body = await get(house, path)
            peer.headers.pop("date", None)
            answers.add((peer.status, tuple(sorted(peer.headers.items())), body))

        for path in (
            PATH, "/feeds/garden/ann.atom", "/feeds/garden/nobody.atom", "/feeds/nowhere/bob.atom", "/feeds/",
            "/feeds/garden", "/feeds/garden/bob", f"/feeds/garden/{post['log']}.atom", f"/feeds/{bob.community}/bob.atom",
            "/feeds/garden/bob.atom/", "/feeds/../feeds/garden/bob.atom", "/feeds/garden/%62ob.atom", "/feeds/garden/bob.atom?x",
            "/feeds/garden/b'b.atom",
        ):  # fmt: skip
            await asks(path)
        await bob.updates(public=True)
        assert canary.encode() in (await get(house))[1]
        await bob.updates(public=False)
        await asks(PATH)
        await bob.updates(public=True)
        ann = next(peer for peer in house.peers if peer is not bob.peer)
        await ann.result("community.update", nonce="u1", community=bob.community, door="invite", listed=False)
        await asks(PATH)
        await ann.result("community.update", nonce="u2", community=bob.community, listed=True)
        await bob.asks("community.leave", community=bob.community)
        await asks(PATH)
        assert [status for status, _, _ in answers] == [404], answers
        assert canary not in str(answers)


async def test_a_feed_holds_no_more_of_its_author_than_members_see(tmp_path):
    async with serving(tmp_path) as house:
        bob = await author(house)
        await bob.asks("account.update", display_name="Bob B.", bio="canary of the bio")
        await bob.updates(public=True)
        await bob.posts("One", "First.")
        _, body = await get(house)
        assert parsed(body).findtext(f"{ATOM}author/{ATOM}name") == "Bob B. (@bob)"
        assert b"canary" not in body
        assert b"a_" not in re.sub(rb"r_[a-z2-7]{16}", b"", body), "an account's id"
        assert not re.search(rb"\b[am]_[a-z2-7]{16}", body)


async def test_who_has_it_already_is_told_so_and_told_when_it_changes(tmp_path):
    async with serving(tmp_path) as house:
        bob = await author(house)
        await bob.updates(public=True)
        post = await bob.posts("One", "First.")
        peer, body = await get(house)
        tag, since = peer.headers["etag"], peer.headers["last-modified"]
        length = peer.headers["content-length"]
        assert int(length) == len(body)
        for headers in (
            {"If_None_Match": tag}, {"If_None_Match": f'"other", W/{tag}'}, {"If_None_Match": "*"},
            {"If_Modified_Since": since}, {"If_None_Match": tag, "If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        ):  # fmt: skip
            peer, body = await get(house, **headers)
            assert (peer.status, body, peer.headers["etag"]) == (304, b"", tag), headers
        tomorrow = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
        for headers in (
            {"If_None_Match": '"other"'}, {"If_None_Match": '"other"', "If_Modified_Since": tomorrow},
            {"If_Modified_Since": "nonsense"}, {"If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        ):  # fmt: skip
            assert (await get(house, **headers))[0].status == 200, headers
        head, body = await get(house, method="HEAD")
        assert (head.status, body, head.headers["content-length"]) == (200, b"", length)
        await bob.asks("post.edit", room=post["log"], post=post["seq"], body="First, again.")
        peer, body = await get(house, If_None_Match=tag)
        assert peer.status == 200
        assert b"First, again." in body


async def test_what_is_deleted_is_gone_from_the_feed_at_once(tmp_path):
    async with serving(tmp_path) as house:
        bob = await author(house)
        await bob.updates(public=True)
        post = await bob.posts("One", "canary of the feed")
        peer, _ = await get(house)
        await bob.asks("post.delete", room=post["log"], post=post["seq"])
        again, body = await get(house, If_None_Match=peer.headers["etag"])
        assert again.status == 200
        assert b"canary" not in body
        assert not parsed(body).findall(f"{ATOM}entry")


async def test_inp_05_a_feed_has_so_many_posts_and_so_many_bytes(tmp_path, monkeypatch):
    async with serving(tmp_path) as house:
        bob = await author(house)
        await bob.updates(public=True)
        for number in range(FEED_POSTS + 1):
            await bob.posts(f"Post {number}", "A line.\n" * 100)
        feed = parsed((await get(house))[1])
        titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
        assert titles == [f"Post {number}" for number in range(FEED_POSTS, 0, -1)]
        assert FEED_BYTES > FEED_POSTS * 800
        assert not feed.findall(f".//{ATOM}summary")
        monkeypatch.setattr(feeds, "FEED_BYTES", 2_000)
        feed = parsed((await get(house))[1])
        assert (len(feed.findall(f".//{ATOM}content")), len(feed.findall(f".//{ATOM}summary"))) == (2, FEED_POSTS - 2)


async def test_inp_05_a_feed_costs_the_address_that_asks(tmp_path):
    trusted = {"trusted_proxies": ("127.0.0.0/8",), "address_budget": 2 * FEED_UNITS + 2 * CONNECT_UNITS + 20}
    async with serving(tmp_path, **trusted, address_budget_per_second=1) as house:
        await author(house)
        for _ in range(2):
            assert (await get(house, X_Forwarded_For="192.0.2.7"))[0].status == 404
        peer, _ = await get(house, X_Forwarded_For="192.0.2.7")
        assert peer.status == 429
        assert int(peer.headers["retry-after"]) > 0
        assert (await get(house, X_Forwarded_For="192.0.2.8"))[0].status == 404
        assert (await get(house, X_Forwarded_For="nonsense"))[0].status == 400


@pytest.mark.parametrize("text", ["\uffff\ufffe", "]]>", "&amp;&#0;", "\u202egnp", "<p>", "\t\n\tx", "\U0010ffff"])
async def test_a_feed_is_well_formed_whatever_was_written(tmp_path, text):
    async with serving(tmp_path) as house:
        bob = await author(house)
        await bob.updates(public=True)
        await bob.posts("x" if not text.strip().isprintable() else text, f"{text} body")
        feed = parsed((await get(house))[1])
        content = feed.findtext(f".//{ATOM}content")
        assert content is not None
        assert "<script" not in content


async def test_who_leaves_before_the_answer_disturbs_nobody(tmp_path):
    async with serving(tmp_path) as house:
        bob = await author(house)
        await bob.updates(public=True)
        for _ in range(5):
            peer = await house.connect()
            await peer.write(f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            peer.close()
        peer = await house.connect()
        await peer.write(f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n".encode())
        assert (await peer.rest()).count(b"HTTP/1.1 200") == 1, "one request, one answer"
        assert (await get(house))[0].status == 200


async def test_a_former_handle_leads_to_the_feed_until_it_is_hidden(tmp_path):
    async with serving(tmp_path) as house:
        bob = await author(house)
        await bob.updates(public=True)
        await bob.posts("One", "First.")
        nowhere = await answer_of(house, "/feeds/garden/nobody.atom")
        await bob.asks("persona.update", community=bob.community, persona={"handle": "moss"})
        peer, body = await get(house)
        assert (peer.status, peer.headers["location"]) == (301, "/feeds/garden/moss.atom")
        assert (peer.headers["cache-control"], b"First." in body) == ("no-store", False)
        assert (await get(house, "/feeds/Garden/BOB.atom"))[0].headers["location"] == "/feeds/garden/moss.atom"
        peer, body = await get(house, "/feeds/garden/moss.atom")
        assert (peer.status, b"First." in body) == (200, True)
        for type_, fields, hidden in (
            ("persona.update", {"persona": {"shown": {"lineage": "stewards"}}}, True),
            ("persona.update", {"persona": {"shown": {"lineage": "members"}}}, False),
            ("corner.update", {"public": False}, True),
            ("corner.update", {"public": True}, False),
            ("community.leave", {}, True),
        ):
            await bob.asks(type_, community=bob.community, **fields)
            answer = await answer_of(house, PATH)
            assert (answer == nowhere) is hidden, (type_, fields)
            assert hidden or answer[0] == 301


async def test_a_handle_that_somebody_goes_by_leads_to_nobody_who_did(tmp_path):
    async with serving(tmp_path) as house:
        bob = await author(house)
        await bob.updates(public=True)
        for handle in ("moss", "bob"):  # a mistake that was mended at once
            await bob.asks("persona.update", community=bob.community, persona={"handle": handle})
        assert (await get(house))[0].status == 200
        assert (await get(house, "/feeds/garden/moss.atom"))[0].status == 404, "what was mended never was"


async def answer_of(house: House, path: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    peer, body = await get(house, path)
    peer.headers.pop("date", None)
    return peer.status, tuple(sorted(peer.headers.items())), body


async def test_a_feed_keeps_its_ids_when_its_author_takes_another_name(tmp_path):
    async with serving(tmp_path) as house:
        bob = await author(house)
        await bob.updates(public=True)
        await bob.posts("One", "First.")
        before = parsed((await get(house))[1])
        await bob.asks("account.update", display_name="Robert")
        after = parsed((await get(house))[1])
        assert [one.text for one in before.iter(f"{ATOM}id")] == [one.text for one in after.iter(f"{ATOM}id")]
        assert after.findtext(f"{ATOM}author/{ATOM}name") == "Robert (@bob)"
