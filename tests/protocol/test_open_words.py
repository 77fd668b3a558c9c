"""A server of tomorrow says words that a client of today does not know: they are read, not refused."""

import pytest

from among_protocol.logs import Sync
from among_protocol.wire import ENCODINGS, JSON, Encoding


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=lambda encoding: encoding.subprotocol)
def test_new_kinds_of_logs_rooms_and_roles_are_read(encoding: Encoding):
    result = {
        "epoch": "e",
        "logs": [{"log": "s_1", "kind": "stewards", "status": "frozen", "head": 3}],
        "communities": [
            {
                "community": {"id": "c", "slug": "garden", "name": "Garden"},
                "member": "m",
                "rev": 1,
                "role": "gardener",
                "rooms": [{"id": "r", "slug": "stage", "kind": "announcement"}],
                "as_of": 1,
            }
        ],
    }
    ok = encoding.decode_server(encoding.encode({"type": "ok", "id": "1", "result": result})).ok
    assert ok is not None
    started = encoding.decode_result(Sync.Reply, ok.result)
    assert (started.logs[0].kind, started.logs[0].status) == ("stewards", "frozen")
    assert (started.communities[0].role, started.communities[0].rooms[0].kind) == ("gardener", "announcement")


def test_a_refusal_of_a_new_class_is_read():
    refused = JSON.decode_server(b'{"type":"refused","id":"1","code":"x.new","class":"later","message":"m"}').refused
    assert refused is not None
    assert refused.kind == "later"
