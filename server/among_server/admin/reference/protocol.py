"""docs/reference/protocol.md: the prose of protocol.template.md, with all in it that the code knows better.

A line `{name}` or `{name argument}` of the template is replaced by what the function of that name in `FILLERS` gives.
"""

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from typing import get_args

from msgspec import Struct

from among_protocol import meanings
from among_protocol.advice import ADVICE
from among_protocol.base import Command, Entry, Event, Ok, Refused, Write
from among_protocol.codes import CLASSES, ERROR_CODES, CloseCode, ErrorCode, comes_back
from among_protocol.effects import ALWAYS, EFFECTS, SIGNED_IN, STORED, WRITTEN
from among_protocol.export import AnyExported
from among_protocol.kit.rules import RULES
from among_protocol.session import Hello, Limits
from among_protocol.wire import COMMANDS, ENTRIES, EVENTS, tag_of

from ... import limits
from ...config import Config
from ...core.policy import POLICY, Who
from ...handlers import ROUTES
from ...rights import RIGHTS
from .shapes import link, mark, struct_link, table
from .talk import heard, laid, talk

NOUNS = {  # the first word of a command: what it is about
    "session": "Sessions",
    "log": "Logs",
    "account": "Accounts",
    "block": "Blocks",
    "community": "Communities",
    "rules": "Rules of a community",
    "join": "Asking to be let in",
    "invite": "Invites to a community",
    "persona": "Personas",
    "member": "Members",
    "ban": "Bans",
    "report": "Reports",
    "portrait": "Portraits",
    "interest": "Interests",
    "tag": "Tags",
    "quote": "Quotes",
    "welcome": "Welcome",
    "greeter": "Greeters",
    "newcomer": "Newcomers",
    "reach": "Reach",
    "room": "Rooms",
    "direct": "Directs",
    "message": "Messages",
    "pin": "Pins",
    "bookmark": "Bookmarks",
    "reaction": "Reactions",
    "thread": "Threads",
    "corner": "Corners",
    "post": "Posts",
    "draft": "Drafts",
    "marker": "Read markers",
    "inbox": "Inbox",
    "notify": "What is worth a bell",
    "dnd": "Do not disturb",
    "presence": "Presence",
    "status": "Status",
    "card": "Cards",
    "typing": "Typing",
}
WHO = {
    Who.ANYONE: "anybody, before and after signing in",
    Who.GUEST: "whoever has not signed in yet on this connection",
    Who.ACCOUNT: "anybody signed in",
    Who.MEMBER: "members of the community",
    Who.AUDIENCE: "the people of the room: in an open one all members of its community",
    Who.OWNER_OF_LOG: "whoever may hear the log: its own account, the members, the people of the room, the stewards",
}
SIDES = {"server": "Server", "client": "Client", "both": "Both"}
HEAD = {"type", "id", "nonce", "log", "seq", "at", "by", "rev", "from"}  # of every entry


def doc(struct: type[Struct]) -> str:
    return inspect.cleandoc(struct.__doc__ or "")


def rules(part: str) -> str:
    """The sentences of one part, each under an anchor of its own."""
    found = [rule for rule in RULES.values() if rule.id.split(".")[0] == part]
    return "\n".join(
        f'- <a id="{rule.anchor}"></a>**{SIDES[rule.by]}.** {rule.text} [¶](#{rule.anchor} "{rule.id}")'
        for rule in found
    )


def commands() -> str:
    parts, noun = [], ""
    for command in COMMANDS:
        first = tag_of(command).split(".")[0]
        if first != noun:
            noun = first
            parts.append(f"### {NOUNS[noun]}\n")
        parts.append(_command(command))
    return "\n".join(parts)


def _command(command: type[Command]) -> str:
    tag, effects = tag_of(command), EFFECTS[command]
    cost = ROUTES[command].cost
    written = " It writes entries, and so takes a [nonce](#nonces)." if issubclass(command, Write) else ""
    lines = [
        f"#### {tag}\n{mark('command', tag)}\n",
        doc(command) + written + "\n",
        f"Asked by {_who(command)}. Costs {cost} unit{'s' * (cost > 1)}.\n",
        table(command, without=("id", "nonce")),
        f"**Answers** {_answer(command)}",
    ]
    if told := _refused(command):
        lines.append(f"**Refused** with {told}.\n")
    if effects.events:
        events = [
            f"- {struct_link(one.event)}: {'in' if issubclass(one.event, Entry) else 'to'} {one.where.value}"
            f"{', ' + one.when if one.when else ''}"
            for one in effects.events
        ]
        lines.append("**Causes**\n\n" + "\n".join(events) + "\n")
    if effects.limits:
        lines.append(f"**Limits**: {', '.join(link('limit', name) for name in effects.limits)}.\n")
    lines.append(f"**Example**\n\n{talk(tag)}")
    return "\n".join(lines)


def _refused(command: type[Command]) -> str:
    """With what of its own; what is shared by many is told once, elsewhere."""
    named = [link("error", code.code) for code in EFFECTS[command].refusals if code not in STORED]
    if set(STORED) & set(EFFECTS[command].refusals):
        named.append("what is [stored](#any-refusal) can be")
    return ", ".join(named)


def _who(command: type[Command]) -> str:
    rule = POLICY[command]
    if rule.right is None:
        return WHO[rule.who]
    roles = [f"{role}s" for role in RIGHTS if rule.right in RIGHTS[role]]
    if len(roles) == len(RIGHTS):
        return WHO[rule.who]
    return f"{WHO[rule.who]}; in communities and their open rooms that takes the right `{rule.right}`, which {' and '.join(roles)} have"


def _answer(command: type[Command]) -> str:
    reply = command.Reply
    if not reply.__struct_fields__:
        return "an empty `result`.\n"
    if issubclass(command, Write):
        kinds = meanings.within(reply)[1:]
        entries = " or ".join(struct_link(kind) for kind in kinds if issubclass(kind, Entry))
        said = meanings.of_fields(reply)["entry"]
        said = "" if said == meanings.EVERYWHERE["entry"] else f" {said}"
        return f"`entry`, {entries}{said}, and `repeat`, which is true when this [nonce](#nonces) was carried out before.\n"
    if _is_shared(reply):
        return f"{struct_link(reply)}.\n"
    about = _own_doc(reply).strip()
    return f"{mark('object', reply.__name__)}with\n\n{table(reply)}{about and f'{chr(10)}{about}{chr(10)}'}"


def _is_shared(reply: type[Struct]) -> bool:
    """Whether more than one command answers with this, so that it has a place among the objects."""
    return _inside()[reply] > 1


@cache
def _inside() -> Counter[type[Struct]]:
    """How many commands answer with each, by itself or inside of another."""
    return Counter(struct for command in COMMANDS for struct in meanings.within(command.Reply))


def events() -> str:
    parts = ["### Entries\n", _entry(), *(_event(event) for event in ENTRIES)]
    parts += ["### Notices\n", _notices(), *(_event(event) for event in EVENTS if event not in ENTRIES)]
    return "\n".join(parts)


def _entry() -> str:
    return f"{mark('entries', 'head')}{doc(Entry)}\n\nAll of them have these fields:\n\n{table(Entry)}"


def _notices() -> str:
    return (
        "Events without a number: what is said about the connection itself, registers, typing and presence. A client that "
        "was away is not told of them again; `session.sync` tells registers as they are.\n"
    )


def _event(event: type[Event]) -> str:
    tag = tag_of(event)
    lines = [f"#### {tag}\n{mark('event', tag)}\n", doc(event) + "\n"]
    lines.append(table(event, without=HEAD if issubclass(event, Entry) else ()))
    told = [(command, one) for command in COMMANDS for one in EFFECTS[command].events if one.event is event]
    if told:
        causes = ", ".join(dict.fromkeys(link("command", tag_of(command)) for command, _ in told))
        places = " or ".join(dict.fromkeys(one.where.value for _, one in told))
        lines.append(f"**Caused by** {causes}. **{'In' if issubclass(event, Entry) else 'Told to'}** {places}.\n")
    if event is not Hello:
        lines.append(f"```text\n{laid(heard(tag), 0)}\n```\n")
    return "\n".join(lines)


def objects() -> str:
    """What is inside of commands, replies and events, by name."""
    told: set[type[Struct]] = {*COMMANDS, *EVENTS}
    inner = meanings.within(*COMMANDS, *EVENTS, *_replies(), *get_args(AnyExported), Ok, Refused)
    replies = set(_replies())
    told |= {one for one in replies if _written(one) or not _is_shared(one)}
    shown = [one for one in inner if one not in told and one not in (Limits, Ok, Refused)]
    return "\n".join(
        f"#### {one.__name__}\n{mark('object', one.__name__)}\n\n{_own_doc(one)}{table(one)}"
        for one in sorted(shown, key=lambda one: one.__name__)
        if one.__struct_fields__
    )


def _replies() -> Iterable[type[Struct]]:
    return [command.Reply for command in COMMANDS]


def _written(struct: type[Struct]) -> bool:
    """Whether this is the reply to a write, which all look alike."""
    return {"entry", "repeat"} == set(struct.__struct_fields__)


def _own_doc(struct: type[Struct]) -> str:
    return f"{doc(struct)}\n\n" if "__doc__" in vars(struct) and struct.__doc__ else ""


def frames() -> str:
    return (
        f"#### ok\n{mark('object', 'Ok')}\n\n{doc(Ok)}\n\n{table(Ok)}\n#### refused\n{mark('object', 'Refused')}\n\n"
        f"{doc(Refused)}\n\n{table(Refused)}"
    )


def errors() -> str:
    rows = ["| code | class | the sentence, if no better one | what to do next |", "|---|---|---|---|"]
    rows += [
        f"| {mark('error', code.code)}`{code.code}` | `{code.kind}` | {code.message} | {ADVICE[code]} |"
        for code in sorted(ERROR_CODES.values(), key=lambda code: (CLASSES.index(code.kind), code.code))
    ]
    return "\n".join(rows)


def any_refusal() -> str:
    """What every command may be refused with."""

    def named(found: Iterable[ErrorCode]) -> str:
        return ", ".join(link("error", code.code) for code in found)

    return (
        f"- Any frame: {named(ALWAYS)}.\n"
        f"- Whatever needs an account: {named(SIGNED_IN)}.\n"
        f"- Whatever writes entries: {named(WRITTEN)}; what is stored without a number (sessions, passwords, read markers, "
        "blocks): the last three."
    )


def close_codes() -> str:
    means = meanings.of_members(CloseCode)
    rows = ["| code | name | come back? | why |", "|---|---|---|---|"]
    rows += [
        f"| {mark('close', code.value)}{code.value} | {code.name.lower()} | {'yes' if comes_back(code) else 'no'} "
        f"| {means[code.name]} |"
        for code in CloseCode
    ]
    return "\n".join(rows)


def words() -> str:
    rows = ["| what | words | another word is |", "|---|---|---|"]
    for name, known in sorted(meanings.words().items()):
        means = known.comment.partition("; unknown: ")[0]
        rows.append(
            f"| {mark('words', name)}{_where_said(name)} | {means} | {known.unknown.replace('as ', 'treated as ')} |"
        )
    return "\n".join(rows)


def _where_said(name: str) -> str:
    """Which fields hold words of this set."""
    found = []
    for struct in meanings.within(*EVENTS, *_replies(), Refused):
        told = meanings.words()[name].comment
        found += [
            f"`{field}` of {struct_link(struct)}"
            for field, means in meanings.of_fields(struct).items()
            if told in means
        ]
    return ", ".join(dict.fromkeys(found))


def limits_table() -> str:
    config = Config()
    rows = ["| limit | by default | what one unit is | why |", "|---|---|---|---|"]
    for name in Limits.__struct_fields__:
        limit = limits.TABLE[name]
        rows.append(
            f"| {mark('limit', name)}`{name}` | {limits.value(limit, config):,} | {limit.unit} | {limit.reason} |"
        )
    return f"{mark('object', 'Limits')}\n\n" + "\n".join(rows)


def hello() -> str:
    return table(Hello)


def index() -> str:
    """Every command and event, in a line for each noun."""
    lines = []
    for noun, title in NOUNS.items():
        named = [tag_of(command) for command in COMMANDS if tag_of(command).split(".")[0] == noun]
        heard = [tag_of(event) for event in EVENTS if tag_of(event).split(".")[0] == noun]
        said = " · ".join(link("command", tag) for tag in named)
        told = " · ".join(link("event", tag) for tag in heard)
        lines.append(f"| {title} | {said} | {told} |")
    rest = [tag_of(event) for event in EVENTS if tag_of(event).split(".")[0] not in NOUNS]
    lines.insert(0, f"| The connection | | {' · '.join(link('event', tag) for tag in rest)} |")
    return "\n".join(["| about | commands | events |", "|---|---|---|", *lines])


def contents() -> str:
    """The headings of the page, in one paragraph."""
    headings = re.findall(r"^## (.*)$", _template(), re.MULTILINE)[2:]
    return " · ".join(f"[{heading}](#{heading.lower().replace(' ', '-')})" for heading in headings)


def _template() -> str:
    return resources.files(__package__).joinpath("protocol.template.md").read_text("utf-8")


FILLERS: dict[str, Callable[..., str]] = {
    "contents": contents,
    "rules": rules,
    "index": index,
    "commands": commands,
    "events": events,
    "objects": objects,
    "frames": frames,
    "errors": errors,
    "any_refusal": any_refusal,
    "close_codes": close_codes,
    "words": words,
    "limits": limits_table,
    "hello": hello,
    "talk": talk,
}


def page() -> str:
    """protocol.md"""

    def fill(found: re.Match[str]) -> str:
        return FILLERS[found.group(1)](*found.group(2).split())

    filled = re.sub(r"^\{(\w+)((?: [\w.-]+)*)\}$", fill, _template(), flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", filled)
