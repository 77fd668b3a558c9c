"""The JavaScript client takes texts apart as the Python one does: those of the examples, and any others."""

import json
import random
from pathlib import Path

import msgspec

from among_protocol.markup import escaped, parse, plain
from tests.protocol.test_markup import EXAMPLES, PIECES

from . import node

pytestmark = node.needed()

SCRIPT = """
import { readFileSync } from 'node:fs';
import { escaped, parse, plain } from 'MODULE';
const texts = JSON.parse(readFileSync('TEXTS', 'utf8'));
console.log(JSON.stringify(texts.map((text) => [parse(text), plain(parse(text)), escaped(text)])));
"""


async def test_they_take_any_text_apart_alike(tmp_path: Path):
    chance = random.Random(2026)
    texts = [one["text"] for one in EXAMPLES]
    texts += ["".join(chance.choices(PIECES, k=chance.randrange(50))) for _ in range(3000)]
    (tmp_path / "texts.json").write_text(json.dumps(texts), "utf-8")
    script = tmp_path / "markup.mjs"
    module = (node.CLIENT / "markup.js").as_uri()
    script.write_text(SCRIPT.replace("MODULE", module).replace("TEXTS", str(tmp_path / "texts.json")), "utf-8")
    theirs = json.loads(await node.run(script))
    for said, one in zip(texts, theirs, strict=True):
        assert one == [msgspec.to_builtins(parse(said)), plain(parse(said)), escaped(said)], repr(said)
