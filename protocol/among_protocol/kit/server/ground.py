"""What the checks of a server stand on: a few accounts of the kit's own, a community, rooms.

`Ground` is of a whole run, `Scene` of one check. The people are ann, who founds the community, bob and cid, who join
it, and eve, who is outside. Their connections stay from check to check, since signing in and syncing cost a budget;
after a check that did not pass they are made anew. bob speaks MessagePack, the others JSON.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from ..checks import UNUSABLE, CannotTest, Checks, Fault, Skip, demand
from ..link import Link, NoHandshake, Received, address
from .peer import LONGEST_WAIT, REMEMBERED, Frame, Peer, nonce

PEOPLE = ("ann", "bob", "cid", "eve")
BINARY = {"bob"}
LETTERS = "abefghkpqtuxy34789"  # of which no two look alike, so that no handle looks like somebody's
SILENT = 4002  # the server closes so on who shows no sign of life
PATIENCE = 15.0  # seconds for a reply, where no budget is in the way
PASSWORD = "kit " + secrets.token_urlsafe(12)  # of all accounts of this run


class Account:
    """One that the kit uses."""

    def __init__(self, name: str, handle: str, password: str, token: str = "") -> None:
        self.name = name
        self.handle = handle
        self.password = password
        self.token = token
        self.id = ""
        self.member = ""  # in the kit's community


class Ground:
    """Of one run against one server."""

    def __init__(
        self,
        url: str,
        *,
        invite: str = "",
        given: Sequence[tuple[str, str]] = (),
        patience: float = PATIENCE,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.url = url
        self.invite = invite
        self.patience = patience
        self.given = given  # handles and passwords of accounts to use; none: the kit makes its own
        self.tag = "".join(secrets.choice(LETTERS) for _ in range(6))
        self.hello: Frame = {}
        self.accounts: dict[str, Account] = {}
        self.community = ""
        self.slug = f"kit-{self.tag}"
        self.second: tuple[str, str, str] | None = None  # another community: id, slug, room
        self.more: list[str] = []  # slugs of communities that checks founded for themselves
        self.rooms: list[str] = []  # that everybody but eve follows
        self.words = [f"kit {self.tag} one", f"kit {self.tag} two"]  # tags of the second community, as it gave them
        self.kept: dict[str, Peer] = {}  # connections of the people, from check to check
        self.tell = tell  # what takes long, for whoever waits

    @property
    def limits(self) -> dict[str, int]:
        limits: dict[str, int] = self.hello["limits"]
        return limits

    async def prepare(self) -> None:
        """Make accounts and a community. Raises CannotTest."""
        try:
            address(self.url)
        except ValueError as error:
            raise CannotTest(str(error)) from None
        scene = Scene(self)
        try:
            await scene.guest()
        except NoHandshake as error:
            raise CannotTest(f"{self.url} does not open a WebSocket: {error}. The path is mostly /v1.") from None
        except (OSError, TimeoutError) as error:
            raise CannotTest(f"{self.url} cannot be reached: {str(error) or 'no answer in time'}") from None
        except Fault as fault:
            raise CannotTest(f"{self.url} does not speak v1: expected {fault.expected}, came {fault.came}") from None
        try:
            for name in PEOPLE:
                await self._settle(scene, name)
            await self._found(scene)
        except Fault as fault:
            raise CannotTest(
                f"the accounts and the community of the test could not be made: expected {fault.expected}, "
                f"came {fault.came or 'something else'}"
            ) from None
        except UNUSABLE as error:
            raise CannotTest(
                "the accounts and the community of the test could not be made: an answer lacks something "
                f"({type(error).__name__}: {error})"
            ) from None
        finally:
            await scene.over()

    async def _settle(self, scene: "Scene", name: str) -> None:
        """An account for this one of the people."""
        if self.given:
            handle, password = self.given[PEOPLE.index(name)]
            fields = {"handle": handle, "password": password, "device": "kit"}
            reply = await self._patiently(scene, name, "session.sign_in", **fields)
            if reply["type"] == "refused":
                raise CannotTest(f"{handle} cannot sign in: {reply['message']} ({reply['code']})")
            self.accounts[name] = account = Account(name, handle, password)
        else:
            self.accounts[name] = account = Account(name, f"kit-{self.tag}-{name}", PASSWORD)
            reply = await self.sign_up(scene, account)
            if reply["type"] == "refused":
                raise CannotTest(_no_account(reply, bool(self.invite)))
        account.token = reply["result"]["token"]
        account.id = reply["result"]["account"]["id"]

    async def sign_up(self, scene: "Scene", account: Account) -> Frame:
        """The reply to signing up."""
        more = {"invite": self.invite} if self.invite else {}
        fields = {"handle": account.handle, "password": account.password, "device": "kit", **more}
        return await self._patiently(scene, account.name, "session.sign_up", **fields)

    async def _patiently(self, scene: "Scene", name: str, type: str, **fields: Any) -> Frame:
        """The reply, after what waiting the server asks for. Raises CannotTest when that is too long."""
        while True:
            peer = await scene.guest(name)  # each time, since the one before may be late to sign in by now
            reply = await peer.reply(await peer.begin(type, **fields))
            if reply.get("class") != "wait":
                return reply
            pause = reply.get("retry_after_ms", 0) / 1000
            if pause > LONGEST_WAIT:
                raise CannotTest(f"the server lets nobody in for {pause:.0f} s: {reply['message']} ({reply['code']})")
            self.tell(f"the server says to wait for {pause:.0f} s: {reply['message']}")
            await asyncio.sleep(pause)

    async def _found(self, scene: "Scene") -> None:
        ann = await scene.again("ann")
        made = await ann.result("community.create", slug=self.slug, name="Conformance kit", about="Made by a test run.")
        self.community = made["entry"]["log"]
        self.accounts["ann"].member = (await ann.result("community.read", community=self.community))["member"]
        for name in ("bob", "cid"):
            peer = await scene.again(name)
            joined = await peer.result("community.join", community=self.slug)
            self.accounts[name].member = joined["entry"]["member"]

    async def leave(self) -> None:
        """Sign out everywhere; what was made stays, since there is no command that deletes it."""
        await self.drop()
        scene = Scene(self)
        try:
            for name, account in self.accounts.items():
                if account.token and not await self._signed_out(scene, name):
                    self.tell(f"{account.handle} could not be signed out")
        finally:
            await scene.over()

    def left_behind(self) -> str:
        """What the server has from now on, for its operator."""
        accounts = "" if self.given else f"{len(self.accounts)} accounts named kit-{self.tag}-…, and "
        made = [self.slug, *([self.second[1]] if self.second else []), *self.more]
        places = "the community" if len(made) == 1 else "the communities"
        names = " and ".join([", ".join(made[:-1]), made[-1]] if len(made) > 1 else made)
        return f"left on the server: {accounts}{places} {names}."

    async def _signed_out(self, scene: "Scene", name: str) -> bool:
        try:
            peer = await scene.again(name, synced=False)
            if not self.given:
                await peer.ask("session.revoke_others")
            await peer.ask("session.sign_out")
        except (Fault, NoHandshake, OSError, TimeoutError):
            return False
        return True

    async def drop(self) -> None:
        """Give up the connections that are kept."""
        kept, self.kept = self.kept, {}
        for peer in kept.values():
            await peer.link.drop()


class Scene:
    """What a check is given. Whatever it opens is closed behind it."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.wire: deque[str] = deque(maxlen=REMEMBERED)  # what was sent and came, for the report
        self._opened: list[Link] = []

    @property
    def limits(self) -> dict[str, int]:
        """As `hello` tells them."""
        return self.ground.limits

    def limit(self, name: str, most: int) -> int:
        """A limit of `hello`. Raises Skip where it is not told, or too great to be tried."""
        value: int = self.limits.get(name, 0)
        if not value:
            raise Skip(f"`limits.{name}` is not told")
        if value > most:
            raise Skip(f"`limits.{name}` is {value:,}: too much to try")
        return value

    # --- who is there

    async def guest(self, name: str = "guest", *, binary: bool = False, receive: int = 0) -> Peer:
        """A new connection that has heard hello. Raises NoHandshake, OSError."""
        peer = await Peer.open(
            name, self.ground.url, self.wire, patience=self.ground.patience, binary=binary, receive=receive
        )
        self._opened.append(peer.link)
        self.ground.hello = peer.hello
        return peer

    async def link(self, *subprotocols: str, query: str = "") -> Link:
        """A bare WebSocket. Raises NoHandshake, OSError."""
        self.wire.append(f"guest connects, asking for {', '.join(subprotocols) or 'no subprotocol'}")
        async with asyncio.timeout(self.ground.patience):
            link = await Link.open(self.ground.url + query, *subprotocols)
        self._opened.append(link)
        return link

    async def message(self, link: Link) -> Received:
        """The next frame on a bare WebSocket. Raises Fault when none comes in time, Ended."""
        try:
            async with asyncio.timeout(self.ground.patience):
                return await link.receive()
        except TimeoutError:
            raise Fault("a frame", f"nothing within {self.ground.patience:g} seconds") from None

    async def again(self, name: str, *, binary: bool | None = None, synced: bool = True, receive: int = 0) -> Peer:
        """One more connection of one of the people, by token."""
        account = self.ground.accounts[name]
        peer = await self.guest(name, binary=name in BINARY if binary is None else binary, receive=receive)
        signed = await peer.result("session.sign_in", token=account.token)
        account.id = signed["account"]["id"]
        peer.handle, peer.token, peer.account, peer.member = account.handle, account.token, account.id, account.member
        if synced:
            await peer.sync()
        return peer

    async def person(self, name: str) -> Peer:
        """One of the people, synced, on the connection that is kept, with half of their budget to spend at once."""
        peer = self.ground.kept.get(name)
        if peer is None:
            peer = await self.again(name)
            self._opened.remove(peer.link)
            self.ground.kept[name] = peer
        peer.listens(self.wire)
        try:
            await peer.rest()
            await peer.fence()
        except Fault:
            if peer.link.over is None or peer.link.over.code != SILENT:
                raise
            await self.goes(name)  # no check had read there for a while, and so nobody had answered pings
            return await self.person(name)
        return peer

    async def goes(self, name: str) -> None:
        """The connection that is kept ends; the next check makes a new one."""
        peer = self.ground.kept.pop(name, None)
        if peer is not None:
            await peer.link.close()

    async def people(self, *names: str) -> list[Peer]:
        return [await self.person(name) for name in names]

    async def newcomer(self, name: str) -> Peer:
        """Somebody with a new account, for what would spoil those of the people; signed in, not synced.

        Raises Skip where the kit may make no accounts."""
        if self.ground.given:
            raise Skip("needs an account of its own, and the accounts were given")
        account = Account(name, f"kit-{self.ground.tag}-{name}", PASSWORD)
        reply = await self.ground.sign_up(self, account)
        demand(reply["type"] == "ok", "`ok` to `session.sign_up`", reply)
        account.token = reply["result"]["token"]
        self.ground.accounts[name] = account
        return await self.again(name, synced=False)

    # --- where

    async def room(self) -> str:
        """An open room that ann, bob and cid follow. Others were here before: look at what is new."""
        if not self.ground.rooms:
            self.ground.rooms.append(await self.fresh_room("ann", "bob", "cid"))
        return self.ground.rooms[0]

    async def fresh_room(self, *names: str, kind: str = "open") -> str:
        """A new room of ann's, with these people of the community in it."""
        ann = await self.person("ann")
        slug = f"room-{secrets.token_hex(4)}"
        made = await ann.result("room.create", community=self.ground.community, slug=slug, kind=kind)
        room: str = made["entry"]["room"]
        for name in names:
            if name == "ann":
                continue
            peer = await self.person(name)
            if kind == "open":
                await peer.result("room.follow", room=room)
            else:
                await ann.result("room.add", room=room, member=peer.member)
            await peer.hears("room.followed", room=room)
        return room

    async def elsewhere(self) -> tuple[str, str, str]:
        """A second community of ann's, where only she is from check to check: its id, its slug, and a room of it."""
        ground = self.ground
        if ground.second is None:
            ann = await self.person("ann")
            slug = f"{ground.slug}-too"
            made = await ann.result("community.create", slug=slug, name="Conformance kit, too", tags=self.ground.words)
            community = made["entry"]["log"]
            room = (await ann.result("room.create", community=community, slug="hall"))["entry"]["room"]
            ground.second = (community, slug, room)
        return ground.second

    async def over(self) -> None:
        for link in self._opened:
            await link.close()


checks: Checks[Scene] = Checks("server")


def _no_account(reply: Frame, invited: bool) -> str:
    """Why there is no account to test with, and what to do."""
    code = reply["code"]
    if code in ("account.sign_up_closed", "session.insecure") or "invite" in code:
        mend = "with another --invite" if invited else "with --invite CODE (of a link that lets in at least twelve)"
        return f"the server takes no new account: {reply['message']} ({code}) Try {mend}, or with --accounts FILE."
    return f"the server takes no new account: {reply['message']} ({code})"


__all__ = ["Account", "Ground", "Scene", "checks", "nonce"]
