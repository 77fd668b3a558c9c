"""The core of the JavaScript client keeps what the Python one keeps: the same tests, against the same model of a server."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.protocol import faults, test_client_link, test_client_resume, test_client_writes

from . import core, node

pytestmark = node.needed()

SUITES: tuple[ModuleType, ...] = (test_client_link, test_client_resume, test_client_writes)
PYTHON_ALONE = {
    "test_any_byte_is_a_sign_of_life": "a page does not see the pings of the server: it asks for a sign of life itself",
    "test_wake_is_never_later_than_what_is_due": "it wakes earlier, for that",
    "test_each_step_has_its_time": "likewise; see core.test.mjs",
    "test_positions_beyond_what_a_sync_may_name_are_left_out": "looks inside; see core.test.mjs",
    "test_back_off_grows_to_a_bound_with_full_jitter": "asks the Python class",
    "test_back_off_starts_anew_after_a_stable_connection_only": "asks the Python class",
    "test_an_answer_to_sync_that_cannot_be_read_dooms_the_connection": "it has no schema at run time",
    "test_a_result_that_cannot_be_read_fails_the_command": "it has no schema at run time",
    "test_what_the_protocol_does_not_allow_is_refused_before_it_is_sent": "it has no schema at run time",
    "test_what_has_no_form_on_the_wire_is_refused_before_it_is_sent": "the bridge could not carry it; see core.test.mjs",
}

for suite in SUITES:
    for name in [name for name in vars(suite) if name.startswith("test_") and name not in PYTHON_ALONE]:
        # Without its id: the proof of a promise must not depend on Node.
        globals()[f"test_{name.removeprefix('test_').removeprefix('dur_').lstrip('0123456789_')}"] = vars(suite)[name]


@pytest.fixture(scope="module", autouse=True)
def javascript() -> Iterator[None]:
    core.Client.bridge = core.Bridge()
    with pytest.MonkeyPatch.context() as patch:
        for module in (faults, test_client_link):
            patch.setattr(module, "Client", core.Client)
        yield
    core.Client.bridge.end()


@pytest.mark.parametrize("script", sorted(Path(__file__).parent.glob("*.test.mjs")), ids=lambda path: path.name)
async def test_by_nodes_own_runner(script: Path):
    await node.run("--test", script)


def test_all_that_is_left_out_is_there():
    everything: dict[str, Any] = {name: True for suite in SUITES for name in vars(suite)}
    assert set(PYTHON_ALONE) <= everything.keys()
