"""The operator's pages: configuration and metrics."""

import asyncio

from ...app import App
from ...config import Config
from ...edge.metrics import Metrics
from .. import settings
from ..check_config import example_text, toml


def configuration() -> str:
    """configuration.md"""
    rows = []
    for key in settings.FIELDS:
        unit, why = settings.explained(key)
        rows.append(f"| `{key}` | `{toml(settings.default(key))}` | {unit} | {settings.needs(key)} | {why} |")
    table = "\n".join(rows)
    return f"""# Configuration

A TOML file (`--config FILE`, or `AMONG_CONFIG` in the environment), then the environment, then the command line; the
later wins. In the environment a key is written `AMONG_<KEY>`, `AMONG_PORT=9000`, and a list with commas. The command line
has `--data`, `--host`, `--port`, `--log-format` and `--log-level`. Everything is read once, at the start.

`among-server check-config` prints what the server would take, where each value came from, and what it amounts to.
`among-server check-config --example` prints a file to begin with. A key that is unknown, a value that is wrong, or
something that can't be used, such as a folder or a port, is one line that names the key, its origin and the mend, and
exit code 2. No key holds a secret; where one is needed, the key names a file.

| key | default | unit | takes | why |
|---|---|---|---|---|
{table}

## The example

```toml
{example_text()}```
"""


async def metrics() -> str:
    """metrics.md"""
    app = App(Config())  # not started: nothing is opened
    app.wire(asyncio.get_running_loop())
    found = list(Metrics(app.listener).collect())
    app.services.passwords.close()
    rows = []
    for family in found:
        name = f"{family.name}_{'total' if family.type == 'counter' else 'info'}"
        name = name if family.type in ("counter", "info") else family.name
        labels = sorted(getattr(family, "_labelnames", ()))
        named = f"`{name}`" + (f" by {', '.join(f'`{label}`' for label in labels)}" if labels else "")
        rows.append(f"| {named} | {family.type} | {family.documentation} |")
    table = "\n".join(rows)
    return f"""# Metrics

`GET /metrics` on the server's port, in the text format of Prometheus. It answers whoever sends the content of
`metrics_token_file` as `Authorization: Bearer …`; where no such file is configured, it answers who asks from this machine
and is no proxy. For everybody else there is no such page. No label and no value holds anything that a member wrote.

Names end in their unit: `_seconds`, `_bytes`; `_total` counts since the start. All is read when it is asked for, and
costs the server about a millisecond, once a scrape.

| metric | type | what |
|---|---|---|
{table}
| `process_…` | | CPU seconds, resident and virtual memory, open files and their limit, start time; on Linux |

What to watch, and alarms that are worth being woken for, are in [watch it](../howto/watch-it.md).
"""
