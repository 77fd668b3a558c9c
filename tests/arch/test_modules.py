"""What every module keeps to: a size one can hold in the head, and a reason beside each exception."""

import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("protocol/among_protocol", "server/among_server", "client_cli/among_cli")
BESIDE = ("tests", "bench", "examples", "scripts")
CEILING = 400  # lines; a longer file holds two things

# A code, then the reason in a comment of its own. Opting a whole file out has no form with a reason: it isn't done.
EXCEPTION = re.compile(r"#\s*(noqa|type:\s*ignore|ruff:|mypy:)", re.IGNORECASE)
CODES = r"(noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w-]+(,\s*[\w-]+)*\])"
WITH_REASON = re.compile(rf"#\s*{CODES}\s+#\s*\S.{{3,}}", re.IGNORECASE)


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def comments(module: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(module.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def test_no_module_is_longer_than_the_ceiling():
    sizes = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules(*PACKAGES)}
    assert {name: size for name, size in sizes.items() if size > CEILING} == {}


def test_every_exception_from_a_rule_says_why():
    bare = [
        f"{module.relative_to(ROOT)}:{line}: {text}"
        for module in modules(*PACKAGES, *BESIDE)
        for line, text in comments(module)
        if EXCEPTION.match(text) and not WITH_REASON.match(text)
    ]
    assert bare == []


def test_every_folder_of_modules_is_checked_for_its_types():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    checked = settings["tool"]["mypy"]["files"]
    assert {package.partition("/")[0] for package in (*PACKAGES, *BESIDE)} == set(checked)
    assert {path.parent.name for path in ROOT.glob("[!.]*/*.py")} <= set(checked)


def test_every_rule_left_out_says_why():
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    lists = re.findall(r'^(?:ignore|"[\w/.*]+") = \[\n(.*?)^\]', settings, re.DOTALL | re.MULTILINE)
    assert lists, "the lists of ignored rules have moved: mend this test"
    bare = [line for block in lists for line in block.splitlines() if not re.search(r'",\s+# \S.{5,}', line)]
    assert bare == []
