"""The types are what the code does, and a user's program finds its mistakes by them."""

import json

from . import node
from .declare import TSC, declarations

pytestmark = node.needed("typescript", "@types/node")


async def test_the_declarations_are_those_of_the_code():
    made = await declarations()
    kept = {name: (node.CLIENT / name).read_text("utf-8") for name in made}
    assert kept == made, "run `make schema`"


async def test_a_program_is_checked_by_them():
    options = {
        "strict": True,
        "noEmit": True,
        "module": "nodenext",
        "target": "es2022",
        "lib": ["es2024", "dom"],
        "noUncheckedIndexedAccess": True,
        "exactOptionalPropertyTypes": True,
        "noUnusedLocals": True,
    }
    config = {"compilerOptions": options, "files": [str(node.ROOT / "tests/js/user.ts")]}
    await node.run(TSC, "-p", node.script(json.dumps(config), "user.tsconfig.json"))


async def test_the_package_holds_all_that_it_needs_and_no_more():
    package = json.loads((node.CLIENT / "package.json").read_text("utf-8"))
    targets = [target for kinds in package["exports"].values() for target in kinds.values()]
    assert [target for target in targets if not (node.CLIENT / target).exists()] == []
    script = "import('among-protocol').then((all) => console.log(Object.keys(all).sort().join()))"
    out = await node.run(node.script(script, "exports.mjs"))
    assert out == "Among,AmongError,CLOSE_CODES,WRITES,connect\n"
