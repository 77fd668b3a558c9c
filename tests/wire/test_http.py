"""What the port answers to plain HTTP: who is told that the server is well, and who may see its numbers."""

import json

from prometheus_client.parser import text_string_to_metric_families

from among_protocol.wire import COMMANDS, tag_of
from among_server.edge.memory import container
from tests.wire.house import House, serving, until

TOKEN = "c5a4f2d19b7e4c0a"


async def get(house: House, path: str, **headers: str) -> tuple[int, bytes]:
    peer = await house.connect()
    lines = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    await peer.request(f"GET {path} HTTP/1.1\nHost: localhost\n{lines}\n")
    return peer.status, await peer.rest()


async def ready(house: House) -> tuple[int, str]:
    status, body = await get(house, "/readyz")
    return status, json.loads(body)["why"]


async def numbers(house: House) -> dict[str, float]:
    """Every sample, by its name with its labels."""
    status, body = await get(house, "/metrics")
    assert status == 200
    found = {}
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


async def test_ops_04_a_server_that_is_well_is_alive_and_ready(tmp_path):
    async with serving(tmp_path) as house:
        assert (await get(house, "/healthz"))[0] == 200
        assert await ready(house) == (200, "")


async def test_ops_04_while_nothing_can_be_stored_it_is_alive_and_not_ready(tmp_path):
    async with serving(tmp_path) as house:
        house.app.store._writer.trouble.why = "The database can't be written to (disk full)."  # type: ignore[attr-defined]  # of the store over SQLite
        assert await ready(house) == (503, "The database can't be written to (disk full).")
        assert (await get(house, "/healthz"))[0] == 200
        assert (await numbers(house))["among_ready"] == (await numbers(house))["among_store_up"] == 0


async def test_ops_04_while_it_stops_it_says_so_to_who_is_connected_already(tmp_path):
    async with serving(tmp_path) as house:
        early = await house.connect()
        await until(lambda: len(house.app.listener.connections) == 1)
        house.app.listener.stopping = True
        await early.request("GET /readyz HTTP/1.1\nHost: localhost\n\n")
        assert early.status == 503
        assert b"stopping" in await early.rest()


async def test_ops_04_short_of_memory_it_takes_no_newcomers_and_goes_on_for_the_others(tmp_path):
    async with serving(tmp_path, memory_mib=100_000) as house:
        ann = await house.person("ann")
        listener = house.app.listener
        listener.mind_memory(listener.memory.limit * 90 // 100)
        assert await ready(house) == (503, "the server is short of memory: 90% of the limit is used")
        assert (await get(house, "/healthz"))[0] == 200
        late = await house.connect()
        await late.shake()
        assert (late.status, late.headers["retry-after"]) == (503, "10")
        await ann.say("still here")
        assert (await numbers(house))["among_handshakes_refused_total{reason=memory}"] == 1
        listener.mind_memory(listener.memory.limit * 50 // 100)
        assert await ready(house) == (200, "")
        await house.guest()


async def test_con_03_full_it_cuts_who_has_most_waiting_and_answers_no_newcomer(tmp_path):
    async with serving(tmp_path, memory_mib=100_000) as house:
        ann, bob = await house.person("ann"), await house.person("bob")
        listener = house.app.listener
        hoarder = await house.guest()
        await hoarder.write(b"\x81\xfe\xff\xf0" + b"x" * 30_000)  # the beginning of a large frame
        await until(lambda: house.connection(hoarder).unread() >= 30_000)
        listener.mind_memory(listener.memory.limit * 95 // 100)
        assert await hoarder.rest() == b""
        late = await house.connect()
        assert await late.rest() == b""
        await ann.say("still here")
        while (heard := await bob.message())["type"] != "message.sent":
            pass
        assert heard["body"] == "still here"
        assert listener.aborted == {"memory": 1}
        assert listener.turned_away == {"memory": 1}


async def test_con_03_a_connection_that_is_gone_holds_nothing(tmp_path):
    """What refers to each other in a circle waits for the collector, which hardly ever comes."""
    async with serving(tmp_path) as house:
        hoarder = await house.guest()
        await hoarder.write(b"\x81\xfe\xff\xf0" + b"x" * 30_000)
        await until(lambda: house.connection(hoarder).unread() >= 30_000)
        held = house.connection(hoarder)
        hoarder.close()
        await until(lambda: not house.app.listener.connections)
        assert (held._buffer, held.session, held.context, held._library) == (b"", None, None, None)


def test_the_limit_of_a_container_is_found(tmp_path):
    def laid(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    laid(two="0::/a/b\n", one="9:cpu:/x\n4:memory:/docker/abc\n", none="0::/\n")
    assert container(tmp_path, tmp_path / "two") is None
    laid(cg__a__b__memory_dot_max="max\n", cg__a__memory_dot_max="536870912\n")
    laid(cg__a__memory_dot_current="5000\n", cg__a__memory_dot_stat="anon 1\ninactive_file 1000\nactive_file 500\n")
    found = container(tmp_path / "cg", tmp_path / "two")
    assert found is not None
    assert (found.limit, found.used()) == (536870912, 3500)
    assert container(tmp_path / "cg", tmp_path / "none") is None
    # The path of the host, as the first version of control groups shows it inside a container.
    (tmp_path / "cg/memory").mkdir()
    for name, text in (
        ("limit_in_bytes", "1000000"),
        ("usage_in_bytes", "700"),
        ("stat", "total_inactive_file 100\n"),
    ):
        (tmp_path / f"cg/memory/memory.{name}").write_text(text)
    found = container(tmp_path / "cg", tmp_path / "one")
    assert found is not None
    assert (found.limit, found.used()) == (1000000, 600)


async def test_the_numbers_count_what_happens(tmp_path):
    async with serving(tmp_path) as house:
        ann, bob = await house.person("ann"), await house.person("bob")
        before = await numbers(house)
        for number in range(3):
            await ann.say(f"{number}")
        await bob.write(b"\x81\x80\x00\x00\x00\x00")  # an empty frame
        refused = await bob.reply(await bob.begin("account.read", handle="nobody"))
        assert refused["type"] == "refused"
        after = await numbers(house)
        assert {tag for tag in after if tag.startswith("among_commands_total")} == {
            f"among_commands_total{{type={tag_of(command)}}}" for command in COMMANDS
        }
        grown = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
        assert grown["among_commands_total{type=message.send}"] == 3
        assert grown["among_log_deliveries_total"] == 6
        assert grown["among_log_flushed_entries_total"] == 3
        # The server may have had something of its own to write meanwhile.
        assert grown["among_store_batch_commands_count"] == grown["among_store_commit_seconds_count"] >= 3
        assert grown["among_malformed_frames_total"] == 1
        assert grown[f"among_refusals_total{{code={refused['code']}}}"] == 1
        assert after["among_sessions"] == after["among_accounts_present"] == 2
        assert after["among_store_file_bytes{file=database}"] > 0
        assert after["among_info{durability=full,version=0.1.0}"] == 1


async def test_the_numbers_are_for_this_machine_alone_and_no_proxy(tmp_path):
    async with serving(tmp_path) as house:
        assert (await get(house, "/metrics"))[0] == 200
        stranger = await get(house, "/nothing")
        assert stranger[0] == 404
        for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
            assert await get(house, "/metrics", **{header: "1.2.3.4"}) == stranger
        assert await get(house, "/metrics?token=x") == stranger
        assert await get(house, "/metrics", Authorization=f"Bearer {TOKEN}", Via="1.1 x") == stranger


async def test_where_there_is_a_token_only_the_token_opens(tmp_path):
    async with serving(tmp_path) as house:
        house.app.listener.metrics_token = TOKEN.encode()
        stranger = await get(house, "/nothing")
        for given in ("", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer", "Bearer \xff"):
            assert await get(house, "/metrics", Authorization=given) == stranger, given
        assert await get(house, "/metrics") == stranger
        assert (await get(house, "/metrics", Authorization=f"bearer  {TOKEN}", X_Forwarded_For="1.2.3.4"))[0] == 200
        peer = await house.connect()
        twice = f"Authorization: Bearer {TOKEN}\n" * 2
        await peer.request(f"GET /metrics HTTP/1.1\nHost: localhost\n{twice}\n")
        assert peer.status == 404


async def test_a_header_that_comes_twice_does_no_harm(tmp_path):
    async with serving(tmp_path) as house:
        peer = await house.connect()
        await peer.request("GET /v1 HTTP/1.1\nHost: localhost\nConnection: a\nConnection: b\n\n")
        assert peer.status == 426
