"""The AsyncAPI document as it is, before AsyncAPI's own parser: all of it at once."""

import pytest

from among_protocol.schema import asyncapi
from tests.js import node
from tests.protocol.test_asyncapi import all_is_well, judged


@pytest.mark.soak(seconds=80)
@node.needed("@asyncapi/parser")
async def test_asyncapis_own_parser_finds_nothing_wrong_with_the_whole():
    all_is_well(await judged(asyncapi.FILE, "whole"))
