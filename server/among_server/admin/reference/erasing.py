"""The page about what becomes of everything when somebody goes: store/fates.py, for people."""

from among_protocol.wire import tag_of

from ... import limits
from ...config import Config
from ...store.blanks import PURGE_SECONDS
from ...store.fates import ENTRIES, TABLES, Fate

DAY = 86_400_000


def page() -> str:
    """erasing.md"""
    return f"""# What is erased, and when

Three things somebody may want when they go: to stay as who they were, to stay as a voice without a name, or to leave
nothing. [Leave, take your words with you](../howto/leave.md) says how it is done; this page says what becomes of each
thing. It is made from the table that the server itself goes by.

| | `community.leave` with `persona` | with `words` | with `erase` | `account.erase` with `words` | with `erase` |
|---|---|---|---|---|---|
| name, bio and card, in every revision | stay, marked as former | go at once | go at once | go at once, everywhere | go at once, everywhere |
| what one said there | stays | stays, under nobody's name | goes | stays, under nobody's name | goes, everywhere, directs too |
| account, password, sessions, blocks, markers | stay | stay | stay | go | go |
| may come back as the same member | always | for {limits.SEALED_MS // DAY} days | for {limits.SEALED_MS // DAY} days, to nothing | no | no |
| the handle | is free | rests {limits.HANDLE_REST_MS // DAY} days for others | rests likewise | rests {limits.HANDLE_REST_MS // DAY} days for everybody | rests likewise |

**At once** means: in the transaction that is answered. From then on nobody is told the name any more, live or in what they
read, and clients are told to forget it (`member.forgotten`). What is long follows: words are blanked one after the other, in
the background, some thousand in a second. Until a word's turn has come it can still be read, under "a former member". A
server that stops meanwhile goes on when it starts; `among-server doctor` tells what is left.

**In the files.** What is blanked is overwritten where it was, at once. The write-ahead log may still hold it, and is emptied
{PURGE_SECONDS // 60} minutes later at the latest. Then neither the database nor its log has it any more.

**In backups.** A backup that was made before holds what was erased after. `restore` erases it again, since erasures are
also noted in a file beside the database (`revocations`); keep that file with your backups, and keep backups no longer than
you tell your members. Backups before upgrades, in `backups/` of the data folder, are backups, too.

**Who can undo it.** An account is erased {Config().erase_grace_hours} hours after it was asked for (`erase_grace_hours`);
signing in until then undoes it. Nobody can undo it later, the operator neither. Those are hours in which the server ran, by a
clock that nobody sets: while it stands still nobody can sign in, and the erasure is so much later.

**What was reported waits.** While a report about a message is not answered, that message stays; while one about somebody
is not, so does their persona. Whoever goes is told that something waits, and it goes when the report is answered. What
stewards did and why stays among the stewards, with a membership in place of a name. For {limits.SEALED_MS // DAY} days they
can still act on that membership, and a ban holds; after that nothing leads from it to an account.

**What others keep.** What other people wrote stays theirs, with the names in it. What they exported, or their clients have
stored, is theirs, too.

## Each field of each entry

{_entries()}
## Each table

| table | when an account is erased | in an export of everything |
|---|---|---|
{_tables()}
"""


def _entries() -> str:
    parts = []
    for fate in Fate:
        rows = []
        for entry, fields in ENTRIES.items():
            names = [name for name, one in fields.items() if one is fate]
            if names:
                listed = ", ".join(f"`{name}`" for name in names)
                rows.append(
                    f"[`{tag_of(entry)}`](protocol.md#event-{tag_of(entry).replace('.', '-').replace('_', '-')}) {listed}"
                )
        if rows:
            parts.append(f"**{fate.value[0].upper()}{fate.value[1:]}.** {'; '.join(rows)}.\n")
    return "\n".join(parts)


def _tables() -> str:
    return "\n".join(f"| `{name}` | {row.erased} | {_exported(row.exported)} |" for name, row in TABLES.items())


def _exported(said: str) -> str:
    return f"not: {said[2:]}" if said.startswith("- ") else said.replace("; - ", "; not ")
