"""The sentences of the protocol are each there once, and under a heading."""

import tomllib
from importlib import resources

from among_protocol.kit.rules import PARTS, RULES


def test_each_rule_has_an_id_and_a_sentence_of_its_own():
    written = tomllib.loads(resources.files("among_protocol.kit").joinpath("rules.toml").read_text("utf-8"))["rule"]
    assert len(RULES) == len(written)
    assert len({rule.text for rule in RULES.values()}) == len(RULES)
    assert len({rule.anchor for rule in RULES.values()}) == len(RULES)
    assert [rule.text for rule in RULES.values() if not rule.text.endswith(".")] == []


def test_the_part_of_a_rule_is_the_first_word_of_its_id():
    parts = [part.id for part in PARTS]
    found = [rule.id.split(".")[0] for rule in RULES.values()]
    assert list(dict.fromkeys(found)) == [part for part in parts if part in found]
    assert set(found) <= set(parts)


def test_what_the_kit_does_not_ask_has_a_reason():
    assert [rule.id for rule in RULES.values() if rule.kit == bool(rule.why)] == []
