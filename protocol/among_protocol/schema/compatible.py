"""What a change of the protocol breaks: two schemas compared, as a client and a server of different age would.

Both have to go on: an old client with a new server, a new client with an old server, and what is stored for ever. So
what a client may ask can only grow: more commands, more optional fields, more values. What a server tells keeps its
shape: it gets more events and more optional fields, and nothing else, since either side may be the older one.
"""

from typing import Any

Schema = dict[str, Any]

BOUNDS = {"minLength": 1, "minimum": 1, "minItems": 1, "minProperties": 1}  # more is narrower
BOUNDS |= {"maxLength": -1, "maximum": -1, "maxItems": -1, "maxProperties": -1}  # less is narrower
READ = {"$ref", "anyOf", "oneOf", "discriminator", "type", "enum", "properties", "required", "default", "items"}
SAID = {"title", "description", "examples", "deprecated"}  # for people


def breaks(old: Schema, new: Schema) -> list[str]:
    """A sentence for each thing that no longer holds; empty when all of it does."""
    return _Comparison(old["$defs"], new["$defs"]).documents(old, new)


class _Comparison:
    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old  # definitions
        self._new = new
        self._found: dict[str, None] = {}
        self._seen: set[tuple[str, str, bool]] = set()

    def documents(self, old: Schema, new: Schema) -> list[str]:
        for one in sorted(set(old["subprotocols"]) - set(new["subprotocols"])):
            self._say(one, "is not spoken any more")
        for name, was, now in self._kept("event", old["events"], new["events"]):
            self._compare(was["event"], now["event"], name, told=True)
            self._same(was, now, "numbered", name)
        for name, was, now in self._kept("command", old["commands"], new["commands"]):
            self._compare(was["command"], now["command"], name, told=False)
            self._compare(was["result"], now["result"], f"reply to {name}", told=True)
            self._same(was, now, "writes", name)
        archive = [
            {name: told for name, told in defs.items() if name.startswith("Exported")}
            for defs in (self._old, self._new)
        ]
        for name, was, now in self._kept("record", *archive):
            self._compare(was, now, name, told=True)
        for name, was, now in self._kept("error", old["errors"], new["errors"]):
            self._same(was, now, "class", name)
        for name, was, now in self._kept("close code", old["closeCodes"], new["closeCodes"]):
            self._same(was, now, "name", name)
            self._same(was, now, "comesBack", name)
        for name in ("Ok", "Refused"):  # what an `ok` holds was compared with its command
            was, now = (_without_result(defs[name]) for defs in (self._old, self._new))
            self._compare(was, now, name.lower(), told=True)
        return list(self._found)

    def _say(self, where: str, what: str) -> None:
        self._found[f"{where} {what}"] = None

    def _kept(self, what: str, old: Schema, new: Schema) -> list[tuple[str, Schema, Schema]]:
        for gone in sorted(old.keys() - new.keys()):
            self._say(f"{what} {gone}", "is gone")
        return [(f"{what} {name}", old[name], new[name]) for name in old if name in new]

    def _same(self, old: Schema, new: Schema, key: str, where: str) -> None:
        if old.get(key) != new.get(key):
            self._say(where, f"has another `{key}`: {old.get(key)!r} before, {new.get(key)!r} now")

    def _compare(self, old: Schema, new: Schema, where: str, *, told: bool) -> None:
        pair = (old.get("$ref", ""), new.get("$ref", ""), told)
        if all(pair[:2]):
            if pair in self._seen:
                return
            self._seen.add(pair)
        olds, news = _forms(old, self._old), _forms(new, self._new)
        for form in sorted(olds.keys() - news.keys()):
            self._say(where, f"may be {form} no longer")
        if told and "object" not in olds:  # an object of any type is among them: more types may come
            for form in sorted(news.keys() - olds.keys()):
                self._say(where, f"may now be {form}")
        for form in sorted(olds.keys() & news.keys()):
            self._form(olds[form], news[form], where, told=told)

    def _form(self, old: Schema, new: Schema, where: str, *, told: bool) -> None:
        self._words(old, new, where, told=told)
        for bound, narrower in BOUNDS.items():
            was, now = old.get(bound), new.get(bound)
            if was == now:
                continue
            tighter = was is None or (now is not None and (now - was) * narrower > 0)
            if told or tighter:
                self._say(where, f"has another `{bound}`: {was} before, {now} now")
        for inner in ("items", "additionalProperties"):
            if isinstance(old.get(inner), dict) and isinstance(new.get(inner), dict):
                self._compare(old[inner], new[inner], f"{where}[]", told=told)
            else:
                self._same(old, new, inner, where)
        for key in sorted((old.keys() | new.keys()) - READ - SAID - BOUNDS.keys() - {"additionalProperties"}):
            self._same(old, new, key, where)  # a word of JSON Schema that nothing here knows
        self._fields(old, new, where, told=told)

    def _words(self, old: Schema, new: Schema, where: str, *, told: bool) -> None:
        olds, news = old.get("enum", []), new.get("enum", [])
        for word in olds:
            if word not in news:
                self._say(where, f"may be {word!r} no longer")
        for word in news:
            if told and word not in olds:
                self._say(where, f"may now be {word!r}")

    def _fields(self, old: Schema, new: Schema, where: str, *, told: bool) -> None:
        olds, news = old.get("properties", {}), new.get("properties", {})
        had, has = set(old.get("required", [])), set(new.get("required", []))
        for name, was in olds.items():
            path = f"{where}: {name}"
            if name not in news:
                self._say(path, "is gone")
                continue
            now = news[name]
            if name in has - had:
                self._say(path, "must now be there")
            if told and name in had - has:
                self._say(path, "may now be left out")
            if name not in had | has and was.get("default") != now.get("default"):
                self._say(path, f"means {now.get('default')!r} when it is left out, and meant {was.get('default')!r}")
            self._compare(was, now, path, told=told)
        for name in sorted(has - had - olds.keys()):
            self._say(f"{where}: {name}", "is new and must be there")


def _without_result(ok: Schema) -> Schema:
    return ok | {"properties": {name: held for name, held in ok["properties"].items() if name != "result"}}


def _forms(schema: Schema, defs: Schema) -> dict[str, Schema]:
    """What a value may be: each type of JSON, and each type of frame, by its name."""
    if "$ref" in schema:
        return _forms(defs[schema["$ref"].removeprefix("#/$defs/")], defs)
    if "anyOf" in schema or "oneOf" in schema:
        found: dict[str, Schema] = {}
        for one in schema.get("anyOf") or schema["oneOf"]:
            found |= _forms(one, defs)
        return found
    tag = schema.get("properties", {}).get("type", {}).get("enum", [])
    if len(tag) == 1:
        return {f"`{tag[0]}`": schema}
    return {str(schema.get("type", "a word" if "enum" in schema else "anything")): schema}
